"""Whole numbers that repeat beside events and times are the ids of units, whatever they are called."""

import random
from pathlib import Path

import pandas as pd
import pytest

from helpers.config import Log
from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed

NAMES = ("policyholder", "msisdn", "vin", "meter_point", "abonné", "rider")


def events(seed: int, name: str, *, always: bool) -> pd.DataFrame:
    """Units that are shown an offer, some of whom take it; the variant stands in each row, or where it was shown."""
    draw, rows = random.Random(seed), []
    for i in range(400):
        at = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=draw.randrange(20_000))
        arm = ("control", "treatment")[draw.random() < 0.5]
        rows.append((at, 50_000 + i, "quote_shown", arm, None))
        for more in range(draw.choice((0, 0, 1, 2))):
            rows.append(
                (
                    at + pd.Timedelta(minutes=9 + more),
                    50_000 + i,
                    "quote_accepted",
                    arm if always else None,
                    draw.randrange(100, 900) / 4,
                )
            )
    return pd.DataFrame(rows, columns=["occurred_at", name, "event", "cell", "premium"])


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_the_unit_of_a_log_is_told_by_its_values(tmp_path: Path, name: str, always: bool, seed: int) -> None:
    frame = events(seed, name, always=always)
    frame.to_csv(tmp_path / "quotes.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "quotes.csv")
    assert isinstance(study.data, Log) and study.data.columns["user_id"] == name
    assert f"unit: column '{name}', {frame[name].nunique():,} units" in said
    assert study.primary.event == "quote_accepted"


def test_where_several_columns_may_be_the_unit_they_are_named(tmp_path: Path) -> None:
    frame = events(3, "vin", always=True)
    frame["policyholder"] = frame.vin * 2 + 1
    frame.to_csv(tmp_path / "quotes.csv", index=False)
    with pytest.raises(ReportError, match="whose the events are") as caught:
        proposed(tmp_path, tmp_path / "quotes.csv")
    assert "--unit" in str(caught.value) and "'vin'" in str(caught.value) and "'policyholder'" in str(caught.value)


def test_without_a_variant_the_candidates_are_named(tmp_path: Path) -> None:
    events(4, "vin", always=True).drop(columns="cell").to_csv(tmp_path / "quotes.csv", index=False)
    with pytest.raises(ReportError, match="--unit COLUMN; whole numbers that repeat are in 'vin'"):
        proposed(tmp_path, tmp_path / "quotes.csv")
