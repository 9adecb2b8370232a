"""Pages by Sphinx: notebooks staged, built aside, looked at, put in place whole."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import ReportError
from helpers.pipeline import fork_server
from helpers.pipeline.files import private
from helpers.report.figures.show import FIGURE, with_static
from helpers.site.csp import inline, secured
from helpers.site.front_page import Page, page_of
from helpers.site.stacking import stacked
from helpers.site.typography import unbroken

HIDDEN_CELLS = {"parameters", "injected-parameters"}
LEFTOVERS = (".buildinfo", "objects.inv")
JOBS = "2"
EPOCH = "946684800"
"""The time that Sphinx takes for now, so that equal reports are equal byte for byte."""

_PLACED = re.compile(r"(?<![\w./\\])(?:~|[A-Za-z]:)?[/\\](?:[^\s/\\:'\"<>]+[/\\])*(?=[^\s/\\])")
"""The folders of a path from the root on."""
_ANCHORED = re.compile(r'<figure class="plot">(.*?<!--static:([a-z0-9_]+)-->)', re.DOTALL)
_ANCHOR = r'<figure class="plot" id="figure-\2">\1'


def stage(file: Path, folder: Path, pictures: Path) -> Page:
    """Copy a notebook into the source folder: code folded, parameters left out, static pictures and anchors on figures.

    A text whose cells show nothing, of a part that the study does not have, is left out with them. What a cell wrote to
    stderr is shown in its place, without the folders of this machine: a warning in one study stops no page of another.
    """
    content = json.loads(file.read_text(encoding="utf-8"))
    content["cells"] = told(content["cells"])
    figures = []
    for cell in content["cells"]:
        if cell["cell_type"] != "code":
            continue
        tags = cell["metadata"].setdefault("tags", [])
        tags.append("remove-cell" if HIDDEN_CELLS & set(tags) else "hide-input")
        for output in cell["outputs"]:
            if output.get("name") == "stderr":
                output["text"] = unplaced("".join(output["text"]))
            bundle = output.get("data", {})
            bundle.pop("application/vnd.plotly.v1+json", None)
            if "text/html" in bundle:
                html = "".join(bundle["text/html"])
                figures += FIGURE.findall(html)
                bundle["text/html"] = with_static(_ANCHORED.sub(_ANCHOR, html), pictures, "figures/")
    (folder / file.name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return page_of(file.stem, content, figures)


def unplaced(said: str) -> str:
    """What a program said, the files that it names without their folders.

    >>> unplaced("/srv/shop/src/helpers/belief.py:152: RuntimeWarning: overflow, of revenue/unit, 1/2, ~/notes.txt")
    'belief.py:152: RuntimeWarning: overflow, of revenue/unit, 1/2, notes.txt'
    >>> unplaced(r"C:\\Users\\me\\belief.py:152: RuntimeWarning")
    'belief.py:152: RuntimeWarning'
    """
    return _PLACED.sub("", said)


def told(cells: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells without the texts that are followed by code which shows nothing, and without that code.

    >>> text, code = {"cell_type": "markdown"}, {"cell_type": "code", "outputs": []}
    >>> shown = {"cell_type": "code", "outputs": ["a table"]}
    >>> len(told([text, code, text, code, shown, text, code, text])) == len([text, code, text, code, shown, text])
    True
    """
    parts: list[list[dict[str, Any]]] = [[]]
    for cell in cells:
        if cell["cell_type"] == "markdown":
            parts.append([])
        parts[-1].append(cell)
    first, *others = [part for part in parts if part]  # the first one holds the title and what is imported
    kept = [part for part in others if len(part) == 1 or any(cell.get("outputs") for cell in part)]
    return [cell for part in (first, *kept) for cell in part]


def build(source: Path, built: Path, title: str, standalone: Sequence[str] = ()) -> None:
    """Run Sphinx; every warning stops the build and is shown. ``standalone`` pages are linked in the sidebar."""
    command = ["sphinx-build", "-b", "html", "-q", "-E", "-W", "--keep-going"]
    command += ["-j", JOBS, "-c", str(paths.SITE), "-d", str(source.parent / "doctrees")]
    command += ["-D", f"project={title}", "-D", f"html_title={title}", "-A", f"standalone={' '.join(standalone)}"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONHASHSEED": "0"}
    command += [str(source), str(built)]
    run = sphinx(command, environment)
    if run.returncode:
        said = "\n".join(f"    | {line}" for line in run.stderr.splitlines() if line.strip())
        raise ReportError(
            "the report pages were not built: Sphinx warned",
            got="\n" + said.replace(f"{source}{os.sep}", ""),
            remedy="mend the notebook or text named; a warning is an error here",
        )
    for name in LEFTOVERS:
        (built / name).unlink(missing_ok=True)
    shutil.rmtree(built / "_sources", ignore_errors=True)


def sphinx(arguments: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Sphinx itself, in a process of its own."""
    return fork_server.run(fork_server.STEPS, "sphinx.cmd.build:main", arguments, environment, Path.cwd())


def finish(built: Path) -> None:
    """Keep the numbers of every page whole, make its tables fit a phone, and give it its Content-Security-Policy.

    The files of the site run, and what the theme writes into its pages.
    """
    known = _of_the_theme()
    for page in built.rglob("*.html"):
        told = stacked(unbroken(page.read_text(encoding="utf-8")))
        page.write_text(secured(told, known, files=True), encoding="utf-8")


def _of_the_theme() -> list[str]:
    """Inline scripts of the theme's own templates, as the package brings them."""
    import furo

    templates = sorted((Path(furo.__file__).parent / "theme").rglob("*.html"))
    return inline("\n".join(file.read_text(encoding="utf-8") for file in templates))


def refuse_machine_paths(built: Path, folders: Iterable[Path]) -> None:
    """No page may name a folder of this machine."""
    spelled = "|".join(re.escape(str(f)) for f in folders if len(f.parts) > 1)
    found = re.compile(rf"(?<![\w./-])(?:{spelled})(?![\w-])")
    for file in sorted([*built.rglob("*.html"), *built.glob("*.js")]):
        named = found.search(file.read_text(encoding="utf-8"))
        if named:
            raise ReportError(
                f"the page {file.relative_to(built)} names a folder of this machine",
                got=named[0],
                expected="paths relative to the project",
                remedy="print helpers.paths.shown(path) in the notebook",
            )


def swap(built: Path, folder: Path, kept: Collection[str] = ()) -> None:
    """Put finished pages in place: folders first, then pages, ``index.html`` last; older pages go, but those ``kept``."""
    private(folder)
    for stale in folder.glob("*.html"):
        if stale.name not in kept and not (built / stale.name).is_file():
            stale.unlink()
    for entry in sorted(built.iterdir(), key=lambda e: (e.name == "index.html", e.is_file(), e.name)):
        target = folder / entry.name
        if entry.is_dir() and target.is_dir():
            aside = built.parent / f"old-{built.name}-{entry.name}"
            target.replace(aside)
        entry.replace(target)
