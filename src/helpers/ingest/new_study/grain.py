"""What a row is, an event or a unit; and one clear error where it is neither."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.config.columns import COUNTED_BY
from helpers.errors import ReportError, several
from helpers.ingest.many_units import is_running
from helpers.ingest.new_study import (
    aggregates,
    asking,
    clusters,
    codes,
    contradictions,
    described,
    doubts,
    experiments,
    label_rows,
    lines,
    log,
    panels,
    questions,
    roles,
    units,
    unread_times,
    vendors,
    vocabulary,
)
from helpers.ingest.new_study.profile import Column, exact, profile
from helpers.ingest.new_study.proposal import Noted, StudyProposal
from helpers.ingest.new_study.said import Said
from helpers.ingest.sql import quoted
from helpers.ingest.values import ids
from helpers.ingest.values.times import Times

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


NOTES = 0.01
"""Rows without a variant, up to this share, are taken for what stands below a table."""


def read(table: "SourceTable", said: Said = Said(), ask: asking.Ask | None = None) -> StudyProposal:  # noqa: B008
    """The proposal for a table, with what somebody ``said`` of it as said; ``ask`` puts a question where a point is unclear.

    Raises :class:`~helpers.errors.ReportError` where rows are neither events nor units, and where the order of day and
    month is not told by the times; and where what was said cannot be so.
    """
    rows, columns, said = _profiled(table, said)
    if len(columns) < 2:
        raise ReportError(
            f"{table.called} has a single column",
            got=f"'{vocabulary.printable(columns[0].name)}'" if columns else "no column",
            expected="columns for the unit, the variant and the outcomes; or for the event, its time and its unit",
            cause="another delimiter than comma, semicolon, tab or |, or a file of another kind",
        )
    label_rows.refuse(table, columns, said)
    if export := vendors.of(columns):
        export.refuse_alone(columns, said)
        said = export.known(said)
        if not any(
            c.name == said.time and c.has_time for c in columns
        ):  # its digits are read as times once that is known
            rows, columns, said = _profiled(table, said)
    several_experiments = experiments.question(columns, said)
    said = asking.settled(said, several_experiments, ask)
    experiments.refuse_pooled(table, several_experiments, said)
    where = Where(said.where or "", f"{said.how('where')}: {table.parts.notes[-1]}" if said.where else "")
    if said.experiment:
        log_like = bool(said.event or roles.event_of(columns))
        asked, teller = experiments.condition(table, columns, said.experiment, log=log_like)
        table, before = table.narrowed(asked), rows
        rows, columns, said = _profiled(table, said)
        where = where.also(
            asked, f"experiment '{vocabulary.printable(str(said.experiment))}' of column '{vocabulary.printable(teller.name)}',"
            f" {said.how('experiment')}: {before - rows:,} of {before:,} rows are left out",
        )  # fmt: skip
    said = asking.settled(said, asking.unit(columns), ask)
    contradictions.refuse(table, columns, said)
    proposal = _proposed(table, rows, columns, said, ask)
    proposal = export.noted(proposal) if export else proposal
    where = where.also(*proposal.where) if proposal.where[0] else where
    told = (*proposal.assumed, *where.notes, *doubts.told(table, columns, proposal, said))
    return replace(proposal, where=where.noted, assumed=told, said=said.options | proposal.said)


@dataclass(frozen=True)
class Where:
    """The condition on the rows that a study takes, and what is told of it."""

    sql: str = ""
    told: str = ""

    def also(self, sql: str, told: str) -> "Where":
        if not self.sql:
            return Where(sql, told)
        return Where(
            f"({self.sql}\n) and {sql}" if "--" in self.sql else f"({self.sql}) and {sql}",
            "; ".join(filter(None, [self.told, told])),
        )

    @property
    def noted(self) -> Noted:
        return self.sql, self.told

    @property
    def notes(self) -> list[str]:
        return [f"rows: {self.told}"] if self.told else []


def _profiled(table: "SourceTable", said: Said) -> tuple[int, list[Column], Said]:
    """The rows, the columns, and what was said in the file's own names."""
    said = said.checked(table.called, [name for name in table.parts.types if name not in COUNTED_BY])
    rows, columns = profile(table, Times.stated(said.time_format, "UTC"), said.time)
    return rows, columns, said


