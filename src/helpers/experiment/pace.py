"""How long it took until all units were in, and whether that tells when more would come."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.config.assumed import paced
from helpers.experiment.results import Results

if TYPE_CHECKING:
    from helpers.config import Study

SHORTEST = 7
"""Days of arrivals below which no weeks are told: a week is the least that holds every weekday."""


def enrolment_days(results: Results) -> float:
    """Days over which units came in: from the first to the last exposure, or the stated period of a table without times.

    0 where nothing tells them, so that no pace is made of a period that nobody stated.
    """
    study = results.study
    if study.has_time:
        return results.observed.enrolment_days
    return study.period.experiment_days if paced(study) else 0.0


def arrivals(results: Results, daily: Sequence[int]) -> list[int]:
    """Distinct units by the end of each day: as the times tell it, else as many each day of the stated period.

    Empty where nothing tells when units come.
    """
    if results.study.has_time:
        return list(daily)
    days = int(enrolment_days(results))
    units = sum(results.randomised().values())
    return [units * day // days for day in range(1, days + 1)]


def timeless(study: "Study", days: float) -> str:
    """Why nobody can say in how many weeks more units come, who came over so many days until now; empty where it can be said."""
    if study.cluster is not None:
        return f"traffic does not bring a new {study.cluster}"
    if math.ceil(days) >= SHORTEST:
        return ""
    if days or study.has_time:
        return f"the {'table' if study.is_unit_table else 'log'} is shorter than a week"
    return study.one_moment
