"""A mean or a ratio against the control arm of a ramp: what is watched, what rolls back, and how seldom by chance."""

import math
import re

import numpy as np
import pytest
from scipy import stats

from helpers import config
from helpers.config import Study
from helpers.experiment.monitoring.against_control import (
    ArmSoFar,
    Compared,
    Stages,
    compared,
    intervals,
    launches,
    ramped,
    watching,
)
from helpers.record import Number, Numbers
from helpers.report.topics import against_control as topic
from helpers.stats import Mean, Proportion, Ratio

STUDY = config.load("studies/checkout_redesign.yml")
SONGS = config.load("studies/music_recommendations.yml")
RAMP = Stages(((0.05, 3), (0.5, 7)), 3_000, (1.0,) * 7)


class Arms:
    """Results of which the control alone is known."""

    def __init__(self, of):
        self.of = of

    def arm(self, metric, variant):
        return self.of.get(metric.name)


def money(**changes) -> Compared:
    metric = STUDY.metric("revenue_per_user").model_copy(update=changes.pop("metric", {}))
    return Compared(
        metric, **({"level": 1_900.0, "spread": 3_000.0, "skewness": 6.0, "bar": 0.0, "planted": 0.2} | changes)
    )


def earlier(units: float | None = 3_000.0) -> Numbers:
    levels = {m.name: 0.02 for study in (STUDY, SONGS) for m in study.metrics}
    return Numbers(
        {"exposed.units_per_day": Number(units, "count", "", ""), "primary.control": Number(0.3, "share", "", "30 %")}
        | {"funnel.control": Number(0.3, "share", "", "")}
        | {f"metrics.{name}.control": Number(value, "share", "", "") for name, value in levels.items()}
    )


