"""Does every method keep its word? Monte Carlo of error rates, coverage and power, method by method.

A topic is a module with a tuple ``CASES``; :func:`cases` collects them all. ``make calibration`` runs each at least
10,000 times and writes the page of the report site; the tests run a short version with a fixed seed.
"""

from helpers.validation.case import Case, CaseOutcome, Quantity, evaluated, run, runs_of
from helpers.validation.collect import TOPICS, cases

__all__ = ["TOPICS", "Case", "CaseOutcome", "Quantity", "cases", "evaluated", "run", "runs_of"]
