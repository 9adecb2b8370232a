"""All that a report says of a planted experiment, place by place, as notebooks 05 and 06 say it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.config import Study
from helpers.experiment.decision.arms import StudyDecision, decide_all
from helpers.experiment.decision.evidence import evidence
from helpers.experiment.decision.next_step import next_step
from helpers.experiment.decision.proposal import Proposal, propose
from helpers.experiment.decision.value import worth
from helpers.formatting import apart, formatted
from helpers.record import Number, Numbers
from helpers.report.figures import experiment as figures
from helpers.report.figures import money as money_figures
from helpers.report.topics import decision, effects, money, multi_arm, options, trust
from tests.gauntlet import planted
from tests.gauntlet.case import Case
from tests.gauntlet.verdicts import doubts, failed

DETECTABLE = Numbers({"design.detectable_now": Number(0.0271, "relative", "", "+2.7 %")})


@dataclass(frozen=True)
class Said:
    """A text, where it stands, and the arm that its caption or its first words are about."""

    place: str
    text: str
    arm: str = ""


def by_first_words(place: str, text: str) -> list[Said]:
    """A text in parts, each with the arm that its first words name, as a reader has it: no caption tells more.

    What was seen of an arm names it, and stands before the reason of its verdict.
    """
    parts = re.split(r"(?:^|(?<=[.] ))(?=\S+ in arm_\d |(?:arm_\d): )", text)
    return [Said(place, part, found[1] if (found := re.match(r"(arm_\d): ", part)) else "") for part in parts if part]


@dataclass(frozen=True)
class ToldPage:
    """What is said, what is recorded, and the decision and options behind it."""

    study: Study
    decided: StudyDecision
    proposal: Proposal | None
    said: tuple[Said, ...]
    record: Mapping[str, str]

    def of(self, place: str) -> str:
        return " ".join(each.text for each in self.said if each.place == place)


class Kept:
    """A notebook that keeps the text of what is recorded."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.texts: dict[str, str] = {}

    def record(
        self, name: str, value: Any, unit: Any, description: str, *, reason: str = "", names: Iterable[str] = (),
        bar: float | None = None,
    ) -> None:  # fmt: skip
        assert name not in self.texts
        currency = self.study.economics.currency
        self.texts[name] = formatted(value, unit, currency) if bar is None else apart(value, bar, unit, currency)


def page(case: Case) -> ToldPage:
    """Everything that is told of a row of the table."""
    study = planted.study(case)
    results = planted.results(case, study)
    found = {v.name: worth(study, results, v.name) for v in study.treatments}
    caveats = doubts(case, study)
    weighed = evidence(
        results, failed(case, results), {name: value for name, (value, _) in found.items()}, caveats=caveats
    )
    decided = decide_all(weighed, study.decision)
    earlier = Numbers(
        {**DETECTABLE, **{f"trust.caveats.{c.name}": Number(None, "text", c.claim, c.words) for c in caveats}}
    )
    made, currency = decided.proposed, study.economics.currency
    valid = made.verdict != "INVALID"
    value, reason = found[made.arm or results.leading] if valid else (None, decision.UNREAD)
    needed = next_step(results, decided.weighed, made)
    proposed, without = propose(study, results, decided, value, reason, earlier)
    told = results.headline()
    nb: Any = Kept(study)
    headline = decision.text_headline(study, decided)
    barring, look = decided.weighed.failed_checks, decided.weighed.look
    effects.record(nb, told, results.guardrails(), look, barring, results.unread)
    money.record(nb, value, reason)
    decision.record(nb, decided, headline, needed)
    options.record(nb, proposed, without)
    leads = results.leading if len(study.treatments) > 1 else ""
    said = [
        Said("headline", headline),
        Said("text", decision.text(study, decided, needed), made.arm),
        Said("takeaway", decision.text_takeaway(study, decided)),
        Said("rollout", money_figures.rollout(study, made.verdict).layout.meta["finding"], made.arm),
        Said("stages", decision.caption_rollout(made.verdict), made.arm),
        Said("starts", decision.STARTS[made.verdict], made.arm),
        Said("recommendation", made.recommendation, made.arm),
        Said("beside", made.beside),
        Said("next step", needed),
        Said("caption of criteria", decision.caption(decided), made.arm),
        Said("caption of effects", multi_arm.caption(results), leads),
        *(Said("reason", each.reason, each.arm) for each in decided.arms),
        *(
            told
            for other, its in zip(decided.arms, decided.evidence, strict=True)
            if valid
            for told in by_first_words("arm", decision.text_arm(study, other, its))
        ),
        *by_first_words("others", decision.text_others(study, decided)),
        *_rows("criteria", decision.table(made), made.arm),
        *_rows("effects", effects.table(told, study), leads),
        *(Said("effects", _cells(row), row["Arm"]) for row in multi_arm.table(results.against_control(), study)),
        *(Said("arms", _cells(row), row["Arm"]) for row in decision.table_arms(decided, study)),
    ]
    said += [
        Said("caption of days left out", trust.caption_reestimates(study, results.named)),
        Said("caption of populations", effects.caption_dilution(results, decided.weighed.failed_checks)),
    ]
    if results.guardrails():
        said.append(Said("note of guardrails", multi_arm.note_guardrails(results, look)))
        said += [
            Said("table of guardrails", _cells(row), row.get("Arm", ""))
            for row in multi_arm.table_guardrails(results, look, barring)
        ]
    if study.segments:
        explored, differs = results.exploratory(study.primary), results.interactions(study.primary)
        meta = figures.segment_effects(explored, differs, study, barring).layout.meta
        said += [
            Said("title of segments", meta["finding"]),
            Said("subtitle of segments", meta["subtitle"]),
            Said("caption of segments", effects.caption_interactions(results, barring)),
            *_rows("table of segments", effects.table_interactions(differs, study, barring), leads),
        ]
    if not effects.absent_figure(told):
        drawn = figures.effects(results.every_arm, study, decided.weighed.look, decided.weighed.failed_checks)
        said.append(Said("figure of effects", " ".join(re.sub("<[^>]+>", " ", drawn.layout.title.text).split()), leads))
    if value is not None:
        said += [
            Said("money", money.text(value, study, made.arm)),
            Said("title of money", money_figures.scenarios(value, study, made.arm).layout.meta["finding"]),
            Said("title of risk", money_figures.risk(value, study, made.arm).layout.meta["finding"]),
            Said("caption of money", money.caption(made.arm), made.arm),
            Said("note of money", money.note(decided.weighed.agreements, study), made.arm),
            *_rows("table of money", money.table(value, currency), made.arm),
        ]
    if proposed is not None:
        said += [
            Said("options", options.note(study, proposed), made.arm),
            *_rows("table of options", options.table(proposed.compared, currency), made.arm),
            *(Said(f"talk: {key}", text) for key, _, texts in proposed.talk.parts for text in texts),
        ]
    return ToldPage(study, decided, proposed, tuple(each for each in said if each.text), nb.texts)


def _rows(place: str, rows: list[dict[str, Any]], arm: str) -> list[Said]:
    return [Said(place, _cells(row), arm) for row in rows]


def _cells(row: Mapping[str, Any]) -> str:
    return " | ".join(f"{name}: {getattr(cell, 'text', cell)}" for name, cell in row.items())
