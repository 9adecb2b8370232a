"""The daily stream after a launch: simulated with a planted change, or read from a table."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helpers import paths
from helpers.errors import ReportError
from helpers.stats.validation import BoolArray, FloatArray

COLUMNS = ("day", "checkouts", "completions", "tickets")
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class DailyStream:
    """Days in order without a hole; a missing day has NaN in all three series.

    Attributes:
        days: dates, ``datetime64[D]``.
        units: checkouts a day, the denominator. May have leading axes: many series over the same days.
        successes: completions among them.
        tickets: support tickets of the day.
        launch: number of days before the launch, the baseline.
        wait: days until what the units of a day did is known, 0 for its own evening; tickets are known at once.

    Example:
        >>> stream = simulate(np.random.default_rng(1), DailyWorld(0.3, 1000, 20))
        >>> len(stream.days), stream.launch, stream.until(30).units.shape
        (56, 28, (30,))
    """

    days: NDArray[np.datetime64]
    units: FloatArray
    successes: FloatArray
    tickets: FloatArray
    launch: int
    wait: int = 0

    @property
    def weekdays(self) -> IntArray:
        """0 for Monday to 6 for Sunday."""
        return (self.days.astype("datetime64[D]").astype(np.int64) + 3) % 7

    @property
    def rates(self) -> FloatArray:
        """Completions among checkouts; NaN on a day without."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.successes / np.where(self.units > 0, self.units, np.nan)

    def until(self, days: int) -> DailyStream:
        """The first ``days`` days: all that was known on the evening of the last of them.

        Units whose outcome is still awaited count on no day.
        """
        known = np.arange(len(self.days[:days])) < days - self.wait
        return replace(
            self,
            days=self.days[:days],
            units=np.where(known, self.units[..., :days], np.nan),
            successes=np.where(known, self.successes[..., :days], np.nan),
            tickets=self.tickets[..., :days],
        )

    def without(self, missing: BoolArray) -> DailyStream:
        """The same stream with the marked days missing."""
        units, successes, tickets = (
            np.where(missing, np.nan, series) for series in (self.units, self.successes, self.tickets)
        )
        return replace(self, units=units, successes=successes, tickets=tickets)


@dataclass(frozen=True)
class DailyWorld:
    """What the simulated days are drawn from.

    Checkouts of a day are Poisson with mean ``units`` times the weekday's factor; completions are binomial at
    ``rate`` plus the weekday's points, plus ``shift`` from the launch on; tickets are Poisson with mean ``tickets``
    times the weekday's factor, times ``surge`` from the launch on. Days are independent.

    Attributes:
        rate: completions among checkouts over a week, before the launch.
        units: mean checkouts a day.
        tickets: mean tickets a day.
        shift: change of the rate from the launch on, a difference of shares.
        surge: factor of the tickets from the launch on.
        volume: factors of Monday to Sunday, mean 1.
        points: differences of the rate on Monday to Sunday, mean 0.

    Example:
        >>> DailyWorld(0.324, 4760, 40, shift=-0.008).expected(np.array([0]), launched=True).round(4)
        array([0.316])
    """

    rate: float
    units: float
    tickets: float
    shift: float = 0.0
    surge: float = 1.0
    volume: tuple[float, ...] = (1.0,) * 7
    points: tuple[float, ...] = (0.0,) * 7

    def expected(self, weekdays: IntArray, *, launched: bool) -> FloatArray:
        """The rate on days of these weekdays, kept inside 0 and 1."""
        rates = self.rate + np.array(self.points)[weekdays] + (self.shift if launched else 0.0)
        return np.clip(rates, 0.0, 1.0)


def simulate(
    rng: np.random.Generator,
    world: DailyWorld,
    *,
    baseline: int = 28,
    days: int = 28,
    wait: int = 0,
    first: str = "2026-01-05",
    series: tuple[int, ...] = (),
) -> DailyStream:
    """Draw ``baseline`` days known at the launch and ``days`` after it; ``series`` asks for many streams at once.

    The ``wait`` days between the two are before the launch, but known only after it.

    Example:
        >>> simulate(np.random.default_rng(1), DailyWorld(0.3, 1000, 20), series=(5,)).units.shape
        (5, 56)
    """
    launch = baseline + wait
    dates = np.datetime64(first, "D") + np.arange(launch + days)
    mean_units, rates, mean_tickets = _means(world, dates, launch)
    shape = (*series, launch + days)
    units = rng.poisson(mean_units, shape)
    successes = rng.binomial(units, rates)
    tickets = rng.poisson(mean_tickets, shape)
    return DailyStream(dates, units.astype(float), successes.astype(float), tickets.astype(float), launch, wait)


