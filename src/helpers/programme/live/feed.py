"""A running experiment read as it is written: a file that grows, or lines on standard input, one JSON object each.

The clock of a feed is the newest event time, so what is counted, seen and alarmed depends on the lines alone and not on
when they were read. A process that was stopped goes on from its checkpoint: in a file at the byte after the last line
that it holds, on standard input with the next line that comes; an event that is sent again counts once.
"""

import hashlib
import os
import select
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from helpers.config.programme import Live
from helpers.errors import ReportError
from helpers.programme.live import checkpoint
from helpers.programme.live.counters import Counters
from helpers.programme.live.intake import FIELDS, LONGEST, Intake, batch
from helpers.programme.live.monitor import Look, Monitor
from helpers.programme.live.replay import under
from helpers.programme.live.stream import SECOND

BLOCK = 1 << 16
"""Bytes that are read at once."""
PATIENCE = 0.25
"""Seconds after which a source that has nothing new says so."""
EXAMPLES = 3
"""Lines that are shown of each reason not to be an event."""
_HEAD = 4_096


class Source(Protocol):
    """Where lines come from."""

    def read(self, offset: int) -> bytes | None:
        """What stands at ``offset``; empty when there will be no more, None when there is nothing yet."""

    def head(self, offset: int) -> str:
        """A digest by which what stands before ``offset`` is known again."""


class StandardInput:
    """A pipe, or what is redirected into it; it ends, and cannot be read again."""

    def __init__(self, descriptor: int = 0) -> None:
        self.descriptor = descriptor

    def read(self, offset: int) -> bytes | None:
        ready, _, _ = select.select([self.descriptor], [], [], PATIENCE)
        return os.read(self.descriptor, BLOCK) if ready else None

    def head(self, offset: int) -> str:
        return "standard input"


class Grown:
    """A file that others write to; it is followed until somebody stops."""

    def __init__(self, file: Path) -> None:
        if not file.is_file():
            raise ReportError(
                f"there is no file {file.name} to follow", expected="a file with one event a line",
                remedy="for a pipe: python -m helpers live PROGRAMME --events - < PIPE",
            )  # fmt: skip
        self.file = file

    def read(self, offset: int) -> bytes | None:
        with (
            suppress(FileNotFoundError),
            self.file.open("rb") as lines,
        ):  # it may be gone for a moment, when it is replaced
            lines.seek(offset)
            if found := lines.read(BLOCK):
                return found
        time.sleep(PATIENCE)
        return None

    def head(self, offset: int) -> str:
        with suppress(FileNotFoundError), self.file.open("rb") as lines:
            begins = lines.read(min(offset, _HEAD))
            if os.fstat(lines.fileno()).st_size >= offset:
                return hashlib.sha256(begins).hexdigest()
        return "shorter"


