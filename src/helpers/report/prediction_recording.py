"""The numbers of 10_prediction that a reader may quote."""

from collections.abc import Iterable

from helpers.programme.prediction.anomalies import Found, Rate
from helpers.programme.prediction.classifier import Judged
from helpers.programme.prediction.demand import Backtest
from helpers.programme.prediction.features import Split
from helpers.programme.prediction.leak import Column
from helpers.programme.prediction.policy import Policy
from helpers.programme.prediction.uplift import Qini
from helpers.programme.prediction.value import Value
from helpers.record import Unit
from helpers.report.programme_notebook import ProgrammeNotebook
from helpers.report.topics.prediction import TOLD, name
from helpers.stats.estimate import Estimate


def _estimate(nb: ProgrammeNotebook, key: str, found: Estimate, unit: Unit, meaning: str) -> None:
    nb.record(key, float(found.value), unit, meaning)
    nb.record(f"{key}_low", float(found.low), unit, "Lower end of its interval")
    nb.record(f"{key}_high", float(found.high), unit, "Upper end of its interval")


def leaks(nb: ProgrammeNotebook, checked: tuple[Column, ...]) -> None:
    """``prediction.leak.*``."""
    nb.record(
        "prediction.leak.found", ", ".join(c.name for c in checked if c.leaks) or "none", "text", "Columns left out"
    )
    honest = [c.auc.value for c in checked if not c.leaks]
    nb.record("prediction.leak.best_honest_auc", max(honest), "number", "Highest AUC of any single other column")


def models(nb: ProgrammeNotebook, parts: Split, *made: Judged) -> None:
    """``prediction.LABEL.*``: how the models did on later snapshots."""
    nb.record("prediction.train_rows", len(parts.train), "count", "Rows that models were fitted on")
    nb.record("prediction.test_rows", len(parts.test), "count", "Later rows that they are judged on")
    for m in made:
        key, word = f"prediction.{m.label}", TOLD[m.label]
        _estimate(nb, f"{key}.auc", m.auc, "number", f"AUC of the chance that a subscriber {word}, later snapshots")
        nb.record(f"{key}.brier", float(m.brier.value), "number", f"Brier score of the chance that a subscriber {word}")
        nb.record(f"{key}.brier_of_mean", m.brier_of_mean, "number", "Brier score of telling everybody the mean")
        for c in m.coefficients:
            meaning = f"Change of the log-odds that a subscriber {word} per standard deviation of {name(c.name)}"
            _estimate(nb, f"{key}.effect.{c.name}", c.per_deviation, "number", meaning)


def value(nb: ProgrammeNotebook, found: Value) -> None:
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


def uplift(nb: ProgrammeNotebook, policies: Iterable[Policy], curves: Iterable[Qini]) -> None:
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


def demand(nb: ProgrammeNotebook, found: Backtest) -> None:
    """``prediction.demand.*``: the backtest of the forecast."""
    _estimate(nb, "prediction.demand.mase", found.mase, "number", "Mean absolute scaled error of the forecast")
    _estimate(nb, "prediction.demand.naive_mase", found.naive, "number", "The same of last week once more")
    _estimate(nb, "prediction.demand.coverage", found.coverage, "share", "Days inside the interval of their forecast")


def alarms(nb: ProgrammeNotebook, found: Found, measured: Rate) -> None:
    """``prediction.anomalies.*``: what the watch found, and its rate of false alarms."""
    nb.record("prediction.anomalies.found", len(found.found), "count", "Planted outages and surges that alarm")
    nb.record("prediction.anomalies.missed", len(found.missed), "count", "Planted ones that do not")
    nb.record("prediction.anomalies.false", len(found.false), "count", "Other days that alarm")
    nb.record("prediction.anomalies.rate", measured.per_year, "number", "False alarms a year on healthy series")
    nb.record("prediction.anomalies.rate_low", measured.low, "number", "Lower end of its interval")
    nb.record("prediction.anomalies.rate_high", measured.high, "number", "Upper end of its interval")
