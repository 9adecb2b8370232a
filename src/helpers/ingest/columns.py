"""Columns: what a study maps must be there, and how a project's column is made of a raw one."""

import difflib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from helpers.config import Aggregates, ColumnOf, EventName, Log, Place, Study, Units
from helpers.config.columns import logged, stored
from helpers.config.tracking_plan import ROW_COLUMNS
from helpers.errors import ReportError
from helpers.ingest import condition
from helpers.ingest.levels import event_of, variant_of
from helpers.ingest.many_names import says_so
from helpers.ingest.reading import Reading
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import times_sql
from helpers.ingest.values.amounts import Amounts, canonical
from helpers.ingest.values.number_formats import product_of

NAMED_BY_NUMBERS = ("user_id", "event_id", "session_id", "order_id", "product_id", "experiment_id", "variant", "shown")
"""Columns whose numbers are names, the same in a column of text, of whole numbers and of floats."""


def mapped(place: Place) -> set[str]:
    """Every raw column that a study names; none of a place that no study maps yet."""
    if not isinstance(place, Log | Units):
        return set()
    columns: list[str | ColumnOf | EventName] = [*place.columns.values()]
    if isinstance(place, Units):
        columns += [*place.outcomes.values(), *place.before.values(), *([place.panel.period] if place.panel else [])]
    if isinstance(place, Aggregates):
        columns += [*place.deviations.values(), *place.squares.values()]
    if isinstance(place, Log) and place.alias:
        columns.append(place.alias)
    taken = {c if isinstance(c, str) else c.column for c in columns if not isinstance(c, EventName)}
    return taken | {c.times for c in columns if isinstance(c, ColumnOf) and c.times}


def told_by_all(place: Place) -> bool:
    """Whether every column of a table counts: repeats in a log whose rows have no id are told by all of them."""
    return not isinstance(place, Units) and not (isinstance(place, Log) and "event_id" in place.columns)


def compared(place: Place) -> set[str] | None:
    """Columns that must be alike in all files of a table; None for all of them."""
    return None if told_by_all(place) else mapped(place)


def needed(place: Place, found: Iterable[str]) -> list[str]:
    """Columns of a database's table that are read: those that a study maps, and those whose names tell of amounts or of rows."""
    named, counts = mapped(place), isinstance(place, Units)
    named |= {name.partition(".")[0] for name in named}  # a field of a struct stands in its column
    if place.where:
        asked = {part.lower() for name in condition.columns_of(place.where) for part in (name, name.partition(".")[0])}
        named |= {stored(c) for c in found if c.lower() in asked}
    return [
        c
        for c in found
        if told_by_all(place) or stored(c) in named or "currency" in c.lower() or (counts and says_so(c))
    ]


def check_columns(place: Place, found: list[str], name: str, *, delimited: bool = False) -> None:
    """Every mapped column must be there, once; a lone column of ``delimited`` text points at a wrong delimiter."""
    times = Counter(column.lower() for column in found)  # SQL does not tell them apart by case
    repeated = [column for column in found if times[column.lower()] > 1]
    if repeated:
        raise ReportError(f"{name}: columns stand there twice", got=_listed(repeated), remedy="rename one of each")
    wanted = mapped(place)
    missing = sorted(wanted - set(found))
    if not missing:
        return
    if delimited and len(found) <= 1:
        other = next((d for d in ";\t|," if found and d in found[0] and d != place.delimiter), None)
        raise ReportError(
            f"{name}: the delimiter is wrong",
            got=f"a single column {found[0][:60]!r}" if found else "no columns",
            expected=f"columns {', '.join(map(logged, sorted(wanted)))} separated by {place.delimiter!r}",
            cause=f"the file is separated by {other!r}" if other else None,
            remedy=f"set data.delimiter: {other!r} in the study file" if other else "correct data.delimiter",
        )
    near = {m: difflib.get_close_matches(m, found, n=1) for m in missing}
    hints = ", ".join(f"'{logged(n[0])}' for '{logged(m)}'" for m, n in near.items() if n)
    raise ReportError(
        f"{name}: missing column {', '.join(repr(logged(m)) for m in missing)}",
        got=_listed(found),
        expected=", ".join(map(logged, sorted(wanted))),
        remedy=f"did you mean {hints}? Correct the study file" if hints else "correct the columns in the study file",
    )


