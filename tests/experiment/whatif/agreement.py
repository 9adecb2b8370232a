"""How far two answers of the two engines are apart."""

import math
import re
from dataclasses import asdict
from typing import Any

from helpers.experiment.whatif import Outlook

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e[+-]\d+)?")


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """Every leaf under its dotted name."""
    if isinstance(value, dict):
        return {k: v for key, inner in value.items() for k, v in flat(inner, f"{name}.{key}").items()}
    if isinstance(value, list | tuple):
        return {k: v for i, inner in enumerate(value) for k, v in flat(inner, f"{name}.{i}").items()}
    return {name: value}


def disagreements(python: Outlook, page: dict[str, Any], tolerance: float = 1e-6) -> list[str]:
    """Outputs that differ by more than the tolerance, relative or absolute, or at all where they are words."""
    ours, theirs = flat(asdict(python)), flat(page)
    if set(ours) != set(theirs):
        return sorted(set(ours) ^ set(theirs))
    return [
        f"{name}: {ours[name]!r} and {theirs[name]!r}"
        for name in ours
        if not _equal(ours[name], theirs[name], tolerance)
    ]


def _numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in NUMBER.findall(text)]


def _equal(a: Any, b: Any, tolerance: float) -> bool:
    if isinstance(a, str) and isinstance(b, str):  # sizes of billions may differ by a user
        close = all(_equal(x, y, tolerance) for x, y in zip(_numbers(a), _numbers(b), strict=False))
        return close and NUMBER.sub("#", a) == NUMBER.sub("#", b)
    numbers = isinstance(a, int | float) and isinstance(b, int | float) and not isinstance(a, bool)
    if not numbers or math.isinf(a) or math.isinf(b):
        return bool(a == b)
    return abs(a - b) <= tolerance * max(1.0, abs(a))
