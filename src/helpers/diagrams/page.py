"""One self-contained page with the diagrams of every built study: data, modules and styles stand inside it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from helpers import paths, warehouse
from helpers import study as studies
from helpers.diagrams.attribution import Comparison, comparison
from helpers.diagrams.drift import Drift, illustration
from helpers.diagrams.lineage import lineage, row_counts
from helpers.diagrams.pipeline import Pipeline, pipeline
from helpers.diagrams.prediction import Prediction, prediction
from helpers.diagrams.workflow import Workflow, workflow
from helpers.errors import ReportError
from helpers.events import tracking_plan
from helpers.paths import StudyPaths
from helpers.results import Numbers, write_text
from helpers.standalone import bundle, embedded, rendered
from helpers.study import Study

SOURCES: Final = paths.SITE / "diagrams"
MODULES: Final = ("dom", "stages", "workflow", "pipeline", "credit", "attribution", "prediction", "main")
"""Modules of the page, each after those it imports."""


@dataclass(frozen=True)
class Diagrams:
    """What the page shows of one study."""

    name: str
    title: str
    workflow: Workflow
    pipeline: Pipeline
    prediction: Prediction


@dataclass(frozen=True)
class Content:
    """All data of the page."""

    studies: tuple[Diagrams, ...]
    attribution: Comparison
    drift: Drift


def diagrams(study: Study, where: StudyPaths, drift: Drift) -> Diagrams:
    """The diagrams of one built study, from its file, its plan, its results, dbt's manifest and the marts' row counts."""
    numbers = Numbers.load(where.reports / "results.json")
    plan = tracking_plan(study)
    with warehouse.connect(where.database) as con:
        counts = row_counts(con)
        sizes = warehouse.query(con, "arm_sizes")
    overall = sizes[(sizes["population"] == "exposed") & (sizes["dimension"] == "all")]
    arms = {str(v): int(n) for v, n in zip(overall["variant"], overall["units"], strict=True)}
    models = lineage(where.data / "dbt" / "manifest.json", counts)
    return Diagrams(
        study.name,
        study.title,
        workflow(study, numbers, plan, arms),
        pipeline(study, numbers, plan, models),
        prediction(study, numbers, drift),
    )


def built(base: Path = paths.ROOT) -> list[tuple[Study, StudyPaths]]:
    """Studies whose results, marts and manifest are there, in the order of their names."""
    found = []
    for results in sorted(base.glob("reports/*/results.json")):
        where = StudyPaths(results.parent.name, base)
        file = next((f for f in (base / "studies", paths.STUDIES) if (f / f"{where.name}.yml").is_file()), None)
        if file and where.database.is_file() and (where.data / "dbt" / "manifest.json").is_file():
            found.append((studies.load(file / f"{where.name}.yml"), where))
    return found


def write(target: Path = paths.ROOT / "reports" / "diagrams.html", base: Path = paths.ROOT) -> Path:
    """Write the page of all built studies; raises ReportError when there is none."""
    ready = built(base)
    if not ready:
        raise ReportError(
            "no study is built, so there is nothing to draw", remedy="run: make study STUDY=studies/NAME.yml"
        )
    drift = illustration()
    content = Content(tuple(diagrams(study, where, drift) for study, where in ready), comparison(), drift)
    write_text(target, page(content))
    return target


def page(content: Content) -> str:
    """The page as HTML."""
    return rendered(
        paths.TEMPLATES / "diagrams.html.j2",
        styles=(SOURCES / "diagrams.css").read_text(encoding="utf-8"),
        data=embedded(asdict(content)),
        code=bundle(SOURCES, MODULES),
    )
