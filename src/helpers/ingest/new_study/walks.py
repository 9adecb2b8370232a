"""What units do once they are exposed: which events are steps of their way, and within which time they reach its end."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.ways import moment_of, some
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MOST = 0.5
"""A step is one that no larger share of its units took before the exposure, or only once they had reached the end."""
SKIP = 0.8
"""A step is none that a larger share of those who reach the end skips; of fewer it is optional."""
CONVERTING = 0.9
"""Share of the units that reach the end which do so within the window of the funnel."""
USUAL = 168
"""Hours of a window where nobody reaches the end, or nothing tells it."""


@dataclass(frozen=True)
class Walk:
    """The steps that are some, the others with the reason why they are none, and the hours of the window."""

    steps: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    hours: int = USUAL
    told: str = ""


def of(
    table: "SourceTable", unit: Column, time: Column, event: Column, steps: Sequence[str], logged: Mapping[str, str], longest: int
) -> Walk:  # fmt: skip
    """How units walk ``steps`` from their first exposure on; a window is no longer than ``longest`` hours."""
    first, *inner, last = steps
    who, what, looked = table.text(unit.name), table.text(event.name), some(table, unit)[0]

    def did(step: str) -> str:
        return f"what = {literal(logged[step])}"

    asked = "".join(
        f", min(moment) filter ({did(s)} and moment >= exposed) as first{i}, first{i} is not null as after{i}"
        f", bool_or({did(s)} and moment < exposed) as before{i}"
        for i, s in enumerate(inner)
    )
    shares = "".join(
        f", avg(after{i}::integer) filter (reached is not null), avg(before{i}::integer) filter (after{i} or before{i})"
        f", avg((first{i} > reached)::integer) filter (reached is not null)"
        for i, _ in enumerate(inner)
    )
    found: Any = table.rows(
        f"""with met as (select {who} as who, {what} as what, {moment_of(table, time)} as moment from {{table}}
                where {looked} and {who} is not null and {what} is not null),
            placed as (select *, min(moment) filter ({did(first)}) over (partition by who) as exposed from met),
            walks as (select who, min(moment) filter ({did(last)} and moment >= exposed) as reached, min(exposed) as exposed{asked}
                from placed where exposed is not null group by who)
        select quantile_disc(epoch(reached - exposed) / 3600, {CONVERTING}) {shares} from walks"""
    )[0]
    kept, dropped = [first], []
    for i, step in enumerate(inner):
        after, before, late = (float(each or 0) for each in found[1 + 3 * i : 4 + 3 * i])
        if before > MOST:
            dropped.append(f"{step} ({before:.0%} of its units did it before {first})")
        elif after < 1 - SKIP:
            dropped.append(f"{step} ({1 - after:.0%} of those who reach {last} skip it)")
        elif late > MOST:
            dropped.append(f"{step} ({late:.0%} of its units that reach {last} do it only after that)")
        else:
            kept.append(step)
    if found[0] is None:
        return Walk((*kept, last), tuple(dropped), max(1, min(USUAL, longest)))
    hours = max(1, math.ceil(float(found[0]) / 24)) * 24
    told = (
        f"{CONVERTING:.0%} of those who reach {last} do so within {math.ceil(float(found[0])):,} hours; in whole days"
    )
    return Walk((*kept, last), tuple(dropped), max(1, min(hours, longest)), told)
