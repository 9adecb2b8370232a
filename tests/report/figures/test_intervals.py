"""Whatever a figure estimates stands there with its interval; every figure function is on one of two lists."""

import ast
import re

import pytest

from helpers import paths
from tests.report.figures.test_standard import BUILT, figures, spec

ESTIMATES = {
    "attribution.credits": ("attribution_credit", "whiskers"),
    "calibration_figure.deviations": ("calibration", "whiskers"),
    "experiment.by_day": ("effect_by_day", "whiskers"),
    "experiment.coverage": ("coverage", "text"),
    "experiment.effects": ("effects", "whiskers"),
    "experiment.p_values": ("aa_p_values", "text"),
    "experiment.sample_ratio": ("sample_ratio", "band"),
    "experiment.segment_effects": ("segment_effects", "whiskers"),
    "live.running": ("live_effect", "band"),
    "log.segment_rates": ("segment_rates", "whiskers"),
    "log.time_to_convert": ("time_to_convert", "band"),
    "money.risk": ("money_risk", "text"),
    "money.scenarios": ("money_scenarios", "bounds"),
    "monitoring.control": ("monitoring_control", "band"),
    "monitoring.ramp": ("monitoring_ramp", "band"),
    "monitoring.against_control": ("monitoring_compared", "band"),
    "designs.bias": ("bandit_bias", "whiskers"),
    "designs.carry_over": ("switchback_bias", "whiskers"),
    "designs.holdout": ("holdout", "whiskers"),
    "designs.off_policy": ("off_policy", "whiskers"),
    "designs.regret": ("bandit_regret", "band"),
    "designs.scarcity": ("interference", "band"),
    "designs.calls": ("many_arms_calls", "whiskers"),
    "designs.crossed_power": ("factorial_power", "whiskers"),
    "designs.promises": ("factorial_bias", "whiskers"),
    "designs.winner": ("many_arms_winner", "whiskers"),
    "customers.gains": ("segment_gains", "whiskers"),
    "customers.stability": ("cluster_stability", "whiskers"),
    "prediction.anomalies": ("anomalies", "band"),
    "prediction.calibration": ("churn_calibration", "whiskers"),
    "prediction.effects": ("churn_effects", "whiskers"),
    "prediction.forecasts": ("forecasts", "band"),
    "prediction.later_orders": ("later_orders", "whiskers"),
    "prediction.policies": ("policies", "whiskers"),
    "prediction.qini": ("qini", "band"),
    "selection.readings": ("selection", "whiskers"),
    "surrogate.predicted": ("surrogate", "whiskers"),
    "survival.coming_back": ("coming_back", "whiskers"),
    "survival.lasting": ("lasting", "band"),
    "survival.staying": ("survival", "band"),
}
"""Figure functions that show an estimate: the name of the figure, and how its interval is to be seen."""

EXACT = {
    "customers.growth": ("customer_growth", "a count of all shoppers"),
    "customers.movement": ("segment_movement", "its intervals stand in the table below it and on each cell"),
    "experiment.detectable": ("detectable", "a computation on the plan, nothing is estimated"),
    "experiment.exposures": ("exposures", "a count of all units"),
    "experiment.funnel_arms": ("funnel_arms", "a flow of counted units; the rates have theirs in the results"),
    "live.guardrail": ("live_guardrail", "a test statistic in standard errors, with the levels of its alarm"),
    "log.activity": ("activity", "a count of all events"),
    "log.step_losses": ("step_losses", "counts, and what follows from them by arithmetic"),
    "log.rows_kept": ("rows_kept", "a ledger of all rows"),
    "log.sankey": ("funnel_sankey", "a flow of counted units"),
    "money.rollout": ("rollout", "a plan"),
    "monitoring.decided": ("monitoring_decisions", "a ledger of decisions"),
    "monitoring.drift": ("monitoring_drift", "test statistics in standard errors, with the limits of the charts"),
}
"""Figure functions without an estimate: the name of the figure, and why it has no interval."""

