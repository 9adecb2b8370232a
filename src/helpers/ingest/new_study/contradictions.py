"""What somebody says of a file, held against what stands in it: a contradiction is one clear error."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError, several
from helpers.formatting import counted
from helpers.ingest.near import nearest
from helpers.ingest.new_study import (
    calendars,
    coded,
    limits,
    measured_in,
    measures,
    questions,
    unread_times,
    worded,
    written_texts,
)
from helpers.ingest.new_study.profile import Column, exact
from helpers.ingest.new_study.roles import MOST_ARMS
from helpers.ingest.new_study.said import Said, the_name
from helpers.ingest.new_study.vocabulary import printable
from helpers.ingest.sql import LARGEST, literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST_EVENTS = 200
"""A column with more different values names no events."""


def refuse(table: "SourceTable", columns: Sequence[Column], said: Said) -> None:
    """Raise for roles that the columns cannot have which were said for them; all of them at once."""
    faults = [*_twice(table, said)]
    for option, why in (("unit", _no_unit), ("time", _no_time), ("event", _no_event), ("money", _no_money),
                        ("cluster", _no_cluster)):  # fmt: skip
        column = said.column(option, columns)
        if column is not None and (error := why(table, column)):
            faults.append(error)
    primary = next((c for c in columns if c.name in said.measured[:1]), None)
    if primary is not None and not (said.better or said.event) and (error := coded.refused(table, primary)):
        faults.append(error)
    if faults:
        raise several(faults)


def no_variant(table: "SourceTable", column: Column) -> ReportError:
    """What is said of a column that is called the variant's and has too few levels, or too many."""
    name, empty = printable(column.name), column.rows - column.filled
    of_one = column.distinct == 1 and empty > 0 and column.values
    mark, text = quoted(column.name), written_texts.of(table, column.name)
    return ReportError(
        f"{table.called}: column '{name}' can hold no variant",
        got=f"--variant {name}: "
        + (f"'{printable(column.values[0])}' alone, and nothing in {empty:,} rows" if of_one else f"{exact(table, column).distinct:,} different values"),
        expected=f"2 to {MOST_ARMS} levels",
        remedy=f"if the empty fields are the control, write so, by a query in a file: select * replace (coalesce({text}, 'control')"
        f' as {mark}) from {table.selected}' if of_one else None,
    )  # fmt: skip


def level_of(table: "SourceTable", variant: Column, level: str) -> str:
    """The control as the variant's column writes it. Raises where it is no level of it."""
    levels = [each for each, _ in variant.levels]
    alike = [each for each in levels if each.casefold() == level.strip().casefold()]
    if level in levels or len(alike) == 1:
        return level if level in levels else alike[0]
    near = nearest(level, levels, 1)
    raise ReportError(
        f"{table.called}: --control is no level of column '{printable(variant.name)}'",
        got=f"--control {printable(level)}",
        expected="one of " + ", ".join(f"{printable(each)} ({n:,} rows)" for each, n in variant.levels[:12]),
        remedy=f"did you mean '{printable(near[0])}'?" if near else "or name another column with --variant",
    )


def outcome_of(
    table: "SourceTable", columns: Sequence[Column], name: str, option: str, variant: Column | None
) -> Column:
    """The column of a unit table that holds an outcome, ``variant`` None where nothing is compared.

    Raises for a name that the table has not, and for a column that can be no outcome.
    """
    found = the_name(table.called, name, [c.name for c in columns], option)
    column = next(c for c in columns if c.name == found)
    said, expected = f"{option} {printable(found)}", "numbers that differ: 0 and 1, yes and no, a count or an amount"
    limits.refuse(table, column)
    why, remedy = _no_number(table, column)
    if why:
        raise _cannot(table, said, "be an outcome", why, expected, remedy)
    if variant is None:
        return column
    if questions.by_arm(table, [column], variant)[column.name][0]:
        raise _cannot(table, said, "be an outcome", "it is empty in all rows of some variants, so it tells the variant",
                      "values in all variants; 0 where nothing happened")  # fmt: skip
    if questions.determines(table, column, variant):
        raise _cannot(table, said, "be an outcome", "its value tells the variant in every row", "what came of the variant, not its copy")  # fmt: skip
    return column


