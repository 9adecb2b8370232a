"""What is said of a file whose rows are not what they would have to be: one clear error each."""

from collections.abc import Iterable, Sequence

from helpers.config.currencies import CODES
from helpers.errors import ReportError
from helpers.ingest.many_units import is_running
from helpers.ingest.misfits import blanks
from helpers.ingest.new_study import (
    both_arms,
    contradictions,
    counted_columns,
    described,
    integer_ids,
    log,
    means_of_arms,
    questions,
    roles,
    typed,
    unread_times,
    vocabulary,
    weights,
    within,
)
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.table_view import TableView

MOST = 0.9
"""Share of the units of which a variant is known, at least."""


def single_column(seen: TableView) -> ReportError:
    columns = seen.columns
    parted = blanks(seen.table.called) if columns and len(columns[0].name.split()) > 1 else None
    return ReportError(
        f"{seen.table.called} has a single column",
        got=f"'{vocabulary.printable(columns[0].name)}'" if columns else "no column",
        expected="columns for the unit, the variant and the outcomes; or for the event, its time and its unit",
        cause=parted.why if parted else "another delimiter than comma, semicolon, tab or |, or a file of another kind",
        remedy=parted.remedy if parted else None,
    )


def refuse_unnamed(seen: TableView, unit: Column, taken: set[str], changes: dict[str, float]) -> None:
    """Raise where a column of a log splits the units as a variant does, and no name says what it is.

    It is the same in all rows of a unit, and its levels are of equal size, or, of a switch (0 and 1, no and yes), of sizes that
    experiments are designed with.
    """
    table = seen.table
    refuse_in_some_rows(seen, unit, taken)
    for column in seen.columns:
        arms = roles.meant(column)[0]
        if column.name in taken or not _may_be_assigned(column, arms) or changes.get(column.name, 1) > roles.EVER:
            continue
        counts = [n for _, n in log.by_units(table, unit, arms).levels]
        if (
            len(counts) < 2
            or sum(counts) < MOST * unit.distinct
            or not _is_planned(counts, is_switch=column.binary or column.in_words)
        ):
            continue
        called = vocabulary.printable(column.name)
        raise ReportError(
            f"{table.called}: is '{called}' the variant? It splits the units as an experiment does, and no name says what it is",
            got=", ".join(
                f"{vocabulary.printable(level)} ({n:,} units)" for level, n in log.by_units(table, unit, column).levels
            ),
            expected="the column that says who got what, if this is an experiment",
            remedy=f'say so: --variant "{called}"; if it is an attribute, take the file as it is: --where true',
        )


EXPERIMENTS = {
    "exp",
    "exps",
    "experiment",
    "experiments",
    "ab",
    "abtest",
    "abtests",
    "test",
    "tests",
    "flag",
    "flags",
    "feature",
    "features",
    "variant",
    "variants",
    "split",
}
"""Words of what holds experiments, of whose names those of columns within it are made."""


def refuse_in_some_rows(seen: TableView, unit: Column, taken: set[str]) -> None:
    """Raise where a column that stands in some rows of a log only, as in those of the exposure, has levels like those of arms,
    one a unit, and its name or that of what it stands in says that it is of an experiment, or its levels do.
    """
    table = seen.table
    for column in seen.columns:
        arms = roles.meant(column)[0]
        few = bool(column.levels) and 2 <= arms.distinct <= roles.MOST_ARMS and column.filled < column.rows
        if column.name in taken or not few or column.has_time or column.decimal or column.negative:
            continue
        lettered = {level.strip().lower() for level in arms.values} <= set("abcdef")
        named = bool(EXPERIMENTS & set(vocabulary.tokens(column.name)))
        control = bool(roles.named_controls(arms)) and not (column.binary or column.in_words)
        if not (
            (lettered and (named or _may_be_called(column, is_switch=True))) or (named and (control or column.binary))
        ):
            continue
        several, units = questions.several_levels(table, unit, table.text(column.name))
        counts = [n for _, n in log.by_units(table, unit, arms).levels]
        if several > roles.EVER * units or units < 2 * FEWEST or min(counts) < FEWEST:
            continue
        name = vocabulary.printable(column.name)
        raise ReportError(
            f"{table.called}: is '{name}' the variant? It stands in some rows only, as in those of the exposure, and is the same in all of a unit",
            got=", ".join(
                f"{vocabulary.printable(level)} ({n:,} units)" for level, n in log.by_units(table, unit, column).levels
            )
            + f"; nothing in any row of {unit.distinct - units:,} units",
            expected="the column that says who got what, if this is an experiment",
            remedy=f"say so: --variant {typed.name(column.name)}; if it is an attribute, take the file as it is: --where true",
        )


