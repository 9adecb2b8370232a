"""The strict runner, on notebooks that break."""

import asyncio
import json
import os
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from typing import Any

import pytest

from helpers import paths
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline import notebooks

BROKEN = Path(__file__).parents[1] / "notebooks" / "broken"
RAISES = BROKEN / "raises.ipynb"
MACHINE = re.compile(r"(?<![\w./])/(?:home|root|tmp|var|usr|opt|work|Users|private)/")
"""An absolute path of some machine."""


def _run(asked: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own, for a browser of another test may have left a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asked).result()


@pytest.fixture
def where(tmp_path) -> StudyPaths:
    return StudyPaths("broken", tmp_path)


def files(where: StudyPaths) -> list[str]:
    return sorted(p.name for p in where.executed.iterdir()) if where.executed.is_dir() else []


def test_unknown_parameter_is_an_error_before_anything_runs(where):
    with pytest.raises(ReportError) as caught:
        notebooks.execute(RAISES, where, {"study_fil": "x"})
    assert str(caught.value).splitlines() == [
        "raises.ipynb has no parameter 'study_fil'",
        "  got:      study_fil",
        "  expected: one of study_file, fail",
        "  remedy:   did you mean 'study_file'?",
    ]
    assert not where.reports.exists()


def test_a_failing_notebook_leaves_the_old_output_and_names_its_cell(where):
    good = notebooks.execute(RAISES, where, {})
    before, time = good.read_bytes(), good.stat().st_mtime_ns
    with pytest.raises(ReportError) as caught:
        notebooks.execute(RAISES, where, {"fail": True})
    told = str(caught.value)
    assert told.splitlines()[:2] == [
        "raises stopped in cell 4: ZeroDivisionError: division by zero",
        "  got:          a line of the cell: quotient = 1 / shares[fail]",
    ]
    assert "likely cause: an error of the program" in told and not MACHINE.search(told)
    form = re.search(r"remedy: +report it as a bug of this project \((\S+)\) with these lines and the study file", told)
    assert form and (paths.ROOT / form[1]).is_file()
    assert good.read_bytes() == before and good.stat().st_mtime_ns == time
    assert files(where) == ["raises.ipynb"]


def test_a_refusal_is_told_in_its_own_words_as_one_block(where):
    with pytest.raises(ReportError) as caught:
        notebooks.execute(BROKEN / "refuses.ipynb", where, {})
    assert str(caught.value).splitlines() == [
        "refuses stopped in cell 3: no day to watch",
        "  got:      0 days",
        "  expected: four weeks",
        "  remedy:   wait",
    ]


def test_an_error_of_the_program_names_its_own_line(where):
    with pytest.raises(ReportError) as caught:
        notebooks.execute(BROKEN / "crashes.ipynb", where, {})
    first, got, *_ = str(caught.value).splitlines()
    assert first.startswith("crashes stopped in cell 3: TypeError: ")
    assert re.match(r"  got: +helpers/formatting\.py, line \d+: \S", got)
    assert not MACHINE.search(str(caught.value))


def test_a_killed_kernel_is_told_in_one_message(where):
    with pytest.raises(ReportError, match=r"^killed stopped: its kernel was killed\n.*memory"):
        notebooks.execute(BROKEN / "killed.ipynb", where, {})
    assert files(where) == []


@pytest.mark.parametrize(("name", "error"), [("syntax", "SyntaxError"), ("unclosed", "SystemExit")])
def test_a_notebook_that_never_ran_leaves_nothing(where, name, error):
    with pytest.raises(ReportError, match=f"{name} stopped in cell .: {error}"):
        notebooks.execute(BROKEN / f"{name}.ipynb", where, {})
    assert files(where) == []
    assert not where.results.exists()


def test_the_copy_is_the_same_every_time_and_names_no_machine(where):
    first = notebooks.execute(RAISES, where, {"study_file": "studies/rees46.yml"})
    text, time = first.read_bytes(), first.stat().st_mtime_ns
    os.utime(first, (1_000, 1_000))
    second = notebooks.execute(RAISES, where, {"study_file": "studies/rees46.yml"})
    assert second.read_bytes() == text, "byte for byte"
    assert second.stat().st_mtime_ns > time, "make must see that the step was done"
    found = text.decode()
    assert not MACHINE.search(found) and str(paths.ROOT) not in found and str(where.base) not in found
    content = json.loads(found)
    printed = [o["text"] for c in content["cells"] if c["cell_type"] == "code" for o in c["outputs"] if "text" in o]
    assert printed == [["whole studies/rees46.yml True\n"]], "notebooks run at the project's root"
    assert "papermill" not in content["metadata"]
    assert [c["id"] for c in content["cells"]] == [f"cell-{i:02d}" for i in range(len(content["cells"]))]


def test_leftovers_of_a_killed_run_are_removed(where):
    where.executed.mkdir(parents=True)
    left = where.executed / ".aside-raises-4000000.ipynb"
    left.write_text("{")
    other = where.executed / ".aside-another-4000000.ipynb"
    other.write_text("{")
    notebooks.execute(RAISES, where, {})
    assert files(where) == [".aside-another-4000000.ipynb", "raises.ipynb"]


def test_tidy_drops_only_what_is_volatile():
    content = {
        "metadata": {"papermill": {"duration": 1}, "kernelspec": {"name": "python3"}},
        "cells": [
            {
                "id": "x",
                "cell_type": "code",
                "metadata": {"tags": ["a"], "execution": {"t": 1}, "papermill": {}},
                "outputs": [],
            },
            {"id": "y", "cell_type": "markdown", "metadata": {}, "source": "ä"},
        ],
    }
    kept = json.loads(notebooks.tidy(content))
    assert kept["metadata"] == {"kernelspec": {"name": "python3"}}
    assert kept["cells"][0] == {"id": "cell-00", "cell_type": "code", "metadata": {"tags": ["a"]}, "outputs": []}
    assert "ä" in notebooks.tidy(content) and notebooks.tidy(content).endswith("}\n")


def test_the_kernel_opens_no_port():
    """Sockets in the file system: nobody reaches a headless kernel over the network."""
    from helpers.pipeline.kernel import HeadlessKernelManager

    one, other = HeadlessKernelManager(), HeadlessKernelManager()
    assert one.transport == "ipc" and one.ip != other.ip


@pytest.mark.parametrize(("shown", "asked"), [([True], 1), ([False, False, True], 3), ([False], 0)])
def test_a_kernel_is_ready_when_it_answers_and_is_heard(monkeypatch, shown, asked):
    """It is not listened to any longer; one that is not heard is asked again, and one that ended is told."""
    from helpers.pipeline.kernel import PromptClient

    class Kernel:
        asked = 0

        async def answer(self, **_: object) -> None:
            self.asked += 1

        async def get_msg(self, timeout: float) -> None:
            if not shown.pop(0):
                raise Empty

        async def runs(self) -> bool:
            return bool(shown)

    kernel = Kernel()
    monkeypatch.setattr(PromptClient, "iopub_channel", kernel)
    client = PromptClient()
    client.kernel_info, client.is_alive = kernel.answer, kernel.runs
    if asked:
        _run(client.wait_for_ready(timeout=60))
        assert (kernel.asked, shown) == (asked, [])
    else:
        with pytest.raises(RuntimeError, match="ended before it answered"):
            _run(client.wait_for_ready(timeout=60))
