"""Whatever is shared between workers is built once, and again only when it failed."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from tests.built_once import built_once


def test_many_who_ask_at_once_get_one_build(tmp_path_factory):
    made = []

    def build(folder):
        sleep(0.05)
        (folder / "done.txt").write_text("whole")
        made.append(folder)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: built_once(tmp_path_factory, "asked_at_once", build), range(4)))
    assert len(set(found)) == len(made) == 1
    assert (found[0] / "done.txt").read_text() == "whole"


def test_a_failed_build_is_seen_by_all_and_leaves_nothing(tmp_path_factory):
    def fail(folder):
        (folder / "half.txt").write_text("half")
        raise ValueError("no room")

    for _ in range(2):
        with pytest.raises(ValueError, match="no room"):
            built_once(tmp_path_factory, "failing", fail)
    folder = built_once(tmp_path_factory, "failing", lambda folder: (folder / "whole.txt").touch())
    assert [f.name for f in folder.iterdir()] == ["whole.txt"]
