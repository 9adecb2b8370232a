"""The same groups under two names are found, and no others: by pandas, on units at random."""

import duckdb
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.warehouse.partitions import alike

ROWS = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("pqr"), st.integers(0, 2)), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_segments_that_part_the_units_alike_are_found(rows):
    units = pd.DataFrame(rows, columns=["city", "country", "tier"]).astype(str)
    units["named"] = units.city.map({"x": "Xanten", "y": "Ypern", "z": "Zug"})
    units["is_exposed"] = True
    with duckdb.connect() as con:
        con.execute("create schema marts")
        con.register("given", units)
        con.execute("create table marts.fct_experiment_units as select * from given")
        found = alike(con, ["city", "country", "tier", "named"])
    codes = {name: tuple(pd.factorize(units[name])[0]) for name in ("city", "country", "tier", "named")}
    parts = [name for name in codes if len(set(codes[name])) > 1]
    expected = {}
    for n, name in enumerate(parts):
        same = [earlier for earlier in parts[:n] if codes[earlier] == codes[name]]
        if same:
            expected[name] = same[0]
    assert found == expected
