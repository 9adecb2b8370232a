"""Ids: one id is one unit however the table holds it, and what lost digits is refused. The oracle is Python's own text of a number."""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.assignment import bucket
from helpers.errors import ReportError
from helpers.ingest.reading import Reading
from helpers.ingest.values import ids
from tests.ingest.studies import log_study, table, unit_study

WHOLE = st.lists(st.integers(-(2**53) + 1, 2**53 - 1), min_size=1, max_size=8)
TYPES = ["varchar", "bigint", "hugeint", "double", "decimal(38, 0)", "decimal(20, 2)"]


def read(values: Iterable[str | None], kind: str = "varchar") -> tuple[list[str | None], list[str], list[ReportError]]:
    """The ids of a column of this type, what is said of them and what is wrong."""
    with duckdb.connect() as con:
        con.execute("create table raw (n integer, who varchar)")
        con.executemany("insert into raw values (?, ?)", list(enumerate(values)))
        con.execute(f"create table typed as select n, who::{kind} as who from raw")
        types = {row[0]: row[1] for row in con.execute("describe typed").fetchall()}
        decided, notes, faults = ids.decide(con, ["who"], types, "typed")
        made = con.execute(f"select {decided.text('who', types['who'])} from typed order by n").fetchall()
    return [row[0] for row in made], notes, faults


@settings(deadline=None, max_examples=40)
@given(WHOLE, st.sampled_from(TYPES))
def test_a_number_is_the_text_of_that_number_whatever_its_type(numbers, kind):
    assert read(map(str, numbers), kind)[0] == [str(n) for n in numbers]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(-(2**53) + 1, 2**53 - 1), st.sampled_from(["", ".0", ".", ".000"])),
        min_size=1,
        max_size=8,
    )
)
def test_numbers_of_which_some_are_written_as_floats_are_whole_numbers(written):
    found, notes, faults = read([f"{n}{point}" for n, point in written])
    assert found == [str(n) for n, _ in written] and not faults
    assert any("read as 1000" in note for note in notes) == any(point for _, point in written)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text("0aAé -_.", min_size=1, max_size=5), min_size=1, max_size=8))
def test_a_text_stays_as_it_stands(texts):
    texts = ["u", *texts]  # one that is no number, so that none is read as one
    found, notes, faults = read(texts)
    twins = {
        t.rstrip("0").rstrip(".") for t in texts if set(t) <= {"0", "."} and t.startswith("0") and t.count(".") == 1
    }
    if not faults:
        assert found == texts
    assert bool(faults) <= bool(twins | {t for t in texts if "." in t})
    folded = pd.Series(sorted(set(texts))).groupby(pd.Series(sorted(set(texts))).str.strip(" ").str.lower()).size()
    assert faults or any("kept apart" in note for note in notes) == bool((folded > 1).any())


def test_one_id_falls_into_one_bucket_whether_text_or_number():
    assert len({bucket("salt", read(["1000"], kind)[0][0]) for kind in TYPES}) == 1


@pytest.mark.parametrize(
    ("values", "kind", "said"),
    [
        (["1000", "1.23E+15"], "varchar", "1 ids with an exponent, such as 1.23E+15"),
        (["1e3", "1000.0", "7"], "varchar", "such as 1e3"),
        (["1000", "1000.0", "u7"], "varchar", "1000 and 1000.0 beside ids that are no numbers"),
        (["9007199254740993"], "double", "1 ids past 9,007,199,254,740,992 in a column of floats (DOUBLE)"),
        (["inf", "7"], "double", "1 ids past"),
        (["9007199254740994.0", "7"], "varchar", "1 ids past 9,007,199,254,740,992 written as floats"),
        (["16777217"], "float", "1 ids past 16,777,216 in a column of floats (FLOAT)"),
        (["true", "false"], "boolean", "true and false"),
    ],
)
def test_what_lost_digits_or_names_one_unit_in_two_ways_is_refused(values, kind, said):
    _, _, faults = read(values, kind)
    assert [said in str(fault) for fault in faults] == [True]


@pytest.mark.parametrize(
    "values", [["1e3", "ab3"], ["0x1e3", "12"], ["1.5.0", "2"], ["007", "7"], [None, "7"], ["1.0", "b"]]
)
def test_what_only_looks_like_a_number_stays_text(values):
    assert read(values) == (values, [], [])


def test_a_gap_in_a_column_of_floats_is_no_unit():
    assert read(["nan", "7", None], "double")[0] == [None, "7", None]


def test_a_placeholder_with_an_unusual_share_is_told():
    _, notes, _ = read(["null"] * 50 + [f"u{i}" for i in range(949)] + ["0"])
    assert notes == [
        "column 'who': 'null' stands in 5 % of the rows and is taken for one unit; if it means that the id is"
        " missing, empty it before the export"
    ]


def test_ids_that_differ_in_capitals_or_blanks_are_counted():
    _, notes, _ = read(["a", "A ", "b", "c", "C"])
    assert notes == ["column 'who': 4 ids would be 2 but for blanks at their ends and capitals; they are kept apart"]


def test_units_of_a_table_are_read_so_and_the_decision_is_kept(tmp_path):
    file = table(tmp_path, *(f"{i}{'.0' if i % 2 else ''},{'ab'[i % 2]},1,9.99,3" for i in range(4)))
    study = unit_study(file)
    ingest.land(study, tmp_path / "raw")
    landed = ingest.landed(tmp_path / "raw")
    users = duckdb.sql(f"select distinct user_id from read_parquet('{landed.location}') order by 1").fetchall()
    assert [user for (user,) in users] == ["0", "1", "2", "3"]
    assert landed.reading.ids.whole == ("who",) and "read as 1000" in landed.reading.notes[0]


@pytest.mark.parametrize("mixed", [["1000", "1000.0"], ["0007", "0007.0"]])
def test_a_log_has_one_unit_where_its_ids_are_written_in_two_ways(tmp_path: Path, mixed):
    file = tmp_path / "log.csv"
    file.write_text("at,what,who,cost\n" + "".join(f"2019-10-01,view,{who},1\n" for who in mixed))
    study = log_study(file)
    ingest.land(study, tmp_path / "raw")
    landed = ingest.landed(tmp_path / "raw")
    made = {c["name"]: c["expression"] for c in ingest.column_expressions(study, landed.types, landed.reading)}
    assert duckdb.sql(f"select distinct {made['user_id']} from '{landed.location}'").fetchall() == [(mixed[0],)]


def test_ids_past_the_exact_whole_numbers_are_refused_before_anything_is_built(tmp_path):
    file = tmp_path / "log.parquet"
    duckdb.sql(f"copy (select '2019-10-01' as at, 'view' as what, (2**53 + 2)::double as who, 1 as cost) to '{file}'")
    with pytest.raises(ReportError, match="several ids have become one"):
        ingest.land(log_study(file), tmp_path / "raw")


def test_levels_that_are_numbers_are_the_same_as_text_and_as_floats():
    made = {kind: duckdb.sql(f"select {Reading().ids.text('v', kind)} from (select 1::{kind} as v)").fetchall()[0][0]
            for kind in ("DOUBLE", "BIGINT", "DECIMAL(4,1)", "VARCHAR")}  # fmt: skip
    assert set(made.values()) == {"1"}
