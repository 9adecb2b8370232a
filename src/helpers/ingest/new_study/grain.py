"""What a row is, an event or a unit; and one clear error where it is neither."""

from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.config.data import Tolerance
from helpers.errors import ReportError, several
from helpers.ingest import panel
from helpers.ingest.new_study import (
    answered,
    arms_in_columns,
    arms_in_texts,
    arms_of_events,
    asking,
    both_arms,
    changed_arms,
    codes,
    coins,
    contradictions,
    deliveries,
    described,
    direction,
    doubts,
    event_ids,
    experiments,
    happened,
    identities,
    integer_ids,
    kept,
    label_rows,
    lines,
    log,
    long_tables,
    lookalike_arms,
    lookalike_ids,
    nested_values,
    not_yet,
    nothing,
    own_moments,
    panel_studies,
    panels,
    phases,
    questions,
    reach,
    refusals,
    roles,
    row_times,
    sound_rows,
    spellings,
    statuses,
    summed_up,
    timeless,
    tolerances,
    units,
    unused,
    vendors,
    vocabulary,
    ways,
    zones,
)
from helpers.ingest.new_study.known import Known, may_vary
from helpers.ingest.new_study.panel_studies import again
from helpers.ingest.new_study.profile import Column, exact
from helpers.ingest.new_study.proposal import Noted, StudyProposal
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.table_view import TableView
from helpers.ingest.sql import quoted
from helpers.ingest.values import ids, ids_alike

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


NOTES = 0.01
"""Rows without a variant, up to this share, are taken for what stands below a table."""


def read(table: "SourceTable", said: Said = Said(), ask: asking.Ask | None = None) -> StudyProposal:  # noqa: B008
    """The proposal for a table, with what somebody ``said`` of it as said; ``ask`` puts a question where a point is unclear.

    Raises :class:`~helpers.errors.ReportError` where rows are neither events nor units, and where the order of day and
    month is not told by the times; and where what was said cannot be so.
    """
    seen = _whole_levels(TableView.at(table, said))
    if len(seen.columns) < 2:
        raise refusals.single_column(seen)
    label_rows.refuse(seen.table, seen.columns, seen.said)
    export = vendors.of(seen.columns)
    if export:
        export.refuse_alone(seen.columns, seen.said)
        seen = replace(seen, said=export.known(seen.said))
        if not any(c.name == seen.said.time and c.has_time for c in seen.columns):
            seen = seen.again(table)  # its digits are read as times once that is known
    seen, where = _one_experiment(seen, ask)
    seen, where, first = sound_rows.of(seen, where)
    if unit := seen.said.column("unit", seen.columns) or roles.unit_of(seen.columns):
        alike = lookalike_ids.of(seen, unit)
        first = (*first, *lookalike_ids.asked(seen, unit, alike, stated="unit" in seen.said))
        if alike and ids_alike.BLANKS in alike.steps:
            seen = seen.again(replace(seen.table, spaced=(unit.name,)))
        nested_values.refuse(seen, unit)
        lookalike_ids.refuse_padded(seen, unit)
    seen = replace(seen, said=asking.settled(seen.said, asking.unit(seen.columns), ask))
    seen = nothing.read(seen)
    contradictions.refuse(seen.table, seen.columns, seen.said)
    if time := seen.said.column("time", seen.columns):
        row_times.refuse_far(seen.table, seen.columns, time, stated=True)
    long_tables.refuse(seen.table, seen.rows, seen.columns, seen.said)
    seen, ids_of_one = identities.joined(seen)
    proposal = _proposed(seen, ask)
    proposal = coins.told(proposal, seen.columns)
    if ids_of_one:
        proposal = ids_of_one.noted(proposal)
    proposal = export.noted(proposal) if export else proposal
    proposal = direction.told(proposal, seen.columns, seen.said)
    proposal = _examined(reach.told(proposal, seen.columns), seen)
    where = where.also(*proposal.where) if proposal.where[0] else where
    time = next((c for c in seen.columns if c.name == proposal.columns.get("event_time", ("",))[0]), None)
    if time:
        _refuse_without_moment(seen, proposal, time)
    told = (*proposal.assumed, *where.notes, *doubts.told(seen.table, seen.columns, proposal, seen.said))
    return replace(
        proposal,
        where=where.noted,
        assumed=told,
        first=(
            *first,
            *spellings.of_arms(proposal.arms, proposal.also),
            *lookalike_arms.asked(seen.table, seen.said.column("variant", seen.columns)),
            *zones.in_one(seen.table, time),
            *row_times.asked_of_years(time),
            *proposal.first,
        ),
        said=seen.said.options | proposal.said,
    )


