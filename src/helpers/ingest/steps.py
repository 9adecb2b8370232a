"""Where the rows of a table stand in their files, as an editor shows it.

Most rows follow each other line by line, so few numbers tell it of all: from which row on a row stands in the line of its
own number, counted from 0, and how much more. Empty lines, fields of several lines, lines that were rejected and those
above the header are such steps. What is no text has rows alone, counted from 1.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

TABLE = 'create table steps (file integer, "row" bigint, ahead bigint)'


def add(con: "duckdb.DuckDBPyConnection", file: int, found: Sequence[tuple[int, int]]) -> None:
    """Keep the steps of the file of a number."""
    rows, ahead = zip(*dict(found).items(), strict=True)  # of two that begin in one row the last counts
    # written out, for DuckDB imports pandas to take a parameter
    con.execute(f"insert into steps select {file}, unnest('{[*rows]}'::bigint[]), unnest('{[*ahead]}'::bigint[])")


LINE = "placed.file_row_number + coalesce(steps.ahead, 1)"
"""SQL of where a row of what :func:`placed` gives stands."""


def placed(relation: str, steps: str = "steps") -> str:
    """A relation with ``file_index`` and ``file_row_number`` for the from clause of a query that asks for :data:`LINE`."""
    return f"""{relation} as placed asof left join {steps} as steps
        on placed.file_index = steps.file and placed.file_row_number >= steps."row\""""
