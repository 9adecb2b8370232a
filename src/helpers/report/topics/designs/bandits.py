"""Tables, sentences and recorded numbers of the bandits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.formatting import formatted, share, unsigned
from helpers.programme.designs.against_ab import AB, THOMPSON
from helpers.report.tables import Row
from helpers.report.topics.designs import average

if TYPE_CHECKING:
    from helpers.programme.designs.against_ab import PolicyOutcome
    from helpers.report.notebook import ProgrammeNotebook


def table(readings: Sequence[PolicyOutcome]) -> list[Row]:
    """What each policy costs and what it knows in the end."""
    return [
        {
            "Policy": r.policy,
            "Successes lost": average(r.regret[-1], "number"),
            "Units in the better arm": average(r.best_share, "share"),
            "Arms told apart, batch by batch": share(r.found),
            "Error of the effect, naive": unsigned(r.naive_spread, "points"),
            "Error of the effect, weighted": unsigned(r.weighted_spread, "points"),
        }
        for r in readings
    ]


def table_alarms(readings: Sequence[PolicyOutcome]) -> list[Row]:
    """What the usual checks say of each policy, and what those say that know of its probabilities."""
    return [
        {
            "Policy": r.policy,
            "False positives, naive test": share(r.false_positives),
            "False positives, batch by batch": share(r.batchwise_false_positives),
            "SRM against halves": share(r.srm),
            "SRM against logged chances": share(r.logged_srm),
        }
        for r in readings
    ]


def record(nb: ProgrammeNotebook, readings: Sequence[PolicyOutcome]) -> None:
    """``beyond_ab.bandits.*``: a number a policy and claim."""
    for r in readings:
        name = f"beyond_ab.bandits.{r.policy.lower().replace(' ', '_').replace('-', '_').replace('/', '')}"
        nb.record(f"{name}.regret", r.regret[-1].value, "number", f"{r.policy}: successes lost to the worse arm")
        nb.record(f"{name}.best_share", r.best_share.value, "share", f"{r.policy}: units in the better arm")
        nb.record(
            f"{name}.naive_bias", r.naive_bias[0].value, "points", f"{r.policy}: bias of the control's naive rate"
        )
        nb.record(f"{name}.weighted_bias", r.weighted_bias[0].value, "points", f"{r.policy}: the same, weighted")
        nb.record(
            f"{name}.found", r.found.share, "share", f"{r.policy}: runs whose batch-wise test tells the arms apart"
        )
        nb.record(
            f"{name}.false_positives",
            r.false_positives.share,
            "share",
            f"{r.policy}: naive false positives, equal arms",
        )
        nb.record(f"{name}.srm", r.srm.share, "share", f"{r.policy}: runs that fail the sample-ratio check")


def text(readings: Sequence[PolicyOutcome]) -> str:
    """What a bandit saves and what it costs, in one sentence."""
    by = {r.policy: r for r in readings}
    ab, bandit = by[AB], by[THOMPSON]
    return (
        f"Thompson sampling loses {formatted(bandit.regret[-1].value, 'number')} successes where an A/B test on the same traffic loses "
        f"{formatted(ab.regret[-1].value, 'number')}, and a test that holds for both tells the arms apart in {formatted(bandit.found.share, 'share')} of runs in place of "
        f"{formatted(ab.found.share, 'share')}."
    )
