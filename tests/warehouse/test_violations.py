"""Breaches of a tracking plan, of any plan: the marts are made, and count them as pandas does."""

import duckdb
import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.config.tracking_plan import TrackingPlan
from helpers.warehouse.build import dbt_vars
from helpers.warehouse.render import create
from tests.ingest.studies import LOG_COLUMNS, log_study

PLANNED = ["view", "cart", "purchase"]
PLANS = st.fixed_dictionaries({event: st.sampled_from(["none", "optional", "required"]) for event in PLANNED})
ROWS = st.lists(st.tuples(st.sampled_from([*PLANNED, "odd"]), st.sampled_from(["", "shoes"])), min_size=1, max_size=12)


def plan_of(category: dict[str, str]) -> TrackingPlan:
    """A plan that knows the category of an event as a property, or as one that it must carry, or not at all."""
    named = {
        event: {} if how == "none" else {"category": {"type": "string", "required": how == "required"}}
        for event, how in category.items()
    }
    events = {event: {"description": "An event", "properties": properties} for event, properties in named.items()}
    return TrackingPlan.model_validate({"events": events})


@settings(deadline=None, max_examples=3)
@given(PLANS, ROWS)
@example(dict.fromkeys(PLANNED, "none"), [("view", ""), ("odd", "")])
def test_breaches_of_any_plan_are_counted_or_the_plan_has_none(tmp_path_factory, category, rows):
    folder = tmp_path_factory.mktemp("plan")
    log = pd.DataFrame(rows, columns=["what", "kind"])
    log["at"] = [f"2019-10-01 00:00:{second:02d}" for second in range(len(log))]
    log.assign(who="u1", cost=1).to_csv(folder / "log.csv", index=False)
    study = log_study(folder / "log.csv", columns=LOG_COLUMNS | {"category": "kind"})
    ingest.land(study, folder / "raw")
    with duckdb.connect() as con:
        create(con, dbt_vars(study, ingest.landed(folder / "raw"), plan_of(category)), "fct_tracking_violations")
        found = con.execute(
            """select event_name, violation, rows from marts.fct_tracking_violations
            where property in ('category', '(event)')"""
        ).fetchall()
    required = log[(log.what.map(category) == "required") & (log.kind == "")]
    extra = log[(log.what.map(category) == "none") & (log.kind != "")]
    wanted = {
        (event, kind, int(n))
        for kind, part in (("missing_property", required), ("extra_property", extra), ("unplanned_event", log[log.what == "odd"]))
        for event, n in part.what.value_counts().items()
    }  # fmt: skip
    assert set(found) == wanted