def _proposed(
    table: "SourceTable", rows: int, columns: list[Column], said: Said, ask: asking.Ask | None
) -> StudyProposal:
    notes: list[str] = []
    if named := said.column("unit", columns) or roles.unit_of(columns):
        decided, notes, faults = ids.decide(table.con, [named.name], table.parts.types, table.relation)
        if faults:
            raise several(faults)
        if decided.whole:
            table = replace(table, ids=decided)
            rows, columns, said = _profiled(table, said)
    unit, time, event = units.roles_of(columns, said)
    if unit:
        approximate, unit = unit, exact(table, unit)
        columns = [unit if c is approximate else c for c in columns]
    if said.descriptive:
        return _noted(_described(table, rows, columns, (unit, time, event), said), notes)
    repeated = unit is not None and unit.distinct < 0.9 * unit.filled
    changes: dict[str, float] | None = None
    if unit is not None and repeated:
        changes = questions.changing(table, unit, [c for c in columns if c.levels and c is not unit])
        if (
            "unit" not in said
            and not vocabulary.names_a_unit(unit.name)
            and _apart(roles.variants_of(columns), changes)
        ):
            unit = roles.key_of(columns)  # what repeats is no unit, for its rows are in several variants
            repeated, changes = False, None
    if unit is not None and changes is not None:
        free = [c for c in columns if c.name not in said.named]
        coded = codes.event_of([c for c in free if changes.get(c.name, 0) > roles.EVER])
        event = said.column("event", columns) or roles.event_of(free, changes) or coded
    variants = [_told(table, columns, said.variant)] if said.variant else []
    variants += [c for c in roles.variants_of(columns) if c not in (unit, *variants) and not _other(c, said)]
    variants = [c for c in variants if c.name == said.variant or (changes or {}).get(c.name, 0) <= roles.OFTEN]
    if variants and event and "event" not in said and not panels.may_be_a_log(table, event, time, columns):
        event = None
    if said.event and not (unit and time):
        raise _lacking(table, columns, unit, time)
    if unit and time and event and not (variants or said.where or said.measured or said.exposure):
        _refuse_unnamed(table, unit, columns, {unit.name, time.name, event.name}, changes or {})
    if unit and time and event and (said.event or (repeated and event not in variants[:1])):
        _asked(time)
        variant = next((c for c in variants if c is not event), None)
        if variant is None and not said.control:
            said = asking.settled(said, described.question(table), ask)
            if said.descriptive == described.DESCRIBE:
                return _noted(codes.told(described.of_log(table, rows, columns, unit, time, event, said), event), notes)
            notes = [*notes, described.TOLD]
        said = _controlled(table, said, variant and roles.meant(log.by_units(table, unit, variant))[0], ask, "units")
        if variant:
            said = _clustered(table, columns, (unit, time, event), variant, said, ask)
        proposal = log.propose(table, rows, columns, unit, time, event, variant, said)
        return _noted(codes.told(replace(proposal, said=said.options), event), notes)
    if variants and not (event and repeated):
        _asked(time)
        if said.exposure:
            raise _no_exposure(table, said)
        if _summed_up(table, rows, time, variants[0]):
            if counts := aggregates.propose(table, rows, columns, variants[0], time, said, ask):
                return counts
            if aggregated := _aggregated(table, rows, unit, time, variants[0]):
                raise aggregated
        elif (unit is None or not roles.is_key(unit)) and (
            parts := aggregates.of_parts(table, rows, columns, variants[0], time)
        ):
            raise parts
        panel_unit = unit if repeated else None
        if not said.cluster and (seen := panels.of(table, columns, panel_unit, variants[0], ask=not said.where)):
            table = panels.folded(table, seen, variants[0])
            rows, columns, said = _profiled(table, said)
            variants = _again(variants, columns)
            said = _controlled(table, said, roles.meant(variants[0])[0], ask, "units")
            at = replace(said, unit=seen.unit.name)
            return _noted(
                panels.told(units.propose(table, rows, columns, variants[0], variants[1:], {}, at), seen), notes
            )
        totals = {level: _place(table, variants[0], level) for level in roles.totals(variants[0])}
        if totals:
            table = table.without(variants[0].name, totals)
            rows, columns, said = _profiled(table, said)
            variants = _again(variants, columns)
        where: Noted = ("", "")
        without = variants[0].rows - variants[0].filled
        if 0 < without <= NOTES * rows:  # totals and notes below say nothing of the columns above
            table = replace(table, left_out=f"{table.text(variants[0].name)} is null")
            if time is not None and time.filled < time.rows:
                called = f"'{vocabulary.printable(variants[0].name)}'"
                where = _filled(variants[0]), f"{without:,} rows without a value in {called}, as below a table"
            _, left, said = _profiled(table, said)
            kept = {} if where[0] else {variants[0].name: variants[0]}
            columns = [kept.get(c.name, c) for c in left]
            variants = _again(variants, columns)
        said = _controlled(table, said, roles.meant(variants[0])[0], ask, "rows")
        said = _clustered(table, columns, (unit, time), variants[0], said, ask)
        made = units.propose(table, rows, columns, variants[0], variants[1:], totals, said)
        return _noted(replace(made, where=where, said=said.options), notes)
    if not variants and not said.event:
        said = asking.settled(said, described.question_of_table(table), ask)
        if said.descriptive == described.DESCRIBE:
            return _noted(_described(table, rows, columns, (unit, time, event), said), notes)
    raise _neither(table, rows, columns, unit, time, event, repeated)


