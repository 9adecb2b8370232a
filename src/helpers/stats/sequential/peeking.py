r"""What looking early costs: the chance that a test looked at several times rejects at some look.

Cumulative z statistics of one experiment behave as :math:`Z_k=B(t_k)/\sqrt{t_k}`, with :math:`B` a
Brownian motion of drift :math:`\theta` over the information fraction :math:`t`. The density of
:math:`B(t_k)` among walks that have not left the corridor is carried from look to look by
quadrature (Armitage, McPherson and Rowe 1969), once under no drift; any other drift follows by
the likelihood ratio :math:`\exp(\theta b-\theta^2t/2)`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.defaults import ALPHA
from helpers.stats.binomial import MonteCarlo, monte_carlo
from helpers.stats.inference import critical
from helpers.stats.validation import FloatArray, InputError, between, finite_vector, whole_number

Side = Literal["upper", "lower"]

REACH = 12.0
"""No walk is followed beyond this many standard deviations: P(Z > 12) is below 2e-33."""
_PANEL = 1.5  # width of a quadrature panel in standard deviations of the narrowest step
_CLOSEST = 1e-4  # smallest share of its information that a look must add
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)


@dataclass(frozen=True, eq=False)
class Surviving:
    """Walks that have not left the corridor after a look: quadrature nodes and log mass, no drift.

    Attributes:
        fraction: information fraction of the look, 0 before the first one.
        score: nodes, values of ``B = Z * sqrt(fraction)``.
        log_mass: log of quadrature weight times density at the nodes.

    Example:
        >>> float(START.beyond(1.0, 1.959964).round(6))
        0.025
    """

    fraction: float
    score: FloatArray
    log_mass: FloatArray

    def beyond(self, fraction: float, z: ArrayLike, drift: ArrayLike = 0.0, side: Side = "upper") -> FloatArray:
        """P(still walking here and Z beyond ``z`` at the next look); ``z`` and ``drift`` broadcast."""
        step = fraction - self.fraction
        theta = np.asarray(drift, np.float64)[..., None]
        gap = self.score + theta * step - np.asarray(z, np.float64)[..., None] * math.sqrt(fraction)
        tail = special.ndtr((gap if side == "upper" else -gap) / math.sqrt(step))
        tilted = np.exp(self.log_mass + theta * (self.score - theta * self.fraction / 2))
        total: FloatArray = (tilted * tail).sum(axis=-1)
        return total

    def advanced(
        self, fraction: float, lower: float, upper: float, following: float, reach: float = REACH
    ) -> Surviving:
        """The walks still inside ``(lower, upper)`` at ``fraction``, ready for a look at ``following``."""
        step, root = fraction - self.fraction, math.sqrt(fraction)
        low, high = max(lower, -reach) * root, min(upper, reach) * root
        panels = math.ceil((high - low) / (_PANEL * math.sqrt(min(step, following - fraction))))
        half = (high - low) / (2 * panels)
        middles = low + half * (2 * np.arange(panels) + 1)
        score = (middles[:, None] + half * _NODES).ravel()
        exponent = -((score[:, None] - self.score) ** 2) / (2 * step) + self.log_mass
        top = exponent.max(axis=1)
        density = np.log(np.exp(exponent - top[:, None]).sum(axis=1)) + top - 0.5 * math.log(2 * math.pi * step)
        return Surviving(fraction, score, density + np.log(np.tile(half * _WEIGHTS, panels)))


START = Surviving(0.0, np.zeros(1), np.zeros(1))
"""Every walk, before the first look."""


@dataclass(frozen=True, eq=False)
class StopProbabilities:
    """Chance of leaving the corridor at each look, above and below; shape ``drift.shape + (looks,)``.

    Example:
        >>> exits = stop_probabilities([0.5, 1.0], [-1.96, -1.96], [1.96, 1.96])
        >>> float(exits.total.round(4))
        0.0831
    """

    upper: FloatArray
    lower: FloatArray

    @property
    def by_look(self) -> FloatArray:
        """Chance of stopping at each look, on either side."""
        return self.upper + self.lower

    @property
    def total(self) -> FloatArray:
        """Chance of stopping at any look."""
        total: FloatArray = self.by_look.sum(axis=-1)
        return total


def survivors(
    fractions: Sequence[float], lower: Sequence[float], upper: Sequence[float], reach: float = REACH
) -> tuple[Surviving, ...]:
    """The walks that go into each look: ``START`` first, one entry a look.

    Example:
        >>> [s.fraction for s in survivors([0.5, 1.0], [-2, -2], [2, 2])]
        [0.0, 0.5]
    """
    walks = [START]
    for i, (low, high) in enumerate(zip(lower[:-1], upper[:-1], strict=True)):
        walks.append(walks[-1].advanced(fractions[i], low, high, fractions[i + 1], reach))
    return tuple(walks)


def stop_probabilities(
    fractions: Sequence[float], lower: Sequence[float], upper: Sequence[float], drift: ArrayLike = 0.0
) -> StopProbabilities:
    """Probability of leaving the corridor at each look, for any number of drifts at once.

    Args:
        fractions: increasing information fractions of the looks (n so far / n planned).
        lower, upper: bounds on the z scale, infinite where a side is open.
        drift: expected z at fraction 1: the effect over its standard error at the planned end.

    Raises:
        InputError: for fractions that do not increase or bounds of another length.

    Reference: Armitage, McPherson and Rowe (1969), JRSS A 132, 235-244; Jennison and Turnbull
    (2000), Group Sequential Methods, chapter 19.

    Example:
        >>> exits = stop_probabilities([1.0], [-1.959964], [1.959964], drift=[0, 2.8016])
        >>> exits.total.round(4).tolist()
        [0.05, 0.8]
    """
    times = increasing("fractions", fractions)
    if not len(times) == len(lower) == len(upper) or any(a >= b for a, b in zip(lower, upper, strict=True)):
        raise InputError(
            "bounds",
            got=f"{len(lower)} lower and {len(upper)} upper bounds for {len(times)} looks",
            expected="one lower and one larger upper bound a look",
            cause="bounds of another design, or lower and upper swapped",
            remedy="pass -inf or inf where a side is open",
        )
    # walks pushed far from zero by the drift must stay on the grid
    reach = REACH + float(np.max(np.abs(drift), initial=0.0)) * math.sqrt(times[-1])
    walks = survivors(times, lower, upper, reach)
    looks = list(zip(walks, times, lower, upper, strict=True))
    return StopProbabilities(
        np.stack([w.beyond(t, high, drift) for w, t, _, high in looks], axis=-1),
        np.stack([w.beyond(t, low, drift, "lower") for w, t, low, _ in looks], axis=-1),
    )


def increasing(what: str, values: Sequence[float]) -> tuple[float, ...]:
    """``values`` as positive increasing floats, each at least a ten-thousandth above the last.

    Example:
        >>> increasing("fractions", [0.5, 1])
        (0.5, 1.0)
    """
    times = finite_vector(what, values)
    steps = np.diff(times, prepend=0.0)
    if times.size == 0 or (times <= 0).any() or (steps < _CLOSEST * times).any():
        raise InputError(
            what,
            got=list(values),
            expected="at least one look, positive and increasing, no two closer than 1 in 10,000",
            cause="looks out of order, or one look given twice",
            remedy="sort the looks by their information and drop repeats",
        )
    return tuple(times.tolist())


def even(looks: int) -> tuple[float, ...]:
    """Equally spaced information fractions, ending at 1.

    Example:
        >>> even(4)
        (0.25, 0.5, 0.75, 1.0)
    """
    count = whole_number("looks", looks)
    return increasing("looks", [(i + 1) / count for i in range(count)])


@dataclass(frozen=True)
class PeekingCost:
    """False positives of a fixed-horizon test that stops at its first significant look.

    Attributes:
        alpha: level of each look; two-sided.
        fractions: information fractions of the looks.
        by_look: probability, without any effect, of a significant result by each look.

    Example:
        >>> peeking_cost(5).text
        'Looked at 5 times, a test at 0.05 is significant at some look in 0.142 of experiments without effect.'
    """

    alpha: float
    fractions: tuple[float, ...]
    by_look: tuple[float, ...]

    @property
    def false_positive_rate(self) -> float:
        """Probability of a significant result at any look."""
        return self.by_look[-1]

    @property
    def text(self) -> str:
        """One sentence."""
        return (
            f"Looked at {len(self.fractions)} times, a test at {self.alpha:.3g} is significant at some look in "
            f"{self.false_positive_rate:.3f} of experiments without effect."
        )


def peeking_cost(looks: int | Sequence[float], *, alpha: float = ALPHA) -> PeekingCost:
    """Exact false-positive rate of a two-sided z test at ``alpha``, looked at again and again.

    Args:
        looks: a number of equally spaced looks, or their information fractions.
        alpha: level at which each look is tested as if it were the only one.

    Assumes independent increments and a statistic near normal at every look.

    Reference: Armitage, McPherson and Rowe (1969), table 2.

    Example:
        >>> cost = peeking_cost(5)
        >>> [round(p, 3) for p in cost.by_look]
        [0.05, 0.083, 0.107, 0.126, 0.142]
        >>> round(peeking_cost(28).false_positive_rate, 3)
        0.275
    """
    times = _looks(looks)
    z = [float(critical(between("alpha", alpha, 0, 1)))] * len(times)
    exits = stop_probabilities(times, [-c for c in z], z)
    return PeekingCost(alpha, times, tuple(np.cumsum(exits.by_look).tolist()))


def simulate_peeking(
    rng: np.random.Generator, runs: int, looks: int | Sequence[float], *, alpha: float = ALPHA
) -> MonteCarlo:
    """The same rate counted in ``runs`` simulated experiments, beside the exact one as nominal.

    Example:
        >>> simulate_peeking(np.random.default_rng(1), 10_000, 5).ok
        True
    """
    times, exact = _looks(looks), peeking_cost(looks, alpha=alpha)
    worst = np.abs(brownian_z(rng, runs, times)).max(axis=1)
    hits = int((worst > critical(alpha)).sum())
    return monte_carlo("peeking", exact.false_positive_rate, hits, runs)


def brownian_z(rng: np.random.Generator, runs: int, fractions: Sequence[float], drift: float = 0.0) -> FloatArray:
    """z statistics of ``runs`` experiments at each look, shape (runs, looks).

    Example:
        >>> brownian_z(np.random.default_rng(1), 3, [0.5, 1.0]).shape
        (3, 2)
    """
    times = np.asarray(increasing("fractions", fractions))
    steps = np.diff(times, prepend=0.0)
    score = rng.normal(drift * steps, np.sqrt(steps), (runs, times.size)).cumsum(axis=1)
    z: FloatArray = score / np.sqrt(times)
    return z


def _looks(looks: int | Sequence[float]) -> tuple[float, ...]:
    return even(looks) if isinstance(looks, int | np.integer) else increasing("fractions", looks)
