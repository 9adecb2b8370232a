"""What the scanner found, kept beside the bytecode."""

import json
import sys

import pytest

from helpers import paths
from helpers.pipeline import dependencies
from helpers.pipeline.scanned import Scanned

MODULE = paths.ROOT / "src" / "helpers" / "errors.py"


def unwanted(file):
    raise AssertionError(f"{file} is read again")


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file = tmp_path / "scanned.json"
    first = Scanned(file, "scanner")
    first.facts(MODULE, "content")
    first.save()
    return file


def test_what_was_found_once_is_not_looked_for_again(kept):
    assert Scanned(kept, "scanner").facts(MODULE, "content", unwanted) == dependencies.of_file(MODULE)


@pytest.mark.parametrize(("scanner", "content"), [("scanner", "other content"), ("other scanner", "content")])
def test_another_content_or_scanner_is_read_anew(kept, scanner, content):
    with pytest.raises(AssertionError, match="read again"):
        Scanned(kept, scanner).facts(MODULE, content, unwanted)


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"scanner": "scanner", "files": [1]}', '{"scanner": "scanner"}'])
def test_a_file_that_is_not_whole_is_none(kept, broken):
    kept.write_text(broken)
    assert Scanned(kept, "scanner").facts(MODULE, "content") == dependencies.of_file(MODULE)


def test_facts_of_another_form_are_none(kept):
    text = json.loads(kept.read_text())
    text["files"] = {name: [content, {"imports": 3}] for name, (content, _) in text["files"].items()}
    kept.write_text(json.dumps(text))
    assert Scanned(kept, "scanner").facts(MODULE, "content") == dependencies.of_file(MODULE)


def test_nothing_is_written_where_python_writes_no_bytecode(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    scanned = Scanned(tmp_path / "scanned.json", "scanner")
    scanned.facts(MODULE, "content")
    scanned.save()
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "file").write_text("")
    scanned = Scanned(tmp_path / "file" / "scanned.json", "scanner")
    scanned.facts(MODULE, "content")
    scanned.save()
