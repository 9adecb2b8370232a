"""An outcome with a window is known when the window is over: every decision, delay and chart is of that evening."""

import dataclasses
import math
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import config
from helpers.errors import ReportError
from helpers.experiment.monitoring import journal, size
from helpers.experiment.monitoring.baseline import Baseline
from helpers.experiment.monitoring.detection import detect, detections
from helpers.experiment.monitoring.plan import MonitoringPlan, unwatched, waits
from helpers.experiment.monitoring.ramp import ramp
from helpers.experiment.monitoring.replay import TRIGGERS, Triggers, first, marked, replay
from helpers.experiment.monitoring.stream import DailyStream, DailyWorld, read, simulate
from helpers.record import Number, Numbers
from helpers.report.figures import monitoring as figures
from helpers.report.topics import monitoring

REES46, CHECKOUT = (config.load(f"studies/{name}.yml") for name in ("rees46", "checkout_redesign"))
RULES = Triggers(drop=0.05, minimum=20)
SEEN = Numbers(
    {"exposed.units_per_day": Number(171, "count", "d", ""), "primary.control": Number(0.44, "share", "d", "")}
)


def units_of(rng: np.random.Generator, wait: int, days: int, shift: float) -> pd.DataFrame:
    """Units with the moment of their exposure and that of their return, which counts until ``wait`` days later."""
    start, launch = pd.Timestamp("2026-01-05"), 28 + wait
    day = np.repeat(np.arange(launch + days), rng.poisson(120, launch + days))
    exposed = start + pd.to_timedelta(day + rng.random(len(day)), unit="D")
    back = rng.random(len(day)) < np.where(day < launch, 0.4, 0.4 + shift)
    after = rng.random(len(day)) * max(wait, 0.01)
    return pd.DataFrame({"exposed": exposed, "back": back, "returned": exposed + pd.to_timedelta(after, unit="D")})


def rolled_back(units: pd.DataFrame, wait: int, days: int) -> int | None:
    """The first evening on which three known days in a row lie below the baseline, from the units known on each evening."""
    midnight = units.exposed.min().normalize()
    launch = midnight + pd.Timedelta(days=28 + wait)

    def rates(evening: pd.Timestamp) -> pd.DataFrame:
        known = units[units.exposed.dt.normalize() + pd.Timedelta(days=1 + wait) <= evening]
        assert (known.exposed + pd.Timedelta(days=wait) <= evening).all()
        return known.groupby(known.exposed.dt.normalize()).back.agg(["mean", "sum", "count"])

    normal = rates(launch)
    weekdays = normal.groupby(normal.index.dayofweek)[["sum", "count"]].sum()
    expected = weekdays["sum"] / weekdays["count"]
    for day in range(1, days + 1):
        seen = rates(launch + pd.Timedelta(days=day))["mean"].loc[launch:]
        low = seen.to_numpy() < expected.loc[seen.index.dayofweek].to_numpy() - RULES.drop
        if len(low) >= 3 and low[-3:].all():
            return day
    return None


@given(st.integers(0, 2**32 - 1), st.integers(0, 9), st.sampled_from([0.0, -0.06, -0.12]))
def test_a_trigger_fires_on_the_evening_on_which_the_units_tell(seed, wait, shift):
    units = units_of(np.random.default_rng(seed), wait, 20, shift)
    days = units.groupby(units.exposed.dt.normalize()).back.agg(["sum", "count"])
    counts = days["count"].to_numpy(float), days["sum"].to_numpy(float)
    stream = DailyStream(
        days.index.to_numpy().astype("datetime64[D]"), *counts, np.full(len(days), 9.0), 28 + wait, wait
    )
    stopped = first(replay(stream, Baseline.of(stream), RULES), "ROLL BACK")
    assert (stopped.day if stopped else None) == rolled_back(units, wait, 20)


