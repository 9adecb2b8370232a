"""What rows contradict in a proposal is asked aloud: states that undo, refunds, rows that a condition takes; no column is passed over."""

import random
import shlex
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed, units

STATES = (("settled", "declined", "voided"), ("bezahlt", "storniert"), ("ok", "OK", "Refunded - partial"))


def trips(file: Path, seed: int) -> pd.DataFrame:
    """Riders who open an app; some ride, a ride costs something and has a state, and some of it is paid back."""
    draw, rows = random.Random(seed), []
    states = STATES[seed % len(STATES)]
    for i in range(500):
        at = pd.Timestamp("2026-04-06") + pd.Timedelta(minutes=draw.randrange(9000))
        arm = ("usual", "quick")[i % 2]
        rows.append(
            (f"r{i:04}", at, "app_opened", arm, None, None, None, draw.choice("xyz"), i % 7, f"note {draw.random()}")
        )
        for _ in range(draw.choice((0, 0, 1, 2))):
            at += pd.Timedelta(minutes=draw.randrange(5, 600))
            state, fare = draw.choice(states), draw.randrange(4, 60) + 0.5
            back = fare if draw.random() < 0.1 else 0
            rows.append(
                (
                    f"r{i:04}",
                    at,
                    "ride_booked",
                    arm,
                    fare,
                    state,
                    back,
                    draw.choice("xyz"),
                    i % 7,
                    f"note {draw.random()}",
                )
            )
    names = ["rider_id", "at", "event", "arm", "fare", "ride_state", "refund_eur", "mood", "weekday_no", "remark"]
    frame = pd.DataFrame(rows, columns=names)
    frame.to_csv(file, index=False)
    return frame


def words(state: str) -> set[str]:
    return set(state.lower().replace("-", " ").split())


@pytest.mark.parametrize("seed", range(3))
def test_states_that_undo_are_counted_and_their_condition_leaves_them_out(tmp_path: Path, seed: int) -> None:
    frame = trips(tmp_path / "trips.csv", seed)
    _, text, said = proposed(tmp_path, tmp_path / "trips.csv", primary="ride_booked")
    rides = frame[frame.event == "ride_booked"]
    wrong = [s for s in STATES[seed] if words(s) & {"declined", "voided", "storniert", "refunded"}]
    undone = rides[rides.ride_state.isin(wrong)]
    told = f"Should {len(undone):,} of {len(rides):,} rows of ride_booked count"
    assert told in said and told in text
    paid_back = frame[frame.refund_eur > 0]
    assert f"'refund_eur' ({len(paid_back):,} rows, {paid_back.refund_eur.sum():,.12g} in all)" in said
    where = shlex.split(said[said.index("--where ", said.index(told)) :].splitlines()[0])[1]
    _, _, after = proposed(tmp_path, tmp_path / "trips.csv", primary="ride_booked", where=where, name="after")
    assert told[:7] + f"{len(undone):,}" not in after and "Should" not in after
    assert f"{len(undone):,} of {len(frame):,} rows are not taken" in after


@pytest.mark.parametrize("seed", range(2))
def test_every_column_is_used_or_listed_with_its_reason(tmp_path: Path, seed: int) -> None:
    frame = trips(tmp_path / "trips.csv", seed)
    study, text, _ = proposed(tmp_path, tmp_path / "trips.csv")
    body = text[text.index("data:") :]
    assert [name for name in frame.columns if name not in body] == []
    more = ", ".join(f"hash(i + {k}) % {9 + 40 * k} as extra_{k}" for k in range(40))
    _, wide, _ = proposed(
        tmp_path, units(tmp_path / f"wide{seed}.csv", more=f"'c' || (i % 900) as \"Some text\", {more}")
    )
    body = wide[wide.index("data:") :]
    assert [name for name in ("Some text", *(f"extra_{k}" for k in range(40))) if name not in body] == []
    assert study.data.where is None  # type: ignore[union-attr]


@pytest.mark.parametrize(("where", "gone"), [("ride_state is not null", True), ("fare is null or fare > 20", False)])
def test_a_condition_that_takes_the_exposure_is_warned_of(tmp_path: Path, where: str, gone: bool) -> None:
    frame = trips(tmp_path / "trips.csv", 4)
    frame.loc[frame.event == "ride_booked", "event"] = ["ride_booked", "ride_paid"] * (
        len(frame[frame.event == "ride_booked"]) // 2
    ) + ["ride_paid"] * (len(frame[frame.event == "ride_booked"]) % 2)
    frame.to_csv(tmp_path / "trips.csv", index=False)
    left = frame[frame.ride_state.notna()] if gone else frame[frame.fare.isna() | (frame.fare > 20)]
    _, text, said = proposed(tmp_path, tmp_path / "trips.csv", where=where)
    assert f"units: {left.rider_id.nunique():,} of {frame.rider_id.nunique():,} are left by --where" in said
    assert ("--where leaves none of its rows" in text) == gone and ("begin with 'app_opened'" in said) == gone


def test_fields_of_structs_are_columns_however_deep(tmp_path: Path) -> None:
    """What a study maps of them is read as it stands there, and no struct is taken for an id."""
    query = """select {'id': 'u' || i, 'setup': {'variant': ['control', 'new'][i % 2 + 1], 'more': {'site': ['de', 'fr'][i % 4 // 2 + 1]}}} as "user",
        {'of': {'money': {'spend': (hash(i) % 900) / 100.0}, 'bought': (hash(i) % 900 > 400)::int}} as result from range(300) t(i)"""
    duckdb.sql(f"copy ({query}) to '{tmp_path / 't.parquet'}' (format parquet)")
    study, _, _ = proposed(tmp_path, tmp_path / "t.parquet")
    assert study.data.columns["user_id"] == "user.id" and study.data.columns["variant"] == "user.setup.variant"  # type: ignore[union-attr]
    assert study.segments == ["user_setup_more_site"]
    truth = duckdb.sql(f"""select "user".setup.variant, sum(result.of.bought) from ({query}) group by 1""").fetchall()
    assert {arm: total for arm, (_, total) in sums(study, tmp_path)["result_of_bought"].items()} == {
        {"control": "control", "new": "treatment"}[arm]: total for arm, total in truth
    }


def test_arms_in_floats_are_those_that_a_run_reads(tmp_path: Path) -> None:
    """As pandas writes whole numbers beside a gap: 1.0 and 0.0 are the levels 1 and 0."""
    query = "select i as user_id, (i % 2)::double as variant, (hash(i) % 3 = 0)::int as converted from range(200) t(i)"
    duckdb.sql(f"copy ({query}) to '{tmp_path / 't.parquet'}' (format parquet)")
    study, _, _ = proposed(tmp_path, tmp_path / "t.parquet", control="0")
    assert {arm: n for arm, (n, _) in sums(study, tmp_path)["converted"].items()} == {"control": 100, "treatment": 100}
