"""The proposal for an event log: one row an event, with its moment, its name and its unit."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from helpers.config.base import LONGEST
from helpers.config.columns import TAKEN
from helpers.config.levels import LEAVE_OUT
from helpers.errors import ReportError
from helpers.ingest.levels import NOTHING
from helpers.ingest.new_study import (
    certainty,
    clusters,
    contradictions,
    currency,
    cuts,
    event_ids,
    flaws,
    goals,
    measures,
    minor_units,
    not_yet,
    parts_of_dates,
    paying,
    pieces_asked,
    questions,
    refunds,
    results_of_rows,
    roles,
    spans,
    tolerances,
    unused,
    vocabulary,
    walks,
    ways,
)
from helpers.ingest.new_study import nothing as nothing_words
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Arm, Measure, Noted, Planned, StudyProposal
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.units import as_said, measured
from helpers.ingest.new_study.weights import weights

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

NAME = re.compile(r"^[a-z][a-z0-9_]*$")
IMPRESSIONS = {"exposure", "exposed", "impression", "assigned", "assignment", "enrolled", "bucketed"}
MOST_STEPS = 6
SKIPPED = 0.2
"""A step that a larger share of those who reach the last one never touch is optional."""


def propose(
    table: "SourceTable",
    rows: int,
    columns: list[Column],
    unit: Column,
    time: Column,
    event: Column,
    variant: Column | None,
    said: Said = Said(),  # noqa: B008
) -> StudyProposal:
    """A study of an event log: online where a column holds the variant, else offline with a planted uplift.

    What was ``said`` is taken as it was. Names of events that a study cannot hold, as vendors write them, are mapped. Raises
    :class:`~helpers.errors.ReportError` where there are fewer than two.
    """
    reached = _reached(table, unit, event)
    logged = _called(reached)
    events = {name: reached[level][0] for name, level in logged.items()}
    if len(events) < 2:
        raise ReportError(
            f"{table.called}: column '{vocabulary.printable(event.name)}' holds fewer than two names of events",
            got=", ".join(map(vocabulary.printable, reached)) or "nothing",
            expected="two or more names: a funnel has two steps",
            cause="another column names the events, or the log holds one kind of event only",
        )
    contradictions.in_period(table, time, said)
    results_of_rows.refuse(table, unit, time, event, variant, said)
    meant, others, nothing = roles.meant(by_units(table, unit, variant)) if variant else (None, {}, [])
    arms, why = (
        arms_of(meant, (said.control or "", said.how("control")))
        if meant
        else ([Arm("control", "", 0, 0.5), Arm("treatment", "", 0, 0.5)], "")
    )
    also = _also(table, unit, variant, arms, others, nothing) if variant else {}
    impression = next((e for e in events if not IMPRESSIONS.isdisjoint(vocabulary.tokens(e))), None)
    undone = [e for e in events if not vocabulary.UNDONE.isdisjoint(vocabulary.tokens(e))]
    early = not_yet.only_before(table, unit, time, event, variant, logged) if variant else []
    early = early if len([e for e in events if e not in (*early, *undone)]) >= 2 else []
    impression = None if impression in early else impression
    done = {e: n for e, n in events.items() if e not in (*undone, *early)}
    money = said.column("money", columns)
    goal = goals.of(table, columns, logged, said, money)
    way = _way(
        table,
        (unit, time, event, variant),
        paying.amounts_of(table, columns, money),
        logged,
        done if len(done) >= 2 else events,
        impression,
        early,
    )
    steps = goals.steps(way, list(events), goal)
    lasted = _of_units(table, unit, time)
    start, end = said.period or _period(lasted)
    walk = walks.of(table, unit, time, event, steps, logged, int((end - start).total_seconds() // 3600))
    steps, begins = walk.steps, logged[walk.steps[0]]
    results_of_rows.refuse_start(table, unit, event, variant, said, begins, reached[begins][0])
    optional = _skipped(table, unit, event, steps, logged)
    mapped = _mapped(table, columns, unit, time, event, variant, goal.money, said)
    many = paying.quantity(table, columns, mapped.get("price"))
    free = [c for c in columns if c is not many and c.name not in {m.name for m in mapped.values()}]
    taken = [c for c in columns if c not in free]
    cluster, doubted = (
        clusters.proposed(table, columns, (unit, *taken), variant, arms, said) if variant else (None, None)
    )
    free = [c for c in free if all(each is None or c is not each.column for each in (cluster, doubted))]
    segments = [c for c in free if cuts.fit(c) and _attribute(table, c, mapped, unit)][: measures.MOST_SEGMENTS]
    named: dict[str, Column] = {}
    for column in segments:
        named[vocabulary.slug_of_column(column.name, TAKEN, {*mapped, *named})] = column
    by = {vocabulary.slug_of_column(cluster.column.name, TAKEN, {*mapped, *named}): cluster.column} if cluster else {}
    carried = paying.by_event(table, event, mapped["price"], logged, many) if "price" in mapped else {}
    led = way if goal.last in way else steps
    decided = steps[-1] if goal.last or vocabulary.touches(steps[-1], vocabulary.GOAL) else ""
    revenue_of = paying.of(carried, decided, (steps[0], led[-1]), stated=goal.money is not None)
    metrics = goals.metrics(_metrics(steps[-1], revenue_of), goal)
    revenue_of = revenue_of if any(m.unit == "money" for m in metrics) else None
    tolerate = flaws.of_log(table, rows, unit, event, variant, mapped, logged, metrics)
    if goal.negative:
        tolerate.pop("negative_price", None)
    revenue = next((m.name for m in metrics if m.unit == "money" and not measures.harms(mapped["price"])), "")
    many = many if revenue else None
    refunded = 0
    if revenue and not goal.negative:
        paid_for = next(m.event for m in metrics if m.unit == "money")
        refunded = refunds.found(
            table, unit, time, mapped["price"], questions.is_level(table, event, logged[paid_for]), many
        )
        if refunded:
            tolerate.pop("negative_price", None)
    summed = [questions.is_level(table, event, logged[m.event]) for m in metrics if m.unit == "money"]
    paid = currency.of(table, [mapped["price"]], summed[0]) if summed else currency.Proposed()
    used = {c.name for c in (*mapped.values(), *named.values(), *by.values(), *([many] if many else []))}
    changing = [c.name for c in free if c.levels and not _attribute(table, c, mapped, unit)]
    in_doubt = {doubted.column.name: doubted.doubt} if doubted else {}
    suspicious = [
        (c, in_doubt.get(c.name) or unused.reason(c, changing) + parts_of_dates.as_times(table, c))
        for c in columns
        if c.name not in used
    ]
    suspicious += [(c, f"sentinel? {s}") for c in columns if (s := measures.sentinels(c))]
    first = ["Is the order of the funnel right, and is the last step what the business wants?"]
    if variant and "control" not in said:
        first = [f"Is the control right? {why[0].upper()}{why[1:]}.", *first]
    if undone and not set(undone) & set(steps):
        is_no = "are no steps, and take" if len(undone) > 1 else "is no step, and takes"
        first.append(
            f"{' and '.join(undone)} {is_no} nothing from what came before. If it should, write amounts below zero of the"
            " event that is undone, and data.negative: refund."
        )
    first = [
        *paid.first,
        *(revenue_of.asked if revenue_of else []),
        *(paying.asked(table, columns, mapped["price"], many, stated=goal.money is not None) if revenue else []),
        *(
            pieces_asked.discounted(table, [c for c in columns if c is not variant], mapped["price"], many)
            if revenue
            else []
        ),
        *nothing_words.asked(table, list(mapped.values())),
        *(spans.asked(lasted, said) if variant else []),
        *(not_yet.asked(table, unit, variant, nothing) if variant else []),
        *(each.first for each in (cluster, doubted) if each and "cluster" not in said),
        *first,
        *tolerances.asked(tolerate),
    ]
    if time.moments < rows:
        first.append(
            f"How are the times written that cannot be read ({rows - time.moments:,} of {rows:,} rows)? Say it under"
            " data.time_format, or correct them: no row is left out by itself."
        )
    return StudyProposal(
        source="log", mode="online" if variant else "offline", rows=rows, arms=tuple(arms),
        weights=weights(arms, vocabulary.printable(cluster.column.name) if cluster else "") if variant else "ASSUMED: nobody was treated; units are split by a salted hash",
        also=also, columns={n: (c.name, _as_said(n, c, said)) for n, c in (mapped | named | by).items()}, time_format=roles.time_format(time),
        start=start, end=end, period=said.note("period", "from the first to the last event; the end is excluded"), negative=goal.negative or refunded > 0, control=said.note("control", ""),
        metrics=metrics, segments=tuple(named), tolerate=tolerate, revenue=revenue, times=many.name if many else "", codes_of=nothing_words.codes_of(table, mapped.values()),
        money_digits=minor_units.digits(table, [mapped["price"]], goal.money) if "price" in mapped else 0,
        rate=reached[logged[metrics[0].event]][0] / unit.distinct if metrics[0].event in logged else 0,
        cluster=cluster.noted(next(iter(by))) if cluster else ("", ""), currency=paid.noted,
        suspicious=tuple((c.name, reason) for c, reason in suspicious),
        plan=tuple(_planned(table, event, name, level, reached[level][1], mapped) for name, level in logged.items()),
        events={level: name for name, level in logged.items() if level != name},
        steps=steps, optional=optional, window_hours=walk.hours, window=walk.told,
        assumed=(
            f"grain: event log, one row an event ({rows:,} rows); column '{vocabulary.printable(event.name)}' names it{as_said(said, 'event') or certainty.told(certainty.event(event), said, 'event')}: "
            + ", ".join(f"{e} ({units:,} units)" for e, units in events.items()),
            f"unit: column '{vocabulary.printable(unit.name)}', {unit.distinct:,} units{as_said(said, 'unit') or certainty.told(certainty.unit(unit), said, 'unit')}",
            f"time: column '{vocabulary.printable(time.name)}' ({roles.read_as(time)}UTC), {spans.told(time, said)}{as_said(said, 'time', 'period') or certainty.told(certainty.time(time), said, 'time')}",
            f"variant: column '{vocabulary.printable(variant.name)}'{as_said(said, 'variant')}{certainty.told(certainty.variant(variant), said, 'variant')}; {why}{certainty.arms(arms, said, variant)}" if variant
            else "variant: no column holds one, so the study is offline: units are hashed into two arms and an uplift is planted",
            *([f"weights: {weights(arms, vocabulary.printable(cluster.column.name) if cluster else '')}"] if variant else []),
            *(f"no variant: {said}, so they are left out" for _, said in also.values()),
            *([f"randomised by: column '{vocabulary.printable(cluster.column.name)}', {cluster.seen}"] if cluster else []),
            f"funnel: {' > '.join(steps)}, by the meaning of the names and the order in which units meet them{as_said(said, 'exposure') or (' (likely; else --exposure)' if variant else '')}" + (f"; many skip {', '.join(optional)}" if optional else "")
            + (f"; no steps: {', '.join(walk.dropped)}" if walk.dropped else "")
            + (f"; before units have a variant: {', '.join(early)}" if early else ""),
            *([f"window: {walk.hours:,} hours, as {walk.told}"] if walk.told else []),
            f"metrics: {measured(metrics, {m.name: m.comment or (said.how('money') if m.unit == 'money' and 'money' in said else '') for m in metrics})}",
            *([f"revenue: {revenue_of.told(mapped['price'], many)}"] if revenue_of else []),
            *certainty.primary(metrics[0].name, certainty.goal(metrics[0].name, logged.get(steps[-1], steps[-1])), said),
            *([f"currency: {paid.noted[0]}, {paid.noted[1]}"] if paid.noted[1] else []),
            f"segments: {', '.join(named) or 'none'}",
            *([f"refunds: {refunded:,} amounts below zero take back what their unit paid before, and lower sums"] if refunded else []),
            *tolerances.said(tolerate),
        ),
        first=(*first, *certainty.agreed(metrics[0].name, [f"{e} ({n:,} units)" for e, n in done.items() if e not in (steps[0], metrics[0].event)], said)),
    )  # fmt: skip


def _reached(table: "SourceTable", unit: Column, event: Column) -> dict[str, tuple[int, int]]:
    """Units and rows of each event, the one that most units reach first."""
    found: list[Any] = list(
        table.rows(
            f"select {table.text(event.name)}, count(distinct {table.text(unit.name)}), count(*) from {{table}}"
            f" where {table.text(event.name)} is not null group by 1 order by 2 desc, 3 desc, 1"
        )
    )
    return {name: (units, rows) for name, units, rows in found}


def by_units(table: "SourceTable", unit: Column, variant: Column) -> Column:
    """The variant's column with units for each level, not rows: a variant that makes people do more would look larger.

    Units in two variants are in none, as they are for a report, unless that leaves a level without any.
    """
    who, arm = table.text(unit.name), table.text(variant.name)
    found: list[Any] = list(
        table.rows(
            f"""select arm, count(*) filter (lowest is not distinct from highest) as alone, count(*)
            from (select who, arm, min(arms) over (partition by who) as lowest, max(arms) over (partition by who) as highest
                from (select distinct {who} as who, {arm} as arm, {flaws.spelled(table, variant)} as arms
                    from {{table}} where {arm} is not null and {who} is not null))
            group by 1 order by 2 desc, 1"""
        )
    )
    alone = all(n for _, n, _ in found)
    return replace(variant, levels=tuple((arm, n if alone else all_of_it) for arm, n, all_of_it in found))


def arms_of(variant: Column, stated: Noted) -> tuple[list[Arm], str]:
    """Levels that can be names of variants are theirs; where one cannot, as ``A`` or ``0``, all are mapped."""
    arms, why = roles.arms_of(variant, stated)
    if all(NAME.match(arm.level) for arm in arms):
        arms = [replace(arm, name=arm.level) for arm in arms]
    return arms, why


def _also(
    table: "SourceTable", unit: Column, variant: Column, arms: list[Arm], others: dict[str, str], nothing: list[str]
) -> dict[str, Noted]:  # fmt: skip
    """What levels mean that are no arm's own: other spellings of one, words for nothing, the empty field."""
    named = {arm.level: arm.name for arm in arms}
    told: dict[str, Noted] = {
        level: (named[level_of], f"the same as {vocabulary.printable(level_of)}") for level, level_of in others.items()
    }
    rows = dict(variant.levels)
    for level in nothing:
        if level.casefold() in NOTHING:
            told[level] = (LEAVE_OUT, "a word for nothing: these rows say no variant")
        else:
            told[level] = (
                LEAVE_OUT,
                f"'{vocabulary.printable(level)}' stands in rows of {rows[level]:,} units before they are assigned: these rows say no variant",
            )
    return told | _without(table, unit, variant)


