"""How sure each guess of a proposal is, why, and the option that says it otherwise."""

from collections.abc import Sequence
from enum import StrEnum

from helpers.ingest.new_study import controls, measures, roles, row_times, vocabulary
from helpers.ingest.new_study.measures import Standing
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Arm
from helpers.ingest.new_study.said import Said


class Sure(StrEnum):
    """How sure a guess is: name and values agree, one of them tells it, or neither does."""

    SURE = "sure"
    LIKELY = "likely"
    GUESS = "a guess"


def told(sure: Sure, said: Said, *options: str) -> str:
    """What stands behind a guess: how sure it is, and how to say it otherwise; nothing behind what was said.

    >>> told(Sure.LIKELY, Said(), "unit"), told(Sure.SURE, Said(unit="u"), "unit")
    (' (likely; else --unit)', '')
    """
    if any(option in said for option in options[:1]):
        return ""
    return f" ({sure}; else {', '.join(f'--{option}' for option in options)})"


def unit(column: Column) -> Sure:
    """A column called as the id of a unit, one that is only a key, or one that is only different from row to row."""
    named = vocabulary.names_a_unit(column.name)
    if named > 1:
        return Sure.SURE
    return Sure.LIKELY if roles.is_key(column) else Sure.GUESS


def variant(column: Column) -> Sure:
    """A column called as a variant with a level that is the control, or one of the two."""
    named = vocabulary.touches(column.name, vocabulary.VARIANT)
    control = bool(roles.named_controls(roles.meant(column)[0]))
    return Sure.SURE if named and control else Sure.LIKELY if named or control else Sure.GUESS


def control(arms: Sequence[Arm], variant: str) -> Sure:
    """A level that a word calls the control, one told by a sign, by the others or by its size, or by its number alone.

    Of yes and no in the column ``variant`` its name must say what they answer.
    """
    levels = [arm.level for arm in arms]
    if controls.is_sure(arms[0].level, levels, variant):
        return Sure.SURE
    if controls.is_guess(arms[0].level, levels) or controls.is_unsaid(levels, variant):
        return Sure.GUESS
    return Sure.LIKELY


def time(column: Column) -> Sure:
    """A column called as a time that stands in all rows, or one whose values are moments."""
    named = vocabulary.touches(column.name, vocabulary.TIME) and not row_times.asked_of_years(column)
    return Sure.SURE if named and roles.stands_in_all(column) else Sure.LIKELY


def event(column: Column) -> Sure:
    """A column called as that of events, or one whose values alone tell it."""
    return Sure.SURE if vocabulary.touches(column.name, vocabulary.EVENT) else Sure.LIKELY


def outcome(column: Column, outcomes: Sequence[Column], together: frozenset[str]) -> tuple[Sure, str]:
    """How sure the primary metric of a unit table is, and why it is this column."""
    yes = "0 and 1" if column.binary or column.in_words else "a number"
    if measures.standing(column, together) is not Standing.OUTCOME:
        return Sure.GUESS, f"the likeliest of what may be an outcome, {yes}"
    if measures.harms(column):
        return Sure.GUESS, "nothing else is measured than what is better the less of it there is"
    others = sum(measures.standing(c, together) is Standing.OUTCOME and not measures.harms(c) for c in outcomes)
    why = (
        f"{yes}, zero in the same rows as another outcome"
        if column.name in together
        else f"{yes}, called as an outcome"
    )
    return (Sure.LIKELY if others > 1 else Sure.SURE), why


def goal(name: str, last: str) -> tuple[Sure, str]:
    """How sure the primary metric of a log is: an event called as what a business wants, or the one that units come to last."""
    if not vocabulary.UNDONE.isdisjoint(vocabulary.tokens(last)):
        return (
            Sure.GUESS,
            f"'{vocabulary.printable(last)}' is what units come to last, and says that something came to nothing",
        )
    if vocabulary.touches(last, vocabulary.GOAL):
        return Sure.SURE, f"'{vocabulary.printable(last)}' is called as what is wanted"
    return Sure.GUESS, f"'{vocabulary.printable(last)}' is what units come to last"


def agreed(primary: str, others: Sequence[str], said: Said) -> list[str]:
    """What is asked of a primary metric that nobody stated, with what else it may be."""
    if "primary" in said:
        return []
    beside = f"; it may as well be {', '.join(others[:5])}: --primary NAME" if others else ""
    return [f"Is the primary metric the one that was agreed on before anybody looked? It is {primary}{beside}."]


def arms(found: Sequence[Arm], said: Said, variant: Column) -> str:
    """How sure the control is, behind why it is."""
    return told(control(found, variant.name), said, "control")


def primary(name: str, sure: tuple[Sure, str], said: Said) -> list[str]:
    """The line that says why a metric is the primary one; none where somebody said it."""
    if said.measured:
        return []
    return [f"primary: {name}; {sure[1]}{told(sure[0], said, 'primary')}"]
