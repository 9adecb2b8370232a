"""Plans of studies: what the simulator starts from, and what a report says about its own rule."""

import math
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from helpers.config.assumed import no_pace, not_stated
from helpers.errors import ReportError
from helpers.experiment.decision import value
from helpers.experiment.decision.claims import STATES, state
from helpers.experiment.decision.look import early_look
from helpers.experiment.pace import enrolment_days
from helpers.experiment.whatif.plan import MeasuredRevenue, WhatIfPlan
from helpers.formatting import formatted, inside, listed
from helpers.stats.summaries.proportion import Proportion

if TYPE_CHECKING:
    from helpers.config import Metric, Study
    from helpers.experiment.results import Results


DIGITS = 9
"""Decimals that are kept of what was measured, so that equal data give equal files."""


@dataclass(frozen=True)
class Segment:
    """What changes when only one level of a segment is looked at; ``share`` is its share of the exposed units."""

    dimension: str
    level: str
    segment_share: float
    baseline: float
    arpu: float


@dataclass(frozen=True)
class Preset:
    """A study as the simulator opens it; ``metric`` is the label of the conversion, ``note`` what is special about it.

    ``measured`` is the change of revenue, by which money is reckoned as in the report until what was seen is moved.
    """

    name: str
    title: str
    metric: str
    currency: str
    note: str
    plan: WhatIfPlan
    segments: tuple[Segment, ...]
    measured: MeasuredRevenue | None = None


def conversion(study: "Study") -> "Metric | None":
    """The study's primary metric if it is a share that is to rise, else its first success metric that is one, else None.

    A secondary metric of which nobody stated which way is better is none that is to rise.
    """
    shares = [m for m in study.metrics if m.type in ("proportion", "retention") and m.role != "guardrail"]
    success = [m for m in shares if m.better == "higher" and (m.role == "primary" or not study.is_undirected(m))]
    return next(iter(sorted(success, key=lambda m: m.role != "primary")), None)


def plan_of(study: "Study", results: "Results", variant: str | None = None) -> tuple[WhatIfPlan | None, str]:
    """The study as a plan whose expected uplift is the one it observed, or None and the reason.

    Traffic is what a launch would reach in a day; ``in_experiment`` is the part of it that stands in the control or
    the treatment that it is about, the leading one where none is named.
    Shares are as the report has them: a box shows fewer digits, and what is typed takes their place.
    """
    metric = conversion(study)
    if metric is None:
        unsaid = [
            inside(m.label) for m in study.metrics if m.type in ("proportion", "retention") and study.is_undirected(m)
        ]
        more = f"; nobody stated whether a higher {listed(unsaid)} is better" if unsaid else ""
        return None, f"no success metric is a share that is to rise{more}"
    if study.cluster is not None:
        return None, "units were not assigned one by one, and the plan counts units"
    if study.revenue is None:
        return None, f"the trial counts money, and {value.NO_REVENUE}"
    if not_stated(study):
        return None, not_stated(study)
    found = results.effect(metric, variant=variant)
    revenue = results.arm(study.revenue, study.control.name, as_is=True)
    exposed = results.units("exposed", "all", "all")
    monthly = value.units_per_month(results)
    if found is None or revenue is None:
        return None, "an arm has no unit with a value that may be read"
    if monthly is None:
        return None, "units came in for too short a time to be scaled up to a month"
    if not revenue.estimate > 0:
        return None, f"the trial counts money, and {inside(study.revenue.label)} in the control is not above zero"
    days, (control, leading) = enrolment_days(results), results.pair
    treated = next((v for v in study.treatments if v.name == variant), leading)
    if not days:
        return None, f"{no_pace(study)}, so how long it ran is not known"
    daily, whole = max(monthly / value.DAYS_PER_MONTH, exposed / days), math.ceil(days)
    compared = (found.effect.n_control + found.effect.n_treatment) / whole
    try:
        return WhatIfPlan(
            traffic=round(daily, 6),
            baseline=round(found.effect.control, DIGITS),
            uplift=round(found.effect.relative, DIGITS),
            arpu=round(revenue.estimate, DIGITS),
            days=whole,
            in_experiment=round(compared / daily, DIGITS),
            allocation=treated.weight / (control.weight + treated.weight),
            alpha=round(1 - study.decision.confidence, 9),
            power=study.design.power,
            planned_uplift=study.design.minimum_detectable,
            minimum_uplift=study.decision.min_relative_uplift,
            max_risk=study.decision.max_risk,
            improve=study.decision.prior.improve,
            harm=study.decision.prior.harm,
            size=study.decision.prior.size,
            margin=study.economics.contribution_margin,
            cost=100 * study.economics.cost,
            horizon=study.economics.horizon_months,
        ), ""
    except ReportError as error:
        return None, re.sub(r"\n +([a-z ]+): +", r"; \1 ", str(error))


