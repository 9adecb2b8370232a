"""Arms that took turns, however long each turn was, are told; units assigned one by one are not."""

from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.warehouse import randomised
from tests.ingest.studies import UNIT_DATA, unit_study

START = pd.Timestamp("2026-03-02")
STUDY = unit_study("units.csv", columns=UNIT_DATA["columns"] | {"event_time": "at"})


def told(moments: pd.Series, arms: list[str]) -> list[str]:
    """What is said of units exposed at these moments in these arms."""
    fct_experiment_units = pd.DataFrame({"exposed_at": moments, "variant": arms}).assign(
        is_exposed=True, cluster_key=lambda rows: rows.index.astype(str)
    )
    with duckdb.connect() as con:
        con.execute("create schema marts")
        con.register("units", fct_experiment_units)
        con.execute("create table marts.fct_experiment_units as from units")
        return randomised.notes(con, STUDY, SimpleNamespace(telling=()))


def moments(rng: np.random.Generator, units: int, days: int) -> pd.Series:
    return START + pd.to_timedelta(rng.integers(0, days * 86_400, units), unit="s").to_series(index=range(units))


@pytest.mark.parametrize(
    ("turn", "named"),
    [
        ("15min", "quarter of an hour"),
        ("30min", "quarter of an hour"),
        ("60min", "hour"),
        ("180min", "hour"),
        ("1440min", "day"),
    ],
)
def test_arms_that_take_turns_are_told_by_the_longest_stretch(turn: str, named: str) -> None:
    at = moments(np.random.default_rng(1), 1_500, 8)
    turns = (at - START) // pd.Timedelta(turn)
    (said,) = told(at, ["control" if n % 2 else "treatment" for n in turns])
    assert f"{named.replace(' ', 's ', 1) if ' ' in named else named + 's'} of exposure is in one variant only" in said
    assert said.endswith(f"cluster: and a column of the {named}, or independent: and why they were assigned one by one")


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.integers(20, 2_000), st.integers(1, 8), st.floats(0.02, 0.98))
def test_units_assigned_one_by_one_are_not(seed: int, units: int, days: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    grown = rng.random(units) < np.linspace(share, 0.5, units)
    assert told(moments(rng, units, days).sort_values(), ["treatment" if each else "control" for each in grown]) == []
