"""What a mean and a ratio have in common: moments of outcomes and of named covariates, which can be added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from numpy.typing import ArrayLike

from helpers.stats.summaries.moments import Moments
from helpers.stats.validation import InputError


@dataclass(frozen=True)
class MomentSummary:
    """Moments of ``outcomes`` columns, then of one column for each of ``covariates``.

    Raises:
        InputError: when the columns are not as many as the names say.

    Example:
        >>> from helpers.stats.summaries.mean import Mean
        >>> (Mean.from_values([1, 2], {"x": [0, 1]}) + Mean.from_values([3], {"x": [1]})).moments.mean[0]
        2.0
    """

    outcomes: ClassVar[int]
    moments: Moments
    covariates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = self.covariates
        if len(set(names)) != len(names) or len(self.moments.mean) != self.outcomes + len(names):
            raise InputError(
                "moments",
                got=f"{len(self.moments.mean)} columns for covariates {names}",
                expected=f"{self.outcomes} outcome column(s) and one for each distinct covariate name",
                cause="covariate columns without names",
                remedy="name every covariate column once",
            )

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        if other.covariates != self.covariates:
            raise InputError(
                "covariates",
                got=f"{self.covariates} and {other.covariates}",
                expected="the same names in the same order",
                cause="arms summarised by different queries",
                remedy="summarise both with the same covariates",
            )
        return type(self)(self.moments + other.moments, self.covariates)

    def mapped(self, matrix: ArrayLike, offset: ArrayLike) -> Self:
        """The same kind of summary of ``matrix @ columns + offset``, which leaves no covariate."""
        return type(self)(self.moments.mapped(matrix, offset))

    @property
    def n(self) -> int:
        """Number of units."""
        return self.moments.n


def all_or_none(names: str, *values: Any) -> bool:
    """Whether all of the sums of a covariate are there; an error when only some of them are.

    Example:
        >>> all_or_none("sum_x, sum_x2", 1, 2), all_or_none("sum_x, sum_x2", None, None)
        (True, False)
    """
    missing = sum(value is None for value in values)
    if 0 < missing < len(values):
        raise InputError(
            names,
            got=f"{len(values) - missing} of {len(values)} given",
            expected="all of them or none",
            cause="a covariate column missing from the query",
            remedy="select every cross product of the covariate",
        )
    return missing == 0
