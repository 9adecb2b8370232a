"""The cells of a notebook run in this process, without a kernel: what each displays, at a fraction of the time."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.cli.goals import located
from helpers.pipeline.notebooks import of_its_mode


@dataclass(frozen=True)
class Shown:
    """What a cell displayed: its number in the notebook and the markup a reader sees."""

    cell: int
    text: str


def shown(book: str, file: Path) -> Iterator[Shown]:
    """Run a notebook on a study file, cell by cell; an error is raised as the cell raises it."""
    names: dict[str, Any] = {"__name__": "__main__"}
    content = of_its_mode(paths.NOTEBOOKS / f"{book}.ipynb", located(str(file)))
    for number, source in ((n, c.source) for n, c in enumerate(content.cells) if c.cell_type == "code"):
        if source.startswith(("study_file", "programme_file")):
            names[source.partition(" ")[0]] = str(file)
            continue
        tree = ast.parse(source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, f"{book}, cell {number}", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), f"{book}, cell {number}", "eval"), names)
            if value is not None:
                yield Shown(number, _markup(value))


def _markup(value: Any) -> str:
    if hasattr(value, "_repr_mimebundle_"):
        bundle = value._repr_mimebundle_()
        return str((bundle[0] if isinstance(bundle, tuple) else bundle).get("text/html", ""))
    return str(value._repr_html_()) if hasattr(value, "_repr_html_") else repr(value)
