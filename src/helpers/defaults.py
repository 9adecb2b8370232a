"""The only place, beside the study files, where a threshold is written down."""

from typing import Final

CONFIDENCE: Final = 0.95
"""Confidence level of every interval unless the study file says otherwise."""

ALPHA: Final = 0.05
"""Two-sided significance level: one minus the confidence level."""

POWER: Final = 0.80
"""Planned power."""

SRM_THRESHOLD: Final = 0.001
"""A sample-ratio mismatch is called below this p-value (design rule 19)."""

CUPED_GAIN_THRESHOLD: Final = 0.98
"""CUPED is said to gain nothing when more than this share of the variance remains."""

MIN_SEGMENT: Final = 100
"""Segments with fewer units are pooled into ``other`` before anything is shown."""

AA_RUNS: Final = 1_000
"""Re-salted assignments in the A/A test."""

COVERAGE_RUNS: Final = 500
"""Re-salted experiments behind the coverage and false-positive figures."""