def _refuse_without_moment(seen: TableView, proposal: StudyProposal, time: Column) -> None:
    """Raise where the moment that a study takes stands for none in some rows, or is missing in rows that tell whose they are."""
    timeless.refuse_gap(seen.table, time, units=proposal.source == "units")
    named = {c.name: c for c in seen.columns}
    roles_of = {role: named.get(proposal.columns.get(role, ("",))[0]) for role in ("user_id", "event_name", "variant")}
    if proposal.source == "aggregates" or proposal.panel[0]:
        return
    is_log = proposal.source == "log"
    telling = [roles_of["user_id"], roles_of["event_name" if is_log else "variant"]]
    by = roles_of["event_name"] or roles_of["variant"]
    timeless.refuse(seen.table, time, [c for c in telling if c], by, units=not is_log)


def _whole_levels(seen: TableView) -> TableView:
    """The table with variants in floats told as a run tells them, 1 of 1.0."""
    floats = {c.name for c in seen.columns if c.kind in ids.FLOATS and c.levels and c.numbers == c.whole}
    named = {c.name for c in roles.variants_of(seen.columns)} | {seen.said.variant}
    if not floats & named:
        return seen
    return seen.again(replace(seen.table, ids=ids.Ids((*seen.table.ids.whole, *sorted(floats & named)))))


def _examined(proposal: StudyProposal, seen: TableView) -> StudyProposal:
    """The proposal with what the rows contradict in it, what a condition took from them, and the columns that are left."""
    notes, first = kept.told(seen.table, seen.columns, proposal, seen.said.where or "")
    first += phases.left_out(seen.table, seen.columns, proposal)
    if not proposal.panel[0]:
        first += [*statuses.of(seen.table, seen.columns, proposal), *doubts.asked(seen, proposal)]
    made = replace(proposal, assumed=(*proposal.assumed, *notes), first=(*first, *proposal.first))
    return nested_values.told(unused.listed(made, seen.columns), seen)


def _one_experiment(seen: TableView, ask: asking.Ask | None) -> tuple[TableView, sound_rows.Where]:
    """The rows of the one experiment that is meant, where a file holds several. Raises where nobody says which."""
    said = seen.said
    where = sound_rows.Where(
        said.where or "", f"{said.how('where')}: {seen.table.parts.notes[-1]}" if said.where else ""
    )
    question = experiments.question(seen.columns, said)
    said = asking.settled(said, question, ask)
    experiments.refuse_pooled(seen.table, question, said)
    if not said.experiment:
        return replace(seen, said=said), where
    log_like = bool(said.event or roles.event_of(seen.columns))
    asked, teller = experiments.condition(seen.table, seen.columns, said.experiment, log=log_like)
    table, before = seen.table.narrowed(asked), seen.rows
    seen = TableView.at(table, said)
    return seen, where.also(
        asked, f"experiment '{vocabulary.printable(str(said.experiment))}' of column '{vocabulary.printable(teller.name)}',"
        f" {said.how('experiment')}: {before - seen.rows:,} of {before:,} rows are not taken",
    )  # fmt: skip


