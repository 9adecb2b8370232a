"""Arms that stand in the names of events, as checkout_control and checkout_variant: a query makes a column of them, and one event."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import controls, typed, vocabulary, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

NEARLY = 0.9
"""Share of the units that have one of the events and no other, at least."""
HELD = "arm_of_event"
"""What the query calls the arm of a row, which it does not keep."""


def refuse(table: "SourceTable", unit: Column, event: Column) -> None:
    """Raise where units are parted by events that differ in one word, of which one is called as a control."""
    for arms in _alike(event.values):
        if not _part(table, unit, event, list(arms)):
            continue
        who, what = (written_texts.of(table, c.name) for c in (unit, event))
        cases = " ".join(f"when {literal(level)} then {literal(arm)}" for level, arm in arms.items())
        named = ", ".join(f"'{vocabulary.printable(level)}'" for level in arms)
        shared = _shared(event.values, next(iter(arms)))
        raise ReportError(
            f"{table.called}: the arms stand in the names of events",
            got=f"{named} in column '{vocabulary.printable(event.name)}', one of them for nearly each '{vocabulary.printable(unit.name)}'",
            expected="a column of its own that holds the variant, beside an event that both arms have",
            remedy=f"make both by a query in a file in place of the table, in which who has several is of no arm: select * exclude ({HELD}) replace (case when"
            f" {HELD} is null then {what} else {literal(shared)} end as {quoted(event.name)}), case when min({HELD}) over of_unit = max({HELD}) over of_unit"
            f" then max({HELD}) over of_unit end as variant from (select *, case {what} {cases} end as {HELD} from {table.selected})"
            f" window of_unit as (partition by {who}); then --exposure {typed.name(shared)}; or, if they are no arms, --descriptive",
        )


def _shared(events: Sequence[str], of_arm: str) -> str:
    """What the events of all arms are called without their arm, as no other event is."""
    name, others = "_".join(vocabulary.tokens(of_arm)[:-1]), {vocabulary.slug(each) for each in events}
    while vocabulary.slug(name) in others:
        name += "_seen"
    return name


def _alike(events: Sequence[str]) -> list[dict[str, str]]:
    """Events that are the same but for their last word, each with it, where that of one of them calls it the control."""
    stems: dict[tuple[str, ...], dict[str, str]] = {}
    for name in events:
        if len(words := vocabulary.tokens(name)) > 1:
            stems.setdefault(tuple(words[:-1]), {})[name] = words[-1]
    told = [arms for arms in stems.values() if len(set(arms.values())) == len(arms) > 1]
    return [arms for arms in told if controls.is_pair(sorted(arms.values()))]


def _part(table: "SourceTable", unit: Column, event: Column, arms: Sequence[str]) -> bool:
    """Whether nearly every unit has exactly one of the events."""
    text, who = table.text(event.name), table.text(unit.name)
    listed = ", ".join(map(literal, arms))
    share = table.number(
        f"select avg((k = 1)::integer) from (select count(distinct {text}) filter ({text} in ({listed})) as k from {{table}}"
        f" where {who} is not null group by {who})"
    )
    return share >= NEARLY
