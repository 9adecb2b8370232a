"""Weeks and their Mondays, in Python and in SQL; the oracle is the calendar of Python, walked day by day."""

import re
from datetime import date, datetime, time, timedelta

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import ingest
from helpers.config.times import WEEKS
from helpers.errors import ReportError
from helpers.ingest.counts.landing import FILE
from helpers.ingest.sql import literal
from helpers.ingest.values import times_sql, weeks
from helpers.ingest.values.times import Times
from tests.ingest.new_study.tables import proposed

WAYS = ("{y}-W{w:02}", "{y}W{w}", "KW {w}/{y}", "week {w}, {y}", "W{w} {y}", "{y} KW{w:02}")
IN_SQL = times_sql.moment("t", "VARCHAR", Times(format=WEEKS))


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.sampled_from(WAYS))
def test_a_week_with_its_year_is_its_monday(day, way):
    monday = datetime.combine(day - timedelta(days=day.weekday()), time())
    year, week, _ = monday.isocalendar()
    text = way.format(y=year, w=week)
    assert weeks.monday(text) == monday and weeks.with_years([text]) and f"{monday:%Y-%m-%d}" in weeks.advice([text])
    assert duckdb.sql(f"select {IN_SQL} from (select {literal(text)} as t)").fetchall() == [(monday,)]


@pytest.mark.parametrize("text", ["KW", "6", "w0", "week 54", "b2", "2026-02-02", "kw 6 b", "", "2025-W53", "2026-W00"])
def test_what_is_no_week_is_none(text):
    assert text[:2] == "20" or not weeks.are_weeks([text])
    assert weeks.monday(text) is None
    assert duckdb.sql(f"select {IN_SQL} from (select {literal(text)} as t)").fetchall() == [(None,)]


@pytest.mark.parametrize("way", ["2026-W{:02}", "KW {}/2026", "KW {}", "{}", "2026{:02}"])
def test_counts_by_week_are_read_or_the_query_of_the_message_makes_them_so(tmp_path, way):
    rows = [f"{way.format(w)},{arm},{900 + 7 * w % 5},{90 + w}" for w in (8, 9, 10, 11) for arm in ("control", "b")]
    file = tmp_path / "t.csv"
    file.write_text("\n".join(["week,arm,users,converted", *rows]))
    if way in ("KW {}", "{}", "2026{:02}"):
        with pytest.raises(ReportError, match="is a table of counts of weeks") as caught:
            proposed(tmp_path, file)
        query = re.search(r"select \* replace .*", str(caught.value))
        file = tmp_path / "weeks.sql"
        file.write_text(query[0])
        assert ("the place of 2026" in str(caught.value)) == (way != "2026{:02}")
    study, text, _ = proposed(tmp_path, file)
    assert (study.period.start, study.period.end) == (datetime(2026, 2, 16), datetime(2026, 3, 16))
    assert "time_format: iso_week" in text
    ingest.land(study, tmp_path / "raw")
    found = duckdb.sql(
        f"select variant, day, any_value(units) from '{tmp_path / 'raw' / FILE}' group by all"
    ).fetchall()
    assert sorted(found) == sorted(
        ({"control": "control", "b": "treatment"}[row.split(",")[1]], 1 + 7 * (n // 2), int(row.split(",")[2]))
        for n, row in enumerate(rows)
    )


@pytest.mark.parametrize(
    ("periods", "end"),
    [
        ([f"KW {w}/2026" for w in (8, 9, 10, 11)], datetime(2026, 3, 16)),
        (["2026-02-16", "2026-02-23", "2026-03-02", "2026-03-09"], datetime(2026, 3, 16)),
        (["2026-02-01", "2026-03-01", "2026-04-01"], datetime(2026, 5, 1)),
        ([8, 9, 10, 11], None),
    ],
)
def test_the_period_of_a_panel_is_that_of_its_rows_and_asked_where_they_tell_none(tmp_path, periods, end):
    rows = [
        (f"s{s}", ["control", "b"][s % 2], each, 7 * s % 11 + n) for s in range(40) for n, each in enumerate(periods)
    ]
    pd.DataFrame(rows, columns=["store", "variant", "week", "sales"]).to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert ("--period FIRST..LAST" in said) == (end is None)
    assert study.period.end == end or (end is None and study.period.start.year == 2000)
