"""The chance that a subscriber leaves, or buys, within the horizon: logistic regression, judged later in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from helpers.defaults import CONFIDENCE, RIVAL_GAIN
from helpers.programme.prediction import logistic, scores
from helpers.programme.prediction.features import SEGMENTS, Split
from helpers.stats.estimate import Estimate
from helpers.stats.row_order import row_order

if TYPE_CHECKING:
    import pandas as pd

SKEWED = ("days_idle", "orders_90", "spend_90_cents", "visits_90", "tenure_days")
"""Features whose logarithm goes into the model: the tenth order says less than the first."""


@dataclass(frozen=True)
class Coefficient:
    """A feature's change of the log-odds per standard deviation, the other features equal."""

    name: str
    per_deviation: Estimate


@dataclass(frozen=True)
class EvaluatedModel:
    """A model, and how it did on snapshots later than any it was fitted on.

    Attributes:
        label: what it tells the chance of.
        columns: its features, those that differ between rows.
        rows: it was fitted on.
        coefficients: of the logistic regression, with intervals that let rows of one subscriber go together.
        chances: on the test rows, in their order.
        auc: on the test rows; ``train_auc`` on those it was fitted on.
        brier: of the chances; ``brier_of_mean`` of telling everybody the share of the training rows.
        bins: the calibration curve.
        rival_gain: AUC of gradient-boosted trees minus that of the logistic regression, same rows.
    """

    label: str
    columns: tuple[str, ...]
    rows: int
    coefficients: tuple[Coefficient, ...]
    chances: NDArray[np.float64]
    auc: Estimate
    train_auc: float
    brier: Estimate
    brier_of_mean: float
    bins: tuple[scores.Bin, ...]
    rival_gain: Estimate

    @property
    def rival_earns(self) -> bool:
        """Whether the trees separate better by enough to give up the readable model."""
        return bool(self.rival_gain.low > RIVAL_GAIN)


def prepared(rows: "pd.DataFrame", columns: Sequence[str]) -> "pd.DataFrame":
    """The features as numbers, the skewed ones by their logarithm."""
    taken = rows[list(columns)].astype(float)
    skewed = [c for c in columns if c in SKEWED]
    taken[skewed] = np.log1p(taken[skewed].clip(lower=0))
    return taken


def evaluated(parts: Split, label: str, columns: Sequence[str]) -> EvaluatedModel:
    """Fit on the earlier snapshots, judge on the later ones. A column of one value in the earlier ones is left out.

    The chance is 1 / (1 + exp(-(a + b'x))), by maximum likelihood without a penalty (some thousand outcomes, a dozen
    features). Gradient-boosted trees are fitted beside it and would replace it only if they were shown to separate better by more than
    ``RIVAL_GAIN``.

    Assumptions: effects add up on the log-odds, and hold later as before. It lies when the business acts on its forecasts
    (who is saved was no false alarm), when the mix or the season moves after the boundary, and as advice: a high chance to
    leave says nothing on whether an offer helps; see :mod:`helpers.programme.prediction.uplift`.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    named = [c for c in columns if parts.train[c].nunique() > 1]
    train, test = (prepared(rows, named).to_numpy() for rows in (parts.train, parts.test))
    y_train, y_test = (rows[label].to_numpy(np.bool_) for rows in (parts.train, parts.test))
    order = row_order(*train.T, y_train)  # trees learn from rows by their values, in whatever order these came
    train, y_train, learnt_from = train[order], y_train[order], parts.train["subscriber"].to_numpy()[order]
    model = logistic.fitted(train, y_train, named)
    chances = model.chances(test)
    trees = HistGradientBoostingClassifier(
        max_iter=80, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=200, random_state=0
    )
    with threadpool_limits(1):  # so that sums are added up in one order
        rival = trees.fit(train, y_train).predict_proba(test)[:, 1]
    who = parts.test["subscriber"]
    errors = logistic.clustered_errors(model, train, y_train, learnt_from)
    return EvaluatedModel(
        label=label,
        columns=tuple(named),
        rows=len(train),
        coefficients=tuple(
            Coefficient(name, Estimate.of(float(weight), float(error), CONFIDENCE))
            for name, weight, error in zip(named, model.weights[1:], errors[1:], strict=True)
        ),
        chances=chances,
        auc=scores.auc(y_test, chances, who),
        train_auc=float(scores.auc(y_train, model.chances(train)).value),
        brier=scores.brier(y_test, chances, who),
        brier_of_mean=float(scores.brier(y_test, np.full(len(y_test), y_train.mean())).value),
        bins=scores.calibration(y_test, chances),
        rival_gain=scores.auc_gain(y_test, rival, chances, who),
    )


def by_segment(parts: Split, made: EvaluatedModel, threshold: float) -> list[scores.Flagged]:
    """All test rows, then each level of each segment: precision and recall at the threshold, and the AUC."""
    rows = parts.test
    keys = [("everybody", np.ones(len(rows), np.bool_))]
    for column in SEGMENTS:
        keys += [(f"{column} {level}", (rows[column] == level).to_numpy()) for level in sorted(rows[column].unique())]
    found = [
        scores.flagged(name, rows.loc[of, made.label], made.chances[of], threshold, rows.loc[of, "subscriber"])
        for name, of in keys
    ]
    return [f for f in found if f is not None]


def break_even(cost: float, value: float) -> float:
    """The chance to leave from which on an offer pays, if it kept everybody who would leave: cost / value.

    That is the best case. The expected gain of treating is chance * share kept * value - cost; no model of churn knows the
    share kept, and where the offer drives somebody away it is negative. So the threshold lies whenever the share kept
    differs between subscribers.

    >>> break_even(5.0, 60.0)
    0.08333333333333333
    """
    return cost / value
