"""Many experiments on the same units, each under a salt of its own: how often the machinery errs."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from helpers.assignment import hex_cut
from helpers.config import Metric, Study
from helpers.defaults import SRM_THRESHOLD
from helpers.experiment.results import Truth
from helpers.formatting import inside
from helpers.stats.binomial import MonteCarlo, monte_carlo
from helpers.stats.checks.srm import srm
from helpers.stats.comparisons.linear import welch
from helpers.stats.comparisons.score import score_intervals
from helpers.warehouse import query
from helpers.warehouse.amounts import AmountDigits

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd


LEAST = 2
"""Units of an arm below which there is nothing to compare."""
NOT_MADE = "the re-randomisation was not made:"
"""Before the reason why a study is not split anew."""
LEFT_OUT = "left_out"
"""The one column of the sums of a quick run, which makes none."""
BUCKETS_A_HASH = 4
"""Buckets of 13 hexadecimal digits that one SHA-256 holds; see docs/queries/rerandomised_assignments.sql."""


@dataclass(frozen=True)
class Rerandomised:
    """Many experiments on the same units, each under a salt of its own.

    ``p_values`` and ``false_positives`` compare units of which none was treated; ``estimates`` (relative, those that
    can be made), ``coverage`` and ``power`` compare control with treated units whose uplift is known.
    """

    runs: int
    p_values: "np.ndarray"
    estimates: "np.ndarray"
    false_positives: MonteCarlo
    srm_alarms: MonteCarlo
    coverage: MonteCarlo | None
    power: float
    truth: float

    @property
    def bias(self) -> float:
        """Mean relative estimate minus the planted relative effect."""
        return float(self.estimates.mean()) - self.truth


def rerandomise(con: "duckdb.DuckDBPyConnection", study: Study) -> "pd.DataFrame":
    """Split the exposed units anew ``design.aa_runs`` times; one row of sums an assignment.

    Sums of squares become centred ones, in ``*_spread_*``, while they are exact integers: floats would lose the spread of
    a mean far from zero.

    The work is hashing, so every core takes a share of the salts; one SHA-256 holds four independent buckets.
    """
    import os
    from concurrent.futures import ThreadPoolExecutor

    import pandas as pd

    if not study.has_rows:
        return none_made()
    workers = os.cpu_count() or 1
    hashes = -(-study.design.aa_runs // BUCKETS_A_HASH)
    edges = [round(i * hashes / workers) for i in range(workers + 1)]

    def part(first: int, end: int) -> "pd.DataFrame":
        return query.query(
            con.cursor(),
            "rerandomised_assignments",
            salt=f"{study.salt}/aa",
            first=first,
            end=end,
            metric=study.primary.name,
            cut=hex_cut(1 - study.treated_share),
        )

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(part, edges[:-1], edges[1:]))
    sums = pd.concat(parts, ignore_index=True).iloc[: study.design.aa_runs]
    worth = float(AmountDigits.read(con).worth(study.primary))
    for world, arm in (("y0", "control"), ("y0", "treatment"), ("y1", "treatment")):
        columns = (sums.pop(f"{world}_squared_{arm}"), sums[f"{world}_{arm}"], sums[f"n_{arm}"])
        sums[f"{world}_spread_{arm}"] = [
            worth**2 * float(Fraction(int(squares) * int(n) - int(y) ** 2, max(1, int(n))))
            for squares, y, n in zip(*columns, strict=True)
        ]
    sums = sums.astype("float64")
    for name in sums.columns:
        if re.fullmatch("y[01]_(control|treatment)", name):
            sums[name] *= worth
    return sums


def none_made() -> "pd.DataFrame":
    """What stands in the place of the sums where a quick run leaves them out."""
    import pandas as pd

    return pd.DataFrame({LEFT_OUT: pd.Series([], dtype="bool")})


def never_made(study: Study) -> str:
    """Why no run splits the units of such a study anew; empty where one does.

    >>> from helpers import config
    >>> never_made(config.load("studies/cart_checkout.yml"))
    ''
    """
    if study.rowless:
        return f"{study.rowless}, and only rows can be split anew"
    if study.cluster is not None:
        return f"it splits units one by one, and the study was randomised by {study.cluster}"
    if study.primary.type == "ratio":
        return "it knows proportions and means, and the primary metric is a ratio"
    return ""


def evaluated(sums: "pd.DataFrame", study: Study, truth: Truth | None, *, runs: int) -> tuple[Rerandomised | None, str]:
    """How often the machinery lies on the real exposed units, over the first ``runs`` salts.

    Estimates the false-positive rate of the primary metric's test (no unit treated in either arm), the rate of
    sample-ratio alarms, and, offline, the coverage of the interval for the planted absolute effect and the power.
    The arms are the control and the first treatment, by their weights. Each rate carries its Clopper-Pearson interval.
    An assignment that leaves fewer than two units in an arm is no experiment and is left out. None and the reason where
    none is left, where the metric is a ratio, of which no sums are kept, where it is the same for every unit, or where
    the run was a quick one.
    """
    import numpy as np

    if reason := never_made(study):
        return None, f"{NOT_MADE} {reason}"
    if LEFT_OUT in sums.columns:
        return None, f"{NOT_MADE} a quick run leaves it out"
    first = sums[:runs]
    kept = first[(first.n_control >= LEAST) & (first.n_treatment >= LEAST)]
    columns, runs = {name: kept[name].to_numpy() for name in kept.columns}, len(kept)
    if not runs:
        return None, "no split of so few units leaves two in either arm"
    alpha = 1 - study.decision.confidence
    null = _arrays(columns, study.primary, "y0", alpha)
    planted = _arrays(columns, study.primary, "y1", alpha)
    if not np.isfinite(null.p_value).any():
        return None, f"{inside(study.primary.label)} does not differ between the units, so no split finds anything"
    share = 1 - study.treated_share
    alarms = [
        srm([int(c), int(t)], [share, 1 - share]).failed
        for c, t in zip(columns["n_control"], columns["n_treatment"], strict=True)
    ]
    coverage = None
    if truth is not None:
        held = (planted.absolute_low <= truth.absolute) & (truth.absolute <= planted.absolute_high)
        coverage = monte_carlo("Coverage of the interval", 1 - alpha, int(held.sum()), runs)
    estimates = planted.relative[np.isfinite(planted.relative)]
    return Rerandomised(
        runs,
        null.p_value,
        estimates,
        monte_carlo("False positives", alpha, int((null.p_value < alpha).sum()), runs),
        monte_carlo("Sample-ratio alarms", SRM_THRESHOLD, int(np.sum(alarms)), runs),
        coverage,
        float((planted.p_value < alpha).mean()),
        truth.relative if truth else 0.0,
    ), ""


def _arrays(columns: dict[str, "np.ndarray"], metric: Metric, world: str, alpha: float) -> Any:
    n_c, n_t, y_c, y_t = (columns[k] for k in ("n_control", "n_treatment", "y0_control", f"{world}_treatment"))
    if metric.type in ("proportion", "retention"):
        return score_intervals(y_c, n_c, y_t, n_t, confidence=1 - alpha)
    variances = [
        columns[spread] / (n - 1) for spread, n in (("y0_spread_control", n_c), (f"{world}_spread_treatment", n_t))
    ]
    return welch(n_c, y_c / n_c, variances[0], n_t, y_t / n_t, variances[1], confidence=1 - alpha)
