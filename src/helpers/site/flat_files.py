"""The numbers of a report as tables beside ``results.json``, for a spreadsheet or another program.

Money stands in them as it is told, in units of its currency, and its unit is the currency's code: ``results.json`` keeps it
in hundredths.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from helpers.config import Metric, Study
from helpers.pipeline.files import scratch, write_text
from helpers.record import Number, Numbers

Row = dict[str, str | float | int | None]

RESULTS, EFFECTS = "results", "effects"
"""Names of the tables: every number, and a row a metric and treatment."""
MONEY = ("money", "price")
"""Units that ``results.json`` keeps in hundredths of a currency."""
ENDS = ("", "_low", "_high")
MEASURED = (
    "control", "treatment", *(f"absolute{end}" for end in ENDS), *(f"relative{end}" for end in ENDS), "p_value",
    "p_adjusted",
)  # fmt: skip
"""Columns of an effect that are numbers of the report under the same name."""
TEXTS = {
    RESULTS: ("name", "unit", "description", "text"),
    EFFECTS: ("metric", "label", "arm", "role", "unit", "absolute_unit", "verdict"),
}
"""Columns of each table that hold text; the others hold numbers."""


def results(numbers: Numbers, currency: str) -> list[Row]:
    """A row a number: its name, value, unit, description and text, in the order of the names.

    Shares and relative changes are fractions, money is in units of the ``currency``. A value that is a text or cannot be
    had is empty, and ``text`` says which.
    """
    return [
        {
            "name": name, "value": _value(each), "unit": _unit(each, currency), "description": each.description,
            "text": each.text,
        }
        for name, each in ((name, numbers[name]) for name in sorted(numbers))
    ]  # fmt: skip


def effects(study: Study, numbers: Numbers) -> list[Row]:
    """A row a metric and treatment: both arms' values, the effect on two scales with its interval, p and units.

    In the order of the study's metrics, then of its treatments; what the report did not find is empty. The units of a
    treatment are told of the one that notebook 05 shows. ``unit`` is that of the arms' values, ``absolute_unit`` that of
    their difference.
    """
    shown = numbers["primary.arm"].text if "primary.arm" in numbers else ""
    arms, currency = [variant.name for variant in study.treatments], study.economics.currency
    return [_effect(numbers, metric, arm, shown, currency) for metric in study.metrics for arm in arms]


def _effect(numbers: Numbers, metric: Metric, arm: str, shown: str, currency: str) -> Row:
    """What is recorded of one treatment: ``arms.ARM.METRIC``, else ``metrics.METRIC`` where that is of this treatment."""
    common, own = f"metrics.{metric.name}", f"arms.{arm}.{metric.name}"

    def found(*names: str) -> Number | None:
        return next((numbers[name] for name in names if name in numbers), None)

    def places(column: str) -> list[str]:
        if column in ("control", "n_control"):
            return [f"{common}.{column}"]
        named = [f"{own}.value"] if column == "treatment" else []
        return [f"{own}.{column}", *named, *([f"{common}.{column}"] if arm == shown else [])]

    cells = {column: found(*places(column)) for column in (*MEASURED, "n_control", "n_treatment", "verdict")}
    value, change, verdict = cells["control"], cells["absolute"], cells.pop("verdict")
    return {
        "metric": metric.name, "label": metric.label, "arm": arm, "role": metric.role,
        "unit": _unit(value, currency) if value else None, "absolute_unit": _unit(change, currency) if change else None,
        **{column: _value(number) if number else None for column, number in cells.items()},
        "verdict": verdict.text if verdict else None,
    }  # fmt: skip


def write(folder: Path, numbers: Numbers, currency: str, study: Study | None = None) -> None:
    """Write the tables into ``folder``, each as CSV and as Parquet; the effects where it is a report of a ``study``."""
    _write(folder, RESULTS, results(numbers, currency))
    if study is not None:
        _write(folder, EFFECTS, effects(study, numbers))


def _write(folder: Path, name: str, rows: Sequence[Row]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    told = io.StringIO()
    table = csv.writer(told, lineterminator="\n")
    table.writerow(rows[0])
    table.writerows([_cell(value) for value in row.values()] for row in rows)
    write_text(folder / f"{name}.csv", told.getvalue())
    columns = {
        column: pa.array(
            [row[column] for row in rows], pa.string() if column in TEXTS[name] else pa.float64(), from_pandas=False
        )
        for column in rows[0]
    }
    with scratch(folder, name) as aside:
        parquet.write_table(pa.table(columns), aside)
        aside.replace(folder / f"{name}.parquet")


def _value(number: Number) -> float | int | None:
    """The value of a number, money in units of its currency; None of a text. A yes or no is 1 or 0."""
    value: Any = number.value
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, int | float):
        return None
    return float(Decimal(repr(value)).scaleb(-2)) if number.unit in MONEY else value


def _unit(number: Number, currency: str) -> str:
    return str(currency) if number.unit in MONEY else number.unit


_RUN = re.compile(
    "[=+@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}-]"
)
"""Signs of which a spreadsheet makes a formula of a text that begins with one."""
_NUMBER = re.compile(r"[+-][^\w\s=+@-]?\d(?![^\n]*([|!(=@\"'\t\r]|[A-Za-z]\$?\d))[^\n]*")
"""A number as a report tells it, with its sign: it names no cell and calls nothing."""


def _cell(value: str | float | int | None) -> str:
    """A value as every program reads it back: all digits, a point, nothing where there is none.

    A text that a spreadsheet would run as a formula begins with an apostrophe.

    >>> [_cell(each) for each in ("=cmd|x", "+7.7%", "+\u20ac486,183 to +\u20ac1.2M", "-1+A1", "@home", -5, None)]
    ["'=cmd|x", '+7.7%', '+€486,183 to +€1.2M', "'-1+A1", "'@home", '-5', '']
    """
    if isinstance(value, str):
        return f"'{value}" if _RUN.match(value) and not _NUMBER.fullmatch(value) else value
    return "" if value is None else json.dumps(value)
