"""A strict papermill runner: unknown parameters are errors, results appear whole or not at all."""

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import paths
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline.faults import PROGRAM, REPORT
from helpers.pipeline.files import MARK, beside, private, write_text
from helpers.pipeline.parts import DESCRIPTIVE, books_of
from helpers.pipeline.progress import current

if TYPE_CHECKING:
    from papermill.exceptions import PapermillExecutionError

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"^File (\S+?):(\d+), in ", re.MULTILINE)
_LINE = re.compile(r"^-+> \d+ (.+)$", re.MULTILINE)
"""The line that a traceback of IPython points at, once a frame."""

VOLATILE = ("papermill", "execution", "widgets")
"""Metadata that differ from run to run or name the machine."""


def execute(notebook: Path, where: StudyPaths, parameters: dict[str, Any]) -> Path:
    """Run a notebook headlessly and return its executed copy in ``reports/STUDY/notebooks``.

    The copy is written under a temporary name and renamed when every cell has run. Raises
    :class:`~helpers.errors.ReportError` for an unknown parameter, or with the failing cell's source and error;
    what an earlier run left stays as it was.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    check_parameters(notebook, parameters)
    target = where.executed / notebook.name
    private(target.parent)
    for stale in target.parent.glob(f"{MARK}{notebook.stem}-*.ipynb"):
        stale.unlink()
    aside = beside(target.with_suffix(""), ".ipynb")
    try:
        papermill.execute_notebook(
            of_its_mode(notebook, where),
            str(aside),
            parameters=parameters,
            kernel_name="python3",
            cwd=str(paths.ROOT),
            progress_bar=False,
            request_save_on_cell_execute=False,  # it is whole at the end or not at all
            engine_name=_counting_engine(),
            log_output=False,
            kernel_manager_class="helpers.pipeline.kernel.HeadlessKernelManager",
            shutdown_kernel="immediate",
        )
        content = json.loads(aside.read_text(encoding="utf-8"))
    except PapermillExecutionError as error:
        raise _stopped(notebook, error) from None
    except RuntimeError as error:
        if type(error).__name__ != "DeadKernelError":  # that of nbclient, which papermill brings along
            raise
        raise ReportError(
            f"{notebook.stem} stopped: its kernel was killed",
            cause="the machine ran out of memory",
            remedy="run it again, with less beside it: --jobs 1",
        ) from None
    finally:
        aside.unlink(missing_ok=True)
    write_text(target, tidy(content).replace(f"{where.base}{os.sep}", ""))  # a study outside the project
    os.utime(target)
    return target


EXPERIMENT = "experiment"
"""The tag of a cell that speaks of an experiment; one that speaks of data without one has the tag of their mode."""


def of_its_mode(notebook: Path, where: StudyPaths) -> Any:
    """A notebook without the cells that are tagged for studies of another mode."""
    import nbformat

    content = nbformat.reads(notebook.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    other = EXPERIMENT if paths.TEST_PLAN in books_of(where) else DESCRIPTIVE
    content.cells = [cell for cell in content.cells if other not in cell.metadata.get("tags", [])]
    return content


def _stopped(notebook: Path, error: "PapermillExecutionError") -> ReportError:
    """One block: the error of the cell in its own words; of an error of the program, where it happened."""
    if error.ename == ReportError.__name__:
        return ReportError(f"{notebook.stem} stopped in cell {error.cell_index}: {error.evalue.strip()}")
    told = _COLOUR.sub("", "\n".join(error.traceback))
    files = [f"{file}, line {line}" for file, line in _FRAME.findall(told) if f"{os.sep}helpers{os.sep}" in file]
    lines = _LINE.findall(told)
    place = f"helpers{files[-1].rpartition(f'{os.sep}helpers')[2]}" if files else "a line of the cell"
    return ReportError(
        f"{notebook.stem} stopped in cell {error.cell_index}: {error.ename}: {error.evalue.strip()}",
        got=f"{place}: {lines[-1].strip()}" if lines else place,
        cause=PROGRAM,
        remedy=f"{REPORT}; what does not rest on this notebook is in the report",
    )


def _counting_engine() -> str:
    """Papermill's own engine, whose cells are counted by the step under way; its registered name."""
    from papermill.engines import NBClientEngine, papermill_engines

    class Counting(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
            running, complete = current(), nb_man.cell_complete
            if running:
                running.expect(len(nb_man.nb.cells), "cells")

            def counted(cell: Any, **known: Any) -> None:
                complete(cell, **known)
                if running:
                    running.advance()

            nb_man.cell_complete = counted
            return super().execute_managed_notebook(nb_man, kernel_name, **options)

    papermill_engines.register("counting", Counting)
    return "counting"


def check_parameters(notebook: Path, parameters: dict[str, Any]) -> None:
    """Papermill only warns about a parameter that a notebook does not have; here it is an error."""
    import difflib

    import papermill

    known = papermill.inspect_notebook(str(notebook))
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        raise ReportError(
            f"{notebook.name} has no parameter {', '.join(map(repr, unknown))}",
            got=", ".join(unknown),
            expected=f"one of {', '.join(known)}",
            remedy=f"did you mean {near[0]!r}?" if near else None,
        )


def tidy(content: dict[str, Any]) -> str:
    """An executed notebook without times, paths of the machine and other things that differ between equal runs."""
    for part in (content, *content["cells"]):
        for key in VOLATILE:
            part["metadata"].pop(key, None)
    for number, cell in enumerate(content["cells"]):
        cell["id"] = f"cell-{number:02d}"
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
