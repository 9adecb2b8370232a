"""Tables, sentence and recorded numbers of interference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.formatting import formatted, share, unsigned
from helpers.programme.designs.scarcity import REGIONS, REGIONS_BY_USER, USERS
from helpers.report.tables import Row
from helpers.report.topics.designs import average

if TYPE_CHECKING:
    from helpers.programme.designs.scarcity import Scarcity
    from helpers.report.notebook import ProgrammeNotebook

NAMES = {USERS: "users", REGIONS: "regions", REGIONS_BY_USER: "regions_by_user"}


def table(found: Scarcity) -> list[Row]:
    """What each design and analysis says at the supply of the programme file."""
    return [
        {
            "Randomised, tested": d.name,
            "Estimate": average(d.estimate, "points"),
            "Bias": average(d.bias, "points"),
            "Error": unsigned(d.error, "points"),
            "Intervals that hold the truth": share(d.covered),
            "False positives": share(d.false_positives),
        }
        for d in found.designs
    ]


def record(nb: ProgrammeNotebook, found: Scarcity) -> None:
    """``beyond_ab.interference.*``: the truth, and a number a design and claim."""
    nb.record(
        "beyond_ab.interference.truth", found.truth.value, "points", "Effect of treating everybody against nobody"
    )
    for d in found.designs:
        name = f"beyond_ab.interference.{NAMES[d.name]}"
        nb.record(f"{name}.bias", d.bias.value, "points", f"{d.name}: bias of the effect")
        nb.record(f"{name}.error", d.error, "points", f"{d.name}: root mean squared error of the effect")
        nb.record(f"{name}.covered", d.covered.share, "share", f"{d.name}: runs whose interval holds the truth")
        nb.record(
            f"{name}.false_positives", d.false_positives.share, "share", f"{d.name}: false positives without an effect"
        )


def text(found: Scarcity) -> str:
    """By how much users lie and what regions cost, in one sentence."""
    by = {d.name: d for d in found.designs}
    users, regions = by[USERS], by[REGIONS]
    return (
        f"With slots for {formatted(found.supply, 'share')} of the orders that the controls want, treating everybody brings "
        f"{formatted(found.truth.value, 'points')}; a test over users says {formatted(users.estimate.value, 'points')} and its interval holds the "
        f"truth in {formatted(users.covered.share, 'share')} of runs, one over regions says {formatted(regions.estimate.value, 'points')} and holds it in "
        f"{formatted(regions.covered.share, 'share')}."
    )
