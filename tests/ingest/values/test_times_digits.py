"""Digits that may be a calendar's or a count since 1970 are read as they were meant, or asked for. The oracle is Python's datetime."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest.values.times_digits import MANY
from tests.ingest.studies import REES46, log_study
from tests.ingest.values.test_times_decided import landed, refused

START = datetime.combine(REES46["period"]["start"], datetime.min.time())
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

FORMATS = ("%Y%m%d%H", "%y%m%d%H%M", "%Y%m%d%H%M", "%y%m%d%H%M%S", "%y%m%d%H")
UNITS = {1: 10, 1_000: 13, 1_000_000: 16}


def as_kept(moment: datetime, form: str) -> datetime:
    return datetime.strptime(moment.strftime(form), form)


@FEW
@given(
    st.sets(st.datetimes(datetime(1991, 1, 1), datetime(2060, 12, 31)), min_size=1, max_size=30),
    st.sampled_from(FORMATS),
)
def test_a_calendar_in_digits_is_read_as_it_was_written_or_asked_for(tmp_path_factory, moments, form):
    texts = [moment.strftime(form) for moment in sorted(moments)]
    try:
        reading, read = landed(tmp_path_factory.mktemp("log"), *texts)
    except ReportError as error:
        assert "may be read in two ways" in str(error) and (len(set(texts)) < MANY or "%y" in str(error))
    else:
        assert read == [as_kept(moment, form) for moment in sorted(moments)]
        assert f"digits of a calendar, {form}; in UTC" in reading.notes[0]


@FEW
@given(
    st.lists(st.integers(0, 20 * 86_400_000_000), min_size=1, max_size=30),
    st.sampled_from(list(UNITS)),
    st.sampled_from([0, 15, 40]),
)
def test_counts_since_1970_stay_counts(tmp_path_factory, after, unit, years):
    start = START + timedelta(days=365 * years)
    moments = [start + timedelta(microseconds=each - each % (1_000_000 // unit)) for each in after]
    counts = [(moment - datetime(1970, 1, 1)) // timedelta(microseconds=1) * unit // 1_000_000 for moment in moments]
    try:
        assert landed(tmp_path_factory.mktemp("log"), *map(str, counts))[1] == moments
    except ReportError as error:
        assert "may be read in two ways" in str(error)


@FEW
@given(st.sets(st.dates(date(1991, 1, 1), date(2060, 12, 31)), min_size=1, max_size=30))
def test_days_in_digits_stay_days_or_are_asked_for(tmp_path_factory, days):
    try:
        _, read = landed(tmp_path_factory.mktemp("log"), *(f"{day:%Y%m%d}" for day in days))
    except ReportError as error:
        assert "may be read in two ways" in str(error) and all(day.day <= 24 and day.year < 2013 for day in days)
    else:
        assert read == [datetime(day.year, day.month, day.day) for day in days]


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["2603021011"], "%y%m%d%H%M"),
        ([f"260302{hour:02}" for hour in range(10, 20)], "%y%m%d%H"),
        ([f"19100{day}0005" for day in range(1, 9)], "%y%m%d%H%M"),
    ],
)
def test_years_of_two_digits_are_read_told_or_asked_for(tmp_path, texts, form):
    """Never is what may be of 2026 a day of the year 2603, or a moment of 2052, without a word."""
    try:
        reading, read = landed(tmp_path, *texts)
    except ReportError as error:
        assert repr(form) in str(error) and "may be read in two ways" in str(error)
        (tmp_path / "stated").mkdir()
        read = landed(tmp_path / "stated", *texts, time_format=form)[1]
    else:
        assert f"digits of a calendar, {form}" in reading.notes[0]
    assert read == [datetime.strptime(text, form) for text in texts]


def test_few_digits_are_what_lies_in_the_period_of_the_study(tmp_path):
    moment = START.replace(hour=1)
    assert landed(tmp_path, f"{moment:%Y%m%d%H}")[1] == [moment]
    (tmp_path / "asked").mkdir()
    message = refused(tmp_path / "asked", "2026030210")
    for words in ("'2026030210' (line 2) is 2 March 2026 10:00 (%Y%m%d%H) or 15 March 2034 10:10 (epoch_seconds)",
                  "say which: data.time_format: '%Y%m%d%H' or data.time_format: 'epoch_seconds'"):  # fmt: skip
        assert words in message
    (tmp_path / "stated").mkdir()
    assert landed(tmp_path / "stated", "2026030210", time_format="%Y%m%d%H")[1] == [datetime(2026, 3, 2, 10)]


@pytest.mark.parametrize("kind", ["bigint", "double", "varchar", "decimal(18, 0)"])
def test_a_typed_column_is_read_the_same(tmp_path, kind):
    file = tmp_path / "log.parquet"
    moments = [datetime(2019, 10, 1, 10) + timedelta(minutes=7 * i) for i in range(20)]
    rows = ", ".join(f"({moment:%Y%m%d%H%M}::{kind}, 'view', 'u', 1)" for moment in moments)
    named = "select time as at, what, who, cost"
    duckdb.sql(f"copy ({named} from (values {rows}) as t(time, what, who, cost)) to '{file}'")
    study = log_study(file)
    ingest.land(study, tmp_path / "raw")
    found = ingest.landed(tmp_path / "raw")
    made = {c["name"]: c["expression"] for c in ingest.column_expressions(study, found.types, found.reading)}
    assert [row[0] for row in duckdb.sql(f"select {made['event_time']} from '{found.location}'").fetchall()] == moments


def test_digits_of_a_calendar_beside_other_times_are_refused(tmp_path):
    message = refused(tmp_path, "202603021011", "2026-03-02 10:12", "202603021013")
    assert "digits that are a calendar's beside times of another form" in message
    assert "'202603021011' (line 2), %Y%m%d%H%M, in 66.67 % of the times, and '2026-03-02 10:12' (line 3)" in message


def test_what_is_no_time_stays_a_matter_of_tolerance(tmp_path):
    texts = [f"{datetime(2026, 3, 2) + timedelta(minutes=11 * i):%Y%m%d%H%M}" for i in range(30)]
    assert "1 of 31 rows: 'soon' (line 32)" in refused(tmp_path, *texts, "soon")
    (tmp_path / "tolerated").mkdir()
    assert landed(tmp_path / "tolerated", *texts, "soon", tolerate={"unparseable_time": 0.1})[1][-2:] == [
        datetime(2026, 3, 2, 5, 19), None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "count",
    {
        "hundredths of a second": lambda moment: int(moment.timestamp() * 100),
        "ticks since 1601": lambda moment: int((moment.timestamp() + 11_644_473_600) * 10_000_000),
    }.values(),
)
def test_a_count_of_another_unit_is_no_time(tmp_path, count):
    message = refused(tmp_path, *(str(count(datetime(2026, 3, 2, i, tzinfo=UTC))) for i in range(20)))
    assert "numbers that are no likely times" in message and "data.time_format" in message


def test_a_count_from_another_day_is_told_where_no_time_lies_in_the_period(tmp_path):
    apple = [str(int((datetime(2026, 3, 2, i) - datetime(2001, 1, 1)).total_seconds())) for i in range(20)]
    notes = landed(tmp_path, *apple)[0].notes
    assert any("lie on 2 March 1995, none of them in the study's period" in note for note in notes)
