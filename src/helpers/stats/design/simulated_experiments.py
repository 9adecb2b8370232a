"""Experiments made of a baseline's own units: resampled, split, treated with a lift, and analysed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, Required, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import ALPHA
from helpers.stats.binomial import binomial_interval
from helpers.stats.comparisons.linear import welch
from helpers.stats.comparisons.score import TwoByTwo
from helpers.stats.design.plan import split
from helpers.stats.inference import ALTERNATIVES, Alternative, p_values
from helpers.stats.row_order import in_order
from helpers.stats.summaries.summary import Proportion, Ratio
from helpers.stats.validation import FloatArray, InputError, between, finite_array, one_of, whole_number

Lift = Literal["multiplicative", "probabilistic"]
Kind = Literal["proportion", "mean", "ratio"]


class HasPValue(Protocol):
    """What an analysis returns: an :class:`~helpers.stats.Effect`, or anything else with a p-value."""

    @property
    def p_value(self) -> float: ...


Analysis = Callable[[FloatArray, FloatArray], HasPValue]
"""From the rows of control and treatment, ``(units, columns)`` each, to a result with a p-value."""
_Injection = Callable[[FloatArray, np.random.Generator], FloatArray]


class Experiments(TypedDict, total=False):
    """How experiments are made of a baseline and analysed: the options of everything that simulates power.

    Attributes:
        kind: what ``compare`` is given: "proportion", "mean" or "ratio".
        analyse: an analysis of your own in place of ``kind``, from the rows of control and treatment to a result with
            a ``p_value``: CUPED on a second column, winsorised means, medians.
        inject: "multiplicative" multiplies every outcome; "probabilistic" leaves the outcomes' sizes and changes how
            many there are: a unit's outcome is put to 0 with probability -lift, or a unit at 0 becomes a copy of one
            that is not, as often as the lift asks. The second is the only one for a proportion.
        weights: shares of control and treatment, in any scale; halves when left out.
        alpha, alternative: of the test.
        runs: experiments; 1,000, as many as when left out, give power to about 0.025.
        rng: source of the runs' seeds.

    Example:
        >>> options: Experiments = {"weights": (9, 1), "runs": 400, "rng": np.random.default_rng(1)}
        >>> SimulatedTrials.of([1, 2], **options).kind
        'mean'
    """

    kind: Kind
    analyse: Analysis | None
    inject: Lift
    weights: tuple[float, float]
    alpha: float
    alternative: Alternative
    runs: int
    rng: Required[np.random.Generator]


@dataclass(frozen=True)
class SimulatedPower:
    """Share of simulated experiments that came out significant.

    Attributes:
        power, low, high: the share, with its Clopper-Pearson interval at 0.95: the noise of ``runs`` runs. With a
            lift of 0 it is the false-positive rate.
        hits, runs: counted.
        untested: runs in which no test could be made; they count as not significant.
        lift: injected, a fraction of the baseline.
        n_total, n_arms: units of one experiment, control first.
        alpha: level of the test.

    Example:
        >>> from helpers.stats.design.simulated_power import simulated_power
        >>> r = simulated_power([0, 1] * 50, kind="proportion", lift=0.2, n=1000, runs=200, rng=np.random.default_rng(1))
        >>> r.n_arms, r.low < r.power < r.high
        ((500, 500), True)
    """

    power: float
    low: float
    high: float
    hits: int
    runs: int
    untested: int
    lift: float
    n_total: int
    n_arms: tuple[int, ...]
    alpha: float


@dataclass(frozen=True, eq=False)
class SimulatedTrials:
    """Everything but n and lift: called with these, it makes the same experiments every time.

    Attributes are the options of :class:`Experiments`, checked by :meth:`of`; ``seed`` stands for ``rng``.

    Example:
        >>> coins = SimulatedTrials.of([0, 1], kind="proportion", runs=100, rng=np.random.default_rng(1))
        >>> coins(1000, 0.1) == coins(1000, 0.1)
        True
    """

    rows: FloatArray
    kind: Kind
    analyse: Analysis | None
    inject: Lift
    weights: tuple[float, ...]
    alternative: Alternative
    alpha: float
    runs: int
    seed: tuple[int, ...]

    @classmethod
    def of(
        cls,
        baseline: ArrayLike,
        *,
        kind: Kind = "mean",
        analyse: Analysis | None = None,
        inject: Lift = "multiplicative",
        weights: tuple[float, float] = (0.5, 0.5),
        alpha: float = ALPHA,
        alternative: Alternative = "two-sided",
        runs: int = 1_000,
        rng: np.random.Generator,
    ) -> SimulatedTrials:
        """The options of :class:`Experiments`, checked.

        Example:
            >>> SimulatedTrials.of([1, 2], weights=(9, 1), rng=np.random.default_rng(1)).weights
            (0.9, 0.1)
        """
        one_of("kind", kind, ("proportion", "mean", "ratio"))
        one_of("inject", inject, ("multiplicative", "probabilistic"))
        one_of("alternative", alternative, ALTERNATIVES)
        between("alpha", alpha, 0, 1)
        rows = np.array(baseline, np.float64)
        rows = rows[:, None] if rows.ndim == 1 else rows
        columns = 2 if kind == "ratio" else 1
        fits = rows.ndim == 2 and len(rows) > 1 and (rows.shape[1] == columns or analyse is not None)
        if not fits or not np.isfinite(rows).all() or whole_number("runs", runs) < 1:
            raise InputError(
                "baseline",
                got=f"shape {rows.shape}, {runs} runs",
                expected=f"finite numbers, a row a unit with {columns} column(s) for a {kind}, and at least one run",
                cause="columns in place of rows, units without an outcome, or a ratio without its denominator",
                remedy="pass one row a unit, with 0 for units without an outcome",
            )
        rows = finite_array("baseline", rows)
        if kind == "proportion":
            Proportion.from_values(rows[:, 0])
            inject = "probabilistic"
        if len(weights) != 2 or min(weights) <= 0:
            raise InputError(
                "weights",
                got=weights,
                expected="two positive weights, control first",
                cause="several treatments",
                remedy="simulate each against the control, at its share of alpha",
            )
        rows = in_order(rows.T).T  # drawn from by value, so that the order in which units came does not matter
        shares = tuple(w / sum(weights) for w in weights)
        seed = tuple(int(word) for word in rng.integers(0, 2**32, 4))
        return cls(rows, kind, analyse, inject, shares, alternative, alpha, runs, seed)

    def __call__(self, n: int, lift: float) -> SimulatedPower:
        """Count significant experiments of ``n`` units in all at a lift."""
        arms = split(n, self.weights)
        if min(arms) < 2:
            raise InputError(
                "n",
                got=f"{n} units in arms of {arms}",
                expected="at least two units in every arm",
                cause="units of one arm, or thousands, passed as total",
                remedy="pass the total over both arms",
            )
        treat = _injection(self.rows, self.inject, lift)
        p = self._proportions(arms, lift) if self._counts_suffice else self._units(arms, treat)
        hits = int((p < self.alpha).sum())
        found = binomial_interval(hits, self.runs)
        untested = int(np.isnan(p).sum())
        return SimulatedPower(found.share, found.low, found.high, hits, self.runs, untested, lift, n, arms, self.alpha)

    @property
    def _counts_suffice(self) -> bool:
        return self.kind == "proportion" and self.analyse is None

    def _streams(self, run: int) -> tuple[np.random.Generator, ...]:
        """Control, treatment, injection: one stream each, so that a larger n begins with the units of the smaller."""
        return tuple(np.random.default_rng([*self.seed, run, stream]) for stream in range(3))

    def _proportions(self, arms: tuple[int, ...], lift: float) -> FloatArray:
        """Resampled successes are binomial; a count's own quantile keeps the random numbers common."""
        from scipy.stats import binom

        rate = float(self.rows[:, 0].mean())
        uniform = np.random.default_rng(self.seed).random((2, self.runs))
        x_c, x_t = (binom.ppf(u, m, r) for u, m, r in zip(uniform, arms, (rate, rate * (1 + lift)), strict=True))
        successes, table = x_c + x_t, TwoByTwo.of(x_c, float(arms[0]), x_t, float(arms[1]))
        untestable = (successes == 0) | (successes == sum(arms))
        return np.where(untestable, np.nan, p_values(table.z_zero(), alternative=self.alternative))

    def _units(self, arms: tuple[int, ...], treat: _Injection) -> FloatArray:
        size, p = len(self.rows), np.empty(self.runs)
        moments = np.empty((2, 2, self.runs))  # arm, (mean, variance), run
        for run in range(self.runs):
            first, second, third = self._streams(run)
            control = self.rows[first.integers(0, size, arms[0])]
            treatment = treat(self.rows[second.integers(0, size, arms[1])], third)
            if self.analyse is not None:
                p[run] = self.analyse(control, treatment).p_value
                continue
            for arm, rows in enumerate((control, treatment)):
                moments[arm, :, run] = _mean(rows) if self.kind == "mean" else _ratio(rows)
        if self.analyse is not None:
            return p
        (mean_c, v_c), (mean_t, v_t) = moments
        found = welch(arms[0], mean_c, v_c, arms[1], mean_t, v_t, alternative=self.alternative)
        return found.p_value


