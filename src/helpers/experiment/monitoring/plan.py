"""What a study watches after its launch: its own section, or the primary metric where it has none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from helpers.config import ExternalEvent, Monitoring, Study
from helpers.config.assumed import no_pace, told_by
from helpers.defaults import MONITORING_LEAST, MONITORING_MINIMUM, ROLLBACK_DROP
from helpers.experiment.decision.value import DAYS_PER_MONTH
from helpers.experiment.monitoring.guarded import Guarded, Uncounted, guarded, guards
from helpers.experiment.monitoring.replay import Triggers, times
from helpers.experiment.monitoring.stream import DailyStream, DailyWorld, read, side_by_side
from helpers.formatting import counted, formatted, inside
from helpers.formatting import shift as told
from helpers.record import Numbers

SOURCE_RATE = 0.324
"""The rate for which the triggers and shifts were stated; other rates take them in proportion."""
TICKETS_PER_UNIT = 0.008
"""Tickets a unit where a study does not say: as many as in the study that does."""
TICKETS = 40.0
"""Tickets a day that are assumed at least: twice a handful is reached by chance."""
CALLED = ("tickets", "complaints", "calls for help")
"""What is called so: where a study does not count it, by the first word that none of its metrics has."""

OWN = "the stream itself"
"""Name of the study's own stream among the planted ones."""
NOISE = 1.5
"""Standard errors of a day that a made-up trigger lies below the baseline, about as many as the stated one does."""
MOST_DAYS = 365
"""Days that a section may ask to be watched."""


@dataclass(frozen=True)
class MonitoringPlan:
    """Everything monitoring needs to know before the first day.

    Attributes:
        label: the proportion watched.
        world: what days without any change look like.
        triggers: what rolls back.
        section: the study's settings, or those made up for it.
        stated: False when the study has no monitoring section.
        measured: what the experiment's control had, where the primary metric is a share.
        pace: where the units a day of a made-up plan come from.
        wait: days until what the units of a day did is known; see :func:`waits`.
        first: first day of the baseline, ISO.
        guardrail: the label of the one that is counted beside the rate; empty where that count is stated or made up.
        events: what happened outside, marked on the charts.
        guards: the other guardrails of the study, each with a count of its own, or why it has none.

    Example:
        >>> from helpers.config import load
        >>> plan = MonitoringPlan.of(load("studies/checkout_redesign.yml"), Numbers({}))
        >>> plan.label, list(plan.streams())
        ('Checkout completion', ['no change', '-0.30 points', '-0.80 points', '-1.50 points', 'tickets x 3'])
    """

    label: str
    world: DailyWorld
    triggers: Triggers
    section: Monitoring
    stated: bool
    first: str
    measured: str = ""
    pace: str = "the pace of the experiment"
    events: tuple[ExternalEvent, ...] = ()
    wait: int = 0
    guardrail: str = ""
    guards: tuple[Guarded | Uncounted, ...] = ()

    @property
    def launch(self) -> datetime:
        """Midnight at which the first day after the launch begins."""
        return datetime.fromisoformat(self.first) + timedelta(days=self.section.baseline_days + self.wait)

    @classmethod
    def of(cls, study: Study, earlier: Numbers) -> MonitoringPlan:
        """The plan of ``study``; without a section it rests on what the experiment found in the control."""
        section = _filled(study, earlier)
        triggers = Triggers(
            section.drop, section.drop_days, section.ticket_factor, section.minimum, called=called(study, earlier)
        )
        assert section.label and section.rate and section.units_per_day and section.tickets_per_day
        world = DailyWorld(
            section.rate,
            section.units_per_day,
            section.tickets_per_day,
            volume=tuple(section.weekday_volume),
            points=tuple(section.weekday_points),
        )
        launch = np.datetime64((section.launch or study.period.end).date(), "D")
        wait = waits(study)
        first = str(launch - section.baseline_days - wait)
        control = earlier.get("primary.control")
        measured = f"{inside(study.primary.label)} {control.text}" if control and control.unit == "share" else ""
        if study.monitoring is not None and study.monitoring.rate is None:
            measured = ""  # it is the rate of the plan itself
        stated, events = study.monitoring is not None, tuple(study.external_events)
        units = units_a_day(study, earlier)
        own = None if _stated(study) or not units else guarded(study, earlier, units)
        guardrail = inside(own.metric.label) if own else ""
        rest = tuple(e for e in guards(study, earlier, units) if own is None or e.metric != own.metric) if units else ()
        return cls(
            section.label,
            world,
            triggers,
            section,
            stated,
            first,
            measured,
            _pace(study),
            events,
            wait,
            guardrail,
            rest,
        )

    def worlds(self) -> dict[str, DailyWorld]:
        """What is planted, by name: a shift of the rate each, then a surge of tickets."""
        shifted = {_name(shift): replace(self.world, shift=shift) for shift in self.section.shifts}
        surge = {
            f"{self.triggers.called} x {times(self.section.ticket_surge)}": replace(
                self.world, surge=self.section.ticket_surge
            )
        }
        return shifted | surge

    def falsely(self, name: str) -> bool:
        """Whether a roll-back of this stream would be a false alarm: nothing that harms is planted in it."""
        world = self.worlds().get(name)
        return world is not None and world.shift >= 0 and world.surge <= 1

    def streams(self) -> dict[str, DailyStream]:
        """The same days under each of the planted truths, and the study's own stream where it has one.

        All have the same luck, before and after the launch, so that they differ by what is planted alone. Each is known
        as on the evening of its last day.
        """
        length, days = self.section.baseline_days, self.section.days
        made = side_by_side(
            self.section.seed, self.worlds(), baseline=length, days=days, wait=self.wait, first=self.first
        )
        if self.section.stream and self.section.launch:
            launch = self.section.launch.date().isoformat()
            made[OWN] = read(self.section.reached(self.section.stream), launch, length, self.wait)
        return {name: stream.until(len(stream.days)) for name, stream in made.items()}

    def rng(self, purpose: int) -> np.random.Generator:
        """A generator of its own for each purpose, the same on every run."""
        return np.random.default_rng([self.section.seed, purpose])

    @property
    def quiet(self) -> float:
        """Chance that a day without change is further below a known baseline than the trigger's drop."""
        from scipy import special

        rate, units = self.world.rate, self.world.units
        return float(special.ndtr(-self.triggers.drop / np.sqrt(rate * (1 - rate) / units)))


