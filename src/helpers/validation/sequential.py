"""Sequential tests: group sequential designs, confidence sequences, mSPRT, and what peeking costs without them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from helpers.defaults import ALPHA, CONFIDENCE, POWER, SEQUENCE_TUNED_FOR
from helpers.stats.comparisons.linear import welch
from helpers.stats.inference import EffectArrays, critical
from helpers.stats.sequential.confidence_sequences import mixture_rate
from helpers.stats.sequential.group_sequential import GroupSequential, Spending, group_sequential
from helpers.stats.sequential.mixture_likelihood import mixture_intervals
from helpers.stats.sequential.peeking import even, peeking_cost
from helpers.stats.sequential.stopping import signed_z, stopped_effects
from helpers.stats.validation import BoolArray, FloatArray
from helpers.validation.case import Case

TOPIC = "Sequential tests"
Scale = Literal["absolute", "relative"]

PRICES = np.array([0.0, 5.0, 10.0, 20.0, 50.0, 200.0])
SKEWED = np.array([0.80, 0.08, 0.06, 0.04, 0.018, 0.002])
"""Revenue of a unit: most buy nothing, a few a great deal (skewness 10.5)."""


@dataclass(frozen=True, eq=False)
class LooksWorld:
    """Outcomes of a unit and their chances; a lift multiplies the treatment's chance of every outcome but 0.

    Example:
        >>> RATE.truth(0.5)
        (0.015, 0.5)
    """

    name: str
    values: FloatArray
    chances: FloatArray

    def changed(self, lift: float) -> FloatArray:
        """The treatment's chances."""
        chances = self.chances * (1 + lift)
        chances[0] = 1 - chances[1:].sum()
        return chances

    def truth(self, lift: float) -> tuple[float, float]:
        """True effect, absolute and relative."""
        return round(float(self.chances @ self.values) * lift, 12), lift

    def drift(self, sizes: tuple[int, int], lift: float) -> float:
        """Effect over its standard error with all units."""
        errors = [
            (c @ self.values**2 - (c @ self.values) ** 2) / n
            for c, n in zip((self.chances, self.changed(lift)), sizes, strict=True)
        ]
        return float(self.truth(lift)[0] / np.sqrt(sum(errors)))

    def lift_at(self, sizes: tuple[int, int], drift: float) -> float:
        """The lift whose drift this is."""
        lift = 0.0
        for _ in range(50):
            lift = drift * max(lift, 1e-6) / self.drift(sizes, max(lift, 1e-6))
        return lift


RATE = LooksWorld("rate 0.03", np.array([0.0, 1.0]), np.array([0.97, 0.03]))
COMMON = LooksWorld("rate 0.3", np.array([0.0, 1.0]), np.array([0.7, 0.3]))
REVENUE = LooksWorld("skewed revenue", PRICES, SKEWED)


@dataclass(frozen=True, eq=False)
class CumulativeArm:
    """Cumulative units, means and variances of one arm, shape (runs, looks)."""

    n: FloatArray
    mean: FloatArray
    variance: FloatArray


def arm(
    rng: np.random.Generator, runs: int, units: FloatArray, values: FloatArray, chances: FloatArray
) -> CumulativeArm:
    """One arm whose cumulative size at each look is ``units``, drawn look by look."""
    added = np.diff(units.astype(int), prepend=0)
    counts = rng.multinomial(np.broadcast_to(added, (runs, added.size)), chances).cumsum(axis=1)
    n = np.broadcast_to(units, counts.shape[:2])
    mean = counts @ values / n
    return CumulativeArm(n, mean, (counts @ values**2 - n * mean**2) / (n - 1))


def experiments(
    rng: np.random.Generator,
    runs: int,
    world: LooksWorld,
    sizes: tuple[int, int],
    fractions: tuple[float, ...],
    lift: float,
) -> tuple[CumulativeArm, CumulativeArm]:
    """Control and treatment at every look."""
    control, treatment = (np.round(np.array(fractions) * n) for n in sizes)
    return (
        arm(rng, runs, control, world.values, world.chances),
        arm(rng, runs, treatment, world.values, world.changed(lift)),
    )


def z_of(arms: tuple[CumulativeArm, CumulativeArm]) -> FloatArray:
    """Normal deviates of Welch's p-values, 0 where no test can be made."""
    control, treatment = arms
    found = welch(control.n, control.mean, control.variance, treatment.n, treatment.mean, treatment.variance)
    return np.nan_to_num(signed_z(found.p_value, found.statistic))


