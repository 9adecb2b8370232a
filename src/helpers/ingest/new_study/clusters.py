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
from helpers.ingest.telling import ARM, UNIT, Telling, telling

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


@dataclass(frozen=True)
class RandomisedBy:
    """The column by whose levels units seem to have been randomised, and how many it has; ``told`` is how it was said.

    ``fewest`` are the levels of the arm with the fewest, ``of`` all there are, where these were counted.
    """

    column: Column
    levels: int
    told: str = ""
    fewest: int = 2
    of: int = 0

    @property
    def is_one(self) -> bool:
        """Whether an arm has a single level, so that no test can be made of them."""
        return self.fewest < 2

    @property
    def doubt(self) -> str:
        """What is said of a column that is not taken as what was randomised, in the words of the trust check."""
        return f"{self.seen}: a trust check fails until the study says cluster: or independent: and why"

    @property
    def seen(self) -> str:
        if self.told:
            return self.told
        of = self.of or self.column.distinct
        several = f" with several units, of {of:,}" * (self.levels < 0.9 * of)
        return f"{self.levels:,} levels{several}, each in one variant only"

    @property
    def first(self) -> str:
        """What an analyst should check of it."""
        if self.is_one:
            return (
                f"Was the experiment randomised by '{vocabulary.printable(self.column.name)}'? It has {self.doubt}. With one level in an"
                " arm, cluster: leaves nothing that can be told."
            )
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


def proposed(
    table: "SourceTable",
    columns: list[Column],
    roles: Sequence[Column | None],
    variant: Column,
    arms: list[Arm],
    said: Said,
) -> tuple[RandomisedBy | None, RandomisedBy | None]:
    """What is taken as randomised, and what may have been but leaves no test, being the one level of an arm; ``roles`` as of :func:`question`."""
    found = stated(table, columns, variant, said)
    if found is None and not said.independent:
        free = [c for c in columns if all(c is not other for other in (*roles, variant))]
        found = whole(table, free, roles[0], variant, arms)
    return (None, found) if found and found.is_one else (found, None)


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
    coarsest = likeliest(found)
    column = next(c for c in asked if logged(c.name) == coarsest.column)
    of = int(table.number(f"select count(distinct {table.text(column.name)}) from {{table}}"))
    return RandomisedBy(column, coarsest.levels, fewest=coarsest.fewest, of=of)


def likeliest(found: list[Telling]) -> Telling:
    """The coarsest of columns that tell the variant; one with a single level in an arm where all are like that."""
    return min(found, key=lambda each: (each.fewest < 2, each.levels))
