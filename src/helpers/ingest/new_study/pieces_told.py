"""What is printed of prices of one piece and of what is taken off them: the query where names tell enough, else what is to be found out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import taken_off, vocabulary
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


def how(table: "SourceTable", columns: Sequence[Column], price: Column, many: Column, more: str = "") -> str:
    """What is behind a price times how many there were: what is taken off, and the query, where what stands beside them is known."""
    off, rest = taken_off.discounts(columns, price, many), taken_off.unexplained(table, columns, price, many)
    made = "" if rest else taken_off.product(table, [price, many], off)
    lower = less(off, vocabulary.printable(price.name), made)
    if made:
        query = f"select *, {made} as revenue from {table.selected}"
        return f"{lower}, by a query in a file beside it, in place of the table: {query}; then --primary revenue{more}"
    if not (off or rest):
        return ", in a column of its own that --primary names"
    open_ = [
        *([unclear(off)] if off else []),
        *([f"but nothing says what to make of {seen(rest)}: {if_off(rest)}"] if rest else []),
    ]
    return f"{lower}, {'; '.join(open_)}; write what was paid in a column of its own, and name that: --primary COLUMN"


def called(off: Sequence[Column]) -> str:
    """The names of columns."""
    return " and ".join(f"'{vocabulary.printable(each.name)}'" for each in off)


def seen(off: Sequence[Column]) -> str:
    """Columns with what their numbers look like."""
    return " and ".join(
        f"'{vocabulary.printable(c.name)}' (from {c.low or 0:,g} to {c.high or 0:,g})"
        for c in off[: taken_off.MOST_NAMED]
    )


def less(off: Sequence[Column], amount: str, made: str) -> str:
    """What is said of discounts behind a product, of which a query may be ``made``; '' without any."""
    if not off:
        return ""
    already = f"taken off '{amount}' already"
    return f", less {called(off)} " + (f"(if it is {already}, leave the query's last factor out)" if made else f"unless that is {already}")  # fmt: skip


def unclear(off: Sequence[Column]) -> str:
    """What nothing says of discounts, and what is to be known."""
    numbers = " and ".join(f"from {each.low or 0:,g} to {each.high or 0:,g}" for each in off)
    return (
        f"but nothing says whether the numbers of {called(off)}, {numbers}, are a percentage, a share of 1 or an amount, nor whether an amount is off"
        " each piece or off all of them: find that out"
    )


def if_off(rest: Sequence[Column]) -> str:
    """What is to be known of numbers that may have been taken off."""
    of = "any of them" if len(rest) > 1 else "it"
    return f"if {of} was taken off what was paid, find out whether as a percentage, a share of 1 or an amount, off each piece or off all of them"
