"""When units were seen: the first and the last exposure, the end of the data, and what a date stands for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpers.ingest.counts.dates import step_of


@dataclass(frozen=True)
class Observed:
    """When the units of the experiment were exposed, first and last, and when the data end; None where nobody was.

    ``step`` is of how many days a date of counts stands, ``hours`` at how many hours of the day units were exposed.
    """

    first_exposure: datetime | None
    last_exposure: datetime | None
    last_event: datetime | None
    step: int = 1
    hours: int = 1

    @property
    def enrolment_days(self) -> float:
        """Days over which units came in, from the first exposure to the last; the last date stands for as many days as lie between two.

        >>> Observed(datetime(2026, 3, 2, 8, 9), datetime(2026, 3, 16, 7, 57), None).enrolment_days
        13.991666666666667
        >>> Observed(datetime(2026, 3, 2), datetime(2026, 3, 15), None).enrolment_days
        14.0
        """
        first, last = self.first_exposure, self.last_exposure
        if first is None or last is None:
            return 0.0
        if not self.dated:
            return (last - first) / DAY
        return float((last.date() - first.date()).days + self.step)

    @property
    def dated(self) -> bool:
        """Whether moments are dates without a time of day: all at one full hour, as midnight is elsewhere, or summer time puts it.

        >>> start, end = datetime(2026, 5, 4), datetime(2026, 5, 9, 23)
        >>> Observed(start, end, end, hours=2).dated, Observed(start, end, end, hours=24).dated
        (True, False)
        """
        if self.hours > HOURS:
            return False
        seen = [each for each in (self.first_exposure, self.last_exposure, self.last_event) if each is not None]
        full = not any(each.minute or each.second or each.microsecond for each in seen)
        return full and all((each.hour - seen[0].hour) % 24 in (0, 1, 23) for each in seen)


DAY = timedelta(days=1)
HOURS = 2
"""Hours of the day at which midnight of another zone may lie, with summer time and without."""


def observed_on(start: datetime, days: list[int]) -> Observed:
    """What is seen of counts by day, of the days of a study that starts then: the data end with what the last date stands for."""
    if not days:
        return Observed(None, None, None)
    step = step_of(days)
    first, last = (start + timedelta(days=day - 1) for day in (days[0], days[-1]))
    return Observed(first, last, last + timedelta(days=step - 1), step)
