"""What the tests in a browser share: the fake report, and a page that fails the test when something goes wrong in it."""

from pathlib import Path

import pytest

from tests.built_once import built_once
from tests.fake_report import built


@pytest.fixture(scope="module")
def fake_base(browser, tmp_path_factory) -> Path:
    """The folder that holds the fake study's report; not built where no browser could look at it."""
    return built_once(tmp_path_factory, "fake_report", built)


@pytest.fixture
def open_page(browser):
    """Open a file; a message of the console, a failed request or one to a host fails the test at the end."""
    contexts, wrong = [], []

    def opened(file, width=1440, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
        page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else wrong.append(r.url))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
