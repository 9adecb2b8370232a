"""Where users are lost and among whom: the claims that a table's sentence, a figure's title and a record share.

A claim of the largest is made of those that lead as the table prints them: of several where they tie, of none where
nothing is lost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from helpers.config.nouns import a
from helpers.defaults import ALPHA
from helpers.formatting import counted, formatted, leading, listed, p_text

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.funnel import FunnelCounts, FunnelStep
    from helpers.experiment.segments import Decomposition, SegmentRate


def unwanted(study: Study) -> str:
    """Why nobody is lost who does not reach the last step; empty where reaching it is what is wanted."""
    if study.wants_last:
        return ""
    last = study.funnel.steps[-1]
    if any(m.type == "proportion" and m.event == last for m in study.metrics):
        return f"Fewer are to reach {last}, so who does not is not lost."
    return f"Less of {last} is better, so who does not reach it is not lost."


def untouched(units: int, study: Study) -> str:
    """So many users, and whose they are where the funnel leaves out those whom the change reached."""
    return f"{counted(units, 'user')} {study.untouched}".rstrip()


def valued(study: Study) -> bool:
    """Whether only users with a value of the last step count: of a table of units that tells no way, where none is not zero."""
    last = study.funnel.steps[-1]
    reading = [m for m in study.metrics if m.event == last]
    return not study.has_way and any(study.when_missing(m) != "zero" for m in reading)


def alike(study: Study) -> str:
    """How an interval of a rate counts where whole clusters were randomised; else empty."""
    if study.cluster is None:
        return ""
    return f"; users of one {study.cluster} may be alike, so intervals are by each {study.cluster} as a whole"


def way(found: FunnelCounts, step: FunnelStep) -> str:
    """A step as a way: from where to where."""
    return f"from {found.before(step).event} to {step.event}"


def ways(found: FunnelCounts) -> str:
    """The steps that lose most, in a sentence."""
    told = [way(found, step) for step in found.bottlenecks]
    return f"the step{'s' if len(told) > 1 else ''} {listed(told)}"


def lost(found: FunnelCounts) -> str:
    """How much each step that loses most costs: so many users the last step.

    "It costs 349 users a visit": a funnel counts users, who may have an event many times.
    """
    first = found.bottlenecks[0]
    size = f"{bound(found, first)}{counted(first.purchases_lost, 'user')} {a(found.steps[-1].event)}"
    return f"{size} each" if len(found.bottlenecks) > 1 else size


def of_users(number: float, event: str) -> str:
    """So many users with an event. A funnel counts users, who may have an event many times.

    >>> of_users(349, "visit"), of_users(1, "ordered")
    ('349 users with a visit', '1 user with an ordered event')
    """
    return f"{counted(number, 'user')} with {a(event)}"


def bound(found: FunnelCounts, step: FunnelStep) -> str:
    """Before a loss that is only bounded, as nobody came further."""
    return "up to " if found.at_most(step) else ""


def passed_over(found: FunnelCounts) -> str:
    """A sentence about optional steps that were left out; empty where there are none.

    Who did not take one on the way may have taken it before or after it.
    """
    if not found.passed_over:
        return ""
    be = "is" if len(found.passed_over) == 1 else "are"
    reach = of_users(found.converted, found.steps[-1].event)
    what = listed(found.passed_over) if len(found.passed_over) == 1 else f"all of {listed(found.passed_over)}"
    return f" Of {reach}, {found.passing:,} did not take {what} on the way there, so {listed(found.passed_over)} {be} left out here."


def nobody_lost(found: FunnelCounts) -> str:
    """The claim where no step loses anybody."""
    first, last = found.steps[0], found.steps[-1]
    return f"Nobody is lost between {first.event} and {last.event}"


def worst(groups: Iterable[SegmentRate]) -> tuple[SegmentRate, ...]:
    """Levels with most users short of the best one of their segment."""
    return leading(groups, lambda group: group.missing)


def chance(groups: Sequence[SegmentRate], study: Study) -> str:
    """Whether chance explains that the levels of the segment that carries most differ, in a sentence; empty without one."""
    dimensions = {group.dimension for group in worst(groups)}
    if len(dimensions) != 1:
        return ""
    (dimension,) = dimensions
    differ = next(group.differ for group in groups if group.dimension == dimension)
    segment = dimension.replace("_", " ")
    whole = "" if study.cluster is None else f", by each {study.cluster} as a whole"
    if math.isnan(differ):
        return f"Whether the levels of {segment} differ by more than chance cannot be told{whole}." if whole else ""
    more = "more" if differ < ALPHA else "no more"
    return f"The levels of {segment} differ by {more} than chance explains ({p_text(differ)}{whole})."


def level(group: SegmentRate) -> str:
    """A level with its segment, for a level alone may read as any word.

    >>> from helpers.experiment.segments import SegmentRate
    >>> from helpers.stats.binomial import binomial_interval
    >>> level(SegmentRate("is_member", "no", 10, binomial_interval(1, 10), 2.0))
    'no (is member)'
    """
    return f"{group.level} ({group.dimension.replace('_', ' ')})"


def carried(groups: Sequence[SegmentRate], event: str) -> str:
    """Who carries the largest loss, in users with an ``event``, without the full stop."""
    most = worst(groups)
    if not most:
        several = len({group.dimension for group in groups}) < len(groups)
        return "No level falls short of the best one of its segment" if several else "No segment has two levels"
    size, best = of_users(most[0].missing, event), "short of the best level of its segment"
    if len(most) == 1:
        return f"{level(most[0])} carries the largest loss: {size} {best}"
    return f"{listed([level(group) for group in most])} carry the largest losses: each is {size} {best}"


def split(parts: Sequence[Decomposition]) -> str:
    """How much of the gap between two groups is who they are, in a sentence; empty where there is no gap to split."""
    if not parts:
        return ""
    low, high, gap = parts[0].low, parts[0].high, parts[0].gap
    if not _points(gap):
        return f"{low} and {high} units convert alike, so there is no gap to explain."
    said = f"Of the gap of {formatted(gap, 'points')} between {low} and {high} units,"
    alike = [d for d in parts if _points(d.mix) * _points(gap) > 0]
    if not alike:
        none = "neither" if len(parts) == 2 else "none" if len(parts) > 2 else "not"
        whose = (
            f"the mix of {_of(parts)} explains nothing"
            if len(parts) == 1
            else f"{none} of the mixes of {_of(parts)} explains any part"
        )
        return f"{said} {whose}: it is how they convert."
    most = leading(alike, lambda d: abs(_points(d.mix)))
    size = formatted(most[0].mix, "points")
    if abs(_points(most[0].mix)) > abs(_points(gap)):
        verb, rest = "would alone make", "how they convert makes it smaller"
    else:
        verb, rest = "explains" if len(most) == 1 else "explain", "the rest is how they convert"
    if len(most) > 1:
        return f"{said} the mixes of {_of(most)} {verb} {size} each; {rest}."
    first = ", more than any other segment's" if len(parts) > 1 else ""
    return f"{said} the mix of {_of(most)} {verb} {size}{first}; {rest}."


def _points(share: float) -> int:
    """A difference of shares in hundredths of a point, as it is printed."""
    return round(share * 10_000)


def _of(parts: Iterable[Decomposition]) -> str:
    return listed([d.dimension.replace("_", " ") for d in parts])


def spread(groups: Sequence[SegmentRate], last: str) -> str:
    """From which level to which the last step is reached, where reaching it is not wanted; empty without levels."""
    named = [g for g in groups if g.level not in ("other", "unknown")] or list(groups)
    if not named:
        return ""
    low, high = min(named, key=lambda g: g.rate.share), max(named, key=lambda g: g.rate.share)
    least, most = (formatted(group.rate.share, "share") for group in (low, high))
    if least == most:
        return f"The share of users with {a(last)} is {least} at every level"
    return f"The share of users with {a(last)} goes from {least} at {level(low)} to {most} at {level(high)}"
