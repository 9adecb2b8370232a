"""What many launches bring together, against a total that is planted."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from helpers.errors import ReportError
from helpers.formatting import formatted
from helpers.programme.designs.holdout import Held, held_back, luck, tried
from helpers.programme.designs.launches import FEATURES, measured
from helpers.programme.designs.repeated import Average, rate
from helpers.report.topics.designs.holdout import table, table_holdouts, text
from helpers.stats import Proportion, compare

RUNS, UNITS, BASE = 1_500, 3_000, 0.12
EARLY, LATE = (0.3 * np.array(effects) for effects in zip(*FEATURES, strict=True))


@pytest.fixture(scope="module")
def year():
    return tried(np.random.default_rng(4), BASE, EARLY, LATE, 0.2, runs=RUNS, units=UNITS)


@pytest.fixture(scope="module")
def readings(year):
    return measured(np.random.default_rng(5), year, audience=40_000, share=0.05, leak=0.15)


def noise(average):
    return (average.high - average.low) / (2 * 1.96)


def test_a_test_and_its_launch_are_those_of_the_statistics(year):
    drawn = np.random.default_rng(4)
    arm = UNITS // 2
    shape = (RUNS, len(EARLY))
    control, treatment = drawn.binomial(arm, BASE, shape), drawn.binomial(arm, BASE * (1 + EARLY), shape)
    for run, feature in ((0, 0), (0, 5), (1, 9), (2, 11), (3, 10)):
        effect = compare(Proportion(arm, int(control[run, feature])), Proportion(arm, int(treatment[run, feature])))
        assert year.measured[run, feature] == pytest.approx(effect.absolute)
        assert year.launched[run, feature] == (effect.p_value < 0.05 and effect.absolute > 0)
    assert np.allclose(year.error.mean(axis=0), year.measured.std(axis=0), rtol=0.06)


def test_a_useless_feature_is_launched_by_luck_at_half_the_level(year):
    useless = rate(year.launched[:, EARLY == 0])
    assert useless.low < 0.025 < useless.high
    assert year.launched[:, -1].mean() > 0.6 > 0.4 > year.launched[:, 4].mean()


def test_the_totals_are_those_by_hand():
    """Features of +20, +30, +10 %; the first and the third launched; the third halves, the first loses nothing as the stronger one."""
    found = tried(np.random.default_rng(1), 0.1, [0.2, 0.3, 0.1], [0.2, 0.3, 0.05], 0.4, runs=1, units=200)
    year = replace(
        found,
        measured=np.array([[0.03, 0.01, 0.02]]),
        error=np.array([[0.01, 0.01, 0.01]]),
        launched=np.array([[True, False, True]]),
    )
    assert year.summed[0] == pytest.approx(0.05)
    assert year.tested[0] == pytest.approx(0.03) and year.lasting[0] == pytest.approx(0.025)
    assert year.cumulative[0] == pytest.approx(0.02 + 0.6 * 0.005)
    by_hand = 0.01 * sum(stats.norm.pdf(stats.norm.isf(0.025) - x) for x in (3, 1, 2))
    assert year.corrected[0] == pytest.approx(0.05 - by_hand)
    further = replace(
        year, measured=year.measured + 0.0005
    )  # 0.027 and 0.028 from the truth; the interval reaches 0.0277
    assert year.summed_covers[0] and not further.summed_covers[0]
    nothing = replace(year, launched=np.zeros((1, 3), bool))
    assert nothing.summed[0] == nothing.cumulative[0] == 0


def test_the_sum_is_too_high_by_selection_as_the_closed_form_says(year):
    """Mean of a truncated normal, feature by feature: nothing but the launches' luck."""
    excess = Average.of(year.summed - year.tested)
    spread = np.sqrt((BASE * (1 - BASE) + BASE * (1 + EARLY) * (1 - BASE * (1 + EARLY))) / (UNITS // 2))
    expected = float(luck(BASE * EARLY, spread).sum())
    assert excess.low > 0
    assert abs(excess.value - expected) < 3 * noise(excess) + 0.02 * expected


def test_the_closed_form_of_luck_is_that_of_a_million_draws():
    drawn = np.random.default_rng(6).normal(0.7, 1.0, 1_000_000)
    assert luck([0.7], [1.0])[0] == pytest.approx(((drawn - 0.7) * (drawn > 1.959964)).mean(), rel=0.01)


def test_selection_novelty_and_overlap_each_take_their_part(readings):
    falling = [readings.summed, readings.tested, readings.lasting]
    assert all(a.effect.low > b.effect.high for a, b in itertools.pairwise(falling))
    assert readings.lasting.excess.low > 0
    assert readings.summed_covered.high < 0.6
    assert readings.summed.effect.value > 1.5 * readings.truth.value


def test_correcting_for_selection_brings_the_sum_to_the_tested_effects_and_no_further(readings):
    left = readings.corrected.effect.value - readings.tested.effect.value
    assert abs(left) < 0.25 * (readings.summed.effect.value - readings.tested.effect.value)
    assert readings.corrected.excess.low > 0


def test_without_novelty_overlap_and_selection_the_sum_is_right():
    """Effects that last, do not overlap, and are so large that all are launched."""
    year = tried(np.random.default_rng(2), 0.1, [1.0, 1.5], [1.0, 1.5], 0.0, runs=800, units=4_000)
    assert year.launched.all()
    assert Average.of(year.summed - year.cumulative).holds_zero
    assert rate(year.summed_covers).low < 0.95 < rate(year.summed_covers).high


def test_a_holdout_of_any_share_covers_the_total_at_its_rate(readings):
    for h in readings.holdouts[:-1]:
        assert h.covered.low < 0.955 and h.covered.high > 0.945, h
        assert abs(h.total.excess.value) < 3 * noise(h.total.excess)


def test_a_small_holdout_says_less_and_a_large_one_forgoes_more(readings):
    small, asked, large = readings.holdouts[:3]
    assert asked is readings.asked and (small.share, asked.share, large.share) == pytest.approx((0.01, 0.05, 0.1))
    assert small.reach.low > 1.8 * asked.reach.high and asked.reach.low > 1.2 * large.reach.high
    assert small.found.high < asked.found.low
    assert small.forgone.high < asked.forgone.low < asked.forgone.high < large.forgone.low
    assert asked.forgone.value == pytest.approx(2_000 * readings.truth.value)
    rates = BASE, BASE + readings.truth.value
    spread = sum(rate * (1 - rate) / n for rate, n in zip(rates, (2_000, 38_000), strict=True))
    assert asked.reach.value == pytest.approx(1.96 * np.sqrt(spread), rel=0.02)


def test_a_contaminated_holdout_is_too_low_by_its_leak(readings):
    leaking = readings.holdouts[-1]
    assert leaking.leak == 0.15 and leaking.share == readings.asked.share
    assert abs(leaking.total.excess.value + 0.15 * readings.truth.value) < 3 * noise(leaking.total.excess)
    assert leaking.covered.high < readings.asked.covered.low
    assert leaking.forgone.value == pytest.approx(0.85 * readings.asked.forgone.value)


@pytest.mark.parametrize("overlap", [0.0, 0.5, 1.0, -0.5])
def test_features_that_interact_are_no_trouble_for_a_holdout(overlap):
    """Whether they take from each other or help each other: the total is measured, and the sum is not."""
    effects = [0.5, 0.6, 0.7]
    year = tried(np.random.default_rng(9), 0.12, effects, effects, overlap, runs=800, units=8_000)
    assert year.launched.mean() > 0.99
    held = held_back(np.random.default_rng(10), year, audience=24_000, share=0.1)
    assert rate(held.covers).low < 0.955 and rate(held.covers).high > 0.945
    excess = Average.of(year.summed - year.cumulative)
    assert excess.value == pytest.approx(0.12 * overlap * (0.5 + 0.6), abs=0.003)


def test_the_tables_tell_every_total_and_every_holdout(readings):
    rows = table(readings)
    assert len(rows) == 6 and all(row.keys() == rows[0].keys() for row in rows)
    assert rows[-1]["Effect"].startswith(formatted(readings.truth.value, "points"))
    assert [row["Of these contaminated"] for row in table_holdouts(readings)] == ["0 %", "0 %", "0 %", "15 %"]
    assert formatted(readings.summed.effect.value, "points") in text(readings)


def test_the_interval_of_a_holdout_is_that_of_the_statistics(year):
    held = held_back(np.random.default_rng(3), year, audience=20_000, share=0.1)
    drawn = np.random.default_rng(3)
    kept = drawn.binomial(2_000, BASE + 0 * year.cumulative)
    met = drawn.binomial(18_000, BASE + year.cumulative)
    effect = compare(Proportion(2_000, int(kept[0])), Proportion(18_000, int(met[0])))
    assert isinstance(held, Held) and held.units == 2_000
    assert (held.effect.absolute_low[0], held.effect.absolute_high[0]) == pytest.approx(
        (effect.absolute_low, effect.absolute_high), abs=1e-9
    )


def test_what_cannot_be_compared_is_refused(year):
    rng = np.random.default_rng(1)
    for share, leak in ((0.0, 0.0), (1.0, 0.0), (0.1, 1.5), (0.1, -0.1)):
        with pytest.raises(ReportError, match="cannot be compared"):
            held_back(rng, year, audience=1_000, share=share, leak=leak)
    for early, late in (([0.1], [0.1, 0.2]), ([9.0], [1.0]), ([0.1] * 9, [1.0] * 9)):
        with pytest.raises(ReportError, match="cannot be launched together"):
            tried(rng, 0.12, early, late, 0.0, runs=2, units=200)
