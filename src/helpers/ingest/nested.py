"""Texts that stand inside a column: in structs, lists and maps, and in texts of JSON, however deep."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb

LOOKED = 1_000
"""First rows that tell what stands inside a column."""
LAST = " (last)"
"""Ends the name of the last text of a list."""
MOST = 500
"""Texts inside all columns that are looked at."""


def texts(con: "duckdb.DuckDBPyConnection", relation: str, types: Mapping[str, str]) -> dict[str, str]:
    """SQL of each text inside the columns of a relation, called ``outer.inner.deeper``; of a list the least and the last.

    >>> import duckdb
    >>> rows = "(select {'paid': {'in': 'EUR'}} as order, '{\\"items\\": [{\\"at\\": \\"b\\"}, {\\"at\\": \\"a\\"}]}' as more)"
    >>> found = texts(duckdb.connect(), rows, {"order": "STRUCT(...)", "more": "VARCHAR"})
    >>> list(found), duckdb.sql(f"select {', '.join(found.values())} from {rows}").fetchall()
    (['order.paid.in', 'more.items.at', 'more.items.at (last)'], [('EUR', 'a', 'b')])
    """
    first = f"(from {relation} limit {LOOKED})"
    asked = {c: f"to_json({quoted(c)})" for c, kind in types.items() if _is_nested(kind)}
    written = [c for c, kind in types.items() if kind in ("VARCHAR", "JSON")]
    asked |= {c: f"case when json_valid({quoted(c)}) then {quoted(c)}::json end" for c in _json(con, first, written)}
    found: dict[str, str] = {}
    for column, made in asked.items():
        shape = con.execute(f"select json_group_structure({made}) from {first}").fetchall()[0][0]
        for path, is_list in _leaves(json.loads(shape) if shape else None):
            at = "$" + "".join("[*]" if step is None else f".{json.dumps(step)}" for step in path)
            name = ".".join([column, *filter(None, path)])
            text = f"json_extract_string({made}, {literal(at)})"
            found |= {name: f"list_min({text})", f"{name}{LAST}": f"list_max({text})"} if is_list else {name: text}
            if len(found) >= MOST:
                return found
    return found


def _is_nested(kind: str) -> bool:
    return kind.startswith(("STRUCT(", "MAP(")) or kind.endswith("]")


def _json(con: "duckdb.DuckDBPyConnection", first: str, columns: Iterable[str]) -> list[str]:
    """The columns of text in which objects or lists of JSON stand."""
    left = list(columns)
    for read in ("", " and json_valid({})"):  # one sign refutes nearly every column, so that few are taken apart
        if left:
            asked = ", ".join(
                f"coalesce(bool_or(regexp_matches({c}::varchar, '^\\s*[{{\\[]'){read.format(c)}), false)"
                for c in map(quoted, left)
            )
            row = con.execute(f"select {asked} from {first}").fetchall()[0]
            left = [c for c, so in zip(left, row, strict=True) if so]
    return left


def _leaves(shape: Any, path: tuple[str | None, ...] = ()) -> Iterator[tuple[tuple[str | None, ...], bool]]:
    """The way to each text, in which None is all of a list, and whether a list is on it."""
    if isinstance(shape, dict):
        for key, inner in shape.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(shape, list):
        for inner in shape[:1]:
            yield from _leaves(inner, (*path, None))
    elif shape == "VARCHAR" and path:
        yield path, None in path
