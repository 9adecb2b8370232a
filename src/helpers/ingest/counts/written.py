"""Arms as somebody writes them who has no rows: ``500/10000``, or units, mean and deviation, or units and sums.

Whatever could be read in two ways is refused: a number that is taken for another one is worse than none.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from helpers.errors import ReportError
from helpers.formatting import counted
from helpers.stats.summaries.mean import Mean
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.summaries.summary import Summary

Kind = Literal["proportions", "means", "sums"]

SHAPES: dict[Kind, str] = {
    "proportions": "successes/units, such as 500/10000 or 1,000/20,000",
    "means": "units,mean,standard deviation, such as 10000,20.1,35.2",
    "sums": "units,sum,sum of squares, such as 10000,201000,16430000",
}
"""How an arm of each kind is written."""
MOST = 10**12
"""Units of an arm, and to one side the size of a value, beyond which something else than a count was written."""
FARTHEST = 20
"""Digits before or behind the point that a value may have."""

_COUNT = re.compile(r"\d+|\d{1,3}([,_'\u2019 \u00a0\u202f])\d{3}(?:\1\d{3})*")
_POINTS = re.compile(r"\d{1,3}(?:\.\d{3})+")
_VALUE = re.compile(r"[-+\u2212]?(?:(\d+)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?")
_BETWEEN = re.compile(r"\0(?:/|of)\0|\s*(?:/|(?<![a-z])of(?![a-z]))\s*", re.IGNORECASE)


def arms(words: Sequence[str], kind: Kind = "proportions", names: Sequence[str] = ()) -> dict[str, Summary]:
    """The arms by name, the control first, from the words of a command line.

    ``names`` of all arms, control first; without them they are control and treatment, or treatment_1 and so on.
    Raises :class:`~helpers.errors.ReportError` for what is no arm, fewer than two arms, and names that do not fit.

    >>> arms(["500 of 10000", "1,120/20,000"])
    {'control': Proportion(n=10000, successes=500), 'treatment': Proportion(n=20000, successes=1120)}
    >>> {name: (arm.n, arm.estimate) for name, arm in arms(["100,2.5,1", "90,3,1"], "means").items()}
    {'control': (100, 2.5), 'treatment': (90, 3.0)}
    """
    texts = _BETWEEN.sub("/", "\0".join(words)).split("\0") if kind == "proportions" else list(words)
    if len(texts) < 2:
        raise ReportError(
            "there is nothing to compare", got=counted(len(texts) if words else 0, "arm") + "".join(f": {word}" for word in words),
            expected="the control, then one or more treatments",
            remedy=f"write each arm as {SHAPES[kind]}",
        )  # fmt: skip
    called = _names(names, len(texts))
    read = READ[kind]
    return {name: read(text.strip(), name) for name, text in zip(called, texts, strict=True)}


def weights(text: str, names: Sequence[str]) -> dict[str, float]:
    """The designed sizes of arms, by name, in the scale in which they are written: ``1:1``, ``50/50``, ``2:1:1``.

    Raises :class:`~helpers.errors.ReportError` unless there is one above zero for every arm.

    >>> weights("2:1:1", ["control", "blue", "red"])
    {'control': 2.0, 'blue': 1.0, 'red': 1.0}
    """
    parts = [part.strip().removesuffix("%").strip() for part in re.split("[:/]", text)]
    sizes = [float(part) if _VALUE.fullmatch(part) and not part.startswith("\u2212") else -1.0 for part in parts]
    if len(sizes) != len(names) or not all(0 < size <= MOST for size in sizes):
        raise ReportError(
            "--weights does not say how large the arms were meant to be", got=text,
            expected=f"a number above 0 for each of {len(names)} arms, control first",
            remedy=f"write for instance --weights {':'.join('1' * len(names))}",
        )  # fmt: skip
    return dict(zip(names, sizes, strict=True))


def planned(text: str) -> int:
    """Units of all arms that a test was planned with, written as the counts of arms are.

    >>> planned("20,000")
    20000
    """
    return several(_count(text.strip(), "--planned-units", text), "--planned-units")


def _names(names: Sequence[str], arms: int) -> list[str]:
    if not names:
        return ["control", *(["treatment"] if arms == 2 else [f"treatment_{n}" for n in range(1, arms)])]
    called = [name.strip() for name in names]
    if len(called) != arms or len(set(called)) != arms or not all(called):
        raise ReportError(
            "--names does not name the arms", got=",".join(names),
            expected=f"{arms} different names, one for each arm, control first",
            remedy=f"write for instance --names {','.join(_names((), arms))}",
        )  # fmt: skip
    return called


def _proportion(text: str, arm: str) -> Proportion:
    found = share_of(text, arm)
    several(found.n, arm)
    return found


def share_of(text: str, arm: str) -> Proportion:
    """``successes/units`` of an arm or of a part of it, which may have no unit. Raises ReportError for what is none."""
    parts = text.split("/")
    if len(parts) != 2:
        add = {3: "--means for units, mean and deviation, or --sums for units and sums"}.get(len(text.split(",")))
        raise _unread(text, arm, "proportions", remedy=f"add {add}" if add else None)
    successes, units = (_count(part.strip(), arm, text) for part in parts)
    if successes > units:
        raise ReportError(
            f"{arm} has more successes than units", got=f"{successes:,} of {units:,}",
            expected="at most one success a unit", cause="events counted where units belong, or the units written first",
            remedy="write successes/units; for how many or how much a unit has, use --means",
        )  # fmt: skip
    return Proportion(units, successes)


def _mean(text: str, arm: str) -> Mean:
    units, mean, sd = _three(text, arm, "means")
    if sd < 0:
        raise ReportError(
            f"the standard deviation of {arm} is below zero", got=text, expected=SHAPES["means"],
            remedy="check the order: units, mean, standard deviation",
        )  # fmt: skip
    return Mean.from_sums(units, units * mean, (units - 1) * sd**2 + units * mean**2)


def _sums(text: str, arm: str) -> Mean:
    units, total, squares = _three(text, arm, "sums")
    if units * squares < total**2:
        raise ReportError(
            f"the sums of {arm} belong to no data", got=text,
            expected=f"a sum of squares of at least {float(total**2 / units):,.15g}, the square of the sum over the units",
            cause="another order than units, sum, sum of squares, or a sum that was rounded",
            remedy="take both sums over the same units, in full; of mean and deviation use --means",
        )  # fmt: skip
    return Mean.from_sums(units, total, squares)


READ: dict[Kind, Callable[[str, str], Summary]] = {"proportions": _proportion, "means": _mean, "sums": _sums}
"""How an arm of each kind is read, by its text and its name."""


def _three(text: str, arm: str, kind: Kind) -> tuple[int, Fraction, Fraction]:
    """Units and two values."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3:
        raise _unread(
            text, arm, kind, remedy="write three numbers: no separators of thousands, a point for decimals, no blanks"
        )
    units = several(_count(parts[0], arm, text), arm)
    first, second = (_value(part, arm, text, kind) for part in parts[1:])
    return units, first, second


