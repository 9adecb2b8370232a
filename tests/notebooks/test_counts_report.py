"""The report of counts says what the report of their units says, number by number, and passes over what it cannot ask."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers import config, paths
from helpers.experiment import rerandomisation
from helpers.experiment.monitoring import detection, false_alarms, size
from helpers.warehouse import query
from tests import counted_studies
from tests.notebooks import degenerate
from tests.notebooks.cells import shown
from tests.notebooks.degenerate import FINE

pytestmark = pytest.mark.slow

OF_ROWS = ("data.", "funnel.", "itt.", "trust.", "aa.", "rerun.")
"""Numbers that only rows tell: what was read, the path of each unit, who was assigned and not exposed, another split; of
trust checks how many were made."""
STILL = ("trust.failed", "trust.warned", "trust.warnings")
"""What trust checks find, with rows and without."""

KNOWN = (*STILL, "trust.passed", "trust.total")


@pytest.fixture(autouse=True)
def few_simulations(monkeypatch: pytest.MonkeyPatch) -> None:
    """What simulated launches show is asked elsewhere; both studies are told of as few."""
    monkeypatch.setattr(false_alarms, "RUNS", 40)
    monkeypatch.setattr(size, "TRIED", 20)
    monkeypatch.setitem(detection.detect.__kwdefaults__, "runs", 40)


def recorded(file: Path) -> dict[str, Any]:
    """Every number of a study's report, by its name."""
    _, where = config.opened(file)
    found: dict[str, Any] = {}
    for part in where.results.glob("*.json"):
        numbers = json.loads(part.read_text(encoding="utf-8"))
        found |= {name: number["value"] for name, number in numbers.items()}
    return found


def numbers_of(file: Path) -> None:
    """The notebooks that compare, weigh and watch, run on a study for their numbers alone."""
    study, where = config.opened(file)
    with query.connect(where.database) as con:
        rerandomisation.rerandomise(con, study).to_parquet(where.rerandomised)
    for book in paths.books():
        list(shown(book, file))


def equal(one: Any, other: Any) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) if numbers else bool(one == other)


@pytest.mark.parametrize("by_day", [True, pytest.param(False, marks=pytest.mark.sweep)])
def test_report_of_counts_is_that_of_their_units(tmp_path: Path, by_day: bool) -> None:
    rows = counted_studies.drawn(np.random.default_rng(5), (900, 950))
    told = {"title": "Twice", "economics": {"currency": "EUR", "contribution_margin": 0.3, "implementation_cost": 900,
                           "revenue_metric": "spend_mean", "exposed_units_per_month": 40_000}}  # fmt: skip
    units = degenerate.built(counted_studies.as_units(tmp_path, "whole", rows, by_day=by_day, **told))
    counts = degenerate.built(
        counted_studies.as_counts(tmp_path, "whole", rows, by_day=by_day, deviations=not by_day, **told)
    )
    assert degenerate.told(counts) == FINE
    numbers_of(units)
    of_units, of_counts = recorded(units), recorded(counts)
    both = [name for name in of_units if name in STILL or not name.startswith(OF_ROWS)]
    counted = [name for name in both if name.endswith(".counted")]
    assert (
        {of_counts[name] for name in counted} == {"by whoever made the table"} != {of_units[name] for name in counted}
    )
    both = [name for name in both if name not in counted]
    assert {n: (of_counts.get(n), of_units[n]) for n in both if not equal(of_counts.get(n), of_units[n])} == {}
    assert len(both) > 150
    without = [value for name, value in of_counts.items() if name.startswith(OF_ROWS) and name not in KNOWN]
    assert all(value is None or str(value).startswith("Not asked: ") for value in without)
