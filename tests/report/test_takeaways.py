"""What a title or a takeaway must not say: a good that is bad, a certainty that none is, an effect that may not be read."""

import re
from types import SimpleNamespace

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.experiment import design, selection
from helpers.experiment.segments import SegmentRate
from helpers.experiment.trust.ratio_by import ratio_by
from helpers.report import losses
from helpers.report.figures import experiment as figures
from helpers.report.figures import log, style
from helpers.report.topics import decision, effects, multi_arm
from helpers.report.topics import design as design_topic
from helpers.stats import Mean, Proportion, binomial_interval, compare, heterogeneity, novelty, srm_by_group
from helpers.stats.checks.daily_effects import DailyEffects
from tests.gauntlet import planted
from tests.gauntlet.case import Case
from tests.gauntlet.page import Kept, page


@pytest.mark.parametrize(("better", "treated", "worse"), [("higher", 8_000, "a fall"), ("lower", 4_000, "a rise")])
def test_a_go_would_change_with_what_is_worse(better, treated, worse):
    found = {"control": [20_000, 6_000], "treatment": [20_000, treated], "better": better, "prior": [0.9, 0.05, 0.2]}
    told = page(Case("words", better, found))
    assert told.decided.proposed.verdict == "GO"
    assert f"It would change with {worse} that is seen" in decision.text_takeaway(told.study, told.decided)


def test_no_shipping_pays_for_certain():
    money = {"control": [20_000, 10, 3], "treatment": [20_000, 60, 3], "margin": 0.5, "cost": 10, "monthly": 20_000}
    told = page(Case("words", "sure", {"control": [20_000, 6_000], "treatment": [20_000, 8_000], "money": money}))
    (title,) = [text.text for text in told.said if text.place == "title of risk"]
    assert title.endswith("pays with > 99.99 % chance")


def results(correlation):
    """A metric whose history goes with it so closely, in both arms."""
    rng = np.random.default_rng(3)
    before = rng.normal(10, 3, (2, 2_000))
    noise = rng.normal(0, 3, before.shape)
    after = correlation * before + (1 - correlation**2) ** 0.5 * noise
    arms = [Mean.from_values(y, {"before": x}) for y, x in zip(after, before, strict=True)]
    plain = compare(*(Mean.from_values(y) for y in after))
    metric = SimpleNamespace(name="spend", label="Spend", covariate=True, type="mean", event="spend", unit="number")
    study = SimpleNamespace(
        metrics=[metric],
        variants=[SimpleNamespace(name=0), SimpleNamespace(name=1)],
        data=None,
        decision=SimpleNamespace(confidence=0.95),
        metric=lambda name: metric,
    )
    return SimpleNamespace(
        study=study,
        pair=tuple(study.variants),
        effect=lambda metric: SimpleNamespace(effect=plain),
        arm=lambda metric, name, covariate=False: arms[name],
    )


@pytest.mark.parametrize(("correlation", "saves"), [(0.99, False), (0.8, True), (0.0, False)])
def test_a_history_that_leaks_is_not_praised(correlation, saves):
    found = results(correlation)
    gain = design.cuped_gain(found)
    said = design_topic.text_cuped(gain, found.study)
    assert gain["spend"][2].gains is saves
    assert ("do not adjust by it" in said) is (correlation > 0.95)
    assert ("would tell as much" in said) is saves


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 400))
def test_shares_that_print_alike_go_nowhere(n, one, other):
    rates = [
        SegmentRate("channel", name, n, binomial_interval(min(k, n), n), 0.0)
        for name, k in (("chat", one), ("mail", other))
    ]
    said = losses.spread(rates, "handling_minutes")
    texts = re.findall(r"[\d.]+ %", said)
    assert "with a handling_minutes event" in said
    assert len(texts) == len(set(texts)) == (1 if min(one, n) == min(other, n) else 2)


def test_ticks_of_small_shares_differ():
    """A format with no digits behind the point would say 0 % of 0.2 % and of 0.4 % alike."""
    found = [SegmentRate("channel", "chat", 9_000, binomial_interval(20, 9_000), 0.0)]
    axis = log.segment_rates(
        found, planted.study(Case("words", "ticks", {"control": [10, 3], "treatment": [10, 4]}))
    ).layout.xaxis
    assert axis.tickformat == style.SHARES == ".2~%"


