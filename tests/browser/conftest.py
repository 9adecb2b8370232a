"""What the tests in a browser share: the fake report, and a watched page."""

from pathlib import Path

import pytest

from tests.built_once import built_once
from tests.fake_report import built


@pytest.fixture(scope="module")
def fake_base(browser, tmp_path_factory) -> Path:
    """The folder that holds the fake study's report; not built where no browser could look at it."""
    return built_once(tmp_path_factory, "fake_report", built)


@pytest.fixture
def open_page(watched):
    """Open a file at a width, watched."""
    return lambda file, width=1440, **options: watched(file, width=width, **options)
