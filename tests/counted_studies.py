"""One experiment twice: as a table of units, and as the counts and sums of its arms that somebody made of it."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from tests.notebooks import degenerate

START = date.fromisoformat(degenerate.START)
METRICS = [
    degenerate.metric("bought"),
    degenerate.metric("spend", "mean", "secondary"),
    degenerate.metric("score", "mean", "secondary", unit="number"),
    degenerate.metric("left", "proportion", "guardrail", better="lower", margin={"relative": 0.2}),
]
SHARES, SUMS = ("bought", "left"), ("spend", "score")
UNITS = "people in it"


def drawn(rng: np.random.Generator, sizes: Sequence[int], days: int = 14) -> list[dict[str, Any]]:
    """A unit a row: its arm, its day, whether it bought and left, what it spent and scored."""
    rows = []
    for arm, size in enumerate(sizes):
        for n in range(size):
            bought = rng.random() < 0.3 + 0.05 * arm
            rows.append({
                "who": f"w{arm}{n:05d}", "arm": f"arm_{'abcd'[arm]}",
                "at": str(START + timedelta(days=int(rng.integers(days)) if n >= days else n)),
                "bought": int(bought), "left": int(rng.random() < 0.2),
                "spend": round(float(rng.gamma(2, 15)), 2) if bought else 0, "score": round(float(rng.normal(3, 2)), 3),
            })  # fmt: skip
    return [row | {"score": abs(row["score"])} for row in rows]


def counted(rows: Sequence[Mapping[str, Any]], *, by_day: bool, deviations: bool) -> list[dict[str, Any]]:
    """The rows summed up by hand, in exact arithmetic: of what is summed mean and deviation, or sum and sum of squares."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["arm"], row["at"] if by_day else ""), []).append(row)
    table = []
    for (arm, day), part in groups.items():
        told: dict[str, Any] = {"arm": arm} | ({"at": day} if by_day else {}) | {UNITS: len(part)}
        told |= {name: sum(row[name] for row in part) for name in SHARES}
        for name in SUMS:
            values = [Fraction(str(row[name])) for row in part]
            total, squares, n = sum(values), sum(v * v for v in values), len(part)
            if deviations:
                spread = ((squares - total * total / n) / (n - 1)) if n > 1 else Fraction(0)
                told |= {name: float(total / n), f"{name} 2": float(spread) ** 0.5}
            else:
                told |= {name: _decimal(total), f"{name} 2": _decimal(squares)}
        table.append(told)
    return table


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def as_units(base: Path, name: str, rows: Sequence[Mapping[str, Any]], *, by_day: bool, **more: Any) -> Path:
    """The study file of the units."""
    columns = {"user_id": "who", "variant": "arm"} | ({"event_time": "at"} if by_day else {})
    data = {"source": "units", "path": _written(base / f"units of {name}.csv", rows), "columns": columns,
            "outcomes": {event: event for event in (*SHARES, *SUMS)}}  # fmt: skip
    return degenerate.units(base, f"{name}_rows", rows, METRICS, data=data, **more)


def as_counts(
    base: Path, name: str, rows: Sequence[Mapping[str, Any]], *, by_day: bool, deviations: bool, **more: Any
) -> Path:
    """The study file of their counts."""
    table = counted(rows, by_day=by_day, deviations=deviations)
    columns = {"variant": "arm", "units": UNITS} | ({"event_time": "at"} if by_day else {})
    data = {"source": "aggregates", "path": _written(base / f"counts of {name}.csv", table), "columns": columns,
            "outcomes": {event: event for event in (*SHARES, *SUMS)},
            ("deviations" if deviations else "squares"): {event: f"{event} 2" for event in SUMS}}  # fmt: skip
    return degenerate.units(base, f"{name}_counts", rows, METRICS, data=data, **more)


def _written(file: Path, rows: Sequence[Mapping[str, Any]]) -> str:
    with file.open("w", newline="", encoding="utf-8") as written:
        writer = csv.DictWriter(written, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(file)
