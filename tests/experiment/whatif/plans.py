"""Parameter sets on which both engines must agree: corners, and draws from all over the limits."""

from dataclasses import asdict

import numpy as np

from helpers.errors import ReportError
from helpers.experiment.whatif import WhatIfPlan

BASE = {"traffic": 2000.0, "baseline": 0.1, "uplift": 0.08, "arpu": 500.0, "days": 28}
CORNERS = [
    {},
    {"uplift": 0.0},
    {"uplift": -0.08},
    {"uplift": -0.99},
    {"uplift": 9.0},
    {"baseline": 0.5, "uplift": 1.0},
    {"baseline": 0.9999, "uplift": 0.0001},
    {"baseline": 0.9, "uplift": 0.05, "traffic": 50_000},
    {"baseline": 0.0001, "uplift": 0.5, "traffic": 1e6},
    {"traffic": 1.0, "days": 4},
    {"traffic": 1.0, "days": 730},
    {"traffic": 1e8, "uplift": 0.0001},
    {"traffic": 1e8, "days": 730, "uplift": 0.001},
    {"days": 1, "traffic": 5.0},
    {"days": 61},
    {"days": 730},
    {"allocation": 0.01, "traffic": 40_000},
    {"allocation": 0.99, "traffic": 40_000},
    {"allocation": 0.1, "looks": 10, "traffic": 30_000},
    {"alpha": 0.0001, "traffic": 30_000},
    {"alpha": 0.4},
    {"power": 0.5},
    {"power": 0.999, "traffic": 90_000},
    {"improve": 0.001, "traffic": 30_000},
    {"improve": 0.79, "harm": 0.2, "traffic": 30_000},
    {"size": 0.0001, "traffic": 30_000},
    {"size": 2.0, "traffic": 30_000},
    {"harm": 0.79, "improve": 0.001, "traffic": 30_000},
    {"planned_uplift": 10.0},
    {"planned_uplift": 0.0001},
    {"minimum_uplift": -0.9, "traffic": 30_000},
    {"minimum_uplift": 5.0, "traffic": 30_000},
    {"minimum_uplift": 0.08, "traffic": 30_000},
    {"minimum_uplift": 0.2, "traffic": 300_000},
    {"max_risk": 0.001, "traffic": 30_000},
    {"max_risk": 0.999, "traffic": 30_000},
    {"cost": 1e13, "traffic": 30_000},
    {"cost": 5e7, "traffic": 30_000},
    {"margin": 0.01, "cost": 1e8, "traffic": 30_000},
    {"horizon": 60, "arpu": 1e8},
    {"arpu": 1.0, "cost": 1.0, "traffic": 30_000},
    {"looks": 10, "alpha": 0.0001, "traffic": 30_000},
    {"looks": 10, "alpha": 0.4},
    {"looks": 2, "traffic": 30_000},
    {"segment_share": 0.0001, "traffic": 1e7},
    {"in_experiment": 0.0001, "traffic": 1e7},
    {"uplift": 0.05, "traffic": 8251.857142857143},
]


def plans(count: int = 300, seed: int = 20) -> list[dict[str, float]]:
    """Every corner, then random plans that are allowed, until there are more than ``count``."""
    found = [asdict(WhatIfPlan(**{**BASE, **corner})) for corner in CORNERS]
    rng = np.random.default_rng(seed)
    while len(found) <= count:
        drawn = {
            "traffic": 10 ** rng.uniform(*rng.choice([(1, 6), (5, 7.5)])),
            "baseline": 10 ** rng.uniform(-3.5, -0.05),
            "uplift": rng.choice([-1, 1, 1]) * 10 ** rng.uniform(-3, 0),
            "arpu": 10 ** rng.uniform(0, 5),
            "days": int(rng.integers(1, 200)),
            "segment_share": rng.uniform(0.01, 1),
            "in_experiment": rng.uniform(0.01, 1),
            "allocation": rng.choice([0.1, 0.5, rng.uniform(0.02, 0.98)]),
            "alpha": rng.choice([0.05, 0.01, rng.uniform(0.001, 0.3)]),
            "power": rng.uniform(0.5, 0.98),
            "planned_uplift": 10 ** rng.uniform(-2.5, -0.3),
            "minimum_uplift": rng.choice([0.0, 0.01, 0.05, rng.uniform(-0.1, 0.3)]),
            "max_risk": rng.uniform(0.01, 0.6),
            "improve": rng.uniform(0.02, 0.6),
            "harm": rng.uniform(0.02, 0.35),
            "size": 10 ** rng.uniform(-2.5, 0),
            "margin": rng.uniform(0.05, 1),
            "cost": rng.choice([0.0, 10 ** rng.uniform(3, 10)]),
            "horizon": int(rng.integers(1, 48)),
            "looks": int(rng.integers(1, 11)) if rng.random() < 0.4 else 1,
        }
        try:
            found.append(asdict(WhatIfPlan(**{name: getattr(v, "item", lambda v=v: v)() for name, v in drawn.items()})))
        except ReportError:
            continue
    return found