def refuse_marked(seen: TableView, unit: Column, taken: set[str]) -> None:
    """Raise where one value stands in all rows of some units of a log, and nothing in those of the others, in shares that
    experiments are designed with: an arm that is marked, and a control that is not. Of a unit with one row nothing tells
    whether the value is the unit's or the row's.
    """
    table = seen.table
    for column in seen.columns:
        marked = column.constant and column.levels and 0 < column.filled < column.rows
        if column.name in taken or not marked or not _may_be_called(column, is_switch=True):
            continue
        who, level = table.text(unit.name), table.text(column.name)
        found = table.rows(
            f"select count(*) filter (k = n), count(*) filter (k = 0), count(*) filter (0 < k and k < n), count(*) filter (k = n and n > 1)"
            f" from (select count(*) as n, count({level}) as k from {{table}} where {who} is not null group by {who})"
        )[0]
        yes, no, mixed, again = (int(n) for n in found)  # type: ignore[call-overload]
        if min(again, no) < FEWEST or mixed > roles.EVER * (yes + no) or not _is_planned([yes, no], is_switch=True):
            continue
        name, value = vocabulary.printable(column.name), vocabulary.printable(column.values[0])
        raise ReportError(
            f"{table.called}: is '{name}' the variant? It marks some units and not the others, in shares of an experiment",
            got=f"{value} ({yes:,} units), nothing ({no:,} units)",
            expected="the column that says who got what, if this is an experiment",
            remedy=f"say so, and the next message tells how to write who is the control: --variant {typed.name(column.name)}; if it is an"
            " attribute, take the file as it is: --where true",
        )


FEWEST = 20
"""Units of each of two arms, at least, of which shares tell anything."""


def refuse_few(seen: TableView, unit: Column) -> None:
    """Raise for a log without a variant and with hardly any units: an uplift that is planted in these shows nothing."""
    if unit.distinct >= 2 * FEWEST:
        return
    raise ReportError(
        f"{seen.table.called} is no experiment, and has too few units for one that is planted",
        got=f"{unit.distinct:,} units in '{vocabulary.printable(unit.name)}', {seen.rows:,} rows, and no column that holds a variant",
        expected=f"a variant; or at least {2 * FEWEST} units, which are split by a hash, and an uplift is planted in one half",
        cause="rows that are no events, such as counts or sums; another column is the unit; or an excerpt",
        remedy="name what the rows hold: --variant COLUMN, --unit COLUMN; or describe the file as it is: --descriptive",
    )


def _may_be_assigned(column: Column, arms: Column) -> bool:
    """Whether a few levels may be arms, as far as a column tells by itself: of one that is called as something else they are not."""
    few = (
        bool(column.levels)
        and 2 <= arms.distinct <= roles.MOST_ARMS
        and not CODES.issuperset(map(str.upper, arms.values))
    )
    return few and _may_be_called(column, is_switch=column.numeric or column.in_words)


def _may_be_called(column: Column, *, is_switch: bool) -> bool:
    """Whether a column is called as nothing that is no variant; of a switch (0 and 1, no and yes) there are more such names."""
    named = vocabulary.ATTRIBUTE - vocabulary.ASKS | vocabulary.REMARK | vocabulary.SESSION | vocabulary.PRODUCT
    if is_switch:
        named = named.union(vocabulary.TRAIT, vocabulary.HARM, vocabulary.MONEY, vocabulary.GOAL, *vocabulary.OUTCOME)
    return not (column.has_time or column.decimal or column.negative or vocabulary.touches(column.name, named))


def _is_planned(counts: list[int], *, is_switch: bool) -> bool:
    """Whether chance makes such counts of equal shares; of those of a switch, of shares that experiments are designed with."""
    from helpers.stats.checks.srm import srm

    return not srm(counts, weights.designed(counts) if is_switch else [1 / len(counts)] * len(counts)).failed


def aggregated(seen: TableView, unit: Column | None, time: Column | None, variant: Column) -> ReportError | None:
    """What is said of a table of sums without ids of units, of which no column counts the units of a row."""
    table = seen.table
    numbered = unit is None or not roles.is_key(unit) or is_running(table.con, table.relation, unit.name)
    counts = unit is not None and unit.numeric and time is not None and time.distinct >= DAYS  # Nutzer, of a day
    surely = vocabulary.names_a_unit(unit.name) if unit is not None else 0
    if (not numbered and not counts) or surely > (2 if counts else 1):
        return None
    each = f"'{vocabulary.printable(variant.name)}'" + (f" and '{vocabulary.printable(time.name)}'" if time else "")
    counted = [c for c in seen.columns if c.numeric and counted_columns.named(c)]
    cause, remedy = (
        (
            f"'{vocabulary.printable(counted[0].name)}' counts the units of a row, and no column of whole numbers counts how many of them have an outcome",
            "add a column with that number, such as a rate times the units; or write a row a unit: the table from which these sums were made",
        )
        if counted
        else (
            "rows that were summed up over units, without their number",
            "name the column that counts the units of a row with --unit, or write a row a unit: the table from which these sums were made",
        )
    )
    if counted and (mean := means_of_arms.told(table, seen.columns, counted[0])):
        cause, remedy = mean
    if transposed := means_of_arms.turned(table, seen.columns):
        cause, remedy = transposed
    return ReportError(
        f"{table.called} is an aggregated table: a row stands for all units of a variant{' on a day' if time else ''}",
        got=f"{seen.rows:,} rows, one for each {'count' if transposed else f'value of {each}'}, and no id of a unit",
        expected="one row a unit; or counts: how many units each row stands for, and how many of them have an outcome",
        cause=cause,
        remedy=remedy,
    )


