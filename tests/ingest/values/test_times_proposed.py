"""A format that a message proposes reads the column as Python's strptime does; what no format reads is promised none."""

import re
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.ingest.values.times_proposed import formats_of
from tests.ingest.values.test_times_decided import landed, refused

FEW = settings(
    phases=[__import__("hypothesis").Phase.generate],
    max_examples=60,
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
)


@st.composite
def formats(draw: st.DrawFn) -> str:
    """A format of a date's order and sign, a clock, and what stands between."""
    sign = draw(st.sampled_from(["-", "/", ".", "|", "_", " ", ""]))
    date = draw(st.sampled_from(["dmY", "mdY", "Ymd", "dmy", "mdy", "ymd", "dbY", *(["bdY"] if sign else [])]))
    made = sign.join(f"%{code}" for code in date)
    clock, glue = draw(st.sampled_from(CLOCKS)), draw(st.sampled_from([" ", "T", ", ", "_", " at "]))
    made = f"{made}{glue}{clock}" if draw(st.integers(0, 3)) else f"{clock} {made}"
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


@given(st.text("0123456789 .:/-hapmTZ%\0'", max_size=24))
@settings(max_examples=200, deadline=None)
def test_whatever_a_format_is_made_of_it_reads_that(text):
    for form in formats_of(text):
        assert "%" in form and len(form) < 60