SAYS = re.compile(r"interval -?\+?[A-Z]*[ \d].* to [-+A-Z\d]")


def functions() -> set[str]:
    """Public functions of the figures' modules that return a figure."""
    found = set()
    package = paths.ROOT / "src" / "helpers"
    for file in (*(package / "report" / "figures").glob("*.py"), package / "site" / "calibration_figure.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "go.Figure":
                found.add(f"{file.stem}.{node.name}")
    return {name for name in found if not name.startswith("style.") and "._" not in name}


def whiskers(content: dict) -> list[float]:
    """Lengths of the error bars; a point without one counts as zero."""
    found = []
    for trace in content["data"]:
        if trace.get("mode") == "markers" and not str(trace.get("marker", {}).get("symbol", "")).startswith("line-"):
            bars = trace.get("error_x") or trace.get("error_y") or {}
            points = [v for v in trace["x"] if v is not None]
            above, below = (bars.get(side, [0] * len(points)) for side in ("array", "arrayminus"))
            found += [(a or 0) + (b or 0) for a, b in zip(above, below, strict=True)]
            assert len(above) >= len(points)
    return found


def bands(content: dict) -> list[float]:
    """Heights of the filled areas between a lower and an upper bound."""
    heights = []
    before: dict = {}
    for trace in content["data"]:
        y = [v for v in trace.get("y", []) if v is not None]
        if trace.get("fill") == "toself":
            heights.append(max(y) - min(y))
        if trace.get("fill") == "tonexty":
            heights.append(max(abs(a - b) for a, b in zip(y, before["y"], strict=True)))
        before = trace
    return heights


def shown(content: dict, how: str) -> bool:
    """Whether the interval is there to be seen, in the way that the list promises."""
    if how == "whiskers":
        found = whiskers(content)
        return bool(found) and min(found) > 0
    if how == "band":
        found = bands(content)
        return bool(found) and min(found) > 0
    if how == "bounds":
        (bars,) = content["data"]
        low, point, high = bars["x"][-3:]
        return (
            low < point < high
            and str(bars["y"][1]).startswith("Measured, lower bound<br>")
            and "interval" in content["subtitle"]
        )
    return SAYS.search(content["subtitle"]) is not None


def test_every_figure_function_is_on_one_of_the_lists():
    assert functions() == set(ESTIMATES) | set(EXACT) and not set(ESTIMATES) & set(EXACT)
    names = [name for name, _ in (*ESTIMATES.values(), *EXACT.values())]
    assert len(set(names)) == len(names) and {file.stem for file in BUILT} <= set(names)


@pytest.mark.slow
@figures
def test_an_estimate_stands_with_its_interval(file):
    how = dict(ESTIMATES.values()).get(file.stem)
    assert how is None or shown(spec(file), how)


def test_the_calibration_shows_every_interval():
    from helpers.report.figures.show import drawn
    from helpers.site.calibration_figure import deviations
    from helpers.validation.record import Line

    seen = ((0.95, 0.93, 0.96, True), (0.955, 0.94, 0.97, True), (0.90, 0.88, 0.92, False))
    lines = [
        Line("Topic", "method", "setting", "coverage", 0.95, "equal", share, 1_000, low, high, inside, inside, 0.0, "")
        for share, low, high, inside in seen
    ]
    content = drawn("calibration", deviations(lines), "Dots with their intervals").content
    assert len(whiskers(content)) == 3 and shown(content, "whiskers")


@pytest.mark.parametrize("how", ["whiskers", "band", "bounds", "text"])
def test_a_figure_without_its_interval_is_found(how):
    bare = {
        "data": [{"type": "scatter", "mode": "markers", "x": [1, 2, 3], "y": [1, 2, 3]}],
        "subtitle": "points of 1,000 units",
    }
    assert not shown(bare, how)
