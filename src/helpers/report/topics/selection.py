"""What an analyst would have read who chose the units by the outcome, told."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers import formatting
from helpers.config import Study
from helpers.experiment.decision.claims import subject
from helpers.experiment.selection import RUNS, SEED, SIMULATED, SelectionEffect, extreme
from helpers.formatting import counted, formatted, p_text
from helpers.report import base, tables
from helpers.simulate.selection_bias import (
    SelectionBias,
    expected_lifts,
)

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook


def absent(study: Study) -> str:
    """Why there is nothing to compare."""
    dropped = study.primary.type == "mean" and study.when_missing(study.primary) == "drop"
    who = "all units that were counted" if study.rowless else f"all exposed units{' with a value' if dropped else ''}"
    return (
        f"{study.primary.label} is not a winsorised mean: the study pulls no extreme value in and drops no unit, so the "
        f"primary metric is read on {who} alone."
    )


def caption(study: Study, arm: str = "") -> str:
    """What the table of readings holds; ``arm`` is the treatment where there are several."""
    return f"{subject(study.primary.label, arm)} under other choices of units"


def note(study: Study, found: Sequence[SelectionEffect]) -> str:
    """How the table of readings is read, and whether the arms hold as many extreme units."""
    share = f"{(study.primary.winsorize or 0) * 100:g}"
    known = (
        " Truth: the planted change over all units; for the quarters, the metric as planned among the heaviest before, the"
        " only ones a launch can be aimed at."
        if study.planted
        else ""
    )
    return (
        f"The threshold is percentile {share} of all exposed units.{_extreme(found, study)} Dropped units and a quarter by"
        f" the outcome are picked by what the treatment changes, so no larger sample mends them.{known}"
        f" {study.primary.label} is {base.windows([study.primary], study)}."
    )


def _extreme(found: Sequence[SelectionEffect], study: Study) -> str:
    """How many units of each arm lie beyond the threshold, and whether chance explains it."""
    seen = extreme(found)
    if seen is None:
        return ""
    (control, treatment), p = seen.hits, seen.p_value
    alike = (
        "as many as chance allows" if not p < 1 - study.decision.confidence else "more in one arm than chance explains"
    )
    return f" Beyond it lie {counted(control, 'unit')} of the control and {treatment:,} of the treatment: {alike} ({p_text(p)})."


def table(found: Sequence[SelectionEffect]) -> list[tables.Row]:
    """One line a rule."""
    return [
        {
            "Units": r.rule.label,
            "Number": f"{r.effect.n_control + r.effect.n_treatment:,}",
            "Change": formatted(r.effect.relative, "relative"),
            "Interval": formatting.interval(r.effect.relative_low, r.effect.relative_high, "relative"),
            **(
                {"Truth": formatted(r.truth, "relative"), "Held": formatted(r.covered, "flag")}
                if r.truth is not None
                else {}
            ),
            "Arms alike": tables.mark(r.rule.sound, "yes", "no"),
        }
        for r in found
    ]


def table_simulated(found: Sequence[SelectionBias]) -> list[tables.Row]:
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
            "Arms alike": tables.mark(SIMULATED[b.rule][1], "yes", "no"),
        }
        for b in found
    ]


def note_simulated() -> str:
    """How the simulation was made."""
    return (
        f"{RUNS} simulated experiments, seed {SEED}; ± is one Monte Carlo standard error in points; in the limit of many "
        "units by exact sums. The truth is the change itself: pulling in costs a little of it, most among heavy listeners."
    )


def record(nb: "Notebook", found: Sequence[SelectionEffect]) -> None:
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
