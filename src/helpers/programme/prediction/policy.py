"""What it is worth to treat by a rule: money per subscriber against treating nobody, from the randomised offer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.defaults import CONFIDENCE
from helpers.programme.prediction.uplift import COIN, Scored
from helpers.stats.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Policy:
    """A rule whom to treat, and what it gains.

    Attributes:
        name: as readers call it.
        treats: each held-out subscriber or not.
        gain: money per subscriber against treating nobody.
        against: the same against the policy it is compared with, paired.
    """

    name: str
    treats: Flags
    gain: Estimate
    against: Estimate

    @property
    def share(self) -> float:
        """Subscribers it treats."""
        return float(self.treats.mean())


def gains(treats: ArrayLike, at: Scored, cost: float, value: float) -> NDArray[np.float64]:
    """Each subscriber's weighted gain, whose mean is the policy's: value * stays won - cost, among those it treats.

    Where the rule treats, leaving of the treated counts against it and that of the others for it, each weighted by one over
    the chance of the coin; its mean is unbiased for any rule that did not see these subscribers' outcomes.
    """
    leaves = ~at.stays
    won = np.where(at.treated, -1 / COIN, 1 / (1 - COIN)) * leaves
    return np.asarray(np.asarray(treats, np.bool_) * (value * won - cost), np.float64)


def compared(at: Scored, cost: float, value: float) -> tuple[Policy, ...]:
    """Treat by estimated uplift, by the chance to leave, everybody or nobody; each against the chance to leave.

    By uplift: where the estimated rise of the chance to stay is worth more than the cost. By the chance to leave: where
    that chance is worth more than the cost, as if an offer kept everybody. Inverse-probability weighting with the known
    coin. Assumptions: as of :func:`helpers.programme.prediction.uplift.scored`, and a stay is worth ``value`` to whoever stays. It
    lies when the offer costs nothing to whom would not take it, when stays differ in value, or when the offer, given to
    all who are chosen, gets around.

    Reference: Horvitz and Thompson (1952).
    """
    line = cost / value
    rules = {
        "estimated uplift, X-learner": at.x_learner > line,
        "estimated uplift, T-learner": at.t_learner > line,
        "chance to leave": at.churn > line,
        "everybody": np.ones(len(at.rows), np.bool_),
        "nobody": np.zeros(len(at.rows), np.bool_),
    }
    base = gains(rules["chance to leave"], at, cost, value)
    return tuple(
        Policy(name, treats, _mean(own := gains(treats, at, cost, value)), _mean(own - base))
        for name, treats in rules.items()
    )


def _mean(each: NDArray[np.float64]) -> Estimate:
    return Estimate.of(float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each))), CONFIDENCE)


def planted(
    policies: tuple[Policy, ...], at: Scored, truth: "pd.DataFrame", cost: float, value: float
) -> "pd.DataFrame":
    """Beside each policy, what was planted: its true gain per subscriber, and the share of each kind that it treats."""
    import pandas as pd

    known = at.rows[["subscriber"]].merge(truth, on="subscriber", how="left", validate="one_to_one")
    won = ((known["churn_without"] - known["churn_with"]) * value - cost).to_numpy()
    kinds = sorted(known["kind"].unique())
    return pd.DataFrame(
        {
            "policy": [p.name for p in policies],
            "gain": [float((p.treats * won).mean()) for p in policies],
            **{kind: [float(p.treats[(known["kind"] == kind).to_numpy()].mean()) for p in policies] for kind in kinds},
        }
    )
