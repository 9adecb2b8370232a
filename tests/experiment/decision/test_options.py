"""Options against closed forms, simulation and the published case of a checkout redesign."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from helpers.errors import ReportError
from helpers.experiment.decision import options, proposal
from helpers.experiment.decision.belief import TAILS, Belief
from helpers.experiment.decision.options import EXTEND, KEEP, LAUNCH, STAGED, Option, OptionOutlook, appraise, weigh
from helpers.stats import Proportion, ProportionDesign, compare

CONTROL, TREATMENT = Proportion(50_000, 16_200), Proportion(50_000, 16_378)
"""Checkouts begun and completed over three weeks in each arm."""
EFFECT = compare(CONTROL, TREATMENT)
MONTHLY_CHECKOUTS, BASKET = 800_000, 4_750
SE = math.sqrt(sum(a.estimate * (1 - a.estimate) / a.n for a in (CONTROL, TREATMENT)))
SETTING = {"value_per_unit": BASKET, "horizon_weeks": 52.0, "units_per_week": 100_000 / 3, "drift": 0.003}
UNIT_SD = SE / math.sqrt(2 / 50_000)
PRIOR = {"improve": 0.3, "harm": 0.3, "size": 0.01}
BELIEF = Belief(EFFECT.absolute, SE, **PRIOR)
OUTLOOK = OptionOutlook(BELIEF, UNIT_SD, **SETTING)
COSTLY = OptionOutlook(BELIEF, UNIT_SD, launch_cost=6e6, run_cost=4e4, test_cost=2e4, **SETTING)


def drawn(belief: Belief, rng: np.random.Generator, runs: int) -> np.ndarray:
    """Effects as they are believed, by rejection: from the prior, kept with the likelihood of the estimate."""
    found: list[np.ndarray] = []
    while sum(map(len, found)) < runs:
        shares, times = zip(*TAILS, strict=True)
        kind, size = rng.random(runs), rng.exponential(belief.size * rng.choice(times, runs, p=shares))
        effect = np.select([kind < belief.improve, kind < belief.improve + belief.harm], [size, -size], 0.0)
        likely = np.exp(-(((belief.estimate - effect) / belief.standard_error) ** 2) / 2)
        found.append(effect[rng.random(runs) < likely])
    return np.concatenate(found)[:runs]


# --- the published figures ---


def test_the_effect_of_the_case():
    assert EFFECT.absolute == pytest.approx(0.00356)
    assert EFFECT.p_value == pytest.approx(0.23, abs=0.005)
    assert (EFFECT.absolute_low, EFFECT.absolute_high) == pytest.approx((-0.00225, 0.00937), abs=5e-6)
    assert not EFFECT.significant


def test_the_detectable_effect_of_the_case():
    """Published 0.0083 with the control's variance in both arms; the score design says the same to four digits."""
    published = (stats.norm.isf(0.025) + stats.norm.isf(0.2)) * math.sqrt(2 * 0.324 * 0.676 / 50_000)
    assert published == pytest.approx(0.0083, abs=5e-5)
    assert ProportionDesign(0.324).mde(100_000).absolute == pytest.approx(0.0083, abs=5e-5)
    assert EFFECT.absolute < published


def test_the_units_of_the_case_and_the_weeks_they_take():
    """Published 214,887 an arm for 0.4 points; the score design, which lets the treated arm vary by its own rate, needs
    215,573. Either way it takes ten more weeks, not the four for which an extension is usually asked."""
    published = (stats.norm.isf(0.025) + stats.norm.isf(0.2)) ** 2 * 2 * 0.324 * 0.676 / 0.004**2
    assert math.ceil(published) == 214_887 or round(published) == 214_887
    plan = ProportionDesign(0.324).size(absolute=0.004)
    assert plan.n_arms == (215_573, 215_573)
    for arm in (published, plan.n_arms[0]):
        assert (arm - 50_000) / (50_000 / 3) == pytest.approx(9.9, abs=0.05)
    seven_weeks = ProportionDesign(0.324).power(2 * round(50_000 * 7 / 3), absolute=0.004)
    assert seven_weeks.achieved_power == pytest.approx(0.54, abs=0.005), "four more weeks do not give 80 in a hundred"


