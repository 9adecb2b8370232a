"""The rows that a study takes: those for which its condition holds, told by the lines in which they stand."""

import json
import random
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from helpers import ingest
from helpers.config import Units
from helpers.errors import ReportError
from helpers.ingest import condition
from helpers.ingest.columns import needed
from helpers.ingest.new_study import source
from tests.ingest.studies import log_study, unit_study

CONDITIONS = {
    "land is not null and land = 'DE'": lambda t: t.land == "DE",
    'try_cast("age of it" as double) >= 40 or land is null': lambda t: (t["age of it"] >= 40) | t.land.isna(),
    '"Age of it" >= 40 and rounds not in (1, 2)': lambda t: (t["age of it"] >= 40) & ~t.rounds.isin([1, 2]),
    "rounds between 2 and 10.5 or -1 > spend": lambda t: t.rounds.between(2, 10.5),
    "land is not null and land in ('FR', 'DE') -- and no other": lambda t: t.land.isin(["FR", "DE"]),
    "land is not null and not (land = 'FR')": lambda t: t.land.notna() & (t.land != "FR"),
}  # fmt: skip
"""Conditions that are true or false of every row, each with what pandas says."""


def table(seed: int, rows: int = 300) -> pd.DataFrame:
    rng = random.Random(seed)
    return pd.DataFrame(
        [
            {"who": f"u{seed}-{i}", "arm": rng.choice("ab"), "bought": rng.randrange(2), "spend": rng.randrange(900) / 4,
             "rounds": rng.randrange(12), "land": rng.choice(["DE", "FR", "IT", None]), "age of it": rng.randrange(18, 80)}
            for i in range(rows)
        ]
    )  # fmt: skip


def written(folder: Path, frames: list[pd.DataFrame], kind: str) -> tuple[Path, dict[str, str]]:
    folder.mkdir()
    for number, frame in enumerate(frames):
        file = folder / f"part{number}.{kind}"
        if kind == "csv":
            frame.to_csv(file, index=False)
        elif kind == "parquet":
            frame.to_parquet(file)
    if kind == "duckdb":
        whole = pd.concat(frames)
        assert len(whole)
        with duckdb.connect(str(folder / "all.duckdb")) as con:
            con.execute("create table units as select * from whole")
        return folder / "all.duckdb", {"table": "units"}
    return (folder / f"part0.{kind}", {}) if len(frames) == 1 else (folder, {})


@pytest.mark.parametrize("kind", ["csv", "parquet", "duckdb"])
@pytest.mark.parametrize("files", [1, 2])
@pytest.mark.parametrize("said", CONDITIONS)
def test_the_rows_that_stay_are_those_for_which_it_holds(tmp_path: Path, said: str, files: int, kind: str) -> None:
    frames = [table(seed) for seed in range(files)]
    path, more = written(tmp_path / "in", frames, kind)
    ingest.land(unit_study(path, where=said, **more), tmp_path / "raw")
    found = ingest.landed(tmp_path / "raw")
    whole = pd.concat(frames)
    kept = whole[CONDITIONS[said](whole)]
    events = duckdb.sql(f"select * from read_parquet('{found.location}') where event_name = 'exposed'").df()
    assert set(events.user_id) == set(kept.who) and found.table_rows == len(kept)
    assert found.reading.notes[0].startswith(f"{len(whole) - len(kept):,} of {len(whole):,} rows are not taken")
    assert said in found.reading.notes[0]


@pytest.mark.parametrize(
    "said", ["land = 'DE'", "land in ('FR', 'DE') -- and no other", "not (land = 'FR')", "land <> 'IT' and rounds < 9"]
)
@pytest.mark.parametrize("files", [1, 2])
def test_rows_that_an_empty_field_leaves_open_are_counted(tmp_path: Path, said: str, files: int) -> None:
    """Of a study; somebody who types such a condition is asked (``test_said``)."""
    frames = [table(seed) for seed in range(files)]
    path, _ = written(tmp_path / "in", frames, "csv")
    whole = pd.concat(frames)
    unknown = int((whole.land.isna() & ((whole.rounds < 9) | ("rounds" not in said))).sum())
    ingest.land(unit_study(path, where=said), tmp_path / "raw")
    (note, *_) = ingest.landed(tmp_path / "raw").reading.notes
    assert f"does not hold (of {unknown} an empty field leaves it open): {said}" in note


