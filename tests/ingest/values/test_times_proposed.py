"""A format that a message proposes reads the column as Python's strptime does; what no format reads is promised none."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.ingest.values.times_proposed import BETWEEN, formats_of
from tests.ingest.values.test_times_decided import landed, refused

FEW = settings(
    phases=[Phase.generate],
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CLOCKS = (
    "%H.%M",
    "%Hh%M",
    "%H.%M.%S",
    "%H-%M-%S",
    "%H %M",
    "%H%M",
    "%H%M%S",
    "%I.%M %p",
    "%H:%M:%S:%f",
    "%H Uhr %M",
    "%H h",
    "%H時%M分",
)


@st.composite
def formats(draw: st.DrawFn) -> str:
    """A format of a date's order and sign, a clock, and what stands between."""
    sign = draw(st.sampled_from(["-", "/", ".", "|", "_", " ", ""]))
    date = draw(st.sampled_from(["dmY", "mdY", "Ymd", "dmy", "mdy", "ymd", "dbY", *(["bdY"] if sign else [])]))
    made = sign.join(f"%{code}" for code in date)
    made = draw(st.sampled_from([made, made, made, "%Y年%m月%d日", "%y年%m月%d日", "%Y년 %m월 %d일"]))
    clock, glue = draw(st.sampled_from(CLOCKS)), draw(st.sampled_from([" ", "T", ", ", "_", " at "]))
    ahead = " " not in clock.removesuffix(" %p")  # else it runs into the date: 10 04 2021|12|27 is two moments
    made = f"{clock} {made}" if ahead and not draw(st.integers(0, 3)) else f"{made}{glue}{clock}"
    return draw(st.sampled_from(["", "on "])) + made


def advised(message: str) -> list[str]:
    """Formats and words that a message says."""
    told = re.search(r"data\.time_format: (.*?)(?:;|$)", message, re.MULTILINE)
    return re.findall(r"'([^']*)'", told[1]) or re.findall(r"\w+_first", told[1]) if told else []


@FEW
@given(
    st.sets(st.datetimes(datetime(2019, 1, 1), datetime(2031, 12, 31)), min_size=1, max_size=12),
    st.data(),
)
def test_what_is_proposed_reads_the_column_as_it_was_written(tmp_path_factory, moments, data):
    form = data.draw(formats())
    texts = [moment.strftime(form) for moment in sorted(moments)]
    meant = [datetime.strptime(text, form) for text in texts]
    try:
        read = [landed(tmp_path_factory.mktemp("log"), *texts)[1]]
    except ReportError as error:
        told = advised(str(error))
        assert told, str(error)
        read = [landed(tmp_path_factory.mktemp("log"), *texts, time_format=each)[1] for each in told]
        for each, found in zip(told, read, strict=True):
            if "%" in each:
                assert found == [datetime.strptime(text, each) for text in texts]
    assert meant in read, (form, read)


@pytest.mark.parametrize(
    ("texts", "cause", "remedy"),
    [
        (["26年03月02日", "26年04月30日"], "would be 2 March 2026", "%y年%m月%d日"),
        (["17.03.2026 10.11", "02.04.2026 08.03"], "'17.03.2026 10.11' would be 17 March 2026 10:11 ('%d.%m.%Y %H.%M')",
         "say how they are written: data.time_format: '%d.%m.%Y %H.%M'"),
        (["02/03/2026 15h24"], "would be 2 March 2026 15:24 ('%d/%m/%Y %Hh%M') or 3 February 2026 15:24 ('%m/%d/%Y %Hh%M')",
         "say which: data.time_format: '%d/%m/%Y %Hh%M' (or '%m/%d/%Y %Hh%M')"),
        ([*["2026-03-02 10h24"] * 30, "soon"], "would be 2 March 2026 10:24",
         "data.time_format: '%Y-%m-%d %Hh%M'; and correct the 1 that it leaves unread"),
    ],
)  # fmt: skip
def test_it_is_said_what_the_times_would_be(tmp_path, texts, cause, remedy):
    message = refused(tmp_path, *texts)
    assert "holds times that cannot be read" in message and cause in message and remedy in message


