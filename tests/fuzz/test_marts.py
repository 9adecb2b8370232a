"""A log with odd cells is built to its marts, or refused with one clear error; each of its rows has one end.

A build takes seconds, so ``make test-fuzz`` makes one for a hundred of the tables it tries, and the suite none.
"""

import csv
import os
import random
from pathlib import Path

import pytest

from helpers import ingest
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.warehouse import build, query
from tests.fuzz.tables import IDS, ODD
from tests.ingest.studies import LOG_COLUMNS, log_study

BUILDS = int(os.environ.get("FUZZ", "0")) // 100
HEADER = ["at", "what", "who", "cost"]
TIMES = [
    "2019-10-01T00:00:00Z",
    "2019-10-01 00:00:00+05:30",
    "1569888000000",
    "01.10.2019",
    "0000-00-00",
    "9999-12-31",
    "",
]
NAMES = ["View", "purchase ", "refund", "", "experiment_impression", "view;drop table x"]
STRANGE = {"at": TIMES + ODD, "what": NAMES + ODD, "who": IDS, "cost": ODD}
ANY = dict.fromkeys(
    ("malformed_line", "missing_id", "unparseable_time", "unplanned_event", "wrong_type", "missing_revenue",
     "negative_price", "two_variants"), 1.0,
)  # fmt: skip


def sound(users: int) -> list[list[str]]:
    """Every user views, every second one fills the cart, every fourth one buys."""
    rows = []
    for user in range(users):
        seconds = range(3 if user % 4 == 0 else 2 if user % 2 == 0 else 1)
        for second, what in zip(seconds, ("view", "cart", "purchase"), strict=False):
            rows.append([f"2019-10-01 00:{user % 60:02d}:{second:02d}", what, f"u{user}", "9.99"])
    return rows


@pytest.mark.skipif(not BUILDS, reason="builds of marts: make test-fuzz")
@pytest.mark.parametrize("seed", range(BUILDS))
def test_each_row_of_a_strange_log_has_one_end(tmp_path: Path, seed: int):
    rng = random.Random(seed)
    rows, touched = sound(rng.choice([3, 40, 200])), set()
    for _ in range(rng.choice([1, 5, 60])):
        place, column = rng.randrange(len(rows)), rng.randrange(len(HEADER))
        rows[place][column] = rng.choice(STRANGE[HEADER[column]])
        touched.add(place)
    file = tmp_path / "log.csv"
    with file.open("w", encoding="utf-8", newline="") as written:
        csv.writer(written).writerows([HEADER, *rows])
    study, where = log_study(file, columns=LOG_COLUMNS, tolerate=ANY), StudyPaths("rees46", tmp_path)
    try:
        ingest.land(study, where.raw)
        build.build(study, where)
    except ReportError as error:
        message = str(error)
        assert "expected: " in message or "remedy: " in message, "an error says what would be right"
        assert "Traceback" not in message and "Database Error" not in message and str(tmp_path) not in message
        return
    with query.connect(where.database) as con:
        ends = con.execute(
            "select rows from marts.fct_row_flow where disposition not in ('flagged', 'repaired')"
        ).fetchall()
        read = con.execute("select all_rows + refused from intermediate.int_row_checks").fetchall()[0][0]
        kept = con.execute("select count(*) from staging.stg_events").fetchall()[0][0]
    assert sum(n for (n,) in ends) == read == len(rows)
    assert len(rows) - len(touched) <= kept <= len(rows)
