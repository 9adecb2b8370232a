"""The verdict of the project on a row of the table, and in what it differs from the one that was written by hand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from helpers.config import Study
from helpers.experiment.arm_shares import counted
from helpers.experiment.caveats import Caveat
from helpers.experiment.decision.arms import StudyDecision, decide_all
from helpers.experiment.decision.evidence import evidence
from helpers.experiment.decision.rule import Decision
from helpers.experiment.decision.value import worth
from helpers.experiment.missing_values import MissingValues
from helpers.experiment.results import Results
from helpers.experiment.trust.missing import missing_values
from helpers.experiment.trust.sample_ratio import sample_ratios
from tests.gauntlet import planted
from tests.gauntlet.case import Case

UNMET = {
    "significance": "Significance", "risk": "Risk of no improvement", "uplift": "Uplift", "expected money": "Expected money",
    "mean": "Agreement", "sample size": "Sample size",
}  # fmt: skip
"""Criteria by their name in the table; a guardrail's is its own."""
NEVER = ("neither a win", "underpowered", "no conclusion", "better by -", "nan", "None")
"""What no reason may say."""


@dataclass(frozen=True)
class Judged:
    """What the project decided, and what is wrong with it by the table."""

    case: Case
    decided: StudyDecision
    faults: tuple[str, ...]


def decided(case: Case) -> StudyDecision:
    """Everything from the statistics on, as notebook 06 does it."""
    asked = planted.study(case)
    results = planted.results(case, asked)
    values = {v.name: worth(asked, results, v.name)[0] for v in asked.treatments}
    weighed = evidence(results, failed(case, results), values, caveats=doubts(case, asked))
    return decide_all(weighed, asked.decision)


def doubts(case: Case, study: Study) -> tuple[Caveat, ...]:
    """What a trust check doubts: the interval of the primary metric, where the row says so."""
    if not case.found.get("doubted"):
        return ()
    return (
        Caveat(f"skew_{study.primary.name}", "Whether its interval can be trusted.", "too few units for its skewness"),
    )


def failed(case: Case, results: Results) -> tuple[str, ...]:
    """Names of the trust checks that fail: those that the row states, the sample ratio, missing values by arm."""
    checks = sample_ratios(results, None)
    if "missing" in case.found:
        sizes = list(results.arm_sizes().values())
        by_arm = counted(list(case.found["missing"]), sizes)
        checks += missing_values(MissingValues((results.study.primary,), by_arm, (), (), 0), results.study)
    return (*case.found.get("failed", ()), *(check.name for check in checks if check.verdict == "failed"))


def judged(case: Case) -> Judged:
    """The row through the project, held against what was written by hand."""
    made = decided(case)
    return Judged(case, made, tuple(faulty(case.expected, made.proposed, made.arms)))


def faulty(expected: Mapping[str, Any], proposed: Decision, arms: tuple[Decision, ...]) -> list[str]:
    """In what the decision on the proposed arm, and those on all arms, differ from what was expected."""
    faults: list[str] = []
    proposed = replace(proposed, reason=_upwards(proposed.reason))
    several, reason = len(arms) > 1, proposed.reason
    if proposed.verdict != expected["verdict"]:
        faults.append(f"{proposed.verdict}, expected {expected['verdict']}")
    if several and "proposes" in expected and proposed.arm != expected["proposes"]:
        faults.append(f"proposes {proposed.arm}, expected {expected['proposes']}")
    by_arm = {arm.arm: arm for arm in arms}
    for name, verdict in expected.get("each", {}).items():
        if by_arm[name].verdict != verdict:
            faults.append(f"{name} is {by_arm[name].verdict}, expected {verdict}")
    if several:
        faults += [f"does not name {arm.arm}" for arm in arms if not arm.reason.startswith(arm.arm)]
    if "because" in expected and proposed.verdict == "KILL":
        faults += _cause(expected["because"], proposed)
    if "unmet" in expected:
        faults += _unmet(expected["unmet"], proposed)
    faults += [f"does not say {text!r}" for text in expected.get("says", ()) if text.lower() not in reason.lower()]
    said = reason.lower()
    faults += [f"says {text!r}" for text in expected.get("never", ()) if text.lower() in said]
    faults += [
        f"says {text!r} of {arm.arm or 'it'}" for arm in arms for text in NEVER if text in arm.reason.split(": ", 1)[-1]
    ]
    faults += [
        f"does not say {text!r} beside"
        for text in expected.get("beside", ())
        if text.lower() not in proposed.beside.lower()
    ]
    return faults


def _cause(because: str, proposed: Decision) -> list[str]:
    signs = {
        "harm": ("worse", "does harm"),
        "small": ("too small to matter",),
        "bad side": ("whole interval is on the bad side",),
    }
    wanted = signs.get(because) or (because.removeprefix("guardrail "), "beyond the margin")
    others = [sign for kind, found in signs.items() if kind != because for sign in found]
    return [f"does not say {text!r}" for text in wanted if text not in proposed.reason] + [
        f"says {text!r}, which is another cause"
        for text in others
        if text in proposed.reason and (because, text) != ("bad side", "worse")
    ]


def _unmet(names: list[str], proposed: Decision) -> list[str]:
    wanted = {UNMET.get(name) or name.capitalize() for name in names}
    found = {_plain(c.name) for c in proposed.criteria if not c.met}
    faults = []
    if wanted != found:
        faults.append(f"unmet {', '.join(sorted(found)) or 'nothing'}; expected {', '.join(sorted(wanted))}")
    return faults + [f"does not name {name!r}" for name in wanted if name.lower() not in proposed.reason.lower()]


def _plain(name: str) -> str:
    """A criterion's name without the share of the time that an early look adds to it."""
    return "Significance" if name.startswith("Significance") else "Uplift" if name == "Reduction" else name


def _upwards(reason: str) -> str:
    """A reason as it would read where more is better: a reduction is the uplift of what less of is wanted."""
    told = re.sub(r"reduction is none: a rise of \+", "uplift is -", reason)
    return re.sub(r"reduction (of|is) (?=\d)", r"uplift \1 +", told)
