"""What is asked of prices of one piece, and of amounts beside which something may have been taken off."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import pieces, pieces_told, questions, taken_off, vocabulary
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

LOOSE = 0.2
"""Correlation of an amount with the number of pieces, below which it is not that of all of them."""


def alone(table: "SourceTable", columns: Sequence[Column], column: Column) -> str:
    """Why a column of a unit table is no outcome: the price of one piece, or where no column is called as the whole a number beside it; '' for any other."""
    count = pieces.beside(columns, column)
    if (whole := pieces.whole(columns)) is not None:
        paid = f"not used: a price of one piece is no sum; what was paid is '{vocabulary.printable(whole.name)}'"
        return paid if count is not None and count is not whole and not pieces.is_whole(column) else ""
    if count is None:
        priced = next((c for c in columns if pieces.beside(columns, c)), None)
        if priced is None or not taken_off.may_be_off(column):
            return ""
        return f"a number beside '{vocabulary.printable(priced.name)}', which may have been taken off what was paid; --outcome makes it a metric"
    name, many = vocabulary.printable(column.name), vocabulary.printable(count.name)
    if_empty = ", and --empty zero if nothing was bought where the price is empty" * (column.filled < column.rows)
    return f"{pieces.OF_PIECE}: what was paid is '{name}' times '{many}'{pieces_told.how(table, columns, column, count, if_empty)}"


def asked(table: "SourceTable", columns: Sequence[Column], amount: Column) -> list[str]:
    """What is asked of amounts that no count beside them moves, though no name says that they are of one piece.

    What was paid for all of a row rises with how many there were; the price of one does not.
    """
    before = vocabulary.touches(amount.name, pieces.WHOLE | vocabulary.MONEY | {"subtotal"}) and not vocabulary.touches(
        amount.name, pieces.CAME_IN
    )
    if found := discounted(table, columns, amount, option="primary") if before and not pieces.is_price(amount) else []:
        return found
    if (
        amount.binary
        or not amount.decimal
        or amount.low < 0
        or pieces.is_whole(amount)
        or any(pieces.is_whole(c) for c in columns)
    ):
        return []
    priced = pieces.is_price(amount)
    if not priced and vocabulary.touches(amount.name, taken_off.KNOWN):
        return []
    for many in columns:
        whole = many.numeric and not (many.decimal or many.binary or many.constant or many.has_time) and many.low >= 0
        said = [vocabulary.is_said(t, pieces.QUANTITY) for t in vocabulary.tokens(many.name)]
        known = vocabulary.touches(many.name, taken_off.KNOWN | pieces.OTHER | vocabulary.UNIT) and not any(said)
        if (
            many is amount
            or not whole
            or known
            or not taken_off.SEVERAL < many.distinct <= taken_off.MOST_PIECES
            or many.filled < many.rows
        ):
            continue
        if not (priced or any(said) or many.high <= taken_off.MOST_PIECES) or many.zero != amount.zero:
            continue
        if abs(questions.correlation(table, amount, many)) < LOOSE:
            name, of = vocabulary.printable(amount.name), vocabulary.printable(many.name)
            return [
                f"Is '{name}' the price of one piece, and '{of}' how many there were? It does not rise with '{of}', as what was paid in all would."
                f" If so, revenue is their product{pieces_told.how(table, columns, amount, many)}."
            ]
    return []


def discounted(
    table: "SourceTable", columns: Sequence[Column], amount: Column, many: Column | None = None, option: str = "money"
) -> list[str]:
    """What is asked of amounts beside which a discount stands, or a number that may be one: whether it is taken off them already.

    Nothing is asked where it is, in every row.
    """
    name, own = (
        vocabulary.printable(amount.name),
        f"write what was paid in a column of its own, and name that: --{option} COLUMN.",
    )
    asked, off = [], taken_off.not_yet_off(table, columns, amount, many)
    if off:
        made = taken_off.product(table, [amount, *([many] if many else [])], off)
        if made:
            how = f"a query in a file beside it, in place of the table takes it off, and nothing where it is empty: select *, {made} as amount_paid from {table.selected}; then --{option} amount_paid."
        else:
            how = f"it is to be, {pieces_told.unclear(off)}; {own}"
        asked.append(
            f"Is {pieces_told.called(off)} taken off '{name}' already? Revenue is counted as if it was. If it is not, {how}"
        )
    if many and (rest := taken_off.unexplained(table, columns, amount, many)):
        asked.append(
            f"Nothing says what to make of {pieces_told.seen(rest)} beside '{name}' and '{vocabulary.printable(many.name)}'. Revenue is their product: {pieces_told.if_off(rest)}; {own}"
        )
    return asked
