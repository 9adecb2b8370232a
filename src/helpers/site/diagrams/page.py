"""One self-contained page with the diagrams of every built study: data, modules and styles stand inside it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from helpers import paths
from helpers.config.tracking_plan import tracking_plan
from helpers.errors import ReportError
from helpers.experiment.results import Results
from helpers.paths import StudyPaths
from helpers.pipeline.files import write_text
from helpers.record import Number
from helpers.site.bundle import bundle, embedded, rendered
from helpers.site.catalogue import Report, programmes, reports
from helpers.site.diagrams.attribution import AttributionDiagram, comparison
from helpers.site.diagrams.drift import Drift, illustration
from helpers.site.diagrams.lineage import lineage, row_counts
from helpers.site.diagrams.pipeline import Pipeline, pipeline
from helpers.site.diagrams.prediction import PredictionDiagram, prediction
from helpers.site.diagrams.workflow import Workflow, workflow
from helpers.warehouse import query

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
    prediction: PredictionDiagram


@dataclass(frozen=True)
class Content:
    """All data of the page."""

    studies: tuple[Diagrams, ...]
    attribution: AttributionDiagram
    drift: Drift


def diagrams(report: Report, drift: Drift) -> Diagrams:
    """The diagrams of one built study, from its file, its plan, its results, dbt's manifest and the marts' row counts."""
    study, where, numbers = report.study, report.where, report.numbers
    plan = tracking_plan(study)
    with query.connect(where.database) as con:
        counts = row_counts(con)
        arms = Results(con, study).arm_sizes()
    models = lineage(manifest(where), counts)
    return Diagrams(
        study.name,
        study.title,
        workflow(study, numbers, plan, arms),
        pipeline(study, numbers, plan, models),
        prediction(study, numbers, drift),
    )


def write(target: Path = paths.ROOT / "reports" / "diagrams.html", base: Path = paths.ROOT) -> Path:
    """Write the page of every report whose marts are there too; raises ReportError when there is none."""
    ready = [
        r
        for r in reports(base)
        if not r.study.is_descriptive and r.where.database.is_file() and manifest(r.where).is_file()
    ]
    if not ready:
        raise ReportError("no study is built, so there is nothing to draw", remedy=f"run: {paths.to_build('NAME')}")
    drift = illustration()
    year: Mapping[str, Number] = next((p.numbers for p in programmes(base) if p.name == paths.YEAR), {})
    content = Content(tuple(diagrams(report, drift) for report in ready), comparison(year), drift)
    write_text(target, page(content))
    return target


def manifest(where: StudyPaths) -> Path:
    """What dbt wrote of its models when it built the marts."""
    return where.data / "dbt" / "manifest.json"


def page(content: Content) -> str:
    """The page as HTML."""
    return rendered(
        paths.TEMPLATES / "diagrams.html.j2",
        styles=(SOURCES / "diagrams.css").read_text(encoding="utf-8"),
        data=embedded(asdict(content)),
        code=bundle(SOURCES, MODULES),
    )
