"""How long units stayed and whether they have gone: two columns of a unit table that belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal
from helpers.ingest.values.number_formats import TRUE

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

LASTED = {"tenure", "duration", "lifetime", "survival", "time", "day", "days", "week", "weeks", "month", "months", "year",
          "years", "hours", "age"}  # fmt: skip
"""Last words of how long something lasted."""
ENDED = {"churn", "churned", "arrest", "arrested", "death", "died", "dead", "deceased", "cancel", "cancelled", "canceled",
         "left", "attrition", "quit", "default", "defaulted", "failed", "failure", "relapse", "relapsed", "unsubscribed",
         "terminated", "exited", "lapsed", "ended"}  # fmt: skip
"""Names of that it ended, which nobody wants more of."""
SPANS = {"day": "days", "days": "days", "week": "weeks", "weeks": "weeks", "month": "months", "months": "months",
         "year": "years", "years": "years", "hours": "hours", "tenure": "months"}  # fmt: skip
LEAST = 5
"""Different lengths that a curve needs."""


@dataclass(frozen=True)
class Stay:
    """The column of how long, and that of whether it ended; ``longer`` are the means of those still there and of the gone."""

    lasted: Column
    ended: Column
    means: tuple[float, float]

    @property
    def span(self) -> str:
        """What the lengths count, by the column's name."""
        return next((SPANS[word] for word in vocabulary.tokens(self.lasted.name) if word in SPANS), "days")

    @property
    def told(self) -> str:
        still, gone = self.means
        return (
            f"'{vocabulary.printable(self.lasted.name)}' says how long, '{vocabulary.printable(self.ended.name)}' whether it ended:"
            f" those still there have {still:,.3g} on average, the others {gone:,.3g}"
        )

    @property
    def first(self) -> str:
        """What an analyst should check of it."""
        return f"Does '{vocabulary.printable(self.lasted.name)}' count {self.span} until '{vocabulary.printable(self.ended.name)}', or until the data end?"

    @property
    def noted(self) -> tuple[str, str]:
        """The span, and a comment."""
        return self.span, f"ASSUMED from names and values: {self.told}"


def of_table(table: "SourceTable", columns: Sequence[Column]) -> Stay | None:
    """The pair of columns, where names and values both say so: who is still there has been there for longer."""
    ended = [c for c in columns if (c.binary or c.in_words) and vocabulary.touches(c.name, ENDED)]
    lasted = [
        c
        for c in columns
        if c.numeric and not c.negative and c.distinct >= LEAST and set(vocabulary.tokens(c.name)[-1:]) & LASTED
        and c.filled == c.rows
    ]  # fmt: skip
    lasted.sort(key=lambda c: ("age" in vocabulary.tokens(c.name), c.position))
    for gone in ended:
        for length in lasted:
            value = table.value(length.name)
            still, left = table.rows(
                f"select avg({value}) filter (not g), avg({value}) filter (g) from (select *, {truth(table, gone)} = 1 as g from {{table}})"
            )[0]
            if still is not None and left is not None and float(still) > float(left):  # type: ignore[arg-type]
                return Stay(length, gone, (float(still), float(left)))  # type: ignore[arg-type]
    return None


def truth(table: "SourceTable", column: Column) -> str:
    """SQL of 1 for yes and 0 for no; null where it is empty."""
    yes = ", ".join(literal(word) for word in (*TRUE, "1", "1.0"))
    text = table.text(column.name)
    return f"case when {text} is not null then (lower({text}) in ({yes}))::integer end"
