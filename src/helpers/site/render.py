"""The report site: every built study, what the methods rest on and how far they hold, as one set of pages."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from helpers import paths
from helpers.config.assumed import horizon, unstated
from helpers.errors import ReportError
from helpers.formatting import between
from helpers.paths import BUNDLED, StudyPaths
from helpers.pipeline.faults import listed, stopped
from helpers.pipeline.files import private, scratch
from helpers.pipeline.progress import say
from helpers.report.figures.assets import copy_plotly
from helpers.report.figures.show import FigureView, names, with_static
from helpers.site import described, links, single_file, sphinx
from helpers.site.calibration_page import page as calibration_page
from helpers.site.catalogue import ProgrammeReport, Report
from helpers.site.front_page import SIGNS, UNREAD, Lead, Page, filled, front_page, reader, verdict_of
from helpers.site.summary import doubts_said, headlines, people_said, per_unit_alone, quick
from helpers.validation import record

TITLE = "Experiment reports"
TEMPLATE = "site.md.j2"
STANDALONE = {
    "simulator.html": (
        "Simulator",
        "What would an experiment show, what would it be worth, how often would the rule be wrong?",
    ),
    "diagrams.html": (
        "Diagrams",
        "How a change is tested, what the data go through, who gets the credit, how a prediction learns.",
    ),
}
"""Pages that other steps write into ``reports``, each whole in itself: linked when they are there, never removed."""


class SiteText(NamedTuple):
    """A text of the project on the site: its page's source, its name, and what the front page says is in it."""

    place: str
    name: str
    tells: str = ""


OF_THE_FLAGSHIP = {
    "docs/methodology.md": SiteText(
        "methodology.md",
        "Methodology",
        "The study \u201cA calmer cart\u201d from the rows of its log to its verdict, with its limits and sources.",
    ),
    "docs/interview.md": SiteText(
        "interview.md",
        "Interview notes",
        "A walk of ten minutes through the report of \u201cA calmer cart\u201d, and the hard questions.",
    ),
}
"""Texts that speak of the first bundled study: on the site with it."""

OF_THE_PROJECT = {
    "docs/own-data.md": SiteText(
        "own-data.md", "Your own data", "From a CSV to a defended decision: every command, with what it answers."
    ),
    "docs/decision.md": SiteText(
        "decision.md",
        "How a report decides",
        "The rule behind every verdict: what is asked, in which order, and what each word means.",
    ),
    "docs/results.md": SiteText(
        "results.md", "Names of the numbers", "Every number that a report records: its name, its unit and its meaning."
    ),
    "docs/data.md": SiteText(
        "data.md", "Public data to try", "Five studies about data that nobody here made, and how to run them."
    ),
    "docs/troubleshooting.md": SiteText(
        "troubleshooting.md", "Troubleshooting", "Every error message, with its likely cause and what to do."
    ),
    "docs/glossary.md": SiteText(
        "glossary.md", "Glossary", "The words of reports and study files, each in a sentence or two."
    ),
    "docs/statistics.md": SiteText(
        "statistics.md",
        "Statistics core",
        "Every method that the reports rest on, as a library: tests, intervals, plans and checks.",
    ),
    "docs/tracking_plan.md": SiteText(
        "tracking_plan.md",
        "Tracking plan",
        "Which events each log may hold, what they must carry, and who answers for them.",
    ),
}
"""Texts that hold for every study."""

Figures = dict[tuple[str, str], tuple[str, str]]
"""Markup and page of figures, see :class:`helpers.site.links.Targets`."""

FORMER = ("_static", "searchindex.js")
"""What a study's folder held when each study was a site of its own."""


