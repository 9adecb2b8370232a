"""How long units stay, where nothing is compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from helpers.config import Study
from helpers.experiment.staying import Back, Lasting, Returning
from helpers.formatting import formatted, interval, share
from helpers.report.tables import Row

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook

ROWS = 8
"""Lengths or spans that the table holds."""


def absent(study: Study) -> str:
    """Why nothing is told of how long units stay."""
    if study.is_unit_table:
        return "How long units stay is not told: the study names no lifetime, the two outcomes that say how long and whether it ended."
    return "Who comes back is not told: the log is too short for anybody to be seen again on another day."


def record(nb: Notebook, found: Lasting | Returning) -> None:
    """``staying.*``: the finding in a sentence, and the share still there, or seen again, by length."""
    nb.record("staying.headline", text(found), "text", "How long units stay, in a sentence")
    if isinstance(found, Returning):
        for back in _some(found.spans):
            nb.record(
                f"staying.{found.span}_{back.span}", back.share.share, "share",
                f"Share seen again in {found.span} {back.span} after the exposure, of those watched to its end",
            )  # fmt: skip
        return
    nb.record("staying.gone", found.gone, "count", "Units that have gone")
    nb.record(
        "staying.median", found.median, "number", f"Length in {found.span} by which half of the units have gone",
        reason="fewer than half have gone by the longest length seen",
    )  # fmt: skip


def table(found: Lasting | Returning) -> list[Row]:
    """Some lengths with their shares."""
    if isinstance(found, Returning):
        return [
            {
                found.span.capitalize(): f"{b.span}",
                "Watched to its end": f"{b.watched:,}",
                "Seen again": f"{b.returned:,}",
                "Share with interval": share(b.share),
            }
            for b in _some(found.spans)
        ]
    curve = found.curve
    at = sorted({round(float(x)) for x in np.linspace(0, float(curve.time[-1]), ROWS)})
    steps = [(length, max(0, int(np.searchsorted(curve.time, length, side="right")) - 1)) for length in at]
    return [
        {
            found.span.capitalize(): f"{length:,}",
            f"Still without {found.ended}": formatted(float(curve.survival[i]), "share"),
            "Interval": interval(float(curve.low[i]), float(curve.high[i]), "share"),
            "Still watched": f"{_watched(found, length):,}",
        }
        for length, i in steps
    ]


def _watched(found: Lasting, length: float) -> int:
    following = int(found.curve.time.searchsorted(length, side="left"))
    return int(found.curve.at_risk[following]) if following < len(found.curve.time) else 0


def _some(spans: Sequence[Back]) -> list[Back]:
    places = sorted({round(float(x)) for x in np.linspace(0, len(spans) - 1, min(ROWS, len(spans)))})
    return [spans[i] for i in places]


def caption(found: Lasting | Returning) -> str:
    """What the table holds."""
    if isinstance(found, Returning):
        return f"Units seen again, by {found.span}s since their exposure"
    return f"Units still without {found.ended}, by {found.span}"


def note(found: Lasting | Returning) -> str:
    """How it was counted."""
    if isinstance(found, Returning):
        return f"a unit counts in a {found.span} only where the log goes on to its end; one that misses a {found.span} may be seen again later"
    return "Kaplan-Meier; who is still there is counted as watched for as long as it has been there"


def text(found: Lasting | Returning) -> str:
    """The finding in a sentence."""
    if isinstance(found, Returning):
        first, last = found.spans[0], found.spans[-1]
        said = f"{formatted(first.share.share, 'share')} of the units are seen again in {found.span} {first.span} after their exposure"
        if first is last:
            return f"{said}."
        return f"{said}, {formatted(last.share.share, 'share')} in {found.span} {last.span}."
    return f"{text_still(found)}; {found.gone:,} of {found.units:,} units had it."


def text_still(found: Lasting) -> str:
    """By when half of the units had what ends their stay, or how many are without it at the end."""
    if found.median is not None:
        return f"Half of the units had {found.ended} by {found.median:g} {found.span}"
    end, left = float(found.curve.time[-1]), formatted(float(found.curve.survival[-1]), "share")
    return f"After {end:g} {found.span} {left} are still without {found.ended}"