def _way(
    table: "SourceTable", roles_of: tuple[Column, Column, Column, Column | None], money: Column | None, logged: dict[str, str],
    done: dict[str, int], impression: str | None, early: Sequence[str] = (),
) -> tuple[str, ...]:  # fmt: skip
    """The way through the funnel: as the names say it where they lead from where units enter to what is wanted, else as the
    units walk it."""
    unit, time, event, variant = roles_of
    told = _steps(done, impression)
    met = ways.walked(table, unit, time, event, variant, money, logged)
    way = {name: walked for name, walked in met.items() if name not in early}
    shown = way.get(impression or "")
    start = ways.start_of(way, unit.distinct) or told[0]
    if shown and shown.variants and shown.units >= ways.ALL * unit.distinct:
        start = shown.name
    goal = ways.goal_of(way, start, [name for name in way if name not in done], unit.distinct) or told[-1]
    if variant is None and told[-1] == goal:
        return told
    if told[-1] == goal and start != goal:
        return told if told[0] == start else (start, *(step for step in told if step != start))[-MOST_STEPS:]
    known = start in way and goal in way and start != goal
    return ways.between(table, unit, event, way, start, goal, logged) if known else told


def _without(table: "SourceTable", unit: Column, variant: Column) -> dict[str, Noted]:
    """What the empty field means, where units have it in all of their rows: they are no part of the experiment."""
    found = table.number(
        f"select count(*) from (select 1 from {{table}} where {table.text(unit.name)} is not null"
        f" group by {table.text(unit.name)} having count({table.text(variant.name)}) = 0)"
    )
    if not found:
        return {}
    return {"": (LEAVE_OUT, f"{found:,.0f} of {unit.distinct:,} units have no variant in any row")}


