"""Every command that the README or ``make help`` names, in an order that a user might choose: each leaves something.

On a copy of a tree in which one small study is built. What takes minutes is replaced: ``LONG`` says by what and why.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import ClassVar

import pytest
import yaml

from helpers import paths
from tests.built_once import built_once
from tests.safety.own_log import LOG, build
from tests.safety.tree import Tree

pytestmark = pytest.mark.slow

LONG = {
    "make setup": ("helpers --help", "it installs packages"),
    "make all": ("helpers build all", "a study and the site are built below; three and a programme take minutes"),
    "make site": ("helpers build site", "the same"),
    "make serve": ("helpers serve", "it builds a study, as below, and serves port 8000, which may be taken"),
    "make test": ("pytest", "it is what runs this"),
    "make test-fast": ("pytest", "it is part of what runs this"),
    "make test-fuzz": ("FUZZ=2500", "minutes; the suite runs a few of its cases"),
    "make test-crash": ("tests.safety.crash", "minutes; tests/safety kills a step at a time"),
    "make lint": ("pre-commit run --all-files", "a minute, and it asks git for the files"),
    "make bench": ("-m benchmarks", "minutes; tests/benchmarks runs it on parts that are made up"),
    "make calibration": ("helpers calibration", "an hour; a hundredth of one topic is run below"),
    "make gauntlet": ("-m tests.gauntlet", "its dozen of reports take minutes; tests/gauntlet runs the table"),
    "make golden": ("helpers golden", "the reference figures are not in the tree"),
    "make own-data": ("helpers own-data", "it writes into the project; tests/docs runs the example"),
    "make lock": ("scripts/lock.sh", "it asks the package index"),
    "make same": ("scripts/same.py", "it builds two trees; tests/docs has its comparison"),
}
"""Commands that are only asked what they would run, the words that must stand in the answer, and why."""


CALIBRATION = paths.DOCS / "calibration.json"


class Shop:
    """The tree, and what was run in it."""

    ran: ClassVar[set[str]] = set()

    def __init__(self, tree: Tree) -> None:
        self.tree, self.base = tree, tree.base

    def make(self, *arguments: str, code: int = 0, **environment: str) -> str:
        return self._run(["make", "-o", ".venv/ready", *arguments], f"make {arguments[0]}", code, environment)

    def helpers(self, *arguments: str, code: int | None = 0, **environment: str) -> str:
        command = [sys.executable, "-m", "helpers", *arguments]
        return self._run(command, f"helpers {arguments[0]}", code, environment)

    def _run(self, command: list[str], name: str, code: int | None, environment: dict[str, str]) -> str:
        self.ran.add(name)
        done = subprocess.run(
            command, cwd=self.base, env=self.tree.environment(**environment), text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert code is None or done.returncode == code, f"{command}: {done.stdout}"
        return done.stdout


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A copy, for these commands write and clean; nothing in it is out of date, though every file is a new one."""
    built = built_once(tmp_path_factory, "private", build).resolve()
    base = tmp_path_factory.mktemp("every") / "tree"
    shutil.copytree(built, base, symlinks=True)
    shutil.copytree(paths.ROOT / "programmes", base / "programmes")
    year = base / "programmes" / f"{paths.YEAR}.yml"
    content = yaml.safe_load(year.read_text(encoding="utf-8"))
    content["live"] = (content.get("live") or {}) | {"units": 2_000, "hours": 2}
    year.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    scratch = tmp_path_factory.mktemp("s")
    yield Shop(Tree(base, scratch))


def test_help(shop):
    assert "make study" in shop.make("help") and "new-study" in shop.helpers("--help")
    assert "rerandomise" in shop.helpers("dev", "--help")


@pytest.mark.parametrize("command", LONG)
def test_what_takes_long_is_asked_what_it_would_run(shop, command):
    words, _ = LONG[command]
    given = {"make golden": ["GOLDEN=file.json"], "make same": ["BASE=main"]}.get(command, [])
    assert words in " ".join(shop.make(command.removeprefix("make "), "-n", *given).split())


def test_new_study(shop):
    shop.make("new-study", "DATA=own.csv", "ARGS=--name mine")
    own = shop.base / "studies" / paths.OWN
    assert (own / "mine.yml").is_file()
    shop.helpers("new-study", "own.csv", "--name", "yours")
    assert (own / "yours.yml").is_file()
    assert "say which file" in shop.make("new-study", code=2)


def test_check(shop):
    assert "small" in shop.helpers("check", "studies/small.yml")


def test_a_study_that_is_built_is_told(shop):
    shop.make("study", "STUDY=studies/small.yml")  # the site, which did not know of the warehouse's page yet
    for told in (shop.make("study", "STUDY=studies/small.yml"), shop.helpers("run", "studies/small.yml")):
        assert "nothing is out of date" in told and re.search(r"^  (GO|ITERATE|KILL|INVALID): ", told, re.MULTILINE)


