"""The site without a mouse, under its policy: everything can be reached, is seen to have the focus, and does its work."""

import pytest

from tests.fake_report import STUDY

FOCUS = """() => {
    const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
    return { tag: at.tagName, name: (at.getAttribute("aria-label") || at.innerText || at.placeholder || "").trim(),
        seen: box.width > 0 && box.height > 0 && style.visibility !== "hidden",
        marked: style.outlineStyle !== "none" || style.boxShadow !== "none" || at.matches("input, .drag") };
}"""
MOST = 200


@pytest.fixture(scope="module")
def fake(fake_base):
    return fake_base / "reports"


def walked(page, until, key="Tab"):
    """Press a key until the focus is where ``until`` (a selector) says; what had it on the way."""
    way = []
    for _ in range(MOST):
        page.keyboard.press(key)
        way.append(page.evaluate(FOCUS))
        if page.evaluate("wanted => document.activeElement.matches(wanted)", until):
            return way
    raise AssertionError(f"the focus never came to {until}: {[one['name'] for one in way][:30]}")


def test_the_theme_is_switched_by_keyboard_and_stays(fake, open_page):
    page = open_page(fake / STUDY.name / "06_roi_and_rollout.html")
    page.wait_for_selector("figure.plot.drawn")
    walked(page, "button.theme-toggle")
    before = page.evaluate("document.body.dataset.theme")
    page.keyboard.press("Enter")
    chosen = page.evaluate("document.body.dataset.theme")
    assert chosen != before
    page.keyboard.press("Space")
    again = page.evaluate("document.body.dataset.theme")
    assert again != chosen
    page.goto((fake / "index.html").as_uri())
    assert page.evaluate("document.body.dataset.theme") == again


def test_the_search_is_found_and_used_by_keyboard(fake, open_page):
    page = open_page(fake / "index.html")
    walked(page, "input[type=search], input.sidebar-search, input[name=q]")
    page.keyboard.type("carts")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a", timeout=10_000)
    walked(page, "#search-results li a")
    page.keyboard.press("Enter")
    page.wait_for_function("!location.pathname.endsWith('search.html')")


def test_the_sidebar_leads_on(fake, open_page):
    page = open_page(fake / STUDY.name / "index.html")
    walked(page, ".sidebar-tree a[href*='05_ab_results']")
    page.keyboard.press("Enter")
    page.wait_for_function("location.pathname.endsWith('05_ab_results.html')")


def test_the_menu_opens_on_a_phone(fake, open_page):
    page = open_page(fake / STUDY.name / "index.html", 390)
    walked(page, "label.nav-overlay-icon")
    sidebar = page.locator(".sidebar-tree a[href*='05_ab_results']")
    for key, shown in (("Enter", True), ("Space", False), ("Enter", True)):
        page.keyboard.press(key)
        page.wait_for_timeout(400)
        assert (sidebar.bounding_box()["x"] >= 0) is shown
        assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == str(shown).lower()


@pytest.mark.parametrize("name", ["index.html", f"{STUDY.name}/05_ab_results.html"])
def test_every_stop_is_seen_and_marked_and_no_place_is_a_trap(fake, open_page, name):
    page = open_page(fake / name)
    page.wait_for_function("document.querySelectorAll('figure.plot:not(.drawn)').length == 0")
    way = walked(page, "footer a:last-of-type, .bottom-of-page a, body")
    wrong = [one for one in way if one["tag"] != "BODY" and not (one["seen"] and one["marked"] and one["name"])]
    assert len(way) > 5 and wrong == []
