"""Which notebooks a report is made of, and that none of another mode stays."""

from pathlib import Path

import pytest

from helpers import paths
from helpers.paths import StudyPaths
from helpers.pipeline import graph, notebooks
from helpers.pipeline.graph import Origin
from helpers.pipeline.parts import books_of, remove_others


def study(folder: Path, mode: str) -> StudyPaths:
    (folder / "studies").mkdir(exist_ok=True)
    (folder / "studies" / "mine.yml").write_text(f"name: mine\nmode: {mode}  # as it is\n", encoding="utf-8")
    return StudyPaths("mine", folder)


@pytest.mark.parametrize("mode", ["online", "offline", "descriptive"])
def test_data_that_are_described_end_with_the_plan_of_a_test(tmp_path: Path, mode: str) -> None:
    where = study(tmp_path, mode)
    described = mode == "descriptive"
    assert books_of(where) == (paths.described() if described else paths.books())
    steps = {step.what for step in graph.of_study("studies/mine.yml", where, Origin())}
    assert ("A/A assignments" in steps) is not described
    assert steps >= set(books_of(where)) and ("05_ab_results" in steps) is not described


def test_a_study_file_that_is_not_there_is_an_experiment(tmp_path: Path) -> None:
    assert books_of(StudyPaths("none", tmp_path)) == paths.books()


def test_what_the_other_mode_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    where = study(tmp_path, "descriptive")
    left = []
    for book in (*paths.books(), paths.TEST_PLAN):
        for file in (
            where.executed / f"{book}.ipynb",
            where.results / f"{book}.json",
            where.figure_specs / book / "a.json",
        ):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("{}", encoding="utf-8")
            left.append(file)
    remove_others(where)
    kept = [file for file in left if file.exists()]
    assert {book for file in kept for book in (file.stem, file.parent.name) if book[:2].isdigit()} == {
        *paths.described()
    }
    assert len(kept) == 3 * len(paths.described())


def test_a_notebook_has_the_cells_of_its_mode(tmp_path: Path) -> None:
    book = paths.NOTEBOOKS / "03_segmentation.ipynb"
    of = {mode: "\n".join(c.source for c in notebooks.of_its_mode(book, study(tmp_path, mode)).cells)
          for mode in ("online", "descriptive")}  # fmt: skip
    assert "lasting(con, study)" in of["descriptive"] and "lasting(con, study)" not in of["online"]
    assert all(text.count("## Takeaway") == 1 for text in of.values())
    assert paths.TEST_PLAN in of["descriptive"] and paths.TEST_PLAN not in of["online"]
