"""What an analyst would have read who chose the units by the outcome, on the study's own log and by simulation.

Dropping units by their outcome, or looking only at those whose outcome is high, compares units that the treatment
itself has picked: the arms are no longer alike. Winsorising keeps every unit, and a history from before the
experiment cannot be changed by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Simulation, Study
from helpers.experiment.results import Results
from helpers.record import formatted
from helpers.report import views
from helpers.simulate.selection_bias import (
    BY_HISTORY,
    BY_OUTCOME,
    DROPPED,
    WINSORISED,
    SelectionBias,
    expected_lifts,
    simulate_selection,
)
from helpers.stats import Effect, Mean, compare
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

    from helpers.report.notebook import Notebook

ALL, BEFORE = "as they are", "heaviest before"
"""Levels of the truth: the change itself over all units, and the metric as planned among the heaviest units before."""


@dataclass(frozen=True)
class Rule:
    """A way of choosing units; ``truth`` is the level of the ground truth that it means to describe."""

    name: str
    label: str
    truth: str
    sound: bool


RULES = (
    Rule("winsorised", "As planned: pulled to the threshold", ALL, True),
    Rule("as they are", "As they are: nothing pulled in", ALL, True),
    Rule("dropped", "Dropped at the threshold", ALL, False),
    Rule("heaviest before", "Heaviest quarter by history", BEFORE, True),
    Rule("heaviest by outcome", "Heaviest quarter by outcome", BEFORE, False),
)
SIMULATED = {
    DROPPED: ("Dropped at the threshold", False),
    WINSORISED: ("Pulled to the threshold", True),
    BY_OUTCOME: ("Heaviest quarter by outcome", False),
    BY_HISTORY: ("Heaviest quarter by history", True),
}

SEED, RUNS = 20260302, 60
"""Of the simulation: a Monte Carlo error near a tenth of a point in some seconds."""


@dataclass(frozen=True)
class Reading:
    """What one rule shows on the study's log, and the true relative effect that it means to describe, where known."""

    rule: Rule
    effect: Effect
    truth: float | None

    @property
    def covered(self) -> bool | None:
        """Whether the relative interval holds the truth; None where it is not known."""
        if self.truth is None:
            return None
        return self.effect.relative_low <= self.truth <= self.effect.relative_high


def read(con: "duckdb.DuckDBPyConnection", results: Results) -> list[Reading]:
    """The primary metric's effect under every rule; none unless it is a winsorised mean.

    Estimates the relative change of the treatment's mean against the control's, Welch and Fieller, from sums of the
    chosen units. Only the sound rules compare arms that are alike.
    """
    study = results.study
    sums = {(r.rule, r.variant): r for r in query.query(con, "selection").itertuples(index=False)}
    found = []
    for rule in RULES:
        arms = [sums.get((rule.name, v)) for v in (study.control.name, study.treatments[0].name)]
        if any(arm is None for arm in arms):
            continue
        control, treatment = (Mean.from_sums(int(a.units), int(a.sum_y), int(a.sum_y2)) for a in arms if a is not None)
        truth = results.truth(study.primary, dimension="selection", level=rule.truth)
        effect = compare(control, treatment, confidence=study.decision.confidence)
        found.append(Reading(rule, effect, truth.relative if truth else None))
    return found


def missing(study: Study) -> str:
    """Why there is nothing to compare."""
    return (
        f"{study.primary.label} is not a winsorised mean: no unit is extreme enough to be dropped or pulled in, and the "
        "primary metric is read on all exposed units alone."
    )


def caption(study: Study) -> str:
    """What the table of readings holds."""
    return f"{study.primary.label} under other choices of units"


def note(study: Study) -> str:
    """How the table of readings is read."""
    share = f"{(study.primary.winsorize or 0) * 100:g}"
    known = (
        " Truth: the planted change over all units; for the quarters, the metric as planned among the heaviest before, the"
        " only ones a launch can be aimed at."
        if study.planted
        else ""
    )
    return (
        f"The threshold is percentile {share} of all exposed units. Dropped units and a quarter by the outcome are picked by"
        f" what the treatment changes, so no larger sample mends them.{known}"
    )


