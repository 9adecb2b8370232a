"""How long exposed units stay, by arm: Kaplan-Meier curves, the log-rank test, and the mean time within a horizon."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.experiment.results import Results
from helpers.stats.comparisons.effects import Effect
from helpers.stats.survival.curves import (
    Lifetimes,
    LogRank,
    SurvivalCurve,
    compare_restricted_means,
    kaplan_meier,
    log_rank,
)
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

HOURS_A_DAY = 24


@dataclass(frozen=True)
class StillThere:
    """One arm on one day after the exposure: the share that has not left, its pointwise band, the units still watched."""

    day: float
    share: float
    low: float
    high: float
    watched: int


@dataclass(frozen=True)
class Survival:
    """Days from the exposure until a unit leaves, the control against the first treatment.

    Units seen to the end of the experiment are censored there. That says nothing about leaving as long as the day of
    exposure does not; in a study whose arms are randomised it cannot differ between them.

    Attributes:
        curves: share still there with a pointwise band, by variant, control first.
        test: log-rank test that both curves are one.
        mean_days: days kept within ``horizon_days``, treatment against control.
        horizon_days: stated in the study before the data were seen.
        units, left: exposed units and those of them seen to leave, by variant.
    """

    curves: dict[str, SurvivalCurve]
    test: LogRank
    mean_days: Effect
    horizon_days: float
    units: dict[str, int]
    left: dict[str, int]

    def on(self, variant: str, day: float) -> StillThere:
        """What the curve of an arm says of a day that it reaches."""
        curve = self.curves[variant]
        step = max(0, int(curve.time.searchsorted(day, side="right")) - 1)
        following = int(curve.time.searchsorted(day, side="left"))
        watched = int(curve.at_risk[following]) if following < len(curve.time) else 0
        share, low, high = (float(part[step]) for part in (curve.survival, curve.low, curve.high))
        return StillThere(day, share, low, high, watched)


def survival(con: "duckdb.DuckDBPyConnection", results: Results) -> Survival | None:
    """Survival of the exposed units of both arms; None where the study names no event by which a unit leaves.

    Raises :class:`~helpers.errors.ReportError` when an arm has no exposed unit.
    """
    study = results.study
    if study.leaving is None:
        return None
    rows = query.query(con, "lifetimes")
    confidence = study.decision.confidence
    arms = {}
    for variant in results.pair:
        of = rows[rows.variant == variant.name]
        if of.empty:
            raise ReportError(
                f"no unit of the variant {variant.name!r} was exposed, so nothing is known of how long units stay",
                expected=f"units with the event {study.exposure!r} in the experiment",
            )
        arms[variant.name] = Lifetimes((of.hours + 0.5) / HOURS_A_DAY, of.has_left.astype(int), of.units)
    control, treatment = arms.values()
    counted = {name: tuple(column.astype(int) for column in arm.columns()[1:]) for name, arm in arms.items()}
    return Survival(
        {name: kaplan_meier(arm, confidence=confidence) for name, arm in arms.items()},
        log_rank(control, treatment),
        compare_restricted_means(control, treatment, study.leaving.horizon_days, confidence=confidence),
        study.leaving.horizon_days,
        {name: arm.n for name, arm in arms.items()},
        {name: int(event @ count) for name, (event, count) in counted.items()},
    )
