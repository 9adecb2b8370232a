"""A small project of one package, two notebooks and a study, whose steps are decided and never executed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from helpers.pipeline import dependencies
from helpers.pipeline.building import bring_up_to_date
from helpers.pipeline.built import Built
from helpers.pipeline.dependencies import Code
from helpers.pipeline.graph import Place, Step

MODULES = {
    "__init__.py": "",
    "stats/__init__.py": '''"""A lazy face."""
_HOME = {"Effect": "helpers.stats.effects", "cox": "helpers.stats.cox"}
def __getattr__(name):
    from importlib import import_module
    return getattr(import_module(_HOME[name]), name)
''',
    "stats/effects.py": "from helpers.stats.scores import score\n",
    "stats/scores.py": "",
    "stats/cox.py": "",
    "trust/__init__.py": "import helpers.trust.rules\n",
    "trust/rules.py": "",
    "trust/checks.py": 'def check(con):\n    return query(con, "row_flow")\n',
    "report.py": "from helpers.stats import Effect\n",
}


@dataclass
class Small:
    """The project in ``base``; ``ran`` are the names of the steps of the last build, ``missing`` its missing parts."""

    base: Path
    steps: Callable[[], Sequence[Step]]
    ran: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)

    def built(self) -> Built:
        known: list[Built] = []
        code = Code(lambda file: known[0].contents.facts(file), self.base / "src" / "helpers")
        known.append(Built(self.base, code))
        return known[0]

    def build(self, **options: bool) -> list[str]:
        """Names of the steps that ran; the output of each holds what it was made from."""
        self.ran = []
        ending = bring_up_to_date(self.steps(), self.built(), self.perform, 2, **options)
        self.missing = [fault.part for fault in ending.missing]
        return sorted(self.ran)

    def perform(self, step: Step) -> None:
        self.ran.append(step.what)
        if step.what in self.failing:
            raise RuntimeError(step.what)
        for file in step.targets:
            file.parent.mkdir(parents=True, exist_ok=True)
            read = [f for p in step.inputs for f in (there(p.targets) if isinstance(p, Step) else files(p))]
            made = [f.read_text() for f in read]
            file.write_text("\n".join([step.what, *made]))

    def write(self, name: str, text: str) -> Path:
        file = self.base / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


def there(targets: Sequence[Path]) -> list[Path]:
    """What a step made; of one that failed nothing."""
    return [file for file in targets if file.is_file()]


def files(place: Place) -> list[Path]:
    assert isinstance(place, Path)
    return sorted(f for f in place.rglob("*") if f.is_file()) if place.is_dir() else [place] * place.is_file()


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    """Log, warehouse, a notebook on a method and a query, a page on a template."""
    monkeypatch.setattr(dependencies, "PACKAGE", tmp_path / "src" / "helpers")
    monkeypatch.setattr("helpers.paths.QUERIES", tmp_path / "docs" / "queries")

    def steps() -> list[Step]:
        made = tmp_path / "data" / "mine"
        study = tmp_path / "studies" / "mine.yml"
        log = Step("mine", "log", ("log",), (made / "raw.txt",), (study, tmp_path / "raw"))
        marts = Step(
            "mine", "warehouse", ("marts",), (made / "marts.txt",), (log, tmp_path / "warehouse"), ("helpers.trust",)
        )
        source = tmp_path / "notebooks" / "01_x.ipynb"
        book = Step(
            "mine", "01_x", ("notebook",), (made / "01.txt",), (marts, source), source=source, queries=True
        )  # fmt: skip
        page = Step("mine", "page", ("site",), (made / "page.html",), (book, tmp_path / "docs" / "page.j2"))
        return [log, marts, book, page]

    project = Small(tmp_path, steps)
    for name, text in MODULES.items():
        project.write(f"src/helpers/{name}", text)
    cell = "from helpers import report\nfrom helpers.trust.checks import check"
    project.write("notebooks/01_x.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": [cell]}]}))
    for name in ("row_flow", "events"):
        project.write(f"docs/queries/{name}.sql", "select 1")
    for name in ("studies/mine.yml", "raw/log.csv", "warehouse/model.sql", "docs/page.j2"):
        project.write(name, "one")
    return project
