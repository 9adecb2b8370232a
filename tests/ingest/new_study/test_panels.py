"""A panel is told by its values, and proposed as sums of what was randomised; what only repeats is none."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed, units

SHAPES = [
    ("store_id", "week", "rev", lambda n: n),
    ("klinik_nr", "monat", "umsatz", lambda n: f"2026-{n:02d}"),
    ("school", "date", "attended", lambda n: f"2026-03-{n:02d}"),
]


def panel(folder: Path, unit: str, period: str, amount: str, called: object, periods: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(len(unit))
    rows = [
        (f"id {n:03d}" if unit == "school" else 2_000 + 7 * n, called(p), "AB"[n % 2], ["north", "south"][n % 3 == 0],  # type: ignore[operator]
         round(float(rng.gamma(3, 40)), 2), int(rng.poisson(5)), int(rng.random() < 0.1))
        for n in range(60) for p in range(1, periods + 1)
    ]  # fmt: skip
    made = pd.DataFrame(rows, columns=[unit, period, "grp", "region", amount, "orders", "returned"])
    made.to_csv(folder / "panel.csv", index=False)
    return made


@pytest.mark.parametrize(("unit", "period", "amount", "called"), SHAPES, ids=[s[0] for s in SHAPES])
def test_the_unit_is_what_repeats_and_outcomes_are_summed_by_what_they_are(
    tmp_path: Path, unit: str, period: str, amount: str, called: object
) -> None:
    rows = panel(tmp_path, unit, period, amount, called)
    study, text, said = proposed(tmp_path, tmp_path / "panel.csv")
    data = study.data
    assert data.columns["user_id"] == unit and data.panel is not None and data.panel.period == period  # type: ignore[union-attr]
    assert data.panel.how.items() >= {"orders": "sum", "returned": "max"}.items()  # type: ignore[union-attr]
    assert study.cluster is None, "what was randomised is the unit itself"
    assert f"{len(rows)} rows repeat 60 units of '{unit}'" in said and "levels A (30), B (30)" in said
    mean = rows.groupby(unit).orders.sum().mean()
    assert f"orders: orders   # mean {mean:,.4g}" in text, "levels are those of units, as pandas sums them"


def test_a_rate_is_averaged_and_an_attribute_stays(tmp_path: Path) -> None:
    rows = panel(tmp_path, "store_id", "week", "rev", int).assign(conversion_rate=lambda d: d.rev / 1000)
    rows.to_csv(tmp_path / "panel.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "panel.csv", outcomes=("conversion_rate",), primary="orders")
    assert study.data.panel.how == {"conversion_rate": "mean", "orders": "sum"}  # type: ignore[union-attr]
    assert "region" in study.segments


@pytest.mark.parametrize("seed", range(2))
def test_a_table_of_units_is_no_panel_whatever_its_columns_are_called(tmp_path: Path, seed: int) -> None:
    more = f"(hash(i + {seed}) % 12 + 1)::integer as month, (hash(i + {seed + 5}) % 40)::integer as store_id"
    study, _, said = proposed(tmp_path, units(tmp_path / "shop.csv", more))
    assert study.data.panel is None and "panel" not in said  # type: ignore[union-attr]


def test_visits_without_a_period_are_asked_about_as_before(tmp_path: Path) -> None:
    rows = panel(tmp_path, "user_id", "week", "rev", int).drop(columns="week")
    rows.to_csv(tmp_path / "panel.csv", index=False)
    with pytest.raises(ReportError, match="stand in several rows with different outcomes"):
        proposed(tmp_path, tmp_path / "panel.csv")


@pytest.mark.parametrize(("called", "written"), [("KW", "2026-{:02}"), ("yearweek", "2026{:02}"), ("週", "{}")])
def test_weeks_of_any_name_tell_the_rows_of_a_unit_apart(tmp_path: Path, called: str, written: str) -> None:
    rows = [
        f"s{i:03},{written.format(5 + w)},{('alt', 'neu')[i % 2]},{(i * 37 + w * 11) % 901}.{(i + w) % 90 + 10}"
        for i in range(40)
        for w in range(6)
    ]
    (tmp_path / "t.csv").write_text("\n".join([f"Filiale,{called},Regal,Umsatz", *rows]) + "\n", encoding="utf-8")
    _, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert "they are summed up to one row a unit: Umsatz summed" in said


WEEKS_CALLED = [
    ("Kalenderwoche", "2026{:02d}", 14),
    ("KW", "2026-{:02d}", 5),
    ("viikko", "2026{:02d}", 3),
    ("yearweek", "2026{:02d}", 9),
    ("p", "2026{:02d}", 11),
]


@pytest.mark.parametrize(("called", "written", "first"), WEEKS_CALLED)
@pytest.mark.parametrize("primary", [None, "rev"])
def test_weeks_with_their_years_are_periods_and_tell_when_it_was(
    tmp_path: Path, called: str, written: str, first: int, primary: str | None
) -> None:
    """And a store that is in one arm in all of its weeks is no other store in each."""
    panel(tmp_path, "store_id", called, "rev", lambda n: written.format(first + n - 1))
    study, _, said = proposed(tmp_path, tmp_path / "panel.csv", **({"primary": primary} if primary else {}))
    assert "480 rows of 60 units" in said and study.data.panel.period == called  # type: ignore[union-attr]
    assert study.period.start.date() == date.fromisocalendar(2026, first, 1)
    assert study.period.end.date() == date.fromisocalendar(2026, first + 8, 1)


def test_rows_that_repeat_a_unit_name_the_variant_as_a_remedy(tmp_path: Path) -> None:
    rows = [f"m{i:03},2026-03-{d:02},{('p', 'q')[i % 2]},{(i * d) % 5}" for i in range(60) for d in (2, 9, 16)]
    file = tmp_path / "gym.csv"
    file.write_text("\n".join(["member_id,week,program,visits", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(ReportError, match="--variant COLUMN"):
        proposed(tmp_path, file)
