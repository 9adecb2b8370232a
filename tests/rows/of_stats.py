"""Small rows for every estimator of ``helpers.stats``."""

from typing import Any

import numpy as np
import pandas as pd

from helpers import stats
from helpers.experiment.funnel import share_of_clusters
from helpers.stats.adjustment.covariates import centred_basis, checked_columns
from helpers.stats.adjustment.lin import lin_arrays
from helpers.stats.adjustment.post_stratification import post_stratify_arrays
from helpers.stats.bayes.beta import BetaPair
from helpers.stats.checks.exact_counts import clustered_shares_p_value, designed_shares, equal_shares
from helpers.stats.checks.srm import srm_by_group
from helpers.stats.comparisons import linear
from helpers.stats.comparisons.linear import satterthwaite
from helpers.stats.comparisons.quantiles import quantile_effects
from helpers.stats.comparisons.score import score_intervals
from helpers.stats.design.simulated_power import simulated_mde, simulated_power, simulated_size
from helpers.stats.multiplicity import corrections
from helpers.stats.resampling.quantile_replicates import quantile_replicates
from helpers.stats.resampling.replicates import constant_draws
from helpers.stats.sequential import mixture_likelihood, stopping
from helpers.stats.summaries.clusters import cluster_totals, coded_rows, correlation_of
from helpers.stats.summaries.frames import columns_by_variant
from helpers.stats.summaries.ratio import delta_variance
from helpers.stats.survival.hazard_ratio import hazard_ratios
from helpers.stats.survival.risk_sets import RiskSets, log_ranks
from tests.rows.case import of


def values(rng: np.random.Generator, n: int) -> np.ndarray:
    """Of one kind of three: even, tied at many places, or with a few that outweigh all others."""
    kind = rng.integers(3)
    return (rng.normal(50, 9, n), rng.poisson(1.5, n).astype(float), rng.lognormal(2, 2.5, n))[kind]


