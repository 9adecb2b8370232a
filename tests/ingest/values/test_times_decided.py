"""What is decided of a whole column of times, what is said of it, and what is asked."""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest.columns import expression
from helpers.ingest.reading import Reading
from helpers.ingest.values.times import Times
from tests.ingest.studies import log_study, unit_study


def landed(folder: Path, *times: str, **data) -> tuple[Reading, list[datetime | None]]:
    """How a log with these times is read, and what its marts see of them."""
    file = folder / "log.csv"
    file.write_text("\n".join(["at,what,who,cost", *(f'"{time}",view,u{i},1' for i, time in enumerate(times))]) + "\n")
    study = log_study(file, **data)
    ingest.land(study, folder / "raw")
    found = ingest.landed(folder / "raw")
    made = {c["name"]: c["expression"] for c in ingest.column_expressions(study, found.types, found.reading)}
    rows = duckdb.sql(f"select {made['event_time']} from read_parquet('{found.location}')").fetchall()
    (folder / "raw").rename(folder / f"raw-{len(list(folder.iterdir()))}")
    return found.reading, [row[0] for row in rows]


def refused(folder: Path, *times: str, **data) -> str:
    with pytest.raises(ReportError) as caught:
        landed(folder, *times, **data)
    return str(caught.value)


AMBIGUOUS = ("01/07/2026 09:35", "02/07/2026 10:00 PM")


def test_one_part_above_twelve_tells_the_order_of_the_whole_column(tmp_path):
    reading, read = landed(tmp_path, *AMBIGUOUS, "13/07/2026")
    assert reading.times == Times(order="day_first")
    assert read == [datetime(2026, 7, 1, 9, 35), datetime(2026, 7, 2, 22), datetime(2026, 7, 13)]
    assert reading.notes[0] == "times of column 'at': day first, told by '13/07/2026' (line 4); in UTC"
    assert landed(tmp_path, *AMBIGUOUS, "\t07/13/2026")[1][0] == datetime(2026, 1, 7, 9, 35)


def test_an_order_that_nothing_tells_is_asked_for_and_the_answer_is_taken(tmp_path):
    message = refused(tmp_path, *AMBIGUOUS)
    assert "does not tell the order of day and month" in message
    assert "'01/07/2026 09:35' (line 2) is 1 July 2026 (day_first) or 7 January 2026 (month_first)" in message
    assert "say which: data.time_format: day_first (or month_first)" in message
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    assert landed(tmp_path / "a", *AMBIGUOUS, time_format="day_first")[1][0] == datetime(2026, 7, 1, 9, 35)
    assert landed(tmp_path / "b", *AMBIGUOUS, time_format="month_first")[1][0] == datetime(2026, 1, 7, 9, 35)


@pytest.mark.parametrize("years", ["%Y", "%y"])
@pytest.mark.parametrize("other", [None, datetime(2026, 3, 4), datetime(2007, 7, 8)])
def test_an_order_that_changes_nothing_is_not_asked_for(tmp_path, years, other):
    days = [datetime(2026 if years == "%Y" else 2006, 6, 6, 10, 11), datetime(2007, 7, 7)] + ([other] if other else [])
    written = [day.strftime(f"%d.%m.{years} %H:%M") for day in days]
    if other:
        assert "order of day and month" in refused(tmp_path, *written)
        return
    reading, read = landed(tmp_path, *written)
    assert read == days
    other = "month first" if years == "%Y" else "month first or year first"
    assert f"day first (or {other}, which gives the same day in all rows); in UTC" in reading.notes[0]


