"""The log replayed: micro-batch by micro-batch into the counters, look by look into the monitor, with checkpoints."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from helpers.config.programme import Live
from helpers.programme.live import checkpoint
from helpers.programme.live.counters import Counters
from helpers.programme.live.monitor import Look, Monitor
from helpers.programme.live.stream import SECOND, EventStream

LAGS = (0.5, 0.95, 0.99)
"""Quantiles of the lags that are told."""


class Replay:
    """One pass over a stream.

    Args:
        file: where checkpoints go; none are made without one. A state that stands there is gone on from.

    Attributes:
        position: micro-batches counted so far.
        resumed: where this process began; 0 without a checkpoint.
        slowest, busy: seconds that the slowest batch, and all batches of this process, took to count.

    Example:
        >>> from helpers.programme.live.stream import LiveWorld, simulate
        >>> settings = Live(units=2_000, hours=2)
        >>> replay = Replay(simulate(LiveWorld(units=2_000, hours=2), 900, np.random.default_rng(1)), settings)
        >>> len(list(replay.looks())) == -(-replay.total // 6)
        True
    """

    def __init__(self, stream: EventStream, settings: Live, file: Path | None = None) -> None:
        self.stream, self.settings, self.file = stream, settings, file
        self.counters, self.monitor = Counters(settings.lateness_seconds), Monitor(settings)
        self.total = stream.count(settings.batch_seconds)
        self.position, self.slowest, self.busy = 0, 0.0, 0.0
        ends = int(stream.log.event_id.sum()), int(stream.log.arrived.sum())
        self.of = checkpoint.kind(settings.model_dump(), asdict(stream.world), asdict(stream.ledger), ends)
        state = checkpoint.load(file, self.of) if file else None
        if state:
            self.counters.restore(under("counters", state))
            self.monitor.restore(under("monitor", state))
            self.position = int(state["position"])
        self.resumed = self.position

    def looks(self) -> Iterator[Look]:
        """Count to the end of the stream, and give each look when it is made; the last one is at the end."""
        every = max(1, round(self.settings.look_seconds / self.settings.batch_seconds))
        for batch in self.stream.batches(self.settings.batch_seconds, self.position):
            began = time.perf_counter()
            self.counters.take(batch)
            self.position += 1
            look = None
            if self.position % every == 0 or self.position == self.total:
                look = self.monitor.look(round(self.position * self.settings.batch_seconds * SECOND), self.counters)
            took = time.perf_counter() - began
            self.busy, self.slowest = self.busy + took, max(self.slowest, took)
            if self.file and self.position % self.settings.checkpoint_batches == 0:
                self.save(self.file)
            if look:
                yield look
        self.counters.close()

    def save(self, file: Path) -> None:
        """A checkpoint of all that was counted so far."""
        parts = {"counters": self.counters.state(), "monitor": self.monitor.state()}
        state = {f"{part}.{name}": value for part, kept in parts.items() for name, value in kept.items()}
        checkpoint.save(file, self.of, state | {"position": np.array(self.position)})

    def totals(self) -> str:
        """What was counted, as JSON: equal for equal streams, however often the process died on the way."""
        found = self.counters
        names = ("deliveries", "counted", "duplicates", "outside", "crossed")
        content = {
            "deliveries": {name: getattr(found, name) for name in names},
            "arms": {arm: asdict(totals) for arm, totals in found.arms().items()},
            "alerts": [asdict(alert) for alert in self.monitor.alerts],
        }
        return json.dumps(content, indent=1) + "\n"

    def run(self) -> "Replay":
        """Count to the end of the stream."""
        for _ in self.looks():
            pass
        return self


@dataclass(frozen=True)
class Lag:
    """Seconds at one quantile: from the event to its arrival, from the arrival until a metric holds it, and both together.

    On the clock of the stream: the time that counting itself takes comes on top, see ``make bench``.
    """

    quantile: float
    on_its_way: float
    until_counted: float
    together: float


def lags(stream: EventStream, batch_seconds: float) -> tuple[Lag, ...]:
    """How old deliveries are when a metric holds them; late ones included, which no metric holds."""
    log, step = stream.log, round(batch_seconds * SECOND)
    counted = (log.arrived // step + 1) * step
    parts = [
        (b - a) / SECOND for a, b in ((log.occurred, log.arrived), (log.arrived, counted), (log.occurred, counted))
    ]
    return tuple(Lag(q, *(float(np.quantile(part, q)) for part in parts)) for q in LAGS)


def under(part: str, state: dict[str, Any]) -> dict[str, Any]:
    """Of a state of several parts the one that is asked for.

    >>> under("monitor", {"monitor.looks": 1, "counters.late": 2})
    {'looks': 1}
    """
    return {name.removeprefix(f"{part}."): value for name, value in state.items() if name.startswith(f"{part}.")}
