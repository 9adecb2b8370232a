"""A log whose times have one time of day is one of days, however it is written. What it is follows from how it was made."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.ingest.values.times import WRITTEN, Times
from helpers.ingest.values.times_days import one_clock
from tests.ingest.values.test_times import agree, offset
from tests.ingest.values.test_times_decided import landed

FEW = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Europe/London")
NOTE = "so they are days: events of one unit on one day are in no known order"


def local(moment: datetime, zone: str) -> datetime:
    """A moment of the clocks of a zone."""
    return moment.replace(tzinfo=ZoneInfo(zone))


WAYS = {
    "without a zone": lambda m, zone: m.isoformat(),
    "in minutes": lambda m, zone: f"{m:%Y-%m-%d %H:%M}",
    "twelve hours": lambda m, zone: f"{m:%b %d, %Y %I:%M:%S %p}",
    "UTC": lambda m, zone: f"{m:%Y-%m-%dT%H:%M:%SZ}",
    "one offset": lambda m, zone: f"{m.isoformat()}-05:00",
    "offsets of a zone": lambda m, zone: local(m, zone).isoformat(),
    "offsets of the world": lambda m, zone: m.isoformat() + offset(m.day * 20, "{sign}{h:02d}:{m:02d}"),
    "seconds since 1970": lambda m, zone: str(int(m.replace(tzinfo=UTC).timestamp())),
    "a zone's clock in UTC": lambda m, zone: f"{local(m, zone).astimezone(UTC):%Y-%m-%d %H:%M:%S}Z",
}  # fmt: skip


@FEW
@given(st.data())
@pytest.mark.parametrize("way", list(WAYS))
def test_one_time_of_day_makes_days_and_another_one_a_clock(tmp_path_factory, way, data):
    zone = data.draw(st.sampled_from(ZONES))
    first, length = data.draw(st.dates(date(2024, 1, 1), date(2026, 12, 31))), data.draw(st.integers(4, 40))
    days = [first + timedelta(days=i) for i in range(length)]
    clock = data.draw(st.sampled_from([time(), time(5), time(12), time(9, 41), time(23, 59)]))
    moments = [datetime.combine(day, clock) for day in days]
    away = data.draw(st.none() | st.integers(62, 22 * 60))
    if away:
        moments.append(moments[data.draw(st.integers(0, length - 1))] + timedelta(minutes=away))
    keys = {"timezone": zone} if data.draw(st.booleans()) else {}
    texts = [WAYS[way](moment, zone) for moment in data.draw(st.permutations(moments))]
    reading, _ = landed(tmp_path_factory.mktemp("log"), *texts, **keys)
    assert reading.of_days == (not away), texts
    assert any(NOTE in note for note in reading.notes) == (not away)


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["2026-03-02 12:00:00"], False),
        (["2026-03-02 12:00:00"] * 3, False),
        (["2026-03-02"] * 3, True),
        (["2026-03-02 00:00:00"] * 3, True),
        (["2026-03-02 12:00:00", "2026-03-03 13:00:00"], False),
        (["2026-03-02", "2026-03-03 00:00"], True),
        (["2026-03-02", "2026-03-03 12:00"], False),
        (["2026-03-02 12:00:00", "soon", "2026-03-03 12:00:00"], True),
    ],
)
def test_one_moment_is_no_evidence_unless_it_is_a_midnight(tmp_path, texts, days):
    assert landed(tmp_path, *texts, tolerate={"unparseable_time": 0.5})[0].of_days == days


def test_an_hour_that_changes_from_day_to_day_is_a_clock():
    for changes in (1, 3, 9):
        near = [datetime(2026, 3, 2, 9 + i // changes % 2) + timedelta(days=i) for i in range(30)]
        assert not one_clock([(each, each) for each in near], "Asia/Kolkata")


def test_the_time_of_day_is_told(tmp_path):
    notes = landed(tmp_path, "2026-03-02T00:00:00-05:00", "2026-03-09T00:00:00-04:00")[0].notes
    assert f"all times have one time of day, 00:00:00, {NOTE}" in notes
    (tmp_path / "utc").mkdir()
    utc = [f"2026-03-{day:02}T0{5 - (day > 8)}:00:00Z" for day in range(2, 20)]
    notes = landed(tmp_path / "utc", *utc)[0].notes
    assert f"all times have one time of day, 04:00:00 UTC or 05:00:00 UTC, {NOTE}" in notes


@FEW
@given(st.lists(st.tuples(st.datetimes(datetime(1971, 1, 1), datetime(2068, 12, 31)), st.integers(-14 * 60, 14 * 60)), min_size=1))  # fmt: skip
def test_as_written_an_offset_does_not_count(found):
    moments = [moment.replace(tzinfo=timezone(timedelta(minutes=away))) for moment, away in found]
    for form in ("%Y-%m-%dT%H:%M:%S.%f%z", "%d %b %Y %H:%M:%S.%f %z", "%Y%m%dT%H%M%S.%f%z"):
        read = agree([moment.strftime(form) for moment in moments], Times(zone=WRITTEN))
        assert read == [moment.replace(tzinfo=None) for moment in moments]
