"""The rows that a study takes of its table: a condition in SQL on the raw columns, applied when the table is brought in."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.columns import COUNTED_BY
from helpers.errors import ReportError
from helpers.ingest.near import no_column
from helpers.ingest.parts import Parts, rows
from helpers.ingest.sql import literal, quoted
from helpers.ingest.steps import LINE, placed

if TYPE_CHECKING:
    import duckdb

EXAMPLE = "one condition on columns of the table, such as country = 'DE' and age >= 18"
"""What may be said."""


def columns_of(condition: str, key: str = "data.where") -> list[str]:
    """The columns that a condition asks for, in its order.

    Raises :class:`~helpers.errors.ReportError` for what is no condition on one row, as a query within it is; ``key`` is
    where it was said.

    >>> columns_of("country = 'DE' and (\\"Age of it\\" > 18 or properties.plan is null)")
    ['country', 'Age of it', 'properties.plan']
    """
    return list(dict.fromkeys(_dotted(part) for part in parts_of(_parsed(condition, key)) if _is_column(part)))


def joined(condition: str, known: Iterable[str], key: str = "data.where") -> str:
    """A condition in which names with points stand as the one name of a column that they are.

    >>> print(joined("properties.plan = 'pro' and size.of > 3", ["properties.plan", "size"]))
    (("properties.plan" = 'pro') AND (size."of" > 3))
    """
    import duckdb

    tree, there = _parsed(condition, key), {name.lower(): name for name in known}
    named = [p for p in parts_of(tree) if _is_column(p) and len(p["column_names"]) > 1 and _dotted(p).lower() in there]
    if not named:
        return condition
    for part in named:
        part["column_names"] = [there[_dotted(part).lower()]]
    with duckdb.cursor() as con:
        whole = json.loads(con.execute("select json_serialize_sql('select 1')").fetchall()[0][0])
        whole["statements"][0]["node"]["select_list"] = [tree]
        said: str = con.execute("select json_deserialize_sql(?)", [json.dumps(whole)]).fetchall()[0][0]
    return said.removeprefix("SELECT ")


def numbers_of(condition: str) -> list[str]:
    """The columns that a condition compares with numbers and with nothing else, so that a text counts as the number it is.

    >>> numbers_of("age >= 18 and not (visits in (0, 1)) and land = 'DE' and (size > 3 or size = 'L')")
    ['age', 'visits']
    """
    found: dict[str, set[bool]] = {}
    for part in parts_of(_parsed(condition, "data.where")):
        operands = [each for value in part.values() for each in (value if isinstance(value, list) else [value])]
        operands = [each for each in operands if isinstance(each, dict) and "class" in each]
        columns = [each for each in operands if _is_column(each)]
        if part.get("type") in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
            continue
        compared = part.get("class") in ("COMPARISON", "BETWEEN") or part.get("type") in (
            "COMPARE_IN",
            "COMPARE_NOT_IN",
        )
        counts = compared and all(_is_number(each) for each in operands if not _is_column(each)) and len(columns) == 1
        for column in columns:
            found.setdefault(column["column_names"][0], set()).add(counts)
    return [name for name, uses in found.items() if uses == {True}]


def _parsed(condition: str, key: str) -> dict[str, Any]:
    """The tree of a condition, as the database reads it."""
    told = json.loads(_told(condition))
    if told["error"]:
        raise _refused(condition, key, str(told.get("error_message", "")))
    nodes = [statement["node"] for statement in told["statements"]]
    plain = len(nodes) == 1 and nodes[0]["type"] == "SELECT_NODE" and len(nodes[0]["select_list"]) == 1
    if not plain or _more(nodes[0]):
        raise _refused(condition, key, "more than a condition")
    each = list(parts_of(nodes[0]["select_list"][0]))
    if not {"STAR", "SUBQUERY", "WINDOW", "LAMBDA"}.isdisjoint(part.get("class") for part in each):
        raise _refused(condition, key, "a query, or more than one row, within the condition")
    return nodes[0]["select_list"][0]  # type: ignore[no-any-return]


@lru_cache(64)
def _told(condition: str) -> str:
    """What the database makes of a condition; it is asked several times of one, and a database takes as long to open as ten queries."""
    import duckdb

    with duckdb.cursor() as con:
        return str(con.execute("select json_serialize_sql(?)", [f"select {condition}"]).fetchall()[0][0])


def kept(con: "duckdb.DuckDBPyConnection", condition: str | None, parts: Parts, key: str = "data.where") -> Parts:
    """The table without the rows for which a condition does not hold, and a note of how many these are.

    The rows that stay are told by the lines in which they stand in their files, as before.

    Raises:
        ReportError: for a condition that cannot be asked, a column that the table has not, where no row is left, and, where
            somebody types it, for rows of which an empty field leaves open whether it holds; of a study they are counted.
    """
    import duckdb

    if not condition:
        return parts
    said, condition = condition, joined(condition, parts.types, key)
    check(columns_of(condition, key), parts, key)
    alike = {name.lower(): name for name in parts.types}
    asked = [name for name in columns_of(condition, key) if name.lower() in alike]
    counted = [alike[name.lower()] for name in numbers_of(condition)]
    counted = [name for name in counted if parts.types[name] == "VARCHAR"]
    con.execute("set preserve_insertion_order = true")
    total, left = 0, 0
    unknown: Counter[str] = Counter()
    for number, file in enumerate(parts.files):
        total += rows(con, file)
        aside = file.with_name(f"kept-{file.name}")
        try:
            unknown += _unknown(con, condition, counted, file, asked)
            _write(con, condition, counted, number, file, aside)
        except duckdb.Error as error:
            raise _refused(said, key, str(error).splitlines()[0].partition("'")[0]) from None
        left += rows(con, aside)
        file.unlink()
        aside.rename(file)
    if not left:
        raise ReportError(
            f"{parts.names[0]}: {key} leaves no row", got=said, expected=f"a condition that holds for some of {total:,} rows",
            cause="a text in other letters than it stands in the table, or a text compared with a number",
        )  # fmt: skip
    if unknown and key != "data.where":
        raise _open(parts.names[0], said, key, unknown, total)
    open_ = f" (of {unknown.total():,} an empty field leaves it open)" if unknown else ""
    out = f"{total - left:,} of {total:,} rows are not taken, those for which this does not hold{open_}: {said}"
    return replace(parts, notes=(*parts.notes, out), apart=parts.apart + total - left)


def check(wanted: Iterable[str], parts: Parts, key: str) -> None:
    """Raise for the first column that the table has not; SQL does not tell columns apart by capitals, and a field stands in its column."""
    there = {name.lower() for name in parts.types}
    for name in wanted:
        if {name.lower(), name.lower().partition(".")[0]}.isdisjoint(there) or name.lower() in COUNTED_BY:
            raise no_column(parts.names[0], name, parts.types, key)


def _rows_of(file: Path, counted: list[str]) -> str:
    """The rows of a file; texts that are ``counted`` are compared as numbers."""
    there = f"read_parquet({literal(file)}, file_row_number = true, hive_partitioning = false)"
    cast = ", ".join(f"try_cast({quoted(name)} as double) as {quoted(name)}" for name in counted)
    return f"(select * replace ({cast}) from {there})" if cast else there


def _unknown(
    con: "duckdb.DuckDBPyConnection", condition: str, counted: list[str], file: Path, columns: list[str]
) -> Counter[str]:
    """Rows of which a condition is neither true nor false, by the first column that is empty there."""
    empty = " ".join(f"when {quoted(name)} is null then {literal(_plain(name))}" for name in columns)
    first = f"case {empty} else '' end" if empty else "''"
    asked = f"select {first}, count(*) from {_rows_of(file, counted)} where ({condition}\n) is null group by 1"
    return Counter(dict(con.execute(asked).fetchall()))


def _plain(name: str) -> str:
    """A column as somebody types it within a condition on a command line."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else quoted(name)


