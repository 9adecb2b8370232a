"""The simulator on paper is light, whatever the screen was."""

from tests.browser.test_paper import DARK


def test_no_panel_is_dark_on_paper(open_page):
    page = open_page(color_scheme="dark")
    page.emulate_media(media="screen", color_scheme="dark")
    assert "panel" in page.evaluate(DARK)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(DARK) == []