@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.integers(1, 28))
def test_what_is_not_known_yet_decides_nothing(tmp_path_factory, seed, wait, evening):
    """Other outcomes of the units still awaited, and of all later ones, leave the decisions until that evening as they are."""
    rng = np.random.default_rng(seed)
    stream = simulate(rng, DailyWorld(0.324, 900, 40, shift=-0.03), wait=wait)
    at = np.arange(len(stream.days))
    awaited, later = at >= stream.launch + evening - wait, at >= stream.launch + evening
    other = dataclasses.replace(
        stream,
        successes=np.where(awaited, rng.binomial(stream.units.astype(int), rng.random()), stream.successes),
        tickets=np.where(later, rng.poisson(90, len(at)), stream.tickets),
    )
    one, two = (replay(s, Baseline.of(s), Triggers()) for s in (stream, other))
    assert one[:evening] == two[:evening]
    known = stream.until(stream.launch + evening)
    assert replay(known, Baseline.of(known), Triggers()) == one[:evening]
    file = tmp_path_factory.mktemp("log") / "m.jsonl"
    assert journal.write(file, {"a": stream}, {"a": one}, Triggers()) == journal.confirmed(file) == 28


@given(st.integers(0, 2**32 - 1), st.integers(1, 20))
def test_rates_come_later_by_the_window_and_tickets_do_not(seed, wait):
    stream = simulate(np.random.default_rng(seed), DailyWorld(0.324, 900, 40, shift=-0.03, surge=1.7), wait=wait)
    at_once = dataclasses.replace(stream, wait=0)
    frozen = Baseline.of(stream)
    late, now = (marked(s, frozen, Triggers()) for s in (stream, at_once))
    for name, days in late.found.items():
        moved = days if name == TRIGGERS[1] else days[wait:]
        assert (moved == now.found[name][: len(moved)]).all(), name
        assert name == TRIGGERS[1] or not days[:wait].any()
    assert (late.blind[wait:] == now.blind[:-wait]).all() and not late.blind[:wait].any()


