"""Who is still there after k days: shares of the units that were watched long enough to know."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import CONFIDENCE
from helpers.stats.binomial import IntervalMethod, binomial_interval
from helpers.stats.summaries.summary import Proportion
from helpers.stats.validation import InputError, alpha_of, between, finite_vector, one_of, whole_number


@dataclass(frozen=True)
class Retention:
    """Retention on one day.

    Attributes:
        day: day 0 begins with the unit's first sight.
        observed: units whose observation reaches to the end of that day: the denominator.
        retained: those of them that were active on it.
        unobserved: units seen for the first time too late to know; they are left out, not counted as lost.
        share, low, high: retained of observed, with its interval; NaN where nobody was observed long enough.
        note: why the share is missing; empty otherwise.

    Example:
        >>> retention([0, 0, 5], [0, 1, 2], [1, 0, 6], end=6, days=[1]).on(1)
        Proportion(n=2, successes=1)
    """

    day: int
    observed: int
    retained: int
    unobserved: int
    share: float
    low: float
    high: float
    note: str = ""

    @property
    def proportion(self) -> Proportion:
        """The summary that ``compare`` takes."""
        return Proportion(self.observed, self.retained)


@dataclass(frozen=True)
class RetentionCurve:
    """Retention day by day; each day has a denominator of its own, so that the curve need not fall.

    Attributes:
        days: one entry a day asked for.
        confidence: pointwise level of the intervals.

    Example:
        >>> curve = retention([0, 0], [0, 1, 0], [1, 1, 2], end=9, days=[1, 2])
        >>> [day.share for day in curve.days]
        [1.0, 0.5]
    """

    days: tuple[Retention, ...]
    confidence: float

    def on(self, day: int) -> Proportion:
        """Units observed long enough and those retained, for ``compare`` with another arm.

        Raises:
            InputError: for a day that is not on the curve.

        Example:
            >>> retention([0], [0], [7], end=8, days=[7]).on(7)
            Proportion(n=1, successes=1)
        """
        for found in self.days:
            if found.day == day:
                return found.proportion
        raise InputError(
            "day",
            got=day,
            expected="one of " + ", ".join(str(found.day) for found in self.days),
            cause="a day that was not asked for",
            remedy="pass it in days",
        )


def retention(
    first_seen: ArrayLike,
    active_unit: ArrayLike,
    active_time: ArrayLike,
    *,
    end: ArrayLike,
    days: Sequence[int] = (1, 7, 30),
    window: int = 1,
    day_length: float = 1.0,
    confidence: float = CONFIDENCE,
    method: IntervalMethod = "clopper-pearson",
) -> RetentionCurve:
    """Share of units active on day k after they were first seen, among those observed to the end of it.

    A unit first seen at f counts for day k if f + (k + ``window``) days <= ``end``, and is retained if it was active
    in [f + k days, f + (k + ``window``) days). Dividing by all units instead takes those who came late for lost; the
    share then falls with the calendar. Whole numbers of days make calendar days of them, moments make periods of 24
    hours since the first sight.

    Args:
        first_seen: one time a unit: first sight, or exposure in an experiment.
        active_unit, active_time: one row an activity: position of its unit in ``first_seen``, and its time. Activity
            before first sight or after the end is left out.
        end: moment to which activity is known: one for all, or one a unit. With calendar days: the day *after* the
            last complete one.
        days: whole numbers k of at least 0.
        window: days within which activity counts; 7 for retention in the week that begins with day k.
        day_length: length of a day in the unit of the times, for instance 86400 for seconds.
        confidence: level of the interval.
        method: "clopper-pearson" (covers at least ``confidence``) or "wilson" (about).

    Assumes that when a unit came says nothing about its retention; else the later days speak of early units only.

    Raises:
        InputError: for arrays that do not match, positions or days out of range.

    Example:
        >>> curve = retention([0, 0, 3], [0, 0, 1, 2], [1.5, 7.2, 1.1, 3.9], end=8.5, days=[1, 7])
        >>> [(day.retained, day.observed, day.unobserved) for day in curve.days]
        [(2, 3, 0), (1, 2, 1)]
    """
    first = finite_vector("first_seen", first_seen)
    unit, time = finite_vector("active_unit", active_unit), finite_vector("active_time", active_time)
    until = np.asarray(end, np.float64)
    until = finite_vector("end", np.full(first.size, until) if until.ndim == 0 else until)
    between("day_length", day_length, 0, math.inf)
    alpha_of(confidence)
    one_of("method", method, ("clopper-pearson", "wilson"))
    wanted, width = [whole_number("day", day) for day in days], whole_number("window", window)
    _check(first.size, unit, time.size, until.size, width)
    position = unit.astype(np.int64)
    known = (time >= first[position]) & (time < until[position])
    position = position[known]
    active_day = np.floor((time[known] - first[position]) / day_length)
    watched = np.floor((until - first) / day_length)
    found = []
    for day in wanted:
        observed = watched >= day + width
        here = (active_day >= day) & (active_day < day + width)
        retained = np.zeros(first.size, np.bool_)
        retained[position[here]] = True
        found.append(_of(day, int(observed.sum()), int((retained & observed).sum()), first.size, confidence, method))
    return RetentionCurve(tuple(found), confidence)


def _of(day: int, observed: int, retained: int, units: int, confidence: float, method: IntervalMethod) -> Retention:
    if not observed:
        note = f"no unit was observed to the end of day {day}"
        return Retention(day, 0, 0, units, math.nan, math.nan, math.nan, note)
    interval = binomial_interval(retained, observed, confidence, method)
    return Retention(day, observed, retained, units - observed, interval.share, interval.low, interval.high)


def _check(units: int, position: ArrayLike, times: int, ends: int, window: int) -> None:
    at = np.asarray(position)
    out = int(((at < 0) | (at >= units) | (at != np.floor(at))).sum())
    if out or at.size != times or ends != units or window < 1:
        raise InputError(
            "activity",
            got=f"{units} units, {ends} ends, {at.size} positions ({out} out of range), {times} times, window {window}",
            expected="one end a unit, one time a position, positions from 0 to units - 1, a window of at least 1",
            cause="unit ids passed as positions",
            remedy="turn ids into positions, for instance with np.unique(ids, return_inverse=True)",
        )
