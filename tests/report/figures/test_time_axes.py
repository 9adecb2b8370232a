"""External events stand on every time axis."""

import ast
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from helpers import config, paths
from helpers.config import ExternalEvent
from helpers.experiment.design import Goal
from helpers.experiment.monitoring import replay
from helpers.experiment.monitoring.baseline import Baseline
from helpers.experiment.monitoring.plan import MonitoringPlan
from helpers.record import Number, Numbers
from helpers.report.figures import experiment, log, monitoring, style
from helpers.stats import srm_by_group

PLAIN = config.load(paths.STUDIES / "cart_checkout.yml")
START, END = PLAIN.period.start, PLAIN.period.end
NAMES = ("a <sale> & more", "a failure of payments", "a holiday")
EVENTS = [
    ExternalEvent(name=NAMES[0], start=START + timedelta(days=2), end=START + timedelta(days=5)),
    ExternalEvent(name=NAMES[1], start=START + timedelta(days=20, hours=5), end=START + timedelta(days=20, hours=9)),
    ExternalEvent(name=NAMES[2], start=END + timedelta(days=3), end=END + timedelta(days=4)),
]
STUDY = PLAIN.model_copy(update={"external_events": EVENTS})
DAYS = range(1, 29)
NO_CALENDAR = {"against_control", "ramp", "rollout", "staying", "forecasts", "anomalies"}
"""Days of a ramp and of a rollout that nobody has dated yet, days since the exposure of each unit, and the days of a
programme: its file names no external events, for to find them is what the alarms are tried on."""


def frame_of_days(study) -> pd.DataFrame:
    span = (study.period.end - study.period.first).days
    return pd.DataFrame(
        [{"day": pd.Timestamp(study.period.first) + pd.Timedelta(days=d), "event_name": s, "events": 9} for d in range(span) for s in study.funnel.steps]
    )  # fmt: skip


def drawn(name: str, study) -> go.Figure:
    seen = {"exposed.units_per_day": Number(2_000, "count", "d", ""), "primary.control": Number(0.4, "share", "d", "")}
    plan = MonitoringPlan.of(study, Numbers(seen))
    streams = plan.streams()
    replays = {n: replay.replay(s, Baseline.of(s), plan.triggers) for n, s in streams.items()}
    first = next(iter(streams))
    if name == "activity":
        return log.activity(frame_of_days(study), study)
    if name == "exposures":
        curve = pd.DataFrame(
            [
                {"period": p, "day": d, "new_units": 1, "returning_units": 0, "cumulative_units": d}
                for p in ("diagnosis", "experiment")
                for d in DAYS
            ]
        )
        return experiment.exposures(curve, Goal(100, "units", True), "reached", study)
    if name == "sample_ratio":
        tests = srm_by_group({str(d): {"control": 500, "treatment": 500} for d in DAYS}, {"control": 1, "treatment": 1})
        return experiment.sample_ratio(tests, study)
    return {
        "control": lambda: monitoring.control(first, streams[first], replays[first], plan),
        "decided": lambda: monitoring.decided(replays, plan),
        "drift": lambda: monitoring.drift(streams, plan),
    }[name]()


SHOWN = {
    "activity": NAMES[:2], "exposures": NAMES[:2], "sample_ratio": NAMES[:2],
    "control": NAMES, "decided": NAMES[2:], "drift": NAMES[2:],
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_every_event_of_the_axis_is_a_band_with_its_name(name):
    with_events, without = drawn(name, STUDY), drawn(name, PLAIN)
    bands = len(with_events.layout.shapes) - len(without.layout.shapes)
    said = " ".join(a.text.replace("<br>", " ") for a in with_events.layout.annotations)
    for event in NAMES:
        assert (event.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in said) == (event in SHOWN[name])
    assert bands == len([s for s in with_events.layout.shapes if s.type == "rect"]) >= len(SHOWN[name])


def test_bands_hold_the_days_they_touch():
    figure = drawn("sample_ratio", STUDY)
    bands = [(s.x0, s.x1) for s in figure.layout.shapes if s.type == "rect"]
    assert bands == [(2.5, 5.5), (20.5, 21.5)]
    dated = drawn("activity", STUDY)
    first = next(s for s in dated.layout.shapes if s.type == "rect")
    assert datetime.fromisoformat(first.x0) == START + timedelta(days=1, hours=12)


def test_every_figure_with_days_on_its_axis_marks_them():
    """A figure whose axis counts days or dates calls the one helper, or stands among those without a calendar."""
    for file in sorted((paths.ROOT / "src/helpers/report/figures").glob("*.py")):
        source = file.read_text(encoding="utf-8")
        for node in ast.parse(source).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or file.stem == "style":
                continue
            body = ast.get_source_segment(source, node) or ""
            if 'update_xaxes(title="day' in body or ".day.astype(str)" in body:
                assert ("mark_events(" in body or "_mark_days(" in body) != (node.name in NO_CALENDAR), node.name


def test_names_from_a_study_file_are_no_markup():
    figure = go.Figure(go.Scatter(x=np.arange(1, 5), y=np.ones(4)))
    style.mark_events(figure, EVENTS, START, 4, numbered=True)
    assert "<sale>" not in figure.layout.annotations[0].text
