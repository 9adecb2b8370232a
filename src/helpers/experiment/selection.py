"""What an analyst would have read who chose the units by the outcome, on the study's own log and by simulation.

Dropping units by their outcome, or looking only at those whose outcome is high, compares units that the treatment
itself has picked: the arms are no longer alike. Winsorising keeps every unit, and a history from before the
experiment cannot be changed by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Simulation, Study
from helpers.experiment.arm_shares import Counted, counted
from helpers.experiment.results import Results
from helpers.simulate.selection_bias import (
    BY_HISTORY,
    BY_OUTCOME,
    DROPPED,
    WINSORISED,
    SelectionBias,
    simulate_selection,
)
from helpers.stats.comparisons.effects import Effect, compare
from helpers.stats.summaries.mean import Mean
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb


ALL, BEFORE = "as they are", "heaviest before"
"""Levels of the truth: the change itself over all units, and the metric as planned among the heaviest units before."""


@dataclass(frozen=True)
class SelectionRule:
    """A way of choosing units; ``truth`` is the level of the ground truth that it means to describe."""

    name: str
    label: str
    truth: str
    sound: bool


RULES = (
    SelectionRule("winsorised", "As planned: pulled to the threshold", ALL, True),
    SelectionRule("as they are", "As they are: nothing pulled in", ALL, True),
    SelectionRule("dropped", "Dropped at the threshold", ALL, False),
    SelectionRule("heaviest before", "Heaviest quarter by history", BEFORE, True),
    SelectionRule("heaviest by outcome", "Heaviest quarter by outcome", BEFORE, False),
)
PART = 0.5
"""Share of the units up to which those that a rule chooses are a part: of a quarter whose bound most units share, all are."""
SIMULATED = {
    DROPPED: ("Dropped at the threshold", False),
    WINSORISED: ("Pulled to the threshold", True),
    BY_OUTCOME: ("Heaviest quarter by outcome", False),
    BY_HISTORY: ("Heaviest quarter by history", True),
}

SEED, RUNS = 20260302, 60
"""Of the simulation: a Monte Carlo error near a tenth of a point in some seconds."""


@dataclass(frozen=True)
class SelectionEffect:
    """What one rule shows on the study's log, and the true relative effect that it means to describe, where known."""

    rule: SelectionRule
    effect: Effect
    truth: float | None

    @property
    def covered(self) -> bool | None:
        """Whether the relative interval holds the truth; None where it is not known."""
        if self.truth is None:
            return None
        return self.effect.relative_low <= self.truth <= self.effect.relative_high


def read(con: "duckdb.DuckDBPyConnection", results: Results) -> list[SelectionEffect]:
    """The primary metric's effect under every rule that chooses what it is called after; none unless it is a winsorised mean.

    Estimates the relative change of the treatment's mean against the control's, Welch and Fieller, from sums of the
    chosen units. Only the sound rules compare arms that are alike.
    """
    study = results.study
    worth = results.worth(study.primary)
    sums = {(r.rule, r.variant): r for r in query.query(con, "selection").itertuples(index=False)}
    chosen = {rule.name: sum(int(row.units) for (name, _), row in sums.items() if name == rule.name) for rule in RULES}
    found = []
    for rule in RULES:
        if rule.truth == BEFORE and chosen[rule.name] > PART * chosen[ALL]:
            continue
        arms = [sums.get((rule.name, v)) for v in (study.control.name, results.leading)]
        if any(arm is None for arm in arms):
            continue
        control, treatment = (
            Mean.from_sums(int(a.units), int(a.sum_y) * worth, int(a.sum_y2) * worth**2) for a in arms if a is not None
        )
        truth = results.truth(study.primary, dimension="selection", level=rule.truth)
        effect = compare(control, treatment, confidence=study.decision.confidence)
        found.append(SelectionEffect(rule, effect, truth.relative if truth else None))
    return found


def extreme(found: Sequence[SelectionEffect]) -> Counted | None:
    """Units beyond the threshold, control and treatment, and whether they are alike; None where no unit was dropped."""
    by_rule = {each.rule.name: each.effect for each in found}
    if not {"as they are", "dropped"} <= by_rule.keys():
        return None
    whole, dropped = by_rule["as they are"], by_rule["dropped"]
    beyond = (whole.n_control - dropped.n_control, whole.n_treatment - dropped.n_treatment)
    return counted(beyond, (whole.n_control, whole.n_treatment)) if sum(beyond) else None


def simulated(study: Study) -> list[SelectionBias]:
    """The study's world drawn anew many times and read under every rule; none without a world that can be."""
    import numpy as np

    if not (isinstance(study.data, Simulation) and study.data.world == "music"):
        return []
    return simulate_selection(np.random.default_rng(SEED), runs=RUNS, treated_share=study.treated_share)
