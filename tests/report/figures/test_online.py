"""Figures of a study whose variants stand in the log: no baseline, no planted effect."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers import config, paths
from helpers.experiment.design import Goal
from helpers.experiment.rerandomisation import Rerandomised
from helpers.experiment.results import MetricEffect
from helpers.report.figures import experiment as figures
from helpers.report.figures import log
from helpers.report.topics import design as design_topic
from helpers.stats import Lifetimes, Proportion, ProportionDesign, compare, kaplan_meier, monte_carlo, novelty
from helpers.stats.checks.daily_effects import DailyEffects

ONLINE = config.load(paths.STUDIES / "checkout_redesign.yml")
OFFLINE = config.load(paths.STUDIES / "cart_checkout.yml")
TABLE = config.load(paths.STUDIES / "udacity_landing_page.yml")


def rerandomised(*, planted: bool) -> Rerandomised:
    estimates = np.linspace(-0.02, 0.06 if planted else 0.02, 101)
    return Rerandomised(
        101, np.linspace(0, 1, 101), estimates, monte_carlo("False positives", 0.05, 5, 101),
        monte_carlo("Sample-ratio alarms", 0.001, 0, 101),
        monte_carlo("Coverage", 0.95, 96, 101) if planted else None, 0.5, 0.02 if planted else 0.0,
    )  # fmt: skip


def texts(figure) -> str:
    return figure.layout.title.text + " ".join(a.text for a in figure.layout.annotations)


@pytest.mark.parametrize(
    ("planted", "said", "unsaid"),
    [
        (True, "the interval holds the truth", "no effect"),
        (False, "re-runs an effect is found where none can be", "planted"),
    ],
)
def test_re_runs_speak_of_a_planted_effect_only_where_there_is_one(planted, said, unsaid):
    found = texts(figures.coverage(rerandomised(planted=planted)))
    assert said in found and unsaid not in found and "never asked" not in found
    found = rerandomised(planted=planted)
    assert "planted uplift" in design_topic.note_rerun(OFFLINE, found)
    assert "planted" not in design_topic.note_rerun(ONLINE, found)


@pytest.mark.parametrize("alarms", [0, 1, 4, 6])
def test_a_rate_that_is_off_is_told_beside_its_table(alarms):
    """Of 1,000 re-runs one alarm is promised: six are more than chance explains, by the binomial; four happen."""
    of = replace(rerandomised(planted=False), srm_alarms=monte_carlo("Sample-ratio alarms", 0.001, alarms, 1_000))
    off = bool(stats.binomtest(alarms, 1_000, 0.001, alternative="greater").pvalue < 0.01 / 8)
    said = "sample-ratio alarms 0.60 % of the time, not 0.10 %"
    assert (said in design_topic.note_rerun(ONLINE, of)) is off is (alarms == 6)
    verdict = design_topic.table_error_rates(of)[1]["Verdict"]
    assert verdict.text == ("off" if off else "within chance" if alarms == 4 else "as promised")


def tables(rng, promise: dict[str, tuple[float, float]], runs: int = 500) -> list[Rerandomised]:
    """The A/A test and the re-runs, the first half of the same assignments, by nominal and true rate."""
    hits = {name: rng.random(2 * runs) < true for name, (_, true) in promise.items()}
    made = []
    for n, planted in ((2 * runs, False), (runs, True)):
        rate = {
            name: monte_carlo(name, nominal, int(hits[name][:n].sum()), n) for name, (nominal, _) in promise.items()
        }
        held = rate["coverage"] if planted else None
        made.append(
            replace(
                rerandomised(planted=planted), false_positives=rate["false"], srm_alarms=rate["alarms"], coverage=held
            )
        )
    return made


def test_healthy_reports_are_seldom_called_off_and_sick_ones_are(rng):
    """All rates of a report together: one healthy report in a hundred; an error rate of twice its level is found."""
    healthy = {"false": (0.05, 0.05), "alarms": (0.001, 0.001), "coverage": (0.95, 0.95)}
    sick = healthy | {"false": (0.05, 0.1)}
    called = [
        np.mean([any(map(design_topic.text_off, tables(rng, promise))) for _ in range(runs)])
        for promise, runs in ((healthy, 1_500), (sick, 60))
    ]
    assert called[0] <= 0.01 + 3 * np.sqrt(0.01 * 0.99 / 1_500) and called[1] > 0.95


def test_one_wild_estimate_does_not_move_the_middle_of_the_re_runs():
    found = rerandomised(planted=False)
    wild = replace(found, estimates=np.append(found.estimates, 37.0))
    assert "median estimate +0.02 %" in figures.coverage(wild).layout.title.text


@pytest.mark.parametrize(("study", "lines"), [(OFFLINE, 2), (ONLINE, 1)])
def test_without_a_baseline_there_is_one_curve_of_exposures(study, lines):
    days = range(1, 8)
    curve = pd.DataFrame(
        [
            {"period": p, "day": d, "new_units": 10, "returning_units": 0, "cumulative_units": 10 * d}
            for p in ("diagnosis", "experiment")
            for d in days
        ]
    )
    figure = figures.exposures(curve, Goal(100, "units", True), "60 units", study)
    assert len(figure.data) == lines and figure.data[-1].name == "experiment"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), min_size=1, max_size=60))
def test_units_come_back_where_they_do_and_the_curve_bends_where_it_does(visits):
    """Against a walk over the visits: a unit counts on its first day, and returns on any later one.

    Days on which nobody new comes in any more tell nothing of the curve.
    """
    first: dict[int, int] = {}
    for unit, day in sorted(set(visits), key=lambda visit: visit[1]):
        first.setdefault(unit, day)
    days = sorted({day for _, day in visits})
    new = [sum(day == began for began in first.values()) for day in days]
    again = [sum(day > first[unit] for unit, on in set(visits) if on == day) for day in days]
    curve = pd.DataFrame(
        {
            "period": "experiment", "day": days, "new_units": new, "returning_units": again,
            "cumulative_units": np.cumsum(new),
        }
    )  # fmt: skip
    said = texts(figures.exposures(curve, None, "some", ONLINE))
    returns = any(day > first[unit] for unit, day in visits)
    assert ("those who come back" in said) is returns is ("exposed on one day only" not in said)
    half = np.mean([day for day in days if day <= max(first.values())])
    late, early = (sum(n for n, day in zip(new, days, strict=True) if on(day)) for on in (half.__lt__, half.__gt__))
    assert ("the curve bends" in said) is (returns and late < early)


def seen_for(metric, exposed: pd.Timestamp, end: pd.Timestamp) -> pd.Timedelta:
    """How long a unit is watched that the metric counts."""
    return min(end - exposed, pd.Timedelta(days=metric.days)) if metric.days else end - exposed


@given(st.sampled_from(["open", "window", "retention"]), st.integers(1, 13), st.booleans())
def test_late_days_are_said_to_be_seen_for_a_shorter_time_where_they_are(kind, days, table):
    study = TABLE if table else ONLINE
    changes = {
        "open": {}, "window": {"within_days": days},
        "retention": {"type": "retention", "event": None, "from_day": days, "to_day": days},
    }[kind]  # fmt: skip
    metric = study.primary if table else ONLINE.primary.model_copy(update=changes)
    end = pd.Timestamp("2026-03-01")
    exposed = [end - pd.Timedelta(days=20 - d) for d in range(3)]
    watched = {
        seen_for(metric, at, end) for at in exposed if not metric.days or at + pd.Timedelta(days=metric.days) <= end
    }
    arm = Proportion(100, 40)
    effect = compare(arm, Proportion(100, 45))
    found = [
        MetricEffect(metric, "exposed", "day", str(d), "treatment", arm, arm, effect, 1.0, None, (100, 100), (100, 100))
        for d in range(1, 4)
    ]
    trend = novelty(DailyEffects.independent(dict.fromkeys(range(3), (arm, arm))))
    said = texts(figures.by_day(found, trend, study))
    assert ("for a shorter time" in said) is (not table and len(watched) > 1)
    assert ("each was watched for" in said) is (not table and kind != "open")


def test_the_axis_of_units_names_round_numbers():
    plans = ProportionDesign(0.3)
    curve = [plans.mde(n, power=0.8) for n in (90_000, 400_000, 3_000_000)]
    axis = figures.detectable([(0.5, curve), (0.7, curve)], 0.01, ONLINE).layout.xaxis
    assert list(axis.ticktext) == ["100,000", "200,000", "500,000", "1,000,000", "2,000,000"]


@pytest.mark.parametrize(("study", "hidden"), [(OFFLINE, True), (ONLINE, False)])
def test_what_the_activity_leaves_out_is_named(study, hidden):
    steps = study.funnel.steps[hidden:]
    daily = pd.DataFrame(
        [
            {"day": pd.Timestamp("2026-02-16") + pd.Timedelta(days=d), "event_name": s, "events": 5}
            for d in range(8)
            for s in steps
        ]
    )
    assert ("views are left out" in texts(log.activity(daily, study))) == hidden


def test_the_band_of_the_curve_steps_as_the_curve_does():
    curve = kaplan_meier(Lifetimes(np.array([1.5, 2.5, 60.5, 90.5]), np.array([1, 1, 1, 0]), np.array([40, 30, 5, 25])))
    lines = log.time_to_convert(curve, ONLINE).data
    assert [line.line.shape for line in lines] == ["hv"] * 3
    low, high, middle = (np.array(line.y) for line in lines)
    assert (low <= middle).all() and (middle <= high).all()
