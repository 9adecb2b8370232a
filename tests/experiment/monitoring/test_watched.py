"""What is watched after a launch: its bounds are those of a day, by the values of the units themselves."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats

from helpers import config
from helpers.config import Study, Watch
from helpers.experiment.monitoring.detection import guard_detections
from helpers.experiment.monitoring.guarded import guarded
from helpers.experiment.monitoring.plan import MonitoringPlan, called
from helpers.experiment.monitoring.replay import Triggers
from helpers.experiment.monitoring.watched import watched
from helpers.record import Number, Numbers
from helpers.report.topics import monitoring as topic
from helpers.report.topics import people
from helpers.stats import Mean, Proportion
from helpers.stats.summaries.whole_clusters import WholeClusters

STUDY = config.load("studies/checkout_redesign.yml")
EARLIER = Numbers({"exposed.units_per_day": Number(500.0, "count", "", "500")})


class Arms:
    """Results of which the control alone is known."""

    def __init__(self, of: dict[str, Mean | Proportion]) -> None:
        self.of = of

    def arm(self, metric, variant, *, as_is):
        assert as_is and variant == STUDY.control.name
        return self.of.get(metric.name)

    def arm_sizes(self):
        return {v.name: next(iter(self.of.values())).n for v in STUDY.variants}

    def lack(self, metric, variant):
        return f"nobody in {variant} has {metric.name}"


def with_watched(*named: Watch, units: int | None = None) -> Study:
    section = STUDY.monitoring.model_copy(update={"watched": list(named), "units_per_day": units})
    economics = STUDY.economics.model_copy(update={"exposed_units_per_month": None})
    return STUDY.model_copy(update={"monitoring": section, "economics": economics})


@given(
    st.lists(st.floats(0, 1e4).map(lambda x: round(x, 2)), min_size=2, max_size=60),
    st.integers(1, 10**5) | st.none(),
)
def test_the_bounds_of_a_mean_are_three_errors_of_a_day(values, units):
    study = with_watched(Watch(label="Revenue", metric="revenue_per_user"), units=units)
    (found,) = watched(study, Arms({"revenue_per_user": Mean.from_values(np.array(values))}), EARLIER)
    reach = 3 * np.std(values, ddof=1) / math.sqrt(units or 500)
    assert found.level == pytest.approx(np.mean(values))
    if np.ptp(values) == 0:
        assert math.isnan(found.low) and math.isnan(found.high)
    else:
        assert (found.low, found.high) == pytest.approx(
            (max(np.mean(values) - reach, 0), np.mean(values) + reach), abs=1e-6
        )


@given(st.integers(1, 10**5), st.data(), st.integers(1, 10**5))
def test_those_without_are_the_rest_of_those_with(n, data, units):
    """A share and its rest are watched alike: what is high of the one is low of the other; neither leaves 0 to 1."""
    arm = Proportion(n, data.draw(st.integers(0, n)))
    each = [
        Watch(label="Completion", metric="completion_rate"),
        Watch(label="Abandonment", metric="completion_rate", without=True),
    ]
    done, left = watched(with_watched(*each, units=units), Arms({"completion_rate": arm}), EARLIER)
    p = arm.successes / n
    if p in (0, 1):  # who has seen no variation knows no bound
        assert done.level == p == 1 - left.level and all(map(math.isnan, (done.low, done.high, left.low, left.high)))
        return
    reach = 3 * math.sqrt(p * (1 - p) / units)
    assert (done.level, done.low, done.high) == pytest.approx((p, max(p - reach, 0), min(p + reach, 1)), abs=1e-9)
    assert (left.level, left.low, left.high) == pytest.approx((1 - done.level, 1 - done.high, 1 - done.low), abs=1e-9)
    assert 0 <= done.low <= done.level <= done.high <= 1
    if min(abs(p - reach), abs(1 - p - reach)) > 1e-9:
        assert done.cut == (p - reach < 0, p + reach > 1) and left.cut == done.cut[::-1]
    (row, _) = people.table_watched((done, left), with_watched(*each, units=units))
    assert ("which no day passes" in row["The units of a day are looked at outside"]) is any(done.cut)


@pytest.mark.parametrize("unlike", [0.0, 0.15])
def test_what_clusters_are_like_is_no_scatter_between_the_days_of_a_share(unlike):
    """Cities that differ bring the same days as ones that do not: held against three errors of simulated days."""
    rng = np.random.default_rng(4)
    rates = np.clip(0.3 + unlike * rng.standard_normal(40), 0.05, 0.9)
    hits = rng.binomial(700, rates)
    arm = WholeClusters.from_values(np.repeat(hits, 1), np.full(40, 700))
    study = with_watched(Watch(label="Completion", metric="completion_rate"), units=900).model_copy(
        update={"cluster": "city"}
    )
    (found,) = watched(study, Arms({"completion_rate": arm}), EARLIER)
    days = rng.binomial(np.array([23] * 20 + [22] * 20), rates, size=(2_000, 40)).sum(axis=1) / 900
    outside = ((days < found.low) | (days > found.high)).mean()
    assert outside < 0.01 and found.high - found.low < 7 * days.std()
    assert "hold what one city is like" in people.note_watched(900, study)
    assert "beside another" not in people.note_watched(900, STUDY)


def test_what_the_data_do_not_hold_says_so_and_has_no_bound():
    study = with_watched(Watch(label="Calls"), Watch(label="Value", metric="order_value"), units=10)
    arms = Arms({"completion_rate": Proportion(10, 3)})
    found = watched(study, arms, EARLIER)
    assert [each.reason for each in found] == ["not in the data of this study", "nobody in control has order_value"]
    rows, said = people.table_watched(found, study), people.text_plan(found, study)
    assert rows[0] == {
        "Watched": "Calls",
        "Control": found[0].reason,
        "The units of a day are looked at outside": "no bound",
    }
    assert "Calls (not in the data of this study)" in said and "nan" not in said


def test_a_day_has_no_bounds_where_its_units_are_not_known():
    study = with_watched(Watch(label="Completion", metric="completion_rate"))
    unknown = Numbers({"exposed.units_per_day": Number(None, "count", "", "n/a")})
    found = watched(study, Arms({"completion_rate": Proportion(10, 3)}), unknown)
    rows, said = people.table_watched(found, study), people.text_plan(found, study)
    assert rows == [
        {"Watched": "Completion", "Control": "30 %", "The units of a day are looked at outside": "no bound"}
    ]
    assert said == "Watched: Completion (30 % in the control)." and "no bounds of a day" in people.note_watched(
        None, study
    )


def test_a_total_of_a_unit_is_not_taken_for_that_of_a_day():
    """Who enters on one day goes on for days: what a day's events add up to is no mean of its units."""
    days = np.random.default_rng(5).poisson(2.0, (400, 10))
    study = with_watched(Watch(label="Songs", metric="revenue_per_user"), units=400)
    (found,) = watched(study, Arms({"revenue_per_user": Mean.from_values(days.sum(axis=1).astype(float))}), EARLIER)
    assert found.low < days.sum(axis=1).mean() < found.high
    assert days[:, 0].mean() < found.low, "the first day alone lies far outside"
    assert "for as long as those of the experiment: what they do on that day alone is less" in people.note_watched(
        400, study
    )