def crossed(design: GroupSequential, z: FloatArray) -> BoolArray:
    """Looks at which a boundary is crossed, shape (runs, looks)."""
    return (z > design.upper) | (z < design.lower)


Setting = tuple[LooksWorld, tuple[int, int]]


def rejections(
    rng: np.random.Generator, runs: int, *, setting: Setting, design: GroupSequential, lift: float = 0.0
) -> int:
    """Runs that cross a boundary at any look."""
    z = z_of(experiments(rng, runs, *setting, design.fractions, lift))
    return int(crossed(design, z).any(axis=1).sum())


def stop_coverage(
    rng: np.random.Generator, runs: int, *, setting: Setting, design: GroupSequential, lift: float, scale: Scale
) -> int:
    """Runs whose adjusted interval at the stop holds the true effect."""
    arms = experiments(rng, runs, *setting, design.fractions, lift)
    z = z_of(arms)
    out = crossed(design, z)
    look = np.where(out.any(axis=1), out.argmax(axis=1), len(design.fractions) - 1)
    at = (np.arange(runs), look)
    (c, v_c), (t, v_t) = ((a.mean[at], (a.variance / a.n)[at]) for a in arms)
    found = stopped_effects(design, look + 1, c, v_c, t, v_t, z[at])
    return held(found, setting[0].truth(lift), scale)


def held(found: EffectArrays, truth: tuple[float, float], scale: Scale) -> int:
    """Runs whose interval holds the truth, at all looks where there are several."""
    if scale == "absolute":
        inside = (found.absolute_low <= truth[0]) & (truth[0] <= found.absolute_high)
    else:
        inside = (found.relative_low <= truth[1]) & (truth[1] <= found.relative_high)
    known = inside | np.isnan(found.statistic)
    return int(known.reshape(known.shape[0], -1).all(axis=1).sum())


Ratio = Callable[[FloatArray, FloatArray], FloatArray]


def tuned(units: FloatArray, squared_error: FloatArray) -> FloatArray:
    """Mixture ratio of the confidence sequence."""
    return mixture_rate(SEQUENCE_TUNED_FOR) * units


def mixed(units: FloatArray, squared_error: FloatArray, *, tau: float) -> FloatArray:
    """Mixture ratio of the mSPRT."""
    return tau**2 / squared_error


def always_valid(
    rng: np.random.Generator, runs: int, *, setting: Setting, looks: tuple[float, ...], ratio: Ratio, lift: float
) -> EffectArrays:
    """Intervals and p-values at every look, shape (runs, looks)."""
    c, t = experiments(rng, runs, *setting, looks, lift)
    v_c, v_t = c.variance / c.n, t.variance / t.n
    with np.errstate(divide="ignore"):
        return mixture_intervals(c.mean, v_c, t.mean, v_t, ratio(c.n + t.n, v_c + v_t))


def ever_rejected(
    rng: np.random.Generator, runs: int, *, setting: Setting, looks: tuple[float, ...], ratio: Ratio, lift: float = 0.0
) -> int:
    """Runs with p < alpha at any look."""
    found = always_valid(rng, runs, setting=setting, looks=looks, ratio=ratio, lift=lift)
    return int((found.p_value < ALPHA).any(axis=1).sum())


def always_covered(
    rng: np.random.Generator,
    runs: int,
    *,
    setting: Setting,
    looks: tuple[float, ...],
    ratio: Ratio,
    lift: float,
    scale: Scale,
) -> int:
    """Runs whose interval holds the true effect at every look."""
    found = always_valid(rng, runs, setting=setting, looks=looks, ratio=ratio, lift=lift)
    return held(found, setting[0].truth(lift), scale)


def peeked(rng: np.random.Generator, runs: int, *, setting: Setting, looks: int) -> int:
    """Runs in which a fixed-horizon test at alpha is significant at any look."""
    z = z_of(experiments(rng, runs, *setting, even(looks), 0.0))
    return int((np.abs(z) > critical(ALPHA)).any(axis=1).sum())


SETTINGS: tuple[Setting, ...] = (
    (COMMON, (1_000, 1_000)),
    (RATE, (20_000, 20_000)),
    (RATE, (90_000, 10_000)),
    (REVENUE, (50_000, 50_000)),
    (REVENUE, (450_000, 50_000)),
)
DESIGNS: tuple[tuple[str, GroupSequential], ...] = (
    ("5 equal looks", group_sequential(5)),
    ("5 equal looks", group_sequential(5, Spending("pocock"))),
    ("looks at .15, .4, .55, 1", group_sequential([0.15, 0.4, 0.55, 1.0], Spending("kim-demets", 2.0))),
    ("underrun: .3, .7, .9", group_sequential([0.3, 0.7, 0.9])),
    ("overrun: .4, .8, 1.15", group_sequential([0.4, 0.8, 1.15], Spending("pocock"))),
    ("one-sided, 3 equal looks", group_sequential(3, alternative="greater")),
)

