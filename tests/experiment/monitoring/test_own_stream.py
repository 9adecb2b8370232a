"""A study with a stream of its own: a CSV with holes and dirt, from the table to the page's rows."""

import numpy as np
import pytest

from helpers import config, paths
from helpers.errors import ReportError
from helpers.experiment.monitoring import journal
from helpers.experiment.monitoring import plan as monitoring_plan
from helpers.experiment.monitoring.baseline import Baseline
from helpers.experiment.monitoring.plan import OWN, MonitoringPlan
from helpers.experiment.monitoring.replay import first, replay
from helpers.experiment.monitoring.stream import DailyWorld, read, side_by_side, simulate
from helpers.record import Numbers
from helpers.report.figures import monitoring as figures
from helpers.report.topics import monitoring

HEAD = "day,checkouts,completions,tickets"


def rows_of(stream):
    """The stream as lines of a CSV; a missing day has none."""
    return [
        f"{day},{units:.0f},{done:.0f},{tickets:.0f}"
        for day, units, done, tickets in zip(stream.days, stream.units, stream.successes, stream.tickets, strict=True)
        if np.isfinite(units)
    ]


@pytest.fixture
def planned(tmp_path, monkeypatch):
    """The plan of the bundled study with these lines as its stream; launched on 2 February."""

    def plan(lines, **more):
        (tmp_path / "own.csv").write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        raw = config.read_yaml(paths.STUDIES / "checkout_redesign.yml")
        raw["monitoring"] |= {"stream": "own.csv", "launch": "2026-02-02"} | more
        validated = config.Study.model_validate(raw)
        monkeypatch.setattr(paths, "ROOT", tmp_path)
        return MonitoringPlan.of(validated, Numbers({}))

    return plan


@pytest.fixture
def harmed():
    return simulate(np.random.default_rng(3), DailyWorld(0.324, 4_760, 40, shift=-0.03))


def test_dirt_that_is_defined_goes_through_to_the_page(planned, harmed, tmp_path):
    """Missing days, a day without a checkout, lines in any order, a byte order mark's worth of care in one study."""
    gone = harmed.without(np.isin(np.arange(56), [4, 29, 30]))
    lines = rows_of(gone)
    empty = next(n for n, line in enumerate(lines) if line.startswith("2026-02-06"))
    lines[empty] = "2026-02-06,0,0,12"
    plan = planned(lines[::-1])
    streams = plan.streams()
    own = streams[OWN]
    assert np.isnan(own.units[[4, 29, 30]]).all() and own.units[32] == 0 and np.isnan(own.rates[32])
    replays = {name: replay(s, Baseline.of(s), plan.triggers) for name, s in streams.items()}
    stopped = first(replays[OWN], "ROLL BACK")
    assert stopped and stopped.day == 6, "days 2, 3 and 5 do not count: 1, 4 and 6 are in a row"
    assert monitoring_plan.middle(plan) == OWN
    shown = figures.control(OWN, own, replays[OWN], plan)
    assert shown.layout.meta["finding"].startswith("The study's own stream")
    assert all(np.isfinite(shown.data[0].y)), "the band leaves missing days out"
    assert OWN in [t.name for t in figures.drift(streams, plan).data]
    assert "The 5 planted streams" in monitoring.text(plan, {}, replays)
    assert "was rolled back on day 6" in monitoring.text(plan, {}, replays)
    file = tmp_path / "monitoring.jsonl"
    assert journal.write(file, streams, replays, plan.triggers) == journal.confirmed(file) == 6 * 28


def test_only_the_weeks_before_the_launch_are_the_baseline(planned, harmed):
    """A year of earlier days does not change what the four weeks say."""
    earlier = [f"2025-{month:02d}-01,9000,9000,900" for month in range(1, 13)]
    own = planned(earlier + rows_of(harmed)).streams()[OWN]
    assert len(own.days) == 56 and Baseline.of(own).rate == Baseline.of(harmed).rate


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [*lines, lines[3]], "line 58: the day stands there twice"),
        (lambda lines: [*lines[:5], "2026-01-10,-5,0,0", *lines[6:]], "line 7: checkouts is no count"),
        (lambda lines: [*lines[:5], "2026-01-10,5,0", *lines[6:]], "line 7: tickets is no count"),
        (lambda lines: [*lines[:5], "10.01.2026,5,0,0", *lines[6:]], "line 7: the day cannot be read"),
        (lambda lines: [*lines[:5], "2026-01-10,5,6,0", *lines[6:]], "line 7: more completions than checkouts"),
        (lambda lines: lines[7:], "begins too late for the baseline"),
        (lambda lines: lines[:28], "does not hold the launch"),
    ],
)
def test_dirt_that_is_not_is_one_error(planned, harmed, change, said):
    with pytest.raises(ReportError, match=said):
        planned(change(rows_of(harmed))).streams()


def test_other_column_names_are_said(tmp_path, harmed):
    file = tmp_path / "own.csv"
    file.write_text("date;visits\n2026-01-05;3\n", encoding="utf-8")
    with pytest.raises(ReportError, match="lacks a column"):
        read(file, "2026-02-02")


def test_planted_streams_differ_by_what_is_planted_alone():
    shifts = (0.0, -0.003, -0.008, -0.015)
    worlds = {f"{s}": DailyWorld(0.324, 4_760, 40, shift=s) for s in shifts} | {
        "t": DailyWorld(0.324, 4_760, 40, surge=3)
    }
    made = side_by_side(5, worlds)
    calm = made["0.0"]
    for shift in shifts:
        stream = made[f"{shift}"]
        assert (stream.units == calm.units).all() and (stream.successes[:28] == calm.successes[:28]).all()
        fall = stream.rates[28:] - calm.rates[28:]
        assert fall == pytest.approx(shift, abs=0.0004), "the quantile moves with the mean on every single day"
    assert (made["t"].successes == calm.successes).all() and made["t"].tickets[28:].mean() == pytest.approx(120, abs=8)


def test_quantiles_are_draws_of_the_same_world():
    """Means and variances over many seeds are those of the distributions that simulate draws from."""
    world = DailyWorld(0.3, 200, 20, shift=-0.05)
    many = [side_by_side(seed, {"a": world}, baseline=14, days=7)["a"] for seed in range(1_500)]
    units, done, tickets = (np.array([getattr(s, k) for s in many]) for k in ("units", "successes", "tickets"))
    assert units.mean() == pytest.approx(200, abs=0.5) and units.var(axis=0).mean() == pytest.approx(200, rel=0.03)
    assert done[:, 14:].mean() == pytest.approx(50, abs=0.3)
    assert done[:, 14:].var(axis=0).mean() == pytest.approx(50, rel=0.05), "binomial of a Poisson number is Poisson"
    assert tickets.mean() == pytest.approx(20, abs=0.2) and tickets.var(axis=0).mean() == pytest.approx(20, rel=0.03)