def test_the_month_of_the_case():
    """800,000 checkouts of 47.50: by hand 38 million times the effect and the ends of the score interval."""
    month = proposal.monthly(EFFECT, MONTHLY_CHECKOUTS, BASKET)
    assert month.point / 100 == pytest.approx(38e6 * 0.00356) == pytest.approx(135_280)
    assert month.low / 100 == pytest.approx(-85_484, abs=1)
    assert month.high / 100 == pytest.approx(356_036, abs=1)


# --- every figure of an appraisal by simulation and by integration ---


def simulated(option: Option, outlook: OptionOutlook, runs: int = 400_000) -> dict[str, tuple[float, float]]:
    """Mean and standard error of what an appraisal claims, the truth and the look drawn at random."""
    rng = np.random.default_rng(20261122)
    found = appraise(option, outlook)
    theta = drawn(outlook.belief, rng, runs)
    units = outlook.units_per_week * option.weeks
    if option.share == 1:
        own = math.sqrt(outlook.unit_sd**2 * 2 / units + outlook.drift**2)
    else:
        own = outlook.unit_sd * math.sqrt(1 / (units * option.share) + 1 / (units * (1 - option.share)))
    kept = rng.normal(theta, own) > found.keep_above
    rest = outlook.horizon_weeks - option.weeks
    a_week = outlook.units_per_week * outlook.value_per_unit
    gain = a_week * theta * (option.share * option.weeks + rest * kept)
    cost = np.where(kept, outlook.run_cost * rest, 0.0)
    if option.share == 1:
        cost += outlook.launch_cost + outlook.run_cost * option.weeks
    else:
        cost += outlook.test_cost * option.weeks + outlook.launch_cost * kept
    draws = {
        "expected_value": gain - cost,
        "chance_of_harm": (theta < 0) & (kept | (option.share == 1)),
        "expected_harm": np.where(theta < 0, -gain, 0.0),
        "chance_of_keeping": kept,
        "cost_of_waiting": a_week * theta * (1 - option.share) * option.weeks,
    }
    return {k: (float(np.mean(v)), float(np.std(v) / math.sqrt(runs))) for k, v in draws.items()}


@pytest.mark.parametrize("outlook", [OUTLOOK, COSTLY], ids=["free", "costly"])
@pytest.mark.parametrize(
    "option", [EXTEND, STAGED, LAUNCH, Option("stop early", 1.0, 2.0, -0.002)], ids=lambda o: o.name
)
def test_an_appraisal_is_what_happens_on_average(option, outlook):
    found = appraise(option, outlook)
    for name, (mean, error) in simulated(option, outlook).items():
        assert getattr(found, name) == pytest.approx(mean, abs=4.5 * error + 1e-12), name


@pytest.mark.parametrize("option", [EXTEND, STAGED, LAUNCH], ids=lambda o: o.name)
def test_the_value_is_the_integral_over_the_posterior_predictive(option):
    """Preposterior analysis the long way: choose after each look by the mean of the belief then, weigh by its chance."""
    found, belief = appraise(option, COSTLY), COSTLY.belief
    rest, a_week = 52.0 - option.weeks, COSTLY.units_per_week * BASKET
    later = COSTLY.run_cost * rest + (0 if option.share == 1 else COSTLY.launch_cost)
    now = COSTLY.launch_cost + COSTLY.run_cost * option.weeks if option.share == 1 else COSTLY.test_cost * option.weeks
    reach = 12 * math.hypot(belief.standard_error, found.noise)
    effects = np.linspace(-reach, reach, 4_001)[1::2]
    weights = belief.density(effects) * (effects[1] - effects[0])

    def chance(x: float) -> float:
        """Density of what the look will show."""
        around = stats.norm.pdf(x, effects, found.noise)
        return float(weights @ around + belief.chance_of_nothing * stats.norm.pdf(x, 0, found.noise))

    def after(x: float) -> float:
        ship = a_week * rest * belief.after(x, found.noise).mean - later
        kept = x > found.keep_above
        if option.share < 1:
            assert kept == (ship > 0) or abs(ship) < 1e-3 * a_week
        return ship if kept else 0.0

    xs = np.linspace(found.keep_above, found.keep_above + reach, 1_001)
    value = integrate.simpson(
        [
            after(x) * chance(x)
            if k
            else a_week * rest * belief.after(x, found.noise).mean * chance(x) - later * chance(x)
            for k, x in enumerate(xs)
        ],
        x=xs,
    )
    assert found.expected_value == pytest.approx(
        a_week * option.share * option.weeks * belief.mean - now + value, rel=2e-3
    )


