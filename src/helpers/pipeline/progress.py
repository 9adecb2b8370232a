"""What a person sees while a step runs: bars on a terminal, lines under make, one line at the end elsewhere.

Two processes that draw bars on one terminal overwrite each other, so under make (which runs several) there are lines
only; ``python -m helpers run`` draws for all the steps it runs, which tell it how far they are. Nothing is coloured.
"""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, Literal, TypeVar

from helpers.pipeline import terminal

T = TypeVar("T")
Face = Literal["bar", "lines", "told", "quiet"]

TELL = "HELPERS_TELL_PROGRESS"
"""Set for a step whose parent draws: the step tells it, one JSON record a line, how far it is."""
_MARK = "\x1e"
"""Begins such a line; the record separator of ASCII, which no message holds."""
LONG = 2.0
"""Seconds after which a step shows that it is under way."""
_AGAIN = 15.0
"""Seconds between two lines about the same step."""
_BEAT = 0.25


def face() -> Face:
    """How this process shows progress on standard error."""
    if os.environ.get(TELL):
        return "told"
    if not sys.stderr.isatty():
        return "quiet"
    return "lines" if "MAKELEVEL" in os.environ or os.environ.get("TERM") == "dumb" else "bar"


@dataclass
class Running:
    """A step under way: ``done`` of ``total`` units, or no count where ``total`` is None."""

    label: str
    done: int = 0
    total: int | None = None
    unit: str = ""
    began: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    @property
    def count(self) -> str:
        """How far it is, in words.

        >>> Running("", done=3, total=17, unit="cells").count
        '3 of 17 cells'
        """
        return "" if self.total is None else f"{self.done} of {self.total} {self.unit}"

    def expect(self, total: int, unit: str) -> None:
        """From now on ``total`` units are counted."""
        self.done, self.total, self.unit = 0, total, unit

    def advance(self, by: int = 1) -> None:
        """``by`` more units are done."""
        self.done += by

    def told(self) -> str:
        """The record for a parent that draws."""
        return _MARK + json.dumps([self.done, self.total, self.unit])

    def heard(self, line: str) -> str:
        """Take over what a step told; what is left of the line was said to a reader.

        Others write to the same stream: a record may begin or end within a line of theirs.
        """
        said, *records = line.split(_MARK)
        for record in records:
            try:
                (self.done, self.total, self.unit), end = json.JSONDecoder().raw_decode(record)
            except (ValueError, TypeError):
                end = 0  # torn, so it is no record
            said += record[end:]
        return said if said.strip() else ""


_RUNNING: ContextVar[Running | None] = ContextVar("running", default=None)


@contextmanager
def step(subject: str, what: str) -> Iterator[Running]:
    """One line a step on standard error, with its time when it is done; until then as :func:`face` says."""
    running = Running(f"  {subject:<18} {what:<22}")
    shown = face()
    over = Event()
    watcher = Thread(target=_watch, args=(running, shown, over), daemon=True)
    token = _RUNNING.set(running)
    if shown != "quiet":
        watcher.start()
    try:
        yield running
    finally:
        _RUNNING.reset(token)
        over.set()
        if shown != "quiet":
            watcher.join()
    if shown != "told":
        say(f"{running.label} {running.seconds:6.1f} s")


def current() -> Running | None:
    """The step under way in this thread, if one is."""
    return _RUNNING.get()


def counted(items: Iterable[T], total: int, unit: str) -> Iterator[T]:
    """``items``, each counted by the step under way, if there is one.

    >>> list(counted("ab", 2, "letters"))
    ['a', 'b']
    """
    running = _RUNNING.get()
    if running:
        running.expect(total, unit)
    for item in items:
        yield item
        if running:
            running.advance()


def say(line: str) -> None:
    """A line on standard error that stands above the bars, where there are any."""
    if face() == "bar":
        from tqdm import tqdm

        with tqdm.external_write_mode(sys.stderr):
            terminal.say(line, err=True)
    else:
        terminal.say(line, err=True)


def _watch(running: Running, shown: Face, over: Event) -> None:
    if shown == "bar":
        _draw(running, over)
    elif shown == "told":
        last = ""
        while not over.wait(_BEAT):
            if running.told() != last:
                last = running.told()
                print(f"{last}\n", end="", file=sys.stderr, flush=True)
    else:
        after = LONG
        while not over.wait(_BEAT):
            if running.seconds > after:
                after += _AGAIN
                terminal.say(f"{running.label} {'...':>8} {running.count}".rstrip(), err=True)


def _draw(running: Running, over: Event) -> None:
    """A bar below the lines, gone when the step is over; without a count it is the time alone."""
    if over.wait(LONG / 2):
        return
    from tqdm import tqdm

    options: dict[str, Any] = {"file": sys.stderr, "leave": False, "dynamic_ncols": True}
    with tqdm(desc=running.label, bar_format="{desc} {elapsed}", **options) as bar:
        while not over.wait(_BEAT):
            if running.total is not None and bar.total is None:
                bar.bar_format = "{desc} {elapsed} {bar:20} {n_fmt} of {total_fmt} {unit}"
            bar.total, bar.n, bar.unit = running.total, running.done, running.unit
            bar.refresh()
