"""A small report made of fakes: figures, tables, executed notebooks, for tests of the pages."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from helpers import config
from helpers.paths import StudyPaths
from helpers.record import Numbers, Recorder
from helpers.report.figures import style
from helpers.report.figures.export import export
from helpers.report.figures.show import FigureView, show
from helpers.report.tables import badge, callout, table
from helpers.site.catalogue import Report
from helpers.site.render import render

ATTACK = "</script><img src=x onerror=\"document.title='owned'\">"
"""A segment's name that tries to become markup."""

STUDY = config.load("studies/cart_checkout.yml")

NUMBERS: dict[str, tuple[Any, Any]] = {
    "decision.verdict": ("GO", "text"),
    "decision.headline": (
        "Ship it: the calmer cart lifts the purchase rate by 8.2 %, and every guardrail holds.",
        "text",
    ),
    "decision.reason": (
        "The interval lies above zero, the risk is 0.3 % & the uplift > 5 %.",
        "text",
    ),
    "decision.others": (None, "text"),
    "decision.beside": ("Visited is worse by 13.6 %: a secondary metric, which the rule does not weigh.", "text"),
    "decision.recommendation": ("Roll out in four stages with a 5 % holdout.", "text"),
    "primary.relative": (0.0823, "relative"),
    "primary.relative_low": (0.0561, "relative"),
    "primary.relative_high": (0.1090, "relative"),
    "primary.control": (0.3512, "share"),
    "primary.treatment": (0.3801, "share"),
    "primary.p_value": (3.1e-10, "p"),
    "primary.p_adjusted": (3.1e-10, "p"),
    "money.expected": (111_222_300, "money"),
    "money.horizon_point": (123_456_700, "money"),
    "money.horizon_low": (81_234_500, "money"),
    "money.horizon_high": (167_890_100, "money"),
    "money.break_even_uplift": (0.0042, "relative"),
    "risk.no_improvement": (0.0031, "share"),
    "risk.loss_of_shipping": (12_300, "money"),
    "risk.loss_of_waiting": (98_765_400, "money"),
    "trust.passed": (11, "count"),
    "trust.total": (12, "count"),
    "trust.warnings": ("Immature units", "text"),
    "truth.relative": (0.0791, "relative"),
    "data.rows_read": (1_843_211, "count"),
    "data.rows_kept": (1_812_903, "count"),
    "exposed.units": (61_234, "count"),
    "funnel.bypass": ("Of 9 users with a purchase, 1 has no cart event.", "text"),
    "funnel.bottleneck": (
        "Most are lost between cart and purchase: 64.9 % of the users who reach the cart.",
        "text",
    ),
}


def effects() -> go.Figure:
    """Estimates with intervals beside the planted truth."""
    labels = [style.wrapped(t, 20) for t in ("All exposed users", "Returning visitors", "New")]
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    figure.add_trace(
        go.Scatter(
            x=np.array([8.23, 5.4, 12.1]),
            y=labels,
            mode="markers",
            name="Estimate, 95 % interval",
            marker={"color": style.TREATMENT, "size": 11},
            error_x={"array": np.array([2.6, 3.1, 4.4]), "color": style.TREATMENT},
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[7.91, 5.0, 12.0],
            y=labels,
            mode="markers",
            name="Planted truth",
            marker={"color": style.ACCENT, "size": 12, "symbol": "diamond-open"},
        )
    )
    figure.update_xaxes(title_text="Relative change of the purchase rate", ticksuffix=" %")
    return style.titled(
        figure,
        "The purchase rate rose by 8.2 %, and the planted truth of 7.9 % lies inside the interval",
        "Relative change against control with its 95 % interval, by visitor type",
    )


def sankey() -> go.Figure:
    """Ways through the funnel."""
    figure = go.Figure(
        go.Sankey(
            node={"label": ["View 200,000", "Cart 61,234", "Purchase 22,391", "Left after the cart"]},
            link={"source": [0, 1, 1], "target": [1, 2, 3], "value": [61, 22, 39]},
        )
    )
    return style.titled(figure, "Two of three carts are left", "Users who reach the next step")