def test_without_a_list_the_primary_metric_revenue_and_the_guardrails_are_watched():
    arms = Arms({m.name: Proportion(10, 3) for m in STUDY.metrics})
    assert [each.label for each in watched(with_watched(), arms, EARLIER)] == [m.label for m in STUDY.metrics]
    study = with_watched().model_copy(update={"monitoring": None})
    assert len(watched(study, arms, EARLIER)) == len(STUDY.metrics)


@pytest.mark.parametrize(
    ("each", "told"),
    [
        ({"metric": "abandonment"}, "one of the metrics"),
        ({"metric": "order_value", "without": True}, "true of a ratio"),
        ({"without": True}, "true of no metric"),
    ],
)
def test_what_cannot_be_watched_is_refused(each, told):
    raw = STUDY.model_dump(mode="json", exclude_unset=True)
    raw["monitoring"]["watched"] = [{"label": "This", **each}]
    with pytest.raises((ValidationError, config.ConfigError), match=told):
        Study.model_validate(raw)


@given(
    st.sets(st.sampled_from(["Support tickets", "Complaints", "Calls for help", "Spend"]), max_size=4), st.booleans()
)
def test_what_is_made_up_has_the_name_of_no_metric(labels, stated):
    """A study that counts its own tickets has no second series of tickets beside them."""
    primary = STUDY.primary.model_copy(update={"name": "primary"})
    metrics = [primary, *(primary.model_copy(update={"label": label, "event": label}) for label in sorted(labels))]
    section = STUDY.monitoring.model_copy(update={"tickets_per_day": 40.0 if stated else None, "stream": None})
    said = called(STUDY.model_copy(update={"metrics": metrics, "monitoring": section}), EARLIER)
    if stated:
        assert said == "tickets"
    elif len(labels - {"Spend"}) < 3:
        assert not any(said.removesuffix("s") in label.lower() for label in labels)
    rules = Triggers(called=said)
    assert (said in rules.text("Bought")) and rules.named("rate trigger") == "rate trigger"
    assert ("ticket" in rules.named("ticket trigger")) is (said == "tickets" or "assumed" in said)


