"""Where the decision would change: held against a rule that is asked anew, with everything made from scratch."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config
from helpers.config import Rule, Study
from helpers.config.assumed import MONEY, PRIOR, WEIGHED
from helpers.experiment.decision import value as roi
from helpers.experiment.decision.arms import StudyDecision, decide_all
from helpers.experiment.decision.assumptions import assumptions, verdict_of, with_value
from helpers.experiment.decision.belief import believed
from helpers.experiment.decision.rule import Evidence
from helpers.stats import Mean, Proportion, compare

LITTLE = 1e-6
STATED = config.load("studies/cart_checkout.yml")
UNSTATED = STATED.model_copy(update={"assumed": list(WEIGHED)})


@dataclass(frozen=True)
class Seen:
    """What an experiment saw: buyers of each arm, and what its units spent, in cents."""

    control: int
    treatments: tuple[int, ...]
    spent: tuple[float, ...]
    units: int = 20_000
    monthly: float = 5_000.0


def asked(seen: Seen, study: Study, failed: tuple[str, ...] = ()) -> tuple[StudyDecision, list[roi.DecisionValue]]:
    """The decision and the money, from the counts alone."""
    prior, several = study.decision.prior, len(seen.treatments) > 1
    control, money = Proportion(seen.units, seen.control), Mean.from_moments(seen.units, 1_000.0, 4e6)
    evidence, values = [], []
    for number, (buyers, spent) in enumerate(zip(seen.treatments, seen.spent, strict=True)):
        treatment, its = Proportion(seen.units, buyers), Mean.from_moments(seen.units, spent, 4e6)
        found = compare(control, treatment)
        values.append(roi.value(compare(money, its), money, its, study.economics, prior, seen.monthly))
        evidence.append(
            Evidence(
                found,
                found.p_value,
                True,
                failed,
                (),
                2 * seen.units,
                believed(control, treatment, prior),
                arm=f"arm_{number}" if several else "",
                worth=values[-1].expected.net,
                currency="EUR",
            )
        )
    return decide_all(evidence, study.decision), values


counts = st.integers(5_600, 6_900)
spending = st.floats(950.0, 1_100.0)
seen = st.integers(1, 3).flatmap(
    lambda arms: st.builds(
        Seen,
        st.just(6_000),
        st.tuples(*[counts] * arms),
        st.tuples(*[spending] * arms),
        st.just(20_000),
        st.floats(500.0, 50_000.0),
    )
)


@settings(max_examples=15, deadline=None)
@given(seen, st.floats(0, 1))
def test_the_decision_changes_where_it_is_said_to_and_nowhere_else(seen, share):
    decided, values = asked(seen, UNSTATED)
    for found in assumptions(UNSTATED, decided, values):
        changes_there(seen, found, verdict_of(decided))
        if found.path in WEIGHED[:-2]:
            stays_between(seen, found, verdict_of(decided), share)


def changes_there(seen, found, made):
    for turn in found.turns:
        side = -1 if turn.below else 1
        whole = found.path.endswith("_months")
        little = 1 if whole else LITTLE * max(abs(turn.at), 1e-3)
        beyond, _ = asked(seen, with_value(UNSTATED, found.path, turn.at + side * little))
        assert verdict_of(beyond) == turn.verdict != made
        before, _ = asked(seen, with_value(UNSTATED, found.path, turn.at if whole else turn.at - side * little))
        assert verdict_of(before) == made
        last = (turn.at, turn.verdict)
        for at, verdict in turn.beyond:
            third, _ = asked(seen, with_value(UNSTATED, found.path, at + side * little))
            assert verdict_of(third) == verdict != last[1] and side * (at - last[0]) >= 0
            last = (at, verdict)
        assert found.low <= turn.at <= found.high and side * (turn.at - found.used) >= 0


def stays_between(seen, found, made, share):
    path = found.path
    low = max([found.low, *(t.at for t in found.turns if t.below)])
    high = min([found.high, *(t.at for t in found.turns if not t.below)])
    used = low + share * (high - low)
    if path.endswith("_months"):
        used = min(max(round(used), low), high)
    again, _ = asked(seen, with_value(UNSTATED, path, used))
    assert verdict_of(again) == made
    for turn in found.turns:
        end = turn.beyond[0][0] if turn.beyond else found.low if turn.below else found.high
        if path.endswith("_months"):
            continue  # whole months, whose ends are tried above
        beyond, _ = asked(seen, with_value(UNSTATED, path, turn.at + (0.01 + 0.98 * share) * (end - turn.at)))
        assert abs(end - turn.at) < LITTLE or verdict_of(beyond) == turn.verdict


WIN = Seen(6_000, (6_600,), (1_100.0,), monthly=50_000.0)


def one(path: str, seen: Seen = WIN, study: Study = UNSTATED, failed: tuple[str, ...] = ()):
    decided, values = asked(seen, study, failed)
    return next(each for each in assumptions(study, decided, values) if each.path == path)


def test_an_uplift_worth_shipping_above_the_one_found_is_no_go():
    found = one("decision.min_relative_uplift", study=_cheap(UNSTATED))
    (turn,) = found.turns
    assert not turn.below and turn.at == pytest.approx(0.10) and turn.verdict == "ITERATE"


def test_the_cost_that_the_gain_pays_is_where_money_stops_a_go():
    study = _cheap(UNSTATED)
    _, (value,) = asked(WIN, study)
    (turn,) = one("economics.implementation_cost", study=study).turns
    running = study.economics.cost - study.economics.implementation_cost
    assert turn.at == pytest.approx(value.expected.gain / 100 - running)
    assert turn.verdict == "ITERATE" and not turn.below


@pytest.mark.parametrize("control", [0.98, 0.93, 0.995])
@pytest.mark.parametrize("used", [0.0, 0.0005])
def test_a_smallest_gain_has_a_second_and_a_third_turn_where_a_change_can_bring_no_more(control, used):
    """Of a rate near 100 %: too large for the gain, then for its interval, then for any change; each place by hand."""
    arms = Proportion(90_000, round(90_000 * control)), Proportion(90_000, round(90_000 * (1 + 2 * control) / 3))
    found, prior = compare(*arms), UNSTATED.decision.prior
    weighed = Evidence(
        found, found.p_value, True, (), (), 180_000, believed(*arms, prior), ceiling=1 / arms[0].estimate - 1
    )
    study = with_value(UNSTATED, "decision.min_relative_uplift", used)
    told = assumptions(study, decide_all([weighed], study.decision), [None])
    (turn,) = next(each for each in told if each.path == "decision.min_relative_uplift").turns
    places = [(turn.at, turn.verdict), *turn.beyond]
    assert [verdict for _, verdict in places] == ["ITERATE", "KILL", "ITERATE"]
    assert [at for at, _ in places] == pytest.approx([weighed.uplift, weighed.at_best, weighed.ceiling], rel=1e-6)


def test_what_the_rule_does_not_use_changes_nothing():
    assert one("design.minimum_detectable").why == "the rule does not use it"
    failed = one("decision.prior.improve", failed=("sample ratio",))
    assert failed.why == "a trust check failed" and not failed.turns


def test_without_money_no_value_of_it_is_used():
    decided, _ = asked(WIN, UNSTATED)
    found = {each.path: each for each in assumptions(UNSTATED, decided, [None])}
    assert {(found[path].used, found[path].why) for path in MONEY} == {(None, "no money is reckoned")}
    assert found["decision.prior.harm"].used == 0.2


def test_only_what_nobody_stated_is_listed():
    decided, values = asked(WIN, STATED)
    listed = [each.path for each in assumptions(STATED, decided, values)]
    assert listed == ["decision.prior.harm", "decision.prior.size"]
    bare = STATED.model_copy(update={"decision": Rule()})
    decided, values = asked(WIN, bare)
    assert [each.path for each in assumptions(bare, decided, values)] == [*PRIOR, "decision.min_relative_uplift"]


def _cheap(study: Study) -> Study:
    return with_value(study, "economics.implementation_cost", 10.0)
