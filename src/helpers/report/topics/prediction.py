"""The tables and sentences of 10_prediction."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from helpers.defaults import LEAKING_AUC
from helpers.programme.prediction.anomalies import Found, Rate
from helpers.programme.prediction.classifier import Judged
from helpers.programme.prediction.demand import Backtest
from helpers.programme.prediction.features import Split
from helpers.programme.prediction.leak import Column
from helpers.programme.prediction.policy import Policy
from helpers.programme.prediction.scores import Flagged
from helpers.programme.prediction.uplift import Qini
from helpers.programme.prediction.value import Value
from helpers.record import formatted
from helpers.report.tables import badge
from helpers.report.views import share, with_interval
from helpers.stats.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

NAMES = {
    "tickets_30": "support tickets, 30 days",
    "days_idle": "days without an order",
    "orders_90": "orders, 90 days",
    "spend_90_cents": "spend, 90 days",
    "visits_90": "visits, 90 days",
    "yearly": "yearly plan",
    "tenure_days": "days subscribed",
    "rating": "rating",
}
"""What readers call the features."""

TOLD = {"leaves": "leaves", "buys": "orders"}
"""What readers call the labels."""

TOGETHER = "intervals let snapshots of one subscriber go together"


def name(column: str) -> str:
    """A feature's name for readers; its own where there is none.

    >>> name("yearly"), name("exit_survey_sent")
    ('yearly plan', 'exit_survey_sent')
    """
    return NAMES.get(column, column)


def number(found: Estimate) -> str:
    """A number and its interval."""
    return with_interval(found.value, found.low, found.high, "number")


def leaks(checked: Iterable[Column]) -> list[dict[str, Any]]:
    """A row a column, the strongest first."""
    return [
        {
            "column": name(c.name),
            "AUC alone": number(c.auc),
            "read a horizon earlier": formatted(c.earlier, "number"),
            "verdict": badge("bad", "knows the future") if c.leaks else badge("good", "history"),
        }
        for c in checked
    ]


def leak_text(leaking: list[str], ledger: Mapping[str, Any]) -> str:
    """What was left out, and whether it is what was planted."""
    planted = ledger["churn"]["leaky_column"]
    said = f"planted was {planted}, and it {'is' if leaking == [planted] else 'is not'} what the check names"
    if not leaking:
        return f"No column separates better than an AUC of {LEAKING_AUC:g} alone; {said}."
    return (
        f"**Left out: {', '.join(leaking)}**, filled in after the fact, whatever accuracy it would have bought; {said}."
    )


def models(*made: Judged) -> list[dict[str, Any]]:
    """How each model did on later snapshots."""
    return [
        {
            "chance that a subscriber": TOLD[m.label],
            "AUC, later snapshots": number(m.auc),
            "AUC, its own rows": formatted(m.train_auc, "number"),
            "Brier": f"{m.brier.value:.4f} ({m.brier.low:.4f} to {m.brier.high:.4f})",
            "Brier of the mean": f"{m.brier_of_mean:.4f}",
            "trees gain, AUC": f"{m.rival_gain.value:+.4f} ({m.rival_gain.low:+.4f} to {m.rival_gain.high:+.4f})",
            "trees": "would replace it" if m.rival_earns else "not worth it",
        }
        for m in made
    ]


def segments(rows: Iterable[Flagged]) -> list[dict[str, Any]]:
    """Precision, recall and AUC by segment."""
    return [
        {
            "segment": f.name,
            "snapshots": f.rows,
            "left": f.happened,
            "flagged": f.flagged,
            "precision": share(f.precision),
            "recall": share(f.recall),
            "AUC": number(f.auc),
        }
        for f in rows
    ]


def card(parts: Split, made: Judged, threshold: float, left_out: list[str]) -> list[dict[str, str]]:
    """The model card: what it is, what it was made of, how it did, and when it lies."""
    first, last = (parts.train["cutoff"].min(), parts.train["cutoff"].max())
    tested = parts.test["cutoff"]
    fields = {
        "model": "logistic regression without a penalty; skewed features by their logarithm, all standardised",
        "tells": f"the chance that a running subscriber leaves within {parts.horizon_days} days of a cutoff",
        "fitted on": f"{made.rows:,} rows (subscriber and cutoff), cutoffs {first:%Y-%m-%d} to {last:%Y-%m-%d}",
        "judged on": f"{len(tested):,} rows, cutoffs {tested.min():%Y-%m-%d} to {tested.max():%Y-%m-%d}; no label learnt from ends after {parts.boundary:%Y-%m-%d}",
        "features": ", ".join(name(c) for c in made.columns),
        "left out": ", ".join(left_out) or "nothing",
        "AUC": number(made.auc),
        "Brier": f"{made.brier.value:.4f}, of the mean {made.brier_of_mean:.4f}",
        "flags": f"from a chance of {formatted(threshold, 'share')} on, where an offer would pay if it kept everybody",
        "not for": "choosing whom to treat: it says who leaves, not whom an offer keeps",
        "lies when": "its forecasts are acted on, season or mix move, or a feature is filled in after its date",
        "limits": "simulated shoppers; snapshots of one year; a cutoff lies in the days of an offer that some got",
    }
    return [{"field": key, "content": value} for key, value in fields.items()]


def churn_text(made: Judged, ledger: Mapping[str, Any]) -> str:
    """Which planted effects on leaving the model recovers."""
    planted = {
        "tickets_30": ledger["churn"]["log_hazard_ticket"],
        "days_idle": ledger["churn"]["log_hazard_idle"],
        "yearly": ledger["churn"]["log_hazard_yearly"],
    }
    shown = {c.name: c.per_deviation for c in made.coefficients}
    right = [c for c, effect in planted.items() if shown[c].low * effect > 0 and shown[c].high * effect > 0]
    words = [f"{name(c)} {'raises' if planted[c] > 0 else 'lowers'} it" for c in planted]
    return (
        f"**{len(right)} of {len(planted)} planted effects on leaving are recovered with their sign**, each with an interval off zero "
        f"(planted: {', '.join(words)}). The model separates leavers from stayers with an AUC of {number(made.auc)}: most "
        "leaving is chance, and a forecast that claims much more should be searched for a leak."
    )


def parameters(found: Value, ledger: Mapping[str, Any]) -> list[dict[str, str]]:
    """Parameters of both models of customer value, and the planted ones where one was planted."""
    planted = {"p": ledger["order_value"]["shape"]}
    return [
        {
            "model": model,
            "parameter": key,
            "estimate": number(estimate),
            "planted": formatted(planted[key], "number") if key in planted else "a mix, none of its own",
        }
        for model, fit in (("BG/NBD, days", found.purchases), ("gamma-gamma, cents", found.values))
        for key, estimate in fit.parameters.items()
    ]


def value_text(found: Value, currency: str) -> str:
    """How both models did in the days after them."""
    worth = [formatted(cents, "price", currency) for cents in (found.expected_mean, found.seen_mean)]
    return (
        f"In the {found.days:.0f} days after the cutoff {found.expected:,.0f} orders were expected of known customers and "
        f"{found.seen:,} came ({formatted(found.expected / found.seen - 1, 'relative')}); an order was expected to be worth {worth[0]} and was worth {worth[1]}. "
        f"Orders and their mean value correlate by {found.correlation:+.2f}, where the second model takes none."
    )


def policy_rows(found: Iterable[Policy], planted: "pd.DataFrame", currency: str) -> list[dict[str, Any]]:
    """A row a rule: whom it treats, what it gains, what was planted."""
    kinds = [c for c in planted.columns if c not in ("policy", "gain")]
    true = planted.set_index("policy")
    return [
        {
            "treat by": p.name,
            "treated": formatted(p.share, "share"),
            "gain per subscriber": _money(p.gain, currency),
            "against the chance to leave": "-" if p.name == "chance to leave" else _money(p.against, currency),
            "planted gain": formatted(100 * float(true.loc[p.name, "gain"]), "price", currency),
            **{f"of {kind}": formatted(float(true.loc[p.name, kind]), "share") for kind in kinds},
        }
        for p in found
    ]


def _money(found: Estimate, currency: str) -> str:
    return with_interval(100 * found.value, 100 * found.low, 100 * found.high, "price", currency)


def uplift_text(found: Iterable[Policy], curves: Iterable[Qini], planted: "pd.DataFrame", currency: str) -> str:
    """Why the next best action goes by estimated uplift."""
    by = {p.name: p for p in found}
    true = planted.set_index("policy")
    uplift = by["estimated uplift, T-learner"]
    areas = "; ".join(
        f"{100 * c.area:.2f} ({100 * c.area_low:.2f} to {100 * c.area_high:.2f}) by {c.name}" for c in curves
    )
    return (
        f"**Treat by estimated uplift, not by the chance to leave**: against it the T-learner gains {_money(uplift.against, currency)} per "
        f"subscriber, and treats {formatted(float(true.loc[uplift.name, 'disturbed']), 'share')} of those whom the offer was planted to drive away; the chance to leave "
        f"treats {formatted(float(true.loc['chance to leave', 'disturbed']), 'share')} of them. Qini area per 100 subscribers: {areas}."
    )


def backtest(found: Backtest) -> list[dict[str, str]]:
    """The forecast beside last week once more."""
    ahead = len(found.forecasts[0].seen)
    return [
        {"measure": f"MASE of the model, {ahead} days ahead", "value": number(found.mase)},
        {"measure": "MASE of last week once more", "value": number(found.naive)},
        {"measure": "the model is better by", "value": number(found.gain)},
        {
            "measure": "days inside their interval",
            "value": with_interval(found.coverage.value, found.coverage.low, found.coverage.high, "share"),
        },
    ]


def alarms_text(found: Found, measured: Rate, stated: float) -> str:
    """What the watch found of what was planted, and how often it cries wolf."""
    planted = len(found.found) + len(found.missed)
    return (
        f"**{len(found.found)} of {planted} planted outages and surges alarm; alarms on other days: {len(found.false)}**. "
        f"Stated are {stated:g} false alarms a year; on healthy series like this one there are {measured.per_year:.2f} "
        f"({measured.low:.2f} to {measured.high:.2f}), counted over {measured.years:,.0f} simulated years."
    )
