"""A worked illustration of feedback: the accuracy of a model on data that drift, with and without retraining."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SEED, MONTHS, UNITS, RUNS, WINDOW = 20260801, 12, 1_500, 20, 2
"""What the illustration on the page is made with: seed, months, units a month, runs, months trained on."""

FADING, GROWING, LASTING, BASE = 1.2, 1.2, 0.5, -1.0
"""Log odds: a feature that fades to nothing, one that grows from nothing, one that lasts, and the intercept."""


@dataclass(frozen=True)
class Drift:
    """AUC by month, the mean over the runs, on units that no model was trained on.

    ``frozen`` was trained before the first month and never again; ``retrained`` on the latest ``window`` months whose
    outcomes are known; ``ceiling`` knows the coefficients of the month and is as good as any model could be.
    """

    months: tuple[int, ...]
    frozen: tuple[float, ...]
    retrained: tuple[float, ...]
    ceiling: tuple[float, ...]
    units: int
    runs: int
    window: int
    seed: int


def auc(outcomes: NDArray[np.bool_], scores: Array) -> float:
    """Area under the ROC curve: the chance that a unit with the outcome scores above one without; ties count half.

    Computed from ranks, as the Mann-Whitney statistic. NaN where one of the two groups is empty.

    >>> auc(np.array([True, False, True, False]), np.array([0.9, 0.4, 0.4, 0.1]))
    0.875
    """
    from scipy.stats import rankdata

    hits = int(outcomes.sum())
    misses = len(outcomes) - hits
    if hits == 0 or misses == 0:
        return float("nan")
    return float((rankdata(scores)[outcomes].sum() - hits * (hits + 1) / 2) / (hits * misses))


def simulate(
    rng: np.random.Generator, *, months: int = MONTHS, units: int = UNITS, runs: int = RUNS, window: int = WINDOW
) -> tuple[Array, Array, Array]:
    """Mean AUC by month of the frozen model, the retrained one and the ceiling.

    Outcomes follow a logistic model in three independent standard normal features; the coefficient of the first falls
    linearly to zero over ``months`` and that of the second rises from zero. Both models are logistic regressions
    fitted by maximum likelihood. Month 0 and the ``window - 1`` months before it, without drift, train the first model.

    >>> frozen, retrained, ceiling = simulate(np.random.default_rng(1), months=6, units=800, runs=3)
    >>> bool(frozen[-1] < retrained[-1] < ceiling[-1])
    True
    """
    found = np.empty((runs, 3, months))
    for run in range(runs):
        known = [_month(rng, units, 0.0) for _ in range(window)]
        first = _fitted(known)
        for month in range(1, months + 1):
            share = month / months
            features, outcomes = _month(rng, units, share)
            models = (first, _fitted(known[-window:]), _truth(share))
            found[run, :, month - 1] = [auc(outcomes, features @ model) for model in models]
            known.append((features, outcomes))
    frozen, retrained, ceiling = found.mean(axis=0)
    return frozen, retrained, ceiling


def illustration() -> Drift:
    """The simulation shown on the page, always the same."""
    curves = simulate(np.random.default_rng(SEED))
    frozen, retrained, ceiling = (tuple(round(float(v), 4) for v in curve) for curve in curves)
    return Drift(tuple(range(1, MONTHS + 1)), frozen, retrained, ceiling, UNITS, RUNS, WINDOW, SEED)


def _truth(share: float) -> Array:
    return np.array([BASE, FADING * (1 - share), GROWING * share, LASTING])


def _month(rng: np.random.Generator, units: int, share: float) -> tuple[Array, NDArray[np.bool_]]:
    features = np.column_stack([np.ones(units), rng.standard_normal((units, 3))])
    return features, rng.random(units) < 1 / (1 + np.exp(-(features @ _truth(share))))


def _fitted(months: list[tuple[Array, NDArray[np.bool_]]]) -> Array:
    import statsmodels.api as sm

    features = np.vstack([f for f, _ in months])
    outcomes = np.concatenate([o for _, o in months]).astype(float)
    return np.asarray(sm.GLM(outcomes, features, family=sm.families.Binomial()).fit().params)
