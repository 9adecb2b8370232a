"""The report as pages: executed notebooks and a front page that opens with the decision."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers import paths
from helpers.calibration import record
from helpers.calibration.page import page as calibration_page
from helpers.errors import ReportError
from helpers.figures.assets import copy_plotly
from helpers.figures.show import with_static
from helpers.front_page import Page, front_page, page_of
from helpers.paths import StudyPaths
from helpers.results import Numbers
from helpers.study import Study

HIDDEN_CELLS = {"parameters", "injected-parameters"}
LEFTOVERS = (".buildinfo", "objects.inv")
JOBS = "2"
EPOCH = "946684800"
"""The time that Sphinx takes for now, so that equal reports are equal byte for byte."""


def render(study: Study, where: StudyPaths, numbers: Numbers) -> Path:
    """Render ``reports/STUDY/``: front page, one page per executed notebook; return ``index.html``.

    Code is folded away, parameter cells are left out, figures draw offline and have a static
    picture for readers without scripts. A warning of Sphinx is an error. The pages are built in a
    scratch folder beside the report and put in place when they are complete, ``index.html`` last:
    until then the old front page stays, so its time tells whether the report is whole.
    ``results.json`` and ``notebooks/`` are left alone.

    Raises :class:`~helpers.errors.ReportError` when no notebook has run, a number of the front page
    was not recorded, Sphinx warns, or a page names a folder of this machine.
    """
    sources = sorted(where.executed.glob("[0-9]*.ipynb"))
    if not sources:
        raise ReportError(
            f"there are no executed notebooks of {study.name}",
            expected=f"notebooks in {paths.shown(where.executed)}",
            remedy=f"run: make study STUDY=studies/{study.name}.yml",
        )
    where.reports.mkdir(parents=True, exist_ok=True)
    for left in where.reports.parent.glob(f".{study.name}.pages-*"):
        shutil.rmtree(left, ignore_errors=True)
    prefix = f".{study.name}.pages-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=where.reports.parent) as name:
        scratch = Path(name)
        source, built = scratch / "source", scratch / "html"
        source.mkdir()
        pages = [_stage(file, source, where.figures) for file in sources]
        front = front_page(study, where, numbers, pages)
        (source / "index.md").write_text(front, encoding="utf-8")
        (source / "calibration.md").write_text(calibration_page(record.load()), encoding="utf-8")
        _build(study, source, built)
        _add_files(built, where.figures)
        _refuse_machine_paths(built, [paths.ROOT, where.base.resolve(), scratch.resolve()])
        _swap(built, where.reports)
    return where.reports / "index.html"


def _stage(file: Path, folder: Path, pictures: Path) -> Page:
    """Copy a notebook into the source folder, tagged and with its static pictures."""
    content = json.loads(file.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] != "code":
            continue
        tags = cell["metadata"].setdefault("tags", [])
        tags.append("remove-cell" if HIDDEN_CELLS & set(tags) else "hide-input")
        for output in cell["outputs"]:
            bundle = output.get("data", {})
            bundle.pop("application/vnd.plotly.v1+json", None)
            if "text/html" in bundle:
                html = "".join(bundle["text/html"])
                bundle["text/html"] = with_static(html, pictures, "figures/")
    (folder / file.name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return page_of(file.stem, content)


def _build(study: Study, source: Path, built: Path) -> None:
    """Run Sphinx; every warning stops the build and is shown."""
    title = " ".join(study.title.split())
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-E", "-W", "--keep-going"]
    command += ["-j", JOBS, "-c", str(paths.SITE), "-d", str(source.parent / "doctrees")]
    command += ["-D", f"project={title}", "-D", f"html_title={title}", str(source), str(built)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONHASHSEED": "0"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        said = "\n".join(f"    | {line}" for line in run.stderr.splitlines() if line.strip())
        raise ReportError(
            "the report pages were not built: Sphinx warned",
            got="\n" + said.replace(f"{source}{os.sep}", ""),
            remedy="mend the notebook named; a warning is an error here",
        )


def _add_files(built: Path, figures: Path) -> None:
    """Static pictures and the drawing script; nothing of the build itself stays."""
    copy_plotly(built / "_static")
    (built / "figures").mkdir(exist_ok=True)
    for picture in sorted(figures.glob("*.svg")):
        shutil.copyfile(picture, built / "figures" / picture.name)
    for name in LEFTOVERS:
        (built / name).unlink(missing_ok=True)
    shutil.rmtree(built / "_sources", ignore_errors=True)


def _refuse_machine_paths(built: Path, folders: list[Path]) -> None:
    """No page may name a folder of this machine."""
    spelled = "|".join(re.escape(str(f)) for f in folders if len(f.parts) > 1)
    found = re.compile(rf"(?<![\w./-])(?:{spelled})(?![\w-])")
    for file in sorted([*built.glob("*.html"), *built.glob("*.js")]):
        named = found.search(file.read_text(encoding="utf-8"))
        if named:
            raise ReportError(
                f"the page {file.name} names a folder of this machine",
                got=named[0],
                expected="paths relative to the project",
                remedy="print helpers.paths.shown(path) in the notebook",
            )


def _swap(built: Path, reports: Path) -> None:
    """Put the finished pages in place: folders and pages first, ``index.html`` last."""
    entries = sorted(built.iterdir(), key=lambda e: (e.name == "index.html", e.is_file(), e.name))
    for stale in reports.glob("*.html"):
        if not (built / stale.name).is_file():
            stale.unlink()
    for entry in entries:
        target = reports / entry.name
        if entry.is_dir() and target.is_dir():
            target.replace(built.parent / f"old-{entry.name}")
        entry.replace(target)
    os.utime(reports / "index.html")


def summary(study: Study, where: StudyPaths, numbers: Numbers) -> str:
    """What the command line prints when a report is done: where it is and what it recommends."""
    name = paths.shown(where.reports / "index.html")
    grounds = ["simulated log"] * study.simulated + ["planted uplift"] * (study.mode == "offline")
    rests = f" ({', '.join(grounds)})" if grounds else ""
    money = numbers["money.horizon_point"]
    if money.value is None:
        worth = f"not available: {money.description.partition(': ')[2]}"
    else:
        low, high = numbers["money.horizon_low"].text, numbers["money.horizon_high"].text
        worth = f"{money.text} over {study.economics.horizon_months} months ({low} to {high})"
    return (
        f"\n{study.title}{rests}\n"
        f"  {numbers['decision.verdict'].text}: {numbers['decision.headline'].text}\n"
        f"  why:     {numbers['decision.reason'].text}\n"
        f"  money:   {worth}\n"
        f"  risk:    false-positive risk {numbers['risk.false_positive'].text}, trust checks "
        f"{numbers['trust.passed'].text} of {numbers['trust.total'].text} passed\n"
        f"  report:  {name}\n\n"
    )
