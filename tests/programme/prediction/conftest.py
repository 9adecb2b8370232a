"""The small year, open for queries, and what was planted in it."""

import json

import pytest

from helpers.config import programme
from helpers.programme.prediction import features
from helpers.warehouse import query
from tests.year import small_year

HORIZON = 30


@pytest.fixture(scope="session")
def year(tmp_path_factory):
    return small_year(tmp_path_factory)


@pytest.fixture(scope="session")
def con(year):
    with query.tables(year) as con:
        yield con


@pytest.fixture(scope="session")
def ledger(year):
    return json.loads((year / "ledger.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def asked():
    return programme.load("programmes/shop_year.yml").prediction


@pytest.fixture(scope="session")
def rows(con):
    return features.subscribers(con, HORIZON)


@pytest.fixture(scope="session")
def parts(rows):
    return features.split(rows, HORIZON, 0.3)
