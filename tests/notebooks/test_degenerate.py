"""Each notebook comes to its end whatever the data are like, and tells no number that it does not have.

The notebooks run in this process, on marts that several traits share; ``make test-fuzz`` draws traits at random.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.experiment.monitoring import detection, false_alarms, size
from tests.notebooks import degenerate
from tests.notebooks.degenerate import FINE, Outcome, metric

pytestmark = pytest.mark.slow

OUTCOMES = {
    "some": Outcome((0.3, 0.35), (5, 90)),
    "nobody": Outcome((0.0, 0.0), (5, 90)),
    "every": Outcome((1.0, 1.0), (5, 90)),
    "nearly": Outcome((0.985, 0.99)),
    "treated": Outcome((0.0, 0.3), (5, 90)),
    "untreated": Outcome((0.3, 0.0), (5, 90)),
    "same": Outcome((1.0, 1.0), (5, 5)),
}
MONEY = {"currency": "EUR", "contribution_margin": 0.3, "implementation_cost": 1000}
GUARD = {"role": "guardrail", "margin": {"relative": 0.1}}


@pytest.fixture(autouse=True)
def few_simulations(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the simulated launches show is asked elsewhere; here only that they are told."""
    monkeypatch.setattr(false_alarms, "RUNS", 40)
    monkeypatch.setattr(size, "TRIED", 20)
    monkeypatch.setitem(detection.detect.__kwdefaults__, "runs", 40)
    yield


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One table whose outcomes have every trait, two arms, segments, no history."""
    rows = degenerate.drawn(np.random.default_rng(1), (200, 200), OUTCOMES)
    kinds = [metric(name, kind, "secondary") for name in OUTCOMES for kind in ("proportion", "mean", "ratio")]
    kinds[0] |= {"role": "primary"}
    return degenerate.built(
        degenerate.units(tmp_path_factory.mktemp("table"), "table", rows, kinds, segments=["device"])
    )


@pytest.mark.parametrize("kind", ["proportion", "mean"])
@pytest.mark.parametrize("name", OUTCOMES)
def test_an_outcome_of_all_none_or_one_arm(table: Path, name: str, kind: str) -> None:
    metrics = [metric(name, kind), metric("some", "mean", "secondary") | {"name": "some_mean"}]
    study = degenerate.again(table, name, metrics=metrics[:1] if name == "some" and kind == "mean" else metrics)
    assert degenerate.told(study) == FINE


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("a ratio decides", {"metrics": [metric("some", "ratio"), metric("nobody", "ratio", "secondary")]}),
        ("no revenue at all", {"metrics": [metric("nobody", "mean")], "economics": MONEY | {"revenue_metric": "nobody_mean"}}),
        ("revenue of the treated", {"metrics": [metric("treated", "mean")],
                                    "economics": MONEY | {"revenue_metric": "treated_mean"}}),
        ("revenue of everyone", {"metrics": [metric("every", "mean")],
                                 "economics": MONEY | {"revenue_metric": "every_mean", "exposed_units_per_month": 9000}}),
        ("a margin that nobody stated", {"metrics": [metric("some"), metric("some", "mean", "secondary") | {"name": "some_mean"}],
                                         "economics": {"revenue_metric": "some_mean", "implementation_cost": 9}}),
        ("nothing stated", {"metrics": [metric("some"), metric("some", "mean", "secondary") | {"name": "some_mean"}],
                            "economics": MONEY | {"revenue_metric": "some_mean"}, "decision": {},
                            "assumed": ["change", "hypothesis", "economics.monthly_run_cost", "design"]}),
        ("guardrails of none and of all", {"metrics": [
            metric("some"), metric("nobody", "mean", **GUARD) | {"name": "nobody_mean"},
            metric("every", "proportion", **GUARD) | {"name": "every_proportion"}]}),
        ("no segments", {"segments": [], "metrics": [metric("some"), metric("some", "mean", "secondary")]}),
        ("everyone at once", {"metrics": [metric("some")], "rollout": [{"share": 1.0, "days": 7, "advance_when": "now"}]}),
        ("two days", {"metrics": [metric("some")], "period": {"start": "2026-03-02", "end": "2026-03-04"}}),
        ("units by the month", {"metrics": [metric("some")], "economics": MONEY | {"exposed_units_per_month": 100_000}}),
    ],
)  # fmt: skip
def test_a_study_without_this_or_that(table: Path, name: str, changes: dict[str, Any]) -> None:
    assert degenerate.told(degenerate.again(table, name, **changes)) == FINE


@pytest.fixture(scope="module")
def arms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three arms, of which the last holds one unit, all of one segment."""
    rows = degenerate.drawn(np.random.default_rng(2), (90, 60, 1), {"some": OUTCOMES["some"]}, levels=1)
    metrics = [metric("some"), metric("some", "mean", "secondary")]
    return degenerate.built(
        degenerate.units(tmp_path_factory.mktemp("arms"), "arms", rows, metrics, segments=["device"])
    )


