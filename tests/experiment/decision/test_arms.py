"""Several treatments: each is judged, the best one that passes is proposed, and every sentence names its arm."""

import itertools

from helpers.config import Rule
from helpers.experiment.decision.arms import decide_all
from tests.experiment.decision.test_rule import BROKEN, FLAT, HARM, UNSURE, WIN, evidence

ARMS = {
    "win": evidence(*WIN, arm="win"),
    "bigger": evidence(0.30, 0.36, arm="bigger"),
    "harm": evidence(*HARM, arm="harm"),
    "flat": evidence(*FLAT, arm="flat"),
    "unsure": evidence(*UNSURE, arm="unsure"),
    "crashing": evidence(0.30, 0.40, arm="crashing", guardrails=(("crashes", BROKEN),)),
}


def test_the_best_arm_that_passes_is_proposed_whatever_the_order():
    for chosen in itertools.permutations(["win", "bigger", "harm", "crashing"]):
        decided = decide_all([ARMS[name] for name in chosen], Rule())
        assert decided.proposed.arm == decided.weighed.arm == "bigger"
        assert decided.proposed.verdict == "GO"
        assert {arm.arm: arm.verdict for arm in decided.arms} == {
            "win": "GO", "bigger": "GO", "harm": "KILL", "crashing": "KILL",
        }  # fmt: skip


def test_every_reason_names_its_arm():
    decided = decide_all(list(ARMS.values()), Rule())
    assert all(made.reason.startswith(f"{made.arm}: ") for made in decided.arms)
    assert decided.proposed not in decided.others and len(decided.others) == len(ARMS) - 1


def test_an_arm_that_may_still_be_good_comes_before_one_that_is_stopped():
    assert decide_all([ARMS["crashing"], ARMS["unsure"], ARMS["harm"]], Rule()).proposed.arm == "unsure"
    assert decide_all([ARMS["harm"], ARMS["flat"]], Rule()).proposed.arm == "flat"


def test_money_ranks_the_arms_that_pass_where_all_have_it():
    from dataclasses import replace

    cheap, dear = replace(ARMS["win"], worth=5e6, currency="EUR"), replace(ARMS["bigger"], worth=1e6, currency="EUR")
    assert decide_all([cheap, dear], Rule()).proposed.arm == "win"
    assert decide_all([replace(cheap, worth=None), dear], Rule()).proposed.arm == "bigger"


def test_a_doubt_of_every_interval_changes_no_arm_that_is_proposed():
    """05 proposes before the checks are read, 06 after: both are about one arm, whatever checks say of all arms alike."""
    from dataclasses import replace

    for chosen in itertools.combinations(ARMS.values(), 2):
        sure, doubted = (decide_all([replace(e, doubted=doubt) for e in chosen], Rule()) for doubt in (False, True))
        assert sure.proposed.arm == doubted.proposed.arm
