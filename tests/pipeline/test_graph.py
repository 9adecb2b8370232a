"""The graph of those without make is make's own."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from helpers import paths
from helpers.paths import StudyPaths
from helpers.pipeline import graph

FILES = {"studies/rees46.yml": graph.of_study, f"programmes/{paths.YEAR}.yml": graph.of_programme}
each = pytest.mark.parametrize("file", FILES)
HOLDING = os.environ | {"MAKEFLAGS": "", "BUILD_LOCK": str(paths.ROOT), "WANTED": "study"}
"""As the make that holds the tree's lock has it, which alone knows the steps."""


def nodes_of(file: str) -> list[graph.Node]:
    return FILES[file](file, StudyPaths(Path(file).stem))


def of_make(file: str) -> dict[str, set[str]]:
    """Prerequisites of each target as make knows them, those that only set an order left out."""
    done = subprocess.run(
        ["make", "-pn", "-o", ".venv/ready", "reports/index.html", f"STUDY={file}"],
        cwd=paths.ROOT, env=HOLDING, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for target, needed in re.findall(r"^((?:data|reports)/[^:\s]+):(?!=) ?(.*)$", done.stdout, flags=re.MULTILINE):
        found.setdefault(target, set()).update(needed.partition("|")[0].split())
    assert found, done.stderr
    return found


@each
def test_targets_and_what_they_need_are_those_of_make(file):
    known = of_make(file)
    for node in nodes_of(file):
        needed = {str(other.relative_to(paths.ROOT)) for other in node.inputs}
        assert needed == known[str(node.target.relative_to(paths.ROOT))], node.what


@each
def test_commands_are_those_of_make(file):
    name = Path(file).stem
    done = subprocess.run(
        ["make", "-nB", "-o", ".venv/ready", "-o", f"data/{name}/rules.mk", "reports/index.html", f"STUDY={file}"],
        cwd=paths.ROOT, env=HOLDING, capture_output=True, text=True, check=True,
    )  # fmt: skip
    commands = {tuple(line.split()) for line in re.findall(r"-m helpers (.+)$", done.stdout, flags=re.MULTILINE)}
    ours = {node.command for node in nodes_of(file)}
    assert {c for c in commands if c != ("site",)} == ours - {("site", file)}, "make renders the project's site"


@each
def test_every_step_comes_after_those_it_needs(file):
    nodes = nodes_of(file)
    place = {node.target: n for n, node in enumerate(nodes)}
    for n, node in enumerate(nodes):
        assert all(place[other] < n for other in node.inputs if other in place), node.what


@pytest.fixture
def built(tmp_path):
    """A chain of three steps whose targets are younger than what they are made from."""
    source, first, second, third = (tmp_path / name for name in "sabc")
    for age, file in enumerate((source, first, second, third)):
        file.touch()
        os.utime(file, (1_000 + age, 1_000 + age))
    return [
        graph.Node("first", (), first, (source,)),
        graph.Node("second", (), second, (first, tmp_path / "deleted")),
        graph.Node("third", (), third, (second,)),
    ]


def test_only_what_is_out_of_date_and_what_follows_is_run(built):
    assert graph.to_run(built) == []
    os.utime(built[0].target, (2_000, 2_000))
    assert [node.what for node in graph.to_run(built)] == ["second", "third"]
    built[0].target.unlink()
    assert [node.what for node in graph.to_run(built)] == ["first", "second", "third"]
    built[0].target.touch()
    os.utime(built[0].target, (1_001, 1_001))
    built[2].target.unlink()
    assert [node.what for node in graph.to_run(built)] == ["third"]


def test_a_make_without_the_lock_asks_the_one_that_gets_it_even_for_what_is_there(tmp_path):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "asked: $*"\n')
    python.chmod(0o755)
    free = {name: value for name, value in os.environ.items() if name not in ("BUILD_LOCK", "WANTED")} | {
        "MAKEFLAGS": ""
    }
    done = subprocess.run(
        ["make", "-o", ".venv/ready", f"BIN={tmp_path}", "data/README.md"],
        cwd=paths.ROOT, env=free, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (paths.ROOT / "data" / "README.md").is_file()
    assert "asked: -m helpers.pipeline.lock make -s -o .venv/ready data/README.md" in done.stdout
