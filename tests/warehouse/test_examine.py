"""What check finds in the data before anything is built: what a run would refuse, all of it, from the same models."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.config import Study, tracking_plan
from helpers.errors import ReportError, several
from helpers.ingest import sample
from helpers.paths import StudyPaths
from helpers.warehouse import build, render
from helpers.warehouse import query as warehouse
from helpers.warehouse.examine import Examined, examined
from tests.ingest.studies import METRICS, ROWS, log_study, table, unit_study
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
        made = con.execute("select table_schema, table_name from information_schema.tables").fetchall()
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
    if not frame["at"].isin(TIMES[:2]).all():  # a column that cannot be read is told before its rows are
        expected = {"times"}
    told = {"unit id": "unit id", "times": "times that cannot be read", "event names": "event names"}
    assert {problem for problem, words in told.items() for fault in found if words in str(fault)} == expected


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
