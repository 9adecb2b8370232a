"""The same experiment told in parts, by segment and by guardrail, held against its raw numbers by scipy alone."""

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats

from tests.gauntlet.case import Case, treated
from tests.gauntlet.page import ToldPage
from tests.gauntlet.truths import Truth, tested

OF_ONE_ARM = ("caption of days left out", "caption of populations", "title of segments", "caption of segments")
"""Places that are about the one treatment that the report shows in detail."""
MONEY = {
    "title of money": ("money.expected", "money.horizon_point"),
    "title of risk": ("risk.chance_of_profit",),
}
"""Titles, and the recorded numbers that they must tell in this order."""
STATES = {
    "inside": "inside its margin", "doubt": "not shown to be inside its margin", "beyond": "beyond its margin",
    "early": "too early to be called inside its margin",
}  # fmt: skip
"""The one word for each of the ways in which a guardrail may lie to its margin."""
UNREAD = "not to be read"
"""What stands for any finding of an experiment that is not sound."""
LARGE = 30
"""Successes in each cell from which two ways to test an interaction agree roughly."""


def part_faults(case: Case, page: ToldPage, truths: dict[str, Truth]) -> Iterator[str]:
    """What is false, nameless or contradictory of what is said in parts."""
    said: dict[str, list[Any]] = {}
    for text in page.said:
        said.setdefault(text.place, []).append(text)
    several, shown = len(case.arms) > 1, page.record["primary.arm"]
    invalid = page.decided.proposed.verdict == "INVALID"
    for place in OF_ONE_ARM:
        for text in said.get(place, []):
            if re.findall(r"arm_\d", text.text) != ([shown] if several else []):
                yield f"is about {shown}: {place}: {text.text}"
    for text in said.get("table of guardrails", []):
        told = _guardrail(case, text.text, text.arm or shown, truths, invalid=invalid)
        yield from (f"{fault}: {text.place}: {text.text}" for fault in told)
    for text in said.get("note of guardrails", []):
        counts = re.search(r"of ([\d,]+) control and ([\d,]+) (\S+) units", text.text)
        if counts and (several or counts.groups() not in _guarded(case, shown)):
            yield f"other units: {text.place}: {text.text}"
    for place, names in MONEY.items():
        for text in said.get(place, []):
            if several and page.decided.proposed.arm not in text.text:
                yield f"names no arm: {place}: {text.text}"
            if [page.record[name] for name in names] != re.findall(r"-?EUR [\d,]+|(?:[<>] )?[\d.]+ %", text.text):
                yield f"another number: {place}: {text.text}"
    if "segments" in case.found:
        (title,), (subtitle,) = said["title of segments"], said["subtitle of segments"]
        rows = [text.text for text in said["table of segments"]]
        yield from (f"{fault}: {title.text}; {rows}" for fault in _title(case, title.text, rows, shown))
        yield from (f"{fault}: {subtitle.text}" for fault in _apart(case, subtitle.text, shown))
        for made in () if invalid else page.decided.arms:
            beside = page.of("beside") if made is page.decided.proposed else made.beside
            harmed = _harmed(case, beside, made.arm or shown, truths[made.arm or shown])
            yield from (f"{fault}: {beside}" for fault in harmed)


def _guarded(case: Case, arm: str) -> set[tuple[str, str, str]]:
    """Units of the guardrails, as a note tells them of a study with one treatment."""
    guards = case.found["guards"].values()
    return {(f"{int(g['control'][0]):,}", f"{int(treated(g)[arm][0]):,}", "treatment") for g in guards}


def _guardrail(case: Case, row: str, arm: str, truths: dict[str, Truth], *, invalid: bool) -> Iterator[str]:
    cells = dict(part.split(": ", 1) for part in row.split(" | "))
    name = cells["Guardrail"].lower()
    guard = case.found["guards"][name]
    if "Units" in cells:
        n, m = int(guard["control"][0]), int(treated(guard)[arm][0])
        if cells["Units"] != f"{n:,} : {m:,}":
            yield "other units"
    margin = f"{100 * guard['margin']:g} %" if "margin" in guard else f"{guard['absolute']:g}"
    if "margin" not in guard and len(guard["control"]) == 2:
        margin = f"{100 * guard['absolute']:.2f} points"
    way = "up" if guard.get("better") == "lower" else "down"
    if cells["Margin"] != f"not {way} by {margin} or more":
        yield f"the margin is {margin} {way}"
    told, inside = cells["Verdict"], cells["Verdict"] in (STATES["inside"], STATES["early"])
    if invalid:
        if told != UNREAD:
            yield "a guardrail of an invalid experiment is read"
        return
    if "unbounded" in cells["Worst it may be"] and inside:
        yield "a guardrail without a bound is inside"
    elif worst := re.match(r"([-+]?[\d,.]+)( %| points)?$", cells["Worst it may be"]):
        bound, limit = float(worst[1].replace(",", "")), guard.get("margin", guard.get("absolute"))
        limit *= 100 if worst[2] else 1
        far = bound if way == "up" else -bound
        if abs(far - limit) > 0.06 + 1e-3 * abs(limit) and (far < limit) is not inside:
            yield f"at worst {far} of {limit}"
    beyond = 1 - (1 - case.found.get("confidence", 0.95)) / 2
    if told == STATES["beyond"] and cells["p"][0].isdigit() and float(cells["p"]) < beyond - 0.005:
        yield f"p of a guardrail beyond its margin is {cells['p']}"
    state = truths[arm].guards[name][0]
    if state != "unknown" and told != STATES[state]:
        yield f"it is {state}"


