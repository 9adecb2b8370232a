"""The plan of a study: sizes, durations, and what cannot be told."""

import math

import pandas as pd
import pytest
from scipy import stats

from helpers.errors import ReportError
from helpers.experiment import design, rerandomisation
from helpers.experiment.results import Results
from helpers.report.topics import design as design_topic
from helpers.stats import Mean, Proportion, ProportionDesign
from helpers.warehouse import query


@pytest.fixture(scope="module")
def opened(small_study):
    with query.connect(small_study.where.database) as con:
        yield con, Results(con, small_study.study)


@pytest.fixture(scope="module")
def planned(small_study, opened) -> design.PlannedExperiment:
    con, results = opened
    return design.plan(small_study.study, results, con)


def test_the_plan_is_that_of_the_statistics(planned, small_study, opened):
    base = opened[1].base(small_study.study.primary)
    expected = ProportionDesign(base.estimate).size(relative=0.05, power=0.8)
    assert planned.plan.n_arms == expected.n_arms
    assert planned.plan.n_exact == pytest.approx(expected.n_exact)
    assert planned.plan.relative == pytest.approx(0.05)


def falling(study):
    """The same study, of whose primary metric less is better."""
    metrics = [m.model_copy(update={"better": "lower"}) if m.role == "primary" else m for m in study.metrics]
    return study.model_copy(update={"metrics": metrics})


def test_what_is_to_fall_is_planned_for_a_fall(small_study, opened):
    """By the classical size of two proportions, which for a fall is another than for a rise."""
    study = falling(small_study.study)
    results = Results(opened[0], study)
    found = design.plan(study, results, opened[0])
    rate, (alpha, beta) = results.base(study.primary).estimate, stats.norm.isf([0.025, 0.2])
    assert found.effect == found.plan.relative == -study.design.minimum_detectable
    less = rate * (1 + found.effect)
    mean = (rate + less) / 2
    null, other = 2 * mean * (1 - mean), rate * (1 - rate) + less * (1 - less)
    each = ((alpha * math.sqrt(null) + beta * math.sqrt(other)) / (rate - less)) ** 2
    assert found.plan.n_arms[0] == pytest.approx(each, abs=2)
    assert found.detectable_now < 0 and all(p.relative < 0 for _, curve in found.curves for p in curve)
    power = ProportionDesign(rate).power(sum(results.randomised().values()), relative=found.detectable_now)
    assert power.achieved_power == pytest.approx(0.8, abs=0.005)


def test_base_is_the_untreated_world_of_all_exposed(small_study, opened):
    base = opened[1].base(small_study.study.primary)
    assert base.n == opened[1].units("exposed", "all", "all")
    assert base.estimate == pytest.approx(opened[1].truth(small_study.study.primary).control)


def test_uneven_splits_cost_units(planned, small_study):
    shares = [share for share, _, _ in planned.splits]
    totals = [p.n_total for _, p, _ in planned.splits]
    assert shares == small_study.study.design.splits
    assert totals == sorted(totals) and totals[0] == planned.plan.n_total
    for share, p, duration in planned.splits:
        assert sum(p.n_arms) == p.n_total
        assert p.n_arms[0] / p.n_total == pytest.approx(share, abs=1e-3)
        assert duration.endswith(
            ("week", "weeks", "weeks (at the pace of the last days)", "week (at the pace of the last days)")
        )


def test_curves_fall_with_units(planned):
    for _, plans in planned.curves:
        effects = [p.relative for p in plans]
        assert effects == sorted(effects, reverse=True)
        assert plans[0].n_total < planned.plan.n_total < plans[-1].n_total


def test_what_can_be_found_now_has_the_planned_power(planned, small_study, opened):
    n = opened[1].units("exposed", "all", "all")
    base = opened[1].base(small_study.study.primary).estimate
    power = ProportionDesign(base).power(n, relative=planned.detectable_now).achieved_power
    assert power == pytest.approx(0.8, abs=0.005)
    assert f"{n:,} units were exposed, fewer than" in planned.reached


def test_duration_is_in_whole_weeks(planned):
    assert planned.weeks == math.ceil(planned.days / 7)


def test_a_curve_shorter_than_a_week_tells_no_duration(small_study, opened, monkeypatch):
    short = pd.DataFrame(
        {"period": "diagnosis", "day": range(1, 7), "new_units": 5, "cumulative_units": range(5, 35, 5)}
    )
    monkeypatch.setattr(design.query, "query", lambda con, name: short)
    found = design.plan(small_study.study, opened[1], None)
    assert found.days is None and found.weeks is None
    assert "shorter than a week" in found.note
    assert {duration for _, _, duration in found.splits} == {"cannot be told"}


