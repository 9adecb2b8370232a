"""Streams from a table: what is wrong is said; what is missing stays missing."""

import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.experiment.monitoring.baseline import Baseline
from helpers.experiment.monitoring.charts import cusum, ewma, individuals, p_chart
from helpers.experiment.monitoring.stream import DailyWorld, read, simulate

HEAD = "day,checkouts,completions,tickets\n"
GOOD = [f"2026-01-{day:02d},1000,{300 + day},20" for day in range(1, 31)]


@pytest.fixture
def table(tmp_path):
    def write(text):
        file = tmp_path / "stream.csv"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_a_missing_day_is_missing_and_order_does_not_matter(table):
    rows = [r for r in GOOD if "01-10" not in r]
    stream = read(table(HEAD + "\n".join(rows[::-1]) + "\n"), "2026-01-29")
    assert len(stream.days) == 30 and stream.launch == 28
    assert np.isnan(stream.units[9]) and np.isnan(stream.rates[9]) and stream.successes[0] == 301
    assert stream.weekdays[:2].tolist() == [3, 4], "2026-01-01 is a Thursday"


@pytest.mark.parametrize(
    ("text", "launch", "said"),
    [
        ("day,checkouts,completions\n", "2026-01-29", "lacks a column"),
        ("", "2026-01-29", "an empty file"),
        (HEAD + "soon,1,1,1\n", "2026-01-29", "line 2: the day cannot be read"),
        (HEAD + "2026-01-01,10,1.5,0\n", "2026-01-29", "completions is no count"),
        (HEAD + "2026-01-01,10,,0\n", "2026-01-29", "nothing"),
        (HEAD + "2026-01-01,10,11,0\n", "2026-01-29", "more completions than checkouts"),
        (HEAD + "2026-01-01,10,1,0\n2026-01-01,10,1,0\n", "2026-01-29", "line 3: the day stands there twice"),
        (HEAD + "\n".join(GOOD), "2026-03-01", "does not hold the launch"),
        (HEAD, "2026-03-01", "no day"),
    ],
)
def test_what_is_wrong_is_said(table, text, launch, said):
    with pytest.raises(ReportError, match=said):
        read(table(text), launch)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(ReportError, match=r"there is no stream none\.csv"):
        read(tmp_path / "none.csv", "2026-01-29")


def test_the_simulation_draws_what_it_says():
    world = DailyWorld(
        0.3,
        2_000,
        40,
        shift=-0.02,
        surge=2,
        volume=(1.3, 1.2, 1.1, 1, 0.9, 0.7, 0.8),
        points=(0.03, 0, 0, 0, 0, 0, -0.03),
    )
    stream = simulate(np.random.default_rng(4), world, series=(400,))
    before, after = stream.rates[:, :28].mean(axis=0), stream.rates[:, 28:].mean(axis=0)
    assert before.reshape(4, 7).mean(axis=0)[[0, 1, 6]] == pytest.approx([0.33, 0.30, 0.27], abs=0.002)
    assert (after - before).mean() == pytest.approx(-0.02, abs=0.001)
    assert stream.units[:, ::7].mean() == pytest.approx(2_600, rel=0.01)
    assert stream.tickets[:, 28:].mean() / stream.tickets[:, :28].mean() == pytest.approx(2, rel=0.02)


def test_the_season_is_taken_out_and_the_baseline_is_frozen():
    world = DailyWorld(0.3, 5_000, 40, points=(0.05, 0, 0, 0, 0, 0, -0.05))
    stream = simulate(np.random.default_rng(4), world)
    frozen = Baseline.of(stream)
    assert np.ptp(frozen.adjusted(stream)) < 0.06 < np.ptp(stream.rates)
    later = stream.without(np.arange(56) >= 40)
    assert Baseline.of(later).rate == frozen.rate and (Baseline.of(later).rates == frozen.rates).all()


def test_standard_errors_hold_the_noise_of_the_baseline():
    """z of a day after the launch has variance 1, with a baseline of its own for each of many launches."""
    stream = simulate(
        np.random.default_rng(5), DailyWorld(0.324, 1_000, 20, volume=(2, 1, 1, 1, 1, 0.5, 0.5)), series=(4_000,)
    )
    z = Baseline.of(stream).z(stream)
    assert z[:, 28:].std() == pytest.approx(1, abs=0.01)
    assert z[:, :28].std() == pytest.approx(1, abs=0.01)


def test_a_weekday_that_was_never_seen_takes_the_whole_baseline():
    stream = simulate(np.random.default_rng(4), DailyWorld(0.3, 5_000, 40))
    thin = stream.without((stream.weekdays == 6) & (np.arange(56) < 28))
    frozen = Baseline.of(thin)
    assert frozen.rates[6] == frozen.rate and np.isfinite(frozen.z(thin)[28:]).all()
    with pytest.raises(ReportError, match="there is no baseline"):
        Baseline.of(stream.without(np.arange(56) < 28))


def test_individuals_agree_with_p_when_days_differ_by_chance_only():
    stream = simulate(np.random.default_rng(6), DailyWorld(0.324, 4_000, 20), series=(2_000,))
    frozen = Baseline.of(stream)
    p, own = p_chart(stream, frozen), individuals(stream, frozen)
    ratio = float(((own.high - own.centre)[:, 0] / (p.high - p.centre)[:, :28].mean(axis=1)).mean())
    assert ratio == pytest.approx(1, abs=0.03)


def test_charts_leave_missing_days_as_they_are():
    z = np.array([1.0, np.nan, 1.0])
    chart = ewma(z)
    assert chart.points[1] == chart.points[0] and chart.high[1] == chart.high[0]
    assert cusum(z)[1][1] == cusum(z)[1][0]
    whole = ewma(np.array([1.0, 1.0]))
    assert chart.points[2] == whole.points[1] and chart.high[2] == whole.high[1]
