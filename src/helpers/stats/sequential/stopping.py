r"""At the stop of a group sequential test: repeated intervals, and the estimate, interval and p adjusted for the looks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.defaults import ALPHA
from helpers.stats.comparisons.effects import Effect, compare, effect_of
from helpers.stats.comparisons.linear import fieller
from helpers.stats.inference import Alternative, EffectArrays, agreeing, critical
from helpers.stats.roots import decreasing_roots
from helpers.stats.sequential.group_sequential import GroupSequential, Spending, group_sequential, per_side
from helpers.stats.sequential.peeking import REACH, Side, Surviving, survivors
from helpers.stats.summaries.summary import Summary
from helpers.stats.validation import FloatArray, InputError, finite_vector

_FARTHEST = 36.0  # exp(-z * z / 2) is still a normal float there
_LEAST_LEVEL = 1e-12  # levels below would round 1 - level; this much alpha a look is nothing


@dataclass(frozen=True, eq=False)
class Stagewise:
    """Inference at the stop in the units of the drift (z expected at fraction 1); arrays of one shape.

    Attributes:
        p_value: adjusted for the looks.
        median: median-unbiased estimate.
        low, high: adjusted interval; zero is outside if and only if a boundary was crossed.

    Example:
        >>> s = stagewise(group_sequential(3), look=2, z=2.6)
        >>> bool(s.low < s.median < 2.6 / (2 / 3) ** 0.5)
        True
    """

    p_value: FloatArray
    median: FloatArray
    low: FloatArray
    high: FloatArray


def stagewise(design: GroupSequential, look: ArrayLike, z: ArrayLike) -> Stagewise:
    """Adjusted p-value, median-unbiased estimate and interval of experiments stopped at ``look`` with ``z``.

    Outcomes are ordered by stage: an earlier crossing is more extreme than a later one, and at one
    look the larger z is. The interval holds every drift under which neither tail falls below
    alpha / 2 (alpha when one-sided), so it contradicts the boundaries never.

    Args:
        design: made of the looks that were taken; the last with ``final``.
        look: 1 for the first look; arrays allowed.
        z: statistic there: past a boundary, or anything at the last look.

    Raises:
        InputError: for a look the design does not have or a z that is not finite.

    Reference: Tsiatis, Rosner and Mehta (1984), Biometrics 40, 797-803; Jennison and Turnbull (2000),
    chapter 8.

    Example:
        >>> s = stagewise(group_sequential(5), look=5, z=2.1)
        >>> round(float(s.p_value), 3), bool(s.low > 0)
        (0.045, True)
    """
    shape = np.broadcast_shapes(np.shape(look), np.shape(z))
    where = np.broadcast_to(np.asarray(look), shape).ravel()
    value = finite_vector("z", np.broadcast_to(np.asarray(z, np.float64), shape).ravel())
    if not np.isin(where, np.arange(1, len(design.fractions) + 1)).all():
        raise InputError(
            "look",
            got=look,
            expected=f"a whole number from 1 to {len(design.fractions)}",
            cause="counted from 0, or a look the design does not have",
            remedy="make the design with the fractions of the looks taken",
        )
    reach = min(REACH + 8 + float(np.max(np.abs(value), initial=0.0)), _FARTHEST)
    walks = survivors(design.fractions, design.lower, design.upper, reach)
    found = np.full((4, value.size), np.nan)
    for k in np.unique(where):
        found[:, where == k] = _at_stop(design, walks[:k], value[where == k])
    return Stagewise(*found.reshape(4, *shape))


@dataclass(frozen=True)
class LookResult:
    """One look of a running experiment.

    Attributes:
        fraction, critical, spent: information fraction, boundary of z, cumulative alpha.
        z: the normal deviate of the look's p-value, signed.
        crossed: whether the boundary was crossed at this look.
        effect: ``compare`` at the look's own level: its intervals are the repeated confidence
            intervals, which hold the effect at all looks at once with probability 1 - alpha.

    Example:
        >>> from helpers.stats import Proportion
        >>> arms = Proportion(1000, 100), Proportion(1000, 160)
        >>> monitor([arms], [0.5]).looks[0].crossed
        True
    """

    fraction: float
    critical: float
    spent: float
    z: float
    crossed: bool
    effect: Effect


@dataclass(frozen=True)
class SequentialAnalysis:
    """An experiment after one or more planned looks.

    Attributes:
        design: boundaries at the fractions of the looks taken.
        looks: the looks, in order.
        stopped: number of the look at which it stopped, from 1; None while it runs.
        effect: at the stop, adjusted for the looks: stagewise p-value, median-unbiased estimates,
            stagewise intervals, absolute and relative; None while it runs.
        note: what to know before reading it; empty otherwise.

    Example:
        >>> from helpers.stats import Proportion
        >>> arms = Proportion(1000, 100), Proportion(1000, 160)
        >>> result = monitor([arms], [0.5])
        >>> result.stopped, result.effect.significant
        (1, True)
    """

    design: GroupSequential
    looks: tuple[LookResult, ...]
    stopped: int | None
    effect: Effect | None
    note: str = ""


def monitor(
    looks: Sequence[tuple[Summary, Summary]],
    fractions: Sequence[float],
    spending: Spending | None = None,
    *,
    alpha: float = ALPHA,
    alternative: Alternative = "two-sided",
    final: bool = False,
) -> SequentialAnalysis:
    """Test an experiment at planned looks, and estimate its effect where it stops.

    Each look's p-value from ``compare`` is held against the level of its boundary (the significance
    level approach), so the same test decides as without looks. It stops at the first crossing, or at
    the last look when that is ``final``. The adjusted interval replaces the critical value of the
    test by the one that the stagewise ordering gives each end, on both scales, so they agree.

    Args:
        looks: (control, treatment) with all data so far, one pair a look, in order.
        fractions: information fractions, units so far over units planned.
        spending, alpha, alternative: as in ``group_sequential``.
        final: no further look will follow: under- and overrun are settled by spending what is left.

    Data that arrive after a crossing are outside the test. To judge by them too, leave the crossing
    look out and give the later one as final (the deletion method of Whitehead 1992). A look's level
    is never taken below 1e-12.

    Raises:
        InputError: for as many fractions as not looks, or arms that cannot be compared.

    Reference: Jennison and Turnbull (2000), chapters 7 to 9.

    Example:
        >>> from helpers.stats import Proportion
        >>> first = Proportion(1000, 100), Proportion(1000, 110)
        >>> second = Proportion(2000, 200), Proportion(2000, 250)
        >>> result = monitor([first, second], [0.5, 1.0], final=True)
        >>> result.stopped, round(result.effect.p_value, 4), round(result.effect.absolute, 4)
        (2, 0.0142, 0.0248)
    """
    if len(looks) != len(fractions):
        raise InputError(
            "looks",
            got=f"{len(looks)} looks with {len(fractions)} fractions",
            expected="one information fraction a look",
            cause="the planned fractions given in place of those of the looks taken",
            remedy="divide the units of each look by the units planned",
        )
    design = group_sequential(fractions, spending, alpha=alpha, alternative=alternative, final=final)
    results = []
    for (control, treatment), t, crit, spent, level in zip(
        looks, design.fractions, design.critical, design.spent, design.levels, strict=True
    ):
        confidence = 1 - max(level, _LEAST_LEVEL)
        effect = compare(control, treatment, confidence=confidence, alternative=alternative)
        both = compare(control, treatment)
        z = float(signed_z(both.p_value, both.statistic))
        results.append(LookResult(t, crit, spent, z, effect.significant, effect))
    crossings = [i for i, look in enumerate(results, 1) if look.crossed]
    stopped = crossings[0] if crossings else (len(results) if final else None)
    if stopped is None:
        return SequentialAnalysis(design, tuple(results), None, None, "no boundary crossed yet: the experiment runs on")
    note = "" if stopped == len(results) else f"crossed at look {stopped}: the looks after it do not count"
    adjusted = _adjusted(design, stopped, results[stopped - 1], *looks[stopped - 1])
    return SequentialAnalysis(design, tuple(results), stopped, adjusted, note)


def signed_z(p_value: ArrayLike, statistic: ArrayLike) -> FloatArray:
    """Normal deviates of two-sided p-values, with the sign of the statistic; NaN where p is.

    Example:
        >>> signed_z([0.05, 1.0], [-2.1, 0.0]).round(3).tolist()
        [-1.96, 0.0]
    """
    deviate = -special.ndtri(np.maximum(np.asarray(p_value, np.float64), 1e-300) / 2)
    signed: FloatArray = np.copysign(deviate, statistic)
    return signed


def stopped_effects(
    design: GroupSequential,
    look: ArrayLike,
    mean_c: FloatArray,
    v_c: FloatArray,
    mean_t: FloatArray,
    v_t: FloatArray,
    z: FloatArray,
) -> EffectArrays:
    """Adjusted estimates of many experiments at their stop, absolute and relative; arrays of one shape.

    Args:
        design, look: as in ``stagewise``.
        mean_c, v_c, mean_t, v_t: estimates of the arms and their squared standard errors.
        z: normal deviate of the p-value there, signed as the difference.

    Example:
        >>> a = [np.array([x]) for x in (0.1, 9e-5, 0.16, 1.344e-4, 4.0)]
        >>> found = stopped_effects(group_sequential([0.5, 1.0]), 1, *a)
        >>> bool(found.absolute_low[0] > 0), bool(found.relative_low[0] > 0)
        (True, True)
    """
    difference = mean_t - mean_c
    adjusted = stagewise(design, look, z)
    root = np.sqrt(np.asarray(design.fractions)[np.asarray(look) - 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        # the standard error that belongs to z, so that the interval decides as the test did
        scale = np.where(z == 0, 1.0, (difference / z) ** 2 / (v_c + v_t))
        error = np.sqrt(scale * (v_c + v_t))
        ends = []
        for drift in (adjusted.median, adjusted.low, adjusted.high):
            crit = np.where(np.isinf(drift), 0.0, z - drift * root)
            bounds = fieller(mean_c, scale * v_c, difference, scale * v_t, np.abs(crit), np.abs(z) > np.abs(crit))
            both = (difference - crit * error, np.where(crit >= 0, *bounds))
            ends.append([np.where(np.isinf(drift), drift, end) for end in both])
    (absolute, relative), lows, highs = ends
    significant = adjusted.p_value < design.alpha
    low, high = agreeing(lows[0], highs[0], z, significant)
    relative_low, relative_high = agreeing(lows[1], highs[1], z, significant)
    df = np.full_like(z, np.inf)
    return EffectArrays(absolute, low, high, relative, relative_low, relative_high, z, df, adjusted.p_value)


def _adjusted(design: GroupSequential, stopped: int, look: LookResult, control: Summary, treatment: Summary) -> Effect:
    method = f"stagewise ordering at look {stopped}, {design.method}"
    confidence = 1 - design.alpha
    if math.isnan(look.z):
        nan = np.asarray(math.nan)
        absolute, relative = np.asarray(look.effect.absolute), np.asarray(look.effect.relative)
        found = EffectArrays(absolute, nan, nan, relative, nan, nan, nan, nan, nan)
    else:
        arms = (control.estimate, control.variance / control.n, treatment.estimate, treatment.variance / treatment.n)
        found = stopped_effects(design, stopped, *(np.asarray(v, np.float64) for v in (*arms, look.z)))
    effect = effect_of(control, treatment, found, look.critical, confidence, design.alternative, method)
    return replace(effect, note=look.effect.note)


def _at_stop(design: GroupSequential, walks: Sequence[Surviving], z: FloatArray) -> FloatArray:
    """Rows p, median, low, high of experiments that all stopped at look ``len(walks)``."""
    times, last = design.fractions, len(walks) - 1

    def tail(side: Side, drift: FloatArray) -> FloatArray:
        bounds = design.upper if side == "upper" else design.lower
        total = walks[last].beyond(times[last], z, drift, side)
        for i in range(last):
            total = total + walks[i].beyond(times[i], bounds[i], drift, side)
        return total

    sides, own = per_side(design.alpha, design.alternative)
    far = (np.abs(z) + 8) / math.sqrt(times[last])
    target = float(critical(own, alternative="greater"))

    def solved(side: Side, goal: float) -> FloatArray:
        """Drift at which the tail probability is that of the normal deviate ``goal``."""
        if side == "upper":
            return decreasing_roots(lambda d: -_deviate(tail(side, d)) - goal, -far, far)
        return decreasing_roots(lambda d: _deviate(tail(side, d)) + goal, -far, far)

    zero, endless = np.zeros_like(z), np.full_like(z, np.inf)
    if design.alternative == "less":
        return np.stack([tail("lower", zero), solved("lower", 0.0), -endless, solved("lower", target)])
    p, median, low = tail("upper", zero), solved("upper", 0.0), solved("upper", target)
    if sides == 1:
        return np.stack([p, median, low, endless])
    p = np.minimum(2 * np.minimum(p, tail("lower", zero)), 1.0)
    return np.stack([p, median, low, solved("lower", target)])


def _deviate(probability: FloatArray) -> FloatArray:
    deviate: FloatArray = special.ndtri(np.clip(probability, 1e-300, 1 - 1e-16))
    return deviate
