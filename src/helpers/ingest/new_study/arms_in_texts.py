"""An arm inside of a text, as ``ab_test: A`` among the notes of an order and ``?variant=B`` in an address: told with its query."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import roles, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

PAIR = re.compile(
    r"(?:^|[\n;,|&?])\s*([A-Za-z][A-Za-z0-9_.\- ]{0,40}?)\s*[:=]\s*([^\n;,|&#?]{1,40}?)\s*(?=$|[\n;,|&#?])"
)
"""A name and its value in a text of several."""
JSON_PAIR = re.compile(r'"([A-Za-z][^"]{0,60})"\s*:\s*"?([^",}]{1,40})"?')
"""The same in a text of JSON, as ``{"checkout": "A"}``."""
LOOKED = 2_000
"""Texts of a column that are looked at."""
EVEN = 0.1
"""Share of the texts that the rarest arm has, at least."""


def refuse(table: "SourceTable", columns: Sequence[Column], unit: Column | None, *, log: bool) -> None:
    """Raise where a text holds the arm of its row under a name of such, which no column holds; ``log`` are rows of events."""
    there = {vocabulary.slug(column.name) for column in columns}
    for column in columns:
        if column is unit or column.kind != "VARCHAR" or column.numeric or column.has_time or not column.filled:
            continue
        found = _found(table, column, there)
        if found is None:
            continue
        name, levels = found
        told = vocabulary.printable(column.name)
        raise ReportError(
            f"{table.called}: the arm stands inside of the text of '{told}'",
            got=f"'{vocabulary.printable(name)}' with {', '.join(repr(vocabulary.printable(level)) for level in levels)}",
            expected="a column of its own that holds the variant",
            remedy=f"make it by a query in a file in place of the table: {_query(table, columns, column, name, unit, log=log)}"
            + "; or, if it is no experiment, --descriptive" * log,
        )


def _found(table: "SourceTable", column: Column, there: set[str]) -> tuple[str, list[str]] | None:
    """The name under which a text holds the arm, and its levels; none of those that are ``there`` as columns."""
    text = table.text(column.name)
    texts = table.rows(f"select {text} from {{table}} where regexp_matches({text}, '[:=]') limit {LOOKED}")
    values: dict[str, Counter[str]] = {}
    for (each,) in texts:
        for name, value in JSON_PAIR.findall(str(each)) if str(each)[:1] in "{[" else PAIR.findall(str(each)):
            values.setdefault(name, Counter())[value] += 1
    for name, counts in values.items():
        called = vocabulary.touches(name, vocabulary.VARIANT) and not vocabulary.touches(name, vocabulary.ATTRIBUTE)
        many = sum(counts.values())
        if (
            called
            and vocabulary.slug(name) not in there
            and 2 <= len(counts) <= roles.MOST_ARMS
            and min(counts.values()) >= EVEN * many
            and 2 * many > len(texts)
        ):
            return name, sorted(counts)
    return None


def _query(
    table: "SourceTable", columns: Sequence[Column], column: Column, name: str, unit: Column | None, *, log: bool
) -> str:
    """The query that makes a column of the arm; where rows repeat a unit and are no events, one row of each."""
    shape = rf"(?:^|[\n;,|&?{{\[])\s*\"?{re.escape(name)}\"?\s*[:=]\s*\"?([^\n;,|&#\"}}]*)"
    arm = f"nullif(trim(regexp_extract({quoted(column.name)}, {literal(shape)}, 1)), '')"
    called = vocabulary.slug(name)
    if log or unit is None or unit.distinct == unit.filled:
        return f"select * exclude ({quoted(column.name)}), {arm} as {called} from {table.selected}"
    key = quoted(unit.name)
    arm = f"case when count(distinct {arm}) = 1 then max({arm}) end"  # who has two is left out, and counted
    summed = [
        c for c in columns if c.numeric and vocabulary.touches(c.name, vocabulary.MONEY) and c is not unit and c.decimal
    ]
    sums = "".join(f", coalesce(sum({quoted(c.name)}), 0) as {quoted(c.name)}" for c in summed)
    time = next((c for c in columns if c.has_time), None)
    first = f", min({quoted(time.name)}) as {quoted(time.name)}" if time else ""
    return f"select {key}, {arm} as {called}{first}{sums} from {table.selected} group by {key}"
