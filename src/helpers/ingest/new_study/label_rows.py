"""Rows of labels below the header, as tools for surveys write them: they are told before they are taken for units."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import arms_in_columns, in_queries, vocabulary, written_texts
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.typed import condition
from helpers.ingest.values import times_sql

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST = 3
"""Rows of labels, at most."""
TYPED = 0.9
"""Share of the values of a column that are numbers, or moments, where it is one of these but for its labels."""
FEWEST = 2
"""Columns that hold words in a row of labels alone, at least."""


def refuse(table: "SourceTable", columns: Sequence[Column], said: Said) -> None:
    """Raise where the first rows hold words in all columns that hold numbers or moments below them."""
    typed = [
        c for c in columns if c.kind == "VARCHAR" and c.filled > c.rows / 2 and c.filled - MOST <= _read(c) < c.filled
    ]
    typed = [c for c in typed if _read(c) >= TYPED * c.filled]
    if len(typed) < FEWEST or said.where:
        return
    words = ", ".join(f"{_words(table, c)} as w{i}, {table.text(c.name)} as t{i}" for i, c in enumerate(typed))
    places = range(len(typed))
    rows = table.rows(
        f"select file_row_number, {' and '.join(f'w{i}' for i in places)}, {', '.join(f't{i}' for i in places)} from (select"
        f" file_index, file_row_number, {words} from {{table}}) order by file_index, file_row_number limit {MOST + 1}"
    )
    labels = []
    for _, alone, *texts in rows:
        if not alone:
            break
        labels.append([str(text) for text in texts])
    if not 0 < len(labels) <= MOST or any(c.filled - _read(c) != len(labels) for c in typed):
        return
    if len(labels) == 1:
        _refuse_groups(table, columns)
    whole = [i for i in places if typed[i].filled == typed[i].rows] or [*places]
    best = min(whole, key=lambda i: (any("\n" in row[i] for row in labels), sum(len(row[i]) for row in labels)))
    kept = written_texts.is_none_of(table, typed[best].name, list(dict.fromkeys(row[best] for row in labels)))
    raise ReportError(
        f"{table.called}: {'rows of labels stand' if len(labels) > 1 else 'a row of labels stands'} below the header",
        got="; ".join(
            f"in '{vocabulary.printable(typed[i].name)}' {', '.join(repr(vocabulary.printable(' '.join(row[i].split()))[:60]) for row in labels)}"
            for i in [*places][:3]
        ),
        expected="units or events from the first row on",
        cause="an export of a survey, which writes the questions below their names",
        remedy=f"leave them out: --where {condition(kept)}; or delete them",
    )


def _refuse_groups(table: "SourceTable", columns: Sequence[Column]) -> None:
    """Raise where the header is of two lines, arms above the names of what each has, with the query that writes the arms below each other."""
    ordered = sorted((c for c in columns if c.filled), key=lambda c: c.position)
    texts = ", ".join(table.text(c.name) for c in ordered)
    under = table.rows(f"select {texts} from {{table}} order by file_index, file_row_number limit 1")[0]
    joined: dict[str, str] = {}
    group = ""
    for column, label in zip(ordered, under, strict=True):
        group = group if in_queries.UNNAMED.fullmatch(column.name) else column.name
        if group and label:
            joined[f"{group} {label}"] = column.name
    blocks = {
        arm: {rest: joined[name] for rest, name in block.items()}
        for arm, block in arms_in_columns.of([*joined]).items()
    }
    if not blocks or len(joined) < len(ordered):
        return
    heading = zip(ordered, under, strict=True)
    labels = [written_texts.is_one_of(table, c.name, [str(label)]) for c, label in heading if label]
    below = f"(select * from {table.selected} where not coalesce({' and '.join(labels)}, false))"
    rows = arms_in_columns.rows_of(table, columns, blocks)
    raise ReportError(
        f"{table.called}: the arms stand beside each other in columns, under a header of two lines",
        got=", ".join(f"'{vocabulary.printable(name)}'" for name in joined),
        expected="one row a unit, with a column that names its arm",
        cause="a block of columns for each arm, as in a spreadsheet",
        remedy=arms_in_columns.below_each_other(table.called, below, blocks, rows),
    )


def _read(column: Column) -> int:
    return max(column.numbers, column.moments)


def _words(table: "SourceTable", column: Column) -> str:
    """SQL of whether a value is one of words in a column of numbers or moments."""
    text = table.text(column.name)
    read = (
        table.value(column.name)
        if column.numbers >= column.moments
        else times_sql.moment(text, "VARCHAR", column.times)
    )
    return f"({text} is not null and {read} is null)"
