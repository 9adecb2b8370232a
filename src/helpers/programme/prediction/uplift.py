"""Whom an offer keeps: uplift by subscriber from a randomised offer, T- and X-learner, judged on a half that neither saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from helpers.defaults import CONFIDENCE
from helpers.errors import ReportError
from helpers.programme.prediction.classifier import prepared
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

COIN = 0.5
"""Chance to be offered, by design."""


@dataclass(frozen=True)
class Scored:
    """The half that was held out, each subscriber with what the models of the other half tell.

    Attributes:
        rows: of the offer's day, with ``treated`` and ``stays``.
        t_learner: estimated rise of the chance to stay, by two models, one an arm.
        x_learner: the same by imputed effects.
        churn: chance to leave without the offer, the propensity.
    """

    rows: "pd.DataFrame"
    t_learner: Floats
    x_learner: Floats
    churn: Floats

    @property
    def treated(self) -> Flags:
        return np.asarray(self.rows["treated"], np.bool_)

    @property
    def stays(self) -> Flags:
        return np.asarray(self.rows["stays"], np.bool_)


def offered(con: "duckdb.DuckDBPyConnection", subscribers: "pd.DataFrame") -> "pd.DataFrame":
    """Features on the offer's day, who was ``treated``, and who ``stays`` for the horizon."""
    made = query.query(con, "offers_made")
    rows = made.merge(subscribers, on=["subscriber", "cutoff"], how="inner")
    if len(rows) < len(made):
        raise ReportError(
            "no features on the day of the offer",
            got=f"{len(made) - len(rows):,} of {len(made):,} offers without",
            expected="an export of the accounts on that day",
        )
    return rows.assign(stays=~rows["leaves"])


def truth(con: "duckdb.DuckDBPyConnection") -> "pd.DataFrame":
    """What was planted, a row a subscriber who could get the offer: for comparison, never for a model."""
    return query.query(con, "offers_truth")


def scored(rows: "pd.DataFrame", columns: Sequence[str], seed: int) -> Scored:
    """Learn on a random half, tell the other half.

    T-learner: the chance to stay by logistic regression in each arm, their difference. X-learner (Kunzel and others 2019):
    each subscriber's effect is imputed by the other arm's model, then regressed on the features in each arm, and both are
    averaged.

    Assumptions: the offer was randomised, one subscriber's offer does nothing to another, and later subscribers respond as
    these did. The T-learner lies where the two models err differently, as when one arm is small: the difference of two
    errors passes for an effect. The X-learner lies with its first stage, and flattens what is not linear in the features.
    Neither sees an effect that no feature tells.
    """
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    mine = np.random.default_rng((seed, 0)).permutation(len(rows)) < len(rows) // 2
    x, treated, stays = prepared(rows, columns), rows["treated"].to_numpy(np.bool_), rows["stays"].to_numpy(np.float64)

    def told(arm: Any) -> Floats:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0)).fit(x[mine & arm], stays[mine & arm])
        return np.asarray(model.predict_proba(x)[:, 1], np.float64)

    without, with_offer = told(~treated), told(treated)
    imputed = np.where(treated, stays - without, with_offer - stays)
    stages = []
    for arm in (treated, ~treated):
        stage = make_pipeline(StandardScaler(), LinearRegression())
        stages.append(stage.fit(x[mine & arm], imputed[mine & arm]).predict(x[~mine]))
    return Scored(
        rows[~mine].reset_index(drop=True),
        (with_offer - without)[~mine],
        (stages[0] + stages[1]) / 2,
        1 - without[~mine],
    )


@dataclass(frozen=True)
class Qini:
    """Stays won per subscriber when the first ``share`` by the score are treated, with a pointwise band.

    Attributes:
        share: of all, from 0 to 1.
        won: stays per subscriber of all, against treating nobody.
        low: of the band.
        high: of the band.
        area: between the curve and that of treating at random; ``area_low`` and ``area_high`` are its interval.
    """

    name: str
    share: Floats
    won: Floats
    low: Floats
    high: Floats
    area: float
    area_low: float
    area_high: float


def qini(name: str, score: Floats, at: Scored, runs: int, rng: np.random.Generator) -> Qini:
    """Qini curve of a score on the held-out half; intervals by resampling its subscribers, the models as they are.

    At share s, (stays of the treated / treated - stays of the others / others) * s among the first s by the score.
    Assumption: the coin was fair. It lies at small shares, where few of either arm are left, and the interval holds for
    these models, not for the way of making them.

    Reference: Radcliffe (2007); Gutierrez and Gerardy (2017).
    """
    order = np.argsort(-score, kind="stable")
    treated, stays = at.treated[order], at.stays[order].astype(np.float64)
    share = np.linspace(0, 1, 51)
    won = _curve(treated, stays, np.ones(len(order)), share)
    weights = rng.multinomial(len(order), np.full(len(order), 1 / len(order)), size=runs)
    curves = np.array([_curve(treated, stays, w.astype(np.float64), share) for w in weights])
    ends = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    low, high = np.quantile(curves, ends, axis=0)
    areas = np.quantile([_area(share, c) for c in curves], ends)
    return Qini(name, share, won, low, high, _area(share, won), float(areas[0]), float(areas[1]))


def rankings(at: Scored, runs: int, seed: int) -> tuple[Qini, Qini]:
    """Qini curves by the T-learner's uplift and by the chance to leave, on the same resamplings."""
    by = (("estimated uplift", at.t_learner), ("chance to leave", at.churn))
    first, second = (qini(name, score, at, runs, np.random.default_rng((seed, 1))) for name, score in by)
    return first, second


def _curve(treated: Flags, stays: Floats, weights: Floats, share: Floats) -> Floats:
    arms = []
    reached = np.cumsum(weights) / weights.sum()
    for arm in (treated, ~treated):
        n, kept = np.cumsum(weights * arm), np.cumsum(weights * arm * stays)
        arms.append(kept / np.maximum(n, 1.0))
    return np.interp(share, np.r_[0.0, reached], np.r_[0.0, (arms[0] - arms[1]) * reached])


def _area(share: Floats, won: Floats) -> float:
    return float(np.trapezoid(won - share * won[-1], share))
