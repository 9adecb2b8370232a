"""A small year's journeys and every model's credit on them, made once for each worker."""

import json

import numpy as np
import pytest

from helpers import paths, programme, warehouse
from helpers.attribution import comparison, journeys
from tests.year import small_year


@pytest.fixture(scope="session")
def year(tmp_path_factory):
    return small_year(tmp_path_factory)


@pytest.fixture(scope="session")
def plan():
    return programme.load(paths.PROGRAMMES / "shop_year.yml")


@pytest.fixture(scope="session")
def read(year, plan):
    with warehouse.tables(year) as con:
        return journeys.read(con, plan)


@pytest.fixture(scope="session")
def found(year, read):
    with warehouse.tables(year) as con:
        cost = warehouse.query(con, "channel_costs")["cost_cents"].to_numpy()
    ledger = json.loads((year / "ledger.json").read_text(encoding="utf-8"))
    made = comparison.models(read.journeys)
    return comparison.compare(read.journeys, made, ledger, cost, runs=40, rng=np.random.default_rng(8))
