"""A running experiment counted as it arrives, with looks and checkpoints, against a loop over events."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.goal import Goal, best_of
from helpers.config.programme import Live
from helpers.programme.live.replay import Replay
from helpers.programme.live.stream import Batch, EventStream, LiveWorld, simulate

EVENTS_A_SECOND = 200_000
SLOWEST_BATCH = 1.0
"""Seconds that no micro-batch may take, or metrics would not be there within seconds of arrival."""


def replayed(stream: EventStream, settings: Live) -> Replay:
    """The whole stream through counters, looks, alarms and checkpoints."""
    with TemporaryDirectory() as folder:
        return Replay(stream, settings, Path(folder, "checkpoint.npz")).run()


def loop(log: Batch, lateness: int) -> tuple[int, int, int]:
    """What anyone would write first: counted, repeated and late, and the sums by unit."""
    newest = counted = repeated = late = 0
    seen: set[int] = set()
    revenue: dict[int, int] = {}
    for event, unit, _, _, occurred, _, value in log.rows.T.tolist():
        newest = max(newest, occurred)
        if occurred < newest - lateness:
            late += 1
        elif event in seen:
            repeated += 1
        else:
            seen.add(event)
            counted += 1
            revenue[unit] = revenue.get(unit, 0) + value
    return counted, repeated, late


def run(units: int = 1_000_000) -> Iterator[str | Goal]:
    settings = Live(units=units, hours=6)
    stream = simulate(LiveWorld(units=units, hours=6), settings.lateness_seconds, np.random.default_rng(1))
    events = len(stream.log)
    yield f"Live counting of {events:,} deliveries in micro-batches of {settings.batch_seconds:g} s"
    began = time.process_time()
    seconds, replay = best_of(2, lambda: replayed(stream, settings))
    busy = (time.process_time() - began) / 2
    plain, found = best_of(1, lambda: loop(stream.log, round(settings.lateness_seconds * 1_000)))
    counters = replay.counters
    equal = found == (counters.counted, counters.duplicates, int(counters.late.sum()))
    yield f"  counters, looks, checkpoints {seconds:8.2f} s   {events / seconds:12,.0f} events a second, {busy:.2f} s of one core"
    yield f"  loop over events, sums only  {plain:8.2f} s   {events / plain:12,.0f} events a second"
    yield Goal("counts equal to those of the loop", float(equal), 1, "of 1", least=True)
    yield Goal("events counted a second", events / seconds, EVENTS_A_SECOND, "events", least=True)
    yield Goal("slowest micro-batch, its look included", replay.slowest, SLOWEST_BATCH, "s")
