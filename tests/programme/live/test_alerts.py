"""Alarms tell of planted trouble and of nothing else, at most as often as they say."""

import numpy as np
import pytest

from helpers.config.programme import Live
from helpers.programme.live.alerts import Alarm, AlarmRule, rules
from helpers.programme.live.monitor import excess
from helpers.programme.live.replay import Replay, lags
from helpers.programme.live.stream import HOUR, SECOND, LiveWorld, simulate
from helpers.programme.live.worlds import FAULTY, LEAKING
from helpers.stats import mixture_intervals, mixture_rate, monte_carlo
from helpers.stats.sequential.mixture_likelihood import dirichlet_log_ratio

SETTINGS = Live(units=30_000, hours=12, batch_seconds=60)
RULE = AlarmRule("errors", raise_at=4, clear_at=2, minimum=100, cool_down=10, false_alarms=0.01)


def told(levels, units=100):
    alarm = Alarm(RULE)
    alerts = [alarm.hear(at, units, level) for at, level in enumerate(levels)]
    return [(a.at, a.change) for a in alerts if a]


def test_an_alarm_between_its_levels_does_not_flicker():
    assert told([4, 3.9, 4.1, 3, 4.5, 2.1]) == [(0, "raised")]
    assert told([4, 2, 3.9]) == [(0, "raised"), (1, "cleared")]


def test_a_cleared_alarm_is_silent_for_its_cool_down():
    assert told([4, 2, *[9] * 20]) == [(0, "raised"), (1, "cleared"), (11, "raised")]


def test_too_few_units_raise_nothing_and_an_unknown_level_changes_nothing():
    assert told([9] * 5, units=99) == []
    assert told([float("nan"), 4, float("nan"), 5]) == [(1, "raised")]


def test_the_excess_is_the_pooled_test_of_two_shares():
    from statsmodels.stats.proportion import proportions_ztest

    z, _ = proportions_ztest([40, 20], [1000, 900])
    assert excess([[900, 1000], [20, 40]]) == pytest.approx(z, rel=1e-12)
    assert all(np.isnan(excess(counts)) for counts in ([[0, 5], [0, 1]], [[5, 5], [0, 0]], [[5, 5], [5, 5]]))


def test_a_quiet_day_alarms_no_oftener_than_the_guardrail_says():
    """Whole days of sliding windows, failures binomial and equal in both arms, at a rate where two in a hundred days may alarm."""
    settings = Live(false_alarms_per_day=0.02)
    rule = rules(settings)[2]
    rng, runs, looks, window = np.random.default_rng(5), 1_500, 1_440, 30
    n = rng.poisson(21, (runs, 2, looks))
    k = rng.binomial(n, 0.02)
    n, k = ((c := np.cumsum(v, axis=2))[:, :, window:] - c[:, :, :-window] for v in (n, k))
    pooled = k.sum(axis=1) / n.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (k[:, 1] / n[:, 1] - k[:, 0] / n[:, 0]) / np.sqrt(pooled * (1 - pooled) * (1 / n[:, 0] + 1 / n[:, 1]))
    assert excess([n[3, :, 7], k[3, :, 7]]) == pytest.approx(z[3, 7])
    hits = int((z >= rule.raise_at).any(axis=1).sum())
    assert monte_carlo("days with an alarm", rule.false_alarms, hits, runs).observed <= rule.false_alarms


