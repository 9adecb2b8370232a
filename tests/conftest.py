"""A small shop, simulated and built once a run, for every test that asks the marts."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from helpers import marts, paths, simulate
from helpers import study as studies
from helpers.paths import StudyPaths
from helpers.study import Study
from tests.built_once import built_once

FILE = Path("studies", "cart_checkout.yml")


class Built(NamedTuple):
    """A study and where its files stand; its marts are built."""

    study: Study
    where: StudyPaths


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The flagship with 3,000 users, small segments, every kind of dirt and an optional cart; not to be written to."""
    return Built(*studies.opened(built_once(tmp_path_factory, "small", _build) / FILE))


def _build(base: Path) -> None:
    raw = yaml.safe_load((paths.STUDIES / FILE.name).read_text(encoding="utf-8"))
    raw["data"] |= {"users": 3_000}
    raw["data"]["dirt"] |= dict.fromkeys(
        ("missing_revenue", "missing_property", "impossible_order", "wrong_type"), 0.001
    )
    raw["data"]["tolerate"] |= {"missing_revenue": 0.005}
    raw["funnel"]["optional"] = ["cart"]
    raw["metrics"][1]["winsorize"] = 0.99
    raw["min_segment"] = 30
    file = base / FILE
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    study, where = studies.opened(file)
    simulate.simulate(study, where.raw, progress=False)
    marts.build(study, where)


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for every test of a worker: playwright allows one at a time."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chrome or Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found)
        yield started
        started.close()
