"""Devices and pipes that a query or a view would read: told before the engine opens them, for it would wait without end."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config.formats import format_of
from helpers.errors import ReportError
from helpers.ingest import query_text
from helpers.ingest.condition import parts_of
from helpers.ingest.locations import NO_FILE, hindrance

if TYPE_CHECKING:
    import duckdb

_VIEW = re.compile(r"create\b.*?\bview\b.*?\bas\b\s*(?=\(*\s*(?:select|with|from|values)\b)", re.IGNORECASE | re.DOTALL)
"""What stands before the query of a view."""


def refuse(con: "duckdb.DuckDBPyConnection", called: str, text: str, folder: Path) -> None:
    """Raise where a query reads what is no file: by a name, a pattern, a computed name, or a view of an attached database.

    Raises :class:`~helpers.errors.ReportError`; a query that DuckDB cannot take apart is left to it.
    """
    views = {
        str(name): str(sql)
        for name, sql in con.execute("select view_name, sql from duckdb_views() where not internal").fetchall()
    }
    waiting, seen = [text], set[str]()
    while waiting:
        for name in _named(con, waiting.pop()):
            if name in seen:
                continue
            seen.add(name)
            if name in views and (begin := _VIEW.match(views[name])):
                waiting.append(views[name][begin.end() :].rstrip("; \n"))
            for path in _reached(name, folder):
                if hindrance(path) == NO_FILE:
                    raise ReportError(
                        f"{called} reads what is no file",
                        got=path.name,
                        expected=f"files, such as from 'orders{path.suffix if format_of(path.name) else '.csv'}'",
                        cause=NO_FILE,
                        remedy="write what comes out of it into a file, and name that one in the query",
                    )


def _named(con: "duckdb.DuckDBPyConnection", text: str) -> list[str]:
    """What a query names as its tables and gives to table functions, also where that is computed."""
    import duckdb

    tree = json.loads(con.execute("select json_serialize_sql(?)", [text]).fetchall()[0][0])
    found = query_text.named(json.dumps(tree))
    for part in parts_of(tree):
        function = part.get("function") if part.get("type") == "TABLE_FUNCTION" else None
        for given in (function or {}).get("children", [])[:1]:
            asked = json.loads(con.execute("select json_serialize_sql('select 1')").fetchall()[0][0])
            asked["statements"][0]["node"]["select_list"] = [given]
            try:
                made = con.execute("from json_execute_serialized_sql(?)", [json.dumps(asked)]).fetchall()[0][0]
            except duckdb.Error:
                continue
            texts = [each for each in (made if isinstance(made, list) else [made]) if isinstance(each, str)]
            if str((function or {}).get("function_name", "")).lower() == "query":  # its text is a query again
                texts = [name for each in texts for name in _named(con, each)]
            found += texts
    return found


def _reached(name: str, folder: Path) -> Iterator[Path]:
    """What a name leads to from a folder, or from where the engine stands."""
    if "\0" in name or "://" in name or len(name) > 1_000:
        return
    for path in (folder / name, Path.cwd() / name):
        try:
            if path.exists():
                yield path
                return
            if any(sign in name for sign in "*?["):
                yield from sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        except (OSError, ValueError):
            continue
