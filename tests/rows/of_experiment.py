"""Small rows for every estimator of ``helpers.experiment`` that takes them itself; what reads marts is in test_marts.py."""

import numpy as np
import pandas as pd

from helpers.experiment import arm_shares, design, surrogate
from helpers.experiment.trust import clusters, covariates, rows, timing
from helpers.stats import Mean
from helpers.stats.checks.other_days import other_effect_p
from tests.rows.case import of


@of("experiment.surrogate.Joint.from_values")
def _(rng):
    def arm(n: int) -> pd.DataFrame:
        s = rng.poisson(3, n)
        return pd.DataFrame({"s": s, "y": 2 * s + rng.normal(0, 2, n)})

    def answer(c, t):
        arms = [surrogate.Joint.from_values(part.s, part.y) for part in (c, t)]
        return surrogate.path(*arms)

    return (arm(50), arm(60)), answer


@of(
    "experiment.trust.clusters.correlation",
    "experiment.trust.clusters.sharing_units",
    "experiment.trust.clusters.clustered",
)
def _(rng):
    k = 8
    sizes = pd.DataFrame(
        {
            "variant": ["control", "treatment"] * 4,
            "size": np.repeat([1, 2, 3, 5], 2),
            "clusters": rng.integers(5, 30, k),
        }
    )
    sizes["sum_y"] = sizes["size"] * sizes.clusters * 10**9 + rng.integers(0, 50, k)
    sizes["sum_total2"] = [
        int(m) ** 2 * int(n) * 10**18 + 10**9 * int(rng.integers(9, 99))
        for m, n in zip(sizes["size"], sizes.clusters, strict=True)
    ]
    sizes["sum_y2"] = [
        t // int(m) + int(rng.integers(90, 999)) for t, m in zip(sizes.sum_total2, sizes["size"], strict=True)
    ]
    sizes["sharing_units"] = rng.integers(0, 9, k)
    return (sizes,), lambda s: (clusters.correlation(s), clusters.sharing_units(s), clusters.clustered(s))


@of(
    "experiment.trust.rows.contamination", "experiment.trust.rows.duplicates", "experiment.trust.rows.refused_otherwise",
    "experiment.trust.rows.rows_accounted_for",
)  # fmt: skip
def _(rng):
    flow = pd.DataFrame(
        {
            "kind": ["kept", "exact_duplicate", "late_duplicate", "shown_otherwise", "bot"], "rows": rng.integers(0, 50, 5),
            "disposition": ["kept", "dropped", "dropped", "quarantined", "quarantined"],
        }
    )  # fmt: skip
    repeats = pd.DataFrame(
        [{"has_event_id": bool(rng.integers(2)), "has_clock": True, "shared_ids": 3, "rows_of_shared_ids": 9}]
    )
    excluded = pd.DataFrame([{"in_two_variants": 3, "analysed": 90}])

    def answer(flow):
        return (
            rows.contamination(excluded, 0.01),
            rows.duplicates(repeats, flow),
            rows.refused_otherwise(flow),
            rows.rows_accounted_for(flow, 150),
        )

    return (flow,), answer


@of(
    "experiment.arm_shares.counted", "experiment.trust.timing.usual_hours",
    "experiment.trust.covariates.pooled_correlation", "stats.checks.other_days.other_effect_p",
)  # fmt: skip
def _(rng):
    spells = pd.DataFrame({"hours": rng.integers(0, 50, 12), "units": rng.integers(0, 9, 12)})
    arms = pd.DataFrame({"hits": rng.integers(0, 9, 3), "of": rng.integers(10, 20, 3), "y": rng.normal(0, 1, 3)})
    x = rng.normal(0, 1, (3, 30))

    def answer(spells, arms):
        means = [Mean.from_values(x[i] + y, {"x": x[i]}) for i, y in zip(arms.index, arms.y, strict=True)]
        ordered = [means[i] for i in np.argsort(arms.index)]
        return (
            arm_shares.counted(list(arms.hits), list(arms.of)).p_value,
            timing.usual_hours(list(spells.hours), list(spells.units)),
            covariates.pooled_correlation(means),
            other_effect_p({day: (ordered[day % 3], ordered[day % 2]) for day in (0, 1, 2, 4, 5)}, (1, 5)),
        )

    return (spells, arms), answer


@of("experiment.design.daily")
def _(rng):
    days = np.sort(rng.choice(np.arange(1, 30), 12, replace=False))
    curve = pd.DataFrame({"period": "diagnosis", "day": days, "cumulative_units": np.cumsum(rng.integers(1, 50, 12))})
    return (curve,), design.daily