def test_looking_every_minute_raises_the_effect_and_the_split_no_oftener_than_they_say():
    settings, runs, looks = Live(), 600, 480
    rng = np.random.default_rng(6)
    n = 500 + np.cumsum(rng.poisson(21, (runs, 2, looks)), axis=2)
    k = np.cumsum(rng.binomial(np.diff(n, axis=2, prepend=0), 0.10), axis=2)
    share = k / n
    variance = share * (1 - share) / n
    found = mixture_intervals(
        share[:, 0], variance[:, 0], share[:, 1], variance[:, 1], mixture_rate(settings.units) * n.sum(axis=1)
    )
    split, effect, _ = rules(settings)
    ever = int((-np.log10(found.p_value) >= effect.raise_at).any(axis=1).sum())
    assert monte_carlo("effect", effect.false_alarms, ever, runs).observed <= effect.false_alarms
    ordinary = np.abs(found.absolute) / np.sqrt(variance.sum(axis=1)) > 1.96
    assert ordinary.any(axis=1).mean() > 4 * effect.false_alarms, (
        "what looking every minute does to an ordinary interval"
    )
    factors = dirichlet_log_ratio(n.transpose(0, 2, 1), np.array([0.5, 0.5]), 1_000.0)
    assert int((factors / np.log(10) >= split.raise_at).any(axis=1).sum()) <= 2
    assert ((found.absolute_low <= 0) & (found.absolute_high >= 0)).all(axis=1).mean() >= 0.95


@pytest.fixture(scope="module")
def running():
    hours = SETTINGS.hours
    world = LiveWorld(
        SETTINGS.units,
        hours,
        conversion=(0.10, 0.13),
        faulty=(FAULTY[0] * hours, FAULTY[1] * hours),
        faulty_errors=0.15,
    )
    return Replay(simulate(world, SETTINGS.lateness_seconds, np.random.default_rng(2)), SETTINGS).run()


def changes(replay, name):
    return [(alert.change, alert.at / HOUR) for alert in replay.monitor.alerts if alert.name == name]


def test_faulty_hours_are_told_soon_and_their_end_too(running):
    begin, end = running.stream.world.faulty
    (raised, at), (cleared, over) = changes(running, "errors")
    assert (raised, cleared) == ("raised", "cleared")
    assert begin < at < begin + 0.5 and end < over < end + 1  # a window of half an hour must pass


def test_the_interval_holds_the_planted_effect_and_the_alarm_tells_of_it(running):
    planted = running.stream.world.conversion[1] - running.stream.world.conversion[0]
    minimum = SETTINGS.minimum_exposure
    looks = [look for look in running.monitor.looks if min(look.control, look.treatment) >= minimum]
    assert all(look.low <= planted <= look.high for look in looks)
    ((change, at),) = changes(running, "effect")
    decided = next(look for look in looks if look.p_value < 0.05)
    assert change == "raised" and at == decided.at / HOUR and decided.low > 0
    assert changes(running, "split") == []


def test_lost_units_are_told_and_nothing_before_they_are_lost():
    hours = SETTINGS.hours
    world = LiveWorld(SETTINGS.units, hours, conversion=(0.10, 0.10), leaking_from=LEAKING * hours, leaking=0.25)
    replay = Replay(simulate(world, SETTINGS.lateness_seconds, np.random.default_rng(3)), SETTINGS).run()
    ((change, at),) = changes(replay, "split")
    assert change == "raised" and LEAKING * hours < at < LEAKING * hours + 3
    assert changes(replay, "effect") == changes(replay, "errors") == []


def test_the_quiet_stream_is_quiet():
    world = LiveWorld(SETTINGS.units, SETTINGS.hours, conversion=(0.10, 0.10))
    replay = Replay(simulate(world, SETTINGS.lateness_seconds, np.random.default_rng(4)), SETTINGS).run()
    assert replay.monitor.alerts == [] and len(replay.monitor.looks) > 700


def test_a_metric_holds_an_event_within_one_batch_of_its_arrival(running):
    for seconds in (1, 10):
        found = lags(running.stream, seconds)
        assert all(0 < lag.until_counted <= seconds for lag in found)
        assert found[0].until_counted == pytest.approx(seconds / 2, rel=0.1)
        assert all(lag.together >= lag.on_its_way for lag in found)
    late = running.counters.late.sum() / running.counters.deliveries
    assert 0.01 < late < 0.05 and found[-1].on_its_way * SECOND > SETTINGS.lateness_seconds * SECOND
