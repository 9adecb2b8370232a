"""What a running experiment shows at a look: the interval on its effect, its split, its guardrail, and the alarms."""

import json
import math
from dataclasses import asdict, astuple, dataclass
from typing import Any

import numpy as np

from helpers.config.programme import Live
from helpers.programme.live.alerts import Alarm, Alert, rules
from helpers.programme.live.counters import Counters
from helpers.programme.live.stream import ARMS, MINUTE, SECOND
from helpers.stats.checks.sequential_srm import sequential_srm
from helpers.stats.sequential.confidence_sequences import confidence_sequence
from helpers.stats.summaries.proportion import Proportion


@dataclass(frozen=True)
class Look:
    """All that is known at ``at``, in milliseconds of the arrival clock.

    ``absolute``, ``low`` and ``high``: treatment's share of units that ordered less the control's, with an interval that
    holds at all looks together (NaN while an arm has no unit). ``errors``: the treatment's failing units above the control's over the latest
    window, in standard errors.
    """

    at: int
    control: int
    treatment: int
    absolute: float
    low: float
    high: float
    p_value: float
    split_p: float
    errors: float


class Monitor:
    """Looks and alarms so far.

    The interval and the split may be looked at whenever one likes (:func:`~helpers.stats.confidence_sequence`,
    :func:`~helpers.stats.checks.sequential_srm`). They lie when units are lost in one arm: the split alarm tells so, and then no
    effect counts.
    """

    def __init__(self, settings: Live) -> None:
        self.settings = settings
        self.looks: list[Look] = []
        self.alerts: list[Alert] = []
        self.alarms = [Alarm(rule) for rule in rules(settings)]
        self.window = max(1, round(settings.window_minutes * MINUTE / (settings.look_seconds * SECOND)))
        self.recent = np.zeros((1, 2, len(ARMS)), np.int64)

    def look(self, at: int, counters: Counters) -> Look:
        """Look at the totals at ``at`` and let the alarms hear of it."""
        now = np.stack([counters.exposed, counters.erring])
        self.recent = np.concatenate([self.recent, now[None]])[-self.window - 1 :]
        found = self._effect(at, counters, excess(now - self.recent[0]))
        self.looks.append(found)
        levels = -math.log10(found.split_p), -math.log10(max(found.p_value, 1e-300)), found.errors
        for alarm, level in zip(self.alarms, levels, strict=True):
            told = alarm.hear(at, min(found.control, found.treatment), level)
            self.alerts += [told] if told else []
        return found

    def _effect(self, at: int, counters: Counters, errors: float) -> Look:
        exposed, converters = counters.exposed.tolist(), counters.converters.tolist()
        split = max(sequential_srm([exposed], [1] * len(ARMS), cumulative=True).p_value, 1e-300)
        n_c, n_t = exposed
        if not min(converters):
            return Look(at, n_c, n_t, math.nan, math.nan, math.nan, math.nan, split, errors)
        arms = [Proportion(n, k) for n, k in zip(exposed, converters, strict=True)]
        seen = confidence_sequence(arms[0], arms[1], tuned_for=self.settings.units)
        return Look(at, n_c, n_t, seen.absolute, seen.absolute_low, seen.absolute_high, seen.p_value, split, errors)

    @property
    def ringing(self) -> tuple[str, ...]:
        """Names of the alarms that are raised now."""
        return tuple(alarm.rule.name for alarm in self.alarms if alarm.ringing)

    def state(self) -> dict[str, Any]:
        """All of it as arrays, for a checkpoint."""
        said = [asdict(alert) for alert in self.alerts], [(a.ringing, a.silent_until) for a in self.alarms]
        looks = np.array([astuple(look) for look in self.looks], np.float64).reshape(-1, len(Look.__match_args__))
        return {"looks": looks, "recent": self.recent, "said": np.array(json.dumps(said))}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a :meth:`state`."""
        self.looks = [Look(*(int(v) for v in row[:3]), *(float(v) for v in row[3:])) for row in state["looks"]]
        self.recent = state["recent"]
        alerts, alarms = json.loads(str(state["said"]))
        self.alerts = [Alert(**alert) for alert in alerts]
        for alarm, (ringing, silent_until) in zip(self.alarms, alarms, strict=True):
            alarm.ringing, alarm.silent_until = ringing, silent_until


def excess(counts: Any) -> float:
    """Failing units of the treatment above those of the control, in standard errors of the pooled rate.

    ``counts`` holds exposed and failing units by arm. NaN when nothing failed or an arm is empty.

    Example:
        >>> round(excess([[1000, 1000], [20, 40]]), 3)
        2.622
    """
    (n_c, n_t), (k_c, k_t) = ([int(v) for v in row] for row in counts)
    if not min(n_c, n_t) or not 0 < k_c + k_t < n_c + n_t:
        return math.nan
    pooled = (k_c + k_t) / (n_c + n_t)
    return (k_t / n_t - k_c / n_c) / math.sqrt(pooled * (1 - pooled) * (1 / n_c + 1 / n_t))