@given(
    st.floats(0.001, 0.999), st.integers(50, 10**6), st.booleans(), st.sampled_from([{"relative": 0.2}, {"absolute": 0.02}]),
    st.booleans(),
)  # fmt: skip
def test_a_guardrail_that_can_be_counted_is_watched_and_not_made_up_tickets(rate, units, lower, margin, second):
    """Its daily count is that of the control, and its trigger lies beyond its margin and beyond the chance of a day."""
    raw = STUDY.model_dump(mode="json", exclude_unset=True)
    guards = [m for m in raw["metrics"] if m["role"] == "guardrail"]
    counted = {"name": "crashed", "label": "Crashed", "role": "guardrail", "type": "proportion", "event": "support_ticket",
               "better": "lower" if lower else "higher", "margin": margin}  # fmt: skip
    own = [m for m in guards if m["type"] == "ratio"] * second
    raw["metrics"] = [m for m in raw["metrics"] if m["role"] != "guardrail"] + own + [counted]
    raw["monitoring"] = {}
    raw["economics"]["exposed_units_per_month"] = None
    study = Study.model_validate(raw)
    earlier = Numbers({
        "exposed.units_per_day": Number(float(units), "count", "", ""), "primary.control": Number(0.3, "share", "", "30 %"),
        "metrics.crashed.control": Number(rate, "share", "", ""), "funnel.control": Number(0.3, "share", "", ""),
    })  # fmt: skip
    plan, mean = MonitoringPlan.of(study, earlier), units * (rate if lower else 1 - rate)
    rise = plan.triggers.tickets - 1
    if plan.guardrail:
        assert plan.guardrail == "crashed" in plan.triggers.called and plan.world.tickets == pytest.approx(mean)
        beyond = margin.get("relative") or margin["absolute"] * units / mean
        assert rise >= beyond - 1e-9 and stats.poisson.sf(plan.triggers.tickets * mean, mean) < 1e-3
        assert (
            plan.section.ticket_surge * mean <= units * (1 + 1e-9) and plan.section.ticket_surge > plan.triggers.tickets
        )
    else:
        assert (
            mean < 1
            or mean * (1 + 2 * max(5 / math.sqrt(mean), 0.2 if "relative" in margin else 0.02 * units / mean)) > units
        )
        assert plan.triggers.called == "tickets" or "complaints" in plan.triggers.called


def test_what_is_not_known_that_evening_or_is_no_count_is_not_watched_day_by_day():
    """Of the flagship's guardrails two are ratios, and who is back within seven days is known later: its tickets are stated."""
    flagship = config.load("studies/cart_checkout.yml")
    numbers = Numbers({f"metrics.{m.name}.control": Number(0.2, "share", "", "") for m in flagship.metrics})
    assert guarded(flagship, numbers, 1_000) is None


