"""Units that share a session are not independent: how much that inflates the variance of the primary metric."""

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from helpers.defaults import DESIGN_EFFECT
from helpers.experiment.trust.check import TrustCheck
from helpers.formatting import formatted
from helpers.stats.summaries.clusters import IntraclusterCorrelation

if TYPE_CHECKING:
    import pandas as pd


def correlation(sizes: "pd.DataFrame") -> IntraclusterCorrelation:
    r"""Intracluster correlation by analysis of variance from sums by cluster size, arms having means of their own.

    With clusters of :math:`m` units, totals :math:`T` and single units :math:`y`, the squares within clusters are
    :math:`\sum y^2-\sum T^2/m` and those between them :math:`\sum T^2/m-Y^2/N` of the arm; the rest is that of
    :func:`helpers.stats.summaries.clusters.correlation_of`, which tests hold it against.
    """
    between = within = Fraction(0)
    unequal = 0.0
    clusters = units = 0
    for _, arm in sizes.groupby("variant"):
        n, y = int((arm["size"] * arm.clusters).sum()), int(arm.sum_y.sum())
        of_clusters = sum(Fraction(int(t), int(m)) for t, m in zip(arm.sum_total2, arm["size"], strict=True))
        between += of_clusters - Fraction(y * y, n)
        within += int(arm.sum_y2.sum()) - of_clusters
        unequal += float((arm["size"] ** 2 * arm.clusters).sum()) / n
        clusters, units = clusters + int(arm.clusters.sum()), units + n
    arms = sizes.variant.nunique()
    if clusters <= arms or units <= clusters:
        return IntraclusterCorrelation(math.nan, math.nan, math.nan)
    size = (units - unequal) / (clusters - arms)
    b, w = float(between / (clusters - arms)), float(within / (units - clusters))
    spread = b + (size - 1) * w
    icc = (b - w) / spread if spread > 0 else math.nan
    return IntraclusterCorrelation(icc, size, 1 + (size - 1) * icc)


def sharing_units(sizes: "pd.DataFrame") -> int:
    """Exposed units that share a session with another one."""
    return int(sizes.sharing_units.sum())


def clustered(sizes: "pd.DataFrame") -> TrustCheck:
    """Warns where shared sessions make every interval of the primary metric too narrow by a noticeable factor.

    The estimate itself stands. Units are what was randomised, and a unit is one row however many outcomes it has, so
    several outcomes of one unit need no correction.
    """
    sharing, of = sharing_units(sizes), correlation(sizes)
    total = int((sizes["size"] * sizes.clusters).sum())
    found = "no session holds two units"
    if sharing:
        effect = "" if math.isnan(of.design_effect) else f"; design effect {of.design_effect:.3f}"
        found = (
            f"{sharing:,} of {total:,} units ({formatted(sharing / max(1, total), 'share')}) share a session{effect}"
        )
    inflated = of.design_effect > DESIGN_EFFECT
    if inflated:
        found += f": intervals should be {formatted(math.sqrt(of.design_effect) - 1, 'share')} wider"
    return TrustCheck(
        "Clustered units",
        "Do sessions hold several units, whose outcomes are then alike?",
        found,
        "warning" if inflated else "passed",
        "Values",
        "units that share a session",
    )
