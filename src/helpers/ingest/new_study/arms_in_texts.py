"""An arm inside of a text, told with the query that makes a column of it.

It stands under a name of such, as ``ab_test: A`` among the notes of an order and ``?variant=B`` in an address, or in a field that is
called as one of experiments, under the name of each: no column holds a variant, yet somebody got something.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import roles, vocabulary, written_moments, written_numbers
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

PAIR = re.compile(
    r"(?:^|[\n;,|&?])\s*([A-Za-z][A-Za-z0-9_.\- ]{0,60}?)\s*[:=]\s*([^\n;,|&#?]{1,40}?)\s*(?=$|[\n;,|&#?])"
)
"""A name and its value in a text of several."""
JSON_PAIR = re.compile(r"""["']?([A-Za-z][\w.\- ]{0,60})["']?\s*[:=]\s*["']?([^"',}\]]{1,40})["']?""")
"""The same in a text of JSON, as ``{"checkout": "A"}``, or of what is written alike."""
EXPERIMENTS = frozenset(
    "experiment experiments exp exps tests abtests variants variations assignments flag flags treatments features toggles experimente".split()  # noqa: SIM905
)
"""Words of a field that holds experiments and arms."""
FOUND_BY = {"key", "name", "id", "experiment", "flag", "test"}
"""What holds the name of an experiment beside that of its arm,"""
ARM = {"variant", "variation", "arm", "group", "value", "bucket", "treatment"}
"""and what holds the arm."""
LOOKED = 2_000
"""Texts of a column that are looked at."""
EVEN = 0.1
"""Share of the texts that the rarest arm has, at least, where the field is not called as one of experiments."""


@dataclass(frozen=True)
class Pairs:
    """Names in the texts of a column with how often each value stands behind them; ``keys`` where both are values of keys themselves."""

    values: dict[str, Counter[str]]
    keys: tuple[str, str]
    texts: int

    @classmethod
    def of(cls, table: "SourceTable", column: Column) -> "Pairs":
        text = table.text(column.name)
        texts = table.rows(f"select {text} from {{table}} where regexp_matches({text}, '[:=]') limit {LOOKED}")
        values: dict[str, Counter[str]] = {}
        keys = ("", "")
        for (each,) in texts:
            pairs = (JSON_PAIR if str(each)[:1] in "{[" else PAIR).findall(str(each))
            by = next((key for key, _ in pairs if key.lower() in FOUND_BY), "")
            arm = next((key for key, _ in pairs if key.lower() in ARM), "")
            if by and arm:
                keys = (by, arm)
                names, levels = ([value for key, value in pairs if key == each] for each in keys)
                pairs = list(zip(names, levels, strict=False))
            for name, level in pairs:
                values.setdefault(name, Counter())[level.strip()] += 1
        few = {name: counts for name, counts in values.items() if 2 <= len(counts) <= roles.MOST_ARMS}
        return cls(few, keys, len(texts))

    def arm(self, column: Column, name: str) -> str:
        """SQL of the arm that stands under a name."""
        quote, level = "[\"']?", "([^\\n;,|&#\"'}\\]]*)"
        if self.keys[0]:
            by, of = self.keys
            shape = rf"{quote}{by}{quote}\s*[:=]\s*{quote}{re.escape(name)}{quote},\s*{quote}{of}{quote}\s*[:=]\s*{quote}{level}"
        else:
            shape = rf"(?:^|[\n;,|&?{{\[])\s*{quote}{re.escape(name)}{quote}\s*[:=]\s*{quote}{level}"
        return f"nullif(trim(regexp_extract({quoted(column.name)}::varchar, {literal(shape)}, 1)), '')"


def refuse(
    table: "SourceTable", columns: Sequence[Column], unit: Column | None, *, log: bool, experiments: bool = True
) -> None:
    """Raise where a text holds the arm of its row, which no column holds; ``log`` are rows of events.

    Fields that are called as those of ``experiments`` are looked at only where it says so.
    """
    free = [c for c in columns if c is not unit and not (c.numeric or c.has_time) and c.filled]
    for column in free if experiments else []:
        if EXPERIMENTS & set(vocabulary.tokens(column.name)[-1:]) and (pairs := Pairs.of(table, column)).values:
            name = next(iter(pairs.values))
            raise ReportError(
                f"{table.called}: '{vocabulary.printable(column.name)}' holds experiments and arms, and no column holds one variant",
                got="; ".join(
                    f"{vocabulary.printable(each)}: {', '.join(map(vocabulary.printable, sorted(levels)))}"
                    for each, levels in [*pairs.values.items()][:4]
                ),
                expected="a column with the variant of the one experiment that is meant",
                remedy=f"--variant {vocabulary.slug(name)}, by a query in a file beside it, in place of the table, of '{vocabulary.printable(name)}' for instance:"
                f" {_query(table, columns, column, pairs, name, unit, log=log)}; if it is no experiment, --descriptive",
            )
    there = {vocabulary.slug(column.name) for column in columns}
    for column in free:
        if column.kind != "VARCHAR":
            continue
        pairs = Pairs.of(table, column)
        found = next((name for name in pairs.values if _is_of_arms(pairs, name, there)), None)
        if found is None:
            continue
        levels = ", ".join(repr(vocabulary.printable(level)) for level in sorted(pairs.values[found]))
        raise ReportError(
            f"{table.called}: the arm stands inside of the text of '{vocabulary.printable(column.name)}'",
            got=f"'{vocabulary.printable(found)}' with {levels}",
            expected="a column of its own that holds the variant",
            remedy=f"make it by a query in a file beside it, in place of the table: {_query(table, columns, column, pairs, found, unit, log=log)}"
            + "; or, if it is no experiment, --descriptive" * log,
        )


def _is_of_arms(pairs: Pairs, name: str, there: set[str]) -> bool:
    """Whether a name is called as a variant, of which no column is ``there``, and its values part the texts as arms do."""
    counts = pairs.values[name]
    called = vocabulary.touches(name, vocabulary.VARIANT) and not vocabulary.touches(name, vocabulary.ATTRIBUTE)
    many = sum(counts.values())
    even = min(counts.values()) >= EVEN * many and 2 * many > pairs.texts
    return called and even and vocabulary.slug(name) not in there


def _query(
    table: "SourceTable",
    columns: Sequence[Column],
    column: Column,
    pairs: Pairs,
    name: str,
    unit: Column | None,
    *,
    log: bool,
) -> str:
    """The query that makes a column of the arm; where rows repeat a unit and are no events, one row of each."""
    arm, called = pairs.arm(column, name), vocabulary.slug(name)
    if log or unit is None or unit.distinct == unit.filled:
        return f"select * exclude ({quoted(column.name)}), {arm} as {called} from {table.selected}"
    key = quoted(unit.name)
    arm = f"case when count(distinct {arm}) = 1 then max({arm}) end"  # who has two is left out, and counted
    summed = [
        c for c in columns if c.numeric and vocabulary.touches(c.name, vocabulary.MONEY) and c is not unit and c.decimal
    ]
    numbers = {c.name: number for c in summed if (number := written_numbers.in_query(table, c.name))}
    sums = "".join(f", coalesce(sum({number}), 0) as {quoted(name)}" for name, number in numbers.items())
    time = next((c for c in columns if c.has_time), None)
    moment = written_moments.in_query(table, time) if time else ""
    first = f", min({moment}) as {quoted(time.name)}" if time and moment else ""
    return f"select {key}, {arm} as {called}{first}{sums} from {table.selected} group by {key}"
