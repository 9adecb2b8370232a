"""Columns that tell the variant: found where the levels were randomised, never where units were."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.ingest.telling import ARM, SAMPLE, UNIT, telling


def found(frame: pd.DataFrame, *columns: str, weights: tuple[float, ...] = (0.5, 0.5)) -> list[str]:
    with duckdb.connect() as con:
        con.register("frame", frame)
        told = telling(con, "select * from frame", columns, dict(zip("abc", weights, strict=False)))
    return [each.column for each in told]


def units(rng: np.random.Generator, n: int, weights: tuple[float, ...]) -> pd.DataFrame:
    return pd.DataFrame({UNIT: np.arange(n), ARM: rng.choice(list("abc")[: len(weights)], n, p=weights)})


WEIGHTS = st.sampled_from([(0.5, 0.5), (0.9, 0.1), (0.4, 0.3, 0.3)])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(20, 3_000), st.integers(2, 400), WEIGHTS)
def test_what_units_were_randomised_beside_tells_nothing(seed, n, levels, weights):
    rng = np.random.default_rng(seed)
    frame = units(rng, n, weights).assign(level=rng.integers(0, levels, n))
    assert found(frame, "level", weights=weights) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(12, 60), st.integers(2, 40), WEIGHTS)
def test_clusters_that_were_randomised_are_found_also_with_gaps_and_movers(seed, clusters, size, weights):
    rng = np.random.default_rng(seed)
    whole = units(rng, clusters, weights)
    whole[ARM] = np.resize(list("abc")[: len(weights)], clusters)
    frame = whole.loc[np.repeat(np.arange(clusters), size)].reset_index(drop=True)
    frame = frame.assign(city=[f"c{i}" for i in frame[UNIT]], other=rng.integers(0, 9, len(frame)))
    frame[UNIT] = np.arange(len(frame))
    frame.loc[rng.random(len(frame)) < 0.1, "city"] = None
    chance = sum(np.log(sum(w**n for w in weights)) for n in frame.groupby("city").size() if n > 1)
    assert ("city" in found(frame, "city", "other", weights=weights)) == (chance < np.log(1e-6))


def test_a_copy_of_the_variant_and_what_one_arm_has_are_no_clusters():
    rng = np.random.default_rng(1)
    frame = units(rng, 500, (0.5, 0.5))
    frame["copy"] = frame[ARM].map({"a": "old page", "b": "new page"})
    frame["banner"] = [
        f"banner {i}" if arm == "b" else None for i, arm in zip(rng.integers(0, 9, 500), frame[ARM], strict=True)
    ]
    frame["of_one"] = frame[UNIT].map("session {}".format)
    assert found(frame, "copy", "banner", "of_one") == []


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 30),
    st.sampled_from(["city", "region", "store_no", "account", "day", "x7"]),
    WEIGHTS,
)
def test_one_level_in_an_arm_is_what_was_randomised_as_much_as_many(seed, control, called, weights):
    """One treated city against 1 to 30, one region an arm: the units of a level are no independent answers."""
    rng = np.random.default_rng(seed)
    arms = list("abc")[: len(weights)]
    levels = [("a", f"town {i}") for i in range(control)] + [
        (arm, f"town of {30 + i}") for i, arm in enumerate(arms[1:])
    ]
    rows = rng.integers(0, len(levels), 800)
    frame = pd.DataFrame(
        {UNIT: np.arange(800), ARM: [levels[i][0] for i in rows], called: [levels[i][1] for i in rows]}
    )
    with duckdb.connect() as con:
        con.register("frame", frame)
        (told,) = telling(con, "select * from frame", [called], dict(zip(arms, weights, strict=True)))
    assert (told.column, told.units, told.fewest) == (called, 800, 1)


@pytest.mark.parametrize(
    ("called", "control", "treatment"),
    [("bucket_code", "x", "y"), ("x7", "control page", "treatment page"), ("x7", "a", "b"), ("x7", "old page", "new page"),
     ("is_on", "false", "true"), ("x7", "c", "t"), ("discount_pct", "0", "10"), ("x7", "9.99", "7.99"), ("region_arm", "Control", "Treatment"),
     ("page_shown", "K4", "M8")],
)  # fmt: skip
def test_another_name_of_the_variant_is_a_copy(called, control, treatment):
    levels = {"control": [control], "treatment": [treatment]}
    frame = pd.DataFrame({UNIT: np.arange(400)}).assign(arm=lambda f: np.where(f[UNIT] % 2, "control", "treatment"))
    frame[called] = [levels[arm][0] for arm in frame.arm]
    with duckdb.connect() as con:
        con.register("frame", frame.rename(columns={"arm": ARM}))
        assert telling(con, "select * from frame", [called], {"control": 0.5, "treatment": 0.5}) == []


def test_events_of_one_unit_are_no_company():
    """A unit's sessions are in one variant because it is, however many events they hold."""
    frame = units(np.random.default_rng(2), 200, (0.5, 0.5))
    events = frame.loc[np.repeat(frame.index, 6)].reset_index(drop=True)
    events["session"] = [f"{u}-{i % 2}" for i, u in enumerate(events[UNIT])]
    assert found(events, "session") == []


def test_a_large_table_is_judged_whole_where_a_part_leaves_a_doubt():
    n = 12 * SAMPLE
    frame = pd.DataFrame({UNIT: np.arange(n)}).assign(store=lambda f: f[UNIT] // 4)
    frame[ARM] = np.where(frame.store % 2, "a", "b")
    mixed = frame.assign(**{ARM: np.where(np.arange(n) % 16 == 0, "a", frame[ARM])})
    assert found(frame, "store") == ["store"] and found(mixed, "store") == []


def test_a_thousand_units_of_one_level_have_a_chance_below_the_smallest_float():
    frame = pd.DataFrame({UNIT: np.arange(6_000)}).assign(shop=lambda f: f[UNIT] % 4)
    frame[ARM] = np.where(frame.shop % 2, "a", "b")
    assert found(frame, "shop") == ["shop"]
