"""Run rules of Western Electric and of Nelson, on many series at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from helpers.errors import ReportError
from helpers.stats.validation import BoolArray, FloatArray

Side = Literal["both", "low", "high"]
MEMORY = 15
"""Points that the longest rule looks back on, its own included."""


@dataclass(frozen=True)
class RunRule:
    """One pattern that a series in control shows rarely.

    Attributes:
        name: as the literature numbers it.
        text: the pattern in words.
        kind: "beyond" (``count`` of ``window`` points beyond ``sigmas`` on one side), "trend" (``window`` points
            steadily up or down), "alternating", "hugging" (all within ``sigmas``), "avoiding" (none within).
    """

    name: str
    text: str
    kind: Literal["beyond", "trend", "alternating", "hugging", "avoiding"]
    count: int
    window: int
    sigmas: float = 0.0


WESTERN_ELECTRIC = (
    RunRule("WE 1", "one point beyond three sigma", "beyond", 1, 1, 3.0),
    RunRule("WE 2", "two of three points beyond two sigma on one side", "beyond", 2, 3, 2.0),
    RunRule("WE 3", "four of five points beyond one sigma on one side", "beyond", 4, 5, 1.0),
    RunRule("WE 4", "eight points in a row on one side", "beyond", 8, 8, 0.0),
)
"""Western Electric, Statistical Quality Control Handbook (1956)."""
NELSON = (
    RunRule("Nelson 1", "one point beyond three sigma", "beyond", 1, 1, 3.0),
    RunRule("Nelson 2", "nine points in a row on one side", "beyond", 9, 9, 0.0),
    RunRule("Nelson 3", "six points in a row steadily up or down", "trend", 6, 6),
    RunRule("Nelson 4", "fourteen points in a row alternating up and down", "alternating", 14, 14),
    RunRule("Nelson 5", "two of three points beyond two sigma on one side", "beyond", 2, 3, 2.0),
    RunRule("Nelson 6", "four of five points beyond one sigma on one side", "beyond", 4, 5, 1.0),
    RunRule("Nelson 7", "fifteen points in a row within one sigma", "hugging", 15, 15, 1.0),
    RunRule("Nelson 8", "eight points in a row beyond one sigma, on either side", "avoiding", 8, 8, 1.0),
)
"""Nelson, "The Shewhart Control Chart: Tests for Special Causes", Journal of Quality Technology 16 (1984)."""


def signals(rule: RunRule, z: FloatArray, side: Side = "both") -> BoolArray:
    """Where the pattern of ``rule`` is complete, for each point of standardised series on the last axis.

    A NaN never counts and breaks a run: leave missing days out (see :func:`observed`) where they should not.

    Args:
        rule: the pattern.
        z: independent standard normal points while in control; leading axes are series.
        side: which side may signal; only for rules of the kind "beyond".

    Raises :class:`~helpers.errors.ReportError` for one side of a rule that has none.

    Example:
        >>> signals(WESTERN_ELECTRIC[1], np.array([2.1, 0.0, 2.2, 0.0])).tolist()
        [False, False, True, False]
    """
    if side != "both" and rule.kind != "beyond":
        raise ReportError(f"{rule.name} has no sides", got=f"side={side!r}", expected="side='both'")
    if rule.kind == "beyond":
        found = np.zeros(z.shape, dtype=bool)
        for name, signed in (("high", z), ("low", -z)):
            if side in ("both", name):
                beyond = signed > rule.sigmas
                found |= _window(beyond, rule.window).sum(axis=-1) >= rule.count
        return found
    if rule.kind in ("hugging", "avoiding"):
        size = np.abs(z)
        inside = size <= rule.sigmas if rule.kind == "hugging" else size > rule.sigmas
        return np.asarray(_window(inside, rule.window).all(axis=-1))
    steps = np.sign(np.diff(z, axis=-1, prepend=np.full((*z.shape[:-1], 1), np.nan)))
    if rule.kind == "trend":
        up, down = (_window(steps == sign, rule.window - 1).all(axis=-1) for sign in (1, -1))
        return np.asarray(up | down)
    turns = steps[..., 1:] * steps[..., :-1] == -1
    turned = np.concatenate([np.zeros((*z.shape[:-1], 1), dtype=bool), turns], axis=-1)
    return np.asarray(_window(turned, rule.window - 2).all(axis=-1))


def any_signal(rules: tuple[RunRule, ...], z: FloatArray, side: Side = "both") -> BoolArray:
    """Where at least one of ``rules`` is complete.

    Example:
        >>> any_signal(WESTERN_ELECTRIC, np.array([0.1, -3.2]), side="low").tolist()
        [False, True]
    """
    found = np.zeros(z.shape, dtype=bool)
    for rule in rules:
        found |= signals(rule, z, side)
    return found


def observed(rules: tuple[RunRule, ...], z: FloatArray, side: Side = "both") -> BoolArray:
    """Signals of one series with missing days: they are left out, so a run goes on across them.

    Example:
        >>> observed(WESTERN_ELECTRIC[1:2], np.array([-2.1, np.nan, -2.2])).tolist()
        [False, False, True]
    """
    there = np.isfinite(z)
    found = np.zeros(z.shape, dtype=bool)
    if there.any():
        found[there] = any_signal(rules, z[there], side)
    return found


def _window(flags: BoolArray, size: int) -> BoolArray:
    """The last ``size`` flags at every point; before the first point there is nothing."""
    padded = np.concatenate([np.zeros((*flags.shape[:-1], size - 1), dtype=bool), flags], axis=-1)
    return sliding_window_view(padded, size, axis=-1)
