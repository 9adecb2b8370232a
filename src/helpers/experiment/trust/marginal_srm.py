"""Arm sizes that chance seldom makes, and that no sample ratio fails on: what the missing units could do."""

from dataclasses import dataclass
from math import isfinite

from helpers.config import Study
from helpers.defaults import SRM_DOUBT, SRM_THRESHOLD
from helpers.experiment.caveats import Caveat
from helpers.experiment.decision.claims import subject
from helpers.experiment.results import Results
from helpers.formatting import formatted, inside
from helpers.stats.checks.srm import SRM
from helpers.stats.comparisons.effects import Effect, compare
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
    """

    test: SRM
    short: str
    missing: int
    worst: Effect | None
    excluded: bool = True
    arm: str = ""


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
    missing = round(sizes[large.name] * small.weight / large.weight) - sizes[small.name]
    worst = _worst(results, small.name, missing)
    arm = results.leading if len(results.study.treatments) > 1 else ""
    excluded = _excludes(_worst(results, small.name, 0))
    return MarginalSRM(test, small.name, missing, worst, excluded, arm)


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
    carries = not found.excluded or _excludes(found.worst)
    first = "" if found.worst is not None and carries else FIRST
    return Caveat("split", "The split is doubtful.", _words(found, study), first)


def _words(found: MarginalSRM, study: Study) -> str:
    test = found.test
    arms = " : ".join(f"{n:,}" for n in test.observed)
    said = (
        f"The arms hold {arms} units, p = {test.p_value:.3g}. That is above the threshold of"
        f" {SRM_THRESHOLD:g} at which a comparison is invalid; chance alone makes arms as uneven in"
        f" {formatted(test.p_value, 'share')} of healthy experiments. If something else made them so, {found.short} is about"
        f" {found.missing:,} units short, and every effect of this study stands on the rest."
    )
    if found.worst is None or not isfinite(found.worst.relative):
        return said + " Find out where units could have been lost before acting on it."
    e = found.worst
    low, high = formatted(e.relative_low, "relative"), formatted(e.relative_high, "relative")
    holds = HOLDS[found.excluded, _excludes(e)]
    return (
        f"{said}\n\nHad all of them answered against what was found, {subject(inside(study.primary.label), found.arm)} would change by"
        f" {formatted(e.relative, 'relative')} ({low} to {high}), and the interval {holds} zero."
    )