@pytest.mark.parametrize("failed", [(), ("Sample ratio",)])
@settings(max_examples=10)
@given(st.integers(10, 90))
def test_an_effect_by_day_is_in_points_and_not_read_of_an_invalid_experiment(failed, bought):
    study = planted.study(Case("words", "days", {"control": [10, 3], "treatment": [10, 4]}))
    arms = Proportion(100, 40), Proportion(100, bought)
    days = [
        SimpleNamespace(level=str(d), metric=study.primary, effect=compare(*arms), variant="treatment")
        for d in range(1, 4)
    ]
    trend = novelty(DailyEffects.independent(dict.fromkeys(range(3), arms)))
    figure = figures.by_day(days, trend, study, failed)
    drawn = next(trace for trace in figure.data if trace.mode == "markers")
    assert drawn.y == pytest.approx([bought - 40] * 3) and figure.layout.yaxis.title.text.endswith("points")
    assert figure.layout.meta["finding"].startswith("Not to be read") is bool(failed)
    asked = SimpleNamespace(study=study, named="")
    assert multi_arm.caption(asked, failed).startswith("Not to be read") is bool(failed)


@pytest.mark.parametrize("treated", [range(700, 420, -20), range(700, 140, -40)], ids=["fades", "turns round"])
@pytest.mark.parametrize("days", [5, 7, 14])
def test_a_trend_is_titled_with_what_the_last_days_show(days, treated):
    """The effect of the last week, where there are days before it: their mean by the variance of each."""
    study = planted.study(Case("words", "days", {"control": [10, 3], "treatment": [10, 4]}))
    by_day = {float(d + 1): (Proportion(1_000, 420), Proportion(1_000, hits)) for d, hits in enumerate(treated[:days])}
    seen = [
        SimpleNamespace(level=str(int(d)), metric=study.primary, effect=compare(*arms), variant="treatment")
        for d, arms in by_day.items()
    ]
    trend = novelty(DailyEffects.independent(by_day))
    title = figures.by_day(seen, trend, study).layout.meta["finding"]
    told = re.search(r", in the last 7 it is ([-+][\d.]+) points", title)
    assert bool(told) is (days > 7) and "over the days" in title
    if told:
        rates = [hits / 1_000 for hits in treated[:days][-7:]]
        weights = [1 / (0.42 * 0.58 + rate * (1 - rate)) for rate in rates]
        mean = sum(w * (rate - 0.42) for w, rate in zip(weights, rates, strict=True)) / sum(weights)
        assert float(told[1]) == pytest.approx(100 * mean, abs=0.02)


@pytest.mark.parametrize("failed", [(), ("Sample ratio",)])
def test_no_segment_of_an_invalid_experiment_is_called_different(failed):
    study = planted.study(Case("words", "segments", {"control": [10, 3], "treatment": [10, 4]}))
    arms = {"new": (Proportion(9_000, 900), Proportion(9_000, 1_900)), "old": (Proportion(9_000, 900),) * 2}
    differs = {"device": heterogeneity(arms, scale="relative")}
    trend = novelty(DailyEffects.independent(dict.fromkeys(range(3), arms["old"])))
    asked, nb = SimpleNamespace(study=study, named=""), Kept(study)
    captions = [
        effects.caption_interactions(asked, failed),
        effects.caption_dilution(asked, failed),
        figures.segment_effects([], differs, study, failed).layout.meta["finding"],
    ]
    assert [each.startswith("Not to be read") for each in captions] == [bool(failed)] * 3
    (row,) = effects.table_interactions(differs, study, failed)
    effects.record_differences(nb, differs, trend, failed)
    told = {row["May be called different"], nb.texts["interaction.device.claims"]}
    assert (
        told == ({"not to be read"} if failed else {", ".join(differs["device"].claims)}) and differs["device"].claims
    )


