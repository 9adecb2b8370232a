"""Tables that match badly are told by a trust check: facts of strangers, ids of others, attributes of one arm."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from helpers.config import Study
from helpers.experiment.trust.tables import matched
from helpers.stats.checks.exact_counts import shares_p_value
from tests.ingest.tables.company import company

ROW = {
    "source_table": "orders",
    "ids": 900,
    "unassigned_ids": 0,
    "rows_with_id": 2_000,
    "unassigned_rows": 0,
    "doubtful_rows": 0,
}


FACTS = {"path": "orders.csv", "columns": {"user_id": "who", "event_time": "at", "price": "total"}}


def study(tmp_path: Path, **data: Any) -> Study:
    raw = company(3, tmp_path).raw
    raw["metrics"] = [metric | {"event": "orders"} for metric in raw["metrics"]]
    arms = [{"name": "control", "weight": 0.5}, {"name": "treatment", "weight": 0.5}]
    data = raw["data"] | {"facts": {"orders": FACTS}, "variants": {"a": "control", "b": "treatment"}} | data
    return Study.model_validate(raw | {"variants": arms, "data": data})


def check(made: Study, known: tuple[int, int], assigned: tuple[int, int] = (1_000, 1_000), **changes: Any):  # type: ignore[no-untyped-def]
    arms = zip(("control", "treatment"), known, assigned, strict=True)
    rows = [ROW | {"variant": v, "known_units": k, "assigned_units": n} | changes for v, k, n in arms]
    return matched(pd.DataFrame(rows), made)[0]


@pytest.mark.parametrize(("changes", "verdict"), [
    ({}, "passed"),
    ({"unassigned_rows": 100, "unassigned_ids": 50}, "passed"),
    ({"unassigned_rows": 101, "unassigned_ids": 50}, "warning"),
    ({"unassigned_rows": 1_900, "unassigned_ids": 850}, "warning"),
    ({"doubtful_rows": 20}, "passed"),
    ({"doubtful_rows": 21}, "failed"),
])  # fmt: skip
def test_facts_of_strangers_warn_and_doubtful_ids_fail(tmp_path: Path, changes: dict[str, int], verdict: str) -> None:
    found = check(study(tmp_path), (450, 450), **changes)
    assert found.verdict == verdict
    assert (
        f"{changes.get('unassigned_rows', 0):,} of 2,000 rows" in found.found
        and "900 of 2,000 assigned units" in found.found
    )


def test_a_part_of_the_units_that_the_study_states_is_no_warning(tmp_path: Path) -> None:
    made = study(tmp_path, unassigned=0.96)
    assert check(made, (450, 450), unassigned_rows=1_900, unassigned_ids=850).passed


def test_tables_that_barely_know_each_other_fail(tmp_path: Path) -> None:
    found = check(study(tmp_path, unassigned=1.0), (9, 9), ids=10_000, unassigned_ids=9_982, unassigned_rows=1_990)
    assert found.verdict == "failed" and "the ids are of other units" in found.found
    assert check(study(tmp_path, unassigned=1.0), (9, 9), ids=100, unassigned_ids=82, unassigned_rows=1_990).passed


@pytest.mark.parametrize(
    ("known", "verdict"),
    [((1_000, 1_000), "passed"), ((995, 993), "passed"), ((980, 975), "warning"), ((990, 940), "failed")],
)
def test_attributes_that_one_arm_lacks_fail(tmp_path: Path, known: tuple[int, int], verdict: str) -> None:
    found = check(study(tmp_path), known, source_table="units")
    assert found.verdict == verdict
    if found.p_value is not None:
        assert found.p_value == shares_p_value([1_000 - k for k in known], [1_000, 1_000])


def test_facts_without_a_time_warn(tmp_path: Path) -> None:
    undated = {"path": "orders.csv", "columns": {"user_id": "who", "price": "total"}}
    found = check(study(tmp_path, facts={"orders": undated}), (450, 450))
    assert found.verdict == "warning" and "no time, so what was done before the assignment counts too" in found.found
