"""The rows that a study takes of its table: a condition in SQL on the raw columns, applied when the table is brought in."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.columns import COUNTED_BY
from helpers.errors import ReportError
from helpers.ingest.near import no_column
from helpers.ingest.parts import Parts, rows
from helpers.ingest.sql import literal
from helpers.ingest.steps import LINE, placed

if TYPE_CHECKING:
    import duckdb

EXAMPLE = "one condition on columns of the table, such as country = 'DE' and age >= 18"
"""What may be said."""


def columns_of(condition: str, key: str = "data.where") -> list[str]:
    """The columns that a condition asks for, in its order.

    Raises :class:`~helpers.errors.ReportError` for what is no condition on one row, as a query within it is; ``key`` is
    where it was said.

    >>> columns_of("country = 'DE' and (\\"Age of it\\" > 18 or country is null)")
    ['country', 'Age of it']
    """
    import duckdb

    with duckdb.connect() as con:
        told = json.loads(con.execute("select json_serialize_sql(?)", [f"select {condition}"]).fetchall()[0][0])
    if told["error"]:
        raise _refused(condition, key, str(told.get("error_message", "")))
    nodes = [statement["node"] for statement in told["statements"]]
    plain = len(nodes) == 1 and nodes[0]["type"] == "SELECT_NODE" and len(nodes[0]["select_list"]) == 1
    if not plain or _more(nodes[0]):
        raise _refused(condition, key, "more than a condition")
    each = list(_parts(nodes[0]["select_list"][0]))
    if not {"STAR", "SUBQUERY", "WINDOW", "LAMBDA"}.isdisjoint(part.get("class") for part in each):
        raise _refused(condition, key, "a query, or more than one row, within the condition")
    return list(dict.fromkeys(part["column_names"][0] for part in each if part.get("class") == "COLUMN_REF"))


def kept(con: "duckdb.DuckDBPyConnection", condition: str | None, parts: Parts, key: str = "data.where") -> Parts:
    """The table without the rows for which a condition does not hold, and a note of how many these are.

    The rows that stay are told by the lines in which they stand in their files, as before.

    Raises:
        ReportError: for a condition that cannot be asked, a column that the table has not, and where no row is left.
    """
    import duckdb

    if not condition:
        return parts
    check(columns_of(condition, key), parts, key)
    con.execute("set preserve_insertion_order = true")
    total, left = 0, 0
    for number, file in enumerate(parts.files):
        total += rows(con, file)
        aside = file.with_name(f"kept-{file.name}")
        try:
            _write(con, condition, number, file, aside)
        except duckdb.Error as error:
            raise _refused(condition, key, str(error).splitlines()[0].partition("'")[0]) from None
        left += rows(con, aside)
        file.unlink()
        aside.rename(file)
    if not left:
        raise ReportError(
            f"{parts.names[0]}: {key} leaves no row", got=condition, expected=f"a condition that holds for some of {total:,} rows",
            cause="a text in other letters than it stands in the table, or a number compared as text",
        )  # fmt: skip
    out = f"{total - left:,} of {total:,} rows are left out, those for which this does not hold: {condition}"
    return replace(parts, notes=(*parts.notes, out))


def check(wanted: Iterable[str], parts: Parts, key: str) -> None:
    """Raise for the first column that the table has not; SQL does not tell columns apart by capitals."""
    there = {name.lower() for name in parts.types}
    for name in wanted:
        if name.lower() not in there or name.lower() in COUNTED_BY:
            raise no_column(parts.names[0], name, parts.types, key)


def _write(con: "duckdb.DuckDBPyConnection", condition: str, number: int, file: Path, aside: Path) -> None:
    """Write what stays of a file, and keep in which lines it stands."""
    some = f"read_parquet({literal(file)}, file_row_number = true, hive_partitioning = false) where ({condition}\n)"
    con.execute(f"copy (select * exclude (file_row_number) from {some}) to {literal(aside)} (format parquet)")
    taken = f"(select {number} as file_index, file_row_number from {some})"
    con.execute(
        f"""create or replace temp table kept_steps as select file_index as file, "row", line - "row" as ahead from (
            select placed.file_index, {LINE} as line, row_number() over (order by placed.file_row_number) - 1 as "row"
            from {placed(taken)})
        qualify ahead is distinct from lag(ahead) over (order by "row")"""
    )
    con.execute(f'delete from steps where file = {number}; insert into steps select file, "row", ahead from kept_steps')


def _more(node: dict[str, Any]) -> bool:
    """Whether a query has more than the one value that it selects."""
    clauses = ("where_clause", "group_expressions", "having", "sample", "qualify", "modifiers")
    return bool(
        node["from_table"]["type"] != "EMPTY"
        or node["select_list"][0]["alias"]
        or any(node.get(clause) for clause in clauses)
    )


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Every part of an expression."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _parts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _parts(value)


def _refused(condition: str, key: str, why: str) -> ReportError:
    return ReportError(
        f"{key} cannot be used: {condition}", got=why.strip() or None, expected=EXAMPLE,
        cause="texts of a CSV are no numbers until they are cast, and names with blanks or capitals stand in double quotes",
        remedy="write for instance try_cast(age as double) >= 18, or \"Country of it\" = 'DE'",
    )  # fmt: skip
