"""Whether a proxy may stand for an outcome."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from helpers.config import Metric
from helpers.defaults import ALPHA
from helpers.experiment.decision.claims import subject
from helpers.formatting import CHANGE, NO_INTERVAL, difference, finite, formatted, inside, interval
from helpers.report import base
from helpers.report.base import Base
from helpers.report.tables import Badge, Row, badge
from helpers.stats.estimate import Estimate

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.results import Results
    from helpers.experiment.surrogate import Surrogacy
    from helpers.report.notebook import Notebook


PER = 100
"""Units of a proxy for which a slope is told, so that cents do not vanish."""


def table(found: Surrogacy, currency: str) -> list[Row]:
    """What would have to hold for the proxy to stand for the outcome, and what the experiment says of it."""
    path, proxy, outcome = found.path, found.proxy.label, found.outcome.label

    def told(estimate: Estimate, metric: Metric, times: int = 1) -> str:
        ends = (estimate.value, estimate.low, estimate.high)
        value, low, high = (difference(times * float(x), metric, currency) for x in ends)
        return f"{value} ({low} to {high})"

    def judged(shown: bool, yes: str, no: str) -> Badge:
        return badge("good", yes) if shown else badge("warn", no)

    control, treatment = (told(slope, found.outcome, PER) for slope in path.slopes)
    return [
        {
            "Would have to hold": f"The change moves {proxy.lower()}",
            "Found": told(path.proxy, found.proxy),
            "Verdict": judged(bool(path.proxy.low > 0 or path.proxy.high < 0), "seen", "not seen"),
        },
        {
            "Would have to hold": f"{outcome} goes with {proxy.lower()}, alike in both arms",
            "Found": f"per {PER} of the proxy: control {control}, treatment {treatment}",
            "Verdict": judged(not path.slope_change.p_value < ALPHA, "not refuted", "refuted"),
        },
        {
            "Would have to hold": "Nothing goes beside it (Prentice)",
            "Found": told(path.beside, found.outcome),
            "Verdict": judged(found.agrees, "not refuted", "refuted"),
        },
        {
            "Would have to hold": f"Nothing else drives both {proxy.lower()} and {outcome.lower()} within the arms",
            "Found": "the arms were drawn by lot, the proxy was not",
            "Verdict": badge("warn", "cannot be tested here"),
        },
        {
            "Would have to hold": "The slope stays: later, for other users, for other changes",
            "Found": "one experiment has one slope; many would show how far it carries",
            "Verdict": badge("warn", "cannot be tested here"),
        },
    ]


NO_VARIATION = "proxy or outcome is the same for every unit of an arm"


def record(nb: Notebook, found: Surrogacy | None) -> None:
    """``surrogate.*``: what the proxy predicts of the outcome; nothing where the study names no proxy."""
    if found is None:
        return
    unit, parts = CHANGE[found.outcome.unit], found.path
    proxy, outcome = inside(found.proxy.label), inside(found.outcome.label)
    for name, estimate, meaning in (
        ("predicted", parts.predicted, f"Effect on {outcome} that the effect on {proxy} predicts"),
        ("direct", found.direct, f"Effect on {outcome} as measured"),
        ("beside", parts.beside, f"Part of the effect on {outcome} that does not go through {proxy}"),
        ("slope", parts.slope, f"Change of {outcome} per unit of {proxy}, within arms"),
    ):
        nb.record(f"surrogate.{name}", finite(estimate.value), unit, meaning, reason=NO_VARIATION)
        nb.record(f"surrogate.{name}_low", finite(estimate.low), unit, "Lower end of its interval", reason=NO_VARIATION)
        nb.record(
            f"surrogate.{name}_high", finite(estimate.high), unit, "Upper end of its interval", reason=NO_VARIATION
        )
    nb.record(
        "surrogate.beside_p",
        finite(parts.beside.p_value),
        "p",
        "p-value that no part goes beside the proxy",
        reason=NO_VARIATION,
    )
    nb.record(
        "surrogate.slopes_p",
        finite(parts.slope_change.p_value),
        "p",
        "p-value that both arms have one slope",
        reason=NO_VARIATION,
    )
    if found.truth is not None:
        nb.record("surrogate.truth", found.truth, unit, f"Planted effect on {outcome}")


def text_cannibalisation(results: Results) -> str | None:
    """A sentence on the study's chances to sell beside its proxy; None where it names none.

    A chance is lost where the whole interval of its relative change lies below 0.
    """
    named = results.study.surrogate
    if named is None or named.opportunity is None:
        return None
    proxy, chance = (results.effect(results.study.metric(name)) for name in (named.proxy, named.opportunity))
    assert proxy is not None and chance is not None, "both arms have units"
    (more, less), e = (formatted(x.effect.relative, "relative") for x in (proxy, chance)), chance.effect
    planted = f", planted {formatted(chance.truth.relative, 'relative')}" if chance.truth else ""
    between = interval(e.relative_low, e.relative_high, "relative")
    moved, sold = (subject(x.metric.label, results.named) for x in (proxy, chance))
    found = f"{moved}: {more}. {sold}: {less} ({between}{planted}). "
    if e.relative_high < 0:
        lift = ", and a lift of the proxy can sell less" if proxy.effect.relative > 0 else ""
        return found + (
            "The change takes chances to sell: if each of them sold as before, that alone would change the outcome by "
            f"{less}{lift}."
        )
    if e.relative_low >= 0:
        return found + "No loss of chances to sell is shown, nor does the interval hold one."
    if isnan(e.relative_low):
        return found + f"Whether chances to sell are lost cannot be told: {e.note or NO_INTERVAL}."
    return found + "No loss of chances to sell is shown; one inside the interval is not ruled out."


def record_cannibalisation(nb: Notebook, said: str) -> None:
    """``surrogate.cannibalisation``: what :func:`text_cannibalisation` says."""
    nb.record("surrogate.cannibalisation", said, "text", "Whether the lift of the proxy takes chances to sell")


def absent(study: Study) -> str:
    """Why a study has no proxy to look at."""
    return "The study names no proxy that is to stand for another metric."


def note(found: Surrogacy, study: Study, arm: str = "") -> str:
    """How the table is read, and what it stands on; ``arm`` is the treatment where there are several."""
    control, treatment = found.units
    return (
        "intervals of the slopes and of both parts are robust; a criterion that is not refuted is not thereby shown; "
        f"{base.text([Base(m, control, treatment, arm) for m in (found.proxy, found.outcome)], study)}"
    )
