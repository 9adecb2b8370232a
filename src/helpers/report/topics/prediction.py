"""The tables and sentences of 10_prediction."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from helpers.defaults import LEAKING_AUC
from helpers.formatting import Unit, decimal, formatted, share, with_interval
from helpers.programme.prediction.anomalies import AlarmsAgainstTruth, Rate
from helpers.programme.prediction.classifier import EvaluatedModel
from helpers.programme.prediction.demand import Backtest
from helpers.programme.prediction.features import Split
from helpers.programme.prediction.leak import ScreenedColumn
from helpers.programme.prediction.policy import Policy
from helpers.programme.prediction.scores import Flagged
from helpers.programme.prediction.uplift import Qini
from helpers.programme.prediction.value import CustomerValue
from helpers.report.notebook import ProgrammeNotebook
from helpers.report.tables import badge
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


def text_column(column: str) -> str:
    """A feature's name for readers; its own where there is none.

    >>> text_column("yearly"), text_column("exit_survey_sent")
    ('yearly plan', 'exit_survey_sent')
    """
    return NAMES.get(column, column)


def text_estimate(found: Estimate) -> str:
    """A number and its interval."""
    return with_interval(found.value, found.low, found.high, "number")


def table_leaks(checked: Iterable[ScreenedColumn]) -> list[dict[str, Any]]:
    """A row a column, the strongest first."""
    return [
        {
            "column": text_column(c.name),
            "AUC alone": text_estimate(c.auc),
            "read a horizon earlier": formatted(c.earlier, "number"),
            "verdict": badge("bad", "knows the future") if c.leaks else badge("good", "history"),
        }
        for c in checked
    ]


def text_leaks(leaking: list[str], ledger: Mapping[str, Any]) -> str:
    """What was left out, and whether it is what was planted."""
    planted = ledger["churn"]["leaky_column"]
    said = f"planted was {planted}, and it {'is' if leaking == [planted] else 'is not'} what the check names"
    if not leaking:
        return f"No column separates better than an AUC of {LEAKING_AUC:g} alone; {said}."
    return (
        f"**Left out: {', '.join(leaking)}**, filled in after the fact, whatever accuracy it would have bought; {said}."
    )


def _gain(found: Estimate) -> str:
    value, low, high = (decimal(float(x), 4, signed=True) for x in (found.value, found.low, found.high))
    return f"{value} ({low} to {high})"


def table(*made: EvaluatedModel) -> list[dict[str, Any]]:
    """How each model did on later snapshots."""
    return [
        {
            "chance that a subscriber": TOLD[m.label],
            "AUC, later snapshots": text_estimate(m.auc),
            "AUC, its own rows": formatted(m.train_auc, "number"),
            "Brier": f"{m.brier.value:.4f} ({m.brier.low:.4f} to {m.brier.high:.4f})",
            "Brier of the mean": f"{m.brier_of_mean:.4f}",
            "trees gain, AUC": _gain(m.rival_gain),
            "trees": "would replace it" if m.rival_earns else "not worth it",
        }
        for m in made
    ]


def table_segments(rows: Iterable[Flagged]) -> list[dict[str, Any]]:
    """Precision, recall and AUC by segment."""
    return [
        {
            "segment": f.name,
            "snapshots": f.rows,
            "left": f.happened,
            "flagged": f.flagged,
            "precision": share(f.precision),
            "recall": share(f.recall),
            "AUC": text_estimate(f.auc),
        }
        for f in rows
    ]


def table_card(parts: Split, made: EvaluatedModel, threshold: float, left_out: list[str]) -> list[dict[str, str]]:
    """The model card: what it is, what it was made of, how it did, and when it lies."""
    first, last = (parts.train["cutoff"].min(), parts.train["cutoff"].max())
    tested = parts.test["cutoff"]
    fields = {
        "model": "logistic regression without a penalty; skewed features by their logarithm, all standardised",
        "tells": f"the chance that a running subscriber leaves within {parts.horizon_days} days of a cutoff",
        "fitted on": f"{made.rows:,} rows (subscriber and cutoff), cutoffs {first:%Y-%m-%d} to {last:%Y-%m-%d}",
        "judged on": f"{len(tested):,} rows, cutoffs {tested.min():%Y-%m-%d} to {tested.max():%Y-%m-%d}; no label learnt from ends after {parts.boundary:%Y-%m-%d}",
        "features": ", ".join(text_column(c) for c in made.columns),
        "left out": ", ".join(left_out) or "nothing",
        "AUC": text_estimate(made.auc),
        "Brier": f"{made.brier.value:.4f}, of the mean {made.brier_of_mean:.4f}",
        "flags": f"from a chance of {formatted(threshold, 'share')} on, where an offer would pay if it kept everybody",
        "not for": "choosing whom to treat: it says who leaves, not whom an offer keeps",
        "lies when": "its forecasts are acted on, season or mix move, or a feature is filled in after its date",
        "limits": "simulated shoppers; snapshots of one year; a cutoff lies in the days of an offer that some got",
    }
    return [{"field": key, "content": value} for key, value in fields.items()]


def text_churn(made: EvaluatedModel, ledger: Mapping[str, Any]) -> str:
    """Which planted effects on leaving the model recovers."""
    planted = {
        "tickets_30": ledger["churn"]["log_hazard_ticket"],
        "days_idle": ledger["churn"]["log_hazard_idle"],
        "yearly": ledger["churn"]["log_hazard_yearly"],
    }
    shown = {c.name: c.per_deviation for c in made.coefficients}
    right = [c for c, effect in planted.items() if shown[c].low * effect > 0 and shown[c].high * effect > 0]
    words = [f"{text_column(c)} {'raises' if planted[c] > 0 else 'lowers'} it" for c in planted]
    return (
        f"**{len(right)} of {len(planted)} planted effects on leaving are recovered with their sign**, each with an interval off zero "
        f"(planted: {', '.join(words)}). The model separates leavers from stayers with an AUC of {text_estimate(made.auc)}: most "
        "leaving is chance, and a forecast that claims much more should be searched for a leak."
    )


def table_parameters(found: CustomerValue, ledger: Mapping[str, Any]) -> list[dict[str, str]]:
    """Parameters of both models of customer value, and the planted ones where one was planted."""
    planted = {"p": ledger["order_value"]["shape"]}
    return [
        {
            "model": model,
            "parameter": key,
            "estimate": text_estimate(estimate),
            "planted": formatted(planted[key], "number") if key in planted else "a mix, none of its own",
        }
        for model, fit in (("BG/NBD, days", found.purchases), ("gamma-gamma, cents", found.values))
        for key, estimate in fit.parameters.items()
    ]


def text_value(found: CustomerValue, currency: str) -> str:
    """How both models did in the days after them."""
    worth = [formatted(cents, "price", currency) for cents in (found.expected_mean, found.seen_mean)]
    return (
        f"In the {found.days:.0f} days after the cutoff {found.expected:,.0f} orders were expected of known customers and "
        f"{found.seen:,} came ({formatted(found.expected / found.seen - 1, 'relative')}); an order was expected to be worth {worth[0]} and was worth {worth[1]}. "
        f"Orders and their mean value correlate by {decimal(found.correlation, 2, signed=True)}, where the second model takes none."
    )


def table_policies(found: Iterable[Policy], planted: "pd.DataFrame", currency: str) -> list[dict[str, Any]]:
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


def text(found: Iterable[Policy], curves: Iterable[Qini], planted: "pd.DataFrame", currency: str) -> str:
    """Why the next best action goes by estimated uplift."""
    by = {p.name: p for p in found}
    true = planted.set_index("policy")
    uplift = by["estimated uplift, T-learner"]
    areas = "; ".join(
        f"{decimal(100 * c.area, 2)} ({decimal(100 * c.area_low, 2)} to {decimal(100 * c.area_high, 2)}) by {c.name}"
        for c in curves
    )
    return (
        f"**Treat by estimated uplift, not by the chance to leave**: against it the T-learner gains {_money(uplift.against, currency)} per "
        f"subscriber, and treats {formatted(float(true.loc[uplift.name, 'disturbed']), 'share')} of those whom the offer was planted to drive away; the chance to leave "
        f"treats {formatted(float(true.loc['chance to leave', 'disturbed']), 'share')} of them. Qini area per 100 subscribers: {areas}."
    )


def table_backtest(found: Backtest) -> list[dict[str, str]]:
    """The forecast beside last week once more."""
    ahead = len(found.forecasts[0].seen)
    return [
        {"measure": f"MASE of the model, {ahead} days ahead", "value": text_estimate(found.mase)},
        {"measure": "MASE of last week once more", "value": text_estimate(found.naive)},
        {"measure": "the model is better by", "value": text_estimate(found.gain)},
        {
            "measure": "days inside their interval",
            "value": with_interval(found.coverage.value, found.coverage.low, found.coverage.high, "share"),
        },
    ]


def text_alarms(found: AlarmsAgainstTruth, measured: Rate, stated: float) -> str:
    """What the watch found of what was planted, and how often it cries wolf."""
    planted = len(found.found) + len(found.missed)
    return (
        f"**{len(found.found)} of {planted} planted outages and surges alarm; alarms on other days: {len(found.false)}**. "
        f"Stated are {stated:g} false alarms a year; on healthy series like this one there are {measured.per_year:.2f} "
        f"({measured.low:.2f} to {measured.high:.2f}), counted over {measured.years:,.0f} simulated years."
    )


def _estimate(nb: ProgrammeNotebook, key: str, found: Estimate, unit: Unit, meaning: str) -> None:
    nb.record(key, float(found.value), unit, meaning)
    nb.record(f"{key}_low", float(found.low), unit, "Lower end of its interval")
    nb.record(f"{key}_high", float(found.high), unit, "Upper end of its interval")


def record_leaks(nb: ProgrammeNotebook, checked: tuple[ScreenedColumn, ...]) -> None:
    """``prediction.leak.*``."""
    nb.record(
        "prediction.leak.found", ", ".join(c.name for c in checked if c.leaks) or "none", "text", "Columns left out"
    )
    honest = [c.auc.value for c in checked if not c.leaks]
    nb.record("prediction.leak.best_honest_auc", max(honest), "number", "Highest AUC of any single other column")


def record_models(nb: ProgrammeNotebook, parts: Split, *made: EvaluatedModel) -> None:
    """``prediction.LABEL.*``: how the models did on later snapshots."""
    nb.record("prediction.train_rows", len(parts.train), "count", "Rows that models were fitted on")
    nb.record("prediction.test_rows", len(parts.test), "count", "Later rows that they are judged on")
    for m in made:
        key, word = f"prediction.{m.label}", TOLD[m.label]
        _estimate(nb, f"{key}.auc", m.auc, "number", f"AUC of the chance that a subscriber {word}, later snapshots")
        nb.record(f"{key}.brier", float(m.brier.value), "number", f"Brier score of the chance that a subscriber {word}")
        nb.record(f"{key}.brier_of_mean", m.brier_of_mean, "number", "Brier score of telling everybody the mean")
        for c in m.coefficients:
            meaning = f"Change of the log-odds that a subscriber {word} per standard deviation of {text_column(c.name)}"
            _estimate(nb, f"{key}.effect.{c.name}", c.per_deviation, "number", meaning)


def record_value(nb: ProgrammeNotebook, found: CustomerValue) -> None:
    """``prediction.value.*``: both models of customer value, and the days after them."""
    for model, fit in (("purchases", found.purchases), ("order_value", found.values)):
        for key, estimate in fit.parameters.items():
            _estimate(
                nb, f"prediction.value.{model}.{key}", estimate, "number", f"Parameter {key} of the model of {model}"
            )
    nb.record("prediction.value.expected_orders", found.expected, "count", "Orders expected after the cutoff")
    nb.record("prediction.value.seen_orders", found.seen, "count", "Orders that came")
    nb.record("prediction.value.expected_price", found.expected_mean, "price", "Expected value of an order after it")
    nb.record("prediction.value.seen_price", found.seen_mean, "price", "What it was")


def record_uplift(nb: ProgrammeNotebook, policies: Iterable[Policy], curves: Iterable[Qini]) -> None:
    """``prediction.policy.*`` and ``prediction.qini.*``: what it is worth to treat by a rule."""
    for p in policies:
        key = "".join(letter if letter.isalnum() else "_" for letter in p.name.lower()).replace("__", "_")
        if p.treats.any():
            meaning = f"Gain of treating by {p.name}, per subscriber, against nobody, {nb.currency}"
            _estimate(nb, f"prediction.policy.{key}.gain", p.gain, "number", meaning)
        nb.record(f"prediction.policy.{key}.share", p.share, "share", f"Subscribers treated by {p.name}")
    for c in curves:
        key = c.name.replace(" ", "_")
        nb.record(
            f"prediction.qini.{key}.area", c.area, "number", f"Area between the Qini curve by {c.name} and chance"
        )
        nb.record(f"prediction.qini.{key}.area_low", c.area_low, "number", "Lower end of its interval")
        nb.record(f"prediction.qini.{key}.area_high", c.area_high, "number", "Upper end of its interval")


def record_demand(nb: ProgrammeNotebook, found: Backtest) -> None:
    """``prediction.demand.*``: the backtest of the forecast."""
    _estimate(nb, "prediction.demand.mase", found.mase, "number", "Mean absolute scaled error of the forecast")
    _estimate(nb, "prediction.demand.naive_mase", found.naive, "number", "The same of last week once more")
    _estimate(nb, "prediction.demand.coverage", found.coverage, "share", "Days inside the interval of their forecast")


def record_alarms(nb: ProgrammeNotebook, found: AlarmsAgainstTruth, measured: Rate) -> None:
    """``prediction.anomalies.*``: what the watch found, and its rate of false alarms."""
    nb.record("prediction.anomalies.found", len(found.found), "count", "Planted outages and surges that alarm")
    nb.record("prediction.anomalies.missed", len(found.missed), "count", "Planted ones that do not")
    nb.record("prediction.anomalies.false", len(found.false), "count", "Other days that alarm")
    nb.record("prediction.anomalies.rate", measured.per_year, "number", "False alarms a year on healthy series")
    nb.record("prediction.anomalies.rate_low", measured.low, "number", "Lower end of its interval")
    nb.record("prediction.anomalies.rate_high", measured.high, "number", "Upper end of its interval")
