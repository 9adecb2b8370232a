"""Rows from before the experiment: a column whose values say so is no attribute, and its rows are asked about."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest import panel
from helpers.ingest.new_study import typed, vocabulary, written_numbers, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.proposal import StudyProposal
    from helpers.ingest.new_study.source import SourceTable

MOST, LONGEST = 4, 8
"""Phases of an experiment, and times at which somebody is looked at, at most."""
BOTH = 0.5
"""Share of what repeats that has rows of several phases, at least, where the rows of one are measured again and again."""


def is_said(column: Column) -> bool:
    """Whether the values of a column tell the rows of a unit apart, whatever it is called: before and after, T1 and T2."""
    return bool(_first(column))


def asked(
    table: "SourceTable", columns: Sequence[Column], unit: Column, period: Column, unless: str
) -> ReportError | None:
    """What is asked where a column parts the periods into those before the experiment and those of it, or a period is
    called so itself; not of a column that is named in ``unless``, which somebody said of the rows.
    """
    phase = period if _first(period) else next((c for c in columns if is_phase(table, c, period)), None)
    if phase is None and (found := _ahead_of_test(table, columns, period)) and not is_settled(found[0], unless):
        return _asking(table, columns, unit, found[0], alone=False, ahead=found[1])
    if phase is None or is_settled(phase, unless):
        return None
    return _asking(table, columns, unit, phase, alone=phase is period)


def _ahead_of_test(table: "SourceTable", columns: Sequence[Column], period: Column) -> tuple[Column, str] | None:
    """A column that parts the periods, of which one is called the test, and what the first of them is called, if it is another one."""
    for column in columns:
        called = [level for level in column.values if vocabulary.TESTS & set(vocabulary.tokens(level))]
        if not (2 <= column.distinct <= MOST and len(called) == 1):
            continue
        level, order = table.text(column.name), panel.order_sql(table.text(period.name))
        if (
            table.number(
                f"select max(k) from (select count(distinct {level}) as k from {{table}} group by {table.text(period.name)})"
            )
            != 1
        ):
            continue
        first = str(
            table.rows(f"select {level} from {{table}} where {level} is not null order by {order} limit 1")[0][0]
        )
        if first != called[0]:
            return column, first
    return None


def refuse(table: "SourceTable", columns: Sequence[Column], variant: Column, unless: str) -> None:
    """Raise where what was randomised whole (stores, schools) has rows from before the experiment and rows of it.

    These are no panel, if there are several rows in each phase.
    """
    free = [c for c in columns if c is not variant and not c.has_time]
    for phase in (c for c in free if _before(c) and not is_settled(c, unless)):
        for whole in (c for c in free if c is not phase and not c.decimal and 1 < c.distinct < c.filled):
            who, arm = table.text(whole.name), table.text(variant.name)
            found = table.rows(
                f"select count(*), count(*) filter (k > 1), max(arms) from (select count(distinct {table.text(phase.name)}) as k,"
                f" count(distinct lower({arm})) as arms from {{table}} where {who} is not null and {arm} is not null group by {who})"
            )[0]
            levels, several, arms = (int(n or 0) for n in found)  # type: ignore[call-overload]
            if levels > variant.distinct and several >= BOTH * levels and arms == 1:
                raise _asking(table, free, whole, phase, alone=False)


def left_out(table: "SourceTable", columns: Sequence[Column], proposal: "StudyProposal") -> list[str]:
    """What is asked where a condition leaves out the rows from before, and the arms parted in these already: what was there
    before is no effect, and nothing else tells of it.
    """
    if not table.whole or proposal.source != "units" or "variant" not in proposal.columns or proposal.before:
        return []
    named = {c.name: c for c in columns}
    unit = named.get(proposal.columns.get("user_id", ("", ""))[0])
    outcome = named.get(proposal.outcomes.get(proposal.primary.event, ("", ""))[0])
    variant = named.get(proposal.columns["variant"][0])
    if unit is None or variant is None or outcome is None or not outcome.numeric or outcome.binary:
        return []
    for phase in (c for c in columns if c.constant and c not in (unit, outcome, variant)):
        rows = table.rows(
            f"select {table.text(phase.name)} as t, count(*) from {table.whole} group by 1 having t is not null order by 2 desc, 1 limit {MOST + 1}"
        )
        levels = tuple((str(level), int(n)) for level, n in rows)  # type: ignore[call-overload]
        first = _before(replace(phase, levels=levels, distinct=len(levels)))
        if not first or first in phase.values:
            continue
        who, arm, value = table.text(unit.name), table.text(variant.name), table.value(outcome.name)
        earlier = table.rows(
            f"select count(v), avg(v), coalesce(var_samp(v), 0) from (select {who} as u, {arm} as arm, avg({value}) as v from {table.whole}"
            f" where {table.text(phase.name)} = {literal(first)} and {arm} is not null group by all) group by arm having count(v) > 1"
        )
        arms = [(int(n), float(mean), float(spread)) for n, mean, spread in earlier]  # type: ignore[call-overload, arg-type]
        apart = max(
            (
                abs(a[1] - b[1]) / max((a[2] / a[0] + b[2] / b[0]) ** 0.5, 1e-12)
                for a in arms
                for b in arms
                if a is not b
            ),
            default=0.0,
        )
        if apart > UNLIKE:
            name = vocabulary.printable(outcome.name)
            return [
                f"Were the arms unlike before? In the rows that --where leaves out, those of '{vocabulary.printable(first)}', the means of '{name}' part"
                f" by {apart:.0f} standard errors already, and what was there before counts as an effect here. Leave --where out, and the message"
                " gives the query that sets them beside as what was before: the report then checks that balance."
            ]
    return []


UNLIKE = 4.0
"""Standard errors by which the means of the arms part before an experiment by more than chance."""


def is_phase(table: "SourceTable", column: Column, period: Column) -> bool:
    """Whether each period is of one level of a column, and the name of a level, or the name of a column of 0 and 1, says
    which came before the experiment.
    """
    if not _before(column):
        return False
    several = table.number(
        f"select max(k) from (select count(distinct {table.text(column.name)}) as k from {{table}}"
        f" group by {table.text(period.name)})"
    )
    return several == 1


def is_settled(phase: Column, unless: str) -> bool:
    """Whether a condition on the rows takes all of them as they are, or speaks of a column."""
    return unless.strip().casefold() == "true" or phase.name.casefold() in unless.casefold()


def _first(column: Column) -> str:
    return _before(column) or _earliest(column)


def _before(column: Column) -> str:
    """The level of the rows before the experiment, by what it or its column is called; '' where nothing says so."""
    if not 2 <= column.distinct <= MOST:
        return ""
    for level in column.values:
        said = vocabulary.tokens(level)
        if any(vocabulary.is_said(word, vocabulary.PHASE_BEFORE) for word in (*said, "".join(said))):
            return level
    words = set(vocabulary.tokens(column.name))
    if column.binary and words & (vocabulary.PHASE_BEFORE | vocabulary.PHASE_AFTER):
        yes = bool(words & vocabulary.PHASE_BEFORE)
        return next((level for level in column.values if (level.lower() in ("1", "true", "1.0")) == yes), "")
    return ""


def _earliest(column: Column) -> str:
    """The first of some times at which somebody was looked at, T1, Wave 1 or M0, by their numbers; '' for all other values."""
    if not 2 <= column.distinct <= LONGEST:
        return ""
    found: dict[int, str] = {}
    words: set[str] = set()
    for level in column.values:
        *called, number = vocabulary.tokens(level.removesuffix(".0")) or [""]
        if not number.isdecimal() or len(called) > 1:
            return ""
        words |= set(called or vocabulary.tokens(column.name)[-1:])
        found[int(number)] = level
    first = min(found)
    passed = first == 0 and max(found) - first >= len(found) and words <= vocabulary.PASSING
    looked = first <= 1 and words <= vocabulary.STAGES and not (first == 1 and words == {"m"})
    return found[first] if len(found) == column.distinct and (passed or looked) else ""


def _asking(
    table: "SourceTable", columns: Sequence[Column], unit: Column, phase: Column, *, alone: bool, ahead: str = ""
) -> ReportError:
    """What is asked; ``ahead`` is what came before, where its place and no word tells it."""
    name, sure = vocabulary.printable(phase.name), ahead or _before(phase)
    first = sure or _earliest(phase)
    got = f"'{name}' says which are which: {', '.join(f'{vocabulary.printable(v)} ({n:,} rows)' for v, n in phase.levels[:MOST])}"
    remedy = f"{_ways(table, columns, unit, phase, first, alone=alone)}; if all of them are of the experiment, say so: --where true"
    if sure:
        return ReportError(
            f"{table.called}: rows from before the experiment would be summed up with those of it",
            got=got,
            expected="rows from the start of the experiment on",
            remedy=remedy,
        )
    return ReportError(
        f"{table.called}: is the first '{name}', {vocabulary.printable(first)}, from before the experiment? It would be summed up with the others",
        got=got,
        expected="rows from the start of the experiment on",
        cause="as a rule the first is measured before anything is done",
        remedy=remedy,
    )


def _ways(
    table: "SourceTable", columns: Sequence[Column], unit: Column, phase: Column, first: str, *, alone: bool
) -> str:
    """What is done about the earlier rows: a condition and a query, but none that takes the units away that have no later row."""
    who, when = table.text(unit.name), table.text(phase.name)
    lost = int(
        table.number(
            f"select count(*) from (select 1 from {{table}} where {who} is not null group by {who} having bool_and(coalesce({when} = {literal(first)}, false)))"
        )
    )
    if not lost:
        kept = written_texts.is_none_of(table, phase.name, [first])
        query = _beside(table, columns, unit, phase, first, alone=alone)
        other = (
            f"; or set them beside as what was before, by a query in a file beside it (after.sql), and give that: {query}"
            if query
            else ""
        )
        return f"leave the earlier rows out: --where {typed.condition(kept)}{other}"
    told = f"a condition would leave {lost:,} units out, which have no later row"
    emptied = _measured_again(table, columns, unit, phase)
    query = ""
    if alone and phase.distinct == 2 and not any(c.has_time for c in emptied):  # one row stands for the later ones
        last = next(level for level in phase.values if level != first)
        query = _beside(table, columns, unit, phase, first, alone=alone, emptied=emptied, last=last)
    if not query:
        return f"{told}; write a row of the experiment for each of them, empty where nothing is known of it, and leave the earlier ones out"
    return f"{told}; set the earlier rows beside as what was before, and keep these units, by a query in a file beside it (after.sql), and give that: {query}"


def _measured_again(table: "SourceTable", columns: Sequence[Column], unit: Column, phase: Column) -> list[Column]:
    """Columns that hold another value in another row of some unit."""
    free = [c for c in columns if c not in (unit, phase)]
    counts = ", ".join(f"count(distinct {table.text(c.name)}) as k{i}" for i, c in enumerate(free))
    most = ", ".join(f"max(k{i})" for i in range(len(free)))
    found = table.rows(f"select {most} from (select {counts} from {{table}} group by {table.text(unit.name)})")[0]
    return [c for c, k in zip(free, found, strict=True) if int(k or 0) > 1]  # type: ignore[call-overload]


def beside(table: "SourceTable", columns: Sequence[Column], unit: Column, phase: Column, first: str) -> str:
    """What is said of the query that sets what was measured in several rows before beside each row; '' without a number."""
    query = _beside(table, columns, unit, phase, first, alone=False)
    return (
        f"; or set them beside as what was before, by a query in a file beside it (after.sql), and give that: {query}"
        * bool(query)
    )


def _beside(
    table: "SourceTable",
    columns: Sequence[Column],
    unit: Column,
    phase: Column,
    first: str,
    *,
    alone: bool,
    emptied: Sequence[Column] = (),
    last: str = "",
) -> str:
    """The query that sets what was measured before beside each row: it says how far apart the arms began.

    A unit stands ``alone`` in a phase, where its value is taken as it is written, or has several rows in it. Where some have no row of the
    ``last`` phase, their earlier one stays for it, in which what is measured again is ``emptied``.
    """
    who, later = quoted(unit.name), written_texts.is_none_of(table, phase.name, [first])
    earlier, id_ = written_texts.is_one_of(table, phase.name, [first]), written_texts.of(table, unit.name)
    numbers = [(c, quoted(c.name) if alone else written_numbers.in_query(table, c.name))
               for c in columns if c.numeric and c not in (unit, phase) and not c.binary]  # fmt: skip
    made = ", ".join(
        f"{'any_value' if alone else 'avg'}({value}) as {quoted(f'{c.name}_before')}" for c, value in numbers if value
    )
    if not made:
        return ""
    rows = f"{table.selected} as told"
    if id_ != who:
        rows = f"(select * replace ({id_} as {who}) from {rows}) as told"
    there = ", ".join(
        [
            *(f"case when {later} then {quoted(c.name)} end as {quoted(c.name)}" for c in emptied),
            f"{literal(last)} as {quoted(phase.name)}",
        ]
    )
    kept = f" qualify {later} or not bool_or({later}) over (partition by {who})" if last else f" where {later}"
    return (
        f"select *{f' replace ({there})' * bool(last)} from {rows} left join (select {who}, {made} from {rows} where {earlier} group by {who})"
        f" using ({who}){kept}"
    )
