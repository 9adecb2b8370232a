"""Ids: which values name one unit.

One policy. An id is the text that stands in the table: leading zeros, blanks at the ends and capitals are kept, and
what looks alike is told (:mod:`ids_alike`). A number is the text of that number, so ``1000`` is one unit, and falls
into one bucket, whether it came as text, as a whole number, as a float or as a decimal with nothing behind the point. A
column of text in which every id is a number and some are written as floats (``1000.0``, as pandas writes whole numbers
beside a gap) is read as whole numbers, which is said. What has lost digits is refused: exponents (``1.23E+15``, as a
spreadsheet writes them) and floats past 2**53.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.config.columns import logged
from helpers.errors import ReportError
from helpers.formatting import formatted
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import ids_alike

if TYPE_CHECKING:
    import duckdb

FLOATS = {"DOUBLE": 2**53, "FLOAT": 2**24}
"""Types that hold whole numbers exactly up to so many."""

PLACEHOLDERS = ("null", "none", "nan", "na", "n/a", "(not set)", "undefined", "unknown", "anonymous", "guest", "0", "-1", "-", "\\n",
                "k. a.", "k.a.", "keine angabe", "unbekannt", "inconnu", "desconocido", "sconosciuto", "onbekend", "неизвестно", "不明", "未知",
                "00000000-0000-0000-0000-000000000000")  # fmt: skip
"""What stands for a missing id, in small letters."""

UNUSUAL = 0.01
"""A placeholder with a larger share of the rows is told,"""
OFTEN = 10
"""if it also stands in so many times the rows of another id."""

_MISSING = f"(?i: *(?:{'|'.join(map(re.escape, PLACEHOLDERS))}) *)"
_FLOAT = r"[+-]?\d+\.0*"
_EXPONENT = r"[+-]?\d+(\.\d*)?[eE][+-]?\d+"
_WHOLE = r"[+-]?\d+"


@dataclass(frozen=True)
class Ids:
    """What was decided of the columns of ids: in which of them ``1000.0`` is ``1000``."""

    whole: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "whole", tuple(self.whole))

    def text(self, column: str, kind: str) -> str:
        """SQL of an id as text, from the raw column of this type.

        >>> Ids().text("who", "BIGINT")
        '"who"::varchar'
        """
        name = quoted(column)
        if kind in FLOATS:
            whole = f"{name} = trunc({name}) and abs({name}) <= {2**53}"
            return f"case when {whole} then {name}::bigint::varchar when not isnan({name}) then {name}::varchar end"
        made = name if kind == "VARCHAR" else f"{name}::varchar"
        return f"regexp_replace({made}, '\\.0*$', '')" if kind.startswith("DECIMAL") or column in self.whole else made


def decide(
    con: "duckdb.DuckDBPyConnection", columns: Sequence[str], types: dict[str, str], relation: str
) -> tuple[Ids, list[str], list[ReportError]]:
    """How the columns of ids are read, what is to be said of them, and what cannot be read."""
    whole: list[str] = []
    notes: list[str] = []
    faults: list[ReportError] = []
    for column in dict.fromkeys(columns):
        kind = types[column]
        if kind in FLOATS:
            faults += _floats(con, column, kind, relation)
        elif kind == "BOOLEAN":
            faults.append(_refused(column, "true and false", "ids, one a unit", "the wrong column is mapped"))
        elif kind == "VARCHAR":
            written, said, wrong = _texts(con, column, relation)
            whole += [column] if written else []
            notes += said
            faults += wrong
    return Ids(tuple(whole)), notes, faults


def _floats(con: "duckdb.DuckDBPyConnection", column: str, kind: str, relation: str) -> list[ReportError]:
    name, most = quoted(column), FLOATS[kind]
    past = f"not isnan({name}) and abs({name}) >= {most}"
    return _past(con, column, f"in a column of floats ({kind})", relation, past, most)


def _past(
    con: "duckdb.DuckDBPyConnection", column: str, where: str, relation: str, past: str, most: int
) -> list[ReportError]:
    found, first = con.execute(
        f"select count(*), any_value({quoted(column)}::double) from {relation} where {past}"
    ).fetchall()[0]
    if not found:
        return []
    return [
        _refused(
            column,
            f"{found:,} ids past {most:,} {where}, such as {first:.0f}",
            "ids with all their digits",
            f"a float tells whole numbers apart only up to {most:,}, so several ids have become one",
            "export the column as text or as a whole number",
        )
    ]


def _texts(con: "duckdb.DuckDBPyConnection", column: str, relation: str) -> tuple[bool, list[str], list[ReportError]]:
    name = quoted(column)
    missing = f"regexp_full_match({name}, {literal(_MISSING)})"
    float_, exponent = (f"regexp_full_match({name}, '{pattern}')" for pattern in (_FLOAT, _EXPONENT))
    row: tuple[Any, ...] = con.execute(
        f"""select count(*) filter (contains({name}, '.') and {float_}), count(*) filter ({exponent}),
        any_value({name}) filter ({exponent}), count(*) filter ({ids_alike.maybe(name)}),
        {ids_alike.uuids(name)},
        count(*) filter ({missing}), count(*) from {relation}"""
    ).fetchall()[0]
    floats, exponents, example, odd, uuids, placeholders, rows = row
    numeric = bool(floats or exponents) and not _words(con, name, missing, relation)
    if exponents and numeric:
        return False, [], [
            _refused(column, f"{exponents:,} ids with an exponent, such as {example}", "ids with all their digits",
                     "a spreadsheet that rounded long numbers, so that several ids may have become one",
                     "export the table anew, with the column as text"),
        ]  # fmt: skip
    notes: list[str] = []
    if floats and numeric:
        most = FLOATS["DOUBLE"]
        past = f"{float_} and abs(try_cast({name} as double)) >= {most}"
        if lost := _past(con, column, "written as floats", relation, past, most):
            return False, [], lost
        notes.append(
            f"column '{logged(column)}': every id is a number and {floats:,} are written as 1000.0; read as 1000"
        )
    elif floats and (twin := _twin(con, name, float_, relation)):
        return False, [], [
            _refused(column, f"{twin} and {twin}.0 beside ids that are no numbers", "one way to write an id",
                     "a table that was joined from a column of numbers and one of text", "write every id in one way"),
        ]  # fmt: skip
    if odd or uuids:
        notes += ids_alike.told(con, column, relation)
    if placeholders > UNUSUAL * rows:
        notes += _placeholders(con, column, relation, missing, rows)
    return bool(floats and numeric), notes, []


def _words(con: "duckdb.DuckDBPyConnection", name: str, missing: str, relation: str) -> int:
    """Rows whose id is no number, placeholders and blanks around it aside."""
    number = f"regexp_full_match(trim({name}), '{_WHOLE}|{_FLOAT}|{_EXPONENT}')"
    return con.execute(  # type: ignore[no-any-return]
        f"select count(*) from {relation} where trim({name}) <> '' and not {number} and not {missing}"
    ).fetchall()[0][0]


def _twin(con: "duckdb.DuckDBPyConnection", name: str, float_: str, relation: str) -> str | None:
    """An id that stands there as 1000 and as 1000.0."""
    found = con.execute(
        f"""select min(id) from (select distinct regexp_replace({name}, '\\.0*$', '') as id from {relation}
        where {float_}) where id in (select {name} from {relation})"""
    ).fetchall()
    return found[0][0]  # type: ignore[no-any-return]


def _placeholders(con: "duckdb.DuckDBPyConnection", column: str, relation: str, missing: str, rows: int) -> list[str]:
    name = quoted(column)
    found = con.execute(
        f"select {name}, count(*) from {relation} where {missing} group by 1 order by 2 desc, 1"
    ).fetchall()
    ids = con.execute(f"select count(distinct {name}) from {relation}").fetchall()[0][0]
    return [
        f"column '{logged(column)}': {value!r} stands in {formatted(n / rows, 'share')} of the rows and is taken for one unit;"
        " if it means that the id is missing, empty it before the export"
        for value, n in found
        if n > UNUSUAL * rows and n > OFTEN * rows / ids
    ]


def crowded(con: "duckdb.DuckDBPyConnection", relation: str, among: str) -> tuple[int, str]:
    """Ids that stand in far more rows of a relation than others do, ``among`` some: how many, and a sentence on them.

    Nothing is said where there are none. An id is shown only where it is one that stands for a missing one.
    """
    found = con.execute(
        f"""select user_id, n, rows from (
            select user_id, count(*) as n, sum(count(*)) over () as rows, count(*) over () as ids
            from {relation} where user_id <> '' group by 1)
        where n > {UNUSUAL} * rows and n > {OFTEN} * rows / ids and user_id in ({among}) order by n desc, user_id"""
    ).fetchall()
    if not found:
        return 0, ""
    words = [repr(id_) for id_, *_ in found if id_.strip().lower() in PLACEHOLDERS][:5]
    called = " and ".join(words) if len(words) == len(found) else "one id" if len(found) == 1 else f"{len(found):,} ids"
    share = formatted(sum(n for _, n, _ in found) / found[0][2], "share")
    stand = "stands" if len(found) == 1 else "stand"
    return len(found), f"{called} {stand} in {share} of the rows, as does what is written for a missing id"


APART = "take rows of no unit out of the export, for all arms and events alike, or map the column that names the unit in every row"
"""What is right to do where an id is that of many."""


def _refused(column: str, got: str, expected: str, cause: str, remedy: str | None = None) -> ReportError:
    return ReportError(
        f"column '{logged(column)}' cannot be read as ids",
        got=got,
        expected=expected,
        cause=cause,
        remedy=remedy or "correct data.columns.user_id in the study file",
    )