@pytest.mark.parametrize("followed", [1, 14])
def test_days_on_which_units_are_followed_up_are_none_of_the_enrolment(small_study, opened, monkeypatch, followed):
    """Nobody comes in any more, so that all are watched as long: more would come as they did."""
    come = [30 * day for day in range(1, 15)]

    def planned(cumulative):
        days = pd.DataFrame(
            {"period": "diagnosis", "day": range(1, len(cumulative) + 1), "cumulative_units": cumulative}
        )
        monkeypatch.setattr(design.query, "query", lambda con, name: days)
        found = design.plan(small_study.study, opened[1], None)
        return found.days, found.weeks, [told for _, _, told in found.splits]

    assert planned(come) == planned([*come, *[come[-1]] * followed])
    assert planned(come)[0] == pytest.approx(design.plan(small_study.study, opened[1], None).plan.n_total / 30)


@pytest.mark.parametrize(
    ("base", "why"),
    [
        (Proportion(100, 0), "none of 100 untreated units had it"),
        (Proportion(100, 100), "all of 100 untreated units had it"),
        (Mean.from_moments(100, 5.0, 0.0), "it is the same for all of the 100 untreated units"),
        (Mean.from_values([-1.0, 1.0]), "its mean is zero"),
        (Mean.from_values([7.0]), "it is the same for all of the 1 untreated units"),
    ],
)
def test_an_outcome_that_cannot_be_planned_on_says_why(small_study, opened, monkeypatch, base, why):
    monkeypatch.setattr(Results, "base", lambda self, metric: base)
    found = design.plan(small_study.study, opened[1], opened[0])
    assert found.plan is None and found.goal is None and found.detectable_now is None and why in found.reason
    assert found.splits == [] and found.curves == []


@pytest.mark.parametrize("rate", [0.96, 0.985, 0.999])
def test_an_effect_past_every_unit_is_planned_as_far_as_it_can_be_reached(small_study, opened, monkeypatch, rate):
    base = Proportion(10_000, round(10_000 * rate))
    monkeypatch.setattr(Results, "base", lambda self, metric: base)
    study = small_study.study
    assert (1 + study.design.minimum_detectable) * rate > 1
    found = design.plan(study, opened[1], opened[0])
    assert rate < rate * (1 + found.effect) < 1 and found.plan.relative == pytest.approx(found.effect)
    said = design_topic.caption_plans(found, study)
    assert "would pass 100 %" in said and "+5.0 %" in said


def test_units_too_few_to_find_anything_are_told_as_that(small_study, opened, monkeypatch):
    monkeypatch.setattr(Results, "base", lambda self, metric: Proportion(100, 95))
    monkeypatch.setattr(Results, "randomised", lambda self, *where: {"control": 23, "treatment": 23})
    found = design.plan(small_study.study, opened[1], opened[0])
    assert found.plan is not None and found.detectable_now is None


def test_a_mean_is_planned_by_its_spread(small_study, opened, monkeypatch):
    monkeypatch.setattr(Results, "base", lambda self, metric: Mean.from_moments(500, 10.0, 25.0))
    found = design.plan(small_study.study, opened[1], opened[0])
    # 16 s^2 / d^2 units an arm, a little less: Lehr's rule of thumb
    assert found.plan.n_total == pytest.approx(2 * 15.7 * 25 / 0.5**2, rel=0.01)


def test_machinery_reads_the_rerandomised_file(small_study, opened, tmp_path):
    study = small_study.study.model_copy(
        update={"design": small_study.study.design.model_copy(update={"aa_runs": 40, "coverage_runs": 25})}
    )
    file = tmp_path / "rerandomised.parquet"
    with pytest.raises(ReportError, match="re-salted assignments are not there"):
        design.aa_test(file, study)
    rerandomisation.rerandomise(opened[0], study).to_parquet(file)
    alike, _ = design.aa_test(file, study)
    assert alike.runs == 40 and alike.coverage is None
    covered, _ = design.coverage_test(file, study, opened[1])
    assert covered.runs == 25 and covered.coverage is not None
    rerandomisation.none_made().to_parquet(file)
    for found, reason in (design.aa_test(file, study), design.coverage_test(file, study, opened[1])):
        assert found is None and reason == "the re-randomisation was not made: a quick run leaves it out"


def test_cuped_gain_is_told_for_metrics_with_a_covariate(small_study, opened):
    found = design.cuped_gain(opened[1])
    assert set(found) == {"purchase_rate", "revenue_per_user"}
    for plain, adjusted, reduction in found.values():
        assert plain.n_control == adjusted.n_control and 0 < reduction.share_remaining <= 1.01
    assert "with and without" in design_topic.caption_cuped(small_study.study)
    bare = small_study.study.model_copy(
        update={"period": small_study.study.period.model_copy(update={"baseline": None})}
    )
    assert "Nothing to adjust" in design_topic.caption_cuped(bare).replace("nothing", "Nothing")
