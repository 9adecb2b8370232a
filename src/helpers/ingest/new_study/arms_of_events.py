"""Arms that stand in the names of events, as checkout_control and checkout_variant: a query makes a column of them, and one event.

Where the words do not say that they are arms, or not every unit has one, a person is asked, and no query is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import arm_words, controls, roles, typed, vocabulary, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

NEARLY = 0.9
"""Share of the units that have one of the events and no other, at least."""
HELD = "arm_of_event"
"""What the query calls the arm of a row, which it does not keep."""
MARKS = (vocabulary.CONTROL | vocabulary.TREATMENT | vocabulary.VARIANT) - {"no", "yes", "true", "false"}
"""Words that tell an arm from another one, as single letters and numbers do; answers are what units did."""
MOST = 2
"""Words by which the names of arms differ, at most, as control and variant_1 do."""


NAMES = frozenset(
    {
        "variant",
        "variation",
        "variante",
        "experiment",
        "exp",
        "ab",
        "abtest",
        "treatment",
        "testgroup",
        "abgroup",
        "testcell",
    }
)
"""Words of what is assigned, and never chosen as a group, a version or a cell may be."""


@dataclass(frozen=True)
class Arms:
    """Events that are called alike but for the words of an arm, each with these, and what is the same in all of them."""

    of: dict[str, str]
    shared: tuple[str, ...]

    @property
    def is_pair(self) -> bool:
        """Whether the words are those of a control and of what is tested."""
        return controls.is_pair(sorted(self.of.values()))

    @property
    def marked(self) -> bool:
        """Whether all words are such as stand for arms, of which one is the control."""
        levels = sorted(self.of.values())
        return all(map(_is_mark, self.of.values())) and controls.control_of(levels) is not None

    @property
    def plain(self) -> bool:
        """Whether words say that these are arms: a control, or that they are of a variant or an experiment."""
        words = (*self.shared, *(word for arm in self.of.values() for word in arm.split("_")))
        return self.is_pair or bool(NAMES.intersection(words))

    @property
    def with_control(self) -> bool:
        """Whether a word is that of a control and of nothing else, as old is."""
        return any(vocabulary.is_said(word, arm_words.ITSELF) for arm in self.of.values() for word in arm.split("_"))

    @property
    def named(self) -> str:
        """The events, for people."""
        return ", ".join(f"'{vocabulary.printable(event)}'" for event in self.of)


def refuse(table: "SourceTable", unit: Column, event: Column) -> None:
    """Raise where units are parted by events that differ in the words of an arm."""
    found = [(arms, _share(table, unit, event, list(arms.of))) for arms in _alike(event.values)]
    parting = [arms for arms, share in found if share >= NEARLY]
    for arms in sorted(parting, key=lambda each: not each.plain):
        raise _made(table, unit, event, arms) if arms.plain else _unclear(table, unit, event, arms)
    for arms, _ in found:
        if arms.is_pair and arms.marked and arms.with_control:
            raise _of_some(table, unit, event, arms)


def _made(table: "SourceTable", unit: Column, event: Column, arms: Arms) -> ReportError:
    """The error with the query that makes a column of the arms."""
    who, what = (written_texts.of(table, c.name) for c in (unit, event))
    cases = " ".join(f"when {literal(level)} then {literal(arm)}" for level, arm in arms.of.items())
    shared = _one_event(event.values, arms)
    return ReportError(
        f"{table.called}: the arms stand in the names of events",
        got=f"{arms.named} in column '{vocabulary.printable(event.name)}', one of them for nearly each '{vocabulary.printable(unit.name)}'",
        expected="a column of its own that holds the variant, beside an event that both arms have",
        remedy=f"make both by a query in a file beside it, in place of the table, in which who has several is of no arm: select * exclude ({HELD}) replace (case when"
        f" {HELD} is null then {what} else {literal(shared)} end as {quoted(event.name)}), case when min({HELD}) over of_unit = max({HELD}) over of_unit"
        f" then max({HELD}) over of_unit end as variant from (select *, case {what} {cases} end as {HELD} from {table.selected})"
        f" window of_unit as (partition by {who}); then --exposure {typed.name(shared)}; or, if they are no arms, --descriptive",
    )


def _unclear(table: "SourceTable", unit: Column, event: Column, arms: Arms) -> ReportError:
    """The error where nothing tells arms from what units chose."""
    return ReportError(
        f"{table.called}: was each '{vocabulary.printable(unit.name)}' assigned to one of the events {arms.named}, or did it choose one?",
        got=f"one of them for nearly each in column '{vocabulary.printable(event.name)}', and no column that holds a variant",
        expected="a column of its own that holds the variant, beside an event that both arms have",
        remedy="nothing here tells it. If they were assigned, write which one into each row of the unit, in a column 'variant', and give these events"
        " one name; if units chose, or these are no arms, --descriptive",
    )


def _of_some(table: "SourceTable", unit: Column, event: Column, arms: Arms) -> ReportError:
    """The error where arms stand in the names of events that many units do not have."""
    return ReportError(
        f"{table.called}: the names of events hold arms, and not every '{vocabulary.printable(unit.name)}' has just one of these",
        got=f"{arms.named} in column '{vocabulary.printable(event.name)}'",
        expected="the arm of every unit that was assigned, whatever it did then",
        remedy="take the arms from the list of who was assigned, and write them into a column 'variant'. Events of what units did then, such as clicks, tell the arm"
        " of those alone who did it, and these are no arms to compare; if they are no arms at all, --descriptive",
    )


def _one_event(events: Sequence[str], arms: Arms) -> str:
    """What the events of all arms are called without their arm, as no other event is."""
    name, others = "_".join(arms.shared), {vocabulary.slug(each) for each in events}
    while vocabulary.slug(name) in others:
        name += "_seen"
    return name


def _is_mark(arm: str) -> bool:
    return all(len(word) == 1 or word.isdigit() or vocabulary.is_said(word, MARKS) for word in arm.split("_"))


def _alike(events: Sequence[str]) -> Iterator[Arms]:
    """Events that are the same but for a word or two, where these are a control and others, or all stand for arms."""
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, str]] = {}
    for name in events:
        words = tuple(vocabulary.tokens(name))
        for first in range(len(words)):
            for end in range(first + 1, min(first + MOST, len(words)) + 1):
                if end - first < len(words):
                    found.setdefault((words[:first], words[end:]), {})[name] = "_".join(words[first:end])
    seen: set[frozenset[str]] = set()
    by_words = sorted(found.items(), key=lambda each: max(arm.count("_") for arm in each[1].values()))
    for (before, behind), named in by_words:
        for of in (named, {name: arm for name, arm in named.items() if _is_mark(arm)}):
            arms = Arms(of, before + behind)
            if (
                1 < len(set(of.values())) == len(of) <= roles.MOST_ARMS
                and frozenset(of) not in seen
                and (arms.is_pair or arms.marked)
            ):
                seen.add(frozenset(of))
                yield arms


def _share(table: "SourceTable", unit: Column, event: Column, arms: Sequence[str]) -> float:
    """Share of the units that have exactly one of the events."""
    text, who = table.text(event.name), table.text(unit.name)
    listed = ", ".join(map(literal, arms))
    return table.number(
        f"select avg((k = 1)::integer) from (select count(distinct {text}) filter ({text} in ({listed})) as k from {{table}}"
        f" where {who} is not null group by {who})"
    )
