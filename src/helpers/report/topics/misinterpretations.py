"""Two sentences that results are often given and do not mean, told."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.experiment.decision.claims import UNREAD
from helpers.experiment.misinterpretations import NearMiss, SegmentTests
from helpers.experiment.results import MetricEffect
from helpers.formatting import formatted, inside
from helpers.report import base, tables
from helpers.report.base import Base

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook


def table(
    found: Sequence[SegmentTests], effects: Sequence[MetricEffect], study: Study, failed: Sequence[object] = ()
) -> list[tables.Row]:
    """One line a metric; ``effects`` are those of the same metrics on all exposed units.

    After ``failed`` trust checks no level is called different.
    """
    return [
        {
            "Metric": s.metric.label,
            **units,
            "Tests": s.tests,
            "Unadjusted": s.unadjusted,
            "Adjusted": s.adjusted,
            "Called different": UNREAD if failed else ", ".join(s.different) or "none",
            "Chance of a false alarm": formatted(s.false_alarm, "share"),
        }
        for s, units in zip(found, base.column([Base.of(e) for e in effects], study), strict=True)
    ]


def note(effects: Sequence[MetricEffect], study: Study) -> str:
    """What is counted, and what the tests stand on; ``effects`` are those of the same metrics on all exposed units."""
    return (
        "Tests with an effect apart from zero. That is no effect apart from the others', which only the interaction test may"
        " call different. The chance is that of any alarm among as many independent unadjusted tests without an effect;"
        f" {base.text([Base.of(e) for e in effects], study)}"
    )


def record_segments(nb: "Notebook", found: Sequence[SegmentTests]) -> None:
    """``misread.segments.METRIC.*``: tests by segment, and how many of them find something."""
    for s in found:
        name, label = f"misread.segments.{s.metric.name}", inside(s.metric.label)
        nb.record(f"{name}.tests", s.tests, "count", f"Tests of {label} by segment")
        nb.record(f"{name}.unadjusted", s.unadjusted, "count", "Of them apart from zero by their own p-value")
        nb.record(f"{name}.adjusted", s.adjusted, "count", "Of them after Benjamini-Hochberg")
        nb.record(f"{name}.different", len(s.different), "count", "Levels that may be called different from the rest")
        nb.record(
            f"{name}.false_alarm",
            s.false_alarm,
            "share",
            "Chance of at least one false alarm among as many independent tests without any effect",
        )


def record_near_miss(nb: "Notebook", near: NearMiss | None) -> None:
    """``misread.near_miss.*``: what a p-value just above the level is mistaken for, and what it means."""
    if near is not None:
        nb.record("misread.near_miss.p_value", near.p_value, "p", "A p-value just above the usual level")
        nb.record("misread.near_miss.said", near.said, "share", "How sure it is mistaken to make one")
        nb.record(
            "misread.near_miss.risk",
            near.risk,
            "share",
            "Chance that there is no improvement behind a win with that p-value, by the study's prior",
        )
        nb.record("misread.near_miss.improvement", 1 - near.risk, "share", "Chance that there is one")


def text_near_miss(near: NearMiss) -> str:
    """The mistake, what the p-value means, and the chance that was asked for."""
    p = f"{near.p_value:.2g}"
    return (
        f"**p = {p} is not “{formatted(near.said, 'share')} sure”.** It says that a difference at least this large comes"
        f" up in {formatted(near.p_value, 'share')} of the experiments without any effect. How sure one may be depends on"
        f" how many ideas work: if {formatted(near.improve, 'share')} do, by the sizes that this study takes them to have, a win at p = {p} is no improvement"
        f" with a chance of {formatted(near.risk, 'share')}. Nor does a segment in which the same data reach p < .05 settle it."
    )
