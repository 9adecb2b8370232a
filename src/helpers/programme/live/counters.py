"""Sufficient statistics of a running experiment, updated batch by batch: each event counts once, late ones apart.

The watermark is the newest event time seen, less the lateness allowed. An event that arrives below it is late: it is
counted by arm and name beside the totals and changes none of them. What is above it counts at once, however much out of
order it comes, so the totals are those of all events that were not late, whatever the size of the batches.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.errors import ReportError
from helpers.programme.live.seen import Seen
from helpers.programme.live.stream import ARMS, ERROR, EXPOSURE, NAMES, NOTHING, ORDER, SECOND, Batch, Ints

EXACT = 2**62
"""The largest sum of squares that is kept: half of what an integer holds, so that a batch cannot pass it unseen."""
NEVER = np.iinfo(np.int64).max
_UNITS = ("arm", "exposed_at", "revenue", "ordered", "erred")
_TOTALS = ("exposed", "converters", "revenue_sum", "revenue_squares", "erring", "late", "late_value")
_COUNTS = ("newest", "deliveries", "counted", "duplicates", "outside", "crossed", "let_go")


@dataclass(frozen=True)
class Totals:
    """What is known of one arm: units, and integer cents."""

    exposed: int
    converters: int
    revenue: int
    revenue_squares: int
    erring: int
    late: int


class Counters:
    """Everything that is kept of a stream; its size is that of the units plus what arrived above the watermark.

    A redelivery is known by its event id. Ids are kept until the watermark passes the event's time: an older
    redelivery is late, whether or not the first was counted. An outcome counts from the unit's first exposure on, by event
    time; one whose exposure has not arrived waits until the watermark passes it, and is then ``outside``.

    It lies when a producer sends one event under two ids or two event times, or none at all; and it leaves out what is
    late, which is seldom lost at random: read ``late`` by arm beside every effect.
    """

    def __init__(self, lateness_seconds: float) -> None:
        self.lateness = round(lateness_seconds * SECOND)
        self.newest = self.deliveries = self.counted = self.duplicates = self.outside = self.crossed = self.let_go = 0
        self.late = np.zeros((len(ARMS), len(NAMES)), np.int64)
        self.exposed, self.converters, self.erring, self.revenue_sum, self.revenue_squares, self.late_value = (
            np.zeros(len(ARMS), np.int64) for _ in range(6)
        )
        self.arm = np.empty(0, np.int8)
        self.exposed_at, self.revenue = np.empty(0, np.int64), np.empty(0, np.int64)
        self.ordered, self.erred = np.empty(0, bool), np.empty(0, bool)
        self.seen = Seen()
        self.waiting = NOTHING

    @property
    def watermark(self) -> int:
        """Event time below which an arrival is late, in milliseconds."""
        return self.newest - self.lateness

    def arms(self) -> dict[str, Totals]:
        """The totals by arm."""
        rows = (
            self.exposed,
            self.converters,
            self.revenue_sum,
            self.revenue_squares,
            self.erring,
            self.late.sum(axis=1),
        )
        return {arm: Totals(*(int(row[i]) for row in rows)) for i, arm in enumerate(ARMS)}

    def take(self, batch: Batch) -> None:
        """Count one micro-batch.

        Raises:
            ReportError: for a unit, arm or name that is not a number from 0 on.
        """
        if not len(batch):
            return
        low, high = batch.rows[1:4].min(axis=1), batch.rows[2:4].max(axis=1)
        if (low < 0).any() or high[0] >= len(ARMS) or high[1] >= len(NAMES):
            raise ReportError(
                "A delivery of the stream names no unit, arm or event",
                got=f"unit {low[0]}, arms {low[1]} to {high[0]}, names {low[2]} to {high[1]}",
                expected=f"units from 0 on, arms 0 to {len(ARMS) - 1}, names 0 to {len(NAMES) - 1}",
                cause="ids or words that were not interned, or a kind of event that the counters do not know",
                remedy="intern ids before they are counted, and leave out other events",
            )
        self.deliveries += len(batch)
        newest = np.maximum.accumulate(np.maximum(batch.occurred, self.newest))
        self.newest = int(newest[-1])
        late = batch.occurred < newest - self.lateness
        if late.any():
            missed = batch.part(late)
            np.add.at(self.late, (missed.variant, missed.name), 1)
            np.add.at(self.late_value, missed.variant, missed.value)
            batch = batch.part(~late)
        fresh = self._once(batch)
        self.counted += len(fresh)
        self._grow(fresh)
        shown = fresh.name == EXPOSURE
        self._expose(fresh.part(shown))
        self._settle(fresh.part(~shown))

    def close(self) -> None:
        """The stream has ended: what still waits for its exposure waits in vain."""
        self.outside += len(self.waiting)
        self.waiting = NOTHING

    def _once(self, batch: Batch) -> Batch:
        """The rows whose event was not counted before; their ids are kept, those below the watermark are let go."""
        ids, first = np.unique(batch.event_id, return_index=True)
        new = self.seen.new(ids)
        rows = first[new]
        self.duplicates += len(batch) - len(rows)
        self.seen.add(ids[new], batch.occurred[rows])
        if self.watermark - self.let_go > self.lateness // 10:
            self.let_go = self.watermark
            self.seen.let_go(self.watermark)
        return batch.part(np.sort(rows))

    def _grow(self, batch: Batch) -> None:
        """Room for the units of a batch, doubled when it runs out."""
        more = (int(batch.unit.max()) + 1 if len(batch) else 0) - len(self.arm)
        if more > 0:
            more = max(more, len(self.arm))
            for name, blank in zip(_UNITS, (-1, NEVER, 0, False, False), strict=True):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.full(more, blank, old.dtype)]))

    def _expose(self, batch: Batch) -> None:
        """Units enter the arm of the exposure that arrives first; another arm's is counted as crossed."""
        unit, first = np.unique(batch.unit, return_index=True)
        new = self.arm[unit] < 0
        self.arm[unit[new]] = batch.variant[first[new]]
        self.exposed += np.bincount(batch.variant[first[new]], minlength=len(ARMS))
        self.crossed += int((self.arm[batch.unit] != batch.variant).sum())
        np.minimum.at(self.exposed_at, batch.unit, batch.occurred)

    def _settle(self, outcomes: Batch) -> None:
        """Count the outcomes that follow an exposure; the others wait for one until the watermark has passed them."""
        outcomes = self.waiting.and_then(outcomes) if len(self.waiting) else outcomes
        if not len(outcomes):
            return
        caused = outcomes.occurred >= self.exposed_at[outcomes.unit]
        self._outcomes(outcomes.part(caused))
        rest = outcomes.part(~caused)
        passed = rest.occurred < self.watermark
        self.outside += int(passed.sum())
        self.waiting = rest.part(~passed)

    def _outcomes(self, batch: Batch) -> None:
        bought = batch.name == ORDER
        unit, row = np.unique(batch.unit[bought], return_inverse=True)
        added = np.zeros(len(unit), np.int64)
        np.add.at(added, row, batch.value[bought])
        before, arm = self.revenue[unit], self.arm[unit]
        squares = float(self.revenue_squares.max()) + float(((before + added).astype(float) ** 2).sum())
        if squares > EXACT:
            raise ReportError(
                "The squares of the revenue are past what is counted exactly", got=f"{squares:.1e} cents squared",
                expected=f"at most {EXACT:.1e}", cause="amounts that are no cents", remedy="send amounts in whole cents",
            )  # fmt: skip
        after = self.revenue[unit] = before + added
        np.add.at(self.revenue_sum, arm, added)
        np.add.at(self.revenue_squares, arm, after**2 - before**2)
        self.converters += self._mark(self.ordered, unit)
        self.erring += self._mark(self.erred, np.unique(batch.unit[batch.name == ERROR]))

    def _mark(self, flags: Any, unit: Ints) -> Ints:
        new = unit[~flags[unit]]
        flags[new] = True
        return np.bincount(self.arm[new], minlength=len(ARMS))

    def state(self) -> dict[str, Any]:
        """All of it as arrays, for a checkpoint."""
        kept = {name: getattr(self, name) for name in (*_UNITS, *_TOTALS)}
        return kept | {
            "long": self.seen.long,
            "short": self.seen.short,
            "waiting": self.waiting.rows,
            "counts": np.array([getattr(self, c) for c in _COUNTS], np.int64),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a :meth:`state`."""
        for name in (*_UNITS, *_TOTALS):
            setattr(self, name, state[name])
        self.seen.long, self.seen.short = state["long"], state["short"]
        self.waiting = Batch(state["waiting"])
        for name, value in zip(_COUNTS, state["counts"], strict=True):
            setattr(self, name, int(value))
