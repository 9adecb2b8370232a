"""A price that is the variant, beside who bought or how many: fewer buy at a higher one, and what they bring is price times how many they buy."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import pieces, pieces_told, taken_off, vocabulary, written_numbers, written_texts, yes_no
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOSTLY = 0.9
"""Share of the rows of an arm that have its price, at least: a few were shown another one."""


def asked(table: "SourceTable", columns: Sequence[Column], proposal: StudyProposal) -> Iterator[str]:
    """Whether revenue decides, where a price is one in each arm and the primary metric is whether, or how often, somebody bought."""
    outcome = next((c for c in columns if c.name == proposal.outcomes.get(proposal.primary.event, ("",))[0]), None)
    variant = proposal.columns.get("variant", ("",))[0]
    if outcome is None or outcome.decimal or outcome.negative or proposal.revenue or not variant:
        return
    arms = {arm.level for arm in proposal.arms}
    taken = {theirs for theirs, _ in proposal.outcomes.values()}
    for column in columns:
        if (
            column.name in taken
            or not column.numeric
            or column.binary
            or column.constant
            or not pieces.is_price(column)
        ):
            continue
        price = _of_arms(table, column, variant, arms)
        if len(price) == len(arms) and len(set(price.values())) > 1:
            others = [c for c in columns if c is not outcome and c.name != variant and not c.constant]
            yield _question(table, column, outcome, price, taken_off.counts_or_parts(others, column))
            return


def _of_arms(table: "SourceTable", column: Column, variant: str, arms: set[str]) -> dict[str, float]:
    """The one price of each arm that has one."""
    arm, value = table.text(variant), table.value(column.name)
    rows = table.rows(
        f"select {arm}, {value}::double, count(*), sum(count(*)) over (partition by {arm}) from {{table}} where {arm} is not null and {value} is not null"
        " group by 1, 2 order by 1, 2"
    )
    return {str(a): float(v) for a, v, n, all_ in rows if str(a) in arms and int(n) >= MOSTLY * int(all_)}  # type: ignore[call-overload, arg-type]


def _question(
    table: "SourceTable", price: Column, outcome: Column, of: dict[str, float], others: Sequence[Column]
) -> str:
    """The question, with a query where no other number may say how many were bought, or what was taken off."""
    name, bought = vocabulary.printable(price.name), vocabulary.printable(outcome.name)
    told = ", ".join(f"{value:,.10g} in '{vocabulary.printable(arm)}'" for arm, value in of.items())
    asks = (
        f"Does what is paid decide, not how many pay? '{name}' is {told}, so that each '{bought}' brings another amount"
    )
    if not (outcome.binary or outcome.in_words):
        return (
            f"Does what is paid decide, not how many '{bought}' there are? '{name}' is {told}. If each of '{bought}' was paid at '{name}', what was paid is their"
            " product, less what was taken off; find that out, write what was paid in a column of its own, and name that: --primary COLUMN."
        )
    if others:
        return (
            f"{asks}. Nothing says what to make of {pieces_told.seen(others)}: if one of these numbers says how many were bought, what was paid is '{name}' times it,"
            f" and if one was taken off, it is less that; else it is '{name}' where '{bought}' says so, and 0 elsewhere. Find that out, write what was"
            " paid in a column of its own, and name that: --primary COLUMN."
        )
    answer = yes_no.of(outcome.values) if outcome.in_words and not outcome.binary else None
    happened = (
        f"(lower({written_texts.of(table, outcome.name)}) = {literal(answer.yes.lower())})::integer"
        if answer
        else written_numbers.in_query(table, outcome.name)
    )
    paid = written_numbers.in_query(table, price.name)
    query = (
        f"by a query in a file beside it, in place of the table: select *, {paid} * {happened} as revenue from {table.selected}; then --primary revenue."
        if paid and happened
        else "in a column of its own that --primary names."
    )
    return f"{asks}: revenue is their product, {query}"
