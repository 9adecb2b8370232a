"""Tables, sentences and recorded numbers of several treatments against one control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.formatting import formatted, share, unsigned
from helpers.programme.designs.many_arms import BH, DUNNETT, FRESH, HOLM, NAIVE, NONE, WIDER
from helpers.report.tables import Row
from helpers.report.topics.designs import average

if TYPE_CHECKING:
    from helpers.programme.designs.many_arms import ManyArms
    from helpers.report.notebook import ProgrammeNotebook

KEYS = {NONE: "uncorrected", HOLM: "holm", DUNNETT: "dunnett", BH: "bh", FRESH: "fresh", NAIVE: "naive", WIDER: "wider"}
"""How the ways of testing and of telling are named in recorded numbers."""


def table(found: ManyArms) -> list[Row]:
    """What each way of testing calls."""
    return [
        {
            "Way of testing": c.name,
            "None differs: any called": share(c.false_alarms),
            "One is better: it is called": share(c.found),
            "One is better: another is called": share(c.also_called),
        }
        for c in found.corrections
    ]


def table_winners(found: ManyArms) -> list[Row]:
    """What is told of the arm that looked best."""
    return [
        {
            "Told from": w.name,
            "Bias, none better": average(w.bias[0], "points"),
            "Bias, one better": average(w.bias[1], "points"),
            "Error, one better": unsigned(w.error, "points"),
            "Interval holds, none better": share(w.held[0]),
            "Interval holds, one better": share(w.held[1]),
            "Better arm chosen": share(w.right),
        }
        for w in found.winners
    ]


def record(nb: ProgrammeNotebook, found: ManyArms) -> None:
    """``beyond_ab.many_arms.*``: a number a way and claim."""
    nb.record("beyond_ab.many_arms.treatments", found.treatments, "count", "Treatments beside the control")
    for c in found.corrections:
        name = f"beyond_ab.many_arms.{KEYS[c.name]}"
        nb.record(f"{name}.false_alarms", c.false_alarms.share, "share", f"{c.name}: any arm called, none differs")
        nb.record(f"{name}.found", c.found.share, "share", f"{c.name}: the better arm called")
        nb.record(f"{name}.also_called", c.also_called.share, "share", f"{c.name}: another called, one is better")
    for w in found.winners:
        name = f"beyond_ab.many_arms.winner.{KEYS[w.name]}"
        nb.record(f"{name}.bias_none", w.bias[0].value, "points", f"{w.name}: bias of the best-looking, none better")
        nb.record(f"{name}.bias_one", w.bias[1].value, "points", f"{w.name}: the same, one better")
        nb.record(f"{name}.held_none", w.held[0].share, "share", f"{w.name}: its interval holds, none better")
        nb.record(f"{name}.held_one", w.held[1].share, "share", f"{w.name}: its interval holds, one better")
        nb.record(f"{name}.right", w.right.share, "share", f"{w.name}: the better arm is the one chosen")


def text(found: ManyArms) -> str:
    """What the correction is for, what it costs and what fresh units give back, in two sentences."""
    by = {c.name: c for c in found.corrections}
    naive, fresh = (next(w for w in found.winners if w.name == name) for name in (NAIVE, FRESH))
    return (
        f"Without a correction {formatted(by[NONE].false_alarms.share, 'share')} of experiments with nothing in them call an arm, with Holm's "
        f"{formatted(by[HOLM].false_alarms.share, 'share')}, which finds the better arm in {formatted(by[HOLM].found.share, 'share')} of runs; screening on half of the "
        f"units and testing the chosen arm on the rest finds it in {formatted(by[FRESH].found.share, 'share')}. With nothing in them, the arm that looked "
        f"best is told {formatted(naive.bias[0].value, 'points')} too high, and {formatted(fresh.bias[0].value, 'points')} on fresh units."
    )
