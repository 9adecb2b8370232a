"""Numbers: one formatter, one place of record, files that are whole or absent."""

import json
import os

import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.formatting import formatted
from helpers.paths import StudyPaths
from helpers.pipeline.files import write_json, write_text
from helpers.record import Number, Numbers, Recorder


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.4123, "share", "41.23 %"),
        (0.5, "share", "50 %"),
        (1.0, "share", "100 %"),
        (0.0, "share", "0 %"),
        (0.00004, "share", "< 0.01 %"),
        (0.079, "relative", "+7.9 %"),
        (-0.079, "relative", "-7.9 %"),
        (1.5, "relative", "+150.0 %"),
        (-0.0032, "points", "-0.32 points"),
        (0.0148, "points", "+1.48 points"),
        (123_456_789, "money", "EUR 1,234,568"),
        (-5_049, "money", "-EUR 50"),
        (4_711, "price", "EUR 47.11"),
        (-4_711.4, "price", "-EUR 47.11"),
        (1_653_717, "count", "1,653,717"),
        (12.6, "count", "13"),
        (12, "signed", "+12"),
        (-3, "signed", "-3"),
        (0.0312345, "number", "0.03123"),
        (12_345.6, "number", "12,346"),
        (3.2e-11, "p", "< 0.0001"),
        (0.04999, "p", "0.0500"),
        (0.99995, "p", "> 0.999"),
        (125.4, "seconds", "125 s"),
        (12.34, "days", "12.3 days"),
        (1, "weeks", "1 week"),
        (4, "weeks", "4 weeks"),
        ("GO", "text", "GO"),
        (True, "flag", "yes"),
        (False, "flag", "no"),
        (None, "money", "not available"),
        (float("inf"), "relative", "unbounded"),
        (float("-inf"), "money", "unbounded"),
    ],
)
def test_formatting(value, unit, text):
    assert formatted(value, unit) == text


def test_the_currency_is_the_study_s():
    assert formatted(100_00, "money", "USD") == "USD 100"


@pytest.fixture
def where(tmp_path) -> StudyPaths:
    return StudyPaths("x", tmp_path)


@pytest.fixture
def recorder(where) -> Recorder:
    return Recorder(where, "01_data_prep", "EUR")


def test_record_returns_the_text_and_keeps_the_number(recorder, where):
    assert recorder.record("a.b", np.int64(1_234), "count", "A count") == "1,234"
    assert recorder.record("a.a", np.float64(0.5), "share", "A share") == "50 %"
    saved = recorder.save()
    assert list(saved) == ["a.a", "a.b"]
    assert json.loads((where.results / "01_data_prep.json").read_text()) == {
        "a.a": {"value": 0.5, "unit": "share", "description": "A share", "text": "50 %"},
        "a.b": {"value": 1234, "unit": "count", "description": "A count", "text": "1,234"},
    }


def test_a_name_is_given_once(recorder):
    recorder.record("a", 1, "count", "A")
    with pytest.raises(ValueError, match="'a' is recorded twice in 01_data_prep"):
        recorder.record("a", 1, "count", "A")


@pytest.mark.parametrize("nan", [float("nan"), np.float64("nan"), np.nan])
def test_nan_is_refused(recorder, nan):
    with pytest.raises(ValueError, match="record None and say why"):
        recorder.record("a", nan, "share", "A")


def test_infinity_is_kept_as_text_and_json_stays_json(recorder, where):
    assert recorder.record("a", float("inf"), "relative", "A bound") == "unbounded"
    recorder.save()
    stored = json.loads((where.results / "01_data_prep.json").read_text(), parse_constant=pytest.fail)
    assert stored["a"]["value"] is None and stored["a"]["text"] == "unbounded"


# --- every notebook's numbers together ---


def test_numbers_of_all_notebooks(where):
    for notebook, name in (("01_a", "one"), ("02_b", "two")):
        recorder = Recorder(where, notebook, "EUR")
        recorder.record(name, 1, "count", "A")
        recorder.save()
    (where.results / ".02_b.json.77").write_text("{")
    assert list(Numbers.of(where)) == ["one", "two"]
    assert list(Numbers.of(where, "02_b")) == ["two"]
    with pytest.raises(ReportError, match="the results of 03_c are not there"):
        Numbers.of(where, "03_c")


def test_a_number_of_two_notebooks_is_refused(where):
    for notebook in ("01_a", "02_b"):
        recorder = Recorder(where, notebook, "EUR")
        recorder.record("twice", 1, "count", "A")
        recorder.save()
    with pytest.raises(ValueError, match="recorded by two notebooks: twice"):
        Numbers.of(where)


def test_round_trip_and_lookup(tmp_path):
    numbers = Numbers({"z": Number(1.5, "number", "Z", "1.5"), "a": Number(None, "money", "No log", "not available")})
    numbers.save(tmp_path / "results.json", "x")
    back = Numbers.load(tmp_path / "results.json")
    assert list(back) == ["a", "z"] and dict(back) == dict(numbers) and len(back) == 2
    assert back.value("z") == 1.5
    with pytest.raises(ValueError, match="No log"):
        back.value("a")
    with pytest.raises(KeyError, match="nearest: primary"):
        Numbers({"primary": back["z"]})["primry"]


# --- files ---


def test_an_unchanged_file_keeps_its_time(tmp_path):
    file = tmp_path / "deep" / "a.json"
    write_json(file, {"b": 1, "a": "ä"})
    os.utime(file, (1_000, 1_000))
    write_json(file, {"a": "ä", "b": 1})
    assert file.stat().st_mtime == 1_000, "the order of keys is no change"
    write_json(file, {"a": "ä", "b": 2})
    assert file.stat().st_mtime > 1_000
    assert file.read_text(encoding="utf-8") == '{\n "a": "ä",\n "b": 2\n}\n'


def test_no_temporary_file_stays_and_nobody_sees_half(tmp_path, monkeypatch):
    file = tmp_path / "a.txt"
    write_text(file, "old")
    seen = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (seen.append(file.read_text()), replace(a, b)))
    write_text(file, "new")
    assert seen == ["old"] and file.read_text() == "new"
    assert [f.name for f in tmp_path.iterdir()] == ["a.txt"]


def test_nan_never_reaches_a_file(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file(tmp_path):
    file = tmp_path / "a.txt"
    write_text(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(file, "new \ud800")
    assert file.read_text() == "old"
