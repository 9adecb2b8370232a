"""Power counted on the user's own data: resample, split, inject a lift, analyse, count.

No formula for the spread and none for the test: what the analysis finds in data like yours is what it will find. For
heavy tails, for analyses without a formula, and to check the formulas of :mod:`helpers.stats.design.power`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

from numpy.typing import ArrayLike

from helpers.defaults import POWER
from helpers.stats.design.simulated_experiments import Experiments, SimulatedPower, SimulatedTrials
from helpers.stats.validation import InputError, between, finite, whole_number


@dataclass(frozen=True)
class SimulatedPlan:
    """Size, or smallest lift, at which the simulated power reaches what was asked for.

    Attributes:
        n_total, lift: one given, the other found.
        target: the power asked for.
        at: simulated power there; its interval says how far the noise of the runs reaches.
        evaluations: simulations made on the way.

    Example:
        >>> import numpy as np
        >>> plan = simulated_size([0, 1] * 50, kind="proportion", lift=0.2, runs=200, rng=np.random.default_rng(1))
        >>> plan.at.power >= plan.target
        True
    """

    n_total: int
    lift: float
    target: float
    at: SimulatedPower
    evaluations: int


def simulated_power(
    baseline: ArrayLike,
    *,
    lift: float,
    n: int,
    **how: Unpack[Experiments],
) -> SimulatedPower:
    """Power of ``n`` units at a lift, counted on experiments made of the baseline's own units.

    Each run draws the units of both arms from the baseline with replacement, injects the lift into the treatment and
    tests as ``compare`` would.

    Args:
        baseline: one row a unit from before the experiment: values, or ``(units, columns)`` with the outcome first
            and, for a ratio, the denominator second.
        lift: relative change of the expected outcome, a fraction.
        n: units over both arms.
        how: ``rng`` and the other options of :class:`~helpers.stats.design.simulated_experiments.Experiments`: ``kind`` or an
            ``analyse`` of your own, ``inject``, ``weights``, ``alpha``, ``alternative``, ``runs``.

    Assumes independent units, and that the coming ones are like the baseline's. With small baselines the largest value
    seen stands in for the tail that was not.

    Raises:
        InputError: for a baseline that does not fit the kind, or a lift that cannot be injected.

    Example:
        >>> import numpy as np
        >>> spend = np.random.default_rng(7).gamma(0.5, 40, 3000)
        >>> r = simulated_power(spend, lift=0.1, n=6000, runs=400, rng=np.random.default_rng(1))
        >>> 0.6 < r.power < 0.9
        True
    """
    made = SimulatedTrials.of(baseline, **how)
    return made(whole_number("n", n), finite("lift", lift))


def simulated_size(
    baseline: ArrayLike,
    *,
    lift: float,
    power: float = POWER,
    largest: int = 10_000_000,
    tolerance: float = 0.01,
    **how: Unpack[Experiments],
) -> SimulatedPlan:
    """Units over both arms at which the simulated power reaches ``power``, by bisection.

    All sizes are judged on common random numbers (a larger experiment begins with the units of the smaller), so that
    the bisection is not led astray by the noise between them; the noise of the runs as such stays in the answer.

    Args:
        lift, power: effect to be found, and how surely.
        largest: size at which to give up.
        tolerance: relative width at which the bisection ends.
        baseline, how: as in :func:`simulated_power`.

    Raises:
        InputError: when ``largest`` units do not reach the power.

    Example:
        >>> import numpy as np
        >>> spend = np.random.default_rng(7).gamma(0.5, 40, 3000)
        >>> plan = simulated_size(spend, lift=0.2, runs=200, rng=np.random.default_rng(1))
        >>> 1000 < plan.n_total < 2600
        True
    """
    between("power", power, 0, 1)
    made = SimulatedTrials.of(baseline, **how)
    change = finite("lift", lift)
    start = math.ceil(4 / min(made.weights))
    return _bisected(lambda n: made(round(n), change), start, largest, power, tolerance, whole=True)


def simulated_mde(
    baseline: ArrayLike,
    *,
    n: int,
    power: float = POWER,
    largest: float = 1.0,
    tolerance: float = 0.01,
    **how: Unpack[Experiments],
) -> SimulatedPlan:
    """Smallest lift that ``n`` units find with ``power``, by bisection on common random numbers.

    Args:
        n, power: units over both arms, and how surely the lift is to be found.
        largest: lift at which to give up; a negative one looks for the smallest fall.
        tolerance: relative width at which the bisection ends.
        baseline, how: as in :func:`simulated_power`.

    Raises:
        InputError: when the largest lift is not found with the power.

    Example:
        >>> import numpy as np
        >>> spend = np.random.default_rng(7).gamma(0.5, 40, 3000)
        >>> plan = simulated_mde(spend, n=1700, runs=200, rng=np.random.default_rng(1))
        >>> 0.15 < plan.lift < 0.25
        True
    """
    between("power", power, 0, 1)
    made = SimulatedTrials.of(baseline, **how)
    units, sign = whole_number("n", n), math.copysign(1.0, finite("largest", largest))
    return _bisected(lambda x: made(units, sign * x), abs(largest) / 1024, abs(largest), power, tolerance, whole=False)


def _bisected(
    at: Callable[[float], SimulatedPower], low: float, largest: float, power: float, tolerance: float, *, whole: bool
) -> SimulatedPlan:
    """Double until the power is there, then halve the bracket on the logarithmic axis."""
    high, found, evaluations = low, at(low), 1
    while found.power < power and high < largest:
        low, high = high, min(2 * high, largest)
        found, evaluations = at(high), evaluations + 1
    if found.power < power:
        raise InputError(
            "power",
            got=f"{found.power:.3g} with {found.n_total:,} units at a lift of {found.lift:.4g}",
            expected=f"{power:g}",
            cause="an effect too small for these units, or an analysis blind to the lift that is injected",
            remedy="raise largest, or plan for a larger lift",
        )
    while high > low * (1 + tolerance) and not (whole and high - low <= 1):
        middle = math.sqrt(low * high)
        middle = min(max(math.ceil(middle), low + 1), high - 1) if whole and high - low > 1 else middle
        tried, evaluations = at(middle), evaluations + 1
        if tried.power < power:
            low = middle
        else:
            high, found = middle, tried
    return SimulatedPlan(found.n_total, found.lift, power, found, evaluations)
