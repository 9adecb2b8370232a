"""The belief against numeric integration, its order in the evidence, and its promises over many drawn experiments."""

import math
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from helpers.config import Prior
from helpers.errors import ReportError
from helpers.experiment.decision.belief import TAILS, Belief, believed, expected, log_weights
from helpers.stats import Mean, Proportion, compare
from helpers.stats.summaries.whole_clusters import WholeClusters

PRIOR = {"improve": 0.2, "harm": 0.15, "size": 0.05}
CASES = [(0.02, 0.005), (0.02, 0.02), (-0.03, 0.01), (0.3, 0.02), (0.0, 0.1), (0.001, 0.0005), (0.06, 0.05)]


def integrated(estimate: float, error: float, level: float) -> dict[str, float]:
    """What a belief says, by Simpson's rule over prior times likelihood."""

    def part(weight, low, high):
        x = np.linspace(low, high, 400_001)
        y = weight(x) * np.exp(-(((estimate - x) / error) ** 2) / 2) / error
        return x, y

    def sizes(x):
        return sum(
            share / (times * PRIOR["size"]) * np.exp(-np.abs(x) / (times * PRIOR["size"])) for share, times in TAILS
        )

    reach = 14 * error + abs(estimate)
    up = part(lambda x: PRIOR["improve"] * sizes(x), 0, reach)
    down = part(lambda x: PRIOR["harm"] * sizes(x), -reach, 0)
    nothing = (1 - PRIOR["improve"] - PRIOR["harm"]) * math.exp(-((estimate / error) ** 2) / 2) / error
    total = nothing + sum(integrate.simpson(y, x=x) for x, y in (up, down))

    def mean(function):
        sides = sum(integrate.simpson(function(x) * y, x=x) for x, y in (up, down))
        return (sides + nothing * function(np.zeros(1))[0]) / total

    return {
        "chance_of_improvement": integrate.simpson(up[1], x=up[0]) / total,
        "chance_of_harm": integrate.simpson(down[1], x=down[0]) / total,
        "chance_of_nothing": nothing / total,
        "mean": mean(lambda x: x),
        "above": mean(lambda x: np.maximum(x - level, 0)),
        "below": mean(lambda x: np.maximum(level - x, 0)),
    }


@pytest.mark.parametrize("error", 10.0 ** np.arange(-4, 7))
@pytest.mark.parametrize("deviations", [-300, -3, 0, 0.1, 40])
def test_no_size_of_the_error_overflows(error, deviations):
    belief, effects = Belief(deviations * error, error, 0.2, 0.2, 1.0), np.linspace(-50, 50, 1_001)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        density = belief.density(effects * max(error, 1))
        assert np.isfinite(density).all() and (density >= 0).all()
        assert math.isfinite(belief.mean) and 0 <= belief.risk <= 1
        assert all(math.isfinite(end) for end in belief.interval())
        for level in (-error, 0.0, error):
            assert belief.expected_above(level) >= 0 and belief.expected_below(level) >= 0


@pytest.mark.parametrize(("estimate", "error"), CASES)
@pytest.mark.parametrize("level", [-0.02, 0.0, 0.01])
def test_everything_is_what_integration_gives(estimate, error, level):
    belief, truth = Belief(estimate, error, **PRIOR), integrated(estimate, error, level)
    for name in ("chance_of_improvement", "chance_of_harm", "chance_of_nothing", "mean"):
        assert getattr(belief, name) == pytest.approx(truth[name], rel=1e-6, abs=1e-9), name
    assert belief.expected_above(level) == pytest.approx(truth["above"], rel=1e-6, abs=1e-9)
    assert belief.expected_below(level) == pytest.approx(truth["below"], rel=1e-6, abs=1e-9)
    assert belief.risk == pytest.approx(1 - truth["chance_of_improvement"], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("estimate", "error"), CASES)
def test_the_interval_holds_what_it_says_or_ends_at_no_effect(estimate, error):
    belief = Belief(estimate, error, **PRIOR)
    low, high = belief.interval(0.9)
    assert low <= high
    for end, chance in ((low, 0.95), (high, 0.05)):
        if end:
            assert belief.chance_above(end) == pytest.approx(chance, rel=1e-9)
        else:
            assert belief.chance_of_improvement <= chance <= 1 - belief.chance_of_harm


@given(
    z=st.floats(-60, 60), error=st.floats(1e-6, 1e3), ratio=st.floats(1e-4, 1e3),
    improve=st.floats(0.001, 0.6), harm=st.floats(0.001, 0.39),
)  # fmt: skip
def test_the_risk_falls_with_the_evidence_and_nothing_overflows(z, error, ratio, improve, harm):
    """On the good side it falls as p falls, on the bad side it rises; it knows nothing of a plan or its power."""
    here, there = (Belief(x * error, error, improve, harm, error / ratio) for x in (z, z + 0.5))
    for belief in (here, there):
        chances = (belief.chance_of_improvement, belief.chance_of_nothing, belief.chance_of_harm)
        assert sum(chances) == pytest.approx(1, abs=1e-9) and all(0 <= c <= 1 for c in chances)
        assert math.isfinite(belief.mean)
        gap = belief.expected_above(0) - belief.expected_below(0)
        assert gap == pytest.approx(belief.mean, rel=1e-6, abs=1e-9 * error)
    assert there.risk <= here.risk + 1e-12
    assert there.mean >= here.mean - 1e-9 * error


