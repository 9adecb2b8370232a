"""Several metrics at once: family-wise error, false discoveries, and intervals that agree with the decisions.

A false discovery rate is a mean of shares and not a share of runs. Here one discovery of every run is
picked at random: how often the pick is false, with runs without a discovery counting as no, has exactly
that mean. The false coverage rate is counted the same way.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import special

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.comparisons.score import score_intervals
from helpers.stats.inference import p_values
from helpers.stats.multiplicity.corrections import Method, adjusted_p_values, decision_levels
from helpers.stats.validation import BoolArray, FloatArray
from helpers.validation.case import Case

TOPIC = "Several metrics"
NAMES: dict[Method, str] = {
    "holm": "Holm", "bonferroni": "Bonferroni", "hochberg": "Hochberg", "bh": "Benjamini-Hochberg",
    "by": "Benjamini-Yekutieli",
}  # fmt: skip


def statistics(rng: np.random.Generator, runs: int, effects: tuple[float, ...], correlation: float) -> FloatArray:
    """z statistics of equally correlated metrics, one run a row; ``effects`` in standard errors.

    Example:
        >>> statistics(np.random.default_rng(1), 4, (0.0, 3.0), 0.5).shape
        (4, 2)
    """
    common = rng.standard_normal((runs, 1)) * np.sqrt(correlation)
    own = rng.standard_normal((runs, len(effects))) * np.sqrt(1 - correlation)
    z: FloatArray = np.asarray(effects) + common + own
    return z


def any_false_alarm(
    rng: np.random.Generator, runs: int, *, method: Method, effects: tuple[float, ...], correlation: float
) -> int:
    """Runs with a true null hypothesis rejected."""
    p = p_values(statistics(rng, runs, effects, correlation))
    rejected = adjusted_p_values(p, method) < ALPHA
    return int(rejected[:, np.asarray(effects) == 0].any(axis=1).sum())


def false_discovery(
    rng: np.random.Generator, runs: int, *, method: Method, effects: tuple[float, ...], correlation: float
) -> int:
    """Runs whose randomly picked discovery is false."""
    p = p_values(statistics(rng, runs, effects, correlation))
    rejected = adjusted_p_values(p, method) < ALPHA
    return _picked(rng, rejected, np.broadcast_to(np.asarray(effects) == 0, p.shape))


def false_coverage(
    rng: np.random.Generator, runs: int, *, method: Method, effects: tuple[float, ...], correlation: float
) -> int:
    """Runs whose randomly picked interval, among those of the discoveries, misses the truth."""
    z = statistics(rng, runs, effects, correlation)
    p = p_values(z)
    reach = -special.ndtri(decision_levels(p, method, ALPHA) / 2)
    return _picked(rng, adjusted_p_values(p, method) < ALPHA, np.abs(z - np.asarray(effects)) > reach)


def all_covered(
    rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, rates: tuple[float, ...], shared: bool
) -> int:
    """Runs whose Bonferroni intervals all hold: several metrics, or arms against one control."""
    m, base = len(rates), 0.2
    x_c = rng.binomial(n_c, base, (runs, 1 if shared else m))
    level = 1 - decision_levels(np.zeros(m), "bonferroni", ALPHA)[0]
    found = score_intervals(x_c, n_c, rng.binomial(n_t, rates, (runs, m)), n_t, float(level))
    truth = np.asarray(rates) - base
    return int(((found.absolute_low <= truth) & (truth <= found.absolute_high)).all(axis=1).sum())


def _picked(rng: np.random.Generator, among: BoolArray, marked: BoolArray) -> int:
    """Runs whose one randomly picked member ``among`` is marked."""
    lot = np.where(among, rng.random(among.shape), -1.0)
    pick = lot.argmax(axis=1)[:, None]
    return int((np.take_along_axis(among & marked, pick, axis=1)).sum())


NULL, MIXED, MANY = (0.0,) * 5, (0.0, 0.0, 0.0, 2.5, 3.5), (0.0,) * 15 + (2.0, 2.5, 3.0, 3.5, 4.0)
FAMILIES: tuple[tuple[str, tuple[float, ...]], ...] = (("5 metrics, no effect", NULL), ("5 metrics, 2 effects", MIXED))
CORRELATIONS = (0.0, 0.7)
FAMILY_WISE: tuple[Method, ...] = ("bonferroni", "holm", "hochberg")
DISCOVERIES: tuple[Method, ...] = ("bh", "by")


def _cases() -> tuple[Case, ...]:
    made = []
    for correlation in CORRELATIONS:
        how = f"correlation {correlation:g}"
        for method in FAMILY_WISE:
            for family, effects in FAMILIES:
                hits = partial(any_false_alarm, method=method, effects=effects, correlation=correlation)
                setting = f"any in the family: {family}, {how}"
                made.append(Case(TOPIC, NAMES[method], setting, "false positives", ALPHA, hits, promise="at most"))
        for method in DISCOVERIES:
            for family, effects in (("5 metrics, no effect", NULL), ("20 metrics, 5 effects", MANY)):
                hits = partial(false_discovery, method=method, effects=effects, correlation=correlation)
                setting = f"false discovery rate: {family}, {how}"
                made.append(Case(TOPIC, NAMES[method], setting, "false positives", ALPHA, hits, promise="at most"))
            hits = partial(false_coverage, method=method, effects=MANY, correlation=correlation)
            setting = f"false coverage rate: 20 metrics, 5 effects, {how}"
            made.append(Case(TOPIC, NAMES[method], setting, "false positives", ALPHA, hits, promise="at most"))
    # every null true and independent: the bound is the rate itself (Simes 1986)
    hits = partial(any_false_alarm, method="bh", effects=NULL, correlation=0.0)
    made.append(Case(TOPIC, NAMES["bh"], "any of 5 independent metrics", "false positives", ALPHA, hits))
    for n_c, n_t in ((5_000, 5_000), (9_000, 1_000)):
        for shared in (False, True):
            hits = partial(all_covered, n_c=n_c, n_t=n_t, rates=(0.2, 0.22, 0.25), shared=shared)
            setting = f"{'3 arms against one control' if shared else '3 metrics'}, {n_c:,} : {n_t:,}"
            made.append(
                Case(
                    TOPIC,
                    "Bonferroni intervals, all at once",
                    setting,
                    "coverage",
                    CONFIDENCE,
                    hits,
                    promise="at least",
                )
            )
    return tuple(made)


CASES = _cases()
