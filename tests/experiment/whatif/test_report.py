"""Studies as plans, and what a report says about its rule."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from helpers import config, paths
from helpers.config.assumed import NO_PACE
from helpers.experiment.decision.value import worth
from helpers.experiment.results import Observed
from helpers.experiment.whatif import outlook, plan_of, preset_of
from helpers.experiment.whatif.presets import conversion
from helpers.experiment.whatif.tried import tried
from helpers.formatting import inside
from helpers.report.topics.whatif import NAMES, note, table
from helpers.stats import Mean, Proportion, compare, noninferiority

UNITS = 28_000


class FakeResults:
    """As much of :class:`helpers.experiment.results.Results` as a plan needs."""

    def __init__(self, study, treated=3_100):
        self.study = study
        self.observed = Observed(study.period.start, study.period.end - timedelta(hours=2), None)
        self.pair, self.of = (study.control, study.treatments[-1]), {}
        self.leading = study.treatments[-1].name
        self.arms = (Proportion(UNITS // 2, 2_800), Proportion(UNITS // 2, treated))

    def units(self, population, dimension, level):
        return UNITS if level == "all" else UNITS // 2

    def levels(self, population, dimension):
        return ["phone", "none"]

    def arm(self, metric, variant, *, dimension="all", level="all", as_is=False):
        if metric.type == "mean":
            return Mean.from_moments(UNITS // 2, 512.4, 9.0)
        return Proportion(UNITS // 4, 0) if level == "none" else self.arms[0]

    def effect(self, metric, *, variant=None, as_is=False):
        money = Mean.from_moments(UNITS // 2, 500.0, 9.0), Mean.from_moments(UNITS // 2, 605.5, 9.0)
        arms = self.of.get(variant, self.arms)
        control, treatment = money if metric.type == "mean" else arms
        return SimpleNamespace(effect=compare(control, treatment), control=control, treatment=treatment)

    def guardrails(self):
        return {}


@pytest.fixture
def study():
    return config.load(paths.STUDIES / "cart_checkout.yml")


def test_a_study_becomes_the_plan_that_its_rule_was_written_for(study):
    plan, reason = plan_of(study, FakeResults(study))
    assert reason == "" and sum(plan.arms) == UNITS and plan.days == 28
    assert (plan.baseline, plan.uplift, plan.arpu) == (0.2, pytest.approx(3 / 28), 512.4)
    assert plan.minimum_uplift == study.decision.min_relative_uplift and plan.cost == 100 * study.economics.cost
    assert plan.planned_uplift == study.design.minimum_detectable


def test_a_table_whose_time_nobody_stated_is_no_plan_though_its_month_is_stated():
    study = config.load(paths.STUDIES / "hillstrom.yml")
    assert study.economics.exposed_units_per_month and study.assumes("period.start")
    plan, reason = plan_of(study, FakeResults(study))
    assert plan is None and reason.startswith(NO_PACE)


def test_the_treatment_that_the_decision_is_about_gives_its_share(study):
    arms = [v.model_copy(update={"weight": w}) for v, w in zip(study.variants, (0.4, 0.4), strict=True)]
    several = study.model_copy(update={"variants": [*arms, arms[1].model_copy(update={"name": "best", "weight": 0.2})]})
    assert plan_of(several, FakeResults(several))[0].allocation == pytest.approx(1 / 3)


def test_clusters_are_no_plan_of_units(study):
    whole = study.model_copy(update={"cluster": "city"})
    assert plan_of(whole, FakeResults(whole)) == (None, "units were not assigned one by one, and the plan counts units")


def test_a_share_without_revenue_is_not_tried_for_the_money_it_is_tried_by(study):
    plain = study.model_copy(update={"economics": study.economics.model_copy(update={"revenue_metric": None})})
    found = tried(plain, FakeResults(plain))
    assert conversion(plain) is plain.primary
    assert found.reason == "the trial counts money, and the study names no revenue metric"


def test_a_launch_reaches_more_than_the_experiment_saw(study):
    economics = study.economics.model_copy(update={"exposed_units_per_month": 304_375})
    changed = study.model_copy(update={"economics": economics})
    plan, _ = plan_of(changed, FakeResults(changed))
    assert plan.traffic == 10_000 and plan.in_experiment == 0.1 and sum(plan.arms) == UNITS


def test_levels_without_a_conversion_are_no_segments(study):
    preset = preset_of(study, FakeResults(study))
    assert {s.level for s in preset.segments} == {"phone"} and preset.segments[0].segment_share == 0.5


@pytest.mark.parametrize("monthly", [None, 304_375])
def test_the_money_of_a_preset_is_that_of_the_report(study, monthly):
    """Also where revenue moves otherwise than conversions; as expected and as measured, with its losses."""
    economics = study.economics.model_copy(update={"exposed_units_per_month": monthly})
    changed = study.model_copy(update={"economics": economics})
    results = SameMoney(changed)
    preset, (report, _) = preset_of(changed, results), worth(changed, results, results.leading)
    found = outlook(preset.plan, measured=preset.measured)
    assert found.net == pytest.approx(report.expected.net, rel=1e-6)
    assert found.net_measured == pytest.approx(report.point.net, rel=1e-6)
    assert found.loss_of_shipping == pytest.approx(report.loss_of_shipping, rel=1e-4)
    assert outlook(preset.plan).net != pytest.approx(report.expected.net, rel=0.1)


class SameMoney(FakeResults):
    """Arms whose revenue is one wherever it is asked for."""

    def arm(self, metric, variant, **of):
        return super().effect(metric).control if metric.type == "mean" else super().arm(metric, variant, **of)


def test_another_metric_stands_in_where_the_primary_is_no_share():
    music = config.load(paths.STUDIES / "music_recommendations.yml")
    assert conversion(music).name == "conversion" and music.primary.name != "conversion"
    assert "no share" in tried(music, FakeResults(music)).label
    bare = music.model_copy(update={"metrics": [m for m in music.metrics if m.type != "proportion"]})
    found = tried(bare, FakeResults(bare))
    assert found.outlook is None and found.reason == "no success metric is a share that is to rise"


def test_a_share_that_is_to_fall_is_not_tried_as_if_it_were_to_rise(study):
    """Its harm is a rise, and the trial counts falls as harm."""
    lower = study.model_copy(update={"metrics": [m.model_copy(update={"better": "lower"}) for m in study.metrics]})
    assert conversion(lower) is None and tried(lower, FakeResults(lower)).outlook is None


def test_a_share_whose_direction_nobody_stated_is_not_tried_as_if_it_were_to_rise():
    music = config.load(paths.STUDIES / "music_recommendations.yml")
    taken = conversion(music)
    asked = music.model_copy(update={"assumed": [f"metrics.{taken.name}.better"]})
    assert conversion(asked) is None or conversion(asked).name != taken.name
    plan, reason = plan_of(asked, FakeResults(asked))
    assert plan is None and f"nobody stated whether a higher {taken.label.lower()} is better" in reason


def test_the_rule_is_tried_at_its_own_size(study):
    found = tried(study, FakeResults(study)).outlook
    assert found.units == UNITS


def test_rows_add_up(study):
    found = tried(study, FakeResults(study)).outlook
    assert [row["If the change truly"].split()[0] for row in table(found)] == ["does", "harms", "is"]
    assert set(NAMES) < set(vars(found.rule))


@pytest.mark.parametrize("kind", ["proportion", "retention"])
def test_a_share_that_is_to_rise_is_tried_itself(study, kind):
    days = {"from_day": 1, "to_day": 7} if kind == "retention" else {}
    primary = study.primary.model_copy(update={"type": kind, **days})
    asked = study.model_copy(update={"metrics": [*study.metrics[::-1][:-1], primary]})
    assert conversion(asked) is primary and tried(asked, FakeResults(asked)).label == primary.label


def test_the_page_says_wherein_it_reckons_otherwise_than_the_report(study):
    """A guardrail that fails, revenue that does not move with conversions, a look that is early, another metric or arm."""

    class Failing(FakeResults):
        def guardrails(self):
            arms = Proportion(UNITS // 2, 100), Proportion(UNITS // 2, share)
            return {guard.name: noninferiority(*arms, margin=0.1, scale="relative", bad="increase")}

    guard = next(m for m in study.metrics if m.role == "guardrail")
    share = 300
    said = preset_of(study, Failing(study)).note
    assert f"Guardrail {inside(guard.label)} is beyond its margin; the simulator takes it as passed." in said
    assert f"{study.revenue.label} was measured at +21.1 %" in said
    share = 10
    assert "uardrail" not in preset_of(study, Failing(study)).note
    early = FakeResults(study)
    early.observed = Observed(
        study.period.start, study.period.start + timedelta(days=7), study.period.start + timedelta(days=9)
    )
    assert "reads the study early" in preset_of(study, early).note
    assert "reads the study early" not in preset_of(study, FakeResults(study)).note


def test_the_rule_is_tried_on_the_treatment_that_is_proposed(study):
    """On a change as large as its own, which may not be the leading one; after a failed check as large as the planned one."""
    arms = [v.model_copy(update={"weight": w}) for v, w in zip(study.variants, (0.4, 0.4), strict=True)]
    asked = study.model_copy(update={"variants": [*arms, arms[1].model_copy(update={"name": "best", "weight": 0.2})]})
    results = FakeResults(asked)
    results.leading, own = "best", (Proportion(UNITS // 2, 2_800), Proportion(UNITS // 2, 2_912))
    results.of = {"treatment": own}
    of = {name: tried(asked, results, name) for name in ("treatment", "best")}
    assert of["treatment"].label.endswith(" in treatment, as if it were the only treatment,")
    assert of["treatment"].outlook.rule.harmful == pytest.approx(-0.04)
    assert of["best"].outlook.rule.harmful == pytest.approx(-3 / 28)
    assert plan_of(asked, results, "treatment")[0].allocation == pytest.approx(1 / 2)
    unread = tried(asked, results, "treatment", unread=True).outlook.rule
    assert -unread.harmful == pytest.approx(study.design.minimum_detectable)


def test_the_table_says_that_its_money_is_not_the_money_above(study):
    assert "while the money above is of the revenue as it was measured" in note(tried(study, FakeResults(study)))
