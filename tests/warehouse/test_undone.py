"""Money that came back is told beside the money: of events that are named so and that no metric reads."""

from types import SimpleNamespace

import duckdb
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config
from helpers.warehouse.outcomes import undone

STUDY = config.load("studies/cart_checkout.yml")
BACK = (
    "order_refunded",
    "refund",
    "order_cancelled",
    "chargeback_opened",
    "item_returned",
    "returns",
    "payment_voided",
)
OTHERS = ("returning_visit", "avoided", "page_view", "purchase", "cart", "search", "return_policy_read")


def told(events: dict[str, int]) -> str:
    with duckdb.connect() as con:
        con.execute("create schema marts")
        con.register(
            "given",
            pd.DataFrame(
                {
                    "event_name": list(events),
                    "events": list(events.values()),
                    "earlier": 0,
                    "missing": 0,
                    "units_in_log": 1,
                }
            ),
        )
        con.execute("create table marts.fct_events as select * from given")
        return undone(con, STUDY)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(BACK), st.integers(1, 9_999)), st.sets(st.sampled_from(OTHERS), min_size=1))
def test_what_came_back_and_is_not_taken_off_is_counted(back, others):
    text = told({**dict.fromkeys(others, 5), **back})
    assert bool(text) is bool(back)
    assert all(f"{rows:,} {event}" in text for event, rows in back.items())
    assert not [event for event in others if f" {event}" in text]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-99, 99), min_size=1, max_size=40))
def test_an_amount_below_zero_is_not_called_a_refund(amounts):
    """It may be a loss: all that is told of it is that it is below zero and counts as it is."""
    event = STUDY.revenue.event
    columns = STUDY.data.model_copy(update={}) if not hasattr(STUDY.data, "negative") else STUDY.data
    signed = STUDY.model_copy(update={"data": SimpleNamespace(**vars(columns), negative="refund")})
    with duckdb.connect() as con:
        con.execute("create schema marts; create schema intermediate")
        named = [(event if amount >= 0 else f"{event} refund", amount) for amount in amounts]
        con.register("given", pd.DataFrame(named, columns=["event_name", "amount"]))
        con.execute("create table intermediate.int_key_events as select * from given")
        text = undone(con, signed)
    below = sum(amount < 0 for amount in amounts)
    assert "refund" not in text and bool(text) is bool(below) and (not below or text.startswith(f"{below} amount"))
