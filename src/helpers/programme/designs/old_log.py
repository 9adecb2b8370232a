"""A shop's old log against a planted truth: each estimator of a new policy's value, with chances and model right and wrong.

Visitors are of three kinds, on two devices. Rates depend on the kind and the arm, the chances of the served policy on the kind and the
device. Right is what knows the kind; wrong is what forgets it: a log that kept the arms' shares by device only, a model with one rate an arm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from helpers.errors import ReportError
from helpers.programme.designs.off_policy import PolicyLog, Valued, direct, doubly_robust, ips, snips
from helpers.programme.designs.repeated import Average, rate, spread, stream
from helpers.stats.binomial import BinomialInterval
from helpers.stats.validation import FloatArray

if TYPE_CHECKING:
    from helpers.config.programme import Programme

KINDS, DEVICES = (0.5, 0.3, 0.2), (0.6, 0.4)
"""Shares of new visitors, returning ones and members; of phones and desktops."""
LEVELS = (0.6, 1.2, 1.7)
"""Success rates of the kinds, as multiples of the shop's."""
BEST = (1, 2, 0)
"""The arm that is better for each kind; the target gives it."""
SERVED = (
    ((0.2, 0.5, 0.3), (0.3, 0.2, 0.5)),
    ((0.6, 0.3, 0.1), (0.5, 0.3, 0.2)),
    ((0.2, 0.3, 0.5), (0.2, 0.2, 0.6)),
)
"""Chances of the arms in the log, by kind and device."""
KIND = np.repeat(np.arange(len(KINDS)), len(DEVICES))
"""Kind of each context, which is a kind on a device."""
DIRECT, IPS, SNIPS, DOUBLY = "Direct method", "IPS", "SNIPS", "Doubly robust"


@dataclass(frozen=True, eq=False)
class Shop:
    """The planted truth: share of each context; rates and chances by context and arm."""

    share: FloatArray
    rates: FloatArray
    chance: FloatArray

    @classmethod
    def of(cls, base: float, uplift: float) -> Shop:
        """The arm that is better for a kind lifts its rate by ``uplift``, relatively; the others do nothing.

        Example:
            >>> shop = Shop.of(0.1, 0.25)
            >>> round(shop.value(shop.target), 6), round(shop.value(shop.chance), 6)
            (0.125, 0.10581)
        """
        lifted = 1 + uplift * (np.arange(len(SERVED[0][0])) == np.array(BEST)[:, None])
        rates = base * np.array(LEVELS)[:, None] * lifted
        if rates.max() >= 1:
            raise ReportError(
                "The best visitors would succeed more than always",
                got=f"a rate of {rates.max():.4g}",
                expected="below 1",
                cause=f"a base rate of {base:g} with an uplift of {uplift:g}",
                remedy="lower beyond.rate or beyond.uplift in the programme file",
            )
        served = np.array(SERVED)
        return cls(np.outer(KINDS, DEVICES).ravel(), rates[KIND], served.reshape(-1, served.shape[-1]))

    @property
    def target(self) -> FloatArray:
        """The policy asked about: to each kind the arm that is better for it."""
        return np.asarray(np.eye(self.rates.shape[1])[np.array(BEST)[KIND]])

    @property
    def forgetful(self) -> FloatArray:
        """Chances as a log has them that kept the shares of the arms by device, whoever the visitor was."""
        by_device = np.tensordot(KINDS, np.array(SERVED), axes=1)
        return np.asarray(np.tile(by_device, (len(KINDS), 1)))

    def value(self, policy: FloatArray) -> float:
        """Success rate under a policy."""
        return float(self.share @ (policy * self.rates).sum(axis=1))

    def logs(self, rng: np.random.Generator, runs: int, units: int) -> PolicyLog:
        """Independent logs of the served policy, with its chances as they were."""
        cells = rng.multinomial(units, (self.share[:, None] * self.chance).ravel(), size=runs)
        seen = cells.reshape(runs, *self.chance.shape)
        return PolicyLog(seen.astype(np.float64), rng.binomial(seen, self.rates).astype(np.float64), self.chance)


@dataclass(frozen=True)
class EstimatorOutcome:
    """What one estimator showed over all logs.

    Attributes:
        method: its name.
        log_right, model_right: whether what it uses is right; None where it uses no such thing.
        bias: estimated minus true value, as a share.
        error: root mean squared error.
        covered: logs whose 95 % interval held the truth.
    """

    method: str
    log_right: bool | None
    model_right: bool | None
    bias: Average
    error: float
    covered: BinomialInterval

    @classmethod
    def of(
        cls, method: str, log_right: bool | None, model_right: bool | None, found: Valued, truth: float
    ) -> EstimatorOutcome:
        """From the estimates of many logs and the one truth."""
        missed = found.value - truth
        return cls(method, log_right, model_right, Average.of(missed), spread(missed), rate(found.covers(truth)))

    @property
    def sound(self) -> bool:
        """Whether theory promises an estimate without bias."""
        return bool(self.log_right or self.model_right)

    @property
    def wrong(self) -> str:
        """What of that which the estimator uses is wrong."""
        found = [name for name, right in (("log", self.log_right), ("model", self.model_right)) if right is False]
        return " and ".join(found) or "nothing"


@dataclass(frozen=True)
class EstimatorOutcomes:
    """All estimators on the same logs.

    Attributes:
        truth, served: value of the target and of the served policy, planted.
        units: of each log.
        effective: units that the log is worth for the target, averaged over logs.
        found: a reading an estimator.
    """

    truth: float
    served: float
    units: int
    effective: Average
    found: tuple[EstimatorOutcome, ...]

    def of(self, method: str, log_right: bool | None, model_right: bool | None) -> EstimatorOutcome:
        """The reading of one estimator."""
        (one,) = (r for r in self.found if (r.method, r.log_right, r.model_right) == (method, log_right, model_right))
        return one


def evaluated(shop: Shop, right: PolicyLog) -> EstimatorOutcomes:
    """Every estimator, with the chances and the model right and wrong."""
    target, truth = shop.target, shop.value(shop.target)
    logs = {True: right, False: PolicyLog(right.units, right.successes, shop.forgetful)}
    models = {True: KIND, False: np.zeros_like(KIND)}
    found = [EstimatorOutcome.of(DIRECT, None, m, direct(right, target, models[m]), truth) for m in models]
    for name, estimate in ((IPS, ips), (SNIPS, snips)):
        found += [EstimatorOutcome.of(name, known, None, estimate(log, target), truth) for known, log in logs.items()]
    found += [
        EstimatorOutcome.of(DOUBLY, known, m, doubly_robust(log, target, models[m]), truth)
        for known, log in logs.items()
        for m in models
    ]
    effective = Average.of(right.effective_units(target))
    return EstimatorOutcomes(truth, shop.value(shop.chance), int(right.total[0]), effective, tuple(found))


def compared(programme: Programme) -> EstimatorOutcomes:
    """The estimators on logs of the programme's size."""
    asked = programme.beyond
    shop = Shop.of(asked.rate, asked.uplift)
    return evaluated(shop, shop.logs(stream(programme.data.seed, "off_policy"), asked.runs, asked.units))