def in_period(table: "SourceTable", time: Column | None, said: Said) -> None:
    """Raise where no moment of the file lies in the period that was said."""
    if said.period is None or time is None or time.first is None or time.last is None:
        return
    start, end = said.period
    if time.last < start or time.first >= end:
        raise ReportError(
            f"{table.called} holds nothing in the period",
            got=f"--period {start}..{end}",
            expected=f"a period that meets {time.first} to {time.last}, the times in column '{printable(time.name)}'",
            cause="another time zone or year, or another column of times",
            remedy="correct --period, or name the column with --time",
        )


def whole(table: "SourceTable", cluster: Column, variant: Column) -> None:
    """Raise where most levels of a cluster stand in several variants, so that none of them was assigned whole."""
    arms = f"count(distinct {table.text(variant.name)})"
    each = f"select {arms} as arms, count(*) as n from {{table}} where {table.text(cluster.name)} is not null group by {table.text(cluster.name)}"
    mixed, shared = table.rows(f"select count(*) filter (arms > 1), count(*) filter (n > 1) from ({each})")[0]
    if 2 * int(mixed) > int(shared):  # type: ignore[call-overload]
        raise _cannot(
            table, f"--cluster {printable(cluster.name)}", "be what was randomised", f"{mixed:,} of its {shared:,} levels stand in several variants",
            "levels that each stand in one variant",
        )  # fmt: skip


def _twice(table: "SourceTable", said: Said) -> list[ReportError]:
    """One column cannot be two things, but for a unit that was randomised as it is."""
    roles: dict[str, list[str]] = {}
    for option in ("unit", "time", "event", "variant", "cluster", "money"):
        if option in said:
            roles.setdefault(getattr(said, option), []).append(f"--{option}")
    for option, name in (("--primary", said.primary), *(("--outcome", each) for each in said.outcomes)):
        if name in roles and roles[name] != ["--money"]:
            roles[name].append(option)
    return [
        ReportError(f"{table.called}: one column cannot be {' and '.join(options)}", got=printable(name), expected="another column for each")
        for name, options in roles.items() if len(options) > 1
    ]  # fmt: skip


def _no_unit(table: "SourceTable", column: Column) -> ReportError | None:
    if column.filled == 0:
        why = "it is empty in all rows"
    elif column.constant:
        why = "it holds one value in all rows"
    else:
        return None
    return _cannot(
        table, f"--unit {printable(column.name)}", "tell the units", why, "an id that differs from unit to unit"
    )


def _no_time(table: "SourceTable", column: Column) -> ReportError | None:
    if column.filled and column.moments and (calendars.is_ours(column.first) or not calendars.is_of_none(column)):
        return None  # of what never comes in some rows the rows are told, where they are read
    if column.filled and column.moments:
        held, ours = f"it holds {calendars.called(column)}", calendars.remedy(table, column)
        return _cannot(table, f"--time {printable(column.name)}", "be the time", held, "moments of our time", ours)
    why, remedy = unread_times.why(table, column) if column.filled else ("it is empty in all rows", None)
    return _cannot(
        table, f"--time {printable(column.name)}", "be the time", why, "moments or days, such as 2026-03-02 10:11:12", remedy
    )  # fmt: skip


def _no_event(table: "SourceTable", column: Column) -> ReportError | None:
    if 2 <= column.distinct <= MOST_EVENTS:
        return None
    return _cannot(
        table, f"--event {printable(column.name)}", "name the events", f"{exact(table, column).distinct:,} different values",
        f"2 to {MOST_EVENTS} names, one a row",
    )  # fmt: skip


def _no_money(table: "SourceTable", column: Column) -> ReportError | None:
    why, remedy = _no_number(table, column)
    if not why and (column.binary or column.in_words):
        why = "it holds two values alone, what happened and what did not"
    if not why:
        return None
    return _cannot(
        table,
        f"--money {printable(column.name)}",
        "be an amount of money",
        why,
        "numbers: the amount of each row",
        remedy,
    )


def _no_cluster(table: "SourceTable", column: Column) -> ReportError | None:
    if column.distinct >= 2:
        return None
    why = "it is empty in all rows" if column.filled == 0 else "it holds one value in all rows"
    return _cannot(table, f"--cluster {printable(column.name)}", "be what was randomised", why, "two clusters or more")


