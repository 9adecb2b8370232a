"""Weeks and their Mondays; the oracle is the calendar of Python, walked day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.ingest.values import weeks
from tests.ingest.new_study.tables import proposed

WAYS = ("{y}-W{w:02}", "{y}W{w}", "KW {w}/{y}", "week {w}, {y}", "W{w} {y}", "{y} KW{w:02}")


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.sampled_from(WAYS))
def test_a_week_with_its_year_is_its_monday(day, way):
    monday = day - timedelta(days=day.weekday())
    year, week, _ = monday.isocalendar()
    text = way.format(y=year, w=week)
    assert weeks.monday(text) == monday and weeks.are_weeks([text]) and str(monday) in weeks.advice([text])


@pytest.mark.parametrize("text", ["KW", "6", "w0", "week 54", "b2", "2026-02-02", "kw 6 b", ""])
def test_what_is_no_week_is_none(text):
    assert not weeks.are_weeks([text]) and weeks.monday(text) is None


@pytest.mark.parametrize(("way", "said"), [("2026-W{:02}", "2026-02-02 for 2026-W06"), ("KW {}", "without a year")])
def test_counts_by_week_are_told_what_to_write(tmp_path, way, said):
    rows = [f"{way.format(w)},{arm},{900 + 7 * w},{90 + w}" for w in (6, 7, 8, 9) for arm in ("control", "b")]
    (tmp_path / "t.csv").write_text("\n".join(["week,arm,users,converted", *rows]))
    with pytest.raises(ReportError, match="of weeks") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    assert said in str(caught.value)