DAYS = 3
"""Days of which each variant has one row from which on such a table is one of sums, and a number no id."""


def no_exposure(seen: TableView) -> ReportError:
    return ReportError(
        f"{seen.table.called} is a unit table, in which each row is a unit that was exposed",
        got=f"--exposure {vocabulary.printable(str(seen.said.exposure))}", expected="an event of a log, whose column --event names",
        remedy="leave --exposure out: who was exposed may hang on the variant, so that all units count",
    )  # fmt: skip


MOST_SHOWN = 6
"""Columns that are named, of those that may hold a variant."""


def candidates(columns: Sequence[Column], taken: Iterable[Column | None]) -> str:
    """Columns that may hold a variant, with their levels: those that are called as nothing else first, the most balanced first."""
    names = {c.name for c in taken if c is not None}
    named = vocabulary.ATTRIBUTE.union(vocabulary.HARM, *vocabulary.OUTCOME)
    able = [
        c for c in columns if c.name not in names and c.levels and 2 <= c.distinct <= roles.MOST_ARMS and not c.has_time
    ]
    ranked = sorted(able, key=lambda c: (vocabulary.touches(c.name, named), -c.levels[-1][1] / c.levels[0][1], c.name))
    return "; ".join(
        f"'{vocabulary.printable(c.name)}' ({', '.join(f'{vocabulary.printable(level)}: {n:,}' for level, n in c.levels)})"
        for c in ranked[:MOST_SHOWN]
    )


def _name_it(found: str) -> str:
    return (
        f"name it: --variant COLUMN. Columns with 2 to {roles.MOST_ARMS} levels are {found}"
        if found
        else "name it with --variant COLUMN"
    )


def lacking(seen: TableView, unit: Column | None, time: Column | None) -> ReportError:
    """What is said where the events are named and nobody knows whose they are, or when."""
    lack = [f"{what} (--{option})" for what, option, found in (("the unit", "unit", unit), ("the time", "time", time))
            if found is None]  # fmt: skip
    return ReportError(
        f"{seen.table.called}: no column tells {' and '.join(lack)} of the events",
        expected="one row an event, with its unit and its time",
        got=", ".join(vocabulary.printable(c.name) for c in seen.columns[:30]),
        remedy=f"name it: {' '.join(f'--{option} COLUMN' for option, found in (('unit', unit), ('time', time)) if found is None)}",
    )


def variant_said(seen: TableView, name: str) -> Column:
    """The column that somebody calls the variant's."""
    found = seen.column(name)
    if not (found.levels and 2 <= found.distinct <= roles.MOST_ARMS):
        raise contradictions.no_variant(seen.table, found)
    return found


def _of_rows(look: TableView, unit: Column) -> ReportError | None:
    """What is said of rows that each have an id and a variant of their own, such as sessions, of units that are in several variants."""
    keys = [
        c
        for c in look.columns
        if c is not unit and c.filled == c.distinct == look.rows and not c.has_time and roles.is_key(c)
    ]
    for arm in roles.variants_of(look.columns) if keys else ():
        several, units = questions.several_levels(look.table, unit, look.table.text(arm.name))
        if arm is not unit and several:
            name, variant, row = (vocabulary.printable(c.name) for c in (unit, arm, keys[0]))
            return ReportError(
                f"{look.table.called}: the rows of a '{name}' are not of one variant",
                got=f"{look.rows:,} rows of {units:,} units in '{name}', {several:,} of which have several levels of '{variant}'",
                expected=f"one variant for each '{name}', or what was randomised in its place",
                cause=f"each '{row}' was randomised by itself",
                remedy=f"if so, it is the unit: --unit {typed.name(keys[0].name)} (the rows of one '{name}' are then alike, and the report takes them as independent);"
                f" else find out how units came into several variants: they are in none",
            )
    return None


