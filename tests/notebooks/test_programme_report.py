"""The notebooks of a programme on a small year, through the real commands, in processes of their own."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from helpers import paths
from helpers.paths import StudyPaths
from helpers.pipeline import fork_server
from helpers.pipeline.fork_server import STEPS, Server
from helpers.site import catalogue, render
from tests import blemishes
from tests.built_once import built_once
from tests.fake_report import prepare, report_of

pytestmark = pytest.mark.slow

NAMES = paths.books(programme=True)
PRIVATE = re.compile(r"(?<![0-9A-Za-z])[uost]\d{8}(?![0-9A-Za-z])")
"""Ids of shoppers, orders, sessions and tickets of the year."""
SMALL = {
    "data": {"users": 4_000},
    "attribution": {"bootstrap_runs": 20},
    "segments": {"minimum_size": 50, "most_clusters": 5},
    "beyond": {"runs": 60, "units": 1_000},
    "live": {"units": 6_000, "hours": 6},
}


def _build(base: Path) -> None:
    raw = yaml.safe_load((paths.PROGRAMMES / "shop_year.yml").read_text(encoding="utf-8"))
    for part, changes in SMALL.items():
        raw[part] = raw.get(part, {}) | changes
    file = base / "programmes" / "shop_year.yml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    with _warm():
        _run("year", file)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda name: _run("notebook", file, name), NAMES))
        _run("report", file)


@contextmanager
def _warm() -> Iterator[None]:
    """Within, processes and kernels are forked from one that has imported what they need, as in a build."""
    server = Server(STEPS, os.environ, paths.ROOT)
    with pytest.MonkeyPatch.context() as here:
        here.setenv(STEPS.variable, server.place)
        yield
    server.close()


def _run(step: str, file: Path, *more: str) -> None:
    environment = os.environ | {"PYTHONHASHSEED": "0", "JUPYTER_PLATFORM_DIRS": "1"}
    asked = ["helpers", step, str(file), *more]
    done = fork_server.run(STEPS, "helpers.__main__:script", asked, environment, paths.ROOT)
    assert done.returncode == 0, f"{step} {' '.join(more)}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return built_once(tmp_path_factory, "programme_report", _build)


@pytest.fixture(scope="module")
def where(base) -> StudyPaths:
    return StudyPaths("shop_year", base)


def test_every_notebook_says_what_it_found(where):
    (report,) = catalogue.programmes(where.base)
    for name in NAMES:
        headline = report.numbers[f"{name[3:]}.headline"].text
        assert 40 < len(headline) < 400 and re.search(r"\d", headline), name
    said = (where.reports / "summary.txt").read_text(encoding="utf-8")
    assert all(report.numbers[f"{name[3:]}.headline"].text in said for name in NAMES)


def test_no_notebook_writes_to_stderr(where):
    wrong = {f.name: blemishes.of_notebook(f.read_text(encoding="utf-8")) for f in where.executed.glob("*.ipynb")}
    assert wrong and not any(wrong.values()), wrong


def test_no_id_and_no_truth_of_a_shopper_leaves_the_tables(where):
    for folder in (where.executed, where.figures, where.results, where.figure_specs):
        for file in folder.rglob("*"):
            if file.is_file() and file.suffix in {".ipynb", ".json", ".svg", ".html"}:
                text = file.read_text(encoding="utf-8")
                assert not PRIVATE.search(text), file.name
                assert str(where.base) not in text and str(paths.ROOT) not in text, file.name


def test_every_figure_shown_is_exported(where):
    shown = {
        figure
        for file in where.executed.glob("*.ipynb")
        for figure in re.findall(r"<!--static:([a-z0-9_]+)-->", file.read_text(encoding="utf-8"))
    }
    assert (
        shown
        == {file.stem for file in where.figure_specs.glob("*/*.json")}
        == {file.stem for file in where.figures.glob("*.html")}
    )


def test_the_site_shows_it_beside_the_studies(where, tmp_path):
    own = shutil.copytree(where.base, tmp_path / "own")
    index = render.render([report_of(prepare(own, notebooks=1))], own, catalogue.programmes(own))
    assert 'href="shop_year/index.html"' in index.read_text(encoding="utf-8")
    front = (own / "reports" / "shop_year" / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{name}.html"' in front for name in NAMES)
    assert all((own / "reports" / "shop_year" / f"{name}.html").is_file() for name in NAMES)


def test_a_result_is_json_and_finite(where):
    content = json.loads((where.reports / "results.json").read_text(encoding="utf-8"))
    assert content["study"] == "shop_year" and len(content["numbers"]) >= len(NAMES)
