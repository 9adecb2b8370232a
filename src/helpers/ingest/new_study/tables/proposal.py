"""The proposal for several tables: what each is, and what is measured of the units that were assigned."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from helpers.config import ASSIGNED
from helpers.config.base import TAKEN as FILES
from helpers.config.columns import TAKEN
from helpers.config.levels import LEAVE_OUT
from helpers.config.tables import NOT_FACTS
from helpers.errors import several
from helpers.ingest.new_study import (
    answered,
    asking,
    coins,
    currency,
    doubts,
    experiments,
    log,
    measures,
    minor_units,
    nobody,
    paying,
    pieces_asked,
    refunds,
    roles,
    row_times,
    spellings,
    statuses,
    timeless,
    tolerances,
    unused,
    vocabulary,
    zones,
)
from helpers.ingest.new_study.profile import Column, exact
from helpers.ingest.new_study.proposal import Arm, Noted, RoleProposal, StudyProposal
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.tables import facts, measured
from helpers.ingest.new_study.tables.facts import FactColumns
from helpers.ingest.new_study.tables.parts import Divided, is_attribute
from helpers.ingest.new_study.tables.seen import TableSeen
from helpers.ingest.new_study.units import as_said
from helpers.ingest.new_study.weights import weights
from helpers.ingest.sql import quoted
from helpers.ingest.values.currency_names import note_of

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

RESERVED = {*TAKEN, *FILES, ASSIGNED, "user_id", "variant", "event_time", "event_id", "event_name", "price", "shown", "ingested_at",
            "experiment_id", "duration_sec", "order_id", "coupon", "session_id", "product_id", "category"}  # fmt: skip
"""Names that an attribute cannot have."""
LONGEST_HISTORY = timedelta(days=28)
"""What was done so long before the start may be a covariate."""
LONGEST_ENROLMENT = timedelta(days=400)
"""For longer no experiment assigns."""
LONG_AFTER = timedelta(days=30)
"""Facts that go on for so long after the last assignment are asked about."""
CHANGING = 0.05
"""Share of the units for which an attribute may change."""


def drafted(found: Divided, said: Said, ask: asking.Ask | None) -> StudyProposal:
    """What the tables say each by itself; raises for what was said of them and cannot be.

    All repeats are tolerated in it, so that they can be joined; beside it stands what is asked of those that may be none.
    """
    source, variant = found.assignments.source, found.variant
    columns = found.assignments.columns
    pooled = experiments.question(columns, said)
    said = asking.settled(said, pooled, ask)
    experiments.refuse_pooled(source, pooled, said)
    where: Noted = ("", "")
    if said.experiment:
        sql, teller = experiments.condition(source, columns, said.experiment, log=False)
        where = sql, f"column '{vocabulary.printable(teller.name)}', {said.how('experiment')}"
        found = _narrowed(found, sql, said)
    asked: list[str] = []
    if none := nobody.of(source, found.assignments.rows, columns, found.unit):
        where = (
            f"({where[0]}) and {none.where}" if where[0] else none.where,
            "; ".join(filter(None, (where[1], none.told))),
        )
        found = _narrowed(found, where[0], said)
        asked.append(none.asked)
    source, columns = found.assignments.source, found.assignments.columns
    variant = next(c for c in columns if c.name == variant.name)
    unit = exact(source, found.unit)
    found = replace(found, joined=replace(found.joined, unit=unit))
    by_units = log.by_units(source, found.unit, variant)
    cleared, written, _ = roles.meant(by_units)
    said = answered.control(source, said, cleared, ask, "units")
    arms, why = log.arms_of(cleared, (said.control or "", said.how("control")))
    time = _time_of_assignments(found, said)
    taken = {*NOT_FACTS}
    told: list[FactColumns] = []
    for number in found.facts:
        told.append(facts.of(found.others[number], found.joined.others[number], taken, said))
        taken |= {kind.name for kind in told[-1].kinds}
    metrics = measured.of(told, said)
    paid = [each for each in told if each.money]
    worth = _worth(paid)
    named, tables = _tables(found, told, time, where, worth.noted[0], said)
    moments = [c for c in (time, *(each.time for each in told)) if c is not None]
    faults = [c.asked for c in moments if c.asked is not None]
    if faults:
        raise several(faults)
    _refuse_without_moment(found, variant, time, told)
    start, end, period = _period(time, told, said)
    refunded = any(
        each.time and each.amount and refunds.found(each.table.source, each.unit, each.time, each.amount, "true", each.many)
        for each in paid
    )  # fmt: skip
    also = _also(source, found, by_units, written, arms)
    return StudyProposal(
        source="tables", mode="online", negative=refunded, rows=sum(seen.rows for seen in (found.assignments, *found.others)),
        arms=tuple(arms), weights=weights(arms), also=also, columns={},
        start=start, end=end, baseline=start - LONGEST_HISTORY, period=period, metrics=metrics, segments=tuple(named), tables=tables,
        steps=(ASSIGNED, metrics[0].event), window_hours=max(1, min(168, int((end - start).total_seconds() // 3600))),
        revenue=next((m.name for m in metrics if m.unit == "money"), ""), currency=worth.noted, control=said.note("control", ""),
        money_digits=max((minor_units.digits(each.table.source, [each.amount]) for each in paid if each.amount), default=0),
        tolerate={"repeated": (1.0, "".join(q for each in told for q in _alike(each)))}, said=said.options, suspicious=_unused(found, told, tables), assumed=_assumed(found, told, arms, why, time, start, end, named, said, worth, refunded),
        first=(*asked, *spellings.of_arms(arms, also), *_first(found, told, arms, why, time, said, worth)),
    )  # fmt: skip


def _refuse_without_moment(found: Divided, variant: Column, time: Column | None, told: Sequence[FactColumns]) -> None:
    """Raise where an assignment, or a fact, has no moment, or one that stands for none."""
    source = found.assignments.source
    at = [(source, time, [found.unit, variant], variant), *((f.table.source, f.time, [f.unit], None) for f in told)]
    for table, moment, telling, by in at:
        if moment is not None:
            timeless.refuse_gap(table, moment)
            timeless.refuse(table, moment, telling, by)


def _narrowed(found: Divided, where: str, said: Said) -> Divided:
    """The same with the assignments alone for which a condition holds."""
    given = found.assignments
    seen = TableSeen.of(given.given, given.source.narrowed(where), said, given.where)
    unit = next(c for c in seen.columns if c.name == found.unit.name)
    return replace(found, assignments=seen, joined=replace(found.joined, unit=unit))


def _worth(paid: Sequence[FactColumns]) -> currency.Proposed:
    """The currency of the amounts, and what is asked of them; nothing of amounts in the smallest coins, as which they are read."""
    amount = paid[0].amount if paid else None
    if amount is None:
        return currency.Proposed()
    first = paid[0]
    found = currency.of(first.table.source, [amount], key=f"data.facts.{first.event}")
    if not coins.are_minor([amount], found.noted[0]):
        return found
    note = note_of(amount.name, found.noted[0], key=f"data.facts.{first.event}")
    return replace(found, first=tuple(line for line in found.first if not note or note not in line))


def _time_of_assignments(found: Divided, said: Said) -> Column | None:
    """When units were assigned; the day on which each signed up, or what spans years, is another time."""
    seen = found.assignments
    free = [c for c in seen.columns if c.name not in (found.unit.name, found.variant.name)]
    fit = [c for c in free if c.first and c.last and c.last - c.first <= LONGEST_ENROLMENT]
    fit = [c for c in fit if not row_times.is_of_arms(seen.source, c, found.variant)]
    return seen.told(said.time) or facts.time_of([c for c in fit if not facts.LATER & set(vocabulary.tokens(c.name))])


def _tables(
    found: Divided, told: list[FactColumns], time: Column | None, where: Noted, coin: str, said: Said
) -> tuple[dict[str, str], tuple[RoleProposal, ...]]:
    """The segments, and each table as a study states it."""
    segments: dict[str, str] = {}
    attributes = _attributes(
        found.assignments, found.unit, {found.unit.name, found.variant.name, time.name if time else ""}, segments, said
    )
    unit, variant = found.unit, found.variant
    columns: dict[str, Noted] = {
        "user_id": (unit.name, said.note("unit", f"{unit.distinct:,} units in {unit.filled:,} rows"))
    }
    columns["variant"] = (variant.name, said.note("variant", f"{variant.distinct} levels"))
    columns |= {"event_time": (time.name, said.note("time", ""))} if time else {}
    made = [_role("assignments", "assignments", found.assignments, columns | attributes, time, where=where)]
    for each in told:
        number = found.others.index(each.table)
        columns = {"user_id": (each.unit.name, found.joined.evidence(number))}
        columns |= {"event_time": (each.time.name, "")} if each.time else {}
        columns |= (
            {"event_id": (each.key.name, f"{each.key.distinct:,} different values in {each.key.filled:,} rows")}
            if each.key
            else {}
        )
        columns |= {"price": (each.amount.name, said.note("money", "the amount of a row"))} if each.amount else {}
        roles_of = [_role("facts", kind.name, each.table, columns, each.time, where=kind.where) for kind in each.kinds]
        if each.money and each.amount and coins.are_minor([each.amount], coin):
            roles_of = [replace(role, money_in=coins.noted([each.amount], coin)) for role in roles_of]
        if each.many:
            roles_of = [replace(role, times=each.many.name) for role in roles_of]
        made += roles_of
    if found.describes is not None:
        seen, key = found.others[found.describes], found.joined.others[found.describes]
        columns = {"user_id": (key.name, found.joined.evidence(found.describes))}
        columns |= _attributes(seen, key, {key.name}, segments, said)
        made.append(_role("units", "units", seen, columns, None))
    return segments, tuple(made)


def _role(
    role: str, name: str, seen: TableSeen, columns: dict[str, Noted], time: Column | None, where: Noted = ("", "")
) -> RoleProposal:
    from helpers.ingest.new_study.writing import place_of

    if seen.where:
        sql = f"({seen.where}\n) and {where[0]}" if where[0] else seen.where
        where = sql, "; ".join(filter(None, ("as you said", where[1])))
    return RoleProposal(
        role, name, place_of(seen.source.place), columns, f"{seen.rows:,} rows", where, roles.time_format(time)
    )


def _attributes(
    seen: TableSeen, unit: Column, taken: set[str], segments: dict[str, str], said: Said
) -> dict[str, Noted]:
    """Columns that describe a unit, by the names that a study gives them; they are added to the ``segments``."""
    found: dict[str, Noted] = {}
    for column in seen.columns:
        stated = column.name == said.cluster
        room = len(segments) < measures.MOST_SEGMENTS
        if column.name in taken or not (stated or (room and is_attribute(column) and _steady(seen, column, unit))):
            continue
        called = vocabulary.slug_of_column(column.name, RESERVED, {*segments, *found})
        found[called] = (column.name, said.how("cluster") if stated else f"{column.distinct} levels")
        if not stated:
            segments[called] = column.name
    return found


def _steady(seen: TableSeen, column: Column, unit: Column) -> bool:
    """Whether a column has one level a unit: what changes from row to row describes the row."""
    if unit.distinct >= unit.filled:
        return True
    text, key = seen.source.text(column.name), seen.source.text(unit.name)
    several = seen.source.number(
        f"select avg((levels > 1)::integer) from (select count(distinct {text}) as levels from {{table}} where {key} is not null group by {key})"
    )
    return several <= CHANGING


def _period(time: Column | None, told: list[FactColumns], said: Said) -> tuple[datetime, datetime, str]:
    if said.period:
        return *said.period, said.how("period")
    dated = [each.time for each in told if each.time and each.time.last]
    firsts = [time.first] if time and time.first else [c.first for c in dated if c.first]
    lasts = [c.last for c in (time, *dated) if c is not None and c.last is not None]
    if not firsts or not lasts:
        from helpers.config.assumed import NO_TIME, NO_TIME_LASTS

        return NO_TIME, NO_TIME + NO_TIME_LASTS, "ASSUMED: the tables hold no times; replace both"
    start, end = (datetime(t.year, t.month, t.day) for t in (min(firsts), max(lasts)))
    why = (
        "from the first assignment to the last row of any table; the end is excluded"
        if time
        else "ASSUMED: the first to the last row, for the assignments have no time; when did it start?"
    )
    return start, end + timedelta(days=1), why


def _also(
    source: "SourceTable", found: Divided, variant: Column, written: dict[str, str], arms: list[Arm]
) -> dict[str, Noted]:
    """Levels beside those of the arms: other spellings, and the empty field, whose units are no part of the experiment."""
    counts = dict(variant.levels)
    by_level = {arm.level: arm.name for arm in arms}
    also = {level: (by_level[of], f"{counts[level]:,} units") for level, of in written.items()}
    empty = int(source.number(f"select count(*) from {{table}} where {source.text(found.variant.name)} is null"))
    return also | ({"": (LEAVE_OUT, f"{empty:,} rows have no variant: why?")} if empty else {})


def _unused(found: Divided, told: list[FactColumns], tables: tuple[RoleProposal, ...]) -> tuple[Noted, ...]:
    used = {(str(t.place["path"]), theirs) for t in tables for theirs in (*(c for c, _ in t.columns.values()), t.times)}
    asked = " ".join(t.where[0] for t in tables)
    left: list[Noted] = []
    for seen in (found.assignments, *found.others):
        for column in seen.columns:
            if (seen.source.place.path, column.name) not in used and quoted(column.name) not in asked:
                left.append((f"{seen.called}: {column.name}", unused.reason(column, whole=False)))
    for each in told:
        left += [
            (f"{each.table.called}: {level}", f"not used: more than {facts.MOST_KINDS} kinds of facts")
            for level in each.left
        ]
    return tuple(left)


def _assumed(
    found: Divided, told: list[FactColumns], arms: list[Arm], why: str, time: Column | None, start: datetime, end: datetime,
    segments: dict[str, str], said: Said, paid: currency.Proposed, refunded: bool,
) -> tuple[str, ...]:  # fmt: skip
    def column(each: Column) -> str:
        return f"'{vocabulary.printable(each.name)}'"

    lines = [
        f"assignments: {found.assignments.called} ({found.assignments.rows:,} rows), for its column {column(found.variant)} holds the"
        f" variant{as_said(said, 'variant')}; {why}",
        f"unit: column {column(found.unit)}, {found.unit.distinct:,} units{as_said(said, 'unit')}",
        f"time: {f'column {column(time)} of the assignments ({roles.read_as(time)}UTC)' if time else 'the assignments have none, so all units count from the start'}"
        f", {f'{start} to {end}' if said.period else f'{start:%Y-%m-%d} to {end - timedelta(days=1):%Y-%m-%d}'}{as_said(said, 'time', 'period')}",
        f"weights: {weights(arms)}",
    ]
    for each in told:
        parts = [f"unit {column(each.unit)}, {found.joined.evidence(found.others.index(each.table))}"]
        parts += [f"time {column(each.time)}" if each.time else "no time, so all rows count as after the assignment"]
        parts += (
            [f"amount {column(each.amount)}" + (f" times {column(each.many)}" if each.many else "")]
            if each.amount
            else []
        )
        parts += [f"id {column(each.key)}"] if each.key else ["no id, so rows that are equal in all columns are one"]
        kinds = f", each of {', '.join(kind.name for kind in each.kinds)} an event" if len(each.kinds) > 1 else ""
        lines.append(f"facts: {each.table.called} ({each.table.rows:,} rows){kinds}: {'; '.join(parts)}")
    if found.describes is not None:
        seen, key = found.others[found.describes], found.joined.others[found.describes]
        lines.append(
            f"units: {seen.called} ({seen.rows:,} rows), a row a unit: unit {column(key)}, {found.joined.evidence(found.describes)}"
        )
    lines += [
        f"rows of {seen.called}: {said.how('where')}: {seen.source.parts.notes[-1]}"
        for seen in {each.given: each for each in (found.assignments, *found.others)}.values() if seen.where
    ]  # fmt: skip
    lines += [f"currency: {paid.noted[0]}, {paid.noted[1]}"] if paid.noted[1] else []
    minor = [
        each.amount for each in told if each.money and each.amount and coins.are_minor([each.amount], paid.noted[0])
    ]
    lines += [coins.line(minor, paid.noted[0])] if minor else []
    lines += ["refunds: amounts below zero take back what their unit paid before, and lower sums"] if refunded else []
    return (*lines, f"segments: {', '.join(segments) or 'none'}")


def _first(
    found: Divided, told: list[FactColumns], arms: list[Arm], why: str, time: Column | None, said: Said, paid: currency.Proposed,
) -> tuple[str, ...]:  # fmt: skip
    asked = list(paid.first)
    for each in told:
        if each.amount:
            totals = doubts.totals_of_orders(
                each.table.source,
                each.table.columns,
                each.amount.name,
                of=(each.unit.name, each.time.name if each.time else ""),
            )
            asked += [f"{each.table.called}: does a total count once for each order? {line}" for line in totals]
            asked += [f"{each.table.called}: {paying.multiplied(each.amount, each.many)}"] if each.many else []
            off = (
                pieces_asked.discounted(each.table.source, each.table.columns, each.amount, each.many)
                if each.money
                else []
            )
            asked += [
                f"{each.table.called}: {line}" for line in (*off, *(facts.beside(each) if "money" not in said else []))
            ]
    if "control" not in said:
        asked.append(f"Is the control right? {why[0].upper()}{why[1:]}.")
    if time is None:
        asked.append(
            f"When was each unit assigned? {found.assignments.called} tells no time of it, so all of them count from period.start."
        )
    lasts = [each.time.last for each in told if each.time and each.time.last]
    if time and time.last and lasts and not said.period and max(lasts) > time.last + LONG_AFTER:
        asked.append(
            f"Does all count that was done until {max(lasts):%Y-%m-%d}? The last unit was assigned on {time.last:%Y-%m-%d}: within_days at a"
            " metric, or an earlier end of the period, gives each unit its time."
        )
    for each in told:
        asked += zones.between(
            found.assignments.source, time, each.table.source, each.time, key=f"data.facts.{each.event}"
        )
        if each.time is None:
            asked.append(
                f"Do all rows of {each.table.called} lie after the assignment? It has no time, so nobody can tell; they are counted."
            )
        asked += _alike(each)
        if each.undone:
            asked.append(f"{each.table.called}: {each.undone}.")
        if each.amount:
            told_of = statuses.refunds(each.table.source, each.table.columns, each.amount.name)
            asked += [f"{each.table.called}: {line}" for line in told_of]
            asked += _given_back(each, told)
    return tuple(asked)


def _given_back(each: FactColumns, told: list[FactColumns]) -> list[str]:
    """What is asked of amounts that a table of refunds gives back of those of another table."""
    paid = next((m for m in told if m is not each and m.money and not statuses.gives_back(m.table.name)), None)
    if paid is None or paid.amount is None or each.amount is None or not statuses.gives_back(each.table.name):
        return []
    of, amount = (
        f"'{vocabulary.printable(c.name)}' of {t.table.called}" for t, c in ((paid, paid.amount), (each, each.amount))
    )
    return [f"Is {amount} to be taken off {of}? Nothing takes it off: what is told of {paid.table.called} is gross."]


def _alike(each: FactColumns) -> list[str]:
    """What is asked of rows of days that are equal in all columns, where no id tells them apart."""
    if each.key or each.time is None or each.time.dates < each.time.moments:
        return []
    source = each.table.source
    columns = ", ".join(quoted(c.name) for c in each.table.columns)
    repeats = int(source.number(f"select count(*) - count(distinct hash({columns})) from {{table}}"))
    if not repeats:
        return []
    return [
        f"Are {repeats:,} of {each.table.rows:,} rows of {each.table.called} copies, which equal another one in all columns? Its times are"
        " days, so they may be two of one day, and a run refuses them: name the column of an id (event_id), or have them dropped:"
        f" data.tolerate.repeated: {tolerances.tolerated(repeats, each.table.rows)}."
    ]
