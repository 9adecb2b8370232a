"""What a study would analyse, seen without building anything: its file is valid, its data are there, its columns too."""

from pathlib import Path

from helpers import events
from helpers import study as studies
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.results import formatted
from helpers.study import Log, Metric, Study

LOOKED_AT = 10_000
"""Rows at the head of a log that are looked at for events and variants."""


def of(file: str) -> str:
    """The preview of a study file as text, a line a fact.

    Raises :class:`~helpers.errors.ReportError` for a study file, a tracking plan or data that a run would refuse at
    once. What only the whole log can show (rows that cannot be read, a sample ratio mismatch) is left to the run.
    """
    study, where = studies.opened(file)
    plan = events.tracking_plan(study, where.base / "studies")
    facts = {
        "data": _data(study),
        "tracking plan": f"{study.tracking_plan}: {', '.join(plan.events)}",
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
    lines += [f"  note: {note}" for note in _notes(study)]
    return "\n".join([*lines, "", f"It can be run: python -m helpers run {file}"])


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


def _data(study: Study) -> str:
    if not isinstance(study.data, Log):
        return f"simulated: {study.data.users:,} users of the {study.data.world}, seed {study.data.seed}"
    file = events.located(study, study.data)
    found = events.found_columns(study.data, file)
    unused = len(set(found) - {c if isinstance(c, str) else c.column for c in study.data.columns.values()})
    return f"{file.name}, {_size(file)}: {len(found)} columns, {unused} of them unused, none missing"


def _size(file: Path) -> str:
    size = file.stat().st_size
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size:,} bytes"


def _notes(study: Study) -> list[str]:
    """What the head of a log does not show; it may stand further down, so it is no error."""
    if not isinstance(study.data, Log):
        return []
    head = _head(study.data, events.located(study, study.data))
    wanted = {*study.funnel.steps, *(e for m in study.metrics for e in m.events)} - set(events.EXPERIMENT_EVENTS)
    notes = []
    if unseen := sorted(wanted - head["event_name"]):
        notes.append(f"no event {', '.join(unseen)} in the first {LOOKED_AT:,} rows")
    if study.mode == "online" and "variant" in head:
        named = {v.name for v in study.variants}
        if strange := sorted(head["variant"] - named - {""}):
            notes.append(f"{len(strange)} value(s) of the variant's column name no variant of the study")
        if unseen := sorted(named - head["variant"]):
            notes.append(f"no unit in {', '.join(unseen)} in the first {LOOKED_AT:,} rows")
    return notes


def _head(log: Log, file: Path) -> dict[str, set[str]]:
    """Values of the columns that name events and variants, in the first rows."""
    import duckdb

    quoted = "'" + str(file).replace("'", "''") + "'"
    delimiter = "'" + log.delimiter.replace("'", "''") + "'"
    csv = f"read_csv({quoted}, header = true, all_varchar = true, delim = {delimiter}, ignore_errors = true)"
    table = f"read_parquet({quoted})" if file.suffix == ".parquet" or log.format == "parquet" else csv
    found: dict[str, set[str]] = {}
    with duckdb.connect() as con:
        for name in ("event_name", "variant"):
            if (column := log.columns.get(name)) is None:
                continue
            source = column if isinstance(column, str) else column.column
            quoted_column = '"' + source.replace('"', '""') + '"'
            try:
                rows = con.execute(
                    f"select distinct coalesce({quoted_column}::varchar, '') from (from {table} limit {LOOKED_AT})"
                ).fetchall()
            except duckdb.Error as error:
                raise ReportError(f"{file.name} cannot be read", got=str(error).splitlines()[0]) from None
            value = (
                (lambda text, mark=column.up_to: text.split(mark)[0])
                if not isinstance(column, str) and column.up_to
                else str
            )
            found[name] = {value(row[0]) for row in rows}
    return found
