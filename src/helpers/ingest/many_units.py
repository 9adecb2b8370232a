"""Columns that may say how many units a row stands for, in tables whose rows count as one unit each."""

from typing import TYPE_CHECKING

from helpers.config import ColumnOf, Study, Units
from helpers.config.columns import COUNTED_BY, logged
from helpers.ingest.many_names import says_so
from helpers.ingest.sql import quoted

if TYPE_CHECKING:
    import duckdb

    from helpers.ingest.parts import Parts


def is_running(con: "duckdb.DuckDBPyConnection", relation: str, column: str) -> bool:
    """Whether a column numbers the rows of a table.

    >>> import duckdb
    >>> rows = "(select i, 2 * i as twice, 'u' || i as who from range(9) r(i))"
    >>> [is_running(duckdb.connect(), rows, c) for c in ("i", "twice", "who")]
    [True, False, False]
    """
    number = f"try_cast({quoted(column)}::varchar as bigint)"
    rows, least, most = con.execute(f"select count(*), min({number}), max({number}) from {relation}").fetchall()[0]
    if least is None or least not in (0, 1) or most - least != rows - 1:
        return False
    return bool(con.execute(f"select count(distinct {number}) = count(*) from {relation}").fetchall()[0][0])


def standing_for_many(
    con: "duckdb.DuckDBPyConnection", relation: str, columns: list[str], unit: str | None
) -> list[str]:
    """The columns called so that hold whole numbers from one on, some above, where no id but a running number names the rows."""
    called = [c for c in columns if c != unit and c.lower() not in COUNTED_BY and says_so(logged(c))]
    if not called or (unit is not None and not is_running(con, relation, unit)):
        return []
    numbers = [f"try_cast({quoted(c)}::varchar as double)" for c in called]
    asked = ", ".join(f"bool_and(coalesce({v} >= 1 and {v} = floor({v}), false)) and max({v}) > 1" for v in numbers)
    row = con.execute(f"select {asked} from {relation}").fetchall()[0]
    return [c for c, so in zip(called, row, strict=True) if so]


def said(column: str) -> str:
    """What is said of such a column."""
    return (
        f"column '{logged(column)}' may say how many units a row stands for; each row counts as one unit: write a row a"
        " unit, if it does"
    )


def notes(con: "duckdb.DuckDBPyConnection", study: Study, parts: "Parts") -> list[str]:
    """Sentences on such columns of a table of units, mapped or not."""
    if not isinstance(study.data, Units) or not study.has_rows:
        return []
    source = study.data.columns.get("user_id")
    unit = source.column if isinstance(source, ColumnOf) else source
    measured = {c.column if isinstance(c, ColumnOf) else c for c in study.data.outcomes.values()}
    columns = [c for c in parts.found(con) if not (c in measured and "weight" in c.casefold())]
    return [said(column) for column in standing_for_many(con, parts.widest, columns, unit)]
