"""Counts from another day than 1970 and years of other calendars are told as what they are; the oracle is Python's datetime."""

import re
from datetime import datetime, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest.values.times_origins import ORIGINS
from tests.ingest.studies import REES46, log_study
from tests.ingest.values.test_times_decided import landed, refused

START = datetime.combine(REES46["period"]["start"], datetime.min.time())
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DAY = timedelta(days=1)
FROM = {
    "as R ": (datetime(1970, 1, 1), DAY), "as Apple ": (datetime(2001, 1, 1), timedelta(seconds=1)),
    "seconds since 1960, as SAS ": (datetime(1960, 1, 1), timedelta(seconds=1)), "days since 1960": (datetime(1960, 1, 1), DAY),
    "as SPSS ": (datetime(1582, 10, 14), timedelta(seconds=1)), "as a spreadsheet ": (datetime(1899, 12, 30), DAY),
    "as an old spreadsheet ": (datetime(1904, 1, 1), DAY), "milliseconds since 1960": (datetime(1960, 1, 1), timedelta(milliseconds=1)),
    "as Windows ": (datetime(1601, 1, 1), timedelta(microseconds=1) / 10), "as .NET ": (datetime(1, 1, 1), timedelta(microseconds=1) / 10),
}  # fmt: skip


def count(moment: datetime, word: str) -> int:
    zero, unit = FROM[word]
    tenth = word in ("as Windows ", "as .NET ")
    return (moment - zero) // timedelta(microseconds=1) * 10 if tenth else (moment - zero) // unit


def test_every_origin_is_tried():
    assert len(FROM) + 1 == len(ORIGINS)
    assert all(sum(word in each.what for each in ORIGINS) == 1 for word in FROM)


@FEW
@given(st.sampled_from(sorted(FROM)), st.lists(st.integers(0, 10_000), min_size=1, max_size=9))
def test_a_count_is_told_with_what_it_counts_and_the_moment_it_means(tmp_path_factory, word, seconds):
    moments = [START + timedelta(seconds=s) for s in seconds]
    counts = [count(moment, word) for moment in moments]
    message = refused(tmp_path_factory.mktemp("log"), *map(str, counts))
    shown = moments[0].replace(hour=0, minute=0, second=0) if FROM[word][1] == DAY else moments[0]
    meant = " would be ".join(
        (str(counts[0]), shown.strftime("%Y-%m-%d" + (" %H:%M:%S" if word != "as a spreadsheet " else "")))
    )
    assert word in message and meant in message and "correct the period" in message


@pytest.mark.parametrize(
    ("day", "what"),
    [
        ("2562-10-01", "Buddhist"),
        ("1398-07-09", "Persian"),
        ("1441-02-02", "Islamic"),
        ("0108-10-01", "Republic of China"),
    ],
)
def test_years_of_another_calendar_are_told_with_the_day_they_mean(tmp_path, day, what):
    message = refused(tmp_path, day, day + " 10:11:12")
    assert (
        what in message
        and re.search(f"{day} would be (2019-09-30|2019-10-0[12])", message)
        and "correct the period" in message
    )


def test_times_of_the_period_are_read_whatever_else_they_might_be(tmp_path):
    reading, read = landed(tmp_path, "2019-10-01", "2562-10-01")
    assert read == [datetime(2019, 10, 1), datetime(2562, 10, 1)] and len(reading.notes) > 0


@pytest.mark.parametrize("days", [18_170, 20_191_001])
def test_whole_numbers_of_128_bits_are_told_as_others_are(tmp_path, days):
    with duckdb.connect(tmp_path / "log.duckdb") as con:
        con.execute(f"create table log as select {days}::hugeint as at, 'view' as what, 'u1' as who, 1 as cost")
    study = log_study(tmp_path / "log.duckdb", table="log")
    if days > 10**7:
        ingest.land(study, tmp_path / "raw")
        assert "in UTC" in ingest.landed(tmp_path / "raw").reading.notes[0]
        return
    with pytest.raises(ReportError, match="days since 1970, as R counts them: 18170 would be 2019-10-01"):
        ingest.land(study, tmp_path / "raw")
