"""Who drops: conversion by segment, and how much of a gap between two groups is who they are."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.experiment import funnel
from helpers.stats.binomial import BinomialInterval, binomial_interval
from helpers.stats.checks.exact_counts import clustered_shares_p_value, shares_p_value
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class SegmentRate:
    """Conversion from the exposure step to the last one in one level of a segment.

    ``missing`` is how many more units would convert if the level did as well as the best level of its segment;
    ``differ`` is the p of equal rates in all levels of the segment, NaN where no test tells it.
    """

    dimension: str
    level: str
    reached: int
    rate: BinomialInterval
    missing: float
    differ: float = math.nan


@dataclass(frozen=True)
class Decomposition:
    """A gap in conversion between two groups, split over another segment (Kitagawa 1955).

    ``gap`` = rate of ``low`` minus rate of ``high``; ``mix`` is the part that the groups' different shares of the
    segment's levels make at average rates, ``rate`` the part that different rates make at average shares. They add
    up to the gap exactly. ``units`` are those of ``low`` and of ``high`` at the exposure step.
    """

    dimension: str
    low: str
    high: str
    gap: float
    mix: float
    rate: float
    units: tuple[int, int]


def rates(con: "duckdb.DuckDBPyConnection", study: Study, dimension: str) -> list[SegmentRate]:
    """Levels of a segment, the largest first, those with too few units at the exposure step pooled as ``other``.

    Intervals are Clopper-Pearson's, and by clusters, as the test of equal rates is, where the study names them. ``other`` and
    ``unknown`` are never the best level that the rest is held against.
    """
    exposed = study.funnel.steps.index(study.exposure)
    pooled: dict[str, tuple[int, int]] = {}
    for f in funnel.read(con, dimension):
        reached = f.steps[exposed].units
        if f.name != study.way or not reached:
            continue
        level = f.level if reached >= study.min_segment else "other"
        n, k = pooled.get(level, (0, 0))
        pooled[level] = (n + reached, k + f.converted)
    known = [counts for level, counts in pooled.items() if level not in ("other", "unknown")]
    units, converted = max(known, key=lambda counts: counts[1] / counts[0], default=(1, 0))
    levels = dict(sorted(pooled.items(), key=lambda item: -item[1][0]))
    told, differ = _by_cluster(con, study, dimension, list(levels)) if study.cluster else _by_unit(levels)
    return [
        SegmentRate(dimension, level, n, told[level], max(0, converted * n - k * units) / units, differ)
        for level, (n, k) in levels.items()
    ]


def _by_unit(levels: Mapping[str, tuple[int, int]]) -> tuple[dict[str, BinomialInterval], float]:
    """The rate of each level, and the p that they are equal, each unit for itself."""
    p_value = shares_p_value([k for _, k in levels.values()], [n for n, _ in levels.values()])
    return {level: binomial_interval(k, n) for level, (n, k) in levels.items()}, p_value


def _by_cluster(
    con: "duckdb.DuckDBPyConnection", study: Study, dimension: str, levels: Sequence[str]
) -> tuple[dict[str, BinomialInterval], float]:
    """The same by clusters, whose units may be of several levels; a level that is none of those named is pooled."""
    if not levels:
        return {}, math.nan
    cells = funnel.by_cluster(con, dimension)[study.way]
    cells = cells.rename(columns={name: "other" for name in cells.columns.levels[0] if name not in levels}, level=0)
    cells = cells.T.groupby(level=["level", "step"]).sum().T
    there, reached = (
        cells.reindex(columns=[(level, step) for level in levels], fill_value=0)
        for step in (study.funnel.steps.index(study.exposure) + 1, len(study.funnel.steps))
    )
    rates = {level: funnel.share_of_clusters(reached.iloc[:, i], there.iloc[:, i]) for i, level in enumerate(levels)}
    return rates, clustered_shares_p_value(reached, there)


def telling(groups: Iterable[SegmentRate], study: Study) -> list[SegmentRate]:
    """The rates; none of a table all of whose units have the outcome, as one that is measured of everybody: they tell nothing."""
    levels = list(groups)
    return [] if not study.has_way and all(g.rate.share == 1 for g in levels) else levels


def decompose(con: "duckdb.DuckDBPyConnection", study: Study) -> list[Decomposition]:
    """The gap between the two largest levels of the first segment, over each of the other segments.

    Empty where the study has one segment only, or where fewer than two levels reach the minimum size.
    """
    if len(study.segments) < 2:
        return []
    cells = query.query(con, "funnel_cross")
    sizes = cells.groupby(["dimension", "first_level"]).reached_units.sum().groupby("first_level").max()
    sizes = sizes.sort_values(ascending=False, kind="stable")
    sizes = sizes.drop(labels=["unknown"], errors="ignore")
    sizes = sizes[sizes >= study.min_segment]
    if len(sizes) < 2:
        return []
    pair = list(sizes.index[:2])
    found = []
    for dimension, group in cells[cells.first_level.isin(pair)].groupby("dimension"):
        wide = group.pivot_table(
            index="level",
            columns="first_level",
            values=["reached_units", "converted_units"],
            aggfunc="sum",
            fill_value=0,
        )
        reached, converted = wide["reached_units"], wide["converted_units"]
        overall = converted.sum() / reached.sum()
        low, high = sorted(pair, key=lambda level: overall[level])
        share = reached / reached.sum()
        pooled = converted.sum(axis=1) / reached.sum(axis=1)
        rate = (converted / reached).where(reached > 0, pooled, axis=0)
        mix = ((share[low] - share[high]) * (rate[low] + rate[high]) / 2).sum()
        found.append(
            Decomposition(
                str(dimension),
                low,
                high,
                float(overall[low] - overall[high]),
                float(mix),
                float(((rate[low] - rate[high]) * (share[low] + share[high]) / 2).sum()),
                (int(sizes[low]), int(sizes[high])),
            )
        )
    return found
