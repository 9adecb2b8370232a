"""Power, size and smallest effect, against R and against simulation by the tests themselves."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.stats import (
    InputError,
    Mean,
    MeanDesign,
    Proportion,
    ProportionDesign,
    Ratio,
    VarianceReduction,
    cuped,
    score_intervals,
    standard_error,
)
from helpers.stats.comparisons.score import TwoByTwo
from helpers.stats.design.power import RatioDesign
from helpers.stats.inference import p_values
from helpers.validation import power as topic
from helpers.validation import run


def test_golden_power_t(golden):
    for c in golden["power_t"]:
        design = MeanDesign(sd=1, alpha=c["alpha"])
        plan = design.size(absolute=c["effect_size"], power=c["power"])
        assert plan.n_exact / 2 == pytest.approx(c["n_per_group"], rel=1e-5)
        # R leaves the other tail out: then it is the one-sided test at half alpha, to more digits
        one = MeanDesign(sd=1, alpha=c["alpha"] / 2, alternative="greater")
        exact = one.size(absolute=c["effect_size"], power=c["power"])
        assert exact.n_exact / 2 == pytest.approx(c["n_per_group"], rel=1e-7)
        # strict=TRUE in R is the design as it stands
        assert design.power(2 * math.ceil(c["n_per_group"]), absolute=c["effect_size"]).power >= c["power"]


def test_golden_power_t_unequal(golden):
    for c in golden["power_t_unequal"]:
        design = MeanDesign(sd=1, alpha=c["alpha"], weights=(c["n1"], c["n2"]))
        plan = design.power(c["n1"] + c["n2"], absolute=c["effect_size"])
        assert plan.n_arms == (c["n1"], c["n2"])
        assert plan.power == pytest.approx(c["power"], abs=1e-10)


def test_golden_power_prop(golden):
    for c in golden["power_prop"]:
        design = ProportionDesign(c["p1"], alpha=c["alpha"])
        plan = design.size(absolute=c["p2"] - c["p1"], power=c["power"])
        assert plan.n_exact / 2 == pytest.approx(c["n_per_group"], rel=1e-5)
        assert plan.n_arms == (math.ceil(c["n_per_group"]),) * 2


def test_reference_90_10_design():
    """d = 0.05, alpha .05, power .8 at 90/10: 31,397.17 + 3,488.57 units.

    The reference figure 31,397 + 3,488 = 34,885 is that, truncated; R's pwr.t2n.test gives it a
    power of .79994. The smallest whole design that reaches .8 has one unit more.
    """
    design = MeanDesign(sd=1, weights=(0.9, 0.1))
    plan = design.size(absolute=0.05)
    assert tuple(math.floor(n) for n in plan.arms_exact) == (31397, 3488)
    assert math.floor(plan.n_exact) == 34885
    assert design.power(34885, absolute=0.05).power == pytest.approx(0.79994, abs=1e-5)
    assert (plan.n_total, plan.n_arms) == (34886, (31397, 3489))
    assert plan.achieved_power >= 0.8


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.01, 0.6),
    st.floats(0.02, 0.5),
    st.sampled_from([0.05, 0.5, 0.9]),
    st.floats(0.6, 0.95),
)
def test_each_from_the_other_two(baseline, lift, share, power):
    design = ProportionDesign(baseline, weights=(1 - share, share))
    plan = design.size(relative=lift, power=power)
    assert plan.achieved_power >= power
    assert sum(plan.n_arms) == plan.n_total
    assert design.power(plan.n_total, relative=lift).power == pytest.approx(plan.achieved_power)
    if plan.n_total > 2000:
        assert design.mde(plan.n_total, power=power).relative == pytest.approx(lift, rel=0.01)


def test_mde_goes_both_ways_and_is_refused_when_impossible():
    design = ProportionDesign(0.05)
    up, down = design.mde(5000), design.mde(5000, direction="decrease")
    assert up.absolute > 0 > down.absolute and up.absolute > -down.absolute
    assert up.achieved_power == pytest.approx(0.8) == down.achieved_power
    with pytest.raises(InputError, match="enough units"):
        ProportionDesign(0.01).mde(40, direction="decrease")


def test_alpha_is_shared_over_arms_and_metrics():
    plan = MeanDesign(sd=1, weights=(2, 1, 1), metrics=3).size(absolute=0.1)
    assert plan.comparisons == 6 and plan.alpha == pytest.approx(0.05 / 6)
    assert plan.n_arms[0] == pytest.approx(plan.n_total / 2, abs=1)
    assert "6 comparisons share 0.05" in plan.text
    pair = MeanDesign(sd=1, weights=(2, 1), alpha=plan.alpha).size(absolute=0.1)
    assert plan.n_arms[1] == pytest.approx(pair.n_arms[1], abs=2)  # df of the pair only
    guard = MeanDesign(sd=1, weights=(2, 1, 1), metrics=3, margin=0.1).size()
    assert guard.alpha == guard.family_alpha


def test_smallest_treatment_decides():
    uneven = MeanDesign(sd=1, weights=(5, 4, 1)).size(absolute=0.1)
    even = MeanDesign(sd=1, weights=(5, 2.5, 2.5)).size(absolute=0.1)
    assert uneven.n_total > even.n_total


def test_non_inferiority_sizes_deliver_their_power(rng):
    """Design by formula, then count how often the score test itself passes."""
    for scale, margin in (("absolute", 0.02), ("relative", 0.15)):
        design = ProportionDesign(0.1, weights=(0.7, 0.3), margin=margin, scale=scale)
        plan = design.size()
        n_c, n_t = plan.n_arms
        x = (
            rng.binomial(n_c, 0.1, 20_000).astype(float),
            rng.binomial(n_t, 0.1, 20_000).astype(float),
        )
        table = TwoByTwo.of(x[0], float(n_c), x[1], float(n_t))
        null = math.log1p(-margin) if scale == "relative" else -margin
        z = table.z_ratio(null) if scale == "relative" else table.z_difference(null)
        passed = (p_values(z, alternative="greater") < 0.05).mean()
        assert passed == pytest.approx(0.8, abs=0.012)


def test_superiority_size_delivers_its_power(rng):
    plan = ProportionDesign(0.03, weights=(9, 1)).size(relative=0.2)
    n_c, n_t = plan.n_arms
    x_c, x_t = rng.binomial(n_c, 0.03, 8000), rng.binomial(n_t, 0.036, 8000)
    p = score_intervals(x_c, n_c, x_t, n_t).p_value
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=0.02)


def test_mean_margin_increase_is_bad():
    fall = MeanDesign(sd=2, mean=10, margin=0.05, scale="relative").size()
    rise = MeanDesign(sd=2, mean=10, margin=0.05, scale="relative", bad="increase").size()
    assert fall.null == pytest.approx(-0.5) and rise.null == pytest.approx(0.5)
    assert rise.alternative == "less" and rise.n_total > fall.n_total
    worse = MeanDesign(sd=2, mean=10, margin=0.05, scale="relative").size(absolute=-0.2)
    assert worse.n_total > fall.n_total
    assert fall.n_total < MeanDesign(sd=2, margin=0.4).size().n_total


def test_tiny_designs_and_huge_effects():
    plan = MeanDesign(sd=1).size(absolute=50)
    assert plan.n_total <= 6 and plan.achieved_power >= 0.8
    assert math.isnan(plan.relative)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ProportionDesign(10).size(relative=0.1),
        lambda: ProportionDesign(0.1, weights=(1, 0)),
        lambda: ProportionDesign(0.1, alpha=5),
        lambda: ProportionDesign(0.1, margin=1.5, scale="relative"),
        lambda: ProportionDesign(0.1).size(relative=0),
        lambda: ProportionDesign(0.1).size(relative=20),
        lambda: ProportionDesign(0.1).size(relative=0.1, absolute=0.1),
        lambda: ProportionDesign(0.1).size(),
        lambda: ProportionDesign(0.1).size(relative=0.1, power=80),
        lambda: ProportionDesign(0.1, margin=0.02).size(absolute=-0.03),
        lambda: ProportionDesign(0.1).power(2, relative=0.1),
        lambda: MeanDesign(sd=0),
        lambda: MeanDesign(sd=1).size(relative=0.1),
        lambda: MeanDesign(sd=1, margin=0.1, scale="relative"),
        lambda: MeanDesign(sd=1, share_remaining=0),
        lambda: MeanDesign(sd=1, degrees="satterthwaite"),
        lambda: MeanDesign.from_summary(Proportion(10, 5)),
        lambda: MeanDesign.from_summary(Ratio.from_values([1, 2], [1, 3])),
        lambda: MeanDesign.from_summary(Mean.from_values([1, 1, 1])),
        lambda: MeanDesign.from_summary(Mean.from_values([1])),
        lambda: RatioDesign.from_summary(Mean.from_values([1, 2])),
        lambda: ProportionDesign.from_summary(Mean.from_values([1, 2])),
        lambda: ProportionDesign.from_summary(Proportion(10, 0)),
        lambda: MeanDesign(sd=1).with_cuped(VarianceReduction(("x",), (0.0,), math.nan, False)),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError):
        call()


def test_split_is_whole_and_close(rng):
    from helpers.stats.design.plan import split

    for _ in range(200):
        w = rng.dirichlet(np.ones(rng.integers(2, 6)))
        total = int(rng.integers(0, 10**6))
        arms = split(total, tuple(w))
        assert sum(arms) == total
        assert max(abs(a - total * s) for a, s in zip(arms, w, strict=True)) < 1


def test_designs_from_what_was_seen_before(rng):
    rate = Proportion(20_000, 2_000)
    assert ProportionDesign.from_summary(rate, weights=(9, 1)) == ProportionDesign(0.1, weights=(9, 1))
    values = rng.gamma(2, 10, 500)
    mean = Mean.from_values(values)
    seen = MeanDesign.from_summary(mean)
    assert (seen.sd, seen.mean) == pytest.approx((values.std(ddof=1), values.mean()), rel=1e-12)
    visits = rng.poisson(3, 500) + 1
    ratio = Ratio.from_values(values, visits)
    design = RatioDesign.from_summary(ratio, margin=0.05, scale="relative")
    assert design.sd == pytest.approx(standard_error(ratio) * math.sqrt(500), rel=1e-12)
    assert design.mean == pytest.approx(values.sum() / visits.sum(), rel=1e-12)
    plan = design.size()
    assert plan.null == pytest.approx(-0.05 * design.mean) and plan.method == "t test of ratios, delta method"


def test_cuped_saves_its_share_and_says_so(rng):
    x = rng.normal(size=4000)
    y = 5 + x + rng.normal(size=4000)
    arms = [Mean.from_values(y[i::2], {"x": x[i::2]}) for i in (0, 1)]
    reduction = cuped(*arms).reduction
    plain = MeanDesign.from_summary(arms[0] + arms[1])
    better = plain.with_cuped(reduction)
    sizes = [design.size(relative=0.02).n_exact for design in (better, plain)]
    assert sizes[0] / sizes[1] == pytest.approx(reduction.share_remaining, rel=0.001)
    assert (
        "CUPED leaves 0." in better.size(relative=0.02).method and plain.size(relative=0.02).method == "t test of means"
    )
    assert isinstance(RatioDesign(sd=1, mean=1).with_cuped(reduction), RatioDesign)
    by_hand = MeanDesign(sd=plain.sd * math.sqrt(reduction.share_remaining), mean=plain.mean)
    assert better.mde(5_000).absolute == pytest.approx(by_hand.mde(5_000).absolute, rel=1e-9)


def test_welch_degrees_of_freedom():
    """Equal arms have n - 2 either way; a small second arm needs more units than Student's t promises."""
    for weights, more in (((1, 1), False), ((9, 1), True)):
        student = MeanDesign(sd=1, weights=weights).size(absolute=0.8)
        welch = MeanDesign(sd=1, weights=weights, degrees="welch").size(absolute=0.8)
        assert (welch.n_total > student.n_total) == more
    large = MeanDesign(sd=1, weights=(9, 1), degrees="welch").size(absolute=0.05)
    assert abs(large.n_total - 34_886) < 40


