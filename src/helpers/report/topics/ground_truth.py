"""Every planted effect beside what was found for it, told."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers import formatting
from helpers.config import Study
from helpers.experiment.ground_truth import GroundTruthCheck
from helpers.formatting import CHANGE, formatted
from helpers.report import base, tables

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook


def table(found: Sequence[GroundTruthCheck], study: Study) -> list[tables.Row]:
    """One line a planted effect: relative where it was planted so, else on the scale of the metric."""
    return [
        {
            "Planted": m.planted.statement[0].upper() + m.planted.statement[1:],
            "Size": formatted(m.planted.size, m.planted.unit),
            **_estimate(m, study),
        }
        for m in found
    ]


def note(found: Sequence[GroundTruthCheck], study: Study) -> str:
    """What is compared, and from when until when it counts."""
    said = (
        "Found and true: the metric in which the effect shows, on exposed units; its truth has all that was planted in it,"
        " as far as the log was watched, so it need not equal the planted size"
    )
    shown = [m.found.metric for m in found if m.found]
    return f"{said}; {base.windows(shown, study)}" if shown else said


def record(nb: "Notebook", found: Sequence[GroundTruthCheck]) -> None:
    """``planted.*``: effects in the ledger, those with an estimate and a truth, and those whose interval holds it."""
    if not found:
        return
    known = [m.held for m in found if m.held is not None]
    nb.record("planted.effects", len(found), "count", "Effects in the ledger of what was planted")
    nb.record("planted.marked", len(known), "count", "Of them with an estimate whose truth is known")
    nb.record("planted.held", sum(known), "count", "Of those with an interval that holds the truth")


def _estimate(m: GroundTruthCheck, study: Study) -> tables.Row:
    if m.found is None:
        return {"Shows in": "no estimate", "Units": "", "Found": "", "Interval": "", "True": "", "Held": ""}
    x, truth, currency = m.found.effect, m.found.truth, study.economics.currency
    if m.planted.unit == "relative":
        found = formatted(None if x.relative != x.relative else x.relative, "relative")
        interval = formatting.interval(x.relative_low, x.relative_high, "relative")
        true = formatted(truth.relative, "relative") if truth else ""
    else:
        found = formatting.difference(x.absolute, m.found.metric, currency)
        interval = formatting.span(x.absolute_low, x.absolute_high, CHANGE[m.found.metric.unit], currency)
        true = formatting.difference(truth.absolute, m.found.metric, currency) if truth else ""
    held = "" if m.held is None else formatted(m.held, "flag")
    return {
        "Shows in": m.found.metric.label,
        "Units": f"{x.n_control + x.n_treatment:,}",
        "Found": found,
        "Interval": interval,
        "True": true,
        "Held": held,
    }