def called(study: Study, earlier: Numbers) -> str:
    """What the series beside the rate is called: its own word where the study states it, else the guardrail that it counts.

    Of a study with neither it is made up, and called by a word that no metric has.

    Example:
        >>> from helpers.config import load
        >>> called(load("studies/checkout_redesign.yml"), Numbers({}))
        'tickets'
    """
    if _stated(study):
        return CALLED[0]
    units = units_a_day(study, earlier)
    own = guarded(study, earlier, units) if units else None
    if own is not None:
        return own.called
    taken = " ".join(f"{m.name} {m.label} {' '.join(m.events)}" for m in study.metrics).lower()
    free = [word for word in CALLED if word.removesuffix("s") not in taken]
    return free[0] if free else f"assumed {CALLED[0]}"


def _stated(study: Study) -> bool:
    """Whether the study states a series beside the rate."""
    section = study.monitoring
    return section is not None and bool(section.tickets_per_day or section.stream)


def _name(shift: float) -> str:
    return told(shift) if shift else "no change"


def _pace(study: Study) -> str:
    if study.economics.exposed_units_per_month:
        return "as many as the study's economics count on"
    if study.period.experiment_days < 7:
        return "the pace of the log's few hours, which is no pace of a day or a week"
    return "the pace of the experiment"


def unwatched(study: Study, earlier: Numbers) -> str:
    """Why nothing can be watched day by day, in a sentence; empty where something can.

    A section of the study that states what it watches is its own reason. Else there must be a share of units that can
    fall: that of the primary metric, or of the units that reach the funnel's last step.

    Example:
        >>> from helpers.config import load
        >>> unwatched(load("studies/checkout_redesign.yml"), Numbers({}))
        ''
    """
    wait, days = waits(study), _days(study)
    if wait >= days:
        label = study.monitoring.label if study.monitoring else None
        known = (
            f"{inside(label or _share(study, earlier)[1])} is known of a unit {counted(wait, 'day')} after its exposure"
        )
        return f"Nothing can be watched day by day: {known}, and {counted(days, 'day')} are watched."
    if study.monitoring is not None and study.monitoring.rate and study.monitoring.units_per_day:
        return ""
    units, (rate, label) = units_a_day(study, earlier), _share(study, earlier)
    if units is None:
        return f"Nothing can be watched day by day: {no_pace(study)}, so units a day are not known; state economics.{told_by(study)}."
    if rate is None:
        return f"Nothing can be watched day by day: no share of units is known of {inside(label)}."
    if not 0 < rate < 1:
        whom = "every unit" if rate else "no unit"
        return f"Nothing can be watched day by day: {inside(label)} holds for {whom}, so there is no share that could move."
    if (
        study.monitoring is not None
        and "minimum" in study.monitoring.model_fields_set
        and units < study.monitoring.minimum
    ):
        least = formatted(study.monitoring.minimum, "count")
        return f"Nothing can be watched day by day: a day counts from {least} units on, and there are {formatted(units, 'count')}."
    if units < MONITORING_LEAST:
        seen = formatted(units, "count")
        are = "is" if units == 1 else "are"
        return f"Nothing can be watched day by day: it takes {MONITORING_LEAST} units a day or more, and there {are} {seen}."
    return ""


def waits(study: Study) -> int:
    """Days after its exposure until it is known of a unit whether it counts: those of the window of what is watched.

    That is the window of a primary metric that is a share, else the funnel's. A metric without a window is taken as
    known on the evening of the exposure, and so is what a table of units holds, or a rate that the section names itself.

    Example:
        >>> from helpers.config import load
        >>> waits(load("studies/checkout_redesign.yml"))
        0
    """
    if study.is_unit_table or _watches_another(study):
        return 0
    if study.primary.type in ("proportion", "retention"):
        return study.primary.days or 0
    return math.ceil(study.funnel.window_hours / 24)


