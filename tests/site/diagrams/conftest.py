"""A study's diagrams made of fakes: hostile names, a small lineage, a simulation that is not run."""

from itertools import product

import pytest

from helpers import config
from helpers.config.tracking_plan import tracking_plan
from helpers.formatting import formatted
from helpers.record import Number
from helpers.site.diagrams import page
from helpers.site.diagrams.attribution import YEAR, comparison
from helpers.site.diagrams.drift import Drift
from helpers.site.diagrams.lineage import DbtModel
from helpers.site.diagrams.pipeline import pipeline
from helpers.site.diagrams.prediction import prediction
from helpers.site.diagrams.workflow import workflow
from tests.fake_report import ATTACK

VALUES = {
    "data.rows_read": (1_683_602, "count"),
    "data.rows_kept": (1_653_717, "count"),
    "data.flow.late_duplicate": (4_982, "count"),
    "data.events.cart": (212_135, "count"),
    "design.n_total": (20_502, "count"),
    "metrics.purchase_rate.relative": (0.077, "relative"),
    "metrics.purchase_rate.relative_low": (0.056, "relative"),
    "metrics.purchase_rate.relative_high": (0.098, "relative"),
    "metrics.purchase_rate.verdict": ("significant", "text"),
    "trust.passed": (11, "count"),
    "trust.total": (11, "count"),
    "truth.relative": (None, "relative"),
    "decision.verdict": ("GO", "text"),
    "decision.reason": (f"Because {ATTACK}", "text"),
}
NUMBERS = {name: Number(value, unit, "", formatted(value, unit)) for name, (value, unit) in VALUES.items()}
ARMS = {"control": 31_201, "treatment": 31_284}
MODELS = (
    DbtModel("events", "raw", "log", (), "The log.", 1_683_602, 0),
    DbtModel("stg_events", "staging", "view", ("events",), f"Clean events. {ATTACK}", 1_653_717, 2),
    DbtModel("int_units", "intermediate", "table", ("stg_events",), "Units.", 199_866, 1),
    DbtModel("fct_funnel", "marts", "table", ("int_units",), "The funnel.", 54, 3),
    DbtModel("fct_experiment_results", "marts", "table", ("int_units",), "Sums by arm.", 554, 3),
    DbtModel("fct_lifetimes", "marts", "view", ("stg_events",), "Hours.", None, 0),
)
CREDIT = {
    f"attribution.{model}.{channel}": Number(n, "count", "", f"{n:,}")
    for n, (model, channel) in enumerate(product(YEAR, ("brand_search", ATTACK)), 1_000)
}
"""Of a year's channels, one of them with a hostile name."""
DRIFT = Drift((1, 2, 3), (0.77, 0.66, 0.55), (0.77, 0.74, 0.78), (0.78, 0.75, 0.79), 100, 2, 2, 1)


@pytest.fixture(scope="session")
def shop():
    return config.load("studies/cart_checkout.yml")


def content(*chosen):
    """The page's data for studies."""
    drawn = []
    for study in chosen:
        plan = tracking_plan(study)
        drawn.append(
            page.Diagrams(
                study.name,
                study.title,
                workflow(study, NUMBERS, plan, ARMS),
                pipeline(study, NUMBERS, plan, MODELS),
                prediction(study, NUMBERS, DRIFT),
            )
        )
    return page.Content(tuple(drawn), comparison(CREDIT), DRIFT)


@pytest.fixture(scope="session")
def hostile(shop):
    """The page with two studies, the second one with a title and a question that try to become markup."""
    music = config.load("studies/music_recommendations.yml")
    attacked = music.model_copy(update={"title": "<img src=x onerror=alert(1)>", "question": ATTACK})
    return page.page(content(shop, attacked))
