"""Every page that is made of a hostile log and study shows what they say as text: no script runs, no request leaves.

The log, its headers, levels, ids, event names and file name, and every text of its study carry markup, scripts,
Markdown and templates; see :mod:`tests.safety.own_log`, whose build is shared with the tests of what must stay inside.
"""

import json
import re
from pathlib import Path

import pytest

from helpers.pipeline.faults import Fault
from helpers.site import render
from helpers.site.catalogue import Report
from tests import fake_report
from tests.safety.own_log import ELSEWHERE, RAN, attack, built

pytestmark = pytest.mark.slow

DRAWN = "document.querySelectorAll('figure.plot:not(.drawn)').length == 0"
SMUGGLED = f"""() => [...document.querySelectorAll("*")].filter(e =>
    [...e.attributes].some(a => /^on[a-z]+$/.test(a.name) || /^javascript:/i.test(a.value) || /^(?:https?:)?\\/\\/{ELSEWHERE}/.test(a.value))
).map(e => e.outerHTML.slice(0, 200))"""
"""Elements that only the data can have brought: handlers, script links, addresses of the other host."""
QUOTE, CURLY = "'", str.maketrans("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}", "''")
SHOWN = (
    "title",
    "question",
    "hypothesis",
    "limit",
    "variant_treatment",
    "purchase_rate",
    "milestone",
    "stage",
    "level",
)
"""Places whose texts stand in the report; the others may."""


@pytest.fixture(scope="module")
def reports(browser, tmp_path_factory) -> Path:
    return built(tmp_path_factory).base / "reports"


def clean(page) -> None:
    """Nothing of the data has become more than text in a page."""
    assert page.evaluate(SMUGGLED) == []
    assert not page.title().startswith(RAN)
    assert "1337" not in page.content() or "7 * 191" in page.content()


def test_the_check_itself_sees(unwatched, tmp_path):
    (tmp_path / "page.html").write_text(f"<html><head><title>{attack('title')}</title></head></html>", "utf-8")
    page = unwatched(tmp_path / "page.html")
    assert page.title() == f"{RAN} title" and len(page.evaluate(SMUGGLED)) == 1


def test_every_page_shows_it_as_text(watched, reports):
    """A violation of a page's policy, a dialog or a request would fail this at its end."""
    seen = ""
    pages = sorted(reports.rglob("*.html"))
    assert {"index.html", "simulator.html", "diagrams.html", "small.html", "search.html"} <= {
        file.name for file in pages
    }
    page = watched(None)
    for file in pages:
        page.goto(file.as_uri())
        page.wait_for_function(DRAWN)
        clean(page)
        seen += page.locator("body").inner_text()
    assert [place for place in SHOWN if f"{place} {QUOTE}" not in seen.lower().translate(CURLY)] == []


def test_the_warehouse_of_dbt_shows_headers_as_text(watched, reports):
    page = watched(reports / "small" / "warehouse" / "index.html")
    page.wait_for_selector("text=experiment_report", state="attached")
    manifest = page.evaluate("JSON.parse(document.getElementById('dbt-manifest').textContent).nodes")
    model = next(name for name, node in manifest.items() if RAN in json.dumps(node))
    page.goto(page.url.partition("#")[0] + f"#!/model/{model}")
    page.wait_for_selector("text=Compiled", state="attached")
    clean(page)


def test_the_search_shows_it_as_text(watched, reports):
    page = watched(reports / "search.html")
    page.get_by_role("textbox", name="Search").fill("title")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a", timeout=10_000)
    clean(page)


def test_executed_notebooks_show_it_as_text_without_any_policy(watched, reports, tmp_path):
    """As Jupyter shows them: outputs as they are, Markdown with its markup, no policy."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="basic")
    page = watched(None)
    for file in sorted((reports / "small" / "notebooks").glob("*.ipynb")):
        body = re.sub(
            r'<script type="application/json">.*?</script>', "", exporter.from_filename(str(file))[0], flags=re.DOTALL
        )
        shown = tmp_path / f"{file.stem}.html"
        shown.write_text(f"<!doctype html><html><head><meta charset='utf-8'></head><body>{body}</body></html>", "utf-8")
        page.goto(shown.as_uri())
        clean(page)


def test_an_error_that_quotes_the_data_is_text(watched, tmp_path):
    """A part of the report that stopped is told on the front pages in the words of its error."""
    where = fake_report.prepare(tmp_path, notebooks=1)
    told = Fault(
        "07_monitoring", f"07_monitoring stopped in cell 3: {attack('error')}\n  got:      {attack('value')}\n\n# {RAN}"
    )
    index = render.render([Report(fake_report.STUDY, where, fake_report.study_numbers(where), (told,))], tmp_path)
    page = watched(None)
    for file in (index, where.reports / "index.html", where.reports / f"{where.name}.html"):
        page.goto(file.as_uri())
        clean(page)
        assert "error '" in page.locator("body").inner_text().translate(CURLY)
