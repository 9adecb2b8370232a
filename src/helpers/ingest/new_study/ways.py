"""The way through the events of a log: where it begins, which event it leads to, and what lies between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.ingest.counts.dates import step_of
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST_STEPS = 6
ALL = 0.95
"""Share of the units that everybody is: an event that so many reach is where the way begins, and no goal."""
TOGETHER = 0.8
"""A step is one that this share of those who reach the goal took before."""
RARE = 0.005
"""An event that a smaller share of the units reaches is no goal."""


ENOUGH = 50_000
"""Of so many units all are looked at, of more about as many; how many there are is then an estimate."""


def some(table: "SourceTable", unit: Column) -> tuple[str, int]:
    """SQL of the rows of about :data:`ENOUGH` units, and how many units each of these stands for."""
    stands = max(1, unit.distinct // ENOUGH)
    return (f"hash({table.text(unit.name)}) % {stands} = 0" if stands > 1 else "true"), stands


def days_apart(table: "SourceTable", time: Column) -> int:
    """How many days lie between the dates of a column: 7 where these are of weeks, told by their first day."""
    found: Any = table.rows(
        f"select distinct date_trunc('day', {moment_of(table, time)})::date from {{table}} order by 1"
    )
    return step_of([day.toordinal() for (day,) in found if day is not None])


@dataclass(frozen=True)
class Walked:
    """An event as units meet it: how many do, how many other events each of them met before, the share that met the variant here,
    and the share of its rows with an amount other than 0."""

    name: str
    units: int
    before: float
    variants: float
    paid: float


def walked(
    table: "SourceTable", unit: Column, time: Column, event: Column, variant: Column | None, money: Column | None, logged: Mapping[str, str]
) -> dict[str, Walked]:  # fmt: skip
    """Each event of the log by the study's name, in the order in which units meet it."""
    moment, (looked, stands) = moment_of(table, time), some(table, unit)
    from helpers.ingest.new_study import not_yet

    nothing = ", ".join(map(literal, sorted(not_yet.words(variant)))) if variant else ""
    arm = f"count(*) filter (lower({table.text(variant.name)}) not in ({nothing}))" if variant else "0"
    amount = f"count(*) filter ({table.value(money.name)} <> 0)" if money else "0"
    found: list[Any] = list(
        table.rows(
            f"""with met as (
                select {table.text(unit.name)} as who, {table.text(event.name)} as what, min({moment}) as first_at, count(*) as n, {arm} as arms,
                    {amount} as amounts
                from {{table}} where {looked} and {table.text(unit.name)} is not null and {table.text(event.name)} is not null group by 1, 2),
            placed as (select *, rank() over (partition by who order by first_at) - 1 as before from met)
            select what, count(*), avg(before), avg((arms > 0)::integer), sum(amounts) / sum(n) from placed group by 1 order by 3, 2 desc, 1"""
        )
    )
    names = {level: name for name, level in logged.items()}
    return {
        names[what]: Walked(names[what], int(n) * stands, float(b or 0), float(v or 0), float(p or 0))
        for what, n, b, v, p in found
    }


def moment_of(table: "SourceTable", time: Column) -> str:
    """SQL of a moment that can be ordered."""
    from helpers.ingest.sql import quoted
    from helpers.ingest.values import times_sql

    kind = table.parts.types[time.name]
    return times_sql.moment(quoted(time.name) if kind != "VARCHAR" else table.text(time.name), kind, time.times)


def start_of(way: Mapping[str, Walked], units: int) -> str:
    """Where units enter the experiment: the event that alone tells their variant, else the first that all of them meet."""
    telling = [w for w in way.values() if w.variants > 0]
    if len(telling) == 1 and len(way) > 1:
        return telling[0].name
    every = [w for w in way.values() if w.units >= ALL * units]
    return min(every, key=lambda w: (w.before, -w.units, w.name)).name if every else ""


def goal_of(way: Mapping[str, Walked], start: str, undone: Sequence[str], units: int) -> str:
    """The event that a business wants: one that is paid for, one that is called so, else the last that units come to."""
    apart = [w for w in way.values() if w.name != start and w.name not in undone and w.units < ALL * units]
    able = [w for w in apart if w.units >= RARE * units] or apart
    able = [w for w in able if vocabulary.UNDONE.isdisjoint(vocabulary.tokens(w.name))] or able
    if not able:
        return ""
    paid = [w for w in able if w.paid > ALL]
    paid = paid if len(paid) < len(apart) or len(apart) == 1 else []  # an amount in every row is a price
    called = [w for w in paid or able if vocabulary.touches(w.name, vocabulary.GOAL)]
    return max(called or paid or able, key=lambda w: (w.before, -w.units, w.name)).name


def between(
    table: "SourceTable", unit: Column, event: Column, way: Mapping[str, Walked], start: str, goal: str, logged: Mapping[str, str]
) -> tuple[str, ...]:  # fmt: skip
    """The steps from the start to the goal: what most of those who reach the goal met on their way."""
    inner = [
        w for w in way.values() if w.name not in (start, goal) and way[start].before <= w.before < way[goal].before
    ]
    if not inner:
        return start, goal
    did = [f"bool_or({table.text(event.name)} = {literal(logged[w.name])})" for w in inner]
    asked = ", ".join(f"avg(({each})::integer)" for each in (f"s{i}" for i in range(len(inner))))
    seen = ", ".join(f"{each} as s{i}" for i, each in enumerate(did))
    reached = f"bool_or({table.text(event.name)} = {literal(logged[goal])})"
    found = table.rows(
        f"select {asked} from (select {seen} from {{table}} where {some(table, unit)[0]} group by {table.text(unit.name)} having {reached})"
    )[0]
    kept = [w.name for w, share in zip(inner, found, strict=True) if float(share or 0) >= TOGETHER]  # type: ignore[arg-type]
    return (start, *kept[-(MOST_STEPS - 2) :], goal)
