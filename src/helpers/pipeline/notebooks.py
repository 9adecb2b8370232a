"""A strict papermill runner: unknown parameters are errors, results appear whole or not at all."""

import json
import os
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline.files import MARK, beside, private, write_text
from helpers.pipeline.progress import current

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
            str(notebook),
            str(aside),
            parameters=parameters,
            kernel_name="python3",
            cwd=str(paths.ROOT),
            progress_bar=False,
            engine_name=_counting_engine(),
            log_output=False,
            kernel_manager_class="helpers.pipeline.kernel.HeadlessKernelManager",
            shutdown_kernel="immediate",
        )
    except PapermillExecutionError as error:
        raise ReportError(
            f"{notebook.name} stopped in cell {error.cell_index}: {error.ename}",
            got=error.evalue.strip(),
            expected="a cell that runs",
            cause="\n" + "\n".join(f"    | {line}" for line in error.source.splitlines()),
            remedy=f"open notebooks/{notebook.name} in Jupyter and run it up to this cell",
        ) from None
    finally:
        if aside.is_file():
            content = json.loads(aside.read_text(encoding="utf-8"))
            aside.unlink()
    write_text(target, tidy(content).replace(f"{where.base}{os.sep}", ""))  # a study outside the project
    os.utime(target)
    return target


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
