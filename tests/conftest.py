"""A small shop, built once a run, for every test that asks the marts; and a browser whose pages are watched."""

import gc
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pytest
import yaml
from hypothesis import settings

from helpers import config, defaults, paths, simulate, stats
from helpers.config import Study
from helpers.experiment import statistics_table
from helpers.paths import StudyPaths
from helpers.pipeline.fork_server import DBT, STEPS, Preload, Server
from helpers.site import sphinx
from helpers.warehouse import build
from tests import quick_marts
from tests.built_once import built_once
from tests.one_server import OneServer
from tests.windows import Lent, Windows

FILE = Path("studies", "cart_checkout.yml")

FUZZING = "FUZZ" in os.environ
settings.register_profile(
    "suite", max_examples=100 if FUZZING else 15, deadline=None, derandomize=not FUZZING, database=None
)
settings.load_profile("suite")
"""Examples of a property that does not say how many; make test-fuzz tries as many as hypothesis does by itself, and
others each time. The suite tries the same each time: what it says of a commit must not depend on the day. A busy machine
is no failure of a test, so no example has a deadline."""

MEASURED = "stats"
"""The folder whose tests and examples are traced; the others would take half as long again, and prove nothing by it."""


DEAR = {"browser", "small_study"}
"""Fixtures that make a test slow, for they start a browser or build marts with dbt."""

LONGEST = [
    *("browser/test_site.py", "safety/test_private.py", "notebooks/test_small_report.py", "cli/test_every_command.py"),
    *("notebooks/test_degenerate.py", "test_real_examples.py", "notebooks/test_programme_report.py"),
    *("notebooks/test_changed_data.py", "fuzz/test_builds.py", "site/test_sphinx.py", "browser/test_hostile_data.py"),
    *(
        "fuzz/test_reading.py",
        "site/diagrams/test_browser.py",
        "warehouse/test_warehouse.py",
        "browser/test_report_pages.py",
    ),
    *("ingest/new_study/test_units.py", "experiment/whatif/test_page.py", "browser/test_escaping.py"),
    *("browser/test_accessibility.py", "ingest/new_study/test_real_tables.py", "warehouse/test_windows.py"),
]
"""Files that take longest come first, so that no worker is left with one of them while the other has nothing to do."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts a browser or dbt is slow; the longest files come first."""
    for item in items:
        if not DEAR.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    places = {paths.ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(LONGEST)))


def pytest_collection_finish() -> None:
    """What is imported by now stays: to look through all of it for rubbish again and again takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


def _tracing(config: pytest.Config) -> Any:
    """What traces lines, where that is asked for."""
    return getattr(config.pluginmanager.getplugin("_cov"), "cov_controller", None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Of what runs before a test the statistics are traced as they are imported, and nothing else; nothing of it is rubbish."""
    gc.disable()
    if tracing := _tracing(session.config):
        for module in walk_packages(stats.__path__, f"{stats.__name__}."):
            import_module(module.name)
        tracing.pause()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Only the tests of the statistics are asked how much of the statistics they reach."""
    tracing = _tracing(item.config) if MEASURED in item.path.parts else None
    if tracing:
        tracing.resume()
    done = yield
    if tracing:
        tracing.pause()
    return done


SPHINX = Preload(STEPS.variable, ("sphinx.cmd.build", "myst_nb.sphinx_ext", "furo"))
"""Of what a server for steps imports that which Sphinx needs."""


@pytest.fixture(scope="session", autouse=True)
def warm() -> Iterator[None]:
    """dbt and Sphinx of the tests' own builds are each forked from one server a worker; what runs a command or make starts its own."""
    servers: dict[Preload, Server] = {}

    def forked(preload: Preload, itself: Callable[..., Any]) -> Callable[..., Any]:
        def run(arguments: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
            if preload not in servers:
                servers[preload] = Server(preload, environment, paths.ROOT)
            with pytest.MonkeyPatch.context() as here:
                here.setenv(preload.variable, servers[preload].place)
                return itself(arguments, environment)

        return run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "dbt", forked(DBT, build.dbt))
        patch.setattr(sphinx, "sphinx", forked(SPHINX, sphinx.sphinx))
        patch.setattr(build, "run_dbt", quick_marts.run)
        yield
    for server in servers.values():
        server.close()


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Databases that a test opens in its own process keep to the core of its worker: on two threads a query of a few rows takes
    twice the time, and both workers' threads want the same two cores. Those in memory share one server (:mod:`tests.one_server`).

    Whatever a test starts in a process of its own, dbt and the reports that are built first have as many as a user's,
    and make test-fuzz has them in the tests too.
    """
    with pytest.MonkeyPatch.context() as patch:
        if not FUZZING:
            patch.setattr(defaults, "THREADS", 1)
            patch.setattr(duckdb, "connect", OneServer(duckdb.connect).connect)
        yield


@pytest.fixture
def dbt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds of marts in this test are dbt's."""
    monkeypatch.setattr(build, "run_dbt", quick_marts.BY_DBT)


class Built(NamedTuple):
    """A study and where its files stand; its marts are built."""

    study: Study
    where: StudyPaths


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The flagship with 3,000 users, small segments, every kind of dirt and an optional cart; not to be written to."""
    return Built(*config.opened(built_once(tmp_path_factory, "small", _build) / FILE))


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
    study, where = config.opened(file)
    simulate.simulate(study, where.raw, progress=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "run_dbt", quick_marts.BY_DBT)
        build.build(study, where, statistics_table.load)


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


@pytest.fixture(scope="session")
def windows(browser) -> Windows:
    return Windows(browser)


@pytest.fixture
def unwatched(windows) -> Iterator[Callable[..., Any]]:
    """Open a file, or with None an empty page, in a window that looks fresh; the test itself looks what goes wrong."""
    lent = Lent(windows)
    yield lent.open
    lent.give_back()


@pytest.fixture
def watched(windows) -> Iterator[Callable[..., Any]]:
    """Open a file in a window that looks fresh; whatever goes wrong in it fails the test at its end.

    That is an error or a warning of the console, an exception, a dialog, a request that failed or went to a host; and
    with ``alone`` any request but the page's own, for a page that is whole in itself.
    """
    lent = Lent(windows)
    yield lent.open
    wrong = lent.wrong()
    lent.give_back()
    assert wrong == []


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261122)
