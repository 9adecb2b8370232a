"""The built page, and a browser to open it in."""

from functools import partial

import pytest

from helpers.experiment.whatif import Preset, WhatIfPlan
from helpers.experiment.whatif.plan import MeasuredRevenue
from helpers.experiment.whatif.presets import Segment
from helpers.site.whatif_page import write

ATTACK = "</script><img src=x onerror=\"document.title='owned'\">"
PRESETS = (
    Preset(
        "shop",
        "A calmer cart",
        "Purchase rate",
        "EUR",
        "",
        WhatIfPlan(
            traffic=2231.61, baseline=0.3818, uplift=0.0771, arpu=3375, days=28, minimum_uplift=0.05, cost=7_800_000
        ),
        (Segment("device", "mobile", 0.542, 0.3532, 3026), Segment("device", ATTACK, 0.07, 0.379, 3382)),
    ),
    Preset(
        "small",
        "Too small",
        "Completion",
        "USD",
        "",
        WhatIfPlan(4762, 0.324, 0.011, 1500, 21, planned_uplift=0.0123),
        (),
    ),
    Preset(
        "loss", ATTACK, "Conversion", "USD", "A note.", WhatIfPlan(60_000, 0.1, -0.02, 96, 30, minimum_uplift=0.05), ()
    ),
    Preset(
        "paid",
        "Money of its own",
        "Conversion",
        "EUR",
        "",
        WhatIfPlan(2_000, 0.1, 0.08, 500, 28, minimum_uplift=0.1),
        (),
        MeasuredRevenue(30.0, -10.0, 70.0, 20.4),
    ),
)


@pytest.fixture(scope="session")
def simulator_page(tmp_path_factory):
    return write(PRESETS, tmp_path_factory.mktemp("simulator") / "simulator.html")


@pytest.fixture
def open_page(watched, simulator_page):
    """Open the page in a fresh window, watched; it needs no other file."""
    return partial(watched, simulator_page, alone=True)
