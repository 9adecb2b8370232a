"""dbt's documentation under a policy: no eval, no other host, and its lineage is drawn all the same."""

import pytest

from helpers import paths
from helpers.paths import StudyPaths
from helpers.site import dbt_docs
from helpers.site.csp import policy

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
    html = written.read_text(encoding="utf-8")
    assert f'content="{policy(html)}"' in html and "unsafe-eval" not in policy(html)
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


def test_the_framework_is_told_to_do_without_eval():
    html = dbt_docs.published('<html lang="en"><head></head><body>/here/x</body></html>', {paths.ROOT.parent})
    assert html.startswith('<html ng-csp="no-unsafe-eval" lang="en"><head><meta http-equiv="Content-Security-Policy"')
    assert "connect-src" not in html and "default-src 'none'" in html