def test_the_chance_of_harm_of_a_launch_is_that_of_the_belief():
    assert appraise(LAUNCH, OUTLOOK).chance_of_harm == pytest.approx(BELIEF.chance_of_harm, rel=1e-9)


# --- what must hold ---


def test_information_is_never_worth_less_than_nothing():
    """Waiting for free at no loss of exposure beats deciding now, and a longer look is a better look."""
    blind = max(0.0, OUTLOOK.belief.mean)
    a_week = OUTLOOK.units_per_week * OUTLOOK.value_per_unit
    for weeks in (1.0, 4.0, 16.0):
        found = appraise(Option("look", 0.5, weeks), OUTLOOK)
        without_wait = found.expected_value - a_week * 0.5 * weeks * OUTLOOK.belief.mean
        assert without_wait > a_week * (52 - weeks) * blind
    noises = [appraise(Option("look", 0.5, w), OUTLOOK).noise for w in (1.0, 4.0, 16.0)]
    assert noises == sorted(noises, reverse=True)
    assert noises[1] == pytest.approx(OUTLOOK.unit_sd * 2 / math.sqrt(4 * 100_000 / 3))


def test_sure_things_need_no_look_and_no_quadrature():
    sure = OptionOutlook(Belief(1.0, 1e-6, 0.2, 0.2, 1.0), 10, 100, 1, 10)
    for option in (EXTEND, STAGED, LAUNCH):
        found = appraise(option, sure)
        assert found.chance_of_harm == found.expected_harm == 0
        assert found.expected_value == pytest.approx(
            100 * (option.share * option.weeks + 10 - option.weeks), rel=1e-3
        ), "up to a false rollback in a thousand"
    assert weigh(sure).recommended.option is LAUNCH
    harmful = OptionOutlook(Belief(-1.0, 1e-6, 0.2, 0.2, 1.0), 10, 1e6, 1, 10)
    assert weigh(harmful).recommended.option is KEEP
    assert appraise(LAUNCH, harmful).expected_harm == pytest.approx(4e6, rel=1e-3), "rolled back after four weeks"
    assert appraise(LAUNCH, harmful).chance_of_harm == pytest.approx(1)


def test_the_recommendation_is_the_best_within_the_bound():
    free = weigh(OUTLOOK, max_chance_of_harm=1.0)
    assert free.recommended.option is LAUNCH, "with no bound the whole launch is worth most"
    bound = weigh(OUTLOOK, max_chance_of_harm=0.05)
    assert bound.of(LAUNCH).chance_of_harm > 0.05 > bound.of(EXTEND).chance_of_harm
    assert bound.recommended.option is EXTEND
    assert bound.recommended.expected_value < bound.of(LAUNCH).expected_value
    assert weigh(OUTLOOK, max_chance_of_harm=0.0).recommended.option is KEEP
    with pytest.raises(ReportError, match="no option may be recommended"):
        weigh(OUTLOOK, (LAUNCH,), max_chance_of_harm=0.01)


def test_what_cannot_be_weighed_says_why():
    with pytest.raises(ReportError, match="look comes after the horizon"):
        appraise(Option("long", 0.5, 60.0), OUTLOOK)
    for share, weeks in ((1.5, 1.0), (0.5, 0.0), (0.0, 1.0), (0.5, math.nan)):
        with pytest.raises(ReportError, match="cannot be weighed"):
            Option("odd", share, weeks)
    for wrong in ({"value_per_unit": 0.0}, {"horizon_weeks": math.nan}, {"launch_cost": -1.0}, {"drift": math.inf}):
        with pytest.raises(ReportError, match=f"{next(iter(wrong))} is out of range"):
            OptionOutlook(BELIEF, UNIT_SD, **{**SETTING, **wrong})
    with pytest.raises(ReportError, match="unit_sd is out of range"):
        OptionOutlook(BELIEF, math.nan, **SETTING)


def test_every_option_of_the_record_is_weighed():
    assert set(proposal.KEYS.values()) == set(options.OPTIONS)
