"""A table whose rows repeat a unit, one a period, and how the rows of a unit become one."""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from helpers.config.base import ConfigError, Model
from helpers.config.columns import RawColumn

How = Literal["sum", "mean", "max", "first", "last"]


class Panel(Model):
    """Rows that repeat a unit, one a week or a month: they are summed up to one row a unit before anything is compared.

    Where ``how`` does not say it, counts and amounts are summed, what happened or did not has happened when it did in any
    period, and what describes a unit is that of its first row.
    """

    period: RawColumn
    """The column that tells the rows of a unit apart, such as week; a unit has one row in each"""
    how: dict[RawColumn, How] = Field({})
    """Columns of outcomes, each with what its rows become: sum, mean, max, first or last"""

    @property
    def merged(self) -> str:
        """Why no day is looked at, though there are periods."""
        return f"the rows of a unit, one a {self.period}, become one before anything is compared"

    def check(self, columns: Iterable[str], outcomes: Iterable[str]) -> None:
        """Refuse a panel without a unit, and what is said of a column that is no outcome. Raises :class:`ConfigError`."""
        if "user_id" not in columns:
            raise ConfigError("panel", self.period, "data.columns.user_id beside it: the unit whose rows become one")
        known = list(outcomes)
        if strange := [column for column in self.how if column not in known]:
            told = f"columns of data.outcomes: {', '.join(known)}"
            raise ConfigError("panel.how", strange[0], told, valid=known)
