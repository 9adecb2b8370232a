"""From what a user asks for to the steps of the graph: a study, a programme, everything, or a file by its name.

A simulated study is only glanced at here, without the packages that validate it, so that a run with nothing to do stays
quick; whoever runs a step validates the file first.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline import graph, project
from helpers.pipeline.built import Built
from helpers.pipeline.content import label
from helpers.pipeline.graph import Origin, Step, Table

ALL = ("all", "site")
"""Goals that are no file: the bundled studies and the programme, the write-up and the site."""


@dataclass(frozen=True)
class Asked:
    """Steps to bring up to date, the files that ask for them, and where the reports that they end in stand."""

    steps: list[Step]
    files: list[str]
    reports: list[StudyPaths] = field(default_factory=list)


def located(file: str) -> StudyPaths:
    """Where a study or a programme stands, by its file; raises what opening it raises when it is not there."""
    path = Path(file) if Path(file).is_absolute() else paths.ROOT / file
    try:
        path = path.resolve()
        if path.is_file() and path.parent.name in ("studies", "programmes"):
            return StudyPaths(path.stem, path.parent.parent)
    except (OSError, RuntimeError, ValueError):
        pass
    return place(file)


def place(file: str) -> StudyPaths:
    """Where what a study or a programme generates stands; raises what opening it raises."""
    from helpers import config
    from helpers.config import programme

    return (programme.opened(file) if Path(file).parent.name == "programmes" else config.opened(file))[1]


def of_file(file: str, built: Built) -> Asked:
    """The steps of one study or programme, and the site over it."""
    where = located(file)
    steps = _report(file, where, built)
    return Asked([*steps, project.site(file, where.base, steps[-1:])], [file], [where])


def of_project(goals: Sequence[str], built: Built) -> Asked:
    """The steps of the project that lead to the goals: ``all``, ``site``, or files such as ``reports/index.html``.

    Raises :class:`~helpers.errors.ReportError` for a goal that no step makes.
    """
    files = [f"studies/{name}.yml" for name in paths.BUNDLED] + [f"programmes/{paths.YEAR}.yml"]
    bundled = [_report(file, StudyPaths(Path(file).stem), built) for file in files]
    ends = [steps[-1] for steps in bundled]
    studies = ends[: len(paths.BUNDLED)]
    marts = next(step for step in bundled[0] if step.what == "warehouse")
    pages = [
        project.write_up(studies), project.simulator(studies), project.diagrams(ends),
        project.dbt_docs(files[0], StudyPaths(paths.BUNDLED[0]), _origin(files[0], StudyPaths(paths.BUNDLED[0])), marts),
    ]  # fmt: skip
    whole = project.site(files[0], paths.ROOT, (*ends, *pages))
    others = [name for goal in goals if (name := _study_of(goal)) and name not in {Path(f).stem for f in files}]
    more: list[Step] = []
    for name in dict.fromkeys(others):
        more += _more(name, built)
    known = [*(step for steps in bundled for step in steps), *more, *pages, whole]
    wanted = [whole if goal in ALL else _making(goal, known) for goal in goals]
    reports = [StudyPaths(Path(file).stem) for file in files] if "all" in goals else []
    return Asked(graph.ancestors(wanted), files if set(goals) & set(ALL) else [], reports)


def _report(file: str, where: StudyPaths, built: Built) -> list[Step]:
    if where.beyond:
        return graph.of_programme(file, where, built.contents.facts)
    return graph.of_study(file, where, _origin(file, where), built.contents.facts)


def _more(name: str, built: Built) -> list[Step]:
    """The steps of another study of this project, with the page of its warehouse."""
    where = StudyPaths(name)
    file = f"{'programmes' if where.beyond else 'studies'}/{name}.yml"
    steps = _report(file, where, built)
    if not where.beyond:
        steps.append(project.dbt_docs(file, where, _origin(file, where), steps[1]))
    return steps


def _study_of(goal: str) -> str | None:
    """The study whose file a goal is: ``data/NAME/...`` or ``reports/NAME/...``."""
    parts = Path(goal).parts
    names = {f.stem for folder in (paths.STUDIES, paths.PROGRAMMES) for f in folder.glob("*.yml")}
    return parts[1] if len(parts) > 2 and parts[0] in ("data", "reports") and parts[1] in names else None


def _making(goal: str, known: Sequence[Step]) -> Step:
    """The step that makes a file."""
    file = paths.ROOT / goal
    for step in known:
        if any(isinstance(made, Path) and (made == file or made in file.parents) for made in step.outputs):
            return step
    targets = sorted({label(target) for step in known for target in step.targets})
    near = difflib.get_close_matches(goal, [*ALL, *targets], n=1)
    raise ReportError(
        f"no step makes {goal!r}", expected="all, site, or a file such as reports/index.html",
        remedy=f"did you mean {near[0]!r}?" if near else None,
    )  # fmt: skip


def _origin(file: str, where: StudyPaths) -> Origin:
    """What a study reads beside its own file; its own data are looked for, those of a simulated one need no look."""
    content = _glance(where.base / "studies" / f"{where.name}.yml")
    data, monitoring = content.get("data"), content.get("monitoring")
    stream = monitoring.get("stream") if isinstance(monitoring, dict) else None
    plans = _plans(content.get("tracking_plan"), where.base)
    streams = (paths.ROOT / stream,) if isinstance(stream, str) and stream.isprintable() else ()
    if isinstance(data, dict) and data.get("source") == "simulated":
        return Origin(plans=plans, streams=streams)
    from helpers import config
    from helpers.ingest import fingerprint

    raw = fingerprint.of(config.load(file), where)
    tables = {name: Table(ask, raw.database) for name, ask in raw.tables}
    return Origin(raw.files, tables, plans, streams)


def _glance(file: Path) -> dict[str, Any]:
    """A study file as YAML reads it, unvalidated; empty where it cannot be read."""
    import yaml

    try:
        content = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


def _plans(name: Any, base: Path) -> tuple[Path, ...]:
    """The tracking plan that a study names, its own before the project's; every plan where the name is none."""
    if name is None:
        return ()
    if not isinstance(name, str) or not name.isidentifier():
        return tuple(sorted({f for b in (base, paths.ROOT) for f in b.glob("studies/tracking_plans/*.yml")}))
    own = base / "studies" / "tracking_plans" / f"{name}.yml"
    return (own if own.is_file() else paths.STUDIES / "tracking_plans" / f"{name}.yml",)
