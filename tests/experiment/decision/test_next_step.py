"""What an undecided experiment still needs, against the published case of a checkout redesign."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from helpers import config
from helpers.experiment.decision.belief import believed
from helpers.experiment.decision.next_step import next_step
from helpers.experiment.decision.rule import Decision, Evidence
from helpers.experiment.results import Observed
from helpers.stats import Proportion, compare

STUDY = config.load("studies/checkout_redesign.yml")
ARMS = Proportion(50_000, 16_200), Proportion(50_000, 16_378)
"""Three weeks of the case: 100,000 units, +0.356 points."""
FIRST = datetime(2026, 1, 5)


class Seen:
    """As much of the results as the next step needs."""

    study = STUDY
    units = 100_000
    observed = Observed(FIRST, FIRST + timedelta(days=20, hours=5), None)

    def base(self, metric):
        return ARMS[0]

    def randomised(self):
        return {"control": self.units // 2, "treatment": self.units // 2}


def evidence() -> Evidence:
    effect = compare(*ARMS)
    return Evidence(effect, effect.p_value, True, (), (), Seen.units, believed(*ARMS, STUDY.decision.prior))


def test_the_planned_effect_takes_the_ten_weeks_of_the_case_and_the_believed_one_is_out_of_reach():
    said = next_step(Seen(), evidence(), Decision("ITERATE", "", ()))
    assert "+1.2 % (as planned) asks for 431,144 units, 331,144 more: 10 weeks at the pace of the enrolment" in said
    assert "no affordable sample will do" in said and "80 % power" in said


def test_units_that_are_there_are_said_to_be():
    seen = Seen()
    seen.units = 500_000
    assert "which are there" in next_step(seen, evidence(), Decision("ITERATE", "", ()))


def test_a_fall_is_not_looked_for_with_more_units():
    turned = replace(evidence(), belief=believed(ARMS[1], ARMS[0], STUDY.decision.prior))
    assert "no gain to be found" in next_step(Seen(), turned, Decision("ITERATE", "", ()))


@pytest.mark.parametrize("verdict", ["GO", "KILL", "INVALID"])
def test_what_is_decided_needs_nothing(verdict):
    assert next_step(Seen(), evidence(), Decision(verdict, "", ())) == ""
