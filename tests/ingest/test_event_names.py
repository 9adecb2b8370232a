"""Names of events as vendors write them: each is mapped to a name that a study can hold, and read as that."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers import config
from helpers.config import tracking_plan
from helpers.errors import ReportError
from helpers.ingest import column_expressions, new_study
from helpers.ingest.new_study.log import NAME, _called
from helpers.ingest.reading import Reading
from helpers.warehouse import build, query
from tests.ingest.studies import log_study
from tests.warehouse.test_warehouse import base, plain_rows, shop

VENDORS = ["$exposure", "Order Completed", "[Amplitude] Page Viewed", "purchase/complete", "Bestellung ausgelöst", "x" * 200, "it's \"so\"",
           "two\nlines", "购买", "purchase", "Purchase", "select", "1st visit"]  # fmt: skip
NAMES = st.lists(
    st.sampled_from(VENDORS) | st.text(min_size=1, max_size=8).map(str.strip).filter(bool),
    min_size=1,
    max_size=8,
    unique=True,
)
COLUMNS = {"event_time": "at", "event_name": "what", "user_id": "who"}


@settings(deadline=None, max_examples=60)
@given(NAMES)
def test_every_name_of_a_log_has_one_of_its_own_that_a_study_holds(names):
    called = _called(dict.fromkeys(names, (1, 1)))
    assert sorted(called.values()) == sorted(names)
    assert all(NAME.match(name) for name in called)
    assert all(called[name] == name for name in names if NAME.match(name) and len(name) <= 100)


@settings(deadline=None, max_examples=30)
@given(NAMES.filter(lambda names: not any("\0" in name for name in names)))
def test_an_event_is_read_under_the_name_that_the_study_gives_it(names):
    called = _called(dict.fromkeys(names, (1, 1)))
    events = yaml.safe_load(yaml.safe_dump({level: name for name, level in called.items()}))
    study = log_study("log.csv", columns=COLUMNS, events=events)
    (made,) = (c["expression"] for c in column_expressions(study, dict.fromkeys(["at", "what", "who"], "VARCHAR"), Reading())
               if c["name"] == "event_name")  # fmt: skip
    with duckdb.connect() as con:
        con.execute("create table log (n integer, what varchar)")
        con.executemany("insert into log values (?, ?)", list(enumerate([*called.values(), "other"])))
        found = con.execute(f"select {made} from log order by n").fetchall()
    assert [name for (name,) in found] == [*called, "other"]


def test_one_name_for_every_event_needs_no_mapping():
    with pytest.raises(ValidationError, match="gives every event its name"):
        log_study("log.csv", columns=COLUMNS | {"event_name": {"value": "purchase"}}, events={"Buy": "purchase"})


VENDOR = {"view": "[Amplitude] Page Viewed", "cart": "$add-to-cart", "purchase": "Order Completed"}


def vendor_rows() -> pd.DataFrame:
    rows = plain_rows().drop(columns="variant").iloc[:-1]
    return rows.assign(event_name=rows["event_name"].map(VENDOR))


def test_a_study_is_proposed_of_a_log_with_such_names(tmp_path: Path) -> None:
    vendor_rows().to_csv(tmp_path / "log.csv", index=False)
    proposed = new_study.propose(str(tmp_path / "log.csv"), base=tmp_path)
    study = config.load(proposed.file)
    assert study.data.events == {
        VENDOR["view"]: "amplitude_page_viewed",
        VENDOR["cart"]: "add_to_cart",
        VENDOR["purchase"]: "order_completed",
    }
    assert study.funnel.steps == ["amplitude_page_viewed", "add_to_cart", "order_completed"]
    assert set(tracking_plan.tracking_plan(study, tmp_path / "studies").events) == set(study.data.events.values())


@pytest.mark.slow
def test_such_a_log_gives_what_it_gives_under_the_study_s_names_and_an_error_tells_the_log_s(tmp_path):
    rows, columns = vendor_rows(), {name: name for name in vendor_rows().columns}
    folder = base(tmp_path, "vendor")
    data = {"source": "log", "path": str(folder / "log.csv"), "columns": columns}
    names = {level: name for name, level in VENDOR.items()}
    study, where = shop(folder, rows, events_of_experiment=False, mode="offline", data=data | {"events": names})
    build.build(study, where)
    with query.connect(where.database) as con:
        kept = dict(con.execute("select event_name, count(*) from staging.stg_events group by 1").fetchall())
    assert kept == plain_rows().iloc[:-1]["event_name"].value_counts().to_dict()

    del names["Order Completed"]
    study, where = shop(folder, rows, events_of_experiment=False, mode="offline", data=data | {"events": names})
    with pytest.raises(ReportError, match=r"'Order Completed' \(67 rows\); data.events says") as caught:
        build.build(study, where)
    assert "event names the tracking plan does not know" in str(caught.value)
