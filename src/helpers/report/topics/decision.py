"""What the rule says, and how it ships."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.config.assumed import has_sign, not_stated
from helpers.experiment.decision import claims
from helpers.experiment.decision.arms import StudyDecision
from helpers.experiment.decision.claims import Claim, effect_of, has_scale, size
from helpers.experiment.decision.conditions import SOUND, UPLIFT
from helpers.experiment.decision.registration import standing
from helpers.experiment.decision.rule import Decision, Evidence, failure, killing
from helpers.formatting import apart, finite, formatted, inside, level, listed
from helpers.paths import StudyPaths
from helpers.report.tables import Row, badge, mark
from helpers.report.topics import assumed

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook


def table(decision: Decision) -> list[Row]:
    """The criteria of one arm; of an invalid experiment only whether it is sound is read."""
    unread = decision.verdict == "INVALID"
    return [
        {
            "Criterion": c.name,
            "Required": c.required,
            **(
                {"Found": claims.UNREAD, "Verdict": badge("neutral", claims.UNREAD)}
                if unread and c.name != SOUND
                else {"Found": c.found, "Verdict": mark(c.met, "met", "not met")}
            ),
        }
        for c in decision.criteria
    ]


def caption(decided: StudyDecision) -> str:
    """What the criteria are about."""
    return f"Criteria of the rule: {decided.proposed.arm}" if decided.proposed.arm else "Criteria of the rule"


def note(study: Study) -> str | None:
    """What the criteria rest on that nobody stated."""
    weighed = assumed.RULE if not_stated(study) else (*assumed.RULE, *assumed.EXPECTED)
    said = [text for text in (assumed.note(study, weighed), _no_money(study)) if text]
    return "; ".join(said).capitalize() + "." if said else None


def _no_money(study: Study) -> str:
    lacks = not_stated(study)
    if has_sign(study):
        return f"of expected money only the sign is asked, which that of a unit tells: {lacks}" if lacks else ""
    return f"expected money is no criterion: {lacks}" if lacks else ""


def table_arms(decided: StudyDecision, study: Study) -> list[Row]:
    """Every treatment with its own verdict, money and reason; nothing of a study with one."""
    if not decided.others:
        return []
    return [
        {
            "Arm": made.arm,
            "Verdict": made.verdict + _proposed(made, decided),
            **(dict.fromkeys(_names(study), claims.UNREAD) if made.verdict == "INVALID" else _found(weighed, study)),
            "Why": made.reason.removeprefix(f"{made.arm}: "),
        }
        for made, weighed in zip(decided.arms, decided.evidence, strict=True)
    ]


def _proposed(made: Decision, decided: StudyDecision) -> str:
    """What the arm is that the report is about: proposed where it is to ship, else only told in detail."""
    if made is not decided.proposed:
        return ""
    return " (proposed)" if made.verdict == "GO" else " (told in detail)"


def _names(study: Study) -> tuple[str, str, str]:
    return (UPLIFT if study.primary.better == "higher" else "Change", "Risk of no improvement", "Expected money")


def _found(weighed: Evidence, study: Study) -> Row:
    found = (
        formatted(finite(weighed.effect.relative), "relative"),
        apart(weighed.risk, study.decision.max_risk, "share"),
        apart(weighed.worth, 0.0, "money", study.economics.currency),
    )
    return dict(zip(_names(study), found, strict=True))


STARTS = {
    "GO": "",
    "ITERATE": "The rule does not start it yet: this is the plan for when it says GO.",
    "KILL": "The rule does not start it: this is how it would have shipped.",
    "INVALID": "The rule does not start it: this is how it would ship after the GO of a sound experiment.",
}
"""Whether the rule starts the rollout that is shown, by its verdict."""


def caption_rollout(verdict: str, decided: str = "") -> str:
    """What the table of stages shows, and that nothing is started where nothing is; what people ``decided`` goes before the verdict."""
    if (decided or verdict) != "GO":
        return "Staged rollout as planned, not started"
    planned = " as planned in the study file" if verdict != "GO" else ""
    return f"Staged rollout{planned}, each stage behind a gate"


def note_rollout(study: Study, verdict: str, decided: str = "", by: str = "") -> str:
    """Who starts the stages or keeps them back, the rule or the role ``by`` which people ``decided``, and that nobody stated them."""
    rests = assumed.note_plan(study, "rollout")
    return " ".join(filter(None, [_starts(verdict, decided, by), f"{rests.capitalize()}." if rests else ""]))


def _starts(verdict: str, decided: str, by: str) -> str:
    """Whether the rollout starts, and by whose word where people and rule differ on it.

    >>> _starts("GO", "KILL", "product"), _starts("GO", "GO", "product")
    ('The rule starts it: product decided KILL against the rule, and that keeps it back.', '')
    """
    if not decided or (decided == "GO") is (verdict == "GO"):
        return STARTS.get(verdict, "")
    if decided == "GO":
        return (
            f"These stages are the plan of the study file, which the rule does not start: {by} decided GO against the rule, and how "
            "that starts is what the decision says, in stages or all at once."
        )
    return f"The rule starts it: {by} decided {decided} against the rule, and that keeps it back."


def table_rollout(study: Study) -> list[Row]:
    watched = ", ".join(inside(m.label) for m in study.metrics if m.role == "guardrail") or "none"
    return [
        {
            "Stage": formatted(s.share, "share"),
            "Days": s.days,
            "Goes on when": s.advance_when,
            "Guardrails watched": watched,
        }
        for s in study.rollout
    ]


def record(nb: Notebook, decided: StudyDecision, headline: str, next_step: str) -> None:
    """``decision.*`` and the risk it weighs, for the proposed arm; ``arms.ARM.verdict`` for each of several."""
    made, weighed = decided.proposed, decided.weighed
    unread, whose = made.verdict == "INVALID", f"{made.arm}: " if made.arm else ""
    nb.record(
        "risk.no_improvement",
        None if unread else finite(weighed.risk),
        "share",
        f"{whose}Chance that there is no improvement, given the result and the prior",
        reason=UNREAD if unread else text_no_belief(weighed),
        bar=nb.study.decision.max_risk,
    )
    nb.record("risk.no_improvement_before", 1 - nb.study.decision.prior.improve, "share", "The same before any data")
    belief = None if unread else weighed.belief
    nb.record(
        "risk.harm",
        None if belief is None else belief.chance_of_harm,
        "share",
        f"{whose}Chance that the primary metric gets worse",
        reason=UNREAD if unread else text_no_belief(weighed),
    )
    nb.record("decision.verdict", made.verdict, "text", "GO, ITERATE, KILL or INVALID by the study's rule")
    nb.record(
        "decision.arm", made.arm or nb.study.treatments[0].name, "text", "The treatment that the decision is about"
    )
    nb.record("decision.headline", headline, "text", "The decision in a sentence")
    nb.record("decision.reason", made.reason, "text", "Why the rule says so, in a sentence")
    nb.record("decision.recommendation", text_recommendation(decided), "text", "What to do now")
    others = text_others(nb.study, decided)
    nb.record(
        "decision.others", others or None, "text", "What came of the other treatments", reason="there is none to read"
    )
    nb.record("decision.beside", made.beside or None, "text", "What must be known beside the verdict", reason="nothing")
    nb.record(
        "decision.next_step",
        next_step or None,
        "text",
        "What is still needed",
        reason="the verdict is none that waits for more units",
    )
    for other, its in zip(decided.arms, decided.evidence, strict=True):
        if other.arm:
            name = f"arms.{other.arm}"
            nb.record(f"{name}.verdict", other.verdict, "text", f"{other.arm}: the verdict by the study's rule")
            nb.record(f"{name}.reason", other.reason, "text", f"{other.arm}: why the rule says so")
            nb.record(
                f"{name}.risk",
                None if unread else finite(its.risk),
                "share",
                f"{other.arm}: chance that there is no improvement",
                reason=UNREAD if unread else text_no_belief(its),
                bar=nb.study.decision.max_risk,
            )
            nb.record(
                f"{name}.expected",
                None if unread else its.worth,
                "money",
                f"{other.arm}: net value over the horizon as expected",
                reason=UNREAD if unread else "no money over the horizon is reckoned",
            )


def text_no_belief(weighed: Evidence) -> str:
    """Why there is no belief about an effect, and so no risk."""
    if not weighed.effect.control:
        return "the sizes of the prior are fractions of the control, which is zero"
    return "the effect has no error that a belief could rest on"


LEADS = {"GO": "Ship", "ITERATE": "Do not ship yet:", "KILL": "Stop", "INVALID": "Draw no conclusion on"}
UNREAD = "a trust check failed, so no number of this experiment may be read as what the change does"
"""Why neither risk nor money is told of an invalid experiment."""


def text_headline(study: Study, decided: StudyDecision) -> str:
    """The decision in one sentence, for the first line of the report; of several arms it names the proposed one."""
    weighed, made = decided.weighed, decided.proposed
    lead = f"{LEADS[made.verdict]} \u201c{study.title}\u201d: "
    if made.verdict == "INVALID":
        subject = _named_inside(effect_of(weighed)).subject
        return f"{lead}{subject} must not be read. {failure(weighed.failed_checks)}."
    grounds = killing(weighed, study.decision)
    small = claims.SMALL if weighed.at_best >= 0 else claims.BAD_SIDE
    cause = {"guardrail": "beyond its margin", "at best": small}.get(grounds[0].about if grounds else "")
    if cause == "beyond its margin":
        cause = f"{' and '.join(f'guardrail {each.subject}' for each in grounds)} {'is' if len(grounds) == 1 else 'are'} beyond the margin"
    end = f"; {cause}." if cause else "."
    apart = [a for a in weighed.agreements if not a.kept and a.metric == inside(study.primary.label)]
    if apart and not cause:
        end = f"; {formatted(apart[0].bare.relative, 'relative')} as it is, without extreme values pulled in."
    return f"{lead}{_seen(study, weighed, _named_inside(effect_of(weighed)))}{end}"


def _seen(study: Study, weighed: Evidence, claim: Claim) -> str:
    """The effect on the primary metric as a headline has room for it; both levels where it has no relative size."""
    effect, currency = weighed.effect, study.economics.currency
    if has_scale(effect):
        return f"{claim.subject} {size(claim)}"
    return (
        f"{claim.subject} {level(effect.control, study.primary, currency)} in {study.control.name}, "
        f"{level(effect.treatment, study.primary, currency)} in {weighed.arm or study.treatments[0].name}"
    )


def _named_inside(claim: Claim) -> Claim:
    """The claim with its metric as it is called within a sentence."""
    return replace(claim, metric=inside(claim.metric))


def text_others(study: Study, decided: StudyDecision) -> str:
    """What came of the treatments that are not proposed; nothing of an invalid experiment."""
    if decided.proposed.verdict == "INVALID":
        return ""
    arms = zip(decided.arms, decided.evidence, strict=True)
    return " ".join(text_arm(study, made, weighed) for made, weighed in arms if made is not decided.proposed)


def text_arm(study: Study, made: Decision, weighed: Evidence) -> str:
    """What was seen of a treatment, its verdict and why, and which secondary metrics point the other way; each sentence names it."""
    seen = _seen(study, weighed, effect_of(weighed))
    stop = f"Stop {made.arm} now." if made.verdict == "KILL" and weighed.look else ""
    return " ".join(filter(None, [f"{seen}: {made.verdict}.", made.reason, made.against, stop]))


def text_recommendation(decided: StudyDecision) -> str:
    """What to do now: with the proposed arm, and with others that do harm while it is waited for."""
    made = decided.proposed
    if made.verdict == "INVALID":
        return made.recommendation
    arms = zip(decided.arms, decided.evidence, strict=True)
    stop = [a.arm for a, weighed in arms if a is not made and a.verdict == "KILL" and weighed.look is not None]
    return f"{made.recommendation} Stop {listed(stop)} now." if stop else made.recommendation


def text_registered(study: Study, where: StudyPaths) -> str:
    """Whether the rule was written down before the outcome was read."""
    return standing(study, where)


def text(study: Study, decided: StudyDecision, next_step: str) -> str:
    """The decision, what must be known beside it, and the assumption behind its risk."""
    made, weighed, prior = decided.proposed, decided.weighed, study.decision.prior
    todo = text_recommendation(decided)
    said = " ".join(filter(None, [f"{made.verdict}.", made.reason, todo, made.beside, next_step]))
    if made.verdict == "INVALID":
        return f"{said} No risk is told: {UNREAD}."
    of = f" of {made.arm}" if made.arm else ""
    if weighed.belief is None:
        return f"{said} A risk{of} cannot be told: {text_no_belief(weighed)}."
    rests = assumed.note(study, assumed.RISK)
    return (
        f"{said} The risk of no improvement{of}, {apart(weighed.risk, study.decision.max_risk, 'share')}, starts from {formatted(prior.improve, 'share')} of "
        f"ideas that help and {formatted(prior.harm, 'share')} that harm, by {formatted(prior.size, 'share')} typically{f' ({rests})' if rests else ''}."
    )


def text_takeaway(study: Study, decided: StudyDecision, people: str = "") -> str:
    """What the rule says, what would change it, and what people decided where they did."""
    rule = (
        f"{decided.proposed.verdict}. {text_headline(study, decided)} It would change with {_turning(study, decided)}."
    )
    return f"{rule}\n\n{people}" if people else rule


def _turning(study: Study, decided: StudyDecision) -> str:
    """What would make the verdict another one."""
    made, weighed = decided.proposed, decided.weighed
    if made.verdict == "INVALID":
        if made.remedy:
            return f"this alone: {listed(list(dict.fromkeys(cause.remedy for cause in weighed.causes)))}"
        return f"this mended, in the study file, in the data or by another run: {listed(weighed.failed_checks)}"
    if made.verdict == "ITERATE":
        return f"the criteria that {made.arm or 'it'} does not meet: {listed([inside(c.name) for c in made.criteria if not c.met])}"
    if made.verdict == "GO":
        told = ["a guardrail beyond its margin in the rollout"] if weighed.guardrails else []
        belief = weighed.belief
        doubted = None if belief is None else replace(belief, improve=belief.improve / FEWER).risk
        if doubted is not None and doubted >= study.decision.max_risk:
            chance = apart(doubted, study.decision.max_risk, "share")
            told.append(f"a prior by which a tenth as many ideas help as here, which brings the risk to {chance}")
        worse = "fall" if study.primary.better == "higher" else "rise"
        return " or ".join(told) or f"a {worse} that is seen after the launch"
    best = weighed.at_best
    if killing(weighed, study.decision)[0].about == "at best" and best > 0:
        smaller = f"uplift that is worth shipping, at most {formatted(best, 'relative')}"
        if study.primary.better == "lower":
            smaller = f"reduction that is worth shipping, at most {formatted(best, 'relative').removeprefix('+')}"
        return f"a smaller {smaller}"
    return "another version of the change, in a test of its own"


FEWER = 10
"""How many times fewer ideas that help a GO is asked to stand."""
