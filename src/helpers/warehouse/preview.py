"""What a study would analyse, seen without building anything, and what a run would refuse."""

from helpers import config, paths
from helpers.config import EventName, Metric, Simulation, Study, tracking_plan
from helpers.errors import ReportError, several
from helpers.formatting import formatted
from helpers.ingest.columns import mapped
from helpers.paths import StudyPaths
from helpers.warehouse.examine import Examined, examined


def of(file: str, *, full: bool = False) -> tuple[str, ReportError | None]:
    """The preview of a study file as text, a line a fact, and everything that a run would refuse.

    A large file is looked at by its head, its middle and its end, or whole with ``full``. Raises
    :class:`~helpers.errors.ReportError` for a study file or a tracking plan that cannot be used.
    """
    study, where = config.opened(file)
    plan = tracking_plan.tracking_plan(study, where.file.parent)
    unread = study.simulated or (not full and study.data.asks_a_server)  # type: ignore[union-attr]
    seen = None if unread else examined(study, where, plan, full=full)
    facts = {
        "data": _data(study, seen),
        "tracking plan": f"{study.tracking_plan or 'made of the outcomes'}: {', '.join(plan.events)}",
        "period": _period(study),
        "variants": _variants(study),
        "exposure": study.exposure,
        "funnel": " > ".join(study.funnel.steps)
        + ("" if study.is_unit_table else f" within {study.funnel.window_hours:g} hours"),
        **{metric.role + " metric": _metric(metric, study) for metric in study.metrics if metric.role == "primary"},
        "more metrics": "; ".join(_metric(m, study) for m in study.metrics if m.role != "primary") or "none",
        "segments": ", ".join(study.segments) or "none",
        "report": f"reports/{study.name}/index.html" + ("" if _built(where) else " (not built yet)"),
    }
    lines = [f"{study.name}: {study.title}", *(f"  {name:<15} {fact}" for name, fact in facts.items())]
    lines += [f"  note: {note}" for note in _notes(study, seen)]
    if seen and seen.faults:
        return "\n".join(lines), several(seen.faults)
    program, named = paths.called(), paths.typed(file)
    run = f"{program} run {named}"
    if seen is None and not study.simulated:
        return "\n".join([*lines, "", f"The study file can be used; the database was not asked, so of its columns, variants and rows nothing is known: {run}",
                          f"All of it is looked at by: {program} check {named} --full"]), None  # fmt: skip
    if seen and seen.share < 1:
        return "\n".join([*lines, "", f"Nothing in the sample speaks against a run: {run}",
                          f"All rows are looked at by: {program} check {named} --full"]), None  # fmt: skip
    return "\n".join([*lines, "", f"It can be run: {run}"]), None


def _variants(study: Study) -> str:
    if study.is_descriptive:
        return "none: this is no experiment, so nothing is compared"
    arms = ", ".join(f"{v.name} {formatted(v.weight, 'share')}" for v in study.variants)
    return arms + (", read from the log" if study.mode == "online" else ", by salted hash; the uplift is planted")


def _built(where: StudyPaths) -> bool:
    return (where.reports / "results.json").is_file()


def _period(study: Study) -> str:
    period = study.period
    baseline = f", after a baseline of {period.baseline_days:g} days" if period.baseline else ", without a baseline"
    return f"{period.start} to {period.end} (UTC): {period.experiment_days:g} days{baseline}"


def _metric(metric: Metric, study: Study) -> str:
    measured = " ".join(filter(None, [metric.measure, "of" if metric.measure else "", metric.event]))
    per = f" per {metric.per}" if metric.per else ""
    missing = f", missing: {metric.missing}" if metric.missing else ""
    role = "" if metric.role == "primary" else f"{metric.role} "
    return f"{metric.label} ({role}{metric.type}{': ' if measured else ''}{measured}{per}, {study.window(metric)}{missing})"


def _data(study: Study, seen: Examined | None) -> str:
    if isinstance(study.data, Simulation):
        return f"simulated: {study.data.users:,} users of the {study.data.world}, seed {study.data.seed}"
    if seen is None:
        return f"{study.data.path if study.data.database else 'postgres'}: not looked at; a run does, or --full"
    if not seen.columns:
        return f"{study.data.path}: cannot be read as the study says"
    unused = len(set(seen.columns) - mapped(study.data))
    of_all = f" of {seen.rows + seen.apart:,} in the files" if seen.apart else ""
    looked = "a sample of its head, middle and end, " if seen.share < 1 else ""
    return f"{seen.name}: {looked}{seen.rows:,} rows{of_all}, {len(seen.columns)} columns, {unused} of them unused"


def _notes(study: Study, seen: Examined | None) -> list[str]:
    """How the columns are read, and names of the study that the rows looked at do not show."""
    if seen is None or isinstance(study.data, Simulation) or not seen.columns:
        return []
    notes = list(seen.notes)
    if seen.share < 1 and seen.faults:
        notes.append(
            "lines and rows are counted in the sample, past the head of a file; --full tells those of the data"
        )
    where = "the rows looked at" if seen.share < 1 else "the data"
    source = study.data.columns.get("event_name")
    if source and not isinstance(source, EventName):
        counted = {e for m in study.metrics for e in m.events}
        told = seen.share == 1 and not seen.faults  # then a note says it of the metric
        wanted = set(study.funnel.steps) - counted if told else {*study.funnel.steps, *counted}
        if unseen := sorted(wanted - set(tracking_plan.EXPERIMENT_EVENTS) - seen.events):
            notes.append(f"no event {', '.join(unseen)} in {where}")
    if study.mode == "online" and (unseen := sorted({v.name for v in study.variants} - seen.variants)):
        notes.append(f"no unit in {', '.join(unseen)} in {where}")
    return notes
