"""Values known in part, as <5 below what was measured, or 10+: never unknown, for they are the lowest or the highest."""

from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import typed, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

BELOW, ABOVE = (
    r"(<|<=|≤|&lt;|under|below|unter|less than) *[0-9.,]+",
    r"((>|>=|≥|&gt;|over|above|über|more than) *[0-9.,]+|[0-9.,]+ *\+)",
)
"""Patterns of a value below a limit, and above one."""


def refuse(table: "SourceTable", *columns: Column) -> None:
    """Raise for an outcome some of whose values are told as a limit alone: without them its mean lacks the ends."""
    for column in columns:
        _refuse(table, column)


def _refuse(table: "SourceTable", column: Column) -> None:
    if table.parts.types[column.name] != "VARCHAR" or column.numbers == column.filled:
        return
    text = table.text(column.name)
    found = table.rows(
        f"select {text}, count(*) from {{table}} where {table.value(column.name)} is null and"
        f" regexp_full_match(lower({text}), {literal(f'{BELOW}|{ABOVE}')}) group by 1 order by 2 desc, 1"
    )
    if not found:
        return
    told = ", ".join(f"'{vocabulary.printable(str(value))}' in {n:,} rows" for value, n in found[:3])
    mark = quoted(column.name)
    limit = f"coalesce(try_cast({mark} as double), try_cast(regexp_extract({mark}, '[0-9.]+') as double))"
    raise ReportError(
        f"{table.called}: values of '{vocabulary.printable(column.name)}' are known in part",
        got=told,
        expected="a number in each row",
        cause="values below or above what was measured or counted; they are the lowest or the highest, and not unknown",
        remedy="write the limit in their place, which brings the arms nearer to each other where more of one lie beyond it, by a query in a file"
        f" beside it (limits.sql), and give that: select * replace ({limit} as {mark}) from {table.selected} as told; or compare how many"
        f" lie beyond the limit, as yes and no: --primary {typed.name('beyond')} of select *, ({mark} in ({', '.join(literal(str(v)) for v, _ in found[:3])}))::integer"
        f" as beyond from {table.selected} as told",
    )
