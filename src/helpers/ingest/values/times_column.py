"""The column of a table that holds its times, and values of it as they may be shown."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.config.columns import logged
from helpers.ingest.parts import Parts

if TYPE_CHECKING:
    import duckdb

LONGEST = 40
"""Signs of a value that are shown."""


@dataclass(frozen=True)
class Example:
    """A value as it may be shown, and where it stands."""

    text: str
    place: str

    def __str__(self) -> str:
        return f"'{self.text}' ({self.place})"


@dataclass(frozen=True)
class TimeColumn:
    """The column of a table that holds its times; questions about it are asked in SQL."""

    con: "duckdb.DuckDBPyConnection"
    parts: Parts
    name: str
    raw: str
    kind: str

    @property
    def called(self) -> str:
        return f"{self.parts.names[0] if len(self.parts.names) == 1 else f'{len(self.parts.names)} files'}: column '{shown(logged(self.name))}'"

    @property
    def text(self) -> str:
        return self.raw if self.kind == "VARCHAR" else f"{self.raw}::varchar"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query.replace("{table}", self.parts.relation)).fetchall()

    def first(self, found: dict[str, Any]) -> Example:
        """An example with its file and row, of what :data:`FIRST` found."""
        place = self.parts.place(self.con, found["file"], found["row"])
        file = f"{self.parts.names[found['file']]}, " if len(self.parts.names) > 1 else ""
        return Example(shown(found["text"] or ""), f"{file}{place}")


FIRST = f"arg_min({{'text': left(t, {LONGEST + 1}), 'file': file_index, 'row': file_row_number}}, (file_index, file_row_number))"


def shown(text: str) -> str:
    """A value of a table as it may stand in a message: of one line, and not too long.

    >>> shown("a\\x1b[31m" + "b" * 60)
    'a?[31mbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb...'
    """
    plain = "".join(sign if sign.isprintable() else "?" for sign in text)
    return plain if len(plain) <= LONGEST else plain[:LONGEST] + "..."
