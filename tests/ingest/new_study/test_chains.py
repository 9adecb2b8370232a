"""Tables whose units another table knows: told as a chain of keys, with the query that brings every row to its unit."""

import random
import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.new_study.test_several_tables import assigned, proposed
from tests.ingest.tables.test_join import counted


def company(folder: Path, seed: int, key: str, *, dated: bool) -> tuple[list[Path], dict[str, int]]:
    """Assignments, a table of keys of users, and one with amounts by key alone, some several times; the cents of each arm."""
    dice = random.Random(seed)
    people = pd.read_csv(assigned(folder), dtype=str)
    arms = dict(zip(people.user_id, people.variant, strict=True))
    known = [
        (f"{key[:1]}{n:05d}", dice.choice(people.user_id), f"2026-03-{dice.randint(14, 18)} 10:{n % 60:02d}:00")
        for n in range(300)
    ]
    between = pd.DataFrame(known, columns=[key, "user_id", "ordered_at"])
    cents = dict.fromkeys(sorted(set(arms.values())), 0)
    lines = []
    for n, (of, user, at) in enumerate(dice.choices(known, k=700) if dated else [*known, *known[:9]]):
        amount = dice.randint(100, 9000)
        cents[arms[user]] += amount
        lines.append((of, f"l{n}", at, str(Decimal(amount) / 100)))
    told = pd.DataFrame(lines, columns=[key, "line_id", "at", "amount"])
    (between if dated else between.drop(columns="ordered_at")).to_csv(folder / "between.csv", index=False)
    (told.drop(columns="at") if dated else told.drop(columns="line_id")).to_csv(folder / "lines.csv", index=False)
    return [folder / name for name in ("lines.csv", "exposures.csv", "between.csv")], cents


@pytest.mark.parametrize(("key", "dated"), [("order_id", True), ("device_id", False)])
def test_the_query_that_is_told_brings_each_row_to_its_unit(tmp_path: Path, key: str, dated: bool) -> None:
    """The time stands in the one table or the other."""
    files, cents = company(tmp_path, 7 * dated, key, dated=dated)
    with pytest.raises(ReportError, match=r"lines\.csv holds no 'user_id', and a chain of keys is not joined") as told:
        proposed(tmp_path, files)
    query = re.search(r"in the place of (.*?): (select .*)", str(told.value))
    assert query and query[1] == ("lines.csv" if dated else "lines.csv and between.csv")
    (tmp_path / "joined.sql").write_text(query[2], encoding="utf-8")
    study, _, _ = proposed(tmp_path, [files[1], tmp_path / "joined.sql"], control="A")
    ingest.land(study, tmp_path / "raw")
    found = counted(ingest.landed(tmp_path / "raw"), "event_id" if dated else "whole_row")
    assert {arm: of.cents for arm, of in found.items()} == cents


def test_ids_that_no_table_knows_are_no_chain(tmp_path: Path) -> None:
    files, _ = company(tmp_path, 3, "order_id", dated=True)
    text = files[0].read_text(encoding="utf-8")
    files[0].write_text(re.sub(r"^o", "x", text, flags=re.M).replace("xrder_id", "order_id"), encoding="utf-8")
    with pytest.raises(ReportError, match=r"no column of lines\.csv holds ids of 'user_id'"):
        proposed(tmp_path, files)


def test_a_chain_of_two_joins_is_followed_by_what_is_told(tmp_path: Path) -> None:
    """Clicks of sessions of devices of users: the second query reads the first one, which is no table, by its text."""
    dice = random.Random(5)
    people = pd.read_csv(assigned(tmp_path), dtype=str)
    arms = dict(zip(people.user_id, people.variant, strict=True))
    devices = {f"d{n:04d}": dice.choice(people.user_id) for n in range(300)}
    sessions = {f"s{n:05d}": dice.choice([*devices]) for n in range(400)}
    clicks = [(f"c{n}", dice.choice([*sessions]), "2026-03-15 10:00:00", n % 90 + 0.5) for n in range(700)]
    pd.DataFrame(devices.items(), columns=["device_id", "user_id"]).to_csv(tmp_path / "devices.csv", index=False)
    pd.DataFrame(sessions.items(), columns=["session_id", "device_id"]).to_csv(tmp_path / "sessions.csv", index=False)
    pd.DataFrame(clicks, columns=["click_id", "session_id", "at", "amount"]).to_csv(
        tmp_path / "clicks.csv", index=False
    )
    files = [tmp_path / name for name in ("exposures.csv", "devices.csv", "sessions.csv", "clicks.csv")]
    for _ in range(2):
        with pytest.raises(ReportError, match="a chain of keys is not joined") as told:
            proposed(tmp_path, files)
        query = re.search(r"\((joined\d?\.sql)\), and give that in the place of (.*?): (select .*)", str(told.value))
        assert query and not (tmp_path / query[1]).exists(), "no file that is read is written over"
        (tmp_path / query[1]).write_text(query[3], encoding="utf-8")
        files = [f for f in files if f.name not in query[2].split(" and ")] + [tmp_path / query[1]]
    study, _, _ = proposed(tmp_path, [files[0], files[-1]], control="A")
    ingest.land(study, tmp_path / "raw")
    found = counted(ingest.landed(tmp_path / "raw"), "event_id")
    for arm, of in found.items():
        assert of.cents == sum(round(100 * c) for _, s, _, c in clicks if arms[devices[sessions[s]]] == arm)
