"""Any table of units ends in a correct result or in one clear error; no row is lost without a word.

``make test-fuzz`` tries thousands, the suite a sample: FUZZ is how many.
"""

import os
import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from tests.fuzz.tables import HEADER, Dress, dresses, flaw, judged, lines, lost, number
from tests.ingest.studies import LOG_COLUMNS, log_study, unit_study

pytestmark = pytest.mark.slow  # many odd inputs: what a developer needs of it stands in tests/ingest and tests/config

TRIES = int(os.environ.get("FUZZ", "20"))
SHARE = 250
fuzzed = settings(max_examples=min(TRIES, SHARE), deadline=None, suppress_health_check=list(HealthCheck))
in_parts = pytest.mark.parametrize("part", range(max(1, TRIES // SHARE)))
"""Examples are drawn anew in each part, so that workers share them."""
ANY = dict.fromkeys(
    ("malformed_line", "missing_id", "wrong_type", "negative_price", "duplicate_unit", "two_variants"), 1.0
)  # fmt: skip
SOUND = ["who,arm,bought,spend,rounds", "u1,a,1,9.99,3", "u2,b,0,0,0", "u3,b,1,5.5,1", "u4,a,0,0,2"]
LOG = [
    "at,what,who,cost",
    "2019-10-01 00:00:01,view,u1,1.5",
    "2019-10-01 00:01:00,cart,u1,1.5",
    "2019-10-01 00:02:00,view,u2,",
]


@in_parts
@given(lines(), dresses)
@fuzzed
def test_every_row_of_a_unit_table_is_told_as_an_independent_reader_tells_it(
    part: int, rows: list[list[str]], dress: Dress
):
    unique = {row[0]: row for row in rows if not lost(judged(row))}
    rows = [row for row in rows if lost(judged(row)) or unique[row[0]] is row]  # repeats are tested elsewhere
    wrong = {place: told for place, row in enumerate(rows, 2) if (told := judged(row))}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "units.csv.gz" if dress.zipped else "units.csv")
        file.write_bytes(dress.bytes_of([HEADER, *rows]))
        tolerant = unit_study(file, tolerate=ANY)
        out = Path(folder, "out")
        gone = [told for told in wrong.values() if lost(told)]
        if len(gone) == len(rows):
            with pytest.raises(ReportError, match="holds no"):
                ingest.land(tolerant, out)
            return
        ingest.land(tolerant, out)
        told = duckdb.read_csv(str(out / "rejects.csv"), all_varchar=True).fetchall()
        assert {
            (int(row), column or "", "malformed_line" if not column else kind) for row, column, kind, _ in told
        } == {(place, column, kind) for place, (kind, column) in wrong.items()}
        found = ingest.landed(out)
        assert found.table_rows == len(rows) and sum(found.refused.values()) == len(gone)
        amounts = duckdb.sql(
            f"select user_id, event_name, price from read_parquet('{found.location}') where price is not null"
        ).fetchall()
        expected = {
            (row[0], name, number(cell))
            for row in rows if not lost(judged(row))
            for name, cell in zip(HEADER[2:], row[2:], strict=True) if number(cell) and not flaw(name, cell)
        }  # fmt: skip
        assert {(who, name, number(price)) for who, name, price in amounts} == expected
        empty = duckdb.sql(
            f"select user_id, event_name from read_parquet('{found.location}') where price is null and event_name <> 'exposed'"
        ).fetchall()
        assert sorted(empty) == sorted(
            (row[0], name)
            for row in rows if not lost(judged(row))
            for name, cell in zip(HEADER[2:], row[2:], strict=True) if number(cell) is None or flaw(name, cell)
        )  # fmt: skip
        assert len(amounts) == len(expected) and all(isinstance(amount, Decimal) for *_, amount in expected)
        if wrong:
            with pytest.raises(ReportError) as caught:
                ingest.land(unit_study(file), Path(folder, "strict"))
            message = str(caught.value)
            assert file.name in message and any(
                f"{what} {place}" in message for place in wrong for what in ("row", "line")
            )
            assert any(f"'{column}'" in message or not column for _, column in wrong.values())


mutations = st.lists(
    st.one_of(
        st.tuples(st.just("cut"), st.integers(0, 10**6), st.just(b"")),
        st.tuples(st.just("drop"), st.integers(0, 10**6), st.integers(1, 9).map(bytes)),
        st.tuples(
            st.just("insert"),
            st.integers(0, 10**6),
            st.one_of(
                st.binary(min_size=1, max_size=4),
                st.sampled_from([b"\x00", b'"', b'""', b"\r", b"\n", b"\r\n", b",", b";", b"\t", b"\xef\xbb\xbf", b"\xff\xfe",
                                 b"=1+1", b"'", b"\\", b",,,,,,", b"\xe9", b"x" * 300_000, b"1e308", b"NaN"]),
            ),
        ),
        st.tuples(st.just("recode"), st.integers(0, 3), st.just(b"")),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


def mutated(raw: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    for kind, where, what in changes:
        place = where % (len(raw) + 1)
        if kind == "cut":
            raw = raw[:place]
        elif kind == "drop":
            raw = raw[:place] + raw[place + len(what) :]
        elif kind == "insert":
            raw = raw[:place] + what + raw[place:]
        else:
            raw = raw.decode("latin-1").encode(["utf-16", "utf-8-sig", "utf-32", "utf-8"][where])
    return raw


@pytest.mark.parametrize("kind", ["log", "units"])
@in_parts
@given(changes=mutations, zipped=st.booleans())
@fuzzed
def test_any_bytes_end_in_rows_or_one_clear_error(
    part: int, kind: str, changes: list[tuple[str, int, bytes]], zipped: bool
):
    raw = mutated("\n".join(LOG if kind == "log" else SOUND).encode() + b"\n", changes)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "table.csv.gz" if zipped else "table.csv")
        file.write_bytes(raw)
        study = log_study(file, columns=LOG_COLUMNS) if kind == "log" else unit_study(file, tolerate=ANY)
        out = Path(folder, "out")
        try:
            ingest.land(study, out)
        except ReportError as error:
            message = str(error)
            assert file.name in message or "column '" in message
            assert len(message) < 4_000 and "Traceback" not in message
            assert str(folder) not in message, "the message names the file, not the machine"
            return
        found = ingest.landed(out)
        plain = not (zipped or set(raw) & set(b'"\r\x00') or not raw.isascii())
        if plain:  # one line, one row: nothing can hide
            landed = found.table_rows
            if landed is None:
                rows = duckdb.sql(f"select count(*) from read_parquet('{found.location}')").fetchall()[0][0]
                landed = rows + found.malformed_lines
            assert landed == len([line for line in raw.decode().split("\n") if line]) - 1, "all but the heading"


def test_a_thousand_columns_and_a_formula_are_only_text(tmp_path):
    names = [*HEADER, *(f"c{i}" for i in range(1_000))]
    rows = [[f"u{i}", "ab"[i % 2], "1", "2.5", "3", *["=HYPERLINK(1)"] * 1_000] for i in range(20)]
    file = tmp_path / "wide.csv"
    file.write_bytes(Dress("\n", False, False, 0, True).bytes_of([names, *rows]))
    ingest.land(unit_study(file), tmp_path / "out")
    assert ingest.landed(tmp_path / "out").table_rows == 20


@pytest.mark.skipif("FUZZ" not in os.environ, reason="ten million rows: make test-fuzz")
def test_one_bad_row_among_ten_million_is_named(tmp_path):
    file = tmp_path / "long.csv"
    bad = 7_654_321
    duckdb.sql(
        f"""copy (select 'u' || i as who, case when hash(i) % 2 = 0 then 'a' else 'b' end as arm, i % 3 // 2 as bought,
        case when i = {bad} then 'twelve' else (i % 7)::varchar end as spend, i % 5 as rounds from range(10000000) t(i))
        to '{file}' (header)"""
    )
    with pytest.raises(ReportError) as caught:
        ingest.land(unit_study(file), tmp_path / "out")
    assert f"long.csv, line {bad + 2:,}, column 'spend'" in str(caught.value)
    ingest.land(unit_study(file, tolerate={"wrong_type": 0.001}), tmp_path / "tolerant")
    assert (tmp_path / "tolerant" / "rejects.csv").read_text().splitlines()[1:] == [
        f"{bad + 2},spend,wrong_type,long.csv"
    ]
