"""A query that is printed compares moments as moments, in every way of writing them that the project reads."""

import random
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from helpers.ingest.new_study.source import SourceTable
from tests.fuzz.times import SPELLINGS, Spelling
from tests.ingest.new_study.printed import query as printed_query
from tests.ingest.new_study.tables import proposed

DAY = 86_400_000_000
ISO = SPELLINGS[1]
READ = [s for s in SPELLINGS if "timezone" not in s.keys and not s.name.startswith(("iso blank .", "UTC"))]


def table(folder: Path, exposed: Spelling, converted: Spelling) -> pd.DataFrame:
    """300 units, of which half converted, half of these before they were exposed; with what is true of each, by day where one is a day."""
    rng, dice = random.Random(4), np.random.default_rng(4)
    at = 1_772_409_600_000_000 + dice.integers(0, 40 * 86_400, 300) * 1_000_000 + 123_456
    then = at + dice.choice([-1, 1], 300) * dice.integers(90_000, 9 * 86_400, 300) * 1_000_000
    bought = dice.random(300) < 0.5
    made = pd.DataFrame(
        {"user_id": [f"u{i}" for i in range(300)], "variant": dice.permutation(["control", "new"] * 150)}
    )
    made["exposed_at"] = [exposed.write(int(a), rng) for a in at]
    made["converted_at"] = [converted.write(int(a), rng) if b else None for a, b in zip(then, bought, strict=True)]
    made["order_value"] = np.where(bought, np.round(dice.gamma(2, 20, 300), 2) + 1, 0)
    made.to_csv(folder / "t.csv", index=False)
    first = np.array([exposed.back(a) for a in made.exposed_at])
    second = np.array([converted.back(c) if c else 0 for c in made.converted_at])
    if DAY in (exposed.precision, converted.precision):
        first, second = first // DAY, second // DAY
    return made.assign(later=bought & (second >= first))


def printed(said: str) -> str:
    line = next(line for line in said.splitlines() if "Do outcomes from before the exposure count" in line)
    return printed_query(line)


STATED = [s for s in READ if s.keys]
TOLD = [s for s in READ if not s.keys]
PAIRS = [*((s, s) for s in STATED), *zip(TOLD[::2], [*TOLD[1::2], ISO], strict=False)]
"""Each way of writing once, beside itself where it is stated for the whole file, else beside another one."""


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[f"{a.name}-{b.name}" for a, b in PAIRS])
def test_the_query_of_later_outcomes(tmp_path: Path, one: Spelling, other: Spelling) -> None:
    made = table(tmp_path, one, other)
    options = {"time_format": one.keys["time_format"]} if one.keys else {}
    _, _, said = proposed(
        tmp_path, tmp_path / "t.csv", primary="converted_at", outcomes=("order_value",), time="exposed_at", **options
    )
    with duckdb.connect() as con:
        con.execute(f"set file_search_path = '{tmp_path}'; set TimeZone = 'UTC'")
        found = con.execute(f"select user_id, converted_at is not null, order_value from ({printed(said)})").fetchall()
    truth = dict(zip(made.user_id, made.later, strict=True))
    assert {user for user, yes, _ in found if yes} == {user for user, yes in truth.items() if yes}
    assert sum(float(v) for *_, v in found) == pytest.approx(made.order_value[made.later].sum()), (
        "all outcomes of one moment"
    )


def test_the_moments_of_a_column_are_read_once_for_all_that_is_tried(tmp_path: Path, monkeypatch) -> None:
    asked, rows = [], SourceTable.rows
    monkeypatch.setattr(SourceTable, "rows", lambda table, query: asked.append(query) or rows(table, query))
    worded = next(s for s in READ if s.name == "Mon dd, yyyy AM")
    table(tmp_path, worded, worded)
    proposed(tmp_path, tmp_path / "t.csv", primary="converted_at", outcomes=("order_value",), time="exposed_at")
    tried = [query for query in asked if "is not distinct from m" in query]
    assert len(tried) > 2 and all(len(query) < 300 and "{table}" not in query for query in tried)
