"""The music world: its log agrees with its own ground truth, and the report is marked by it."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import paths
from helpers.assignment import assign
from helpers.config import Dirt, Study, load
from helpers.errors import ReportError
from helpers.experiment import funnel, ground_truth, selection, surrogate, survival
from helpers.experiment import results as experiment
from helpers.report.figures import experiment as figures
from helpers.report.figures.selection import readings
from helpers.report.topics import effects
from helpers.report.topics import ground_truth as ground_truth_topic
from helpers.report.topics import selection as selection_topic
from helpers.report.topics import surrogate as surrogate_topic
from helpers.simulate import simulate
from helpers.simulate.listeners import MUSIC, draw_listeners
from helpers.simulate.music import MEASURES, _Outcomes
from helpers.warehouse import build, query

USERS = 4_000


def small(**changes: object) -> Study:
    study = load("studies/music_recommendations.yml")
    data = study.data.model_copy(update={"users": USERS} | changes)
    return study.model_copy(update={"data": data, "min_segment": 20})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("music") / "data" / "music_recommendations" / "raw"
    out.mkdir(parents=True)
    simulate(small(), out, progress=False)
    return out


@pytest.fixture(scope="module")
def log(folder: Path) -> pd.DataFrame:
    frame = pd.concat(pd.read_parquet(part) for part in sorted((folder / "events").glob("*.parquet")))
    return frame.assign(time=pd.to_datetime(frame["event_time"]))


@pytest.fixture(scope="module")
def truth(folder: Path) -> dict:
    return json.loads((folder / "ground_truth.json").read_text())


def test_the_log_is_whole_and_ordered(folder: Path, log: pd.DataFrame) -> None:
    study = small()
    ledger = json.loads((folder / "ledger.json").read_text())
    assert ledger["rows"] == len(log) == log["event_id"].nunique()
    assert log["time"].between(study.period.first, study.period.end, inclusive="left").all()
    running = log[log["time"] >= study.period.start]
    first = running.groupby("user_id")["event_name"].first()
    assert (first == "experiment_impression").all()
    assert len(first) == USERS
    last = running.groupby("user_id")["event_name"].last()
    left = running.loc[running["event_name"] == "cancel", "user_id"]
    assert (last[left] == "cancel").all()
    assert not left.duplicated().any()


def test_the_arms_are_those_of_the_salted_hash(log: pd.DataFrame) -> None:
    study = small()
    shown = log[log["event_name"] == "experiment_impression"].set_index("user_id")["variant"]
    assert shown.index.is_unique
    for user, variant in shown.head(200).items():
        assert assign(study.salt, str(user), ["control", "treatment"], [0.9, 0.1]) == variant
    assert (shown == "treatment").mean() == pytest.approx(0.1, abs=0.02)


def test_the_control_shows_its_own_world(log: pd.DataFrame, truth: dict) -> None:
    """Sums of the control, scaled up, are near the world in which nobody is treated; songs lie above for outliers."""
    study = small()
    running = log[log["time"] >= study.period.start]
    variant = running.dropna(subset="variant").set_index("user_id")["variant"]
    sums = {w["metric"]: w for w in truth["worlds"] if w["dimension"] == "all"}
    for metric, event in (("conversion", "subscribe"), ("churn", "cancel"), ("paywalls", "paywall")):
        for arm, world in (("control", "sum_y0"), ("treatment", "sum_y1")):
            users = variant.index[variant == arm]
            seen = running[running["event_name"] == event].groupby("user_id").size().reindex(users, fill_value=0)
            error = max(seen.std(), 0.1) / np.sqrt(len(users))
            assert seen.mean() == pytest.approx(sums[metric][world] / USERS, abs=4 * error)
    assert sums["songs"]["sum_y1"] / sums["songs"]["sum_y0"] - 1 == pytest.approx(0.147, abs=0.01)


def test_paywalls_a_session_fall_as_planted_because_both_worlds_have_the_same_sessions(
    log: pd.DataFrame, truth: dict
) -> None:
    study = small()
    running = log[log["time"] >= study.period.start]
    (world,) = (w for w in truth["worlds"] if w["metric"] == "paywalls_per_session" and w["dimension"] == "all")
    assert world["sum_d0"] == world["sum_d1"] == (running["event_name"] == "app_open").sum()
    assert world["sum_y1"] / world["sum_y0"] - 1 == pytest.approx(MUSIC.paywall_change, abs=0.01)
    assert world["sum_d0"] / USERS == pytest.approx(MUSIC.sessions, abs=0.15)


def test_the_first_opening_stands_before_everything_but_the_impression(log: pd.DataFrame) -> None:
    running = log[log["time"] >= small().period.start]
    second = running[running["event_name"] != "experiment_impression"].groupby("user_id")["event_name"].first()
    assert (second == "app_open").all()
    opened = running[running["event_name"] == "app_open"].groupby("user_id")["time"].min()
    assert running.groupby("user_id")["time"].min().lt(opened).all()


def test_segments_add_up_to_all(truth: dict) -> None:
    worlds = pd.DataFrame(truth["worlds"]).query("level != 'as they are'")
    totals = worlds.groupby(["metric", "dimension"])[["units", "sum_y0", "sum_y1"]].sum()
    assert (totals.groupby("metric").nunique() == 1).all(axis=None)
    assert set(worlds["dimension"]) == {"all", "device", "country", "age", "selection"}
    assert {p["effect"] for p in truth["planted"]} >= {"songs", "conversion", "churn", "paywall", "outliers"}


def test_the_same_study_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    simulate(small(), tmp_path, progress=False)
    for file in (path for path in folder.rglob("*") if path.is_file()):
        assert file.read_bytes() == (tmp_path / file.relative_to(folder)).read_bytes()


def test_what_the_world_refuses(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="plants no dirt"):
        simulate(small(dirt=Dirt(bot=0.1)), tmp_path)
    with pytest.raises(ReportError, match="cannot have the world 'music'"):
        simulate(small().model_copy(update={"mode": "offline"}), tmp_path)


def test_an_unknown_measure_is_refused_and_not_told_as_revenue() -> None:
    people = draw_listeners(50, np.random.default_rng(1), MUSIC)
    known = _Outcomes(people, np.full(50, 30.0), 999)
    for measure in MEASURES:
        assert known("subscribe", measure) is not None
    assert known("play", "sum") is None, "songs have no price"
    assert known("refund", "count") is None, "no such thing happens"
    for event in ("subscribe", "play", "refund"):
        with pytest.raises(ReportError, match="does not know the measure 'distinct_days'") as refused:
            known(event, "distinct_days")
        assert "expected: one of any, count, sum" in str(refused.value)


@pytest.fixture(scope="module")
def where(folder: Path) -> paths.StudyPaths:
    found = paths.StudyPaths("music_recommendations", folder.parents[2])
    build.build(small(), found)
    return found


@pytest.mark.slow
def test_the_report_is_marked_by_the_truth(where: paths.StudyPaths, truth: dict) -> None:
    study = small()
    with query.connect(where.database) as con:
        results = experiment.Results(con, study)
        kept = survival.survival(con, results)
        judged = surrogate.surrogacy(con, results)
        text = surrogate_topic.text_cannibalisation(results)
        assert survival.survival(con, experiment.Results(con, study.model_copy(update={"leaving": None}))) is None
    assert kept is not None
    assert judged is not None and judged.truth is not None
    whole = judged.path.predicted.value + judged.path.beside.value
    assert whole == pytest.approx(judged.direct.value, rel=1e-9), "the sums of the mart are those of the effects"
    assert judged.path.predicted.value == pytest.approx(judged.truth, abs=4 * judged.path.predicted.standard_error)
    assert text is not None and re.search(r"Paywall impressions per session: .*planted -[234]\.", text)
    assert sum(kept.units.values()) == USERS
    lost = MUSIC.churn * (1 - 0.09) + (MUSIC.churn + MUSIC.churn_paid) * 0.09
    days = kept.horizon_days - MUSIC.first_churn_day
    gone = 1 - (1 - lost) ** (days / (MUSIC.churn_days - MUSIC.first_churn_day))
    assert 1 - kept.curves["control"].at([kept.horizon_days])[0] == pytest.approx(gone, abs=0.03)
    churn = results.effect(study.metric("churn"))
    assert churn is not None
    assert kept.left["control"] == churn.control.estimate * kept.units["control"]
    told = {w["metric"]: w for w in truth["worlds"] if w["dimension"] == "all"}
    for found in results.headline():
        assert found.truth is not None
        world = told[found.metric.name]
        assert found.truth.relative == pytest.approx(world["sum_y1"] / world["sum_y0"] - 1)
        assert found.effect.absolute == pytest.approx(
            found.truth.absolute, abs=4 * (found.effect.absolute_high - found.effect.absolute_low) / 3.9
        )
    by_device = results.by_segment(study.primary, "device")
    assert all(e.truth is not None for e in by_device)
    assert "true effects are known" in effects.text_caution(study)


@pytest.mark.slow
def test_other_choices_of_units_are_those_of_the_log(where: paths.StudyPaths, log: pd.DataFrame, truth: dict) -> None:
    """Every rule's arms, recomputed from the log in pandas."""
    study = small()
    plays = log[log["event_name"] == "play"]
    running = plays["time"] >= study.period.start
    arm = log.dropna(subset="variant").set_index("user_id")["variant"]
    songs, before = (
        plays[when].groupby("user_id").size().reindex(arm.index, fill_value=0) for when in (running, ~running)
    )
    threshold = songs.quantile(0.99, interpolation="inverted_cdf")
    pulled = songs.clip(upper=threshold)
    everybody = songs >= 0
    expected = {
        "winsorised": pulled[everybody],
        "as they are": songs[everybody],
        "dropped": songs[songs < threshold],
        "heaviest by outcome": pulled[pulled >= pulled.quantile(0.75, interpolation="inverted_cdf")],
        "heaviest before": pulled[before >= before.quantile(0.75, interpolation="inverted_cdf")],
    }
    with query.connect(where.database) as con:
        results = experiment.Results(con, study)
        found = {r.rule.name: r for r in selection.read(con, results)}
    assert set(found) == set(expected)
    for name, values in expected.items():
        of = values.groupby(arm.reindex(values.index))
        assert found[name].effect.n_treatment == of.size()["treatment"], name
        assert found[name].effect.control == pytest.approx(of.mean()["control"]), name
        assert found[name].effect.treatment == pytest.approx(of.mean()["treatment"]), name
    lift = next(p["size"] for p in truth["planted"] if p["effect"] == "songs")
    assert found["dropped"].truth == pytest.approx(lift)
    assert found["heaviest before"].truth == found["heaviest by outcome"].truth == pytest.approx(0.13, abs=0.02)
    assert found["heaviest by outcome"].effect.relative < found["heaviest before"].effect.relative
    assert [row["Arms alike"].text for row in selection_topic.table(list(found.values()))].count("no") == 2
    assert len(readings(list(found.values()), study).data) == 3


