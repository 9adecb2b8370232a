"""From what a user asks for to the steps of the graph: a study, a programme, everything, or a file by its name.

A simulated study is only glanced at here, without the packages that validate it, so that a run with nothing to do stays
quick; whoever runs a step validates the file first.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline import graph, project
from helpers.pipeline.built import NO_RECORD, Built, told
from helpers.pipeline.content import label
from helpers.pipeline.graph import Origin, Probe, Step
from helpers.report.figures.browser import browser

ALL = ("all", "site")
"""Goals that are no file: the bundled studies and the programme, the write-up and the site."""
DRAWING = {"the browser": Probe(lambda: "present" if browser() else "absent")}
"""What decides whether figures are drawn as static pictures: a browser that was installed, or is gone."""


@dataclass(frozen=True)
class Asked:
    """Steps to bring up to date, the files that ask for them, and where the reports that they end in stand."""

    steps: list[Step]
    files: list[str]
    reports: list[StudyPaths] = field(default_factory=list)


def located(file: str) -> StudyPaths:
    """Where a study or a programme stands, by its file; raises what opening it raises when it is not there."""
    path = Path(file) if Path(file).is_absolute() else paths.workplace() / file
    try:
        path = path.resolve()
        folder = path.parent.parent if path.parent.name == paths.OWN else path.parent
        if path.is_file() and folder.name in ("studies", "programmes"):
            return StudyPaths(path.stem, folder.parent)
    except (OSError, RuntimeError, ValueError):
        pass
    return place(file)


def place(file: str) -> StudyPaths:
    """Where what a study or a programme generates stands; raises what opening it raises."""
    from helpers import config
    from helpers.config import programme

    return (programme.opened(file) if Path(file).parent.name == "programmes" else config.opened(file))[1]


def of_file(file: str, built: Built, *, quick: bool = False) -> Asked:
    """The steps of one study or programme, and the site over it; of a ``quick`` run those that it leaves out are marked.

    Raises :class:`~helpers.errors.ReportError` for a quick run of a programme.
    """
    where = located(file)
    steps = _report(file, where, built, quick=quick)
    return Asked([*steps, project.site(file, where.base, steps[-1:])], [file], [where])


def refuse_outdated(where: StudyPaths, built: Built) -> None:
    """Raise where a study's file, plan, data or marts are no longer those that its report was made from.

    Code and notebooks are left out, which another version of the project changes, and the logs of decisions, which come after; a
    part that stopped costs itself.
    """
    file = where.file
    origin = _origin(str(file), where)
    steps = graph.of_study(str(file), where, origin, built.contents.facts, DRAWING)
    read = (file, *origin.files, *origin.plans, *origin.streams, where.database)
    about = {*(label(each, where.base) for each in read), *origin.tables, NO_RECORD.what}
    whole = [step for step in steps if not (step.fault and step.fault.is_file())]
    moved = dict.fromkeys(cause for step in whole for cause in built.moved(step) if cause.what.split(" (")[0] in about)
    if moved:
        raise ReportError(
            f"the report of {where.name} is not of what stands here now",
            got=told(list(moved)),
            expected="a report of the study and the data as they are",
            remedy=f"run: {paths.to_run(paths.shown(file))}, and read it before anything is decided on it",
        )


def of_project(goals: Sequence[str], built: Built) -> Asked:
    """The steps of the project that lead to the goals: ``all``, ``site``, or files such as ``reports/index.html``.

    Raises :class:`~helpers.errors.ReportError` for a goal that no step makes.
    """
    names, whole = {goal: _study_of(goal) for goal in goals}, Asked([], [])
    known = [step for name in dict.fromkeys(filter(None, names.values())) for step in _alone(name, built)]
    if not all(names.values()):
        whole = _whole(built)
        known += whole.steps
    wanted = [whole.steps[-1] if goal in ALL else _making(goal, known) for goal in goals]
    return Asked(
        graph.ancestors(wanted), whole.files if set(goals) & set(ALL) else [], whole.reports if "all" in goals else []
    )


def _whole(built: Built) -> Asked:
    """The bundled studies, the programme, and what the project makes of them; the site comes last."""
    files = [f"studies/{name}.yml" for name in paths.BUNDLED] + [f"programmes/{paths.YEAR}.yml"]
    places = [StudyPaths(Path(file).stem) for file in files]
    reports = [_report(file, where, built) for file, where in zip(files, places, strict=True)]
    ends = [steps[-1] for steps in reports]
    studies = ends[: len(paths.BUNDLED)]
    documented = _documented(files[0], places[0], reports[0])
    pages = [project.write_up(studies), project.simulator(studies), project.diagrams(ends), documented]
    site = project.site(files[0], paths.ROOT, (*ends, *pages))
    return Asked([*(step for steps in reports for step in steps), *pages, site], files, places)


def _report(file: str, where: StudyPaths, built: Built, *, quick: bool = False) -> list[Step]:
    if where.is_programme:
        if quick:
            raise ReportError(
                "a programme has no quick run", got=f"{graph.QUICK} and {paths.typed(file)}",
                expected="a study", remedy=f"leave {graph.QUICK} out",
            )  # fmt: skip
        return graph.of_programme(file, where, built.contents.facts, DRAWING)
    return graph.of_study(file, where, _origin(file, where), built.contents.facts, DRAWING, quick=quick)


def _alone(name: str, built: Built) -> list[Step]:
    """The steps of a study or a programme of this project, with the page of its warehouse."""
    where = StudyPaths(name)
    file = f"programmes/{name}.yml" if where.is_programme else str(where.file.relative_to(where.base))
    steps = _report(file, where, built)
    return steps if where.is_programme else [*steps, _documented(file, where, steps)]


def _documented(file: str, where: StudyPaths, steps: Sequence[Step]) -> Step:
    marts = next(step for step in steps if step.what == "warehouse")
    return project.dbt_docs(file, where, Origin(plans=_plans(_glance(where), where)), marts)


def _study_of(goal: str) -> str | None:
    """The study whose file a goal is: ``data/NAME/...`` or ``reports/NAME/...``."""
    parts = Path(goal).parts  # no study is called ".."
    names = {
        f.stem for folder in (paths.STUDIES, paths.STUDIES / paths.OWN, paths.PROGRAMMES) for f in folder.glob("*.yml")
    }
    return parts[1] if len(parts) > 2 and parts[0] in ("data", "reports") and parts[1] in names else None


def _making(goal: str, known: Sequence[Step]) -> Step:
    """The step that makes a file."""
    file = paths.ROOT / goal
    for step in known:
        if file in step.targets or any(folder == file or folder in file.parents for folder in step.folders):
            return step
    targets = sorted({label(target) for step in known for target in step.targets})
    near = difflib.get_close_matches(goal, [*ALL, *targets], n=1)
    raise ReportError(
        f"no step makes {goal!r}", expected="all, site, or a file such as reports/index.html",
        remedy=f"did you mean {near[0]!r}?" if near else None,
    )  # fmt: skip


def _origin(file: str, where: StudyPaths) -> Origin:
    """What a study reads beside its own file; its own data are looked for, those of a simulated one need no look."""
    content = _glance(where)
    data, monitoring = content.get("data"), content.get("monitoring")
    stream = monitoring.get("stream") if isinstance(monitoring, dict) else None
    plans = _plans(content, where)
    streams = (where.base / stream,) if isinstance(stream, str) and stream.isprintable() else ()
    if isinstance(data, dict) and data.get("source") == "simulated":
        return Origin(plans=plans, streams=streams)
    from helpers import config
    from helpers.ingest import fingerprint

    raw = fingerprint.of(config.load(file), where)
    tables = {name: Probe(cache(ask), raw.database, raw.asked) for name, ask in raw.tables}
    return Origin(raw.files, tables, plans, streams)


def _glance(where: StudyPaths) -> dict[str, Any]:
    """A study file as YAML reads it, unvalidated; empty where it cannot be read."""
    import yaml

    try:
        content = yaml.load(where.file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


def _plans(content: dict[str, Any], where: StudyPaths) -> tuple[Path, ...]:
    """The tracking plan that a study names, its own before the project's; every plan where the name is none."""
    name = content.get("tracking_plan")
    if name is None:
        return ()
    if not isinstance(name, str) or not name.isidentifier():
        return tuple(sorted({f for b in (where.file.parent, paths.STUDIES) for f in b.glob("tracking_plans/*.yml")}))
    own = where.file.parent / "tracking_plans" / f"{name}.yml"
    return (own if own.is_file() else paths.STUDIES / "tracking_plans" / f"{name}.yml",)
