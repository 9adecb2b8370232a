"""A printed query reads the rows that the project reads, however the file is written; where a copy is to be made first, as printed."""

import gzip
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.printed import query
from tests.ingest.new_study.tables import proposed
from tests.ingest.workbook import books

DICE = np.random.default_rng(3)
ROWS = pd.DataFrame(
    {
        "user_id": [f"u{i:04d}" for i in range(400)],
        "variant": DICE.permutation(["control", "treatment"] * 200),
        "outcome": DICE.choice(["won", "lost"], 400),
        "city": DICE.choice(["Orléans", "Besançon", "Köln"], 400),
    }
)
EASTERN = ROWS.assign(city=DICE.choice(["Москва", "Казань"], 400))
QUOTED = ROWS.assign(city=DICE.choice(["L\u2019Aquila", "Köln"], 400))


def csv(delimiter: str = ",", made: pd.DataFrame = ROWS) -> str:
    return made.to_csv(index=False, sep=delimiter)


LINES = ROWS.to_json(orient="records", lines=True, force_ascii=False)
WRITTEN: dict[str, dict[str, bytes]] = {
    "no ending": {"t": csv(";").encode()},
    "another ending": {"t.dat": csv("|").encode()},
    "tabs in a text": {"t.txt": csv("\t").encode()},
    "packed without an ending": {"t": gzip.compress(csv().encode())},
    "a folder": {"d/a.csv": csv(made=ROWS[:200]).encode(), "d/b.csv": csv(made=ROWS[200:]).encode()},
    "a folder of one": {"d/a.csv": csv().encode()},
    "blanks in names": {"t.csv": csv().replace("outcome", " the outcome ", 1).replace("user_id", "user_id ", 1).encode()},
    "ends of lines of two kinds": {"t.csv": csv(made=ROWS[:200]).replace("\n", "\r").encode() + csv(made=ROWS[200:]).partition("\n")[2].encode()},
    "a folder of JSON": {"d/a.ndjson": LINES[: LINES.index("\n") + 1].encode(), "d/b.ndjson": LINES[LINES.index("\n") + 1 :].encode()},
    "utf-16": {"t.csv": csv().encode("utf-16")},
    "utf-16, tabs": {"t.txt": csv("\t").encode("utf-16")},
    "utf-16 without a mark": {"t.csv": csv(";").encode("utf-16-le")},
    "utf-16, packed": {"t.csv.gz": gzip.compress(csv().encode("utf-16"))},
    "a folder of utf-16": {"d/a.csv": csv(made=ROWS[:200]).encode("utf-16"), "d/b.csv": csv(made=ROWS[200:]).encode("utf-16")},
    "JSON in utf-16": {"t.json": ROWS.to_json(orient="records", force_ascii=False).encode("utf-16")},
    "windows": {"t.csv": csv().encode("cp1252")},
    "windows with signs that Latin-1 lacks": {"t.csv": csv(made=QUOTED).encode("cp1252")},
    "cyrillic": {"t.csv": csv(made=EASTERN).encode("cp1251")},
}  # fmt: skip


def in_duckdb(base: Path) -> Path:
    with duckdb.connect(str(base / "t.duckdb")) as con:
        con.register("rows", ROWS)
        con.execute("create table units as from rows")
    return base / "t.duckdb"


def in_sqlite(base: Path) -> Path:
    with closing(sqlite3.connect(base / "t.sqlite")) as con, con:
        ROWS.to_sql("all units", con, index=False)
    return base / "t.sqlite"


def in_a_sheet(base: Path) -> Path:
    return books.xlsx(base / "t.xlsx", {"people": [[*ROWS], *ROWS.to_numpy().tolist()]})


def asked(base: Path, file: Path) -> str:
    with pytest.raises(ReportError) as caught:
        proposed(base, file)
    return str(caught.value)


def counted(base: Path, said: str, **options: str) -> dict[str, tuple[int, int]]:
    """What the study of the printed query counts, of each arm."""
    (base / "made.sql").write_text(query(said, "select *"), encoding="utf-8")
    study, _, _ = proposed(base, base / "made.sql", **options)
    return {arm: (n, int(total)) for arm, (n, total) in sums(study, base)[study.primary.name].items()}


def truth() -> dict[str, tuple[int, int]]:
    won = (ROWS.outcome == "won").groupby(ROWS.variant).agg(["size", "sum"])
    return {str(arm): (int(n), int(k)) for arm, n, k in won.itertuples()}


def first(base: Path, said: str) -> bool:
    """Make the copy as it is printed, where one is."""
    command = re.search(r"/\* made first: (.*?) \*/", said)
    if command:
        line = command[1].replace("python -c", f"'{sys.executable}' -c")
        subprocess.run(line, shell=True, check=True, cwd=base)
    return bool(command)


@pytest.mark.parametrize("how", WRITTEN)
def test_a_file_in_a_query_is_the_file_that_is_read(tmp_path: Path, how: str) -> None:
    for name, content in WRITTEN[how].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    file = next(iter(WRITTEN[how]))
    said = asked(tmp_path, tmp_path / (file if "/" not in file else "d"))
    assert first(tmp_path, said) == (
        "utf-16" in how or how in ("ends of lines of two kinds", "windows with signs that Latin-1 lacks", "cyrillic")
    )
    assert counted(tmp_path, said) == truth()


def test_a_table_of_duckdb_is_asked_of_its_file(tmp_path: Path) -> None:
    said = asked(tmp_path, in_duckdb(tmp_path))
    assert "--database t.duckdb" in said
    assert counted(tmp_path, said, database=str(tmp_path / "t.duckdb")) == truth()


@pytest.mark.parametrize("made", [in_sqlite, in_a_sheet])
def test_what_duckdb_does_not_read_is_written_as_csv_first(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    said = asked(tmp_path, made(tmp_path))
    if made is in_sqlite and not shutil.which("sqlite3"):
        pytest.skip("sqlite3 is not installed")
    if made is in_sqlite:
        assert first(tmp_path, said)
    else:
        assert "/* made first: the sheet, saved as t.csv in UTF-8 */" in said
        ROWS.to_csv(tmp_path / "t.csv", index=False, sep=";")
    assert counted(tmp_path, said) == truth()


@pytest.mark.parametrize("line", ["u9991,control,won,Köln,more", "u9991,control", "Rows: 400"])
def test_no_line_is_left_out_in_silence_by_a_query(tmp_path: Path, line: str) -> None:
    """Where one does not fit, the query runs once that is mended."""
    (tmp_path / "t.csv").write_text(f"{csv()}{line}\n", encoding="utf-8")
    said = asked(tmp_path, tmp_path / "t.csv")
    assert "/* lines that do not fit the header, to be mended first: 1 */" in said
    with pytest.raises(ReportError, match="cannot be run"):
        counted(tmp_path, said)
    (tmp_path / "t.csv").write_text(csv(), encoding="utf-8")
    assert counted(tmp_path, said) == truth()