@pytest.mark.slow
def test_every_planted_effect_is_set_beside_what_was_found(where: paths.StudyPaths, truth: dict) -> None:
    study = small()
    with query.connect(where.database) as con:
        found = ground_truth.checked(study, where, experiment.Results(con, study))
    assert [m.planted.effect for m in found] == [p["effect"] for p in truth["planted"]]
    shown = {m.planted.effect: m.found.metric.name for m in found if m.found}
    assert shown == {"songs": "songs", "conversion": "conversion", "churn": "churn", "paywall": "paywalls"}
    rows = {m.planted.effect: row for m, row in zip(found, ground_truth_topic.table(found, study), strict=True)}
    assert rows["churn"]["Size"] == "-5.00 points" and rows["churn"]["Interval"].count("points") == 1
    assert rows["outliers"]["Size"] == "5" and rows["outliers"]["Shows in"] == "no estimate"
    assert set(rows["songs"]) == set(rows["outliers"])


@pytest.mark.slow
def test_each_arm_walks_its_funnel(where: paths.StudyPaths, log: pd.DataFrame) -> None:
    study = small()
    with query.connect(where.database) as con:
        arms = funnel.by_arm(con, study)
    assert [a.level for a in arms] == ["control", "treatment"]
    running = log[log["time"] >= study.period.start]
    opened = running[running["event_name"] == "app_open"].groupby("user_id")["time"].min()
    played = running[running["event_name"] == "play"].groupby("user_id")["time"].min().reindex(opened.index)
    arm = log.dropna(subset="variant").set_index("user_id")["variant"]
    inside = played <= opened + pd.Timedelta(hours=study.funnel.window_hours)
    for found in arms:
        of = arm.reindex(opened.index) == found.level
        assert [s.units for s in found.steps[:2]] == [of.sum(), (inside & of).sum()]
        assert found.steps[0].entrants >= found.steps[1].units >= found.steps[2].units > 0
    figure = figures.funnel_arms(arms, study)
    assert [trace.domain.y[1] > trace.domain.y[0] for trace in figure.data] == [True, True]
    assert figure.data[0].domain.y[0] >= figure.data[1].domain.y[1]
