"""Rows that may stand for many units are told, by `check` and by new-study; those of sums are refused there."""

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest import new_study
from helpers.ingest.many_units import said
from tests.ingest.new_study.tables import proposed
from tests.ingest.studies import UNIT_DATA, unit_study

FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NO_IDS = {"variant": "arm"}
NAMES = ["users", "n", "n_visitors", "freq", "weight", "sample_rate", "impressions", "user_count"]


def frame(counts: list[str], name: str) -> pd.DataFrame:
    n = len(counts)
    return pd.DataFrame({"arm": ["ab"[i % 2] for i in range(n)], "bought": [i // 2 % 2 for i in range(n)],
                         "spend": [f"{i % 7}.5" for i in range(n)], "rounds": [i % 3 for i in range(n)], name: counts})  # fmt: skip


def notes(base: Path, data: pd.DataFrame, columns: dict[str, str]) -> tuple[str, ...]:
    data.to_csv(base / "units.csv", index=False)
    ingest.land(unit_study(base / "units.csv", columns=columns), base / "raw")
    return ingest.landed(base / "raw").reading.notes


@FEW
@given(
    st.lists(st.sampled_from(["1", "2", "40", "1"]), min_size=8, max_size=20),
    st.sampled_from([None, "0", "", "1.5", "-1", "many"]),
    st.sampled_from([*NAMES, "visits", "user", "body_weight"]),
    st.sampled_from(["", "0", "1", "u"]),
)
def test_whole_numbers_of_units_are_told_where_no_id_names_the_rows(tmp_path_factory, counts, odd, name, ids):
    data = frame([*counts[:-1], odd or counts[-1]], name)
    if ids:
        data["who"] = [f"u{i}" if ids == "u" else str(i + int(ids)) for i in range(len(data))]
    found = notes(tmp_path_factory.mktemp("units"), data, NO_IDS | ({"user_id": "who"} if ids else {}))
    numbers = pd.to_numeric(data[name], errors="coerce")
    many = bool((numbers >= 1).all() and (numbers % 1 == 0).all() and (numbers > 1).any())
    assert (said(name) in found) == (many and name in NAMES and ids != "u")


def test_one_that_is_mapped_as_a_count_is_told_too(tmp_path):
    data = frame(["3", "1"] * 5, "impressions")
    data.to_csv(tmp_path / "units.csv", index=False)
    study = unit_study(
        tmp_path / "units.csv", columns=NO_IDS, outcomes=UNIT_DATA["outcomes"] | {"rounds": "impressions"}
    )
    ingest.land(study, tmp_path / "raw")
    assert said("impressions") in ingest.landed(tmp_path / "raw").reading.notes


@pytest.mark.parametrize("name", NAMES)
def test_new_study_asks_it_first(tmp_path, name):
    data = frame([str(1 + i % 9) for i in range(400)], name).rename(columns={"arm": "variant"})
    data.to_csv(tmp_path / "shop.csv", index=False)
    _, text, _ = proposed(tmp_path, tmp_path / "shop.csv")
    first = text[text.index("# Check first:") : text.index("\nname:")]
    assert re.search(rf"#   \d\. Is a row one unit\? {re.escape(said(name))}\.", first)


@pytest.mark.parametrize(
    ("days", "arms", "numbered"), [(1, 2, False), (1, 3, True), (14, 2, False), (30, 3, False), (14, 2, True)]
)
def test_sums_by_variant_and_day_are_refused(tmp_path, days, arms, numbered):
    rows = [{"variant": f"v{arm}", "day": f"2026-03-{day + 1:02d}", "rate": 0.1 + arm / 9, "revenue": 99.5 + day}
            for day in range(days) for arm in range(arms)]  # fmt: skip
    data = pd.DataFrame(rows).drop(columns=[] if days > 1 else ["day"])
    if numbered:
        data.insert(0, "id", range(len(data)))
    data.to_csv(tmp_path / "sums.csv", index=False)
    with pytest.raises(ReportError, match="is an aggregated table") as refused:
        new_study.propose(str(tmp_path / "sums.csv"), base=tmp_path)
    assert f"{len(rows)} rows, one for each value of 'variant'" in str(refused.value) and "write a row a unit" in str(
        refused.value
    )


def test_few_users_with_numbers_are_users(tmp_path):
    data = frame(["1"] * 8, "clicks").rename(columns={"arm": "variant"})
    data.insert(0, "user_id", range(1, 9))
    data["day"] = [f"2026-03-0{i // 2 + 1}" for i in range(8)]
    data.to_csv(tmp_path / "shop.csv", index=False)
    assert "8 units, each in one row" in proposed(tmp_path, tmp_path / "shop.csv")[2]


@pytest.mark.parametrize("rows", [40, 300])
def test_a_table_of_units_with_days_is_none_of_sums(tmp_path, rows):
    data = frame(["1"] * rows, "n").rename(columns={"arm": "variant"})
    data["day"] = [f"2026-03-{i * 7 % 28 + 1:02d}" for i in range(rows)]
    data.to_csv(tmp_path / "shop.csv", index=False)
    _, text, _ = proposed(tmp_path, tmp_path / "shop.csv")
    assert "Is a row one unit?" not in text
