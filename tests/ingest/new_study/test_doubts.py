"""Rows that may not count are told with what would leave them out, which does; nothing is said of a sound table."""

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.ingest.new_study import cuts, profile
from helpers.ingest.new_study.source import opened
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed, units


def orders(seed: int) -> pd.DataFrame:
    """Visits, and orders of one to four lines, each line with its own price and with the total of its order."""
    dice = np.random.default_rng(seed)
    rows = []
    for unit in range(300):
        arm, day = ["control", "new"][unit % 2], f"2026-03-{1 + unit % 20:02d}"
        rows.append((f"u{unit}", arm, f"{day} 09:00:00", "visit", None, None, None, "done"))
        if dice.random() < 0.4:
            lines = [Decimal(int(n)) / 100 for n in dice.integers(100, 9_000, dice.integers(1, 5))]
            state = str(dice.choice(["done", "done", "cancelled", "refunded"]))
            rows += [
                (f"u{unit}", arm, f"{day} 10:00:0{i}", "order_completed", f"o{unit}", price, sum(lines), state)
                for i, price in enumerate(lines)
            ]
    return pd.DataFrame(
        rows, columns=["user_id", "variant", "ts", "event", "order_id", "line_price", "order_total", "status"]
    )


def by_arm(rows: pd.DataFrame, column: str) -> dict[str, tuple[int, Decimal]]:
    units = rows.groupby("variant").user_id.nunique()
    return {arm: (int(units[arm]), sum(some[column].dropna(), Decimal(0))) for arm, some in rows.groupby("variant")}


def where_of(said: str) -> str:
    found = re.search(r'--where "((?:[^"\\]|\\.)*)"', said)
    assert found
    return found[1].replace('\\"', '"')


