"""What is asked of a person at a terminal: points that the file leaves unclear, each with its candidates and their evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpers.ingest.new_study import roles, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said

MOST = 3
"""Candidates that are shown."""


@dataclass(frozen=True)
class Question:
    """An unclear point: the option that settles it, what is asked, and the candidates, the one that is guessed first."""

    option: str
    text: str
    candidates: tuple[tuple[str, str], ...]

    @property
    def told(self) -> str:
        """The candidates with their evidence, in a line."""
        return ", ".join(f"{vocabulary.printable(value)} ({evidence})" for value, evidence in self.candidates)


Ask = Callable[[Question], str]
"""How a question is put; it returns one of the candidates."""


def settled(said: Said, question: Question | None, ask: Ask | None) -> Said:
    """What is known after a question; nothing is asked where there is nobody, or nothing to choose."""
    if ask is None or question is None or question.option in said or len(question.candidates) < 2:
        return said
    return said.answered(question.option, ask(question), question.told)


def unit(columns: Sequence[Column]) -> Question | None:
    """Which column names the unit, where two names say it equally well."""
    found = roles.units_of(columns)[:MOST]
    if len(found) < 2:
        return None
    seen = tuple(
        (c.name, f"{'' if c.counted or c.levels else 'about '}{c.distinct:,} different values in {c.filled:,} rows")
        for c in found
    )
    return Question("unit", "Which column names the unit that was assigned to a variant?", seen)


def control(variant: Column, counted: str) -> Question | None:
    """Which level is the control, where neither a name nor the sizes say it."""
    if roles.named_controls(variant) or roles.largest(variant):
        return None
    guessed = roles.arms_of(variant)[0][0].level
    levels = sorted(variant.levels, key=lambda level: (level[0] != guessed, -level[1], level[0]))[
        : max(MOST, roles.MOST_ARMS)
    ]
    seen = tuple((level, f"{n:,} {counted}") for level, n in levels)
    return Question("control", f"Which level of '{vocabulary.printable(variant.name)}' is the control?", seen)
