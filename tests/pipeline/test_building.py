"""What is out of date is told by content: each rule on a small project, by counting what ran."""

import json
import os
from pathlib import Path

import pytest

from helpers.errors import ReportError
from helpers.pipeline import content
from helpers.pipeline.building import explained
from helpers.pipeline.built import Built, told
from helpers.pipeline.graph import Probe, Step

EVERY = ["01_x", "log", "page", "warehouse"]


@pytest.fixture
def built(small):
    assert small.build() == EVERY
    assert small.build() == []
    return small


def why(small, what: str) -> str:
    """What --explain says of one step."""
    lines = explained(small.steps(), small.built())
    return next(line for line in lines if line.split()[1] == what).split(maxsplit=2)[2]


# --- data ---


def test_an_older_file_with_another_content_is_noticed(built):
    log = built.write("raw/log.csv", "two")
    os.utime(log, (1, 1))
    assert why(built, "log") == "raw/log.csv changed" and why(built, "warehouse") == "waits for mine: log"
    assert built.build() == EVERY


def test_the_same_size_and_the_same_time_in_place_are_noticed(built):
    log = built.base / "raw" / "log.csv"
    before = log.stat()
    log.write_text("eno")
    os.utime(log, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (log.stat().st_size, log.stat().st_ino) == (before.st_size, before.st_ino)
    assert "log" in built.build()


def test_another_inode_of_the_same_size_and_time_is_noticed(built):
    log = built.base / "raw" / "log.csv"
    before = log.stat()
    other = built.write("raw/.other", "eno")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(log)
    assert "log" in built.build()


def test_a_new_file_and_one_that_is_gone_are_named(built):
    built.write("raw/second.csv", "two")
    assert why(built, "log") == "raw/second.csv is new"
    assert "log" in built.build()
    (built.base / "raw" / "second.csv").unlink()
    assert why(built, "log") == "raw/second.csv is gone"
    assert "log" in built.build()


@pytest.fixture
def aged(small, monkeypatch):
    """Built, and as if the last writes were longer ago than a tick of the clock, so that signatures are trusted."""
    monkeypatch.setattr(content, "TICK", 0)
    small.build()
    assert read(small) == []
    return small


def read(small) -> list[str]:
    """Files that had to be read to decide that nothing is out of date."""
    built = small.built()
    assert all(not built.causes(step) for step in small.steps())
    return [file.name for file in built.contents.read]


def test_files_of_one_name_in_several_folders_are_told_apart(tmp_path):
    files = [tmp_path / "outside" / name / "log.csv" for name in "abc"]
    for file in files:
        file.parent.mkdir(parents=True)
        file.write_text(file.parent.name)
    step = Step("mine", "log", (), (), (*files, files[0]))
    built = Built(tmp_path / "tree")
    found = built.inputs(step)
    assert list(found) == ["log.csv", "log.csv (2)", "log.csv (3)"] and len(set(found.values())) == 3
    built.done(step, found)
    assert str(tmp_path) not in built.file.read_text(), "the record names no folder of a machine"
    files[1].write_text("x")
    assert [str(cause) for cause in Built(tmp_path / "tree").causes(step)] == ["log.csv (2) changed"]


def test_a_touched_file_builds_nothing_and_is_read_once(aged):
    os.utime(aged.base / "raw" / "log.csv", (5_000, 5_000))
    assert read(aged) == ["log.csv"]
    assert aged.build() == [] and read(aged) == []


def test_a_file_as_young_as_the_clock_is_coarse_is_read_again(aged, monkeypatch):
    monkeypatch.setattr(content, "TICK", 3_600_000_000_000)
    os.utime(aged.base / "raw" / "log.csv")
    assert aged.build() == [] and read(aged) == ["log.csv"]


# --- databases ---


class Asked:
    """A table whose fingerprint is counted."""

    def __init__(self, said: str) -> None:
        self.said, self.count = said, 0

    def __call__(self) -> str:
        self.count += 1
        return self.said


def test_a_table_is_told_by_its_fingerprint(built):
    asked = Asked("3 rows: 0=1")
    inner = built.steps

    def steps() -> list[Step]:
        log, *others = inner()
        return [
            Step(log.subject, log.what, log.command, log.outputs, log.inputs, tables={"table t": Probe(asked)}),
            *others,
        ]

    built.steps = steps
    assert why(built, "log") == "table t is new"
    assert built.build() == ["log"], "it came out as it was, so nothing follows"
    assert built.build() == []
    asked.said = "3 rows: 0=2"
    assert why(built, "log") == "table t changed"
    assert built.build() == ["log"]


def test_a_database_file_is_asked_only_when_it_changed(tmp_path):
    file = tmp_path / "shop.duckdb"
    file.write_text("one")
    asked = Asked("3 rows: 0=1")
    step = Step("mine", "log", (), (), tables={"table t": Probe(asked, file)})
    first = Built(tmp_path)
    first.done(step, first.inputs(step))
    assert Built(tmp_path).inputs(step) == {"table t": asked.said} and asked.count == 1
    file.write_text("two")
    assert Built(tmp_path).inputs(step) and asked.count == 2
    asked.said = "view 3 rows: 0=1"
    later = Built(tmp_path)
    later.done(step, later.inputs(step))
    asked.count = 0
    assert Built(tmp_path).inputs(step) and asked.count == 1, "a view may read what stands elsewhere"


# --- code ---


def changed(small, module: str) -> list[str]:
    file = small.base / "src" / "helpers" / module
    file.write_text(file.read_text() + "\n# changed\n")
    return small.build()


def test_a_method_makes_stale_what_uses_it_and_nothing_else(built):
    assert changed(built, "stats/cox.py") == []
    assert changed(built, "stats/scores.py") == ["01_x"], "behind the lazy face and one module further"
    assert changed(built, "stats/__init__.py") == ["01_x"], "importing a room runs its face"


def test_a_changed_module_is_named(built):
    built.write("src/helpers/trust/rules.py", "x = 1")
    assert why(built, "warehouse") == "module helpers.trust.rules changed"


def test_a_package_counts_for_what_its_face_imports(built):
    assert changed(built, "trust/rules.py") == ["01_x", "warehouse"]
    assert changed(built, "trust/checks.py") == ["01_x"]


@pytest.mark.parametrize(
    ("file", "text", "got"),
    [
        ("src/helpers/stats/scores.py", "def score(:\n", "invalid syntax, line 1"),
        ("src/helpers/stats/scores.py", b"\xff", "UnicodeDecodeError"),
        ("src/helpers/stats/scores.py", b"a\0", "null bytes"),
        ("notebooks/01_x.ipynb", '{"cells": [', "JSONDecodeError"),
        ("notebooks/01_x.ipynb", '{"nbformat": 4}', "KeyError: 'cells'"),
        (
            "notebooks/01_x.ipynb",
            '{"cells": [{"cell_type": "code", "source": ["x = ("]}]}',
            "'(' was never closed, line 1",
        ),
        ("notebooks/01_x.ipynb", '{"cells": [{"cell_type": "code", "source": ["nb.earlier(x)"]}]}', "malformed"),
    ],
)
def test_code_that_cannot_be_read_is_named(built, file, text, got):
    (built.base / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    for ask in (lambda: why(built, "log"), built.build):
        with pytest.raises(ReportError, match=f"^{Path(file).name} cannot be read") as caught:
            ask()
        assert got in str(caught.value)
    assert built.ran == []


def test_a_query_concerns_those_who_ask_it(built):
    built.write("docs/queries/events.sql", "select 2")
    assert built.build() == []
    built.write("docs/queries/row_flow.sql", "select 2")
    assert built.build() == ["01_x"]


def test_a_template_rebuilds_its_page_and_no_notebook(built):
    built.write("docs/page.j2", "two")
    assert built.build() == ["page"]


def test_a_model_rebuilds_the_warehouse_and_what_follows(built):
    built.write("warehouse/model.sql", "two")
    assert built.build() == ["01_x", "page", "warehouse"]


# --- outputs ---


def test_a_missing_and_a_changed_output_are_made_again(built):
    (built.base / "data" / "mine" / "01.txt").unlink()
    assert why(built, "01_x") == "output missing: data/mine/01.txt"
    assert built.build() == ["01_x"]
    built.write("data/mine/marts.txt", "by hand")
    assert why(built, "warehouse") == "its output data/mine/marts.txt was changed"
    assert built.build() == ["warehouse"], "and it comes out as it was, so nothing follows"


def test_a_stray_file_in_a_folder_of_one_step_is_not_taken_in(tmp_path):
    raw = tmp_path / "data" / "mine" / "raw"
    beside, stray = tmp_path / "data" / "mine" / "raw.txt", raw / "events" / "part-0001.parquet"
    (raw / "events").mkdir(parents=True)
    (raw / "events" / "part-0000.parquet").write_text("one")
    step = Step("mine", "log", (), (raw, lambda: tmp_path.glob("data/mine/*.txt")))
    built = Built(tmp_path)
    built.done(step, built.inputs(step))
    beside.write_text("of another step")
    (raw / ".hidden").write_text("of an editor")
    assert Built(tmp_path).causes(step) == []
    stray.write_text("two")
    assert told(Built(tmp_path).causes(step)) == "its output data/mine/raw/events/part-0001.parquet is new"


def test_a_log_that_a_step_adds_to_must_be_there_whatever_it_says(tmp_path):
    log = tmp_path / "reports" / "mine" / "decisions.jsonl"
    step = Step("mine", "06_x", (), (), appended=(log,))
    later = Step("mine", "07_x", (), (), (step,))
    log.parent.mkdir(parents=True)
    log.write_text("GO\n")
    built = Built(tmp_path)
    built.done(step, built.inputs(step))
    log.write_text("GO\nNO-GO\n")
    assert Built(tmp_path).causes(step) == [] and Built(tmp_path).inputs(later) == {}
    log.unlink()
    assert told(Built(tmp_path).causes(step)) == "output missing: reports/mine/decisions.jsonl"


OF_ANOTHER_SHAPE = [
    {"steps": []},
    {"steps": {"mine: log": {}}},
    {"steps": {"mine: log": []}},
    {"steps": {"mine: log": {"inputs": {"a": 1}, "outputs": {}}}},
    {"files": []},
    {"files": {"raw/log.csv": 1}},
    {"files": {"raw/log.csv": [1, 2]}},
    {"files": {"raw/log.csv": [[], None, None]}},
]
"""Records that are JSON of today's form, but hold something else."""


@pytest.mark.parametrize("part", OF_ANOTHER_SHAPE)
def test_a_record_of_another_shape_is_none(built, part):
    file: Path = built.base / "data" / "built.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | part))
    assert why(built, "log") == "no record of what it was made from"
    assert built.build() == EVERY


@pytest.mark.parametrize("record", ["", "{", "[]", '{"form": 0, "steps": {}}', None])
def test_outputs_without_a_record_are_not_believed(built, record):
    file: Path = built.base / "data" / "built.json"
    file.unlink() if record is None else file.write_text(record)
    assert why(built, "log") == "no record of what it was made from"
    assert built.build() == EVERY


def test_refresh_runs_every_step(built):
    assert built.build(refresh=True) == EVERY


def test_explain_writes_nothing(built):
    built.write("raw/log.csv", "two")
    before = {f: f.stat().st_mtime_ns for f in built.base.rglob("*")}
    explained(built.steps(), built.built())
    assert before == {f: f.stat().st_mtime_ns for f in built.base.rglob("*")}


# --- failures ---


def test_a_step_that_fails_begins_no_other_and_the_next_build_goes_on_from_there(small):
    small.failing = {"warehouse"}
    with pytest.raises(RuntimeError, match="warehouse"):
        small.build()
    assert sorted(small.ran) == ["log", "warehouse"]
    small.failing = set()
    assert small.build() == ["01_x", "page", "warehouse"]


def test_a_change_while_a_step_runs_is_noticed_by_the_next_build(small):
    perform = small.perform

    def slow(step: Step) -> None:
        perform(step)
        if step.what == "log":
            small.write("raw/log.csv", "meanwhile")

    small.perform = slow
    small.build()
    small.perform = perform
    assert "log" in small.build()


def test_what_the_project_has_read_of_its_code_another_tree_does_not_read_again(tmp_path, monkeypatch):
    """Unless it has changed since; and what it keeps is its own from then on."""
    project, other = tmp_path / "project", tmp_path / "other"
    monkeypatch.setattr(content.paths, "ROOT", project)
    module = project / "src" / "a.py"
    module.parent.mkdir(parents=True)
    module.write_text("import helpers.stats\n", encoding="utf-8")
    os.utime(module, (1, 1))
    monkeypatch.setattr(content, "TICK", 0)
    first = content.Contents(base=project)
    first.facts(module)
    kept = json.loads(json.dumps(first.to_keep()))
    second = content.Contents(base=other, of_project=kept)
    assert second.facts(module).imports == ("helpers.stats",) and second.read == [] and second.changed
    third = content.Contents(second.to_keep(), other)
    assert third.facts(module).imports == ("helpers.stats",) and third.read == []
    module.write_text("import helpers.config\n", encoding="utf-8")
    fourth = content.Contents(base=other, of_project=kept)
    assert fourth.facts(module).imports == ("helpers.config",) and fourth.read == [module]