@pytest.mark.parametrize(
    "texts",
    [
        ["2 marzo 2026 10h24", "2 marzo 2026 11h24"],
        ["02.03.2026 10.11", "2026-03-02 10h24"],
        ["2026-03-02 10:11", "2026-03-02 10:12", "02.03.2026 10.11"],
        ["02.03.2026 99.11"] * 3,
        ["at noon"],
    ],
)
def test_what_no_one_format_reads_is_promised_none(tmp_path, texts):
    message = refused(tmp_path, *texts)
    assert not advised(message)
    assert "write all times in one form, such as 2026-03-02 10:11:12" in message


ZONES = ["EST", "CET", "CEST", "MEZ", "IST", "(PST)", "Europe/Berlin"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.datetimes(datetime(2019, 10, 1), datetime(2019, 10, 12)), min_size=1, max_size=8),
    st.sampled_from(
        [
            "%Y-%m-%d %H:%M:%S",
            "%d.%m.%Y %H:%M",
            "%Y-%m-%dT%H:%M:%S",
            "%a %b %d %H:%M:%S",
            "%d/%m/%Y %H.%M",
            "%I:%M %p %d-%m-%Y",
        ]
    ),
    st.sampled_from(ZONES),
    st.sampled_from(["America/New_York", "Europe/Berlin", "Asia/Tokyo"]),
)
def test_a_zone_is_never_promised_away(tmp_path_factory, moments, form, zone, place):
    """Without its name and with data.timezone it is read, as zoneinfo has it."""
    moments = [moment.replace(second=0, microsecond=0, day=moment.day % 3 + 20) for moment in moments]
    texts = [moment.strftime(form) + f" {zone}" + (" 2019" if "%Y" not in form else "") for moment in moments]
    message = refused(tmp_path_factory.mktemp("log"), *texts)
    assert not advised(message) and "time zones, which are not read" in message and "state data.timezone" in message
    off = [text.replace(f" {zone}", "") for text in texts]
    stated = {"time_format": form + (" %Y" if "%Y" not in form else "")}
    found = landed(tmp_path_factory.mktemp("log"), *off, timezone=place, **stated)[1]
    meant = [moment.replace(tzinfo=ZoneInfo(place)).astimezone(UTC).replace(tzinfo=None) for moment in moments]
    assert found == meant


@pytest.mark.parametrize("year", [1, 8, 31])
@pytest.mark.parametrize(("era", "first"), [("令和", 2019), ("平成", 1989)])
def test_a_year_of_an_era_is_no_other_year(tmp_path, year, era, first):
    message = refused(tmp_path, f"{era}{year:02d}年03月02日", f"{era}{year:02d}年03月03日")
    assert not advised(message) and f"would be {first + year - 1}-03-02" in message
    assert formats_of(f"{era}{year:02d}年03月02日") == {}


@given(
    st.datetimes(datetime(2019, 1, 1), datetime(2031, 12, 31)), st.text("ABCDEGIJKLNOQRSTVWXYZ", min_size=2, max_size=5)
)
@settings(max_examples=60, deadline=None)
def test_a_word_behind_a_time_is_no_part_of_its_format(moment, word):
    text = moment.strftime("%d.%m.%Y %H.%M")
    assert formats_of(text) and (
        word.lower() in BETWEEN or not any(word in form for form in formats_of(f"{text} {word}"))
    )


@given(st.text("0123456789 .:/-hapmTZ%\0'", max_size=24))
@settings(max_examples=200, deadline=None)
def test_whatever_a_format_is_made_of_it_reads_that(text):
    for form in formats_of(text):
        assert "%" in form and len(form) < 60
