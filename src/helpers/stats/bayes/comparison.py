"""Two arms in the language of belief and loss.

``compare_bayes`` puts a stated prior on the arms and answers with chances, losses and credible
intervals: Beta posteriors for proportions, normal ones for means and ratios. Nothing is drawn at
random; every number is a closed form or a quadrature.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from helpers.defaults import CONFIDENCE
from helpers.stats.bayes.beta import BetaPair, BetaPrior
from helpers.stats.bayes.posterior import Posterior, posterior
from helpers.stats.comparisons.effects import check_arms, relative_change
from helpers.stats.roots import decreasing_root
from helpers.stats.summaries.summary import Proportion, Summary, standard_error
from helpers.stats.validation import InputError, alpha_of


@dataclass(frozen=True)
class BayesEffect:
    """Belief about one treatment after the data; higher is better (else swap the arms).

    Attributes:
        method: family of the posterior.
        prior: what was believed before, in words.
        confidence: posterior probability inside each interval, equal tails.
        n_control, n_treatment: units.
        absolute, absolute_low, absolute_high: posterior mean of treatment minus control, and its
            credible interval, in the metric's unit.
        relative, relative_low, relative_high: posterior median of the same divided by the size of
            the control, a fraction.
        chance_to_beat: P(treatment > control).
        loss_of_shipping: E[max(control - treatment, 0)], what shipping loses on average.
        loss_of_waiting: E[max(treatment - control, 0)], what keeping the control loses on average.
        note: why something is unusual; empty otherwise.

    Example:
        >>> compare_bayes(Proportion(1000, 100), Proportion(1000, 130)).chance_to_beat > 0.97
        True
    """

    method: str
    prior: str
    confidence: float
    n_control: int
    n_treatment: int
    absolute: float
    absolute_low: float
    absolute_high: float
    relative: float
    relative_low: float
    relative_high: float
    chance_to_beat: float
    loss_of_shipping: float
    loss_of_waiting: float
    note: str = ""

    @property
    def text(self) -> str:
        """One sentence; relative changes are fractions.

        Example:
            >>> compare_bayes(Proportion(1000, 100), Proportion(1000, 130)).text.split(",")[0]
            'Chance that the treatment is better 0.9822'
        """
        sentence = (
            f"Chance that the treatment is better {self.chance_to_beat:.4g}, expected loss {self.loss_of_shipping:.3g} "
            f"when shipped and {self.loss_of_waiting:.3g} when not; difference {self.absolute:.4g} "
            f"({100 * self.confidence:g}/100 credible {self.absolute_low:.4g} to {self.absolute_high:.4g}), relative "
            f"{self.relative:.4g} ({self.relative_low:.4g} to {self.relative_high:.4g}); {self.method}, prior: "
            f"{self.prior}, n = {self.n_control:,} + {self.n_treatment:,}"
        )
        return f"{sentence}; {self.note}." if self.note else f"{sentence}."


def compare_bayes(
    control: Summary,
    treatment: Summary,
    *,
    prior: BetaPrior | Posterior | None = None,
    confidence: float = CONFIDENCE,
) -> BayesEffect:
    r"""Chance to beat, expected losses and credible intervals under a stated prior.

    - :class:`Proportion`: a :class:`BetaPrior` on each arm's rate (flat, Beta(1, 1), by default);
      exact Beta posteriors, combined by quadrature (:class:`~helpers.stats.bayes.beta.BetaPair`).
    - :class:`Mean`, :class:`Ratio`: normal likelihood; ``prior`` is a :class:`Posterior` about the
      absolute effect (flat by default), the control's own level stays flat. The relative interval
      holds the :math:`r` between the two tails of :math:`d-r|c|` with :math:`(c,d)` jointly normal,
      which under the flat prior is Fieller's set with normal quantiles.

    Args:
        control, treatment: summaries of one kind.
        prior: as above; the other kind's prior is refused.
        confidence: posterior probability inside each interval.

    Raises:
        InputError: for an empty arm, arms of different kinds, arms without variance or the wrong prior.

    Example:
        >>> found = compare_bayes(Proportion(50000, 16249), Proportion(50000, 16522))
        >>> round(found.chance_to_beat, 4), round(found.loss_of_waiting, 5)
        (0.9671, 0.0055)
    """
    check_arms(control, treatment, "two-sided")
    alpha = alpha_of(confidence)
    if isinstance(control, Proportion) and isinstance(treatment, Proportion):
        if not isinstance(prior, BetaPrior | None):
            raise _wrong_prior(prior, "a BetaPrior or None for proportions")
        return _beta(control, treatment, prior or BetaPrior(), alpha)
    if not isinstance(prior, Posterior | None):
        raise _wrong_prior(prior, "a Posterior about the absolute effect, or None, for means and ratios")
    return _normal(control, treatment, prior, alpha)


def _beta(control: Proportion, treatment: Proportion, prior: BetaPrior, alpha: float) -> BayesEffect:
    pair = BetaPair.of(control.successes, control.n, treatment.successes, treatment.n, prior)
    losses, absolute, relative = pair.losses(), pair.difference_quantiles(alpha), pair.relative_quantiles(alpha)
    return BayesEffect(
        "Beta-binomial",
        f"Beta({prior.successes:g}, {prior.failures:g}) on each arm",
        1 - alpha,
        control.n,
        treatment.n,
        float(losses.waiting - losses.shipping),
        float(absolute.low),
        float(absolute.high),
        float(relative.median),
        float(relative.low),
        float(relative.high),
        float(pair.chance_to_beat()),
        float(losses.shipping),
        float(losses.waiting),
    )


def _normal(control: Summary, treatment: Summary, prior: Posterior | None, alpha: float) -> BayesEffect:
    belief = posterior(control, treatment, prior=prior)
    v_c, v_t = standard_error(control) ** 2, standard_error(treatment) ** 2
    # the prior moves the difference; the control follows it along the regression of c on d
    follow = -v_c / (v_c + v_t)
    level = control.estimate + follow * (belief.mean - (treatment.estimate - control.estimate))
    level_variance = v_c * v_t / (v_c + v_t) + (follow * belief.sd) ** 2
    shared = follow * belief.sd**2
    side = math.copysign(1.0, level)
    z = -float(special.ndtri(alpha / 2))

    def score(r: float) -> float:
        variance = belief.sd**2 - 2 * r * side * shared + r * r * level_variance
        return (belief.mean - r * side * level) / math.sqrt(variance)

    low, high, note = -math.inf, math.inf, ""
    relative = relative_change(belief.mean, abs(level))
    if level * level <= z * z * level_variance:
        note = "the control mean cannot be told from zero, so the relative change has no interval with two ends"
        low, high = (0.0, high) if score(0) > z else (low, 0.0) if score(0) < -z else (low, high)
    else:
        reach = (abs(belief.mean) + z * belief.sd + 1e-300) / (abs(level) - z * math.sqrt(level_variance))
        low = decreasing_root(lambda r: score(r) - z, -2 * reach, relative)
        high = decreasing_root(lambda r: score(r) + z, relative, 2 * reach)
    return BayesEffect(
        "normal",
        "flat" if prior is None else f"effect normal, mean {prior.mean:g}, sd {prior.sd:g}",
        1 - alpha,
        control.n,
        treatment.n,
        belief.mean,
        *belief.interval(1 - alpha),
        relative,
        low,
        high,
        belief.chance_to_beat,
        belief.loss_of_shipping,
        belief.loss_of_waiting,
        note,
    )


def _wrong_prior(prior: object, expected: str) -> InputError:
    return InputError(
        "prior",
        got=type(prior).__name__,
        expected=expected,
        cause="the prior of another kind of metric",
        remedy="state the prior in the units of this metric, or leave it out",
    )
