"""Amounts below zero in a log: refunds, where each takes back no more than its unit had paid until then."""

from typing import TYPE_CHECKING

from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.ways import moment_of

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

NEARLY_ALL = 0.95
"""Share of the amounts below zero that take back what was paid; some were paid before the log begins."""


def found(table: "SourceTable", unit: Column, time: Column, money: Column, of: str, many: Column | None = None) -> int:
    """How many amounts below zero are refunds, among the rows for which the SQL ``of`` holds; 0 where they seem to be none;
    with ``many`` the amount is a price times that.

    Left as unknown they would cost their units the sum: those who paid, and more of them where more was taken back.
    """
    if not (money.negative or (many and many.negative)):
        return 0
    amount = " * ".join(table.value(c.name) for c in (money, many) if c)
    below, covered = table.rows(
        f"""select count(*) filter (amount < 0), count(*) filter (amount < 0 and until >= 0) from (
            select amount, round(sum(amount) over (partition by who order by paid_at), 6) as until from (
                select {table.text(unit.name)} as who, {moment_of(table, time)} as paid_at, {amount} as amount
                from {{table}} where {of}) where who is not null)"""
    )[0]
    return int(below) if int(covered) >= NEARLY_ALL * max(1, int(below)) else 0  # type: ignore[call-overload]
