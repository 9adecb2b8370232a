"""A disk that is full ends each step in one message that names it; what was there stays, and nothing half-written."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from helpers import paths
from helpers.cli.steps import writing
from helpers.errors import ReportError
from helpers.pipeline.files import FULL
from tests.ingest.studies import unit_file


def said(file: Path, *command: str, largest: int | None = None) -> str:
    """What a refused step says; ``largest`` is the size that no file may exceed."""

    def limit() -> None:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    line = [sys.executable, "-m", "helpers", *command, str(file)]
    done = subprocess.run(line, cwd=paths.ROOT, preexec_fn=limit, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 2) and "Traceback" not in done.stderr, done.stderr
    return done.stderr


def planted(base: Path) -> Path:
    """A study of a unit table of some kilobytes."""
    rows = [f"u{i},{'ab'[i % 2]},{i % 3 == 0:d},{i % 7}.50,{i % 5}" for i in range(5_000)]
    (base / "units.csv").write_text("\n".join(["who,arm,bought,spend,rounds", *rows, ""]), encoding="utf-8")
    file = base / "studies" / "mine.yml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(unit_file(base / "units.csv") | {"name": "mine"}), encoding="utf-8")
    return file


def made(base: Path) -> dict[str, bytes]:
    """What steps wrote, but dbt's log, which tells what was tried."""
    data = base / "data"
    found = {f: f.read_bytes() for f in data.rglob("*") if f.is_file() and "dbt" not in f.parts}
    return {str(f.relative_to(base)): content for f, content in found.items() if f.name != "built.json"}


@pytest.mark.parametrize("words", FULL)
@pytest.mark.parametrize("kind", [duckdb.IOException, ReportError, RuntimeError, OSError])
def test_whoever_says_so_it_is_the_disk(tmp_path, words, kind):
    with pytest.raises(OSError) as caught, writing(tmp_path, "mine", "step"):
        raise kind(f"could not write file x: {words}")
    assert caught.value.errno == FULL[words] and caught.value.filename == str(tmp_path / "data")


def test_other_errors_stay_what_they_are(tmp_path):
    with pytest.raises(KeyError), writing(tmp_path, "mine", "step"):
        raise KeyError("x")


def test_a_file_that_may_not_grow_leaves_what_was_there(tmp_path):
    file = planted(tmp_path)
    assert "cannot write: a file would be larger" in said(file, "log", largest=4_000)
    assert made(tmp_path) == {}
    assert "error" not in said(file, "log")
    before = made(tmp_path)
    assert "cannot write: a file would be larger" in said(file, "log", largest=4_000)
    assert made(tmp_path) == before and "data/mine/raw/done" in before


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of 8 MB, where this machine lets the test mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets the test mount no disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.slow
def test_a_full_disk_is_one_message_and_room_mends_it(small_disk):
    """For the log and for the marts, which the engine and dbt write; notebooks and pages say it as any other program."""
    file, ballast = planted(small_disk), small_disk / "ballast"
    for step, leave in (("log", 20_000), ("marts", 1_000_000)):
        before = made(small_disk)
        free = os.statvfs(small_disk)
        ballast.write_bytes(bytes(free.f_bavail * free.f_bsize - leave))
        told = said(file, step)
        assert "error: cannot write: the disk is full" in told and "MB are free" in told and told.count("error") == 1
        ballast.unlink()
        assert made(small_disk) == before
        if step == "log":
            assert "error" not in said(file, step)