def rows(found: Sequence[Reading]) -> list[views.Row]:
    """One line a rule."""
    return [
        {
            "Units": r.rule.label,
            "Number": f"{r.effect.n_control + r.effect.n_treatment:,}",
            "Change": formatted(r.effect.relative, "relative"),
            "Interval": views.interval(r.effect.relative_low, r.effect.relative_high, "relative"),
            **(
                {"Truth": formatted(r.truth, "relative"), "Held": formatted(r.covered, "flag")}
                if r.truth is not None
                else {}
            ),
            "Arms alike": views.mark(r.rule.sound, "yes", "no"),
        }
        for r in found
    ]


def simulated(study: Study) -> list[SelectionBias]:
    """The study's world drawn anew many times and read under every rule; none without a world that can be."""
    import numpy as np

    if not (isinstance(study.data, Simulation) and study.data.world == "music"):
        return []
    return simulate_selection(np.random.default_rng(SEED), runs=RUNS, treated_share=study.treated_share)


def simulated_rows(found: Sequence[SelectionBias]) -> list[views.Row]:
    """One line a rule and metric."""
    exact = expected_lifts()
    return [
        {
            "Units": SIMULATED[b.rule][0],
            "Metric": b.metric.capitalize(),
            "Truth": formatted(b.truth, "relative"),
            "Shown on average": f"{formatted(b.estimate, 'relative')} ± {b.standard_error * 100:.2f}",
            "In the limit": formatted(exact[b.rule], "relative") if b.rule in exact else "",
            "Truth held": formatted(b.coverage, "share"),
            "Arms alike": views.mark(SIMULATED[b.rule][1], "yes", "no"),
        }
        for b in found
    ]


def simulated_note() -> str:
    """How the simulation was made."""
    return (
        f"{RUNS} simulated experiments, seed {SEED}; ± is one Monte Carlo standard error in points; in the limit of many "
        "units by exact sums. The truth is the change itself: pulling in costs a little of it, most among heavy listeners."
    )


def record(nb: "Notebook", found: Sequence[Reading]) -> None:
    """``selection.RULE.*``: what each rule shows on the study's log."""
    for r in found:
        name, what = f"selection.{_key(r.rule.name)}", r.rule.label[0].lower() + r.rule.label[1:]
        nb.record(f"{name}.units", r.effect.n_control + r.effect.n_treatment, "count", f"Units compared: {what}")
        nb.record(f"{name}.relative", r.effect.relative, "relative", f"Relative change of the primary metric: {what}")
        nb.record(f"{name}.relative_low", r.effect.relative_low, "relative", "Lower end of its interval")
        nb.record(f"{name}.relative_high", r.effect.relative_high, "relative", "Upper end of its interval")
        if r.truth is not None:
            nb.record(f"{name}.truth", r.truth, "relative", "The true effect that it means to describe")
            nb.record(f"{name}.covered", bool(r.covered), "flag", "Whether the interval holds that truth")


def record_simulated(nb: "Notebook", biases: Sequence[SelectionBias]) -> None:
    """``selection.expected.*`` and ``selection.simulated.*`` of the study's world; nothing without one."""
    if not biases:
        return
    nb.record("selection.simulated.runs", RUNS, "count", "Simulated experiments")
    nb.record("selection.simulated.seed", str(SEED), "text", "Seed of the simulation")
    for rule, lift in expected_lifts().items():
        nb.record(
            f"selection.expected.{_key(rule)}", lift, "relative", f"Effect on songs in the limit of many units: {rule}"
        )
    for b in biases:
        name = f"selection.simulated.{_key(b.rule)}.{b.metric}"
        nb.record(f"{name}.truth", b.truth, "relative", f"True effect on {b.metric} that the rule means to describe")
        nb.record(f"{name}.shown", b.estimate, "relative", "Effect it shows over the simulated experiments")
        nb.record(f"{name}.bias", b.bias, "relative", "Shown minus true")
        nb.record(f"{name}.standard_error", b.standard_error, "relative", "Monte Carlo standard error of what it shows")
        nb.record(f"{name}.coverage", b.coverage, "share", "Share of the intervals that hold the truth")


def _key(text: str) -> str:
    return text.replace(" ", "_")