def test_a_large_effect_that_is_well_measured_stays_and_a_lucky_one_shrinks():
    assert Belief(0.5, 0.01, **PRIOR).mean == pytest.approx(0.5, rel=0.01)
    assert Belief(0.02, 0.01, **PRIOR).mean < 0.01


def test_a_later_look_is_as_if_both_had_been_seen_at_once():
    both = Belief(0.02, 0.01, **PRIOR).after(0.04, 0.02)
    weights = np.array([0.01, 0.02]) ** -2.0
    assert both.estimate == pytest.approx(float(weights @ [0.02, 0.04] / weights.sum()))
    assert both.standard_error == pytest.approx(float(weights.sum() ** -0.5))


def test_two_arms_make_a_belief_in_the_good_direction():
    control, treatment = Proportion(10_000, 1_000), Proportion(10_000, 1_100)
    up = believed(control, treatment, Prior())
    down = believed(control, treatment, Prior(), higher_is_better=False)
    assert (up.estimate, down.estimate) == pytest.approx((0.01, -0.01))
    assert up.size == pytest.approx(Prior().size * 0.1)
    assert up.risk < 0.5 < down.risk
    assert believed(Mean.from_moments(50, 2, 4), Mean.from_moments(50, 3, 4), Prior()).standard_error == pytest.approx(
        0.4
    )


def test_few_clusters_are_believed_as_far_as_their_interval_goes():
    rng = np.random.default_rng(4)
    arms = [WholeClusters.from_values(m * rng.normal(mean, 1, 6), m) for mean, m in ((9, np.arange(1, 7.0)), (10, np.ones(6)))]  # fmt: skip
    effect, belief = compare(*arms), believed(*arms, Prior())
    half = (effect.absolute_high - effect.absolute_low) / 2
    assert belief.standard_error == pytest.approx(half / stats.norm.ppf(0.975))


@pytest.mark.parametrize("wrong", [(math.nan, 1.0), (0.0, 0.0), (0.0, -1.0), (math.inf, 1.0)])
def test_what_is_no_belief_is_refused(wrong):
    with pytest.raises(ReportError, match="no belief"):
        Belief(*wrong, **PRIOR)
    with pytest.raises(ReportError, match="no belief"):
        Belief(0.0, 1.0, 0.6, 0.4, 0.05)


def test_over_experiments_drawn_from_the_prior_the_stated_risk_is_the_rate_of_no_improvement():
    """In each bin of the stated risk, with four Monte Carlo errors; the shrunk estimate is unbiased after selection."""
    rng = np.random.default_rng(20261129)
    runs, error = 200_000, 0.02
    shares, times = zip(*TAILS, strict=True)
    kind, size = rng.random(runs), rng.exponential(PRIOR["size"] * rng.choice(times, runs, p=shares))
    effect = np.select([kind < PRIOR["improve"], kind < PRIOR["improve"] + PRIOR["harm"]], [size, -size], 0.0)
    seen = rng.normal(effect, error)
    _, nothing, worse = log_weights(seen, np.full(runs, error), **PRIOR)
    risk = np.exp(np.logaddexp(nothing, worse))
    for low, high in (
        (0, 0.01),
        (0.01, 0.05),
        (0.05, 0.1),
        (0.1, 0.2),
        (0.2, 0.4),
        (0.4, 0.6),
        (0.6, 0.8),
        (0.8, 0.9),
        (0.9, 0.95),
        (0.95, 1),
    ):
        inside = (risk >= low) & (risk < high)
        stated, rate, n = risk[inside].mean(), (effect[inside] <= 0).mean(), inside.sum()
        assert n > 500
        assert abs(rate - stated) < 4 * math.sqrt(stated * (1 - stated) / n) + 1e-9, (low, high)
    picked = seen > 1.96 * error
    shrunk = expected(seen[picked], np.full(picked.sum(), error), **PRIOR)
    off = shrunk - effect[picked]
    assert abs(off.mean()) < 4 * off.std() / math.sqrt(picked.sum())
    assert (seen - effect)[picked].mean() > 0.005, "as measured it is too large, which is the winner's curse"


def test_what_falls_short_of_a_level_is_the_integral_of_the_chances_up_to_it():
    """Also where the standard error is thousands of times the sizes believed in, so that large numbers hide the rest."""
    rng = np.random.default_rng(0)
    for _ in range(60):
        size = 10 ** rng.uniform(-3, 0)
        error, level = size * 10 ** rng.uniform(-1.5, 3.5), size * 10 ** rng.uniform(-3, 1)
        belief = Belief(rng.normal() * error, error, 0.3, 0.3, size)
        ends = [0.0, *np.geomspace(level * 1e-6, level, 40)]
        within = partial(lambda b, t: 1 - b.chance_above(t), belief)
        short = sum(integrate.quad(within, a, b, epsrel=1e-11)[0] for a, b in pairwise(ends))
        assert belief.expected_below(level) - belief.expected_below(0.0) == pytest.approx(short, rel=1e-8)
