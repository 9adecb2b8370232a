"""A replay as a person sees it: one picture redrawn on a terminal, a line an hour and a line an alarm elsewhere."""

import shutil
import time

from helpers.formatting import formatted, with_interval
from helpers.programme.live.monitor import Look
from helpers.programme.live.replay import Replay
from helpers.programme.live.stream import ARMS, HOUR, SECOND
from helpers.terminal import redraw, say

DAY_A_MINUTE = 1_440.0
"""Seconds of the stream in one second on a terminal."""
_BAR = 30
_LATEST = 4
"""Alarms that the picture shows."""


class Screen:
    """Shows a replay while it runs.

    Args:
        terminal: whether the picture may be redrawn in place.
        colour: whether a raised alarm is red.
    """

    def __init__(self, replay: Replay, terminal: bool, *, colour: bool = False) -> None:
        self.replay, self.terminal, self.colour = replay, terminal, colour
        self.drawn = self.told = 0

    def run(self, speed: float) -> None:
        """Count to the end, at ``speed`` seconds of the stream a second; 0 is as fast as it can."""
        replay = self.replay
        self.told = len(replay.monitor.alerts)
        if replay.resumed:
            say(f"goes on from its checkpoint: micro-batch {replay.resumed:,} of {replay.total:,}")
        origin = replay.resumed * replay.settings.batch_seconds
        began = time.perf_counter()
        hour, look = -1, None
        for look in replay.looks():
            if speed:
                time.sleep(max(0.0, (look.at / SECOND - origin) / speed - (time.perf_counter() - began)))
            if self.terminal:
                self._draw(look)
            else:
                self._tell()
                if look.at // HOUR > hour:
                    hour = look.at // HOUR
                    say(line(replay, look))
        if look and not self.terminal:
            self._tell()
            say(line(replay, look))
        done = replay.position - replay.resumed
        if done:
            mean = formatted(1_000 * replay.busy / done, "number")
            worst = formatted(1_000 * replay.slowest, "number")
            say(f"counted {done:,} micro-batches in {mean} ms each, the slowest in {worst} ms")

    def _tell(self) -> None:
        for alert in self.replay.monitor.alerts[self.told :]:
            say(f"  alarm {alert.name} {alert.change} at hour {alert.at / HOUR:.1f}")
        self.told = len(self.replay.monitor.alerts)

    def _draw(self, look: Look) -> None:
        width = shutil.get_terminal_size().columns
        lines = [text[: width - 1] for text in picture(self.replay, look)]
        redraw(lines, self.drawn, lambda text: self.colour and text.startswith("ALARM"))
        self.drawn = len(lines)


def line(replay: Replay, look: Look) -> str:
    """One look in one line."""
    found = replay.counters
    alarms = ", ".join(replay.monitor.ringing) or "none"
    return (
        f"hour {look.at / HOUR:5.1f}  deliveries {found.deliveries:,}  repeats {found.duplicates:,}  "
        f"late {int(found.late.sum()):,}  effect {_effect(look)}  alarms: {alarms}"
    )


def picture(replay: Replay, look: Look) -> list[str]:
    """One look in a dozen lines."""
    found, done = replay.counters, replay.position / replay.total
    full = round(_BAR * done)
    arms = [
        f"  {arm:<10} {totals.exposed:>9,} exposed {totals.converters:>8,} ordered"
        f" {formatted(totals.revenue, 'money'):>14} {totals.late:>7,} late"
        for arm, totals in found.arms().items()
    ]
    ringing = replay.monitor.ringing
    latest = [f"  {a.name} {a.change} at hour {a.at / HOUR:.1f}" for a in replay.monitor.alerts[-_LATEST:]]
    return [
        f"hour {look.at / HOUR:.1f}  [{'#' * full}{'.' * (_BAR - full)}]  watermark at hour {max(found.watermark, 0) / HOUR:.1f}",
        f"{found.deliveries:,} deliveries: {found.counted:,} counted, {found.duplicates:,} repeats, {int(found.late.sum()):,} late",
        *arms,
        f"  effect     {_effect(look)}",
        f"  split      p {formatted(look.split_p, 'p')}",
        f"ALARM: {', '.join(ringing)}" if ringing else "no alarm",
        *latest,
        *[""] * (_LATEST - len(latest)),
    ]


def _effect(look: Look) -> str:
    if look.absolute != look.absolute:
        return f"not yet: nobody ordered in {ARMS[0]} or {ARMS[1]}"
    return with_interval(look.absolute, look.low, look.high, "points")