@pytest.mark.parametrize("formula", ["average arms", "no adjustment"])
def test_calibration_sees_a_broken_plan(monkeypatch, formula):
    if formula == "average arms":
        honest = ProportionDesign._power_pair

        def broken(self, n_c, n_t, effect):
            return honest(self, (n_c + n_t) / 2, (n_c + n_t) / 2, effect)

        monkeypatch.setattr(ProportionDesign, "_power_pair", broken)
        method = "planned score test"
    else:
        monkeypatch.setattr(MeanDesign, "with_cuped", lambda self, reduction: self)
        method = "planned CUPED"
    cases = [case for case in topic.planned() if case.method == method]
    assert not all(run(case, 200).kept for case in cases)


def test_the_smallest_arm_explains_its_slack():
    slack = [case for case in topic.CASES if case.slack]
    assert len(slack) == 2 and all(case.reason for case in slack)


def test_the_edges_of_planning():
    assert MeanDesign(sd=1, margin=0.1, bad="increase").mde(6_000).absolute < 0.1
    with pytest.raises(InputError, match="1e15"):
        MeanDesign(sd=1).size(absolute=1e-8)
    odd = MeanDesign(sd=1, weights=(0.4, 0.3, 0.3)).size(absolute=0.37)
    assert odd.n_arms[1] == odd.n_arms[2]
