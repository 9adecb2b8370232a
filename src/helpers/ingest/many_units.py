"""Columns that may say how many units a row stands for, in tables whose rows count as one unit each."""

import re
from typing import TYPE_CHECKING

from helpers.config import ColumnOf, Study, Units
from helpers.config.columns import COUNTED_BY, logged
from helpers.ingest.sql import quoted

if TYPE_CHECKING:
    import duckdb

    from helpers.ingest.parts import Parts

_MANY = frozenset(
    [
        "users",
        "visitors",
        "customers",
        "clients",
        "accounts",
        "members",
        "players",
        "devices",
        "subscribers",
        "persons",
        "people",
        "households",
        "cookies",
        "subjects",
        "units",
        "guests",
        "buyers",
        "patients",
        "students",
        "drivers",
        "riders",
        "impressions",
        "observations",
        "obs",
        "respondents",
    ]
)
_COUNTED = frozenset(
    [
        "n",
        "count",
        "counts",
        "cnt",
        "freq",
        "frequency",
        "frequencies",
        "weight",
        "weights",
        "wt",
        "fweight",
        "multiplicity",
    ]
)
_AROUND = frozenset(
    [
        "n",
        "num",
        "number",
        "of",
        "no",
        "count",
        "cnt",
        "total",
        "sum",
        "unique",
        "uniques",
        "distinct",
        "the",
        "sample",
        "group",
        "size",
    ]
)
_SAMPLED = (("sample", "rate"), ("sampling", "rate"), ("samplerate",), ("sample", "weight"), ("sampling", "weight"))


def says_so(name: str) -> bool:
    """Whether a column is called as one that counts units.

    >>> [says_so(n) for n in ("users", "n_users", "N", "userCount", "sample_rate", "weight")]
    [True, True, True, True, True, True]
    >>> [says_so(n) for n in ("user", "user_id", "visits", "count_of_orders", "body_weight", "users_seen")]
    [False, False, False, False, False, False]
    """
    words = re.findall(r"[a-z]+|[0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())
    if tuple(words) in _SAMPLED or (len(words) == 1 and words[0] in _COUNTED):
        return True
    left = [word for word in words if word not in _AROUND]
    counted = len(left) < len(words)
    return len(left) == 1 and (left[0] in _MANY or (counted and f"{left[0]}s" in _MANY))


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
    if not isinstance(study.data, Units):
        return []
    source = study.data.columns.get("user_id")
    unit = source.column if isinstance(source, ColumnOf) else source
    return [said(column) for column in standing_for_many(con, parts.widest, list(parts.found(con)), unit)]
