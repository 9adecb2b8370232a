"""A year of the shop with few shoppers, simulated once for all tests of a run."""

from helpers import paths
from helpers.config import programme
from helpers.simulate.year import simulate_year
from tests.built_once import built_once

USERS = 6_000


def build(base):
    config = programme.load(paths.PROGRAMMES / "shop_year.yml").data
    simulate_year(config.model_copy(update={"users": USERS}), base)
    (base / "done").touch()


def small_year(tmp_path_factory):
    """The folder of its tables."""
    return built_once(tmp_path_factory, "small_year", build)