def render(
    reports: Sequence[Report],
    base: Path = paths.ROOT,
    around: Sequence[ProgrammeReport] = (),
    asked: str | None = None,
) -> Path:
    """Render ``base/reports``: a front page with a card a study, each study's pages, the texts; return ``index.html``.

    Code is folded away, parameter cells are left out, figures draw offline and have a static picture for readers
    without scripts; each study also comes as one file, see :mod:`helpers.site.single_file`. A warning of Sphinx is an error. The
    pages are built in a scratch folder and put in place when all are complete, the front page last: until then the old
    one stays, so its time tells whether the site is whole. Results, executed notebooks, the warehouse's documentation
    and :data:`STANDALONE` pages are left alone.

    A report without a number of its front page, as one that another version built, is left out and told; that of the study
    ``asked`` for raises.

    Raises :class:`~helpers.errors.ReportError` when there is no report or no executed notebook, a number of a front page
    was not recorded, Sphinx warns, a single file is too large, or a page names a folder of this machine.
    """
    folder = base / "reports"
    standalone = [name for name in STANDALONE if (folder / name).is_file()]
    with scratch(folder, "site") as aside:
        private(aside)
        source, built = aside / "source", aside / "html"
        notebooks: dict[str, list[Page]] = {}
        broken = ReportError(
            "there is no report to show", expected="reports/STUDY/results.json", remedy="run: make all"
        )
        for report in reports:
            try:
                notebooks[report.name] = _stage_report(report, source)
            except ReportError as error:
                if report.name == asked:
                    raise
                broken = error
                say(f"  {report.name:<18} left out: {error.what}; {paths.to_build(report.name)} builds it")
                shutil.rmtree(source / report.name, ignore_errors=True)
        if not notebooks:
            raise broken
        shown = [report for report in reports if report.name in notebooks]
        texts = _texts(shown)
        for told in around:
            _stage_programme(told, source)
        _stage_texts(shown, notebooks, texts, source)
        (source / "calibration.md").write_text(calibration_page(record.load()), encoding="utf-8")
        (source / "index.md").write_text(front(shown, texts, standalone, around), encoding="utf-8")
        sphinx.build(source, built, TITLE, standalone)
        copy_plotly(built / "_static")
        places = [report.where for report in shown] + [report.where for report in around]
        for place in places:
            _add_pictures(place, built / place.name)
        for report in shown:
            first = "What this is" if report.study.is_descriptive else "The decision"
            single_file.write(
                report.study.title, built / report.name, notebooks[report.name], report.where.figures, first
            )
        sphinx.finish(built)
        sphinx.refuse_machine_paths(built, [paths.ROOT, base.resolve(), aside.resolve()])
        for place in places:
            (built / place.name).replace(aside / place.name)
            sphinx.swap(aside / place.name, place.reports)
            _remove_former(place.reports)
        sphinx.swap(built, folder, STANDALONE)
    os.utime(folder / "index.html")
    return folder / "index.html"


def front(
    shown: Sequence[Report],
    texts: Mapping[str, SiteText],
    standalone: Sequence[str],
    around: Sequence[ProgrammeReport] = (),
) -> str:
    """The site's front page as MyST Markdown: one card a study, and the programmes."""
    cards = [
        {
            "name": report.name,
            "study": report.study,
            "verdict": described.WORD if report.study.is_descriptive else verdict_of(report.numbers, report.faults),
            "described": [text for _, text in described.findings(report.study, report.numbers)]
            if report.study.is_descriptive
            else [],
            "n": reader(report.numbers),
            "has": _has(report),
            "faults": listed(stopped(report.faults)),
            "quick": quick(report.study, report.faults),
            "lead": Lead.of(report.study, report.numbers),
            "known": "money.expected" in report.numbers and report.numbers["money.expected"].value is not None,
            "per_unit": per_unit_alone(report.study, report.numbers),
            "horizon": horizon(report.study),
            "lacks": ", ".join(unstated(report.study)),
            "people": people_said(report.numbers),
            "doubts": doubts_said(report.numbers),
        }
        for report in shown
    ]
    top = [text._replace(place=text.place.removesuffix(".md")) for text in texts.values() if "/" not in text.place]
    more = [SiteText(name, *STANDALONE[name]) for name in standalone]
    return filled(
        TEMPLATE,
        cards=cards,
        signs=SIGNS | {described.WORD: "\u2261"},
        unread=UNREAD,
        between=between,
        title=TITLE,
        texts=top,
        standalone=more,
        around=around,
    )


def _has(report: Report) -> Callable[..., bool]:
    """Whether numbers are there; of a report that is whole they must be."""
    whole = not (report.faults or report.study.is_descriptive)
    return lambda *names: whole or set(names) <= report.numbers.keys()


