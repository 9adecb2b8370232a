"""What a log may have wrong is told by each of its messages."""

import duckdb
import pytest

from helpers import config
from helpers.config.data import Tolerance
from helpers.warehouse import tolerances


def test_each_kind_that_a_study_may_tolerate_is_told_with_its_cause_and_its_remedy():
    kinds = set(Tolerance.model_fields)
    assert kinds == set(tolerances._TOLD) == set(tolerances._CAUSES) == set(tolerances._REMEDIES)


@pytest.mark.parametrize(
    ("amounts", "bits"),
    [
        ([(1, 2**62), (1, 2**62)], "64"),
        ([(n, 2**62) for n in range(4)], "128"),
        ([(n, 10**15) for n in range(9)], None),
    ],
)
def test_sums_that_no_whole_number_of_the_engine_holds_are_told(amounts, bits):
    with duckdb.connect() as con:
        con.execute("create schema intermediate")
        con.execute("create table intermediate.int_key_events (event_name varchar, user_id integer, amount bigint)")
        con.executemany("insert into intermediate.int_key_events values ('buy', ?, ?)", amounts)
        found = [str(error) for error in tolerances.past_range(con, config.load("studies/cart_checkout.yml"))]
    assert len(found) == (bits is not None)
    assert bits is None or f"the amounts of buy add up past the range of {bits} bits" in found[0]
