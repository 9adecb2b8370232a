"""AUC, Brier and the rest against scikit-learn, by hand, and by Monte Carlo."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from helpers.errors import ReportError
from helpers.programme.prediction import scores


def sample(rng, clusters, each):
    """Rows of clusters that share part of their score and of their chance; the AUC is about 0.7."""
    shared = np.repeat(rng.normal(size=clusters), each)
    score = shared + rng.normal(size=clusters * each)
    happened = rng.random(clusters * each) < 1 / (1 + np.exp(2 - 0.6 * score))
    return happened, score, np.repeat(np.arange(clusters), each)


def test_auc_and_brier_are_those_of_scikit_learn():
    happened, score, _ = sample(np.random.default_rng(1), 300, 2)
    score = np.round(score, 1)  # ties
    assert scores.auc(happened, score).value == pytest.approx(roc_auc_score(happened, score), abs=1e-12)
    chance = 1 / (1 + np.exp(-score))
    assert scores.brier(happened, chance).value == pytest.approx(brier_score_loss(happened, chance), abs=1e-12)


def test_the_error_without_clusters_is_delongs_by_its_definition():
    happened, score, _ = sample(np.random.default_rng(2), 60, 1)
    higher = (score[happened][:, None] > score[~happened]) + 0.5 * (score[happened][:, None] == score[~happened])
    m, n = higher.shape
    variance = higher.mean(axis=1).var(ddof=1) / m + higher.mean(axis=0).var(ddof=1) / n
    assert scores.auc(happened, score).standard_error == pytest.approx(variance**0.5, rel=1e-12)
    assert scores.auc_gain(happened, score, -score).value == pytest.approx(2 * higher.mean() - 1)


def test_the_interval_of_clustered_rows_covers_the_auc():
    rng = np.random.default_rng(3)
    truth = scores.auc(*sample(rng, 200_000, 3)[:2]).value
    covered = {"clustered": 0, "apart": 0}
    runs = 600
    for _ in range(runs):
        happened, score, who = sample(rng, 150, 3)
        for name, clusters in (("clustered", who), ("apart", None)):
            found = scores.auc(happened, score, clusters)
            covered[name] += found.low <= truth <= found.high
    assert 0.925 < covered["clustered"] / runs < 0.975
    assert covered["clustered"] >= covered["apart"], "rows of one cluster go together"


def test_the_interval_of_the_brier_score_covers_it():
    rng = np.random.default_rng(4)
    chance, covered = rng.random(400) * 0.3, 0
    truth = float((chance * (1 - chance)).mean())
    for _ in range(400):
        found = scores.brier(rng.random(400) < chance, chance)
        covered += found.low <= truth <= found.high
    assert covered / 400 > 0.92


def test_honest_chances_lie_on_the_line_and_doubled_ones_do_not():
    rng = np.random.default_rng(5)
    on = {1: 0, 2: 0}
    for _ in range(100):
        chance = rng.random(4_000) * 0.4
        happened = rng.random(4_000) < chance
        for times in on:
            on[times] += sum(b.seen.low <= b.told <= b.seen.high for b in scores.calibration(happened, chance * times))
    assert on[1] / 1_000 >= 0.94 and on[2] / 1_000 < 0.15


def test_precision_and_recall_are_counted():
    found = scores.flagged("x", [1, 1, 0, 0, 1], [0.9, 0.2, 0.8, 0.1, 0.7], 0.5, None)
    assert (found.precision.share, found.recall.share) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert scores.flagged("x", [1, 1, 0, 0], [0.1] * 4, 0.5, None) is None


def test_one_outcome_only_has_no_auc():
    with pytest.raises(ReportError, match="both outcomes"):
        scores.auc([0, 0, 0], [1, 2, 3])