def _texts(shown: Sequence[Report]) -> Mapping[str, SiteText]:
    """Texts that belong on the site, by their path in the project: their page's source and their title."""
    there = {report.name for report in shown}
    found = dict(OF_THE_FLAGSHIP) if BUNDLED[0] in there else {}
    found |= OF_THE_PROJECT
    return found | {
        f"docs/studies/{name}.md": SiteText(f"{name}/write_up.md", "Write-up") for name in BUNDLED[1:] if name in there
    }


def _stage_report(report: Report, source: Path) -> list[Page]:
    """A study's front page and notebooks in the source folder."""
    where, name = report.where, report.name
    executed = sorted(where.executed.glob("[0-9]*.ipynb"))
    if not executed and not report.faults:
        raise ReportError(
            f"there are no executed notebooks of {name}",
            expected=f"notebooks in {paths.shown(where.executed)}",
            remedy=f"run: {paths.to_build(name)}",
        )
    folder = source / name
    folder.mkdir(parents=True)
    staged = [sphinx.stage(file, folder, where.figures) for file in executed]
    more = [(f"{name}.html", "The whole report in one file, for e-mail")]
    if name in BUNDLED[1:]:
        more.insert(0, ("write_up.html", "Write-up: what the source says, and where it is wrong"))
    if (where.reports / "warehouse" / "index.html").is_file():
        more.append(("warehouse/index.html", "The warehouse: models, tests and lineage (dbt docs)"))
    tell = described.page if report.study.is_descriptive else front_page
    text = tell(report.study, where, report.numbers, staged, more, report.faults)
    (folder / "index.md").write_text(text, encoding="utf-8")
    return staged


def _stage_programme(report: ProgrammeReport, source: Path) -> None:
    """A programme's front page and notebooks in the source folder."""
    folder = source / report.name
    folder.mkdir(parents=True)
    missing = {fault.part for fault in report.faults}
    names = [name for name in paths.books(programme=True) if name not in missing]
    staged = [sphinx.stage(report.where.executed / f"{name}.ipynb", folder, report.where.figures) for name in names]
    said = headlines(report.numbers)
    told = [(page, said[paths.topic(page.stem)].text) for page in staged]
    text = filled("programme.md.j2", programme=report.programme, told=told, faults=report.faults)
    (folder / "index.md").write_text(text, encoding="utf-8")


def _stage_texts(
    shown: Sequence[Report], notebooks: dict[str, list[Page]], texts: Mapping[str, SiteText], source: Path
) -> None:
    """The texts of ``docs/`` beside the pages they lead to."""
    known = {text: at.place for text, at in texts.items()}
    if BUNDLED[0] in notebooks:
        known["README.md"] = f"{BUNDLED[0]}/index.md"
    every: Figures = {}
    for report in shown:
        every |= _figures(report, notebooks[report.name], f"{report.name}/figures/")
    beside = {report.name: _figures(report, notebooks[report.name], "figures/") for report in shown}
    for text, (place, *_) in texts.items():
        figures = beside[place.split("/")[0]] if "/" in place else every
        content = (paths.ROOT / text).read_text(encoding="utf-8")
        rewritten = links.rewritten(content, text, links.Targets(known, figures))
        (source / place).write_text(rewritten, encoding="utf-8")


def _figures(report: Report, notebooks: list[Page], pictures: str) -> Figures:
    """The figures of a report, their static pictures in the folder ``pictures``."""
    page_of = {figure: page.stem for page in notebooks for figure in page.figures}
    return {
        (report.name, name): (
            with_static(FigureView.load(report.where, name).html(), report.where.figures, pictures),
            f"{report.name}/{page_of[name]}.html",
        )
        for name in names(report.where)
        if name in page_of
    }


def _add_pictures(where: StudyPaths, built: Path) -> None:
    (built / "figures").mkdir(exist_ok=True)
    for picture in sorted(where.figures.glob("*.svg")):
        shutil.copyfile(picture, built / "figures" / picture.name)


def _remove_former(folder: Path) -> None:
    for name in FORMER:
        old = folder / name
        shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink(missing_ok=True)