AT_STOP: tuple[tuple[tuple[str, GroupSequential], Setting, Scale], ...] = (
    (DESIGNS[0], SETTINGS[1], "absolute"),
    (DESIGNS[0], SETTINGS[4], "relative"),
    (DESIGNS[1], SETTINGS[2], "relative"),
    (DESIGNS[2], SETTINGS[3], "absolute"),
)
SKEWNESS = (
    "the plan is asymptotic: at skewness 10.5 the first look has 7,500 to 10,000 units of treatment, and power is above "
    "the plan by about .008; at ten times the units nothing of that is left"
)
LOOKS = tuple(np.linspace(0.1, 1.0, 46).tolist())


def _named(setting: Setting) -> str:
    world, (control, treatment) = setting
    return f"{world.name}, {control:,} : {treatment:,}"


def _planned() -> list[Case]:
    made = []
    for looks, design in DESIGNS:
        for setting in SETTINGS:
            made.append(
                Case(
                    TOPIC, design.method, f"{_named(setting)}, {looks}", "false positives", ALPHA,
                    partial(rejections, setting=setting, design=design),
                )
            )  # fmt: skip
    for looks, design in DESIGNS[:3]:
        drift = design.plan(POWER).drift
        for setting in SETTINGS[1:]:
            lift = setting[0].lift_at(setting[1], drift)
            slack = 0.01 if setting == SETTINGS[-1] else 0.0
            made.append(
                Case(
                    TOPIC, design.method, f"{_named(setting)}, {looks}, planned lift {lift:+.3f}", "power", POWER,
                    partial(rejections, setting=setting, design=design, lift=lift),
                    slack=slack, reason=SKEWNESS if slack else "",
                )
            )  # fmt: skip
    for (looks, design), setting, scale in AT_STOP:
        lift = setting[0].lift_at(setting[1], design.plan(POWER).drift)
        made.append(
            Case(
                TOPIC, f"stagewise interval ({scale}) at the stop, {design.method}",
                f"{_named(setting)}, {looks}, lift {lift:+.3f}", "coverage", CONFIDENCE,
                partial(stop_coverage, setting=setting, design=design, lift=lift, scale=scale), short=300,
            )
        )  # fmt: skip
    return made


def _unplanned() -> list[Case]:
    made = []
    scales: tuple[Scale, ...] = ("absolute", "relative")
    for i, setting in enumerate(SETTINGS):
        methods: tuple[tuple[str, Ratio], ...] = (
            ("asymptotic confidence sequence", tuned),
            ("mSPRT, tau a tenth of the control", partial(mixed, tau=0.1 * setting[0].truth(1.0)[0])),
        )
        for k, (method, ratio) in enumerate(methods):
            made.append(
                Case(
                    TOPIC, method, f"{_named(setting)}, 46 looks from a tenth on", "false positives", ALPHA,
                    partial(ever_rejected, setting=setting, looks=LOOKS, ratio=ratio), promise="at most", short=500,
                )
            )  # fmt: skip
            scale = scales[(i + k) % 2]
            made.append(
                Case(
                    TOPIC, f"{method} ({scale})", f"{_named(setting)}, at all of 20 looks, lift +0.1", "coverage",
                    CONFIDENCE,
                    partial(always_covered, setting=setting, looks=even(20), ratio=ratio, lift=0.1, scale=scale),
                    promise="at least", short=500,
                )
            )  # fmt: skip
    made.append(
        Case(
            TOPIC, "asymptotic confidence sequence", f"{_named(SETTINGS[2])}, 50 looks from a fiftieth on",
            "false positives", ALPHA,
            partial(ever_rejected, setting=SETTINGS[2], looks=even(50), ratio=tuned),
            promise="at most",
        )
    )  # fmt: skip
    for looks in (5, 28):
        made.append(
            Case(
                TOPIC, f"what peeking costs: Welch t, {looks} looks at alpha", _named((COMMON, (28_000, 28_000))),
                "false positives", round(peeking_cost(looks).false_positive_rate, 4),
                partial(peeked, setting=(COMMON, (28_000, 28_000)), looks=looks),
            )
        )  # fmt: skip
    return made


CASES = (*_planned(), *_unplanned())
