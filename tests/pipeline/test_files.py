"""What is written aside, and what is removed."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import paths
from helpers.pipeline import files
from helpers.pipeline.files import discard, private, scratch, sweep, write_text


def test_a_discarded_folder_is_gone_and_an_absent_one_no_error(tmp_path):
    folder = tmp_path / "raw"
    (folder / "events").mkdir(parents=True)
    (folder / "done").touch()
    discard(folder)
    discard(folder)
    assert list(tmp_path.iterdir()) == []


def test_what_is_made_is_its_owner_s_alone_and_what_was_opened_stays_open(tmp_path):
    opened = tmp_path / "reports"
    opened.mkdir(mode=0o755)
    write_text(opened / "new" / "deep" / "x.txt", "x")
    with scratch(tmp_path / "data" / "study", "raw") as aside:
        private(aside).rename(tmp_path / "data" / "study" / "raw")
    modes = {str(f.relative_to(tmp_path)): oct(f.stat().st_mode & 0o777) for f in tmp_path.rglob("*") if f.is_dir()}
    assert modes.pop("reports") == "0o755"
    assert modes == dict.fromkeys(["reports/new", "reports/new/deep", "data", "data/study", "data/study/raw"], "0o700")


def test_a_failed_step_leaves_nothing_and_the_old_result(tmp_path):
    (tmp_path / "x").write_text("old")
    with pytest.raises(KeyError), scratch(tmp_path, "x") as aside:
        aside.mkdir()
        raise KeyError
    assert [f.name for f in tmp_path.iterdir()] == ["x"] and (tmp_path / "x").read_text() == "old"


def test_scratch_of_the_dead_is_removed_and_that_of_the_living_stays(tmp_path):
    (tmp_path / ".aside-x-4194999").touch()
    (tmp_path / f".aside-x-{os.getppid()}").touch()
    with scratch(tmp_path, "x") as aside:
        assert {f.name for f in tmp_path.iterdir()} == {f".aside-x-{os.getppid()}", aside.parent.name}


HOLDS = """
import os, sys
from pathlib import Path
from helpers.pipeline.files import scratch
number = int(sys.argv[2])
if number:
    os.getpid = lambda: number
with scratch(Path(sys.argv[1]), "check") as aside:
    aside.mkdir()
    (aside / "half").touch()
    print(aside, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(request, tmp_path):
    """A process that holds a scratch folder; by a number that no process here has, as one in a container, if asked."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path / "data" / "x"), str(getattr(request, "param", 0))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate(timeout=20)


def cleared(base):
    """What a run and a check of the same study leave there, when they begin."""
    sweep(base)
    with scratch(base / "data" / "x", "check"):
        pass


@pytest.mark.parametrize("holder", [0, 4194999], ids=["here", "in a container"], indirect=True)
def test_a_scratch_folder_is_its_process_s_own_until_that_is_killed(tmp_path, holder):
    half = Path(holder.stdout.readline().strip()) / "half"
    cleared(tmp_path)
    assert half.exists(), "another one's"
    holder.kill()
    holder.wait(timeout=20)
    cleared(tmp_path)
    assert list((tmp_path / "data" / "x").iterdir()) == []


def test_without_locks_the_number_of_a_process_tells(tmp_path, holder, monkeypatch):
    def none(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    half = Path(holder.stdout.readline().strip()) / "half"
    monkeypatch.setattr(files.fcntl, "flock", none)
    cleared(tmp_path)
    assert half.exists(), "another one's"
    holder.kill()
    holder.communicate(timeout=20)
    cleared(tmp_path)
    assert list((tmp_path / "data" / "x").iterdir()) == []


def test_a_scratch_folder_that_is_removed_before_it_is_held_is_made_again(tmp_path, monkeypatch):
    made = files.tempfile.mkdtemp

    def swept(*given):
        name = made(*given)
        if len(list(tmp_path.iterdir())) == 1:
            monkeypatch.setattr(files.tempfile, "mkdtemp", made)
            shutil.rmtree(tmp_path)
        return name

    monkeypatch.setattr(files.tempfile, "mkdtemp", swept)
    with scratch(tmp_path, "x") as aside:
        aside.touch()
        assert [file.name for file in tmp_path.iterdir()] == [aside.parent.name]
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_removes_what_was_written_aside_and_follows_no_link(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / ".aside-kept-1").touch()
    data = tmp_path / "data" / "x"
    (data / "warehouse.duckdb.tmp").mkdir(parents=True)
    ours = (".aside-build-4194999", ".aside-results.json-4194999", ".aside-05_ab_results-4194999.ipynb")
    users = (".hidden", ".draft-2", ".notes.2024", "report-12", "a.12")
    for name in (*ours, *users):
        (data / name).touch()
    (data / "linked").symlink_to(outside)
    (data / ".aside-link-4194999").symlink_to(outside)
    sweep(tmp_path)
    assert sorted(f.name for f in data.iterdir()) == sorted([*users, "linked"])
    assert (outside / ".aside-kept-1").exists()


def test_a_file_of_other_bytes_is_written_over_whatever_they_are(tmp_path):
    file = tmp_path / "built.json"
    file.write_bytes(b"\xff\xfe\x00")
    write_text(file, "{}\n")
    assert file.read_bytes() == b"{}\n"


def test_clean_removes_what_was_built_and_keeps_what_a_user_put_there(tmp_path):
    made = (
        "data/mine/raw/done", "data/mine/results/01.json", "data/mine/warehouse.duckdb", "data/built.json",
        "reports/index.html", "data/full/raw/done",
    )  # fmt: skip
    kept = ("data/logs/day.csv", "data/shop.csv", "data/full/day.csv", "data/README.md")
    for name in (*made, *kept):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "raw").mkdir(parents=True)
    (elsewhere / "raw" / "done").touch()
    (tmp_path / "data" / "linked").symlink_to(elsewhere)
    subprocess.run(["bash", str(paths.ROOT / "scripts" / "clean.sh")], cwd=tmp_path, check=True)
    left = {str(f.relative_to(tmp_path)) for f in tmp_path.rglob("*") if f.is_file()}
    assert left == {*kept, "elsewhere/raw/done"} and not (tmp_path / "data" / "linked").is_symlink()
    assert not (tmp_path / "data" / "mine").exists()
    for folder in ("data", "elsewhere"):
        shutil.rmtree(tmp_path / folder)
    subprocess.run(["bash", str(paths.ROOT / "scripts" / "clean.sh")], cwd=tmp_path, check=True)
