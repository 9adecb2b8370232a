"""Moments at which something happened: a column of them that is empty for some says yes and no."""

from collections.abc import Sequence
from dataclasses import replace

from helpers.errors import ReportError
from helpers.ingest.new_study import measures, questions, vocabulary, ways
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.source import SourceTable
from helpers.ingest.new_study.table_view import TableView
from helpers.ingest.values.happened import NO, is_nothing

NEVER = 0.02
"""Share of the rows in which nothing stands, at least, where a moment says that something happened."""
ZERO = "zero"
"""What --empty says of fields in which nothing stands where nothing happened."""
AFTER = 0.95
"""Share of the moments that lie at the exposure or behind it, at least, where they are of what came of it."""
BORN = vocabulary.BEFORE | {"birth", "birthday", "born"}


def read(seen: TableView, taken: Sequence[Column | None], variant: Column | None, time: Column | None) -> TableView:
    """The same with columns of moments as outcomes, yes where one stands, no where nothing does.

    They are those that somebody stated, and those that are called as what happened and lie behind the exposure; and marks,
    where somebody says that an empty field means that nothing happened. Raises for a stated one that stands in every row.
    """
    names = {c.name for c in taken if c is not None}
    marks = {
        c.name: ()
        for c in seen.columns
        if seen.said.empty == ZERO
        and c.name not in names
        and is_mark(c)
        and (c.name in seen.said.measured or _is_called(c))
    }
    able = [c for c in seen.columns if c.name not in names and c.moments and c.name not in marks]
    found: dict[str, tuple[str, ...]] = {**marks}
    for column in able:
        stated = column.name in seen.said.measured
        if not (
            stated
            or (_is_called(column) and column.filled < column.rows)
            or (_is_called(column) and (column.placeholders or not column.has_time))
        ):
            continue
        words = _nothing(seen.table, column)
        never = column.rows - column.filled + sum(words.values())
        if column.moments < 0.9 * (column.filled - sum(words.values())):
            continue
        if stated and not never:
            raise _always(seen, column)
        if stated or (never >= NEVER * column.rows and _fits(seen, column, variant, time)):
            found[column.name] = tuple(words)
    if not found:
        return seen
    return seen.again(replace(seen.table, happened=found))


def is_mark(column: Column) -> bool:
    """Whether one value, such as 1 or x, stands in some rows and nothing in the others."""
    return column.distinct == 1 and column.filled < column.rows and column.values[0].lower() not in NO


def _is_called(column: Column) -> bool:
    """Whether a column is called as what came of an experiment."""
    happened = vocabulary.GOAL.union(vocabulary.HARM, *vocabulary.OUTCOME)
    return vocabulary.touches(column.name, happened) and not vocabulary.touches(column.name, BORN)


def _fits(seen: TableView, column: Column, variant: Column | None, time: Column | None) -> bool:
    """Whether moments stand in each arm, none of them before the exposure, and no column of yes and no says the same."""
    table = seen.table
    if variant is not None and questions.by_arm(table, [column], variant)[column.name][0]:
        return False
    moment = ways.moment_of(table, column)
    if time is not None:
        behind = table.number(
            f"select avg((date_trunc('day', {moment}) >= date_trunc('day', {ways.moment_of(table, time)}))::integer) from {{table}}"
        )
        if behind < AFTER:
            return False
    same = [c for c in seen.columns if c.binary or c.in_words]
    if not same:
        return True
    asked = ", ".join(
        f"count(*) filter (({measures.is_yes(table, c)}) is distinct from ({moment} is not null))" for c in same
    )
    return 0 not in table.rows(f"select {asked} from {{table}}")[0]


def _nothing(table: SourceTable, column: Column) -> dict[str, int]:
    """Words for nothing that stand in a column, with their rows."""
    text = table.text(column.name)
    found = table.rows(
        f"select {text}, count(*) from {{table}} where {is_nothing(text)} group by 1 order by 2 desc, 1 limit 20"
    )
    return {str(word): int(n) for word, n in found}  # type: ignore[call-overload]


def _always(seen: TableView, column: Column) -> ReportError:
    return ReportError(
        f"{seen.table.called}: '{vocabulary.printable(column.name)}' cannot be an outcome",
        got="moments that stand in every row", expected="moments at which something happened, and nothing where it did not",
        remedy="name the column that says what happened, or write an empty field where nothing did",
    )  # fmt: skip


def asked(table: SourceTable, column: Column) -> str:
    """What a person must answer of an outcome that is read so."""
    name, words = (
        vocabulary.printable(column.name),
        [repr(vocabulary.printable(w)) for w in table.happened[column.name]],
    )
    nothing = f"{' or '.join(words)} in '{name}'" if words else f"an empty '{name}'"
    return f"Does {nothing} mean that it did not happen? It is read so (data.happened)."


def told(table: SourceTable, column: Column) -> str:
    """What is said beside an outcome that is read so."""
    words = [vocabulary.printable(word) for word in table.happened[column.name]]
    return f"what stands there is yes, {'nothing or ' + ', '.join(words) if words else 'an empty field'} is no: {column.mean:.4g} of the rows have one"
