"""Doubts that no trust check fails on: what stands between a result and whoever wants to act on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.defaults import SRM_DOUBT, SRM_THRESHOLD
from helpers.experiment import Results
from helpers.results import formatted
from helpers.stats import SRM, Effect, Proportion, VarianceReduction, compare, srm
from helpers.study import Study

if TYPE_CHECKING:
    from helpers.notebook import Notebook


SPLIT = "The split is doubtful."
UNSEEN = "The sample ratio does not see the contamination."


@dataclass(frozen=True)
class DoubtfulSplit:
    """Arm sizes that pass the test of the sample ratio and that chance still seldom makes.

    Attributes:
        test: over all arms, exposed units.
        short: the arm of the two compared that has too few units for its weight.
        missing: so many.
        worst: the primary effect had the missing units all answered against what was found; None unless the metric is
            a proportion.
    """

    test: SRM
    short: str
    missing: int
    worst: Effect | None


def doubtful_split(results: Results) -> DoubtfulSplit | None:
    """The sample ratio where its p-value lies between the threshold and :data:`SRM_DOUBT`; None elsewhere.

    The threshold is strict so that healthy experiments are not thrown away; a p-value a little above it is no proof of
    health. Of healthy experiments a share of ``SRM_DOUBT - SRM_THRESHOLD`` gets this note. How much the missing units
    could matter is bounded by giving all of them the answer that is worst for the effect found (Manski, 1990).
    """
    test = results.sample_ratio()
    if not SRM_THRESHOLD <= test.p_value < SRM_DOUBT:
        return None
    study, sizes = results.study, results.arm_sizes()
    pair = (study.control, study.treatments[0])
    small, large = sorted(pair, key=lambda v: sizes[v.name] / v.weight)
    missing = round(sizes[large.name] * small.weight / large.weight) - sizes[small.name]
    return DoubtfulSplit(test, small.name, missing, _worst(results, small.name, missing))


def _worst(results: Results, short: str, missing: int) -> Effect | None:
    study = results.study
    control, treatment = (results.arm(study.primary, v.name) for v in (study.control, study.treatments[0]))
    if not (isinstance(control, Proportion) and isinstance(treatment, Proportion)):
        return None
    ahead = control if control.estimate > treatment.estimate else treatment
    arms = {study.control.name: control, study.treatments[0].name: treatment}
    hits = 0 if arms[short] is ahead else missing
    arms[short] = Proportion(arms[short].n + missing, arms[short].successes + hits)
    return compare(*arms.values(), confidence=study.decision.confidence)


def split_words(found: DoubtfulSplit, study: Study) -> str:
    """What was seen, why the test passes, and what the missing units could do."""
    test = found.test
    arms = " : ".join(f"{n:,}" for n in test.observed)
    said = (
        f"The arms hold {arms} units, p = {test.p_value:.3g}. That is above the threshold of"
        f" {SRM_THRESHOLD:g} at which a comparison is invalid, so the check passes; chance alone makes arms as uneven in"
        f" {formatted(test.p_value, 'share')} of healthy experiments. If something else made them so, {found.short} is about"
        f" {found.missing:,} units short, and every effect of this study stands on the rest."
    )
    if found.worst is None:
        return said + " Find out where units could have been lost before acting on it."
    e = found.worst
    low, high = formatted(e.relative_low, "relative"), formatted(e.relative_high, "relative")
    holds = "would still" if e.p_value < e.alpha else "would no longer"
    return (
        f"{said}\n\nHad all of them answered against what was found, {study.primary.label.lower()} would change by"
        f" {formatted(e.relative, 'relative')} ({low} to {high}), and the interval {holds} exclude zero."
    )


@dataclass(frozen=True)
class Unseen:
    """Rows that were shown another variant than they were assigned, and what the sample ratio made of them.

    Attributes:
        rows, of: rows left out for that reason, and rows of the table.
        before, after: the test over all rows of the table, and over the units that are left.
    """

    rows: int
    of: int
    before: SRM
    after: SRM


def unseen(results: Results, arms: Mapping[str, int], left_out: int) -> Unseen | None:
    """What the sample ratio does not see; None where every row was shown its variant, or where the ratio fails.

    Args:
        arms: rows of the unit table by assigned variant, before any was left out.
        left_out: rows of them that were shown another variant.
    """
    if not left_out or not arms:
        return None
    variants = results.study.variants
    before = srm({v.name: arms.get(v.name, 0) for v in variants}, {v.name: v.weight for v in variants})
    after = results.sample_ratio()
    return None if before.failed or after.failed else Unseen(left_out, sum(arms.values()), before, after)


def unseen_words(found: Unseen) -> str:
    """Example:
    >>> from helpers.stats import srm
    >>> words = unseen_words(Unseen(30, 2_000, srm([1_010, 990], [1, 1]), srm([995, 975], [1, 1])))
    >>> words.split(". ")[0]
    '30 of 2,000 rows (1.50 %) were shown another variant than they were assigned and are left out'
    """
    return (
        f"{found.rows:,} of {found.of:,} rows ({formatted(found.rows / found.of, 'share')}) were shown another variant than"
        f" they were assigned and are left out. The sample ratio passes with them (p = {found.before.p_value:.3g}) and"
        f" without them (p = {found.after.p_value:.3g}): where units of each arm are shown the other one's variant, the arms"
        " stay as large as designed, and only the column of what was shown tells. Why these rows saw another variant is"
        " not known, and until it is, the rest need not be a fair sample."
    )


def gained(found: Mapping[str, tuple[Effect, Effect, VarianceReduction]], study: Study) -> str:
    """In a sentence what adjustment by the baseline gains, metric by metric; empty without a covariate."""
    said = []
    for name, (_, _, reduction) in found.items():
        metric, left = study.metric(name).label, f"{reduction.share_remaining:.2%}".replace("%", " %")
        if reduction.gains:
            said.append(
                f"**{metric}.** The adjustment leaves {left} of the variance, so that share of the units would tell as much."
            )
        else:
            said.append(
                f"**{metric}.** The adjustment leaves {left} of the variance: it gains nothing, because what units did before"
                " hardly tells what they do in the experiment. The plain effect is the one to read."
            )
    return "\n\n".join(said)


def record(nb: "Notebook", split: DoubtfulSplit | None, contaminated: Unseen | None) -> None:
    """``doubts.*``, each only where there is one."""
    if split is not None:
        nb.record("doubts.split.words", split_words(split, nb.study), "text", SPLIT)
        nb.record(
            "doubts.split.p_value", split.test.p_value, "p", "Sample ratio of the exposed units: passed, but doubtful"
        )
        nb.record("doubts.split.missing", split.missing, "count", f"Units by which {split.short} is short of its share")
        if split.worst is not None:
            nb.record("doubts.split.worst", split.worst.relative, "relative",
                      "Primary effect had the missing units all answered against what was found")  # fmt: skip
    if contaminated is not None:
        nb.record("doubts.unseen.words", unseen_words(contaminated), "text", UNSEEN)
        nb.record(
            "doubts.unseen.rows", contaminated.rows, "count", "Rows shown another variant than assigned, left out"
        )
        nb.record(
            "doubts.unseen.before", contaminated.before.p_value, "p", "Sample ratio with them: it does not see them"
        )
        nb.record("doubts.unseen.after", contaminated.after.p_value, "p", "Sample ratio without them")
