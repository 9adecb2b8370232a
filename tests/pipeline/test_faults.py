"""A part that fails costs itself and the parts that read it: the rest is built, and the end names it."""

from dataclasses import replace
from pathlib import Path

import pytest

from helpers.pipeline import faults
from helpers.pipeline.building import explained
from helpers.pipeline.faults import Fault
from helpers.pipeline.graph import Step
from tests.pipeline.conftest import Small


@pytest.fixture
def report(small: Small) -> Small:
    """A log, three notebooks, of which the second reads the first, and a page that gathers them."""
    made = small.base / "data" / "mine"

    def steps() -> list[Step]:
        log = Step("mine", "log", ("log",), (made / "raw.txt",), (small.base / "raw",))

        def book(name: str, *read: Step) -> Step:
            outputs = made / f"{name}.txt", made / "figures" / name
            return Step("mine", name, ("notebook",), outputs, (log, *read), fault=made / "faults" / f"{name}.json")

        first = book("01_x")
        books = (first, book("02_y", first), book("03_z"))
        told = tuple(one.fault for one in books if one.fault)
        return [log, *books, Step("mine", "page", ("site",), (made / "page.txt",), (*books, *told))]

    return replace(small, steps=steps)


def files(report: Small) -> dict[str, str]:
    folder = report.base / "data" / "mine"
    return {str(f.relative_to(folder)): f.read_text() for f in sorted(folder.rglob("*")) if f.is_file()}


def told(report: Small) -> list[Fault]:
    return faults.read(report.base / "data" / "mine" / "faults")


def test_the_others_run_and_what_gathers_them_is_told(report: Small) -> None:
    report.failing = {"01_x"}
    assert report.build() == ["01_x", "03_z", "log", "page"]
    assert report.missing == ["01_x", "02_y"]
    assert told(report) == [Fault("01_x", "01_x"), Fault.waiting("02_y", "01_x")]
    assert '"said": "01_x"' in files(report)["page.txt"], "the page reads why"


def test_nothing_of_an_earlier_run_is_taken_for_the_result(report: Small) -> None:
    report.build()
    (report.base / "data" / "mine" / "figures" / "01_x").mkdir(parents=True)
    report.write("data/mine/figures/01_x/old.json", "{}")
    report.write("raw/log.csv", "two")
    report.failing = {"01_x"}
    report.build()
    assert not {"01_x.txt", "02_y.txt", "figures/01_x/old.json"} & files(report).keys()
    assert "03_z.txt" in files(report)


def test_it_is_tried_again_and_mended_it_ends_as_if_nothing_had_been(report: Small, tmp_path: Path) -> None:
    report.build()
    undisturbed = files(report)
    report.write("raw/log.csv", "two")
    report.failing = {"01_x"}
    report.build()
    assert report.build() == ["01_x"] and report.missing == ["01_x", "02_y"], "the page has nothing new to say"
    line = next(line for line in explained(report.steps(), report.built()) if "01_x" in line)
    assert line.split(maxsplit=2)[2] == "it stopped when it last ran"
    report.failing = set()
    report.write("raw/log.csv", "one")
    assert report.build() == ["01_x", "02_y", "03_z", "log", "page"] and report.missing == []
    assert files(report) == undisturbed and not (report.base / "data" / "mine" / "faults").exists()
    assert report.build() == []


def test_a_fault_that_was_told_before_a_kill_is_cleared_away(report: Small) -> None:
    """Killed between the two writes, with outputs of an earlier run still there: the part runs again all the same."""
    report.build()
    Fault("03_z", "stopped").save(report.base / "data" / "mine" / "faults" / "03_z.json")
    assert "03_z" in report.build() and told(report) == []


def test_a_part_that_was_killed_stops_the_build(report: Small) -> None:
    class Killed(Exception):
        killed = True

    perform = report.perform

    def killed(step: Step) -> None:
        perform(step)
        if step.what == "03_z":
            raise Killed

    report.perform = killed  # type: ignore[method-assign]
    with pytest.raises(Killed):
        report.build()
    assert told(report) == [] and "page.txt" not in files(report)


def quick(report: Small) -> Small:
    """The same, but the first notebook is left out."""
    steps = report.steps

    def fewer() -> list[Step]:
        log, first, second, third, page = steps()
        left = replace(first, left_out=True)
        inputs = tuple(left if place is first else place for place in page.inputs)
        rest = replace(second, inputs=(log,)), third
        inputs = (left, *rest, *(place for place in inputs if isinstance(place, Path)))
        return [log, left, *rest, replace(page, inputs=inputs)]

    return replace(report, steps=fewer)


def test_what_a_quick_run_leaves_out_is_told_and_is_no_failure(report: Small) -> None:
    fast = quick(report)
    assert fast.build() == ["02_y", "03_z", "log", "page"] and fast.missing == []
    assert told(fast) == [Fault.quick("01_x")] and faults.stopped(told(fast)) == []
    assert '"left_out": true' in files(fast)["page.txt"], "the page reads it"
    assert fast.build() == [], "the next one has nothing to do"
    lines = {line.split()[1]: line.split(maxsplit=2)[2] for line in explained(fast.steps(), fast.built())}
    assert lines.pop("01_x") == "left out by --quick" and set(lines.values()) == {"up to date"}


def test_nothing_of_a_whole_run_is_left_in_a_quick_one_and_the_next_whole_one_makes_it(report: Small) -> None:
    report.build()
    whole = files(report)
    fast = quick(report)
    fast.build()
    assert "01_x.txt" in whole and "01_x.txt" not in files(fast)
    line = next(line for line in explained(report.steps(), report.built()) if "01_x" in line)
    assert line.split(maxsplit=2)[2] == "a quick run left it out"
    assert {"01_x", "page"} <= set(report.build()) and files(report) == whole and told(report) == []


def test_what_stopped_before_is_left_out_by_a_quick_run_too(report: Small) -> None:
    report.failing = {"01_x"}
    report.build()
    fast = quick(report)
    fast.build()
    assert told(fast) == [Fault.quick("01_x")] and fast.missing == []


def test_a_page_beside_the_others_costs_itself(small: Small) -> None:
    made = small.base / "data" / "mine"
    beside = Step("docs", "texts", (), (made / "texts.txt",), (small.base / "raw",), beside=True)
    site = Step("site", "pages", (), (made / "site.txt",), (small.base / "raw",), after=(beside,))
    small.steps = lambda: [beside, site]
    made.mkdir(parents=True)
    (made / "texts.txt").write_text("as committed")
    small.failing = {"texts"}
    assert small.build() == ["pages", "texts"] and small.missing == ["docs: texts"]
    assert (made / "texts.txt").read_text() == "as committed", "what others wrote stays"
