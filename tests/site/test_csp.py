"""The policy of a page: what was written runs, what was smuggled in does not."""

import pytest

from helpers.site.csp import inline, policy, secured

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>t</title></head><body>
<script type="application/json">{"a": 1}</script><p id="p"></p>
<script>document.getElementById("p").textContent = "own";</script></body></html>"""


def test_only_scripts_that_run_are_named():
    assert inline(PAGE) == ['document.getElementById("p").textContent = "own";']
    assert inline("<head></head><script src='a.js'></script>") == []


def test_a_page_says_nothing_of_what_may_run_in_it():
    """The policy is the same whatever stands in the page."""
    smuggled = PAGE.replace("</body>", "<script>document.title = 1</script></body>")
    assert (
        secured(smuggled, inline(PAGE)).partition("<title>")[0] == secured(PAGE, inline(PAGE)).partition("<title>")[0]
    )
    assert "script-src 'none'" in secured(smuggled) and "'self'" not in policy(["1"]).partition("script-src")[2][:40]


def test_it_stands_first_and_once():
    once = secured(PAGE)
    assert secured(once) == once and once.count("Content-Security-Policy") == 1
    assert once.index("charset") < once.index("Content-Security-Policy") < once.index("<title>")


def test_a_page_without_a_head_is_refused():
    with pytest.raises(ValueError, match="no place"):
        secured("<p>x</p>")


def test_in_a_browser_the_own_script_runs_and_a_smuggled_one_does_not(unwatched, tmp_path):
    (tmp_path / "own.js").write_text("document.title = 'file';", encoding="utf-8")
    html = secured(PAGE.replace("</body>", '<script src="own.js"></script></body>'), inline(PAGE), files=True)
    smuggled = '<img src="x" onerror="document.title = \'bad\'"><script>document.title = "bad";</script></body>'
    (tmp_path / "page.html").write_text(html.replace("</body>", smuggled), encoding="utf-8")
    page = unwatched(tmp_path / "page.html")
    assert page.text_content("#p") == "own"
    assert page.title() == "file"