def units(rng: np.random.Generator, n: int = 60) -> pd.DataFrame:
    """A row a unit."""
    x = values(rng, n)
    y = x + values(rng, n)
    return pd.DataFrame(
        {
            "y": y, "d": rng.integers(1, 6, n), "x": x, "x2": rng.normal(0, 1, n), "hit": rng.integers(0, 2, n),
            "arm": np.where(np.arange(n) % 2, "treatment", "control"), "treated": np.arange(n) % 2,
            "unit": [f"u{k}" for k in 2 * rng.integers(0, n // 3, n) + np.arange(n) % 2],
        }
    )  # fmt: skip


def arms(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    return units(rng, 40), units(rng, 50)


def by_unit(sides: Any) -> Any:
    """Columns a cluster in the order of their values, for clusters are named in the order in which they come."""
    return [sorted(zip(side.totals, side.rows, side.within, strict=True)) for side in sides]


def sort_of(found: Any, *ids: pd.Series) -> list[np.ndarray]:
    """Answers row by row, put in the order of the rows' own numbers."""
    return [np.asarray(found)[..., np.argsort(i.to_numpy())] for i in ids]


@of(
    "stats.summaries.mean.Mean.from_values", "stats.summaries.ratio.Ratio.from_values",
    "stats.summaries.proportion.Proportion.from_values", "stats.summaries.moments.Moments.from_columns",
    "stats.validation.finite_vector", "stats.validation.finite_array",
)  # fmt: skip
def _(rng):
    def answer(c, t):
        named = [{"x": part.x, "x2": part.x2} for part in (c, t)]
        means = [stats.Mean.from_values(part.y, x) for part, x in zip((c, t), named, strict=True)]
        ratios = [stats.Ratio.from_values(part.y, part.d, x) for part, x in zip((c, t), named, strict=True)]
        proportions = [stats.Proportion.from_values(part.hit) for part in (c, t)]
        found = [stats.compare(*pair) for pair in (means, ratios, proportions)]
        adjusted = [stats.cuped(*pair) for pair in (means, ratios)]
        margins = [
            stats.noninferiority(*pair, margin=0.1, scale="relative", bad="decrease") for pair in (means, proportions)
        ]
        return means, ratios, proportions, found, adjusted, margins, stats.posterior(*means)

    return arms(rng), answer


@of(
    "stats.summaries.mean.Mean.from_frame", "stats.summaries.ratio.Ratio.from_frame",
    "stats.summaries.proportion.Proportion.from_frame", "stats.summaries.frames.columns_by_variant",
)  # fmt: skip
def _(rng):
    def answer(rows):
        columns = columns_by_variant(rows, "arm", ["y"])
        return (
            {name: np.sort(column[0]) for name, column in columns.items()},
            stats.Mean.from_frame(rows, variant="arm", value="y", covariates=["x"]),
            stats.Ratio.from_frame(rows, variant="arm", numerator="y", denominator="d"),
            stats.Proportion.from_frame(rows, variant="arm", value="hit"),
        )

    return (units(rng),), answer


@of(
    "stats.adjustment.lin.lin_adjustment", "stats.adjustment.lin.lin_arrays",
    "stats.adjustment.covariates.checked_columns", "stats.adjustment.covariates.centred_basis",
)  # fmt: skip
def _(rng):
    constant = bool(rng.integers(2))

    def answer(rows):
        x2 = rows.x * 3 if constant else rows.x2
        y, treated, x = checked_columns(rows.y, rows.treated, {"x": rows.x, "x2": x2})
        _, slopes_of, rank = centred_basis(x)
        return (
            stats.lin_adjustment(rows.y, rows.treated, {"x": rows.x, "x2": x2}),
            lin_arrays(y[~treated], x[~treated], y[treated], x[treated]),
            slopes_of @ slopes_of.T,
            rank,
        )

    return (units(rng),), answer


@of("stats.adjustment.post_stratification.post_stratify", "stats.adjustment.post_stratification.post_stratify_arrays")
def _(rng):
    table = pd.DataFrame(
        {"name": list("abcde"), "n_c": rng.integers(1, 40, 5), "n_t": rng.integers(1, 40, 5), "c": values(rng, 5), "t": values(rng, 5)}
    )  # fmt: skip

    def answer(rows):
        means = {
            r.name: (stats.Mean.from_moments(r.n_c, r.c, 4.0), stats.Mean.from_moments(r.n_t, r.t, 5.0))
            for r in rows.itertuples(index=False)
        }
        found = stats.post_stratify(means, small="pool")
        pair = [
            np.array([rows[f"{k}_c"] if k == "n" else rows.c, rows[f"{k}_t"] if k == "n" else rows.t]) for k in "nm"
        ]
        return (
            [found.effect, found.pooled, found.reduction.share_remaining],
            sorted(zip(found.strata, found.weights, found.reduction.theta, strict=True)),
            post_stratify_arrays(pair[0] + 2.0, pair[1], np.array([[4.0] * 5, [5.0] * 5])),
        )

    return (table,), answer


@of("stats.multiplicity.heterogeneity.heterogeneity", "stats.multiplicity.pooling.partial_pooling")
def _(rng):
    k = 8
    table = pd.DataFrame({"id": range(k), "d": np.round(rng.normal(1, 3, k)), "v": rng.integers(0, 9, k)})

    def answer(rows):
        found = [stats.partial_pooling(rows.d, rows.v, tau=tau) for tau in ("paule-mandel", "dersimonian-laird")]
        each = [sort_of(r.shrunken, rows.id) for r in found]
        means = {
            str(r.id): (stats.Mean.from_moments(30, 10.0, 9.0), stats.Mean.from_moments(40, 10 + r.d, 9.0))
            for r in rows.itertuples(index=False)
        }
        told = stats.heterogeneity(means)
        return each, [(r.mean, r.tau2, r.p_value) for r in found], told.q, told.p_value, sorted(told.claims)

    return (table,), answer


@of(
    "stats.multiplicity.corrections.adjust", "stats.multiplicity.corrections.adjusted_p_values",
    "stats.multiplicity.corrections.decision_levels", "stats.multiplicity.corrections.adjusted_effects",
)  # fmt: skip
def _(rng):
    table = pd.DataFrame({"id": range(12), "p": np.round(rng.uniform(0, 0.2, 12), 2)})

    def answer(rows):
        pairs = [(stats.Mean.from_moments(50, 5.0, 4.0), stats.Mean.from_moments(50, 5 + p, 4.0)) for p in rows.p * 9]
        found = []
        for method in corrections.METHODS:
            adjusted = stats.adjust(rows.p.to_numpy(), method)
            found.append(sort_of([adjusted.adjusted, adjusted.rejected], rows.id))
            effects = stats.adjusted_effects(pairs, method)
            found.append([effects[i] for i in np.argsort(rows.id.to_numpy())])
        return found

    return (table,), answer


@of(
    "stats.comparisons.cluster_robust.compare_clusters", "stats.comparisons.cluster_robust.analyse_rows",
    "stats.summaries.clusters.cluster_totals", "stats.summaries.clusters.coded_rows", "stats.summaries.clusters.correlation_of",
)  # fmt: skip
def _(rng):
    def answer(rows):
        sides = cluster_totals(rows.y, rows.arm, rows.unit)
        plain, _, _, _ = coded_rows(rows.y, rows.arm, rows.unit, "control", "treatment")
        return (
            stats.compare_clusters(rows.y, rows.arm, rows.unit),
            stats.analyse_rows(rows.y, rows.arm, unit=rows.unit, allow_dependent_rows=True),
            by_unit(sides),
            correlation_of(*sides),
            np.sort(plain),
        )

    return (units(rng),), answer


@of("stats.comparisons.quantiles.Quantile.from_values", "stats.comparisons.quantiles.quantile_effects")
def _(rng):
    def answer(c, t):
        pairs = [[stats.Quantile.from_values(part.y, q) for part in (c, t)] for q in (0.1, 0.5, 0.9)]
        return [stats.compare(*pair) for pair in pairs], quantile_effects(c.y, t.y, 0.5)

    return arms(rng), answer


def medians_apart(c: Any, t: Any, axis: int = -1) -> Any:
    return np.median(t, axis=axis) - np.median(c, axis=axis)


@of(
    "stats.resampling.replicates.replicates", "stats.resampling.replicates.constant_draws",
    "stats.resampling.quantile_replicates.quantile_replicates", "stats.resampling.quantile_replicates.bootstrap_quantiles",
    "stats.resampling.samples.checked_sample",
)  # fmt: skip
def _(rng):
    def answer(c, t):
        seed = np.random.default_rng(7)
        both = stats.replicates(c.y, t.y, statistic=medians_apart, resamples=50, rng=seed)
        many = [stats.replicates(part[["y", "x"]].T, resamples=999, rng=seed, jackknife=True) for part in (c, t)]
        single = [stats.replicates(part.y, resamples=999, rng=seed, jackknife=True) for part in (c, t)]
        return (
            both,
            many,
            constant_draws(many[0].draws),
            [stats.compare_replicates(*single, method=method) for method in ("percentile", "bca")],
            quantile_replicates(c.y, 0.25, resamples=50, rng=seed),
            stats.bootstrap_quantiles(c.y, t.y, 0.5, resamples=999, rng=seed),
        )

    return arms(rng), answer


@of(
    "stats.design.simulated_experiments.SimulatedTrials.of", "stats.design.simulated_power.simulated_power",
    "stats.design.simulated_power.simulated_mde", "stats.design.simulated_power.simulated_size",
)  # fmt: skip
def _(rng):
    def answer(rows):
        how: dict[str, Any] = {"runs": 40}
        seed = lambda: np.random.default_rng(3)  # noqa: E731
        return (
            simulated_power(rows.y, lift=0.2, n=200, rng=seed(), **how),
            simulated_power(rows.y, lift=0.1, n=100, inject="probabilistic", rng=seed(), **how)
            if (rows.y == 0).any()
            else None,
            simulated_power(rows[["y", "d"]], kind="ratio", lift=0.2, n=100, rng=seed(), **how),
            simulated_mde(rows.hit, n=500, kind="proportion", largest=0.9, rng=seed(), **how),
            simulated_size(rows.hit, lift=0.3, kind="proportion", rng=seed(), **how),
        )

    return (units(rng).assign(hit=lambda t: (np.arange(len(t)) % 3 == 0).astype(int)),), answer


def lifetimes(rng: np.random.Generator, n: int = 30) -> pd.DataFrame:
    return pd.DataFrame(
        {"duration": np.round(rng.exponential(5, n), int(rng.integers(0, 3))), "event": rng.integers(0, 2, n), "count": rng.integers(0, 4, n)}
    )  # fmt: skip


@of(
    "stats.survival.curves.kaplan_meier", "stats.survival.curves.log_rank", "stats.survival.curves.restricted_mean",
    "stats.survival.curves.compare_restricted_means", "stats.survival.hazard_ratio.hazard_ratio",
    "stats.survival.hazard_ratio.hazard_ratios", "stats.survival.risk_sets.RiskSets.of",
    "stats.survival.risk_sets.log_ranks", "stats.survival.curves.Lifetimes.risk_sets",
    "stats.survival.curves.SurvivalCurve.at",
)  # fmt: skip
def _(rng):
    def answer(c, t):
        both = [stats.Lifetimes(part.duration, part.event, part["count"]) for part in (c, t)]
        times = np.unique(np.concatenate([c.duration, t.duration]))
        sets = [RiskSets.of(part.duration, part.event, part["count"], time=times) for part in (c, t)]
        curves = [stats.kaplan_meier(arm) for arm in both]
        return (
            curves,
            curves[0].at([0.5, 2, 4]),
            stats.log_rank(*both),
            stats.restricted_mean(both[0], 1.5),
            stats.compare_restricted_means(*both),
            stats.hazard_ratio(*both),
            hazard_ratios(*sets),
            log_ranks(*sets),
            both[0].risk_sets().band(),
        )

    return (lifetimes(rng), lifetimes(rng)), answer


@of("stats.survival.retention.retention")
def _(rng):
    n, m = 20, 80
    seen = pd.DataFrame({"id": range(n), "first": rng.integers(0, 10, n)})
    active = pd.DataFrame({"id": rng.integers(0, n, m), "time": rng.integers(0, 40, m) / 2})

    def answer(seen, active):
        place = pd.Series(range(len(seen)), index=seen.id)
        return stats.retention(seen["first"], place.loc[active.id], active.time, end=20, days=[0, 1, 7])

    return (seen, active), answer


@of("stats.checks.exact_counts.clustered_shares_p_value", "experiment.funnel.share_of_clusters")
def _(rng):
    there = rng.integers(0, 30, (24, 3))
    reached = rng.binomial(there, rng.uniform(0.2, 0.6, (24, 1)))
    clusters = pd.DataFrame(np.hstack([there, reached]), columns=[*"abc", *"xyz"])

    def answer(clusters):
        return (
            clustered_shares_p_value(clusters[[*"xyz"]].to_numpy(), clusters[[*"abc"]].to_numpy()),
            share_of_clusters(clusters.x, clusters.a),
        )

    return (clusters,), answer


@of(
    "stats.checks.srm.srm", "stats.checks.srm.aligned", "stats.checks.srm.srm_by_group",
    "stats.checks.srm_diagnosis.diagnose_srm", "stats.sequential.mixture_likelihood.dirichlet_log_ratio",
    "stats.checks.exact_counts.designed_shares", "stats.checks.exact_counts.equal_shares",
)  # fmt: skip
def _(rng):
    groups = pd.DataFrame(
        {"group": list("abcd"), "control": rng.integers(0, 99, 4), "treatment": rng.integers(1, 99, 4)}
    )

    def answer(groups):
        counts = {g.group: {"control": g.control, "treatment": g.treatment} for g in groups.itertuples(index=False)}
        weights = {"control": 0.5, "treatment": 0.5}
        totals = {name: int(groups[name].sum()) for name in groups.columns[1:]}
        by_group = srm_by_group(counts, weights)
        backwards = dict(reversed(totals.items()))
        return (
            stats.srm(totals, weights),
            stats.srm(backwards, weights).p_value,
            by_group.chance_of_any,
            sorted(by_group.failed),
            stats.diagnose_srm(weights, exposed=totals, segments={"g": dict(sorted(counts.items()))}),
            mixture_likelihood.dirichlet_log_ratio(groups.control, np.full(4, 0.25), 10.0),
            designed_shares(list(groups.treatment + 1), list(groups.treatment / groups.treatment.sum())),
            equal_shares(list(groups.treatment), list(2 * groups.treatment + 1)),
        )

    return (groups,), answer


@of(
    "stats.checks.daily_effects.DailyEffects.repeated",
    "stats.checks.novelty.trends",
    "stats.summaries.moments.Moments.mapped",
)
def _(rng):
    def frame(n: int) -> pd.DataFrame:
        return pd.DataFrame(rng.poisson(3, (n, 4)).astype(float))

    def answer(c, t):
        from helpers.stats.checks.daily_effects import DailyEffects
        from helpers.stats.checks.novelty import trends

        moments = [stats.Moments.from_columns([part[day] for day in part]) for part in (c, t)]
        days = DailyEffects.repeated([1, 2, 3, 4], *moments)
        return (
            stats.novelty(days),
            trends(days.days, days.effects, days.matrix),
            moments[0].mapped([[1, 1, 0, 0], [0, 0, 2, 1]], [0, 5]),
        )

    return (frame(80), frame(90)), answer


@of(
    "stats.comparisons.linear.welch", "stats.comparisons.linear.fieller", "stats.comparisons.linear.from_variances",
    "stats.comparisons.linear.relative_delta", "stats.comparisons.linear.satterthwaite",
    "stats.comparisons.score.score_intervals", "stats.bayes.beta.BetaPair.of", "stats.bayes.beta.BetaPair.below",
    "stats.inference.p_values", "stats.inference.critical", "stats.inference.lower_tail", "stats.inference.agreeing",
    "stats.sequential.mixture_likelihood.mixture_critical", "stats.sequential.mixture_likelihood.mixture_p",
    "stats.sequential.mixture_likelihood.mixture_intervals", "stats.sequential.stopping.signed_z",
    "stats.summaries.ratio.delta_variance", "stats.survival.risk_sets.over",
)  # fmt: skip
def _(rng):
    """Numbers of many experiments, each answered by itself."""
    k = 9
    table = pd.DataFrame(
        {
            "id": range(k), "n_c": rng.integers(2, 50, k), "n_t": rng.integers(2, 50, k), "c": rng.normal(5, 3, k),
            "t": rng.normal(5, 3, k), "v_c": rng.integers(0, 5, k), "v_t": rng.integers(1, 5, k),
        }
    ).assign(x_c=lambda f: rng.integers(0, f.n_c + 1), x_t=lambda f: rng.integers(0, f.n_t + 1))  # fmt: skip

    def answer(rows):
        c, v_c, t, v_t, n_c, n_t = (rows[k].to_numpy(float) for k in ("c", "v_c", "t", "v_t", "n_c", "n_t"))
        z = (t - c) / np.sqrt(v_c + v_t)
        p = stats.inference.p_values(z)
        pair = BetaPair.of(rows.x_c, rows.n_c, rows.x_t, rows.n_t)
        each = [
            *vars(linear.welch(n_c, c, v_c, n_t, t, v_t)).values(),
            *vars(linear.from_variances(c, v_c, t, v_t, n_c + n_t, 0.05, "two-sided")).values(),
            linear.relative_delta(c, v_c, t, v_t),
            satterthwaite(v_c, n_c - 1, v_t, n_t - 1),
            *vars(score_intervals(rows.x_c, rows.n_c, rows.x_t, rows.n_t)).values(),
            pair.chance_to_beat(),
            *vars(pair.difference_quantiles(0.05)).values(),
            stats.inference.critical(0.05, n_c),
            stats.inference.lower_tail(z, n_c),
            mixture_likelihood.mixture_critical(v_t, 0.05),
            mixture_likelihood.mixture_p(z, v_t),
            *vars(mixture_likelihood.mixture_intervals(c, v_c + 1, t, v_t, v_t)).values(),
            stopping.signed_z(p, z),
            delta_variance(n_c, 0.5, 2.0, v_c, 0.0, v_t),
        ]
        return [sort_of(np.broadcast_to(e, rows.id.shape), rows.id) for e in each]

    return (table,), answer