def _listed(names: list[str]) -> str:
    """The first names of a file's columns, however many and however long they are."""
    return ", ".join(name if len(name) <= 60 else f"{name[:57]}..." for name in map(logged, names[:30]))


def expression(name: str, source: str | ColumnOf | EventName, types: dict[str, str], reading: Reading) -> str:
    """SQL that gives the project's column ``name`` from a raw one: moments in UTC, everything else as text.

    Numbers are written as a program writes them. A product that cannot be made is told as the text of both, so that the
    row is refused and not taken for one without a price.
    """
    if isinstance(source, EventName):
        return literal(source.value)
    if isinstance(source, ColumnOf) and source.times:
        first, second = (f"{quoted(c)}::varchar" for c in (source.column, source.times))
        return f"coalesce({product_of(source, reading.numbers)}, {first} || ' x ' || {second})"
    column = source if isinstance(source, str) else source.column
    kind = types[column]
    if name == "event_time":
        return times_sql.moment(*times_sql.raw_of(source, types), reading.times)
    if name == "ingested_at":  # written by another clock: a format that the study states need not be its own
        raw = times_sql.raw_of(source, types)
        tried = dict.fromkeys(
            replace(reading.times, format=format_, plain=False) for format_ in (reading.times.format, "")
        )
        return f"coalesce({', '.join(times_sql.moment(*raw, times) for times in tried)})"
    if name in NAMED_BY_NUMBERS:
        made = reading.ids.text(column, kind)
    else:
        made = quoted(column) if kind == "VARCHAR" else f"{quoted(column)}::varchar"
    if not isinstance(source, str) and source.up_to:
        made = f"split_part({made}, {literal(source.up_to)}, 1)"
    if name in ("event_name", "variant", "shown"):  # blanks at their ends mean nothing
        made = f"trim({made})"
    if name in ("price", "duration_sec"):
        return canonical(made, reading.numbers.get(column, Amounts()))
    if name not in ROW_COLUMNS or name in ("category", "session_id", "product_id"):
        made = f"nullif({made}, '')"
    return made


def column_expressions(study: Study, types: dict[str, str], reading: Reading) -> list[dict[str, str]]:
    """SQL that gives each project column from the landed ones; absent ones are typed nulls."""
    if not isinstance(study.data, Log):
        reading = Reading()  # its values were read when it was landed, or simulated as they are
    attributes = [s for s in study.described if s not in ROW_COLUMNS]
    mapping: dict[str, Any] = study.data.columns if isinstance(study.data, Log) else {name: name for name in types}
    missing = {"event_id": "'r' || lpad((file_index * 1099511627776 + file_row_number)::varchar, 19, '0')"}
    made = {
        name: expression(name, mapping[name], types, reading) for name in (*ROW_COLUMNS, *attributes) if name in mapping
    }
    if isinstance(study.data, Log) and "event_id" in made:  # what has none is an event of its own, and no repetition
        made["event_id"] = f"coalesce(nullif(trim({made['event_id']}), ''), {missing['event_id']})"
    if isinstance(study.data, Log) and "variant" in made:
        made["variant"] = variant_of(made["variant"], study.data.variants)
    if isinstance(study.data, Log) and study.data.events:
        made["event_name"] = event_of(made["event_name"], study.data.events)
    named = mapping["event_name"]
    if isinstance(named, EventName) and named.first:
        made["event_name"] = _first_told_apart(study, named, made)
    missing["time_format"] = times_sql.form(*times_sql.raw_of(mapping["event_time"], types), reading.times)
    return [
        {"name": name, "expression": made.get(name, missing.get(name, "null::varchar"))}
        for name in (*ROW_COLUMNS, "time_format", *attributes)
    ]


def _first_told_apart(study: Study, named: EventName, made: dict[str, str]) -> str:
    """SQL of an event's name that is another one in the first moment of a unit, before the experiment and in it."""
    time = made["event_time"]
    sound = f"try_cast({made['price']} as double) >= 0" if "price" in made else "true"
    within = f"partition by {made['user_id']}, {time} >= timestamp {literal(study.period.start)}"
    first = f"min({time}) filter (where {sound}) over ({within})"
    return f"case when {time} = {first} then {literal(named.first or '')} else {literal(named.value)} end"