def _injection(rows: FloatArray, inject: Lift, lift: float) -> _Injection:
    """How rows of the treatment are changed; expects the outcome in the first column."""
    if inject == "multiplicative":
        factor = np.ones(rows.shape[1])
        factor[0] = 1 + lift
        return lambda treated, rng: treated * factor
    active = np.flatnonzero(rows[:, 0])
    idle = len(rows) - active.size
    chance = lift * active.size / idle if idle and lift > 0 else -lift
    if not active.size or not 0 <= chance <= 1 or (lift > 0 and not idle):
        raise InputError(
            "lift",
            got=f"{lift:g} on {active.size} units of {len(rows)} with an outcome other than 0",
            expected="a lift that units at 0 can make up for, and at least -1",
            cause="percent passed as a fraction, or an outcome that is never 0",
            remedy="pass a fraction, or inject a multiplicative lift",
        )

    def changed(treated: FloatArray, rng: np.random.Generator) -> FloatArray:
        # each unit takes its two numbers whether it needs them or not, so that the next unit's stay the same
        struck, donor = rng.random((len(treated), 2)).T
        outcome = treated[:, 0].copy()
        if lift < 0:
            outcome[struck < chance] = 0.0
        else:
            moved = (outcome == 0) & (struck < chance)
            outcome[moved] = rows[active[(donor[moved] * active.size).astype(np.int64)], 0]
        return np.column_stack([outcome, treated[:, 1:]])

    return changed


def _mean(rows: FloatArray) -> tuple[float, float]:
    return float(rows[:, 0].mean()), float(rows[:, 0].var(ddof=1))


def _ratio(rows: FloatArray) -> tuple[float, float]:
    arm = Ratio.from_values(rows[:, 0], rows[:, 1])
    return arm.estimate, arm.variance