def _no_number(table: "SourceTable", column: Column) -> tuple[str, str | None]:
    """Why a column holds no numbers to compare, and what to do about it; '' where it does."""
    if column.filled == 0:
        return "it is empty in all rows", None
    if column.constant:
        if not column.values:
            return "it is constant", None
        value, empty = printable(column.values[0]), column.rows - column.filled
        if empty:
            return (
                f"it holds '{value}' in {column.filled:,} rows and nothing in {empty:,}",
                "if an empty field means that it did not happen, say so: --empty zero (data.happened of a study)",
            )
        return f"it holds one value in all rows: {value}", None
    if column.unread:
        return column.unread, None
    if column.has_time:
        return measures.unfit(column), None
    if not (column.numeric or column.binary or column.in_words):
        found = _others(table, column)
        return _no_numbers(table, column, found), _coded(table, column, found)
    return "", None


LENGTH = r"-?([0-9]+ ?d(ays?)?,? ?)?[0-9]+:[0-5][0-9](:[0-5][0-9])?([.,][0-9]+)?|P([0-9.]+[YMWD])*(T([0-9.]+[HMS])+)?"
"""A length of time: 1:02:33, 2 days 04:05:06, PT4M35S."""


def _no_numbers(table: "SourceTable", column: Column, found: list[tuple[str, int]]) -> str:
    """How many values are no numbers, with those that stand there most often; lengths of time are told."""
    if not found:
        return "its values are no finite numbers"
    text = table.text(column.name)
    of_them = f"from {{table}} where {text} is not null and {table.value(column.name)} is null"
    if table.number(f"select avg(regexp_full_match({text}, {literal(LENGTH)})::integer) {of_them}") == 1:
        return f"its values are lengths of time, such as {printable(found[0][0])}: write them as numbers, of seconds for instance"
    if too_large(table, column):
        return f"its values are larger than a metric holds, such as {printable(found[0][0])}: numbers below 1{14 * '0'}"
    wrong = column.filled - column.numbers
    some = f"{wrong:,} of its {column.filled:,} values" if column.numbers else "its values"
    told = (f"{printable(value)!r} in {counted(n, 'row')}" for value, n in found)
    return f"{some} are no numbers: {', '.join(told)}"


def too_large(table: "SourceTable", column: Column) -> bool:
    """Whether those values of a column that are no numbers of a metric are numbers all the same, of more than a metric holds."""
    text = table.text(column.name)
    of_them = f"from {{table}} where {text} is not null and {table.value(column.name)} is null"
    return table.number(f"select avg((abs(try_cast({text} as double)) >= {LARGEST})::integer) {of_them}") == 1


def _others(table: "SourceTable", column: Column) -> list[tuple[str, int]]:
    """The most frequent values of a column that are no numbers."""
    text = table.text(column.name)
    found = table.rows(
        f"select {text}, count(*) from {{table}} where {text} is not null and {table.value(column.name)} is null"
        " group by 1 order by 2 desc, 1 limit 3"
    )
    return [(str(each), int(n)) for each, n in found]  # type: ignore[call-overload]


def _coded(table: "SourceTable", column: Column, found: list[tuple[str, int]]) -> str | None:
    """What to do with a column of numbers of which some values are words; a query where no number stands there."""
    if of_unit := measured_in.or_asked(table, column):
        return of_unit
    if not column.numbers:
        return worded.remedy(table.selected, column) if column.words else None
    if too_large(table, column):
        name = quoted(column.name)
        number = f"try_cast({name}::varchar as double)"
        other = f"{table.value(column.name)} is not null and {number} is distinct from {table.value(column.name)}"
        by = (
            ", by a query in a file beside it (smaller.sql), and give that:"
            f" select * replace ({number} / 1000 as {name}) from {table.selected} as told"
        )
        return "divide all of them by the same" + by * (
            not table.number(f"select count(*) from {{table}} where {other}")
        )
    words = ", ".join(f'"{printable(text)}"' for text, _ in found)
    return (
        f"correct these values, or leave the column out here and write it under data.outcomes with"
        f" data.missing_codes: {{{printable(column.name)}: [{words}]}}, if they mean that nothing is known"
    )


def _cannot(
    table: "SourceTable", said: str, what: str, why: str, expected: str, remedy: str | None = None
) -> ReportError:
    return ReportError(f"{table.called}: {said} cannot {what}", got=why, expected=expected, remedy=remedy)