def _again(variants: list[Column], columns: list[Column]) -> list[Column]:
    """The variants as they were last looked at, in their order."""
    seen = {column.name: column for column in columns}
    return [seen[variant.name] for variant in variants]


def _filled(column: Column) -> str:
    """SQL of the rows in which a column holds something."""
    return f"trim({quoted(column.name)}::varchar) <> ''"


def _refuse_unnamed(
    table: "SourceTable", unit: Column, columns: list[Column], taken: set[str], changes: dict[str, float]
) -> None:
    """Raise where a column of a log splits the units evenly, as a variant does, and no name says what it is."""
    from helpers.stats.checks.srm import srm

    for column in columns:
        arms = roles.meant(column)[0]
        named = vocabulary.touches(
            column.name, vocabulary.ATTRIBUTE | vocabulary.REMARK | vocabulary.SESSION | vocabulary.PRODUCT
        )
        if (
            column.name in taken
            or named
            or not column.words
            or arms.distinct > roles.MOST_ARMS
            or changes.get(column.name, 1) > roles.EVER
        ):
            continue
        counts = [n for _, n in log.by_units(table, unit, arms).levels]
        if (
            len(counts) < 2
            or sum(counts) < MOST * unit.distinct
            or srm(counts, [1 / len(counts)] * len(counts)).p_value < EVEN
        ):
            continue
        raise ReportError(
            f"{table.called}: is '{vocabulary.printable(column.name)}' the variant? It splits the units evenly, and no name says what it is",
            got=", ".join(
                f"{vocabulary.printable(level)} ({n:,} units)" for level, n in log.by_units(table, unit, column).levels
            ),
            expected="the column that says who got what, if this is an experiment",
            remedy=f'say so: --variant "{vocabulary.printable(column.name)}"; if it is an attribute, take the file as it is: --where true',
        )


MOST = 0.9
"""Share of the units of which a variant is known, at least."""
EVEN = 0.05
"""A split that chance makes of equal shares in fewer cases is not even."""


def _apart(variants: list[Column], changes: dict[str, float]) -> bool:
    """Whether every column that may hold the variant changes within what seemed to be a unit."""
    return bool(variants) and all(changes.get(c.name, 0) > roles.OFTEN for c in variants)


def _summed_up(table: "SourceTable", rows: int, time: Column | None, variant: Column) -> bool:
    """Whether a table has a row for each variant, or for each of its days."""
    arm = table.text(variant.name)
    day = table.text(time.name) if time else "''"
    asked = f"select count(distinct {arm}), count(distinct {day}), count(distinct ({arm}, {day})) from {{table}}"
    arms, days, pairs = (int(n) for n in table.rows(asked)[0])  # type: ignore[call-overload]
    return bool(pairs == rows and rows >= aggregates.GRID * arms * days)


