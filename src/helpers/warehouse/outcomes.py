"""Metrics of which the exposed units show nothing: no value at all, none in one arm, or zero in every unit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Metric, Study, Units
from helpers.config.columns import logged
from helpers.config.tracking_plan import EXPERIMENT_EVENTS
from helpers.formatting import formatted, listed
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb


UNDECIDED = "; without its guardrail a study has no decision"


@dataclass(frozen=True)
class Shown:
    """Exposed units of one arm: all, those with a value of a metric, those with one that is not zero, what it is divided
    by, and those whose window is not over."""

    variant: str
    units: int
    known: int
    happened: int
    divisor: int
    waiting: int


def nothing(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[str]:
    """A sentence for each metric of which some arm, or all of them, show nothing, with the cause."""
    for metric in study.metrics:
        arms = [arm for arm in _shown(con, study, metric) if arm.units]
        blank = [arm for arm in arms if not arm.known]
        undivided = [arm for arm in arms if not arm.divisor]
        if blank:
            yield f"{metric.label} has no value in {_in(blank, arms)}: {_why_blank(study, metric, blank)}{UNDECIDED * (metric.role == 'guardrail')}"
        elif metric.per and undivided:
            below = metric.event if metric.per == "count" else metric.per
            why = _rows(con, study, metric, below) if len(undivided) == len(arms) else f"{below} is 0 there"
            where = "" if len(undivided) == len(arms) else f" in {_in(undivided, arms)}"
            yield f"{metric.label} has no value{where}: {why}; it is divided by {below}"
        elif arms and not any(arm.happened for arm in arms):
            yield f"{metric.label} is 0 in every unit: {_rows(con, study, metric, metric.event)}"


def _in(some: list[Shown], arms: list[Shown]) -> str:
    """Units of some arms, or of all of them."""
    return "any unit" if len(some) == len(arms) else f"any unit of {' and '.join(arm.variant for arm in some)}"


def reversed_money(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[str]:
    """A sentence for each event of which more comes back than is paid, as where the signs are turned."""
    events = sorted({m.event for m in study.metrics if m.event and m.measure == "sum"})
    if getattr(study.data, "negative", "error") != "refund" or not events:
        return
    for row in query.query(con, "refunds", events=events).itertuples():
        if row.returned > row.paid:
            share = "nothing" if not row.paid else f"only {formatted(row.paid / row.returned, 'share')} of that"
            yield (
                f"{row.refunds:,} amounts of {row.event_name} are below zero and lower its sum, and {share} is"
                " paid: if the signs are turned, as in a ledger of what is owed, turn them before"
            )


BACK = re.compile(r"(?:^|[^a-z])(?:refund|cancel|chargeback|void|reversed|reversal|returned$|returns?$)", re.IGNORECASE)
"""Names of events that take back what was paid."""


def undone(con: "duckdb.DuckDBPyConnection", study: Study) -> str:
    """Whether the money of a study is net of what came back, as far as its data say; empty where they say nothing.

    With ``data.negative: refund`` amounts below zero count as they are: whether one is a refund or a loss no number tells.
    An event that is named as a refund and that no metric reads takes nothing off.
    """
    if not study.money_events:
        return ""
    if getattr(study.data, "negative", "error") == "refund":
        found = query.query(con, "refunds", events=sorted(study.money_events))
        back = int(found.refunds.sum()) if len(found) else 0
        lower = "1 amount is below zero and lowers" if back == 1 else f"{back:,} amounts are below zero and lower"
        return f"{lower} the sums" if back else ""
    read = {event for metric in study.metrics for event in metric.events} | set(study.funnel.steps)
    told = [
        f"{row.events:,} {row.event_name}"
        for row in query.query(con, "events").itertuples()
        if row.event_name not in read and BACK.search(row.event_name)
    ]
    return f"amounts are gross: {listed(told)} take nothing off" if told else ""


def _shown(con: "duckdb.DuckDBPyConnection", study: Study, metric: Metric) -> list[Shown]:
    found = con.execute(
        """select variant, count(*), count(y), count(*) filter (where y <> 0), coalesce(sum(d), 0)::bigint,
            count(*) filter (where standing = 'open')
        from (
            select variant, standing, case when variant = $control then y0 else y1 end as y,
                case when variant = $control then d0 else d1 end as d
            from intermediate.int_unit_metrics join marts.fct_experiment_units using (user_id)
            where population = 'exposed' and metric = $metric
        ) group by variant""",
        {"control": study.control.name, "metric": metric.name},
    ).fetchall()
    arms = {row[0]: Shown(*row) for row in found}
    return [arms[v.name] for v in study.variants if v.name in arms]


def _why_blank(study: Study, metric: Metric, arms: list[Shown]) -> str:
    """Why no unit of some arms has a value: no window is over, or every amount is empty or wrong."""
    waiting, units = sum(arm.waiting for arm in arms), sum(arm.units for arm in arms)
    if waiting == units:
        return f"none was watched for the {metric.days} days that it asks for"
    if isinstance(study.data, Units):
        columns = " or ".join(f"'{logged(study.data.outcomes[event])}'" for event in sorted(metric.events))
        return f"column {columns} holds no number there"
    if waiting:
        return f"{waiting:,} of {units:,} were not watched for the {metric.days} days that it asks for, and no {metric.event} of the others has an amount"
    return f"no {metric.event} of theirs has an amount"


def _rows(con: "duckdb.DuckDBPyConnection", study: Study, metric: Metric, event: str | None) -> str:
    """Where the rows of an event are, of which no exposed unit counts one, or none with an amount but zero."""
    if isinstance(study.data, Units) and event in study.data.outcomes:
        return f"column '{logged(study.data.outcomes[event])}' holds nothing but 0 and empty fields"
    if event is None or event in EXPERIMENT_EVENTS:
        return "nobody came back on these days" if metric.type == "retention" else f"no {event} counts"
    rows, inside = con.execute(
        """select count(*), count(*) filter (where problem is null and event_time >= $start)
        from staging.stg_events_checked where event_name = $event""",
        {"start": study.period.start, "event": event},
    ).fetchall()[0]
    if not rows:
        return f"the log holds no event {event}"
    if not inside:
        return f"no {event} lies in the experiment ({rows:,} in the log)"
    after, counted, known = con.execute(
        """select count(*), count(*) filter (where inside), count(amount) filter (where inside)
        from (
            select amount, $days is null or event_time <= exposed_at + to_days($days::integer) as inside
            from intermediate.int_outcome_events join marts.fct_experiment_units using (user_id)
            where is_exposed and after_exposure and event_name = $event)""",
        {"days": metric.within_days, "event": event},
    ).fetchall()[0]
    if not after:
        return f"no {event} comes after the exposure of its unit ({inside:,} in the experiment)"
    if not counted:
        return f"no {event} comes within {metric.within_days} days of the exposure ({after:,} after it)"
    if not known:
        out = "" if study.when_missing(metric) == "zero" else "; a unit with one is left out, the others count as 0"
        return f"no {event} that counts has an amount ({counted:,} without one){out}"
    return f"all {event} that count, {counted:,}, add up to 0"
