"""Scalars of a study file: what YAML 1.2 says they are, and the text they were written as where text is wanted."""

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.config import Model, loading, read_yaml
from helpers.config.base import Moment
from helpers.errors import ReportError
from tests.ingest.studies import unit_study

WORDS = [
    "20260907",
    "05000",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "1e3",
    "0o17",
    "0x1F",
    "1_000",
    "12:30:00",
    "190:20:30",
    "2026-09-07",
    "+12",
    "-0",
    ".5",
    "5.",
    "1.10",
    "0b11",
    "<<",
    "=",
    "~x",
    ".5e-3",
    "1E+5",
]
PLAIN = st.text("0123456789abefnosxyEOT_.:+-~<=", min_size=1, max_size=12)
"""Signs of which numbers, dates, words and what YAML 1.1 takes for them are made."""


class Held(Model):
    value: str | None


class When(Model):
    value: Moment


def is_plain(text: str) -> bool:
    """Whether the text may stand in a file without quotes and is no other structure of YAML."""
    return not (text.startswith(("- ", "? ", ": ", "---", "...")) or text in ("-", "?", ":") or text.endswith(":")
                or ": " in text)  # fmt: skip


def held(tmp_path: Path, content: str) -> dict[str, object]:
    file = tmp_path / "one.yml"
    file.write_text(content, encoding="utf-8")
    return read_yaml(file)


def meant(text: str) -> object:
    """What the core schema says, told by Python's own parsers and the words of the specification."""
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if text in ("~", "null", "Null", "NULL"):
        return None
    for prefix, base in (("0o", 8), ("0x", 16)):
        if text.startswith(prefix) and text[2:].isalnum():
            try:
                return int(text[2:], base)
            except ValueError:
                return text
    if "_" not in text and text.lower().lstrip("+-") not in ("inf", "nan", "infinity", "snan"):
        try:
            return float(Decimal(text))
        except ArithmeticError:
            return text
    return text


@given(PLAIN.filter(is_plain) | st.sampled_from(WORDS))
def test_a_value_is_what_yaml_1_2_says_and_a_text_is_what_was_written(tmp_path_factory, text):
    raw = held(tmp_path_factory.getbasetemp(), f"value: {text}\n")
    assert raw["value"] == meant(text)
    if raw["value"] is not None and not isinstance(raw["value"], bool):
        assert Held.model_validate(raw).value == text


@pytest.mark.parametrize("text", WORDS)
def test_what_yaml_1_1_takes_for_something_else_stays_as_written(tmp_path, text):
    assert Held.model_validate(held(tmp_path, f"value: {text}\n")).value == text


@given(PLAIN.filter(is_plain))
def test_a_key_is_the_text_that_was_written(tmp_path_factory, text):
    assert held(tmp_path_factory.getbasetemp(), f"{text}: x\n") == {text: "x"}


@pytest.mark.parametrize(
    "level", ["05000", "yes", "no", "on", "1e3", "0x1F", "1_000", "12:30:00", "~", "null", ".inf", "true"]
)
def test_levels_are_mapped_as_they_are_written(tmp_path, level):
    raw = held(tmp_path, f"variants:\n  {level}: control\n  20260907: treatment\n")
    study = unit_study("units.csv", variants=raw["variants"])
    assert study.data.variants == {level: "control", "20260907": "treatment"}


def test_a_column_may_be_called_by_a_number(tmp_path):
    raw = held(tmp_path, "columns: {user_id: 007, variant: 1.10}\n")
    assert unit_study("units.csv", columns=raw["columns"]).data.columns == {"user_id": "007", "variant": "1.10"}


@pytest.mark.parametrize("written", ["20260907", "1e3", "2026", "1783000000", "'20260907'", "26-09-07"])
def test_a_number_is_no_moment(tmp_path, written):
    with pytest.raises(ValidationError, match="a date such as 2026-07-27"):
        When.model_validate(held(tmp_path, f"value: {written}\n"))


@pytest.mark.parametrize(
    "written", ["2026-09-07", "2026-09-07T00:00:00", "2026-09-07 00:00:00", "2026-09-07T02:00:00+02:00"]
)
def test_a_moment_is_written_as_a_date_or_a_time(tmp_path, written):
    assert When.model_validate(held(tmp_path, f"value: {written}\n")).value == datetime(2026, 9, 7)


def test_a_file_that_is_no_yaml_names_the_line(tmp_path):
    with pytest.raises(ReportError, match="line 2"):
        held(tmp_path, "a: 1\nb: [1\n")


SIGNS = [
    "a",
    "é",
    "😀",
    ": ",
    "- ",
    "? ",
    "?",
    "#",
    " #",
    "'",
    '"',
    "{",
    "}",
    "[",
    "]",
    ", ",
    "|",
    ">",
    "\n",
    "\n  ",
    "  ",
]
SIGNS += [
    "\t",
    "\ufeff",
    "\u2028",
    "\\",
    "!!int ",
    "%",
    "@",
    "&x ",
    "*x",
    "---",
    "...",
    "~",
    "0x1F",
    "1e5",
    "yes",
    "k: 1\n",
]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(SIGNS), max_size=12).map("".join))
@example("a: !!int [1]")
@example("a: 1\tb")
@example("a: {b: c?d}")
@example("a: [b,\n  c?d]")
@example("a: b\n\ufeffc: d")
@example('a: "\\ud800"')
def test_the_quick_way_reads_what_the_other_one_reads(tmp_path_factory, text):
    """And what either refuses is told in the words that show the place."""
    file = tmp_path_factory.mktemp("ways") / "x.yml"
    file.write_text(text, encoding="utf-8")
    found = []
    for searched in (loading._OTHERWISE, re.compile("")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loading, "_OTHERWISE", searched)
            try:
                found.append(repr(read_yaml(file)))
            except ReportError as error:
                found.append(str(error))
    assert found[0] == found[1]