AMONG = re.compile(r"(?:, and |, | and )?(?:from the rest for |between )|, | and ")
"""What stands between the levels of a title."""


def _title(case: Case, title: str, rows: list[str], shown: str) -> Iterator[str]:
    """Title and table name the same levels, and a plain test by logarithms of ratios does not say the contrary.

    Of an invalid experiment the title says that it is not to be read, and the table names no level.
    """
    barred = title.startswith("Not to be read")
    named, uneven, tests = set(), set(), 0
    alpha = (1 - case.found.get("confidence", 0.95)) / len(rows)
    for row in rows:
        cells = dict(part.split(": ", 1) for part in row.split(" | "))
        different = cells["May be called different"]
        if (different == UNREAD) is not barred:
            yield f"a title '{title}' stands beside {different}"
        named |= (
            set()
            if different in ("none", "not tested", UNREAD)
            else {f"{level} ({cells['Segment']})" for level in different.split(", ")}
        )
        p = cells["Do effects differ? p"]
        tests += p != "not available"
        if p != "not available" and float(p.strip("<> ")) < alpha:
            uneven.add(cells["Segment"])
        told, plain = (
            p.startswith("<") or (p[0].isdigit() and float(p) < alpha),
            _interaction(case, cells["Segment"], shown),
        )
        if p != "not available" and plain is not None and (plain > 0.2 if told else plain < alpha / 1_000):
            yield f"p of {cells['Segment']} is {plain}"
    if barred:
        return
    if " differs from the rest for " in title or " differs between " in title:
        told_levels = set(re.split(AMONG, title.partition(" differs ")[2])) - {""}
        if told_levels != named:
            yield f"{named} differ"
    elif named:
        yield f"{named} differ"
    elif (" differs by " in title) is not bool(uneven) or any(name not in title for name in uneven):
        yield f"it differs by {uneven}"
    elif title.startswith("No segment has two levels") is not (not tests):
        yield f"there are {tests} tests"


def _harmed(case: Case, beside: str, arm: str, true: Truth) -> Iterator[str]:
    """Beside a gain are told all levels that are harmed by more than chance between levels, and no other."""
    told = re.search(r" is significantly worse for (.*?): exploratory, and the rule does not weigh it\.", beside)
    named = (
        dict(re.findall(r"(?:, | and |^)(.+? \([a-z ]+\)) \((no|[-+][\d.,]+|not available)", told[1])) if told else {}
    )
    if told and (true.gain <= 0 or not named):
        yield "nothing is better over all"
    alpha = 1 - case.found.get("confidence", 0.95)
    found = {
        (f"{level} ({dimension.replace('_', ' ')})", dimension): tested(arms["control"], arms[arm], 1 - alpha)
        for dimension, levels in case.found["segments"].items()
        for level, arms in levels.items()
        if "control" in arms and arm in arms
    }
    if named.keys() - {name for name, _ in found}:
        yield f"of levels {[name for name, _ in found]}"
    ps = np.nan_to_num([each.p for each in found.values()], nan=1.0)
    adjusted = stats.false_discovery_control(ps) if len(ps) else ps
    for ((name, dimension), seen), p in zip(found.items(), adjusted, strict=True):
        plain = _interaction(case, dimension, arm)
        worse = p < 1.01 * alpha and true.sign * seen.estimate < 0
        if name in named:
            if not worse or (plain is not None and plain > 0.2):
                yield f"{name} is not harmed"
            if named[name][0] in "+-" and abs(
                float(named[name].replace(",", "")) - 100 * seen.relative
            ) > 0.051 + 1e-3 * abs(100 * seen.relative):
                yield f"{name}: {seen.relative}"
        elif worse and true.gain > 1e-9 and p < 0.99 * alpha and plain is not None and plain < alpha / 1_000:
            yield f"{name} is harmed"


def _interaction(case: Case, segment: str, shown: str) -> float | None:
    """Cochran's test that the logarithms of the ratios are one; None where a cell is too small for it."""
    cells = [
        (level["control"], level[shown])
        for level in case.found["segments"][segment.replace(" ", "_")].values()
        if "control" in level and shown in level
    ]
    if len(cells) < 2 or any(min(x, n - x) < LARGE for pair in cells for n, x in pair):
        return None
    logs = np.array([math.log(t[1] / t[0]) - math.log(c[1] / c[0]) for c, t in cells])
    weights = 1 / np.array([sum((1 - x / n) / x for n, x in pair) for pair in cells])
    q = float((weights * (logs - np.average(logs, weights=weights)) ** 2).sum())
    return float(stats.chi2.sf(q, len(cells) - 1))


def _apart(case: Case, subtitle: str, shown: str) -> Iterator[str]:
    """How many effects of levels are apart from zero, after Benjamini and Hochberg by scipy."""
    alpha = 1 - case.found.get("confidence", 0.95)
    pairs = [
        (level["control"], level[shown])
        for levels in case.found["segments"].values()
        for level in levels.values()
        if "control" in level and shown in level
    ]
    ps = np.array([tested(control, arm, 1 - alpha).p for control, arm in pairs])
    told = re.search(r"Benjamini-Hochberg: (\d+) of (\d+) effects?;", subtitle)
    if told is None or int(told[2]) != len(pairs):
        yield f"there are {len(pairs)} effects"
    elif len(ps):
        adjusted = stats.false_discovery_control(np.nan_to_num(ps, nan=1.0))
        if (np.abs(adjusted - alpha) > 0.01 * alpha).all() and int(told[1]) != (adjusted < alpha).sum():
            yield f"{(adjusted < alpha).sum()} are apart from zero"
