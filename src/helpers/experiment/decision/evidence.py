"""What the rule looks at, arm by arm: the experiment, its guardrails and checks, its money, and when it was looked at."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from helpers.errors import ReportError
from helpers.experiment.caveats import Caveat, of_intervals
from helpers.experiment.decision import claims
from helpers.experiment.decision.belief import belief_of
from helpers.experiment.decision.claims import TwoMeans
from helpers.experiment.decision.conditions import planned_units
from helpers.experiment.decision.invalid import FailedCheck, to_do_first
from helpers.experiment.decision.invalid import causes as recorded_causes
from helpers.experiment.decision.look import early_look
from helpers.experiment.decision.rule import Evidence, Fading, ceiling
from helpers.experiment.decision.value import sign_of_money
from helpers.experiment.results import Results
from helpers.formatting import CHANGE, inside

if TYPE_CHECKING:
    from helpers.experiment.decision.value import DecisionValue
    from helpers.record import Numbers


def evidence(
    results: Results,
    failed_checks: tuple[str, ...],
    values: Mapping[str, "DecisionValue | None"],
    causes: tuple[FailedCheck, ...] = (),
    first: str = "",
    caveats: tuple[Caveat, ...] = (),
) -> tuple[Evidence, ...]:
    """The evidence on each treatment that was exposed, in the order of the study.

    ``values`` is the money of each treatment, ``causes`` tell why checks failed, ``first`` what their warnings ask for before anybody acts,
    ``caveats`` of which intervals they doubt. Raises ReportError where the control or every treatment has no exposed unit with a value
    of the primary metric.
    """
    study = results.study
    found = [e for e in results.tested if e.metric.role == "primary"]
    if not found:
        raise ReportError(
            "no decision: an arm has no exposed unit with a value of the primary metric",
            cause=results.lack(study.primary),
        )
    look = early_look(study, results.observed.last_event, dated=results.observed.dated)
    several = len(study.treatments) > 1
    return tuple(
        Evidence(
            effect=e.effect,
            p_value=e.adjusted_p,
            higher_is_better=study.primary.better == "higher",
            failed_checks=failed_checks,
            causes=causes,
            first=first,
            doubted=any(caveat.doubts(study.primary.name) for caveat in caveats),
            guardrails=tuple(
                (inside(study.metric(name).label), g) for name, g in results.guardrails(e.variant).items()
            ),
            units=results.units("exposed", "all", "all"),
            belief=belief_of(e, study.decision.prior),
            metric=study.primary.label,
            arm=e.variant if several else "",
            planned_units=planned_units(study),
            worth=None if (value := values.get(e.variant)) is None else value.expected.net,
            per_unit=sign_of_money(study, results, e.variant) if value is None else None,
            pays=None if value is None else value.chance_of_profit,
            currency=study.economics.currency,
            look=look,
            clusters=e.clusters,
            agreements=agreements(results, e.variant),
            losses=claims.lost(results.headline(e.variant), study),
            harmed=harmed(results, e.variant),
            fades=fades(results, e.variant),
            gains=claims.gained(results.headline(e.variant), study, look),
            moved=claims.moved(results.headline(e.variant), study, look),
            revenue=study.revenue.label if study.revenue is not None else "",
            unit=CHANGE[study.primary.unit],
            ceiling=ceiling(e.control, higher=study.primary.better == "higher"),
            guardrail_units={inside(m.label): CHANGE[m.unit] for m in study.metrics if m.role == "guardrail"},
        )
        for e in found
    )


def evidence_after(
    earlier: "Numbers", results: Results, values: Mapping[str, "DecisionValue | None"]
) -> tuple[Evidence, ...]:
    """The evidence with what the trust checks of an earlier notebook recorded: which failed and why, and what is to be done first."""
    return evidence(
        results,
        tuple(earlier["trust.failed"].names),
        values,
        recorded_causes(earlier),
        to_do_first(earlier),
        of_intervals(earlier),
    )


def harmed(results: Results, variant: str) -> tuple[tuple[str, float], ...]:
    """Levels of segments for which the primary metric is significantly worse, with its relative change, where effects differ.

    A level alone may be harmed by chance, one of many: only levels of a segment count whose effects are shown to differ.
    """
    primary, alpha = results.study.primary, 1 - results.study.decision.confidence
    uneven = {name for name, test in results.interactions(primary, variant).items() if test.interaction}
    sign = 1 if primary.better == "higher" else -1
    return tuple(
        (f"{e.level} ({e.dimension.replace('_', ' ')})", e.effect.relative)
        for e in results.exploratory(primary, variant)
        if e.dimension in uneven and e.adjusted_p < alpha and sign * e.effect.absolute < 0
    )


def fades(results: Results, variant: str) -> Fading | None:
    """An effect on the primary metric that fades or turns round over the days; None where none is seen to."""
    trend = results.novelty(results.study.primary, variant)
    if trend.verdict not in ("novelty", "reversal"):
        return None
    days = trend.long_run_days if trend.long_run_days < trend.days else 0
    how: Literal["fades", "turns round"] = "fades" if trend.verdict == "novelty" else "turns round"
    return Fading(how, trend.p_value, days, trend.long_run, trend.long_run_low, trend.long_run_high)


def agreements(results: Results, variant: str) -> tuple[TwoMeans, ...]:
    """The winsorised mean that is tested beside the mean as it is, of the primary and of the revenue metric.

    They disagree where their signs differ, or where the tested one lies outside of the interval of the mean as it is. That
    is the wider one: its own noise, for which extreme values were pulled in, is no disagreement.
    """
    study, found = results.study, []
    for metric in dict.fromkeys((study.primary, study.revenue)):
        if metric is None or metric.winsorize is None:
            continue
        tested, bare = (results.effect(metric, variant=variant, as_is=as_is) for as_is in (False, True))
        if tested is not None and bare is not None:
            found.append(TwoMeans(inside(metric.label), tested.effect, bare.effect))
    return tuple(found)
