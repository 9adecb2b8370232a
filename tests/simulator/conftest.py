"""The built page, and a browser to open it in."""

import pytest

from helpers.simulator import Plan, Preset
from helpers.simulator.page import write
from helpers.simulator.presets import Segment

ATTACK = "</script><img src=x onerror=\"document.title='owned'\">"
PRESETS = (
    Preset(
        "shop",
        "A calmer cart",
        "Purchase rate",
        "EUR",
        "",
        Plan(traffic=2231.61, baseline=0.3818, uplift=0.0771, arpu=3375, days=28, minimum_uplift=0.05, cost=7_800_000),
        (Segment("device", "mobile", 0.542, 0.3532, 3026), Segment("device", ATTACK, 0.07, 0.379, 3382)),
    ),
    Preset(
        "small", "Too small", "Completion", "USD", "", Plan(4762, 0.324, 0.011, 1500, 21, planned_uplift=0.0123), ()
    ),
    Preset("loss", ATTACK, "Conversion", "USD", "A note.", Plan(60_000, 0.1, -0.02, 96, 30, minimum_uplift=0.05), ()),
)


@pytest.fixture(scope="session")
def simulator_page(tmp_path_factory):
    return write(PRESETS, tmp_path_factory.mktemp("simulator") / "simulator.html")


@pytest.fixture
def open_page(browser, simulator_page):
    """Open the page in a fresh window; errors and requests fail the test at its end."""
    contexts, wrong = [], []

    def opened(fragment="", width=1440, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request", lambda r: None if r.url.partition("#")[0] == simulator_page.as_uri() else wrong.append(r.url)
        )
        page.goto(simulator_page.as_uri() + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
