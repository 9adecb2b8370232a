"""Which event of a log is paid for: where its amounts stand, and what is left out of the revenue that is proposed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.ingest.new_study import currency, harms, pieces, taken_off, vocabulary
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

FULL = 0.95
"""Share of the rows of an event that hold an amount where it is one of them that are paid for."""
PRICED = 0.5
"""Share of the rows of the event that a way begins with that hold an amount where amounts are prices of what is looked at."""


@dataclass(frozen=True)
class Paid:
    """The amounts of an event: its rows, those with an amount, those with another one than 0, and their sum."""

    event: str
    rows: int
    filled: int
    amounts: int
    total: float

    @property
    def told(self) -> str:
        return f"{self.event} ({self.amounts:,} amounts, {self.total:,.12g} in all)"


@dataclass(frozen=True)
class Paying:
    """The event whose amounts are revenue, and the others that carry amounts, the one with most of them first."""

    chosen: Paid
    others: tuple[Paid, ...] = ()

    def told(self, money: Column, many: Column | None = None) -> str:
        """The event, and what is left out, in a line."""
        times = f" times '{vocabulary.printable(many.name)}'" if many else ""
        of = f"'{vocabulary.printable(money.name)}'{times} of {self.chosen.told}"
        return of + (f"; left out: {', '.join(each.told for each in self.others)}" if self.others else "")

    @property
    def asked(self) -> list[str]:
        """What a person must answer where several events carry amounts."""
        if not self.others:
            return []
        names = " and ".join(each.event for each in self.others)
        return [
            f"Is revenue the amounts of '{self.chosen.event}' alone? Those of {names} are left out: {', '.join(each.told for each in self.others)}."
        ]


WHOLE = (
    "net",
    "netto",
    "total",
    "gesamt",
    "gross",
    "brutto",
    "revenue",
    "umsatz",
    "sales",
    "amount",
    "betrag",
    "montant",
    "importe",
)
"""Words of the amount of a whole event, the likeliest first."""
LESS = frozenset(
    {
        "discount",
        "rabatt",
        "remise",
        "descuento",
        "tax",
        "vat",
        "mwst",
        "steuer",
        "shipping",
        "tip",
        "fee",
        "fees",
        "refund",
        "balance",
        "budget",
    }
)
"""Words of amounts that are a part of what is paid, or none of it."""


def amounts_of(table: "SourceTable", columns: Sequence[Column], stated: Column | None) -> Column | None:
    """The column of amounts: the one that was stated, else the likeliest that is called so: no cost, a part of an amount or
    the price of one piece only where no whole amount is, a whole amount before another, then the fullest."""
    found = [
        c for c in columns
        if c.numeric and not c.binary and vocabulary.touches(c.name, vocabulary.MONEY) and not harms.is_harm(c.name)
    ]  # fmt: skip
    fit = pieces.amounts(columns, currency.converted(columns, found) or found)
    return stated or min(fit, key=_unlikely, default=None)


def _unlikely(column: Column) -> tuple[bool, bool, int, int, str]:
    words = vocabulary.tokens(column.name)
    whole = next((i for i, word in enumerate(WHOLE) if word in words), len(WHOLE))
    return not LESS.isdisjoint(words), pieces.is_price(column), -column.filled, whole, column.name


def quantity(table: "SourceTable", columns: Sequence[Column], money: Column | None) -> Column | None:
    """How many of a thing an event is about, where the amounts are called prices of one and each of them has it beside it."""
    many = pieces.beside(columns, money) if money is not None else None
    if money is None or many is None:
        return None
    lacking = f"select count(*) from {{table}} where {table.value(money.name)} is not null and {table.value(many.name)} is null"
    return None if table.number(lacking) else many


def multiplied(money: Column, many: Column) -> str:
    """What a person must answer where revenue is proposed as a price times a quantity."""
    price, number = vocabulary.printable(money.name), vocabulary.printable(many.name)
    return f"Is '{price}' the price of one piece? Revenue is it times '{number}'; take times out of the column where it is that of all."


def asked(
    table: "SourceTable", columns: Sequence[Column], money: Column, many: Column | None, *, stated: bool
) -> list[str]:
    """What a person must answer where a price and a quantity stand in a row: which of the product and another amount is revenue."""
    if many is not None:
        return [multiplied(money, many)]
    if stated or taken_off.is_product(table, columns, money):
        return []
    price = next(c for c in columns if pieces.beside(columns, c) not in (None, money))
    number = pieces.beside(columns, price)
    product = f"'{vocabulary.printable(price.name)}' times '{vocabulary.printable(number.name if number else '')}'"
    return [
        f"Is revenue '{vocabulary.printable(money.name)}', and not {product}, which is another number in some rows? --money COLUMN says so."
    ]


def by_event(
    table: "SourceTable", event: Column, money: Column, logged: Mapping[str, str], many: Column | None = None
) -> dict[str, Paid]:
    """The amounts of each event by the study's name of it; of those alone that carry any."""
    name, amount = table.text(event.name), table.value(money.name)
    if many is not None:
        amount = f"({amount} * {table.value(many.name)})"
    found = table.rows(
        f"select {name}, count(*), count({amount}), count(*) filter ({amount} <> 0), coalesce(sum({amount}), 0) from {{table}}"
        f" where {name} is not null group by 1"
    )
    names = {level: ours for ours, level in logged.items()}
    told = [
        Paid(names[str(level)], int(rows), int(filled), int(amounts), float(total))  # type: ignore[call-overload, arg-type]
        for level, rows, filled, amounts, total in found
    ]
    return {each.event: each for each in told if each.amounts}


def of(paid: Mapping[str, Paid], primary: str, way: Sequence[str], *, stated: bool) -> Paying | None:
    """The event that revenue is of: the primary's where it carries amounts, else the one with most of them.

    Where the way begins with an amount, amounts are prices of what is looked at, and the way's end is what is paid for.
    Unless somebody ``stated`` the column, an event carries amounts in nearly all of its rows. None where none does.
    """
    ranked = sorted(paid.values(), key=lambda each: (-each.amounts, each.event))
    fit = [each for each in ranked if stated or each.filled >= FULL * each.rows]
    first = paid.get(way[0])
    if first is not None and first.amounts >= PRICED * first.rows and first.event != primary:
        chosen = next((each for each in fit if each.event == way[-1]), None)
    else:
        chosen = next((each for each in fit if each.event == primary), None)
        chosen = chosen or next((each for each in fit if each.event not in way[:1]), None)
    if chosen is None and stated:
        chosen = next(iter(fit), None)
    return Paying(chosen, tuple(each for each in ranked if each is not chosen)) if chosen else None
