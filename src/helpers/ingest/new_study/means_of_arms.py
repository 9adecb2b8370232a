"""Means of arms without a column called as their standard deviation: what is missing, and the query that makes it of what is there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import controls, counted_columns, vocabulary, written_numbers, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

VARIANCE = frozenset({"variance", "var", "varianz", "varianza", "variancia", "variantie", "wariancja"})
LOW = frozenset({"low", "lower", "lo", "lcl", "ll", "inf", "unten", "untere", "min"})
HIGH = frozenset({"high", "upper", "hi", "ucl", "ul", "sup", "up", "oben", "obere", "max"})
INTERVAL = frozenset({"ci", "ci95", "conf", "confidence", "interval", "limit", "bound", "95", "ki", "ic", "lcl", "ucl"})
MEANS = frozenset(
    counted_columns.MEAN | {"mw", "moyen", "medio", "gemiddelde", "srednia", "medel", "moy", "prom", "promedio"}
)
SHORT = frozenset({"de", "et", "dp", "ds", "ect", "stabw", "sa", "odch", "sapma"})
"""The standard deviation as some languages cut it short: not known from the letters alone."""
Z95 = 3.92
"""Standard errors between the ends of an interval of 95 %, where units are many."""


def told(table: "SourceTable", columns: Sequence[Column], units: Column) -> tuple[str, str] | None:
    """Why means of arms cannot be compared as they stand, and what to do about it; None of a table without any."""
    numbers = [c for c in columns if c.numeric and c is not units]
    spread = [c for c in numbers if _words(c) & (counted_columns.ERROR | VARIANCE | SHORT | LOW | HIGH)]
    means = [c for c in numbers if c not in spread and (c.decimal or _words(c) & MEANS) and not _is_rate(c)]
    if not means or (len(means) > 1 and not any(_words(c) & MEANS for c in means)):
        return None
    mean = next((c for c in means if _words(c) & MEANS), means[0])
    name = vocabulary.printable(mean.name)
    made = _deviation(table, mean, spread, units)
    cause = f"'{name}' is a mean of the units that '{vocabulary.printable(units.name)}' counts, and no column is known as their standard deviation"
    if made is None:
        return (
            cause,
            "add the standard deviation of a unit beside it, in a column such as mean_sd; or write a row a unit: the table from which these sums were made",
        )
    sql, why = made
    query = f"select *, {sql} as {quoted(f'{mean.name}_sd')} from {table.selected}"
    return cause, f"{why}, by a query in a file beside it (means.sql), and give that: {query}; or write a row a unit"


def _deviation(table: "SourceTable", mean: Column, spread: Sequence[Column], units: Column) -> tuple[str, str] | None:
    of = [c for c in spread if _rest(c) == _rest(mean)] or list(spread)
    number = {c.name: written_numbers.in_query(table, c.name) for c in (*of, units)}
    n = number[units.name]
    if not all(number.values()):
        return None
    for column in of:
        words, value, name = _words(column), number[column.name], vocabulary.printable(column.name)
        if words & counted_columns.ERROR:
            return f"{value} * sqrt({n})", f"if '{name}' is the standard error of the mean, make the deviation of it"
        if words & VARIANCE:
            return f"sqrt({value})", f"if '{name}' is the variance of a unit, take its root"
    low, high = ([c for c in of if _words(c) & some and _words(c) & INTERVAL] for some in (LOW, HIGH))
    if len(low) == len(high) == 1:
        width = f"({number[high[0].name]} - {number[low[0].name]})"
        return (
            f"{width} * sqrt({n}) / {Z95}",
            "if these are the ends of a 95 % interval of the mean, make the deviation of it",
        )
    short = [c for c in of if _words(c) & SHORT]
    if len(short) == 1:
        return quoted(
            short[0].name
        ), f"if '{vocabulary.printable(short[0].name)}' is the standard deviation, call it so"
    return None


def turned(table: "SourceTable", columns: Sequence[Column]) -> tuple[str, str] | None:
    """Why a table whose columns are the arms and whose rows what was counted is none of counts yet, with the query that turns it."""
    words = [c for c in columns if not c.numeric]
    arms = [c.name for c in columns if c.numeric]
    if len(words) != 1 or len(arms) < 2 or words[0].distinct != words[0].rows or not words[0].levels:
        return None
    if controls.control_of(arms, "variant") is None:
        return None
    what = words[0]
    made = ", ".join(
        f"max(counted) filter ({written_texts.is_one_of(table, what.name, [level])}) as {quoted(level)}"
        for level, _ in what.levels
    )
    on = ", ".join(map(quoted, arms))
    return (
        f"the arms are columns ({', '.join(map(vocabulary.printable, arms))}), and each row of '{vocabulary.printable(what.name)}' is a count of all of them",
        f"turn it by a query in a file beside it (arms.sql), and give that: select arm, {made} from (unpivot {table.selected} on {on} into name arm value counted) group by arm",
    )


def _is_rate(column: Column) -> bool:
    return vocabulary.touches(column.name, {"rate", "ratio", "share", "cr", "ctr", "percent", "pct", "p"})


def _words(column: Column) -> set[str]:
    return set(vocabulary.tokens(column.name))


def _rest(column: Column) -> set[str]:
    return _words(column) - counted_columns.ERROR - VARIANCE - SHORT - LOW - HIGH - INTERVAL - MEANS
