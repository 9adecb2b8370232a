r"""What a policy that was never served would have been worth, from the log of another that was.

The log gives each unit a context c, an arm A drawn with a known chance :math:`\pi(A|c)`, and a yes or no outcome Y. The target policy would
give arm a with chance :math:`t(a|c)`; asked for is its value :math:`V=E\sum_a t(a|c)\,r(c,a)`, with r the rate of a cell. Contexts are few,
so counts by cell are all that any estimator needs. Weights are :math:`w=t/\pi`.

======================== =================================================================== =========================
estimator                value                                                               unbiased when
======================== =================================================================== =========================
direct method            :math:`\overline{f}`, :math:`f(c)=\sum_a t(a|c)\,m(c,a)`             the model m is right
inverse propensity (IPS) :math:`\overline{wY}`                                               the chances are right
self-normalised (SNIPS)  :math:`\overline{wY}/\overline{w}`                                  the same, in large samples
doubly robust            :math:`\overline{f+w\,(Y-m)}`                                       either of the two is right
======================== =================================================================== =========================

Each is a mean of :math:`\psi=f(c)+k(c,A)(Y-m(c,A))` up to terms that vanish faster, with its own f, m and factor k; the standard error is the
root of the mean of :math:`(\psi-V)^2` over n. For a model that was fitted on the same log, k carries what the fit adds, so that the doubly
robust interval holds when either the chances or the model is right, as the estimate does.

**Assumes** that each arm which the target gives had a chance in the log (refused otherwise), that chances were fixed in advance and not
learnt from the outcomes being weighed, that units do not touch each other. **It lies** when chances were logged wrongly, when the time to come
differs from the log, when few effective units (:meth:`PolicyLog.effective_units`) hold few successes, so that intervals are too short, and when the
best of many targets is chosen by its estimate on one log.

References: Dudik, Langford and Li (2011), ICML, "Doubly robust policy evaluation and learning"; Swaminathan and Joachims (2015), NIPS 28, "The
self-normalized estimator for counterfactual learning"; Stefanski and Boos (2002), The American Statistician 56, 29-38, for the standard errors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import CONFIDENCE
from helpers.errors import ReportError
from helpers.stats.inference import critical
from helpers.stats.validation import BoolArray, FloatArray, alpha_of


def chances(what: str, values: ArrayLike) -> FloatArray:
    """``values`` as chances of the arms, (contexts, arms), each row adding up to one.

    Example:
        >>> chances("The target", [[0, 1], [0.5, 0.5]]).shape
        (2, 2)
    """
    found = np.asarray(values, np.float64)
    if found.ndim != 2 or not (found >= 0).all() or not np.allclose(found.sum(axis=1), 1):
        raise ReportError(
            f"{what} does not give chances",
            got=f"rows that add up to {found.sum(axis=-1).round(4).tolist()}",
            expected="a row a context, a chance of at least 0 an arm, each row adding up to 1",
            cause="an arm left out, or percentages in place of shares",
            remedy="log the chance of every arm as it was used",
        )
    return found


@dataclass(frozen=True, eq=False)
class PolicyLog:
    """What was served, by cell.

    Attributes:
        units, successes: (..., contexts, arms); leading axes are independent logs.
        chance: logged, (contexts, arms).

    Raises:
        ReportError: for tables of other shapes, or more successes than units.
    """

    units: FloatArray
    successes: FloatArray
    chance: FloatArray

    def __post_init__(self) -> None:
        alike = self.units.shape == self.successes.shape and self.units.shape[-2:] == np.shape(self.chance)
        if not alike or not ((self.successes >= 0) & (self.successes <= self.units)).all():
            raise ReportError(
                "These counts are no log",
                got=f"units {self.units.shape}, successes {self.successes.shape}, chances {np.shape(self.chance)}",
                expected="a cell a context and arm in all three, and no more successes than units in any",
                cause="events counted where units belong, or a table turned on its side",
                remedy="count each unit once, contexts by rows and arms by columns",
            )

    @property
    def total(self) -> FloatArray:
        """Units of each log."""
        return np.asarray(self.units.sum(axis=(-2, -1)))

    def weights(self, target: FloatArray) -> FloatArray:
        """How many units of the target one logged unit stands for, by cell.

        Raises:
            ReportError: where the target gives an arm that the log never could, or a log has no unit that the target would serve alike.

        Example:
            >>> log = PolicyLog(np.array([[6.0, 4.0]]), np.array([[1.0, 2.0]]), np.array([[0.6, 0.4]]))
            >>> log.weights(np.array([[0.0, 1.0]]))
            array([[0. , 2.5]])
        """
        chance, target = chances("The log", self.chance), chances("The target", target)
        if target.shape != chance.shape:
            raise ReportError("The target has other cells than the log", got=target.shape, expected=chance.shape)
        missing = [(int(c), int(a)) for c, a in np.argwhere((target > 0) & (chance == 0))]
        if missing:
            raise ReportError(
                "The target gives arms that the log never served",
                got=f"a logged chance of 0 at (context, arm) {missing}",
                expected="a chance above 0 wherever the target has one",
                cause="the policy that was served explored too little",
                remedy="keep the target to arms that were served, or serve these to a small random share first",
            )
        w = np.divide(target, chance, out=np.zeros_like(target), where=target > 0)
        if not (self.units * w).sum(axis=(-2, -1)).all():
            raise ReportError(
                "No unit of the log was served as the target would",
                got="a log whose weights are all 0",
                expected="at least one unit in an arm that the target gives",
                cause="a log of too few units",
                remedy="log longer",
            )
        return w

    def effective_units(self, target: FloatArray) -> FloatArray:
        r"""Units served by the target itself that would know as much: :math:`(\sum w)^2/\sum w^2` (Kish 1965)."""
        w = self.weights(target)
        return np.asarray((self.units * w).sum(axis=(-2, -1)) ** 2 / (self.units * w**2).sum(axis=(-2, -1)))


@dataclass(frozen=True, eq=False)
class Valued:
    """An estimated value with its standard error, one a log."""

    value: FloatArray
    error: FloatArray

    @classmethod
    def of(
        cls, log: PolicyLog, value: FloatArray, expected: FloatArray, factor: FloatArray, model: FloatArray
    ) -> Valued:
        """The standard error from f (a context), k and m (a cell), as the module defines them."""
        base = expected[..., None] - value[..., None, None]
        hit, miss = base + factor * (1 - model), base - factor * model
        squares = log.successes * hit**2 + (log.units - log.successes) * miss**2
        return cls(value, np.sqrt(squares.sum(axis=(-2, -1))) / log.total)

    def covers(self, truth: float, confidence: float = CONFIDENCE) -> BoolArray:
        """Whether the normal interval holds the truth."""
        return np.asarray(np.abs(self.value - truth) <= float(critical(alpha_of(confidence))) * self.error)


def ips(log: PolicyLog, target: FloatArray) -> Valued:
    """Inverse propensity scoring.

    Example:
        >>> log = PolicyLog(np.array([[6.0, 4.0]]), np.array([[1.0, 2.0]]), np.array([[0.6, 0.4]]))
        >>> float(ips(log, np.array([[0.0, 1.0]])).value)
        0.5
    """
    w = log.weights(target)
    value = np.asarray((w * log.successes).sum(axis=(-2, -1)) / log.total)
    nothing = np.zeros_like(log.units)
    return Valued.of(log, value, nothing[..., 0], w, nothing)


def snips(log: PolicyLog, target: FloatArray) -> Valued:
    """Self-normalised inverse propensity scoring: a value stays between 0 and 1, and chances may be wrong by a common factor.

    Example:
        >>> log = PolicyLog(np.array([[7.0, 3.0]]), np.array([[1.0, 2.0]]), np.array([[0.6, 0.4]]))
        >>> float(snips(log, np.array([[0.0, 1.0]])).value.round(4))
        0.6667
    """
    w = log.weights(target)
    weight = (w * log.units).sum(axis=(-2, -1))
    value = np.asarray((w * log.successes).sum(axis=(-2, -1)) / weight)
    everywhere = np.broadcast_to(value[..., None, None], log.units.shape)
    return Valued.of(log, value, everywhere[..., 0], w * (log.total / weight)[..., None, None], everywhere)


def direct(log: PolicyLog, target: FloatArray, groups: ArrayLike) -> Valued:
    """The direct method: rates by arm and group of contexts stand for the outcomes that were not seen.

    Args:
        groups: number of the group that each context belongs to, from 0. All zeros ignore the context.

    Example:
        >>> log = PolicyLog(np.array([[6.0, 4.0]]), np.array([[1.0, 2.0]]), np.array([[0.6, 0.4]]))
        >>> float(direct(log, np.array([[0.0, 1.0]]), [0]).value)
        0.5
    """
    return _modelled(log, target, groups, 0 * log.weights(target))


def doubly_robust(log: PolicyLog, target: FloatArray, groups: ArrayLike) -> Valued:
    """The direct method, corrected by the weighted residuals of its model. Where weights are equal within the model's cells the residuals
    add up to nothing, and it is the direct method.

    Example:
        >>> log = PolicyLog(np.array([[6.0, 4.0]]), np.array([[1.0, 2.0]]), np.array([[0.6, 0.4]]))
        >>> float(doubly_robust(log, np.array([[0.0, 1.0]]), [0]).value)
        0.5
    """
    return _modelled(log, target, groups, log.weights(target))


def _modelled(log: PolicyLog, target: FloatArray, groups: ArrayLike, w: FloatArray) -> Valued:
    group = np.asarray(groups)
    if group.shape != log.units.shape[-2:-1] or group.dtype.kind not in "iu" or group.min() < 0:
        raise ReportError(
            "Contexts cannot be grouped so",
            got=f"{group.dtype} of shape {group.shape}",
            expected=f"a whole number of at least 0 for each of {log.units.shape[-2]} contexts",
        )
    member = (np.arange(group.max() + 1)[:, None] == group).astype(np.float64)
    reached = log.units.sum(axis=-1, keepdims=True)
    model = _rates(member @ log.units, member @ log.successes)[..., group, :]
    expected = (target * model).sum(axis=-1)
    value = (
        (reached[..., 0] * expected).sum(axis=-1) + (w * (log.successes - log.units * model)).sum(axis=(-2, -1))
    ) / log.total
    moved = member @ (target * reached - w * log.units) / np.maximum(member @ log.units, 1)
    return Valued.of(log, np.asarray(value), expected, w + moved[..., group, :], model)


def _rates(units: FloatArray, successes: FloatArray) -> FloatArray:
    """Rate by group and arm; that of the arm in all groups where a group has no unit of it (what that borrows is not in the error)."""
    arm = units.sum(axis=-2, keepdims=True)
    if not arm.all():
        raise ReportError(
            "The outcome model has an arm without units",
            got=f"arms {sorted({int(a) for a in np.argwhere(arm == 0)[:, -1]})} with none",
            expected="at least one unit an arm",
            cause="a log of too few units",
            remedy="log longer, or leave the arm out of the comparison",
        )
    everywhere = np.broadcast_to(successes.sum(axis=-2, keepdims=True) / arm, units.shape).copy()
    np.divide(successes, units, out=everywhere, where=units > 0)
    return everywhere
