"""Levels that are no arm: empty fields, rows of totals, capitals and blanks; each is told with the key that reads it."""

import duckdb
import pytest
import yaml
from pydantic import ValidationError

from helpers.errors import ReportError
from helpers.ingest.levels import variant_of
from tests.ingest.studies import events_of, rejected, table, unit_study

ARMS = [f"u{i},{'ab'[i % 2]},{i % 3 % 2},{i}.50,1" for i in range(60)]


def refused(tmp_path, *rows: str, **data: object) -> str:
    with pytest.raises(ReportError) as caught:
        events_of(unit_study(table(tmp_path, *rows), **data), tmp_path / "raw")
    return str(caught.value)


def follow(message: str) -> dict[str, str]:
    """The mapping that a message prints, as a study file would read it."""
    remedy = next(line for line in message.splitlines() if "remedy" in line)
    return yaml.safe_load(remedy[remedy.index("{") : remedy.index("}") + 1])


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        (["Grand Total,Total,20,1770,60"], "'Total' (line 62)"),
        ([f"x{i},,1,1,1" for i in range(20)], "empty (20 rows)"),
        (["x,,1,1,1", "Total,all,21,1,1"], "'all' (line 63)"),
    ],
)
def test_an_odd_level_is_told_and_the_printed_key_leaves_its_rows_out(tmp_path, odd, told):
    message = refused(tmp_path, *ARMS, *odd)
    assert told in message and "leave_out" in message
    study = unit_study(table(tmp_path, *ARMS, *odd), variants=follow(message))
    rows, landed = events_of(study, tmp_path / "out")
    assert len({user for user, *_ in rows}) == 60
    assert landed.table_arms == {"control": 30, "treatment": 30}
    assert landed.refused == {"left_out": len(odd)} and landed.table_rows == 60 + len(odd)
    assert [line.split(",")[2] for line in rejected(tmp_path / "out")] == ["left_out"] * len(odd)


def test_levels_that_differ_in_capitals_are_one_arm_when_the_study_says_so(tmp_path):
    rows = [row.replace(",a,", ",A,") if i % 4 == 0 else row for i, row in enumerate(ARMS)]
    message = refused(tmp_path, *rows)
    assert follow(message) == {"a": "control", "b": "treatment", "A": "control"}
    _, landed = events_of(unit_study(table(tmp_path, *rows), variants=follow(message)), tmp_path / "out")
    assert landed.table_arms == {"control": 30, "treatment": 30}


def test_blanks_around_a_level_mean_nothing(tmp_path):
    rows = [row.replace(",a,", ",a ,").replace(",b,", ", b,") for row in ARMS]
    _, landed = events_of(unit_study(table(tmp_path, *rows)), tmp_path / "out")
    assert landed.table_arms == {"control": 30, "treatment": 30}


@pytest.mark.parametrize(("level", "meant"), [("", ""), ("internal", ""), ("A", "control"), (None, "")])
def test_a_level_of_a_log_that_is_left_out_assigns_nobody(level, meant):
    made = variant_of("arm", {"A": "control", "internal": "leave_out", "": "leave_out"})
    assert duckdb.execute(f"select {made} from (select ?::varchar as arm)", [level]).fetchall() == [(meant,)]


def test_no_arm_can_be_called_so():
    with pytest.raises(ValidationError, match=r"variants.*another name"):
        unit_study("units.csv", {"variants": [{"name": "control", "weight": 0.5, "description": "x"},
                                              {"name": "leave_out", "weight": 0.5, "description": "x"}]})  # fmt: skip
