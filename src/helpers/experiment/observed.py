"""When units were seen: the first and the last exposure, the end of the data, and what a date stands for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpers.ingest.counts.dates import step_of


@dataclass(frozen=True)
class Observed:
    """When the units of the experiment were exposed, first and last, and when the data end; None where nobody was."""

    first_exposure: datetime | None
    last_exposure: datetime | None
    last_event: datetime | None
    step: int = 1

    @property
    def enrolment_days(self) -> float:
        """Days over which units came in, counted as whole ones; the last date stands for as many days as lie between two."""
        if self.first_exposure is None or self.last_exposure is None:
            return 0.0
        return float((self.last_exposure.date() - self.first_exposure.date()).days + self.step)


def observed_on(start: datetime, days: list[int]) -> Observed:
    """What is seen of counts by day, of the days of a study that starts then: the data end with what the last date stands for."""
    if not days:
        return Observed(None, None, None)
    step = step_of(days)
    first, last = (start + timedelta(days=day - 1) for day in (days[0], days[-1]))
    return Observed(first, last, last + timedelta(days=step - 1), step)
