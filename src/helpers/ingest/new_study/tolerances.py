"""What a file has wrong: the share that a proposal tolerates of each kind, and what it asks and says of it."""

import math
from collections.abc import Mapping

from helpers.config.tracking_plan import FLAWS

Found = Mapping[str, tuple[float, str]]
"""Kinds of wrong rows: the share to tolerate, and how many there are."""

UNKNOWN = (*FLAWS, "missing_revenue")
"""Kinds that cost no row: the amount is unknown."""

_ASKED = {
    "missing_id": "Do rows without a unit id stand in all arms and among all events alike? They are left out ({found})",
    "shown_otherwise": "Why was another variant shown than the assigned one? These rows are left out ({found}), which is right only where it struck all arms alike",
    "negative_price": "Are the amounts below zero refunds ({found})? Then write negative: refund under data; else they are unknown",
}
"""What is asked of a kind where leaving out, or not knowing, may bend the result."""


def tolerated(found: int, total: int) -> float:
    """The share to tolerate for what was found: a tenth more, in steps of a hundredth of a per cent, rounded up.

    >>> tolerated(3_893, 294_478), tolerated(1, 1_000_000)
    (0.0146, 0.0001)
    """
    return min(1.0, math.ceil(found / max(total, 1) * 1.1 * 10_000) / 10_000)


def said(shares: Found) -> list[str]:
    """What a study leaves out and what it does not know, a line each.

    >>> said({"missing_id": (0.02, "1 of 60 rows"), "wrong_type": (0.04, "2 of 60 rows")})
    ['left out: missing_id (1 of 60 rows)', 'amounts taken as unknown: wrong_type (2 of 60 rows)']
    """
    out = [f"{kind} ({found})" for kind, (_, found) in shares.items() if kind not in UNKNOWN]
    unknown = [f"{kind} ({found})" for kind, (_, found) in shares.items() if kind in UNKNOWN]
    told = (("left out", out), ("amounts taken as unknown", unknown))
    return [f"{what}: {', '.join(kinds)}" for what, kinds in told if kinds]


def asked(shares: Found) -> list[str]:
    """The questions that a person must answer before such rows may be left out, or such amounts be unknown."""
    plain = [kind for kind in shares if kind not in _ASKED and kind not in UNKNOWN]
    told = [f"{text.format(found=shares[kind][1])}." for kind, text in _ASKED.items() if kind in shares]
    if plain:
        told.append(f"May these rows be left out: {', '.join(plain)}? data.tolerate allows what the file holds today.")
    return told
