"""A step run by hand holds the tree as a run does: the second of two processes waits, and one inside of a run passes."""

import ast
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
import yaml

from helpers import cli, paths
from helpers.pipeline import lock

ROWS = 300_000


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study of a log that takes a moment to land, in a tree of its own."""
    raw = yaml.safe_load((paths.STUDIES / "rees46.yml").read_text(encoding="utf-8"))
    log = tmp_path / "log.csv"
    columns = ", ".join(
        f"'x{i}' as {name}" for i, name in enumerate(("user_session", "product_id", "category_code", "brand"))
    )
    duckdb.sql(
        f"""copy (select '2019-10-01 00:00:01 UTC' as event_time, 'view' as event_type, i as user_id, {columns}, 1.5 as price
        from range({ROWS}) t(i)) to '{log}' (header)"""
    )
    raw |= {"name": "own"}
    raw["data"] |= {"path": str(log)}
    file = tmp_path / "studies" / "own.yml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return file


def start(*command: str, **environment: str) -> subprocess.Popen[str]:
    free = {k: v for k, v in os.environ.items() if k != lock.HELD}
    return subprocess.Popen(
        [sys.executable, "-m", *command], cwd=paths.ROOT, env=free | environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> str:
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    return told


def test_the_second_of_two_steps_waits_for_the_first_and_leaves_its_work_alone(study):
    data = study.parent.parent / "data" / "own"
    first = start("helpers", "log", str(study))
    until = time.monotonic() + 60
    while not (scratch := list(data.glob(".aside-raw-*"))):
        assert first.poll() is None and time.monotonic() < until, "the first step never began to write"
        time.sleep(0.001)
    os.kill(first.pid, signal.SIGSTOP)  # in the middle of its work
    try:
        second = start("helpers", "log", str(study))
        assert second.stderr is not None
        waiting = second.stderr.readline()
        assert re.fullmatch(
            rf"  another run builds here \(process {first.pid}, since \d\d:\d\d\): waiting for its end\n", waiting
        )
        assert scratch[0].is_dir() and second.poll() is None and not (data / "raw").exists()
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert "waiting" not in ended(first)
    ended(second)
    assert sorted(f.name for f in data.iterdir()) == ["raw"], "whole, and nothing left over"
    landed = duckdb.sql(f"select count(*) from read_parquet('{data}/raw/events/*.parquet')").fetchall()
    assert landed == [(ROWS,)]


def test_a_check_holds_nobody_up_and_nobody_takes_its_data_away(study):
    """Builds of the same study begin and end while it is in the middle of its work."""
    data = study.parent.parent / "data" / "own"
    checking = start("helpers", "check", str(study))
    until = time.monotonic() + 60
    while not list(data.glob(".aside-check-*/check/events/*")):
        assert checking.poll() is None and time.monotonic() < until, "the check never began to read"
        time.sleep(0.001)
    os.kill(checking.pid, signal.SIGSTOP)
    try:
        assert "waiting" not in ended(start("helpers", "log", str(study)))
    finally:
        os.kill(checking.pid, signal.SIGCONT)
    said, wrong = checking.communicate(timeout=120)
    assert "It can be run" in said and not wrong, "it read to the end"
    assert [file.name for file in data.iterdir()] == ["raw"]


def test_a_step_inside_of_a_run_passes_through(study):
    base = study.parent.parent
    program = "import sys; from pathlib import Path; from helpers.pipeline.lock import run; sys.exit(run(sys.argv[2:], Path(sys.argv[1])))"
    step = [sys.executable, "-m", "helpers", "log", str(study)]
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(base), *step], cwd=paths.ROOT, text=True, stderr=subprocess.PIPE,
        env={k: v for k, v in os.environ.items() if k != lock.HELD},
    )  # fmt: skip
    assert "waiting" not in ended(process) and (base / "data" / "own" / "raw" / "done").is_file()


READ_ONLY = {"build", "check", "compare", "golden", "plan-diff", "run", "serve"}
"""Commands that write nothing themselves; ``run`` and ``build`` hold the tree in the module that runs the steps."""


def test_every_command_that_writes_holds_the_tree():
    held = set()
    for module in (cli.live, cli.own, cli.steps):
        for function in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body:
            if isinstance(function, ast.FunctionDef) and {"held", "writing"} & {
                name.attr if isinstance(name, ast.Attribute) else name.id
                for name in ast.walk(function) if isinstance(name, ast.Attribute | ast.Name)
            }:  # fmt: skip
                held.add(function.name.strip("_").replace("_", "-"))
    assert {*cli.main.commands, *cli.dev.commands} - held - {"dev"} == READ_ONLY


def test_no_other_exit_code_is_in_the_code():
    """Literal ones, those a choice gives, and what a step that was killed leaves."""
    said = set()
    for file in (paths.ROOT / "src" / "helpers").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("sys.exit", "SystemExit", "exit"):
                said |= {
                    c.value
                    for a in node.args
                    for c in ast.walk(a)
                    if isinstance(c, ast.Constant) and isinstance(c.value, int)
                }
    assert {1, 2, 130} <= said <= {*cli.EXIT_CODES}