def test_dates_that_contradict_each_other_are_asked_for_too(tmp_path):
    message = refused(tmp_path, "01/01/2026", "14/01/2026", "01/15/2026")
    assert "more than one order" in message
    assert "'01/15/2026' (line 4) and '14/01/2026' (line 3)" in message


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), min_size=1, max_size=40),
    st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%d/%m/%y", "%y-%m-%d"]),
)
def test_a_column_is_read_as_it_was_written_or_asked_for(tmp_path_factory, days, form):
    folder = tmp_path_factory.mktemp("log")
    days = [datetime(d.year, d.month, d.day) for d in days]
    try:
        _, read = landed(folder, *(d.strftime(form) for d in days))
    except ReportError as error:
        assert "order of day and month" in str(error)
        assert len({d.year for d in days}) > 1 or "%y" in form or all(d.day <= 12 for d in days)
    else:
        assert read == days


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), min_size=1, max_size=12),
    st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), min_size=1, max_size=12),
    st.sampled_from(["%d.%m.%Y", "%m.%d.%Y"]),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%m-%d-%Y"]),
)
def test_dates_with_two_signs_are_read_as_they_were_written_or_asked_for(tmp_path_factory, ones, others, one, other):
    days = [(datetime(d.year, d.month, d.day), form) for some, form in ((ones, one), (others, other)) for d in some]
    try:
        _, read = landed(tmp_path_factory.mktemp("log"), *(day.strftime(form) for day, form in days))
    except ReportError as error:
        told = [any(d.day > 12 for d in some) for some in (ones, others)]
        said = str(error)
        if "more than one order" in said:
            assert (one[1] != other[1]) and all(told)
        elif "of all its dates" in said:
            assert any(told) and not all(told)
        else:
            assert "does not tell the order of day and month" in said and not any(told)
    else:
        assert read == [day for day, _ in days]


def test_an_order_that_another_sign_tells_is_asked_for_with_both(tmp_path):
    message = refused(tmp_path, "03/05/2026", "04/05/2026", "13.03.2026")
    for words in ("'03/05/2026' (line 2) is 3 May 2026 (day_first) or 5 March 2026 (month_first), and none of the 2 dates with '/' tells which",
                  "only the 1 with '.' do, as '13.03.2026' (line 4): day_first"):  # fmt: skip
        assert words in message
    (tmp_path / "stated").mkdir()
    assert landed(tmp_path / "stated", "03/05/2026", "13.03.2026", time_format="day_first")[1][0] == datetime(
        2026, 5, 3
    )


def test_a_clock_of_twelve_hours_may_begin_with_zero(tmp_path):
    times = ["03/02/2026 00:30:00 AM", "03/13/2026 00:45 PM", "03/13/2026 12:45 AM"]
    assert landed(tmp_path, *times)[1] == [
        datetime(2026, 3, 2, 0, 30), datetime(2026, 3, 13, 12, 45), datetime(2026, 3, 13, 0, 45),
    ]  # fmt: skip
    (tmp_path / "open").mkdir()
    assert "is 3 February 2026 (day_first) or 2 March 2026" in refused(tmp_path / "open", times[0], "03/04/2026 99:99")


def test_shapes_may_be_mixed_for_each_tells_what_it_is(tmp_path):
    texts = [
        "2026-03-02 10:11:12",
        "2026-03-02T12:11:12+02",
        "1772446272",
        "1772446272000",
        "2 Mar 2026 10:11:12",
        "20260302T101112Z",
    ]
    reading, read = landed(tmp_path, *texts)
    assert read == [datetime(2026, 3, 2, 10, 11, 12)] * 6
    for form in ("ISO (2)", "ISO with an offset from UTC (1)", "seconds since 1970 (1)", "milliseconds since 1970 (1)"):
        assert form in reading.notes[0]


def test_plain_times_tell_nothing_of_when_a_row_was_written(tmp_path):
    """That stands in another column, written by another clock."""
    reading, _ = landed(tmp_path, "2026-03-02 10:11:12", "2026-03-02 10:11:12Z")
    assert reading.times.plain
    made = expression("ingested_at", "at", {"at": "VARCHAR"}, reading)
    assert duckdb.sql(f"select {made} from (select '2 March 2026, 10:11' as at)").fetchall() == [
        (datetime(2026, 3, 2, 10, 11),)
    ]


def test_days_without_a_time_of_day_are_told(tmp_path):
    assert "all times are days without a time of day" in landed(tmp_path, "2026-03-02", "20260303")[0].notes[1]
    assert "1 of 2 times are days" in landed(tmp_path, "2026-03-02", "2026-03-03 10:11")[0].notes[1]
    assert not any("without a time" in note for note in landed(tmp_path, "2026-03-02 00:00")[0].notes)


