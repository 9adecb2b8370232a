"""A refusal of times says what they look like, and what it says they mean is read as what it is."""

import re
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.ingest.values.times import parse
from helpers.ingest.values.times_elsewhere import likeness
from tests.ingest.values.test_times_decided import landed

DAYS = st.datetimes(datetime(1990, 1, 1), datetime(2050, 12, 31)).map(lambda day: day.replace(microsecond=0))
WRITTEN = {
    "spreadsheet": lambda day: repr((day - datetime(1899, 12, 30)) / pd.Timedelta(days=1)),
    "ISO 8601": lambda day: day.strftime("%G-W%V-%u"),
    "of a year": lambda day: day.strftime("%Y-%j"),
}


@pytest.mark.parametrize("kind", sorted(WRITTEN))
@settings(max_examples=50)
@given(day=DAYS)
def test_what_it_would_be_is_what_it_is(kind, day):
    text = WRITTEN[kind](day)
    found = likeness([text])
    assert found and kind in found.told(text)
    meant = parse(found.told(text).partition(" would be ")[2])
    assert meant == (day if kind == "spreadsheet" else day.replace(hour=0, minute=0, second=0)), text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("46174.5", "46174.5 would be 2026-06-01 12:00:00"),
        ("46174", "46174 would be 2026-06-01"),
        ("2026-W37-1", "2026-W37-1 would be 2026-09-07"),
        ("2026W371", "2026W371 would be 2026-09-07"),
        ("2026-250", "2026-250 would be 2026-09-07"),
        ("08/2026", "weeks, months or quarters without a day"),
        ("Q3 2026", "weeks, months or quarters without a day"),
        ("12:31:10", "times of day without a day"),
        ("R8.3.2", "R8.3.2 would be 2026-03-02"),
        ("115/03/02 10:11", "115/03/02 10:11 would be 2026-03-02"),
        ("1.772496487E+15", "counts with an exponent, as a spreadsheet rounds them"),
        ("2026-03-02 24:13:12", "2026-03-02 24:13:12 would be 2026-03-03 00:13:12"),
        ("٢٠٢٦-٠٣-٠٢", "digits of another script: ٢٠٢٦-٠٣-٠٢ would be 2026-03-02"),
    ],
)
def test_a_refusal_names_what_the_times_look_like_and_the_way_that_works(tmp_path, text, words):
    with pytest.raises(ReportError, match=re.escape(words)) as caught:
        landed(tmp_path, text, text)
    assert "data.time_format" not in str(caught.value)  # none reads them
    assert re.search("remedy: +(give these cells|write the(ir)? (d|next d|year|Monday))", str(caught.value))


def test_weeks_are_no_moments_until_somebody_says_that_their_mondays_are(tmp_path):
    with pytest.raises(ReportError, match="weeks, which stand for no moment") as caught:
        landed(tmp_path, "2026-W37", "2026-W37")
    assert "2026-09-07 for 2026-W37: data.time_format: iso_week" in str(caught.value)


def test_what_dot_net_writes_is_told_with_the_moment_it_means(tmp_path):
    with pytest.raises(ReportError, match=re.escape("/Date(1772446272000)/ would be 2026-03-02 10:11:12")):
        landed(tmp_path, "/Date(1772446272000)/")
