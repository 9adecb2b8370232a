"""What is said of effects by segment: drawn together only where they are."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config
from helpers.report.topics import effects
from helpers.stats import DailyEffects, Proportion, heterogeneity, novelty

STUDY = config.load("studies/cart_checkout.yml")
ARMS = st.tuples(st.integers(40, 400), st.integers(40, 400))
LEVELS = st.lists(ARMS, min_size=1, max_size=7)


@settings(max_examples=60)
@given(LEVELS, LEVELS)
def test_effects_are_said_to_be_drawn_together_only_where_they_are(device, country):
    """Against the effect of each level by itself, which fewer than four leave as it is (Morris 1983)."""
    drawn = {"device": device, "home_country": country}
    found = {
        name: heterogeneity(
            {f"l{i}": (Proportion(1_000, c), Proportion(1_000, t)) for i, (c, t) in enumerate(levels)}, scale="relative"
        )
        for name, levels in drawn.items()
    }
    rows, said = effects.table_interactions(found, STUDY), effects.note_interactions(found, STUDY)
    few = {name for name, levels in drawn.items() if len(levels) < 4}
    column = "Effects (units)" if len(few) == 2 else "Effects after pooling (units)"
    for row, (name, levels) in zip(rows, drawn.items(), strict=True):
        told = [float(text) for text in re.findall(r"([-+][\d.]+) %", str(row[column]))]
        bare = [100 * (t / c - 1) for c, t in levels]
        assert name not in few or told == pytest.approx(bare, abs=0.0501)
    assert ("are drawn towards the common one" in said) is (len(few) < 2)
    assert ("nothing is drawn together" in said) is bool(few)
    assert ("effects of device are as measured" in said) is (few == {"device"})
    assert ("effects of home country are as measured" in said) is (few == {"home_country"})


def test_one_segment_shares_its_level_with_none():
    arms = {str(i): (Proportion(1_000, 100), Proportion(1_000, 110)) for i in range(2)}
    found = {"device": heterogeneity(arms, scale="relative")}
    assert effects.note_interactions(found, STUDY).startswith("effects are as measured: with fewer than 4 levels")


@given(st.dictionaries(st.integers(1, 40), st.booleans(), min_size=1, max_size=20))
def test_the_long_run_effect_is_described_by_the_days_that_it_is_of(days):
    """The last seven of those on which somebody has the outcome; how many come before, and how many tell nothing."""
    arms = {True: (Proportion(500, 100), Proportion(500, 120)), False: (Proportion(500, 0), Proportion(500, 0))}
    said = effects._long_run(
        novelty(DailyEffects.independent({float(day): arms[full] for day, full in days.items()})), ""
    )
    kept = sorted(day for day, full in days.items() if full)
    if not kept:
        assert not re.search(r"\d", said)
        return
    of = sorted(kept[-7:])
    assert (f"on days {of[0]} to {of[-1]} " if len(of) > 1 else f"on day {of[0]} ") in said
    before, empty = len(kept) - len(of), len(days) - len(kept)
    assert (f"without the {before} day" in said) is bool(before)
    assert (f"(no variance): {empty} of {len(days)}" in said) is bool(empty)