def _called(reached: dict[str, tuple[int, int]]) -> dict[str, str]:
    """Names that a study can hold, each with the event of the log that it means; one that will do stays as it is.

    >>> _called({"Order Completed": (3, 9), "$exposure": (2, 2), "order_completed": (1, 1)})
    {'order_completed_2': 'Order Completed', 'exposure': '$exposure', 'order_completed': 'order_completed'}
    """
    kept = {name for name in reached if NAME.match(name) and len(name) <= LONGEST}
    names: dict[str, str] = {}
    for level in reached:
        names[level if level in kept else vocabulary.slug(level, {*kept, *names})] = level
    return names


def _steps(events: dict[str, int], impression: str | None) -> tuple[str, ...]:
    """The way through the funnel: by the meaning of the names, by units where they say nothing."""

    def rank(name: str) -> int:
        return max((i for i, word in enumerate(vocabulary.STEPS) if word in name), default=-1)

    known = [e for e in events if rank(e) >= 0 and e != impression]
    rest = [] if len(known) >= 2 else [e for e in events if e not in known and e != impression]
    ordered = sorted(known + rest[: max(0, 3 - len(known))], key=lambda e: (rank(e) if e in known else -1, -events[e]))
    ordered = ([impression] if impression else []) + ordered[-(MOST_STEPS - 1) :]
    return tuple(ordered) if len(ordered) >= 2 else tuple(list(events)[:2])


