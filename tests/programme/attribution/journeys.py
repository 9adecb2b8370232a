"""Journeys for tests: drawn by hypothesis, read from the real file, and a few by hand."""

import csv

from hypothesis import strategies as st

from helpers.programme.attribution.journeys import of_paths
from tests import real_data

PATHS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from("ABCDE"), st.floats(0, 90)), min_size=1, max_size=7),
        st.integers(0, 4),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=12,
)


def of(drawn):
    """Journeys of what hypothesis drew: each path's touches oldest first."""
    sorted_ = [sorted(touches, key=lambda t: -t[1]) for touches, _, _ in drawn]
    return of_paths(
        ["".join(c for c, _ in path) for path in sorted_],
        [won for _, won, _ in drawn],
        [lost for _, _, lost in drawn],
        ages=[[age for _, age in path] for path in sorted_],
    )


def real():
    """The journeys of attribution_paths.csv."""
    with real_data.real("attribution_paths.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    won, lost = ([float(r[name]) for r in rows] for name in ("total_conversions", "total_null"))
    return of_paths([r["path"].split(" > ") for r in rows], won, lost)
