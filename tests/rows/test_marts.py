"""Marts whose rows lie in another order in their files give the same queries, checks and effects."""

import shutil

import duckdb
import pytest

from helpers import paths
from helpers.config import programme
from helpers.experiment import design, funnel, rerandomisation, segments, statistics_table
from helpers.experiment.results import Results
from helpers.experiment.trust.checks import trust_checks
from helpers.programme.attribution import journeys
from helpers.programme.prediction import features, uplift, value
from helpers.warehouse import query
from tests.notebooks.test_queries import OF_STUDIES, PARAMETERS
from tests.rows.case import answered, apart
from tests.year import small_year

pytestmark = pytest.mark.slow


def shuffle(con: duckdb.DuckDBPyConnection) -> None:
    """Write every table anew, its rows in an order that has nothing to do with them."""
    tables = con.execute(
        "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
    ).fetchall()
    for schema, table in tables:
        name = f'"{schema}"."{table}"'
        con.execute(f"create or replace table {name} as select * from {name} order by hash(rowid + 7)")


@pytest.fixture(scope="module")
def marts(small_study, tmp_path_factory):
    """Connections to the marts as they are, and to their shuffled copy."""
    copy = tmp_path_factory.mktemp("shuffled") / small_study.where.database.name
    shutil.copy(small_study.where.database, copy)
    with duckdb.connect(str(copy)) as con:
        shuffle(con)
    with query.connect(small_study.where.database) as before, query.connect(copy) as after:
        yield before, after


@pytest.mark.parametrize("name", [file.stem for file in OF_STUDIES])
def test_a_query_says_the_same_of_shuffled_marts(marts, name):
    one, other = (query.query(con, name, **PARAMETERS.get(name, {})) for con in marts)
    assert one.equals(other)


def test_effects_checks_and_plans_are_those_of_shuffled_marts(marts, small_study):
    study = small_study.study

    def answer(con):
        results = Results(con, study)
        return (
            results.headline(),
            results.interactions(study.primary),
            results.novelty(study.primary),
            results.guardrails(),
            statistics_table.frame(con, study),
            trust_checks(con, results),
            funnel.read(con),
            funnel.time_to_convert(con),
            [segments.rates(con, study, dimension) for dimension in study.segments],
            segments.decompose(con, study),
            design.plan(study, results, con),
            rerandomisation.evaluated(rerandomisation.rerandomise(con, study), study, None, runs=50),
        )

    one, other = (answered(lambda con=con: answer(con)) for con in marts)
    assert not isinstance(one, list) or one[0] != "refused"
    assert apart(one, other) == []


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """The small year, and a copy of its tables in another order."""
    year = small_year(tmp_path_factory)
    copy = tmp_path_factory.mktemp("shuffled_year")
    shutil.copytree(year, copy, dirs_exist_ok=True)
    for file in copy.glob("*.parquet"):
        rows = duckdb.sql(f"select *, row_number() over () as place from read_parquet('{year / file.name}')")
        file.unlink()
        rows.query("rows", "select * exclude place from rows order by hash(place)").write_parquet(str(file))
    with query.tables(year) as before, query.tables(copy) as after:
        yield before, after


def test_a_shuffled_year_says_the_same(years):
    asked = programme.load(paths.PROGRAMMES / "shop_year.yml")

    def answer(con):
        subscribers = features.subscribers(con, 30)
        read = journeys.read(con, asked)
        return (
            query.query(con, "shoppers", at=asked.data.first, interval_days=30),
            query.query(con, "daily_orders"),
            query.query(con, "lifecycle", interval_days=30),
            subscribers.drop(columns="cutoff"),
            uplift.offered(con, subscribers).drop(columns="cutoff"),
            value.of_customers(con, 270),
            (read.journeys.channel, read.journeys.age, read.journeys.won, read.journeys.shopper),
        )

    one, other = (answered(lambda con=con: answer(con)) for con in years)
    assert not isinstance(one, list) or one[0] != "refused"
    assert apart(one, other) == []
