"""The front page of data that are described: what they are worth, what was seen, and what a test would take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpers.config import Study
from helpers.formatting import formatted
from helpers.paths import StudyPaths
from helpers.pipeline.faults import Fault
from helpers.record import Numbers
from helpers.report.figures.show import FigureView, names, with_static
from helpers.site.front_page import Page, filled, reader, told

WORD = "NO EXPERIMENT"
"""Stands where an experiment has its verdict."""
FIGURES = ("funnel_sankey", "step_losses", "staying", "segment_rates", "detectable")
"""Figures of the front page, in this order, as far as the study has them."""


OF_A_WAY = ("funnel_sankey", "step_losses")
"""Figures of a way through several steps, which a table does not have."""


@dataclass(frozen=True)
class Card:
    """One number of the front page."""

    name: str
    value: str
    more: str


def page(
    study: Study,
    where: StudyPaths,
    numbers: Numbers,
    pages: Sequence[Page],
    more: Sequence[tuple[str, str]] = (),
    faults: Sequence[Fault] = (),
) -> str:
    """The front page as MyST Markdown, from ``docs/templates/described.md.j2``; what is missing is left out."""
    from markupsafe import Markup

    left_out = OF_A_WAY if study.is_unit_table else ()
    shown = [name for name in FIGURES if name in names(where) and name not in left_out]
    figures = [with_static(FigureView.load(where, name).html(), where.figures, "figures/") for name in shown]
    return filled(
        "described.md.j2",
        study=study,
        word=WORD,
        n=reader(numbers),
        has=lambda name: name in numbers,
        faults=faults,
        notes=[("Simulated data.", "The events come from a simulator, not from customers.")] * study.simulated,
        cards=cards(study, numbers),
        figures=[Markup(figure) for figure in figures],
        findings=findings(study, numbers),
        sizes=Markup(_sizes(study, numbers)) if _changes(numbers) else "",
        notebooks=pages,
        more=more,
    )


def cards(study: Study, numbers: Numbers) -> list[Card]:
    """Level of today, units that a test takes, rows that were kept; each where it was recorded."""
    found, name = [], study.primary.name
    if f"usual.{name}.level" in numbers:
        low, high = (numbers[f"usual.{name}.{end}"].text for end in ("low", "high"))
        units = numbers[f"usual.{name}.units"].text
        found.append(
            Card(study.primary.label, numbers[f"usual.{name}.level"].text, f"{low} to {high}, of {units} units")
        )
    percent = f"{study.design.minimum_detectable * 100:g}".replace(".", "_")
    if (needed := numbers.get(f"plan.units_{percent}")) is not None and needed.value is not None:
        weeks = numbers[f"plan.weeks_{percent}"]
        long = weeks.text if weeks.value is not None else "duration not known"
        found.append(
            Card(
                f"Units that find a change of {percent.replace('_', '.')} %", needed.text, f"in two equal arms; {long}"
            )
        )
    if "data.rows_kept" in numbers:
        rows = f"{numbers['data.rows_kept'].text} of {numbers['data.rows_read'].text} rows"
        more = [rows, f"{numbers['data.units'].text} units", told(numbers, "data.apart")]
        found.append(Card("Rows kept", numbers["data.share_kept"].text, "; ".join(filter(None, more))))
    return found


def findings(study: Study, numbers: Numbers) -> list[tuple[str, str]]:
    """Sentences that notebooks recorded, by what they are about; a table has no way on which users drop."""
    about = {} if study.is_unit_table else {"funnel.bottleneck": "Where users drop"}
    about |= {"staying.headline": "How long they stay"}
    return [(title, text) for name, title in about.items() if (text := told(numbers, name))]


def said(study: Study, numbers: Numbers) -> str:
    """What the command line prints of it, between the title and the place of the report."""
    lines = [f"  no experiment: {numbers['plan.headline'].text}"] if "plan.headline" in numbers else []
    lines += [f"  {title.lower()}: {text}" for title, text in findings(study, numbers)]
    return "".join(f"{line}\n" for line in lines)


def _changes(numbers: Numbers) -> list[str]:
    found = [name.removeprefix("plan.units_") for name in numbers if name.startswith("plan.units_")]
    return sorted(found, key=lambda percent: float(percent.replace("_", ".")))


def _sizes(study: Study, numbers: Numbers) -> str:
    import pandas as pd

    from helpers.report.tables import table

    sign = 1 if study.primary.better == "higher" else -1
    timed = any(numbers[f"plan.weeks_{percent}"].value is not None for percent in _changes(numbers))
    rows: list[dict[str, Any]] = [
        {
            "Change": formatted(sign * float(percent.replace("_", ".")) / 100, "relative"),
            "Units in all": numbers[f"plan.units_{percent}"].text,
            **({"Runs for": numbers[f"plan.weeks_{percent}"].text} if timed else {}),
        }
        for percent in _changes(numbers)
        if numbers[f"plan.units_{percent}"].value is not None
    ]
    return table(pd.DataFrame(rows), "Units that find a change of the primary metric, in two equal arms").markup
