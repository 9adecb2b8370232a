"""A look at an experiment before its time is over, and the level that it may be tested at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpers.config import Study
from helpers.formatting import formatted
from helpers.stats.sequential.group_sequential import Spending

WEEK = timedelta(days=7)
SLACK = timedelta(hours=12)
"""Data that reach into the second half of the last day end with it: it need not have an event in its last hour."""
DATE = timedelta(days=1)
"""The same where times are dates, of which the last stands for its whole day."""


@dataclass(frozen=True)
class EarlyLook:
    """A look before the end.

    Attributes:
        share: of the experiment's time that the data cover, which stands for the share of the information.
        level: two-sided level that Lan and DeMets' O'Brien-Fleming-type spending leaves for this look, so that it and
            one at the end keep the study's level together.
        last: the last moment in the data; None where only the share is known.
        over: the moment from which on it is no longer early; None likewise.
    """

    share: float
    level: float
    last: datetime | None = None
    over: datetime | None = None

    @property
    def text(self) -> str:
        if self.last is None or self.over is None:
            return f"it is read at {formatted(self.share, 'share')} of the time that it is to run"
        return (
            f"the data end on {self.last:%Y-%m-%d}, at {formatted(self.share, 'share')} of the time that the study runs, "
            f"until {self.over:%Y-%m-%d}"
        )

    @property
    def again(self) -> str:
        """When it is to be read again."""
        on = f", on {self.over:%Y-%m-%d}" if self.over else ""
        return f"Read it again when its time is over{on}."


def stated_look(share: float, confidence: float) -> EarlyLook:
    """The look of a test that has run a share of its time, above 0 and below 1, which is all that is known of its dates."""
    return EarlyLook(share, level_at(share, confidence))


def level_at(share: float, confidence: float) -> float:
    """Two-sided level of a look at a share of the time; see :class:`EarlyLook`.

    >>> round(level_at(0.5, 0.95), 6)
    0.003051
    """
    return 2 * Spending("obrien-fleming").spent(share, (1 - confidence) / 2)


def early_look(study: Study, last: datetime | None, *, dated: bool = False) -> EarlyLook | None:
    """The look that a study is read at, from the last moment in its data; None once its time is over.

    Its time is its period, and at least a whole week; a week alone where nobody stated when the period ends, for then
    nothing tells that the experiment was to run on. It counts as over up to :data:`SLACK`; where times are ``dated``
    without an hour the last one stands for its whole day, a :data:`DATE`, in the share of the time as well. ``last`` is
    None of a table without times, which is taken to cover its period, for nothing tells otherwise. Where the study says
    until when units were observed, the times of the data, as those of when units began, do not tell it. Reference: Lan
    and DeMets (1983), Biometrika 70.
    """
    if study.period.observed_until is not None:
        last, dated = study.period.observed_until, False
    start, week = study.period.start, study.period.start + WEEK
    over = week if study.assumes("period.end") else max(study.period.end, week)
    reached = last + DATE if last and dated else last or study.period.end
    if reached >= over - (timedelta(0) if dated else SLACK):
        return None
    share = min(max((reached - start) / (over - start), 1e-3), 1 - 1e-3)
    return EarlyLook(share, level_at(share, study.decision.confidence), last or reached, over)
