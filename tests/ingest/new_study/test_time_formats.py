"""A proposal for a log whose times are written in another way."""

from datetime import datetime
from pathlib import Path

import pytest

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed, written

TIME = "timestamp '2026-07-03 21:00:00' + to_seconds(i * 1500 + step * 60)"


def log(file: Path, at: str, more: str = "", rows: int = 400) -> Path:
    return written(
        file,
        f"""select {more} {at} as event_time, ['view', 'cart', 'purchase'][step] as what, 4575588528981626491 + i as visitor
        from range({rows}) as t(i), range(1, 4) as s(step) where i % (step * step) = 0""",
    )


@pytest.mark.parametrize(
    ("at", "stated"),
    [
        (f"epoch({TIME})::bigint", None),
        (f"epoch_ms({TIME})", None),
        (f"epoch_us({TIME})", None),
        (f"strftime({TIME}, '%d.%m.%Y %H:%M:%S')", "day_first"),
        (f"strftime({TIME}, '%m/%d/%Y %I:%M:%S %p')", "month_first"),
        (f"strftime({TIME}, '%d/%b/%Y:%H:%M:%S +0000')", None),
        (f"strftime({TIME}, '%Y-%m-%dT%H:%M:%S') || '.000Z'", None),
    ],
    ids=["seconds", "milliseconds", "microseconds", "day first", "month first", "named month", "ISO"],
)
def test_times_are_read_however_they_are_written(tmp_path, at, stated):
    study, text, _ = proposed(tmp_path, log(tmp_path / "log.csv", at, rows=800))
    assert study.data.columns["event_time"] == "event_time"
    assert study.data.time_format == stated
    assert study.period.start == datetime(2026, 7, 3) and study.period.end == datetime(2026, 7, 18)
    assert "unparseable_time" not in text
    ingest.land(study, tmp_path / "raw")


def test_an_order_that_no_date_tells_is_asked_for(tmp_path):
    file = log(tmp_path / "log.csv", f"strftime({TIME}, '%d/%m/%Y %H:%M')", rows=300)
    with pytest.raises(ReportError, match="does not tell the order") as caught:
        proposed(tmp_path, file)
    assert "say which: --time-format day_first (or month_first)" in str(caught.value)
    study, _, said = proposed(tmp_path, file, time_format="day_first")
    assert study.data.time_format == "day_first"
    assert "day first, as it was said" in said
    assert study.period.start == datetime(2026, 7, 3)
    assert proposed(tmp_path, file, time_format="month_first", force=True)[0].period.start == datetime(2026, 3, 7)
    with pytest.raises(ReportError, match="--time-format cannot be used"):
        proposed(tmp_path, file, time_format="dayfirst", force=True)


def test_a_moment_is_preferred_to_its_day_and_a_number_is_a_time_by_its_name_only(tmp_path):
    file = log(tmp_path / "log.csv", f"epoch_us({TIME})", f"strftime({TIME}, '%Y%m%d') as event_date,")
    study, _, _ = proposed(tmp_path, file)
    assert study.data.columns["event_time"] == "event_time"
    assert study.data.columns["user_id"] == "visitor"


def test_bare_days_are_times_and_said(tmp_path):
    study, _, said = proposed(tmp_path, log(tmp_path / "log.csv", f"strftime({TIME}, '%Y-%m-%d')"))
    assert "days without a time of day" in said
    assert study.period.start == datetime(2026, 7, 3)


@pytest.mark.parametrize("sign", ["-", ".", "/"])
@pytest.mark.parametrize("month", [2, 4, 6, 9, 11])
def test_a_day_that_the_calendar_has_not_tells_no_order(tmp_path, month, sign):
    """The 31st of a short month, among days of ISO and among days that may be of two countries."""
    none = f"31{sign}{month:02d}{sign}2026"
    for days, told in (("'2026-05-0' || (1 + i % 9)", None), (f"'0' || (1 + i % 9) || '{sign}05{sign}2026'", "asked")):
        file = log(tmp_path / "log.csv", f"if(i = 7, '{none}', {days})", rows=120)
        if told:
            with pytest.raises(ReportError, match="does not tell the order"):
                proposed(tmp_path, file, force=True)
        else:
            study, text, _ = proposed(tmp_path, file, force=True)
            assert study.data.time_format is None and "How are the times written that cannot be read (1 of" in text
