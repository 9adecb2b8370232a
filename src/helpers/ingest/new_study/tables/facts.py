"""A table of facts: which of its columns is the time, the amount and the id of a row, and which kinds of facts it holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.ingest.new_study import (
    currency,
    deliveries,
    measures,
    paying,
    pieces,
    statuses,
    typed,
    vocabulary,
    written_texts,
)
from helpers.ingest.new_study.log import NAME
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Noted
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.tables.seen import TableSeen
from helpers.ingest.sql import literal, quoted

HAPPENED = {"created", "ordered", "order", "placed", "purchased", "purchase", "bought", "occurred", "event", "paid", "invoice",
            "transaction", "booked", "started", "session", "bestell", "timestamp"}  # fmt: skip
"""Words of the time at which something happened,"""
LATER = {"updated", "modified", "shipped", "delivered", "loaded", "synced", "ingested", "received", "refunded", "cancelled",
         "canceled", "deleted", "due", "ended", "end", "birth", "birthday", "signup", "registered", "exported"}  # fmt: skip
"""and of what comes later, or is of something else."""
WHOLE = ("total", "amount", "revenue", "gmv", "value", "sales", "betrag", "umsatz", "montant", "importe", "summe")
"""Words of the amount of all of a row, the likeliest first;"""
PART = {"discount", "tax", "vat", "shipping", "fee", "cost", "unit", "income", "tip", "balance", "limit"}
"""and of a part of it, or of something else."""
MOST_KINDS = 6
SURELY = 3
"""How surely a name is that of somebody or of a device, who may do several things."""


@dataclass(frozen=True)
class FactKind:
    """Facts of one kind: their name in the study, the rows that they are of their table, and how many these are."""

    name: str
    where: Noted
    rows: int


@dataclass(frozen=True)
class FactColumns:
    """The columns of a table of facts, and its kinds: one, or one for each name of an event; ``paid`` is the one with amounts,
    ``many`` how many pieces each row is about, where the amount is the price of one."""

    table: TableSeen
    unit: Column
    time: Column | None
    amount: Column | None
    key: Column | None
    kinds: tuple[FactKind, ...]
    paid: str = ""
    undone: str = ""
    left: tuple[str, ...] = ()
    many: Column | None = None

    @property
    def money(self) -> bool:
        return self.amount is not None and (self.many is not None or measures.unit_of(self.amount)[0] == "money")

    @property
    def event(self) -> str:
        """The name of its first kind."""
        return self.kinds[0].name


def of(table: TableSeen, unit: Column, taken: set[str], said: Said) -> FactColumns:
    """What the columns of a table of facts are; its kinds get names that are not ``taken``."""
    roles_of = {said.unit, said.time, said.event, said.variant, said.cluster}
    free = [c for c in table.columns if c is not unit and c.name not in roles_of]
    time = table.told(said.time) or time_of(free)
    key = next((c for c in free if _names_rows(c) and c is not time), None)
    free = [c for c in free if c is not time and c is not key]
    kinds, left = _kinds(table, free, taken, said)
    stated = next(filter(None, map(table.told, (said.money, *said.measured))), None)
    amount = stated or _amount(free, several=len(kinds) > 1)
    paid = _paid(table, amount, kinds) if amount else ""
    undone = _undone(table, free) if len(kinds) == 1 else ""
    many = paying.quantity(table.source, free, amount) if paid else None
    return FactColumns(table, unit, time, amount if paid else None, key, kinds, paid, undone, left, many)


def _paid(table: TableSeen, amount: Column, kinds: Sequence[FactKind]) -> str:
    """The kind whose rows have amounts, the first of several; empty where none has."""
    value = table.source.value(amount.name)
    for kind in kinds:
        filled = table.source.number(f"select count({value}) from {{table}} where {kind.where[0] or 'true'}")
        if filled >= 0.5 * kind.rows:
            return kind.name
    return ""


def time_of(columns: Sequence[Column]) -> Column | None:
    """When it happened: of moments that nearly every row has the one named so, else the one that ends first."""
    timed = [c for c in columns if c.has_time and c.last is not None]
    full = [c for c in timed if c.filled >= 0.95 * max(c.filled for c in timed)]

    def rank(column: Column) -> tuple[object, ...]:
        words = set(vocabulary.tokens(column.name))
        named = vocabulary.touches(column.name, vocabulary.TIME)
        return (
            bool(words & LATER) or deliveries.rank(column) > 1,
            not words & HAPPENED,
            not named,
            column.last,
            column.position,
        )

    return min(full, key=rank, default=None)


def _names_rows(column: Column) -> bool:
    """Whether a column is the id of the row: another one in nearly each, and called so, not as that of a device or a person."""
    if vocabulary.names_a_unit(column.name) >= SURELY:
        return False
    called = vocabulary.KEY & set(vocabulary.tokens(column.name)) or vocabulary.touches(column.name, vocabulary.ORDER)
    return (
        bool(called) and not column.decimal and column.filled == column.rows and column.distinct >= 0.95 * column.filled
    )


def _amount(columns: Sequence[Column], *, several: bool) -> Column | None:
    """The amount of all of a row: money by name, else a length of time, else the largest of the numbers with decimals."""
    fit = [c for c in columns if c.numeric and not (c.binary or c.has_time) and (not c.constant or _is_price_of_all(c))]
    fit = [
        c for c in fit if several or c.constant or not measures.unfit(c)
    ]  # of several kinds of facts most may have none
    fit = [
        c for c in fit if not vocabulary.KEY & set(vocabulary.tokens(c.name)) and vocabulary.names_a_unit(c.name) == 0
    ]

    def rank(column: Column) -> tuple[object, ...]:
        words = set(vocabulary.tokens(column.name))
        whole = next((n for n, word in enumerate(WHOLE) if word in words), len(WHOLE))
        return bool(words & PART), whole, -column.filled, column.position

    paid = [c for c in fit if vocabulary.touches(c.name, vocabulary.MONEY | set(WHOLE))]
    paid = pieces.amounts(columns, currency.converted(columns, paid) or paid)
    lasting = [
        c for c in fit if vocabulary.touches(c.name, vocabulary.SECONDS | vocabulary.LENGTHS | vocabulary.OTHER_TIMES)
    ]
    other = [c for c in fit if c.decimal and not (c.negative or PART & set(vocabulary.tokens(c.name)))]
    return min(paid or lasting, key=rank, default=None) or max(other, key=lambda c: c.mean, default=None)


def _is_price_of_all(column: Column) -> bool:
    """Whether one amount of money stands in all rows: what everybody pays."""
    return (
        vocabulary.touches(column.name, vocabulary.MONEY | set(WHOLE))
        and column.high > 0
        and column.filled == column.rows
    )


def beside(each: FactColumns) -> list[str]:
    """What is asked of other whole amounts that stand beside the one that is taken, as net beside gross."""
    if each.amount is None or not each.money or each.many is not None:
        return []
    whole = pieces.WHOLE | set(WHOLE)
    others = [
        c for c in each.table.columns
        if c is not each.amount and c.numeric and not (c.binary or c.constant or PART & set(vocabulary.tokens(c.name)))
        and not whole.isdisjoint(vocabulary.tokens(c.name)) and not pieces.is_price(c)
    ]  # fmt: skip
    if not others or whole.isdisjoint(vocabulary.tokens(each.amount.name)):
        return []
    listed = " or ".join(f"'{vocabulary.printable(c.name)}'" for c in others[:3])
    return [
        f"Is revenue '{vocabulary.printable(each.amount.name)}', and not {listed} beside it? --money COLUMN says so."
    ]


def _kinds(
    table: TableSeen, free: Sequence[Column], taken: set[str], said: Said
) -> tuple[tuple[FactKind, ...], tuple[str, ...]]:
    """One kind of facts, or one for each name of an event where a column names it."""
    column = table.told(said.event) or next(
        (c for c in free if c.words and vocabulary.touches(c.name, vocabulary.EVENT)), None
    )
    name = vocabulary.slug(table.name, taken)
    if column is None or not column.levels or column.distinct < 2:
        return (FactKind(name, ("", ""), table.rows),), ()
    ranked = sorted(column.levels, key=lambda level: (-rank(level[0]), -level[1], level[0]))
    kinds, names = [], set(taken)
    for level, rows in ranked[:MOST_KINDS]:
        called = level if NAME.match(level) and level not in names else vocabulary.slug(level, names)
        names.add(called)
        where = f"trim({quoted(column.name)}) = {literal(level)}"
        kinds.append(FactKind(called, (where, f"{rows:,} of {table.rows:,} rows"), rows))
    return tuple(kinds), tuple(level for level, _ in ranked[MOST_KINDS:])


def rank(name: str) -> int:
    """How far down the way to a sale a name of an event is; what undoes a step is none."""
    words = set(vocabulary.tokens(name))
    if words & vocabulary.UNDONE:
        return -2
    return max((i for i, word in enumerate(vocabulary.STEPS) if word in name.lower()), default=-1)


def _undone(table: TableSeen, columns: Sequence[Column]) -> str:
    """What is to be asked of a column some of whose levels say that a fact was undone; empty without one."""
    for column in columns:
        undone, rows = statuses.undone(column), dict(column.levels)
        if undone:
            told = ", ".join(f"{vocabulary.printable(level)} ({rows[level]:,} rows)" for level in undone[:4])
            where = written_texts.is_none_of(table.source, column.name, undone)
            return f"Do rows count whose '{vocabulary.printable(column.name)}' is {told}? They do, until the study says where: {typed.in_study(where)}"
    return ""
