"""What is taken off amounts: the numbers that are, or may be, and the query that takes them off; a file tells itself where it is done already."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import languages, parts_of_dates, pieces, vocabulary, written_numbers
from helpers.ingest.new_study.languages import words
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

FINEST = 6
"""Digits behind the point to which amounts are compared at most."""
MOST_NUMBERS = 12
"""Columns that an amount is compared with."""
SOME = 1_000
"""Rows that are looked at before all of them are."""
SEVERAL, MOST_PIECES = 2, 100
"""Different numbers of pieces that tell anything, and so many there hardly are."""
KNOWN = (
    vocabulary.ATTRIBUTE | vocabulary.BEFORE | vocabulary.KEY | vocabulary.SPANS | vocabulary.HARM | vocabulary.COST
).union(
    *vocabulary.OUTCOME, words("balance saldo solde income salary transactions weight temperature rating")
) - pieces.QUANTITY  # fmt: skip
"""Words of numbers that are neither the price of one piece nor how many there were."""
_EXPLAINED = (
    (KNOWN | vocabulary.KEY | pieces.LOOKED_AT | pieces.QUANTITY | languages.MEASURED | {"profit", "margin"})
    - pieces.DISCOUNT
    - pieces.SHARE
    - pieces.WHOLE
)
"""Last words of the names of numbers that are not taken off what was paid."""
_WHETHER = words("is has had used applied sent shown offered eligible flag valid redeemed group variant")
"""Words of what says whether there was a discount."""
MOST_NAMED = 6
"""Columns that are named in a question."""


def may_be_off(column: Column) -> bool:
    """Whether a number may be one that is taken off what was paid, as its name says nothing else: the last word tells what it is."""
    words = [w for w in vocabulary.tokens(column.name) if not (w.isdigit() or (len(w) == 1 and w.isascii()))]
    if not column.numeric or column.binary or column.has_time or (column.constant and column.filled == column.rows):
        return False
    if not (column.low or column.high) or (column.distinct == column.filled > MOST_PIECES and not column.decimal):
        return False
    named = vocabulary.names_a_unit(column.name) or vocabulary.touches(
        column.name, vocabulary.BEFORE | vocabulary.VARIANT
    )
    spans = any(vocabulary.is_said(word, vocabulary.SPANS) for word in (words[:1] + words[-1:]))
    known = spans or (bool(words) and vocabulary.is_said(words[-1], _EXPLAINED))
    return not (named or known or not pieces.ADDED.isdisjoint(words) or parts_of_dates.of(column))


def unexplained(table: "SourceTable", columns: Sequence[Column], price: Column, many: Column) -> list[Column]:
    """The numbers that stand in rows with a price and how many there were, and may have been taken off, as no name says what they are."""
    found = [
        c
        for c in columns
        if c not in (price, many) and may_be_off(c) and pieces.DISCOUNT.isdisjoint(vocabulary.tokens(c.name))
    ]
    if not found:
        return []
    some = ", ".join(f"bool_or({table.value(c.name)} <> 0)" for c in found)
    stand = table.rows(f"select {some} from {{table}} where {table.value(price.name)} is not null")[0]
    return [c for c, stands in zip(found, stand, strict=True) if stands]


def counts_or_parts(columns: Sequence[Column], price: Column) -> list[Column]:
    """The numbers beside a price that may say how many were bought, or what was taken off."""
    return [c for c in columns if c is pieces.beside(columns, price) or (c is not price and may_be_off(c))]


def discounts(columns: Sequence[Column], amount: Column, many: Column | None = None) -> list[Column]:
    """Columns of what is taken off the amounts, where these are called prices or whole amounts before it.

    One of 0 and 1 is taken off a price, unless it is called as what says whether; beside other amounts it may as well say that.
    """
    if {"net", "netto", "paid", "discounted"} & set(vocabulary.tokens(amount.name)):
        return []
    numbers = [c for c in columns if c is not amount and c.numeric and (c.low or c.high)]
    words = {c.name: set(vocabulary.tokens(c.name)) for c in numbers}
    numbers = [c for c in numbers if not c.binary or (many and "true" not in c.values and not words[c.name] & _WHETHER)]
    return [
        c for c in numbers if words[c.name] & pieces.DISCOUNT and not words[c.name] & (vocabulary.KEY | pieces.QUANTITY)
    ]


def product(table: "SourceTable", factors: Sequence[Column], off: Sequence[Column]) -> str:
    """SQL of what was paid, as a product of columns less a discount; '' where no query reads their numbers as they are meant, or nothing says
    what a discount is.
    """
    numbers = [written_numbers.in_query(table, each.name) for each in factors]
    left = [_left(table, each) for each in off]
    return " * ".join([*numbers, *left]) if all(numbers) and all(left) and len(off) <= 1 else ""


def _left(table: "SourceTable", off: Column) -> str:
    """SQL of the share that a discount leaves, which its name or a sign behind its numbers calls one of a hundred; '' for any other.

    Numbers tell nothing of it: 5, 10 and 20 are taken off as they are or of a hundred, 0.5 is a coin or a half.
    """
    number, most = written_numbers.in_query(table, off.name), max(abs(off.low), abs(off.high))
    signed = not table.number(
        f"select count(*) from {{table}} where {table.value(off.name)} <> 0 and not contains({table.text(off.name)}, '%')"
    )
    words = vocabulary.tokens(off.name)
    named = "%" in off.name or not pieces.SHARE.isdisjoint(words) or words[-1] in pieces.RATE
    if (
        not number
        or not (signed or named)
        or off.low < 0 < off.high
        or most > (1 if signed else 100)
        or (most == 1 and not signed)
    ):
        return ""  # fmt: skip
    some = f"coalesce({number}, 0)" if off.numbers < off.rows else number
    return f"(1 {'+' if off.low < 0 else '-'} {some}{' / 100.0' * (most > 1)})"


def not_yet_off(
    table: "SourceTable", columns: Sequence[Column], amount: Column, many: Column | None = None
) -> list[Column]:
    """The discounts beside an amount, but for those that are taken off it in every row."""
    return [each for each in discounts(columns, amount, many) if not is_off(table, columns, amount, each)]


def is_product(table: "SourceTable", columns: Sequence[Column], amount: Column) -> bool:
    """Whether no price stands beside an amount with how many there were, or it is their product in every row, less or with another number."""
    for price in columns:
        many = pieces.beside(columns, price) if price is not amount else None
        if many is None or many is amount:
            continue
        paid, made = table.value(amount.name), f"{table.value(price.name)} * {table.value(many.name)}"
        unlike = f"select count(*) from {{table}} where {paid} <> 0 and abs({paid} - coalesce({made}, 0)) > {nearly(table, amount)}"
        others = [c for c in columns if c.numeric and c not in (amount, price, many) and not (c.binary or c.has_time)][
            :MOST_NAMED
        ]
        if table.number(unlike) and not any(
            is_off(table, [price, many], amount, other, sign) for other in others for sign in "-+"
        ):
            return False
    return True


def is_off(table: "SourceTable", columns: Sequence[Column], amount: Column, off: Column, sign: str = "-") -> bool:
    """Whether an amount is a number of its row, or a price times a count, less a discount, in every row and to its last digit.

    The discount is a percentage, a share of 1 or an amount, of all or of each piece, the same in all rows, and makes a difference in some; a
    ``sign`` of ``+`` asks whether it is added.
    """
    others = [c for c in columns if c not in (amount, off) and c.numeric and not (c.binary or c.has_time)][
        :MOST_NUMBERS
    ]
    ways = []
    for i, one in enumerate(others):
        counts = [f"v{j}" for j, c in enumerate(others) if j != i and not (c.decimal or c.constant)]
        for base, count in [
            (f"v{i}", ""),
            *((f"v{i} * {each}", each) for each in counts if one.decimal or each > f"v{i}"),
        ]:
            lower = [f"{base} * (1 {sign} less / 100)", f"{base} * (1 {sign} less)", f"{base} {sign} less"] + [f"{base} {sign} less * {count}"] * bool(count)  # fmt: skip
            ways += [(base, each) for each in lower]
    near = nearly(table, amount)
    values = ", ".join(f"{table.value(c.name)} as v{i}" for i, c in enumerate(others))
    paid = f"select {table.value(amount.name)} as paid, abs(coalesce({table.value(off.name)}, 0)) as less, {values} from {{table}}"
    for some in (f" limit {SOME}", ""):
        if ways:
            fits = ", ".join(
                f"coalesce(bool_and(coalesce(abs(paid - ({each})) <= {near}, false)) and ({bool(some)} or bool_or(abs(paid - ({base})) > {near})), false)"
                for base, each in ways
            )
            found = table.rows(f"select {fits} from (select * from ({paid}) where paid <> 0{some})")[0]
            ways = [way for way, fit in zip(ways, found, strict=True) if fit]
    return bool(ways)


def nearly(table: "SourceTable", amount: Column) -> float:
    """How far from an amount what it is rounded from may lie."""
    return float(0.5 * 10.0 ** -min(table.decimals(amount.name), FINEST) + 1e-7)
