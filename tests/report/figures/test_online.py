"""Figures of a study whose variants stand in the log: no baseline, no planted effect."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers import config, paths
from helpers.experiment.design import Goal
from helpers.experiment.rerandomisation import Rerandomised
from helpers.report.figures import experiment as figures
from helpers.report.figures import log
from helpers.report.topics import design as design_topic
from helpers.stats import Lifetimes, ProportionDesign, kaplan_meier, monte_carlo

ONLINE = config.load(paths.STUDIES / "checkout_redesign.yml")
OFFLINE = config.load(paths.STUDIES / "cart_checkout.yml")


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


@pytest.mark.parametrize("alarms", [0, 1, 6])
def test_a_rate_that_is_off_is_told_beside_its_table(alarms):
    """Of 1,000 re-runs one alarm is promised: six are more than chance explains, by the binomial."""
    of = replace(rerandomised(planted=False), srm_alarms=monte_carlo("Sample-ratio alarms", 0.001, alarms, 1_000))
    off = bool(stats.binomtest(alarms, 1_000, 0.001).pvalue < 0.05)
    said = "sample-ratio alarms 0.60 % of the time, not 0.10 %"
    assert (said in design_topic.note_rerun(ONLINE, of)) is off is (alarms == 6)


def test_one_wild_estimate_does_not_move_the_middle_of_the_re_runs():
    found = rerandomised(planted=False)
    wild = replace(found, estimates=np.append(found.estimates, 37.0))
    assert "median estimate +0.0 %" in figures.coverage(wild).layout.title.text


@pytest.mark.parametrize(("study", "lines"), [(OFFLINE, 2), (ONLINE, 1)])
def test_without_a_baseline_there_is_one_curve_of_exposures(study, lines):
    days = range(1, 8)
    curve = pd.DataFrame(
        [{"period": p, "day": d, "cumulative_units": 10 * d} for p in ("diagnosis", "experiment") for d in days]
    )
    figure = figures.exposures(curve, Goal(100, "units", True), "60 units", study)
    assert len(figure.data) == lines and figure.data[-1].name == "experiment"


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