def watches_primary(study: Study) -> bool:
    """Whether the rate that is watched is that of the primary metric: it is a share, and the section names no other one."""
    section, primary = study.monitoring, study.primary
    if primary.type not in ("proportion", "retention"):
        return False
    by_name = section is not None and any(
        w.metric == primary.name and w.label == section.label for w in section.watched
    )
    return by_name or not _watches_another(study)


def _watches_another(study: Study) -> bool:
    """Whether the section states a rate of its own, under a label that is not that of the primary metric."""
    section = study.monitoring
    return section is not None and bool(section.rate) and section.label not in (None, study.primary.label)


def _days(study: Study) -> int:
    """Days that are watched: as the study says, else as many more than usual as an outcome is awaited."""
    if study.monitoring is not None and "days" in study.monitoring.model_fields_set:
        return study.monitoring.days
    return int(min(Monitoring.model_fields["days"].default + waits(study), MOST_DAYS))


def units_a_day(study: Study, earlier: Numbers) -> int | None:
    """Units a day after a launch: as the study's monitoring says, or its economics, or as many as were exposed.

    None where it is not known over how many days they were.
    """
    if study.monitoring is not None and study.monitoring.units_per_day is not None:
        return study.monitoring.units_per_day
    if study.economics.exposed_units_per_month:
        return max(1, round(study.economics.exposed_units_per_month / DAYS_PER_MONTH))
    if earlier["exposed.units_per_day"].value is None:
        return None
    return max(1, round(earlier.value("exposed.units_per_day")))


def _share(study: Study, earlier: Numbers) -> tuple[float | None, str]:
    """The share of the control's units that a made-up plan watches, None where it is not known, and what it is called.

    It is one of which a fall is harm: of the primary metric where that is a share, else of those who reach the funnel's
    last step; where less of either is better, of the units without it.
    """
    primary, last = study.primary, study.funnel.steps[-1]
    if primary.type in ("proportion", "retention"):
        rate, label = _recorded(earlier, "primary.control"), primary.label
        wanted, without = primary.better == "higher", f"Share without {inside(label)}"
    else:
        rate, label = reached(study, earlier), f"Reached {last}"
        wanted, without = study.wants_last, f"Share without {last}"
    if wanted:
        return rate, label
    return None if rate is None else 1 - rate, without


def reached(study: Study, earlier: Numbers) -> float | None:
    """The share of the control's exposed units that reach the funnel's last step; None where it is not known.

    Where nobody is treated it is that of all units, step by step from the exposure on.
    """
    if not study.is_hashed:
        return _recorded(earlier, "funnel.control")
    prefix = "funnel" if study.way == "strict" else f"funnel.{study.way}"
    steps = study.funnel.steps[study.funnel.steps.index(study.exposure) + 1 :]
    rates = [_recorded(earlier, f"{prefix}.{step}.rate") for step in steps if step not in study.funnel.optional]
    return None if None in rates else math.prod(rate for rate in rates if rate is not None)


def _recorded(earlier: Numbers, name: str) -> float | None:
    found = earlier.get(name)
    return None if found is None or found.value is None else float(found.value)


def _filled(study: Study, earlier: Numbers) -> Monitoring:
    """The study's section, what it leaves out taken from the experiment and made up to suit that."""
    stated = study.monitoring.model_dump(exclude_unset=True) if study.monitoring is not None else {}
    if stated.get("rate") and stated.get("units_per_day") and stated.get("tickets_per_day") and stated.get("label"):
        return Monitoring.model_validate({"days": _days(study)} | stated)
    return Monitoring.model_validate(_made_up(study, earlier) | stated)


def _made_up(study: Study, earlier: Numbers) -> dict[str, Any]:
    units, (rate, label) = units_a_day(study, earlier), _share(study, earlier)
    assert units is not None
    kept = min(max(float(rate or 0.0), 0.5 / max(units, 2)), 1 - 0.5 / max(units, 2))
    noise = NOISE * float(np.sqrt(kept * (1 - kept) / units))
    scale = max(kept / SOURCE_RATE, noise / ROLLBACK_DROP)
    own = None if _stated(study) else guarded(study, earlier, units)
    beside = own.made_up(units) if own else {"tickets_per_day": max(units * TICKETS_PER_UNIT, TICKETS)}
    return {
        "label": label,
        "rate": kept,
        "days": _days(study),
        "units_per_day": units,
        **beside,
        "shifts": [max(shift * scale, -kept) for shift in (0.0, -0.003, -0.008, -0.015)],
        "drop": min(ROLLBACK_DROP * scale, 0.99),
        "minimum": min(MONITORING_MINIMUM, max(units // 4, 1)),
    }


def middle(plan: MonitoringPlan) -> str:
    """The study's own stream, or the planted shift that is neither clear nor hopeless: the last but one."""
    if plan.section.stream:
        return OWN
    shifted = [name for name, world in plan.worlds().items() if world.surge == 1]
    return shifted[-2] if len(shifted) > 1 else shifted[0]
