"""A time is read as it was meant, and the same in Python and in the database."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.config.times import EPOCHS, ORDERS
from helpers.ingest.values import times_sql
from helpers.ingest.values.times import WRITTEN, Times, parse

FEW = settings(max_examples=5, deadline=None)
"""Each example is a list of some hundred values, asked in one query."""

CON = duckdb.connect()
CON.execute("set TimeZone = 'Asia/Tokyo'; set threads = 1")


def in_sql(values: list, times: Times = Times(), kind: str = "VARCHAR") -> list[datetime | None]:  # noqa: B008
    made = times_sql.moment("v", kind, times)
    asked = f"select {made} from (select unnest($1::{kind}[]) as v, unnest(range(len($1))) as i) order by i"
    return [row[0] for row in CON.execute(asked, [values]).fetchall()]


def agree(values: list, times: Times = Times(), kind: str = "VARCHAR") -> list[datetime | None]:  # noqa: B008
    """What both read, when they read the same."""
    told = [parse(value, times) for value in values]
    differ = [(v, a, b) for v, a, b in zip(values, told, in_sql(values, times, kind), strict=True) if a != b]
    assert not differ, (times, differ[:5])
    return told


moments = st.datetimes(datetime(1971, 1, 1), datetime(2068, 12, 31))
offsets = st.integers(-14 * 60, 14 * 60)


def offset(minutes: int, form: str) -> str:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return form.format(sign=sign, h=hours, m=rest)


DATES = {
    "": ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d/%b/%Y", "%d %b %Y", "%b %d, %Y", "%B %d %Y", "%d-%b-%y", "%d. %B %Y",
         "%a, %d %b %Y", "%A, %B %d, %Y", "%Y-%b-%d", "%d%b%Y"),
    "day_first": ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%y", "%d.%m.%y"),
    "month_first": ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y"),
    "year_first": ("%y-%m-%d", "%y/%m/%d"),
}  # fmt: skip
CLOCKS = {
    "%H:%M:%S.%f": 1, "%H:%M:%S,%f": 1, "%H:%M:%S": 1_000_000, "%H:%M": 60_000_000, "%I:%M:%S %p": 1_000_000, "%I:%M %p": 60_000_000,
}  # fmt: skip
"""How a clock is written, and the microseconds that it tells apart."""
OFFSETS = ("{sign}{h:02d}:{m:02d}", "{sign}{h:02d}{m:02d}", " {sign}{h:02d}{m:02d}", " GMT{sign}{h:02d}{m:02d}")


@st.composite
def written(draw: st.DrawFn, order: str) -> tuple[str, datetime]:
    """A moment as somebody writes it, and the moment in UTC that this means."""
    moment = draw(moments)
    days = draw(st.sampled_from(DATES[""] + DATES[order]))
    if days == "%Y%m%d":
        glue, clocks = draw(st.sampled_from("T ")), ("%H%M%S", "%H:%M:%S")
    else:
        glue, clocks = draw(st.sampled_from(("T", " ", ", ", ":"))), tuple(CLOCKS)
    clock = draw(st.sampled_from((*clocks, "")))
    moment -= timedelta(microseconds=moment.microsecond % (1 if clock == "%H:%M:%S.%f" else 10**6))
    if clock.startswith(("%H:%M:%S.", "%H:%M:%S,")):
        fraction = f"{moment.microsecond:06d}" + draw(st.text("0123456789", max_size=3))
        text = moment.strftime(f"{days}{glue}{clock[:-2]}") + fraction
    elif not clock:
        moment, text = datetime(moment.year, moment.month, moment.day), moment.strftime(days)
    else:
        step = CLOCKS.get(clock, 1_000_000)
        moment -= timedelta(microseconds=(moment - datetime(1970, 1, 1)) // timedelta(microseconds=1) % step)
        text = moment.strftime(f"{days}{glue}{clock}")
    if clock and draw(st.booleans()):
        minutes = draw(offsets)
        return text + offset(minutes, draw(st.sampled_from(OFFSETS))), moment - timedelta(minutes=minutes)
    zone = draw(st.sampled_from(("", "Z", "z", " UTC", " GMT", " UTC", "+00"))) if clock else ""
    return draw(st.sampled_from(("", " "))) + text + zone, moment


@FEW
@given(st.data())
@pytest.mark.parametrize("order", ["day_first", "month_first", "year_first"])
def test_a_time_is_read_as_it_was_written(order, data):
    found = data.draw(st.lists(written(order), min_size=60, max_size=120))
    read = agree([text for text, _ in found], Times(order=order))
    assert [(t, r) for (t, _), r in zip(found, read, strict=True)] == found


SIGNS = "0123456789 -/.:,+TZ"
pieces = st.one_of(
    st.sampled_from(
        ("2026", "26", "02", "2", "31", "30", "12", "13", "00", "60", "24", "23:59:60", "10:11:12", "0000", "9999", "0001",
         "-", "/", ".", ":", " ", "T", "Z", ",", "+02:00", "-1459", "+1500", "UTC", "GMT", "AM", "pm", "p.m.", "Mar", "may",
         "SEPT", "Mon", "Friday", "1st", "\u00a0", "\u202f", "\t", "nan", "NULL", "e9", "\u0660", "\u0130", "\u212a", "[Europe/Berlin]", "(CET)",
         "1772446272", "1772446272123", "17724462721234567")
    ),
    st.text(SIGNS, max_size=4),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=2),
)  # fmt: skip


@st.composite
def nearly(draw: st.DrawFn) -> str:
    """What looks like a time and often is none: a time with something exchanged, or its pieces in any order."""
    if draw(st.booleans()):
        return "".join(draw(st.lists(pieces, max_size=9)))
    text, _ = draw(written(draw(st.sampled_from(ORDERS))))
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(pieces) + text[at + draw(st.integers(0, 3)) :]


FORMATS = (
    "%d.%m.%Y %H:%M",
    "%m-%d-%y %I:%M:%S.%f %p",
    "%a %d %b %Y %H.%M %z",
    "%Y\u5e74%m\u6708%d\u65e5",
    "(%d+%m) %Y",
)
DECISIONS = [
    *(Times(order=order) for order in ("", *ORDERS)),
    *(Times(format=unit) for unit in EPOCHS),
    *(Times(format=each) for each in FORMATS),
    Times(order="day_first", zone="Europe/Berlin"), Times(zone="America/St_Johns"), Times(format="epoch_seconds", zone="Asia/Tokyo"),
]  # fmt: skip


@FEW
@given(st.lists(nearly(), min_size=20, max_size=120))
@pytest.mark.parametrize("times", DECISIONS, ids=lambda t: f"{t.order}{t.format}-{t.zone}")
def test_whatever_stands_there_python_and_the_database_read_the_same(times, texts):
    agree(texts, times)


@FEW
@given(
    st.lists(st.one_of(nearly(), written("day_first").map(lambda told: told[0])), max_size=80),
    st.lists(st.builds("{}{}".format, moments, st.sampled_from(["", "Z", "+02", "-03:30"])), min_size=5, max_size=20),
    st.sampled_from(("UTC", "Europe/Berlin")),
    st.sampled_from(("UTC", "Asia/Tokyo", WRITTEN)),
)
def test_what_is_plain_is_read_the_same_by_casts_alone(texts, stamps, zone, another):
    """Whatever the zone in which it was looked at, and the one in which it is read."""
    texts += stamps
    plain = times_sql.is_plain("v", "VARCHAR", Times(zone=zone))
    alone = times_sql.moment("v", "VARCHAR", Times(zone=another, plain=True))
    asked = f"select {plain}, min({alone}) from (select unnest($1::varchar[]) as v, unnest(range(len($1))) as i) group by i order by i"
    read = zip(CON.execute(asked, [texts]).fetchall(), in_sql(texts, Times(zone=another)), strict=True)
    found = [(moment, whole) for (plain, moment), whole in read if plain]
    assert all(moment == whole for moment, whole in found) and len(found) >= len(stamps)


@FEW
@given(
    st.lists(st.datetimes(), min_size=1, max_size=60), st.sampled_from(("UTC", "Europe/Berlin", "Australia/Lord_Howe"))
)
def test_typed_columns_are_read_as_their_text_would_be(naive, zone):
    times = Times(zone=zone)
    agree(naive, times, "TIMESTAMP")
    whole = [m.replace(microsecond=m.microsecond // 1000 * 1000) for m in naive]
    assert agree(whole, times, "TIMESTAMP_MS") == agree(whole, times, "TIMESTAMP")
    agree([m.replace(microsecond=0) for m in naive], times, "TIMESTAMP_S")
    agree([m.date() for m in naive], times, "DATE")
    assert in_sql([m.replace(tzinfo=UTC) for m in naive], times, "TIMESTAMP WITH TIME ZONE") == naive


@FEW
@given(st.lists(st.integers(-(2**62), 2**62 - 1), min_size=1, max_size=60))
def test_nanoseconds_of_a_typed_column_are_cut_as_those_of_a_text_are(nanoseconds):
    made = times_sql.moment("make_timestamp_ns(v)", "TIMESTAMP_NS", Times())
    asked = f"select {made} from (select unnest($1::bigint[]) as v)"
    read = [row[0] for row in CON.execute(asked, [nanoseconds]).fetchall()]
    assert read == [datetime(1970, 1, 1) + timedelta(microseconds=n // 1000) for n in nanoseconds]


NUMBERS = [
    Times(), Times(order="day_first"), Times(format="epoch_milliseconds"), Times(format="%Y%m%d"), Times(format="epoch_seconds", zone="Europe/Berlin"),
]  # fmt: skip


@FEW
@given(
    st.lists(moments, min_size=1, max_size=60),
    st.lists(st.one_of(st.integers(0, 10**19), st.integers(0, 2**53)), min_size=1, max_size=60),
    st.lists(st.floats(), min_size=1, max_size=60),
    st.sampled_from(NUMBERS),
)
def test_numbers_since_1970_are_read_from_every_type(near, whole, floats, times):
    seconds = [(m - datetime(1970, 1, 1)) / timedelta(seconds=1) for m in near]
    for tens in (1, 10**3, 10**6, 10**9):
        agree([s * tens for s in seconds] + floats, times, "DOUBLE")
        agree([int(s * tens) for s in seconds], times, "BIGINT")
    agree(whole, times, "UHUGEINT")
    agree([n for n in whole if n < 2**63], times, "BIGINT")
    agree([Decimal(n) / 10**4 for n in whole], times, "DECIMAL(24, 4)")


@FEW
@given(st.lists(st.datetimes(datetime(1973, 3, 4), datetime(2262, 1, 1)), min_size=1, max_size=60))
def test_the_size_of_a_number_tells_its_unit(whole):
    micros = [(m - datetime(1970, 1, 1)) // timedelta(microseconds=1) for m in whole]
    assert agree([str(n) for n in micros]) == whole == agree(micros, kind="BIGINT")
    assert agree([f"{n}{n % 1000:03d}" for n in micros]) == whole
    for tens in (10**3, 10**6):
        cut = [m - timedelta(microseconds=n % tens) for m, n in zip(whole, micros, strict=True)]
        assert (
            agree([str(n // tens) for n in micros]) == cut == agree([float(n // tens) for n in micros], kind="DOUBLE")
        )
        assert agree([f"{Decimal(n) / tens:f}" for n in micros]) == whole


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC")


@FEW
@given(
    st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1)), min_size=1, max_size=100), st.sampled_from(ZONES)
)
def test_a_time_without_a_zone_is_one_of_the_study_s(local, zone):
    """pandas knows the zones too: what clocks show twice is the first of the two, what they skip comes later."""
    expected = [
        pd.Timestamp(m).tz_localize(zone, ambiguous=True, nonexistent=timedelta(hours=1)).tz_convert("UTC").tz_localize(None)
        for m in local
    ] if zone not in ("Pacific/Apia", "Australia/Lord_Howe") else [
        m.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None) for m in local
    ]  # fmt: skip
    for form in ("%Y-%m-%d %H:%M:%S.%f", "%d %b %Y %H:%M:%S.%f"):
        assert agree([m.strftime(form) for m in local], Times(zone=zone)) == expected
    aware = [m.replace(tzinfo=timezone(timedelta(hours=-5))) for m in local]
    assert agree([m.isoformat() for m in aware], Times(zone=zone)) == [m + timedelta(hours=5) for m in local]


def test_what_clocks_show_twice_and_what_they_skip():
    berlin = Times(zone="Europe/Berlin")
    assert agree(["2026-10-25 02:30:00", "2026-10-25 02:30:00+01:00", "2026-03-29 02:30", "2026-03-29 03:30"], berlin) == [
        datetime(2026, 10, 25, 0, 30), datetime(2026, 10, 25, 1, 30), datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 1, 30),
    ]  # fmt: skip
    found = CON.execute(
        f"""select {times_sql.shown_twice("v", "Europe/Berlin")}, {times_sql.skipped("v", "Europe/Berlin")} from (values
        (timestamp '2026-10-25 02:30:00'), ('2026-03-29 02:30:00'), ('2026-10-25 03:00:00'), ('2026-10-25 02:00:00')) as t(v)"""
    ).fetchall()
    assert found == [(True, False), (False, True), (False, False), (True, False)]


TWO = datetime(2026, 3, 2, 10, 11, 12)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02 10:11:40.123+02", datetime(2026, 3, 2, 8, 11, 40, 123000)),
        ("2026-03-02 10:11:12.1234569999", TWO.replace(microsecond=123456)),
        ("2026-06-30 23:59:60", datetime(2026, 7, 1)),
        ("2026-07-01T01:59:60.5+02:00", datetime(2026, 7, 1, 0, 0, 0, 500000)),
        ("2026-03-02T24:00:00", datetime(2026, 3, 3)),
        ("2026-03-02 24:00:01", None),
        ("2026-03-02 12:11 AM", datetime(2026, 3, 2, 0, 11)),
        ("2026-03-02 12:11 pm", datetime(2026, 3, 2, 12, 11)),
        ("2026-03-02 00:11 AM", datetime(2026, 3, 2, 0, 11)), ("2026-03-02 0:11 pm", datetime(2026, 3, 2, 12, 11)),
        ("2026-03-02 13:11 pm", None),
        ("2026-02-30", None), ("2026-02-30 10:11:12", None), ("0000-00-00 00:00:00", None), ("0000-01-01", None),
        ("0001-01-01", datetime(1, 1, 1)), ("0001-01-01T00:00:00+02:00", None),
        ("9999-12-31 23:59:59.9999999", datetime(9999, 12, 31, 23, 59, 59, 999999)), ("9999-12-31T23:59:59-02:00", None),
        ("20260302", datetime(2026, 3, 2)), ("20260302.0", datetime(2026, 3, 2)), ("20260302T101112Z", TWO), ("20260302101112", TWO),
        ("20260302101112123", TWO.replace(microsecond=123000)),
        ("Mon Mar 02 2026 10:11:12 GMT+0200 (Central European Time)", TWO.replace(hour=8)),
        ("Mon Mar  2 10:11:12 2026", TWO), ("Mon Mar  2 10:11:12 UTC 2026", TWO), ("2026-03-02T10:11:12+01:00[Europe/Berlin]", TWO.replace(hour=9)),
        ("3/2/2026, 10:11:12\u202fAM", TWO), ("March 2nd, 2026 at 2:31 p.m.", datetime(2026, 3, 2, 14, 31)), ("2 Mar 2026 2:31 p.\u00a0m.", datetime(2026, 3, 2, 14, 31)),
        (" 2026-03-02\u00a010:11:12\t", TWO),
        *((none, None) for none in ("", " ", "nan", "NaT", "NULL", "-", "0", "17", "-1772446272", "1.77245E+12", "2026", "10:11", "2026-W10-1",
                                    "12345678901", "3/2/2026 25:00", "02-03-26 10", "2026-03-02 10:11:12 CET", "99991231x")),
    ],
)  # fmt: skip
def test_what_is_decided_of_the_edges(text, moment):
    assert agree([text], Times(order="month_first")) == [moment]


def test_years_of_two_digits_are_1969_to_2068():
    assert agree(["1/1/69", "1/1/68", "31-Dec-68"], Times(order="day_first")) == [
        datetime(1969, 1, 1), datetime(2068, 1, 1), datetime(2068, 12, 31),
    ]  # fmt: skip


def test_dates_of_three_numbers_are_unread_until_their_order_is_decided():
    texts = ["17.03.2026 08:03", "05/11/2026 02:31:10 PM", "26-03-02"]
    assert agree(texts) == [None] * 3
    assert agree(texts, Times(order="day_first"))[:2] == [
        datetime(2026, 3, 17, 8, 3),
        datetime(2026, 11, 5, 14, 31, 10),
    ]
    assert agree(texts, Times(order="year_first")) == [None, None, datetime(2026, 3, 2)]


@FEW
@given(
    st.lists(moments, min_size=1, max_size=80),
    st.sampled_from(("%d.%m.%Y %H:%M:%S.%f", "(%y/%m/%d) %I-%M-%S %p", "%b %d %Y um %H Uhr %M")),
)
def test_a_format_of_the_study_is_read_as_strptime_reads_it(whole, form):
    texts = [m.strftime(form) for m in whole]
    assert agree(texts, Times(format=form)) == [datetime.strptime(text, form) for text in texts]
    assert agree(["2026-03-02 10:11:12"], Times(format=form)) == [None]


def test_moments_that_no_calendar_of_four_digits_holds_are_unread():
    found = CON.execute(
        f"""select {times_sql.moment("v", "TIMESTAMP", Times())} from (values ('infinity'::timestamp), ('-infinity'), ('10000-01-01'),
        (null), ('0001-01-01 (BC)')) as t(v)"""
    ).fetchall()
    assert [row[0] for row in found] == [None] * 5
    assert in_sql([True], kind="BOOLEAN") == [None] == [parse(True)]
    assert parse(date(2026, 3, 2), Times(zone="Europe/Berlin")) == datetime(2026, 3, 1, 23)


@FEW
@given(st.lists(moments, min_size=1, max_size=60), st.sampled_from(["1", "1000", "1000000", "1000000000"]))
def test_floats_are_told_as_what_they_count(whole, unit):
    """Whatever a float's own text looks like: the digits of the whole number in it tell what it counts."""
    counts = [float((m - datetime(1970, 1, 1)) // timedelta(microseconds=1) * int(unit) // 10**6) for m in whole]
    for kind in ("DOUBLE", "HUGEINT"):
        asked = ", ".join(made("v", kind, Times()) for made in (times_sql.form, times_sql.clockless))
        found = set(CON.execute(f"select {asked} from (select unnest($1::{kind}[]) as v)", [counts]).fetchall())
        names = ("seconds", "milliseconds", "microseconds", "nanoseconds")
        lengths = {len(f"{count:.0f}") for count in counts}
        expected = {
            names[(length - 8) // 3] for length in lengths if length >= 9 and length % 3 != 2
        }  # from 3 March 1973
        assert {(f"epoch_{name}", False) for name in expected} == {row for row in found if row[0].startswith("epoch")}


def test_patterns_hold_no_sign_that_only_one_of_the_engines_knows():
    for times in DECISIONS:
        assert not any(re.search(r"\(\?[=!<]|\\[dwsbZA]", pattern) for pattern in times.patterns if not times.format)
