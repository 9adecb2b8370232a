"""Tables with more columns than can be brought to Parquet at once, or be looked at one by one."""

from collections.abc import Sequence

from helpers.errors import ReportError
from helpers.ingest.sql import quoted

MOST = 2_400
"""Columns of a table: each costs the engine half a megabyte while it is written, and a few questions when it is looked at."""


def refuse(name: str, columns: Sequence[str]) -> None:
    """Raise where a table has too many columns, with the query that takes some of them."""
    if len(columns) <= MOST:
        return
    some = ", ".join(map(quoted, columns[:3]))
    raise ReportError(
        f"{name} has more columns than are read at once",
        got=f"{len(columns):,} columns",
        expected=f"at most {MOST:,}",
        cause="a table that was turned, in which items, genes or days are columns",
        remedy="take the columns that matter, those of the unit, the variant and the outcomes, by a query in a file that ends with .sql,"
        f' in place of the table: select {some} from "{name}"',
    )
