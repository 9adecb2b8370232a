"""Makefile rules found in the code: touching a module rebuilds what uses it, and a notebook waits for those it reads.

Runs on the standard library alone, so that make can call it before anything is installed.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from helpers import paths
from helpers.paths import StudyPaths
from helpers.pipeline.files import write_text

PACKAGE = paths.ROOT / "src" / "helpers"

STEPS = {
    "raw/done": "import helpers.ingest, helpers.simulate",
    "warehouse.duckdb": "import helpers.warehouse.build",
    "resalted.parquet": "import helpers.experiment.results",
}
"""What the steps before the notebooks start from, by their target in the study's data folder."""
STEPS_OF_A_YEAR = {"raw/done": "import helpers.simulate.year"}
"""The same of a programme."""


def dependencies(source: str) -> list[Path]:
    """Modules of this package that a Python source imports, directly or through each other.

    Imports inside functions count; importing a package counts as importing all of it that it imports itself.
    """
    found: dict[Path, None] = {}
    waiting = [source]
    while waiting:
        for module in _imported(waiting.pop()):
            if module not in found:
                found[module] = None
                waiting.append(module.read_text(encoding="utf-8"))
    return sorted(found)


def code(notebook: Path) -> str:
    """The code cells of a notebook, joined."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


def needs(where: StudyPaths) -> dict[Path, list[Path]]:
    """Files each target of a study, or of a programme, depends on."""
    steps = STEPS_OF_A_YEAR if where.beyond else STEPS
    found = {where.data / target: dependencies(source) for target, source in steps.items()}
    for notebook in _books(where):
        found[where.executed / notebook.name] = dependencies(code(notebook))
    found[where.reports / "results.json"] = dependencies("import helpers.site.summary, helpers.report.figures.export")
    found[where.reports.parent / "index.html"] = dependencies("import helpers.site.render")
    return found


def reads(where: StudyPaths) -> dict[Path, list[Path]]:
    """What each notebook reads of other steps beside the marts, see :func:`read_by`."""
    return {where.executed / notebook.name: read_by(code(notebook), where) for notebook in _books(where)}


def _books(where: StudyPaths) -> list[Path]:
    return [paths.NOTEBOOKS / f"{name}.ipynb" for name in paths.books(beyond=where.beyond)]


def read_by(source: str, where: StudyPaths) -> list[Path]:
    """The notebooks whose numbers a source asks for by ``.earlier("...")``, and the assignments it names ``.resalted``.

    Raises ``ValueError`` where a notebook's name is no literal, for then nobody knows what to wait for.

    >>> read_by("numbers = nb.earlier('05_ab_results')", StudyPaths("mine"))[0].name
    '05_ab_results.ipynb'
    """
    found: dict[Path, None] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "earlier":
            found |= {where.executed / f"{ast.literal_eval(name)}.ipynb": None for name in node.args}
        elif isinstance(node, ast.Attribute) and node.attr == "resalted":
            found[where.resalted] = None
    return sorted(found)


def makefile(where: StudyPaths) -> str:
    """The rules as make reads them; a file that is deleted later does not stop make."""
    rules = needs(where)
    edges = [*rules.items(), *reads(where).items()]
    lines = [f"{paths.shown(target)}: {' '.join(map(paths.shown, files))}" for target, files in edges]
    every = sorted({paths.shown(file) for files in rules.values() for file in files})
    return "\n".join([*lines, *(f"{name}:" for name in every)]) + "\n"


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes of a module but those below ``if TYPE_CHECKING``, which only a type checker reads."""
    yield tree
    for node in ast.iter_child_nodes(tree):
        typing_only = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        if not typing_only:
            yield from _executed(node)


@cache
def _imported(source: str) -> list[Path]:
    modules: list[str] = []
    for node in _executed(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    files = []
    for module in modules:
        head, *rest = module.split(".")
        if head == PACKAGE.name:
            stem = PACKAGE.joinpath(*rest)
            files += [f for f in (stem.with_suffix(".py"), stem / "__init__.py") if f.is_file()]
    return files


if __name__ == "__main__":
    if not re.fullmatch("[a-z][a-z0-9_]*", sys.argv[1]):  # make asks before the study file is read
        print(f"error: {sys.argv[1]!r} is no name of a study; expected small letters, digits and _", file=sys.stderr)
        sys.exit(2)
    study = StudyPaths(sys.argv[1])
    write_text(study.data / "rules.mk", makefile(study))
    (study.data / "rules.mk").touch()
