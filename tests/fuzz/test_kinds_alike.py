"""The texts of a CSV say the same in a workbook and in a database: the same events are landed, or the same is refused."""

import csv
import io
import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.fuzz.cases import Case, case
from tests.fuzz.oracle import Told
from tests.fuzz.reading import Refused, read, study_of
from tests.fuzz.writers import DELIMITERS, Written
from tests.ingest.workbook.books import xlsx

TRIES = int(os.environ.get("FUZZ", "100")) // 10
TABLE = 'the "table"'


def texts(made: Case) -> list[list[str]]:
    """The header and the rows of a CSV."""
    raw = made.written.files[0].read_bytes().decode(made.dress.encoding)
    return [*csv.reader(io.StringIO(raw, newline=""), delimiter=DELIMITERS[made.dress.kind])]


def in_a_workbook(rows: list[list[str]], folder: Path) -> Written:
    file = xlsx(folder / "table.xlsx", {"S": [[text or None for text in row] for row in rows]})
    return Written(file, (file,))


def in_a_database(rows: list[list[str]], folder: Path) -> Written:
    file = folder / "table.db"
    names = ", ".join('"' + name.replace('"', '""') + '"' for name in rows[0])
    quoted = '"' + TABLE.replace('"', '""') + '"'
    with closing(sqlite3.connect(file)) as con, con:
        con.execute(f"create table {quoted} ({names})")
        con.executemany(
            f"insert into {quoted} values ({', '.join('?' * len(rows[0]))})",
            [[text or None for text in row] for row in rows[1:]],
        )
    return Written(file, (file,), {"table": TABLE})


def said(made: Case, written: Written, out: Path) -> tuple[object, ...]:
    """What is read of a file; or what it is refused for, and of how many rows."""
    found = read(study_of(made.world, made.dress, written, timed=made.timed, tolerant=made.tolerant), out)
    if isinstance(found, Refused):
        return found.kinds, sorted(found.counts)
    assert isinstance(found, Told)
    return found.rows, found.units, found.values, found.digits, found.lost


@pytest.mark.parametrize("write", [in_a_workbook, in_a_database])
def test_a_table_says_the_same_in_every_kind_of_file(tmp_path: Path, write: object) -> None:
    tried = 0
    for seed in random.Random(0).sample(range(10_000), TRIES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        made = case(seed, folder)
        if (
            not made.dress.is_text
            or made.mutation
            or made.dress.packing
            or len(made.written.files) > 1
            or len(made.lines) > 300
        ):
            continue
        tried += 1
        rows = texts(made)
        assert callable(write)
        other = write(rows, folder)
        before, after = said(made, made.written, folder / "csv"), said(made, other, folder / "other")
        assert before == after, made.told()
    assert tried
