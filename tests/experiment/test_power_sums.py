"""Sums of fourth powers of large amounts, exact from the mart to the moments: past 128 bits nothing is lost."""

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config, paths
from helpers.experiment.surrogate import _columns, _number
from helpers.warehouse import query, render

LARGEST = 2**63 - 1
VALUE = st.integers(-LARGEST, LARGEST) | st.integers(-(10**15), 10**15) | st.integers(-3, 3)
STUDY = config.load("studies/music_recommendations.yml")
MART = paths.WAREHOUSE / "models" / "marts" / "fct_surrogate.sql"


@settings(max_examples=40, deadline=None, database=None)
@given(st.lists(st.tuples(st.sampled_from([v.name for v in STUDY.variants]), VALUE, VALUE), min_size=1, max_size=6))
def test_power_sums_are_those_of_exact_integers(units: list[tuple[str, int, int]]) -> None:
    named = STUDY.surrogate
    assert named is not None
    with duckdb.connect() as con:
        con.execute("create schema marts; create table units (user_id integer, variant varchar)")
        con.execute("create table metrics (user_id integer, population varchar, metric varchar, y0 bigint, y1 bigint)")
        for n, (variant, s, y) in enumerate(units):
            con.execute("insert into units values (?, ?)", [n, variant])
            for metric, value in ((named.proxy, s), (named.outcome, y)):
                con.execute("insert into metrics values (?, 'exposed', ?, ?, ?)", [n, metric, value, value])
        told = {"surrogate": named.model_dump(), "control": STUDY.control.name}
        names = {"int_unit_metrics": "metrics", "fct_experiment_units": "units"}
        sql = render.template(MART.read_text(encoding="utf-8")).render(var=told.__getitem__, ref=names.__getitem__)
        con.execute(f"create table marts.fct_surrogate as {sql}")
        rows = {row.variant: row for row in query.query(con, "surrogate").itertuples(index=False)}
    assert set(rows) == {variant for variant, _, _ in units}
    for variant, row in rows.items():
        own = [(s, y) for arm, s, y in units if arm == variant]
        assert row.units == len(own)
        for (a, b), name in _columns():
            assert _number(getattr(row, name)) == sum(s**a * y**b for s, y in own), name


def test_wide_integers_in_lists_stay_integers() -> None:
    with duckdb.connect() as con:
        con.execute("select [1::hugeint, 170141183460469231731687303715884105727] as wide")
        (row,) = query.frame(con).itertuples(index=False)
    assert row.wide == [1, 2**127 - 1]