def _skipped(
    table: "SourceTable", unit: Column, event: Column, steps: tuple[str, ...], logged: dict[str, str]
) -> tuple[str, ...]:
    """Inner steps that many of those who reach the last one never touch."""
    if len(steps) < 3:
        return ()
    did = ", ".join(f"bool_or({questions.is_level(table, event, logged[s])}) as s{i}" for i, s in enumerate(steps))
    last = len(steps) - 1
    shares = ", ".join(f"avg((not s{i})::integer) filter (s{last})" for i in range(1, last))
    found = table.rows(f"select {shares} from (select {did} from {{table}} group by {table.text(unit.name)})")[0]
    return tuple(step for step, share in zip(steps[1:-1], found, strict=True) if float(share or 0) > SKIPPED)  # type: ignore[arg-type]


def _as_said(name: str, column: Column, said: Said) -> str:
    """The comment beside a column of which somebody said what it is."""
    options = {"user_id": "unit", "event_time": "time", "event_name": "event", "variant": "variant", "price": "money"}
    option = options.get(name, "cluster" if column.name == said.cluster else "")
    return said.note(option, "") if option else ""


def _mapped(
    table: "SourceTable", columns: list[Column], unit: Column, time: Column, event: Column, variant: Column | None,
    paid: Column | None, said: Said,
) -> dict[str, Column]:  # fmt: skip
    """Columns with a name in the project; a price is ``paid``, or the likeliest column of money."""
    mapped = {"event_time": time, "event_name": event, "user_id": unit} | ({"variant": variant} if variant else {})
    free = [c for c in columns if all(c is not role for role in mapped.values()) and c.name != said.cluster]
    money = paying.amounts_of(table, free, paid)
    for name, group in (
        ("session_id", vocabulary.SESSION),
        ("product_id", vocabulary.PRODUCT),
        ("order_id", vocabulary.ORDER),
    ):
        found = next(
            (
                c
                for c in free
                if not (c.decimal or c.constant) and vocabulary.touches(c.name, group) and _is_key(c, group)
            ),
            None,
        )
        if found:
            mapped[name] = found
    if which := event_ids.of(table, [c for c in free if c not in mapped.values()], columns, unit, time, event):
        mapped["event_id"] = which
    if money:
        mapped["price"] = money
    return mapped


