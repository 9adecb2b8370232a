"""What is written aside, and what is removed."""

import os

import pytest

from helpers.pipeline.files import discard, scratch, sweep


def test_a_discarded_folder_is_gone_and_an_absent_one_no_error(tmp_path):
    folder = tmp_path / "raw"
    (folder / "events").mkdir(parents=True)
    (folder / "done").touch()
    discard(folder)
    discard(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_step_leaves_nothing_and_the_old_result(tmp_path):
    (tmp_path / "x").write_text("old")
    with pytest.raises(KeyError), scratch(tmp_path, "x") as aside:
        aside.mkdir()
        raise KeyError
    assert [f.name for f in tmp_path.iterdir()] == ["x"] and (tmp_path / "x").read_text() == "old"


def test_scratch_of_the_dead_is_removed_and_that_of_the_living_stays(tmp_path):
    (tmp_path / ".x-4194999").touch()
    (tmp_path / f".x-{os.getppid()}").touch()
    with scratch(tmp_path, "x"):
        assert [f.name for f in tmp_path.iterdir()] == [f".x-{os.getppid()}"]


def test_a_sweep_removes_what_was_written_aside_and_follows_no_link(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / ".kept-1").touch()
    data = tmp_path / "data" / "x"
    (data / "warehouse.duckdb.tmp").mkdir(parents=True)
    for name in (".build-12", ".results.json.12", ".05_ab_results.12.ipynb", ".hidden", "report-12", "a.12"):
        (data / name).touch()
    (data / "linked").symlink_to(outside)
    (data / ".link-12").symlink_to(outside)
    sweep(tmp_path)
    assert sorted(f.name for f in data.iterdir()) == [".hidden", "a.12", "linked", "report-12"]
    assert (outside / ".kept-1").exists()
