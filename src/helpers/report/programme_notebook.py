"""What every notebook of a programme opens with: the programme, the year's tables, what was planted in them."""

import json
from typing import TYPE_CHECKING, Any

from helpers.config import programme
from helpers.paths import topic
from helpers.report.notebook import Book
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

    from helpers.report.tables import Callout


class ProgrammeNotebook(Book):
    """One notebook's run on one programme.

    >>> ProgrammeNotebook("programmes/shop_year.yml", "08_attribution").programme.attribution.half_life_days
    7.0
    """

    def __init__(self, programme_file: str, name: str) -> None:
        self.programme, where = programme.opened(programme_file)
        super().__init__(where, name, self.programme.currency)

    def connect(self) -> "duckdb.DuckDBPyConnection":
        """The year's tables as views, in memory, for as long as the notebook runs."""
        return query.tables(self.where.raw)

    def ledger(self) -> dict[str, Any]:
        """What was planted in the year."""
        content: dict[str, Any] = json.loads((self.where.raw / "ledger.json").read_text(encoding="utf-8"))
        return content

    def headline(self, words: str) -> "Callout":
        """What the notebook found, in a sentence: for the programme's front page and the command line too, without marks."""
        self.record(f"{topic(self.name)}.headline", words.replace("**", ""), "text", "What the notebook found")
        return self.finding(words)
