"""The steps that belong to the project: the write-up, the pages that are whole in themselves, the site over all."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from helpers import paths
from helpers.paths import StudyPaths
from helpers.pipeline.graph import COMMON, OF_THE_LOG, Origin, Probe, Step, models

STANDALONE = ("simulator.html", "diagrams.html")
"""Pages in ``reports`` that other steps write; the site links them."""
OF_THE_SITE = ("index.md.j2", "described.md.j2", "calibration.md.j2", "programme.md.j2", "single.html.j2", "site.md.j2")
"""Templates that the site is rendered with."""
_USED = re.compile(r"{%-?\s*(?:extends|include|import|from)\s+[\"']([^\"']+)[\"']")


def dbt_docs(file: str, where: StudyPaths, origin: Origin, marts: Step) -> Step:
    """The warehouse's documentation of a study."""
    study = where.file
    return Step(
        where.name, "dbt docs", ("dbt-docs", file), (where.reports / "warehouse" / "index.html",),
        (marts, study, *origin.plans, *models(), *(where.raw / name for name in OF_THE_LOG), *COMMON),
        ("helpers.site.dbt_docs",), beside=True,
    )  # fmt: skip


def write_up(reports: Sequence[Step]) -> Step:
    """``README.md`` and ``docs/*.md``, filled from the results of the bundled studies.

    The write-up lists the errors and the methods in the code, so every module is an input; of the statistics, which it
    calls for nothing else, their docstrings and messages.
    """
    modules = sorted((paths.ROOT / "src" / "helpers").rglob("*.py"))
    statistics = {file for file in modules if paths.ROOT / "src" / "helpers" / "stats" in file.parents}
    return Step(
        "docs", "write-up", ("docs",), (paths.ROOT / "README.md", _texts),
        (
            *reports, *_bundled(), *templates(_own_templates()), paths.TEMPLATES / "own_data", paths.DOCS / "own-data.json",
            paths.STUDIES / "tracking_plans", *(file for file in modules if file not in statistics), *COMMON,
        ),
        words=tuple(sorted(statistics)),
        tables={f"the figures of {name}": Probe(partial(_figures, name)) for name in paths.BUNDLED}, beside=True,
    )  # fmt: skip


def simulator(reports: Sequence[Step]) -> Step:
    """``reports/simulator.html``, with the bundled studies as presets."""
    marts = [StudyPaths(name).database for name in paths.BUNDLED]
    return Step(
        "simulator", "page", ("simulator",), (paths.ROOT / "reports" / "simulator.html",),
        (*reports, *_bundled(), *marts, paths.SITE / "simulator", paths.SITE / "_static" / "report.css", *COMMON),
        ("helpers.experiment.whatif.presets", "helpers.site.whatif_page"), queries=True, beside=True,
    )  # fmt: skip


def diagrams(reports: Sequence[Step]) -> Step:
    """``reports/diagrams.html``, of every study that is built."""
    return Step(
        "diagrams", "page", ("diagrams",), (paths.ROOT / "reports" / "diagrams.html",),
        (
            lambda: _of_reports(paths.ROOT, drawn=True), paths.STUDIES / "tracking_plans", paths.SITE / "diagrams",
            *templates(["diagrams.html.j2"]), *sorted(paths.QUERIES.glob("*.sql")), *COMMON,
        ),
        ("helpers.site.diagrams.page",), after=tuple(reports), beside=True,
    )  # fmt: skip


def site(file: str, base: Path, before: Sequence[Step]) -> Step:
    """``reports/index.html`` and every page it leads to, over every report that is whole in ``base``; that of ``file`` must be."""
    reports = base / "reports"
    texts = [paths.ROOT / "README.md", *sorted(paths.DOCS.glob("*.md")), *sorted(paths.DOCS.glob("studies/*.md"))]
    return Step(
        "site", "pages", ("site", file),
        (reports / "index.html", reports / "searchindex.js", reports / "_static", lambda: _pages(reports)),
        (
            lambda: _of_reports(base), *(reports / name for name in STANDALONE), *texts,
            lambda: sorted(reports.glob("*/warehouse/index.html")), paths.DOCS / "calibration.json",
            *templates(OF_THE_SITE), _assets, *COMMON,
        ),
        ("helpers.site.render", "helpers.site.catalogue"), after=tuple(before),
    )  # fmt: skip


def templates(names: Sequence[str]) -> list[Path]:
    """Templates of those names, with those that they extend, include or import."""
    found: dict[Path, None] = {}
    waiting = list(names)
    while waiting:
        file = paths.TEMPLATES / waiting.pop()
        if file not in found and file.is_file():
            found[file] = None
            waiting += _USED.findall(file.read_text(encoding="utf-8"))
    return sorted(found)


def _own_templates() -> list[str]:
    """Templates of the write-up: those whose text stands in the project."""
    tops = [f"{text.stem}.md.j2" for text in _texts()]
    others = [f"studies/{file.name}" for file in sorted(paths.TEMPLATES.glob("studies/*.j2"))]
    return ["README.md.j2", *tops, *others]


def _texts() -> list[Path]:
    """Texts of ``docs`` that are filled from a template."""
    made = [paths.DOCS / file.name.removesuffix(".j2") for file in sorted(paths.TEMPLATES.glob("*.md.j2"))]
    return [*(text for text in made if text.is_file()), *sorted(paths.DOCS.glob("studies/*.md"))]


def _bundled() -> list[Path]:
    return [paths.STUDIES / f"{name}.yml" for name in paths.BUNDLED]


def _figures(name: str) -> str:
    """Names of the figures that a study's notebooks have made."""
    folder = StudyPaths(name).figure_specs
    return " ".join(sorted(str(file.relative_to(folder)) for file in folder.rglob("*.json")))


def _assets() -> list[Path]:
    """Styles and scripts of the site's own pages; those of standalone pages stand in these pages already."""
    alone = {paths.SITE / Path(name).stem for name in STANDALONE}
    return sorted(f for f in paths.SITE.rglob("*") if f.is_file() and not alone & set(f.parents) and f.suffix != ".pyc")


def _of_reports(base: Path, *, drawn: bool = False) -> Iterator[Path]:
    """What the site reads of each report; with ``drawn`` what the diagrams read: the marts and dbt's manifest."""
    for results in sorted((base / "reports").glob("*/results.json")):
        where = StudyPaths(results.parent.name, base)
        yield from (where.file, base / "programmes" / f"{where.name}.yml")
        yield results
        yield from sorted(where.faults.glob("*.json"))
        if drawn:
            yield from (where.database, where.data / "dbt" / "manifest.json")
        else:
            yield from sorted(where.executed.glob("*.ipynb"))
            yield from sorted(where.figures.glob("*.svg"))
            yield from sorted(where.figure_specs.rglob("*.json"))
            yield from (file for file in (where.registered,) if file.is_file())


def _pages(reports: Path) -> Iterator[Path]:
    """Pages of the site and the static pictures on them."""
    yield from (page for page in sorted(reports.glob("*.html")) if page.name not in STANDALONE)
    yield from sorted(reports.glob("*/*.html"))
    yield from sorted(reports.glob("*/figures/*.svg"))
