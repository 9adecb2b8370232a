"""Sentences are claims: none is false, no two of a page contradict each other, none is nameless, no number is from nowhere."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from tests.gauntlet.case import Case, rows
from tests.gauntlet.page import Said, ToldPage, page
from tests.gauntlet.sentences import faults
from tests.gauntlet.strange import strange

SLICES, EACH = 8, 2_500


def false(seed: int, experiments: int) -> list[str]:
    """What is wrong on the pages of so many experiments at random."""
    rng = np.random.default_rng(seed)
    cases = (strange(rng) for _ in range(experiments))
    return [f"{fault} of {dict(case.found)}" for case in cases for fault in faults(case, page(case))]


def test_no_sentence_is_false():
    assert false(seed=15, experiments=100) == []


@pytest.mark.sweep
@pytest.mark.parametrize("part", range(SLICES))
def test_no_sentence_is_false_of_twenty_thousand(part):
    assert false(seed=20_261_129 + part, experiments=EACH) == []


def test_no_sentence_is_false_of_the_experiments_that_were_planted():
    cases = [
        case
        for case in rows()[::7]
        if {"secondary", "names", "missing", "weights", "cluster"}.isdisjoint(case.found)
        and not case.found.get("money", {}).get("primary")  # of which the oracle knows no sums
    ]
    assert [fault for case in map(named, cases) for fault in faults(case, page(case))] == []


def named(case: Case) -> Case:
    """The same with arms by number, as the patterns of the judge read them."""
    new = {arm: f"arm_{i}" for i, arm in enumerate(case.arms)}

    def renamed(metric: dict) -> dict:
        told = {key: value for key, value in metric.items() if key != "treatment"}
        arms = metric.get("arms") or {"treatment": metric["treatment"]}
        return {**told, "arms": {new[arm]: seen for arm, seen in arms.items()}}

    found = renamed(dict(case.found))
    if "guards" in found:
        found["guards"] = {name: renamed(guard) for name, guard in found["guards"].items()}
    if "money" in found and not found["money"].get("primary"):
        found["money"] = renamed(found["money"])
    if "raw" in found:
        found["raw"] = {new.get(arm, arm): seen for arm, seen in found["raw"].items()}
    return Case(case.family, case.name, found)


def raised(number: re.Match[str]) -> str:
    return f"{float(number[0]) + 7:.1f}"


TURNED = {"better by": "worse by", "worse by": "better by"}
LIES: dict[str, tuple[str, str, str | Callable[[re.Match[str]], str]]] = {
    "the other direction": (
        "reason|talk: know",
        r"(?:better|worse) by(?= [\d.]+ % [(])",
        lambda m: TURNED[m[0]],
    ),
    "another size": ("headline", r"(?<=[-+])\d+\.\d(?= % \()", raised),
    "another interval": ("headline", r"(?<=to [-+])\d+\.\d", raised),
    "noise that is none": ("talk: know", r"cannot be told", "can be told"),
    "what was measured told as what is": ("talk: know", r"was measured as", "is"),
    "what would change minds and is there already": (
        "talk: change",
        r"^(?:Another guardrail|To weigh what the options do not)",
        "A guardrail",
    ),
    "no noise that is some": ("talk: know", r"it can be told", "it cannot be told"),
    "significance that is none": ("headline", r", not significant", ""),
    "a direction of the test": ("reason", r"(?<=measured as )(?:worse|no different)", "better"),
    "another risk": ("text", r"(?<=no improvement, )\d+(?=\.\d\d %)", lambda m: str((int(m[0]) + 7) % 100)),
    "another verdict": ("talk: propose", r"The rule says [A-Z]+", "The rule says INVALID"),
    "another option": ("talk: propose", r"^(?:Full launch|Staged rollout|Extend the test)", "Keep the control"),
    "another worth": ("talk: propose", r"EUR [\d,]+", "EUR 1,234,567,890"),
    "no agreement of money": ("talk: propose", r"and the money agrees", "but the money says no"),
    "criteria that are met": ("reason", r"ot met: ", "ot met: guardrail moon is full; "),
    "a number from nowhere": ("reason", r"beyond the margin of", "beyond the margin of 98.7 %, no, of"),
    "another mean as it is": ("criteria|reason", r"(?<=converted [-+])\d+\.\d(?= % as it is)", raised),
    "units that are not needed": ("next step", r"asks for [\d,]+ units", "asks for 12,345,678 units"),
    "units for a loss": ("next step", r"[-+](?=[\d.]+ % \(as)", lambda m: {"-": "+", "+": "-"}[m[0]]),
    "effects that would be found called missed": (
        "talk: unknown",
        r"one of \+2.7 % is found with 80 % power, a smaller one less often",
        "anything below +2.7 % would mostly be missed",
    ),
    "the power of an early look as if it had the full level": (
        "talk: unknown",
        r" at the p < [\d.e-]+ that a gain needs this early",
        "",
    ),
    "a power told of an effect that was found": (
        "talk: unknown",
        r"How large the effect.*",
        "Whether an effect was missed: with these units one of +2.7 % is found with 80 % power, a smaller one less often.",
    ),
    "a mean that tells another story": ("talk: know", r"^The two means disagree.*", "All means agree."),
    "units that leave the risk as it is": (
        "next step",
        r"about [\d,]+(?= units(?: of control and arm_\d)? bring the risk)",
        "about 12,345,678",
    ),
    "units that show no guardrail to be safe": (
        "next step",
        r"(?<=about )[\d,]+(?= units.* show it to be inside)",
        lambda m: f"{int(int(m[0].replace(',', '')) * 1.1):,}",
    ),
    "units of whom nobody says": ("next step", r" of control and arm_\d(?= (?:bring|show))", ""),
    "units of arms that nobody counts": ("next step", r" over all arms", ""),
    "power told of a risk": (
        "next step",
        r"about [\d,]+ units(?: of control and arm_\d)? bring the risk of no improvement below [\d.]+ %",
        "12 units have 80 % power",
    ),
    "more data for a gain that nobody believes": (
        "talk: propose",
        r", though next to no gain in [^:]*",
        "",
    ),
    "a loss that is hidden": ("beside", r"Revenue.* which the rule (?:weighs as expected money|does not weigh)\.", ""),
    "money that the rule is said not to weigh": ("beside", r"weighs as expected money", "does not weigh"),
    "a group that is harmed and hidden": (
        "beside",
        r"Converted[^.]* is significantly worse for desktop .* does not weigh it\.",
        "",
    ),
    "a group that is not harmed": ("beside", r"(?<=is significantly worse for ).*? \([a-z ]+\)", "tv (device)"),
    "another harm to a group": ("beside", r"(?<=\) \()([-+])(?=[\d.,]+ %\))", r"\g<1>9"),
    "a rollout that nobody starts": ("rollout", r"Not started: ", ""),
    "stages that nobody enters": ("stages", r"Staged rollout as planned, not started", "Staged rollout"),
    "a rollout of what is stopped": ("starts", r"The rule does not start it.*", ""),
    "a change that reads as none": ("reason|talk: know", r"(?<=by )0\.0\d+ %", "0.0 %"),
    "another segment that differs": ("title of segments", r"(?<=the rest for ).*", "mobile (device)"),
    "a segment that does not differ": (
        "title of segments",
        r"No segment's effect(.*) may be called different from the rest",
        r"The effect\1 differs from the rest for no (device)",
    ),
    "a difference that is hidden": (
        "title of segments",
        r"The effect(.*) differs .*",
        r"No segment's effect\1 may be called different",
    ),
    "another arm in parts": ("title of segments|caption of populations", r"arm_\d", "arm_9"),
    "no arm in parts": ("caption of (?:days|segments)", r" (?:in|of) arm_\d", ""),
    "more effects apart from zero": ("subtitle of segments", r"\d+(?= of)", lambda m: str(int(m[0]) + 1)),
    "a guardrail that is safe": (
        "table of guardrails",
        r"(?<=\d \| Verdict: )not shown to be inside its margin",
        "inside its margin",
    ),
    "a guardrail that is not": (
        "table of guardrails",
        r"(?<=Verdict: )inside its margin",
        "not shown to be inside its margin",
    ),
    "a guardrail whose harm is a doubt": (
        "table of guardrails",
        r"(?<=Verdict: )beyond its margin",
        "not shown to be inside its margin",
    ),
    "a doubt told as harm": (
        "table of guardrails",
        r"(?<=\d \| Verdict: )not shown to be inside its margin",
        "beyond its margin",
    ),
    "another run where the study file is wrong": (
        "text|takeaway",
        r"in the study file(?: or the data if the fault lies there, else|, in the data or) by another run",
        "by another run",
    ),
    "a criterion of an invalid experiment": (
        "criteria",
        r"Found: not to be read \| Verdict: not to be read",
        "Found: +14.2 % | Verdict: met",
    ),
    "a guardrail of an invalid experiment": (
        "table of guardrails",
        r"(?<=Verdict: )not to be read",
        "inside its margin",
    ),
    "another margin": ("table of guardrails", r"(?<= by )\d", "9"),
    "units of another arm": ("note of guardrails", r"(?<=of )\d+", "7"),
    "another worth of an arm": ("title of money", r"(?<=worth )(-?EUR) ", r"\1 9"),
    "a measure that is none": ("title of money", r"(?<=measured )(-?EUR) ", r"\1 9"),
    "another chance to pay": ("title of risk", r"[\d.]+ %", "3.21 %"),
    "months against their number": ("money", r"a month of waiting", "1 months of waiting"),
    "a risk that cannot be told": ("reason", r"(?<=no improvement is )not available", "100 %"),
    "a doubt of an interval that is hidden": ("talk: know", r", as far as its interval and p can be trusted.*", "."),
    "a doubt that is none": ("takeaway", r"which brings the risk to [\d.]+", "which brings the risk to 0.01"),
}
"""Where, what, and what it is replaced by."""


def lied(told: ToldPage, place: str, pattern: str, to: str | Callable[[re.Match[str]], str]) -> Iterator[ToldPage]:
    """The page with one sentence doctored, for each that can be."""
    for i, text in enumerate(told.said):
        if re.match(place, text.place) and re.search(pattern, text.text):
            doctored = replace(text, text=re.sub(pattern, to, text.text, count=1))
            if doctored.text != text.text:
                yield replace(told, said=(*told.said[:i], doctored, *told.said[i + 1 :]))


WHALE = Case(
    "by hand",
    "no gain once whales count, with money",
    {
        "control": [20_000, 20.0, 20.0], "arms": {"arm_0": [20_000, 22.0, 20.0]},
        "raw": {"control": [26.0, 90.0], "arm_0": [20.0, 60.0]},
        "money": {"control": [20_000, 20.0, 20.0], "arms": {"arm_0": [20_000, 22.0, 20.0]}, "margin": 0.4, "cost": 1_000.0, "monthly": 9_000},
    },
)  # fmt: skip
"""Of pages at random few have both money and two means that disagree."""
SPLIT = Case(
    "by hand",
    "better over all and worse for some",
    {
        "control": [15_000, 2_160], "arms": {"arm_0": [15_000, 2_435], "arm_1": [15_000, 2_400]},
        "segments": {"device": {
            "mobile": {"control": [10_500, 1_260], "arm_0": [10_500, 1_760], "arm_1": [10_500, 1_400]},
            "desktop": {"control": [4_500, 900], "arm_0": [4_500, 675], "arm_1": [4_500, 1_000]},
        }},
    },
)  # fmt: skip
"""Nor are many better over all and yet significantly worse for a group."""


@pytest.fixture(scope="module")
def pages() -> list[tuple[Case, ToldPage]]:
    rng = np.random.default_rng(2)
    return [(case, page(case)) for case in (*(strange(rng) for _ in range(80)), WHALE, SPLIT)]


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_found(lie, pages):
    told = [(case, doctored) for case, of in pages for doctored in lied(of, *LIES[lie])][:6]
    assert told, "no page can be doctored so"
    assert all(faults(case, doctored) for case, doctored in told)


def test_a_metric_without_its_arm_is_found(pages):
    several = [(case, of) for case, of in pages if len(case.arms) > 1][:5]
    for case, of in several:
        nameless = Said("talk: know", "Converted did what nobody expected.")
        assert any("names no arm" in fault for fault in faults(case, replace(of, said=(*of.said, nameless))))


def test_a_name_of_capitals_keeps_them():
    rng = np.random.default_rng(3)
    said = [
        text
        for case in (strange(rng) for _ in range(6))
        for text in page(case.with_found("GMV", names={"converted": "GMV up"})).said
    ]
    assert any("GMV" in text.text for text in said if text.place == "headline")
    assert [text for text in said if re.search("gmv|gMV", text.text)] == []
