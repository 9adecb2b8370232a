"""What counts alone say of an experiment, for a terminal: arms, effects, the verdict, what was assumed and what they cannot tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.config.assumed import assumes
from helpers.defaults import SRM_THRESHOLD
from helpers.experiment.counts.next_step import next_step
from helpers.experiment.decision import claims
from helpers.formatting import (
    MOST_DIGITS,
    apart,
    between,
    decimal,
    formatted,
    interval,
    p_text,
    rate,
    ratio,
    shift,
    span,
    stated,
)
from helpers.ingest.new_study import weights
from helpers.stats.checks.srm import srm
from helpers.stats.comparisons.effects import NO_TEST
from helpers.stats.summaries.summary import standard_error

if TYPE_CHECKING:
    from helpers.experiment.counts.compared import ComparedCounts
    from helpers.experiment.decision.rule import Evidence
    from helpers.stats.summaries.summary import Summary

UNTOLD = (
    ("who saw what", "whether a unit was in two arms, or was counted before it saw its own"),
    ("balance", "whether the arms were alike before the test"),
    ("time", "whether the effect fades, and whether the test ran for whole weeks"),
    (
        "independence",
        "whether units were assigned one by one; where cities, shops or classes were, intervals are too narrow",
    ),
)
"""What no count tells, of any test."""
EARLY = (
    "early looks",
    "whether it was stopped because of its result; --share-of-time 0.5 or --planned-units N say how far it had come",
)
ROWS = "A file with a row an event, or a row a unit, answers them: python -m helpers new-study FILE"
EXTREMES = ("extreme values", "whether a few units carry the mean")
RETURNS = ("units of days", "whether a unit that came on several days was counted once, as every number here takes it")
NO_BELIEF = "cannot be told: the effect has no error, or no scale, that a belief could rest on"


def text(found: ComparedCounts, designed: str = "", unread: Sequence[str] = ()) -> str:
    """All of it.

    ``designed`` is how the sizes were designed, in the user's words, empty where equal ones are assumed; ``unread`` are the
    columns of a table that say nothing here.
    """
    by_day = [f"  by day: {found.by_day.found}"] if found.by_day is not None else []
    blocks = [_verdict(found), _arms(found), "\n".join([_ratio(found, designed), *by_day])]
    blocks += [_effect(found, i) for i in range(len(found.names))]
    blocks += [f"  columns not read: {', '.join(unread)}"] if unread else []
    blocks += [_assumed(found, designed), _untold(found)]
    return "\n" + "\n\n".join(blocks) + "\n"


def text_aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as columns: the first to the left, numbers to the right.

    >>> print(text_aligned([("arm", "units"), ("control", "10,000")]))
      arm       units
      control  10,000
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  " + "  ".join(cell.rjust(w) if i else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    )  # fmt: skip


def _verdict(found: ComparedCounts) -> str:
    """The verdict of the arm that is proposed, why, and what is to be done."""
    made = found.decided.proposed
    word = f"{made.verdict} ({made.arm})" if made.arm and made.verdict != "INVALID" else made.verdict
    reason = made.reason.removeprefix(f"{made.arm}: ") if made.arm else made.reason
    if made.verdict == "INVALID":
        return f"{word}: {reason} Nothing of these counts is to be read as what the change does."
    return " ".join(filter(None, [f"{word}: {reason}", made.beside, next_step(found)]))


def _arms(found: ComparedCounts) -> str:
    asked = found.asked
    heads = ("successes", "rate") if asked.shares else ("standard deviation", "mean")
    rows = [("arm", "units", *heads)]
    rows += [(name, f"{arm.n:,}", _spread(arm), _level(found, arm)) for name, arm in asked.summaries.items()]
    return text_aligned(rows)


def _spread(arm: Summary) -> str:
    """How many successes an arm of shares has, and the standard deviation of another one."""
    successes = getattr(arm, "successes", None)
    return formatted(math.sqrt(arm.variance), "number") if successes is None else f"{successes:,}"


def _level(found: ComparedCounts, arm: Summary) -> str:
    if found.invalid:
        return claims.UNREAD
    return rate(arm.estimate) if found.asked.shares else decimal(arm.estimate, _digits(found))


def _digits(found: ComparedCounts) -> int:
    """Digits behind the point of means: two of the smallest standard error, so that what can be told apart looks apart."""
    errors = [error for arm in found.asked.summaries.values() if (error := standard_error(arm)) > 0]
    return min(max(1 - math.floor(math.log10(min(errors))), 0), MOST_DIGITS) if errors else 2


def _ratio(found: ComparedCounts, designed: str) -> str:
    """Whether the arms are as large as they were meant to be."""
    seen, p = " : ".join(f"{n:,}" for n in found.ratio.observed), p_text(found.ratio.p_value)
    said = f"  sample ratio: {seen} where {designed or 'equal arms'} {'was' if designed else 'were'} designed, {p}"
    if found.ratio.failed:
        return f"{said}: failed, below {SRM_THRESHOLD:g}.\n  {_other_sizes(found.ratio.observed)}"
    if found.doubtful:
        chance = formatted(found.ratio.p_value, "share")
        return f"{said}: doubtful; chance makes arms as uneven in {chance} of healthy tests. Find out where units may be lost."
    return f"{said}: passed"


def _other_sizes(counts: Sequence[int]) -> str:
    """That units may be missing, or other sizes designed: the simple ones that these counts fit, where there are any.

    >>> print(_other_sizes([1_214, 2_429, 2_357]))
    Either the arms were designed with other sizes, or units of an arm are missing and nobody knows which. These counts fit 1:2:2: if that was the design, say so with --weights 1:2:2
    >>> _other_sizes([1_000, 1_300]).endswith("if others than these were designed, say so with --weights, such as --weights 9:1")
    True
    """
    said = "Either the arms were designed with other sizes, or units of an arm are missing and nobody knows which"
    nearest = weights.designed(counts)
    if not srm(list(counts), nearest).failed:
        told = ratio(nearest)
        return f"{said}. These counts fit {told}: if that was the design, say so with --weights {told}"
    such = ":".join(["9", *["1"] * (len(counts) - 1)])
    return f"{said}: if others than these were designed, say so with --weights, such as --weights {such}"


def _effect(found: ComparedCounts, index: int) -> str:
    """One treatment against the control: both scales, p, risk, and its own verdict where there are several."""
    weighed, made, asked = found.decided.evidence[index], found.decided.arms[index], found.asked
    control, name = next(iter(asked.summaries)), found.names[index]
    title = f"  {name} against {control}"
    if found.invalid:
        return f"{title}: {claims.UNREAD}"
    e = weighed.effect
    level = formatted(e.confidence, "share")
    moved, within = _change(found, weighed)
    relative = interval(e.relative_low, e.relative_high, "relative")
    holm = f" after Holm over {len(found.names)} arms" if len(found.names) > 1 else ""
    lines = [
        title,
        f"    absolute: {moved} ({level} interval {within})",
        f"    relative: {formatted(e.relative, 'relative')} ({level} interval {relative})",
        f"    test:     {p_text(weighed.p_value)}{holm}; {e.method}",
        f"    risk:     {_risk(found, weighed)}",
    ]
    lines += [f"    note:     {e.note.removeprefix(NO_TEST)}"] if e.note else []
    if len(found.names) > 1:
        lines.append(f"    verdict:  {made.verdict}. {made.reason.removeprefix(f'{made.arm}: ')}")
    return "\n".join(lines)


def _change(found: ComparedCounts, weighed: Evidence) -> tuple[str, str]:
    """The absolute effect, and its interval."""
    e = weighed.effect
    if found.asked.shares:
        return shift(e.absolute), span(e.absolute_low, e.absolute_high, found.asked.change)
    digits = _digits(found)
    low, high = (math.inf if math.isnan(end) else end for end in (e.absolute_low, e.absolute_high))
    return decimal(e.absolute, digits, signed=True), between(
        *(decimal(end, digits, signed=True) for end in (low, high))
    )


def _risk(found: ComparedCounts, weighed: Evidence) -> str:
    if weighed.belief is None:
        return NO_BELIEF
    prior = found.asked.rule.prior
    helps, harms, by = (formatted(each, "share") for each in (prior.improve, prior.harm, prior.size))
    mark = "assumed: " if assumes(found.asked.rule, (), "prior") else ""
    return f"{apart(weighed.risk, found.asked.rule.max_risk, 'share')} of no improvement ({mark}{helps} of such ideas help, {harms} harm, by {by} typically)"


def _assumed(found: ComparedCounts, designed: str) -> str:
    """What nobody stated and the verdict rests on, with the option that states it."""
    rule = found.asked.rule
    told = [] if designed else [("--weights", "the arms were meant to be equal")]
    if assumes(rule, (), "prior"):
        told.append(("--prior", "what is believed before the counts, behind the risk"))
    if assumes(rule, (), "min_relative_uplift"):
        told.append(("--min-uplift", f"an uplift of {stated(rule.min_relative_uplift, 'share')} is worth shipping"))
    return _listed("assumed, for nobody stated it", told) if told else "  assumed: nothing"


def _untold(found: ComparedCounts) -> str:
    asked = found.asked
    lines = [*UNTOLD]
    lines += [EARLY] if asked.share_of_time is None and asked.planned_units is None else []
    lines += [] if asked.shares else [EXTREMES]
    lines += [RETURNS] if asked.days else []
    return f"{_listed('counts alone cannot tell', lines)}\n  {ROWS}"


def _listed(title: str, lines: Sequence[tuple[str, str]]) -> str:
    """A title, and below it names with what is said of each."""
    width = max(len(name) for name, _ in lines)
    return "\n".join([f"  {title}", *(f"    {name:<{width}}  {words}" for name, words in lines)])
