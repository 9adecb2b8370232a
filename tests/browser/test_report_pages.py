"""The report in a real browser: offline, without errors, on a desk and on a phone."""

import plotly.graph_objects as go
import pytest

from helpers.paths import StudyPaths
from helpers.report.figures import style
from helpers.report.figures.export import export
from helpers.report.figures.show import show
from tests.browser.axe import unfolded_violations
from tests.fake_report import ATTACK, STUDY

PAGES = ("index", "02_funnel_analysis", "05_ab_results", "06_roi_and_rollout")
"""Pages of a study; those of the project are looked at as they are built, in test_site.py."""
DRAWN = """() => [...document.querySelectorAll("figure.plot")].map(figure => ({
    paths: figure.querySelectorAll(".plot-area svg path").length,
    width: (figure.querySelector(".main-svg") || {clientWidth: 0}).clientWidth,
    clipped: [...figure.querySelectorAll(".plot-area text")].filter(text => {
        const own = text.getBoundingClientRect(), room = figure.getBoundingClientRect();
        return own.width && (own.left < room.left - 2 || own.right > room.right + 2);
    }).map(text => text.textContent),
}))"""


@pytest.fixture(scope="module")
def report(fake_base):
    return StudyPaths(STUDY.name, fake_base)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", PAGES)
def test_every_figure_draws_nothing_overflows_and_axe_is_content(report, open_page, name, width):
    page = open_page(report.reports / f"{name}.html", width)
    page.wait_for_function("document.querySelectorAll('figure.plot:not(.drawn)').length == 0")
    page.wait_for_timeout(150)
    figures = page.evaluate(DRAWN)
    assert figures
    for figure in figures:
        assert figure["paths"] > 0 and figure["width"] > 100
        assert figure["clipped"] in ([], [ATTACK]), "labels past the edge of the figure"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate("document.querySelector('.content').scrollWidth") <= width
    if width == 390 or name in ("index", "05_ab_results"):
        assert unfolded_violations(page) == []


def test_hostile_segment_is_shown_as_text(report, open_page):
    page = open_page(report.reports / "02_funnel_analysis.html")
    page.wait_for_selector("figure.plot.drawn .ytick")
    ticks = page.evaluate("[...document.querySelectorAll('.ytick text')].map(t => t.textContent)")
    assert ATTACK in ticks
    page.goto((report.reports / "05_ab_results.html").as_uri())
    assert page.get_by_role("rowheader", name=ATTACK).count() == 1
    assert page.locator("img[src=x]").count() == 0 and page.title() != "owned"


def test_figures_follow_the_theme(report, open_page):
    page = open_page(report.reports / "06_roi_and_rollout.html", color_scheme="dark")
    ink = "getComputedStyle(document.querySelector('.xtick text')).fill"
    page.wait_for_selector(".xtick text")
    dark = page.evaluate(ink)
    page.evaluate("document.body.dataset.theme = 'light'")
    page.wait_for_function(f"{ink} != '{dark}'")
    assert page.evaluate(ink) == "rgb(89, 99, 110)"


def test_without_scripts_the_static_pictures_are_there(report, open_page):
    page = open_page(report.reports / "06_roi_and_rollout.html", java_script_enabled=False)
    pictures = page.locator("figure.plot img")
    assert pictures.count() == 2
    assert pictures.first.bounding_box()["width"] > 100
    assert pictures.first.get_attribute("alt").startswith("The picture called money_scenarios")


def test_search_works_from_a_file(report, open_page):
    page = open_page(report.reports.parent / "search.html")
    page.goto((report.reports.parent / "search.html").as_uri() + "?q=carts")
    page.wait_for_selector("#search-results li a", timeout=10_000)


def test_code_opens_on_demand(report, open_page):
    page = open_page(report.reports / "05_ab_results.html")
    code = page.locator("details.hide pre").first
    assert not code.is_visible()
    page.locator("details.hide summary").first.click()
    assert code.is_visible()


