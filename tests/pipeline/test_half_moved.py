"""A checkout that an interrupted upgrade left half moved: what is old is seen to be old, and ``make all`` mends it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from helpers import paths
from helpers.pipeline import dependencies
from helpers.pipeline.dependencies import Code

SETUP = ("requirements.lock", "pyproject.toml", "scripts/install.sh", "scripts/browser.sh")


def asked(tree: Path) -> str:
    """What ``make all`` would run, as the make that holds the lock."""
    free = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(
        ["make", "-n", "all"],
        cwd=tree,
        env=free | {"BUILD_LOCK": str(tree)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def tree(tmp_path) -> Path:
    """The files that the set-up depends on, and an environment that says it is made of them."""
    for name in ("Makefile", *SETUP):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(paths.ROOT / name, tmp_path / name)
    (tmp_path / ".venv").mkdir()
    content = b"".join((tmp_path / name).read_bytes() for name in SETUP)
    count = subprocess.run(["cksum"], input=content, capture_output=True, check=True).stdout
    (tmp_path / ".venv" / "ready").write_bytes(count)
    return tmp_path


def test_an_environment_of_another_lock_is_set_up_anew_whatever_its_time(tree):
    assert "install.sh" not in asked(tree)
    lock = tree / "requirements.lock"
    lock.write_text(lock.read_text() + "more==1\n")
    os.utime(lock, (1, 1))
    assert "install.sh" in asked(tree)


def test_an_environment_of_the_time_when_the_mark_was_empty_is_set_up_anew(tree):
    (tree / ".venv" / "ready").write_bytes(b"")
    assert "install.sh" in asked(tree) and "helpers build  all" in asked(tree)


def test_a_lock_that_was_only_touched_sets_up_nothing(tree):
    (tree / "requirements.lock").touch()
    assert "install.sh" not in asked(tree)


def test_what_is_left_of_removed_packages_is_no_module(tmp_path, monkeypatch):
    package = tmp_path / "helpers"
    monkeypatch.setattr(dependencies, "PACKAGE", package)
    (package / "roi" / "__pycache__").mkdir(parents=True)
    (package / "roi" / "__pycache__" / "gain.cpython-311.pyc").touch()
    (package / "__init__.py").write_text("")
    code = Code(package=package)
    assert set(code.files) == {"helpers"}
    assert code.closure(["helpers:roi", "helpers.roi.gain"]) == ("helpers",)


def test_old_rules_and_reports_without_a_record_are_made_again(small):
    small.build()
    (small.base / "data" / "built.json").unlink()
    small.write("data/mine/rules.mk", "data/mine/raw.txt: gone.py\n")
    assert small.build() == ["01_x", "log", "page", "warehouse"] and small.build() == []
