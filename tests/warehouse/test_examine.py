"""What check finds in the data before anything is built: what a run would refuse, all of it, from the same models."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.cli import steps
from helpers.config import Study, tracking_plan
from helpers.errors import ReportError, several
from helpers.ingest import sample
from helpers.paths import StudyPaths
from helpers.warehouse import build, preview, render
from helpers.warehouse import query as warehouse
from helpers.warehouse.examine import Examined, called, examined
from tests.ingest.studies import LOG_COLUMNS, METRICS, REES46, ROWS, log_study, study_file, table, unit_study
from tests.warehouse.test_warehouse import BAD, bad_rows, base, plain_rows, shop, told

EVENTS = ["view", "cart", "purchase", "", "Order Completed"]
TIMES = ["2019-10-01 00:00:01", "2019-10-01 01:00:00", "", "soon"]
RAW = st.lists(
    st.tuples(st.sampled_from(TIMES), st.sampled_from(EVENTS), st.sampled_from(["u1", "u2", ""])),
    min_size=1,
    max_size=8,
)


def tried(study: Study, where: StudyPaths | Path, *, full: bool = False) -> Examined:
    where = where if isinstance(where, StudyPaths) else StudyPaths(study.name, where)
    plan = tracking_plan.tracking_plan(study, where.base / "studies")
    return examined(study, where, plan, full=full)


@pytest.mark.slow
def test_models_made_without_dbt_are_those_of_dbt(small_study):
    study, where = small_study.study, small_study.where
    variables = build.dbt_vars(study, ingest.landed(where.raw), tracking_plan.tracking_plan(study))
    with duckdb.connect() as con, warehouse.connect(where.database) as built:
        render.create(con, variables, *render.files())
        made = con.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = current_database()"
        ).fetchall()
        assert {name for _, name in made} == set(render.files())
        for schema, name in made:
            asked = f"select count(*), sum(hash(t)::hugeint) from {schema}.{name} as t"
            assert con.execute(asked).fetchall() == built.execute(asked).fetchall(), name


@pytest.mark.parametrize("kind", sorted(set(BAD) - {"unparseable_time"}))
def test_a_wrong_kind_of_row_is_told_as_a_run_tells_it(tmp_path, kind):
    study, where = shop(
        tmp_path,
        bad_rows(*BAD),
        events_of_experiment=False,
        mode="offline",
        tolerate=dict.fromkeys(set(BAD) - {kind}, 0.01),
    )
    (fault,) = tried(study, where).faults
    told(fault, kind)
    column, value, _ = BAD[kind]
    place = f"line {22 + list(BAD).index(kind)}"
    assert (f"first '{value}' in column '{column}' ({place})" if column == "price" else f"first in {place}") in str(
        fault
    )


@pytest.mark.parametrize(("many", "others"), [(["null"], 0), (["unknown", "0"], 0), (["-"], 2), ([], 2)])
def test_why_units_stand_in_two_variants_is_measured(tmp_path, many, others):
    rows = [("2019-10-01 00:00:01", "cart", f"u{i // 2}", "ab"[i // 2 % 2]) for i in range(400)]
    rows += [("2019-10-01 00:00:01", "cart", f"u{i}", "ab"[(i + 1) % 2]) for i in range(others)]
    rows += [("2019-10-01 00:00:01", "cart", id_, "ab"[i % 2]) for id_ in many for i in range(100)]
    frame = pd.DataFrame(rows, columns=["at", "what", "who", "arm"]).assign(id=range(len(rows)))
    frame.to_csv(tmp_path / "log.csv", index=False)
    names = {"event_time": "at", "event_name": "what", "user_id": "who", "event_id": "id", "variant": "arm"}
    study = log_study(tmp_path / "log.csv", columns=names, variants={"a": "control", "b": "treatment"})
    (fault,) = tried(study.model_copy(update={"mode": "online", "injection": None}), tmp_path).faults
    said = str(fault)
    assert f"got:          {len(many) + others} of {200 + len(many)} units" in said
    assert all(repr(id_) in said for id_ in many) and ("for a missing id" in said) == bool(many)
    assert ("changed device" in said) == bool(others) and (f"the other {others}: " in said) == bool(many and others)
    assert ("take rows of no unit out" in said) == bool(many)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_an_amount_that_cannot_be_read_is_told_as_it_stands_in_its_file(tmp_path, suffix):
    rows = [("2019-10-01 00:00:01", "purchase", f"u{i}", "1,50", "2", "a\nb") for i in range(4)]
    frame = pd.DataFrame(rows, columns=["at", "what", "who", "cost", "pieces", "note"])
    (tmp_path / "log").mkdir()
    for number, cost in enumerate(["2,25", "gratis"]):
        frame.loc[2, ["cost", "pieces"]] = [cost, "two" if number else "3"]
        write = {"csv": frame.to_csv, "jsonl": frame.to_json, "parquet": frame.to_parquet}[suffix]
        options = {"jsonl": {"orient": "records", "lines": True}}.get(suffix, {"index": False})
        write(tmp_path / "log" / f"{number}.{suffix}", **options)
    columns = {
        "event_time": "at",
        "event_name": "what",
        "user_id": "who",
        "price": {"column": "cost", "times": "pieces"},
    }
    tolerate = {"repeated": 1.0}
    (fault,) = tried(log_study(tmp_path / "log", columns=columns, tolerate=tolerate), tmp_path).faults
    place = {"csv": "1.csv, line 6", "jsonl": "1.jsonl, line 3", "parquet": "1.parquet, row 3"}[suffix]
    assert "1 of 8 rows" in str(
        fault
    ) and f"), first 'gratis' in column 'cost' and 'two' in column 'pieces' ({place})" in str(fault)


@pytest.mark.slow
def test_what_check_tells_is_what_the_build_refuses(tmp_path):
    tolerate = {"unparseable_time": 0.01}  # else it is told before any other thing is looked at
    study, where = shop(
        base(tmp_path, "bad"), bad_rows(*BAD), events_of_experiment=False, mode="offline", tolerate=tolerate
    )
    found = tried(study, where)
    assert len(found.faults) == len(BAD) - 1
    with pytest.raises(ReportError) as caught:
        build.build(study, where)
    assert str(caught.value) == str(several(found.faults))


@pytest.mark.slow
@settings(deadline=None, max_examples=5)
@given(RAW)
def test_the_kinds_that_are_told_are_those_that_stand_there(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("trial")
    frame = pd.DataFrame(rows, columns=["at", "what", "who"])
    frame.assign(id=range(len(frame))).to_csv(folder / "log.csv", index=False)
    columns = {"event_time": "at", "event_name": "what", "user_id": "who", "event_id": "id"}
    found = tried(log_study(folder / "log.csv", columns=columns), folder).faults
    broken = frame.assign(
        problem=[
            "unit id" if not who else "times" if at in ("", "soon") else "event names" if what not in EVENTS[:3] else ""
            for at, what, who in rows
        ]
    )
    expected = {problem for problem in broken["problem"] if problem}
    if unread := not frame["at"].isin(TIMES[:2]).all():  # its rows are looked at all the same
        expected = {"times"}
        expected |= {"unit id"} if not frame["who"].all() else set()
        expected |= {"event names"} if not frame.loc[frame["who"] != "", "what"].isin(EVENTS[:3]).all() else set()
    told = {"unit id": "unit id", "times": "times that cannot be read", "event names": "event names"}
    assert {problem for problem, words in told.items() for fault in found if words in str(fault)} == expected
    assert not unread or "times that cannot be read" in str(found[0])


PLANTED = {
    "times": ("at", "soon", "times that cannot be read"),
    "numbers": ("cost", "1,5", "are of two formats"),
    "ids": ("who", "", "missing_id"),
    "events": ("what", "Order Completed", "'Order Completed' ("),
    "levels": ("arm", "blue", "'blue'"),
    "amounts": ("cost", "free", "that are not a number"),
}
"""What may be wrong with a log: a column, a value that nobody can read or no study knows, and the words that tell it."""


@pytest.mark.slow
@settings(deadline=None, max_examples=4)
@given(st.sets(st.sampled_from(sorted(PLANTED)), min_size=1), st.booleans())
def test_everything_wrong_with_a_log_is_told_in_one_go(tmp_path_factory, planted, mapped):
    folder = tmp_path_factory.mktemp("all")
    rows = [["2019-10-01 00:00:01", "cart", f"u{i}", "ab"[i % 2], "1.50"] for i in range(40)]
    frame = pd.DataFrame(rows, columns=["at", "what", "who", "arm", "cost"]).assign(id=range(40))
    if not mapped:
        frame["arm"] = frame["arm"].map({"a": "control", "b": "treatment"})
    for number, kind in enumerate(sorted(planted)):
        column, value, _ = PLANTED[kind]
        frame.loc[[2 * number, 2 * number + 1], column] = value
    frame.to_csv(folder / "log.csv", index=False)
    names = {
        "event_time": "at",
        "event_name": "what",
        "user_id": "who",
        "event_id": "id",
        "variant": "arm",
        "price": "cost",
    }
    data = {"columns": names} | ({"variants": {"a": "control", "b": "treatment"}} if mapped else {})
    study = log_study(folder / "log.csv", **data)
    study = study.model_copy(update={"mode": "online", "injection": None})
    seen = tried(study, folder, full=True)
    said = "\n".join(map(str, seen.faults))
    hidden = {"amounts"} if "numbers" in planted else set()  # a column of two formats holds no amounts to look at
    assert {kind for kind, (*_, words) in PLANTED.items() if words in said} == planted - hidden
    assert len(seen.faults) == len(planted - hidden) and seen.rows == 40


@pytest.mark.slow
def test_a_run_that_cannot_bring_a_log_in_tells_what_else_it_would_refuse(tmp_path, capsys):
    rows = plain_rows().iloc[:-1].astype({"event_time": str})
    _, where = shop(tmp_path, rows, events_of_experiment=False)
    rows.loc[rows.index[:2], ["event_time", "event_name"]] = ["soon", "odd"]
    rows.to_csv(tmp_path / "log.csv", index=False)
    with pytest.raises(SystemExit):
        steps.log.callback(str(tmp_path / "studies" / "own.yml"))
    said = capsys.readouterr().err
    assert all(words in said for words in ("2 things are wrong", "'soon' (", "'odd' (2 rows)"))
    assert not (where.raw / "done").exists()


def test_everything_wrong_with_a_unit_table_is_told_in_one_go(tmp_path):
    file = table(tmp_path, *ROWS, ",a,1,1,1", "u5,a,,1,1", "u6,b,1,x,1")
    study = unit_study(file, {"metrics": [METRICS[0] | {"missing": "error"}, *METRICS[1:]]})
    (fault,) = tried(study, tmp_path).faults
    assert "3 things are wrong" in str(fault)
    assert all(kind in str(fault) for kind in ("missing_id", "without an outcome", "wrong_type"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["units.csv"]


def large(tmp_path: Path, wrong: int | None, rows: int = 40_000) -> Path:
    file = tmp_path / "log.csv"
    lines = [f"2019-10-01 00:00:{i % 60:02},{'odd' if i == wrong else 'view'},u{i},1,{i}" for i in range(rows)]
    file.write_text("at,what,who,cost,id\n" + "\n".join(lines) + "\n")
    return file


@pytest.mark.parametrize("wrong", [0, 21_000, 39_999])
def test_head_middle_and_end_of_a_large_file_are_read(tmp_path, monkeypatch, wrong):
    monkeypatch.setattr(sample, "WHOLE", 1 << 18)
    monkeypatch.setattr(sample, "PIECE", 1 << 16)
    (fault,) = tried(log_study(large(tmp_path, wrong)), tmp_path).faults
    assert "'odd' (1 rows)" in str(fault)


def test_what_a_part_cannot_show_is_found_with_all(tmp_path, monkeypatch):
    monkeypatch.setattr(sample, "WHOLE", 1 << 18)
    monkeypatch.setattr(sample, "PIECE", 1 << 16)
    study = log_study(large(tmp_path, 10_000))
    part = tried(study, tmp_path)
    assert not part.faults and 0 < part.share < 0.5
    assert len(tried(study, tmp_path, full=True).faults) == 1


def test_a_sound_log_is_only_noted(tmp_path):
    study, where = shop(tmp_path, plain_rows().iloc[:-1], events_of_experiment=False)
    found = tried(study, where)
    assert found.share == 1 and not found.faults and found.rows == len(plain_rows()) - 1


def test_lines_of_a_sample_are_said_to_be_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(sample, "WHOLE", 1 << 18)
    monkeypatch.setattr(sample, "PIECE", 1 << 16)
    raw = REES46 | {
        "segments": [],
        "data": {"source": "log", "path": str(large(tmp_path, 39_999)), "columns": LOG_COLUMNS},
    }
    file = study_file(tmp_path, raw)
    (part, fault), (whole, same) = preview.of(str(file)), preview.of(str(file), full=True)
    assert "counted in the sample" in part and "counted in the sample" not in whole
    assert "first in line 40,001" in str(same) and "first in line " in str(fault)


@given(st.integers(1, 40))
def test_the_files_that_were_looked_at_are_named(many):
    names = [f"part_{n:02}.csv" for n in range(many)]
    said = called(names)
    shown = [name for name in names if name in said]
    assert " more" not in said and (shown == names or f" and {many - len(shown)} others" in said)
    assert len(shown) >= min(many, 11)
