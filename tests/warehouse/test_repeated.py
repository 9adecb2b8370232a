"""Repeats: rows that are equal in every column of the log, or that share the event's id. The oracle is pandas."""

from pathlib import Path

import duckdb
import jinja2
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config, ingest, paths
from helpers.config import tracking_plan
from helpers.errors import ReportError
from helpers.ingest.reading import Reading
from helpers.warehouse import build, query
from helpers.warehouse.examine import examined
from tests.ingest.studies import log_study
from tests.notebooks import degenerate
from tests.warehouse.test_warehouse import base, plain_rows, shop

HEADER = ["at", "what", "who", "cost", "basket"]
VALUES = st.sampled_from(["", "1", "2"])
LOGS = st.lists(
    st.tuples(st.sampled_from(["2019-10-01", "2019-10-02"]), *[VALUES] * (len(HEADER) - 1)), min_size=1, max_size=12
)


def dropped(base: Path, study) -> list[int]:
    """Rows of a log that its models call repeats, counted from 0 over all its files."""
    ingest.land(study, base)
    variables = build.dbt_vars(study, ingest.landed(base), tracking_plan.tracking_plan(study))
    asked = {"var": variables.__getitem__, "ref": lambda name: name, "source": lambda *_: variables["events_location"]}
    with duckdb.connect() as con:
        for model in ("staging/base_events", "intermediate/int_repeated", "intermediate/int_duplicates"):
            sql = (paths.WAREHOUSE / "models" / f"{model}.sql").read_text(encoding="utf-8")
            con.execute(f"create view {Path(model).name} as {jinja2.Template(sql).render(asked)}")
        rows = con.execute(
            """select position from (select row_key, row_number() over (order by row_key) - 1 as position from base_events)
            where row_key in (select row_key from int_duplicates) order by 1"""
        ).fetchall()
    return [row[0] for row in rows]


def written(base: Path, rows: list[tuple[str, ...]]) -> Path:
    file = base / "log.csv"
    pd.DataFrame(rows, columns=HEADER).to_csv(file, index=False)
    return file


@settings(deadline=None, max_examples=12)
@given(LOGS)
def test_a_repeat_is_equal_in_every_column_also_in_one_that_no_study_maps(tmp_path_factory, rows):
    base = tmp_path_factory.mktemp("repeated")
    frame = pd.DataFrame(rows, columns=HEADER)
    found = dropped(base / "raw", log_study(written(base, rows)))
    assert found == list(frame.index[frame.duplicated()])


@settings(deadline=None, max_examples=12)
@given(LOGS)
def test_by_the_id_of_the_event_a_repeat_is_one_of_its_unit(tmp_path_factory, rows):
    base = tmp_path_factory.mktemp("repeated")
    frame = pd.DataFrame(rows, columns=HEADER).replace("", None)
    columns = {"event_time": "at", "event_name": "what", "user_id": "who", "event_id": "basket"}
    found = dropped(base / "raw", log_study(written(base, rows), columns=columns))
    assert found == list(frame.index[frame.duplicated(["basket", "who"]) & frame.basket.notna()]), "no id is no id"


def test_rows_of_thousands_of_files_without_ids_are_different_events():
    columns = ingest.column_expressions(log_study("log.csv"), dict.fromkeys(HEADER, "VARCHAR"), Reading())
    (made,) = (column["expression"] for column in columns if column["name"] == "event_id")
    rows = "from range(4000) f(file_index), (values (0), (1), (999), (2097151)) r(file_row_number)"
    ids = duckdb.sql(f"select {made} as id {rows}").fetchall()
    assert len(set(ids)) == len(ids) == 16_000 and len({len(id) for (id,) in ids}) == 1


@pytest.mark.slow
def test_two_purchases_of_one_moment_are_two_and_a_log_that_stands_there_twice_is_refused(tmp_path):
    rows = plain_rows().iloc[:-1].drop(columns="variant").assign(basket="b1")
    bought = rows[rows["event_name"] == "purchase"].assign(basket="b2")
    columns = {name: name for name in rows.columns if name not in ("order_id", "basket")}
    folder = base(tmp_path, "apart")
    both = pd.concat([rows, bought])
    data = {"source": "log", "path": str(folder / "log.csv"), "columns": columns}
    study, where = shop(folder, both, events_of_experiment=False, mode="offline", data=data)
    build.build(study, where)
    with query.connect(where.database) as con:
        kept = con.execute("select count(*) from staging.stg_events where event_name = 'purchase'").fetchall()
    assert kept == [(2 * len(bought),)]

    twice = pd.concat([both, both])
    study, where = shop(folder, twice, events_of_experiment=False, mode="offline", data=data)
    with pytest.raises(ReportError) as caught:
        build.build(study, where)
    told = f"{len(both):,} of {len(twice):,} rows repeat another one (50 %)"
    assert told in str(caught.value) and "data.columns.event_id" in str(caught.value)


@pytest.mark.parametrize(
    ("zone", "clock", "copies"),
    [
        ("UTC", "", 2), ("Europe/Berlin", "", 1), ("UTC", "T10:00:{n:02d}", 2), ("UTC", "T10:00:07", 2),
        ("Europe/Berlin", "T12:00", 1), ("America/New_York", "T00:00:00-05:00", 1),
    ],
)  # fmt: skip
def test_repeats_of_a_log_of_days_are_asked_for_and_those_of_one_with_a_clock_are_few(tmp_path, zone, clock, copies):
    """Two equal rows of one day are as likely two orders: none is dropped that the study does not state."""
    days = pd.date_range("2026-03-18", "2026-04-10").strftime("%Y-%m-%d")  # clocks are set within them
    times = [day + clock.format(n=n) for n, day in enumerate(days)]
    rows = [(t, what, f"u{t}{arm}", f"arm_{arm}") for t in times for arm in "ab" for what in ("open", "buy")]
    metrics = [{"name": "bought", "label": "Bought", "role": "primary", "type": "proportion", "event": "buy"}]
    funnel = {"exposure": "open", "funnel": {"steps": ["open", "buy"], "window_hours": 24}}
    period = {"period": {"start": "2026-03-01", "end": "2026-04-15"}}
    file = degenerate.log(tmp_path, "days", [*rows, *rows[:copies]], metrics=metrics, **funnel, **period)
    plain = file.read_text().replace("data:\n", f"data:\n  timezone: {zone}\n")

    def told(more: str) -> list[str]:
        file.write_text(plain.replace("data:\n", f"data:\n{more}"))
        study, where = config.opened(file)
        plan = tracking_plan.tracking_plan(study, where.base / "studies")
        return [str(fault) for fault in examined(study, where, plan, full=False).faults]

    assert told("  tolerate: {repeated: 0.05}\n") == []
    found = told("  tolerate: {missing_id: 0.1}\n")
    assert len(found) == ("{n" not in clock)
    assert not found or (
        f"{copies} of {len(rows) + copies} rows repeat another one" in found[0] and "of one day" in found[0]
    )