def _is_key(column: Column, group: frozenset[str]) -> bool:
    parts = set(vocabulary.tokens(column.name))
    return (
        bool(parts & vocabulary.KEY)
        or parts <= group | vocabulary.UNIT
        or any("".join(parts) == g + "id" for g in group)
    )


def _attribute(table: "SourceTable", column: Column, mapped: dict[str, Column], unit: Column) -> bool:
    """A few levels, and one a unit: what changes from event to event describes the event."""
    if any(column is c for c in mapped.values()) or measures.unfit(column) or column.decimal:
        return False
    if not (column.levels and 2 <= column.distinct <= measures.SEGMENT_LEVELS):
        return False
    several, units = questions.several_levels(table, unit, table.text(column.name))
    return several <= 0.05 * units


def _metrics(last: str, paid: paying.Paying | None) -> tuple[Measure, ...]:
    """The rate of the event that the funnel leads to, and the amounts of the one that is paid for."""
    primary = Measure(f"{last}_rate", f"{vocabulary.label(last)} rate", "primary", "proportion", last)
    if paid is None:
        return (primary,)
    revenue = Measure("revenue_per_unit", "Revenue per unit", "secondary", "mean", paid.chosen.event, "sum", "money")
    return primary, revenue


def _of_units(table: "SourceTable", unit: Column, time: Column) -> Column:
    """The time of the rows that name a unit: the others are left out, so none of them tells when the experiment began or ended."""
    if unit.filled == unit.rows:
        return time
    moment, names = ways.moment_of(table, time), f"{table.text(unit.name)} is not null"
    found: Any = table.rows(f"select min(told), max(told) from (select {moment} as told from {{table}} where {names})")[
        0
    ]
    return time if None in found else replace(time, first=found[0], last=found[1])


def _period(time: Column) -> tuple[datetime, datetime]:
    """Whole days, or the very hours where the log is shorter than two days."""
    assert time.first is not None and time.last is not None
    if time.days == 1 and time.last - time.first < timedelta(days=2):
        return time.first.replace(second=0, microsecond=0), time.last.replace(microsecond=0) + timedelta(seconds=1)
    first, last = (datetime(t.year, t.month, t.day) for t in (time.first, time.last))
    return first, last + timedelta(days=time.days)


def _planned(
    table: "SourceTable", event: Column, name: str, level: str, rows: int, mapped: dict[str, Column]
) -> Planned:
    """What an event carries: always in all its rows, or sometimes."""
    carried = {n: c for n, c in mapped.items() if n not in ("event_id", "event_time", "event_name", "user_id")}
    if not carried:
        return Planned(name, rows, {})
    asked = ", ".join(f"count({table.text(c.name)})" for c in carried.values())
    found: Any = table.rows(f"select {asked} from {{table}} where {questions.is_level(table, event, level)}")[0]
    return Planned(
        name, rows,
        {n: ("number" if n == "price" else "string", filled == rows) for n, filled in zip(carried, found, strict=True) if filled},
    )  # fmt: skip