THIN = """() => {
    const data = document.querySelector("figure.plot:has(.sankey) script");
    const spec = JSON.parse(data.textContent), [flow] = spec.data, steps = ["app_open: 43,600 (100 %)", "play: 42,061 (96.47 %)"];
    flow.node.label = [...steps, "subscribe: 524 (1.20 %)", "no play: 1,539 (3.53 %)", "no subscribe: 41,537 (98.75 %)"];
    flow.node.color = flow.link.color = "#0072b2";
    Object.assign(flow.link, { source: [0, 0, 1, 1], target: [1, 3, 2, 4], value: [42061, 1539, 524, 41537] });
    data.textContent = JSON.stringify(spec);
    document.body.dataset.theme = "light";
}"""
APART = """() => {
    const figure = document.querySelector("figure.plot:has(.sankey)"), room = figure.querySelector(".plot-area").getBoundingClientRect();
    const all = [...figure.querySelectorAll(".node-label")].map(label => label.getBoundingClientRect());
    const touch = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return all.length == 5 && all.every((a, at) => a.top >= room.top - 1 && a.bottom <= room.bottom + 1 && !all.some((b, other) => other > at && touch(a, b)));
}"""


@pytest.mark.parametrize("width", [1440, 390])
def test_names_of_a_flow_stand_within_it_and_apart(report, open_page, width):
    page = open_page(report.reports / "02_funnel_analysis.html", width)
    page.wait_for_selector("figure.plot.drawn .node-label")
    page.evaluate(THIN)
    page.wait_for_selector(".node-label:has-text('subscribe')")
    assert page.evaluate(APART)


@pytest.mark.parametrize("width", [1440, 390])
def test_figures_of_the_single_file_fit_and_a_code_cell_has_one_label(report, open_page, width):
    page = open_page(report.reports / f"{STUDY.name}.html", width)
    edges = page.evaluate("[...document.querySelectorAll('.still img')].map(i => i.getBoundingClientRect().right)")
    assert edges and max(edges) <= width
    assert page.locator(".plot:has(.still) figcaption:visible").count() == (len(edges) if width == 390 else 0)
    labels = page.locator("details.hide summary:visible")
    assert {label.inner_text().strip() for label in labels.all()} == {"Show code"}


def test_a_figure_page_stands_alone(report, open_page):
    page = open_page(report.figures / "effects.html", 390)
    page.wait_for_selector("figure.plot.drawn .main-svg")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_marks_of_a_dense_figure_stand_beside_one_another_on_a_phone(tmp_path, open_page):
    where = StudyPaths("dense", tmp_path)
    days, names = list(range(1, 57)), ["hibernating", "no order yet", "at risk"]
    marks = go.Figure(go.Scatter(x=days, y=[day % 7 for day in days], mode="markers", marker={"size": 9}))
    cells = go.Figure(go.Heatmap(z=[[1, 2, 3]], x=names, y=["a"]))
    for name, figure in {"marks": marks, "cells": cells}.items():
        show(where, "05_ab_results", name, style.titled(figure, "A finding"), "a picture")
    export(where)
    page = open_page(where.figures / "marks.html", 390)
    page.wait_for_selector("figure.plot.drawn .main-svg")
    assert page.evaluate("document.querySelector('.plot-area')._fullData[0].marker.size") <= 5
    page = open_page(where.figures / "cells.html", 390)
    page.wait_for_selector("figure.plot.drawn .main-svg")
    assert page.evaluate("document.querySelector('.plot-area')._fullLayout.xaxis.tickangle") == -90


def test_a_wide_table_of_a_text_hides_no_column_on_a_phone(report, open_page):
    page = open_page(report.reports.parent / "tracking_plan.html", 390)
    page.set_viewport_size({"width": 390, "height": 900})
    cells = page.locator("table.stacks td")
    assert cells.count() > 50
    hidden = "cells => cells.filter(c => c.getBoundingClientRect().right > 390).length"
    assert cells.evaluate_all(hidden) == 0
    assert page.locator("table.stacks td[data-label='owner']").first.is_visible()
