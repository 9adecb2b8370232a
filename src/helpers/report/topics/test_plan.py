"""What a test would have to look like: what is usual today, and how many units find which change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.experiment.design import sign
from helpers.experiment.test_plan import SizeOfChange, TestPlan
from helpers.formatting import LEVEL, counted, formatted, inside, interval, level
from helpers.report import base
from helpers.report.tables import Row

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook


def table_brief(study: Study) -> list[Row]:
    """What is described, on one page."""
    data = getattr(study.data, "origin", "") or getattr(study.data, "path", "")
    return [
        {"Item": "Data", "Content": str(data).rpartition("/")[2] or "the project's own"},
        {
            "Item": "A unit counts",
            "Content": f"as {study.in_table}" if study.is_unit_table else f"from its first {study.exposure} on",
        },
        {"Item": "Primary metric", "Content": study.primary.label},
        {"Item": "Further metrics", "Content": ", ".join(m.label for m in study.metrics[1:]) or "none"},
        {
            "Item": "A test is to find",
            "Content": f"a change of {formatted(sign(study) * study.design.minimum_detectable, 'relative')} with power"
            f" {formatted(study.design.power, 'share')}" + ", which is assumed" * study.assumes("design.minimum_detectable"),
        },
    ]  # fmt: skip


def table(found: TestPlan, study: Study) -> list[Row]:
    """What is usual today, metric by metric."""
    shares = all(u.deviation is None for u in found.usual)
    money = study.economics.currency
    return [
        {
            "Metric": u.metric.label,
            "Units": f"{u.n:,}",
            "Today": level(u.level, u.metric, money),
            "95 % interval": interval(u.low, u.high, LEVEL[u.metric.unit], money),
            **(
                {}
                if shares
                else {"Standard deviation": "" if u.deviation is None else level(u.deviation, u.metric, money)}
            ),
        }
        for u in found.usual
    ]


def table_sizes(found: TestPlan, study: Study) -> list[Row]:
    """Units for each change of the primary metric."""
    timed = any(size.weeks is not None for size in found.sizes)
    rows = [_row(size, study) for size in found.sizes]
    return rows if timed else [{k: v for k, v in row.items() if k != "Runs for"} for row in rows]


def _row(size: SizeOfChange, study: Study) -> Row:
    change, plan = formatted(size.effect, "relative"), size.plan
    if plan is None:
        return {
            "Change": change,
            "From": "",
            "To": "a share cannot change so much",
            "In each arm": "",
            "In all": "",
            "Runs for": "",
        }
    weeks = "not known" if size.weeks is None else formatted(size.weeks, "weeks") + " (beyond the log)" * size.beyond
    metric, money = study.primary, study.economics.currency
    return {
        "Change": change,
        "From": level(plan.baseline, metric, money),
        "To": level(plan.baseline * (1 + plan.relative), metric, money),
        "In each arm": f"{plan.n_arms[0]:,}",
        "In all": f"{plan.n_total:,}",
        "Runs for": weeks,
    }


def note_sizes(found: TestPlan, study: Study) -> str:
    """What the sizes rest on."""
    return (
        f"two equal arms, {formatted(study.decision.confidence, 'share')} confidence, power"
        f" {formatted(study.design.power, 'share')}; {base.windows([study.primary], study)}; {found.pace}"
    )


def table_metrics(found: TestPlan) -> list[Row]:
    """What the planned change takes on each metric."""
    return [
        {
            "Metric": n.metric.label,
            "Change": formatted(n.plan.relative, "relative") if n.plan else "",
            "Units in all": f"{n.plan.n_total:,}" if n.plan else n.lacks,
        }
        for n in found.metrics
    ]


def record(nb: Notebook, found: TestPlan) -> None:
    """``plan.*``: levels of today, and the units that find each change."""
    nb.record("plan.headline", text_headline(found, nb.study), "text", "What a test would take, in a sentence")
    for u in found.usual:
        name, label = u.metric.name, inside(u.metric.label)
        kind = LEVEL[u.metric.unit]
        nb.record(f"usual.{name}.level", u.level, kind, f"Level of {label} among exposed units today")
        nb.record(
            f"usual.{name}.low",
            None if u.low != u.low else u.low,
            kind,
            "Lower end of its 95 % interval",
            reason="one unit",
        )
        nb.record(
            f"usual.{name}.high",
            None if u.high != u.high else u.high,
            kind,
            "Upper end of its 95 % interval",
            reason="one unit",
        )
        nb.record(f"usual.{name}.units", u.n, "count", f"Units with a value of {label}")
        if u.deviation is not None:
            nb.record(f"usual.{name}.deviation", u.deviation, kind, f"Standard deviation of {label} between units")
    for size in found.sizes:
        percent = f"{abs(size.effect) * 100:g}".replace(".", "_")
        change = formatted(size.effect, "relative")
        impossible = "a share cannot change so much"
        nb.record(
            f"plan.units_{percent}", size.plan.n_total if size.plan else None, "count",
            f"Units in all that find a change of {change}", reason=impossible,
        )  # fmt: skip
        nb.record(
            f"plan.weeks_{percent}", size.weeks, "weeks", f"Weeks that a test for a change of {change} runs",
            reason=found.pace if size.plan else impossible,
        )  # fmt: skip


def text_headline(found: TestPlan, study: Study) -> str:
    """What a test for the planned change takes, in a sentence or two."""
    planned = _planned(found, study)
    if planned is None or planned.plan is None:
        return f"{found.lacks[0].upper()}{found.lacks[1:]}." if found.lacks else "No test can be planned on these data."
    plan, usual = planned.plan, next(u for u in found.usual if u.metric == study.primary)
    long = (
        f", which takes {formatted(planned.weeks, 'weeks')} at the pace of the log" if planned.weeks is not None else ""
    )
    if planned.weeks is not None and not study.has_time:
        long = f", which takes {formatted(planned.weeks, 'weeks')} at the stated pace"
    return (
        f"{study.primary.label} is {level(usual.level, study.primary, study.economics.currency)} today."
        f" To find a change of {formatted(planned.effect, 'relative')} a test needs {counted(plan.n_total, 'unit')},"
        f" {plan.n_arms[0]:,} in each arm{long}."
    )


def _planned(found: TestPlan, study: Study) -> SizeOfChange | None:
    """The size for the change that the study is planned for, or the nearest one that can be reached."""
    wanted = study.design.minimum_detectable
    fit = [s for s in found.sizes if s.plan is not None]
    return min(fit, key=lambda s: abs(abs(s.effect) - wanted), default=None)


def text(found: TestPlan, study: Study) -> str:
    """How the sizes hang together."""
    fit = [s for s in found.sizes if s.plan is not None]
    if len(fit) < 2:
        return text_headline(found, study)
    low, high = fit[0], fit[-1]
    assert low.plan is not None and high.plan is not None
    return (
        f"**{text_headline(found, study)}** A change of {formatted(low.effect, 'relative')} needs {low.plan.n_total:,} units, one of"
        f" {formatted(high.effect, 'relative')} only {high.plan.n_total:,}: half the change takes about four times the units."
    )


def absent(found: TestPlan) -> str:
    """Why nothing can be planned, as a sentence."""
    return f"{found.lacks[0].upper()}{found.lacks[1:]}." if found.lacks else "Nothing can be planned on these data."
