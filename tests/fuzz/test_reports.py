"""Studies whose traits are drawn at random: each notebook comes to its end, and tells no number that it does not have.

A build takes seconds, so ``make test-fuzz`` makes one for a hundred of the tables it tries, and the suite none: it has
the known traits in ``tests/notebooks/test_degenerate.py``.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from tests.notebooks import degenerate
from tests.notebooks.degenerate import FINE, Outcome, metric

BUILDS = int(os.environ.get("FUZZ", "0")) // 100
CHANCES = (0.0, 0.001, 0.02, 0.3, 0.9, 0.985, 1.0)
MONEY = {"currency": "EUR", "contribution_margin": 0.3, "implementation_cost": 100}


@pytest.mark.skipif(not BUILDS, reason="builds of marts: make test-fuzz")
@pytest.mark.parametrize("seed", range(BUILDS))
def test_a_report_of_any_study_is_told_to_its_end(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = [int(rng.choice([1, 2, 3, 10, 40, 300])) for _ in range(int(rng.choice([2, 2, 3, 4])))]
    outcomes = {
        name: Outcome(tuple(float(rng.choice(CHANCES)) for _ in sizes), tuple(sorted(rng.uniform(0.01, 500, 2))))
        for name in ("bought", "returned")
    }
    rows = degenerate.drawn(rng, sizes, outcomes, levels=int(rng.choice([1, 2, 20])))
    kinds = rng.permutation(["proportion", "mean", "ratio"]).tolist()
    metrics = [metric("bought", kinds[0]), metric("bought", kinds[1], "secondary")]
    metrics += [metric("returned", kinds[2], "secondary")]
    metrics += [metric("returned", "proportion", "guardrail", better="lower", margin={"relative": 0.2})]
    revenue = next((m["name"] for m in metrics if m["type"] == "mean"), None)
    money = {"economics": MONEY | {"revenue_metric": revenue}} if rng.random() < 0.6 else {}
    segments = {"segments": ["device"]} if rng.random() < 0.6 else {}
    days = {"period": {"start": "2026-03-02", "end": str(np.datetime64("2026-03-02") + int(rng.choice([1, 2, 6, 30])))}}
    file = degenerate.built(degenerate.units(tmp_path, f"seed_{seed}", rows, metrics, **money, **segments, **days))
    assert degenerate.told(file) == FINE
