"""Rows of totals among the days of a table of counts: left out, or taken alone where their units are fewer than the days' sum."""

from helpers.formatting import formatted
from helpers.ingest.new_study import counted_columns, roles, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Noted
from helpers.ingest.new_study.table_view import TableView
from helpers.ingest.sql import literal, quoted
from helpers.ingest.summaries.words import calls_a_total


def apart(seen: TableView, time: Column | None, variant: Column) -> Noted:
    """The condition on the rows of counts to take, and what is told of it; both are empty where no row is a total of days.

    A total of as many units as the days together sums them up. One of fewer counts each unit once, and the days do not:
    who came on two of them is counted twice.
    """
    if time is None or time.moments == time.filled:
        return "", ""
    table, word = seen.table, quoted(time.name)
    text = table.text(time.name)
    is_total = calls_a_total(text)
    numbers = [c for c in seen.columns if c.numeric and c is not variant]
    found = counted_columns.sort(table, numbers, variant, seen.said.unit)
    if found is None:
        return "", ""
    n = table.value(found.units.name)
    rows = table.rows(
        f"select count(*) filter ({is_total}), count(distinct {table.text(variant.name)}) filter ({is_total}),"
        f" count(distinct {table.text(variant.name)}), sum({n}) filter ({is_total}), sum({n}) filter (not {is_total}),"
        f" min(trim({text})) filter ({is_total}) from {{table}}"
    )[0]
    totals, of_arms, arms = (int(each) for each in rows[:3])  # type: ignore[call-overload]
    if not totals or totals != of_arms or of_arms != arms or totals < time.filled - time.moments:
        return "", ""
    whole, summed, called = int(rows[3]), int(rows[4]), vocabulary.printable(str(rows[5]))  # type: ignore[call-overload]
    condition = f"trim({word}::varchar) {{}} {literal(str(rows[5]))}"
    units, said = vocabulary.printable(found.units.name), f"'{called}' in '{vocabulary.printable(time.name)}'"
    if whole == summed:
        return condition.format("<>"), f"{totals} rows of totals, {said}, left out"
    return condition.format("="), (
        f"{totals} rows of totals, {said}, are taken alone: they count {formatted(whole, 'count')} {units}, the days together"
        f" {formatted(summed, 'count')}, as who comes on several days is counted on each"
    )


def of_no_arm(seen: TableView, variant: Column) -> Noted:
    """The condition on the rows of counts that say their arm, and what is told of the others, as of a total below the table."""
    words = roles.meant(variant)[2]
    totals = [level for level in _sums(seen, variant) if level not in words]
    if totals:
        listed = ", ".join(f"'{vocabulary.printable(level)}'" for level in totals)
        kept = ", ".join(map(literal, [*totals, *words, ""]))
        return (
            f"coalesce(trim({quoted(variant.name)}::varchar), '') not in ({kept})",
            f"{sum(k for level, k in variant.levels if level in totals):,} of {seen.rows:,} rows are left out, {listed} in"
            f" '{vocabulary.printable(variant.name)}', which sum up the others",
        )
    n = variant.rows - variant.filled + sum(rows for level, rows in variant.levels if level in words)
    if not n:
        return "", ""
    name = vocabulary.printable(variant.name)
    listed = ", ".join(map(literal, ["", *words]))
    return (
        f"coalesce(trim({quoted(variant.name)}::varchar), '') not in ({listed})",
        f"{n:,} of {seen.rows:,} rows are left out, which say no arm in '{name}', as a total does",
    )


def _sums(seen: TableView, variant: Column) -> list[str]:
    """Levels of fewer rows than the others whose numbers are the sums of all of theirs: a total below the arms, whatever it is called."""
    most = max((n for _, n in variant.levels), default=0)
    numbers = [c for c in seen.columns if c.numeric and c is not variant and not (c.decimal or c.negative or c.binary)]
    if most < 2 or len(variant.levels) < 3 or len(numbers) < 2:
        return []
    table, arm = seen.table, seen.table.text(variant.name)
    found = []
    for level in (level for level, n in variant.levels if n == 1):
        its, others = f"{arm} = {literal(level)}", f"{arm} is not null and {arm} <> {literal(level)}"
        same = [
            f"sum({table.value(c.name)}) filter ({its}) = sum({table.value(c.name)}) filter ({others})" for c in numbers
        ]
        agree = sum(bool(each) for each in table.rows(f"select {', '.join(same)} from {{table}}")[0])
        if agree >= min(2, len(numbers)):
            found.append(level)
    return found
