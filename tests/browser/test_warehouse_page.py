"""dbt's documentation under a policy: no eval, no other host, and its lineage is drawn all the same."""

import json
from pathlib import Path

import pytest

from helpers import paths
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.site import dbt_docs

MADE = StudyPaths(paths.BUNDLED[0], paths.ROOT).reports / "warehouse" / "index.html"
INKED = """() => [...document.querySelectorAll("canvas")].some(canvas => {
    if (!canvas.width || !canvas.height) return false;
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", {willReadFrequently: true});
    copy.drawImage(canvas, 0, 0); // read from a copy: Chromium warns of canvases that are read again and again
    const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
    let inked = 0;
    for (let k = 3; k < pixels.length; k += 4) inked += pixels[k] > 0;
    return inked > 5000;
})"""


@pytest.fixture
def written():
    if not MADE.is_file():
        pytest.skip("dbt wrote no documentation yet: make site")
    return MADE


@pytest.mark.slow
def test_the_lineage_is_drawn_under_the_policy(open_page, written):
    head = written.read_text(encoding="utf-8")[:2_000]
    assert head.count("'sha256-") == 1 and "unsafe-" not in head.partition("script-src")[2].partition(";")[0]
    page = open_page(written)
    page.wait_for_selector("text=experiment_report", state="attached")
    assert not page.evaluate(INKED)
    page.locator(".launcher .btn").first.click()
    page.wait_for_function(INKED)


@pytest.mark.slow
def test_the_policy_is_in_force(unwatched, written):
    page = unwatched(written)
    page.wait_for_selector("text=experiment_report", state="attached")
    refused = page.evaluate("""() => new Promise(done => {
        const seen = [];
        document.addEventListener("securitypolicyviolation", event => {
            seen.push(event.effectiveDirective);
            if (seen.length === 2) done(seen.sort());
        });
        setTimeout(() => fetch("https://example.org").catch(() => 0)); // later: what is evaluated at once may use eval
        setTimeout(() => new Function("return 1"));
    })""")
    assert refused == ["connect-src", "script-src"]


SHIPPED = """<html lang="en"><head></head><body>
<script>show("MANIFEST.JSON INLINE DATA", "CATALOG.JSON INLINE DATA")</script></body></html>"""


def made(manifest: str = "{}", root: Path = paths.ROOT.parent, page: str = SHIPPED) -> str:
    return dbt_docs.published(page, {"manifest": manifest, "catalog": "{}"}, {root})


def test_the_framework_is_told_to_do_without_eval():
    html = made(f'{{"path": "{paths.ROOT}/x"}}')
    assert html.startswith('<html ng-csp="no-unsafe-eval" lang="en"><head><meta http-equiv="Content-Security-Policy"')
    assert "connect-src" not in html and "default-src 'none'" in html and str(paths.ROOT) not in html


def test_data_are_no_part_of_the_policy():
    """Whatever a column is called, the page allows the same script; the name stands in it as data."""
    name = "</script><script>alert(1)</script>\u2028"
    policies = {html[: html.index("<body>")] for html in (made(), made(json.dumps({"column": name})))}
    assert len(policies) == 1 and policies.pop().count("'sha256-") == 1
    assert "<script>alert" not in made(json.dumps({"column": name}, ensure_ascii=False))


def test_the_locked_page_of_dbt_has_a_place_for_the_data():
    assert 'JSON.parse(document.getElementById("dbt-manifest")' in made(page=dbt_docs.shipped())


def test_another_page_of_dbt_is_one_message():
    with pytest.raises(ReportError, match="no place for the data of the warehouse"):
        made(page="<html><head></head><body></body></html>")
