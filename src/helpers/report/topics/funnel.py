"""Where users drop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.experiment.funnel import FunnelCounts, window
from helpers.formatting import finite, formatted, interval, plural
from helpers.report.tables import Row

if TYPE_CHECKING:
    from helpers.experiment.funnel import Bypass
    from helpers.report.notebook import Notebook

OFTEN = 0.2
"""Share of buyers beside the path from which on the report warns of it."""


def table(found: FunnelCounts) -> list[Row]:
    """Steps with their rates and losses."""
    last = found.steps[-1].event
    return [
        {
            "Step": s.event + (" (optional)" if s.optional else ""),
            "Users": f"{s.units:,}",
            "Of the step before": "" if s.position == 1 else formatted(s.rate.share, "share"),
            "95 % interval": "" if s.position == 1 else interval(s.rate.low, s.rate.high, "share"),
            "Lost": "" if s.position == 1 else f"{s.lost:,}",
            "Window still open": "" if s.position == 1 else f"{s.open_units:,}",
            f"{plural(last).capitalize()} lost": "" if s.position == 1 or s.optional else f"{s.purchases_lost:,.0f}",
        }
        for s in found.steps
    ]


def note(study: Study) -> str:
    """From when until when the steps count."""
    said = f"the last step {window(study)} the first {study.funnel.steps[0]}"
    return said if study.is_unit_table else f"{said}; events before {study.diagnosis_end:%Y-%m-%d}"


def record(nb: Notebook, found: Iterable[FunnelCounts], buyers: Bypass) -> None:
    """``funnel.*``: units and rates by step, and the bottleneck."""
    funnels = list(found)
    if not funnels:
        reason = absent_entrants(nb.study)
        for name in ("bottleneck", "bypass"):
            nb.record(f"funnel.{name}", reason, "text", "Why no funnel is told")
        return
    for f in funnels:
        prefix = "funnel" if f.name == "strict" else f"funnel.{f.name}"
        for s in f.steps:
            nb.record(
                f"{prefix}.{s.event}.units", s.units, "count", f"Units that reached {s.event} in the {f.name} funnel"
            )
            if s.position > 1:
                nb.record(
                    f"{prefix}.{s.event}.rate",
                    finite(s.rate.share),
                    "share",
                    f"Share of the step before that reached {s.event}, {f.name} funnel",
                    reason="no unit reached the step before",
                )
                nb.record(
                    f"{prefix}.{s.event}.open",
                    s.open_units,
                    "count",
                    f"Units that had not reached {s.event} and whose window was still open",
                )
        nb.record(
            f"{prefix}.conversion",
            finite(f.conversion.share),
            "share",
            f"Share of the entrants that reached the last step, {f.name} funnel",
        )
    strict = funnels[0]
    worst = strict.bottleneck
    before = strict.steps[worst.position - 2].event
    nb.record(
        "funnel.bottleneck_lost",
        worst.purchases_lost,
        "count",
        "Last steps lost at the bottleneck: how many more there would be if nobody were lost there",
    )
    nb.record(
        "funnel.buyers", buyers.converted, "count", "Users with the last step in the diagnosis period, in any order"
    )
    nb.record("funnel.buyers_without_exposure", buyers.without_exposure, "count", "Of them without the exposure step")
    nb.record(
        "funnel.buyers_before_entry", buyers.before_entry, "count", "Of them whose last one came before any first step"
    )
    nb.record("funnel.bypass", text_bypass(buyers, nb.study), "text", "Who reaches the last step beside the path")
    nb.record(
        "funnel.bottleneck",
        f"The bottleneck is the step from {before} to {worst.event}: {nb.say(1 - worst.rate.share, 'share')} of the users at "
        f"{before} do not go on, which costs {worst.purchases_lost:,.0f} {plural(strict.steps[-1].event)}.",
        "text",
        "The bottleneck in a sentence",
    )


def absent_entrants(study: Study) -> str:
    """Why there is no funnel at all."""
    when = "before the experiment" if study.period.baseline else "in the experiment"
    return f"No unit reached {study.funnel.steps[0]} {when}, so there is no funnel to diagnose."


def absent_curve(study: Study) -> str:
    """Why there is no curve of the time to the last step."""
    if study.is_unit_table:
        return "A unit table tells whether an outcome happened, not when."
    when = "before the experiment" if study.period.baseline else "in the experiment"
    return f"No unit reached {study.exposure} {when}, so no time from there to {study.funnel.steps[-1]} can be told."


def absent(study: Study) -> str:
    """Why there is no funnel of each arm."""
    if study.mode == "offline":
        return (
            "Nobody was treated, and planted conversions have no steps before them: the arms share one path, which "
            "02_funnel_analysis shows."
        )
    return f"No step follows the {study.exposure} in every arm, so there is no path to compare."


def text(found: FunnelCounts) -> str:
    """The bottleneck in two sentences."""
    worst = found.bottleneck
    before, last = found.steps[worst.position - 2].event, found.steps[-1].event
    others = ", ".join(
        f"{found.steps[s.position - 2].event} to {s.event}: {s.purchases_lost:,.0f}"
        for s in found.steps[1:]
        if s is not worst
    )
    return (
        f"The bottleneck is the step from {before} to {worst.event}: it loses {worst.purchases_lost:,.0f} {plural(last)}"
        f"{f' ({others})' if others else ''}. For {worst.open_units:,} of the {worst.lost:,} users lost there the window was still open when sight ended."
    )


def text_bypass(found: Bypass, study: Study) -> str:
    """Who leaves the path, in a sentence."""
    if study.is_unit_table:
        return (
            f"Every row of the table is {study.exposure}, so nobody reaches {study.funnel.steps[-1]} beside the path."
        )
    last, share = study.funnel.steps[-1], found.without_exposure / found.converted if found.converted else 0.0
    text = f"Of {found.converted:,} users with a {last}, {found.without_exposure:,} have no {study.exposure} event"
    if found.converted and not found.without_exposure:
        text = f"All {found.converted:,} users with a {last} have a {study.exposure} event"
    if found.before_entry:
        text += f" and {found.before_entry:,} had it before any {study.funnel.steps[0]}"
    if share > OFTEN:
        text += (
            f": the {study.exposure} is not the only way, so a change there reaches only a part of the {plural(last)}"
        )
    return text + "."