@pytest.mark.sweep
@pytest.mark.parametrize("first", ["arm_b", "arm_c"])
@pytest.mark.parametrize("kind", ["proportion", "mean"])
def test_three_arms_and_one_treated_unit(arms: Path, first: str, kind: str) -> None:
    other = {"arm_b": "arm_c", "arm_c": "arm_b"}[first]
    weights = {"arm_a": 0.5, first: 0.25, other: 0.25}
    study = degenerate.again(
        arms,
        first,
        variants=[{"name": name, "weight": weight} for name, weight in weights.items()],
        metrics=[metric("some", kind), metric("some", {"mean": "proportion", "proportion": "mean"}[kind], "secondary")],
    )
    assert degenerate.told(study) == FINE


def test_a_study_of_four_units(tmp_path: Path) -> None:
    rows = degenerate.drawn(np.random.default_rng(2), (2, 2), {"some": OUTCOMES["some"]})
    metrics = [metric("some"), metric("some", "mean", "secondary")]
    study = degenerate.built(degenerate.units(tmp_path, "few", rows, metrics, segments=["device"]))
    assert degenerate.told(study) == FINE


FUNNEL = {"exposure": "open", "funnel": {"steps": ["open", "buy"], "window_hours": 24}}
BOUGHT = {"name": "bought", "label": "Bought", "role": "primary", "type": "proportion", "event": "buy"}
BACK = degenerate.retention(7)


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("name", "days", "back", "period"),
    [
        ("nobody_before", 14, 0.5, {"baseline": "2026-02-02", "start": "2026-03-02", "end": "2026-03-30"}),
        ("all_back", 14, 1.0, {"start": "2026-03-02", "end": "2026-03-30"}),
        ("two_days", 2, 0.0, {"start": "2026-03-02", "end": "2026-03-04"}),
    ],
)
def test_a_log_whose_time_is_short_or_whose_units_come_back(
    tmp_path: Path, name: str, days: int, back: float, period: dict[str, str]
) -> None:
    """Retention decides, alone and before another metric; in two days who comes on the second cannot be followed for two."""
    events = degenerate.visits(np.random.default_rng(3), 200, days, back)
    both = [BOUGHT, (degenerate.retention(2) if name == "two_days" else BACK) | {"role": "secondary"}]
    study = degenerate.built(degenerate.log(tmp_path, name, events, metrics=both, period=period, **FUNNEL))
    assert degenerate.told(study) == FINE
    if name != "two_days":
        assert degenerate.told(degenerate.again(study, name, metrics=[BACK])) == FINE
        first = [BACK, BOUGHT | {"role": "secondary"}]
        assert degenerate.told(degenerate.again(study, name, metrics=first)) == FINE


def test_a_step_of_the_funnel_that_nobody_takes(tmp_path: Path) -> None:
    """Every unit is lost at the step, and none is left to be lost at the next one."""
    events = degenerate.visits(np.random.default_rng(5), 200, 14, 0.0)
    funnel = {"steps": ["open", "look", "buy"], "window_hours": 24}
    study = degenerate.log(tmp_path, "unseen", events, metrics=[BOUGHT], exposure="open", funnel=funnel)
    assert degenerate.told(degenerate.built(study)) == FINE
