"""What only a person can say of an experiment: its control, and what was randomised whole; asked for, or an error."""

from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.formatting import WITH_A_VALUE, formatted
from helpers.ingest.new_study import asking, clusters, contradictions, direction, typed, vocabulary, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Measure
from helpers.ingest.new_study.said import Said

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


def control(table: "SourceTable", said: Said, variant: Column | None, ask: asking.Ask | None, counted: str) -> Said:
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
            remedy=f"say it: {' or '.join(f'--control {typed.name(level)}' for level, _ in question.candidates)}",
        )  # fmt: skip
    return asking.settled(said, question, ask)


def cluster(
    table: "SourceTable", columns: list[Column], roles_of: tuple[Column | None, ...], variant: Column, said: Said, ask: asking.Ask | None
) -> Said:  # fmt: skip
    """What was said, with what was randomised whole, asked for where a column looks like it."""
    if ask is None or said.cluster:
        return said
    answered = asking.settled(said, clusters.question(table, columns, roles_of, variant, said), ask)
    return replace(said, independent=True) if answered.cluster == clusters.BY_UNITS else answered


FEW, MOST = 0.05, 0.5
"""Shares of the rows that say no variant, up to which they are notes, and from which on a table is asked of before it is read."""


def without_variant(table: "SourceTable", variant: Column) -> list[str]:
    """What is asked of rows that say no variant and are left out. Raises where they are most, until somebody says that it is right."""
    empty, name = variant.rows - variant.filled, vocabulary.printable(variant.name)
    if empty <= FEW * variant.rows:
        return []
    told = f"{formatted(empty, 'count')} of {formatted(variant.rows, 'count')} rows"
    if empty > MOST * variant.rows:
        raise ReportError(
            f"{table.called}: most rows say no variant, and would be left out",
            got=f"nothing in '{name}' in {told}",
            expected="the arm of each row",
            cause="an arm written once for all rows below it, one arm left empty, or units that were not in the test",
            remedy=f"write it into each row; or, if the others were not in the test, say so: --where {typed.condition(f'{written_texts.of(table, variant.name)} is not null')}",
        )
    return [f"Why do {told} say no variant in '{name}'? They are left out."]


SELDOM = 0.5
"""Share of the rows with a value below which the mean of an amount hangs on what an empty field means."""
OFTEN = 0.8
"""The same of what is given or spent: that a fifth gave nothing and that nobody knows what they gave are different tests."""
ZERO, DROP = "zero", "drop"


def empty(
    table: "SourceTable", metrics: tuple[Measure, ...], column: Column, said: Said, ask: asking.Ask | None
) -> tuple[Measure, ...]:
    """The metrics with what empty fields mean; the primary one, of ``column``, is asked about first.

    What was said is of the primary metric, and of the others where that has a value in each row.
    """
    primary, *others = metrics
    if said.empty and not primary.missing:
        return (primary, *(_as_said(each, said) for each in others))
    return (_of_primary(table, primary, column, said, ask), *others)


def _as_said(metric: Measure, said: Said) -> Measure:
    """A metric whose empty fields mean what somebody said."""
    if not metric.missing or metric.zero:
        return metric
    if said.empty == ZERO:
        return replace(metric, zero=said.how("empty"), missing="")
    return replace(metric, missing="", label=f"{metric.label}{WITH_A_VALUE}")


def _of_primary(table: "SourceTable", primary: Measure, column: Column, said: Said, ask: asking.Ask | None) -> Measure:
    """The primary metric with what its empty fields mean: asked for where most are, for that makes it one metric or another.

    What was given by all who were written to, or by those who gave: the two may point in opposite directions.
    """
    given = vocabulary.touches(column.name, vocabulary.MONEY.union(*vocabulary.OUTCOME[:3]))
    most = OFTEN if given else SELDOM
    seldom = primary.unit in ("money", "count", "number") and not column.zero and column.filled < most * column.rows
    open_ = seldom and bool(primary.missing) and not primary.zero and not direction.is_best_at_zero(column)
    if open_ and not said.empty:
        name, n = f"'{vocabulary.printable(column.name)}'", formatted(column.rows - column.filled, "count")
        candidates = (
            (ZERO, "nothing happened: the mean of all units"),
            (DROP, "not known: the mean of those with a value"),
        )
        question = asking.Question("empty", f"What does an empty {name} mean, as in {n} rows?", candidates)
        if ask is None:
            raise ReportError(
                f"{table.called}: what does an empty {name} mean?",
                got=f"{n} of {formatted(column.rows, 'count')} rows are empty, and none is 0",
                expected="zero, where nothing happened: then the metric is the mean of all units; or drop, where it is not known: then it is that of the units with a value",
                remedy="say which: --empty zero, or --empty drop",
            )
        said = asking.settled(said, question, ask)
    if said.empty or not primary.missing:
        return _as_said(primary, said)
    left = f"{primary.label}{WITH_A_VALUE}"
    return replace(primary, label=left) if column.filled < OFTEN * column.rows and not primary.zero else primary
