"""Rows that a study does not take: told where the report says what it read, never passed over."""

from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import config
from helpers.experiment.trust.rows import rows_accounted_for
from helpers.report import optional
from helpers.report.topics import data_quality

TABLE = config.load("studies/cookie_cats.yml")
CONDITION = "country = 'DE'"


def flow(wrong: int) -> pd.DataFrame:
    told = {"kept": (90, "kept"), "malformed_line": (wrong, "quarantined")}
    return pd.DataFrame([{"kind": kind, "rows": rows, "disposition": end} for kind, (rows, end) in told.items()])


@given(st.integers(0, 10**6), st.booleans())
def test_no_report_says_that_no_row_was_left_out_where_a_condition_left_some_out(apart, taken):
    where = CONDITION if taken else None
    study = TABLE.model_copy(update={"data": TABLE.data.model_copy(update={"where": where})})
    out = data_quality.text_apart(study, apart if taken else 0)
    assert bool(out) is bool(taken and apart) and (not out or (CONDITION in out and f"{apart:,} row" in out))
    kept = optional.rows_kept(SimpleNamespace(finding=str), flow(0), out)
    assert kept.startswith("No row was left out") is not bool(out)
    for said in (kept, data_quality.text(flow(0), None, out), data_quality.text(flow(3), {"malformed_line": 3}, out)):
        assert out in said


@pytest.mark.parametrize("where", [None, CONDITION])
def test_what_tables_do_not_take_is_more_than_a_condition_leaves_out(where):
    role = SimpleNamespace(where=where)
    data = config.Tables.model_construct(assignments=SimpleNamespace(where=None), facts={"orders": role})
    said = data_quality.text_apart(TABLE.model_copy(update={"data": data}), 5)
    assert said.startswith("5 rows are not taken: rows of no assigned unit") and (CONDITION in said) is bool(where)


@given(st.integers(1, 10**4), st.integers(0, 10**6), st.integers(0, 9))
def test_rows_that_became_one_are_read_and_kept(units, merged, wrong):
    """A panel of 9,000 rows and 1,500 units: what is told as read are the rows of the file."""
    read = pd.DataFrame(
        {"kind": ["kept", "malformed_line"], "rows": [units, wrong], "disposition": ["kept", "dropped"]}
    )
    seen = data_quality.of_the_files(read, merged)
    said = data_quality.text(seen, None, merged=merged)
    assert (
        said.startswith(f"{units + merged + wrong:,} row") and f"= {units + merged:,} kept + {wrong:,} left out" in said
    )
    assert (f"became {units:,} row" in said) is bool(merged)
    assert list(read["rows"]) == [units, wrong], "the caller's frame is not changed"
    checked = rows_accounted_for(read, units + wrong, 0, merged)
    assert checked.passed and checked.found.startswith(f"{units + merged + wrong:,} read = {units + merged:,} kept")