def _proposed(seen: TableView, ask: asking.Ask | None) -> StudyProposal:
    seen, notes = _by_ids(seen)
    seen, known = _roles(seen)
    if seen.said.descriptive:
        return _noted(_described(seen, known), notes)
    if counts := summed_up.of_days(seen, known, ask) or summed_up.by_values(seen, known, ask):
        return counts
    seen = _assigned_later(seen, known)
    varying = may_vary(seen, known.unit)
    if (
        known.event is None
        or known.event in varying
        or not panels.may_be_a_log(seen.table, known.event, known.time, seen.columns)
    ):
        stated = known.unit if known.repeated or "unit" in seen.said else None
        seen = _assigned_in_a_period(seen, stated, varying)
        varying = may_vary(seen, known.unit)
        changed_arms.refuse(seen, stated, varying)
    known = _changing(seen, known)
    variants = _variants(seen, known)
    for column in variants[:1] or [c for c in varying if vocabulary.touches(c.name, vocabulary.VARIANT)]:
        lookalike_arms.refuse(seen.table, column, stated="variant" in seen.said)
    if (
        variants
        and known.event
        and not (seen.said.event or panels.may_be_a_log(seen.table, known.event, known.time, seen.columns))
    ):
        known = replace(known, event=None)
    unit, time, event, said = known.unit, known.time, known.event, seen.said
    if event and (known.repeated or said.event):
        row_times.refuse_far(seen.table, seen.columns, time)
    if said.event and not (unit and time):
        raise refusals.lacking(seen, unit, time)
    if unit and time and event:
        if not (variants or said.where):
            arms_in_texts.refuse(seen.table, [c for c in seen.columns if c is not event], unit, log=True)
            refusals.refuse_unnamed(seen, unit, {unit.name, time.name, event.name}, known.changes)
            refusals.refuse_marked(seen, unit, {unit.name, time.name, event.name})
        if not variants:
            both_arms.refuse_changing(seen, unit, event, known.changes)
        if said.event or (known.repeated and event not in variants[:1]):
            variant = next((c for c in variants if c is not event), None)
            made = _log(seen, (unit, time, event), variant, ask)
            if not variant and made.arms:
                asked = both_arms.asked_of_changing(seen, (unit, event), known.changes)
                made = replace(made, first=(*asked, *made.first))
            return _noted(made, notes)
    if not (event and known.repeated):
        arms_in_columns.refuse(seen.table, seen.columns, variants, said)
    if variants and not (event and known.repeated):
        _asked(time)
        if said.exposure:
            raise refusals.no_exposure(seen)
        if counts := summed_up.of(seen, known, variants[0], ask):
            return counts
        summed = panel_studies.of(
            seen,
            unit if known.repeated else None,
            variants,
            ask,
            lambda seen, unit, variants: _units(seen, replace(known, unit=unit), variants, ask),
        )
        return _noted(summed or _units(seen, known, variants, ask), notes)
    if not variants and not said.event:
        said = asking.settled(said, described.question_of_table(seen.table), ask)
        if said.descriptive == described.DESCRIBE:
            return _noted(_described(replace(seen, said=said), known), notes)
    arms_in_texts.refuse(seen.table, seen.columns, unit, log=False)
    raise refusals.neither(seen, unit, time, event, known.repeated)


def _by_ids(seen: TableView) -> tuple[TableView, list[str]]:
    """The table with its ids as they are decided to be written, and what is told of them."""
    named = seen.said.column("unit", seen.columns) or roles.unit_of(seen.columns)
    if named is None:
        return seen, []
    table = seen.table
    decided, notes, faults = ids.decide(table.con, [named.name], table.parts.types, table.relation)
    if faults:
        raise several(faults)
    whole = ids.Ids((*table.ids.whole, *decided.whole))
    return (seen.again(replace(table, ids=whole)) if decided.whole else seen), [f"ids: {note}" for note in notes]


def _roles(seen: TableView) -> tuple[TableView, Known]:
    """Unit, time and event, by names and values of each column by itself; the values of the unit's are counted."""
    unit, time, event = units.roles_of(seen.columns, seen.said)
    if unit is None and time is not None and event is not None:
        unit = integer_ids.of(seen.table, seen.columns, event, time)
    if unit is None:
        return seen, Known(None, time, event)
    counted = exact(seen.table, unit)
    columns = [counted if c is unit else c for c in seen.columns]
    known = Known(counted, time, event)
    if time and event and known.repeated and "time" not in seen.said:
        known = replace(known, time=own_moments.of(seen.table, columns, counted, time))
    return replace(seen, columns=columns), known