@pytest.mark.parametrize(("levels", "said"), [
    ({"new": 1_900, "old": 900}, "The effect differs between new (device) and old (device)"),
    ({"new": 1_900, "old": 900, "other": 905}, "The effect differs from the rest for new (device)"),
])  # fmt: skip
def test_of_two_levels_the_effect_differs_between_them_and_neither_is_the_rest(levels, said):
    study = planted.study(Case("words", "segments", {"control": [10, 3], "treatment": [10, 4]}))
    arms = {name: (Proportion(9_000, 900), Proportion(9_000, buyers)) for name, buyers in levels.items()}
    title = figures.segment_effects([], {"device": heterogeneity(arms, scale="relative")}, study).layout.meta["finding"]
    assert title.startswith(said)


@pytest.mark.parametrize("units", [4, 9_000])
def test_levels_that_no_test_could_hold_against_each_other_are_not_said_to_be_alike(units):
    """Each has an effect with an interval; they are too few units for the test, and no level was found to be as the rest."""
    study = planted.study(Case("words", "segments", {"control": [10, 3], "treatment": [10, 4]}))
    arms = {name: (Mean.from_moments(units, 10, 4), Mean.from_moments(units, 12, 4)) for name in ("new", "old")}
    differs, nb, tested = {"device": heterogeneity(arms, scale="relative")}, Kept(study), units > 4
    trend = novelty(DailyEffects.independent(dict.fromkeys(range(3), (Proportion(9_000, 900),) * 2)))
    (row,) = effects.table_interactions(differs, study)
    effects.record_differences(nb, differs, trend)
    said = {row["May be called different"], nb.texts["interaction.device.claims"]}
    assert said == ({"none"} if tested else {"not tested"})
    title = figures.segment_effects([], differs, study).layout.meta["finding"]
    assert ("large enough to test" in title) is not tested


@given(st.integers(1, 30))
def test_a_ratio_that_fails_over_all_days_is_told_where_no_day_fails(days):
    study = planted.study(Case("words", "ratio", {"control": [10, 3], "treatment": [10, 4]}))
    names = [v.name for v in study.variants]
    tests = srm_by_group(
        {str(d + 1): dict(zip(names, (500, 510), strict=True)) for d in range(days)}, dict.fromkeys(names, 1)
    )
    whole = figures.sample_ratio(tests, study, True).layout.meta["finding"]
    assert whole == "All days together show a sample ratio mismatch, though no day alone does"
    assert figures.sample_ratio(tests, study).layout.meta["finding"] == "No day shows a sample ratio mismatch"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([(500, 510), (560, 450), (590, 440), (640, 400)]), min_size=1, max_size=12))
def test_the_figure_of_the_days_and_their_check_tell_the_same_mismatches(sizes):
    study = planted.study(Case("words", "ratio", {"control": [10, 3], "treatment": [10, 4]}))
    names = [v.name for v in study.variants]
    days = {str(d): dict(zip(names, pair, strict=True)) for d, pair in enumerate(sizes)}
    found = ratio_by("day", days, dict.fromkeys(names, 1))
    said = re.search(r"failed: day (.*)", found.found)
    bad = len(said[1].split(", ")) if said else 0
    finding = figures.sample_ratio(srm_by_group(days, dict.fromkeys(names, 1)), study).layout.meta["finding"]
    assert finding.startswith({0: "No day", 1: "1 day "}.get(bad, f"{bad} days "))
    assert bool(bad) is (found.verdict == "failed")


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 2_000))
def test_a_quarter_that_most_units_are_in_is_not_told(units):
    """Where most units have nothing, the bound of the heaviest quarter is nothing, and all of them are beyond it."""
    case = Case("words", "quarters", {"control": [2_000, 30.0, 20.0], "treatment": [2_000, 31.0, 20.0], "raw": {}})
    study = planted.study(case)
    rules = {"as they are": 2_000, "heaviest by outcome": units}
    rows = [(rule, v.name, n, 30 * n, 1_300 * n) for rule, n in rules.items() for v in study.variants]
    with duckdb.connect() as con:
        con.execute(
            "create schema marts; create table marts.fct_selection (rule text, variant text, units int, sum_y int, sum_y2 int)"
        )
        con.executemany("insert into marts.fct_selection values (?, ?, ?, ?, ?)", rows)
        found = {each.rule.name for each in selection.read(con, planted.results(case, study))}
    assert found == ({"as they are", "heaviest by outcome"} if units <= 1_000 else {"as they are"})
