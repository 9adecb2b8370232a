"""The end of a benchmark: a table and a file, whatever one of its parts does."""

import json

import pytest
from click.testing import CliRunner

from benchmarks import __main__ as bench
from benchmarks import outcome
from benchmarks.goal import Goal


@pytest.fixture
def ran(tmp_path, monkeypatch):
    def broken():
        yield Goal("counts", 1, 1, "of 1", least=True)
        raise OSError("no disk")

    def fine():
        yield "told"
        yield Goal("cold", 61.25, 90, "s")

    monkeypatch.setattr(outcome, "FILE", tmp_path / "benchmarks" / "results.json")
    monkeypatch.setattr(outcome.save, "__defaults__", (tmp_path / "benchmarks" / "results.json",))
    for name in ("assignment", "live"):
        monkeypatch.setattr(getattr(bench, name), "run", broken if name == "assignment" else fine)
    return CliRunner().invoke(bench.main, ["--only", "assignment", "--only", "live"]), outcome.FILE


def test_a_part_that_fails_is_named_and_the_others_are_measured(ran):
    done, file = ran
    assert done.exit_code == 1, done.output
    table = done.stdout[done.stdout.index("part  ") :]
    assert [line.split()[:3] for line in table.splitlines()[1:4]] == [
        ["assignment", "PASS", "counts"], ["assignment", "FAIL", "OSError:"], ["live", "PASS", "cold"],
    ]  # fmt: skip
    assert "1 part failed: assignment" in table and "benchmarks/results.json" in table
    parts = {part["name"]: part for part in json.loads(file.read_text(encoding="utf-8"))["parts"]}
    assert parts["assignment"]["failure"] == "OSError: no disk"
    assert parts["live"]["goals"][0] == {
        "what": "cold", "value": 61.25, "limit": 90, "unit": "s", "least": False, "met": True,
    }  # fmt: skip
