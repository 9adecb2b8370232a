"""The models of dbt, rendered and run without it: what stands before the marts, in a database in memory, in a second."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import paths

if TYPE_CHECKING:
    import duckdb

REF = re.compile(r"ref\('([a-z_]+)'\)")


@cache
def _files() -> dict[str, Path]:
    return {file.stem: file for file in sorted((paths.WAREHOUSE / "models").rglob("*.sql"))}


def needed(models: Iterable[str]) -> list[str]:
    """These models and all that they read, each after those it reads.

    >>> needed(["int_duplicates"])
    ['base_events', 'int_repeated', 'int_duplicates']
    """
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        for other in dict.fromkeys(REF.findall(_files()[name].read_text(encoding="utf-8"))):
            if other not in order:
                visit(other)
        order[name] = None

    for model in models:
        visit(model)
    return list(order)


def build(con: "duckdb.DuckDBPyConnection", variables: dict[str, Any], models: Iterable[str]) -> None:
    """Make these models, and those they read, in ``con``: staging as views, all others as tables, as dbt does."""
    import jinja2

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    context: dict[str, Any] = {
        "var": variables.__getitem__,
        "ref": lambda name: f"{_files()[name].parent.name}.{name}",
        "source": lambda *_: variables["events_location"],
        "return": lambda value: value,
    }
    for name in needed(models):
        file = _files()[name]
        kind = "view" if file.parent.name == "staging" else "table"
        sql = environment.from_string(_macros() + file.read_text(encoding="utf-8")).render(context)
        con.execute(f"create schema if not exists {file.parent.name}")
        con.execute(f"create {kind} {file.parent.name}.{name} as {sql}")


@cache
def _macros() -> str:
    """The macros that models call, those of the engine where dbt would choose among engines."""
    files = sorted((paths.WAREHOUSE / "macros").glob("*.sql"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    text = re.sub(r"\{% test .*?\{% endtest %\}", "", text, flags=re.DOTALL)
    return re.sub(r"adapter\.dispatch\('([a-z_]+)', '[a-z_]+'\)", r"duckdb__\1", text)
