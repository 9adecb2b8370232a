"""The proposal for a file that is no experiment: what is there is described, and a test planned on it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.config import columns as columns_of
from helpers.config.descriptive import MODE
from helpers.config.reserved import OF_SQL, OF_THE_MARTS
from helpers.errors import ReportError
from helpers.ingest.new_study import (
    contradictions,
    currency,
    lifetimes,
    log,
    measures,
    minor_units,
    nothing,
    roles,
    tolerances,
    units,
    vocabulary,
)
from helpers.ingest.new_study.asking import Question
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Measure, Noted, StudyProposal
from helpers.ingest.new_study.said import Said

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

CAN_BE = "data quality, funnel, segments, how long units stay, and the plan of a test"
"""What can be done with a file that is no experiment."""
TOLD = f"no experiment: no column holds a variant, so nobody got anything else; --descriptive describes the file instead: {CAN_BE}"
"""What is said where an uplift is planted into it."""
MOST_NUMBERS = 10
"""A column of numbers with more of them is no attribute with levels."""
NO_ARMS = "may hold a variant, and nothing is compared: leave --descriptive out to compare its arms"
"""What is said of a column that looks like one of an experiment."""
PLANT, DESCRIBE, STOP = "plant", "describe", "stop"


def question(table: "SourceTable") -> Question:
    """What is asked of a log without a variant."""
    return Question(
        MODE,
        f"{table.called} is no experiment: no column holds a variant. What is to be done with it?",
        (
            (PLANT, "split it by hash and plant an uplift, to try the machinery"),
            (DESCRIBE, f"{CAN_BE}; nothing is planted"),
        ),
    )


def question_of_table(table: "SourceTable") -> Question:
    """What is asked of a table without a variant."""
    return Question(
        MODE,
        f"{table.called} is no experiment: no column holds a variant. What is to be done with it?",
        ((DESCRIBE, CAN_BE), (STOP, "another column does (--variant COLUMN), or the assignment is to be joined")),
    )  # fmt: skip


def of_log(
    table: "SourceTable", rows: int, columns: list[Column], unit: Column, time: Column, event: Column, said: Said
) -> StudyProposal:
    """A log described: the funnel, segments and metrics of a log that somebody treats, and nobody treated."""
    arms = _arms(columns, said)
    kept = [c for c in columns if c not in arms]
    found = log.propose(table, rows, kept, unit, time, event, None, said)
    told = tuple(_none_planted(line) for line in found.assumed)
    found = replace(found, suspicious=(*((c.name, NO_ARMS) for c in arms), *found.suspicious))
    return replace(
        found,
        mode=MODE,
        arms=(),
        weights="",
        assumed=told,
        metrics=tuple(replace(m, covariate=False) for m in found.metrics),
    )


def _arms(columns: Sequence[Column], said: Said) -> list[Column]:
    """Columns that may hold a variant, and are none of what somebody named."""
    return [c for c in roles.variants_of(columns) if c.name not in said.named]


def event_of(table: "SourceTable", columns: Sequence[Column], unit: Column, said: Said) -> Column | None:
    """The column that says what happened where no name tells it: a few words, of which most units with several rows have several."""
    arms = _arms(columns, said)
    words = [c for c in columns if c.words and c.filled > 0.9 * c.rows and c.name not in said.named and c not in arms]
    key = table.text(unit.name)
    for column in words:
        several, repeat = table.rows(
            f"select count(*) filter (k > 1), count(*) from (select count(distinct {table.text(column.name)}) as k, count(*) as n"
            f" from {{table}} where {key} is not null group by {key}) where n > 1"
        )[0]
        if 2 * int(several) > int(repeat):  # type: ignore[call-overload]
            return column
    return None


def _none_planted(line: str) -> str:
    return "no experiment, as you said: nothing is compared" if line.startswith("variant: no") else line


def of_units(
    table: "SourceTable", rows: int, columns: list[Column], unit: Column | None, time: Column | None, said: Said
) -> StudyProposal:
    """A unit table described: outcomes by name, or how long units stay and whether they have gone.

    Raises :class:`~helpers.errors.ReportError` where nothing tells an outcome, or rows repeat a unit.
    """
    if unit is not None and unit.distinct < 0.9 * unit.filled:
        raise _repeats(table, unit)
    stated = [contradictions.outcome_of(table, columns, name, "--primary" if name == said.primary else "--outcome", None)
              for name in said.measured]  # fmt: skip
    money, arms = said.column("money", columns), _arms(columns, said)
    free = [c for c in columns if all(c is not role for role in (unit, time, money, *stated, *arms))]
    stay = lifetimes.of_table(table, [*free, *stated])
    ended = [stay.ended] if stay and stay.ended not in stated else []
    free = [c for c in free if not stay or c not in (stay.lasted, stay.ended)]
    first = [*stated, *ended] if stated else ended
    kinds = measures.sort(table, free)
    kinds = measures.with_stated(
        measures.sure(kinds, stated), first, [money] if money and money not in stated else [], alone=bool(said.outcomes)
    )
    if not kinds.outcomes:
        raise _no_outcome(table, kinds.left)
    ranked = _telling(table, [c for c in free if all(c is not o for o in kinds.outcomes)], kinds.outcomes[0])
    kinds = replace(kinds, segments=tuple(ranked[: measures.MOST_SEGMENTS]))
    names: dict[str, str] = {}
    for column in kinds.outcomes:
        names[column.name] = vocabulary.slug(column.name, {*names.values(), "exposed"})
    lasted = vocabulary.slug(stay.lasted.name, {*names.values(), "exposed"}) if stay else ""
    metrics = tuple(
        replace(_measure(c, names[c.name], "secondary" if i else "primary", money, said), zero=nothing.zero(table, c))
        for i, c in enumerate(kinds.outcomes)
    )
    segments: dict[str, Column] = {}
    for column in kinds.segments:
        segments[
            vocabulary.slug_of_column(column.name, {*units.TAKEN, *columns_of.TAKEN, *OF_THE_MARTS, *OF_SQL}, segments)
        ] = column
    mapped: dict[str, Noted] = {
        n: (c.name, _seen(n, c)) for n, c in {"user_id": unit, "event_time": time, **segments}.items() if c
    }
    start, end, period = (*said.period, said.how("period")) if said.period else units.period_of(time)
    wrong = max((c.filled - c.numbers for c in kinds.outcomes if not c.in_words), default=0)
    faults = {
        "malformed_line": table.malformed,
        "missing_id": rows - unit.filled if unit else 0,
        "wrong_type": wrong,
        "duplicate_unit": unit.filled - unit.distinct if unit else 0,
    }
    tolerate = {
        k: (tolerances.tolerated(n, rows + table.malformed), f"{n:,} of {rows:,} rows") for k, n in faults.items() if n
    }
    paid = currency.of(table, [c for m, c in zip(metrics, kinds.outcomes, strict=True) if m.unit == "money"])
    revenue = next((m.name for m in metrics if m.unit == "money"), "")
    return StudyProposal(
        source="units", mode=MODE, rows=rows, arms=(), weights="", columns=mapped, start=start, end=end, period=period,
        time_format=roles.time_format(time), metrics=metrics, segments=tuple(segments), tolerate=tolerate, revenue=revenue,
        outcomes={names[c.name]: (c.name, units._outcome_seen(c, said)) for c in kinds.outcomes}
        | ({lasted: (stay.lasted.name, "how long each unit has been there")} if stay else {}),
        negative=any(c.negative for c in stated), currency=paid.noted, lifetime=(lasted, names[stay.ended.name], *stay.noted) if stay else (),
        money_digits=minor_units.digits(table, kinds.outcomes, money),
        suspicious=(*((c.name, NO_ARMS) for c in arms), *((c.name, why) for c, why in kinds.left if c not in kinds.segments)),
        assumed=(
            f"grain: unit table, one row a unit ({rows:,} rows)",
            "no experiment, as you said: nothing is compared",
            f"unit: column '{vocabulary.printable(unit.name)}', {unit.distinct:,} units" if unit
            else "unit: no column names it, so every row is a unit of its own; equal rows are different units",
            f"metrics: {units.measured(metrics, units.how_said(metrics, kinds.outcomes, said))}",
            *([f"lifetime: {stay.told}"] if stay else []),
            f"segments: {', '.join(segments) or 'none'}" + ", those first whose levels differ most in the primary metric" * bool(segments),
            *tolerances.said(tolerate),
        ),
        first=(
            *nothing.asked(table, kinds.outcomes),
            *(["Is the primary metric what the business wants to change?"] if "primary" not in said else []),
            *([stay.first] if stay else []),
            *tolerances.asked(tolerate),
            "How many units come a month? State economics.exposed_units_per_month, and the plan of a test tells its weeks.",
        ),
    )  # fmt: skip


def _measure(column: Column, name: str, role: str, money: Column | None, said: Said) -> Measure:
    made = measures.metric(column, name, role, ("money", said.how("money")) if column is money else ("", ""))
    return replace(made, better="lower" if vocabulary.touches(column.name, lifetimes.ENDED) else "")


def _seen(role: str, column: Column) -> str:
    return f"{column.distinct:,} units" if role == "user_id" else f"{column.distinct} levels" if column.levels else ""


def _telling(table: "SourceTable", columns: Sequence[Column], outcome: Column) -> list[Column]:
    """Columns with a few levels, those first between whose levels the outcome differs most (the share of its variance)."""
    few = [c for c in columns if measures.is_segment(c) and not (c.numeric and c.distinct > MOST_NUMBERS)]
    value = f"({_number(table, outcome)})::double"

    def between(column: Column) -> float:
        """Epsilon squared: what the levels explain beyond what so many levels explain by chance."""
        explained, within, levels, units = table.rows(
            "select coalesce(var_pop(m), 0), coalesce(avg(w), 0), count(distinct t), count(*) from (select t, avg(v) over (partition by t)"
            f" as m, power(v - avg(v) over (partition by t), 2) as w from (select {table.text(column.name)} as t, {value} as v"
            " from {table}) where v is not null)"
        )[0]
        n, k, inside, outside = int(units), int(levels), float(within), float(explained)  # type: ignore[call-overload, arg-type]
        chance = (k - 1) * inside / max(1, n - k)
        return (outside - chance) / (outside + inside) if outside + inside > 0 else 0.0

    return sorted(few, key=lambda c: (-round(between(c), 9), c.position))


def _number(table: "SourceTable", column: Column) -> str:
    return lifetimes.truth(table, column) if column.in_words or column.binary else table.value(column.name)


def _repeats(table: "SourceTable", unit: Column) -> ReportError:
    return ReportError(
        f"{table.called}: its rows repeat a unit, and no column names the event",
        got=f"{unit.filled:,} rows of {unit.distinct:,} units in '{vocabulary.printable(unit.name)}'",
        expected="one row a unit, or one row an event with a column that says what happened",
        remedy="name that column (--event COLUMN), or another unit (--unit COLUMN); else sum the rows up to one a unit",
    )


def _no_outcome(table: "SourceTable", left: Sequence[tuple[Column, str]]) -> ReportError:
    return ReportError(
        f"{table.called}: no column tells an outcome by its name, such as churned, purchases or revenue",
        got="; ".join(f"'{vocabulary.printable(c.name)}' {reason}" for c, reason in left[:6]) or "attributes alone",
        expected="0 and 1, yes and no, a count or money",
        remedy="name the column that a business wants to change: --primary COLUMN",
    )
