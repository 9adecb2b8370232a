"""How long units stay."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from helpers.formatting import decimal, finite, formatted, interval
from helpers.report.tables import Row

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.survival import Survival
    from helpers.report.notebook import Notebook


def table(found: Survival) -> list[Row]:
    """How long the units of each arm stay, the control first."""
    end = f"{found.horizon_days:g}"
    means = (found.mean_days.control, found.mean_days.treatment)
    rows: list[Row] = []
    for (variant, units), mean in zip(found.units.items(), means, strict=True):
        there = found.on(variant, found.horizon_days)
        rows.append(
            {
                "Arm": variant,
                "Units": f"{units:,}",
                "Seen to leave": f"{found.left[variant]:,}",
                f"Still there on day {end}": formatted(there.share, "share"),
                "95 % interval": interval(there.low, there.high, "share"),
                f"Mean days within {end}": formatted(mean, "days"),
            }
        )
    return rows


def record(nb: Notebook, found: Survival | None) -> None:
    """``survival.*``: how long exposed units stay; nothing where the study names no event by which a unit leaves."""
    if found is None:
        return
    end = found.horizon_days
    nb.record("survival.horizon", end, "days", "Days from the exposure within which the arms are compared")
    for arm, variant in zip(("control", "treatment"), found.curves, strict=True):
        there = found.on(variant, end)
        nb.record(f"survival.{arm}.units", found.units[variant], "count", f"Exposed units of the {arm}")
        nb.record(f"survival.{arm}.left", found.left[variant], "count", "Of them seen to leave")
        nb.record(f"survival.{arm}.still_there", there.share, "share", "Share still there at the horizon, Kaplan-Meier")
        nb.record(f"survival.{arm}.still_there_low", there.low, "share", "Lower end of its interval")
        nb.record(f"survival.{arm}.still_there_high", there.high, "share", "Upper end of its interval")
    kept = found.mean_days
    nb.record(
        "survival.control.mean",
        finite(kept.control),
        "days",
        "Mean days kept within the horizon, control",
        reason=kept.note,
    )
    nb.record("survival.treatment.mean", finite(kept.treatment), "days", "The same, treatment", reason=kept.note)
    nb.record("survival.gain", finite(kept.absolute), "days", "Days kept, treatment minus control", reason=kept.note)
    nb.record("survival.gain_low", finite(kept.absolute_low), "days", "Lower end of its interval", reason=kept.note)
    nb.record("survival.gain_high", finite(kept.absolute_high), "days", "Upper end of its interval", reason=kept.note)
    nb.record(
        "survival.log_rank_p",
        finite(found.test.p_value),
        "p",
        "Log-rank test that both curves are one",
        reason="no unit was seen to leave",
    )


def note(found: Survival) -> str:
    """The difference of the means and the test of both curves, below the table."""
    kept, (control, treatment) = found.mean_days, found.curves
    days, low, high = (decimal(x, 2, signed=True) for x in (kept.absolute, kept.absolute_low, kept.absolute_high))
    between = "no interval" if isnan(kept.absolute_low) else f"{low} to {high}"
    return f"mean days kept, {treatment} minus {control}: {days} ({between}); {_log_rank(found)}"


def _log_rank(found: Survival) -> str:
    if isnan(found.test.p_value):
        return "no log-rank test, for no unit was seen to leave"
    p = formatted(found.test.p_value, "p")
    return f"log-rank p {p if p.startswith(('<', '>')) else f'= {p}'}"


def absent(study: Study) -> str:
    """Why a study has no survival curves."""
    return "The study names no event by which a unit leaves, so how long units stay is not asked."
