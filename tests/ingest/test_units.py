"""A unit table becomes events, whole; what is wrong with it is told by file, row and column."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.studies import HEADER, METRICS, ROWS, events_of, rejected, table, unit_study

START = "2019-10-01 00:00:00"
U1 = [
    ("u1", START, "exposed", "control", None),
    ("u1", START, "bought", None, "1"),
    ("u1", START, "spend", None, "9.99"),
    ("u1", START, "rounds", None, "3"),
]
U2 = [("u2", START, "exposed", "treatment", None)]
U3 = [
    ("u3", START, "exposed", "treatment", None),
    ("u3", START, "bought", None, "1"),
    ("u3", START, "spend", None, "5.5"),
    ("u3", START, "rounds", None, "1"),
]


def refused(tmp_path, *rows, header=HEADER, **data) -> str:
    with pytest.raises(ReportError) as caught:
        ingest.land(unit_study(table(tmp_path, *rows, header=header), **data), tmp_path / "refused")
    return str(caught.value)


def test_a_row_is_an_exposure_and_its_outcomes(tmp_path):
    rows, found = events_of(unit_study(table(tmp_path, *ROWS)), tmp_path / "raw")
    assert rows == U1 + U2 + U3
    assert (found.table_rows, found.refused) == (3, {})


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "text"])
def test_times_attributes_and_what_was_before(tmp_path, typed):
    at = "2019-10-01 01:00:00"
    select = (
        "select 'u1' as who, 'a' as arm, true as bought, 9.99 as spend, 3 as rounds, 20.5 as history, 'DE' as land,"
    )
    file = tmp_path / "units.parquet"
    duckdb.sql(f"copy ({select} '{at}'::{'timestamp' if typed else 'varchar'} as at) to '{file}' (format parquet)")
    columns = {"user_id": "who", "variant": "arm", "event_time": "at", "country": "land"}
    period = {"period": {"baseline": "2019-09-01", "start": "2019-10-01", "end": "2019-10-02"}}
    study = unit_study(file, period, columns=columns, before={"spend": "history"})
    rows, found = events_of(study, tmp_path / "raw")
    assert rows == [(u, at, e, v, p) for u, _, e, v, p in U1] + [
        ("u1", "2019-09-30 23:59:59", "spend", None, "20.5")
    ]  # fmt: skip
    countries = duckdb.sql(f"select distinct country from read_parquet('{found.location}')").fetchall()
    assert countries == [("DE",)]
    assert found.types["event_time"] == "TIMESTAMP"


def test_without_an_id_every_row_is_a_unit_of_its_own(tmp_path):
    study = unit_study(table(tmp_path, *[ROWS[1]] * 3), columns={"variant": "arm"})
    rows, _ = events_of(study, tmp_path / "raw")
    assert len({row[0] for row in rows}) == 3


def test_levels_that_yaml_reads_as_numbers_or_truth(tmp_path):
    rows = ["u1,0,1,0,0", "u2,1,0,0,0"]
    study = unit_study(table(tmp_path, *rows), variants={0: "control", 1: "treatment"})
    assert [row[3] for row in events_of(study, tmp_path / "raw")[0] if row[3]] == ["control", "treatment"]


LEVELS = {
    "among others": ([*ROWS, "u4,gate_b,1,1,1"], ["column 'arm' of units.csv", "'b', 'gate_b'", "'b' (2 rows)"]),
    "nearest": (["u4,gate_b,1,1,1"], ["got:          'gate_b'", "expected:     'a', 'gate'", "did you mean 'gate'"]),
    "empty": (
        ["u4,,1,1,1"],
        ["nothing (an empty field)", 'data.variants: {a: control, gate: treatment, "": leave_out}'],
    ),
}


@pytest.mark.parametrize("case", LEVELS)
def test_an_unknown_level_is_named_with_what_was_found(tmp_path, case):
    rows, said = LEVELS[case]
    message = refused(tmp_path, *rows, variants={"a": "control", "gate": "treatment"})
    for words in said:
        assert words in message


WRONG = {
    "missing_id": (",a,1,1,1", "without a unit id", "who"),
    "malformed_line": ("u4,a,1", "do not fit the header", ""),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_row_is_refused_by_name_or_tolerated_and_counted(tmp_path, kind):
    row, said, column = WRONG[kind]
    rows = [ROWS[0], row, *ROWS[1:]]
    message = refused(tmp_path, *rows)
    assert said in message
    assert "units.csv, line 3" in message
    assert f"column '{column}'" in message or not column
    assert f"(data.tolerate.{kind})" in message and "0.27" not in message
    study = unit_study(table(tmp_path, *rows), tolerate={kind: 0.25})
    events, found = events_of(study, tmp_path / "raw")
    assert events == U1 + U2 + U3
    assert (found.table_rows, found.refused) == (4, {kind: 1})
    assert [line.split(",")[:2] for line in rejected(tmp_path / "raw")] == [["3", column]]


FLAWED = {
    "wrong_type": ("u4,a,1,cheap,1", "no number"),
    "negative_price": ("u4,a,1,-1,1", "below zero"),
}


@pytest.mark.parametrize("kind", FLAWED)
def test_a_wrong_value_is_told_or_costs_its_metric_and_never_the_row(tmp_path, kind):
    row, said = FLAWED[kind]
    rows = [ROWS[0], row, *ROWS[1:]]
    message = refused(tmp_path, *rows)
    assert said in message and "units.csv, line 3, column 'spend'" in message
    events, found = events_of(unit_study(table(tmp_path, *rows), tolerate={kind: 0.25}), tmp_path / "raw")
    assert [event[2:] for event in events if event[0] == "u4"] == [
        ("exposed", "control", None), ("bought", None, "1"), ("spend", None, None), ("rounds", None, "1")
    ]  # fmt: skip
    assert (found.table_rows, found.refused) == (4, {})
    assert rejected(tmp_path / "raw") == [f"3,spend,{kind},units.csv"]


@pytest.mark.parametrize("empty", ["", " ", "NaN"])
def test_an_empty_outcome_is_neither_zero_nor_wrong(tmp_path, empty):
    rows = [*ROWS, f"u4,a,{empty},2,0"]
    events, found = events_of(unit_study(table(tmp_path, *rows)), tmp_path / "raw")
    assert [event[2:] for event in events if event[0] == "u4"] == [
        ("exposed", "control", None), ("bought", None, None), ("spend", None, "2")
    ]  # fmt: skip
    assert found.refused == {} and rejected(tmp_path / "raw") == []


def test_a_metric_that_calls_a_missing_value_an_error_stops_with_its_place(tmp_path):
    metrics = {"metrics": [METRICS[0] | {"missing": "error"}, *METRICS[1:]]}
    with pytest.raises(ReportError) as caught:
        ingest.land(unit_study(table(tmp_path, *ROWS, "u4,a,,,1"), metrics), tmp_path / "refused")
    message = str(caught.value)
    assert "null is not zero" in message and "units.csv, line 5, column 'bought'" in message
    assert "missing: zero" in message and "tolerate" not in message


@pytest.mark.parametrize("value", ["1e308", "inf", "1,5", "0x10", "1.5"])
def test_a_count_must_be_a_whole_number(tmp_path, value):
    message = refused(tmp_path, *ROWS, f'u4,a,1,1,"{value}"')
    assert "line 5, column 'rounds'" in message


@pytest.mark.parametrize(
    ("no", "yes"), [("no", "yes"), ("No", "Yes"), ("N", "Y"), ("F", "T"), ("FALSE", "TRUE"), ("0", "1")]
)
def test_an_outcome_in_words_happened_or_did_not(tmp_path, no, yes):
    file = table(tmp_path, f"u1,a,{yes},9.99,3", f"u2,b,{no},0,0", f"u3,b,{no},0,0")
    rows, _ = events_of(unit_study(file), tmp_path / "out")
    assert [(user, event) for user, _, event, *_ in rows if event == "bought"] == [("u1", "bought")]


def test_the_row_is_counted_past_lines_that_could_not_be_read(tmp_path):
    rows = [ROWS[0], "cut", ROWS[1], "cut", ",a,1,1,1", "u5,a,1,1,x"]
    data = {"tolerate": {"malformed_line": 0.5, "missing_id": 0.5}}
    assert "units.csv, line 7, column 'rounds'" in refused(tmp_path, *rows, **data)
    study = unit_study(table(tmp_path, *rows[:-1]), **data)
    events_of(study, tmp_path / "raw")
    assert [line.split(",")[0] for line in rejected(tmp_path / "raw")] == ["3", "5", "6"]


def test_a_repeated_unit_says_the_same_when_its_amounts_are_the_same(tmp_path):
    rows = [*ROWS, "u1,a,1,9.990,03", "u3,b,1,5.50,1.0"]
    _, found = events_of(unit_study(table(tmp_path, *rows), tolerate={"duplicate_unit": 0.4}), tmp_path / "raw")
    assert found.refused == {"duplicate_unit": 2}


def test_a_repeated_unit_is_an_error_or_counted_once(tmp_path):
    rows = [*ROWS, ROWS[0], ROWS[0]]
    message = refused(tmp_path, *rows)
    for words in ("rows that repeat a unit", "line 5, column 'who'", "2 of 5 rows", "duplicate_unit"):
        assert words in message
    events, found = events_of(unit_study(table(tmp_path, *rows), tolerate={"duplicate_unit": 0.4}), tmp_path / "raw")
    assert events == U1 + U2 + U3
    assert found.refused == {"duplicate_unit": 2}


def test_a_unit_with_different_outcomes_is_never_tolerated(tmp_path):
    message = refused(tmp_path, *ROWS, "u1,a,1,9.99,4", tolerate={"duplicate_unit": 1})
    assert "1 units stand in several rows with different outcomes" in message
    assert "line 2 and line 5" in message
    assert "u1" not in message


@pytest.mark.parametrize("unit", ["unknown", "-", "u1"])
def test_a_unit_of_many_rows_is_told_as_what_stands_for_a_missing_id(tmp_path, unit):
    rows = [f"v{i},{'ab'[i % 2]},1,1,1" for i in range(100)] + [
        f"{unit},{'ab'[i % 2]},{i % 3 // 2},1,1" for i in range(25)
    ]
    message = refused(tmp_path, *rows)
    called = "one id" if unit == "u1" else repr(unit)
    assert f"likely cause: {called} stands in 20 % of the rows, as does what is written for a missing id\n" in message
    assert "remedy:       take rows of no unit out of the export" in message
    (tmp_path / "alike").mkdir()
    alike = [f"v{i},{'ab'[i % 2]},1,1,1" for i in range(100)] + [f"{unit},{'ab'[i % 2]},0,0,0" for i in range(25)]
    assert f"{called} stands in 20 % of the rows" in refused(tmp_path / "alike", *alike)


def test_a_unit_in_two_variants_is_left_to_the_count_of_contamination(tmp_path):
    events, found = events_of(unit_study(table(tmp_path, *ROWS, "u1,b,1,9.99,3")), tmp_path / "raw")
    assert [row[3] for row in events if row[0] == "u1" and row[2] == "exposed"] == ["control", "treatment"]
    assert found.refused == {}


def test_what_was_shown_must_agree_with_the_variant(tmp_path):
    header, rows = f"{HEADER},page", [f"{ROWS[0]},old", f"{ROWS[1]},new", "u1,b,1,9.99,3,old"]
    data = {
        "columns": {"user_id": "who", "variant": "arm", "shown": "page"},
        "shown": {"old": "control", "new": "treatment"},
    }
    message = refused(tmp_path, *rows, header=header, **data)
    assert "shown another variant" in message and "line 4, column 'page'" in message
    study = unit_study(table(tmp_path, *rows, header=header), **data, tolerate={"shown_otherwise": 0.5})
    events, found = events_of(study, tmp_path / "raw")
    assert events == U1 + U2
    assert found.refused == {"shown_otherwise": 1}


def test_a_table_of_which_nothing_is_left_is_refused(tmp_path):
    message = refused(tmp_path, ",a,1,1,1", tolerate={"missing_id": 1})
    assert "units.csv holds no unit" in message


def test_the_column_without_a_name_of_a_saved_index(tmp_path):
    file = table(tmp_path, *(f"{i},{row}" for i, row in enumerate(ROWS)), header=f",{HEADER}")
    assert events_of(unit_study(file), tmp_path / "raw")[0] == U1 + U2 + U3


AT_ONCE = {
    "level": ("c", "1", "5", "levels that the study does not map"),
    "word": ("a", "maybe", "5", "this one first: 'maybe'"),
    "negative": ("b", "1", "-5", "outcomes below zero"),
    "twice": ("a", "0", "7", "stand in several rows with different outcomes"),
}


@settings(deadline=None, max_examples=10)
@given(st.sets(st.sampled_from(sorted(AT_ONCE)), min_size=1))
def test_everything_that_is_wrong_with_a_table_is_told_at_once(tmp_path_factory, kinds):
    folder = tmp_path_factory.mktemp("wrong")
    rows = list(ROWS)
    for kind in sorted(kinds):
        arm, bought, spend, _ = AT_ONCE[kind]
        rows.append(f"{'u1' if kind == 'twice' else kind},{arm},{bought},{spend},1")
    with pytest.raises(ReportError) as caught:
        ingest.land(unit_study(table(folder, *rows)), folder / "raw")
    message = str(caught.value)
    assert [AT_ONCE[kind][3] in message for kind in sorted(AT_ONCE)] == [kind in kinds for kind in sorted(AT_ONCE)]
    assert message.startswith(f"{len(kinds)} things") == (len(kinds) > 1)


def test_levels_are_told_beside_times_that_cannot_be_read(tmp_path):
    file = table(tmp_path, "u1,a,1,1,1,2026-03-02", "total,,1,1,1,", "u2,c,1,1,1,who", header=f"{HEADER},who_at")
    columns = {"user_id": "who", "variant": "arm", "event_time": "who_at"}
    with pytest.raises(ReportError, match="2 things are wrong") as caught:
        ingest.land(unit_study(file, columns=columns), tmp_path / "raw")
    assert "1 empty (line 3)" in str(caught.value) and "does not map" in str(caught.value)


def test_a_header_that_stands_there_again_is_told_as_one(tmp_path):
    header = f"{HEADER},when"
    file = table(tmp_path, "u1,a,1,1,1,2026-03-02", header, "u2,b,1,1,1,2026-03-03", header=header)
    columns = {"user_id": "who", "variant": "arm", "event_time": "when"}
    with pytest.raises(ReportError) as caught:
        ingest.land(unit_study(file, columns=columns), tmp_path / "raw")
    assert "'when' (line 3)" in str(caught.value) and "the header stands there again" in str(caught.value)


@pytest.mark.parametrize(
    ("yes", "no"), [("on", "off"), ("ON", "Off"), ("VRAI", "FAUX"), ("Wahr", "Falsch"), ("sí", "no"), ("ja", "nej")]
)
def test_on_and_off_are_one_and_zero(tmp_path, yes, no):
    rows, _ = events_of(unit_study(table(tmp_path, f"u1,a,{yes},0,0", f"u2,b,{no},35:-,0")), tmp_path / "raw")
    assert [row[2:] for row in rows] == [
        ("exposed", "control", None), ("bought", None, "1"), ("exposed", "treatment", None), ("spend", None, "35"),
    ]  # fmt: skip