def test_what_a_change_of_clocks_did_is_counted(tmp_path):
    times = [
        "2026-10-25 02:30:00",
        "2026-10-25 02:45:00",
        "2026-10-25 02:30:00+01:00",
        "2026-03-29 02:30",
        "2026-07-01 12:00",
        "1772446272",
    ]
    reading, read = landed(tmp_path, *times, timezone="Europe/Berlin")
    assert read[0] == datetime(2026, 10, 25, 0, 30)
    assert read[3:] == [datetime(2026, 3, 29, 1, 30), datetime(2026, 7, 1, 10), datetime(2026, 3, 2, 10, 11, 12)]
    assert "else in Europe/Berlin" in reading.notes[0]
    assert reading.notes[1:] == (
        "2 times that clocks of Europe/Berlin show twice are taken for the first of the two",
        "1 time that clocks of Europe/Berlin skip is taken for as much later as they skip",
    )


def test_what_cannot_be_read_is_shown_by_shape_with_its_line(tmp_path):
    times = ["2026-03-02", *(f"Q{i} of {i}" for i in range(1, 5)), "yester\x1b[31mday", "", "x" * 90]
    message = refused(tmp_path, *times)
    for words in ("log.csv: column 'at' holds times that cannot be read", "7 of 8 rows: 'Q1 of 1' (line 3) and 3 of this shape",
                  "'yester?[31mday' (line 7)", f"'{'x' * 40}...' (line 9)", "1 empty", "write all times in one form", "17.03.2026 08:03"):  # fmt: skip
        assert words in message
    assert "tolerate" not in message
    assert "\x1b" not in message


def test_a_few_unread_times_are_to_be_corrected_and_leaving_them_out_is_not_advised(tmp_path):
    times = ["soon", *["2026-03-02 10:11:12"] * 50]
    message = refused(tmp_path, *times)
    assert "or correct these times" in message and "tolerate" not in message
    (tmp_path / "again").mkdir()
    reading, read = landed(tmp_path / "again", *times, tolerate={"unparseable_time": 0.02})
    assert read == [None] + [datetime(2026, 3, 2, 10, 11, 12)] * 50
    assert "1 of 51 times cannot be read and is left out" in reading.notes


@pytest.mark.parametrize(
    ("form", "text", "moment"),
    [
        ("%d|%m|%Y %H.%M", "17|03|2026 08.03", datetime(2026, 3, 17, 8, 3)),
        ("epoch_seconds", "5", datetime(1970, 1, 1, 0, 0, 5)),
        ("epoch_milliseconds", "1500", datetime(1970, 1, 1) + timedelta(milliseconds=1500)),
        ("%Y%m%d%H", "2026031708", datetime(2026, 3, 17, 8)),
    ],
)
def test_a_format_of_the_study_is_the_only_one(tmp_path, form, text, moment):
    assert landed(tmp_path, text, time_format=form)[1] == [moment]
    (tmp_path / "other").mkdir()
    assert f"as data.time_format says: {form}" in refused(tmp_path / "other", text, "2026-03-02", time_format=form)


@pytest.mark.parametrize("texts", [("13.02.2026", "31.02.2026"), ("2026-02-03", "2026-02-31")])
def test_a_day_that_the_calendar_has_not_is_told_as_that(tmp_path, texts):
    said = refused(tmp_path, *texts)
    assert "there is no such day: February 2026 has 28 days" in said and f"'{texts[1]}'" in said
    assert "data.time_format says" not in said, "the study says none"


def test_rows_are_counted_as_a_reader_counts_them(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("at,what,who,cost\n2026-03-02,view,u1,1\n2026-03-02,vi\nsoon,view,u2,1\n")
    with pytest.raises(ReportError, match=r"'soon' \(line 4\)"):
        ingest.land(log_study(file), tmp_path / "raw")


def test_a_unit_table_is_read_the_same_way(tmp_path):
    file = tmp_path / "units.csv"
    file.write_text("who,arm,bought,spend,rounds,at\nu1,a,1,1,1,01/10/2019 01:30\nu2,b,1,1,1,13/10/2019 01:30\n")
    columns = {"user_id": "who", "variant": "arm", "event_time": "at"}
    ingest.land(unit_study(file, columns=columns, timezone="Europe/Berlin"), tmp_path / "raw")
    found = ingest.landed(tmp_path / "raw")
    made = ingest.column_expressions(
        unit_study(file, columns=columns, timezone="Europe/Berlin"), found.types, found.reading
    )
    time = next(c["expression"] for c in made if c["name"] == "event_time")
    rows = duckdb.sql(f"select distinct user_id, {time} from read_parquet('{found.location}') order by 1").fetchall()
    assert rows == [("u1", datetime(2019, 9, 30, 23, 30)), ("u2", datetime(2019, 10, 12, 23, 30))]
