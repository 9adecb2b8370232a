"""Several experiments in one file: the column that tells them, and the condition on the rows of one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.near import nearest
from helpers.ingest.new_study import controls, roles, typed, vocabulary, worded, written_texts, yes_no
from helpers.ingest.new_study.asking import MOST, Question
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

NAMES = {"experiment", "experiments", "exp", "test", "abtest", "campaign", "flag", "feature", "trial"}
"""Words in the name of a column that tells experiments apart."""


def question(columns: Sequence[Column], said: Said) -> Question | None:
    """Which experiment is meant, where a column beside the variant's is named as one that tells several."""
    variants = [said.variant] if said.variant else [c.name for c in roles.variants_of(columns) if not _tells(c)]
    named = [
        c for c in columns
        if _tells(c) and c.words and not c.in_words and c.distinct > 1 and c.name not in variants[:1]
        and controls.by_word(c.values) is None and not controls.are_lists(c.values)  # the arms of another experiment
        and c.name not in said.measured and not _is_of_one(c)
    ]  # fmt: skip
    if len(named) != 1 or not variants:
        return None
    seen = tuple((level, f"{n:,} rows") for level, n in named[0].levels[:MOST])
    return Question("experiment", f"Which experiment of '{vocabulary.printable(named[0].name)}' is meant?", seen)


def refuse_pooled(table: "SourceTable", found: Question | None, said: Said) -> None:
    """Raise where a file holds several experiments and nobody said which: a report of all of them is of none."""
    if found is None or "experiment" in said or "where" in said:
        return
    raise ReportError(
        f"{table.called} holds several experiments",
        got=found.told,
        expected="one of them, for a study is of one",
        remedy=f"say which: --experiment {typed.name(found.candidates[0][0])}; where that column tells no experiments,"
        " take all rows: --where true",
    )


OF_ONE = {"result", "results", "outcome", "outcomes", "score", "grade", "answer", "ergebnis", "resultat", "resultado", "risultato", "uitslag",
          "center", "centre", "site", "place", "location", "city", "country", "region", "clinic", "hospital", "lab", "school", "room", "centro",
          "zentrum", "ort", "standort", "sede", "lieu", "lugar"}  # fmt: skip
"""Words of what came of a test, and of where it was held."""
ILL = vocabulary.FAILED | vocabulary.HARM | {"negative", "bad", "wrong", "ko", "nok", "absent"}


def _is_of_one(column: Column) -> bool:
    """Whether a column that is called as a test tells how it went, or where: its levels are of one experiment.

    >>> from helpers.ingest.new_study.worded import says
    >>> says("pass", vocabulary.WELL), says("fail", ILL), says("checkout", vocabulary.WELL | ILL)
    (True, True, False)
    """
    if OF_ONE & set(vocabulary.tokens(column.name)) or yes_no.of(column.values) or yes_no.denied(column.values):
        return True
    well, ill = ([level for level in column.values if worded.says(level, words)] for words in (vocabulary.WELL, ILL))
    return column.distinct == 2 and len(well) == len(ill) == 1 and well != ill


def _tells(column: Column) -> bool:
    """Whether a column is called as one that tells experiments, not their arms, apart."""
    name = column.name
    return vocabulary.touches(name, {"experiment", "experiments", "abtest", "test", "exp"}) and not (
        (vocabulary.VARIANT - NAMES - {"ab"}) & set(vocabulary.tokens(name))
    )


def condition(table: "SourceTable", columns: Sequence[Column], name: str, *, log: bool) -> tuple[str, Column]:
    """SQL of the rows of an experiment, and the column that tells them, which is found by its values.

    In a log the rows that name no experiment stay: what a unit did belongs to each of its experiments. Raises for a
    value that no column holds, or several do.
    """
    asked = [c for c in columns if c.distinct > 1 and not c.decimal]
    counts = ", ".join(f"count(*) filter ({table.text(c.name)} = {literal(name)})" for c in asked) or "0"
    rows = table.rows(f"select {counts} from {{table}}")[0]
    held = [c for c, n in zip(asked, rows, strict=False) if int(n)]  # type: ignore[call-overload]
    likely = [c for c in held if NAMES & set(vocabulary.tokens(c.name))]
    found = likely if len(likely) == 1 else held
    if len(found) != 1:
        raise _unclear(table, columns, name, found)
    column = found[0]
    sql = written_texts.is_one_of(table, column.name, [name])
    nothing = f"{written_texts.of(table, column.name)} is null"
    return (f"({sql} or {nothing})" if log and column.filled < column.rows else sql), column


def _unclear(table: "SourceTable", columns: Sequence[Column], name: str, held: Sequence[Column]) -> ReportError:
    if held:
        return ReportError(
            f"{table.called}: several columns hold the experiment '{vocabulary.printable(name)}'",
            got=", ".join(vocabulary.printable(c.name) for c in held), expected="one column that tells the experiments apart",
            remedy=f"say the rows with --where {typed.condition(written_texts.is_one_of(table, held[0].name, [name]))} in place of --experiment",
        )  # fmt: skip
    named = [c for c in columns if c.levels and NAMES & set(vocabulary.tokens(c.name))]
    levels = [level for c in (named or [c for c in columns if c.words]) for level, _ in c.levels]
    near = nearest(name, levels)
    return ReportError(
        f"{table.called}: no column holds the experiment '{vocabulary.printable(name)}'",
        got=f"--experiment {vocabulary.printable(name)}",
        expected=", ".join(map(vocabulary.printable, levels[:12])) if named else "a value of one column, as the file writes it",
        remedy=f"did you mean {' or '.join(repr(vocabulary.printable(each)) for each in near)}?" if near else None,
    )  # fmt: skip