@pytest.mark.parametrize("seed", range(3))
def test_a_row_that_stays_is_told_by_its_line(tmp_path: Path, seed: int) -> None:
    """Lines that do not fit, fields of several lines and rows that are left out stand before it."""
    rng = random.Random(seed)
    lines, wrong, at = ["who,arm,bought,spend,rounds,land"], 0, 2
    for i in range(60):
        if i == 47:
            lines.append(f"u{i},a,1,1,soon,DE")
            wrong = at
        elif rng.random() < 0.2:
            lines.append("torn,a")
        elif rng.random() < 0.2:
            lines.append(f'"u\n{i}",b,0,0,0,FR')
            at += 1
        else:
            lines.append(f"u{i},{'ab'[i % 2]},1,2,3,{rng.choice(['DE', 'FR'])}")
        at += 1
    file = tmp_path / "t.csv"
    file.write_text("\n".join(lines) + "\n")
    study = unit_study(file, where="land = 'DE'", tolerate={"malformed_line": 0.9})
    with pytest.raises(ReportError, match=rf"t.csv, line {wrong}, column 'rounds'"):
        ingest.land(study, tmp_path / "raw")


def test_a_log_keeps_the_rows_and_their_lines_too(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    rows = [f"2026-07-0{i % 7 + 1},view,u{i},1,{'DE' if i % 3 else 'FR'}" for i in range(90)]
    file.write_text("\n".join(["at,what,who,cost,land", *rows]) + "\n")
    ingest.land(log_study(file, where="land = 'FR'"), tmp_path / "raw")
    found = ingest.landed(tmp_path / "raw")
    there = duckdb.sql(f"select who, file_row_number from read_parquet('{found.location}', file_row_number = true)")
    steps = duckdb.sql(f"select * from read_parquet('{found.steps}') order by \"row\"").fetchall()
    for who, row in there.fetchall():
        ahead = [ahead for _, begin, ahead in steps if begin <= row][-1]
        assert rows[row + ahead - 2].split(",")[2] == who


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("land = 'XX'", "data.where leaves no row"), ("land =", "data.where cannot be used"),
        ("lnd = 'DE'", "did you mean 'land'?"), ("land = 'DE'; drop table units", "data.where cannot be used"),
        ("land = 'DE') or (true", "data.where cannot be used"), ("land in (select 'DE')", "within the condition"),
        ("land = 'DE' order by 1", "more than a condition"), ("1 from range(3)", "more than a condition"),
        ("*", "within the condition"), ("land = 'DE' as x", "more than a condition"), ("age > 3", "has no column 'age'"),
        ("file_row_number = 1", "has no column 'file_row_number'"), ("land > 5", "data.where leaves no row"), ("land > 5 or land = 'DE'", "data.where cannot be used"),
        ("sum(bought) > 1", "data.where cannot be used"),
    ],
)  # fmt: skip
def test_what_is_no_condition_on_a_row_is_refused(tmp_path: Path, said: str, message: str) -> None:
    path, _ = written(tmp_path / "in", [table(0)], "csv")
    with pytest.raises(ReportError, match=message.replace("?", r"\?").replace("(", r"\(")) as caught:
        ingest.land(unit_study(path, where=said), tmp_path / "raw")
    assert "u0-" not in str(caught.value)


def test_columns_of_the_condition_are_read_from_a_database() -> None:
    data = unit_study("t.parquet", where="\"Land\" = 'DE' and upper(lower(kind)) <> 'X'").data
    assert isinstance(data, Units)
    assert condition.columns_of(data.where or "") == ["Land", "kind"]
    assert {"land", "KIND"} <= {*needed(data, ["who", "arm", "land", "KIND", "other"])} and "other" not in needed(
        data, ["other"]
    )


@pytest.mark.parametrize(
    "said", ["more.of.it = 'a' and n > 1", "\"more.of.it\" = 'a' and n > 1", "MORE.of.It in ('a') and not n <= 1"]
)
def test_a_name_with_points_is_a_column(tmp_path: Path, said: str) -> None:
    rows = [{"n": n, "more": {"of": {"it": "ab"[n % 2]}}} for n in range(6)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with source.opened(str(tmp_path / "t.jsonl"), None, tmp_path, said) as table:
        found = table.rows('select n, "more.of.it" from {table}')
    assert sorted(found) == sorted(
        (str(r["n"]), r["more"]["of"]["it"]) for r in rows if r["n"] > 1 and r["more"]["of"]["it"] == "a"
    )


def test_a_field_of_a_struct_is_one_still(tmp_path: Path) -> None:
    pd.DataFrame({"n": [1, 2, 3], "more": [{"it": "a"}, {"it": "b"}, {"it": "a"}]}).to_parquet(tmp_path / "t.parquet")
    with source.opened(str(tmp_path / "t.parquet"), None, tmp_path, "more.it = 'a' and n > 1") as table:
        assert table.rows("select n from {table}") == [(3,)]


@pytest.mark.parametrize("files", [1, 2])
def test_rows_that_are_left_out_are_counted_beside_those_that_are_read(tmp_path: Path, files: int) -> None:
    frames = [table(seed) for seed in range(files)]
    path, _ = written(tmp_path / "units", frames, "csv")
    study = unit_study(path, where="land is not distinct from 'DE'")
    parts = ingest.land(study, tmp_path / "raw")
    whole = pd.concat(frames)
    assert parts.apart == ingest.landed(tmp_path / "raw").apart == (whole.land != "DE").sum()