def test_the_ends_are_those_of_the_published_formula():
    """Waudby-Smith et al., theorem 2.2, written out: the ends of the difference, which the relative ones share in sign."""
    n, alpha, planned = np.array([400.0, 900.0, 2_500.0]), 0.05, 2_000.0
    control, treatment = (
        ArmSoFar(n, np.array([10.0] * 3), np.array([25.0] * 3)),
        ArmSoFar(n, np.array([8.6] * 3), np.array([25.0] * 3)),
    )
    low, high = intervals(control, treatment, skewness=1.0, planned=planned, confidence=1 - alpha)
    rho2 = (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / planned
    total, error = 2 * n, np.sqrt(50.0 / n)
    reach = (
        error
        * np.sqrt(total)
        * np.sqrt(2 * (total * rho2 + 1) / (total**2 * rho2) * np.log(np.sqrt(total * rho2 + 1) / alpha))
    )
    for k in range(3):  # the relative end is where the difference to so many times the control has its bound
        ends = np.fmax.accumulate(low)[k], np.fmin.accumulate(high)[k]
        crit = (reach / error)[k]
        for end in ends:
            met = [
                abs(8.6 - (1 + end) * 10) / math.sqrt(25 / m * (1 + (1 + end) ** 2)) - (reach / error)[j]
                for j, m in enumerate(n[: k + 1])
            ]
            assert min(abs(gap) for gap in met) < 1e-9
        assert crit > 2.4 and (ends[1] < 0) == (np.min(reach[: k + 1]) < 1.4)


def test_crossings_without_a_change_are_those_of_the_normal_walk():
    """Three evenings of one stage: the share of launches that cross is that of scipy's multivariate normal distribution."""
    of, ramp = money(skewness=0.0), Stages(((0.5, 3),), 4_000, (1.0,) * 7)
    found = launches(np.random.default_rng(5), of, ramp, 0.0, 60_000)
    crossed = ((found.high < 0) | (found.low > 0)).any(axis=1).mean()
    days = np.arange(1, 4)
    rho2 = (-2 * math.log(0.05) + math.log(1 - 2 * math.log(0.05))) / 12_000
    total = 4_000 * days
    bound = np.sqrt(2 * (total * rho2 + 1) / (total * rho2) * np.log(np.sqrt(total * rho2 + 1) / 0.05))
    correlation = np.sqrt(np.minimum.outer(days, days) / np.maximum.outer(days, days))
    walk = stats.multivariate_normal(np.zeros(3), correlation)
    exact = 1 - walk.cdf(bound, lower_limit=-bound)
    assert crossed == pytest.approx(exact, abs=4 * math.sqrt(exact / 60_000) + 2e-4) and exact < 0.05


@pytest.mark.parametrize(("share", "skewness"), [(0.05, 6.0), (0.05, 14.0), (0.5, 14.0), (0.25, 1.0)])
def test_harm_is_seldom_seen_where_there_is_none(share, skewness):
    """Whole units of skewed money, their spread estimated: a slice of what ``make calibration`` runs in whole."""
    rng, days, units, runs = np.random.default_rng(8), 5, 500, 400
    shape, wrong = 4 / skewness**2, 0
    for _ in range(runs):
        day = np.repeat(np.arange(days), units)
        treated, value = rng.random(day.size) < share, rng.gamma(shape, size=day.size)
        arms = []
        for arm in (~treated, treated):
            n = np.bincount(day[arm], minlength=days).cumsum().astype(float)
            y, y2 = (np.bincount(day[arm], value[arm] ** k, minlength=days).cumsum() for k in (1, 2))
            arms.append(ArmSoFar(n, y / n, (y2 - y * y / n) / (n - 1)))
        low, high = intervals(*arms, skewness=skewness, planned=units * days, confidence=0.95)
        wrong += bool((high < 0).any() or (low > 0).any())
    assert wrong / runs <= 0.05


def test_a_small_arm_of_skewed_values_is_not_read():
    """With 100 treated units of skewness 14 the plain statistic calls harm that is none; nothing is told of them."""
    few, many = (
        ArmSoFar(*(np.array([x]) for x in (120.0, 0.5, 1.0))),
        ArmSoFar(*(np.array([x]) for x in (9_000.0, 1.0, 100.0))),
    )
    assert np.isnan(intervals(many, few, skewness=14.0, planned=1e4, confidence=0.95)).all()
    assert np.isfinite(intervals(many, few, skewness=1.0, planned=1e4, confidence=0.95)).all()
    equal = ArmSoFar(*(np.array([x]) for x in (120.0, 1.0, 1.0)))
    assert np.isfinite(intervals(equal, equal, skewness=14.0, planned=240, confidence=0.95)).all(), "alike arms cancel"


def test_a_guardrail_rolls_back_beyond_its_margin_and_the_primary_metric_below_zero():
    """A fall of 20 %: inside a margin of 30 %, beyond one of 5 %, harm of the primary metric; a rise is none of theirs."""
    day = Stages(((0.5, 7),), 20_000, (1.0,) * 7)
    shares = {bar: watching(money(bar=bar, planted=0.2), day, (1,), 400).moved.share for bar in (0.0, 0.05, 0.3)}
    assert shares[0.0] > 0.99 and shares[0.05] > 0.99 and shares[0.3] == 0
    rises = launches(np.random.default_rng(1), money(), day, 0.2, 400)
    assert not (rises.high < 0).any() and (rises.low > 0).any(axis=1).mean() > 0.99
    lower = watching(money(metric={"better": "lower"}), day, (1,), 400)
    assert lower.moved.share > 0.99 and np.nanmax(lower.shown.relative) > 0


def test_it_is_told_on_the_evening_on_which_it_is_known():
    day = Stages(((0.5, 7),), 20_000, (1.0,) * 7)
    now, later = (watching(money(wait=wait), day, (1,), 400) for wait in (0, 7))
    assert later.moved.day == now.moved.day + 7 and later.quiet.share == now.quiet.share
    assert topic.table([later], STUDY)[0]["Interval read"].endswith(f"day\u00a0{now.read + 7}")
    assert "7 days later" in topic.note([later], STUDY) and "later" not in topic.note([now], STUDY)


def test_every_metric_that_no_count_of_a_day_tells_is_compared():
    """A mean that is primary and guardrails that are ratios; a share that the streams watch is not watched twice."""
    songs = {m.name: Mean.from_moments(4_000, 6.0, 50.0) for m in SONGS.metrics}
    found = compared(SONGS, Arms(songs), {}, earlier())
    assert found[0].metric == SONGS.primary and found[0].bar == 0 and found[0].planted == SONGS.decision.prior.size
    ratio = Ratio.from_values(np.arange(1.0, 301.0), np.tile([1.0, 2.0, 3.0], 100))
    arms = {m.name: ratio if m.type == "ratio" else Proportion(900, 300) for m in STUDY.metrics}
    (value,) = compared(STUDY, Arms(arms), {}, earlier())
    assert value.metric.type == "ratio" and value.spread == pytest.approx(math.sqrt(ratio.variance))
    assert value.bar == value.metric.margin.relative and value.planted == 2 * value.bar
    assert STUDY.primary.name not in value.metric.name


def test_an_absolute_margin_is_one_of_the_level():
    margin = SONGS.metrics[0].margin
    assert margin is None
    raw = STUDY.model_dump(mode="json", exclude_unset=True)
    for metric in raw["metrics"]:
        if metric["type"] == "ratio":
            metric["margin"], name = {"absolute": 2.0}, metric["name"]
    study = Study.model_validate(raw)
    arm = Ratio.from_values(np.arange(100.0, 400.0), np.ones(300))
    arms = {m.name: arm if m.name == name else Proportion(900, 300) for m in study.metrics}
    (found,) = compared(study, Arms(arms), {}, earlier())
    assert found.bar == pytest.approx(2.0 * (100 if found.metric.unit == "money" else 1) / arm.estimate)


def test_nothing_is_compared_without_a_control_arm_or_where_clusters_are_treated():
    whole = [stage.model_copy(update={"share": 1.0}) for stage in STUDY.rollout]
    assert ramped(STUDY.model_copy(update={"rollout": whole}), earlier()) is None
    assert (
        ramped(
            SONGS.model_copy(
                update={
                    "monitoring": None,
                    "economics": SONGS.economics.model_copy(update={"exposed_units_per_month": None}),
                }
            ),
            earlier(None),
        )
        is None
    )
    cities = SONGS.model_copy(update={"cluster": "city"})
    assert compared(cities, Arms({}), {}, earlier()) == ()
    assert "each city gets the change as a whole" in topic.absent(cities, ())
    assert "no stage of the rollout" in topic.absent(SONGS.model_copy(update={"rollout": whole}), ())
    assert topic.absent(STUDY, ()) == ""


def test_the_page_names_what_is_watched_and_what_is_too_small():
    seen, small = (
        watching(money(), RAMP, (1,), 200),
        watching(money(skewness=80.0), Stages(((0.05, 3),), 300, (1.0,) * 7), (1,), 200),
    )
    said = topic.text([seen, small])
    assert "too few units" in said and "Once everyone has the change" in said and "20.0 %" in said
    rows = topic.table([seen, small], STUDY)
    assert (
        rows[1]["Interval read"] == topic.NEVER
        and rows[1]["Reaches at the end"] == "not read"
        and small.moved.share == 0
    )
    assert not re.search(r"\d\.\d{4,}|nan", said + str(rows))


def test_where_no_share_can_be_counted_the_page_says_what_is_compared():
    seen = watching(money(), RAMP, (1,), 50)
    assert topic.text_alone("Nothing is counted.", ()) == "Nothing is counted."
    assert topic.text_alone("Nothing is counted.", [seen]).endswith("the ramp revenue per checkout is compared, below.")
