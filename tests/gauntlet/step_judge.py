"""Sizes of the next step, reckoned anew: whose units are counted, and that so many do what is said of them, and not fewer."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.gauntlet.case import Case, treated
from tests.gauntlet.facts import PRIOR, belief
from tests.gauntlet.judge import interval_of
from tests.gauntlet.page import ToldPage
from tests.gauntlet.truths import Truth

COUNTED = r"about ([\d,]+) units(?: of (control and arm_\d))?"
RISK = re.compile(rf"{COUNTED} bring the risk of no improvement below")
GUARD = re.compile(rf"If (\w+)(?: in arm_\d)? stays as it is, {COUNTED} show it to be inside its margin")
ASKS = re.compile(r"asks for ([\d,]+) units, (?:([\d,]+) more|which are there)")


def step_faults(case: Case, page: ToldPage, known: Mapping[str, Truth]) -> Iterator[str]:
    """What is wrong with the units of the next step."""
    step = page.of("next step")
    arm = page.decided.proposed.arm or next(iter(known))
    true, found, several = known[arm], case.found, len(known) > 1
    all_of_them = sum(each[0] for each in (found["control"], *case.arms.values()))
    pair = found["control"][0] + case.arms[arm][0]
    whose = f"control and {arm}" if several else ""
    for needed, more in ASKS.findall(step):
        if (_number(needed) - _number(more) != all_of_them) if more else _number(needed) > all_of_them:
            yield f"{needed} are not {more} more than {all_of_them}: {step}"
    if "asks for" in step and several is not ("over all arms" in step):
        yield f"of which arms are the units: {step}"
    for needed, counted in RISK.findall(step):
        missed = {c.name for c in page.decided.proposed.criteria if not c.met}
        most, prior = found.get("risk", 0.05), tuple(found.get("prior", PRIOR))
        less, enough = (
            belief(replace(true.f, error=true.f.error * math.sqrt(pair / units)), prior, true.sign)[0]
            for units in _around(needed)
        )
        if counted != whose or "Risk of no improvement" not in missed or not enough < most < less:
            yield f"units of {whose or 'all'} bring the risk to {enough} to {less}: {step}"
    for name, needed, counted in GUARD.findall(step):
        guard = found["guards"][name]
        less, enough = (_room(guard, arm, units / pair, 1 - true.alpha) for units in _around(needed))
        if counted != whose or not (math.isnan(enough) or less < 0 < enough):
            yield f"units of {whose or 'all'} leave {name} {less} to {enough} of room: {step}"


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _around(needed: str) -> tuple[float, float]:
    """Numbers of units between which it must turn: three in a hundred to either side, and one for whole units."""
    return max(0.97 * _number(needed) - 1, 1.0), 1.03 * _number(needed) + 1


def _room(guard: Mapping[str, Any], arm: str, times: float, confidence: float) -> float:
    """How far inside the margin the one-sided bound of a guardrail is with so many times its units, all else as it is.

    NaN where an arm has none or all, of which the oracle reckons no bound.
    """
    control, seen = (_grown(each, times) for each in (guard["control"], treated(guard)[arm]))
    low, high = interval_of({**guard, "control": control}, seen, 2 * confidence - 1)
    margin = guard.get("margin", guard.get("absolute"))
    return float(margin - high if guard.get("better") == "lower" else margin + low)


def _grown(arm: list[float], times: float) -> list[float]:
    counts = 2 if len(arm) == 2 else 1
    return [times * each for each in arm[:counts]] + list(arm[counts:])
