"""axe-core finds nothing serious in the dark either, and the check itself sees what is wrong."""

from pathlib import Path

import pytest

from helpers import paths
from helpers.paths import StudyPaths
from helpers.site.csp import secured
from tests.browser.axe import unfolded_violations
from tests.fake_report import STUDY

SIGHTS = {"light": (1440, "light"), "dark": (1440, "dark"), "phone": (390, "light")}
FAKE = (("index", "dark"), ("05_ab_results", "dark"), ("../search", "phone"))
"""Beside the pages that test_report_pages.py looks at while it has them open."""
REAL = ("index", "simulator", "diagrams")
"""Beside those that test_site.py looks at, in the light."""
AT_REST = "document.querySelectorAll('figure.plot:not(.drawn)').length == 0"


def wrong(unwatched, file: Path, sight: str) -> list[str]:
    """What is wrong with a page once its figures are drawn and everything folded is open."""
    width, scheme = SIGHTS[sight]
    page = unwatched(file, width=width, color_scheme=scheme)
    page.wait_for_function(AT_REST)
    return unfolded_violations(page)


@pytest.fixture(scope="module")
def report(fake_base):
    return StudyPaths(STUDY.name, fake_base).reports


@pytest.mark.parametrize(("name", "sight"), FAKE)
def test_pages_have_no_serious_violation(unwatched, report, name, sight):
    assert wrong(unwatched, report / f"{name}.html", sight) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_built_pages_have_no_serious_violation_in_the_dark(unwatched, name):
    file = paths.ROOT / "reports" / f"{name}.html"
    if not file.is_file():
        pytest.skip(f"{paths.shown(file)} is not built: make all")
    assert wrong(unwatched, file, "dark") == []


def test_a_drawn_figure_is_one_picture_with_its_description(unwatched, report):
    page = unwatched(report / "06_roi_and_rollout.html")
    page.wait_for_selector(".main-svg[role=img]")
    pictures = page.get_by_role("img", name="The picture called money_scenarios & what it says")
    assert pictures.count() == 1 and page.locator(".plot-area[role]").count() == 0
    page.evaluate("document.body.dataset.theme = 'dark'")
    page.wait_for_timeout(300)
    assert pictures.count() == 1, "the description outlives a change of the theme"


@pytest.mark.parametrize(
    ("body", "rule"),
    [('<p style="color:#ccc">pale</p>', "color-contrast"), ('<img src="data:,">', "image-alt"), ("<p>fine</p>", "")],
)
def test_the_check_itself_sees_and_works_under_a_policy(unwatched, tmp_path, body, rule):
    html = f'<!doctype html><html lang="en"><head><title>t</title></head><body style="background:#fff">{body}</body></html>'
    file = tmp_path / "page.html"
    file.write_text(secured(html), encoding="utf-8")
    found = wrong(unwatched, file, "light")
    assert [line.split(":")[0] for line in found] == ([rule] if rule else [])
