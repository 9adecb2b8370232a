"""How good forecasts of a yes or no are: AUC, Brier score, calibration, precision and recall, with intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.defaults import CONFIDENCE
from helpers.errors import ReportError
from helpers.stats.binomial import BinomialInterval, binomial_interval
from helpers.stats.estimate import Estimate
from helpers.stats.validation import finite_vector

Floats = NDArray[np.float64]


def _clustered(influence: Floats, clusters: ArrayLike | None) -> float:
    """Standard error of a mean from each row's influence on it; rows of one cluster go together."""
    if clusters is not None:
        _, of = np.unique(np.asarray(clusters), return_inverse=True)
        influence = np.bincount(of, weights=influence).astype(np.float64)
    return float(np.sqrt(np.sum(influence**2)))


def _separation(happened: ArrayLike, score: ArrayLike) -> tuple[float, Floats]:
    """The AUC and each row's influence on it."""
    from scipy.stats import rankdata

    y, s = np.asarray(happened, np.bool_), _told(score)
    yes, no = int(y.sum()), int((~y).sum())
    if min(yes, no) < 2:
        raise ReportError(
            "no AUC without both outcomes", got=f"{yes} of {yes + no} rows", expected="two or more of each"
        )
    ranks = rankdata(s)
    beaten = (ranks[y] - rankdata(s[y])) / no
    beating = 1 - (ranks[~y] - rankdata(s[~y])) / yes
    value = float(beaten.mean())
    influence = np.empty(len(y))
    influence[y] = (beaten - value) / np.sqrt(yes * (yes - 1))
    influence[~y] = (beating - value) / np.sqrt(no * (no - 1))
    return value, influence


def _told(score: ArrayLike) -> Floats:
    """Scores as numbers, of one row or more."""
    found = finite_vector("scores", score)
    if not found.size:
        raise ReportError("no forecast can be judged without rows", got="none", expected="one row or more")
    return found


def auc(happened: ArrayLike, score: ArrayLike, clusters: ArrayLike | None = None) -> Estimate:
    """Chance that a row where it happened scores higher than one where it did not; ties count half.

    The standard error is DeLong's; with ``clusters`` (the subscriber of each row) it is Obuchowski's, which lets rows of
    one subscriber go together. Assumption: clusters are independent. It lies when the score was fitted on these rows, and
    it says nothing on whether the chances themselves are right: any monotone change of the score keeps it.

    Reference: DeLong, DeLong and Clarke-Pearson (1988); Obuchowski (1997).

    Raises :class:`~helpers.errors.ReportError` unless it happened to at least two rows and to two it did not.

    >>> found = auc([0, 0, 1, 1, 0, 1], [0.1, 0.4, 0.35, 0.8, 0.2, 0.9])
    >>> round(found.value, 4)
    0.8889
    """
    value, influence = _separation(happened, score)
    return Estimate.of(value, _clustered(influence, clusters), CONFIDENCE)


def auc_gain(happened: ArrayLike, score: ArrayLike, than: ArrayLike, clusters: ArrayLike | None = None) -> Estimate:
    """AUC of one score minus that of another on the same rows, which are paired; see :func:`auc`.

    >>> float(auc_gain([0, 1, 0, 1], [1, 2, 3, 4], [1, 2, 3, 4]).value)
    0.0
    """
    (value, influence), (other, other_influence) = _separation(happened, score), _separation(happened, than)
    return Estimate.of(value - other, _clustered(influence - other_influence, clusters), CONFIDENCE)


def brier(happened: ArrayLike, chance: ArrayLike, clusters: ArrayLike | None = None) -> Estimate:
    """Mean squared distance of chance and outcome; 0 is perfect.

    Assumption: clusters are independent. It lies as a measure of usefulness where the outcome is rare: telling everybody
    the mean is nearly as good as the best model, so it stands beside that.

    Reference: Brier (1950).

    >>> round(brier([0, 1, 1], [0.2, 0.7, 0.9]).value, 4)
    0.0467
    """
    loss = (_told(chance) - np.asarray(happened, np.float64)) ** 2
    return Estimate.of(float(loss.mean()), _clustered((loss - loss.mean()) / len(loss), clusters), CONFIDENCE)


@dataclass(frozen=True)
class Bin:
    """Rows of similar chances: the mean of what was told, and what happened, with its interval."""

    told: float
    seen: BinomialInterval
    rows: int


def calibration(happened: ArrayLike, chance: ArrayLike, bins: int = 10) -> tuple[Bin, ...]:
    """What was told against what happened, in equally many rows a bin; rows of one chance share the bin of their middle rank.

    Intervals are Clopper-Pearson's of each bin. It lies within a bin: chances that are wrong in opposite ways cancel.

    >>> [(b.told, b.seen.share, b.rows) for b in calibration([0, 1, 1, 1], [0.4, 0.4, 0.9, 0.9], 2)]
    [(0.4, 0.5, 2), (0.9, 1.0, 2)]
    """
    from scipy.stats import rankdata

    y, p = np.asarray(happened, np.bool_), _told(chance)
    of = np.floor((rankdata(p) - 0.5) / len(p) * bins)
    parts = [np.flatnonzero(of == number) for number in np.unique(of)]
    return tuple(Bin(float(p[i].mean()), binomial_interval(int(y[i].sum()), len(i)), len(i)) for i in parts)


@dataclass(frozen=True)
class Flagged:
    """What a threshold does: of those flagged, who had it happen; of those to whom it happened, who was flagged."""

    name: str
    rows: int
    happened: int
    flagged: int
    precision: BinomialInterval
    recall: BinomialInterval
    auc: Estimate


def flagged(
    name: str, happened: ArrayLike, chance: ArrayLike, threshold: float, clusters: ArrayLike | None
) -> Flagged | None:
    """Precision and recall at ``threshold`` and the AUC of one segment; None where nobody is flagged or nothing happened.

    Intervals of both shares are Clopper-Pearson's. It lies when segments are compared by precision alone: the rarer the
    outcome in a segment, the lower the precision of the same model.
    """
    y, hit = np.asarray(happened, np.bool_), np.asarray(chance, np.float64) >= threshold
    both = int((y & hit).sum())
    if not hit.any() or y.sum() < 2 or (~y).sum() < 2:
        return None
    return Flagged(
        name, len(y), int(y.sum()), int(hit.sum()), binomial_interval(both, int(hit.sum())),
        binomial_interval(both, int(y.sum())), auc(y, chance, clusters),
    )  # fmt: skip
