"""Figures as files: a static picture for the write-up, an interactive page for offline reading."""

import hashlib
import re
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline.files import write_text
from helpers.report.figures import style
from helpers.report.figures.assets import SCRIPT, copy_plotly
from helpers.report.figures.browser import browser
from helpers.report.figures.drawing import draw
from helpers.report.figures.show import NAME, FigureView, names, with_static

STARTS_IN = 60
"""Seconds after which a browser that has not said its version counts as broken."""
DRAWS_IN = 3
"""Seconds that a figure may take, with much room: what takes longer is a browser that died."""
TABS = 2
"""Tabs of the browser that draw at the same time, at most."""
WORTH_A_TAB = 16
"""Figures for which a tab is opened: to open one takes the browser as long as to draw so many."""

_RANDOM_ID = re.compile(r"(defs-|clip|legend-?|trace|[\"xy-]cb|[\"#][gp]|(?<=[0-9a-f]{6})-)([0-9a-f]{6})")
"""What plotly draws anew at random: ids of definitions, clips, gradients, patterns, colour bars."""
_MARK = re.compile(r"<!--spec ([0-9a-f]{64})-->\s*$")

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="../assets/report.css">
<script defer src="../assets/plotly.min.js"></script>
<script defer src="../assets/plot.js"></script>
</head>
<body class="plot-page">
{figure}
</body>
</html>
"""


@dataclass(frozen=True)
class Exported:
    """What an export did; ``note`` says why static pictures are missing, or is empty."""

    figures: tuple[str, ...]
    drawn: tuple[str, ...]
    removed: tuple[str, ...]
    note: str = ""


def export(where: StudyPaths, progress: Callable[[str], object] = lambda line: None) -> Exported:
    """Write ``figures/STUDY/NAME.svg`` and ``NAME.html`` for every figure the notebooks have shown.

    A picture is drawn again only when its figure, plotly or the recipe has changed: the SVG carries
    the checksum. Figures whose notebook is gone are removed. Without a browser the pages are
    written all the same and ``note`` says so; pictures that exist stay, unless they are outdated.
    ``progress`` is called with a line for whoever waits. Raises
    :class:`~helpers.errors.ReportError` when no figure was shown at all, so that an empty data
    folder never empties the committed figures.
    """
    figures = [FigureView.load(where, name) for name in names(where)]
    if not figures:
        raise ReportError(
            f"there are no figures of {where.name} to export",
            expected=f"files in {paths.shown(where.figure_specs)}",
            remedy=f"run: {paths.to_build(where.name)}",
        )
    removed = _remove_orphans(where, {view.name for view in figures})
    stale = [view for view in figures if _checksum_of(_svg(where, view)) != _checksum(view)]
    if stale:
        progress(f"drawing {len(stale)} of {len(figures)} figures")
    note = _draw(where, stale) if stale else ""
    _copy_assets(where.figures.parent / "assets")
    for view in figures:
        figure = with_static(view.html(), where.figures)
        page = _PAGE.format(title=escape(view.content["finding"]), figure=figure)
        write_text(where.figures / f"{view.name}.html", page)
    drawn = () if note else tuple(view.name for view in stale)
    return Exported(tuple(view.name for view in figures), drawn, tuple(removed), note)


def _svg(where: StudyPaths, view: FigureView) -> Path:
    return where.figures / f"{view.name}.svg"


def _checksum(view: FigureView) -> str:
    from importlib.metadata import version

    recipe = f"1 {style.WIDTH} {version('plotly')}\n{view.spec}"
    return hashlib.sha256(recipe.encode()).hexdigest()


def _checksum_of(svg: Path) -> str | None:
    if not svg.is_file():
        return None
    mark = _MARK.search(svg.read_text(encoding="utf-8"))
    return mark[1] if mark else None


def _draw(where: StudyPaths, figures: list[FigureView]) -> str:
    """Draw the figures in one run of the browser, put them in place when all are there.

    Returns why that could not be done, or nothing; an outdated picture is removed then.
    """
    executable = browser()
    if executable is None:
        problem = "no Chrome or Chromium found"
    else:
        with tempfile.TemporaryDirectory(prefix="figures-") as name:
            problem = _run(executable, figures, Path(name))
            if not problem:
                for view in figures:
                    drawn = Path(name, f"{view.name}.svg").read_text(encoding="utf-8")
                    text = f"{stable(drawn)}\n<!--spec {_checksum(view)}-->\n"
                    write_text(_svg(where, view), text)
                return ""
    for view in figures:
        _svg(where, view).unlink(missing_ok=True)
    return f"static pictures were skipped: {problem}"


def _run(executable: str, figures: list[FigureView], folder: Path) -> str:
    """One batch for all figures; an error in a figure is raised, a broken browser is told."""
    if not _starts(executable):
        return f"{Path(executable).name} did not start"
    jobs = [
        {
            "fig": _on_white(view),
            "path": str(folder / f"{view.name}.svg"),
            "opts": {"format": "svg", "width": style.WIDTH},
        }
        for view in figures
    ]
    options = {"n": min(TABS, -(-len(figures) // WORTH_A_TAB)), "mathjax": False, "path": executable}
    failed = draw(jobs, options, folder, STARTS_IN + DRAWS_IN * len(figures))
    return f"{Path(executable).name} {failed}" if failed else ""


def _starts(executable: str) -> bool:
    """Whether the browser says its version: kaleido 1.5 waits for one that ends at once, and sometimes for ever."""
    try:
        return (
            subprocess.run([executable, "--version"], capture_output=True, timeout=STARTS_IN, check=False).returncode
            == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def _on_white(view: FigureView) -> dict[str, Any]:
    content = view.content
    return {
        "data": content["data"],
        "layout": {**content["layout"], "paper_bgcolor": style.PAPER, "width": style.WIDTH},
    }


def stable(svg: str) -> str:
    """An SVG whose random ids are numbered in order of appearance, so that equal figures are equal.

    >>> stable('<g id="clip0a1b2cxy"/><g clip-path="url(#clip0a1b2cxy)"/><g id="defs-ffffff"/>')
    '<g id="clip000001xy"/><g clip-path="url(#clip000001xy)"/><g id="defs-000002"/>'
    """
    seen: dict[str, str] = {}
    return _RANDOM_ID.sub(lambda m: m[1] + seen.setdefault(m[2], f"{len(seen) + 1:06x}"), svg)


def _copy_assets(folder: Path) -> None:
    """The scripts and styles of the interactive pages, once for all studies."""
    for name in paths.FIGURE_ASSETS:
        if name != SCRIPT:
            write_text(folder / name, (paths.SITE / "_static" / name).read_text(encoding="utf-8"))
    copy_plotly(folder)


def _remove_orphans(where: StudyPaths, known: set[str]) -> list[str]:
    gone = [
        file
        for file in sorted(where.figures.glob("*"))
        if file.suffix in (".svg", ".html") and NAME.match(file.stem) and file.stem not in known
    ]
    for file in gone:
        file.unlink()
    return [file.name for file in gone]
