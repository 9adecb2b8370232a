"""Effects day by day with the covariance of their errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from helpers.stats.multiplicity.heterogeneity import segment_estimate
from helpers.stats.summaries.moments import Moments
from helpers.stats.summaries.summary import Summary
from helpers.stats.validation import FloatArray, InputError, finite_vector


@dataclass(frozen=True)
class DailyEffects:
    """Absolute effect by day, with the covariance of its errors.

    A day is the day since exposure (best: the calendar mixes users who are new with users who are used to it) or of the
    calendar. :meth:`independent` is for disjoint units a day, for instance users by the day of their first exposure.
    Units seen on several days make the days dependent: :meth:`repeated` takes the covariance from the units.

    Attributes:
        days: rising numbers, need not be evenly spaced.
        effects: treatment minus control, in the metric's unit.
        covariance: of the errors of ``effects``; squared standard errors on the diagonal.
        note: days that were left out; empty otherwise.
        levels: average of all units by day, in the metric's unit; empty where it is not known.
        left_out: how many days were, as their outcomes do not vary: what is left was chosen by its outcome.

    Raises:
        InputError: for shapes that do not match, days that do not rise, or a covariance that is none.

    Example:
        >>> DailyEffects((0, 1), (0.2, 0.1), ((0.01, 0.0), (0.0, 0.01))).days
        (0, 1)
    """

    days: tuple[float, ...]
    effects: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    note: str = ""
    levels: tuple[float, ...] = ()
    left_out: int = 0

    def __post_init__(self) -> None:
        days, effects = finite_vector("days", self.days), finite_vector("effects", self.effects)
        errors = self.matrix
        if effects.size != days.size or errors.shape != (days.size, days.size) or (np.diff(days) <= 0).any():
            raise InputError(
                "days",
                got=f"{days.size} days, {effects.size} effects, covariance {errors.shape}",
                expected="rising days with one effect each and a square covariance",
                cause="a day missing from one column, or days out of order",
                remedy="order by day and select everything in one query",
            )
        if not _positive(errors):
            raise InputError(
                "covariance",
                got="a matrix that is not symmetric and positive definite",
                expected="the covariance of the errors of the daily effects",
                cause="two days that are copies of each other, or fewer units than days",
                remedy="leave repeated days out, or take whole weeks as days",
            )

    @classmethod
    def independent(cls, days: Mapping[float, tuple[Summary, Summary]]) -> DailyEffects:
        """From one (control, treatment) a day, of units that appear on one day only.

        A day without a variance is left out, and the note says so.

        Example:
            >>> from helpers.stats import Mean
            >>> arm = Mean.from_moments(100, 1.0, 4.0)
            >>> DailyEffects.independent({1: (arm, arm), 0: (arm, arm)}).days
            (0.0, 1.0)
        """
        order = sorted(days)
        found = np.array([segment_estimate(*days[day]) for day in order]).reshape(len(order), 2)
        kept = np.isfinite(found).all(axis=1)
        missing = int((~kept).sum())
        return cls._of(
            np.asarray(order, np.float64)[kept],
            found[kept, 0],
            np.diag(found[kept, 1]),
            f"days left out (no variance): {missing} of {len(order)}" if missing else "",
            np.array([_level(*days[day]) for day in order], np.float64)[kept],
            missing,
        )

    @classmethod
    def repeated(cls, days: Sequence[float], control: Moments, treatment: Moments) -> DailyEffects:
        """From the moments of one column a day over the same units, each with a value on every day (0 for nothing).

        The covariance is then taken as known, so the smaller arm should have some dozens of units for every day.

        Example:
            >>> arm = Moments.from_columns([[1, 2, 3, 5], [1, 3, 2, 4]])
            >>> DailyEffects.repeated([0, 1], arm, arm).effects
            (0.0, 0.0)
        """
        if min(control.n, treatment.n) < 2 or len(control.mean) != len(treatment.mean):
            raise InputError(
                "moments",
                got=f"{control.n} + {treatment.n} units with {len(control.mean)} and {len(treatment.mean)} days",
                expected="at least two units an arm and the same days",
                cause="an empty arm, or a day missing from one",
                remedy="summarise both arms with one column a day",
            )
        covariance = control.covariance() / control.n + treatment.covariance() / treatment.n
        levels = np.average([control.mean, treatment.mean], axis=0, weights=[control.n, treatment.n])
        return cls._of(np.asarray(days, np.float64), np.subtract(treatment.mean, control.mean), covariance, "", levels)

    @property
    def matrix(self) -> FloatArray:
        """``covariance`` as an array.

        Example:
            >>> DailyEffects((0,), (0.2,), ((0.01,),)).matrix.shape
            (1, 1)
        """
        return np.asarray(self.covariance, np.float64) if self.covariance else np.empty((0, 0))

    @property
    def relative(self) -> DailyEffects | None:
        """Effects as shares of their day's level; None where a level is not known, or not above zero.

        What moves a whole day moves its level and, with it, the absolute effect. The level is that of all units, whose
        error hardly goes with that of the difference, so it is taken as known.

        Example:
            >>> DailyEffects((0, 1), (0.2, 0.1), ((0.01, 0.0), (0.0, 0.01)), levels=(2.0, 1.0)).relative.effects
            (0.1, 0.1)
        """
        if not self.levels or min(self.levels) <= 0:
            return None
        level = np.asarray(self.levels)
        return self._of(
            np.asarray(self.days), self.effects / level, self.matrix / np.outer(level, level), self.note, np.empty(0)
        )

    @classmethod
    def _of(
        cls,
        days: FloatArray,
        effects: FloatArray,
        covariance: FloatArray,
        note: str,
        levels: FloatArray,
        left_out: int = 0,
    ) -> DailyEffects:
        return cls(
            tuple(days.tolist()),
            tuple(effects.tolist()),
            tuple(map(tuple, covariance.tolist())),
            note,
            tuple(levels.tolist()),
            left_out,
        )


def _level(control: Summary, treatment: Summary) -> float:
    return (control.n * control.estimate + treatment.n * treatment.estimate) / (control.n + treatment.n)


def _positive(covariance: FloatArray) -> bool:
    """Whether a matrix is a covariance that can be inverted."""
    spread = np.sqrt(np.clip(np.diag(covariance), 0, None))
    if not (np.isfinite(covariance).all() and (spread > 0).all()):
        return False
    correlation = covariance / np.outer(spread, spread)
    symmetric = np.allclose(correlation, correlation.T, rtol=0, atol=1e-9)
    return bool(symmetric and (not spread.size or np.linalg.eigvalsh(correlation).min() > 1e-10))
