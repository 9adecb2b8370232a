"""Arms in the names of events: found by the words of arms, made a column by a query, and asked about where nothing tells them."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.printed import query
from tests.ingest.new_study.tables import proposed


def log(folder: Path, control: str, treatment: str, share: float = 1.0) -> pd.DataFrame:
    """A log without a variant, in which so many units have the event of their arm, and what is true of each unit."""
    dice, rows = np.random.default_rng(4), []
    made = pd.DataFrame({"arm": dice.permutation([control, treatment] * 150)})
    made["ordered"] = dice.random(300) < np.where(made.arm == control, 0.3, 0.5)
    has = dice.random(300) < share
    for n, (arm, ordered) in enumerate(made.itertuples(index=False)):
        at = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=7 * n)
        steps = ["session_start", *[arm] * bool(has[n]), *["order_completed"] * ordered]
        rows += [(f"u{n}", step, at + pd.Timedelta(minutes=i)) for i, step in enumerate(steps)]
    pd.DataFrame(rows, columns=["user_id", "event", "time"]).to_csv(folder / "log.csv", index=False)
    return made


PLAIN = [
    ("Experiment Viewed: A", "Experiment Viewed: B"),
    ("exposure/control", "exposure/variant_1"),
    ("pricing_page_original", "pricing_page_variation"),
    ("ab_test_1_group_a", "ab_test_1_group_b"),
    ("baseline_checkout", "new_checkout"),
    ("view_variant_a", "view_variant_b"),
    ("exp_banner:off", "exp_banner:on"),
    ("seeKontrolle", "seeTest"),
]


@pytest.mark.parametrize(("control", "treatment"), PLAIN)
def test_what_words_call_arms_is_made_a_column(tmp_path: Path, control: str, treatment: str) -> None:
    """Whatever parts the words and wherever they stand; followed to the letter, every unit counts in its arm."""
    made = log(tmp_path, control, treatment)
    with pytest.raises(ReportError, match="the arms stand in the names of events") as error:
        proposed(tmp_path, tmp_path / "log.csv")
    text = " ".join(str(error.value).split())
    exposure = re.search(r"; then --exposure (\w+);", text)
    assert exposure
    (tmp_path / "made.sql").write_text(query(text), encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "made.sql", exposure=exposure[1])
    truth = made.ordered.groupby(made.arm == treatment).agg(["size", "sum"])
    found = {
        treatment.startswith(f"{arm}_") or treatment.lower().endswith(arm): (n, int(total))
        for arm, (n, total) in sums(study, tmp_path)[study.primary.name].items()
    }
    assert found == {is_new: (int(n), int(k)) for is_new, n, k in truth.itertuples()}


@pytest.mark.parametrize(
    ("first", "second"), [("landing_v1", "landing_v2"), ("bucket_0", "bucket_1"), ("join_group_a", "join_group_b")]
)
def test_what_units_may_have_chosen_is_asked_about_in_words(tmp_path: Path, first: str, second: str) -> None:
    log(tmp_path, first, second)
    with pytest.raises(ReportError, match="or did it choose one") as error:
        proposed(tmp_path, tmp_path / "log.csv")
    assert "select" not in str(error.value)


def test_arms_in_clicks_tell_those_of_who_clicked_alone(tmp_path: Path) -> None:
    log(tmp_path, "click_control", "click_treatment", 0.5)
    with pytest.raises(ReportError, match="not every 'user_id' has just one of these") as error:
        proposed(tmp_path, tmp_path / "log.csv")
    assert "select" not in str(error.value)


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ("answer_yes", "answer_no", 1.0),
        ("os_ios", "os_android", 1.0),
        ("open_old", "open_new", 0.5),
        ("step_1", "step_2", 0.5),
    ],
)
def test_what_units_did_is_no_arm(tmp_path: Path, first: str, second: str, share: float) -> None:
    log(tmp_path, first, second, share)
    proposed(tmp_path, tmp_path / "log.csv")
