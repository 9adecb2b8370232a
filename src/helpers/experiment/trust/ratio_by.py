"""The sample ratio part by part: by day, or by the levels of a segment."""

from collections.abc import Mapping

from helpers.experiment.arm_shares import after_holm
from helpers.experiment.trust.check import TrustCheck
from helpers.formatting import counted
from helpers.stats.checks.srm import srm_by_group

FAMILY = "Sample ratios"


def ratio_by(dimension: str, groups: Mapping[str, Mapping[str, int]], weights: Mapping[str, float]) -> TrustCheck:
    """Arm sizes in each part against the designed weights; the parts share the threshold by Holm.

    >>> ratio_by("day", {"mon": {"a": 510, "b": 490}, "tue": {"a": 900, "b": 600}}, {"a": 1, "b": 1}).verdict
    'failed'
    >>> ratio_by("day", {"7": {"a": 900, "b": 600}, "8": {"a": 9, "b": 9}}, {"a": 1, "b": 1}).found[-13:]
    'failed: day 7'
    """
    name, question = (
        f"Sample ratio by {dimension.replace('_', ' ')}",
        "Does any part of the experiment lose units of one arm?",
    )
    if not groups:
        return TrustCheck(name, question, "cannot be told: no unit stands there", "not asked", FAMILY)
    tests = srm_by_group(groups, weights)
    shared, several, failed = tests.after_holm, len(groups) > 1, tests.mismatched
    return TrustCheck(
        name,
        question,
        f"{counted(len(groups), 'group')}, {'smallest ' if several else ''}p = {min(t.p_value for t in tests.tests):.3g}"
        + after_holm(min(shared.adjusted), shared=several)
        + (f", failed: {dimension.replace('_', ' ')} {', '.join(failed)}" if failed else ""),
        "failed" if failed else "passed",
        FAMILY,
        p_value=min(shared.adjusted),
        short=f"by {dimension.replace('_', ' ')}",
        shared=several,
    )
