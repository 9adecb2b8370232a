"""Tables, sentence and recorded numbers of a holdout beside the sum of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.formatting import formatted, share, unsigned
from helpers.report.tables import Row
from helpers.report.topics.designs import average

if TYPE_CHECKING:
    from helpers.programme.designs.launches import LaunchTotals
    from helpers.report.notebook import ProgrammeNotebook


def table(readings: LaunchTotals) -> list[Row]:
    """Every way to the total, from the sum of the tests to the holdout, with what it has in excess of the truth."""
    ways = (
        ("Sum of what their tests measured", readings.summed, share(readings.summed_covered)),
        ("The same, corrected for selection", readings.corrected, ""),
        ("True effects during the tests", readings.tested, ""),
        ("True effects once they are no news", readings.lasting, ""),
        (
            f"A holdout of {formatted(readings.asked.share, 'share')}",
            readings.asked.total,
            share(readings.asked.covered),
        ),
    )
    told: list[Row] = [
        {
            "Total of the launched features": name,
            "Effect": average(way.effect, "points"),
            "In excess of the truth": average(way.excess, "points"),
            "Intervals that hold the truth": covered,
        }
        for name, way, covered in ways
    ]
    truth = {
        "Total of the launched features": "The truth: all of them together",
        "Effect": average(readings.truth, "points"),
    }
    return [*told, truth | {"In excess of the truth": "", "Intervals that hold the truth": ""}]


def table_holdouts(readings: LaunchTotals) -> list[Row]:
    """What a holdout of each share says and costs; the last one is contaminated."""
    return [
        {
            "Held back": formatted(h.share, "share"),
            "Of these contaminated": formatted(h.leak, "share"),
            "Half of the interval": unsigned(h.reach.value, "points"),
            "In excess of the truth": average(h.total.excess, "points"),
            "Intervals that hold the truth": share(h.covered),
            "Years with a proven gain": share(h.found),
            "Successes forgone": average(h.forgone, "count"),
        }
        for h in readings.holdouts
    ]


def record(nb: ProgrammeNotebook, readings: LaunchTotals) -> None:
    """``beyond_ab.holdout.*``: the truth, the sum of the tests, the holdout asked for and a contaminated one."""
    asked, leaking = readings.asked, readings.holdouts[-1]
    for name, total, said in (
        ("summed", readings.summed, "Sum of what the tests of the launched features measured"),
        ("corrected", readings.corrected, "The same, corrected for selection"),
        ("tested", readings.tested, "True effects of the launched features during their tests, added up"),
        ("lasting", readings.lasting, "The same once they are no news"),
        ("held", asked.total, "What the holdout measures"),
        ("contaminated", leaking.total, "What a contaminated holdout measures"),
    ):
        nb.record(f"beyond_ab.holdout.{name}", total.effect.value, "points", f"{said}, averaged over years")
    nb.record("beyond_ab.holdout.truth", readings.truth.value, "points", "What the launched features bring together")
    nb.record("beyond_ab.holdout.launched", readings.launched.value, "number", "Features launched in a year")
    nb.record("beyond_ab.holdout.covered", asked.covered.share, "share", "Holdouts whose interval holds the truth")
    nb.record("beyond_ab.holdout.forgone", asked.forgone.value, "count", "Successes forgone by the units held back")


def text(readings: LaunchTotals) -> str:
    """What a holdout corrects and what it costs, in one sentence."""
    asked = readings.asked
    return (
        f"The tests of what was launched add up to {formatted(readings.summed.effect.value, 'points')}, together it brings "
        f"{formatted(readings.truth.value, 'points')}: a holdout of {formatted(asked.share, 'share')} measures {formatted(asked.total.effect.value, 'points')} give or take "
        f"{unsigned(asked.reach.value, 'points')}, its interval holds the truth in {formatted(asked.covered.share, 'share')} of years, and it forgoes "
        f"{formatted(asked.forgone.value, 'count')} successes."
    )