def _beginnings(look: TableView, unit: Column) -> dict[str, int]:
    """The letters ahead of a number that all ids begin with, where they are as few as arms, with the rows of each."""
    letters = f"regexp_extract({look.table.text(unit.name)}, '^([A-Za-z]+)[-_ ]?[0-9]+$', 1)"
    rows = look.table.rows(
        f"select {letters}, count(*) from {{table}} group by 1 order by 1 limit {roles.MOST_ARMS + 1}"
    )
    found = {str(start or ""): int(n) for start, n in rows}  # type: ignore[call-overload]
    return found if 2 <= len(found) <= roles.MOST_ARMS and "" not in found else {}


def neither(
    look: TableView, unit: Column | None, time: Column | None, event: Column | None, repeated: bool
) -> ReportError:
    """What is said where rows are neither events nor units, as near to the cause as the columns tell it."""
    called, rows, columns = look.table.called, look.rows, look.columns

    def said(what: str, column: Column | None) -> str:
        return f"{what}: '{vocabulary.printable(column.name)}'" if column else f"{what}: none"

    found = candidates(columns, (unit, time, event))
    seen = "; ".join(
        [f"{rows:,} rows", said("unit", unit), said("time", time), said("event name", event), "variant: none"]
    )
    unread = any(vocabulary.touches(c.name, vocabulary.TIME) and c.filled and not c.has_time for c in columns)
    if (
        unit
        and repeated
        and not (event or unread or (time and _of_rows(look, unit)))
        and (own := both_arms.told(look, unit, time))
    ):
        return own
    if unit and repeated and not (time or unread) and (ids := within.told(look.table, columns, unit)):
        return ReportError(
            f"{called}: rows repeat a unit, and no column names what happened in each, or says who got what",
            got=f"{seen}; {unit.distinct:,} different ids",
            expected="one row a unit, with the column of its variant; or one row an event, with its time and its name",
            cause="ids that are unique within something alone",
            remedy=f"{ids}; {_name_it(found)}",
        )
    if event and repeated:
        return unread_times.refused(look.table, columns, seen.removesuffix("; variant: none"))
    if unit and repeated and time and (own := _of_rows(look, unit)):
        return own
    if unit and repeated and time:
        return ReportError(
            f"{called} is neither an event log nor a unit table: its rows repeat a unit, but no column names the event",
            got=f"{rows:,} rows of {unit.distinct:,} units in '{vocabulary.printable(unit.name)}', moments in '{vocabulary.printable(time.name)}'",
            expected="a column that says what happened in each row (view, order, ...), or one row a unit with a variant",
            cause="lines of orders or invoices, or days of a time series",
            remedy=f"name the variant where the rows of a unit are its weeks or months in an experiment (--variant COLUMN), the event if a column names it (--event COLUMN), describe the table as it is (--descriptive), or sum the rows up to one a unit (group by {vocabulary.printable(unit.name)}) with its variant",
        )
    if unit and not repeated and roles.is_key(unit):
        if begun := _beginnings(look, unit):
            return ReportError(
                f"{called}: does the beginning of '{vocabulary.printable(unit.name)}' name the arm? No column says who got what",
                got=", ".join(f"{vocabulary.printable(start)} ({n:,} rows)" for start, n in begun.items()),
                expected="a column that names the arm of each row",
                remedy="nothing in the file tells it: find out what the letters say; if they are the arms, write them in a column 'variant'; if not, join the"
                " assignment, or describe the table without one: --descriptive",
            )
        return ReportError(
            f"{called} is a unit table without a variant: no column says who got what",
            got=seen,
            expected=f"a column such as 'variant' or 'group' with 2 to {roles.MOST_ARMS} levels",
            cause="a table of attributes or of history; nobody was treated, or the assignment lies in another table",
            remedy=f"{_name_it(found)}; or join the assignment; without one describe it, with --descriptive: {described.CAN_BE}",
        )
    keys = (
        [f"'{vocabulary.printable(c.name)}'" for c in integer_ids.repeating(columns)]
        if event and time and not unit
        else []
    )
    if keys:
        return ReportError(
            f"{called}: events and their times are found, but no column is called as the id of a unit",
            got=seen,
            expected="the column that tells whose each event is",
            cause="an id that no name says is one",
            remedy=f"name it: --unit COLUMN; whole numbers that repeat are in {', '.join(keys[:MOST_SHOWN])}",
        )
    return ReportError(
        f"{called} is neither an event log nor a unit table",
        got=f"{seen}; columns {', '.join(vocabulary.printable(c.name) for c in columns[:12])}"
        + (" ..." if len(columns) > 12 else ""),
        expected="one row an event (unit, time, event name), or one row a unit (variant and outcomes)",
        cause="rows that are summed up over units, or columns with names that say nothing",
        remedy="name the columns: --variant COLUMN, of a log also --unit, --time and --event; or write the study file by hand from docs/own-data.md"
        + (f". Columns with 2 to {roles.MOST_ARMS} levels are {found}" if found else ""),
    )
