"""How long units stay where nothing is compared: those of a table by their length, those of a log by coming back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.stats.binomial import BinomialInterval, binomial_interval
from helpers.stats.survival.curves import Lifetimes, SurvivalCurve, kaplan_meier
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

SPANS = (("day", timedelta(days=1)), ("week", timedelta(days=7)), ("month", timedelta(days=30)))
"""Stretches of time that a log is looked at in, by what a reader calls them."""
FEWEST, MOST = 3, 60
"""A log is cut into at least and at most so many spans; a shorter one tells nothing, a longer one takes the next length."""


@dataclass(frozen=True)
class Lasting:
    """Units of a table: the share still there by length, how many there are, and how many have gone.

    ``span`` is what lengths count, in the plural; ``ended`` what those who have gone had; ``median`` the length by which half have gone, None where they have not.
    """

    curve: SurvivalCurve
    units: int
    gone: int
    span: str
    ended: str
    median: float | None


@dataclass(frozen=True)
class Back:
    """The units seen again in one span after their exposure, of those watched to its end."""

    span: int
    share: BinomialInterval
    watched: int
    returned: int


@dataclass(frozen=True)
class Returning:
    """Units of a log: the share seen again, span by span."""

    span: str
    spans: tuple[Back, ...]


def lasting(con: "duckdb.DuckDBPyConnection", study: Study) -> Lasting | None:
    """The Kaplan-Meier curve of a table's units; None where the study names no lifetime, or no unit has one."""
    if study.lifetime is None:
        return None
    rows = query.query(con, "stays", lasted=study.lifetime.lasted, ended=study.lifetime.ended)
    if not len(rows):
        return None
    curve = kaplan_meier(
        Lifetimes(rows.length, rows.has_ended.astype(int), rows.units), confidence=study.decision.confidence
    )
    below = curve.time[curve.survival <= 0.5]
    gone = int(rows.loc[rows.has_ended, "units"].sum())
    return Lasting(
        curve,
        int(rows.units.sum()),
        gone,
        study.lifetime.unit,
        study.lifetime.ended.replace("_", " "),
        float(below[0]) if len(below) else None,
    )


def returning(con: "duckdb.DuckDBPyConnection", study: Study) -> Returning | None:
    """Who of a log comes back, by days, weeks or months; None of a table, or of a log that is too short for it.

    A unit counts in a span only where the log goes on to its end; a span in which fewer than the smallest segment were
    watched is left out.
    """
    if study.is_unit_table:
        return None
    lasts = study.period.end - study.period.start
    fit = [(name, length) for name, length in SPANS if FEWEST <= lasts / length <= MOST]
    if not fit:
        return None
    name, length = fit[0]
    rows = query.query(con, "returning", until=str(study.period.end), seconds=length.total_seconds())
    found = tuple(
        Back(int(r.span), binomial_interval(int(r.returned), int(r.watched), study.decision.confidence), int(r.watched), int(r.returned))
        for r in rows.itertuples()
        if r.watched >= study.min_segment
    )  # fmt: skip
    return Returning(name, found) if found else None
