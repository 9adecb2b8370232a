"""All topics in the order of the page."""

from __future__ import annotations

from importlib import import_module

from helpers.validation.case import Case

TOPICS = (
    "proportions",
    "means",
    "noninferiority",
    "bayes",
    "risk",
    "decided",
    "multiplicity",
    "adjustment",
    "clusters",
    "quantiles",
    "winsorizing",
    "resampling",
    "power",
    "survival",
    "srm",
    "trust",
    "sequential",
    "heterogeneity",
    "monitoring",
    "surrogate",
)
"""Modules of this package that hold ``CASES``."""


def cases(topics: tuple[str, ...] = TOPICS) -> tuple[Case, ...]:
    """Every case of the named topics.

    Example:
        >>> len({str(case) for case in cases()}) == len(cases())
        True
    """
    return tuple(case for topic in topics for case in import_module(f"helpers.validation.{topic}").CASES)
