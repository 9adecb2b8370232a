"""Choosing units by the outcome is biased, by how much is known, and the remedies are not."""

import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.simulate.listeners import CONTROL, TREATMENT, MusicWorld, draw_listeners
from helpers.simulate.selection_bias import (
    BY_HISTORY,
    BY_OUTCOME,
    DROPPED,
    WINSORISED,
    SelectionBias,
    expected_lifts,
    simulate_selection,
)

Found = dict[tuple[str, str], SelectionBias]


@pytest.fixture(scope="module")
def found() -> Found:
    biases = simulate_selection(np.random.default_rng(20260), runs=60)
    return {(b.rule, b.metric): b for b in biases}


def test_the_stated_expectations() -> None:
    lifts = expected_lifts()
    assert lifts["planted"] == pytest.approx(0.153, abs=0.001)
    assert lifts[DROPPED] == pytest.approx(0.129, abs=0.001)
    assert lifts[WINSORISED] == pytest.approx(0.147, abs=0.001)


@pytest.mark.parametrize("rule", [DROPPED, WINSORISED])
def test_the_simulation_agrees_with_the_exact_sums(found: Found, rule: str) -> None:
    seen = found[rule, "songs"]
    assert abs(seen.estimate - expected_lifts()[rule]) < 4 * seen.standard_error
    assert seen.truth == pytest.approx(expected_lifts()["planted"], abs=1e-3)


def test_dropping_loses_the_truth_and_winsorising_keeps_it(found: Found) -> None:
    assert found[DROPPED, "songs"].bias < -0.02
    assert found[DROPPED, "songs"].coverage < 0.75
    assert abs(found[WINSORISED, "songs"].bias) < 0.01
    assert found[WINSORISED, "songs"].coverage > 0.85


def test_power_users_by_the_outcome_hide_the_effect(found: Found) -> None:
    assert found[BY_OUTCOME, "songs"].estimate < 0.06 < 0.12 < found[BY_HISTORY, "songs"].estimate
    outcome, history = found[BY_OUTCOME, "conversion"], found[BY_HISTORY, "conversion"]
    assert outcome.bias < -4 * outcome.standard_error
    assert abs(history.bias) < 4 * history.standard_error
    assert history.coverage > 0.85


def test_without_an_effect_nothing_is_biased() -> None:
    world = MusicWorld(lift=0.0, churn_treated=0.0, paywall_change=0.0)
    assert set(expected_lifts(world).values()) == {0.0}
    for seen in simulate_selection(np.random.default_rng(2), runs=20, users=10_000, world=world):
        assert seen.truth == 0
        assert abs(seen.bias) < 4.5 * seen.standard_error


def test_listeners_keep_the_marginals_of_the_recipe() -> None:
    people = draw_listeners(200_000, np.random.default_rng(7))
    control, treatment = people.organic
    assert control.mean() == pytest.approx(19.5, abs=0.15)
    assert treatment.mean() == pytest.approx(22.5, abs=0.15)
    assert np.corrcoef(people.before, control)[0, 1] == pytest.approx(0.6, abs=0.02)
    assert people.is_outlier.sum() == 250
    assert people.songs[:, people.is_outlier].min() >= 1_000
    churned = people.lifetime < 60
    for arm, less in ((CONTROL, 0.0), (TREATMENT, 0.05)):
        assert churned[arm][~people.converted[arm]].mean() == pytest.approx(0.30 - less, abs=0.005)
        assert churned[arm][people.converted[arm]].mean() == pytest.approx(0.10 - less, abs=0.01)
    assert people.paywalls[1].mean() / people.paywalls[0].mean() == pytest.approx(0.97, abs=0.005)


def test_one_run_has_no_monte_carlo_error() -> None:
    with pytest.raises(ReportError, match="two runs"):
        simulate_selection(np.random.default_rng(1), runs=1)
