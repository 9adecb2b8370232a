"""A running experiment as a person sees it: one picture redrawn on a terminal, a line an hour and a line an alarm elsewhere."""

import shutil
import time
from typing import TypeAlias

from helpers.formatting import formatted, with_interval
from helpers.pipeline.terminal import redraw, say
from helpers.programme.live.feed import Feed
from helpers.programme.live.monitor import Look
from helpers.programme.live.replay import Replay
from helpers.programme.live.stream import ARMS, HOUR, SECOND

Running: TypeAlias = Replay | Feed

DAY_A_MINUTE = 1_440.0
"""Seconds of the stream in one second on a terminal."""
_BAR = 30
_LATEST = 4
"""Alarms that the picture shows."""


class Screen:
    """Shows a replay or a feed while it runs.

    Args:
        terminal: whether the picture may be redrawn in place.
        colour: whether a raised alarm is red.
    """

    def __init__(self, replay: Running, terminal: bool, colour: bool = False) -> None:
        self.replay, self.terminal, self.colour = replay, terminal, colour
        self.drawn = self.told = 0
        self.hour, self.last = -1, ""

    def run(self, speed: float) -> None:
        """Count a replay to its end, at ``speed`` seconds of the stream a second; 0 is as fast as it can."""
        replay = self.replay
        assert isinstance(replay, Replay)
        if replay.resumed:
            say(f"goes on from its checkpoint: micro-batch {replay.resumed:,} of {replay.total:,}")
        origin = replay.resumed * replay.settings.batch_seconds
        began = time.perf_counter()
        self.told = len(replay.monitor.alerts)
        look = None
        for look in replay.looks():
            if speed:
                time.sleep(max(0.0, (look.at / SECOND - origin) / speed - (time.perf_counter() - began)))
            self._show(look)
        if look and not self.terminal:
            self._tell()
            say(line(replay, look))
        done = replay.position - replay.resumed
        if done:
            mean = formatted(1_000 * replay.busy / done, "number")
            worst = formatted(1_000 * replay.slowest, "number")
            say(f"counted {done:,} micro-batches in {mean} ms each, the slowest in {worst} ms")

    def follow(self) -> None:
        """Show a feed until it ends or is stopped; lines that are no events are shown, and counted at the end."""
        feed = self.replay
        assert isinstance(feed, Feed)
        if feed.resumed:
            say(f"goes on from its checkpoint: {feed.resumed:,} lines were read; --from-start forgets them")
        self.told = len(feed.monitor.alerts)
        latest = None
        for look in feed.looks():
            for note in feed.notes:
                say(note)
                self.drawn = 0
            feed.notes.clear()
            if look:
                latest = look
                self._show(look)
        if latest and not self.terminal:
            self._tell()
            if line(feed, latest) != self.last:
                say(line(feed, latest))
        say(f"{feed.intake.lines:,} lines read, {feed.intake.refused.total():,} of them no events")
        for reason, count in feed.intake.refused.most_common():
            say(f"  {count:,}: {reason}")

    def _show(self, look: Look) -> None:
        if self.terminal:
            self._draw(look)
            return
        self._tell()
        if look.at // HOUR > self.hour:
            self.hour, self.last = look.at // HOUR, line(self.replay, look)
            say(self.last)

    def _tell(self) -> None:
        for alert in self.replay.monitor.alerts[self.told :]:
            say(f"  alarm {alert.name} {alert.change} at hour {alert.at / HOUR:.1f}")
        self.told = len(self.replay.monitor.alerts)

    def _draw(self, look: Look) -> None:
        width = shutil.get_terminal_size().columns
        lines = [text[: width - 1] for text in picture(self.replay, look)]
        redraw(lines, self.drawn, lambda text: self.colour and text.startswith("ALARM"))
        self.drawn = len(lines)


def line(replay: Running, look: Look) -> str:
    """One look in one line."""
    found = replay.counters
    alarms = ", ".join(replay.monitor.ringing) or "none"
    return (
        f"hour {look.at / HOUR:5.1f}  deliveries {found.deliveries:,}  repeats {found.duplicates:,}  "
        f"late {int(found.late.sum()):,}  effect {_effect(look)}  alarms: {alarms}"
    )


def picture(replay: Running, look: Look) -> list[str]:
    """One look in a dozen lines."""
    found = replay.counters
    arms = [
        f"  {arm:<10} {totals.exposed:>9,} exposed {totals.converters:>8,} ordered"
        f" {formatted(totals.revenue, 'money'):>14} {totals.late:>7,} late"
        for arm, totals in found.arms().items()
    ]
    ringing = replay.monitor.ringing
    latest = [f"  {a.name} {a.change} at hour {a.at / HOUR:.1f}" for a in replay.monitor.alerts[-_LATEST:]]
    return [
        f"hour {look.at / HOUR:.1f}  {_progress(replay)}  watermark at hour {max(found.watermark, 0) / HOUR:.1f}",
        f"{found.deliveries:,} deliveries: {found.counted:,} counted, {found.duplicates:,} repeats, {int(found.late.sum()):,} late",
        *arms,
        f"  effect     {_effect(look)}",
        f"  split      p {formatted(look.split_p, 'p')}",
        f"ALARM: {', '.join(ringing)}" if ringing else "no alarm",
        *latest,
        *[""] * (_LATEST - len(latest)),
    ]


def _progress(replay: Running) -> str:
    if isinstance(replay, Feed):
        return f"{replay.intake.lines:,} lines, {replay.intake.refused.total():,} no events"
    full = round(_BAR * replay.position / replay.total)
    return f"[{'#' * full}{'.' * (_BAR - full)}]"


def _effect(look: Look) -> str:
    if look.absolute != look.absolute:
        return f"not yet: nobody ordered in {ARMS[0]} or {ARMS[1]}"
    return with_interval(look.absolute, look.low, look.high, "points")
