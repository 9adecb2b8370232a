"""On paper every page is light, whatever the screen was."""

import pytest

from tests.fake_report import STUDY

DARK = """() => [...document.querySelectorAll("body, .simulator .panel, #inputs, .table-scroll, .callout")].filter(element => {
    const [r, g, b, a = 1] = getComputedStyle(element).backgroundColor.match(/[\\d.]+/g).map(Number);
    return a > 0.5 && r + g + b < 200;
}).map(element => element.className || element.tagName)"""


@pytest.mark.parametrize("theme", ["auto", "dark"])
def test_a_report_is_printed_in_ink_on_white(fake_base, open_page, theme):
    page = open_page(fake_base / "reports" / STUDY.name / "06_roi_and_rollout.html", color_scheme="dark")
    page.wait_for_selector("figure.plot.drawn .xtick text")
    page.evaluate("theme => document.body.dataset.theme = theme", theme)
    page.emulate_media(media="print", color_scheme="dark")
    page.wait_for_timeout(800)  # the policy lets no test wait by eval
    assert page.evaluate("getComputedStyle(document.querySelector('.xtick text')).fill") == "rgb(89, 99, 110)"
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--plot-paper').trim()") == "#ffffff"
    assert page.evaluate(DARK) == []
