"""Where units are lost: ordered steps, what each loses, and how long the last one takes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.formatting import leading
from helpers.stats.binomial import BinomialInterval, binomial_interval, clustered_interval
from helpers.stats.summaries.summary import WholeClusters, standard_error
from helpers.stats.survival.curves import Lifetimes, SurvivalCurve, kaplan_meier
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


@dataclass(frozen=True)
class FunnelStep:
    """One step of a funnel: ``rate`` is the share of the units of the step before that reached it.

    ``lost`` units did not reach it although their window is closed or open; ``open_units`` of them still could.
    ``purchases_lost`` is how many more last steps there would be if nobody were lost here and the later steps kept
    their rates.
    """

    position: int
    event: str
    optional: bool
    entrants: int
    previous: int
    units: int
    open_units: int
    rate: BinomialInterval
    purchases_lost: float

    @property
    def lost(self) -> int:
        return self.previous - self.units


@dataclass(frozen=True)
class FunnelCounts:
    """An ordered funnel in one level of a segment; ``passed_over`` are optional steps that were left out of it, as ``passing``
    of those who reach the last step do not take all of them."""

    name: str
    level: str
    steps: tuple[FunnelStep, ...]
    passed_over: tuple[str, ...] = ()
    passing: int = 0

    @property
    def converted(self) -> int:
        return self.steps[-1].units

    @property
    def conversion(self) -> BinomialInterval:
        """Share of the entrants that reached the last step."""
        return binomial_interval(self.converted, self.steps[0].units)

    @property
    def bottlenecks(self) -> tuple[FunnelStep, ...]:
        """The step at which most purchases are lost; several where they lose as many, none where nobody is lost."""
        return leading(self.steps[1:], lambda step: step.purchases_lost)

    def at_most(self, step: FunnelStep) -> bool:
        """Whether the loss of a step is only bounded: nobody came further, so the rates of later steps are not known."""
        return step.purchases_lost > 0 and not step.units and step is not self.steps[-1]

    def before(self, step: FunnelStep) -> FunnelStep:
        """The step that the rate of this one divides by: optional ones are passed over."""
        return next(s for s in self.steps[::-1] if s.position < step.position and not s.optional)


def read(con: "duckdb.DuckDBPyConnection", dimension: str = "all", *, clustered: bool = False) -> list[FunnelCounts]:
    """Funnels by level of a dimension, strict ones first, large levels first; where ``clustered``, intervals are by clusters.

    Only the funnel of all units is told so: levels are pooled by their size.
    """
    rows = query.query(con, "funnel")
    rows = rows[rows.dimension == dimension]
    clusters = (
        {name: cells.T.groupby(level="step").sum().T for name, cells in by_cluster(con).items()} if clustered else {}
    )
    funnels = [
        _funnel(str(name), str(level), group.sort_values("step"), clusters.get(str(name)))
        for (name, level), group in rows.groupby(["funnel", "level"], sort=False)
    ]
    return sorted(funnels, key=lambda f: (f.name != "strict", -f.steps[0].units, f.level))


def by_cluster(con: "duckdb.DuckDBPyConnection", dimension: str = "all") -> "dict[str, pd.DataFrame]":
    """Units of every cluster by funnel: a row for each cluster, a column for each level and step."""
    cells = query.query(con, "funnel_clusters", dimension=dimension)
    return {
        str(name): of.pivot_table(
            index="cluster_key", columns=["level", "step"], values="units", aggfunc="sum", fill_value=0
        )
        for name, of in cells.groupby("funnel")
    }


def diagnosed(funnels: Sequence[FunnelCounts]) -> FunnelCounts:
    """The funnel whose losses are told: the strict one, or that of the required steps as soon as anybody reaches the last
    one without the optional ones.

    Who passes an optional step and reaches the last one is not lost, so the strict funnel would tell too few of them.
    """
    strict, loose = funnels[0], funnels[-1]
    passing = loose.converted - strict.converted
    if passing <= 0:
        return strict
    left_out = tuple(step.event for step in loose.steps if step.optional)
    required = tuple(step for step in loose.steps if not step.optional)
    return replace(loose, steps=required, passed_over=left_out, passing=passing)


def by_arm(con: "duckdb.DuckDBPyConnection", study: Study) -> list[FunnelCounts]:
    """The funnel of each arm in the experiment, from the exposure on, control first; none where an arm is missing."""
    arms = {str(variant): rows for variant, rows in query.query(con, "funnel_arms").groupby("variant")}
    found = [_funnel("strict", v.name, arms[v.name].sort_values("step")) for v in study.variants if v.name in arms]
    return found if len(found) == len(study.variants) else []


def _interval(step: int, before: int, units: int, previous: int, clusters: "pd.DataFrame | None") -> BinomialInterval:
    """The share of the units of the step before that reached one, by clusters where they are told."""
    if not previous:
        return BinomialInterval(math.nan, 0, 1)
    if clusters is None or step == before:
        return binomial_interval(units, previous)
    return share_of_clusters(clusters[step] if step in clusters else 0 * clusters[before], clusters[before])


def share_of_clusters(reached: "pd.Series", there: "pd.Series") -> BinomialInterval:
    """The share that reached a step of those who were there, from the units of each cluster, some of them nobody's."""
    arm = WholeClusters.from_values(reached[there > 0], there[there > 0])
    return clustered_interval(reached.sum() / there.sum(), int(there.sum()), standard_error(arm), arm.df)


