"""CONTINUE, PAUSE or ROLL BACK: one decision a day, each from what was known that evening."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from helpers import defaults
from helpers.experiment.monitoring.baseline import Baseline
from helpers.experiment.monitoring.charts import cusum, ewma
from helpers.experiment.monitoring.rules import WESTERN_ELECTRIC, any_signal, observed
from helpers.experiment.monitoring.stream import DailyStream
from helpers.formatting import shift
from helpers.stats.validation import BoolArray, FloatArray

DailyVerdict = Literal["CONTINUE", "PAUSE", "ROLL BACK"]
SIGNALS = ("Western Electric rules", "CUSUM", "EWMA")
TRIGGERS = ("rate trigger", "ticket trigger")
NOTHING = "No trigger and no signal."


@dataclass(frozen=True)
class Triggers:
    """What rolls the change back, written down before the launch.

    Attributes:
        drop: the rate further than this below the baseline of its weekday, a difference of shares ...
        days: ... on so many observed days in a row. A missing day neither counts nor clears the run.
        tickets: a day's tickets above this multiple of its weekday's baseline, on any one day.
        minimum: checkouts below which a day's rate counts as missing.
        blind: missing days in a row after which a ramp pauses.
        called: what the tickets are called on the page.

    Example:
        >>> Triggers().text("Checkout completion")
        'Checkout completion more than 1.00 points below its baseline on 3 observed days in a row, or tickets above 2 times their baseline'
    """

    drop: float = defaults.ROLLBACK_DROP
    days: int = defaults.ROLLBACK_DAYS
    tickets: float = defaults.ROLLBACK_TICKETS
    minimum: int = defaults.MONITORING_MINIMUM
    blind: int = defaults.BLIND_DAYS
    called: str = "tickets"

    def named(self, trigger: str) -> str:
        """One of :data:`TRIGGERS` by what it looks at.

        >>> Triggers().named("ticket trigger"), Triggers(called="complaints").named("ticket trigger")
        ('ticket trigger', 'trigger on complaints')
        """
        renamed = trigger == TRIGGERS[1] and self.called != Triggers.called
        return f"trigger on {self.called}" if renamed else trigger

    def text(self, label: str) -> str:
        days = "one observed day" if self.days == 1 else f"{self.days} observed days in a row"
        drop, tickets = shift(self.drop).lstrip("+"), f"{times(self.tickets)} times their baseline"
        return f"{label} more than {drop} below its baseline on {days}, or {self.called} above {tickets}"


@dataclass(frozen=True)
class Marks:
    """Days after the launch on which something was seen; series may have leading axes.

    Attributes:
        found: by name of the trigger or signal, only towards harm.
        blind: days without enough checkouts, at the end of a long enough row of such days.

    Example:
        >>> from helpers.experiment.monitoring.stream import DailyWorld, simulate
        >>> stream = simulate(np.random.default_rng(1), DailyWorld(0.324, 4760, 40, shift=-0.05))
        >>> marks = marked(stream, Baseline.of(stream), Triggers())
        >>> int(marks.found["rate trigger"].argmax()) + 1
        3
    """

    found: dict[str, BoolArray]
    blind: BoolArray

    def any_of(self, names: tuple[str, ...]) -> BoolArray:
        return np.asarray(np.any([self.found[name] for name in names], axis=0))


@dataclass(frozen=True)
class DailyDecision:
    """The decision on the evening of one day after the launch.

    Attributes:
        day: 1 for the day of the launch.
        date: ISO date.
        verdict: CONTINUE, PAUSE or ROLL BACK; what was rolled back stays so.
        reason: why, in a sentence.
        signals: names of what was seen that day.

    Example:
        >>> DailyDecision(3, "2026-02-04", "PAUSE", "CUSUM points to harm.", ("CUSUM",)).verdict
        'PAUSE'
    """

    day: int
    date: str
    verdict: DailyVerdict
    reason: str
    signals: tuple[str, ...]


def times(factor: float) -> str:
    """How many times as many: as somebody stated it, or two digits behind the point of what was reckoned.

    >>> times(1.5), times(3.0), times(1.125), times(1.4860144), times(2.19137)
    ('1.5', '3', '1.125', '1.49', '2.19')
    """
    told = f"{factor:g}"
    return told if len(told) <= len("1.125") else f"{factor:.2f}"


def marked(stream: DailyStream, baseline: Baseline, triggers: Triggers) -> Marks:
    """Every trigger and signal on every evening after the launch, from what is known by then.

    A rate is known ``stream.wait`` days after its day, and so is what it sets off; tickets are known at once. Run rules, CUSUM and EWMA read standard errors of :meth:`Baseline.z` from the day of the launch on, towards harm
    only. Where a series has missing days they are left out.
    """
    thin = ~(np.nan_to_num(stream.units) >= triggers.minimum)
    z = np.where(thin, np.nan, baseline.z(stream))[..., stream.launch :]
    gaps = np.where(thin, np.nan, baseline.gaps(stream))[..., stream.launch :]
    expected = baseline.expected_tickets(stream.weekdays)
    surges = np.nan_to_num(stream.tickets, nan=-1.0) > triggers.tickets * expected
    low, _ = cusum(z)
    mean = ewma(z)
    there = np.isfinite(z)
    of_rates = {
        TRIGGERS[0]: in_a_row(gaps < -triggers.drop, there, triggers.days),
        SIGNALS[0]: _rules(z),
        SIGNALS[1]: (low > defaults.CUSUM_LIMIT) & there,
        SIGNALS[2]: (mean.points < mean.low) & there,
    }
    known = {name: later(days, stream.wait) for name, days in of_rates.items()}
    found = {TRIGGERS[0]: known.pop(TRIGGERS[0]), TRIGGERS[1]: surges[..., stream.launch :], **known}
    return Marks(found, later(in_a_row(~there, np.ones_like(there), triggers.blind), stream.wait))


def later(days: BoolArray, wait: int) -> BoolArray:
    """Marks moved from the days they are of to the evenings on which these are known.

    Example:
        >>> later(np.array([True, False, True, True]), 2).tolist()
        [False, False, True, False]
    """
    evenings = np.zeros_like(days)
    length = days.shape[-1]
    evenings[..., wait:] = days[..., : max(length - wait, 0)]
    return evenings


def in_a_row(hits: BoolArray, there: BoolArray, length: int) -> BoolArray:
    """Days on which ``length`` hits in a row are complete; days that are not there neither count nor clear.

    Example:
        >>> there = np.array([True, True, False, True])
        >>> in_a_row(np.array([True, True, False, True]), there, 3).tolist()
        [False, False, False, True]
    """
    run = np.zeros(hits.shape[:-1], dtype=int)
    found = np.zeros(hits.shape, dtype=bool)
    for day in range(hits.shape[-1]):
        run = np.where(there[..., day], np.where(hits[..., day], run + 1, 0), run)
        found[..., day] = there[..., day] & (run >= length)
    return found


def replay(stream: DailyStream, baseline: Baseline, triggers: Triggers) -> tuple[DailyDecision, ...]:
    """One decision for each day after the launch; the first days of a longer stream give the same ones.

    Example:
        >>> from helpers.experiment.monitoring.stream import DailyWorld, simulate
        >>> stream = simulate(np.random.default_rng(1), DailyWorld(0.324, 4760, 40, surge=3.0))
        >>> [d.verdict for d in replay(stream, Baseline.of(stream), Triggers())][:2]
        ['ROLL BACK', 'ROLL BACK']
    """
    marks = marked(stream, baseline, triggers)
    decisions: list[DailyDecision] = []
    for number in range(len(stream.days) - stream.launch):
        seen = tuple(name for name, days in marks.found.items() if days[number])
        verdict, reason = _verdict(seen, bool(marks.blind[number]), triggers)
        if verdict == "CONTINUE" and number < stream.wait:
            reason = f"{NOTHING.removesuffix('.')}; the rate of day 1 is known on day {stream.wait + 1}."
        if decisions and decisions[-1].verdict == "ROLL BACK":
            verdict = "ROLL BACK"
            first = next(d for d in decisions if d.verdict == "ROLL BACK")
            reason = f"Rolled back on day {first.day}."
        date = str(stream.days[stream.launch + number])
        decisions.append(DailyDecision(number + 1, date, verdict, reason, seen))
    return tuple(decisions)


def first(decisions: tuple[DailyDecision, ...], verdict: DailyVerdict) -> DailyDecision | None:
    """The first day with this verdict.

    Example:
        >>> first((DailyDecision(1, "2026-02-02", "CONTINUE", "Nothing was seen.", ()),), "PAUSE") is None
        True
    """
    return next((d for d in decisions if d.verdict == verdict), None)


def _verdict(seen: tuple[str, ...], blind: bool, triggers: Triggers) -> tuple[DailyVerdict, str]:
    fired = [name for name in seen if name in TRIGGERS]
    if fired:
        return "ROLL BACK", f"The {' and the '.join(map(triggers.named, fired))} fired."
    if seen:
        return "PAUSE", f"Towards harm: {', '.join(seen)}. Look before more users get the change."
    if blind:
        return "PAUSE", f"{triggers.blind} days or more without enough data: nobody is watching."
    return "CONTINUE", NOTHING


def _rules(z: FloatArray) -> BoolArray:
    if z.ndim == 1:
        return observed(WESTERN_ELECTRIC, z, "low")
    if np.isfinite(z).all():
        return any_signal(WESTERN_ELECTRIC, z, "low")
    flat = z.reshape(-1, z.shape[-1])
    return np.array([observed(WESTERN_ELECTRIC, series, "low") for series in flat]).reshape(z.shape)
