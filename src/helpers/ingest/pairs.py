"""Lists of keys and values, as the export of Google Analytics 4 has its parameters: each key is a column.

``[{"key": "variant", "value": {"string_value": "B"}}]`` in the column ``event_params`` is ``B`` in ``event_params.variant``. A value
may stand in one of several fields by its type, of which one is filled. The documentation of the export: "BigQuery Export schema".
"""

import re
from typing import TYPE_CHECKING, Any

from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb

KEY, VALUE = "key", "value"
BY_TYPE = "_value"
"""Ends the names of the fields of a value by its type, such as ``int_value``."""
MOST = 200
"""Keys of a list that are columns; more are values, and the list stays one column."""
_OF_LISTS = re.compile(r'STRUCT\("?key"? VARCHAR, "?value"? (STRUCT\(.*\)|[A-Z]+[^,]*)\)\[\]')


def opened(value: Any) -> dict[str, Any] | None:
    """The keys of a list of keys and values, and what stands by them; None of any other value.

    >>> opened([{"key": "a", "value": {"string_value": "x", "int_value": None}}, {"key": "b", "value": "y"}])
    {'a': 'x', 'b': 'y'}
    >>> opened([{"key": "a", "value": "x"}, {"key": "a", "value": "y"}]), opened([{"key": "a"}]), opened([])
    (None, None, None)
    """
    if not (isinstance(value, list) and value and all(isinstance(each, dict) for each in value)):
        return None
    if any(set(each) != {KEY, VALUE} or not isinstance(each[KEY], str) for each in value):
        return None
    found = {each[KEY]: _of_type(each[VALUE]) for each in value}
    return found if len(found) == len(value) else None


def _of_type(value: Any) -> Any:
    """What stands in the one filled field of a value; the value itself where its fields are no types."""
    if not isinstance(value, dict):
        return value
    typed = {name: inner for name, inner in value.items() if name.endswith(BY_TYPE)}
    filled = [inner for inner in typed.values() if inner is not None]
    if (value and not typed) or len(filled) > 1:
        return value
    return filled[0] if filled else None


def fields(con: "duckdb.DuckDBPyConnection", table: str, kinds: dict[str, str]) -> dict[str, str]:
    """The same of the columns of a relation: names of the columns that their keys are, and the SQL of each as text."""
    made: dict[str, str] = {}
    for column, kind in kinds.items():
        shape = _OF_LISTS.fullmatch(kind)
        if shape is None:
            continue
        keys = con.execute(
            f"select distinct pair.{KEY} from (select unnest({quoted(column)}) as pair from {table}) where pair.{KEY} <> '' order by 1 limit {MOST + 1}"
        ).fetchall()
        if len(keys) > MOST:
            continue
        inside = (
            con.execute(f"describe select unnest({quoted(column)}[1].{VALUE}) from {table}").fetchall()
            if shape[1].startswith("STRUCT")
            else []
        )
        typed = [name for name, *_ in inside if name.endswith(BY_TYPE)]
        if inside and not typed:
            continue
        for (key,) in keys:
            at = f"list_filter({quoted(column)}, pair -> pair.{KEY} = {literal(key)})[1].{VALUE}"
            by_type = ", ".join(f"{at}.{quoted(name)}::varchar" for name in typed)
            made[f"{column}.{key}"] = f"coalesce({by_type})" if typed else f"{at}::varchar"
    return {name: sql for name, sql in made.items() if name not in kinds}