def _open(table: str, condition: str, key: str, unknown: Counter[str], total: int) -> ReportError:
    name = unknown.most_common(1)[0][0] or "NAME"
    return ReportError(
        f"{table}: {key} says nothing of {unknown.total():,} of {total:,} rows", got=condition,
        expected="a condition that is true or false of every row",
        cause="a comparison with an empty field is neither true nor false, and its row would be left out in silence",
        remedy=f"say whether these rows count: if they do, add: or {name} is null; if not, add: and {name} is not null. Where the field is"
        " filled by what units did, as the status of an order is, leave no row out by it: that chooses units by what became of them",
    )  # fmt: skip


def _write(
    con: "duckdb.DuckDBPyConnection", condition: str, counted: list[str], number: int, file: Path, aside: Path
) -> None:
    """Write what stays of a file, and keep in which lines it stands; texts that are ``counted`` are compared as numbers."""
    there, some = _rows_of(file, []), _rows_of(file, counted)
    some += f" where ({condition}\n)"
    stay = f"{there} where file_row_number in (select file_row_number from {some}) order by file_row_number"
    con.execute(
        f"copy (select * exclude (file_row_number) from {stay if counted else some}) to {literal(aside)} (format parquet)"
    )
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


def _is_column(part: dict[str, Any]) -> bool:
    return part.get("class") == "COLUMN_REF"


def _dotted(part: dict[str, Any]) -> str:
    return ".".join(part["column_names"])


def _is_number(part: dict[str, Any]) -> bool:
    kind = part["value"]["type"]["id"] if part.get("class") == "CONSTANT" else ""
    return kind.endswith(("INT", "INTEGER", "DECIMAL", "DOUBLE", "FLOAT"))


def parts_of(tree: Any) -> Iterator[dict[str, Any]]:
    """Every part of what DuckDB has parsed, as it writes it in JSON."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from parts_of(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from parts_of(value)


def _refused(condition: str, key: str, why: str) -> ReportError:
    return ReportError(
        f"{key} cannot be used: {condition}", got=why.strip() or None, expected=EXAMPLE,
        cause="a column that is compared with numbers and with texts, or a name with blanks that stands in no double quotes",
        remedy="write for instance try_cast(age as double) >= 18, or \"Country of it\" = 'DE'",
    )  # fmt: skip
