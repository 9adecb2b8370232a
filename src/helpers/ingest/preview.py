"""What a study would analyse, seen without building anything: its file is valid, its data are there, its columns too."""

from helpers import config, ingest
from helpers.config import EventName, Metric, Simulation, Study, tracking_plan
from helpers.config.data import LEAVE_OUT
from helpers.formatting import formatted
from helpers.ingest.columns import mapped
from helpers.paths import StudyPaths

LOOKED_AT = 10_000
"""Rows at the head of a log that are looked at for events and variants."""


def of(file: str) -> str:
    """The preview of a study file as text, a line a fact.

    Raises :class:`~helpers.errors.ReportError` for a study file, a tracking plan or data that a run would refuse at
    once. What only the whole log can show (rows that cannot be read, a sample ratio mismatch) is left to the run.
    """
    study, where = config.opened(file)
    plan = tracking_plan.tracking_plan(study, where.base / "studies")
    seen = None if study.simulated else ingest.head(study, ("event_name", "variant"), LOOKED_AT)
    facts = {
        "data": _data(study, seen),
        "tracking plan": f"{study.tracking_plan or 'made of the outcomes'}: {', '.join(plan.events)}",
        "period": _period(study),
        "variants": ", ".join(f"{v.name} {formatted(v.weight, 'share')}" for v in study.variants)
        + (", read from the log" if study.mode == "online" else ", by salted hash; the uplift is planted"),
        "exposure": study.exposure,
        "funnel": f"{' > '.join(study.funnel.steps)} within {study.funnel.window_hours:g} hours",
        **{metric.role + " metric": _metric(metric) for metric in study.metrics if metric.role == "primary"},
        "more metrics": "; ".join(_metric(m) for m in study.metrics if m.role != "primary") or "none",
        "segments": ", ".join(study.segments) or "none",
        "report": f"reports/{study.name}/index.html" + ("" if _built(where) else " (not built yet)"),
    }
    lines = [f"{study.name}: {study.title}", *(f"  {name:<15} {fact}" for name, fact in facts.items())]
    lines += [f"  note: {note}" for note in _notes(study, seen)]
    return "\n".join(lines)


def _built(where: StudyPaths) -> bool:
    return (where.reports / "results.json").is_file()


def _period(study: Study) -> str:
    period = study.period
    baseline = f", after a baseline of {period.baseline_days:g} days" if period.baseline else ", without a baseline"
    return f"{period.start} to {period.end} (UTC): {period.experiment_days:g} days{baseline}"


def _metric(metric: Metric) -> str:
    measured = " ".join(filter(None, [metric.measure, "of" if metric.measure else "", metric.event]))
    per = f" per {metric.per}" if metric.per else ""
    days = f" on day {metric.days}" if metric.days else ""
    role = "" if metric.role == "primary" else f"{metric.role} "
    return f"{metric.label} ({role}{metric.type}{': ' if measured else ''}{measured}{per}{days})"


def _data(study: Study, seen: ingest.Head | None) -> str:
    if isinstance(study.data, Simulation):
        return f"simulated: {study.data.users:,} users of the {study.data.world}, seed {study.data.seed}"
    if seen is None:
        return f"{study.data.kind}: looked at when the study is run"
    unused = len(set(seen.columns) - mapped(study.data))
    return f"{seen.name}, {_size(seen.size)}: {len(seen.columns)} columns, {unused} of them unused, none missing"


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size:,} bytes"


def _notes(study: Study, seen: ingest.Head | None) -> list[str]:
    """What the head of the data does not show; it may stand further down, so it is no error."""
    if seen is None or isinstance(study.data, Simulation):
        return []
    notes = []
    source = study.data.columns.get("event_name")
    if "event_name" in seen.values and not isinstance(source, EventName):
        wanted = {*study.funnel.steps, *(e for m in study.metrics for e in m.events)} - set(
            tracking_plan.EXPERIMENT_EVENTS
        )
        if unseen := sorted(wanted - seen.values["event_name"]):
            notes.append(f"no event {', '.join(unseen)} in the first {LOOKED_AT:,} rows")
    if study.mode == "online" and "variant" in seen.values:
        named = {v.name for v in study.variants}
        levels = study.data.variants
        shown = {levels.get(level, level) for level in seen.values["variant"]}
        if strange := sorted(shown - named - {"", LEAVE_OUT}):
            notes.append(f"{len(strange)} value(s) of the variant's column name no variant of the study")
        if unseen := sorted(named - shown):
            notes.append(f"no unit in {', '.join(unseen)} in the first {LOOKED_AT:,} rows")
    return notes
