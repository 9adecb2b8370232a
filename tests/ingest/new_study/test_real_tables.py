"""Public data sets, where they were downloaded: each is proposed rightly, or refused in one clear message."""

from pathlib import Path

import pytest

from helpers import ingest
from helpers.config import Units
from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed
from tests.real_data import real

pytestmark = pytest.mark.slow


def test_cookie_cats_is_a_marginal_srm_of_equal_arms(tmp_path: Path) -> None:
    study, _, said = proposed(tmp_path, real("cookie_cats.csv"))
    assert isinstance(study.data, Units)
    assert study.data.path == "${REAL_DATA_DIR}/cookie_cats.csv"
    assert study.data.variants == {"gate_30": "control", "gate_40": "treatment"}
    assert [m.name for m in study.metrics] == ["retention_7", "retention_1", "sum_gamerounds"]
    assert study.data.columns["user_id"] == "userid" and "a guess: it has the lowest number" in said
    assert "44,700, 45,489 are rather far from it (p = 0.0086)" in said
    ingest.land(study, tmp_path / "raw")
    assert ingest.landed(tmp_path / "raw").table_rows == 90_189


def test_udacity_shows_its_contamination(tmp_path: Path) -> None:
    study, _, said = proposed(tmp_path, real("udacity_ab_data.csv.gz"))
    assert isinstance(study.data, Units)
    assert study.data.shown == {"old_page": "control", "new_page": "treatment"}
    assert "3,893 rows disagree with the variant" in said and "290,584 units; 1 row of them again" in said
    assert study.data.columns["user_id"] == "user_id" and study.data.variants["control"] == "control"
    assert study.primary.name == "converted" and study.period.start.isoformat() == "2017-01-02T00:00:00"


def test_hillstrom_has_three_arms_no_id_and_a_history_that_gains_nothing(tmp_path: Path) -> None:
    try:
        study, _, said = proposed(tmp_path, real("hillstrom.csv"))
    except ReportError as error:
        assert "got:      3 variants" in str(error)
        pytest.skip("a study with more than two variants cannot be loaded yet")
    assert isinstance(study.data, Units)
    assert [v.name for v in study.variants] == ["no_e_mail", "mens_e_mail", "womens_e_mail"]
    assert [round(v.weight, 4) for v in study.variants] == [0.3333] * 3
    assert study.data.before == {"spend": "history"} and "CUPED leaves 0.999" in said
    assert study.primary.name == "conversion" and study.economics.revenue_metric == "spend"
    assert "every row is a unit of its own" in said


def test_rees46_becomes_an_offline_study_whose_buyers_skip_the_cart(tmp_path: Path) -> None:
    study, _, said = proposed(tmp_path, real("rees46_2019-10-01_first3h.csv"))
    assert study.mode == "offline" and study.funnel.steps == ["view", "cart", "purchase"]
    assert study.funnel.optional == ["cart"] and "4,504 units" in said
    assert "malformed_line (1 of 17,434 rows)" in said


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("online_retail.parquet", "its rows repeat a unit, but no column names the event"),
        ("udacity_countries.csv.gz", "is a unit table without a variant"),
        ("telco_churn_fictional.csv", "is a unit table without a variant"),
        ("attribution_paths.csv", "is neither an event log nor a unit table"),
        ("rossi.csv", "is neither an event log nor a unit table"),
    ],
)
def test_what_holds_no_experiment_says_so(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ReportError, match=message):
        proposed(tmp_path, real(name))


def test_an_experiment_whose_names_say_nothing_is_right_once_its_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="name the columns: --variant COLUMN"):
        proposed(tmp_path, real("rossi.csv"))
    with pytest.raises(ReportError, match=r"which column is decided by(.|\n)*'arrest'(.|\n)*--primary"):
        proposed(tmp_path, real("rossi.csv"), variant="fin")
    study, _, _ = proposed(tmp_path, real("rossi.csv"), variant="fin", primary="arrest")
    assert isinstance(study.data, Units) and study.data.variants == {"0": "control", "1": "treatment"}
    assert study.primary.event == "arrest" and "user_id" not in study.data.columns
