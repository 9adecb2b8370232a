"""The churn model recovers what was planted, and a leak would have flattered it."""

import pytest

from helpers.programme.prediction import classifier, features
from helpers.report.topics import prediction
from helpers.simulate.year import LEAK


@pytest.fixture(scope="module")
def churn(parts):
    return classifier.evaluated(parts, "leaves", [c for c in features.columns(parts.train) if c != LEAK])


def test_planted_effects_are_recovered_with_their_sign(churn, ledger):
    shown = {c.name: c.per_deviation for c in churn.coefficients}
    for column, planted in (("tickets_30", "ticket"), ("days_idle", "idle"), ("yearly", "yearly")):
        sign = ledger["churn"][f"log_hazard_{planted}"]
        assert shown[column].low * sign > 0 and shown[column].high * sign > 0, column
    assert shown["rating"].low < 0 < shown["rating"].high, "ratings are noise"
    assert "3 of 3 planted effects" in prediction.text_churn(churn, ledger)


def test_it_beats_the_mean_and_is_calibrated_later_in_time(churn):
    assert churn.auc.low > 0.5 and churn.brier.value < churn.brier_of_mean
    assert abs(churn.train_auc - churn.auc.value) < 3 * churn.auc.standard_error
    assert sum(b.seen.low <= b.told <= b.seen.high for b in churn.bins) >= 7
    assert not churn.rival_earns


def test_the_leak_would_have_looked_like_skill(parts):
    made = classifier.evaluated(parts, "leaves", [LEAK, "yearly"])
    assert made.auc.value > 0.95


def test_every_segment_adds_up_to_everybody(parts, churn):
    everybody, *others = classifier.by_segment(parts, churn, 0.05)
    for dimension in features.SEGMENTS:
        levels = [f for f in others if f.name.startswith(f"{dimension} ")]
        assert sum(f.rows for f in levels) == everybody.rows and sum(f.flagged for f in levels) == everybody.flagged
    assert all(f.precision.low <= f.precision.share <= f.precision.high for f in others)
