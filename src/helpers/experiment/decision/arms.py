"""The verdict on a study: that on the arm which is proposed, with those on all others beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpers.config import Rule
from helpers.experiment.decision.rule import Decision, Evidence, Verdict, decide

ORDER: tuple[Verdict, ...] = ("GO", "ITERATE", "KILL", "INVALID")
"""The verdict that counts for a study of several arms is the first of these that one of them gets."""


@dataclass(frozen=True)
class StudyDecision:
    """The decision on every treatment, in the order of the study, and which of them is proposed."""

    evidence: tuple[Evidence, ...]
    arms: tuple[Decision, ...]
    index: int

    @property
    def proposed(self) -> Decision:
        return self.arms[self.index]

    @property
    def weighed(self) -> Evidence:
        """What the proposed arm's decision stands on."""
        return self.evidence[self.index]

    @property
    def others(self) -> tuple[Decision, ...]:
        return tuple(arm for i, arm in enumerate(self.arms) if i != self.index)


def decide_all(evidence: Sequence[Evidence], rule: Rule) -> StudyDecision:
    """Each arm by the rule; of those with the best verdict, the one that is expected to be worth most is proposed.

    Where money cannot be told of all arms, the effect as believed on the primary metric takes its place. Which arm it is
    hangs on no trust check: one that fails bars all of them alike, and so does a doubt of their intervals.
    """
    arms = tuple(decide(each, rule) for each in evidence)
    money = all(each.money is not None for each in evidence)

    def rank(i: int) -> tuple[int, float]:
        each = evidence[i]
        belief = each.belief.mean if each.belief else each.uplift
        worth = each.money if money and each.money is not None else belief
        questioned = each.failed_checks or each.doubted
        sound = decide(replace(each, failed_checks=(), doubted=False), rule) if questioned else arms[i]
        return ORDER.index(sound.verdict), -worth if worth == worth else 0.0

    return StudyDecision(tuple(evidence), arms, min(range(len(arms)), key=rank))
