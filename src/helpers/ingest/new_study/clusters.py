"""Whether a table looks as if whole clusters (cities, stores, accounts) had been assigned to the variants."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config.columns import logged
from helpers.ingest.new_study import contradictions, vocabulary
from helpers.ingest.new_study.asking import Question
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Arm, Noted
from helpers.ingest.new_study.roles import arms_of, meant
from helpers.ingest.new_study.said import Said
from helpers.ingest.sql import quoted
from helpers.ingest.telling import ARM, UNIT, telling

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


@dataclass(frozen=True)
class RandomisedBy:
    """The column by whose levels units seem to have been randomised, and how many it has; ``told`` is how it was said."""

    column: Column
    levels: int
    told: str = ""

    @property
    def seen(self) -> str:
        if self.told:
            return self.told
        return f"{self.levels:,} levels, each in one variant only"

    @property
    def first(self) -> str:
        """What an analyst should check of it."""
        return (
            f"Was the experiment randomised by '{vocabulary.printable(self.column.name)}'? It has {self.seen}, so it is taken"
            " as what was randomised. If units were assigned by themselves, write independent: and why, in place of cluster."
        )

    def noted(self, called: str) -> Noted:
        """The key of a study file, and its comment."""
        return called, self.told or f"ASSUMED: {self.seen}, so these were randomised and not the units"


def stated(table: "SourceTable", columns: list[Column], variant: Column, said: Said) -> RandomisedBy | None:
    """What somebody says was randomised. Raises where its levels stand in several variants."""
    column = said.column("cluster", columns)
    if column is None:
        return None
    contradictions.whole(table, column, variant)
    return RandomisedBy(column, column.distinct, said.how("cluster"))


BY_UNITS = "each unit by itself"
"""The answer that nothing was randomised whole."""


def question(
    table: "SourceTable", columns: list[Column], roles: Sequence[Column | None], variant: Column, said: Said
) -> Question | None:
    """Whether whole levels of a column were randomised, where chance does not put each of them into one variant.

    ``roles`` are the unit's column and others that cannot be what was randomised.
    """
    unit = roles[0]
    taken = [*roles, variant, *(c for c in columns if c.name in said.named)]
    free = [c for c in columns if all(c is not other for other in taken)]
    arms, _ = arms_of(meant(variant)[0], (said.control or "", ""))
    found = whole(table, free, unit, variant, arms)
    if found is None:
        return None
    name = vocabulary.printable(found.column.name)
    return Question(
        "cluster",
        f"Was it randomised by '{name}'?",
        ((found.column.name, f"{found.seen}; of units assigned one by one that happens less than once in a million"),
         (BY_UNITS, f"then say in the study why each '{name}' has one variant (independent)")),
    )  # fmt: skip


def whole(
    table: "SourceTable", columns: list[Column], unit: Column | None, variant: Column, arms: list[Arm]
) -> RandomisedBy | None:
    """What seems to have been randomised, the coarsest of several columns; None where units were, as far as one can see."""
    asked = [c for c in columns if 1 < c.distinct < c.filled]
    if not asked:
        return None
    key = table.text(unit.name) if unit else "file_index * 1099511627776 + file_row_number"
    listed = ", ".join(quoted(c.name) for c in asked)
    rows = f"select {key} as {UNIT}, lower({table.text(variant.name)}) as arm_of_row, {listed} from {table.relation}"
    relation = f"""select * exclude (arm_of_row), min(arm_of_row) over (partition by {UNIT}) as {ARM} from ({rows})
        qualify {ARM} is not null"""
    found = telling(table.con, relation, [c.name for c in asked], {arm.level.lower(): arm.weight for arm in arms})
    if not found:
        return None
    coarsest = min(found, key=lambda each: each.levels)
    return RandomisedBy(next(c for c in asked if logged(c.name) == coarsest.column), coarsest.levels)
