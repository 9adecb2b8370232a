"""What a significant result is worth believing, and a normal belief about an effect with its chances and losses."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from helpers.defaults import CONFIDENCE
from helpers.stats.summaries.summary import Summary, standard_error
from helpers.stats.validation import InputError, alpha_of, between, finite


def false_positive_risk(alpha: float, power: float, prior_success_rate: float) -> float:
    r"""Share of significant *improvements* that are false.

    :math:`\frac{(\alpha/2)(1-\pi)}{(\alpha/2)(1-\pi)+(1-\beta)\pi}`: a two-sided test spends half
    its alpha on the winning side.

    Args:
        alpha: two-sided significance level.
        power: chance that a truly better variant becomes significant.
        prior_success_rate: share of tried ideas that truly are better.

    Reference: Kohavi, Deng and Vermeer (2022), KDD.

    Example:
        >>> round(false_positive_risk(0.05, 0.80, 0.10), 3)
        0.22
    """
    between("alpha", alpha, 0, 1)
    between("power", power, 0, 1)
    between("prior_success_rate", prior_success_rate, 0, 1)
    false = alpha / 2 * (1 - prior_success_rate)
    return false / (false + power * prior_success_rate)


@dataclass(frozen=True)
class Posterior:
    """Normal belief about an effect, in the metric's unit; positive is better.

    Raises:
        InputError: unless mean is finite and sd positive.

    Example:
        >>> round(Posterior(1.0, 1.0).chance_to_beat, 4)
        0.8413
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        finite("mean", self.mean)
        if finite("sd", self.sd) <= 0:
            raise InputError(
                "sd",
                got=self.sd,
                expected="a positive number",
                cause="arms without variance",
                remedy="check that the metric varies between units",
            )

    @classmethod
    def from_estimate(cls, estimate: float, standard_error: float, prior: Posterior | None = None) -> Posterior:
        """Normal likelihood times a normal prior (flat when None): weights are precisions.

        Example:
            >>> Posterior.from_estimate(1.0, 1.0, prior=Posterior(0.0, 1.0)).mean
            0.5
        """
        data = cls(estimate, standard_error)
        if prior is None:
            return data
        weight = prior.sd**2 / (prior.sd**2 + data.sd**2)
        mean = weight * data.mean + (1 - weight) * prior.mean
        return cls(mean, math.sqrt(weight) * data.sd)

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Equal-tailed credible interval.

        Example:
            >>> [round(end, 2) for end in Posterior(0.0, 1.0).interval()]
            [-1.96, 1.96]
        """
        reach = -float(special.ndtri(alpha_of(confidence) / 2)) * self.sd
        return self.mean - reach, self.mean + reach

    @property
    def chance_to_beat(self) -> float:
        """P(effect > 0)."""
        return float(special.ndtr(self.mean / self.sd))

    @property
    def loss_of_shipping(self) -> float:
        """E[max(-effect, 0)]: what is lost on average by shipping when it is worse."""
        return self.sd * _expected_excess(-self.mean / self.sd)

    @property
    def loss_of_waiting(self) -> float:
        """E[max(effect, 0)]: what is lost on average by keeping the control when it is worse."""
        return self.sd * _expected_excess(self.mean / self.sd)


def posterior(control: Summary, treatment: Summary, *, prior: Posterior | None = None) -> Posterior:
    """Posterior of the absolute effect from two summaries, by the normal approximation.

    Good where the arms' estimates are near normal; with a handful of successes it is not.

    Example:
        >>> from helpers.stats import Proportion
        >>> belief = posterior(Proportion(50000, 16249), Proportion(50000, 16522))
        >>> round(belief.chance_to_beat, 3)
        0.967
    """
    error = math.hypot(standard_error(control), standard_error(treatment))
    return Posterior.from_estimate(treatment.estimate - control.estimate, error, prior)


def _expected_excess(z: float) -> float:
    r"""E[max(Z + z, 0)] for standard normal Z: :math:`\varphi(z)+z\,\Phi(z)`, without the
    cancellation of the two terms for negative z."""
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    if z >= 0:
        return density + z * float(special.ndtr(z))
    mills = math.sqrt(math.pi / 2) * float(special.erfcx(-z / math.sqrt(2)))
    return density * max(1 + z * mills, 0.0) if z > -1e6 else 0.0
