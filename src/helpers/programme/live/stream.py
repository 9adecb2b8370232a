"""The log of a running experiment as it arrives: out of order, delivered more than once, some of it hours late.

A small seeded world stands in for the broker: what it plants (the effect, faulty hours, a leaking split, redeliveries,
stragglers) is told apart from what it sends, so that everything counted from the stream can be held against it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

ARMS = ("control", "treatment")
"""Arms by their number in a batch."""
EXPOSURE, ORDER, ERROR = range(3)
NAMES = ("exposure", "order", "error")
"""Names of events by their number in a batch."""
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
"""In milliseconds, the unit of all times of a stream; time 0 is the start of the experiment."""


COLUMNS = ("event_id", "unit", "variant", "name", "occurred", "arrived", "value")


@dataclass(frozen=True)
class Batch:
    """Deliveries in the order of their arrival; one column of ``rows``, shape (7, deliveries), is one delivery of one event.

    ``event_id`` and ``unit`` are numbers, units from 0 on, as an intake that interns ids gives them; ``variant`` and
    ``name`` index :data:`ARMS` and :data:`NAMES`; ``occurred`` (event time) and ``arrived`` are milliseconds, ``value`` cents.
    """

    rows: Ints

    event_id = property(lambda self: self.rows[0])
    unit = property(lambda self: self.rows[1])
    variant = property(lambda self: self.rows[2])
    name = property(lambda self: self.rows[3])
    occurred = property(lambda self: self.rows[4])
    arrived = property(lambda self: self.rows[5])
    value = property(lambda self: self.rows[6])

    def __len__(self) -> int:
        return int(self.rows.shape[1])

    def part(self, which: Any) -> "Batch":
        """Some of the deliveries: a mask, positions or a slice."""
        return Batch(self.rows[:, which])

    def and_then(self, other: "Batch") -> "Batch":
        """These deliveries and those of ``other`` after them."""
        return Batch(np.concatenate([self.rows, other.rows], axis=1))


NOTHING = Batch(np.empty((len(COLUMNS), 0), np.int64))
"""A batch without a delivery."""


@dataclass(frozen=True)
class LiveWorld:
    """What is planted in a stream. Rates are probabilities a unit, hours count from the start.

    Attributes:
        conversion: that a unit orders after its exposure, by arm; equal rates make an A/A test.
        errors: that a page fails for a unit, in both arms.
        faulty: hours between which the treatment's pages fail at ``faulty_errors`` instead.
        leaking_from: hour from which ``leaking`` of the treatment's units are lost whole, so that the split is broken.
        redelivered: that an event is delivered a second time, one in ten of these after the lateness allowed.
        straggling: that the first delivery comes after the lateness allowed.
    """

    units: int = 60_000
    hours: float = 24
    conversion: tuple[float, float] = (0.10, 0.115)
    errors: float = 0.02
    faulty: tuple[float, float] | None = None
    faulty_errors: float = 0.10
    leaking_from: float | None = None
    leaking: float = 0.20
    redelivered: float = 0.03
    straggling: float = 0.01


@dataclass(frozen=True)
class StreamTruth:
    """What the world sent, by construction: deliveries = counted + duplicates + late.

    A delivery of an event older than one and a half times the lateness is late, one younger than two thirds of it is
    not; nothing is sent in between, so both counts are known without looking at the watermark.
    """

    deliveries: int
    events: int
    counted: int
    duplicates: int
    late: int


@dataclass(frozen=True)
class EventStream:
    """A whole log in the order of arrival, what was planted, and the counts to be found."""

    log: Batch
    world: LiveWorld
    ledger: StreamTruth

    def batches(self, seconds: float, start: int = 0) -> Iterator[Batch]:
        """Micro-batches of ``seconds`` of arrival each, empty ones included, from number ``start`` on: what a consumer polls."""
        edges = self._edges(seconds)
        for begin, end in zip(edges[start:], edges[start + 1 :], strict=False):
            yield self.log.part(slice(begin, end))

    def count(self, seconds: float) -> int:
        """How many micro-batches the log has."""
        return len(self._edges(seconds)) - 1

    def _edges(self, seconds: float) -> list[int]:
        step = round(seconds * SECOND)
        ends = np.arange(step, int(self.log.arrived[-1]) + step + 1, step)
        return [0, *np.searchsorted(self.log.arrived, ends, "left").tolist()]


def simulate(world: LiveWorld, lateness_seconds: float, rng: np.random.Generator) -> EventStream:
    """A stream of ``world``; equal generators give equal streams.

    Example:
        >>> stream = simulate(LiveWorld(units=2_000, hours=2), 900, np.random.default_rng(1))
        >>> stream.ledger.deliveries == len(stream.log) == sum(len(batch) for batch in stream.batches(10))
        True
    """
    events = _events(world, rng)
    lateness, end = lateness_seconds * SECOND, world.hours * HOUR
    rows = len(events)

    def delay(mean: float) -> Ints:
        return np.minimum(rng.exponential(mean * SECOND, rows), lateness / 3).astype(np.int64)

    def far() -> Ints:
        return (lateness * rng.uniform(1.5, 5.5, rows)).astype(np.int64)

    may = events.occurred < end - 2 * lateness  # later ones would have nothing newer behind which they are late
    straggles = may & (rng.random(rows) < world.straggling)
    first = events.occurred + np.where(straggles, far(), delay(5))
    again = rng.random(rows) < world.redelivered
    stale = again & may & (rng.random(rows) < 0.1)
    second = np.where(stale, np.maximum(events.occurred + far(), first), first + delay(30))
    late_again = again & (stale | straggles)
    log = _arriving(events, first).and_then(_arriving(events, second).part(again))
    late = int(straggles.sum() + late_again.sum())
    ledger = StreamTruth(
        deliveries=len(log), events=rows, counted=int((~straggles).sum()),
        duplicates=int((again & ~late_again).sum()), late=late,
    )  # fmt: skip
    return EventStream(log.part(np.lexsort((log.event_id, log.arrived))), world, ledger)


def _arriving(events: Batch, arrived: Ints) -> Batch:
    rows = events.rows.copy()
    rows[COLUMNS.index("arrived")] = arrived
    return Batch(rows)


def _events(world: LiveWorld, rng: np.random.Generator) -> Batch:
    """Every event once, before anything happens to it on its way."""
    end = round(world.hours * HOUR)
    units = np.arange(world.units)
    start = np.sort(rng.integers(0, end, world.units))
    variant = rng.integers(0, 2, world.units)

    def after(of: Ints, minutes: float) -> Ints:
        return start[of] + rng.exponential(minutes * MINUTE, len(of)).astype(np.int64)

    returning = np.repeat(units, rng.poisson(2, world.units))
    orders = units[rng.random(world.units) < np.array(world.conversion)[variant]]
    orders = np.repeat(orders, 1 + (rng.random(len(orders)) < 0.15))
    before = units[rng.random(world.units) < 0.02]  # orders that nothing shown could have caused
    rate = np.full(world.units, world.errors)
    if world.faulty:
        low, high = (hour * HOUR for hour in world.faulty)
        rate[(variant == 1) & (start >= low) & (start < high)] = world.faulty_errors
    failing = units[rng.random(world.units) < rate]
    kinds = [
        (units, start, EXPOSURE), (returning, after(returning, 10), EXPOSURE), (orders, after(orders, 5), ORDER),
        (before, 2 * start[before] - after(before, 20), ORDER), (failing, after(failing, 1), ERROR),
    ]  # fmt: skip
    unit = np.concatenate([of for of, _, _ in kinds])
    occurred = np.concatenate([at for _, at, _ in kinds])
    name = np.repeat([kind for _, _, kind in kinds], [len(of) for of, _, _ in kinds])
    value = np.where(name == ORDER, np.exp(rng.normal(8.2, 0.6, len(unit))), 0).astype(np.int64)
    kept = (occurred >= 0) & (occurred < end)
    if world.leaking_from is not None:
        lost = (variant == 1) & (start >= world.leaking_from * HOUR) & (rng.random(world.units) < world.leaking)
        kept &= ~lost[unit]
    ids = rng.permutation(len(unit))
    return Batch(np.stack([ids, unit, variant[unit], name, occurred, occurred, value])).part(kept)
