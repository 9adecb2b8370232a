"""Each notebook of a programme comes to its end on the smallest year there may be, and tells no number that it lacks."""

from pathlib import Path

import pytest
import yaml

from helpers import paths
from helpers.config import programme
from helpers.simulate.year import simulate_year
from tests import blemishes
from tests.built_once import built_once
from tests.notebooks.cells import shown

pytestmark = pytest.mark.slow

LEAST = {
    "data": {"users": 500, "days": 300},
    "attribution": {"bootstrap_runs": 20, "lookback_days": 2, "half_life_days": 0.1},
    "segments": {"minimum_size": 10_000, "most_clusters": 2, "interval_days": 7},
    "prediction": {"bootstrap_runs": 20, "healthy_runs": 50},
    "beyond": {"runs": 20, "units": 200, "batches": 2, "regions": 4, "days": 16, "carry_hours": 0, "arms": 3},
    "live": {"units": 500, "hours": 1},
}
"""Few shoppers, of whom no segment is large enough to stand alone; few runs, one hour."""


def _build(base: Path) -> None:
    raw = yaml.safe_load((paths.PROGRAMMES / f"{paths.YEAR}.yml").read_text(encoding="utf-8"))
    for part, changes in LEAST.items():
        raw[part] = raw.get(part, {}) | changes
    file = base / "programmes" / f"{paths.YEAR}.yml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    asked, where = programme.opened(str(file))
    where.raw.mkdir(parents=True)
    simulate_year(asked.data, where.raw)
    (where.raw / "done").touch()


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(built_once(tmp_path_factory, "least_year", _build)) / "programmes" / f"{paths.YEAR}.yml"


@pytest.mark.parametrize("book", paths.books(programme=True))
def test_a_year_of_few_shoppers_is_told_to_its_end(year: Path, book: str) -> None:
    _, where = programme.opened(str(year))
    wrong = [f"cell {s.cell}: {b}" for s in shown(book, year) for b in blemishes.of_markup(s.text)]
    wrong += blemishes.of_numbers((where.results / f"{book}.json").read_text(encoding="utf-8"))
    for spec in sorted((where.figure_specs / book).glob("*.json")):
        wrong += [f"figure {spec.stem}: {b}" for b in blemishes.of_figure(spec.read_text(encoding="utf-8"))]
    assert wrong == []
