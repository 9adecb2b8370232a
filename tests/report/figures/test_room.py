"""Labels stand where nothing crosses them, and every axis shows its curve."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import config, paths
from helpers.experiment.design import Goal
from helpers.report.figures import experiment, log, style
from helpers.stats import MeanDesign, SurvivalCurve

STUDY = config.load(paths.STUDIES / "cart_checkout.yml")


def curve(minutes: list[float], converted: list[float]) -> SurvivalCurve:
    still = 1 - np.array([0.0, *converted])
    return SurvivalCurve(np.array([0.0, *minutes]), still, still - 0.01, still + 0.01, still * 1_000, 0.95)


@pytest.mark.parametrize(
    ("days", "finding", "ticks"),
    [
        ([14.0, 14.5, 15.0], "Half of those who convert do so within 14.0 days", "14 days"),
        ([0.001, 0.01, 7.0], "% of those who convert do so within an hour", "1 week"),
    ],
)
def test_the_axis_of_time_to_convert_has_ticks_where_the_curve_rises(days, finding, ticks):
    figure = log.time_to_convert(curve([1440 * day for day in days], [0.06, 0.07, 0.08]), STUDY)
    axis, line = figure.layout.xaxis, figure.data[-1]
    inside = [tick for tick in axis.tickvals if min(line.x) <= tick <= max(line.x)]
    assert finding in figure.layout.meta["finding"] and ticks in axis.ticktext
    assert len(inside) >= 2 and max(line.y) - min(line.y) > 0.01


@pytest.mark.parametrize(("last", "side"), [(60, "right"), (14, "left")])
def test_the_name_of_the_plan_stands_where_no_curve_rises_through_it(last, side):
    """A baseline of two weeks reaches the plan at once, on an axis of two months."""
    rows = [{"period": "diagnosis", "day": d, "cumulative_units": 10 * d} for d in range(1, 15)]
    rows += [{"period": "experiment", "day": d, "cumulative_units": d} for d in range(1, last + 1)]
    frame = pd.DataFrame(rows).assign(new_units=1, returning_units=0)
    figure = experiment.exposures(frame, Goal(100, "units", True), "reached", STUDY)
    (name,) = [note for note in figure.layout.annotations if note.text.startswith("planned")]
    assert name.xanchor == side


def test_what_stands_on_the_upper_edge_has_a_line_of_its_own_below_the_subtitle():
    days = pd.date_range(STUDY.period.first, periods=40).repeat(len(STUDY.funnel.steps))
    frame = pd.DataFrame({"day": days, "event_name": list(STUDY.funnel.steps) * 40, "events": 9})
    figure = log.activity(frame, STUDY)
    assert "experiment begins" in [note.text for note in figure.layout.annotations]
    roomy, figure.layout.annotations = figure.layout.margin.t, ()
    assert roomy > style.titled(figure, *figure.layout.meta.values()).layout.margin.t


@pytest.mark.parametrize(
    ("relatives", "side"),
    [([[0.04, 0.03, 0.02, 0.011], [0.05, 0.04, 0.03, 0.02]], "left"), ([[0.02, 0.011, 0.01, 0.009]], "right")],
)
def test_the_change_that_is_planned_for_is_named_where_no_curve_crosses_it(relatives, side):
    plans = [MeanDesign(sd=1, weights=(0.5, 0.5)).size(absolute=0.05)]
    curves = [(0.5, [replace(plans[0], relative=relative) for relative in curve]) for curve in relatives]
    figure = experiment.detectable(curves, 0.012, STUDY)
    (name,) = [note for note in figure.layout.annotations if "+1.2" in note.text]
    assert (name.xanchor, name.yanchor) == (side, "top" if side == "left" else "bottom")
    assert figure.layout.shapes[0].line.color not in {trace.line.color for trace in figure.data}


def test_the_legend_tells_an_estimate_in_no_colour_of_a_verdict():
    seen = SimpleNamespace(relative=-0.03, relative_low=-0.05, relative_high=-0.01)
    found = SimpleNamespace(effect=seen, truth=SimpleNamespace(relative=-0.02))
    figure = experiment._forest([found], ["Paywall"], [experiment.WORSE], STUDY)
    (legend,) = [trace for trace in figure.data if trace.name == "estimate" and trace.showlegend is not False]
    assert legend.marker.color not in (experiment.BETTER, experiment.WORSE, experiment.UNDECIDED)
