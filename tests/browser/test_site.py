"""The built site in a real browser, from disk: every page at two widths, its search, its theme, its hostile names."""

import shutil

import pytest

from helpers import paths
from helpers.site import render
from helpers.site.catalogue import Report
from tests.browser.axe import unfolded_violations
from tests.fake_report import ATTACK, STUDY, prepare, report_of

BUILT = paths.ROOT / "reports"
PAGES = sorted(str(page.relative_to(BUILT)) for page in BUILT.rglob("*.html"))
WHOLE = (BUILT / "index.html").is_file()
HELD = {
    f"{STUDY.name}/05_ab_results",
    f"{STUDY.name}/07_monitoring",
    "shop_year/11_beyond_ab",
    "index",
    "methodology",
    "calibration",
    "simulator",
    "diagrams",
}
"""Pages that axe looks at while they are open: what the fake report does not have."""
WIDER = """() => [...document.querySelectorAll(".table-scroll")].filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => box.getAttribute("aria-label"))"""
real = pytest.mark.skipif(not WHOLE, reason="the site is not built: make site")


@pytest.fixture(scope="module")
def fake(fake_base):
    return fake_base / "reports"


@real
@pytest.mark.slow
@pytest.mark.parametrize("name", [page for page in PAGES if "/warehouse/" not in page] if WHOLE else ["index.html"])
def test_every_page_draws_and_fits_and_axe_is_content(open_page, name):
    page = open_page(BUILT / name)
    page.wait_for_function("document.querySelectorAll('figure.plot:not(.drawn)').length == 0")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(WIDER) == [], "a table wider than the page of a desk"
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_timeout(150)
    empty = """() => [...document.querySelectorAll("figure.plot")].filter(figure =>
        !figure.querySelector(".plot-area svg path") && !(figure.querySelector("img") || {}).naturalWidth).length"""
    assert page.evaluate(empty) == 0
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    if name.removesuffix(".html") in HELD:
        assert unfolded_violations(page) == []


@real
@pytest.mark.slow
def test_the_warehouse_page_opens_from_disk(open_page):
    """dbt's own page, made for a desk; it must ask for nothing that is not in it."""
    (name,) = [page for page in PAGES if "/warehouse/" in page][:1]
    page = open_page(BUILT / name)
    page.wait_for_selector("text=experiment_report", state="attached")


def test_the_search_covers_all(fake, open_page):
    page = open_page(fake / "search.html")
    assert page.locator(".search-start").is_visible(), "before anything is asked"
    page.get_by_role("link", name="guardrail").click()
    page.wait_for_selector("#search-results li a", timeout=10_000)
    page = open_page(fake / "index.html")
    page.get_by_role("textbox", name="Search").fill("carts")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a", timeout=10_000)
    found = page.locator("#search-results li a").all_inner_texts()
    assert any("A calmer cart" in title for title in found)
    assert page.locator(".search-start").is_hidden()


def test_the_theme_button_works_under_the_policy(fake, open_page):
    page = open_page(fake / STUDY.name / "06_roi_and_rollout.html")
    page.wait_for_selector("figure.plot.drawn")
    before = page.evaluate("document.body.dataset.theme")
    page.locator("button.theme-toggle:visible").first.click()
    assert page.evaluate("document.body.dataset.theme") != before


def test_the_policy_stops_what_a_page_was_not_written_with(fake, unwatched):
    page = unwatched(fake / "index.html")
    page.evaluate("""() => {
        const image = document.createElement("div");
        image.innerHTML = '<img src="x" onerror="document.title = 1">';
        document.body.append(image);
        const script = document.createElement("script");
        script.textContent = "document.title = 2";
        document.body.append(script);
    }""")
    page.wait_for_timeout(200)
    assert page.title() not in ("1", "2")


def test_a_hostile_card_is_text(tmp_path, open_page):
    report = report_of(prepare(tmp_path, notebooks=1))
    study = STUDY.model_copy(update={"title": ATTACK, "question": ATTACK, "hypothesis": ATTACK})
    index = render.render([Report(study, report.where, report.numbers)], tmp_path)
    for file in (index, report.where.reports / "index.html", report.where.reports / f"{STUDY.name}.html"):
        page = open_page(file)
        assert "</script><img src=x onerror=" in page.locator("body").inner_text()  # quotes become typographic
        assert page.locator("img[src=x]").count() == 0 and page.title() != "owned"


@pytest.mark.parametrize("width", [1440, 390])
def test_one_file_shows_its_pictures_alone(fake, open_page, unwatched, tmp_path, width):
    alone = tmp_path / "mailed.html"
    shutil.copyfile(fake / STUDY.name / f"{STUDY.name}.html", alone)
    page = open_page(alone, width, java_script_enabled=False)
    for picture in page.locator("figure.plot img").all():
        assert picture.bounding_box()["width"] > 100
    scripted = unwatched(alone, width=width)
    assert scripted.evaluate("[...document.images].every(image => image.naturalWidth > 100)")
    assert scripted.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