def preset_of(study: "Study", results: "Results") -> Preset:
    """The study's plan, and each of its segments' levels that the simulator can take.

    Raises :class:`~helpers.errors.ReportError` where the study is none that the simulator can show.
    """
    plan, reason = plan_of(study, results)
    metric = conversion(study)
    if plan is None or metric is None:
        raise ReportError(f"the simulator cannot show the study {study.name!r}", got=reason)
    segments = [
        segment
        for dimension in study.segments
        for level in results.levels("exposed", dimension)
        if (segment := _segment(study, results, metric, plan, dimension, level)) is not None
    ]
    note, title = note_of(study, results, metric), " ".join(study.title.split())
    return Preset(
        study.name, title, metric.label, study.economics.currency, note, plan, tuple(segments), measured(study, results)
    )


def measured(study: "Study", results: "Results") -> MeasuredRevenue | None:
    """The change of revenue that the report of the study reckons its money by; None where it reckons none."""
    found, _ = value.worth(study, results, results.leading)
    if found is None:
        return None
    ends = (each.per_unit for each in (found.point, found.low, found.high))
    return MeasuredRevenue(*(round(each, DIGITS) for each in (*ends, found.belief.standard_error)))


def note_of(study: "Study", results: "Results", metric: "Metric") -> str:
    """Wherein the page reckons otherwise than the report of the study, in sentences; empty where it does not."""
    said = []
    if metric is not study.primary:
        said.append(
            f"The study's primary metric is {inside(study.primary.label)}, no share that is to rise; the simulator takes "
            f"{inside(metric.label)}."
        )
    if len(study.treatments) > 1:
        said.append(f"It takes {results.leading} as if it were the only treatment.")
    look = early_look(study, results.observed.last_event, dated=results.observed.dated)
    if look is not None:
        said.append(f"The report reads the study early ({look.text}); the simulator takes its time as over.")
    for name, found in results.guardrails().items():
        if not found.passed:
            said.append(
                f"Guardrail {inside(study.metric(name).label)} is {STATES[state(found)]}; the simulator takes it as passed."
            )
    if study.revenue is not None and study.revenue is not metric:
        money = results.effect(study.revenue, as_is=True)
        if money is not None and math.isfinite(money.effect.relative):
            said.append(
                f"{study.revenue.label} was measured at {formatted(money.effect.relative, 'relative')}: money follows that, as in "
                "the report, until traffic, conversion, uplift, revenue, duration or segment is moved; from then on it moves with conversions."
            )
    return " ".join(said)


def read(study_file: str) -> Preset:
    """The preset of a study file, from its marts."""
    from helpers import config
    from helpers.experiment.decision.leading import Judged
    from helpers.warehouse import query

    study, where = config.opened(study_file)
    with query.connect(where.database) as con:
        return preset_of(study, Judged(con, study))


def _segment(
    study: "Study", results: "Results", metric: "Metric", plan: WhatIfPlan, dimension: str, level: str
) -> Segment | None:
    control = study.control.name
    converted = results.arm(metric, control, dimension=dimension, level=level)
    assert study.revenue is not None
    revenue = results.arm(study.revenue, control, dimension=dimension, level=level)
    if not isinstance(converted, Proportion) or revenue is None:
        return None
    share = results.units("exposed", dimension, level) / results.units("exposed", "all", "all")
    found = Segment(
        dimension, level, round(share, DIGITS), round(converted.estimate, DIGITS), round(revenue.estimate, DIGITS)
    )
    try:
        replace(plan, **{k: v for k, v in asdict(found).items() if k not in ("dimension", "level")})
    except ReportError:  # too few users, or a rate of 0
        return None
    return found
