"""The diagrams in a real browser: mouse and keyboard, both engines alike, nothing hostile, nothing too wide."""

import re

import numpy as np
import pytest

from helpers.programme.attribution import RULES, Touch, credit
from helpers.site.bundle import bundle
from helpers.site.diagrams import page as pages
from helpers.site.diagrams.attribution import comparison
from tests.fake_report import ATTACK

DIAGRAMS = ("workflow", "pipeline", "attribution", "prediction")


@pytest.fixture(scope="module")
def file(hostile, tmp_path_factory):
    written = tmp_path_factory.mktemp("diagrams") / "diagrams.html"
    written.write_text(hostile, encoding="utf-8")
    return written


@pytest.fixture
def opened(watched, file):
    """The page in a fresh window, watched and drawn; it needs no other file."""

    def open_page(width=1440, **options):
        page = watched(file, width=width, alone=True, **options)
        page.wait_for_selector("html[data-drawn]")
        return page

    return open_page


def shown(page, diagram):
    return page.locator(f"#{diagram}-diagram .panel[data-shown] h3").all_inner_texts()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1000, "dark"), (768, "light"), (390, "dark")])
def test_nothing_is_too_wide(opened, width, scheme):
    page = opened(width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for diagram in DIAGRAMS:
        assert page.locator(f"#{diagram}-diagram button:visible").count() > 5
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    for button in page.locator("#workflow-diagram .stage, #pipeline-diagram .stage, #prediction-diagram .stage").all():
        button.click()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.select_option("#study", index=1)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_paper_shows_every_panel(opened):
    page = opened()
    page.emulate_media(media="print")
    panels = page.locator("#workflow-diagram .panel")
    assert panels.count() == 12
    assert all(panel.is_visible() for panel in panels.all())


# --- stages ---


def test_hover_shows_what_focus_shows(opened):
    page = opened()
    for name in ("Design", "Run", "Decide"):
        button = page.locator("#workflow-diagram .stage", has_text=name)
        button.hover()
        hovered = shown(page, "workflow")
        page.mouse.move(0, 0)
        assert shown(page, "workflow") == ["Hypothesise"]
        button.focus()
        assert shown(page, "workflow") == hovered == [name]
        assert button.get_attribute("aria-expanded") == "true"
        page.evaluate("document.activeElement.blur()")
        assert shown(page, "workflow") == ["Hypothesise"]


def test_a_click_keeps_the_stage(opened):
    page = opened()
    page.locator("#workflow-diagram .stage", has_text="Instrument").click()
    page.locator("h1").click()
    page.mouse.move(0, 0)
    assert shown(page, "workflow") == ["Instrument"]
    panel = page.locator("#workflow-instrument")
    assert panel.get_by_role("row").count() == 4
    assert "purchase" in panel.inner_text()


def test_the_keyboard_walks_along_stages_and_hand_offs(opened):
    page = opened()
    page.locator("#workflow-diagram .stage").first.focus()
    page.keyboard.press("ArrowRight")
    assert shown(page, "workflow") == ["Hypothesise → Design"]
    assert "Hand-off from Hypothesise to Design" in page.locator("#workflow-diagram [role=status]").inner_text()
    page.keyboard.press("ArrowRight")
    assert shown(page, "workflow") == ["Design"]
    page.keyboard.press("End")
    assert shown(page, "workflow") == ["Decide → Hypothesise"]
    page.keyboard.press("ArrowRight")
    assert shown(page, "workflow") == ["Hypothesise"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.evaluate("document.activeElement.blur()")
    assert shown(page, "workflow") == ["Hypothesise → Design"]


def test_focus_can_be_seen(opened):
    page = opened()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    style = page.evaluate(
        "(() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]; })()"
    )
    assert style == ["solid", "3px"]


def test_on_a_phone_a_tap_opens_and_closes_below_the_button(opened):
    page = opened(390, has_touch=True)
    button = page.locator("#workflow-diagram .stage", has_text="Run")
    button.tap()
    assert shown(page, "workflow") == ["Run"]
    below = page.locator("#workflow-run").bounding_box()["y"] - button.bounding_box()["y"]
    assert 0 < below < 120
    button.tap()
    assert shown(page, "workflow") == []


# --- pipeline ---


def test_a_consumer_lights_its_way(opened):
    page = opened()
    on = "#pipeline-diagram .model[data-on] .model-name"
    assert page.locator(on).count() == 0
    page.locator("#pipeline-diagram .stage", has_text="A/B test analysis").click()
    assert page.locator(on).all_inner_texts() == ["events", "stg_events", "int_units", "fct_experiment_results"]
    assert page.locator("#pipeline-diagram .edge.on").count() == 3
    page.locator("#pipeline-diagram .stage", has_text="Storage").click()
    assert page.locator(on).count() == 0


@pytest.mark.parametrize("way", ["hover", "focus"])
def test_a_model_says_what_it_reads_and_who_reads_it(opened, way):
    page = opened()
    getattr(page.locator("#pipeline-diagram .model", has_text="int_units"), way)()
    assert "half of one for" in page.locator(".lineage-scale").inner_text(), (
        "bars of another scale than that of a ruler"
    )
    said = page.locator(".lineage-detail").inner_text()
    assert "199,866 rows" in said and "Reads: stg_events." in said
    assert "Read by: fct_funnel, fct_experiment_results." in said


# --- attribution ---


def journeys(n, rng):
    for _ in range(n):
        size = int(rng.integers(1, 13))
        days = np.sort(rng.uniform(0, 400, size) if rng.random() < 0.5 else rng.integers(0, 20, size))
        yield [{"channel": f"c{rng.integers(5)}", "day": float(day)} for day in days]


def test_both_engines_give_the_same_credit(unwatched):
    made = list(journeys(300, np.random.default_rng(20260801)))
    drawn = comparison()
    page = unwatched(None)
    found = page.evaluate(
        f"""([journeys, rules, halfLife, ends]) => {{ {bundle(pages.SOURCES, ("credit",))}
        return journeys.map(j => rules.map(rule => module_credit.credit(j, rule, halfLife, ends))); }}""",
        [made, RULES, drawn.half_life, drawn.ends],
    )
    worst = 0.0
    for journey, by_rule in zip(made, found, strict=True):
        touches = [Touch(**touch) for touch in journey]
        for rule, shares in zip(RULES, by_rule, strict=True):
            worst = max(worst, *(abs(a - b) for a, b in zip(credit(touches, rule), shares, strict=True)))
    assert len(made) >= 200 and worst < 1e-9


def labels(page, rule):
    return [s.get_attribute("aria-label") for s in page.locator(f"[data-rule={rule}] .segment").all()]


def channels(page):
    return [box.input_value() for box in page.locator(".touch input[type=text]").all()]


def days(page):
    return [box.input_value() for box in page.locator(".touch input[type=number]").all()]


def test_every_bundled_journey_shows_what_python_computed(opened):
    page = opened()
    for compared in comparison().journeys:
        page.select_option("#attribution-journey", compared.journey.key)
        for rule in RULES:
            told = [re.search(r": ([\d.]+) %, \$([\d.]+)$", label).groups() for label in labels(page, rule)]
            assert told == [
                (f"{100 * share:.1f}", f"{share * compared.journey.revenue:.2f}") for share in compared.credit[rule]
            ]


def test_percent_and_revenue(opened):
    page = opened()
    linear = page.locator("[data-rule=linear] .segment")
    assert linear.all_inner_texts() == ["20.0 %"] * 5
    page.get_by_role("button", name="Revenue").click()
    assert linear.all_inner_texts() == ["$20.00"] * 5
    page.fill("#attribution-revenue", "250")
    page.press("#attribution-revenue", "Enter")
    assert linear.all_inner_texts() == ["$50.00"] * 5
    assert page.input_value("#attribution-journey") == "own"


def test_touchpoints_are_added_removed_and_moved_without_a_mouse(opened):
    page = opened()
    later = page.get_by_role("button", name="Move later: touchpoint 1")
    later.focus()
    page.keyboard.press("Enter")
    assert channels(page)[:2] == ["Social ad", "Blog post"]
    assert days(page) == ["1", "5", "12", "18", "22"], "the days stay where they are"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move later: touchpoint 2"
    page.get_by_role("button", name="Add a touchpoint").press("Enter")
    page.keyboard.type("Podcast")
    page.keyboard.press("Tab")
    assert channels(page)[-1] == "Podcast" and days(page)[-1] == "25"
    page.get_by_role("button", name="Remove: touchpoint 1").press("Enter")
    assert channels(page) == ["Blog post", "Webinar", "Email", "Direct visit", "Podcast"]
    page.get_by_label("Day of touchpoint 5").fill("2")
    page.keyboard.press("Enter")
    assert channels(page)[0] == "Podcast" and days(page) == ["2", "5", "12", "18", "22"]
    assert page.input_value("#attribution-journey") == "own"
    table = page.locator("#attribution-diagram details table")
    assert "Podcast" in table.text_content()


def test_a_touchpoint_is_dragged_to_another_place(opened):
    page = opened()
    grips = page.locator(".touch .grip")
    page.locator("#attribution-diagram").scroll_into_view_if_needed()
    page.locator(".add").scroll_into_view_if_needed()
    start, end = grips.nth(0).bounding_box(), page.locator(".touch").nth(3).bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 20, steps=6)
    assert page.locator(".touch[data-target] input").first.input_value() == "Email"
    page.mouse.up()
    assert channels(page) == ["Social ad", "Webinar", "Email", "Blog post", "Direct visit"]
    assert days(page) == ["1", "5", "12", "18", "22"]


def test_the_last_touchpoint_stays_and_twelve_are_the_most(opened):
    page = opened()
    page.select_option("#attribution-journey", "single")
    assert page.get_by_role("button", name="Remove: touchpoint 1").is_disabled()
    add = page.get_by_role("button", name="Add a touchpoint")
    for _ in range(11):
        add.click()
    assert add.is_disabled() and len(channels(page)) == 12


def test_arrow_keys_walk_through_the_bars(opened):
    page = opened()
    assert page.locator(".segment[tabindex='0']").count() == 1
    page.locator(".segment[tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert "Time decay: touchpoint 2, Social ad, day 5: 7.9 %" in page.locator(".said").inner_text()


def test_a_rule_is_brought_forward(opened):
    page = opened()
    rule = page.get_by_role("button", name="Linear", exact=True)
    rule.click()
    assert page.get_by_role("button", name="Linear", exact=True).get_attribute("aria-pressed") == "true"
    assert page.locator(".line[data-dimmed]").count() == 4


def test_the_year_s_credit_stands_beside_what_was_brought(opened):
    page = opened(390)
    table = page.locator("#attribution-year table")
    assert table.locator("tbody th").all_text_contents() == ["brand search", ATTACK.replace("_", " ")]
    assert table.locator("tbody tr").first.locator("td").all_text_contents() == ["1,000", "1,002", "1,004", "1,006"]
    assert table.is_visible()


# --- prediction ---


def test_the_feedback_shows_how_accuracy_moved(opened):
    page = opened()
    assert shown(page, "prediction") == ["Deployment → Data collection"]
    panel = page.locator("#prediction-feedback-1")
    assert "0.770 in month 1 to 0.550 in month 3" in panel.inner_text()
    assert panel.locator("polyline").count() == 3
    assert "no model is fitted to customers" in panel.inner_text()
    page.locator("#prediction-diagram .stage", has_text="Model training").hover()
    assert shown(page, "prediction") == ["Model training"]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_curve_s_labels_have_room(opened, width):
    page = opened(width)
    cut = page.evaluate("""() => [...document.querySelectorAll(".curve text")].filter(text => {
        const own = text.getBoundingClientRect(), room = text.closest("svg").getBoundingClientRect();
        return own.left < room.left - 1 || own.right > room.right + 1 || own.bottom > room.bottom + 1;
    }).map(text => text.textContent)""")
    assert cut == []


# --- names ---


def test_hostile_names_are_text(opened):
    page = opened()
    page.select_option("#study", index=1)
    assert page.locator("#workflow-hypothesise dd").first.inner_text() == ATTACK
    assert page.locator("[data-study-title]").first.inner_text() == "<img src=x onerror=alert(1)>"
    page.get_by_label("Channel of touchpoint 1").fill("<img src=x onerror=alert(1)>")
    page.keyboard.press("Tab")
    assert "<img src=x onerror=alert(1)>" in labels(page, "linear")[0]
    assert page.locator("img").count() == 0
    assert page.title() == "Diagrams"


def test_the_text_says_what_the_drawing_says(opened):
    page = opened()
    for diagram in DIAGRAMS:
        page.locator(f"#{diagram}-diagram > details > summary").click()
    assert page.locator("#workflow-diagram > details li").count() == 6
    assert "Units planned: 20,502" in page.locator("#workflow-diagram > details").inner_text()
    assert "fct_funnel (marts, 54 rows) reads int_units" in page.locator("#pipeline-diagram > details").inner_text()
    assert "In the simulation" in page.locator("#prediction-diagram > details").inner_text()


# --- colours ---


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1])
def test_colours_can_be_read(scheme):
    css = (pages.SOURCES / "diagrams.css").read_text(encoding="utf-8")
    block = re.findall(r":root \{(.*?)\n *\}", css, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w]+): (#[0-9a-f]{6})", block))
    tones = [colours[f"c{i}"] for i in range(1, 9)]
    for paper in ("paper", "card", "raised"):
        for ink in (colours["ink"], colours["muted"], *tones):
            assert contrast(ink, colours[paper]) >= 4.5
    assert all(contrast(colours["on"], tone) >= 4.5 for tone in tones)
    assert contrast(colours["focus"], colours["paper"]) >= 3
