"""The plan of an experiment: how many units, how long, and whether the machinery can be trusted."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.errors import ReportError
from helpers.experiment.rerandomisation import Rerandomised, evaluated
from helpers.experiment.results import Results
from helpers.formatting import formatted
from helpers.stats.adjustment.cuped import VarianceReduction
from helpers.stats.comparisons.effects import Effect
from helpers.stats.design.duration import weeks
from helpers.stats.design.plan import Plan
from helpers.stats.design.power import MeanDesign, ProportionDesign
from helpers.stats.summaries.proportion import Proportion
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

SHORTEST_CURVE = 7
"""Days of traffic below which no duration is told: a week is the least that holds every weekday."""


@dataclass(frozen=True)
class PlannedExperiment:
    """Sample size, duration and detectable effects of a study's primary metric.

    ``splits`` holds each split of the study with its plan and how long it runs, ``curves`` the smallest detectable
    effect over numbers of units for each of them, ``traffic`` the distinct exposed units by day.
    """

    plan: Plan
    days: float | None
    weeks: int | None
    note: str
    reached: str
    detectable_now: float
    splits: list[tuple[float, Plan, str]]
    curves: list[tuple[float, list[Plan]]]
    traffic: "pd.DataFrame"


def plan(study: Study, results: Results, con: "duckdb.DuckDBPyConnection") -> PlannedExperiment:
    """Plan the primary metric's test for the study's smallest relevant relative effect.

    The base is the outcome of exposed units had nobody been treated. Duration comes from the curve of distinct
    exposed units of the diagnosis period; a curve shorter than a week gives none.
    """
    size, power = study.design.minimum_detectable, study.design.power
    design = basis(results)
    chosen = design.size(relative=size, power=power)
    traffic = query.query(con, "exposures_by_day")
    curve = traffic[traffic.period == "diagnosis"].cumulative_units.to_list()
    exposed = results.units("exposed", "all", "all")
    found = weeks(chosen.n_total, curve) if len(curve) >= SHORTEST_CURVE else None
    short = "the log is shorter than a week" if study.has_time else "every unit counts from one moment"
    note = found.note if found else f"{short}, so no duration can be told"
    splits, curves = [], []
    for share in study.design.splits:
        split = basis(
            results, (share, *((1 - share) * v.weight / (1 - study.control.weight) for v in study.treatments))
        )
        needed = split.size(relative=size, power=power)
        splits.append((share, needed, _duration(needed.n_total, curve)))
        sizes = [round(chosen.n_total * 2 ** (k / 4)) for k in range(-8, 13)]
        curves.append((share, [split.mde(n, power=power) for n in sizes]))
    more = "more" if exposed >= chosen.n_total else "fewer"
    return PlannedExperiment(
        chosen,
        found.days if found and math.isfinite(found.days) else None,
        found.weeks if found else None,
        note,
        f"{exposed:,} units were exposed, {more} than the {chosen.n_total:,} planned",
        design.mde(exposed, power=power).relative,
        splits,
        curves,
        traffic,
    )


def basis(results: Results, weights: tuple[float, ...] = ()) -> ProportionDesign | MeanDesign:
    """The test of the primary metric to plan for, on the outcome of exposed units had nobody been treated.

    Units are split by ``weights``, and as the study says without them.
    """
    study = results.study
    weights = weights or tuple(v.weight for v in study.variants)
    base = results.base(study.primary)
    alpha = 1 - study.decision.confidence
    if not isinstance(base, Proportion):
        return MeanDesign(math.sqrt(base.variance), mean=base.estimate, weights=weights, alpha=alpha)
    if not 0 < base.estimate < 1:
        raise ReportError(
            "no sample size can be planned: the primary metric has no variance",
            got=f"{base.successes:,} of {base.n:,} exposed units",
            expected="some, not all",
            cause="the wrong event in the primary metric",
        )
    return ProportionDesign(base.estimate, weights=weights, alpha=alpha)


def _duration(n_total: int, curve: list[int]) -> str:
    if len(curve) < SHORTEST_CURVE:
        return "cannot be told"
    found = weeks(n_total, curve)
    if found.weeks is None:
        return "never reached"
    return formatted(found.weeks, "weeks") + (" (beyond the curve)" if found.extrapolated else "")


def aa_test(file: Path, study: Study) -> Rerandomised:
    """The A/A test over every assignment made."""
    return evaluated(_sums(file), study, None, runs=study.design.aa_runs)


def coverage_test(file: Path, study: Study, results: Results) -> Rerandomised:
    """The analysis repeated on the first assignments, with the planted uplift where it can be moved to other units."""
    runs = min(study.design.coverage_runs, study.design.aa_runs)
    truth = results.truth(study.primary) if study.mode == "offline" else None
    return evaluated(_sums(file), study, truth, runs=runs)


def _sums(file: Path) -> "pd.DataFrame":
    import pandas as pd

    if not file.is_file():
        raise ReportError(
            "the re-salted assignments are not there",
            expected=file.name,
            remedy=f"run: make study STUDY=studies/{file.parent.name}.yml",
        )
    return pd.read_parquet(file)


def cuped_gain(results: Results) -> dict[str, tuple[Effect, Effect, VarianceReduction]]:
    """Plain effect, adjusted effect and variance left of every metric with a covariate."""
    found = {}
    for metric in results.study.metrics:
        adjusted, plain = results.with_cuped(metric), results.effect(metric)
        if adjusted is not None and plain is not None:
            found[metric.name] = (plain.effect, *adjusted)
    return found
