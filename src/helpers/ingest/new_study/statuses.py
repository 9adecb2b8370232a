"""Rows that carry what is measured and say that it came to nothing: failed, refunded, void; and refunds beside an amount."""

from collections.abc import Iterator, Sequence

from helpers.ingest.many_units import is_running
from helpers.ingest.new_study import languages, measures, typed, vocabulary, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Measure, StudyProposal
from helpers.ingest.new_study.source import SourceTable
from helpers.ingest.sql import literal

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
ONE_SIDED = (
    "To leave them out would choose units by what became of them. If you know what such a row is worth (an amount that was paid back may be 0;"
    " a time to wait or a mark is not), write that in the file and keep the row."
)


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
    if proposal.source == "log":
        amount = proposal.columns["price"][0] if revenue and "price" in proposal.columns else ""
        return [*_of_log(table, free, proposal, revenue), *refunds(table, free, amount)]
    if proposal.source != "units":
        return []
    by_name = {c.name: c for c in columns}
    outcome = by_name[proposal.outcomes[proposal.primary.event][0]]
    free = [c for c in free if c is not outcome]
    happened = proposal.primary.event in proposal.happened
    counted = f"coalesce({table.value(outcome.name)} <> 0, false)"
    if outcome.in_words:
        counted = measures.is_yes(table, outcome)
    elif happened:
        counted = f"{table.text(outcome.name)} is not null"
    amount = proposal.outcomes[revenue.event][0] if revenue else ""
    told = [
        f"{asked} {ONE_SIDED}" for _, _, asked in _asked(table, free, counted, f"units with {proposal.primary.event}")
    ]
    return [*told, *refunds(table, free, amount)]


def _of_log(
    table: SourceTable, columns: Sequence[Column], proposal: StudyProposal, revenue: Measure | None
) -> list[str]:
    """What is asked of the rows of a log, with the condition that leaves them out where no unit goes with them."""
    if proposal.every[0]:
        counted, others, exposed, what = "true", "", "true", proposal.every[0]
    else:
        levels = {ours: level for level, ours in proposal.events.items()}
        events = list(dict.fromkeys(m.event for m in (proposal.primary, revenue) if m is not None))
        named, event = [levels.get(each, each) for each in events], proposal.columns["event_name"][0]
        counted = f"{table.text(event)} in ({', '.join(map(literal, named))})"
        others = f"{written_texts.is_none_of(table, event, named)} or "
        first = levels.get(proposal.steps[0], proposal.steps[0]) if proposal.steps else ""
        exposed = f"coalesce({table.text(event)} = {literal(first)}, false)" if first else "true"
        what = " and ".join(events)
    who, told = table.text(proposal.columns["user_id"][0]), []
    for status, undone_by, asked in _asked(table, columns, counted, what):
        listed = ", ".join(map(literal, undone_by))
        stays = f"not ({counted} and coalesce({table.text(status.name)} in ({listed}), false))"
        lost = int(
            table.number(
                f"select count(*) from (select 1 from {{table}} where {exposed} and {who} is not null group by {who} having not bool_or({stays}))"
            )
        )
        kept = f"{others}{written_texts.is_none_of(table, status.name, undone_by)}"
        told.append(
            f"{asked} No condition leaves them out alone: {lost:,} units have no other row that says that they took part."
            if lost
            else f"{asked} --where {typed.condition(kept)} leaves them out."
        )
    return told


def _asked(
    table: SourceTable, columns: Sequence[Column], counted: str, what: str
) -> Iterator[tuple[Column, list[str], str]]:
    """Columns by which rows came to nothing that are counted all the same, their levels that say so, and what is asked of these rows."""
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
        yield (
            column,
            levels,
            f"Should {rows:,} of {total:,} rows of {what} count that say {named} in '{vocabulary.printable(column.name)}'? They do as it stands.",
        )


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
