"""Table, sentence and recorded numbers of two changes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.formatting import formatted, share, unsigned
from helpers.programme.designs.factorial import ADDED, CELLS, CROSSED, DIFFERS, MAIN, SEPARATE, SHARED, TEST, TOGETHER
from helpers.report.tables import Row
from helpers.report.topics.designs import average

if TYPE_CHECKING:
    from helpers.programme.designs.factorial import Factorial
    from helpers.report.notebook import ProgrammeNotebook

KEYS = {
    MAIN: "alone.main_effect",
    CELLS: "alone.cells",
    TEST: "alone.ab_test",
    TOGETHER: "both.factorial",
    ADDED: "both.ab_tests",
    DIFFERS: "interaction",
    SHARED: "power.main_effect",
    SEPARATE: "power.ab_test",
    CROSSED: "power.interaction",
}
"""How answers and curves are named in recorded numbers."""
PLANNED = 1
"""Place of the programme's own traffic among the sizes of a curve."""


def table(found: Factorial) -> list[Row]:
    """What each design answers, with what error."""
    return [
        {
            "Question and design": r.name,
            "True, interaction": formatted(r.truth[1], "points"),
            "Bias, none": average(r.bias[0], "points"),
            "Bias, interaction": average(r.bias[1], "points"),
            "Error, none": unsigned(r.error[0], "points"),
            "Interval holds, none": share(r.held[0]),
            "Interval holds, interaction": share(r.held[1]),
        }
        for r in found.readings
    ]


def record(nb: ProgrammeNotebook, found: Factorial) -> None:
    """``beyond_ab.factorial.*``: a number an answer and claim."""
    name = "beyond_ab.factorial"
    nb.record(f"{name}.planted", found.interaction, "points", "Planted interaction")
    nb.record(
        f"{name}.worth", found.worth, "number", "Units of two A/B tests as precise as the factorial, over its own"
    )
    nb.record(f"{name}.dearer", found.dearer, "number", "Units for the interaction, over those for a main effect")
    for r in found.readings:
        key = f"{name}.{KEYS[r.name]}"
        nb.record(f"{key}.bias_none", r.bias[0].value, "points", f"{r.name}: bias without an interaction")
        nb.record(f"{key}.bias_planted", r.bias[1].value, "points", f"{r.name}: bias with the planted interaction")
        nb.record(
            f"{key}.error_none", r.error[0], "points", f"{r.name}: root mean squared error without an interaction"
        )
        nb.record(f"{key}.held_planted", r.held[1].share, "share", f"{r.name}: its interval holds, interaction")
    for curve in found.curves:
        power = curve.found[PLANNED].share
        nb.record(f"{name}.{KEYS[curve.name]}", power, "share", f"{curve.name}: power on the programme's traffic")


def text(found: Factorial) -> str:
    """What a factorial saves, and where either design misleads, in two sentences."""
    by = {r.name: r for r in found.readings}
    power = {c.name: formatted(c.found[PLANNED].share, "share") for c in found.curves}
    return (
        f"Without an interaction one factorial tells both changes as precisely as two A/B tests on {formatted(found.worth, 'number')} times its units. "
        f"With the planted one of {formatted(found.interaction, 'points')}, a main effect tells what the change does alone with a bias of "
        f"{formatted(by[MAIN].bias[1].value, 'points')}, and two A/B tests added up tell what both do with one of {formatted(by[ADDED].bias[1].value, 'points')}; "
        f"the interaction itself is seen in {power[CROSSED]} of runs, a main effect without one in {power[SHARED]}."
    )
