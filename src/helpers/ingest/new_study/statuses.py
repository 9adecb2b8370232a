"""Rows that carry what is measured and say that it came to nothing: failed, refunded, void; and refunds beside an amount."""

from collections.abc import Sequence

from helpers.ingest.many_units import is_running
from helpers.ingest.new_study import languages, measures, typed, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.new_study.source import SourceTable
from helpers.ingest.sql import literal, quoted

REFUNDS = languages.words(
    "refund refunds refunded chargeback chargebacks reimbursement erstattung* ruckerstattung* rueckerstattung* gutschrift* rembours*"
    " reembols* devoluc* rimbors* terugbetal* iade* zwrot* возврат* 返金 退款 환불"
)
NO_AMOUNT = vocabulary.KEY | languages.words(
    "count counts cnt n qty quantity items rate share ratio pct percent days hours"
)
"""Words of ids, counts, shares and lengths, which are no amount of money whatever they are of."""
MOST = 6
"""Levels that are named."""


def undone(column: Column) -> list[str]:
    """Levels of a column that say that a row came to nothing; none where all do, or none does."""
    if not column.words:
        return []
    found = [
        level
        for level, _ in column.levels
        if any(vocabulary.is_said(t, vocabulary.UNDONE_STATE) for t in vocabulary.tokens(level))
    ]
    return found if len(found) < len(column.levels) else []


def of(table: SourceTable, columns: Sequence[Column], proposal: StudyProposal) -> list[str]:
    """What a person must answer of the rows that carry the primary metric or the revenue of a study."""
    roles = {
        theirs
        for ours, (theirs, _) in proposal.columns.items()
        if ours in ("user_id", "event_time", "event_name", "variant", "shown")
    }
    free = [c for c in columns if c.name not in roles]
    revenue = next((m for m in proposal.metrics if m.name == proposal.revenue), None)
    if proposal.source == "log" and proposal.every[0]:
        amount = proposal.columns["price"][0] if revenue and "price" in proposal.columns else ""
        return [*asked(table, free, "true", proposal.every[0], log=True), *refunds(table, free, amount)]
    if proposal.source == "log":
        levels = {ours: level for level, ours in proposal.events.items()}
        events = list(dict.fromkeys(m.event for m in (proposal.primary, revenue) if m is not None))
        listed = ", ".join(literal(levels.get(event, event)) for event in events)
        counted = f"{table.text(proposal.columns['event_name'][0])} in ({listed})"
        amount = proposal.columns["price"][0] if revenue and "price" in proposal.columns else ""
        return [*asked(table, free, counted, " and ".join(events), log=True), *refunds(table, free, amount)]
    if proposal.source != "units":
        return []
    outcome = next(c for c in columns if c.name == proposal.outcomes[proposal.primary.event][0])
    free = [c for c in free if c is not outcome]
    counted = f"coalesce({table.value(outcome.name)} <> 0, false)"
    if outcome.in_words:
        counted = measures.is_yes(table, outcome)
    elif proposal.primary.event in proposal.happened:
        counted = f"{table.text(outcome.name)} is not null"
    amount = proposal.outcomes[revenue.event][0] if revenue else ""
    return [
        *asked(table, free, counted, f"units with {proposal.primary.event}", log=False),
        *refunds(table, free, amount),
    ]


def asked(table: SourceTable, columns: Sequence[Column], counted: str, what: str, *, log: bool) -> list[str]:
    """What a person must answer of the rows for which the SQL of ``counted`` holds, which are those of ``what``."""
    told = []
    for column in columns:
        levels = undone(column)
        if not levels:
            continue
        text = table.text(column.name)
        listed = ", ".join(map(literal, levels))
        found = table.rows(
            f"select {text}, count(*) from {{table}} where {counted} and {text} in ({listed}) group by 1 order by 2 desc, 1"
        )
        rows = sum(int(n) for _, n in found)  # type: ignore[call-overload]
        if not rows:
            continue
        total = int(table.number(f"select count(*) from {{table}} where {counted}"))
        named = ", ".join(f"{vocabulary.printable(str(level))} ({n:,})" for level, n in found[:MOST])
        where = f"{quoted(column.name)} is null or {quoted(column.name)} not in ({listed})"
        told.append(
            f"Should {rows:,} of {total:,} rows of {what} count that say {named} in '{vocabulary.printable(column.name)}'? They do as it"
            f" stands; --where {typed.condition(where)} leaves {'them' if log else 'their units'} out."
        )
    return told


def gives_back(name: str) -> bool:
    """Whether something is called as what is given back."""
    return any(vocabulary.is_said(token, REFUNDS) for token in vocabulary.tokens(name))


def _is_amount(table: SourceTable, column: Column) -> bool:
    """Whether numbers may be amounts: no ids, by their name or as they count the rows, no counts and no moments."""
    if not column.numbers or column.binary or column.has_time or NO_AMOUNT & set(vocabulary.tokens(column.name)):
        return False
    return not is_running(table.con, table.relation, column.name)


def refunds(table: SourceTable, columns: Sequence[Column], amount: str) -> list[str]:
    """What a person must answer of columns of refunds beside an amount."""
    told: list[str] = []
    for column in columns if amount else ():
        if column.name == amount or not gives_back(column.name) or not _is_amount(table, column):
            continue
        value = table.value(column.name)
        n, total = table.rows(f"select count(*), coalesce(sum({value}), 0) from {{table}} where {value} <> 0")[0]
        if n:
            told.append(
                f"Is '{vocabulary.printable(column.name)}' ({int(n):,} rows, {float(total):,.12g} in all) to be taken off"  # type: ignore[call-overload, arg-type]
                f" '{vocabulary.printable(amount)}'? Nothing takes it off: what is told is gross."
            )
    return told
