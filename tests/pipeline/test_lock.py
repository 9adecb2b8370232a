"""One run at a time: the second waits and says so, whatever becomes of the first."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.errors import ReportError
from helpers.pipeline import lock

PROGRAM = "import sys; from pathlib import Path; from helpers.pipeline.lock import run; sys.exit(run(sys.argv[2:], Path(sys.argv[1])))"


def start(base: Path, script: str) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if k != lock.HELD}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(base), "sh", "-c", script], cwd=base, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def appears(file: Path) -> None:
    until = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < until, f"no {file.name}"
        time.sleep(0.01)


def said(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    return out + err


def test_the_second_waits_and_names_the_first(tmp_path):
    first = start(tmp_path, "touch begun; while [ ! -e go ]; do sleep 0.05; done; echo first >> order")
    appears(tmp_path / "begun")
    second = start(tmp_path, "echo second >> order")
    assert second.stderr is not None
    told = second.stderr.readline()
    assert re.fullmatch(
        rf"  another run builds here \(process {first.pid}, since \d\d:\d\d\): waiting for its end\n", told
    )
    assert not (tmp_path / "order").exists()
    (tmp_path / "go").touch()
    assert said(first) == "" and said(second) == ""
    assert (tmp_path / "order").read_text().split() == ["first", "second"]
    assert sorted(f.name for f in tmp_path.iterdir()) == ["begun", "go", "order"], "no lock file"


def test_trees_do_not_wait_for_each_other(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    first = start(here, "touch begun; while [ ! -e ../there/done ]; do sleep 0.05; done")
    appears(here / "begun")
    assert said(start(there, "touch done")) == "" and said(first) == ""


def test_a_killed_head_keeps_the_tree_until_its_last_step_is_over(tmp_path):
    first = start(tmp_path, "touch begun; while [ ! -e go ]; do sleep 0.05; done; echo step >> order")
    appears(tmp_path / "begun")
    first.kill()
    first.wait(timeout=20)
    second = start(tmp_path, "echo second >> order")
    assert second.stderr is not None and "another run builds here" in second.stderr.readline()
    (tmp_path / "go").touch()
    said(second)
    assert (tmp_path / "order").read_text().split() == ["step", "second"]


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path):
    left = "mkdir -p data/x/.aside-build-4194999 reports docs; touch data/x/.aside-build-4194999/half reports/.aside-site.html-4194999 docs/.aside-a.md-4194999"
    own = "mkdir $TMPDIR/profile; touch data/x/kept.csv data/.hidden; echo $TMPDIR > where; touch begun; sleep 60"
    first = start(tmp_path, f"{left}; {own}")
    appears(tmp_path / "begun")
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate(timeout=20)
    private = Path((tmp_path / "where").read_text().strip())
    assert (private / "profile").is_dir() and private.stat().st_mode & 0o777 == 0o700
    assert said(start(tmp_path, 'ls -A "$TMPDIR"; find data reports docs')).split() == [
        "data", "data/.hidden", "data/x", "data/x/kept.csv", "reports", "docs",
    ]  # fmt: skip
    assert not private.exists(), "a run takes its own folder with it"


def test_a_run_inside_of_a_run_passes_through(tmp_path):
    inner = f"{sys.executable} -c '{PROGRAM}' {tmp_path} echo inside"
    assert said(start(tmp_path, inner)) == "inside\n"


@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("kill -TERM $$", 143)])
def test_the_exit_code_is_the_commands(tmp_path, script, code):
    process = start(tmp_path, script)
    process.communicate(timeout=20)
    assert process.returncode == code


def test_an_end_asked_for_reaches_the_command(tmp_path):
    process = start(tmp_path, "trap 'touch ended; exit 9' TERM; touch begun; while true; do sleep 0.05; done")
    appears(tmp_path / "begun")
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 9 and (tmp_path / "ended").exists()


def test_a_planted_folder_for_temporary_files_is_refused(tmp_path, monkeypatch):
    base, temporary, aim = (tmp_path / name for name in ("base", "tmp", "aim"))
    for folder in (base, temporary, aim):
        folder.mkdir()
    monkeypatch.setattr(lock.tempfile, "tempdir", str(temporary))
    with lock.held(base):
        (name,) = (f.name for f in temporary.iterdir())
    assert lock.HELD not in os.environ or os.environ[lock.HELD] != str(base)
    (temporary / name).symlink_to(aim)
    (aim / "precious").touch()
    with pytest.raises(ReportError, match="belongs to somebody else"), lock.held(base):
        pass
    assert (aim / "precious").exists()
