"""Words that hang on what a study is: several arms, less is better, a table of units, counts of weeks."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config
from helpers.experiment.decision import claims
from helpers.experiment.decision.value import no_revenue
from helpers.experiment.funnel import FunnelCounts, FunnelStep
from helpers.experiment.rerandomisation import evaluated, none_made
from helpers.experiment.segments import SegmentRate, telling
from helpers.ingest.new_study.proposal import Measure
from helpers.ingest.new_study.writing import _stated
from helpers.pipeline.faults import Fault
from helpers.report.figures import experiment as figures
from helpers.report.figures.log import _weekly
from helpers.report.topics import decision, design, funnel, segments
from helpers.site.summary import quick
from helpers.stats import Mean, compare, cuped
from helpers.stats.binomial import binomial_interval
from tests.gauntlet import planted
from tests.gauntlet.case import Case
from tests.gauntlet.page import page
from tests.ingest.studies import unit_study

RATES = st.integers(4_600, 7_400)
OF_A_LOG = re.compile(r"\blogs?\b|\bexposed\b|go on|costs? |lost|bottleneck|step")


def case(control: int, arms: list[int], **more: object) -> Case:
    found = {"control": [20_000, control], "arms": {f"arm_{n}": [20_000, k] for n, k in enumerate(arms)}, **more}
    return Case("words", "several arms", found)


@settings(max_examples=12, deadline=None)
@given(RATES, st.lists(RATES, min_size=2, max_size=4))
def test_the_front_chart_shows_every_arm_and_its_title_names_one(control, arms):
    row = case(control, arms)
    study = planted.study(row)
    results = planted.results(row, study)
    drawn = figures.effects(results.every_arm, study)
    labels = [str(label) for label in drawn.data[0].y]
    assert len(labels) == len(arms) and all(sum(arm in label for label in labels) == 1 for arm in row.arms)
    assert results.leading in drawn.layout.meta["finding"] and results.leading in labels[-1], "the one told is on top"


@settings(max_examples=12, deadline=None)
@given(st.integers(300, 700), st.lists(RATES, min_size=2, max_size=3))
def test_a_loss_in_any_arm_is_told_beside_the_verdict(lost, arms):
    money = {"control": [20_000, 30.0, 20.0], "arms": {f"arm_{n}": [20_000, 30.0, 20.0] for n in range(len(arms))}}
    money["arms"]["arm_1"] = [20_000, 30.0 - lost / 100, 20.0]
    told = page(case(6_000, arms, money={**money, "margin": 0.4, "cost": 0.0, "monthly": 20_000}))
    said = f"{told.decided.proposed.beside} {decision.text_others(told.study, told.decided)}"
    assert re.search(
        r"Revenue[\w ]* in arm_1 is worse by [\d.]+ % .*a secondary metric, which the rule weighs as expected money",
        said,
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(5_000, 7_000))
def test_where_less_is_better_a_gain_is_a_reduction_without_a_plus(treated):
    told = page(Case("words", "less", {"control": [20_000, 6_000], "treatment": [20_000, treated], "better": "lower"}))
    made = told.decided.proposed
    (least,) = [c for c in made.criteria if c.name == "Reduction"]
    assert (
        least.required == "at least 5 %"
        and "uplift" not in f"{made.reason} {decision.text_headline(told.study, told.decided)}"
    )
    assert ("reduction of" in made.reason) is (made.verdict == "GO")
    assert least.found.startswith("none: a rise of +") if treated > 6_000 else "+" not in least.found


@pytest.mark.parametrize(("better", "way"), [("", "higher"), ("lower", "lower")])
@given(st.lists(st.from_regex(r"[a-z]{3,9}", fullmatch=True), min_size=1, max_size=4, unique=True))
def test_a_proposal_asks_of_every_treatment(better, way, arms):
    stated = _stated(Measure("gmv", "GMV per user", "primary", "mean", "gmv", better=better), "holdout_group", *arms)
    assert all(all(arm in text for arm in arms) for text in stated.values())
    assert stated["question"].startswith("Does " if len(arms) == 1 else "Do ") and "GMV per user" in stated["question"]
    assert f"is {way} in" in stated["hypothesis"]


@given(st.integers(1, 5_000), st.floats(0, 1))
def test_a_table_of_units_has_no_way_on_which_users_drop(units, share):
    study = unit_study("units.csv")
    have, last = round(units * share), study.funnel.steps[-1]
    steps = (
        FunnelStep(1, study.funnel.steps[0], False, units, units, units, 0, binomial_interval(units, units), 0.0),
        FunnelStep(2, last, False, units, units, have, 0, binomial_interval(have, units), float(units - have)),
    )
    found = FunnelCounts("strict", "all", steps)
    said = [
        funnel.text(found, study),
        funnel.caption(found, study),
        funnel.note(study),
        segments.note(study, {}),
        funnel.absent_curve(study),
    ]
    said += [f"{key} {cell}" for row in funnel.table(found, study) for key, cell in row.items()]
    assert not [text for text in said if OF_A_LOG.search(text)]
    assert f"{units:,}" in said[0] and last in said[0]


@given(st.integers(2, 8), st.integers(2, 7))
def test_rows_that_stand_for_weeks_tell_no_weekdays(weeks, apart):
    days = pd.date_range("2026-02-02", periods=2 * weeks, freq=f"{apart}D")
    daily = pd.DataFrame({"day": days, "event_name": "replied", "events": 100})
    told = _weekly(daily, "replied", SimpleNamespace(exposure="replied", period=SimpleNamespace(start=days[0])))
    dated = 2 * weeks >= 14
    assert dated or "no weekly pattern can be told" in told
    assert dated or "compare whole weeks only" not in told


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.3, 0.9))
def test_which_of_two_estimates_decides_is_said_where_both_are_shown(seed, tie):
    rng = np.random.default_rng(seed)
    before = rng.normal(10, 3, (2, 200))
    values = tie * before + rng.normal(5, 1, (2, 200))
    arms = [Mean.from_values(y, {"x": x}) for y, x in zip(values, before, strict=True)]
    made, study = cuped(*arms), unit_study("units.csv")
    metric = next(m for m in study.metrics if m.type == "mean")
    found = {metric.name: (compare(*arms), compare(made.control, made.treatment), made.reduction)}
    (row,) = design.table_cuped(found, study)
    assert "Plain, which decides" in row and "Adjusted" in row
    said = design.text_cuped(found, study)
    assert (
        "is decided by the plain effect" in said
    ) is made.reduction.gains or "The plain effect is the one to read" in said


@pytest.mark.parametrize("unit", ["money", "number"])
def test_a_study_without_a_revenue_metric_hears_which_one_could_be(unit):
    study = unit_study("units.csv")
    metrics = [m.model_copy(update={"unit": unit if m.type == "mean" else m.unit}) for m in study.metrics]
    told = no_revenue(study.model_copy(update={"metrics": metrics}))
    assert ("economics.revenue_metric" in told) is (unit == "money") and told.startswith(
        "the study names no revenue metric"
    )


SHOP = config.load("studies/cart_checkout.yml")
COUNTS = SHOP.model_copy(update={"data": config.Aggregates.model_construct()})
CLUSTERS = SHOP.model_copy(update={"cluster": "city"})


@pytest.mark.parametrize("study", [SHOP, COUNTS, CLUSTERS])
def test_a_quick_run_promises_nothing_that_no_run_of_the_study_makes(study):
    made, reason = evaluated(none_made(), study, None, runs=9)
    said = quick(study, [Fault.quick("07_monitoring")])
    assert made is None and ("re-randomisation" in said) is reason.endswith("a quick run leaves it out")
    assert quick(study, []) == "" and said.endswith(f"a run without --quick adds {'them' if study is SHOP else 'it'}")


def test_counts_have_no_row_of_a_unit():
    told = {row["Item"]: row["Content"] for row in design.table(COUNTS)}
    assert "row" not in told["Unit, exposure"] and told["Unit, exposure"].endswith("by whoever made the table")


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("better", ["higher", "lower"])
def test_what_nobody_directed_is_drawn_without_a_colour_and_never_told_as_good_or_bad(listed, better):
    money = {"control": [20_000, 30.0, 20.0], "arms": {"arm_0": [20_000, 36.0, 20.0]}}
    row = case(6_000, [6_600], money={**money, "margin": 0.4, "cost": 0.0, "monthly": 20_000})
    study = planted.study(row)
    name = study.revenue.name
    metrics = [m.model_copy(update={"better": better}) if m.name == name else m for m in study.metrics]
    free = study.economics.model_copy(update={"revenue_metric": None})
    assumed = [f"metrics.{name}.better"] if listed else []
    study = study.model_copy(update={"metrics": metrics, "economics": free, "assumed": [*study.assumed, *assumed]})
    found = planted.results(row, study)
    (claim,) = [claims.of_metric(e, study) for e in found.headline() if e.metric.name == name]
    assert claims.word(claim) == (
        "significantly higher" if listed else f"significantly {'better' if better == 'higher' else 'worse'}"
    )
    drawn = figures.effects(found.every_arm, study)
    assert ("without a colour where nobody stated" in drawn.layout.meta["subtitle"]) is listed
    lost, moved = claims.lost(found.headline(), study), claims.moved(found.headline(), study)
    assert (len(lost), len(moved)) == (0, 1) if listed else (int(better == "lower"), 0)


@pytest.mark.parametrize(("shares", "told"), [((1, 1, 1), 0), ((1, 0.5, 1), 3), ((0, 0, 0), 3)])
def test_a_share_that_everybody_has_is_no_table_of_segments(shares, told):
    """Of a table whose outcome is a number of each unit; a way through a shop tells its rates whatever they are."""
    table = unit_study("units.csv").model_copy(update={"segments": ["country"]})
    rates = [
        SegmentRate("country", f"l{i}", 100, binomial_interval(round(100 * share), 100, 0.95), 0.0)
        for i, share in enumerate(shares)
    ]
    assert len(telling(rates, table)) == told
    assert len(telling(rates, config.load("studies/cart_checkout.yml"))) == len(shares)
    assert "exposure step" not in segments.caption(table) and "100 % in each segment" in segments.absent(table)


def test_the_unit_of_a_table_is_no_user_and_its_exposure_is_a_sentence():
    told = {row["Item"]: row["Content"] for row in design.table(config.load("studies/hillstrom.yml"))}
    assert told["Unit, exposure"] == "unit; exposed, as each row of the table is"
    told = {row["Item"]: row["Content"] for row in design.table(config.load("studies/cart_checkout.yml"))}
    assert told["Unit, exposure"].startswith("user; from the first ")
