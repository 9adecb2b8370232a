"""Arm sizes that chance seldom makes, and that no sample ratio fails on: what the missing units could do."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from helpers.config import Metric, Study, Variant
from helpers.defaults import SRM_DOUBT, SRM_THRESHOLD
from helpers.experiment.caveats import Caveat
from helpers.experiment.decision.belief import belief_between
from helpers.experiment.decision.claims import subject
from helpers.experiment.decision.conditions import SIGNIFICANCE
from helpers.experiment.decision.look import early_look
from helpers.experiment.decision.rule import Criterion, Evidence, decide
from helpers.experiment.results import Results
from helpers.formatting import CHANGE, formatted, inside, ratio
from helpers.stats.checks.srm import SRM
from helpers.stats.comparisons.effects import Effect, compare
from helpers.stats.comparisons.noninferiority import NonInferiority, noninferiority
from helpers.stats.multiplicity.corrections import adjust
from helpers.stats.summaries.proportion import Proportion


@dataclass(frozen=True)
class MarginalSRM:
    """Arm sizes that do not fail the test of the sample ratio and that chance still seldom makes.

    Attributes:
        test: over all arms, exposed units.
        short: the arm of the two compared that has too few units for its weight.
        missing: so many.
        worst: the primary effect had the missing units all answered against what was found; None unless the metric is
            a proportion.
        excluded: whether the interval of the effect as it was found excludes zero.
        arm: the treatment of that effect, where there are several.
        unmet: what the rule asks of shares and finds met, and would not with all the missing units against it; None where
            the effect as it was found is not significant, so that nothing is lost.
    """

    test: SRM
    short: str
    missing: int
    worst: Effect | None
    excluded: bool = True
    arm: str = ""
    unmet: tuple[Criterion, ...] | None = None


def marginal_srm(results: Results) -> MarginalSRM | None:
    """The sample ratio where its p-value lies between the threshold and :data:`SRM_DOUBT`; None elsewhere.

    The threshold is strict so that healthy experiments are not thrown away; a p-value a little above it is no proof of
    health, so the check warns. It does so of a share of ``SRM_DOUBT - SRM_THRESHOLD`` of healthy experiments. How much the missing units
    could matter is bounded by giving all of them the answer that is worst for the effect found (Manski, 1990).
    """
    test = results.sample_ratio()
    if not SRM_THRESHOLD <= test.p_value < SRM_DOUBT:
        return None
    sizes = results.arm_sizes()
    pair = results.pair
    small, large = sorted(pair, key=lambda v: sizes[v.name] / v.weight)
    missing = _missing(results, small, large)
    worst, found = (_worst(results, small.name, more) for more in (missing, 0))
    arm = results.leading if len(results.study.treatments) > 1 else ""
    unmet = None if worst is None or found is None else _unmet(results, small.name, missing)
    return MarginalSRM(test, small.name, missing, worst, _excludes(found), arm, unmet)


def _missing(results: Results, short: Variant, other: Variant) -> int:
    """Units that an arm is short of by the sizes of all others, or of the ``other`` one where these do not show it short."""
    sizes = results.arm_sizes()

    def lacks(others: Sequence[Variant]) -> int:
        share = sum(sizes[v.name] for v in others) / sum(v.weight for v in others)
        return round(share * short.weight) - sizes[short.name]

    missing = lacks([v for v in results.study.variants if v.name != short.name])
    return missing if missing > 0 else lacks([other])


def _unmet(results: Results, short: str, missing: int) -> tuple[Criterion, ...] | None:
    """Criteria of shares that are met as found and not had the missing units all answered against each of them."""
    as_found, at_worst = (_criteria(results, short, more) for more in (0, missing))
    if not next(each for each in as_found if each.name.startswith(SIGNIFICANCE)).met:
        return None
    return tuple(worst for found, worst in zip(as_found, at_worst, strict=True) if found.met and not worst.met)


def _criteria(results: Results, short: str, missing: int) -> tuple[Criterion, ...]:
    """The rule's criteria of the primary metric and of guardrails that are shares, with so many units more in one arm."""
    study = results.study
    effect = _worst(results, short, missing)
    assert effect is not None
    higher, alpha = study.primary.better == "higher", 1 - study.decision.confidence
    others = [results.arm(study.primary, v.name) for v in study.treatments if v.name != results.leading]
    control = results.arm(study.primary, study.control.name)
    assert control is not None
    tests = [effect.p_value, *(compare(control, each).p_value for each in others if each is not None)]
    seen = Proportion(effect.n_control, round(effect.n_control * effect.control))
    treated = Proportion(effect.n_treatment, round(effect.n_treatment * effect.treatment))
    guardrails = []
    for metric in study.metrics:
        if metric.role == "guardrail" and (tested := _guardrail(results, metric, short, missing)) is not None:
            guardrails.append((inside(metric.label), tested))
    weighed = Evidence(
        effect,
        float(adjust(tests, "holm", alpha=alpha).adjusted[0]),
        higher,
        (),
        tuple(guardrails),
        effect.n_control + effect.n_treatment,
        belief_between(seen, treated, study.decision.prior, higher_is_better=higher),
        look=early_look(study, results.observed.last_event, dated=results.observed.dated),
        guardrail_units={inside(m.label): CHANGE[m.unit] for m in study.metrics if m.role == "guardrail"},
    )
    return decide(weighed, study.decision).criteria