def test_the_example_of_the_readme_is_built_though_the_site_is_there(shop):
    """Once it built nothing and ended in a missing summary. The log of the small shop stands in for the public one."""
    content = yaml.safe_load((shop.base / "studies" / "small.yml").read_text(encoding="utf-8"))
    content |= {"name": "rees46", "design": content["design"] | {"aa_runs": 20, "coverage_runs": 10}}
    content["data"] |= {"path": "${REAL_DATA_DIR}/own.csv"}
    (shop.base / "studies" / "rees46.yml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    folder = shop.base.parent / "public"
    folder.mkdir()
    assert (shop.base / "reports" / "index.html").is_file()
    missing = shop.make("study", "STUDY=studies/rees46.yml", code=2, REAL_DATA_DIR=str(folder))
    assert "the log is not there" in missing
    shutil.copy(shop.base / LOG, folder / "own.csv")
    there = {"REAL_DATA_DIR": str(folder)}
    told = shop.helpers("run", "studies/rees46.yml", "--explain", **there)
    assert "output missing: reports/rees46/results.json" in told and not (shop.base / "data" / "rees46").exists()
    shop.make("data/rees46/warehouse.duckdb", **there)  # its marts stand for the report, which asks for half a minute
    waiting = shop.helpers("run", "studies/rees46.yml", "--explain", **there).splitlines()
    assert {line.split()[1] for line in waiting if line.endswith("up to date")} == {"log", "warehouse"}
    assert [line for line in waiting if line.split()[0] == "site"]
    (folder / "own.csv").write_text((shop.base / LOG).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    os.utime(folder / "own.csv", (1, 1))
    log, marts, *others = shop.helpers("run", "studies/rees46.yml", "--explain", **there).splitlines()
    assert log.split(maxsplit=2)[1:] == ["log", "own.csv changed"]
    assert marts.split(maxsplit=2)[1:] == ["warehouse", "waits for rees46: log"]
    assert not any(line.endswith("up to date") for line in others)
    assert "up to date" in shop.helpers("run", "studies/small.yml", "--explain")


def test_a_programme_says_what_it_would_do(shop):
    told = shop.helpers("run", f"programmes/{paths.YEAR}.yml", "--explain")
    assert "08_attribution" in told and "output missing" in told


def test_a_file_is_built_by_its_name(shop):
    (shop.base / "reports" / "small" / "summary.txt").unlink()
    shop.make("reports/small/results.json", "STUDY=studies/small.yml")
    assert (shop.base / "reports" / "small" / "summary.txt").is_file()
    told = shop.helpers("build", "reports/small/results.jsn", code=2)
    assert "no step makes" in told and "did you mean 'reports/small/results.json'?" in told


def test_dbt_docs(shop):
    assert "Open reports/small/warehouse/index.html" in shop.make("dbt-docs", "STUDY=studies/small.yml")
    assert (shop.base / "reports" / "small" / "warehouse" / "index.html").is_file()


def test_compare(shop):
    assert "treatment against control" in shop.helpers("compare", "500/10000", "560/10000")


def test_serve(shop):
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers", "serve", "--port", "0"], cwd=shop.base, text=True,
        env=shop.tree.environment(), stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        address = process.stderr.readline().split()[0]
        with urllib.request.urlopen(address, timeout=20) as page:
            assert b"Experiment reports" in page.read()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    Shop.ran.add("helpers serve")


def test_register(shop):
    said = shop.make("register", "STUDY=studies/small.yml")
    assert "after a report had read the outcome" in said
    assert (shop.base / "docs" / "decisions" / "small.registered.jsonl").is_file()


def test_log_decision(shop):
    words = "--decision KILL --by product --reason because --override --dissent none --monitoring daily"
    words += " --rollback-trigger never"
    shop.make("log-decision", "STUDY=studies/small.yml", f"ARGS={words}")
    assert "KILL" in (shop.base / "docs" / "decisions" / "small.md").read_text(encoding="utf-8")


def test_schema_and_format(shop):
    shop.make("schema")
    assert (shop.base / "studies" / "study.schema.json").is_file()
    module = shop.base / "src" / "helpers" / "untidy.py"
    module.write_text('"""Untidy."""\nx = {  "a":1 }\n', encoding="utf-8")
    shop.make("format")
    assert module.read_text(encoding="utf-8") == '"""Untidy."""\n\nx = {"a": 1}\n'
    module.unlink()


def test_live(shop):
    assert shop.make("live", "ARGS=--speed 0")
    assert (shop.base / "data" / paths.YEAR / "live" / "totals.json").is_file()


def test_calibration(shop):
    """A hundredth of the runs of one topic; whether it keeps its word so cannot be told, so both codes will do."""
    told = shop.helpers("calibration", "--scale", "0.01", "--topic", "trust", code=None)
    assert "Trust checks" in told and (shop.base / "docs" / "calibration.json").read_bytes() == CALIBRATION.read_bytes()


def test_clean_and_clean_again(shop):
    shop.make("clean")
    left = [str(file.relative_to(shop.base)) for file in (shop.base / "data").rglob("*")]
    assert not (shop.base / "reports").exists() and not left, left
    shutil.rmtree(shop.base / "data")
    shop.make("clean")


def test_nothing_was_left_out():
    readme = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    found = set(
        re.findall(r"(?:`|^|FOLDER )(make [a-z-]+|(?:python -m )?helpers (?:[a-z-]+|--help))", readme, re.MULTILINE)
    )
    listed = subprocess.run(["make", "help"], cwd=paths.ROOT, capture_output=True, text=True, check=True).stdout
    found |= set(re.findall(r"^  (make [a-z-]+)", listed, re.MULTILINE))
    assert len(found) > 25
    assert {command.removeprefix("python -m ") for command in found} - Shop.ran == set()
