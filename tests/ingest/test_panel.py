"""Rows that repeat a unit, one a period, become one row a unit: exactly as pandas and Decimal sum them up."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from helpers.report.topics import design
from tests.ingest.studies import events_of, unit_study

PERIODS = {
    "week": [str(n) for n in range(1, 13)],
    "month": [f"2026-{n:02d}-01" for n in range(1, 7)],
    "wave": ["a", "b", "c"],
}


def panel(seed: int, column: str) -> pd.DataFrame:
    """Stores by period, some periods missing, in no order; amounts to the cent, rounds whole, a sale or none."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"s{unit}", "ab"[unit % 2], period, int(rng.random() < 0.1), str(Decimal(int(rng.integers(0, 10**7))) / 100),
         int(rng.poisson(3)), ["small", "large"][int(rng.integers(2))])
        for unit in range(25) for period in PERIODS[column] if rng.random() < 0.9
    ]  # fmt: skip
    made = pd.DataFrame(rows, columns=["who", "arm", column, "bought", "spend", "rounds", "size"])
    return made.sample(frac=1, random_state=seed)


@pytest.mark.parametrize("column", PERIODS)
@pytest.mark.parametrize("how", [{}, {"rounds": "mean", "spend": "last"}, {"rounds": "first", "bought": "sum"}])
def test_each_unit_has_what_pandas_makes_of_its_rows(tmp_path: Path, column: str, how: dict[str, str]) -> None:
    rows = panel(len(column) + len(how), column)
    rows.to_csv(tmp_path / "panel.csv", index=False)
    found, landed = events_of(
        unit_study(tmp_path / "panel.csv", panel={"period": column, "how": how}), tmp_path / "raw"
    )
    ordered = rows.assign(place=rows[column].map(PERIODS[column].index)).sort_values("place")
    ordered["spend"] = ordered.spend.map(Decimal)
    plain = {"bought": "max", "spend": "sum", "rounds": "sum"}
    made = {outcome: ordered.groupby("who")[outcome].agg(how.get(outcome, kind)) for outcome, kind in plain.items()}
    seen = {event: {} for event in ("exposed", *plain)}
    for unit, _, event, _, amount in found:
        assert unit not in seen[event], "one row a unit"
        seen[event][unit] = amount
    assert seen["exposed"].keys() == set(rows.who)
    assert landed.table_rows == len(rows) and landed.merged == len(rows) - rows.who.nunique()
    for outcome, by_unit in made.items():
        for unit, value in by_unit.items():
            told = Decimal(seen[outcome].get(unit, 0))
            if how.get(outcome) == "mean":
                assert told == pytest.approx(Decimal(str(value)), abs=Decimal("1e-6"))
            else:
                assert told == Decimal(str(value)), (outcome, unit)


def test_it_is_said_in_the_report(tmp_path: Path) -> None:
    rows = panel(1, "week")
    rows.to_csv(tmp_path / "panel.csv", index=False)
    _, landed = events_of(unit_study(tmp_path / "panel.csv", panel={"period": "week"}), tmp_path / "raw")
    said = f"{len(rows):,} rows of 25 units, told apart by 'week', become one row a unit, which is what is compared: bought yes if in any row"
    assert any(note.startswith(said) for note in landed.reading.notes)


def test_two_rows_of_a_unit_in_one_period_are_refused(tmp_path: Path) -> None:
    rows = panel(1, "week")
    pd.concat([rows, rows.iloc[:1].assign(rounds=99)]).to_csv(tmp_path / "panel.csv", index=False)
    with pytest.raises(ReportError, match=r"(?s)a unit has two rows in one week.*1 times, first panel\.csv, line 2"):
        events_of(unit_study(tmp_path / "panel.csv", panel={"period": "week"}), tmp_path / "raw")


@pytest.mark.parametrize(
    ("panel", "told"),
    [
        ({"period": "week", "how": {"spnd": "sum"}}, "expected columns of data.outcomes: bought, spend, rounds"),
        ({"period": "week", "how": {"spend": "median"}}, "median"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, panel: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        unit_study(tmp_path / "panel.csv", panel=panel)
    assert "panel" in str(caught.value)


@pytest.mark.parametrize("period", ["week", "month_of_use"])
def test_the_periods_of_a_panel_are_time_that_is_there_and_not_looked_at(period):
    panel, table = unit_study("panel.csv", panel={"period": period}), unit_study("panel.csv")
    dated = unit_study("panel.csv", columns={"user_id": "who", "variant": "arm", "event_time": "at"})
    assert "one moment" not in panel.timeless and f"one a {period}, become one" in panel.timeless
    assert table.timeless == "Every unit counts from one moment, so there is no time axis." and dated.timeless == ""
    for study in (panel, table, dated):
        assert bool(study.one_moment) is not study.has_time


def test_a_panel_is_never_told_as_if_each_row_were_a_unit(tmp_path: Path) -> None:
    panel(3, "week").to_csv(tmp_path / "panel.csv", index=False)
    for summed in (True, False):
        study = unit_study(tmp_path / "panel.csv", **({"panel": {"period": "week", "how": {}}} if summed else {}))
        told = [study.window(study.primary), design.table(study)[2]["Content"], str(design.table(study))]
        assert any("rows of a unit, one a week" in each for each in told) is summed
        assert any("each row of the table" in each for each in told) is not summed
