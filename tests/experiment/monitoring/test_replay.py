"""Decisions: each from the evening's knowledge, triggers apart from signals, missing days without effect."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers import config, paths
from helpers.defaults import ALPHA
from helpers.errors import ReportError
from helpers.experiment.monitoring import journal, size
from helpers.experiment.monitoring.baseline import Baseline
from helpers.experiment.monitoring.detection import ANY_TRIGGER, detect
from helpers.experiment.monitoring.plan import MonitoringPlan, unwatched
from helpers.experiment.monitoring.ramp import RampDay, _verdict, ramp
from helpers.experiment.monitoring.replay import TRIGGERS as TRIGGER_NAMES
from helpers.experiment.monitoring.replay import Triggers, first, in_a_row, replay
from helpers.experiment.monitoring.stream import DailyStream, DailyWorld, simulate
from helpers.record import Number, Numbers
from helpers.report.topics.monitoring import table_ramp, table_replay, text_caution

WORLD = DailyWorld(0.324, 4760, 40)
TRIGGERS = Triggers()


def by_hand(rates, tickets=None, units=None):
    """Four level weeks, then days with these rates; NaN is a missing day."""
    days = 28 + len(rates)
    units = np.concatenate([np.full(28, 1e4), np.full(len(rates), 1e4) if units is None else units])
    successes = np.concatenate([np.full(28, 3_240.0), units[28:] * rates])
    told = np.concatenate([np.full(28, 10.0), np.full(len(rates), 10.0) if tickets is None else tickets])
    units = np.where(np.isnan(successes), np.nan, units)
    return DailyStream(np.datetime64("2026-01-05", "D") + np.arange(days), units, successes, told, 28)


def verdicts(stream, triggers=TRIGGERS):
    return [d.verdict for d in replay(stream, Baseline.of(stream), triggers)]


def test_three_days_below_roll_back_and_two_do_not():
    assert verdicts(by_hand([0.3139, 0.3139, 0.3139, 0.324]))[2:] == ["ROLL BACK", "ROLL BACK"]
    assert "ROLL BACK" not in verdicts(by_hand([0.3139, 0.3139, 0.324, 0.3139, 0.3139, 0.324]))
    assert "ROLL BACK" not in verdicts(by_hand([0.3141] * 5)), "exactly one point is not more than one point"


def test_a_missing_day_neither_counts_nor_clears():
    nan = np.nan
    assert verdicts(by_hand([0.313, 0.313, nan, 0.313]))[1:] == ["PAUSE", "CONTINUE", "ROLL BACK"]
    thin = by_hand([0.313, 0.313, 0.324, 0.313], units=np.array([1e4, 1e4, 50.0, 1e4]))
    assert verdicts(thin)[-1] == "ROLL BACK", "a day under the minimum is a missing day"


def test_blind_days_pause():
    nan = np.nan
    assert verdicts(by_hand([0.324, nan, nan, nan, nan, 0.324])) == ["CONTINUE"] * 3 + ["PAUSE"] * 2 + ["CONTINUE"]


def test_tickets_roll_back_above_twice_and_not_at_twice():
    assert verdicts(by_hand([0.324] * 3, tickets=np.array([20.0, 21.0, 10.0]))) == [
        "CONTINUE",
        "ROLL BACK",
        "ROLL BACK",
    ]


def test_a_rise_neither_pauses_nor_rolls_back():
    assert set(verdicts(by_hand([0.36] * 10))) == {"CONTINUE"}


def test_in_a_row():
    hits = np.array([[True, True, True], [True, False, True]])
    assert in_a_row(hits, np.ones_like(hits), 2).tolist() == [[False, True, True], [False, False, False]]


@pytest.mark.parametrize("shift", [0.0, -0.003, -0.008, -0.015])
def test_the_future_changes_no_decision(shift):
    """Replayed day by day: the decision of a day is the last one of the stream that ends there."""
    stream = simulate(np.random.default_rng(8), DailyWorld(0.324, 4760, 40, shift=shift)).without(
        np.isin(np.arange(56), [30, 31, 40])
    )
    whole = replay(stream, Baseline.of(stream), TRIGGERS)
    for day in range(29, 57):
        known = stream.until(day)
        assert replay(known, Baseline.of(known), TRIGGERS) == whole[: day - 28]


def test_many_series_are_decided_as_one_by_one():
    stream = simulate(np.random.default_rng(8), DailyWorld(0.324, 4760, 40, shift=-0.008), series=(60,))
    lost = np.random.default_rng(1).random(stream.units.shape) < 0.1
    lost[:, :28] = False
    stream = stream.without(lost)
    from helpers.experiment.monitoring.replay import marked

    marks = marked(stream, Baseline.of(stream), TRIGGERS)
    for n in range(60):
        own = DailyStream(stream.days, stream.units[n], stream.successes[n], stream.tickets[n], 28)
        alone = marked(own, Baseline.of(own), TRIGGERS)
        assert all((alone.found[name] == marks.found[name][n]).all() for name in marks.found)
        assert (alone.blind == marks.blind[n]).all()


def test_larger_harm_is_found_more_often_and_sooner():
    found = [
        detect(np.random.default_rng(2), DailyWorld(0.324, 4760, 40, shift=s), TRIGGERS)[ANY_TRIGGER]
        for s in (0.0, -0.003, -0.008, -0.015)
    ]
    assert [f.share for f in found] == sorted(f.share for f in found)
    assert found[0].share < 0.05 and found[3].share > 0.99 and found[3].day <= 6
    lost = detect(np.random.default_rng(2), DailyWorld(0.324, 4760, 40, shift=-0.015), TRIGGERS, missing=0.3)[
        ANY_TRIGGER
    ]
    assert lost.day > found[3].day and lost.share < found[3].share


def test_the_log_is_replayable(tmp_path):
    stream = simulate(np.random.default_rng(8), DailyWorld(0.324, 4760, 40, shift=-0.05))
    stream = stream.without(np.isin(np.arange(56), [35, 36]))
    decisions = replay(stream, Baseline.of(stream), TRIGGERS)
    file = tmp_path / "m.jsonl"
    assert journal.write(file, {"a": stream}, {"a": decisions}, TRIGGERS) == 28
    frozen, *lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert frozen["frozen"]["rate"] == Baseline.of(stream).rate and lines[7]["checkouts"] is None
    assert [line["verdict"] for line in lines] == [d.verdict for d in decisions]
    stopped = first(decisions, "ROLL BACK")
    assert stopped and lines[stopped.day - 1]["reason"].startswith("The rate trigger")
    assert journal.confirmed(file) == 28
    edited = file.read_text().replace('"verdict": "PAUSE"', '"verdict": "CONTINUE"', 1)
    file.write_text(edited, encoding="utf-8")
    assert journal.confirmed(file) == 27, "a decision that was changed afterwards is found"


def test_triggers_alone_roll_back_and_signals_alone_pause():
    """Over many launches: the first roll-back is a day on which a trigger fired, every pause is a day without one."""
    paused = stopped = 0
    for seed in range(60):
        stream = simulate(np.random.default_rng(seed), DailyWorld(0.324, 2_000, 20, shift=-0.008))
        decisions = replay(stream, Baseline.of(stream), TRIGGERS)
        end = first(decisions, "ROLL BACK")
        for d in decisions[: end.day if end else None]:
            fired = any(name in TRIGGER_NAMES for name in d.signals)
            assert (d.verdict == "ROLL BACK") == fired
            assert (d.verdict == "PAUSE") == (bool(d.signals) and not fired)
            paused, stopped = paused + (d.verdict == "PAUSE"), stopped + fired
    assert paused > 50 and stopped > 20


# --- the ramp ---


def test_a_ramp_errs_rarely_and_finds_what_is_large():
    stages = [(0.05, 3), (0.25, 7), (0.5, 7), (1.0, 14)]
    quiet = [ramp(np.random.default_rng(i), WORLD, stages)[-1].verdict for i in range(200)]
    assert quiet.count("ROLL BACK") <= 20, "both alphas of 5 % are bounds"
    harmed = ramp(np.random.default_rng(1), DailyWorld(0.324, 4760, 40, shift=-0.03), stages)
    assert harmed[-1].verdict == "ROLL BACK" and max(d.day for d in harmed) == 17, (
        "the stage without a control has no arm"
    )
    guard = ramp(np.random.default_rng(1), DailyWorld(0.324, 4760, 40, surge=4), stages)
    assert any(d.reason.startswith("Guardrail") for d in guard)
    assert ramp(np.random.default_rng(1), WORLD, [(1.0, 5)]) == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rate", "units", "stages"),
    [
        (0.15, 146, [(0.1, 7), (0.5, 7)]),
        (0.05, 300, [(0.1, 7), (0.5, 7)]),
        (0.2, 170, [(0.1, 14)]),
        (0.9, 60, [(0.5, 21)]),
    ],
)
def test_a_ramp_of_few_units_errs_no_more_often_than_it_says(rate, units, stages):
    """Without a change; tickets so rare that they are never read."""
    runs = 300
    world = DailyWorld(rate, units, 1e-6)
    wrong = sum(ramp(np.random.default_rng(i), world, stages)[-1].verdict == "ROLL BACK" for i in range(runs))
    assert wrong <= stats.binom.isf(1e-4, runs, ALPHA)


STATED = MonitoringPlan.of(config.load("studies/checkout_redesign.yml"), Numbers({}))


def day(low: float, high: float, tickets_low: float) -> RampDay:
    verdict, reason = _verdict(high, tickets_low, [])
    return RampDay(1, 0.1, 1, low, low, high, 0.0, tickets_low, verdict, reason)


ENDS = st.floats(-0.05, 0.05).map(lambda end: round(end, 9))


@given(ENDS, st.floats(0, 0.05).map(lambda width: round(width, 9)), ENDS)
def test_an_end_that_decides_does_not_read_as_zero(low, width, tickets_low):
    """What rolls back shows why: the end that lies beyond zero has a digit and its own sign, here by Decimal."""
    shown = day(low, low + width, tickets_low)
    (row,) = table_ramp({"planted": (shown,)}, STATED)
    high = Decimal(str(row["Sequential interval"]).split(" to ")[1].removesuffix(" points"))
    tickets = Decimal(str(row["Tickets at least"]).removesuffix(" points"))
    assert (high > 0) - (high < 0) == (shown.high > 0) - (shown.high < 0)
    assert (tickets > 0) - (tickets < 0) == (tickets_low > 0) - (tickets_low < 0)
    assert (shown.verdict == "ROLL BACK") is bool(high < 0 or tickets > 0)


# --- the plan ---


def test_a_study_without_a_section_gets_a_plan_that_says_so():
    rees46 = config.load("studies/rees46.yml")
    numbers = Numbers(
        {
            "exposed.units_per_day": Number(12_700, "count", "d", ""),
            "primary.control": Number(0.2, "share", "d", ""),
        }
    )
    plan = MonitoringPlan.of(rees46, numbers)
    assert not plan.stated and "no monitoring section" in text_caution(plan) and plan.label == "Purchase rate"
    assert plan.triggers.drop == pytest.approx(0.01 * 0.2 / 0.324) and plan.section.units_per_day > 10_000
    few = MonitoringPlan.of(rees46, Numbers({**numbers, "exposed.units_per_day": Number(940, "count", "d", "")}))
    noise = (0.2 * 0.8 / few.section.units_per_day) ** 0.5
    assert few.triggers.drop == pytest.approx(1.5 * noise) and min(few.section.shifts) == pytest.approx(-2.25 * noise)
    assert [len(s.days) for s in plan.streams().values()] == [56] * 5
    nothing = MonitoringPlan.of(rees46, Numbers({**numbers, "primary.control": Number(0.0, "share", "d", "")}))
    assert 0 < nothing.section.rate < 0.001


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({}, ""),
        ({"primary.control": Number(0.0, "share", "d", "")}, "purchase rate holds for no unit"),
        ({"primary.control": Number(1.0, "share", "d", "")}, "purchase rate holds for every unit"),
        ({"primary.control": Number(None, "share", "d", "", "nobody came")}, "no share of units is known"),
        (
            {"exposed.units_per_day": Number(None, "count", "d", "", "no times")},
            "units a day are not known; state economics.exposed_units_per_month (or period)",
        ),
        (
            {"exposed.units_per_day": Number(1 / 14, "count", "d", "")},
            "it takes 10 units a day or more, and there is 1",
        ),
    ],
)
def test_what_cannot_be_watched_is_told_in_one_sentence(numbers, said):
    known = {
        "exposed.units_per_day": Number(1_500 / 14, "count", "d", ""),
        "primary.control": Number(0.2, "share", "d", ""),
    }
    reason = unwatched(slow_days(), Numbers({**known, **numbers}))
    assert said in reason and reason.replace("economics.", "").count(".") == bool(said)


def slow_days():
    """A study of two weeks without a plan of its own."""
    rees46 = config.load("studies/rees46.yml")
    period = rees46.period.model_copy(update={"end": rees46.period.start + timedelta(days=14)})
    return rees46.model_copy(update={"period": period})


def test_a_mean_is_watched_by_who_reaches_the_last_step():
    """Of units that nobody treated, step by step from the exposure on; else of the control."""
    rees46 = slow_days()
    metric = rees46.primary.model_copy(update={"type": "mean", "measure": "count"})
    study = rees46.model_copy(update={"metrics": [metric]})
    units = {"exposed.units_per_day": Number(1_500 / 14, "count", "d", "")}
    last, exposure = rees46.funnel.steps[-1], rees46.exposure

    def known(name, share):
        return Numbers({**units, name: Number(share, "share", "d", "")})

    assert unwatched(study, known(f"funnel.{last}.rate", 0.3)) == ""
    assert "holds for every unit" in unwatched(study, known(f"funnel.{last}.rate", 1.0))
    assert f"no share of units is known of reached {last}" in unwatched(study, Numbers(units)), "nobody in the funnel"
    online = study.model_copy(update={"mode": "online"})
    assert unwatched(online, known("funnel.control", 0.3)) == "" != unwatched(online, known(f"funnel.{last}.rate", 0.3))
    steps = [exposure, "basket", last]
    longer = study.model_copy(update={"funnel": study.funnel.model_copy(update={"steps": steps})})
    rates = {"funnel.basket.rate": Number(0.5, "share", "d", ""), f"funnel.{last}.rate": Number(0.3, "share", "d", "")}
    assert MonitoringPlan.of(longer, Numbers(units | rates)).world.rate == pytest.approx(0.15)


@pytest.mark.parametrize("better", ["higher", "lower"])
@pytest.mark.parametrize("kind", ["proportion", "retention", "mean", "ratio"])
@given(st.integers(5, 195), st.integers(5, 195))
def test_what_is_watched_falls_where_the_change_harms(kind, better, control, treated):
    """Units with the outcome of 200 in each arm: what is usual if all are as the treated is lower where these fare worse."""
    study = slow_days()
    metric = study.primary.model_copy(update={"type": kind, "better": better, "event": study.funnel.steps[-1]})
    asked = study.model_copy(update={"metrics": [metric], "mode": "online"})

    def usual(hits):
        share = Number(hits / 200, "share", "d", "")
        known = {"exposed.units_per_day": Number(5_000, "count", "d", "")}
        return MonitoringPlan.of(asked, Numbers(known | {"primary.control": share, "funnel.control": share})).world.rate

    harms = treated < control if better == "higher" else treated > control
    assert (usual(treated) < usual(control)) is harms


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, -0.004, -0.008, -0.02]))
def test_a_state_stands_beside_its_own_reason(seed, shift):
    """The reason is that of the last day or of the roll-back, what was seen that of the day of the pause."""
    stream = simulate(np.random.default_rng(seed), DailyWorld(0.324, 4_760, 40, shift=shift))
    decisions = replay(stream, Baseline.of(stream), Triggers())
    (row,) = table_replay({"planted": decisions}, STATED)
    told = {d.reason for d in decisions if d.verdict == row["At the end"].text}
    assert row["Why at the end"] in told
    if row["First PAUSE"] != "never":
        day, seen = re.fullmatch(r"day\xa0(\d+): (.*)", row["First PAUSE"]).groups()
        paused = decisions[int(day) - 1]
        assert paused.verdict == "PAUSE" and all(name in seen for name in paused.signals)


def test_where_lower_is_better_the_rest_is_watched_and_named_so():
    study = slow_days()
    lower = study.model_copy(
        update={"metrics": [study.primary.model_copy(update={"better": "lower", "label": "Complained"})]}
    )
    known = {
        "exposed.units_per_day": Number(5_000, "count", "d", ""),
        "primary.control": Number(0.2, "share", "d", ""),
    }
    plan = MonitoringPlan.of(lower, Numbers(known))
    assert plan.world.rate == pytest.approx(0.8)
    assert "what watching share without complained would be like" in text_caution(plan)


def test_a_stated_plan_of_few_units_is_sized_without_an_empty_baseline():
    raw = config.read_yaml(paths.STUDIES / "checkout_redesign.yml")
    raw["monitoring"] |= {"units_per_day": 4, "minimum": 1}
    plan = MonitoringPlan.of(config.Study.model_validate(raw), Numbers({}))
    assert [s.units for s in size.sizes(plan)] == [2, 4, 8, 16]
    assert size.smallest(plan, TRIGGER_NAMES[0]) > 4


def test_a_stream_of_the_study_is_replayed_too(tmp_path, monkeypatch):
    stream = simulate(np.random.default_rng(8), WORLD)
    rows = "\n".join(
        f"{d},{u:.0f},{s:.0f},{t:.0f}"
        for d, u, s, t in zip(stream.days, stream.units, stream.successes, stream.tickets, strict=True)
    )
    (tmp_path / "own.csv").write_text("day,checkouts,completions,tickets\n" + rows, encoding="utf-8")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    raw = config.read_yaml(paths.STUDIES / "checkout_redesign.yml")
    raw["monitoring"] |= {"stream": "own.csv", "launch": "2026-02-02"}
    plan = MonitoringPlan.of(config.Study.model_validate(raw), Numbers({}))
    own = plan.streams()["the stream itself"]
    assert (own.units == stream.units).all() and own.launch == 28 and "replayed beside" in text_caution(plan)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stream": "own.csv"}, "both stream and launch"),
        ({"weekday_volume": [1, 1, 1, 1, 1, 1, 0]}, "above 0"),
        ({"weekday_points": [0, 0, 0, 0, 0, 0, -0.4]}, "inside 0 and 1"),
        ({"drip": 1}, "did you mean 'drop'"),
    ],
)
def test_a_wrong_section_is_said(change, said, tmp_path):
    import yaml

    raw = yaml.safe_load((paths.STUDIES / "checkout_redesign.yml").read_text(encoding="utf-8"))
    raw["monitoring"] |= change
    file = tmp_path / "studies" / "checkout_redesign.yml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(ReportError, match=said):
        config.load(file)