def _count(text: str, arm: str, whole: str) -> int:
    if _COUNT.fullmatch(text):
        number = int(re.sub(r"\D", "", text)[: len(str(MOST)) + 1])
        if number <= MOST:
            return number
    cause = remedy = None
    if text.startswith(("-", "\u2212")):
        cause, remedy = "a count cannot be below zero", "count again"
    elif _POINTS.fullmatch(text):
        cause, remedy = "a point parts thousands or decimals, which nobody can tell", f"write {text.replace('.', '')}"
    elif "%" in text or re.fullmatch(r"0?\.\d+", text):
        cause, remedy = "a rate where a count belongs", "write how many units had it, and how many there were"
    raise ReportError(
        f"a count of {arm} cannot be read", got=f"{text or 'nothing'} in {whole}",
        expected=f"a whole number from 0 to {MOST:,}", cause=cause, remedy=remedy,
    )  # fmt: skip


def _value(text: str, arm: str, whole: str, kind: Kind) -> Fraction:
    found = _VALUE.fullmatch(text)
    if found is None:
        raise _unread(whole, arm, kind, remedy="write three numbers, a point for decimals")
    if re.match("0\\d", found[1] or ""):
        raise _unread(
            whole, arm, kind, remedy=f"write numbers without separators of thousands: {text!r} reads as a part of one"
        )
    value = Decimal(text.replace("\u2212", "-"))
    if value and abs(value.adjusted()) > FARTHEST:
        raise _unread(whole, arm, kind, remedy="choose a unit in which values are of ordinary size")
    return Fraction(value)


def several(units: int, arm: str) -> int:
    """The units of an arm. Raises ReportError where they are too few to tell one from another."""
    if units < 2:
        raise ReportError(
            f"{arm} has too few units to compare", got=counted(units, "unit"), expected="at least 2 units in every arm",
            remedy="leave the arm out, or wait until more units are in it",
        )  # fmt: skip
    return units


def _unread(text: str, arm: str, kind: Kind, *, remedy: str | None) -> ReportError:
    return ReportError(f"{arm} cannot be read", got=text or "nothing", expected=SHAPES[kind], remedy=remedy)
