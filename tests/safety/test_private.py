"""A small log of an analyst's own, marked in every id and text, built without a network: no mark leaves the marts."""

import base64
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from tests.safety.own_log import BROKEN, MARK, RARE, built, cut_off
from tests.safety.tree import Tree, write

pytestmark = pytest.mark.slow

DECODED = re.compile(
    r'"bdata"\s*:\s*"([^"]+)"\s*,\s*"dtype"\s*:\s*"(\w+)"|"dtype"\s*:\s*"(\w+)"\s*,\s*"bdata"\s*:\s*"([^"]+)"'
)
INLINE = re.compile(r"base64,([A-Za-z0-9+/=]{40,})")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    found = built(tmp_path_factory)
    yield found
    shutil.rmtree(found.scratch, ignore_errors=True)


@pytest.fixture(scope="module")
def handed_out(tree: Tree) -> dict[str, str]:
    """Every text that a build writes but the log and the marts themselves, with what is coded in it decoded."""
    files = [tree.base / "said.txt"]
    for top in ("reports", "figures", "docs"):
        files += [f for f in (tree.base / top).rglob("*") if f.is_file() and not f.name.startswith("plotly")]
    data = tree.base / "data" / "small"
    files += [f for f in data.rglob("*") if f.is_file() and f.suffix not in (".parquet", ".duckdb")]
    return {str(f.relative_to(tree.base)): decoded(f.read_bytes().decode("utf-8", "replace")) for f in sorted(files)}


def decoded(text: str) -> str:
    """A text followed by the pictures and arrays that stand coded in it."""
    found = [text]
    for coded in INLINE.findall(text):
        found.append(base64.b64decode(coded + "==").decode("utf-8", "replace"))
    for first, kind, kind_first, later in DECODED.findall(text.replace('\\"', '"')):
        array = np.frombuffer(base64.b64decode(first or later), dtype=np.dtype(kind or kind_first))
        found.append(" ".join(map(str, array.tolist())))
    return "\n".join(found)


def test_arrays_and_pictures_are_looked_into():
    """The search below finds what plotly codes."""
    ids = np.array([40001, 40002], dtype="i4")
    spec = json.dumps({"x": {"dtype": "i4", "bdata": base64.b64encode(ids.tobytes()).decode()}})
    assert "40002" in decoded(spec) and "40002" in decoded(json.dumps({"inner": spec}))
    picture = base64.b64encode(f"<svg><text>{MARK}1 and more of it</text></svg>".encode()).decode()
    assert MARK in decoded(f"<img src='data:image/svg+xml;base64,{picture}'>")


def test_the_marts_hold_the_marks(tree: Tree):
    """Otherwise the search would find nothing whatever was written."""
    with duckdb.connect(str(tree.base / "data" / "small" / "warehouse.duckdb"), read_only=True) as con:
        count = con.execute(f"select count(*) from staging.stg_events where user_id like '{MARK}%'").fetchall()[0][0]
    assert count > 1_000


def test_no_unit_and_no_row_leaves_the_marts(handed_out: dict[str, str]):
    assert len(handed_out) > 100 and {"said.txt", "reports/small/results.json"} <= set(handed_out)
    assert "reports/small/warehouse/index.html" in handed_out and "data/small/dbt/logs/dbt.log" in handed_out
    assert [name for name, text in handed_out.items() if MARK in text] == []


def test_data_and_reports_are_their_owner_s_alone(tree: Tree):
    made = ("data/small", "data/small/raw", "data/small/dbt", "data/small/results", "reports", "reports/small")
    assert {oct((tree.base / name).stat().st_mode & 0o777) for name in made} == {"0o700"}