def _assigned_later(seen: TableView, known: Known) -> TableView:
    """The table with the levels of variants in a log that stand before units are assigned."""
    if not (known.repeated and known.unit and known.time and known.event):
        return seen
    variants = [c for c in may_vary(seen, known.unit) if c.levels and c is not known.event]
    moment = ways.moment_of(seen.table, known.time)
    return replace(seen, columns=not_yet.marked(seen.table, seen.columns, known.unit, moment, variants))


def _assigned_in_a_period(seen: TableView, unit: Column | None, variants: list[Column]) -> TableView:
    """The same of a panel, whose units seem to change their variant for such a level."""
    for variant in variants[:1]:
        for key, period in panels.mixed(seen.table, seen.columns, unit, variant):
            moment = f"dense_rank() over (order by {panel.order_sql(seen.table.text(period.name))})"
            columns = not_yet.marked(seen.table, seen.columns, key, moment, [variant], to_the_end=True)
            if columns != seen.columns:
                return replace(seen, columns=columns)
    return seen


def _changing(seen: TableView, known: Known) -> Known:
    """The same with what the rows of a unit tell: another unit where this one is none, and the event among what changes."""
    unit, said = known.unit, seen.said
    if unit is None or not known.repeated:
        return known
    changes = questions.changing(seen.table, unit, [c for c in seen.columns if c.levels and c is not unit])
    candidates = roles.variants_of(seen.columns)
    apart = bool(candidates) and all(changes.get(c.name, 0) > roles.OFTEN for c in candidates)
    if apart and "unit" not in said and not vocabulary.names_a_unit(unit.name):
        return replace(
            known, unit=roles.key_of(seen.columns)
        )  # what repeats is no unit, its rows are in several variants
    free = [c for c in seen.columns if c.name not in said.named]
    coded = codes.event_of([c for c in free if changes.get(c.name, 0) > roles.EVER])
    event = said.column("event", seen.columns) or roles.event_of(free, changes) or coded
    return replace(known, event=event, changes=changes)


def _variants(seen: TableView, known: Known) -> list[Column]:
    """Columns that may hold the variant, the one that was said or is likeliest first; none that often changes within a unit."""
    stated = seen.said.variant
    return [c for c in may_vary(seen, known.unit) if c.name == stated or known.changes.get(c.name, 0) <= roles.OFTEN]


def _log(
    seen: TableView, roles_of: tuple[Column, Column, Column], variant: Column | None, ask: asking.Ask | None
) -> StudyProposal:
    """A study of events; a description of them where they are no experiment and somebody says so."""
    table, said = seen.table, seen.said
    unit, time, event = roles_of
    _asked(time)
    described_all: tuple[str, ...] = ()
    if variant is None and not said.descriptive:
        arms_of_events.refuse(table, unit, event)
        arms_in_texts.refuse(table, [c for c in seen.columns if c is not event], unit, log=True, experiments=False)
    if variant is None and not said.control:
        said = asking.settled(said, described.question(table), ask)
        if said.descriptive == described.DESCRIBE:
            made = described.of_log(table, seen.rows, seen.columns, unit, time, event, said)
            return codes.told(made, event)
        refusals.refuse_few(seen, unit)
        described_all = (described.TOLD,)
    arms = roles.meant(log.by_units(table, unit, variant))[0] if variant else None
    said = answered.control(table, said, arms, ask, "units")
    if variant:
        said = answered.cluster(table, seen.columns, roles_of, variant, said, ask)
    made = log.propose(table, seen.rows, seen.columns, unit, time, event, variant, said)
    first = made.first if "time" in said else (*deliveries.asked(table, seen.columns, unit, time), *made.first)
    if which := made.columns.get("event_id"):
        repeated = event_ids.repeats(table, which[0])
        described_all += event_ids.told(which[0], repeated, seen.rows)
        if repeated > Tolerance().repeated * seen.rows:
            share = tolerances.tolerated(repeated, seen.rows + table.malformed), f"{repeated:,} of {seen.rows:,} rows"
            made = replace(made, tolerate=made.tolerate | {"repeated": share})
    else:
        first = (*event_ids.asked(table, seen.columns, time), *first)
    return codes.told(replace(made, said=said.options, assumed=(*made.assumed, *described_all), first=first), event)


