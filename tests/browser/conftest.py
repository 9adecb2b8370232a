"""One browser for the tests of a module."""

import shutil
from pathlib import Path

import pytest

from tests.built_once import built_once
from tests.fake_report import built

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chrome or Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM)
        yield started
        started.close()


@pytest.fixture(scope="module")
def fake_base(browser, tmp_path_factory) -> Path:
    """The folder that holds the fake study's report; not built where no browser could look at it."""
    return built_once(tmp_path_factory, "fake_report", built)
