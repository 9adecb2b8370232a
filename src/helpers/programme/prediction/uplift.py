"""Whom an offer keeps: uplift by subscriber from a randomised offer, T- and X-learner, judged on a half that neither saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from helpers.defaults import CONFIDENCE
from helpers.errors import ReportError
from helpers.programme.prediction import logistic
from helpers.programme.prediction.classifier import prepared
from helpers.stats.row_order import row_order
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
    """Learn on a random half, tell the other half, which comes back in the order of the subscribers, or of all values.

    T-learner: the chance to stay by logistic regression in each arm, their difference. X-learner (Kunzel and others 2019):
    each subscriber's effect is imputed by the other arm's model, then regressed on the features in each arm, and both are
    averaged.

    Assumptions: the offer was randomised, one subscriber's offer does nothing to another, and later subscribers respond as
    these did. The T-learner lies where the two models err differently, as when one arm is small: the difference of two
    errors passes for an effect. The X-learner lies with its first stage, and flattens what is not linear in the features.
    Neither sees an effect that no feature tells.
    """
    by = ["subscriber"] if "subscriber" in rows else [*columns, "treated", "stays"]
    rows = rows.iloc[
        row_order(*(rows[c] for c in by))
    ]  # the halves are drawn by who they are, in whatever order they came
    mine = np.random.default_rng((seed, 0)).permutation(len(rows)) < len(rows) // 2
    x = prepared(rows, columns).to_numpy()
    treated, stays = rows["treated"].to_numpy(np.bool_), rows["stays"].to_numpy(np.float64)

    def told(arm: Flags) -> Floats:
        return logistic.fitted(x[mine & arm], stays[mine & arm], columns, penalty=1.0).chances(x)

    without, with_offer = told(~treated), told(treated)
    imputed = np.where(treated, stays - without, with_offer - stays)
    stages = [_regressed(x[mine & arm], imputed[mine & arm], x[~mine]) for arm in (treated, ~treated)]
    return Scored(
        rows[~mine].reset_index(drop=True),
        (with_offer - without)[~mine],
        (stages[0] + stages[1]) / 2,
        1 - without[~mine],
    )


def _regressed(x: Floats, effect: Floats, at: Floats) -> Floats:
    """Least squares of an effect on the features, read off elsewhere; the shortest weights where features say the same."""
    centre, scale = logistic.standardised(x)
    weights = np.linalg.lstsq((x - centre) / scale, effect - effect.mean(), rcond=1e-10)[0]
    return logistic.along((at - centre) / scale, np.r_[effect.mean(), weights])


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

    At share s, (stays of the treated / treated - stays of the others / others) * s among the first s by the score; within
    subscribers of one score the curve is straight, for none of them comes first.
    Assumption: the coin was fair. It lies at small shares, where few of either arm are left, and the interval holds for
    these models, not for the way of making them.

    Reference: Radcliffe (2007); Gutierrez and Gerardy (2017).
    """
    order = row_order(-np.asarray(score), at.treated, at.stays)
    treated, stays = at.treated[order], at.stays[order].astype(np.float64)
    last = np.r_[np.diff(np.asarray(score)[order]) != 0, True]  # those of one score come in together
    share = np.linspace(0, 1, 51)
    won = _curve(treated, stays, last, np.ones(len(order)), share)
    weights = rng.multinomial(len(order), np.full(len(order), 1 / len(order)), size=runs)
    curves = np.array([_curve(treated, stays, last, w.astype(np.float64), share) for w in weights])
    ends = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    low, high = np.quantile(curves, ends, axis=0)
    areas = np.quantile([_area(share, c) for c in curves], ends)
    return Qini(name, share, won, low, high, _area(share, won), float(areas[0]), float(areas[1]))


def rankings(at: Scored, runs: int, seed: int) -> tuple[Qini, Qini]:
    """Qini curves by the T-learner's uplift and by the chance to leave, on the same resamplings."""
    by = (("estimated uplift", at.t_learner), ("chance to leave", at.churn))
    first, second = (qini(name, score, at, runs, np.random.default_rng((seed, 1))) for name, score in by)
    return first, second


def _curve(treated: Flags, stays: Floats, last: Flags, weights: Floats, share: Floats) -> Floats:
    arms = []
    reached = np.cumsum(weights) / weights.sum()
    for arm in (treated, ~treated):
        n, kept = np.cumsum(weights * arm), np.cumsum(weights * arm * stays)
        arms.append(kept / np.maximum(n, 1.0))
    return np.interp(share, np.r_[0.0, reached[last]], np.r_[0.0, ((arms[0] - arms[1]) * reached)[last]])


def _area(share: Floats, won: Floats) -> float:
    return float(np.trapezoid(won - share * won[-1], share))
