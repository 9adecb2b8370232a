"""The picture of the days: its words stand apart from one another and from the curves, and it is drawn in little time."""

import itertools

import pytest

from tests.experiment.whatif.test_page import settle

LOOKS = (
    "#preset=shop",
    "#preset=shop&uplift=0.052",
    "#preset=shop&uplift=0.05&minimum_uplift=0.051",
    "#preset=shop&uplift=-0.03&days=90",
    "#preset=small",
    "#preset=small&days=120&minimum_uplift=0.01",
    "#preset=loss",
    "#preset=loss&uplift=0.049",
    "#preset=own&uplift=0.05&minimum_uplift=0.045&days=120&traffic=3000",
)
"""Plans whose lines lie near each other, and whose size is reached early, late and never."""

BOXES = """() => [...document.querySelectorAll("#band svg text:not([transform])")].map(text => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    return { words: text.textContent, left, right, top, bottom };
})"""
CROSSED = """() => {
    const word = [...document.querySelectorAll("#band svg text")].find(text => text.textContent === "planned size reached");
    if (!word) return null;
    const own = word.getBoundingClientRect();
    const picture = document.querySelector("#band svg").getBoundingClientRect();
    const top = picture.top + picture.height * document.querySelector("#band clipPath rect").y.baseVal.value
        / document.querySelector("#band svg").viewBox.baseVal.height;
    return own.bottom > top;
}"""


def touching(boxes):
    return [
        (a["words"], b["words"])
        for a, b in itertools.combinations(boxes, 2)
        if min(a["right"], b["right"]) > max(a["left"], b["left"])
        and min(a["bottom"], b["bottom"]) > max(a["top"], b["top"]) + 2  # boxes of a line hold room above its letters
    ]


@pytest.mark.parametrize("width", [1440, 390])
def test_no_word_touches_another_nor_a_curve(open_page, width):
    reached, page = 0, open_page("", width)
    whole = page.url
    for fragment in LOOKS:
        page.goto("about:blank")  # or a new fragment would not load the page anew
        page.goto(whole + fragment)
        settle(page)
        boxes = page.evaluate(BOXES)
        assert any(box["words"].startswith("expected") for box in boxes) and touching(boxes) == [], fragment
        crossed = page.evaluate(CROSSED)
        reached += crossed is not None
        assert not crossed, fragment
    assert reached >= 3


def test_touching_words_are_found():
    box = {"words": "a", "left": 0, "right": 40, "top": 0, "bottom": 14}
    assert touching([box, box | {"words": "b", "left": 30, "top": 8, "bottom": 22}]) == [("a", "b")]
    assert touching([box, box | {"left": 41, "right": 80}]) == []


def test_what_did_not_change_is_not_touched(open_page):
    """A step of a slider changes words and attributes; no element is made anew."""
    page = open_page("#preset=shop")
    settle(page)
    page.evaluate("""() => { window.made = 0;
        new MutationObserver(all => all.forEach(one => window.made += [...one.addedNodes].filter(n => n.nodeType === 1).length))
            .observe(document.getElementById("found"), { childList: true, subtree: true }); }""")
    before = page.inner_text("#headline")
    page.locator("#arpu").fill("40")
    page.locator("#uplift").fill("7.8")
    settle(page)
    assert page.inner_text("#headline") != before and page.evaluate("window.made") == 0
