"""What check says of rows and outcomes that no run refuses. The oracle is pandas."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from helpers import config
from helpers.config import tracking_plan
from helpers.warehouse.examine import examined
from tests.ingest.new_study.tables import proposed
from tests.notebooks import degenerate
from tests.notebooks.degenerate import metric

BOUGHT = {"name": "bought", "label": "Bought", "role": "primary", "type": "proportion", "event": "buy"}
FUNNEL = {"exposure": "open", "funnel": {"steps": ["open", "buy"], "window_hours": 24}}
PERIOD = ("2026-03-02", "2026-03-16")


def notes(file: Path) -> list[str]:
    study, where = config.opened(file)
    found = examined(study, where, tracking_plan.tracking_plan(study, where.base / "studies"), full=True)
    return [note for note in found.notes if not note.startswith(("times of", "all times"))]


def units(tmp_path: Path, frame: pd.DataFrame, *columns: str) -> Path:
    file = degenerate.units(tmp_path, "noticed", frame.to_dict("records"), [metric("some")])
    timed = "    user_id: who\n    event_time: at\n" if "at" in columns else "    user_id: who\n"
    file.write_text(file.read_text().replace("    user_id: who\n", timed))
    return file


def table(days: pd.DatetimeIndex) -> pd.DataFrame:
    rows = range(len(days))
    return pd.DataFrame({"who": [f"u{n}" for n in rows], "arm": [f"arm_{'ab'[n % 2]}" for n in rows],
                         "at": days.strftime("%Y-%m-%d"), "some": [n % 3 % 2 for n in rows]})  # fmt: skip


@pytest.mark.parametrize(("first", "last"), [("2026-02-20", "2026-03-20"), ("2026-03-01", "2026-05-30"), PERIOD])
def test_rows_outside_of_the_period_are_counted_with_their_first_and_last_moment(tmp_path, first, last):
    days = pd.date_range(first, last, inclusive="left")
    before, after = days[days < PERIOD[0]], days[days >= PERIOD[1]]
    sides = [
        f"{len(out)} {side} it, from {out.min():%Y-%m-%d} 00:00 to {out.max():%Y-%m-%d} 00:00"
        for side, out in (("before", before), ("after", after)) if len(out)
    ]  # fmt: skip
    many = len(before) + len(after)
    told = (
        f"the period, {PERIOD[0]} 00:00 to {PERIOD[1]} 00:00, leaves out {many} of {len(days)} rows: {', '.join(sides)}"
    )
    if 2 * many > len(days):
        told += "; they are most, so the period is likely another one, or the times have another format"
    assert notes(units(tmp_path, table(days), "at")) == ([told] if many else [])


@pytest.mark.parametrize("coded", [{0: 0, 1: 1}, {0: 1, 1: 2}, {0: 1, 1: 1}])
def test_an_outcome_that_every_unit_has_is_told_with_its_values(tmp_path, coded):
    frame = table(pd.date_range(*PERIOD, inclusive="left"))
    frame["some"] = frame["some"].map(coded)
    values = " and ".join(f"'{value}'" for value in sorted(set(coded.values())))
    told = (
        f"Some proportion is 100 % in every arm: column 'some' holds {values} alone, and each value but 0 counts as"
        " happened; write 0 for what did not happen"
    )
    assert notes(units(tmp_path, frame)) == ([] if frame["some"].min() == 0 else [told])


@pytest.mark.parametrize("copies", [0, 2])
def test_dropped_repeats_of_a_log_without_ids_are_told(tmp_path, copies):
    days = pd.date_range(*PERIOD, inclusive="left").strftime("%Y-%m-%d")
    rows = [
        (f"{d}T0{hour}:00:05", what, f"u{d}{arm}", f"arm_{arm}")
        for d in days
        for arm in "ab"
        for hour, what in enumerate(("open", "buy"), 8)
    ]
    file = degenerate.log(tmp_path, "noticed", [*rows, *rows[:copies]], metrics=[BOUGHT], **FUNNEL)
    told = (
        f"2 of {len(rows) + 2} rows (3.45 %) repeat another one in all columns and are dropped, 1 of 'buy', 1 of 'open'"
    )
    assert [note.split(";")[0] for note in notes(file)] == ([told] if copies else [])


@pytest.mark.parametrize("again", [0, 3, 30])
def test_a_log_that_was_loaded_twice_is_told_though_a_column_nobody_maps_differs(tmp_path, again):
    days = pd.date_range(*PERIOD, inclusive="left").strftime("%Y-%m-%d")
    rows = [
        (f"{d}T0{hour}:{n:02d}:05", what, f"u{d}{arm}{n}", f"arm_{arm}")
        for d in days
        for arm in "ab"
        for n in range(3)
        for hour, what in enumerate(("open", "buy"), 8)
    ]
    loaded = [(*row, "10:00") for row in rows] + [(*row, "11:00") for row in rows[: 2 * again]]
    file = degenerate.log(tmp_path, "twice", rows, metrics=[BOUGHT], **FUNNEL)
    frame = pd.DataFrame(loaded, columns=["at", "what", "who", "arm", "loaded"])
    frame.to_csv(tmp_path / "twice.csv", index=False)
    frame = frame[frame.what == "buy"].drop(columns="loaded")
    share = frame.duplicated().mean()
    found = [note for note in notes(file) if "loaded twice" in note]
    assert bool(found) == (share > 0.2)
    assert all(f"of {len(frame)} buy" in note for note in found)


@pytest.mark.parametrize("events", [2_000, 2_001])
def test_a_unit_with_too_many_events_for_a_person_is_told(tmp_path, events):
    days = pd.date_range(*PERIOD, inclusive="left").strftime("%Y-%m-%d")
    rows = [
        (f"{d}T08:00:05", what, f"u{d}{arm}", f"arm_{arm}") for d in days for arm in "ab" for what in ("open", "buy")
    ]
    moments = pd.date_range(f"{days[1]}T00:00:00", periods=events, freq="s").strftime("%Y-%m-%dT%H:%M:%S")
    rows += [(at, "open", "busy", "arm_a") for at in moments]
    found = [n for n in notes(degenerate.log(tmp_path, "busy", rows, metrics=[BOUGHT], **FUNNEL)) if "no person" in n]
    assert found == ([f"1 unit with more than 2,000 events on a day (data.bot_events_per_day) is left out as no person, with"
                      f" 2,001 of {len(rows):,} rows"] if events > 2_000 else [])  # fmt: skip


@pytest.mark.parametrize("twins", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("zeros", [0, 10, 40])
def test_events_with_a_twin_by_another_id_and_amounts_of_zero_are_told(tmp_path, twins, zeros):
    rows = [(f"2026-03-03T0{hour}:{i % 60:02d}:{i // 60:02d}", what, f"u{i}", f"arm_{'ab'[i % 2]}")
            for hour, what in enumerate(("open", "buy"), 8) for i in range(100)]  # fmt: skip
    spent = metric("buy", "mean", "secondary")
    file = degenerate.log(tmp_path, "twins", rows, metrics=[BOUGHT, spent], **FUNNEL)
    frame = pd.DataFrame(rows, columns=["at", "what", "who", "arm"])
    frame["cost"] = [0 if i < zeros else 5 + i for i in range(100)] * 2
    frame.loc[frame.what == "open", "cost"] = None
    bought = frame[frame.what == "buy"]
    frame = pd.concat([frame, bought.head(int(len(bought) * twins))])
    frame["id"] = range(len(frame))
    frame.to_csv(tmp_path / "twins.csv", index=False)
    raw = yaml.safe_load(file.read_text())
    raw["data"]["columns"] |= {"event_id": "id", "price": "cost"}
    file.write_text(yaml.safe_dump(raw))
    bought = frame[frame.what == "buy"]
    found = notes(file)
    assert any("logged twice" in note for note in found) == (bought.drop(columns="id").duplicated().mean() > 0.4)
    free = (bought.cost == 0).sum()
    told = f"the amount of {free} of {len(bought)} buy ({free / len(bought):.2%}"
    assert any(note.startswith(told.replace("%", " %").replace(".00", "")) for note in found) == (free >= 20)


@pytest.mark.parametrize("seed", range(3))
def test_copies_of_an_event_that_say_another_thing_are_told(tmp_path, seed):
    dice = np.random.default_rng(seed)
    rows = []
    for unit in range(120):
        common = (f"u{unit}", "ab"[unit % 2])
        rows.append((f"v{unit}", *common, "2026-03-02 10:00:00", "view", ""))
        if dice.random() < 0.5:
            rows.append((f"b{unit}", *common, "2026-03-02 11:00:00", "buy", "10.00"))
    log = pd.DataFrame(rows, columns=["event_id", "user_id", "variant", "ts", "event", "amount"])
    again = log[log.event == "buy"].sample(5, random_state=seed).assign(ts="2026-03-02 11:00:05")
    again["amount"] = dice.choice(["10.00", "10.0", "12.00"], len(again))
    pd.concat([log, again]).to_csv(tmp_path / "log.csv", index=False)
    proposed(tmp_path, tmp_path / "log.csv", control="a")
    other = int((again.amount == "12.00").sum())
    told = f"{other} of {len(log) + 5} rows repeat the id of an event, {other} with another amount, and are dropped: the copy that came first counts"
    said = [note for note in notes(tmp_path / "studies" / "log.yml") if "repeat the id" in note]
    assert [note.startswith(told) for note in said] == [True] * (other > 0)