def _units(seen: TableView, known: Known, variants: list[Column], ask: asking.Ask | None) -> StudyProposal:
    """A study of units, without the rows that are none: totals of a variant, and notes below the table."""
    totals = {level: questions.place_of(seen.table, variants[0], level) for level in roles.totals(variants[0])}
    if totals:
        seen = seen.again(seen.table.without(variants[0].name, totals))
        variants = again(variants, seen.columns)
    seen, where = _above_the_notes(seen, known.time, variants[0])
    variants = again(variants, seen.columns)
    without = answered.without_variant(seen.table, variants[0])
    seen = happened.read(seen, (known.unit, known.time, *variants), variants[0], known.time)
    variants = again(variants, seen.columns)
    phases.refuse(seen.table, seen.columns, variants[0], seen.said.where or "")
    said = answered.control(seen.table, seen.said, roles.meant(variants[0])[0], ask, "rows")
    said = answered.cluster(seen.table, seen.columns, (known.unit, known.time), variants[0], said, ask)
    made = units.propose(seen.table, seen.rows, seen.columns, variants[0], variants[1:], totals, said, ask)
    return replace(made, where=where, said=said.options, first=(*without, *made.first))


def _above_the_notes(seen: TableView, time: Column | None, variant: Column) -> tuple[TableView, Noted]:
    """The rows that have a variant, where the few others stand below a table and say nothing of the columns above; with the
    condition that takes these rows, where their times are empty too."""
    without = variant.rows - variant.filled
    if not 0 < without <= NOTES * seen.rows:
        return seen, ("", "")
    above = seen.again(replace(seen.table, left_out=f"{seen.table.text(variant.name)} is null"))
    if time is not None and time.filled < time.rows:
        called = f"'{vocabulary.printable(variant.name)}'"
        filled = f"coalesce(trim({quoted(variant.name)}::varchar), '') <> ''"
        return replace(above, rows=seen.rows), (
            filled,
            f"{without:,} rows without a value in {called}, as below a table",
        )
    columns = [variant if c.name == variant.name else c for c in above.columns]
    return replace(above, rows=seen.rows, columns=columns), ("", "")


def _described(seen: TableView, known: Known) -> StudyProposal:
    """What is proposed of a file that somebody calls no experiment."""
    table, rows, columns, said = seen.table, seen.rows, seen.columns, seen.said
    unit, time, event = known.unit, known.time, known.event
    if said.variant or said.control:
        raise ReportError(
            f"{table.called}: a file that is described has no arms", got="--descriptive with --variant or --control",
            expected="either", remedy="leave --descriptive out of an experiment",
        )  # fmt: skip
    if unit and time and known.repeated and not event:
        event = described.event_of(table, columns, unit, said)
    if unit and time and event and (said.event or known.repeated):
        _asked(time)
        return codes.told(described.of_log(table, rows, columns, unit, time, event, said), event)
    if made := panel_studies.of_nobody(seen, unit if known.repeated else None):
        return made
    if unit and time and known.repeated:
        _asked(time)
        return lines.propose(table, rows, columns, unit, time, said)
    return described.of_units(table, rows, columns, unit, time, said)


def _noted(proposal: StudyProposal, notes: list[str]) -> StudyProposal:
    return replace(proposal, assumed=(*proposal.assumed, *notes))


def _asked(time: Column | None) -> None:
    if time is not None and time.asked is not None:
        raise time.asked