class Feed:
    """One pass over a source, from its checkpoint in ``file`` if there is one.

    Attributes:
        offset: bytes that were read as whole lines.
        resumed: lines that an earlier process had read.
        notes: what a person should be told since the last look: lines that are no events, and a file that is another.
    """

    def __init__(self, source: Source, settings: Live, file: Path) -> None:
        self.source, self.settings, self.file = source, settings, file
        self.counters, self.monitor, self.intake = Counters(settings.lateness_seconds), Monitor(settings), Intake()
        self.offset = self.clock = self.saved = 0
        self.notes: list[str] = []
        self.stopping = self.skipping = False
        self.step = round(settings.look_seconds * SECOND)
        self.of = checkpoint.kind("feed", settings.model_dump(), FIELDS)
        state = checkpoint.load(file, self.of)
        if state:
            for part in ("counters", "monitor", "intake"):
                getattr(self, part).restore(under(part, state))
            self.offset, self.clock, skipping = (int(value) for value in state["at"])
            self.skipping = bool(skipping)
            self._look_again(str(state["head"]))
        self.resumed = self.saved = self.intake.lines

    def stop(self, *_: object) -> None:
        """End after the lines in hand; asked twice, at once."""
        if self.stopping:
            raise KeyboardInterrupt
        self.stopping = True

    def looks(self) -> Iterator[Look | None]:
        """Count what comes, and give each look when the clock has passed it, None when it is silent; the last is at the end."""
        kept, unsaved = b"", 0
        every = max(
            1, round(self.settings.checkpoint_batches * self.settings.batch_seconds / self.settings.look_seconds)
        )
        while not self.stopping:
            found = self.source.read(self.offset + len(kept))
            if found is None:
                self._save_what_is_new()
                if self.source.head(self.offset) == "shorter":
                    kept = self._look_again("")
                yield None
                continue
            lines = (kept + (found or b"\n" * bool(kept))).split(b"\n")
            kept = self._too_long(lines.pop())
            for look in self._counted(lines):
                unsaved += 1
                yield look
            if unsaved >= every:
                self.save()
                unsaved = 0
            if not found:
                break
        self._save_what_is_new()
        yield self.monitor.look(self.clock, self.counters)
        self.counters.close()

    def _look_again(self, head: str) -> bytes:
        """Whether the file is still the one that began like this; if not, it is read from its beginning."""
        if self.source.head(self.offset) != head:
            self.offset, self.skipping = 0, False
            self.notes.append("the file is another than before, and is read from its beginning")
        return b""

    def _counted(self, lines: list[bytes]) -> Iterator[Look]:
        now, events = time.time_ns() // 1_000_000, list[tuple[int, ...]]()
        for line in lines:
            if self.skipping or not line.strip():
                self.skipping = False
            elif event := self._event(line, now):
                at = event[4]
                if at // self.step > self.clock // self.step:
                    self.counters.take(batch(events))
                    events = []
                    yield from self._passed(self.clock // self.step, at // self.step)
                self.clock = max(self.clock, at)
                events.append(event)
            self.offset += len(line) + 1
        self.counters.take(batch(events))

    def _passed(self, last: int, next_: int) -> Iterator[Look]:
        """Looks at the bounds that the clock passes; of a long silence those that the guardrail's window holds."""
        for bound in range(max(last + 1, next_ - self.monitor.window), next_ + 1):
            yield self.monitor.look(bound * self.step, self.counters)

    def _event(self, line: bytes, now: int) -> tuple[int, ...] | None:
        before = self.intake.refused.copy()
        event = self.intake.event(line, now)
        for reason in self.intake.refused - before:
            if self.intake.refused[reason] <= EXAMPLES:
                words = line[:60].decode("utf-8", "replace")
                self.notes.append(f"line {self.intake.lines:,} is no event, {reason}: {words}")
        return event

    def _too_long(self, begun: bytes) -> bytes:
        """The line that is not whole yet; what can be no event any more is passed over up to its end."""
        if len(begun) <= LONGEST:
            return begun
        if not self.skipping:
            self._event(begun, 0)
        self.skipping, self.offset = True, self.offset + len(begun)
        return b""

    def _save_what_is_new(self) -> None:
        if self.intake.lines != self.saved:
            self.save()

    def save(self) -> None:
        """A checkpoint of all that was counted so far."""
        parts = {part: getattr(self, part).state() for part in ("counters", "monitor", "intake")}
        state = {f"{part}.{name}": value for part, kept in parts.items() for name, value in kept.items()}
        at = np.array([self.offset, self.clock, self.skipping], np.int64)
        checkpoint.save(self.file, self.of, state | {"at": at, "head": np.array(self.source.head(self.offset))})
        self.saved = self.intake.lines

    def totals(self) -> dict[str, Any]:
        """What was counted: equal for equal lines, however often the process was stopped on the way."""
        found = self.counters
        return {
            "lines": self.intake.lines,
            "no_events": dict(sorted(self.intake.refused.items())),
            "deliveries": {n: getattr(found, n) for n in ("deliveries", "counted", "duplicates", "outside", "crossed")},
            "arms": {arm: asdict(totals) for arm, totals in found.arms().items()},
            "alerts": [asdict(alert) for alert in self.monitor.alerts],
        }
