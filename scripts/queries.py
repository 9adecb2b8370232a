"""Write docs/queries/README.md: a line for each named query, from its own comment and from the code that calls it.

What a query returns and its grain stand in the comment at its head, its parameters in its text, its readers in the
notebooks and modules that call ``query(con, "NAME")``. With ``--check`` nothing is written, and drift ends in exit
code 1.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path("docs/queries/README.md")
YEAR = "Of a programme's year."
"""What a query says that asks the tables of a year, not the marts of a study."""
NOBODY = "nobody yet: for questions by hand"

HEAD = """\
# The named queries

Notebooks and modules read the marts through these files and no other SQL. Each opens with what it returns and its
grain, orders its rows, and returns no id of a unit. In Python: `warehouse.query(con, "NAME", parameter=value)`.

This page is written by `scripts/queries.py` from the comments of the files and from the code that calls them.
"""


@dataclass(frozen=True)
class Query:
    """One file: what it returns, one row of what, ``$parameters`` in the order of the text, who calls it."""

    name: str
    returns: str
    grain: str
    parameters: tuple[str, ...]
    readers: tuple[str, ...]
    of_year: bool

    @property
    def line(self) -> str:
        """Its line of the table."""
        parameters = ", ".join(f"`{name}`" for name in self.parameters) or "none"
        readers = ", ".join(f"`{name}`" for name in self.readers) or NOBODY
        cells = (f"[`{self.name}`]({self.name}.sql)", self.returns, self.grain, parameters, readers)
        return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def told(text: str) -> tuple[str, str, bool]:
    """What a comment says: what is returned, the grain, and whether it is about a programme's year.

    >>> told("-- Orders of every day,\\n-- days without any included. Grain: day.\\nselect 1")
    ('Orders of every day, days without any included.', 'day', False)
    """
    comment = " ".join(line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--"))
    returns, grain, rest = comment.partition(" Grain: ")
    if not grain:
        raise SystemExit(f"a query does not say its grain: {comment[:60]}")
    of_year = YEAR in returns
    return " ".join(returns.replace(YEAR, "").split()), rest.strip().removesuffix("."), of_year


def parameters(text: str) -> tuple[str, ...]:
    """Names of the ``$parameters`` below the comment, each once."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return tuple(dict.fromkeys(re.findall(r"\$(\w+)", body)))


def called(code: str) -> Iterator[str]:
    """Texts that are passed to a function named ``query``.

    >>> list(called('rows = warehouse.query(con.cursor(), "funnel", at=now); log("funnel_arms")'))
    ['funnel']
    """
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "query":
                yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def readers(root: Path) -> dict[str, list[str]]:
    """Notebooks and modules by the query that they call, notebooks first."""
    found: dict[str, list[str]] = {}
    for file in sorted((root / "notebooks").glob("*.ipynb")):
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            if cell["cell_type"] == "code":
                for name in called("".join(cell["source"])):
                    found.setdefault(name, []).append(f"notebooks/{file.name}")
    for file in sorted((root / "src" / "helpers").rglob("*.py")):
        for name in called(file.read_text(encoding="utf-8")):
            found.setdefault(name, []).append(file.relative_to(root).as_posix())
    return {name: list(dict.fromkeys(files)) for name, files in found.items()}


def queries(root: Path = ROOT) -> list[Query]:
    """Every named query, in the order of the names."""
    known = readers(root)
    found = []
    for file in sorted((root / PAGE).parent.glob("*.sql")):
        text = file.read_text(encoding="utf-8")
        returns, grain, of_year = told(text)
        found.append(Query(file.stem, returns, grain, parameters(text), tuple(known.get(file.stem, ())), of_year))
    return found


def page(root: Path = ROOT) -> str:
    """The page: the marts of a study first, then the tables of a programme's year."""
    parts = [HEAD]
    for title, of_year in (("The marts of a study", False), ("The tables of a programme's year", True)):
        lines = [query.line for query in queries(root) if query.of_year is of_year]
        head = ["| query | what it returns | grain | parameters | read by |", "| --- | --- | --- | --- | --- |"]
        parts.append("\n".join([f"## {title}", "", *head, *lines]) + "\n")
    return "\n".join(parts)


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the page, or with ``--check`` say whether it is the one that would be written."""
    file, wanted = root / PAGE, page(root)
    if file.is_file() and file.read_text(encoding="utf-8") == wanted:
        return 0
    if "--check" in arguments:
        print(f"{PAGE} differs from the queries and their readers; run: python scripts/queries.py", file=sys.stderr)
        return 1
    file.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
