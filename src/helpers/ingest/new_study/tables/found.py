"""What the join of a draft shows: rows that a study must tolerate, a history, rates that all units have, leaks."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import defaults
from helpers.config import ASSIGNED, Study, Tables, Tolerance
from helpers.ingest.levels import variant_of
from helpers.ingest.new_study import certainty, reach, tolerances, two_variants, vocabulary
from helpers.ingest.new_study.proposal import Measure, Noted, StudyProposal
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.tables.proposal import LONGEST_HISTORY
from helpers.ingest.new_study.units import measured as in_a_line
from helpers.ingest.sql import literal, quoted
from helpers.ingest.tables import Match

if TYPE_CHECKING:
    import duckdb

    from helpers.ingest.parts import Parts

HISTORY_DAYS = 7
"""Days before the experiment that a history must have to be worth a covariate,"""
HISTORY_UNITS = 0.05
"""and the share of the assigned units with one."""
ALL = 0.98
"""A rate of so many units tells nothing: nearly all have the outcome."""


def completed(
    con: "duckdb.DuckDBPyConnection",
    proposal: StudyProposal,
    study: Study,
    parts: "Parts",
    found: list[Match],
    said: Said,
) -> StudyProposal:
    """The proposal with what the joined rows show, and what is told and asked of the metrics that are left."""
    rows = f"(select * from {parts.relation})"
    assert isinstance(study.data, Tables)
    tolerate = _tolerated(con, study, rows)
    if proposal.tolerate["repeated"][1]:  # it is asked whether they are copies
        tolerate.pop("repeated", None)
    baseline, history = _baseline(con, study, rows)
    metrics, alike = _metrics(con, proposal.metrics, rows, found, with_history=baseline is not None)
    leaks = _leaks(con, proposal.segments, rows)
    segments = tuple(name for name in proposal.segments if name not in {leak for leak, _ in leaks})
    most = max((m.unassigned / max(1, m.rows) for m in found if m.table != "units"), default=0)
    sentences = [
        s
        for m in (found if baseline else [replace(m, early=0) for m in found])  # all before the start are left out then
        for s in m.sentences(dated=m.table not in study.data.facts or "event_time" in study.data.facts[m.table].columns)
    ]
    rate = next((m.active / max(1, m.assigned) for m in found if m.table == metrics[0].event), 0.0)
    made = replace(
        proposal, tolerate=tolerate, baseline=baseline, metrics=metrics, segments=segments,
        steps=(ASSIGNED, metrics[0].event), unassigned=_unassigned(most), rate=rate,
        suspicious=(*proposal.suspicious, *leaks),
        revenue=next((m.name for m in metrics if m.unit == "money"), ""),
        assumed=(*proposal.assumed, f"metrics: {in_a_line(metrics, {m.name: m.comment for m in metrics})}", *(f"match: {sentence}" for sentence in sentences), *history, *alike, *tolerances.said(tolerate)),
        first=(*_asked(most, found), *proposal.first, *certainty.agreed(metrics[0].name, [m.name for m in metrics[1:]], said), *tolerances.asked(tolerate)),
    )  # fmt: skip
    return reach.told(made)


def _unassigned(share: float) -> tuple[float, str]:
    if share <= defaults.UNASSIGNED:
        return 0.0, ""
    return (
        min(1.0, round(share * 1.1 + 0.00005, 4)),
        "write this if only a part of the units was in the test; until then a trust check warns of rows of units that were never assigned",
    )


def _asked(share: float, found: list[Match]) -> list[str]:
    """The match of the tables, where it is to be asked about."""
    asked = []
    if share > defaults.UNASSIGNED:
        worst = max((m for m in found if m.table != "units"), key=lambda m: m.unassigned / max(1, m.rows))
        asked.append(
            f"Was a part of the units in the test? {worst.unassigned:,} of {worst.rows:,} rows of {worst.file} are of units that"
            " were never assigned; if all were, the ids do not match, and outcomes are lost."
        )
    return asked + [
        f"Whose are {m.near:,} rows of {m.file}? Their ids look like those of several assigned units."
        for m in found
        if m.near
    ]


def _tolerated(con: "duckdb.DuckDBPyConnection", study: Study, rows: str) -> dict[str, tuple[float, str]]:
    """What the tables have wrong, as shares that a study must tolerate to be built."""
    assert isinstance(study.data, Tables)
    priced = [m.event for m in study.metrics if m.measure == "sum"]
    price, paid = "price" in study.data.columns, f"event_name in ({', '.join(map(literal, priced)) or 'null'})"
    total, *counts = con.execute(
        f"""select count(*), count(*) filter (coalesce(user_id, '') = ''),
            count(*) filter ({f"{paid} and coalesce(price, '') = ''" if price else "false"}),
            count(*) filter ({"coalesce(price, '') <> '' and try_cast(price as double) is null" if price else "false"}),
            count(*) filter ({"try_cast(price as double) < 0" if price and study.data.negative == "error" else "false"}),
            (select count(*) from rejects where "column" is null) from {rows}"""
    ).fetchall()[0]
    kinds = ("missing_id", "missing_revenue", "wrong_type", "negative_price", "malformed_line")
    told = {kind: (n, f"{n:,} of {total:,} rows", total) for kind, n in zip(kinds, counts, strict=True)}
    identity = "event_id" if "event_id" in study.data.columns else "whole_row"
    repeats = con.execute(
        f"select count({identity}) - count(distinct case when {identity} is not null then hash({identity}, user_id) end) from {rows}"
    ).fetchall()[0][0]
    if repeats > Tolerance().repeated * total:
        told["repeated"] = (repeats, f"{repeats:,} of {total:,} rows", total)
    arm = variant_of("coalesce(variant, '')", study.data.variants)
    several, units = con.execute(
        f"""select count(*) filter (arms > 1), count(*) from (select count(distinct {arm}) as arms from {rows}
            where event_name = {literal(ASSIGNED)} and variant is not null group by user_id)"""
    ).fetchall()[0]
    assigned = study.data.assignments
    two_variants.refuse(Path(assigned.path).name, str(assigned.columns["variant"]), several, units)
    told["two_variants"] = (several, f"{several:,} of {units:,} units", units)
    return {kind: (tolerances.tolerated(n, of), words) for kind, (n, words, of) in told.items() if n}


def _baseline(con: "duckdb.DuckDBPyConnection", study: Study, rows: str) -> tuple[datetime | None, list[str]]:
    """From when on what units did before the experiment is a covariate; None where there is too little of it."""
    start, facts = study.period.start, f"event_name <> {literal(ASSIGNED)}"
    first = con.execute(
        f"select min(event_time) from {rows} where {facts} and event_time >= ?", [start - LONGEST_HISTORY]
    ).fetchall()[0][0]
    if first is None or first > start - timedelta(days=HISTORY_DAYS):
        return None, ["pre-period covariate: none, the tables hold no history of a week before the start"]
    baseline = datetime(first.year, first.month, first.day)
    some, units = con.execute(
        f"""select count(distinct user_id) filter ({facts} and event_time < ? and event_time >= ?), count(distinct user_id)
        from {rows} where user_id <> ''""",
        [start, baseline],
    ).fetchall()[0]
    if some < HISTORY_UNITS * units:
        return None, [f"pre-period covariate: none, {some:,} of {units:,} units have a history"]
    return baseline, [
        f"pre-period covariate: what {some:,} of {units:,} units did from {baseline:%Y-%m-%d} to the start"
    ]


def _metrics(
    con: "duckdb.DuckDBPyConnection", metrics: tuple[Measure, ...], rows: str, found: list[Match], *, with_history: bool
) -> tuple[tuple[Measure, ...], list[str]]:
    """The metrics without rates that nearly all units have, means with their history."""
    assigned = max((m.assigned for m in found), default=0)
    active = {m.table: m.active for m in found}
    everyone = {event for event, n in active.items() if n >= ALL * assigned}
    kept = [m for m in metrics if not (m.type == "proportion" and m.event in everyone)] or list(metrics)
    made = [
        replace(m, role="secondary" if i else "primary", covariate=with_history and m.type == "mean")
        for i, m in enumerate(kept)
    ]
    told = [
        f"no rate of {event}: {active[event]:,} of {assigned:,} units have it"
        for event in sorted(everyone)
        if len(kept) < len(metrics)
    ]
    return tuple(made), told


def _leaks(con: "duckdb.DuckDBPyConnection", segments: tuple[str, ...], rows: str) -> list[Noted]:
    """Attributes whose levels each stand in one variant alone: they tell it."""
    found = []
    for name in segments:
        column = f"trim({quoted(name)})"
        levels: tuple[Any, ...] = con.execute(
            f"""select count(*), count(*) filter (arms > 1), sum(n) from (select {column}, count(distinct variant) as arms, count(*) as n
            from {rows} where event_name = {literal(ASSIGNED)} and {column} <> '' group by 1)"""
        ).fetchall()[0]
        if levels[0] and not levels[1] and levels[2] >= 5 * levels[0]:
            found.append((vocabulary.printable(name), "a leak: its value tells the variant in every row"))
    return found
