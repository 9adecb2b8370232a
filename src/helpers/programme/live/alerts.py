"""Alarms that do not flicker: raised at one level, cleared at a lower one, silent for a while after."""

import math
from dataclasses import dataclass
from typing import Literal

from scipy import special

from helpers.config.programme import Live
from helpers.defaults import ALPHA, LIVE_CLEAR_P, LIVE_CLEAR_SIGMA, SRM_THRESHOLD
from helpers.programme.live.stream import MINUTE

Change = Literal["raised", "cleared"]


@dataclass(frozen=True)
class AlarmRule:
    """When an alarm is raised and cleared; a higher level is worse.

    Attributes:
        raise_at, clear_at: levels; ``clear_at`` is the lower one.
        minimum: units that the smaller arm must have.
        cool_down: milliseconds after a clearing in which nothing is raised.
        false_alarms: probability of an alarm without trouble, over a whole experiment or, of ``errors``, a day.
    """

    name: str
    raise_at: float
    clear_at: float
    minimum: int
    cool_down: int
    false_alarms: float


@dataclass(frozen=True)
class Alert:
    """What an alarm did, and at which level; ``at`` is the arrival clock in milliseconds."""

    name: str
    at: int
    change: Change
    level: float


@dataclass
class Alarm:
    """One rule's state.

    Example:
        >>> alarm = Alarm(AlarmRule("errors", 4, 2, 100, 10, 0.01))
        >>> levels = [(0, 90, 5), (1, 200, 3.9), (2, 200, 4), (3, 200, 3), (4, 200, 2), (5, 200, 9), (14, 200, 9)]
        >>> [f"{at} {told.change}" for at, units, level in levels if (told := alarm.hear(at, units, level))]
        ['2 raised', '4 cleared', '14 raised']
    """

    rule: AlarmRule
    ringing: bool = False
    silent_until: float = -math.inf

    def hear(self, at: int, units: int, level: float) -> Alert | None:
        """Take in a level; the alert when the alarm changes. A level that cannot be had (NaN) changes nothing."""
        if self.ringing and level <= self.rule.clear_at:
            self.ringing, self.silent_until = False, at + self.rule.cool_down
            return Alert(self.rule.name, at, "cleared", level)
        may = units >= self.rule.minimum and at >= self.silent_until
        if not self.ringing and may and level >= self.rule.raise_at:
            self.ringing = True
            return Alert(self.rule.name, at, "raised", level)
        return None


def rules(settings: Live) -> tuple[AlarmRule, ...]:
    """The alarms of a running experiment.

    ``split`` and ``effect`` hear -log10 of a p-value that is valid at every look, so the chance of *ever* raising a false
    alarm is at most the threshold itself. ``errors`` hears a z of its own window at every look; with L looks a day it is raised
    where the normal tail is ``false_alarms_per_day`` / L, so by the union bound a quiet day alarms with at most that
    probability. The bound leans on the normal approximation: it lies where a window holds a handful of failures.

    Example:
        >>> [(rule.name, round(rule.raise_at, 2)) for rule in rules(Live())]
        [('split', 3.0), ('effect', 1.3), ('errors', 4.35)]
    """
    looks = 24 * 60 * MINUTE / 1_000 / settings.look_seconds
    shared = settings.minimum_exposure, round(settings.cool_down_minutes * MINUTE)
    steep = float(special.ndtri(1 - settings.false_alarms_per_day / looks))
    return (
        AlarmRule("split", -math.log10(SRM_THRESHOLD), -math.log10(LIVE_CLEAR_P), *shared, SRM_THRESHOLD),
        AlarmRule("effect", -math.log10(ALPHA), -math.log10(LIVE_CLEAR_P), *shared, ALPHA),
        AlarmRule("errors", steep, LIVE_CLEAR_SIGMA, *shared, settings.false_alarms_per_day),
    )
