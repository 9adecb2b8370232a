"""What stands in a table, column by column, counted in SQL."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from helpers.config.times import WEEKS
from helpers.errors import ReportError
from helpers.ingest.new_study import parts_of_dates, vocabulary
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import times_decided, times_digits, times_shapes, times_sql, weeks
from helpers.ingest.values.lengths import Length
from helpers.ingest.values.number_formats import FALSE, TRUE
from helpers.ingest.values.times import Times
from helpers.ingest.values.times_column import TimeColumn

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

LEVELS = 60
"""Columns with at most so many different values have their levels counted."""

HEAD = 100_000
"""A column without a moment in so many rows is no column of moments, and is not read to its end for them."""

_AT_ONCE = 40
_PLACEHOLDERS = ("n/a", "na", "#n/a", "null", "nan", "?", "-", "undefined", "nil")
_BELOW = (-1, -9, -99, -999, -9999)
ABOVE = (999, 9999, 99999, 999999)
"""Numbers that often stand for something missing."""

_Level = tuple[str, int, float | None]
"""A value as it stands there, its rows, and the number that it is read as."""


@dataclass(frozen=True)
class Column:
    """A column as it was seen: shares are of all rows, numbers are finite ones, moments are times the project can read.

    ``distinct`` is exact up to :data:`LEVELS` and where it may be ``filled``, else approximate; ``levels`` holds the values with their rows where
    they are counted, the most frequent first. ``below`` and ``above`` count numbers that often mean that one is missing,
    such as -1 and 999, ``dates`` days without a time of day. ``times`` is how its moments are read, ``asked`` the error
    that asks for their order where the column does not tell it, ``unread`` why its numbers cannot be read. ``lasting`` are
    lengths of time, whose numbers are seconds; a clock may be the times of a day as well. ``unassigned`` are levels of a variant that
    stand before a unit has one.
    """

    name: str
    kind: str
    position: int
    rows: int
    filled: int
    distinct: int
    numbers: int
    whole: int
    negative: int
    zero: int
    below: int
    above: int
    placeholders: int
    moments: int
    dates: int
    low: float
    high: float
    mean: float
    p99: float
    first: datetime | None
    last: datetime | None
    levels: tuple[tuple[str, int], ...] = ()
    counted: bool = False
    times: Times = field(default_factory=Times)
    told: str = ""
    asked: ReportError | None = None
    unread: str = ""
    lasting: Length = ""
    unassigned: tuple[str, ...] = ()

    @property
    def empty_share(self) -> float:
        return 1 - self.filled / self.rows if self.rows else 1.0

    @property
    def constant(self) -> bool:
        return self.distinct <= 1

    @property
    def numeric(self) -> bool:
        """Numbers, but for a few rows that hold something else."""
        return self.filled > 0 and self.numbers >= 0.95 * self.filled

    @property
    def binary(self) -> bool:
        """0 and 1, or true and false."""
        return bool(self.levels) and {level.lower() for level, _ in self.levels} in (
            {"0", "1"}, {"true", "false"}, {"0.0", "1.0"},
        )  # fmt: skip

    @property
    def in_words(self) -> bool:
        """Yes and no, in words that are read as 1 and 0."""
        told = {level.lower() for level, _ in self.levels}
        return bool(told.intersection(TRUE) and told.intersection(FALSE)) and told <= {*TRUE, *FALSE}

    @property
    def decimal(self) -> bool:
        return self.numbers > self.whole

    @property
    def has_time(self) -> bool:
        """Moments that the warehouse can read."""
        return self.filled > 0 and self.moments >= 0.9 * self.filled

    @property
    def days(self) -> int:
        """How many days each of its moments stands for."""
        return 7 if self.times.format == WEEKS else 1

    @property
    def words(self) -> bool:
        """Text with a few different values."""
        return bool(self.levels) and not self.numeric and not self.has_time and not self.constant

    @property
    def values(self) -> list[str]:
        return [level for level, _ in self.levels]


def profile(
    table: "SourceTable",
    stated: Times = Times(),  # noqa: B008
    time: str | None = None,
) -> tuple[int, list[Column]]:
    """The rows of a table and its columns, in their order; every count is exact but ``distinct`` in between.

    ``stated`` is how times are read, and ``time`` the column that holds them, where somebody says so. A column of the same
    rows that is read as before is not looked at again.
    """
    rows = int(table.number("select count(*) from {table}"))
    names = [name for name in table.parts.types if name not in ("file_index", "file_row_number")]
    asked = {name: _as_read(table, name, stated, name == time) for name in names}
    new = [name for name in names if asked[name] not in table.profiled]
    for start in range(0, len(new), _AT_ONCE):
        for c in _seen(table, new[start : start + _AT_ONCE], rows, stated, time):
            often = c.distinct > 0.5 * c.filled and not (c.numeric and c.decimal)
            table.profiled[asked[c.name]] = exact(table, c) if often else c
    return rows, [replace(table.profiled[asked[name]], position=place) for place, name in enumerate(names)]


def _as_read(table: "SourceTable", name: str, stated: Times, timed: bool) -> tuple[object, ...]:
    """All that what is seen of a column depends on."""
    read = table.text(name), table.value(name), table.numbers.get(name), table.unread.get(name), name in table.happened
    return (table.relation, name, table.parts.types[name], *read, stated, timed)


def exact(table: "SourceTable", column: Column) -> Column:
    """The column with its different values counted, not estimated."""
    if column.levels or column.counted:
        return column
    counted = table.number(
        f"select count(*) from (select distinct {table.text(column.name)} as t from {{table}}) where t is not null"
    )
    return replace(column, distinct=int(counted), counted=True)


def _seen(table: "SourceTable", names: list[str], rows: int, stated: Times, time: str | None) -> list[Column]:
    sizes = _sizes(table, names)
    levels = {name: few for name in names if (few := _levels(table, name, sizes[name]))}
    found = {name: _of_levels(told) for name, told in levels.items()}
    found |= _of_rows(table, {name: sizes[name] for name in names if name not in levels})
    kinds = table.parts.types
    maybe = [
        name for name in names
        if name not in table.happened and (name == time or _may_be_timed(kinds[name], name, found[name]))
    ]  # fmt: skip
    digits = frozenset(
        name for name in names
        if name == time or vocabulary.touches(name, vocabulary.TIME) or _counts_seconds(found[name])
    )  # fmt: skip
    unlike = _unlike(table, maybe, digits, stated) - {time}
    maybe = [name for name in maybe if name not in unlike]
    read = _plain(table, maybe, stated)
    head = _moments(table, read, digits, HEAD) if maybe else {}
    timed = {
        name: _order(table, name, read[name], time) for name, (moments, *_) in head.items() if moments or name == time
    }
    moments = _moments(table, {name: times for name, (times, _, _) in timed.items()}, digits) if timed else {}
    if stated == Times():
        moments = {name: of for name, of in moments.items() if not _no_likely_count(table, name, *of[2:])}
        timed = {name: told for name, told in timed.items() if name in moments}
    weekly = {
        name for name, few in levels.items() if kinds[name] == "VARCHAR" and weeks.with_years([t for t, *_ in few])
    }
    if weekly and not (stated.order or stated.format):
        moments |= _moments(table, dict.fromkeys(weekly, Times(format=WEEKS)), digits)
        timed |= {name: (Times(format=WEEKS), "each told by its Monday", None) for name in weekly}
    daily = {
        name
        for name in names
        if not (name in timed or stated.order or stated.format) and _holds_days(name, found[name])
    }
    if daily:
        moments |= _moments(table, dict.fromkeys(daily, stated), digits)
        timed |= dict.fromkeys(daily, (stated, "", None))
    told = [
        _column(table, name, rows, found[name], moments.get(name, [0, 0, None, None]), levels.get(name, []))
        for name in names
    ]
    return [
        replace(c, times=timed[c.name][0], told=timed[c.name][1], asked=timed[c.name][2]) if c.name in timed else c
        for c in told
    ]


def _holds_days(name: str, seen: list[Any]) -> bool:
    """Whether a column is called as a time and holds days written as digits; those of signing up are told, and not used."""
    filled, _, numbers, whole = seen[:4]
    called = vocabulary.touches(name, vocabulary.TIME) and not vocabulary.touches(name, vocabulary.SINCE)
    return called and filled and numbers == filled == whole and all(map(parts_of_dates.is_day, seen[9:11]))


def _may_be_timed(kind: str, name: str, seen: list[Any]) -> bool:
    filled, _, numbers = seen[:3]
    if _counts_seconds(seen):
        return True
    return kind.startswith(("TIMESTAMP", "DATE")) or numbers < 0.5 * filled or vocabulary.touches(name, vocabulary.TIME)


def _no_likely_count(table: "SourceTable", name: str, first: datetime | None, last: datetime | None) -> bool:
    """Whether a column of digits counts something else than what has passed since 1970: as that it lies in years of no experiment."""
    if first is None or last is None or (last >= times_digits.LIKELY[0] and first < times_digits.LIKELY[1]):
        return False
    text = table.text(name)
    others = f"not regexp_full_match({text}, {literal(times_shapes.EPOCH)})"
    return not table.number(f"select count(*) from (select {text} from {{table}} where {others} limit 1)")


YEARS = (1_104_537_600, 2_208_988_800)
"""The years 2005 to 2039 in seconds: between these, numbers are likely seconds since 1970."""
LASTS = 400 * 86_400
"""So many seconds the rows of an experiment span at most; ids of as many digits lie further apart."""


def _counts_seconds(seen: list[Any]) -> bool:
    """Whether whole numbers are all seconds since 1970 (or thousands, millions, billions of a second) of about a year."""
    filled, _, numbers, whole = seen[:4]
    low, high = seen[9:11]
    if not (filled and numbers == filled == whole and low is not None and low < high):
        return False
    return any(
        YEARS[0] * unit <= low and high <= YEARS[1] * unit and high - low <= LASTS * unit for unit in (1, 1e3, 1e6, 1e9)
    )


def _order(table: "SourceTable", name: str, stated: Times, time: str | None) -> tuple[Times, str, ReportError | None]:
    """How the moments of a column are read, what tells it, and what is asked where nothing does."""
    kind = table.parts.types[name]
    if stated.order or stated.format:
        return stated, "", None
    column = TimeColumn(table.con, table.parts, name, quoted(name), kind)
    if name == time or vocabulary.touches(name, vocabulary.TIME):
        format_, fault = times_digits.calendar_of(column, None, "--time-format ")
        if format_ or fault:
            return Times(format=format_), "its digits are those of a calendar in all rows", fault
    if kind != "VARCHAR" or stated.plain:
        return stated, "", None
    order, told, fault = times_decided.order_of(column, "--time-format ")
    return Times(order=order or ("day_first" if fault else "")), told, fault


def _unlike(table: "SourceTable", names: list[str], digits: frozenset[str], stated: Times) -> set[str]:
    """The columns of text of which no value looks like a time, for to read these in every order costs more than all else."""
    texts = [name for name in names if table.parts.types[name] == "VARCHAR"]
    if stated.order or stated.format or not texts:
        return set()
    asked = ", ".join(f"bool_or({times_sql.likely(_worded(f't{i}', name, digits))})" for i, name in enumerate(texts))
    taken = ", ".join(f"{table.text(name)} as t{i}" for i, name in enumerate(texts))
    answer = table.rows(f"select {asked} from (select {taken} from {{table}} limit {HEAD})")[0]
    return {name for name, found in zip(texts, answer, strict=True) if not found}


def _plain(table: "SourceTable", names: list[str], stated: Times) -> dict[str, Times]:
    """How each column is read as far as that is stated, or told by values that casts alone read."""
    if not names:
        return {}
    asked = ", ".join(times_sql.is_plain(quoted(name), table.parts.types[name], stated) for name in names)
    answer = table.rows(f"select {asked} from {{table}}")[0]
    return {name: replace(stated, plain=bool(plain)) for name, plain in zip(names, answer, strict=True)}


def _moments(
    table: "SourceTable", read: dict[str, Times], digits: frozenset[str], first: int | None = None
) -> dict[str, list[Any]]:
    """Of each column (of its ``first`` rows), how many values are moments, how many of them bare days, the first and the last."""
    taken, asked = [], []
    for i, (name, times) in enumerate(read.items()):
        kind = table.parts.types[name]
        raw = f"a{i}" if kind != "VARCHAR" else _worded(f"t{i}", name, digits)
        moment = times_sql.moment(raw, kind, times)
        if first and kind == "VARCHAR" and not (times.order or times.format or times.plain):
            moment = times_sql.in_any_order(raw)
        taken.append(f"{moment} as m{i}, {times_sql.clockless(raw, kind, times)} as d{i}")
        asked += [f"count(m{i})", f"count(m{i}) filter (d{i})", f"min(m{i})", f"max(m{i})"]
    texts = ", ".join(f"{table.text(name)} as t{i}, {quoted(name)} as a{i}" for i, name in enumerate(read))
    some = f" limit {first}" if first else ""
    answer: Any = table.rows(
        f"select {', '.join(asked)} from (select {', '.join(taken)} from (select {texts} from {{table}}{some}))"
    )[0]
    return {name: list(answer[4 * i : 4 * i + 4]) for i, name in enumerate(read)}


def _worded(text: str, name: str, digits: frozenset[str]) -> str:
    """SQL of a text that may be a time: a number is one by its name, or as it counts seconds."""
    return (
        text if name in digits else f"(case when not regexp_full_match({text}, '[0-9]+([.,][0-9]*)?') then {text} end)"
    )


def _column(
    table: "SourceTable", name: str, rows: int, seen: list[Any], moments: list[Any], levels: list[_Level]
) -> Column:  # fmt: skip
    counts = (int(n) for n in seen[:9])
    values: list[Any] = [math.nan if n is None else float(n) for n in seen[9:]]
    counted = tuple((level, n) for level, n, _ in levels)
    told: list[Any] = [0, rows, *counts, *moments[:2], *values, *moments[2:], counted]
    lasting = table.numbers[name].length if name in table.numbers else ""
    return replace(Column(name, table.parts.types[name], *told), unread=table.unread.get(name, ""), lasting=lasting)


def _sizes(table: "SourceTable", names: list[str]) -> dict[str, tuple[int, int]]:
    """How many values each column holds, and about how many different ones."""
    asked = ", ".join(f"count(t{i}), approx_count_distinct(t{i})" for i in range(len(names)))
    texts = ", ".join(f"{table.text(name)} as t{i}" for i, name in enumerate(names))
    answer: Any = table.rows(f"select {asked} from (select {texts} from {{table}})")[0]
    return {name: (int(answer[2 * i]), int(answer[2 * i + 1])) for i, name in enumerate(names)}


def _levels(table: "SourceTable", name: str, size: tuple[int, int]) -> list[_Level]:
    """The different values, the most frequent first; none where there are more than :data:`LEVELS`."""
    if size[1] > 2 * LEVELS:  # the sketch is off by up to a third
        return []
    counted = (
        f"select {table.text(name)} as t, count(*) as n from {{table}} where {table.text(name)} is not null group by 1"
    )
    found: Any = table.rows(
        f"select t, n, {table.value(name, 't')} from ({counted}) order by 2 desc, 1 limit {LEVELS + 1}"
    )
    return list(found) if len(found) <= LEVELS else []


def _of_levels(levels: list[_Level]) -> list[Any]:
    """What is asked of the rows, told by the few values that they hold."""
    numbers = sorted((float(v), n) for _, n, v in levels if v is not None)

    def rows(fits: Callable[[float], bool]) -> int:
        return sum(n for v, n in numbers if fits(v))

    read = rows(lambda _: True)
    return [
        sum(n for _, n, _ in levels), len(levels), read, rows(lambda v: v == math.floor(v)), rows(lambda v: v < 0),
        rows(lambda v: v == 0), rows(lambda v: v in _BELOW), rows(lambda v: v in ABOVE),
        sum(n for t, n, _ in levels if t.lower() in _PLACEHOLDERS),
        *((numbers[0][0], numbers[-1][0], sum(v * n for v, n in numbers) / read, _quantile(numbers, 0.99 * read)) if read else [None] * 4),
    ]  # fmt: skip


def _quantile(numbers: list[tuple[float, int]], at: float) -> float:
    """The first of the sorted numbers at or below which so many rows lie."""
    passed = accumulate(n for _, n in numbers)
    return next(v for (v, _), rows in zip(numbers, passed, strict=True) if rows >= at)


def _of_rows(table: "SourceTable", sizes: dict[str, tuple[int, int]]) -> dict[str, list[Any]]:
    if not sizes:
        return {}
    texts = ", ".join(f"{table.text(name)} as t{i}" for i, name in enumerate(sizes))
    values = ", ".join(f"t{i}, {table.value(name, f't{i}')} as v{i}" for i, name in enumerate(sizes))
    asked = [
        question
        for i in range(len(sizes))
        for question in (
            f"count(v{i})", f"count(*) filter (v{i} = floor(v{i}))",
            f"count(*) filter (v{i} < 0)", f"count(*) filter (v{i} = 0)", f"count(*) filter (v{i} in {_BELOW})",
            f"count(*) filter (v{i} in {ABOVE})", f"count(*) filter (lower(t{i}) in {_PLACEHOLDERS})",
            f"min(v{i})", f"max(v{i})", f"avg(v{i})", f"approx_quantile(v{i}, 0.99)",
        )
    ]  # fmt: skip
    answer: Any = table.rows(f"select {', '.join(asked)} from (select {values} from (select {texts} from {{table}}))")[
        0
    ]
    width = len(asked) // len(sizes)
    return {name: [*sizes[name], *answer[i * width : (i + 1) * width]] for i, name in enumerate(sizes)}