def _funnel(name: str, level: str, rows: "pd.DataFrame", clusters: "pd.DataFrame | None" = None) -> FunnelCounts:
    records = list(rows.itertuples(index=False))
    required = [r for r in records if name == "strict" or not r.is_optional]
    converted = int(records[-1].units)
    steps = []
    for record in records:
        before = [r for r in required if r.step < record.step]
        previous = int(before[-1].units) if before else int(record.entrants)
        units = int(record.units)
        skippable = bool(record.is_optional) and name != "strict"
        lost = converted * (previous - units) / units if units else float(previous)
        steps.append(
            FunnelStep(
                int(record.step),
                str(record.event_name),
                skippable,
                int(record.entrants),
                previous,
                units,
                int(record.open_units),
                _interval(
                    int(record.step), int(before[-1].step) if before else int(record.step), units, previous, clusters
                ),
                lost if before and not skippable else 0.0,
            )
        )
    return FunnelCounts(name, level, tuple(steps))


def time_to_convert(con: "duckdb.DuckDBPyConnection") -> SurvivalCurve | None:
    """Kaplan-Meier curve of the minutes from the exposure step to the last one; open windows are censored.

    None where nobody reached the exposure step in the diagnosis period.
    """
    rows = query.query(con, "time_to_convert")
    if rows.empty:
        return None
    return kaplan_meier(Lifetimes(rows.minutes + 0.5, rows.converted, rows.units))


@dataclass(frozen=True)
class Bypass:
    """Units with the last step, in any order, since the log knows the exposure step: all of them, those without it, those
    without the first step, and those who have one, but only after their last step; ``earlier`` had it before that alone."""

    converted: int
    without_exposure: int
    without_entry: int
    before_entry: int
    earlier: int = 0


def bypass(con: "duckdb.DuckDBPyConnection") -> Bypass:
    """Who reaches the last step beside the ordered path, in the diagnosis period."""
    row = query.query(con, "funnel_bypass").iloc[0]
    return Bypass(
        *(
            int(row[name])
            for name in ("converted_units", "without_exposure", "without_entry", "before_entry", "earlier_units")
        )
    )


def window(study: Study) -> str:
    """Within which time the steps of a funnel follow each other."""
    return "at any time after" if study.is_unit_table else f"within {study.funnel.window_hours:g} hours of"
