"""Run rules on patterns drawn by hand, and their run lengths against published ones."""

import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.experiment.monitoring.rules import NELSON, WESTERN_ELECTRIC, any_signal, observed, signals
from helpers.experiment.monitoring.run_length import (
    PUBLISHED,
    cusum_chain,
    ewma_chain,
    rules_chain,
    run_chain,
    simulated,
)

WE1, WE2, WE3, WE4 = WESTERN_ELECTRIC
ALTERNATING = [0.5 * (-1) ** i for i in range(14)]
PATTERNS = [
    (NELSON[0], [0, 0, -3.1], 2),
    (NELSON[1], [-0.1] * 9, 8),
    (NELSON[2], [-1, -0.5, 0, 0.5, 1, 1.5], 5),
    (NELSON[3], ALTERNATING, 13),
    (NELSON[4], [2.1, -2.1, 2.2], 2),
    (NELSON[5], [1.1, 1.1, 0, 1.1, 1.1], 4),
    (NELSON[6], [0.9, -0.9] * 7 + [0.1], 14),
    (NELSON[7], [1.1, -1.1] * 4, 7),
    (WE2, [2.1, 2.1], 1),
    (WE4, [0.2] * 8, 7),
]


@pytest.mark.parametrize(("rule", "points", "at"), PATTERNS, ids=lambda v: getattr(v, "name", ""))
def test_a_pattern_signals_where_it_is_complete_and_not_before(rule, points, at):
    found = signals(rule, np.array(points, dtype=float))
    assert found.nonzero()[0].tolist() == [at]
    assert not signals(rule, np.array(points[:at], dtype=float)).any()
    both = signals(rule, np.array([points, [0.0] * len(points)]))
    assert both[0].tolist() == found.tolist(), "many series give what one gives"


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        (NELSON[1], [-0.1] * 8),
        (NELSON[2], [-1, -0.5, 0, 0, 1, 1.5]),
        (NELSON[3], [*ALTERNATING[:13], ALTERNATING[12] - 0.1 + 0.3]),
        (NELSON[4], [2.1, 0, -2.1]),
        (NELSON[6], [0.5] * 14),
    ],
    ids=lambda v: getattr(v, "name", ""),
)
def test_a_near_miss_does_not(rule, points):
    assert not signals(rule, np.array(points, dtype=float)).any()


def test_one_side_hears_only_its_own():
    z = np.array([3.5, -3.5])
    assert any_signal(WESTERN_ELECTRIC, z, "low").tolist() == [False, True]
    assert any_signal(WESTERN_ELECTRIC, z, "high").tolist() == [True, False]
    with pytest.raises(ReportError, match="has no sides"):
        signals(NELSON[2], z, "low")


def test_missing_days_are_left_out():
    z = np.array([-0.5] * 4 + [np.nan] + [-0.5] * 4)
    assert observed((WE4,), z).nonzero()[0].tolist() == [8]
    assert not observed((WE4,), z)[4]


@pytest.mark.parametrize(
    ("name", "rules"), [("WE 1", (WE1,)), ("WE 1, 4", (WE1, WE4)), ("WE 1, 2, 3, 4", WESTERN_ELECTRIC)]
)
def test_exact_run_lengths_are_those_of_champ_and_woodall(name, rules):
    assert rules_chain(rules).mean == pytest.approx(PUBLISHED[name], abs=0.01)


def test_other_combinations_of_champ_and_woodall():
    published = {
        (WE1, WE2): 225.44,
        (WE1, WE3): 166.05,
        (WE1, WE2, WE3): 132.89,
        (WE1, WE2, WE4): 122.05,
        (WE1, WE3, WE4): 105.78,
    }
    for rules, mean in published.items():
        assert rules_chain(rules).mean == pytest.approx(mean, abs=0.01)


def test_published_run_lengths_of_cusum_and_ewma():
    """Montgomery, Statistical Quality Control: tables 9.3 and 9.11."""
    assert cusum_chain(limit=4).mean / 2 == pytest.approx(168, abs=0.5)
    assert cusum_chain(limit=5).mean / 2 == pytest.approx(465, abs=0.6)
    assert cusum_chain(1.0, limit=4).mean == pytest.approx(8.38, abs=0.01)
    assert ewma_chain(weight=0.1, limit=2.814).mean == pytest.approx(500, abs=1)
    assert ewma_chain(1.0, weight=0.1, limit=2.814).mean == pytest.approx(10.3, abs=0.05)


def test_a_run_of_days():
    q, r = 0.07, 3
    assert run_chain(q, r).mean == pytest.approx((1 - q**r) / (q**r * (1 - q)))
    assert run_chain(q, 1).within(28) == pytest.approx(1 - (1 - q) ** 28)


def test_what_never_comes_is_waited_for_without_an_end():
    assert run_chain(0.0, 3).mean == float("inf") and run_chain(0.0, 3).within(28) == 0


def test_rules_that_look_at_order_have_no_exact_length():
    with pytest.raises(ReportError, match="no exact run length"):
        rules_chain(NELSON)


def test_blocks_do_not_show():
    """The same series drawn in short blocks and in long ones: overlapping keeps runs across the border."""
    found = [
        simulated(np.random.default_rng(3), lambda z: any_signal((WE4,), z), 3_000, block=block).mean
        for block in (7, 4_000)
    ]
    assert found[0] == pytest.approx(found[1], rel=0.08) and found[0] == pytest.approx(255, rel=0.08)
