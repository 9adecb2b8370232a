"""Outcomes that came about before the exposure, as a moment beside them tells: no change can have brought them about."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import measures, vocabulary, ways, written_moments
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values.number_formats import FALSE

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

SOME = 0.01
"""Share of the outcomes that came before the exposure, from which on that is no clock that goes wrong."""
LINKED = 0.95
"""Share of the rows in which a moment stands where the outcome is more than 0, and nothing where it is not."""


def asked(table: "SourceTable", columns: Sequence[Column], proposal: StudyProposal) -> Iterator[str]:
    """A question of each moment of an outcome that lies before the moment of the exposure in some rows of a unit table."""
    by_name = {c.name: c for c in columns}
    time = by_name.get(proposal.columns.get("event_time", ("",))[0])
    if time is None:
        return
    outcomes = [by_name[theirs] for theirs, _ in proposal.outcomes.values() if theirs in by_name]
    for column in columns:
        if column is time or not column.moments or column.moments < LINKED * column.filled:
            continue
        of = [o for o in outcomes if o is column or _is_of(table, column, o)]
        earlier, all_ = _counted(table, column, time, of) if of else (0, 0)
        if earlier and earlier >= SOME * all_:
            yield _question(table, column, time, of, earlier, all_)


def _is_of(table: "SourceTable", moment: Column, outcome: Column) -> bool:
    """Whether a moment stands where an outcome came about, and nothing where it did not."""
    if not (outcome.numeric or outcome.in_words) or moment.filled == moment.rows or outcome.moments:
        return False
    if vocabulary.BEFORE & set(vocabulary.tokens(moment.name)):
        return False
    when = ways.moment_of(table, moment)
    same = f"(coalesce({_came(table, outcome)}, false) = ({when} is not null))::integer"
    return table.number(f"select avg({same}) from {{table}}") >= LINKED


def _came(table: "SourceTable", outcome: Column) -> str:
    """SQL of whether an outcome came about."""
    return measures.is_yes(table, outcome) if outcome.in_words else f"{table.value(outcome.name)} <> 0"


def _counted(table: "SourceTable", column: Column, time: Column, of: Sequence[Column]) -> tuple[int, int]:
    """How many moments of outcomes lie before those of the exposure, by the day where one of the two has no time of day; and how many there are."""
    one, other = ways.moment_of(table, column), ways.moment_of(table, time)
    if _by_day(column, time):
        one, other = f"date_trunc('day', {one})", f"date_trunc('day', {other})"
    came = " or ".join(_came(table, o) for o in of if o is not column) or "true"
    earlier, all_ = table.rows(
        f"select count(*) filter ({one} < {other} and ({came})), count(*) filter ({other} is not null and {one} is not null) from {{table}}"
    )[0]
    return int(earlier), int(all_)  # type: ignore[call-overload]


def _by_day(column: Column, time: Column) -> bool:
    return column.dates == column.moments or time.dates == time.moments


def _nothing(outcome: Column, moment: Column) -> str:
    """What says in a column that it did not come about: nothing in that of a moment, else as the file writes it."""
    no = next((level for level, _ in outcome.levels if level.lower() in FALSE), None) if outcome.in_words else None
    return "null" if outcome is moment else literal(no) if no else "'0'" if outcome.zero else "null"


def _question(table: "SourceTable", column: Column, time: Column, of: Sequence[Column], earlier: int, all_: int) -> str:
    name, start = vocabulary.printable(column.name), vocabulary.printable(time.name)
    whose = " and ".join(f"'{vocabulary.printable(o.name)}'" for o in of)
    one, other = (written_moments.in_query(table, each) for each in (column, time))
    told = bool(one and other)
    if _by_day(column, time):
        one, other = written_moments.by_day([one, other])
    late = f"{one} < {other}"
    made = ", ".join(
        f"case when {late} then {_nothing(o, column)} else {quoted(o.name)} end as {quoted(o.name)}" for o in of
    )
    query = (
        f"give a query in a file, select * replace ({made}) from {table.selected}"
        if told
        else f"empty {whose} in those rows"
    )
    return (
        f"Do outcomes from before the exposure count? '{name}' lies before '{start}' in {earlier:,} of {all_:,} rows that have both, and {whose} counts"
        f" them: nothing that was done can have brought them about. To count only later ones {query}."
    )
