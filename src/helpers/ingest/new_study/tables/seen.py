"""A table of several as it was seen: where it stands, its rows and its columns."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.ingest.new_study import roles, vocabulary, written_texts
from helpers.ingest.new_study.profile import Column, profile
from helpers.ingest.new_study.said import Said
from helpers.ingest.sql import quoted
from helpers.ingest.values.times import Times

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

ENDINGS = r"(\.(csv|gz|zst|json|jsonl|ndjson|parquet|pq|duckdb|ddb|db|sqlite|sqlite3|db3|s3db|xlsx|xlsm|xlsb|xls|ods|tsv|txt|sql))+$"
CANDIDATES = 6
"""So many columns of a table are asked whether their values are ids of another one."""


@dataclass(frozen=True)
class TableSeen:
    """A table: its path as it was given, its rows and its columns, and the condition on its rows that somebody said."""

    given: str
    source: "SourceTable"
    rows: int
    columns: list[Column]
    where: str = ""

    @classmethod
    def of(cls, given: str, source: "SourceTable", said: Said, where: str = "") -> "TableSeen":
        """Count what stands in a table."""
        time = next(
            (name for name in source.parts.types if said.time and name.casefold() == said.time.casefold()), None
        )
        rows, columns = profile(source, Times.stated(said.time_format, "UTC"), time)
        return cls(given, source, rows, columns, where)

    @property
    def called(self) -> str:
        return self.source.called

    @property
    def name(self) -> str:
        """What the table is about, as a study calls it: its name in a file of several, else that of the file."""
        inside = self.source.place.table if ":" in self.given else None
        return vocabulary.slug(inside or re.sub(ENDINGS, "", Path(self.given.rstrip("/*")).name))

    def told(self, name: str | None) -> Column | None:
        """The column of a name that somebody said, but for capitals; None where it is none of this table."""
        alike = [c for c in self.columns if name and c.name.casefold() == name.strip().casefold()]
        return next((c for c in alike if c.name == name), alike[0] if alike else None)

    @property
    def keys(self) -> list[Column]:
        """Columns that may hold ids, those named as ids of a unit first."""
        fit = [
            c
            for c in self.columns
            if c.filled > 0.5 * c.rows and c.distinct > roles.MOST_ARMS and not (c.has_time or c.numbers > c.whole)
        ]
        return sorted(fit, key=lambda c: (-vocabulary.names_a_unit(c.name), -c.distinct, c.position))[:CANDIDATES]

    def id(self, column: Column) -> str:
        """SQL of an id, by which the usual ways to write one are one: cheap, for it is asked of every row of several columns."""
        text = f"replace(lower({self.source.text(column.name)}), '-', '')"
        return f"ltrim(case when ends_with({text}, '.0') then left({text}, -2) else {text} end, '0')"


def written(called: str, seen: TableSeen, key: Column) -> str:
    """SQL of a key as it is compared, in a query in which the table is ``called`` so."""
    field = quoted(key.name)
    return written_texts.of(seen.source, key.name).replace(field, f"{called}.{field}")
