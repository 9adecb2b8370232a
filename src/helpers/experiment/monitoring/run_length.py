"""How long a chart runs without any change until it gives a false alarm: exactly, and by simulation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from helpers.defaults import CUSUM_ALLOWANCE, CUSUM_LIMIT, EWMA_LIMIT, EWMA_WEIGHT
from helpers.errors import ReportError
from helpers.experiment.monitoring.rules import MEMORY, RunRule
from helpers.stats.validation import BoolArray, FloatArray

PUBLISHED = {"WE 1": 370.40, "WE 1, 4": 152.73, "WE 1, 2, 3, 4": 91.75}
"""Average points between false alarms in Champ and Woodall, Technometrics 29 (1987), table 1."""
QUOTED = 149.0
"""Points between false alarms of rules 1 and 4 as sometimes quoted; the exact value and the published one are above."""
CUTS = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
NODES = 120


@dataclass(frozen=True)
class RunLength:
    """Average points until a signal, with its Monte Carlo interval.

    Attributes:
        mean: average over ``runs`` series.
        low, high: normal interval of 95 % for it.

    Example:
        >>> RunLength(370.0, 362.0, 378.0, 8000).holds(370.4)
        True
    """

    mean: float
    low: float
    high: float
    runs: int

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class RuleChain:
    """An absorbing Markov chain: ``steps`` among states without a signal, from state 0.

    Example:
        >>> from helpers.experiment.monitoring.rules import WESTERN_ELECTRIC
        >>> chain = rules_chain(WESTERN_ELECTRIC[:1])
        >>> round(chain.mean, 1), round(chain.within(28), 4)
        (370.4, 0.0729)
    """

    steps: FloatArray

    @property
    def mean(self) -> float:
        """Average points until the signal; infinite where it is so seldom that no number tells it from never."""
        try:
            return float(np.linalg.solve(np.eye(len(self.steps)) - self.steps, np.ones(len(self.steps)))[0])
        except np.linalg.LinAlgError:
            return math.inf

    def within(self, points: int) -> float:
        """Probability of a signal at one of the first ``points``."""
        return float(1 - np.linalg.matrix_power(self.steps, points)[0].sum())


def rules_chain(rules: tuple[RunRule, ...], shift: float = 0.0, side: str = "both") -> RuleChain:
    """Western Electric rules together on independent normal points, exactly.

    A state holds, a rule and side, the last ``window - 1`` flags "beyond" as far as they can still matter; all states
    that can be reached are visited.

    Args:
        rules: rules of the kind "beyond" with whole sigmas from 0 to 3.
        shift: mean of the points in sigma.
        side: "both", "low" or "high", as in :func:`helpers.experiment.monitoring.rules.signals`.

    Raises :class:`~helpers.errors.ReportError` for rules that look at the order of values.

    Reference: Champ and Woodall, "Exact results for Shewhart control charts with supplementary runs rules",
    Technometrics 29 (1987).

    Example:
        >>> from helpers.experiment.monitoring.rules import WESTERN_ELECTRIC
        >>> [round(rules_chain(r).mean, 2) for r in (WESTERN_ELECTRIC, (WESTERN_ELECTRIC[0], WESTERN_ELECTRIC[3]))]
        [91.75, 152.73]
    """
    if any(r.kind != "beyond" or r.sigmas not in (0.0, 1.0, 2.0, 3.0) for r in rules):
        raise ReportError(
            "no exact run length for these rules",
            got=", ".join(r.name for r in rules),
            expected="rules that count points beyond 0, 1, 2 or 3 sigma",
            remedy="simulate it: helpers.experiment.monitoring.run_length.simulated",
        )
    edges = special.ndtr(np.array([-math.inf, *CUTS, math.inf]) - shift)
    zones = [
        (float(p), zone) for p, zone in zip(np.diff(edges), (-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5), strict=True)
    ]
    signs = [sign for name, sign in (("high", 1), ("low", -1)) if side in ("both", name)]
    parts = [(rule, sign) for rule in rules for sign in signs]
    start = tuple((False,) * (rule.window - 1) for rule, _ in parts)
    numbers, waiting, moves = {start: 0}, [start], []
    while waiting:
        state = waiting.pop()
        for probability, zone in zones:
            flags = [(*past, sign * zone > rule.sigmas) for past, (rule, sign) in zip(state, parts, strict=True)]
            if any(sum(seen) >= rule.count for seen, (rule, _) in zip(flags, parts, strict=True)):
                continue
            following = tuple(_alive(seen[1:], rule.count) for seen, (rule, _) in zip(flags, parts, strict=True))
            if following not in numbers:
                numbers[following] = len(numbers)
                waiting.append(following)
            moves.append((numbers[state], numbers[following], probability))
    steps = np.zeros((len(numbers), len(numbers)))
    for before, after, probability in moves:
        steps[before, after] += probability
    return RuleChain(steps)


def run_chain(probability: float, length: int) -> RuleChain:
    """``length`` days in a row on which something of ``probability`` a day happens, independently.

    Example:
        >>> round(run_chain(0.5, 3).mean, 9)
        14.0
    """
    steps = np.zeros((length, length))
    steps[:, 0] = 1 - probability
    steps[np.arange(length - 1), np.arange(1, length)] = probability
    return RuleChain(steps)


def cusum_chain(shift: float = 0.0, allowance: float = CUSUM_ALLOWANCE, limit: float = CUSUM_LIMIT) -> RuleChain:
    r"""A one-sided CUSUM on normal points with mean ``shift`` towards its side.

    Page's integral equation :math:`L(u)=1+\Phi(k-u-\delta)L(0)+\int_0^hL(y)\phi(y+k-u-\delta)dy` by Gauss-Legendre
    quadrature. Two sides together alarm after :math:`1/L=1/L^-+1/L^+` (Kemp 1961).

    Example:
        >>> round(cusum_chain().mean / 2, 1)  # two-sided, h = 4: published 168
        167.7
    """
    nodes, weights = _nodes(0.0, limit)
    at = np.array([0.0, *nodes])
    steps = np.empty((NODES + 1, NODES + 1))
    steps[:, 0] = special.ndtr(allowance - at - shift)
    steps[:, 1:] = _density(nodes[None, :] + allowance - at[:, None] - shift) * weights
    return RuleChain(steps)


def ewma_chain(shift: float = 0.0, weight: float = EWMA_WEIGHT, limit: float = EWMA_LIMIT) -> RuleChain:
    r"""A two-sided EWMA with its limits for large t, on normal points with mean ``shift``.

    Crowder's integral equation :math:`L(u)=1+\tfrac1\lambda\int_{-h}^hL(y)\phi(\{y-(1-\lambda)u\}/\lambda-\delta)dy`
    by Gauss-Legendre quadrature. Reference: Crowder, Technometrics 29 (1987).

    Example:
        >>> round(ewma_chain().mean)  # published 500
        500
    """
    reach = limit * math.sqrt(weight / (2 - weight))
    nodes, weights = _nodes(-reach, reach)
    at = np.array([0.0, *nodes])
    steps = np.zeros((NODES + 1, NODES + 1))
    steps[:, 1:] = _density((nodes[None, :] - (1 - weight) * at[:, None]) / weight - shift) * weights / weight
    return RuleChain(steps)


def simulated(
    rng: np.random.Generator, alarms: Callable[[FloatArray], BoolArray], runs: int, *, block: int = 400
) -> RunLength:
    """Average points until ``alarms`` marks one, on independent standard normal series.

    Series are drawn in blocks that overlap by the memory of the longest rule, until every one has alarmed; the rule
    must look back no further than :data:`~helpers.experiment.monitoring.rules.MEMORY` points.

    Example:
        >>> from helpers.experiment.monitoring.rules import WESTERN_ELECTRIC, any_signal
        >>> rng = np.random.default_rng(1)
        >>> simulated(rng, lambda z: any_signal(WESTERN_ELECTRIC, z), 2_000).holds(91.75)
        True
    """
    lengths = np.zeros(runs)
    alive = np.arange(runs)
    past = np.full((runs, MEMORY), np.nan)
    done = 0
    while len(alive):
        z = np.concatenate([past, rng.standard_normal((len(alive), block))], axis=1)
        marked = alarms(z)[:, MEMORY:]
        stopped = marked.any(axis=1)
        lengths[alive[stopped]] = done + marked[stopped].argmax(axis=1) + 1
        alive, past, done = alive[~stopped], z[~stopped][:, -MEMORY:], done + block
    error = 1.959964 * float(lengths.std(ddof=1)) / math.sqrt(runs)
    mean = float(lengths.mean())
    return RunLength(mean, mean - error, mean + error, runs)


def _alive(flags: tuple[bool, ...], count: int) -> tuple[bool, ...]:
    """Flags without those that leave the window before ``count`` can be complete; flag i stays for i + 1 points."""
    return tuple(flag and sum(flags[i:]) + i + 1 >= count for i, flag in enumerate(flags))


def _nodes(low: float, high: float) -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    half = (high - low) / 2
    return low + half * (nodes + 1), weights * half


def _density(x: FloatArray) -> FloatArray:
    return np.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)
