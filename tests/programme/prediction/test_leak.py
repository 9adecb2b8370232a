"""The planted leak is found, and nothing where there is none."""

import numpy as np

from helpers.programme.prediction import leak
from helpers.simulate.year import LEAK
from tests.programme.prediction.conftest import HORIZON


def test_the_planted_leak_is_found_and_nothing_else(parts):
    assert leak.found(leak.columns(parts.train, "leaves", HORIZON)) == [LEAK]


def test_without_it_nothing_is_found(parts):
    for label in ("leaves", "buys"):
        assert leak.found(leak.columns(parts.train.drop(columns=LEAK), label, HORIZON)) == []


def test_a_strong_trait_is_no_leak(parts):
    """A lasting trait separates as well one horizon earlier: it was known."""
    rows = parts.train.drop(columns=LEAK)
    leaver = rows.groupby("subscriber")["leaves"].transform("max")
    noise = np.random.default_rng(3).random(len(rows)) < 0.02
    checked = leak.columns(rows.assign(trait=(leaver ^ noise).astype(int)), "leaves", HORIZON)
    (trait,) = (c for c in checked if c.name == "trait")
    assert trait.auc.value > 0.9 and not trait.leaks
