"""The plan of an experiment: how many units, how long, and whether the machinery can be trusted."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.errors import ReportError
from helpers.experiment.adjusted import with_cuped
from helpers.experiment.decision.conditions import planned_units
from helpers.experiment.pace import arrivals, timeless
from helpers.experiment.rerandomisation import Rerandomised, evaluated
from helpers.experiment.results import Results
from helpers.experiment.trust.covariates import leak
from helpers.formatting import counted, formatted, inside
from helpers.paths import to_build
from helpers.stats.adjustment.cuped import VarianceReduction
from helpers.stats.comparisons.effects import Effect
from helpers.stats.design.duration import weeks
from helpers.stats.design.plan import Direction, Plan
from helpers.stats.design.power import MeanDesign, ProportionDesign
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.summaries.summary import Summary
from helpers.stats.validation import InputError
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

REACHABLE = 0.999
"""Share of the way to a proportion of 1, or of 0, that a change is planned for at most."""


@dataclass(frozen=True)
class Goal:
    """How many are to be exposed, counted in ``counted`` (units, or the clusters that hold them), and who says so.

    ``planned`` where the study states the number; else nobody planned it, and it is ``asked`` for by an effect that is
    stated or assumed.
    """

    size: int
    counted: str
    planned: bool
    asked: str = ""

    @property
    def text(self) -> str:
        """The number with who says so.

        >>> Goal(5_916, "units", True).text, Goal(376, "clusters", False, "the assumed +10.0 %").text
        ('5,916 planned', '376 that the assumed +10.0 % asks for')
        """
        return f"{self.size:,} planned" if self.planned else f"{self.size:,} that {self.asked} asks for"


@dataclass(frozen=True)
class PlannedExperiment:
    """Sample size, duration and detectable effects of a study's primary metric.

    ``plan`` is None where ``reason`` says why nothing can be planned. ``effect`` is the relative effect planned for, a fall
    where lower is better: that of the study, or the nearest one that a proportion can reach. ``splits`` holds each split
    that is compared, the one in use among them, with its plan and how long it runs, ``curves`` the smallest detectable
    effect over numbers of units for each of them, ``detectable_now`` that of the units at hand (None where they find none),
    ``traffic`` the distinct exposed units by day. Sizes count what was randomised, each of ``each`` units on average.
    """

    plan: Plan | None
    reason: str
    effect: float
    goal: Goal | None
    each: float
    days: float | None
    weeks: int | None
    note: str
    reached: str
    detectable_now: float | None
    splits: list[tuple[float, Plan, str]]
    curves: list[tuple[float, list[Plan]]]
    traffic: "pd.DataFrame"


def plan(study: Study, results: Results, con: "duckdb.DuckDBPyConnection") -> PlannedExperiment:
    """Plan the primary metric's test for the study's smallest relevant relative effect.

    The base is the outcome of exposed units had nobody been treated. Duration comes from the curve of distinct
    exposed units of the diagnosis period, or the stated period of a table without times; less than a week gives none.
    Where clusters were randomised all sizes are numbers of clusters as large as those seen.
    """
    size, power, good = planned_effect(results), study.design.power, direction(study)
    design, reason = basis(results)
    chosen = None if design is None else design.size(relative=size, power=power)
    traffic = query.query(con, "exposures_by_day")
    curve = arrivals(results, daily(traffic))
    exposed, units = sum(results.randomised().values()), sum(results.arm_sizes().values())
    each = units / exposed if study.cluster is not None and exposed else 1.0
    if design is None or chosen is None:
        reached = _reached(exposed, study.randomised)
        return PlannedExperiment(None, reason, size, None, each, None, None, reason, reached, None, [], [], traffic)
    lacks = timeless(study, len(curve))
    found = None if lacks else weeks(chosen.n_total, curve)
    note = found.note if found else f"{lacks}, so no duration can be told"
    splits, curves = [], []
    for share in _shares(study):
        split, needed = design, chosen
        if not math.isclose(share, study.control.weight):
            others = ((1 - share) * v.weight / (1 - study.control.weight) for v in study.treatments)
            split = replace(design, weights=(share, *others))
            needed = split.size(relative=size, power=power)
        splits.append((share, needed, UNTOLD if lacks else _duration(needed.n_total, curve)))
        sizes = [round(chosen.n_total * 2 ** (k / 4)) for k in range(-8, 13)]
        if curve_of := [least for n in sizes if (least := detectable(split, n, power, good)) is not None]:
            curves.append((share, curve_of))
    now = detectable(design, exposed, power, good)
    goal = goal_of(study, chosen)
    have = units if goal.counted == "units" else exposed
    told = "more than" if have > goal.size else "fewer than" if have < goal.size else "as many as"
    return PlannedExperiment(
        chosen,
        "",
        size,
        goal,
        each,
        found.days if found and math.isfinite(found.days) else None,
        found.weeks if found else None,
        note,
        f"{_reached(have, goal.counted)}, {told} the {goal.text}",
        None if now is None else now.relative,
        splits,
        curves,
        traffic,
    )


UNTOLD = "cannot be told"
"""Stands where a split has no duration."""


def daily(traffic: "pd.DataFrame") -> list[int]:
    """Distinct exposed units by the end of each day of the diagnosis period, or of the experiment where nobody was exposed before;
    a day without any has those of the day before.

    The curve ends with the last unit that came, as the days of the enrolment do: who is followed up later on tells
    nothing of how many more would come.

    >>> import pandas as pd
    >>> days = {"period": ["diagnosis"] * 4, "day": [1, 2, 5, 6], "cumulative_units": [4, 9, 11, 11]}
    >>> daily(pd.DataFrame(days)), daily(pd.DataFrame(days | {"period": ["experiment"] * 4}))
    ([4, 9, 9, 9, 11], [4, 9, 9, 9, 11])
    """
    stretch = "diagnosis" if (traffic.period == "diagnosis").any() else "experiment"
    seen = traffic[traffic.period == stretch].set_index("day").cumulative_units.sort_index()
    seen = seen[seen.index <= seen.idxmax()] if len(seen) else seen
    if not len(seen):
        return []
    return [int(n) for n in seen.reindex(range(int(seen.index.min()), int(seen.index.max()) + 1)).ffill()]


def _reached(number: int, what: str) -> str:
    return f"{counted(number, what)} {'was' if number == 1 else 'were'} exposed"


def _shares(study: Study) -> list[float]:
    """Shares of the control whose sizes are compared: those of the study, and the one that it runs with."""
    own, others = study.control.weight, study.design.splits
    return others if any(math.isclose(own, share) for share in others) else [own, *others]


def goal_of(study: Study, chosen: Plan) -> Goal:
    """The number that a study is held against: the units that it states, else what its smallest effect asks for."""
    stated = planned_units(study)
    if stated is not None:
        return Goal(stated, "units", True)
    assumed = "" if is_stated(study) else "the assumed "
    return Goal(chosen.n_total, study.randomised, False, f"{assumed}{formatted(chosen.relative, 'relative')}")


def is_stated(study: Study) -> bool:
    """Whether the study states the smallest effect worth finding; else what that asks for is planned by nobody."""
    return "design.minimum_detectable" not in study.assumptions


def alpha_each(study: Study) -> float:
    """The level of each comparison of the plan: the treatments share that of the study."""
    return (1 - study.decision.confidence) / len(study.treatments)


def basis(results: Results) -> tuple[ProportionDesign | MeanDesign | None, str]:
    """The test of the primary metric to plan for, on the outcome of exposed units had nobody been treated.

    None and the reason where that outcome does not vary, or has a mean of zero, of which nothing is a fraction.
    """
    study = results.study
    weights, alpha = tuple(v.weight for v in study.variants), 1 - study.decision.confidence
    called = "exposed units" if study.is_descriptive else "untreated units"
    design, lacks = design_of(results.base(study.primary), weights, alpha, called)
    return design, lacks and f"no size can be planned on {inside(study.primary.label)}: {lacks}"


def design_of(
    base: Summary, weights: tuple[float, ...], alpha: float, called: str = "untreated units"
) -> tuple[ProportionDesign | MeanDesign | None, str]:
    """The test of arms by weight, on the outcome of untreated units; None and what it lacks where nothing can be planned on it."""
    if isinstance(base, Proportion):
        if 0 < base.estimate < 1:
            return ProportionDesign(base.estimate, weights=weights, alpha=alpha), ""
        return None, f"{'all' if base.successes else 'none'} of {base.n:,} {called} had it"
    if not base.variance > 0:
        return None, f"it is the same for all of the {base.n:,} {called}"
    if not abs(base.estimate) > 0:
        return None, "its mean is zero, and no change is a fraction of that"
    return MeanDesign(math.sqrt(base.variance), mean=base.estimate, weights=weights, alpha=alpha), ""


def planned_effect(results: Results) -> float:
    """The study's smallest relative effect worth finding, in the metric's good direction.

    Of a proportion it is one that can be reached: a rise does not pass 100 %, a fall not zero.
    """
    study = results.study
    base, asked = results.base(study.primary), sign(study) * study.design.minimum_detectable
    if isinstance(base, Proportion) and 0 < base.estimate < 1:
        return reachable(asked, base.estimate)
    return asked


def sign(study: Study) -> int:
    """1 where the primary metric is to rise, -1 where it is to fall."""
    return 1 if study.primary.better == "higher" else -1


def direction(study: Study) -> Direction:
    """Where the primary metric is to go: sizes are those of a gain, and a fall asks for others than a rise."""
    return "increase" if sign(study) > 0 else "decrease"


def reachable(change: float, baseline: float) -> float:
    """A relative change, at most :data:`REACHABLE` of the way from a baseline proportion to 1, or to 0 for a fall.

    >>> reachable(0.1, 0.5), reachable(3.0, 0.5), reachable(-3.0, 0.5)
    (0.1, 0.999, -0.999)
    """
    return max(min(change, REACHABLE * (1 - baseline) / baseline), -REACHABLE)


def detectable(
    design: ProportionDesign | MeanDesign, units: int, power: float, good: Direction = "increase"
) -> Plan | None:
    """The smallest effect in a direction that so many units find; None where they are too few to find any."""
    try:
        return design.mde(units, power=power, direction=good)
    except InputError:
        return None


def _duration(n_total: int, curve: list[int]) -> str:
    found = weeks(n_total, curve)
    if found.weeks is None:
        return "never reached"
    return formatted(found.weeks, "weeks") + (" (at the pace of the last days)" if found.extrapolated else "")


def aa_test(file: Path, study: Study) -> tuple[Rerandomised | None, str]:
    """The A/A test over every assignment made; None and the reason where there is none."""
    return evaluated(_sums(file), study, None, runs=study.design.aa_runs)


def coverage_test(file: Path, study: Study, results: Results) -> tuple[Rerandomised | None, str]:
    """The analysis repeated on the first assignments, with the planted uplift where it can be moved to other units.

    None and the reason where there is none.
    """
    runs = min(study.design.coverage_runs, study.design.aa_runs)
    truth = results.truth(study.primary) if study.mode == "offline" else None
    return evaluated(_sums(file), study, truth, runs=runs)


def _sums(file: Path) -> "pd.DataFrame":
    import pandas as pd

    if not file.is_file():
        raise ReportError(
            "the re-salted assignments are not there",
            expected=file.name,
            remedy=f"run: {to_build(file.parent.name)}",
        )
    return pd.read_parquet(file)


LEAKS = "the history predicts its outcome as well as the outcome itself would, and no effect tells the two apart: do not adjust by it"
"""Why an adjustment that leaves next to no variance is not to be used."""


def cuped_gain(results: Results) -> dict[str, tuple[Effect, Effect, VarianceReduction]]:
    """Plain effect, adjusted effect and variance left of every metric with a covariate.

    A history that is likely the outcome itself gains nothing, however little variance it leaves.
    """
    found = {}
    for metric in results.study.metrics:
        adjusted, plain = with_cuped(results, metric), results.effect(metric)
        if adjusted is not None and plain is not None:
            effect, reduction = adjusted
            if leak(results, metric).verdict == "warning":
                reduction = replace(reduction, gains=False, note=LEAKS)
            found[metric.name] = (plain.effect, effect, reduction)
    return found
