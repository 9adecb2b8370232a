"""Whether the lift of a proxy stands for the effect on the outcome that matters: Prentice's question, asked of sums."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from helpers.config import Metric
from helpers.defaults import CONFIDENCE
from helpers.errors import ReportError
from helpers.stats.estimate import Estimate
from helpers.stats.inference import critical
from helpers.stats.validation import finite_array
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

    from helpers.experiment.results import Results

POWERS = ((2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (4, 0), (3, 1), (2, 2))
"""Powers of proxy and outcome whose centred sums are needed."""
DIGIT_BITS = 21
"""Of the digits in which ``marts.fct_surrogate`` holds its sums."""


@dataclass(frozen=True)
class Joint:
    """Proxy ``s`` and outcome ``y`` of one arm: units, means and centred sums of their products, as floats or arrays.

    ``c[a, b]`` is the sum of ``(s - mean_s)**a * (y - mean_y)**b`` over the units.
    """

    n: Any
    mean_s: Any
    mean_y: Any
    c: dict[tuple[int, int], Any]

    @classmethod
    def from_values(cls, s: ArrayLike, y: ArrayLike) -> Self:
        """From one proxy and one outcome a unit, units along the last axis.

        >>> Joint.from_values([1, 2, 3], [2, 2, 5]).c[1, 1]
        3.0
        """
        proxy, outcome = finite_array("proxy", s), finite_array("outcome", y)
        if not proxy.shape[-1]:
            raise ReportError("no unit, so nothing is known of its proxy", expected="one unit or more")
        d, v = (x - x.mean(axis=-1, keepdims=True) for x in (proxy, outcome))
        sums = {(a, b): (d**a * v**b).sum(axis=-1) for a, b in POWERS}
        if proxy.ndim == 1:
            sums = {key: float(value) for key, value in sums.items()}
        return cls(proxy.shape[-1], proxy.mean(axis=-1), outcome.mean(axis=-1), sums)

    @classmethod
    def from_sums(cls, n: int, raw: Mapping[tuple[int, int], int | Fraction]) -> Self:
        """From exact sums of ``s**a * y**b``, centred without rounding.

        >>> sums = {(a, b): sum(s**a * y**b for s, y in ((1, 2), (2, 2), (3, 5))) for a in range(5) for b in range(3)}
        >>> Joint.from_sums(3, sums).c[1, 1]
        3.0
        """
        mean_s, mean_y = Fraction(raw[1, 0], n), Fraction(raw[0, 1], n)
        full = {(0, 0): n, **raw}

        def centred(a: int, b: int) -> float:
            terms = (
                math.comb(a, i) * math.comb(b, j) * (-mean_s) ** (a - i) * (-mean_y) ** (b - j) * full[i, j]
                for i in range(a + 1)
                for j in range(b + 1)
            )
            return float(sum(terms))

        return cls(n, float(mean_s), float(mean_y), {(a, b): centred(a, b) for a, b in POWERS})


@dataclass(frozen=True)
class Path:
    """The effect on the outcome in two parts that add up to it: through the proxy, and beside it.

    Attributes:
        proxy: effect on the proxy, treatment minus control.
        slope: outcome per unit of the proxy within arms, one for both.
        slopes: the same of the control and of the treatment alone.
        slope_change: the treatment's slope minus the control's.
        predicted: slope times the effect on the proxy.
        beside: what is left of the effect on the outcome; 0 where Prentice's criterion holds.
    """

    proxy: Estimate
    slope: Estimate
    slopes: tuple[Estimate, Estimate]
    slope_change: Estimate
    predicted: Estimate
    beside: Estimate


def path(control: Joint, treatment: Joint, *, confidence: float = CONFIDENCE) -> Path:
    r"""How much of the effect on an outcome goes through a proxy, by the analysis of covariance.

    With :math:`\bar s,\bar y` the means of the arms and :math:`b` the slope within arms,
    :math:`\bar y_T-\bar y_C = b(\bar s_T-\bar s_C) + r`: the first part is what the proxy predicts, and :math:`r` is the
    coefficient of the treatment in :math:`y\sim z+s`. Both errors are sandwiches (HC1), the first by the delta method
    with the covariance of slope and effect on the proxy, so unequal variances and a curved mean do no harm to them.

    Args:
        control, treatment: at least 4 units in all, a proxy that varies within an arm.
        confidence: of the intervals.

    Assumes, to read the parts as causes: no common cause of proxy and outcome within arms, no interaction of treatment
    and proxy. Randomisation gives neither.

    Raises:
        ReportError: when the proxy is constant within both arms, or there are too few units.

    Reference: Prentice (1989), Statistics in Medicine 8, 431-440; VanderWeele (2013), Biometrics 69, 561-565, on the
    paradox; Sobel (1982), Sociological Methodology 13, 290-312, on the delta method.

    Example:
        >>> arms = Joint.from_values([1, 2, 3, 4], [1, 2, 2, 4]), Joint.from_values([2, 3, 4, 6], [2, 3, 4, 5])
        >>> found = path(*arms)
        >>> bool(np.isclose(found.predicted.value + found.beside.value, 3.5 - 2.25))
        True
    """
    arms = ((control, -1.0), (treatment, 1.0))
    total = control.n + treatment.n
    within = control.c[2, 0] + treatment.c[2, 0]
    if total < 4 or not np.all(within > 0):
        raise ReportError(
            "a proxy cannot be judged that does not vary",
            got=f"{total} units",
            expected="at least 4, and a proxy that differs between units of the same arm",
            remedy="choose another proxy",
        )
    b = (control.c[1, 1] + treatment.c[1, 1]) / within
    gain_s, gain_y = treatment.mean_s - control.mean_s, treatment.mean_y - control.mean_y
    small = total / (total - 3)

    var_gain = sum(arm.c[2, 0] / arm.n**2 for arm, _ in arms)
    var_slope = sum(_meat(arm, b) for arm, _ in arms) / within**2
    with_slope = sum(sign * (arm.c[2, 1] - b * arm.c[3, 0]) / arm.n for arm, sign in arms) / within
    errors = sum((arm.c[0, 2] - 2 * b * arm.c[1, 1] + b**2 * arm.c[2, 0]) / arm.n**2 for arm, _ in arms)
    error_with_slope = (
        sum(sign * (arm.c[1, 2] - 2 * b * arm.c[2, 1] + b**2 * arm.c[3, 0]) / arm.n for arm, sign in arms) / within
    )
    var_predicted = b**2 * var_gain + gain_s**2 * var_slope + 2 * b * gain_s * with_slope
    var_beside = errors + gain_s**2 * var_slope - 2 * gain_s * error_with_slope

    def estimate(value: Any, variance: Any) -> Estimate:
        return Estimate.of(value, np.sqrt(np.maximum(variance, 0) * small), confidence)

    own = [_slope(arm, confidence) for arm, _ in arms]
    change = np.hypot(own[0].standard_error, own[1].standard_error)
    return Path(
        estimate(gain_s, var_gain),
        estimate(b, var_slope),
        (own[0], own[1]),
        Estimate.of(own[1].value - own[0].value, change, confidence),
        estimate(b * gain_s, var_predicted),
        estimate(gain_y - b * gain_s, var_beside),
    )


def _meat(arm: Joint, slope: Any) -> Any:
    """Sum of squared proxy deviations times squared residuals."""
    return arm.c[2, 2] - 2 * slope * arm.c[3, 1] + slope**2 * arm.c[4, 0]


def _slope(arm: Joint, confidence: float) -> Estimate:
    """Slope of one arm alone; NaN where its proxy does not vary."""
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.divide(arm.c[1, 1], arm.c[2, 0])
        error = np.sqrt(np.maximum(_meat(arm, slope), 0) * arm.n / (arm.n - 2)) / arm.c[2, 0]
        return Estimate.of(slope, error, confidence)


@dataclass(frozen=True)
class Surrogacy:
    """A study's proxy, judged: what it predicts of the outcome, what the outcome itself shows, and the truth if known.

    ``direct`` is the effect on the outcome as the report's table of effects has it; ``units`` have both metrics, by arm.
    """

    proxy: Metric
    outcome: Metric
    path: Path
    direct: Estimate
    truth: float | None
    units: tuple[int, int]

    @property
    def agrees(self) -> bool:
        """Whether nothing is shown to go beside the proxy; an interval that cannot be had shows nothing."""
        return not (self.path.beside.low > 0 or self.path.beside.high < 0)


def surrogacy(con: "duckdb.DuckDBPyConnection", results: "Results") -> Surrogacy | None:
    """The proxy that the study names, first treatment against the control; None where it names none.

    Raises :class:`~helpers.errors.ReportError` when an arm has no unit with a value of both or the proxy does not vary.
    """
    study = results.study
    if study.surrogate is None:
        return None
    rows = {row.variant: row for row in query.query(con, "surrogate").itertuples(index=False)}
    outcome = study.metric(study.surrogate.outcome)
    worth = results.worth(study.metric(study.surrogate.proxy)), results.worth(outcome)
    found = results.effect(outcome)
    if found is None or any(variant.name not in rows for variant in results.pair):
        both, arms = (study.metric(study.surrogate.proxy), outcome), [variant.name for variant in results.pair]
        raise ReportError(
            "nothing is known of the proxy: an arm has no unit with a value of it and of the outcome",
            cause="; ".join(dict.fromkeys(filter(None, (results.lack(metric, *arms) for metric in both)))) or None,
        )
    control, treatment = (_joint(rows[variant.name], worth) for variant in results.pair)
    e, confidence = found.effect, study.decision.confidence
    error = (e.absolute_high - e.absolute_low) / (2 * float(critical(1 - confidence)))
    return Surrogacy(
        study.metric(study.surrogate.proxy),
        outcome,
        path(control, treatment, confidence=confidence),
        Estimate(e.absolute, error, e.absolute_low, e.absolute_high, e.p_value),
        None if found.truth is None else found.truth.absolute,
        (control.n, treatment.n),
    )


def _joint(row: Any, worth: tuple[Fraction, Fraction]) -> Joint:
    sums = {(a, b): _number(getattr(row, name)) * worth[0] ** a * worth[1] ** b for (a, b), name in _columns()}
    return Joint.from_sums(int(row.units), sums)


def _number(digits: Iterable[int]) -> int:
    """A sum of powers from its digits, which may pass any size of integer that a database has.

    >>> _number([5, 1]), _number([2**21 - 1, -1])
    (2097157, -1)
    """
    return sum(int(digit) << DIGIT_BITS * place for place, digit in enumerate(digits))


def _columns() -> Iterable[tuple[tuple[int, int], str]]:
    """Powers of proxy and outcome, and the column of the mart that sums them."""
    for a, b in ((1, 0), (0, 1), *POWERS):
        parts = (f"{letter}{power if power > 1 else ''}" for letter, power in (("s", a), ("y", b)) if power)
        yield (a, b), f"sum_{''.join(parts)}"
