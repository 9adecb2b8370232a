"""Is the effect another one on some days? Told from days that differ for reasons of their own."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from operator import add
from typing import Any

from helpers.stats.checks.daily_effects import DailyEffects
from helpers.stats.checks.novelty import LEAST, trends
from helpers.stats.multiplicity.heterogeneity import heterogeneity
from helpers.stats.multiplicity.interaction import Scale
from helpers.stats.summaries.summary import Summary

Arms = tuple[Summary, Summary]
SCALES: tuple[Scale, ...] = ("relative", "absolute")


def other_effect_p(days: Mapping[float, Arms], those: Collection[float]) -> float:
    r"""p of another effect of the units of ``those`` days than of the others; NaN where it cannot be tested.

    The largest of four p-values, for each of two reasons why a difference may be none:

    - days have effects of their own, a party of friends or one arm's bad hour, so the effects of single days are
      regressed on whether a day is one of those, with the scatter of the days about it
      (:func:`~helpers.stats.checks.novelty.trends`); and where days are too small for that, the units are tested as two
      groups (Cochran's Q);
    - days have levels of their own, a sale above all, and an effect that stays as it is relative to the level changes as
      an absolute one, or the other way round: both scales must show it.

    Args:
        days: (control, treatment) of each day, of units that appear on one day only.
        those: the days that are asked about; at least one, and three in all, must have a variance.

    Example:
        >>> from helpers.stats import Proportion
        >>> days = {d: (Proportion(900, 90), Proportion(900, 180 if d == 3 else 100)) for d in range(14)}
        >>> other_effect_p(days, {3}) < 0.001 < 0.5 < other_effect_p(days, {4})
        True
    """
    groups = [_pooled(arms for day, arms in days.items() if (day in those) is inside) for inside in (True, False)]
    if None in groups:
        return math.nan
    pair = {str(i): group for i, group in enumerate(groups) if group is not None}
    return max(*(heterogeneity(pair, scale=scale).p_value for scale in SCALES), _by_days(days, those), key=_nan_last)


def _by_days(days: Mapping[float, Arms], those: Collection[float]) -> float:
    """The larger p of the two scales, from the effects of single days."""
    daily = DailyEffects.independent(days)
    inside = [float(day in those) for day in daily.days]
    if len(inside) < LEAST or len(set(inside)) < 2:
        return math.nan
    told = [daily] if daily.relative is None else [daily, daily.relative]
    return max(float(trends(inside, one.effects, one.matrix).p_value) for one in told)


def _pooled(arms: Iterable[Arms]) -> Arms | None:
    """The units of several days; None without a day."""
    sides: list[tuple[Any, ...]] = list(zip(*arms, strict=True))
    return (reduce(add, sides[0]), reduce(add, sides[1])) if sides else None


def _nan_last(p: float) -> float:
    return math.inf if math.isnan(p) else p
