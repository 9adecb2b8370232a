"""Every delivery is counted once, apart, or as a repeat: exactly as planted, and as a plain loop over events finds."""

import time
from collections import Counter, defaultdict

import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.programme.live.counters import Counters
from helpers.programme.live.stream import ARMS, COLUMNS, ERROR, EXPOSURE, NAMES, ORDER, Batch, LiveWorld, simulate

LATENESS = 900
WORLD = LiveWorld(units=3_000, hours=6, redelivered=0.10, straggling=0.05)


@pytest.fixture(scope="module")
def stream():
    return simulate(WORLD, LATENESS, np.random.default_rng(7))


def counted(batches):
    found = Counters(LATENESS)
    for batch in batches:
        found.take(batch)
    found.close()
    return found


def batch(*deliveries):
    """From (event_id, unit, variant, name, occurred, value), occurred in seconds."""
    rows = [(e, u, v, n, t * 1_000, i, cents) for i, (e, u, v, n, t, cents) in enumerate(deliveries)]
    return Batch(np.array(rows, np.int64).T.reshape(len(COLUMNS), -1))


def oracle(log):
    """Event by event with sets that are never emptied; exposures first, then the outcomes that follow one."""
    newest, seen, kept, tally = 0, set(), [], Counter()
    for event, unit, variant, name, occurred, _, value in log.rows.T.tolist():
        newest = max(newest, occurred)
        kind = "late" if occurred < newest - LATENESS * 1_000 else "duplicates" if event in seen else "counted"
        tally[kind] += 1
        if kind == "counted":
            seen.add(event)
            kept.append((unit, variant, name, occurred, value))
    arm, first = {}, {}
    for unit, variant, name, occurred, _ in kept:
        if name == EXPOSURE:
            arm.setdefault(unit, variant)
            first[unit] = min(first.get(unit, occurred), occurred)
    revenue, erring = defaultdict(int), set()
    for unit, _, name, occurred, value in kept:
        if name == EXPOSURE:
            continue
        if unit not in first or occurred < first[unit]:
            tally["outside"] += 1
        elif name == ORDER:
            revenue[unit] += value
        else:
            assert name == ERROR
            erring.add(unit)
    arms = []
    for number in range(len(ARMS)):
        sums = [cents for unit, cents in revenue.items() if arm[unit] == number]
        exposed = sum(a == number for a in arm.values())
        arms.append((exposed, len(sums), sum(sums), sum(s * s for s in sums), sum(arm[u] == number for u in erring)))
    return tally, arms


def arms_of(found):
    return [(t.exposed, t.converters, t.revenue, t.revenue_squares, t.erring) for t in found.arms().values()]


@pytest.mark.parametrize("seconds", [1, 10, 3_600, 10**6])
def test_totals_are_those_of_a_loop_whatever_the_batches(stream, seconds):
    found = counted(stream.batches(seconds))
    tally, arms = oracle(stream.log)
    assert (found.counted, found.duplicates, int(found.late.sum()), found.outside) == tuple(
        tally[kind] for kind in ("counted", "duplicates", "late", "outside")
    )
    assert arms_of(found) == arms and found.outside > 20 and found.crossed == 0


@pytest.mark.parametrize("seed", range(5))
def test_counts_are_those_planted(seed):
    stream = simulate(WORLD, LATENESS, np.random.default_rng(seed))
    found, planted = counted(stream.batches(10)), stream.ledger
    assert found.deliveries == planted.deliveries == planted.counted + planted.duplicates + planted.late
    assert (found.counted, found.duplicates, found.late.sum()) == (planted.counted, planted.duplicates, planted.late)
    assert min(planted.duplicates, planted.late) > 100


def test_nothing_that_is_late_is_dropped_silently(stream):
    found = counted(stream.batches(10))
    newest = np.maximum.accumulate(stream.log.occurred)
    late = stream.log.part(stream.log.occurred < newest - LATENESS * 1_000)
    for arm in range(len(ARMS)):
        own = late.part(late.variant == arm)
        assert found.late[arm].tolist() == [int((own.name == name).sum()) for name in range(len(NAMES))]
        assert found.late_value[arm] == own.value.sum()


