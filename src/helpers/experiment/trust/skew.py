"""Skewed means: has the comparison enough units for its t interval, or must a reader distrust it?"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from helpers.config import Metric, Study
from helpers.experiment.caveats import Caveat
from helpers.experiment.results import Results
from helpers.experiment.trust.check import TrustCheck
from helpers.formatting import decimal, formatted, inside, listed
from helpers.stats.checks.skew import SkewOfDifference, skew_of_difference
from helpers.stats.summaries.mean import Mean
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

What = Literal["value", "bare", "history"]
"""A metric's value, the same before extremes were pulled in, or what was measured before the experiment."""
COLUMN: dict[What, str] = {"value": "skewness", "bare": "bare_skewness", "history": "history_skewness"}


LEAST = 0.001
"""Skewness below which no digits of it are told."""


UNEVEN = 2.0
"""How many times the misses of one side may be of what they should, so that those of both sides are still about as promised."""


@dataclass(frozen=True)
class MetricSkew:
    """How skewed a metric is, and whether the least favourable comparison has enough units.

    Attributes:
        skewness: of one unit, about the mean of its arm.
        arm: the smaller one of the two compared.
        units: in that arm.
        of: the difference of their means.
    """

    skewness: float
    arm: str
    units: int
    of: SkewOfDifference

    @property
    def needed(self) -> int:
        """Units in that arm with which the rule is kept, the other one growing alike."""
        return math.ceil(self.units * self.of.factor)


class Skews:
    """Skewness of every metric and of its history, read once; nothing where clusters were randomised, whose totals are compared."""

    def __init__(self, con: "duckdb.DuckDBPyConnection", results: Results) -> None:
        self._results = results
        study = results.study
        rows = query.query(con, "skewness", control=study.control.name) if study.cluster is None else None
        self._rows = {} if rows is None else {(r.metric, r.variant): r for r in rows.itertuples(index=False)}

    def by_treatment(self, metric: Metric, what: What = "value") -> dict[str, MetricSkew]:
        """Each treatment against the control; nothing where nothing varies or no mean is compared.

        The skewness is the average of the arms' own, by their units: one whale in an arm says little of the others' and would warn of every
        experiment that has one, while equal arms of equal skewness have a difference with next to none.
        """
        arms = {v.name: self._arm(metric, v.name, what) for v in self._results.study.variants}
        known = {name: arm for name, arm in arms.items() if arm is not None}
        control = known.pop(self._results.study.control.name, None)
        if control is None or not known:
            return {}
        rows = [
            (self._rows[metric.name, name].units, self._skewness(metric, name, what)) for name in arms if arms[name]
        ]
        told = [(int(n), g) for n, g in rows if math.isfinite(g)]
        if not told:
            return {}
        skewness = sum(n * g for n, g in told) / sum(n for n, _ in told)
        found = {}
        for name, arm in known.items():
            of = skew_of_difference((control.n, control.variance, skewness), (arm.n, arm.variance, skewness))
            least = min((control.n, self._results.study.control.name), (arm.n, name))
            if math.isfinite(of.factor):
                found[name] = MetricSkew(skewness, least[1], least[0], of)
        return found

    def _skewness(self, metric: Metric, variant: str, what: What) -> float:
        return float(getattr(self._rows[metric.name, variant], COLUMN[what]))

    def _arm(self, metric: Metric, variant: str, what: What) -> Mean | None:
        if (metric.name, variant) not in self._rows:
            return None
        arm = self._results.arm(metric, variant, as_is=what == "bare", covariate=what == "history")
        if not isinstance(arm, Mean):
            return None
        return Mean(arm.moments.mapped([[0, 1]], [0])) if what == "history" else arm


def skewed(skews: Skews, results: Results) -> list[TrustCheck]:
    """Warns where the primary mean, or the one that money is counted by, has too few units for its interval."""
    study = results.study
    asked: list[tuple[Metric, What]] = [(study.primary, "value")]
    if study.revenue is not None and (study.revenue != study.primary or study.primary.winsorize):
        asked.append((study.revenue, "bare"))
    return [
        _judged(metric, found, what, study)
        for metric, what in asked
        if metric.type == "mean" and (found := skews.by_treatment(metric, what))
    ]


def _left(found: MetricSkew) -> str:
    """The skewness of the difference, in which that of two equal arms cancels."""
    left = abs(found.of.skewness)
    return f"{left:.3f}" if left >= LEAST else f"less than {LEAST}"


def _judged(metric: Metric, by: Mapping[str, MetricSkew], what: What, study: Study) -> TrustCheck:
    """The least favourable comparison; where there are several, the interval is doubted of those that lack units alone."""
    found = max(by.values(), key=lambda skew: skew.of.factor)
    label = inside(metric.label) + (" as it is" if what == "bare" and metric.winsorize else "")
    text = f"skewness {decimal(found.skewness, 1)} as the average of the arms, {found.units:,} units in {found.arm}"
    more = (
        f"{found.needed:,} are needed"
        if found.of.heavy
        else f"the difference of the means has {_left(found)}, little enough"
    )
    return TrustCheck(
        f"Skew of {label}",
        "Are there enough units for the interval of so skewed a mean?",
        f"{text}: {more}",
        "warning" if found.of.heavy else "passed",
        "Values",
        "means too skewed for their intervals",
        caveat=_caveat(metric, label, what, by, study) if found.of.heavy else None,
    )


def _caveat(metric: Metric, label: str, what: What, by: Mapping[str, MetricSkew], study: Study) -> Caveat:
    """Whose interval cannot be trusted, and how many units it lacks."""
    heavy = {name: skew for name, skew in by.items() if skew.of.heavy}
    named = f" in {listed(list(heavy))}" if len(study.treatments) > 1 else ""
    lacks = [
        f"{f'of {name} ' if named else ''}needs {skew.needed:,} units in {skew.arm}, and there are {skew.units:,}"
        for name, skew in heavy.items()
    ]
    its, skewness = "its" if len(heavy) == 1 else "their", next(iter(heavy.values())).skewness
    worst = max(heavy.values(), key=lambda skew: skew.of.factor).of
    alpha = 1 - study.decision.confidence
    missed = worst.missed(alpha)
    one, each = formatted(missed, "share"), formatted(alpha / 2, "share")
    title = f"The interval of {label}{named} misses more on one side than on the other."
    told = (
        f"{its} ends miss the truth about as often as {its} {formatted(study.decision.confidence, 'share')} say, and not evenly: "
        f"about {one} of such intervals miss on one side, where {each} should."
    )
    if missed > UNEVEN * alpha / 2:
        title = f"The interval of {label}{named} cannot be trusted."
        told = f"by the skewness as measured, far more than {each} of such intervals miss on one side, and more in all than {formatted(alpha, 'share')}."
    return Caveat(
        f"skew_{metric.name}{'_as_it_is' if what == 'bare' and metric.winsorize else ''}",
        title,
        f"A unit's {label} has a skewness of {decimal(skewness, 1)}, the average of the arms' own. With arms of these sizes a t "
        f"interval {'; that '.join(lacks)}: {told}",
    )