def _aggregated(
    table: "SourceTable", rows: int, unit: Column | None, time: Column | None, variant: Column
) -> ReportError | None:
    """What is said of a table of sums without ids of units, of which no column counts the units of a row."""
    numbered = unit is None or not roles.is_key(unit) or is_running(table.con, table.relation, unit.name)
    if not numbered or (unit is not None and vocabulary.names_a_unit(unit.name) > 1):
        return None
    each = f"'{vocabulary.printable(variant.name)}'" + (f" and '{vocabulary.printable(time.name)}'" if time else "")
    return ReportError(
        f"{table.called} is an aggregated table: a row stands for all units of a variant{' on a day' if time else ''}",
        got=f"{rows:,} rows, one for each value of {each}, and no id of a unit",
        expected="one row a unit; or counts: how many units each row stands for, and how many of them have an outcome",
        cause="rows that were summed up over units, without their number",
        remedy="name the column that counts the units of a row with --unit, or write a row a unit: the table from which these sums were made",
    )


def _described(
    table: "SourceTable", rows: int, columns: list[Column], roles_of: tuple[Column | None, Column | None, Column | None], said: Said
) -> StudyProposal:  # fmt: skip
    """What is proposed of a file that somebody calls no experiment."""
    unit, time, event = roles_of
    if said.variant or said.control:
        raise ReportError(
            f"{table.called}: a file that is described has no arms", got="--descriptive with --variant or --control",
            expected="either", remedy="leave --descriptive out of an experiment",
        )  # fmt: skip
    repeated = unit is not None and unit.distinct < 0.9 * unit.filled
    if unit and time and repeated and not event:
        event = described.event_of(table, columns, unit, said)
    if unit and time and event and (said.event or repeated):
        _asked(time)
        return codes.told(described.of_log(table, rows, columns, unit, time, event, said), event)
    if seen := panels.of(table, columns, unit if repeated else None, None):
        table = panels.folded(table, seen, None)
        rows, columns, said = _profiled(table, said)
        unit = next(c for c in columns if c.name == seen.unit.name)
        return panels.told(described.of_units(table, rows, columns, unit, None, said), seen)
    if unit and time and repeated:
        _asked(time)
        return lines.propose(table, rows, columns, unit, time, said)
    return described.of_units(table, rows, columns, unit, time, said)


def _noted(proposal: StudyProposal, notes: list[str]) -> StudyProposal:
    """What is said of the ids, among what is assumed."""
    told = (note if note == described.TOLD else f"ids: {note}" for note in notes)
    return replace(proposal, assumed=(*proposal.assumed, *told))


def _place(table: "SourceTable", variant: Column, level: str) -> str:
    """Where the one row stands that holds a level."""
    alone = questions.is_level(table, variant, level)
    place = f"select file_index * {2**40} + file_row_number from {{table}} where {alone}"
    first = divmod(int(table.number(place)), 2**40)
    return f"{table.parts.place(table.con, *first)} alone, a total?"


def _other(column: Column, said: Said) -> bool:
    """Whether something else was said of a column."""
    return column.name in said.named and column.name != said.variant


def _controlled(table: "SourceTable", said: Said, variant: Column | None, ask: asking.Ask | None, counted: str) -> Said:
    """What was said, with the control as the variant's column writes it; asked for where no name tells it."""
    if variant is None:
        if said.control:
            raise ReportError(
                f"{table.called}: no column holds the variant, so no level of it is the control",
                got=f"--control {vocabulary.printable(said.control)}", remedy="name the variant's column: --variant COLUMN",
            )  # fmt: skip
        return said
    if said.control:
        return replace(said, control=contradictions.level_of(table, variant, said.control))
    question = asking.control(variant, counted)
    if question is not None and ask is None:
        raise ReportError(
            f"{table.called}: which level of '{vocabulary.printable(variant.name)}' is the control? Neither names nor sizes tell it",
            got=question.told, expected="the level of those who got what was there before",
            remedy=f"say it: --control \"{vocabulary.printable(question.candidates[0][0])}\", or another of them",
        )  # fmt: skip
    return asking.settled(said, question, ask)