def test_what_arrives_out_of_order_counts_the_same():
    shown, bought = (1, 0, 1, EXPOSURE, 100, 0), (2, 0, 1, ORDER, 130, 500)
    earlier, unexposed = (3, 0, 1, ORDER, 90, 700), (4, 1, 0, ORDER, 120, 900)
    orders = (
        [shown, bought, earlier, unexposed],
        [unexposed, earlier, bought, shown],
        [bought, shown, unexposed, earlier],
    )
    for deliveries in orders:
        found = counted(batch(d) for d in deliveries)
        assert arms_of(found)[1] == (1, 1, 500, 250_000, 0) and found.outside == 2


def test_an_earlier_exposure_readmits_what_came_before_the_later_one():
    found = counted(
        [batch((1, 0, 0, EXPOSURE, 200, 0), (2, 0, 0, ORDER, 150, 400)), batch((3, 0, 0, EXPOSURE, 100, 0))]
    )
    assert arms_of(found)[0] == (1, 1, 400, 160_000, 0) and found.outside == 0


def test_squares_are_of_units_not_of_orders():
    found = counted(
        [
            batch((1, 0, 0, EXPOSURE, 0, 0), (2, 0, 0, ORDER, 5, 300)),
            batch((3, 0, 0, ORDER, 9, 400), (3, 0, 0, ORDER, 9, 400)),
        ]
    )
    assert arms_of(found)[0] == (1, 1, 700, 490_000, 0) and found.duplicates == 1


def test_a_repeat_older_than_the_watermark_is_late_and_its_id_is_let_go():
    event, newer = (1, 0, 0, EXPOSURE, 0, 0), (2, 1, 1, EXPOSURE, 2 * LATENESS, 0)
    found = counted([batch(event), batch(newer), batch(event)])
    assert (found.counted, found.duplicates, found.late.sum()) == (2, 0, 1)
    assert len(found.seen) == 1 and found.seen.new(np.array([1, 2])).tolist() == [True, False]


def test_the_watermark_itself_is_not_late():
    found = counted([batch((1, 0, 0, EXPOSURE, LATENESS, 0), (2, 1, 0, EXPOSURE, 0, 0), (3, 2, 0, EXPOSURE, -1, 0))])
    assert (found.counted, found.late.sum(), found.watermark) == (2, 1, 0)


def test_a_unit_stays_in_its_first_arm_and_the_crossing_is_told():
    found = counted([batch((1, 0, 0, EXPOSURE, 0, 0)), batch((2, 0, 1, EXPOSURE, 5, 0), (3, 0, 1, ORDER, 9, 100))])
    assert found.crossed == 1 and arms_of(found) == [(1, 1, 100, 10_000, 0), (0, 0, 0, 0, 0)]


def test_what_is_kept_is_bounded_by_the_watermark(stream):
    found, most, slack = Counters(LATENESS), 0, LATENESS * 1_100
    for part in stream.batches(10):
        found.take(part)
        most = max(most, len(found.seen))
    inside = max(
        int(((stream.log.occurred >= t) & (stream.log.occurred < t + 2 * slack)).sum())
        for t in range(0, 6 * 3_600_000, slack)
    )
    assert 0 < most <= inside < len(stream.log) / 4


@pytest.mark.parametrize("bad", [(1, -1, 0, EXPOSURE, 0, 0), (1, 0, 2, EXPOSURE, 0, 0), (1, 0, 0, 7, 0, 0)])
def test_a_delivery_of_no_unit_arm_or_name_is_refused(bad):
    with pytest.raises(ReportError, match="names no unit, arm or event"):
        Counters(LATENESS).take(batch(bad))


def test_it_keeps_up_with_a_fast_log():
    stream = simulate(LiveWorld(units=100_000, hours=2), LATENESS, np.random.default_rng(3))
    began = time.process_time()
    counted(stream.batches(10))
    assert len(stream.log) / (time.process_time() - began) > 20_000  # a tenth of the goal of make bench
