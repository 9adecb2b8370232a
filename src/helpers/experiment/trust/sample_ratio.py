"""Sample ratios: over all, by day and by segment. A mismatch invalidates: units of one arm are missing, and which ones
is not known. One that chance still seldom makes warns."""

from dataclasses import replace
from datetime import timedelta

from helpers.experiment.results import ASSIGNED, EXPOSED, Results
from helpers.experiment.trust.check import TrustCheck
from helpers.experiment.trust.marginal_srm import MarginalSRM, against, caveat
from helpers.experiment.trust.ratio_by import FAMILY, ratio_by
from helpers.experiment.trust.split_over_time import split_parts, text_parts
from helpers.formatting import p_text
from helpers.stats.checks.srm_diagnosis import diagnose_srm


def sample_ratios(results: Results, marginal: MarginalSRM | None) -> list[TrustCheck]:
    """Arm sizes against the designed weights.

    Ratios by day and by segment share the threshold by Holm within their dimension, so that looking at many groups does
    not invalidate a healthy experiment. ``marginal`` is what :func:`~helpers.experiment.trust.marginal_srm.marginal_srm` says of
    the exposed units, on which every effect stands; their check then warns.
    """
    same = results.study.rowless or results.randomised(ASSIGNED) == results.randomised(EXPOSED)
    counted = (EXPOSED,) if same else (ASSIGNED, EXPOSED)  # the same units are one check
    overall = {p: results.sample_ratio(p) for p in counted}
    checks = [
        TrustCheck(
            f"Sample ratio of {population} units",
            "Do the arms have their designed sizes?",
            f"{' : '.join(f'{n:,}' for n in test.observed)}{against(test, results.study)}, {p_text(test.p_value)}",
            "failed" if test.failed else "passed",
            FAMILY,
            p_value=test.p_value,
            short=f"{population} units",
        )
        for population, test in overall.items()
    ]
    if marginal is not None:
        checks[-1] = _doubted(checks[-1], marginal, results)
    groups = ("day", *results.study.segments) if results.study.has_time else results.study.segments
    weights = {v.name: v.weight for v in results.study.variants}
    return _with_cause(checks + [ratio_by(group, results.sizes_by(group), weights) for group in groups], results)


def _doubted(check: TrustCheck, marginal: MarginalSRM, results: Results) -> TrustCheck:
    found = f"{check.found}: {marginal.short} is about {marginal.missing:,} units short"
    return replace(check, verdict="warning", found=found, caveat=caveat(marginal, results.study))


def _dated(results: Results) -> dict[str, dict[str, int]]:
    """What was exposed in every arm by its date."""
    first = results.study.period.start
    return {f"{first + timedelta(days=int(day) - 1):%Y-%m-%d}": sizes for day, sizes in results.sizes_by("day").items()}


def _with_cause(checks: list[TrustCheck], results: Results) -> list[TrustCheck]:
    """The first sample ratio that failed says where the mismatch most likely comes from; of a split that was changed on the
    way each says what alone mends it."""
    first = next((i for i, check in enumerate(checks) if check.verdict == "failed"), None)
    if first is None:
        return checks
    cause = diagnose_srm(
        {v.name: v.weight for v in results.study.variants},
        assigned=results.randomised(ASSIGNED),
        exposed=results.randomised(EXPOSED),
        days=results.sizes_by("day"),
        segments={segment: results.sizes_by(segment) for segment in results.study.segments},
    )
    said = "no likely cause" if cause.stage == "none" else f"likely from {cause.stage}: check {cause.check}"
    parts = split_parts(_dated(results)) if results.study.has_time else ()
    remedy = ""
    if len(parts) > 1:
        said = f"likely from a split that was changed on the way: {text_parts(parts, [v.name for v in results.study.treatments])}"
        remedy = "compare the arms within each part that kept one split (period or data.where) by the weights of that part, never across them"
    elif results.study.is_weighed_by_guess:
        said = f"state the weights of the design (variants) first; if it was these, {said}"
    mended = [replace(check, remedy=remedy) if check.verdict == "failed" else check for check in checks]
    return [*mended[:first], replace(mended[first], found=f"{mended[first].found}; {said}"), *mended[first + 1 :]]
