"""The steps of one study and what each is made from: the Makefile's graph, for those without make.

What a step imports, and what a notebook reads of another, comes from :mod:`helpers.pipeline.dependencies` for both; the few edges that
stand with make's recipes are here again, and a test asks make for its own to compare.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers import paths
from helpers.paths import StudyPaths
from helpers.pipeline import dependencies


@dataclass(frozen=True)
class Node:
    """One step: the arguments of its command, the file it makes, the files that one is made from.

    Attributes:
        what: the step's name for a reader.
        command: arguments after ``python -m helpers``.
        target: appears, whole, when the step is done.
        inputs: files and targets of other steps; the target is out of date when one of them is newer.
    """

    what: str
    command: tuple[str, ...]
    target: Path
    inputs: tuple[Path, ...]

    def stale(self) -> bool:
        """True when the target is not there, or older than something it is made from."""
        if not self.target.exists():
            return True
        made = self.target.stat().st_mtime_ns
        return any(file.exists() and file.stat().st_mtime_ns > made for file in self.inputs)


def of_study(file: str, where: StudyPaths) -> list[Node]:
    """The steps from the study file to the site, each after those it needs."""
    node = _noder(where)
    study = where.base / "studies" / f"{where.name}.yml"
    plans = sorted({f for base in (where.base, paths.ROOT) for f in base.glob("studies/tracking_plans/*.yml")})
    raw = where.raw / "done"
    first = [
        node("log", ("log", file), raw, study, *plans),
        node("warehouse", ("marts", file), where.database, raw, study, *plans, *_models()),
        node(
            "A/A assignments", ("resalt", file), where.resalted, where.database,
            paths.QUERIES / "resalted_assignments.sql",
        ),
    ]  # fmt: skip
    return [*first, *_told(file, where, where.database)]


def of_programme(file: str, where: StudyPaths) -> list[Node]:
    """The steps from the programme file to the site."""
    raw = where.raw / "done"
    year = _noder(where)("year", ("year", file), raw, where.base / "programmes" / f"{where.name}.yml")
    return [year, *_told(file, where, raw)]


Noder = Callable[..., Node]


def _noder(where: StudyPaths) -> Noder:
    modules = dependencies.needs(where)

    def node(what: str, command: Sequence[str], target: Path, *inputs: Path) -> Node:
        return Node(what, tuple(command), target, (*inputs, *modules.get(target, [])))

    return node


def _told(file: str, where: StudyPaths, asked: Path) -> list[Node]:
    """The notebooks, each on what it asks, then figures and numbers, then the site."""
    node, reads = _noder(where), dependencies.reads(where)
    made = {book: where.executed / f"{book}.ipynb" for book in paths.books(beyond=where.beyond)}
    queries = sorted(paths.QUERIES.glob("*.sql"))
    nodes = [
        node(
            book, ("notebook", file, book), target, paths.NOTEBOOKS / target.name, asked, *queries,
            *reads.get(target, []),
        )
        for book, target in made.items()
    ]  # fmt: skip
    results, site = where.reports / "results.json", where.reports.parent / "index.html"
    nodes.append(node("figures and numbers", ("report", file), results, *made.values()))
    nodes.append(node("site", ("site", file), site, results, *_of_the_site()))
    return nodes


def to_run(nodes: Sequence[Node]) -> list[Node]:
    """The nodes that are out of date, or follow one that is; in their order.

    >>> raw = Node("log", ("log",), Path("no/raw"), ())
    >>> marts = Node("warehouse", ("marts",), Path("no/marts"), (raw.target,))
    >>> [node.what for node in to_run([raw, marts])]
    ['log', 'warehouse']
    """
    targets: set[Path] = set()
    found = []
    for node in nodes:
        if node.stale() or targets & set(node.inputs):
            targets.add(node.target)
            found.append(node)
    return found


def _models() -> list[Path]:
    """The dbt project, without what dbt writes."""
    kinds = (*paths.WAREHOUSE.rglob("*.sql"), *paths.WAREHOUSE.rglob("*.yml"))
    return sorted(file for file in kinds if not {"target", "logs"} & set(file.relative_to(paths.WAREHOUSE).parts))


def _of_the_site() -> list[Path]:
    """Texts, templates, scripts and styles that the site is made of."""
    docs = paths.DOCS
    templates = [docs / "templates" / name for name in ("index.md.j2", "calibration.md.j2")]
    shown = [*docs.glob("*.md"), *docs.glob("studies/*.md"), docs / "calibration.json"]
    assets = [file for file in paths.SITE.rglob("*") if file.is_file() and file.suffix != ".mjs"]
    return sorted({*templates, *docs.glob("templates/si[nt]*.j2"), *shown, *assets})