def _clustered(
    table: "SourceTable", columns: list[Column], roles_of: tuple[Column | None, ...], variant: Column, said: Said, ask: asking.Ask | None
) -> Said:  # fmt: skip
    """What was said, with what was randomised whole, asked for where a column looks like it."""
    if ask is None or said.cluster:
        return said
    answered = asking.settled(said, clusters.question(table, columns, roles_of, variant, said), ask)
    return replace(said, independent=True) if answered.cluster == clusters.BY_UNITS else answered


def _no_exposure(table: "SourceTable", said: Said) -> ReportError:
    return ReportError(
        f"{table.called} is a unit table, in which each row is a unit that was exposed",
        got=f"--exposure {vocabulary.printable(str(said.exposure))}", expected="an event of a log, whose column --event names",
        remedy="take the rows of the exposed with --where, such as --where \"exposed = '1'\", or leave --exposure out",
    )  # fmt: skip


def _lacking(table: "SourceTable", columns: list[Column], unit: Column | None, time: Column | None) -> ReportError:
    """What is said where the events are named and nobody knows whose they are, or when."""
    lack = [f"{what} (--{option})" for what, option, found in (("the unit", "unit", unit), ("the time", "time", time))
            if found is None]  # fmt: skip
    return ReportError(
        f"{table.called}: no column tells {' and '.join(lack)} of the events",
        expected="one row an event, with its unit and its time",
        got=", ".join(vocabulary.printable(c.name) for c in columns[:30]),
        remedy=f"name it: {' '.join(f'--{option} COLUMN' for option, found in (('unit', unit), ('time', time)) if found is None)}",
    )


def _asked(time: Column | None) -> None:
    if time is not None and time.asked is not None:
        raise time.asked


def _told(table: "SourceTable", columns: list[Column], name: str) -> Column:
    """The column that somebody calls the variant's."""
    found = next(c for c in columns if c.name == name)
    if not (found.levels and 2 <= found.distinct <= roles.MOST_ARMS):
        raise contradictions.no_variant(table, found)
    return found


def _neither(
    table: "SourceTable", rows: int, columns: list[Column], unit: Column | None, time: Column | None, event: Column | None, repeated: bool
) -> ReportError:  # fmt: skip
    def said(what: str, column: Column | None) -> str:
        return f"{what}: '{vocabulary.printable(column.name)}'" if column else f"{what}: none"

    seen = "; ".join(
        [f"{rows:,} rows", said("unit", unit), said("time", time), said("event name", event), "variant: none"]
    )
    if event and repeated:
        return unread_times.refused(table, columns, seen.removesuffix("; variant: none"))
    if unit and repeated and time:
        return ReportError(
            f"{table.called} is neither an event log nor a unit table: its rows repeat a unit, but no column names the event",
            got=f"{rows:,} rows of {unit.distinct:,} units in '{vocabulary.printable(unit.name)}', moments in '{vocabulary.printable(time.name)}'",
            expected="a column that says what happened in each row (view, order, ...), or one row a unit with a variant",
            cause="lines of orders or invoices, or days of a time series",
            remedy=f"name that column if there is one (--event COLUMN), describe it as it is (--descriptive), or sum the rows up to one a unit (group by {vocabulary.printable(unit.name)}) with its variant",
        )
    if unit and not repeated and roles.is_key(unit):
        return ReportError(
            f"{table.called} is a unit table without a variant: no column says who got what",
            got=seen,
            expected=f"a column such as 'variant' or 'group' with 2 to {roles.MOST_ARMS} levels",
            cause="a table of attributes or of history; nobody was treated, or the assignment lies in another table",
            remedy=f"name it with --variant COLUMN, or join the assignment; without one describe it, with --descriptive: {described.CAN_BE}",
        )
    return ReportError(
        f"{table.called} is neither an event log nor a unit table",
        got=f"{seen}; columns {', '.join(vocabulary.printable(c.name) for c in columns[:12])}"
        + (" ..." if len(columns) > 12 else ""),
        expected="one row an event (unit, time, event name), or one row a unit (variant and outcomes)",
        cause="rows that are summed up over units, or columns with names that say nothing",
        remedy="name the columns: --variant COLUMN, of a log also --unit, --time and --event; or write the study file by hand from docs/own-data.md",
    )
