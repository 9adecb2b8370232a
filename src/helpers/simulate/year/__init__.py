"""A simulated year of the shop: campaigns, sessions, orders, subscriptions, tickets, an offer, and the truth beside them."""

from helpers.simulate.year.shoppers import WORLD, YearWorld
from helpers.simulate.year.tables import LEAK, simulate_year

__all__ = ["LEAK", "WORLD", "YearWorld", "simulate_year"]
