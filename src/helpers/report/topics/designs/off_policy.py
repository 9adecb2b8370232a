"""Table, sentence and recorded numbers of policies valued from an old log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.formatting import formatted, share, unsigned
from helpers.programme.designs.old_log import DOUBLY
from helpers.report.tables import Row
from helpers.report.topics.designs import average

if TYPE_CHECKING:
    from helpers.programme.designs.old_log import EstimatorOutcomes
    from helpers.report.notebook import ProgrammeNotebook


def table(readings: EstimatorOutcomes) -> list[Row]:
    """How far each estimator is off, and whether its interval knows."""
    return [
        {
            "Estimator": r.method,
            "What is wrong": r.wrong,
            "Bias": average(r.bias, "points"),
            "Root mean squared error": unsigned(r.error, "points"),
            "Intervals that hold the truth": share(r.covered),
        }
        for r in readings.found
    ]


def record(nb: ProgrammeNotebook, readings: EstimatorOutcomes) -> None:
    """``beyond_ab.off_policy.*``: the truth, what the log is worth, and bias and coverage of each estimator."""
    name = "beyond_ab.off_policy"
    nb.record(f"{name}.truth", readings.truth, "share", "Planted success rate under the policy that was never served")
    nb.record(f"{name}.served", readings.served, "share", "Planted success rate under the policy that was served")
    nb.record(f"{name}.effective", readings.effective.value, "count", "Units that the log is worth for the new policy")
    for r in readings.found:
        case = f"{r.method} {r.wrong} wrong".lower().replace(" ", "_")
        said = f"{r.method}, {r.wrong} wrong"
        nb.record(f"{name}.{case}.bias", r.bias.value, "points", f"{said}: estimated minus true rate")
        nb.record(f"{name}.{case}.covered", r.covered.share, "share", f"{said}: logs whose interval holds the truth")


def text(readings: EstimatorOutcomes) -> str:
    """What a log tells of a policy that was never served, in one sentence."""
    one, both = readings.of(DOUBLY, True, False), readings.of(DOUBLY, False, False)
    return (
        f"{readings.units:,} logged units are worth {formatted(readings.effective.value, 'count')} served by the new policy itself: the doubly robust "
        f"estimate with a wrong model is off by {formatted(one.bias.value, 'points')} and its interval holds the truth in "
        f"{formatted(one.covered.share, 'share')} of logs; with chances logged wrongly as well it is off by {formatted(both.bias.value, 'points')}, and "
        f"the interval holds it in {formatted(both.covered.share, 'share')}."
    )
