"""What normal looked like before the launch, by weekday, frozen on the day of the launch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.errors import ReportError
from helpers.experiment.monitoring.stream import DailyStream, IntArray
from helpers.stats.validation import FloatArray


@dataclass(frozen=True)
class Baseline:
    """Rates and tickets by weekday of the days before the launch; nothing after it changes them.

    Attributes:
        rate: completions among all checkouts of the baseline.
        units: checkouts of the baseline.
        rates: the same by weekday, Monday first, on the last axis; a weekday without a checkout takes ``rate``.
        weekday_units: checkouts by weekday.
        tickets: mean tickets a day by weekday; a weekday without a day takes the mean of all days.

    Leading axes are series. Four weeks give four days a weekday, so the expectation is itself an estimate:
    its noise is part of every standard error here.

    Example:
        >>> from helpers.experiment.monitoring.stream import DailyWorld, simulate
        >>> frozen = Baseline.of(simulate(np.random.default_rng(1), DailyWorld(0.3, 1000, 20)))
        >>> round(float(frozen.rate), 3), frozen.rates.shape
        (0.3, (7,))
    """

    rate: FloatArray
    units: FloatArray
    rates: FloatArray
    weekday_units: FloatArray
    tickets: FloatArray

    @classmethod
    def of(cls, stream: DailyStream) -> Baseline:
        """Freeze the days before the launch, as far as they are known on its eve.

        Raises :class:`~helpers.errors.ReportError` when they hold no unit.
        """
        before = stream.until(stream.launch)
        units, successes = np.nan_to_num(before.units), np.nan_to_num(before.successes)
        if not (units.sum(axis=-1) > 0).all():
            raise ReportError(
                "there is no baseline to monitor against",
                got="no unit on any day before the launch",
                expected="four weeks of days before the launch",
                remedy="give earlier days, or correct the day of the launch",
            )
        member = (before.weekdays[:, None] == np.arange(7)).astype(float)
        there = np.isfinite(before.tickets).astype(float) @ member
        by_day, hits = units @ member, successes @ member
        rate = successes.sum(axis=-1) / units.sum(axis=-1)
        mean_tickets = np.nan_to_num(before.tickets).sum(axis=-1) / np.maximum(there.sum(axis=-1), 1)
        rates = np.where(by_day > 0, hits / np.maximum(by_day, 1), rate[..., None])
        tickets = np.nan_to_num(before.tickets) @ member / np.maximum(there, 1)
        tickets = np.where(there > 0, tickets, mean_tickets[..., None])
        return cls(rate, units.sum(axis=-1), rates, by_day, tickets)

    def expected(self, weekdays: IntArray) -> FloatArray:
        """The rate to expect on days of these weekdays."""
        return self.rates[..., weekdays]

    def expected_tickets(self, weekdays: IntArray) -> FloatArray:
        return self.tickets[..., weekdays]

    def adjusted(self, stream: DailyStream) -> FloatArray:
        """Rates less what the weekday adds: the season is out, the level stays."""
        return stream.rates - self.expected(stream.weekdays) + self.rate[..., None]

    def gaps(self, stream: DailyStream) -> FloatArray:
        """Rate of each day minus the baseline of its weekday, a difference of shares."""
        return stream.rates - self.expected(stream.weekdays)

    def errors(self, stream: DailyStream) -> FloatArray:
        r"""Standard error of a gap after the launch, :math:`\sqrt{p(1-p)(1/n_t+1/N_w)}`.

        :math:`p` is the weekday's baseline rate, kept one half success away from 0 and 1 so that it is never zero,
        :math:`n_t` the day's checkouts and :math:`N_w` those of its weekday in the baseline (all of them when the
        weekday had none). A day of the baseline is part of its own expectation: :math:`1/n_t-1/N_w` there.
        """
        own = self.weekday_units[..., stream.weekdays]
        base = np.where(own > 0, own, self.units[..., None])
        p = np.clip(self.expected(stream.weekdays), 0.5 / base, 1 - 0.5 / base)
        before = np.arange(len(stream.days)) < stream.launch - stream.wait
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = 1 / np.where(stream.units > 0, stream.units, np.nan) + np.where(before, -1.0, 1.0) / base
        return np.sqrt(p * (1 - p) * np.maximum(spread, 1e-12))

    def z(self, stream: DailyStream) -> FloatArray:
        """Gaps in standard errors: what the charts plot and the rules read.

        A baseline day that is the only one of its weekday has no gap of its own and is NaN.
        """
        gaps, errors = self.gaps(stream), self.errors(stream)
        return np.where(errors > 1e-5 * np.sqrt(1 / np.maximum(self.units[..., None], 1)), gaps / errors, np.nan)