def test_rejects_tell_the_line_and_the_reason_and_no_value(tree: Tree):
    lines = (tree.base / "data" / "small" / "raw" / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == BROKEN + 1
    numbers = json.loads(tree.results())["numbers"]
    assert numbers["data.rows_lost"]["value"] >= BROKEN


def test_a_segment_under_the_minimum_is_pooled(tree: Tree, handed_out: dict[str, str]):
    with duckdb.connect(str(tree.base / "data" / "small" / "warehouse.duckdb"), read_only=True) as con:
        units = con.execute(
            f"select count(distinct user_id) from staging.stg_events where country = '{RARE}'"
        ).fetchall()
    assert 0 < units[0][0] < 50, "the log has the level, and too few units in it"
    assert [name for name, text in handed_out.items() if RARE in text] == []


@pytest.mark.skipif(not cut_off(), reason="this machine does not let a process give up its network")
def test_nothing_needs_a_network(tree: Tree):
    program = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    cut = subprocess.run([*cut_off(), "python3", "-c", program], capture_output=True, text=True)
    assert "unreachable" in cut.stderr.lower(), "the build above had not even a loopback"
    assert (tree.base / "reports" / "index.html").is_file()


# --- killed at the worst moments; the long sweep is make test-crash ---


def waited(tree: Tree, process: subprocess.Popen[str], pattern: str) -> None:
    """Until a file of that pattern is there while the run goes on."""
    until = time.monotonic() + 120
    while not any(tree.base.glob(pattern)):
        assert process.poll() is None and time.monotonic() < until, process.communicate()[0]
        time.sleep(0.005)


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("target", "step", "goal", "moment"),
    [
        (
            "data/small/warehouse.duckdb",
            "small: warehouse",
            "data/small/warehouse.duckdb",
            "data/small/.aside-build-*/build/warehouse.duckdb",
        ),
        (
            "reports/small/notebooks/02_funnel_analysis.ipynb",
            "small: 02_funnel_analysis",
            "reports/small/notebooks/02_funnel_analysis.ipynb",
            "reports/small/notebooks/.aside-02_funnel_analysis-*.ipynb",
        ),
        ("reports/index.html", "site: pages", "study", "reports/.aside-site-*/site/html/index.html"),
    ],
    ids=["dbt", "notebook", "site"],
)
def test_a_kill_changes_nothing(tree: Tree, target: str, step: str, goal: str, moment: str):
    """The file killed for is as before when the next run is over, nothing is left, no process lives."""
    file = tree.base / target
    before = content(file)
    tree.forget(step)
    process = tree.start(goal)
    waited(tree, process, moment)
    tree.kill(process)
    assert tree.processes() == []
    tree.make(goal)
    assert tree.leftovers() == [] and tree.processes() == []
    assert content(file) == before


def content(file: Path) -> Any:
    """A file's bytes; of a database the rows and a checksum of each mart."""
    if file.suffix != ".duckdb":
        return file.read_bytes()
    with duckdb.connect(str(file), read_only=True) as con:
        tables = con.execute("select table_name from information_schema.tables where table_schema = 'marts'").fetchall()
        return {
            name: con.execute(f"select count(*), sum(hash(m)) from marts.{name} m").fetchall() for (name,) in tables
        }


# --- two runs at once ---


@pytest.mark.sweep
def test_the_second_run_of_a_study_waits_and_finds_all_done(tree: Tree):
    whole = tree.results()
    tree.forget("small: 03_segmentation", "small: figures and numbers")
    first, second = tree.start("study"), tree.start("study")
    said = [process.communicate(timeout=600)[0] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), said
    assert sum("another run builds here (process " in text for text in said) == 1
    assert sum("03_segmentation" in text for text in said) == 1, "the second finds it done"
    assert tree.results() == whole and tree.leftovers() == []


@pytest.mark.sweep
@pytest.mark.parametrize("order", [("small", "other"), ("other", "small")])
def test_runs_of_two_studies_wait_for_each_other(tree: Tree, order: tuple[str, str]):
    """They share the site; whoever comes first, both studies are whole."""
    whole, log = tree.results(), tree.base / "data" / "other" / "raw"
    write(tree, "other", {})
    tree.forget("small: figures and numbers")
    goals = {"small": "study", "other": "data/other/raw/done"}
    runs = {name: tree.start(goals[name], study=name) for name in order}
    said = {name: run.communicate(timeout=600)[0] for name, run in runs.items()}
    assert all(run.returncode == 0 for run in runs.values()), said
    assert sum("another run builds here (process " in text for text in said.values()) == 1, said
    assert tree.results() == whole and (log / "done").is_file() and any((log / "events").glob("*.parquet"))
    assert tree.leftovers() == []
    shutil.rmtree(log.parent)


# --- served to this machine only ---


def test_serve_listens_on_the_loopback_alone(tree: Tree):
    with socket.socket() as taken:
        if taken.connect_ex(("127.0.0.1", 8000)) == 0:
            pytest.skip("somebody serves on port 8000 already")
    process = tree.start("serve")
    try:
        until, found = time.monotonic() + 60, set[str]()
        while not found and process.poll() is None and time.monotonic() < until:
            found = listening(tree)
            time.sleep(0.1)
        assert found == {"127.0.0.1"}, found
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)


def listening(tree: Tree) -> set[str]:
    """Addresses on which processes of the tree listen, from the kernel's tables."""
    inodes = set()
    for pid in tree.processes():
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                inodes.add(str(link.readlink()))
            except OSError:
                continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                host = fields[1].split(":")[0]
                found.add(socket.inet_ntoa(bytes.fromhex(host)[::-1]) if table == "tcp" else f"tcp6 {host}")
    return found
