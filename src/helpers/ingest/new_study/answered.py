"""What only a person can say of an experiment: its control, and what was randomised whole; asked for, or an error."""

from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import asking, clusters, contradictions, vocabulary
from helpers.ingest.new_study.profile import Column
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
            remedy=f"say it: --control \"{vocabulary.printable(question.candidates[0][0])}\", or another of them",
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
