"""Where did a sample-ratio mismatch come from? The stage of the experiment that most likely lost or added the units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from helpers.defaults import SRM_THRESHOLD
from helpers.stats.checks.srm import SRM, Counts, SRMByGroup, Weights, aligned, srm, srm_by_group
from helpers.stats.validation import InputError

Stage = Literal["none", "assignment", "execution", "log processing", "analysis", "interference", "unknown"]


@dataclass(frozen=True)
class SRMDiagnosis:
    """The stage of the experiment that most likely caused a mismatch.

    Attributes:
        stage: after Fabijan et al. (2019); "none" without a mismatch, "unknown" where the counts given
            cannot tell.
        reason: what points there.
        check: what to look at first.
        tests: every test made, by the name of its counts.

    Example:
        >>> found = diagnose_srm([1, 1], assigned=[5000, 5010], exposed=[4200, 3800])
        >>> found.stage
        'execution'
    """

    stage: Stage
    reason: str
    check: str
    tests: tuple[tuple[str, SRM], ...]

    @property
    def text(self) -> str:
        """One or two sentences.

        Example:
            >>> diagnose_srm([1, 1], assigned=[5000, 5010]).text
            'No sample-ratio mismatch: every set of counts agrees with the design.'
        """
        if self.stage == "none":
            return f"No sample-ratio mismatch: {self.reason}."
        where = "cause unknown" if self.stage == "unknown" else f"most likely from {self.stage}"
        return f"Sample-ratio mismatch, {where}: {self.reason}. Check {self.check}."


_STEPS: tuple[tuple[str, Stage, str], ...] = (
    ("assigned", "assignment", "the hash and its salt, bucket ranges, corrupted ids and carry-over of earlier tests"),
    ("exposed", "execution", "the trigger, redirects, crashes and the telemetry of each variant"),
    ("logged", "log processing", "bot filters, joins and late or lost log data, variant by variant"),
    ("analysed", "analysis", "the triggering condition, filters on what treatment can change, and the dates analysed"),
)


def diagnose_srm(
    weights: Weights,
    *,
    assigned: Counts | None = None,
    exposed: Counts | None = None,
    logged: Counts | None = None,
    analysed: Counts | None = None,
    days: Mapping[str, Counts] | None = None,
    segments: Mapping[str, Mapping[str, Counts]] | None = None,
    threshold: float = SRM_THRESHOLD,
) -> SRMDiagnosis:
    """Where a mismatch comes from, by where it first shows.

    Units pass four steps; the first step whose counts fail names the stage, provided the step before
    it was counted and passed. A mismatch of the first days alone means variants that did not start
    together (execution), one that begins later means that something changed in between
    (interference), and one confined to a single segment means code or filters of that segment
    (execution, or the step that was found).

    Args:
        weights: designed weights.
        assigned: units given a variant.
        exposed: units that reached the change, before any filter.
        logged: units after log processing: bots removed, logs joined.
        analysed: units in the analysis, after its triggering and filters.
        days: new units by day, in order, of the last step given.
        segments: units by dimension and value, of the last step given; attributes from before the
            experiment.
        threshold: p below this fails, at each test.

    Raises:
        InputError: without any counts.

    A heuristic, to be confirmed in the code: mismatches can have several causes. Reference: Fabijan
    et al. (2019), Diagnosing sample ratio mismatch in online controlled experiments, KDD, 2156-2164.

    Example:
        >>> print(diagnose_srm([1, 1], exposed=[9000, 9010], logged=[9000, 8400]).text)
        Sample-ratio mismatch, most likely from log processing: logged units fail (p = 5.4e-06) while \
exposed units agree with the design. Check bot filters, joins and late or lost log data, variant by variant.
    """
    given = dict(zip((step for step, *_ in _STEPS), (assigned, exposed, logged, analysed), strict=True))
    steps = {name: srm(counts, weights, threshold=threshold) for name, counts in given.items() if counts is not None}
    daily = srm_by_group(days or {}, weights, threshold=threshold)
    split = {name: srm_by_group(values, weights, threshold=threshold) for name, values in (segments or {}).items()}
    tests = (
        *steps.items(),
        *zip((f"day {day}" for day in daily.groups), daily.tests, strict=True),
        *((f"{name} {value}", t) for name, by in split.items() for value, t in zip(by.groups, by.tests, strict=True)),
    )
    if not tests:
        raise InputError(
            "counts",
            got="none",
            expected="at least one of assigned, exposed, logged, analysed, days and segments",
            cause="empty queries",
            remedy="pass the units of each arm, at one step at least",
        )
    if not any(test.failed for _, test in tests):
        return SRMDiagnosis("none", "every set of counts agrees with the design", "", tests)
    stage, reason, check = _first_failing(steps)
    located = stage not in ("assignment", "unknown")  # between two steps that were both counted
    narrower = _by_time(daily, days or {}, weights) or _confined(split, segments or {}, weights)
    if narrower:
        own, where, check = narrower
        stage, reason = (stage, f"{reason}, and {where}") if located else (own, where)
    return SRMDiagnosis(stage, reason, check, tests)


def _first_failing(steps: Mapping[str, SRM]) -> tuple[Stage, str, str]:
    """The first step that fails after one that passes."""
    passed = ""
    for name, stage, check in _STEPS:
        if name not in steps:
            continue
        if not steps[name].failed:
            passed = name
            continue
        p = f"{name} units fail (p = {steps[name].p_value:.3g})"
        if passed:
            return stage, f"{p} while {passed} units agree with the design", check
        if name == "assigned":
            return stage, f"{p} already, before the change could act", check
        return (
            "unknown",
            f"{p} and no earlier step was counted",
            "the counts of the earlier steps, first of all assigned",
        )
    return "unknown", "the steps agree with the design but a day or segment does not", "the days and segments that fail"


def _by_time(daily: SRMByGroup, days: Mapping[str, Counts], weights: Weights) -> tuple[Stage, str, str] | None:
    """A mismatch of the first days only, or of the last days only."""
    failing = [day in daily.failed for day in daily.groups]
    k, n = sum(failing), len(failing)
    if not 0 < k < n:
        return None
    agree = _rest_agrees([days[d] for d, bad in zip(daily.groups, failing, strict=True) if not bad], weights, daily)
    if agree and all(failing[:k]):
        last = daily.groups[k - 1]
        reason = f"only the first days fail, up to {last}, and the days after agree with the design"
        return "execution", reason, "whether all variants started at the same time, and the ramp-up"
    if agree and all(failing[n - k :]):
        reason = f"the days agree with the design until {daily.groups[n - k]}, and fail from then on"
        return "interference", reason, "releases, other experiments, bots and changed weights of that day"
    return None


def _confined(
    split: Mapping[str, SRMByGroup], segments: Mapping[str, Mapping[str, Counts]], weights: Weights
) -> tuple[Stage, str, str] | None:
    """The one value that fails while all other values of its dimension together agree."""
    for name, by in split.items():
        if len(by.failed) == 1 < len(by.groups):
            rest = [counts for value, counts in segments[name].items() if value != by.failed[0]]
            if _rest_agrees(rest, weights, by):
                place = f"{name} {by.failed[0]}"
                reason = f"only {place} fails, and all other units agree with the design"
                return "execution", reason, f"what is special to {place}: its client, redirects and filters"
    return None


def _rest_agrees(rest: Sequence[Counts], weights: Weights, by: SRMByGroup) -> bool:
    _, _, shares = aligned(rest[0], weights)
    totals = np.sum([aligned(counts, weights)[1] for counts in rest], axis=0).tolist()
    return not srm(totals, shares, threshold=by.tests[0].threshold).failed