def test_the_limits_hold_the_noise_of_days_that_are_no_part_of_the_baseline():
    """Days before the launch whose outcome is known after it are as far from the baseline as later ones."""
    stream = simulate(np.random.default_rng(5), DailyWorld(0.324, 1_000, 20), wait=7, series=(2_000,))
    z = Baseline.of(stream).z(stream)
    assert [z[:, part].std() for part in (slice(28), slice(28, 35), slice(35, None))] == pytest.approx(
        [1] * 3, abs=0.02
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_ramp_knows_each_rate_when_its_window_is_over(seed):
    """The intervals are those of a ramp that knows all at once, so many evenings later; tickets stop it on their own day."""
    world, stages = DailyWorld(0.4, 800, 30, shift=-0.08, surge=1.0 + seed % 2 * 4), [(0.1, 7), (0.5, 7), (1.0, 9)]
    now, late = (ramp(np.random.default_rng(seed), world, stages, wait=wait) for wait in (0, 7))
    known = [d for d in late if math.isfinite(d.absolute)]
    assert [(d.day, d.stage, d.absolute, d.low, d.high) for d in known] == [
        (d.day + 7, d.stage, d.absolute, d.low, d.high) for d in now
    ]
    assert [d.day for d in late] == list(range(1, 22))
    harmed = next((d.day for d in now if d.high < 0), math.inf) + 7
    tickets = next((d.day for d in now if d.tickets_low > 0), math.inf)
    stopped = next((d.day for d in late if d.verdict == "ROLL BACK"), math.inf)
    assert stopped == min(harmed, tickets) < math.inf


# --- the plan ---


def asking(**changes) -> config.Study:
    period = REES46.period.model_copy(update={"end": REES46.period.start + timedelta(days=60)})
    primary = REES46.primary.model_copy(update=changes)
    return REES46.model_copy(update={"metrics": [primary], "period": period, "monitoring": None})


@given(st.integers(1, 90), st.integers(1, 2_200))
def test_a_plan_waits_for_the_window_of_what_it_watches(days, hours):
    retained = {"type": "retention", "event": None, "from_day": 1, "to_day": days}
    assert waits(asking()) == 0
    assert waits(asking(within_days=days)) == waits(asking(**retained)) == days
    mean = asking(type="mean", measure="count", within_days=days)
    funnel = mean.funnel.model_copy(update={"window_hours": hours})
    of_funnel = waits(mean.model_copy(update={"funnel": funnel}))
    assert pd.Timedelta(days=of_funnel - 1) < pd.Timedelta(hours=hours) <= pd.Timedelta(days=of_funnel)
    own = CHECKOUT.monitoring.model_copy(update={"label": "Paid at once"})
    assert waits(asking(within_days=days).model_copy(update={"monitoring": own})) == 0


def test_what_is_known_too_late_is_not_watched():
    study = asking(within_days=14)
    section = config.Monitoring(days=14)
    assert "14 days after its exposure, and 14 days are watched" in unwatched(
        study.model_copy(update={"monitoring": section}), SEEN
    )
    assert not unwatched(study, SEEN), "what nobody stated is long enough"


@pytest.fixture(scope="module")
def retained() -> MonitoringPlan:
    """A share that is known seven days later, as a reader meets it."""
    study = asking(type="retention", event=None, from_day=7, to_day=7, label="Back on day 7")
    return MonitoringPlan.of(study, SEEN)


def test_every_day_told_is_after_the_window(retained):
    found = detections(retained)
    assert retained.section.days == 35
    for detectors in found.values():
        for name, seen in detectors.items():
            assert name in (TRIGGERS[1], *(n for n in detectors if n.startswith("any"))) or (seen.day or 99) > 7
    streams = retained.streams()
    replays = {name: replay(s, Baseline.of(s), retained.triggers) for name, s in streams.items()}
    for name, decisions in replays.items():
        told = [d for d in decisions if set(d.signals) - {TRIGGERS[1]}]
        assert all(d.day > 7 for d in told), name
    drawn = figures.drift(streams, retained)
    assert {min(line.x) for line in drawn.data} == {8} and {max(line.x) for line in drawn.data} == {35}
    assert "known 7 days later, that of the first on day 8" in monitoring.text_caution(retained)
    name = next(iter(streams))
    assert "known 7 days later" in figures.control(name, streams[name], replays[name], retained).layout.title.text
    points = next(
        line for line in figures.control(name, streams[name], replays[name], retained).data if line.marker.size
    )
    assert np.isnan(np.array(points.y, float)[-7:]).all(), "the outcome of the last week is awaited"


def test_a_stage_that_ends_before_its_rate_is_known_is_named(retained):
    study = asking(within_days=7)
    stage = study.rollout[0]
    stages = [stage.model_copy(update={"share": s, "days": d}) for s, d in ((0.1, 7), (0.5, 8), (1.0, 3))]
    said = monitoring.note_ramp(retained, study.model_copy(update={"rollout": stages}))
    assert "the stage of 10 % ends before any rate of its own is known" in said and "50 %" not in said


@pytest.mark.parametrize("wait", [0, 7])
def test_a_size_has_the_shares_of_the_page(retained, wait):
    """The plan's own size stands in two tables: one name, one number."""
    plan = dataclasses.replace(retained, wait=wait)
    found, own = detections(plan), next(s for s in size.sizes(plan) if s.units == round(plan.world.units))
    assert own.quiet == found["no change"]
    worst = min(plan.section.shifts)
    assert own.moved == next(found[n] for n, world in plan.worlds().items() if world.shift == worst)[TRIGGERS[0]]


def test_a_delay_is_longer_by_the_window():
    world = DailyWorld(0.44, 171, 40, shift=-0.15)
    rules = Triggers(drop=0.05, minimum=40)
    now, late = (
        detect(np.random.default_rng(1), world, rules, days=28 + wait, wait=wait, runs=400)[TRIGGERS[0]]
        for wait in (0, 7)
    )
    assert late.day == now.day + 7 and late.share == pytest.approx(now.share, abs=0.05)


def test_a_stream_of_ones_own_needs_the_days_of_the_window_too(tmp_path):
    file = tmp_path / "own.csv"
    days = pd.date_range("2026-01-01", periods=60).strftime("%Y-%m-%d")
    file.write_text("day,checkouts,completions,tickets\n" + "\n".join(f"{d},900,300,9" for d in days), encoding="utf-8")
    stream = read(file, "2026-02-05", wait=7)
    assert (stream.launch, stream.wait, len(stream.until(60).days)) == (35, 7, 60)
    assert np.isnan(stream.until(60).units[-7:]).all() and not np.isnan(stream.until(60).tickets).any()
    with pytest.raises(ReportError, match=r"35 days before the launch.*known 7 days later"):
        read(file, "2026-02-04", wait=7)
