"""Who drops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.experiment.segments import Decomposition, SegmentRate
from helpers.formatting import counted, formatted, interval, listed, whole
from helpers.report import losses
from helpers.report.tables import Row
from helpers.report.topics import funnel, rowless

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.report.notebook import Notebook


def absent(study: Study) -> str:
    """Why there are no rates by segment."""
    if study.rowless:
        return rowless.absent(study, rowless.SEGMENTS)
    if not study.segments:
        return "The study names no segments."
    if not study.has_way:
        whom = " with a value" if losses.valued(study) else ""
        return f"Every unit of the table{whom} has {study.funnel.steps[-1]}: that share is 100 % in each segment, and parts none."
    when = funnel.text_when(study)
    return f"No unit reached {study.exposure} {when}, so no segment has a rate."


def caption(study: Study) -> str:
    """What the rates are of: the way from the exposure to the last step, or who has the outcome where there is no way."""
    if study.has_way:
        return "Conversion from the exposure step to the last one"
    return f"Share of the units with {study.funnel.steps[-1]}"


def table(groups: Iterable[SegmentRate], study: Study) -> list[Row]:
    """Conversion by level; nobody falls short of the best one where fewer are to convert."""
    return [
        {
            "Segment": g.dimension.replace("_", " "),
            "Level": g.level,
            "Users" if not study.has_way else "Users at the step": f"{g.reached:,}",
            f"With {study.funnel.steps[-1]}" if not study.has_way else "Converted": formatted(g.rate.share, "share"),
            "95 % interval": interval(g.rate.low, g.rate.high, "share"),
            **({} if losses.unwanted(study) else {"Users short of the best level": whole(g.missing)}),
        }
        for g in groups
    ]


def note(study: Study, alike: Mapping[str, str]) -> str:
    """Which levels are pooled, from when until when a conversion counts, and which segments are told under another name."""
    return "; ".join(
        [
            _pooled(study),
            *(f"{_name(other)} parts the users as {_name(one)} does: told once" for other, one in alike.items()),
        ]
    )


def _name(segment: str) -> str:
    return segment.replace("_", " ")


def _pooled(study: Study) -> str:
    return f"levels with fewer than {counted(study.min_segment, 'user')} are pooled as 'other'; {_window(study)}"


def note_gap(parts: Sequence[Decomposition], study: Study) -> str:
    """How many units the two groups have, and from when until when a conversion counts."""
    if not parts:
        return ""
    units = ", ".join(f"{name} {n:,}" for name, n in zip((parts[0].low, parts[0].high), parts[0].units, strict=True))
    return f"users{'' if not study.has_way else ' at the step'}: {units}; {_window(study)}"


def _window(study: Study) -> str:
    told = funnel.note(study)
    return f"converted: {told}" if study.has_way else told


def table_gap(parts: Iterable[Decomposition]) -> list[Row]:
    return [
        {
            "Over": d.dimension.replace("_", " "),
            "Gap": formatted(d.gap, "points"),
            "From who they are (mix)": formatted(d.mix, "points"),
            "From how they convert (rate)": formatted(d.rate, "points"),
        }
        for d in parts
    ]


def record(nb: Notebook, groups: Iterable[SegmentRate], parts: Iterable[Decomposition]) -> None:
    """``segments.*``: the level that carries most of the loss, and the gap's decomposition; nothing without segments."""
    levels = list(groups)
    if not levels:
        return
    fewer = losses.unwanted(nb.study).rstrip(".")
    most, falls = () if fewer else losses.worst(levels), fewer or "no level falls short of the best one of its segment"
    nb.record(
        "segments.worst",
        listed([losses.level(level) for level in most]) or None,
        "text",
        "Level with most users short of the best level of its segment",
        reason=falls,
    )
    nb.record(
        "segments.worst_rate",
        most[0].rate.share if len(most) == 1 else None,
        "share",
        "Conversion from the exposure step to the last one in that level",
        reason="several levels fall short by as many" if most else falls,
    )
    nb.record(
        "segments.worst_missing",
        None if fewer else max((level.missing for level in most), default=0),
        "count",
        "Converting users by which that level falls short of the best one",
        reason=fewer,
    )
    for d in parts:
        nb.record(
            f"segments.gap.{d.dimension}.gap", d.gap, "points", f"Conversion of {d.low} minus that of {d.high} units"
        )
        nb.record(
            f"segments.gap.{d.dimension}.mix",
            d.mix,
            "points",
            f"Part of that gap that the mix of {d.dimension.replace('_', ' ')} makes",
        )
        nb.record(f"segments.gap.{d.dimension}.rate", d.rate, "points", "Part of that gap that different rates make")


def caption_gap(parts: list[Decomposition], study: Study) -> str:
    """What the decomposition compares, or why it compares nothing."""
    if len(study.segments) < 2:
        return "No gap to split: the study names no second segment to split it over"
    if not parts:
        return "No gap to split: fewer than two groups reach the minimum size"
    return f"The gap in conversion of {parts[0].low} against {parts[0].high} units, split over the other segments"


def text(groups: list[SegmentRate], parts: list[Decomposition], study: Study) -> str:
    """Who carries the loss and why, in a sentence or two."""
    most = losses.worst(groups)
    on = f", on {losses.untouched(most[0].reached, study)}" if len(most) == 1 else ""
    said = losses.unwanted(study) or f"{losses.carried(groups, study.funnel.steps[-1])}{on}."
    return " ".join(filter(None, [said, losses.chance(groups, study), losses.split(parts)]))