def money() -> go.Figure:
    """Bars with intervals."""
    figure = go.Figure(
        go.Bar(
            x=["Low", "Expected", "High"],
            y=[812_345, 1_234_567, 1_678_901],
            marker={"color": [style.NEUTRAL, style.TREATMENT, style.NEUTRAL]},
            text=["EUR 812,345", "EUR 1,234,567", "EUR 1,678,901"],
            textposition="outside",
            cliponaxis=False,
        )
    )
    figure.update_yaxes(title_text="EUR over 12 months")
    return style.titled(figure, "Even the low end pays the change 13 times over", "Net of all costs")


def band(number: int) -> go.Figure:
    """A line with its band, over days."""
    days = pd.date_range("2026-07-27", periods=28, freq="D")
    mean = 8 + 6 * np.exp(-np.arange(28) / (4 + number))
    width = 9 / np.sqrt(1 + np.arange(28))
    figure = go.Figure()
    edge = {"mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    figure.add_trace(go.Scatter(x=days, y=mean + width, **edge))
    figure.add_trace(go.Scatter(x=days, y=mean - width, fill="tonexty", fillcolor=style.faded(style.TREATMENT), **edge))
    figure.add_trace(go.Scatter(x=days, y=mean, name="Treatment", line={"color": style.TREATMENT}))
    figure.add_hline(y=7.91, line={"color": style.ACCENT, "dash": "dash"}, annotation_text="planted 7.9 %")
    figure.update_yaxes(title_text="Relative change", ticksuffix=" %")
    return style.titled(figure, "The estimate settles after two weeks", "Cumulative estimate, 95 % band", height=400)


def attacked() -> go.Figure:
    """Bars, one of which is called like markup."""
    figure = go.Figure(go.Bar(y=["Desktop", "Phone", ATTACK], x=[41.0, 33.2, 12.5], orientation="h"))
    figure.update_xaxes(title_text="Purchase rate", ticksuffix=" %")
    return style.titled(figure, f"Phones buy less than {ATTACK}", "By device")


def heat() -> go.Figure:
    """Cells with their values."""
    figure = go.Figure(
        go.Heatmap(
            z=np.arange(12.0).reshape(3, 4) / 3,
            x=["DE", "FR", "ES", "IT"],
            y=["Desktop", "Phone", "Tablet"],
            texttemplate="%{z:.1f} %",
        )
    )
    return style.titled(figure, "No cell stands out", "Change by device and country, exploratory")


def results_table() -> Any:
    """Effects of five metrics, with a hostile name."""
    frame = pd.DataFrame(
        {
            "Metric": ["Purchase rate", "Revenue per exposed user", "Average order value", ATTACK],
            "Control": ["35.12 %", "EUR 17.20", "EUR 48.97", "12.00 %"],
            "Treatment": ["38.01 %", "EUR 18.61", "EUR 48.95", "12.10 %"],
            "Relative change": ["+8.2 %", "+8.2 %", "-0.0 %", "+0.8 %"],
            "95 % interval": [
                "+5.6 % to +10.9 %",
                "+4.9 % to +11.6 %",
                "-1.1 % to +1.0 %",
                "\u2013",
            ],
            "p": ["< 0.0001", "< 0.0001", "0.9312", "0.4100"],
            "Units": [61234, 61234, 22391, 30001],
            "Verdict": [
                badge("good", "better"),
                badge("good", "better"),
                badge("neutral", "inside its margin"),
                badge("bad", "past its margin"),
            ],
        }
    )
    return table(frame, "What changed", footnote="Intervals invert the same test as the p-value.")


def _bundle(item: Any) -> dict[str, Any]:
    if hasattr(item, "_repr_mimebundle_"):
        bundle: dict[str, Any] = item._repr_mimebundle_()
        return bundle
    return {"text/html": item._repr_html_(), "text/plain": repr(item)}


def _notebook(title: str, items: list[Any]) -> dict[str, Any]:
    def code(source: str, *outputs: dict[str, Any], tags: tuple[str, ...] = ()) -> dict[str, Any]:
        return {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {"tags": list(tags)},
            "source": source,
            "outputs": list(outputs),
        }

    cells = [
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": f"# {title}\n\n**Decides** whether `cart` is the place to work on, by "
            "comparing steps.\n\nThe rate is $\\hat p = \\frac{x}{n}$.\n\n$$z = "
            "\\frac{\\hat p_1 - \\hat p_0}{\\sqrt{\\hat p(1-\\hat p)/n}}$$",
        },
        code('STUDY = "studies/cart_checkout.yml"', tags=("parameters",)),
        code("from helpers.config import load\n\nloaded = load(STUDY)", tags=("setup",)),
    ]
    for number, item in enumerate(items):
        cells.append({"cell_type": "markdown", "metadata": {}, "source": f"## Part {number + 1}\n\nText."})
        cells.append(
            code(
                f"draw({number})",
                {
                    "output_type": "execute_result",
                    "execution_count": 1,
                    "metadata": {},
                    "data": _bundle(item),
                },
            )
        )
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:02d}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    language = {"name": "python", "pygments_lexer": "ipython3"}
    metadata = {"kernelspec": kernel, "language_info": language}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def prepare(base: Path, notebooks: int = 3, name: str = STUDY.name) -> StudyPaths:
    """Numbers, figure specs and executed notebooks of a fake study, as a run leaves them."""
    where = StudyPaths(name, base)
    recorder = Recorder(where, "05_ab_results", "EUR")
    for name, (value, unit) in NUMBERS.items():
        recorder.record(name, value, unit, "fake")
    recorder.save()

    def shown(name: str, figure: go.Figure) -> FigureView:
        return show(where, "05_ab_results", name, figure, f"The picture called {name} & what it says")

    finding = callout("finding", "Two of three carts are left: **work there**, not on <search>.")
    contents: list[tuple[str, str, list[Any]]] = [
        (
            "02_funnel_analysis",
            "Where do users drop?",
            [shown("funnel_sankey", sankey()), shown("by_device", attacked()), finding],
        ),
        (
            "05_ab_results",
            "What changed, for whom, and can it be trusted?",
            [
                results_table(),
                shown("effects", effects()),
                shown("over_days", band(0)),
                callout("warning", "A second look costs alpha.\n\nPlan it."),
            ],
        ),
        (
            "06_roi_and_rollout",
            "What is it worth, and how to ship it?",
            [shown("money_scenarios", money()), shown("cells", heat())],
        ),
        ("01_data_prep", "Can the log be trusted?", [results_table(), shown("band_1", band(1))]),
        ("03_segmentation", "Who drops?", [shown(f"band_{n}", band(n)) for n in (2, 3, 4)]),
        ("04_experiment_design", "How long?", [shown(f"band_{n}", band(n)) for n in (5, 6, 7, 8)]),
    ]
    where.executed.mkdir(parents=True)
    for stem, title, items in contents[:notebooks]:
        text = json.dumps(_notebook(title, items), ensure_ascii=False)
        (where.executed / f"{stem}.ipynb").write_text(text, encoding="utf-8")
    return where


def built(base: Path) -> StudyPaths:
    """A site of the fake report alone, its figures exported."""
    where = prepare(base)
    export(where)
    render([report_of(where)], base)
    return where


def report_of(where: StudyPaths) -> Report:
    """The fake report as the site takes it."""
    return Report(STUDY, where, study_numbers(where))


def study_numbers(where: StudyPaths) -> Numbers:
    """The numbers that the fake notebooks recorded."""
    return Numbers.of(where)
