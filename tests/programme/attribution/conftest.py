"""A small year's journeys and every model's credit on them, made once for each worker."""

import json

import numpy as np
import pytest

from helpers import paths
from helpers.config import programme
from helpers.programme.attribution import comparison, journeys
from helpers.warehouse import query
from tests.year import small_year


@pytest.fixture(scope="session")
def year(tmp_path_factory):
    return small_year(tmp_path_factory)


@pytest.fixture(scope="session")
def plan():
    return programme.load(paths.PROGRAMMES / "shop_year.yml")


@pytest.fixture(scope="session")
def read(year, plan):
    with query.tables(year) as con:
        return journeys.read(con, plan)


@pytest.fixture(scope="session")
def found(year, read):
    with query.tables(year) as con:
        cost = query.query(con, "channel_costs")["cost_cents"].to_numpy()
    ledger = json.loads((year / "ledger.json").read_text(encoding="utf-8"))
    made = comparison.models(read.journeys)
    return comparison.compare(read.journeys, made, ledger, cost, runs=40, rng=np.random.default_rng(8))
