"""The currency of a study that is proposed: what names of columns and columns of currencies say, and what is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.ingest.currency_columns import Coded, certain, coded
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Noted
from helpers.ingest.sql import literal
from helpers.ingest.values.currency_marks import MARK, likeliest
from helpers.ingest.values.currency_names import named, note_of

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

USUAL = "EUR"
"""What stands in a study whose file says nothing."""


@dataclass(frozen=True)
class Proposed:
    """The currency with what tells it, and the questions that are left."""

    noted: Noted = (USUAL, "")
    first: tuple[str, ...] = ()


def of(table: "SourceTable", money: Sequence[Column], where: str = "true", key: str = "data") -> Proposed:
    """The one currency that is told of some columns of money, in the rows of ``where``; where there are several, it is asked.

    ``key`` is where the table stands in the study. The name of a column counts before a column of currencies beside it.
    """
    if not money:
        return Proposed()
    told: dict[str, str] = {}
    unnamed, gaps = [], []
    for column in money:
        if len(said := named(column.name).currencies) == 1:
            told.setdefault(next(iter(said)), f"by the name of '{vocabulary.printable(column.name)}'")
            continue
        marks, bare = _marks(table, column, where)
        if code := likeliest(marks):
            told.setdefault(code, f"as '{marks[0]}' stands beside the amounts of '{vocabulary.printable(column.name)}'")
            if bare:
                gaps.append(
                    _gap(
                        bare,
                        f"beside whose amounts in '{vocabulary.printable(column.name)}' no mark stands? '{marks[0]}' stands beside the others",
                    )
                )
        else:
            unnamed.append(column.name)
    beside = coded(table.con, table.relation, table.parts.types, unnamed, where) if unnamed else []
    for each in beside:
        if len(each.shared) == 1:
            told.setdefault(next(iter(each.shared)), f"as '{vocabulary.printable(each.column)}' says")
    mixed = [_holds(each) for each in beside if not (each.shared or each.unnamed)]
    unnamed = [
        f"In which currency is the money? {_holds(each)}, a name that is not known: write the code of it as economics.currency."
        for each in beside
        if each.unnamed
    ]
    gaps += [
        _gap(each.empty, f"in which '{vocabulary.printable(each.column)}' says nothing? It says {each.told}")
        for each in beside
        if each.empty and each.shared
    ]
    several = [f"{code} {why}" for code, why in told.items()] if len(told) > 1 else []
    currency, why = next(iter(told.items())) if len(told) == 1 and not mixed else (USUAL, "")
    first = [
        f"In which currency is the money? {'; '.join([*mixed, *several])}. Amounts are summed: convert them to one currency"
        " before. What was paid in one alone is no measure where the variant may change in which one pays."
    ] * bool(mixed or several)
    notes = [] if first else [note for column in money if (note := note_of(column.name, currency, key=key))]
    return Proposed(
        (currency, why), (*first, *unnamed, *gaps, *(f"What is an amount worth? {note}." for note in notes))
    )


def _gap(rows: int, which: str) -> str:
    """What is asked of amounts beside which no currency stands, where one stands beside others."""
    return (
        f"In which currency are the amounts of the {rows:,} rows {which}, and all are summed as one: that is right where these were paid in the same one; if not,"
        " convert the amounts before, and write the currency into each row. Where nobody knows it, let an outcome without money decide."
    )


def _holds(each: Coded) -> str:
    nothing = f", and nothing in {each.empty:,} rows with an amount" if each.empty else ""
    return f"'{vocabulary.printable(each.column)}' holds {each.told}{nothing}"


def converted(columns: Sequence[Column], amounts: Sequence[Column]) -> list[Column]:
    """The amounts whose names say one currency, where a column of several currencies stands beside others, as beside amount_local."""
    several = any(c.levels and c.distinct > 1 and certain(c.name, list(c.values)) for c in columns)
    return [c for c in amounts if len(named(c.name).currencies) == 1] if several else []


def _marks(table: "SourceTable", column: Column, where: str) -> tuple[list[str], int]:
    """Marks of money that stand beside the amounts of a column, the most frequent first, and the amounts that have none."""
    if table.parts.types[column.name] != "VARCHAR" or column.name not in table.numbers:
        return [], 0
    rows = table.rows(
        f"select regexp_extract({table.text(column.name)}, {literal(MARK)}) as mark, count(*) from {{table}}"
        f" where ({where}) and {table.value(column.name)} <> 0 group by 1 order by 2 desc, 1"
    )
    return [str(mark) for mark, _ in rows if mark], sum(int(n) for mark, n in rows if not mark)  # type: ignore[call-overload]