def side_by_side(
    seed: int,
    worlds: Mapping[str, DailyWorld],
    *,
    baseline: int = 28,
    days: int = 28,
    wait: int = 0,
    first: str = "2026-01-05",
) -> dict[str, DailyStream]:
    """One stream a world, all with the same luck, so that they differ by what their worlds differ in and nothing else.

    Every day has one uniform number each for its checkouts, completions and tickets; each world takes its quantiles
    there (inverse distribution functions), so a lower rate never has more completions on the same checkouts.

    Example:
        >>> calm, harmed = side_by_side(1, {"a": DailyWorld(0.3, 1000, 20), "b": DailyWorld(0.3, 1000, 20, shift=-0.01)}).values()
        >>> bool((harmed.successes <= calm.successes).all() and (harmed.units == calm.units).all())
        True
    """
    from scipy import stats

    launch = baseline + wait
    luck = np.random.default_rng(seed).random((3, launch + days))
    dates = np.datetime64(first, "D") + np.arange(launch + days)
    made = {}
    for name, world in worlds.items():
        units, rates, tickets = _means(world, dates, launch)
        drawn = stats.poisson.ppf(luck[0], units)
        made[name] = DailyStream(
            dates, drawn, stats.binom.ppf(luck[1], drawn, rates), stats.poisson.ppf(luck[2], tickets), launch, wait
        )
    return made


def _means(world: DailyWorld, dates: NDArray[np.datetime64], launch: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean checkouts, rate and mean tickets of each day."""
    weekdays = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    launched = np.arange(len(dates)) >= launch
    rates = np.where(launched, world.expected(weekdays, launched=True), world.expected(weekdays, launched=False))
    volume = np.array(world.volume)[weekdays]
    return world.units * volume, rates, world.tickets * volume * np.where(launched, world.surge, 1.0)


def read(file: Path, launch: str, baseline: int = 28, wait: int = 0) -> DailyStream:
    """A stream from a CSV with the columns day, checkouts, completions, tickets; one row a day, in any order.

    Days without a row are missing, they are not filled; a day without a checkout has no rate. ``launch`` is the first
    day of the change; the ``baseline`` days that are known by then are kept, earlier ones are not part of the stream.

    Raises :class:`~helpers.errors.ReportError` for a missing file or column, a value that is no whole number, more
    completions than checkouts, a day that stands there twice, a launch outside the days and a file that begins too
    late for the baseline.
    """
    try:
        name, there = paths.shown(file), file.is_file()
    except (OSError, ValueError):  # a name longer than the file system allows, a null
        name, there = file.name[:60], False
    if not there:
        raise ReportError(f"there is no stream {name}", expected="a CSV, one row a day", remedy="correct the path")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise ReportError(
                f"{name} lacks a column",
                got=", ".join(reader.fieldnames or ()) or "an empty file",
                expected=", ".join(COLUMNS),
                remedy=f"add {', '.join(missing)}",
            )
        rows: dict[np.datetime64, tuple[int, ...]] = {}
        for number, row in enumerate(reader, 2):
            day, counts = _parsed(name, number, row)
            if day in rows:
                raise ReportError(f"{name}, line {number}: the day stands there twice", got=day, remedy="keep one row")
            rows[day] = counts
    return _assembled(name, rows, launch, baseline, wait)


def _parsed(name: str, number: int, row: dict[str, str | None]) -> tuple[np.datetime64, tuple[int, ...]]:
    where = f"{name}, line {number}"
    try:
        day = np.datetime64(date.fromisoformat((row["day"] or "").strip()), "D")
    except ValueError:
        raise ReportError(
            f"{where}: the day cannot be read", got=row["day"] or "nothing", expected="a date such as 2026-07-27"
        ) from None
    counts = []
    for column in COLUMNS[1:]:
        text = (row[column] or "").strip()
        if not text.isdecimal():
            raise ReportError(
                f"{where}: {column} is no count",
                got=text or "nothing",
                expected="a whole number of at least 0",
                remedy="leave the whole row out on a day without data",
            )
        counts.append(int(text))
    if counts[1] > counts[0]:
        raise ReportError(
            f"{where}: more completions than checkouts",
            got=f"{counts[1]} of {counts[0]}",
            cause="completions counted by event and checkouts by user",
            remedy="count both on the same unit",
        )
    return day, tuple(counts)


def _assembled(
    name: str, rows: dict[np.datetime64, tuple[int, ...]], launch: str, baseline: int, wait: int
) -> DailyStream:
    start = np.datetime64(launch, "D")
    if not rows or not min(rows) < start <= max(rows):
        raise ReportError(
            f"{name} does not hold the launch",
            got=f"{min(rows)} to {max(rows)}" if rows else "no day",
            expected=f"days before {launch}, and that day or later ones",
            remedy="correct monitoring.launch in the study file, or the table",
        )
    begin = start - baseline - wait
    if min(rows) > begin:
        awaited = f", for the outcome of a day is known {wait} days later" if wait else ""
        raise ReportError(
            f"{name} begins too late for the baseline",
            got=f"its first day is {min(rows)}",
            expected=f"{baseline + wait} days before the launch, from {begin} on{awaited}",
            remedy="give earlier days, or lower monitoring.baseline_days in the study file",
        )
    days: NDArray[np.datetime64] = np.arange(begin, max(rows) + 1)
    values = np.full((3, len(days)), np.nan)
    for day, counts in rows.items():
        if day >= begin:
            values[:, int((day - begin).astype(int))] = counts
    return DailyStream(days, values[0], values[1], values[2], baseline + wait, wait)
