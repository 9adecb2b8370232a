"""Was every unit watched long enough, from its exposure on and not before?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.defaults import IMMATURE_SHARE, MATURE_MINIMUM, MATURE_QUANTILE, SRM_THRESHOLD
from helpers.experiment.arm_shares import Counted, after_holm, counted
from helpers.experiment.results import EXPOSED, Results
from helpers.experiment.trust.check import TrustCheck
from helpers.experiment.trust.sensitivity import Reestimate, reestimated
from helpers.formatting import formatted, inside
from helpers.stats.multiplicity.corrections import adjust
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

FAMILY = "Time"


@dataclass(frozen=True)
class Maturity:
    """How many units had less time than the outcome usually takes.

    Attributes:
        hours: by then ``MATURE_QUANTILE`` of the earlier units that had the outcome at all had it; None where too few
            had one, where the study's primary metric waits for every unit by itself, as its window is of days, or where
            the data tell no times of outcomes.
        converted: earlier units that had the outcome.
        units: exposed units watched for less.
        without: the primary effect without the days on which any unit was; None where there is no such day.
    """

    hours: int | None
    converted: int
    units: int
    total: int
    without: Reestimate | None

    @property
    def share(self) -> float:
        return self.units / max(1, self.total)


def usual_hours(hours: Sequence[int], units: Sequence[int], quantile: float = MATURE_QUANTILE) -> int | None:
    """Whole hours within which a share of the units had their first outcome; None without a unit.

    Example:
        >>> usual_hours([0, 1, 30], [80, 10, 10])
        2
    """
    needed, seen = quantile * sum(units), 0
    for hour, count in sorted(zip(hours, units, strict=True)):
        seen += count
        if seen >= needed:
            return hour + 1
    return None


def maturity(con: "duckdb.DuckDBPyConnection", results: Results) -> Maturity:
    """The time that the primary outcome usually takes, from earlier units, and who had less of it.

    Earlier units are those exposed in the first half of the time from the first exposure to the end of what was seen;
    each is watched for as long as that half, so slower outcomes than that are not seen. Of a metric that goes on adding up (songs, revenue) the first event counts.
    """
    study, total = results.study, results.units(EXPOSED, "all", "all")
    if study.primary.event is None or study.primary.days or study.is_unit_table:
        return Maturity(None, 0, 0, total, None)
    spells = query.query(con, "time_to_outcome", event=study.primary.event)
    converted = int(spells.units.sum())
    hours = usual_hours([int(h) for h in spells.hours], [int(n) for n in spells.units])
    if hours is None or converted < MATURE_MINIMUM:
        return Maturity(None, converted, 0, total, None)
    late = int(query.query(con, "late_exposures", hours=hours).units.sum())
    end = results.observed.last_event
    seen = study.period.experiment_days if end is None else (end.date() - study.period.start.date()).days + 1
    days = min(study.period.experiment_days, float(seen))
    last = [d for d in range(1, math.ceil(days) + 1) if days - d < hours / 24]
    return Maturity(hours, converted, late, total, reestimated(results, last, "the last days") if late else None)


def immature(found: Maturity, *, waits: bool = False) -> TrustCheck:
    """Null is not zero: a unit that had no time has no outcome yet. ``waits`` says that the metric sees to it (a window of days).

    Warns, because both arms are cut alike: the level is too low, the comparison stands.
    """
    if waits:
        text, warned = "the metric waits for every unit alike", False
    elif found.hours is None:
        text = f"cannot be told: {found.converted:,} of the earlier units had the outcome, it takes {MATURE_MINIMUM}"
        warned = True
    else:
        text = (
            f"{found.units:,} of {found.total:,} units had less than the {found.hours:,} h within which "
            f"{formatted(MATURE_QUANTILE, 'share')} of the converting units convert"
        )
        differs = found.without is not None and found.without.differs
        warned = found.share > IMMATURE_SHARE or differs
        if differs:
            assert found.without is not None
            text += f", and they show another effect (p = {found.without.p_value:.2g})"
    return TrustCheck(
        "Immature units",
        "Had every unit the time that the outcome usually takes?",
        text,
        "warning" if warned else "passed",
        FAMILY,
        "days too young to be counted",
    )


def not_followed(gaps: "pd.DataFrame", results: Results) -> dict[str, Counted]:
    """Exposed units that were not watched for all days of a metric's window, by metric and arm; none is without a window."""
    sizes = results.arm_sizes()
    found = {}
    for metric in results.study.metrics:
        if metric.days:
            part = gaps[gaps.metric == metric.name].groupby("variant").open_windows.sum()
            found[metric.name] = counted([int(part.get(arm, 0)) for arm in sizes], list(sizes.values()))
    return found


def follow_up(found: dict[str, Counted], results: Results) -> list[TrustCheck]:
    """Units that a metric leaves out because they were not watched for as long as it asks, by arm.

    A share that differs between the arms invalidates: the arms were then exposed at other times, so not by lot. The
    metrics share the threshold by Holm.
    """
    shared = adjust([test.p_value for test in found.values()], "holm", alpha=SRM_THRESHOLD).adjusted if found else ()
    return [
        TrustCheck(
            f"Follow-up of {inside(results.study.metric(name).label)}",
            "Are as many units of each arm left out because they were not watched long enough?",
            f"{sum(test.hits):,} units left out, {test.text}{after_holm(p_value, shared=len(found) > 1)}"
            if sum(test.hits)
            else "no unit is left out",
            "failed" if p_value < SRM_THRESHOLD else "passed",
            FAMILY,
            "a follow-up that differs between the arms",
            p_value,
            shared=len(found) > 1,
        )
        for (name, test), p_value in zip(found.items(), shared, strict=True)
    ]


def pre_exposure(events: "pd.DataFrame", results: Results) -> dict[str, Counted]:
    """Exposed units with an outcome between assignment and exposure, by the outcome's name."""
    sizes = results.arm_sizes()
    outcomes = sorted({name for metric in results.study.metrics for name in metric.events})
    found = {}
    for name in outcomes:
        part = events[events.event_name == name]
        hits = dict(zip(part.variant, part.units, strict=True))
        found[name] = counted([int(hits.get(arm, 0)) for arm in sizes], list(sizes.values()))
    return {name: test for name, test in found.items() if sum(test.hits)}


def before_exposure(found: dict[str, Counted]) -> TrustCheck:
    """Outcomes between assignment and exposure are counted; no metric counts them, nor what came before the assignment.

    A share that differs between the arms invalidates: nothing can differ before the change is met, so the exposure is
    recorded later in one arm, or the split follows behaviour. The outcomes share the threshold by Holm.
    """
    tests = list(found.values())
    shared = adjust([t.p_value for t in tests], "holm", alpha=SRM_THRESHOLD) if tests else None
    told = [f"{name}: {sum(t.hits):,} units, {t.text}" for name, t in found.items()]
    least, several = (min(shared.adjusted) if shared else None), len(tests) > 1
    return TrustCheck(
        "Outcomes before exposure",
        "Is every outcome counted from the exposure on, and is what came between assignment and exposure alike in the arms?",
        f"left out, {'; '.join(told)}" + (f"; smallest p = {least:.3g} after Holm" if several else "")
        if told
        else "no outcome lies between its unit's assignment and exposure",
        "failed" if shared and any(shared.rejected) else "passed",
        FAMILY,
        "outcomes between assignment and exposure that differ between the arms",
        least,
        shared=several,
    )