@pytest.mark.parametrize("seed", range(2))
def test_the_total_of_an_order_in_each_of_its_lines_is_told_and_the_query_takes_it_once(
    tmp_path: Path, seed: int
) -> None:
    rows = orders(seed).drop(columns=["line_price", "status"])
    rows.to_csv(tmp_path / "lines.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "lines.csv")
    query = re.search(r"select \* from .* = 1$", said, re.MULTILINE)
    assert query and "'order_total' is the same in all rows of an order" in said
    (tmp_path / "once.sql").write_text(query[0], encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "once.sql")
    once = rows[rows.order_id.isna() | ~rows.duplicated(["order_id", "event"])]
    assert sums(study, tmp_path)["revenue_per_unit"] == by_arm(once, "order_total")


def test_prices_of_lines_are_summed_and_nothing_is_said(tmp_path: Path) -> None:
    rows = orders(1).drop(columns=["order_total", "status"])
    rows.to_csv(tmp_path / "lines.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "lines.csv")
    assert "doubt" not in said and sums(study, tmp_path)["revenue_per_unit"] == by_arm(rows, "line_price")


@pytest.mark.parametrize(
    ("column", "levels"),
    [
        ("is_test_user", ["False", "True"]),
        ("bot", ["0", "1"]),
        ("traffic", ["organic", "internal"]),
    ],
)
def test_rows_of_nobody_are_told_and_left_out_as_it_says(tmp_path: Path, column: str, levels: list[str]) -> None:
    rows = orders(2).drop(columns=["order_total", "status"])
    dice = np.random.default_rng(3)
    nobody = set(rows.user_id.unique()[dice.random(300) < 0.1])
    rows[column] = [levels[user in nobody] for user in rows.user_id]
    rows.to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert f"doubt: all rows count, also those with {levels[1]} (" in said
    study, _, said = proposed(tmp_path, tmp_path / "log.csv", where=where_of(said), name="some")
    assert sums(study, tmp_path)["revenue_per_unit"] == by_arm(rows[~rows.user_id.isin(nobody)], "line_price")
    assert "doubt" not in said


@pytest.mark.parametrize(
    ("column", "levels"),
    [
        ("profile_state", [None, "paused", "deleted"]),
        ("profile_state", ["kept", "deleted"]),
        ("review_flag", ["clean", "fraud"]),
        ("mail", ["fine", "spam"]),
        ("bot_detected", ["0", "1"]),
        ("outcome_of_call", ["ok", "staff hung up"]),
    ],
)
def test_no_condition_is_printed_by_what_may_have_come_after_the_assignment(
    tmp_path: Path, column: str, levels: list[str | None]
) -> None:
    """Whether the arms part in it or not: whoever follows what is printed counts all."""
    dice = np.random.default_rng(4)
    rows = units(tmp_path / "t.csv", "hash(i) % 2 as bought", 1_200)
    made = pd.read_csv(rows)
    made[column] = [levels[dice.choice(len(levels))] for _ in range(len(made))]
    made.to_csv(rows, index=False)
    _, text, said = proposed(tmp_path, rows, primary="bought")
    told = " ".join((said + text).replace("#", " ").split())
    assert "nothing tells whether each was so before the assignment" in told and "--where" not in told


@pytest.mark.parametrize(
    "flag",
    [
        lambda some, bought: np.where(bought, np.where(some, "true", "false"), None),
        lambda some, bought: np.where(some & bought, "true", "false"),
        lambda some, bought: np.where(some & ~bought, "true", "false"),
        lambda some, bought: np.where(some & ~bought, "yes", ""),
    ],
)
@pytest.mark.parametrize("column", ["is_bot", "internal_traffic"])
def test_no_condition_is_printed_by_what_is_not_one_and_the_same_in_all_rows_of_a_unit(
    tmp_path: Path, flag, column: str
) -> None:
    """Such a condition leaves events out, and the units of them stay."""
    rows = orders(7).drop(columns=["order_total", "status"])
    some = rows.user_id.isin(rows.user_id.unique()[np.random.default_rng(8).random(300) < 0.2])
    rows[column] = flag(some, rows.event == "order_completed")
    rows.to_csv(tmp_path / "log.csv", index=False)
    study, text, said = proposed(tmp_path, tmp_path / "log.csv")
    assert "take all of their rows out, in both arms" in said and "--where" not in said + text
    assert sums(study, tmp_path)["revenue_per_unit"] == by_arm(rows, "line_price")


@pytest.mark.parametrize(
    ("column", "levels"),
    [
        ("is_test", ["", "true"]),
        ("bot", ["", "yes"]),
        ("staff", ["", "X"]),
        ("internal", ["", "1"]),
        ("account_type", ["", "test"]),
        ("role", ["", "employee"]),
        ("Testkonto", ["nein", "ja"]),
        ("cuenta_prueba", ["no", "sí"]),
        ("conta_teste", ["não", "sim"]),
        ("konto_testowe", ["nie", "tak"]),
        ("utente_di_prova", ["no", "sì"]),
        ("salarié", ["non", "oui"]),
    ],
)
def test_units_of_nobody_are_told_too_where_nothing_stands_with_the_others(
    tmp_path: Path, column: str, levels: list[str]
) -> None:
    made = pd.read_csv(units(tmp_path / "t.csv", rows=1_200))
    nobody = np.random.default_rng(3).random(len(made)) < 0.1
    made[column] = np.where(nobody, levels[1], levels[0])
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert f"doubt: all rows count, also those with {levels[1]} ({nobody.sum()} rows) in '{column}'" in said
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", where=where_of(said), name="some")
    left = (
        made[~nobody].groupby(made.variant.map({"old": "control", "new": "treatment"})).converted.agg(["size", "sum"])
    )
    assert sums(study, tmp_path)["converted"] == {arm: (int(n), int(k)) for arm, n, k in left.itertuples()}


@pytest.mark.parametrize(("cluster", "printed"), [("user_id", False), ("store", True)])
def test_orders_of_a_user_that_was_randomised_are_no_units(tmp_path: Path, cluster: str, printed: bool) -> None:
    """People of a store may have been known before, each for himself; orders of a user came after."""
    dice = np.random.default_rng(2)
    rows = pd.DataFrame({cluster: np.repeat([f"c{i}" for i in range(400)], 3), "row_id": range(1_200)})
    rows["variant"] = np.repeat(dice.choice(["control", "treatment"], 400), 3)
    rows["returned"], rows["is_test"] = dice.integers(0, 2, 1_200), dice.choice(["no", "yes"], 1_200, p=[0.9, 0.1])
    rows.to_csv(tmp_path / "t.csv", index=False)
    _, text, said = proposed(tmp_path, tmp_path / "t.csv", cluster=cluster)
    assert f"also those with yes ({(rows.is_test == 'yes').sum()} rows) in 'is_test'" in said
    assert ("--where" in said + text) == printed


@pytest.mark.parametrize("levels", [("TRUE", "true", "false"), ("bot", "staff", "customer")])
def test_whole_units_go_also_where_several_levels_say_so(tmp_path: Path, levels: tuple[str, ...]) -> None:
    rows = orders(2).drop(columns=["order_total", "status"])
    nobody = rows.user_id.isin(rows.user_id.unique()[np.random.default_rng(3).random(300) < 0.1])
    rows["is_bot"] = np.where(nobody, np.where(rows.event == "visit", *levels[:2]), levels[2])
    rows.to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv", where=where_of(said), name="some")
    assert sums(study, tmp_path)["revenue_per_unit"] == by_arm(rows[~nobody], "line_price")


def test_nothing_is_a_level_that_may_part_by_the_arm(tmp_path: Path) -> None:
    made, dice = pd.DataFrame({"variant": ["a", "b"] * 400}), np.random.default_rng(6)
    level = dice.choice(["x", "y"], 800)
    made["level"] = np.where((made.variant == "b") & (dice.random(800) < 0.5), None, level)
    made.to_csv(tmp_path / "t.csv", index=False)
    with opened(str(tmp_path / "t.csv"), None, tmp_path) as table:
        columns = {c.name: c for c in profile.profile(table)[1]}
        assert cuts.depends(table, columns["level"], columns["variant"]) < 1e-9


def test_rows_that_were_undone_are_asked_about_once(tmp_path: Path) -> None:
    rows = orders(2).drop(columns="order_total")
    rows.to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    undone = rows.status.isin(["cancelled", "refunded"])
    assert said.count("cancelled (") == 1 and f"Should {undone.sum():,} of " in said and "doubt" not in said
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv", where=where_of(said), name="some")
    assert sums(study, tmp_path)["revenue_per_unit"] == by_arm(rows[~undone], "line_price")


def test_rows_of_one_kind_of_event_that_were_undone_are_asked_about(tmp_path: Path) -> None:
    rows = pd.DataFrame({"customer_id": np.arange(900) % 300, "ordered_at": pd.Timestamp("2026-03-01") + pd.to_timedelta(np.arange(900), "h"),
                         "amount": np.arange(900) % 70 + 1, "status": np.where(np.arange(900) % 9, "paid", "refunded")})  # fmt: skip
    rows.to_csv(tmp_path / "orders.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "orders.csv", descriptive="purchase")
    assert "Should 100 of 900 rows of purchase count that say refunded (100) in 'status'" in " ".join(said.split())


def test_the_zone_of_each_row_and_the_time_of_day_in_another_column_are_told(tmp_path: Path) -> None:
    rows = orders(4).drop(columns=["order_total", "status"])
    zones = rows.assign(tz=np.where(rows.user_id.str.len() > 3, "Europe/Berlin", "America/New_York"))
    zones.to_csv(tmp_path / "zones.csv", index=False)
    assert (
        "doubt: 'tz' holds 2 time zones, and the times of 'ts' are read as UTC"
        in proposed(tmp_path, tmp_path / "zones.csv")[2]
    )
    parted = rows.assign(day=rows.ts.str[:10], clock=rows.ts.str[11:16]).drop(columns="ts")
    parted.to_csv(tmp_path / "parted.csv", index=False)
    assert "doubt: 'day' holds days, and 'clock' the time of day" in proposed(tmp_path, tmp_path / "parted.csv")[2]


def test_arms_of_another_experiment_are_no_experiments(tmp_path: Path) -> None:
    dice = np.random.default_rng(5)
    rows = pd.DataFrame({"uid": range(400), "exp_checkout": dice.choice(["ctrl", "v1"], 400), "exp_search": dice.choice(["ctrl", "v2"], 400),
                         "purchased": dice.integers(0, 2, 400)})  # fmt: skip
    rows.to_csv(tmp_path / "both.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "both.csv", variant="exp_search")
    found = sums(study, tmp_path)["purchased"]
    assert found == {
        "control": (int((rows.exp_search == "ctrl").sum()), int(rows[rows.exp_search == "ctrl"].purchased.sum())),
        "treatment": (int((rows.exp_search == "v2").sum()), int(rows[rows.exp_search == "v2"].purchased.sum())),
    }


@pytest.mark.parametrize(("columns", "asked"), [
    ("hash(i) % 2 = 0 as r, case when hash(i + 9) % 2 = 0 then 'long' else 'short' end as headline_variant", "or 'headline_variant'?"),
    ("hash(i) % 700 as time_days, hash(i + 9) % 2 as event", "Does 'time_days' end with the data where 'event' says no?"),
    ("nullif(hash(i) % 9, 0) as first_click_rank", "count what never came about as the best there is"),
])  # fmt: skip
def test_what_only_a_person_knows_of_a_unit_table_is_asked(tmp_path: Path, columns: str, asked: str) -> None:
    name = columns.split(" as ")[1].split(",")[0]
    primary = None if name == "r" else name
    study, text, _ = proposed(tmp_path, units(tmp_path / "t.csv", columns, 400), primary=primary)
    told = " ".join(text.replace("#", " ").split())
    assert (
        asked in told and "missing: zero at the metric" not in told and study.primary.event == (primary or "converted")
    )


@pytest.mark.parametrize(("time", "asked"), [
    ("hash(i) % 700", "Does 'time_days' end with the data where 'event' says no?"),
    ("case when hash(i + 9) % 2 = 1 then hash(i) % 700 end", ""),
])  # fmt: skip
def test_a_time_beside_the_primary_metric_that_ends_with_the_data_is_asked_about(
    tmp_path: Path, time: str, asked: str
) -> None:
    table = units(tmp_path / "t.csv", f"{time} as time_days, hash(i + 9) % 2 as event", 400)
    study, text, _ = proposed(tmp_path, table, primary="event")
    told = " ".join(text.replace("#", " ").split())
    assert study.primary.event == "event" and (asked in told if asked else "end with the data" not in told)
    assert not asked or "take 'time_days' out of the study if so" in told


@pytest.mark.parametrize("matched", [True, False])
def test_units_that_were_matched_in_pairs_are_told(tmp_path: Path, matched: bool) -> None:
    dice = np.random.default_rng(9)
    arms = [arm for _ in range(200) for arm in dice.permutation(["control", "test"])]
    arms = arms if matched else [str(arm) for arm in dice.permutation(arms)]
    table = pd.DataFrame({"store": [f"s{i}" for i in range(400)], "couple": np.repeat(np.arange(200), 2), "group": arms,
                          "weekly_sales": dice.normal(100, 20, 400).round(2)})  # fmt: skip
    table.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert ("each 'couple' stands for two rows, one of either arm (200 pairs)" in said) == matched
