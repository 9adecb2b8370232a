"""Small rows for every estimator of ``helpers.programme``."""

import numpy as np
import pandas as pd

from helpers.errors import ReportError
from helpers.programme.attribution import additive, comparison, markov
from helpers.programme.attribution.journeys import of_paths
from helpers.programme.attribution.shapley import shapley
from helpers.programme.customers import clusters, movement, power, rfm
from helpers.programme.designs import off_policy
from helpers.programme.designs.evaluated import clustered
from helpers.programme.designs.repeated import Average, rate, spread
from helpers.programme.prediction import (
    anomalies,
    classifier,
    demand,
    features,
    leak,
    lifetime,
    logistic,
    order_value,
    policy,
    scores,
    uplift,
)  # fmt: skip
from tests.rows.case import of


def flags(rng: np.random.Generator, n: int = 120) -> pd.DataFrame:
    """Forecasts of a yes or no, many of them tied, of subscribers with several rows."""
    return pd.DataFrame(
        {
            "y": rng.integers(0, 2, n), "p": np.round(rng.uniform(0, 1, n), int(rng.integers(1, 4))),
            "q": np.round(rng.uniform(0, 1, n), 1), "who": rng.integers(0, n // 3, n),
        }
    )  # fmt: skip


@of(
    "programme.prediction.scores.auc", "programme.prediction.scores.auc_gain", "programme.prediction.scores.brier",
    "programme.prediction.scores.calibration", "programme.prediction.scores.flagged",
)  # fmt: skip
def _(rng):
    def answer(rows):
        return (
            scores.auc(rows.y, rows.p),
            scores.auc(rows.y, rows.p, rows.who),
            scores.auc_gain(rows.y, rows.p, rows.q, rows.who),
            scores.brier(rows.y, rows.p, rows.who),
            scores.calibration(rows.y, rows.p, 7),
            scores.flagged("all", rows.y, rows.p, 0.5, rows.who),
        )

    return (flags(rng),), answer


def snapshots(rng: np.random.Generator, subscribers: int = 150) -> pd.DataFrame:
    """Subscribers at four cutoffs: features with many equal rows, labels that hang on them."""
    n = 4 * subscribers
    rows = pd.DataFrame(
        {
            "subscriber": np.tile(np.arange(subscribers), 4),
            "cutoff": pd.Timestamp("2025-01-01") + pd.to_timedelta(np.repeat(np.arange(4) * 30, subscribers), "D"),
            "plan": rng.choice(["month", "year"], n), "country": rng.choice(["DE", "FR"], n),
            "device": rng.choice(["app", "web"], n), "tickets_30": rng.poisson(0.5, n),
            "days_idle": rng.integers(0, 40, n), "yearly": rng.integers(0, 2, n),
        }
    )  # fmt: skip
    chance = 1 / (1 + np.exp(1 - 0.8 * rows.tickets_30 - 0.02 * rows.days_idle))
    return rows.assign(leaves=rng.random(n) < chance, buys=rng.random(n) < 0.3)


def put(table: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of who they are of."""
    return table.sort_values([c for c in ("subscriber", "cutoff") if c in table], ignore_index=True)


@of(
    "programme.prediction.classifier.evaluated", "programme.prediction.classifier.by_segment",
    "programme.prediction.classifier.prepared", "programme.prediction.features.split",
    "programme.prediction.features.columns", "programme.prediction.leak.columns", "programme.prediction.leak.found",
)  # fmt: skip
def _(rng):
    def answer(rows):
        named = features.columns(rows)
        parts = features.split(rows, 30, 0.4)
        made = classifier.evaluated(parts, "leaves", named)
        screened = leak.columns(rows, "leaves", 30)
        chances = parts.test.assign(chance=made.chances)[["subscriber", "cutoff", "chance"]]
        return (
            [
                getattr(made, f)
                for f in ("coefficients", "auc", "train_auc", "brier", "brier_of_mean", "bins", "rival_gain")
            ],
            put(chances).chance,
            classifier.by_segment(parts, made, 0.4),
            classifier.prepared(put(parts.train), named),
            screened,
            leak.found(screened),
        )

    return (snapshots(rng),), answer


@of(
    "programme.prediction.logistic.fitted", "programme.prediction.logistic.Logistic.chances",
    "programme.prediction.logistic.clustered_errors", "programme.prediction.logistic.along",
    "programme.prediction.logistic.standardised",
)  # fmt: skip
def _(rng):
    penalty = float(rng.integers(2))

    def answer(rows):
        x = rows[["q", "who"]].assign(again=rows.q * 2 if penalty else rows.p)
        found = logistic.fitted(x, rows.y, list(x), penalty=penalty)
        errors = logistic.clustered_errors(found, x, rows.y, rows.who) if not penalty else None
        return found, found.chances([[0.5, 10, 0.5], [0.1, 3, 0.9]]), errors

    return (flags(rng),), answer


@of(
    "programme.prediction.uplift.scored", "programme.prediction.uplift.qini", "programme.prediction.uplift.rankings",
    "programme.prediction.policy.compared", "programme.prediction.policy.gains", "programme.prediction.policy.planted",
)  # fmt: skip
def _(rng):
    n = 300
    rows = snapshots(rng, n)[:n].assign(treated=rng.random(n) < 0.5, stays=lambda t: ~t.leaves)
    truth = pd.DataFrame(
        {"subscriber": np.arange(n), "kind": rng.choice(["sure", "lost"], n), "churn_without": 0.4, "churn_with": rng.choice([0.3, 0.5], n)}
    )  # fmt: skip

    def answer(rows, truth):
        at = uplift.scored(rows, ["tickets_30", "yearly"], 1)
        rules = policy.compared(at, 2.0, 60.0)
        again = uplift.scored(rows.drop(columns="subscriber"), ["tickets_30", "yearly"], 1)
        return (
            at.rows[["subscriber", "tickets_30"]],
            [at.t_learner, at.x_learner, at.churn],
            [np.sort(v) for v in (again.t_learner, again.x_learner, again.churn)],
            uplift.rankings(at, 40, 1),
            uplift.qini("x", again.x_learner, again, 40, np.random.default_rng(1)),
            rules,
            policy.planted(rules, at, truth, 2.0, 60.0),
        )

    return (rows, truth), answer


@of("programme.prediction.uplift.qini at equal scores")
def _(rng):
    n = 100
    rows = pd.DataFrame(
        {"treated": rng.random(n) < 0.5, "stays": rng.random(n) < 0.6, "score": rng.integers(0, 4, n) / 4}
    )

    def answer(rows):
        at = uplift.Scored(rows, *(rows.score.to_numpy(),) * 3)
        gained = [(p.name, p.gain, p.against, p.share) for p in policy.compared(at, 2.0, 8.0)]
        return uplift.qini("tied", rows.score.to_numpy(), at, 30, np.random.default_rng(1)), gained

    return (rows,), answer


@of(
    "programme.prediction.lifetime.fit", "programme.prediction.lifetime.holdout", "programme.prediction.lifetime.distinct",
    "programme.prediction.lifetime.expected", "programme.prediction.lifetime.log_likelihood",
    "programme.prediction.lifetime.maximised", "programme.prediction.lifetime.slopes", "programme.prediction.order_value.slopes", "programme.prediction.order_value.fit",
    "programme.prediction.order_value.expected", "programme.prediction.order_value.log_likelihood",
)  # fmt: skip
def _(rng):
    n, leaves = 250, rng.choice([0.0, 0.3])
    age = rng.integers(20, 60, n).astype(float)
    gaps = np.cumsum(rng.exponential(1, (n, 60)) / rng.gamma(1, 0.15, n)[:, None], axis=1)
    alive = np.cumprod(rng.random((n, 60)) >= leaves * rng.beta(1, 2, n)[:, None], axis=1)
    seen = (gaps < age[:, None]) & np.column_stack([np.ones(n), alive[:, :-1]]).astype(bool)
    recency = np.round(np.where(seen, gaps, 0.0).max(axis=1), 1)
    rows = pd.DataFrame({"repeats": seen.sum(axis=1), "recency": recency, "age": age, "later": rng.poisson(1, n)})
    rows["orders"] = rows.repeats + 1
    rows["mean"] = np.round(rng.gamma(6 * rows.orders, 1 / rng.gamma(4, 0.02, n)) / rows.orders, 2)

    def answer(rows):
        worth = order_value.fit(rows.orders, rows["mean"])
        try:
            told = lifetime.fit(rows.repeats, rows.recency, rows.age)
        except ReportError as refused:
            return worth, str(refused)
        ahead = lifetime.expected(told, 10, rows.repeats, rows.recency, rows.age)
        return (
            told,
            worth,
            lifetime.holdout(ahead, rows.later, rows.repeats),
            np.sort(order_value.expected(worth, rows.orders, rows["mean"])),
        )

    return (rows,), answer


@of(
    "programme.customers.clusters.clustering",
    "programme.customers.clusters.features",
    "programme.customers.clusters.against_truth",
)
def _(rng):
    n = 160
    kind = rng.integers(0, 2, n)
    rows = pd.DataFrame(
        {
            "shopper": np.arange(n), "kind": np.array(["dear", "cheap"])[kind], "orders": 1 + rng.poisson(2 + 6 * kind),
            "tenure_days": rng.integers(60, 90, n), "visits": 1 + rng.poisson(5, n), "pages": 1 + rng.poisson(20, n),
            "recency_days": rng.integers(0, 50, n),
        }
    ).assign(spend_cents=lambda t: t.orders * rng.integers(5, 9, n) * 100)  # fmt: skip

    def answer(rows):
        rows = rows.set_index("shopper")
        found = clusters.clustering(rows, 3, 0.6, np.random.default_rng(2))
        agreed = clusters.against_truth(found, rows.kind, np.random.default_rng(3), runs=20)
        return found.clusters, found.labels, found.stability, agreed, clusters.features(rows).sort_index()

    return (rows,), answer


@of(
    "programme.customers.movement.movement", "programme.customers.movement.pooled", "programme.customers.rfm.named",
    "programme.customers.rfm.spending", "programme.customers.power.gains",
)  # fmt: skip
def _(rng):
    n = 90
    rows = pd.DataFrame(
        {
            "shopper": np.arange(n), "recency": rng.integers(1, 6, n), "frequency": rng.integers(1, 6, n),
            "monetary": rng.integers(1, 6, n), "later": rng.choice(list("abc"), n), "next_cents": rng.poisson(2, n) * 500,
            "before_cents": rng.poisson(2, n) * 500,
        }
    )  # fmt: skip

    def answer(rows):
        rows = rows.assign(group=rfm.named(rows))
        by = rows.set_index("shopper")
        return (
            rows.sort_values("shopper").group,
            movement.movement(by.group, by.later.iloc[::-1], 5),
            sorted(movement.pooled(rows.later, 30)),
            rfm.spending(rows, "later"),
            power.gains(rows, {"group": "group", "later": "later"}, 10, np.random.default_rng(4), runs=10),
        )

    return (rows,), answer


@of(
    "programme.attribution.journeys.of_paths", "programme.attribution.comparison.models",
    "programme.attribution.comparison.compare", "programme.attribution.comparison.resampled",
    "programme.attribution.comparison.misplaced", "programme.attribution.comparison.idle",
    "programme.attribution.comparison.planted", "programme.attribution.additive.credits",
    "programme.attribution.additive.shares", "programme.attribution.markov.chain",
    "programme.attribution.markov.JourneyChain.credit", "programme.attribution.markov.JourneyChain.orders",
    "programme.attribution.markov.JourneyChain.reaches_order", "programme.attribution.markov.JourneyChain.removal_effects",
    "programme.attribution.shapley.shapley",
)  # fmt: skip
def _(rng):
    n = 40
    rows = pd.DataFrame(
        {"path": ["".join(rng.choice(list("ABC"), rng.integers(1, 5))) for _ in range(n)], "won": rng.integers(0, 3, n), "lost": rng.integers(0, 3, n)}
    )  # fmt: skip
    ages = {path: np.sort(rng.uniform(0, 20, len(path)))[::-1].round(1).tolist() for path in sorted(set(rows.path))}
    ledger = {"channels": {name: {"incremental_orders": k} for k, name in enumerate("ABC")}}

    def answer(rows):
        journeys = of_paths(list(rows.path), list(rows.won), list(rows.lost), ages=[ages[p] for p in rows.path])
        made = comparison.models(journeys)
        found = comparison.compare(journeys, made, ledger, np.ones(3), runs=20, rng=np.random.default_rng(5))
        chain = markov.chain(journeys, 2)
        counts = chain.counts.sum(axis=0)
        shares = additive.shares(journeys, "time_decay")
        return (
            found,
            [(found.misplaced(credit), found.idle_share(credit)) for credit in found.credits],
            chain.removal_effects(counts),
            chain.reaches_order(counts),
            additive.credits(journeys, shares).sum(axis=0),
            shapley(journeys).sum(axis=0),
        )

    return (rows,), answer


@of(
    "programme.designs.off_policy.ips", "programme.designs.off_policy.snips", "programme.designs.off_policy.direct",
    "programme.designs.off_policy.doubly_robust", "programme.designs.off_policy.chances",
    "programme.designs.off_policy.PolicyLog.weights", "programme.designs.off_policy.PolicyLog.effective_units",
    "programme.designs.off_policy.Valued.of",
)  # fmt: skip
def _(rng):
    n = 6
    rows = pd.DataFrame(
        {
            "a": rng.integers(5, 50, n),
            "b": rng.integers(5, 50, n),
            "p": rng.uniform(0.2, 0.8, n),
            "t": rng.uniform(0, 1, n),
        }
    )
    rows = rows.assign(hit_a=lambda t: t.a // 3, hit_b=lambda t: t.b // 2, group=rng.integers(0, 2, n))

    def answer(rows):
        log = off_policy.PolicyLog(
            rows[["a", "b"]].to_numpy(float),
            rows[["hit_a", "hit_b"]].to_numpy(float),
            np.column_stack([rows.p, 1 - rows.p]),
        )
        target = np.column_stack([rows.t, 1 - rows.t])
        groups = rows.group.to_numpy()
        return (
            off_policy.ips(log, target),
            off_policy.snips(log, target),
            off_policy.direct(log, target, groups),
            off_policy.doubly_robust(log, target, groups),
            log.effective_units(target),
        )

    return (rows,), answer


@of(
    "programme.designs.repeated.Average.of", "programme.designs.repeated.rate", "programme.designs.repeated.spread",
    "programme.designs.evaluated.clustered",
)  # fmt: skip
def _(rng):
    n = 40
    rows = pd.DataFrame({"x": rng.normal(0, 3, n), "hit": rng.integers(0, 2, n), "rows": rng.integers(0, 5, n)})

    def answer(rows):
        totals, sizes, treated = (rows[c].to_numpy(float)[None] for c in ("x", "rows", "hit"))
        found = clustered(np.where(sizes > 0, totals, 0.0), sizes, treated > 0)
        return Average.of(rows.x), rate(rows.hit), spread(rows.x), found

    return (rows,), answer


@of("programme.prediction.demand.forecast", "programme.prediction.demand.backtest", "programme.prediction.anomalies.watch",
    "programme.prediction.anomalies.healthy", "programme.prediction.anomalies.rate", "programme.prediction.anomalies.calibrated",
    "programme.prediction.anomalies.against")  # fmt: skip
def _(rng):
    """Days, whose order is part of the data: asked on other machines only."""
    week = np.tile([90, 95, 92, 99, 108, 115, 96], 18)
    orders = rng.poisson(week * np.exp(np.cumsum(rng.normal(0, rng.choice([0.0, 0.03]), len(week)))))

    def answer():
        found = anomalies.calibrated(orders, 6.0, 20, 1)
        return demand.backtest(orders, 7), found, anomalies.against([60, 70], found.watched)

    return (), answer