def several_guardrails(section, days=7):
    """A study with a count known that evening, one known after some days, a mean, and a share that all units have."""
    raw = STUDY.model_dump(mode="json", exclude_unset=True)
    kinds = {
        "crashed": {"type": "proportion", "event": "support_ticket", "better": "lower"},
        "helped": {"type": "proportion", "event": "support_ticket", "better": "lower"},
        "later": {"type": "proportion", "event": "support_ticket", "better": "lower", "within_days": days},
        "spend": {"type": "mean", "event": "support_ticket", "measure": "count", "unit": "count"},
        "all": {"type": "proportion", "event": "support_ticket", "better": "lower"},
    }
    made = [
        {"name": n, "label": n.capitalize(), "role": "guardrail", "margin": {"relative": 0.2}, **k}
        for n, k in kinds.items()
    ]
    raw["metrics"] = [m for m in raw["metrics"] if m["role"] != "guardrail"] + made
    raw["monitoring"] = section
    raw["economics"]["exposed_units_per_month"] = None
    return Study.model_validate(raw)


LEVELS = {"crashed": 0.02, "helped": 0.05, "later": 0.1, "spend": 0.2, "all": 0.99}
KNOWN = Numbers({
    "exposed.units_per_day": Number(2_000.0, "count", "", ""), "primary.control": Number(0.3, "share", "", "30 %"),
    "funnel.control": Number(0.3, "share", "", ""), **{f"metrics.{n}.control": Number(v, "share", "", "") for n, v in LEVELS.items()},
})  # fmt: skip


@pytest.mark.parametrize(
    ("section", "days", "first"),
    [({}, 7, "crashed"), ({"tickets_per_day": 40.0}, 7, ""), ({"days": 14}, 14, "crashed")],
)
def test_every_guardrail_is_watched_or_it_is_said_why_not(section, days, first):
    """Each that is counted has a trigger of its own; of the others the page says why no trigger watches them."""
    plan = MonitoringPlan.of(several_guardrails(section, days), KNOWN)
    found = {each.guard.metric.name: each for each in guard_detections(plan)}
    said = topic.text_guards(plan)
    watched_alone = {first} if first else set()
    awaited = {"later"} if days < plan.section.days else set()
    assert set(found) == {"crashed", "helped"} - watched_alone | awaited
    unseen = set(LEVELS) - set(found) - watched_alone
    assert all(f"{name} (" in said for name in unseen) and not any(f"{name} (" in said for name in found)
    assert ("known of a unit" in said) is ("later" in unseen)
    for name, each in found.items():
        assert each.mean == pytest.approx(2_000 * LEVELS[name]) and each.factor >= 1.2
        assert each.quiet.share < 0.1 < 0.9 < each.moved.share
        assert each.moved.day is not None and each.moved.day > each.guard.wait == (days if name == "later" else 0)
    told = topic.note(plan)
    assert ("any trigger: one of those above, without" in told) is bool(found)
    assert all(each.guard.called in told for each in found.values()), "no trigger is left out of a row unsaid"
    assert not re.search(r"\d\.\d{4,}", " ".join([*plan.worlds(), plan.triggers.text(plan.label)]))
    rows = topic.table_guards(list(found.values()), plan)
    assert [row["Counted"] for row in rows] == [each.guard.called for each in found.values()]


def test_a_study_without_guardrails_is_told_nothing_of_them():
    raw = STUDY.model_dump(mode="json", exclude_unset=True)
    raw["metrics"] = [m for m in raw["metrics"] if m["role"] != "guardrail"]
    raw["monitoring"] = {}
    plan = MonitoringPlan.of(Study.model_validate(raw), KNOWN)
    assert plan.guards == guard_detections(plan) == () and topic.text_guards(plan) == ""
    assert "any trigger" not in topic.note(plan)