def _guardrail(results: Results, metric: Metric, short: str, missing: int) -> NonInferiority | None:
    """A guardrail that is a share, had the missing units of an arm all answered against it; None of any other."""
    control, treatment = (results.arm(metric, v.name) for v in results.pair)
    if metric.margin is None or not (isinstance(control, Proportion) and isinstance(treatment, Proportion)):
        return None
    arms = {results.study.control.name: control, results.leading: treatment}
    harmed = (metric.better == "lower") is (short == results.leading)
    arms[short] = Proportion(arms[short].n + missing, arms[short].successes + (missing if harmed else 0))
    relative = metric.margin.relative is not None
    return noninferiority(
        *arms.values(),
        margin=(metric.margin.relative if relative else metric.margin.absolute) or 0.0,
        scale="relative" if relative else "absolute",
        bad="increase" if metric.better == "lower" else "decrease",
        confidence=results.study.decision.confidence,
    )


def _excludes(effect: Effect | None) -> bool:
    """Whether the interval of an effect excludes zero."""
    return effect is not None and effect.p_value < effect.alpha


def _worst(results: Results, short: str, missing: int) -> Effect | None:
    study = results.study
    control, treatment = (results.arm(study.primary, v.name) for v in results.pair)
    if not (isinstance(control, Proportion) and isinstance(treatment, Proportion)):
        return None
    ahead = control if control.estimate > treatment.estimate else treatment
    arms = {study.control.name: control, results.leading: treatment}
    hits = 0 if arms[short] is ahead else missing
    arms[short] = Proportion(arms[short].n + missing, arms[short].successes + hits)
    return compare(*arms.values(), confidence=study.decision.confidence)


HOLDS = {
    (True, True): "would still exclude",
    (True, False): "would no longer exclude",
    (False, False): "would include, as it does now,",
    (False, True): "would exclude, as it does not now,",
}
"""What becomes of the interval of the effect, by whether it excludes zero as found and with all the missing units."""


FIRST = "find out where units could have been lost, for the split is doubtful"
"""What has to be done before acting, unless the interval stays where it is had the missing units all answered against it."""


def caveat(found: MarginalSRM, study: Study) -> Caveat:
    """What was seen, why nothing fails, and what the missing units could do."""
    carries = (not found.excluded or _excludes(found.worst)) and not found.unmet
    first = "" if found.worst is not None and carries else FIRST
    if first and study.is_weighed_by_guess:
        first = f"state the weights of the design, or {first}"
    return Caveat("split", "The split is doubtful.", _words(found, study), first)


def _words(found: MarginalSRM, study: Study) -> str:
    test = found.test
    arms = " : ".join(f"{n:,}" for n in test.observed)
    said = (
        f"The arms hold {arms} units{against(test, study)}, p = {test.p_value:.3g}. That is above the threshold of"
        f" {SRM_THRESHOLD:g} at which a comparison is invalid; chance alone makes arms as uneven in"
        f" {formatted(test.p_value, 'share')} of healthy experiments. If something else made them so, {found.short} is about"
        f" {found.missing:,} units short, and every effect of this study stands on the rest."
    )
    if found.worst is None or not isfinite(found.worst.relative):
        return said + " Find out where units could have been lost before acting on it."
    e = found.worst
    low, high = formatted(e.relative_low, "relative"), formatted(e.relative_high, "relative")
    holds = HOLDS[found.excluded, _excludes(e)]
    more = ""
    if found.unmet is not None:
        lost = "; ".join(f"{inside(c.name)} is {c.found}, required {c.required}" for c in found.unmet)
        more = (
            f" Of what the rule asks of shares and finds met, this would not be: {lost}."
            if lost
            else " All that the rule asks of shares and finds met would still be."
        )
        more += " Money and means, whose worst case has no bound, are not asked."
    return (
        f"{said}\n\nHad all of them answered against what was found, {subject(inside(study.primary.label), found.arm)} would change by"
        f" {formatted(e.relative, 'relative')} ({low} to {high}), and the interval {holds} zero.{more}"
    )


def against(test: SRM, study: Study) -> str:
    """Weights that nobody stated, where the sizes of the arms do not fit them: a failure may be theirs."""
    if not study.is_weighed_by_guess or not test.p_value < SRM_DOUBT:
        return ""
    return f" against {ratio([v.weight for v in study.variants])}, which nobody stated"
