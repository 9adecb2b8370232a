"""What comes from the data or the study's file is shown as text, never as markup, with and without a policy."""

import json
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import pytest

from helpers.paths import StudyPaths
from helpers.report.figures import style
from helpers.report.figures.show import show
from helpers.report.tables import badge, callout, table
from helpers.site import render
from helpers.site.catalogue import Report
from tests import fake_report
from tests.built_once import built_once

HOSTILE = "<img src=x onerror=alert(1)>"
PAGES = ("index", "02_funnel_analysis", "03_segmentation", "05_ab_results")

STUDY = fake_report.STUDY.model_copy(deep=True)
PRIMARY = STUDY.primary.model_copy(update={"label": f"Rate of {HOSTILE}"})
VARIANTS = [v.model_copy(update={"description": f"The {HOSTILE} arm"}) for v in STUDY.variants]
STUDY = STUDY.model_copy(
    update={
        "title": f"A cart {HOSTILE}",
        "question": f"Would {HOSTILE} help?",
        "hypothesis": f"{HOSTILE} *helps*",
        "change": f"We add {HOSTILE}",
        "limits": [f"Nothing but {HOSTILE}"],
        "variants": VARIANTS,
        "metrics": [PRIMARY if m.role == "primary" else m for m in STUDY.metrics],
    }
)


def _sankey() -> go.Figure:
    labels = [f"{HOSTILE}: 200 (100 %)", f"no {HOSTILE}: 90 (45 %)", "purchase"]
    flow = go.Sankey(node={"label": labels}, link={"source": [0, 0], "target": [1, 2], "value": [90, 110]})
    return style.titled(go.Figure(flow), f"Half of the users at {HOSTILE} never reach it", f"funnel from {HOSTILE}")


def _points() -> go.Figure:
    figure = go.Figure(
        [go.Scatter(x=[1, 2], y=[HOSTILE, "phone"], mode="markers", name=f"{HOSTILE} {n}") for n in (1, 2)]
    )
    figure.add_annotation(x=1, y=0, text=HOSTILE)
    figure.update_xaxes(title=f"share of users at {HOSTILE}")
    return style.titled(figure, f"{HOSTILE} users carry the loss", "by segment")


def _table():
    return table(
        pd.DataFrame({"Segment": [HOSTILE, "phone"], HOSTILE: [badge("good", HOSTILE), HOSTILE]}),
        HOSTILE,
        footnote=HOSTILE,
    )


def _built(base) -> None:
    where = fake_report.prepare(base)
    kept = partial(show, where, "05_ab_results")  # where the fake report keeps its figures
    described = table(
        pd.DataFrame({"variant": [v.name for v in VARIANTS], "description": [v.description for v in VARIANTS]}),
        "Variants",
    )
    contents = {
        "02_funnel_analysis": [kept("funnel_sankey", _sankey(), f"Flow of users through {HOSTILE}"), _table()],
        "03_segmentation": [
            kept("segment_rates", _points(), f"Points by {HOSTILE}"),
            callout("finding", HOSTILE),
        ],
        "05_ab_results": [described, kept("effects", _points(), f"Points by {HOSTILE}"), _table()],
    }
    for stem, items in contents.items():
        content = fake_report._notebook("Where do users drop?", items)
        (where.executed / f"{stem}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    render.render([Report(STUDY, where, fake_report.study_numbers(where))], base)


@pytest.fixture(scope="module")
def report(browser, tmp_path_factory):
    return StudyPaths(STUDY.name, built_once(tmp_path_factory, "hostile_report", _built)).reports


@pytest.mark.parametrize("name", PAGES)
def test_hostile_names_are_text(watched, report, name):
    page = watched(report / f"{name}.html")
    page.wait_for_function("document.querySelectorAll('figure.plot:not(.drawn)').length == 0")
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelectorAll('[onerror], img[src=x]').length") == 0
    assert HOSTILE in page.locator("article").inner_text() and HOSTILE in page.title()
    drawn = page.evaluate("[...document.querySelectorAll('.plot-area svg text')].map(t => t.textContent).join('\\n')")
    assert HOSTILE in drawn


def test_front_page_shows_title_label_and_limits_as_they_stand(unwatched, report):
    page = unwatched(report / "index.html")
    text = page.locator("article").inner_text()
    for part in (STUDY.title, PRIMARY.label, STUDY.question, STUDY.limits[0]):
        assert part in text, part
