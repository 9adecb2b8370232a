"""Where users drop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.config.nouns import a, plural
from helpers.experiment.funnel import FunnelCounts, diagnosed, window
from helpers.formatting import counted, finite, formatted, interval, listed, whole
from helpers.report import losses
from helpers.report.tables import Row
from helpers.report.topics import rowless

if TYPE_CHECKING:
    from helpers.experiment.funnel import Bypass
    from helpers.report.notebook import Notebook

OFTEN = 0.2
"""Share of buyers beside the path from which on the report warns of it."""


def table(found: FunnelCounts, study: Study) -> list[Row]:
    """Steps with their rates and losses; a unit table has no window that could be open, and nobody on the way is lost."""
    if not study.has_way:
        return _table_of_units(found)
    last = found.steps[-1].event
    lost = "Did not go on" if losses.unwanted(study) else "Lost"
    return [
        {
            "Step": s.event + (" (optional)" if s.optional else ""),
            "Users": f"{s.units:,}",
            "Of the step before": "" if s.position == 1 else formatted(s.rate.share, "share"),
            "95 % interval": "" if s.position == 1 else interval(s.rate.low, s.rate.high, "share"),
            lost: "" if s.position == 1 or s.optional else f"{s.lost:,}",
            **({} if study.is_unit_table else {"Window still open": "" if s.position == 1 else f"{s.open_units:,}"}),
            **(
                {}
                if losses.unwanted(study)
                else {
                    f"Fewer users with {a(last)}": ""
                    if s.position == 1 or s.optional
                    else f"{losses.bound(found, s)}{whole(s.purchases_lost)}"
                }
            ),
        }
        for s in found.steps
    ]


def _table_of_units(found: FunnelCounts) -> list[Row]:
    """Who is in a table of units, and who has its outcome."""
    return [
        {
            "Who": IN_THE_TABLE if s.position == 1 else f"with {s.event}",
            "Users": f"{s.units:,}",
            "Share": "" if s.position == 1 else formatted(s.rate.share, "share"),
            "95 % interval": "" if s.position == 1 else interval(s.rate.low, s.rate.high, "share"),
        }
        for s in found.steps
    ]


WAYLESS = "a table of units tells no steps"
"""Why nobody is lost on the way where there is none."""
VALUED = " those without a value left out"
"""Who does not count where a table tells of some users not whether they have the outcome."""
IN_THE_TABLE = "in the table"
"""What stands for the first step of a table of units, all of whose rows are there."""


def caption(found: FunnelCounts, study: Study) -> str:
    """What the table of steps shows."""
    if not study.has_way:
        return "Who is in the table, and who has the outcome"
    if found.passed_over:
        return f"The funnel in its order, without the optional {listed(found.passed_over)}"
    return "The strict funnel: every step, in its order"


def note(study: Study) -> str:
    """From when until when the steps count, and how intervals count where whole clusters were randomised."""
    whom = f"; only users {study.untouched} count, whom the change did not reach" if study.untouched else ""
    if not study.has_way:
        signed = getattr(study.data, "negative", "error") == "refund"
        return (
            f"with {study.funnel.steps[-1]}: its column is {'above zero' if signed else 'neither zero, no nor empty'}"
            f"{f';{VALUED}' if losses.valued(study) else ''}{losses.alike(study)}{whom}"
        )
    said = f"the last step {window(study)} the first {study.funnel.steps[0]}{losses.alike(study)}"
    return f"{said}; events before {study.diagnosis_end:%Y-%m-%d}{whom}"


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
                    None if nb.study.is_unit_table else s.open_units,
                    "count",
                    f"Units that had not reached {s.event} and whose window was still open",
                    reason="a unit table tells no times of its outcomes",
                )
        nb.record(
            f"{prefix}.conversion",
            finite(f.conversion.share),
            "share",
            f"Share of the entrants that reached the last step, {f.name} funnel",
        )
    told = diagnosed(funnels)
    nobody = losses.unwanted(nb.study).rstrip(".") or ("" if nb.study.has_way else WAYLESS)
    nb.record(
        "funnel.bottleneck_lost",
        None if nobody else max((step.purchases_lost for step in told.bottlenecks), default=0),
        "count",
        "Users whom the bottleneck costs: how many more would reach the last step if nobody were lost there",
        reason=nobody,
    )
    nb.record(
        "funnel.buyers", buyers.converted, "count", "Users with the last step in the diagnosis period, in any order"
    )
    beside = (
        ("without_exposure", buyers.without_exposure, "Of them without the exposure step"),
        ("without_entry", buyers.without_entry, "Of them without the first step"),
        ("before_entry", buyers.before_entry, "Of them with a first step, but only after the last one"),
    )
    for name, units, meaning in beside:
        told_by = None if nb.study.is_unit_table else units
        nb.record(
            f"funnel.buyers_{name}",
            told_by,
            "count",
            meaning,
            reason="a unit table tells nobody who is not in it, and no times",
        )
    nb.record("funnel.bypass", text_bypass(buyers, nb.study), "text", "Who reaches the last step beside the path")
    nb.record("funnel.bottleneck", _bottleneck(told, nb.study), "text", "The bottleneck in a sentence")


def record_control(nb: Notebook, arms: Sequence[FunnelCounts]) -> None:
    """``funnel.control``: how many of the control reach the last step, which is what is usual after a launch."""
    study = nb.study
    nb.record(
        "funnel.control",
        finite(arms[0].conversion.share) if arms else None,
        "share",
        f"Share of the exposed units of {study.control.name} that reached {study.funnel.steps[-1]} in the experiment",
        reason="no step of the experiment is read by arm",
    )


def _bottleneck(found: FunnelCounts, study: Study) -> str:
    """Where most is lost, and what that costs; of a table of units who has the outcome, for there is no way to it."""
    if not study.has_way:
        return _reached(found, study)
    return losses.unwanted(study) or f"{_costs(found)}{losses.passed_over(found)}"


def _reached(found: FunnelCounts, study: Study) -> str:
    share, every = formatted(found.conversion.share, "share"), losses.untouched(found.steps[0].units, study)
    apart = f",{VALUED}," if losses.valued(study) else ""
    return f"Of {every} in the table{apart} {share} have {found.steps[-1].event}."


def _costs(found: FunnelCounts) -> str:
    if not found.bottlenecks:
        return f"{losses.nobody_lost(found)}."
    worst, ways, lost = found.bottlenecks[0], losses.ways(found), losses.lost(found)
    if len(found.bottlenecks) > 1:
        return f"No step alone is the bottleneck: {ways} cost {lost}."
    gone, before = formatted(1 - worst.rate.share, "share"), found.before(worst).event
    return f"The bottleneck is {ways}: {gone} of the users at {before} do not go on, which costs {lost}."


def absent_entrants(study: Study) -> str:
    """Why there is no funnel at all."""
    if study.rowless:
        return rowless.absent(study, rowless.FUNNEL)
    when = text_when(study)
    return f"No unit reached {study.funnel.steps[0]} {when}, so there is no funnel to diagnose."


def text_when(study: Study) -> str:
    if study.is_descriptive:
        return "in the table" if study.is_unit_table else "in the log"
    when = "before the experiment" if study.period.baseline else "in the experiment"
    return f"{when} among users {study.untouched}" if study.untouched else when


def absent_curve(study: Study) -> str:
    """Why there is no curve of the time to the last step."""
    if study.rowless:
        return rowless.absent(study, rowless.TIMES)
    if study.is_unit_table:
        return "A unit table tells whether an outcome happened, not when."
    when = text_when(study)
    return f"No unit reached {study.exposure} {when}, so no time from there to {study.funnel.steps[-1]} can be told."


def absent(study: Study) -> str:
    """Why there is no funnel of each arm."""
    if study.rowless:
        return rowless.absent(study, rowless.PATHS)
    if not study.has_way:
        return f"{WAYLESS[0].upper()}{WAYLESS[1:]}, so there is no path to compare."
    if study.mode == "offline":
        return (
            "Nobody was treated, and planted conversions have no steps before them: the arms share one path, which "
            "02_funnel_analysis shows."
        )
    return f"No step follows the {study.exposure} in every arm, so there is no path to compare."


def text(found: FunnelCounts, study: Study) -> str:
    """The bottleneck in two sentences, and what was passed over; of a table of units who has the outcome."""
    if not study.has_way:
        return _reached(found, study)
    return losses.unwanted(study) or f"{_loses(found, study)}{losses.passed_over(found)}"


def _loses(found: FunnelCounts, study: Study) -> str:
    most = found.bottlenecks
    if not most:
        return f"{losses.nobody_lost(found)}."
    others = ", ".join(
        f"{found.before(s).event} to {s.event}: {losses.bound(found, s)}{whole(s.purchases_lost)}"
        for s in found.steps[1:]
        if s not in most
    )
    beside = f" ({others})" if others else ""
    ways, lost = losses.ways(found), losses.lost(found)
    if len(most) == 1:
        said = f"The bottleneck is {ways}: it costs {lost}{beside}."
    else:
        said = f"No step alone is the bottleneck: {ways} cost {lost}{beside}."
    if study.is_unit_table:
        return said
    still, gone = sum(s.open_units for s in most), sum(s.lost for s in most)
    return f"{said} For {f'{still:,}' if still else 'none'} of the {counted(gone, 'user')} lost there the window was still open when sight ended."


def text_bypass(found: Bypass, study: Study) -> str:
    """Who leaves the path, in a sentence."""
    if study.is_unit_table:
        if not study.has_way:
            return f"{WAYLESS[0].upper()}{WAYLESS[1:]}, so nothing can be said of who passes one by."
        return (
            f"Every row of the table is {study.exposure}, so nobody reaches {study.funnel.steps[-1]} beside the path."
        )
    last, exposure, users = study.funnel.steps[-1], study.exposure, losses.untouched(found.converted, study)
    if not found.converted:
        return f"No user{users.partition('users')[2]} has {a(last)}."
    beside = found.without_exposure / found.converted
    first, every = study.funnel.steps[0], users.replace("1", "The only", 1) if found.converted == 1 else f"All {users}"
    all_of_them = f"{every} with {a(last)} {'has' if found.converted == 1 else 'have'} {a(f'{exposure} event')}"
    some = f"Of {users} with {a(last)}, {_have(found.without_exposure)} no {exposure} event"
    rest = [f"{_have(found.without_entry)} no {first} event"] if found.without_entry and first != exposure else []
    rest += [f"{found.before_entry:,} had it before any {first}"] if found.before_entry else []
    text = listed([some, *rest]) if beside else "; ".join(filter(None, [all_of_them, listed(rest)]))
    if found.earlier:
        text += f" ({found.earlier:,} more had it only before the first {exposure} event of the log)"
    if beside > OFTEN:
        text += f": {exposure} can be passed by, so a change there reaches only a part of the {plural(last)}"
    return text + "."


def _have(units: int) -> str:
    return f"{units:,} {'has' if units == 1 else 'have'}"
