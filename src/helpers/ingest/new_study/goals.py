"""What is measured of an event log, as somebody said it: events, and the column of their amounts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.near import nearest
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Measure
from helpers.ingest.new_study.said import Said

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

AMOUNT = ""
"""Stands for the sum of the amounts, where an event would stand for its rate."""

RATE = "_rate"
"""What the name of a metric has behind that of its event, where it is the share of the units that have one."""


@dataclass(frozen=True)
class Aims:
    """Events that are measured, the primary one first, :data:`AMOUNT` for the sum of the amounts in ``money``.

    ``alone`` says that nothing else is measured, ``exposure`` is the event from which on units count; empty where nobody
    said it.
    """

    measured: tuple[str, ...] = ()
    alone: bool = False
    exposure: str = ""
    money: Column | None = None
    how: str = ""

    @property
    def last(self) -> str:
        """The event that the funnel leads to; empty where nobody said one."""
        return next((event for event in self.measured[:1] if event != AMOUNT), "")

    @property
    def negative(self) -> bool:
        """Whether amounts below zero stand in the column that somebody calls money."""
        return bool(self.money and self.money.negative)


def of(
    table: "SourceTable", columns: Sequence[Column], logged: dict[str, str], said: Said, money: Column | None
) -> Aims:
    """What was said, in the names of the study; ``logged`` has the name of the log for each.

    Raises :class:`~helpers.errors.ReportError` for what is neither an event nor a column of amounts, and for an exposure
    that is the goal itself.
    """
    found = []
    for name in said.measured:
        option = "--primary" if name == said.primary else "--outcome"
        column = next((c for c in columns if c.name == name), None)
        if column is not None and (event := _event(name, logged)) is None:
            money = _amounts(table, column, money, option)
            found.append(AMOUNT)
        else:
            found.append(event if column is not None and event else _named(table, name, logged, option))
    exposure = _named(table, said.exposure, logged, "--exposure") if said.exposure else ""
    goal = Aims(
        tuple(dict.fromkeys(found)),
        bool(said.outcomes),
        exposure,
        money,
        said.how("primary" if said.primary else "outcomes"),
    )
    if exposure and exposure == goal.last:
        raise ReportError(
            f"{table.called}: the exposure is the primary metric's own event", got=f"--exposure {exposure}, and {exposure} is measured first",
            expected="an event from which on the change can touch a unit, before the one that is measured",
        )  # fmt: skip
    return goal


def steps(guessed: tuple[str, ...], reached: Sequence[str], goal: Aims) -> tuple[str, ...]:
    """The way through the funnel, which begins with the exposure that was said and ends with the goal that was."""
    way, first, last = list(guessed), goal.exposure, goal.last
    if last:
        way = way[: way.index(last) + 1] if last in way else [*way, last]
    if first:
        way = way[way.index(first) :] if first in way else [first, *way]
        way = [first, last] if last and last not in way else way
    if len(way) < 2:
        other = next(each for each in reached if each not in way)
        way = [*way, other] if first and not last else [other, *way]
    return tuple(way)


def metrics(guessed: tuple[Measure, ...], goal: Aims) -> tuple[Measure, ...]:
    """What is measured as it was said, then what is guessed beside it; the first is the primary one."""
    amount = next((m for m in guessed if m.unit == "money"), None)
    said = [amount if event == AMOUNT else _rate(event) for event in goal.measured]
    told = [replace(each, comment=goal.how) for each in said if each is not None]
    beside = [m for m in guessed if not goal.alone or (m is amount and goal.money)]
    names = {m.name for m in told}
    return tuple(
        replace(m, role="secondary" if i else "primary")
        for i, m in enumerate([*told, *(m for m in beside if m.name not in names)])
    )


def _rate(event: str) -> Measure:
    return Measure(f"{event}{RATE}", f"{vocabulary.label(event)} rate", "secondary", "proportion", event)


def _event(name: str, logged: dict[str, str]) -> str | None:
    """The study's name of an event that was said as the log writes it, or as the study does, or by its rate."""
    by_level = {level: ours for ours, level in logged.items()}
    alike = {each.casefold(): ours for ours, level in logged.items() for each in (ours, level)}
    found = by_level.get(name) or (name if name in logged else alike.get(name.strip().casefold()))
    return found or (name.removesuffix(RATE) if name.removesuffix(RATE) in logged else None)


def _named(table: "SourceTable", name: str, logged: dict[str, str], option: str) -> str:
    found = _event(name, logged)
    if found:
        return found
    near = nearest(name, logged.values())
    raise ReportError(
        f"{table.called} holds no event '{vocabulary.printable(name)}'"
        + ", and no such column of amounts" * (option != "--exposure"),
        got=f"{option} {vocabulary.printable(name)}",
        expected=", ".join(map(vocabulary.printable, [*logged.values()][:30])),
        remedy=f"did you mean {' or '.join(repr(vocabulary.printable(each)) for each in near)}?" if near else None,
    )


def _amounts(table: "SourceTable", column: Column, money: Column | None, option: str) -> Column:
    """The column of amounts, of which a log has one."""
    if money is not None and column is not money:
        why = f"a log has one column of amounts, and that is '{vocabulary.printable(money.name)}'"
    elif not column.numeric:
        why = "its values are no numbers"
    elif column.constant:
        why = "it holds one value in all rows"
    else:
        return column
    raise ReportError(
        f"{table.called}: {option} {vocabulary.printable(column.name)} cannot be an outcome", got=why,
        expected="an event of the log, or the column of its amounts",
    )  # fmt: skip
