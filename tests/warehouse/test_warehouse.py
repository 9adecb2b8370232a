"""The marts against independent answers: the ledger, pandas, brute force over every unit."""

import copy
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from helpers import __main__ as cli
from helpers import assignment, config, ingest, paths
from helpers.config import Dirt, tracking_plan
from helpers.errors import ReportError
from helpers.pipeline.files import scratch
from helpers.simulate import Ledger
from helpers.warehouse import build
from helpers.warehouse import query as warehouse
from helpers.warehouse.tolerances import enforce

KEY = ["event_time", "event_id"]
DBT = build.dbt
"""As it stands before the fixture that makes it warm."""


@pytest.fixture(scope="session")
def ask(small_study) -> Callable[[str], pd.DataFrame]:
    def answer(query: str) -> pd.DataFrame:
        with warehouse.connect(small_study.where.database) as con:
            return warehouse.frame(con.execute(query))

    return answer


@pytest.fixture(scope="session")
def log(ask) -> pd.DataFrame:
    """Every clean event, in the one order of events."""
    return ask("select * from staging.stg_events").sort_values(KEY, ignore_index=True)


@pytest.fixture(scope="session")
def units(ask) -> pd.DataFrame:
    return ask("select * from marts.fct_experiment_units").sort_values("user_id", ignore_index=True)


# --- the rows ---


def test_the_flow_of_rows_equals_the_ledger(small_study, ask):
    ledger = Ledger.from_json((small_study.where.raw / "ledger.json").read_text())
    flow = ask("select kind, rows from marts.fct_row_flow").set_index("kind")["rows"].to_dict()
    assert {kind: flow[kind] for kind in Dirt.model_fields} == ledger.kinds
    assert all(rows > 0 for rows in ledger.kinds.values())
    lost = [kind for kind, what in tracking_plan.ROW_KINDS.items() if what in ("quarantined", "dropped")]
    assert flow["kept"] + sum(flow[kind] for kind in lost) == ledger.rows
    assert flow["malformed_line"] == flow["outside_period"] == 0


def test_violations_name_event_and_property(small_study, ask):
    ledger = Ledger.from_json((small_study.where.raw / "ledger.json").read_text())
    found = ask("select * from marts.fct_tracking_violations")
    of = found.groupby("violation")["rows"].sum()
    for kind in ("unplanned_event", "missing_property", "extra_property", "wrong_type"):
        assert of[kind] == ledger.kinds[kind]
    breaches = set(found[["event_name", "property", "violation"]].itertuples(index=False, name=None))
    assert ("purchase", "order_id", "missing_property") in breaches
    assert ("view", "coupon", "extra_property") in breaches
    assert ("veiw", "(event)", "unplanned_event") in breaches


def test_counts_of_events(ask, log):
    counted = ask("select * from marts.fct_events").set_index("event_name")
    assert counted["events"].to_dict() == log["event_name"].value_counts().to_dict()
    assert (counted["units_in_log"] == log["user_id"].nunique()).all()
    activity = ask("select * from marts.fct_activity")
    key_events = log[log["event_name"] != "view"]
    assert activity["events"].sum() == len(key_events)
    assert activity["amount"].sum() == key_events["amount"].sum()


def test_exposures_of_a_day_are_new_or_again(small_study, ask, log):
    """Against pandas: a unit is new on its first day of the period, and comes back on any later one."""
    period, found = small_study.study.period, ask("select * from marts.fct_exposures_by_day")
    exposed = log[log["event_name"] == small_study.study.exposure]
    parts = {
        "diagnosis": (exposed[exposed["event_time"] < period.diagnosis_end], period.first),
        "experiment": (exposed[exposed["event_time"] >= period.start], period.start),
    }
    for name, (part, begin) in parts.items():
        days = ((part["event_time"] - pd.Timestamp(begin)) // pd.Timedelta(days=1) + 1).rename("day")
        visits = pd.DataFrame({"user": part["user_id"], "day": days}).drop_duplicates()
        is_new = visits["day"] == visits.groupby("user")["day"].transform("min")
        answer = pd.DataFrame({"new_units": is_new, "returning_units": ~is_new}).groupby(visits["day"]).sum()
        mart = found[found["period"] == name].set_index("day")
        assert mart[["new_units", "returning_units"]].astype(int).equals(answer.astype(int).rename_axis("day"))
        assert (mart["cumulative_units"] == answer["new_units"].cumsum()).all() and mart["returning_units"].any()


# --- the funnel ---


def first_after(times: dict, name: str, after: tuple, until: pd.Timestamp) -> tuple | None:
    """The first event of a name strictly after a key and not after a moment."""
    return next((key for key in times.get(name, []) if key > after and key[0] <= until), None)


def brute_force_funnel(study, log: pd.DataFrame, optional: list[str]) -> pd.DataFrame:
    """Design rule 22, one unit at a time."""
    end, window = study.period.diagnosis_end, pd.Timedelta(hours=study.funnel.window_hours)
    steps, rows = study.funnel.steps, []
    seen = log[log["event_time"] < end]
    keys: dict[str, dict[str, list[tuple]]] = {}
    for user, name, *key in zip(*(seen[column] for column in ("user_id", "event_name", *KEY)), strict=True):
        keys.setdefault(user, {}).setdefault(name, []).append(tuple(key))
    for user, own in keys.items():
        if steps[0] not in own:
            continue
        reached = [own[steps[0]][0]]
        last, until = reached[0], reached[0][0] + window
        for step in steps[1:]:
            found = first_after(own, step, last, until) if last is not None else None
            reached.append(found)
            if step not in optional:
                last = found
        rows.append({"user_id": user, "open": until > end, "reached": reached})
    profiles = seen.drop_duplicates("user_id").set_index("user_id")[study.segments]
    return pd.DataFrame(rows).join(profiles, on="user_id")


@pytest.fixture(scope="module")
def entrants(small_study, log) -> dict[str, pd.DataFrame]:
    study = small_study.study
    return {
        "strict": brute_force_funnel(study, log, []),
        "optional": brute_force_funnel(study, log, study.funnel.optional),
    }


@pytest.mark.parametrize("funnel", ["strict", "optional"])
def test_the_funnel_equals_brute_force(small_study, ask, entrants, funnel):
    study, entrants = small_study.study, entrants[funnel]
    expected = {}
    for dimension in ["all", *study.segments]:
        levels = entrants[dimension].fillna("unknown") if dimension != "all" else "all"
        if dimension != "all":
            counts = levels.map(levels.value_counts())
            levels = levels.where(counts >= study.min_segment, "other")
        for level, group in entrants.groupby(levels if dimension != "all" else lambda _: "all"):
            for i, step in enumerate(study.funnel.steps):
                hit = group["reached"].map(lambda r, i=i: r[i] is not None)
                needed = [
                    j for j in range(i) if funnel == "strict" or study.funnel.steps[j] not in study.funnel.optional
                ]
                before = group["reached"].map(lambda r, j=needed[-1]: r[j] is not None) if i else hit
                still_open = (before & ~hit & group["open"]).sum()
                expected[dimension, level, i + 1, step] = (len(group), hit.sum(), still_open)
    found = ask(f"select * from marts.fct_funnel where funnel = '{funnel}'")
    keys = ["dimension", "level", "step", "event_name"]
    values = found.set_index(keys)[["entrants", "units", "open_units"]]
    assert dict(zip(values.index, values.itertuples(index=False, name=None), strict=True)) == expected
    assert ("country", "other", 1, "view") in expected


def test_the_optional_funnel_finds_what_the_strict_one_misses(ask):
    last = ask("select funnel, units from marts.fct_funnel where dimension = 'all' and step = 3")
    units = last.set_index("funnel")["units"]
    assert units["optional"] > units["strict"] > 0


def test_time_to_convert_covers_every_exposed_entrant(ask, entrants):
    spells = ask("select * from marts.fct_time_to_convert")
    reached = entrants["strict"]["reached"]
    minutes = [math.floor((r[2][0] - r[1][0]).total_seconds() / 60) for r in reached if r[2] is not None]
    converted = spells[spells["converted"]]
    found = converted.loc[converted.index.repeat(converted["units"]), "minutes"]
    assert sorted(found) == sorted(minutes)
    assert spells["units"].sum() == sum(r[1] is not None for r in reached)


# --- assignment and exposure ---


def test_variants_in_sql_equal_python(small_study, units):
    study = small_study.study
    names, weights = [v.name for v in study.variants], [v.weight for v in study.variants]
    assert units["bucket"].tolist() == assignment.buckets(study.salt, units["user_id"]).tolist()
    assert units["variant"].tolist() == [
        assignment.assign(study.salt, user, names, weights) for user in units["user_id"]
    ]


def test_exposure_is_the_first_cart_of_the_experiment(small_study, log, units):
    running = log[log["event_time"] >= small_study.study.period.start]
    assert set(units["user_id"]) == set(running["user_id"])
    carts = running[running["event_name"] == "cart"].groupby("user_id").first()
    exposed = units[units["is_exposed"]].set_index("user_id")
    assert exposed["exposed_at"].to_dict() == carts["event_time"].to_dict()
    assert exposed["exposure_amount"].to_dict() == carts["amount"].to_dict()
    days = (exposed["exposed_at"] - small_study.study.period.start).dt.days + 1
    assert exposed["exposure_day"].tolist() == days.tolist()


# --- potential outcomes ---


@pytest.fixture(scope="session")
def worlds(small_study, log, units) -> pd.DataFrame:
    """Purchases and cents of every unit in both worlds, planted by hand, by population."""
    study = small_study.study
    injection = study.injection
    frame = units.set_index("user_id")
    bought = log[(log["event_name"] == "purchase") & (log["event_time"] >= study.period.start)]
    after = bought[bought["event_time"] >= bought["user_id"].map(frame["exposed_at"])]
    exposed = frame[frame["is_exposed"]].copy()
    exposed["converted"] = exposed.index.isin(after["user_id"])
    draws = assignment.buckets(f"{study.salt}/injection", exposed.index)
    rate = exposed.groupby(injection.by)["converted"].transform("mean")
    uplift = exposed[injection.by].map(injection.relative_uplift)
    chance = np.minimum(1, uplift * rate / (1 - rate))
    delay = pd.Timedelta(minutes=injection.minutes_after_exposure)
    in_time = exposed["exposed_at"] + delay < study.period.end
    exposed["flipped"] = ~exposed["converted"] & (draws < chance) & in_time
    parts = []
    for population, of, purchases in (("exposed", exposed, after), ("assigned", frame, bought)):
        part = pd.DataFrame(index=of.index)
        part["n0"] = purchases.groupby("user_id").size().reindex(of.index, fill_value=0)
        part["s0"] = purchases.groupby("user_id")["amount"].sum().reindex(of.index, fill_value=0)
        part["flipped"] = exposed["flipped"].reindex(of.index, fill_value=False)
        part["n1"] = part["n0"] + part["flipped"]
        part["s1"] = part["s0"] + of["exposure_amount"].fillna(0).astype(int) * part["flipped"]
        part["unpaid"] = of.index.isin(purchases.loc[purchases["amount"].isna(), "user_id"])
        past = log[(log["event_name"] == "purchase") & (log["event_time"] < study.period.start)]
        part["x"] = past.groupby("user_id")["amount"].sum().reindex(of.index, fill_value=0)
        part["variant"] = of["variant"]
        parts.append(part.assign(population=population).reset_index())
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="session")
def metrics(ask) -> pd.DataFrame:
    return ask("select * from intermediate.int_unit_metrics")


def of_metric(metrics: pd.DataFrame, worlds: pd.DataFrame, name: str) -> pd.DataFrame:
    merged = worlds.merge(metrics[metrics["metric"] == name], on=["population", "user_id"], validate="1:1")
    assert len(merged) == len(worlds)
    return merged.rename(columns={"x_y": "x"})


def test_outcomes_in_both_worlds_equal_brute_force(small_study, metrics, worlds):
    rate = of_metric(metrics, worlds, "purchase_rate")
    assert (rate["y0"] == (rate["n0"] > 0)).all() and (rate["y1"] == (rate["n1"] > 0)).all()
    order = of_metric(metrics, worlds, "order_value")
    revenue = of_metric(metrics, worlds, "revenue_per_user")
    assert 0 < worlds["unpaid"].sum() < len(worlds) / 10
    for found in (order, revenue):
        assert (found["y0"].isna() == found["unpaid"]).all() and (found["y1"].isna() == found["unpaid"]).all()
    order, revenue = order[~order["unpaid"]], revenue[~revenue["unpaid"]]
    for world in "01":
        assert (order[f"y{world}"] == order[f"s{world}"]).all()
        assert (order[f"d{world}"] == order[f"n{world}"]).all()
    seen = np.where(revenue["variant"] == "control", revenue["s0"], revenue["s1"])
    pooled = np.sort(seen[revenue["population"] == "exposed"])
    share = small_study.study.metric("revenue_per_user").winsorize
    cap = pooled[math.ceil(share * len(pooled)) - 1]
    assert cap < pooled[-1]
    for world in "01":
        assert (revenue[f"y{world}"] == revenue[f"s{world}"].clip(upper=cap)).all()
    assert (revenue["x"] == revenue["x_x"].clip(upper=cap)).all()


def test_a_positive_uplift_only_adds_and_only_to_the_exposed(units, metrics, worlds):
    assert (metrics["y1"] >= metrics["y0"]).dropna().all()
    flipped = worlds[worlds["flipped"]]
    assert len(flipped) > 10
    assert set(flipped["user_id"]) <= set(units.loc[units["is_exposed"], "user_id"])
    rate = metrics[metrics["metric"] == "purchase_rate"]
    assert set(rate.loc[rate["y1"] > rate["y0"], "user_id"]) <= set(flipped["user_id"])


def test_the_truth_is_the_sum_over_units(ask, units, metrics, small_study):
    joined = metrics[metrics["y0"].notna()].merge(units, on="user_id")
    found = ask("select * from marts.fct_ground_truth")
    for dimension in ["all", *small_study.study.segments]:
        groups = joined.assign(all="all").groupby(["population", dimension, "metric"])
        expected = groups[["y0", "y1"]].sum().astype(int)
        expected["units"] = groups.size()
        part = found[found["dimension"] == dimension].set_index(["population", "level", "metric"])
        for (population, level, metric), row in expected.iterrows():
            truth = part.loc[(population, level, metric)]
            assert (truth["sum_y0"], truth["sum_y1"], truth["units"]) == tuple(row)
        assert len(part) == len(expected)


def test_the_planted_uplift_is_the_one_of_the_study(ask, small_study):
    base = ask("select * from intermediate.int_injection").set_index("level")
    for level, uplift in small_study.study.injection.relative_uplift.items():
        row = base.loc[level]
        left = row["exposed_units"] - row["converted_units"]
        assert row["gain_probability"] * left == pytest.approx(uplift * row["converted_units"])


def test_sufficient_statistics_equal_pandas(ask, units, metrics, small_study):
    joined = metrics.merge(units, on="user_id")
    control = joined["variant"] == "control"
    joined["y"] = joined["y0"].where(control, joined["y1"])
    joined["d"] = joined["d0"].where(control, joined["d1"])
    joined["level_of_day"] = joined["exposure_day"].astype("Int64").astype(str)
    for name, a, b in (
        *(("y2", "y", "y"), ("d2", "d", "d"), ("yd", "y", "d")),
        *(("x2", "x", "x"), ("xy", "x", "y")),
    ):
        joined[name] = joined[a].astype(float) * joined[b].astype(float)
    joined["x"] = joined["x"].where(joined["y"].notna())
    joined["x2"] = joined["x2"].where(joined["y"].notna())
    found = ask("select * from marts.fct_experiment_results")
    sums = ["y", "y2", "d", "d2", "yd", "x", "x2", "xy"]
    money = [m.name for m in small_study.study.metrics if m.unit == "money"]
    for dimension in ["all", "day", *small_study.study.segments]:
        rows = joined if dimension != "day" else joined[joined["population"] == "exposed"]
        key = "level_of_day" if dimension == "day" else dimension
        groups = rows.assign(all="all").groupby(["population", key, "variant", "metric"])
        expected = groups[sums].sum(min_count=1)
        expected["units"], expected["n"] = groups.size(), groups["y"].count()
        expected["hits"] = groups["y"].agg(lambda y: (y > 0).sum())
        part = found[found["dimension"] == dimension]
        part = part.set_index(["population", "level", "variant", "metric"]).sort_index()
        assert len(part) == len(expected)
        part = part.loc[expected.index]
        assert part["sample_size"].tolist() == expected["n"].tolist()
        assert part["units"].tolist() == expected["units"].tolist()
        assert part["conversions"].tolist() == expected["hits"].tolist()
        for name in sums:
            got = part[f"sum_{name}"].map(lambda v: np.nan if v is None else float(v))
            np.testing.assert_array_equal(got, expected[name].to_numpy(dtype=float))
        is_money = part.index.get_level_values("metric").isin(money)
        assert (part["revenue"].notna() == is_money).all()
        assert (part.loc[is_money, "revenue"] == part.loc[is_money, "sum_y"]).all()


def test_experiment_events_show_each_arm_s_world(ask, units, worlds):
    shown = ask("select * from staging.stg_experiment_events")
    per_event = shown.groupby("event_name")["user_id"].agg(["count", "nunique"])
    exposed = units["is_exposed"].sum()
    assert per_event.loc["experiment_impression"].tolist() == [exposed, exposed]
    assert per_event.loc["experiment_session", "nunique"] == exposed
    of = worlds[worlds["population"] == "exposed"]
    seen = np.where(of["variant"] == "control", of["n0"], of["n1"])
    cents = np.where(of["variant"] == "control", of["s0"], of["s1"])
    conversions = shown[shown["event_name"] == "experiment_conversion"]
    assert len(conversions) == seen.sum()
    assert conversions["revenue"].sum() == cents.sum()
    planted = conversions[conversions["is_simulated"]]
    assert (planted["variant"] == "treatment").all()
    assert len(planted) == (of["flipped"] & (of["variant"] == "treatment")).sum()


def test_retention_looks_at_whole_follow_ups(ask, log, units, metrics, small_study):
    metric = small_study.study.metric("retention_7d")
    day = pd.Timedelta(days=1)
    exposed = units[units["is_exposed"]].set_index("user_id")["exposed_at"]
    followed = exposed[exposed + metric.to_day * day <= log["event_time"].max()]
    own = log.assign(since=log["user_id"].map(followed)).dropna(subset="since")
    gap = own["event_time"] - own["since"]
    back = own.loc[(gap > (metric.from_day - 1) * day) & (gap <= metric.to_day * day), "user_id"]
    found = metrics[(metrics["metric"] == "retention_7d") & (metrics["population"] == "exposed")].set_index("user_id")
    assert set(found.index) == set(exposed.index)
    assert set(found.index[found["y0"].notna()]) == set(followed.index)
    assert set(found.index[found["y0"] == 1]) == set(back)
    assert found["y0"].equals(found["y1"])
    assert set(found["standing"]) == {"known", "open"}


# --- the same again ---

TABLES = [
    *("fct_experiment_results", "fct_ground_truth", "fct_funnel", "fct_row_flow", "fct_activity"),
    *("fct_time_to_convert", "fct_exposures_by_day", "fct_tracking_violations"),
]


def test_another_build_with_one_thread_gives_the_same_bytes(small_study, tmp_path, monkeypatch, dbt):
    """With dbt started as a user's is, not forked as in the other tests."""
    monkeypatch.setattr(build, "dbt", DBT)
    where = paths.StudyPaths(small_study.study.name, tmp_path)
    where.data.mkdir(parents=True)
    where.raw.symlink_to(small_study.where.raw)
    monkeypatch.setenv("WAREHOUSE_THREADS", "1")
    build.build(small_study.study, where)
    for table in TABLES:
        written = []
        for database in (small_study.where.database, where.database):
            file = tmp_path / "table.csv"
            with warehouse.connect(database) as con:
                con.execute(f"copy (select * from marts.{table}) to '{file}'")
            written.append(file.read_bytes())
        assert written[0] == written[1], table
        assert written[0].count(b"\n") > 1


# --- online ---

FLAGSHIP = yaml.safe_load((paths.STUDIES / "cart_checkout.yml").read_text(encoding="utf-8"))
ONLINE_PLAN = {
    "events": {
        "experiment_impression": {
            "description": "Saw the page",
            "properties": {"variant": {"type": "string", "required": True}},
        },
        "experiment_conversion": {
            "description": "Bought",
            "properties": {
                "variant": {"type": "string", "required": True},
                "price": {"type": "number", "required": True},
            },
        },
        "experiment_session": {
            "description": "A visit ended",
            "properties": {
                "variant": {"type": "string", "required": True},
                "duration_sec": {"type": "number", "required": True},
            },
        },
    }
}


def shop(base: Path, rows: pd.DataFrame, *, events_of_experiment: bool, mode="online", **changes):
    """A study under ``base`` whose log holds these rows, landed; and a place for its marts."""
    raw = copy.deepcopy(FLAGSHIP)
    raw |= {"name": "own", "mode": mode, "segments": [], "salt": "own-1", "min_segment": 2}
    columns = {name: name for name in rows.columns}
    log = base / "log.csv"
    rows.to_csv(log, index=False)
    raw["data"] = {"source": "log", "path": str(log), "columns": columns}
    raw["period"] = {"start": "2026-07-27", "end": "2026-08-24"}
    raw["injection"] = {"event": "purchase", "relative_uplift": {"all": 0.1}}
    names = ("experiment_impression", "experiment_conversion") if events_of_experiment else ()
    seen, bought = names or ("cart", "purchase")
    raw["exposure"] = seen
    raw["funnel"] = {"steps": [seen, bought] if names else ["view", "cart", "purchase"]}
    for metric in raw["metrics"]:
        metric.pop("covariate", None)
        metric.pop("winsorize", None)
        if metric.get("event") == "purchase":
            metric["event"] = bought
    if mode == "online":
        del raw["injection"]
    if events_of_experiment:
        raw["tracking_plan"] = "own"
        plans = base / "studies" / "tracking_plans"
        plans.mkdir(parents=True, exist_ok=True)
        (plans / "own.yml").write_text(yaml.safe_dump(ONLINE_PLAN), encoding="utf-8")
    for key, value in changes.items():
        if key == "tolerate":
            raw["data"]["tolerate"] = value
        else:
            raw[key] = value
    file = base / "studies" / "own.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    study, where = config.opened(file)
    shutil.rmtree(where.raw, ignore_errors=True)
    ingest.land(study, where.raw)
    return study, where


def online_rows() -> pd.DataFrame:
    """400 units: an impression, sessions, a purchase of some; and noise of another experiment."""
    rng = np.random.default_rng(8)
    start, rows = pd.Timestamp("2026-07-27"), []
    for i in range(400):
        user, variant = f"u{i}", ["control", "treatment"][int(rng.integers(2))]
        seen = start + pd.Timedelta(seconds=int(rng.integers(14 * 86_400)))
        of = {"user_id": user, "variant": variant, "experiment_id": ["own", ""][i % 2]}
        rows.append(of | {"event_name": "experiment_impression", "event_time": seen})
        if i % 3 == 0:
            again = seen + pd.Timedelta(minutes=5)
            rows.append(of | {"event_name": "experiment_impression", "event_time": again})
        for k in range(int(rng.integers(1, 4))):
            ended = seen + pd.Timedelta(hours=20 * k, seconds=600)
            session = {"session_id": f"s{i}-{k}", "duration_sec": int(rng.integers(10, 900))}
            rows.append(of | session | {"event_name": "experiment_session", "event_time": ended})
        if rng.random() < 0.4:
            paid = {"price": f"{rng.integers(100, 9000) / 100:.2f}", "session_id": f"s{i}-0"}
            when = seen + pd.Timedelta(seconds=300)
            rows.append(of | paid | {"event_name": "experiment_conversion", "event_time": when})
            early = seen - pd.Timedelta(seconds=1)
            if early >= start:
                rows.append(of | paid | {"event_name": "experiment_conversion", "event_time": early})
        other = {"experiment_id": "another", "variant": "blue", "price": "5.00"}
        late = seen + pd.Timedelta(hours=1)
        rows.append(of | other | {"event_name": "experiment_conversion", "event_time": late})
        rows.append(of | other | {"event_name": "experiment_impression", "event_time": late})
    columns = "event_time event_name user_id session_id price experiment_id variant duration_sec"
    return pd.DataFrame(rows, columns=columns.split()).assign(duration_sec=lambda f: f["duration_sec"].astype("Int64"))


def dbt_again(monkeypatch, study, where) -> None:
    """The next build of the same log gets dbt's marts of this one: what a study tolerates is no question to dbt."""
    log = ingest.landed(where.raw)
    plan = tracking_plan.tracking_plan(study, where.base / "studies")
    asked = build.dbt_vars(study, log, plan)

    def copied(command, variables, *, database, target):
        assert command == ("build",) and variables | {"events_location": ""} == asked | {"events_location": ""}
        shutil.copyfile(where.database, database)
        return ""

    monkeypatch.setattr(build, "run_dbt", copied)


def results(where) -> pd.DataFrame:
    with warehouse.connect(where.database) as con:
        return warehouse.frame(
            con.execute("select * from marts.fct_experiment_results where dimension = 'all' and population = 'exposed'")
        ).set_index(["metric", "variant"])


@pytest.mark.slow
def test_an_online_log_of_experiment_events(tmp_path):
    rows = online_rows()
    study, where = shop(tmp_path, rows, events_of_experiment=True)
    build.build(study, where)
    own = rows[rows["experiment_id"] != "another"]
    impressions = own[own["event_name"] == "experiment_impression"]
    seen = impressions.groupby("user_id")["event_time"].min()
    arm = own.groupby("user_id")["variant"].first()
    after = own[own["event_time"] >= own["user_id"].map(seen)]
    found = results(where)
    for variant in ("control", "treatment"):
        users = arm.index[arm == variant]
        of = after[after["user_id"].isin(users)]
        bought = of[of["event_name"] == "experiment_conversion"]
        cents = (bought["price"].astype(float) * 100).round().astype(int)
        spent = cents.groupby(bought["user_id"]).sum()
        sessions = of[of["event_name"] == "experiment_session"]
        row = found.loc[("purchase_rate", variant)]
        assert (row["sample_size"], row["conversions"]) == (len(users), bought["user_id"].nunique())
        row = found.loc[("revenue_per_user", variant)]
        assert (row["sum_y"], row["sum_y2"]) == (spent.sum(), (spent**2).sum())
        row = found.loc[("session_length", variant)]
        assert (row["sum_y"], row["sum_d"]) == (sessions["duration_sec"].sum(), len(sessions))
        assert row["sum_y"] > 0
    with warehouse.connect(where.database) as con:
        truth = con.execute("select count(*) from marts.fct_ground_truth where sum_y0 <> sum_y1")
        assert truth.fetchall() == [(0,)]
        kinds = con.execute("select distinct event_name from staging.stg_experiment_events")
        assert {kind for (kind,) in kinds.fetchall()} == set(tracking_plan.EXPERIMENT_EVENTS)


def base(folder: Path, name: str) -> Path:
    """A folder of its own in a test's."""
    (folder / name).mkdir()
    return folder / name


def plain_rows() -> pd.DataFrame:
    """200 units who view, put into the cart and perhaps buy; one of them in both variants."""
    rows, start = [], pd.Timestamp("2026-07-28 10:00:00")
    for i in range(200):
        of = {"user_id": f"u{i}", "session_id": f"s{i}", "product_id": "p", "order_id": None}
        of["variant"] = "control" if i % 2 else "treatment"
        for minute, name in enumerate(["view", "cart", *(["purchase"] if i % 3 == 0 else [])]):
            moment = start + pd.Timedelta(minutes=minute + i)
            if name == "purchase":
                of = of | {"order_id": f"o{i}"}
            rows.append(of | {"event_name": name, "event_time": moment, "price": "10.00"})
    twice = rows[0] | {"variant": "control", "event_time": start + pd.Timedelta(days=1)}
    return pd.DataFrame([*rows, twice])


@pytest.mark.slow
def test_a_plain_column_of_variants_and_a_unit_in_two(tmp_path, monkeypatch):
    tolerate = {"two_variants": 0.01}
    study, where = shop(base(tmp_path, "tolerant"), plain_rows(), events_of_experiment=False, tolerate=tolerate)
    build.build(study, where)
    found = results(where)
    control, treatment = (found.loc[("purchase_rate", arm)] for arm in ("control", "treatment"))
    assert (control["sample_size"], control["conversions"]) == (100, 33)
    assert (treatment["sample_size"], treatment["conversions"]) == (
        99,
        33,
    )  # without u0, who bought
    assert found.loc[("revenue_per_user", "control"), "revenue"] == 33 * 1000

    dbt_again(monkeypatch, study, where)
    study, where = shop(base(tmp_path, "strict"), plain_rows(), events_of_experiment=False)
    with pytest.raises(ReportError) as caught:
        build.build(study, where)
    assert "units that the log shows in two variants" in str(caught.value)
    assert "1 of 200 units (0.50 %)" in str(caught.value)
    assert "at most 0 % (data.tolerate.two_variants)" in str(caught.value)
    assert not where.database.exists()


@pytest.mark.slow
def test_variants_the_study_does_not_know_are_refused(tmp_path):
    rows = plain_rows().replace({"variant": {"treatment": "blue"}})
    tolerate = {"two_variants": 0.01}
    study, where = shop(tmp_path, rows, events_of_experiment=False, tolerate=tolerate)
    with pytest.raises(ReportError, match=r"levels that the study does not map\n(.*\n)*.*'blue' \(100 units\)"):
        build.build(study, where)


# --- bad inputs ---

BAD = {
    "unparseable_time": ("event_time", "the day before", "timestamps that cannot be read"),
    "negative_price": ("price", "-10.00", "negative revenue or prices"),
    "wrong_type": ("price", "NaN", "that are not a number"),
    "unplanned_event": ("event_name", "chekout", "event names the tracking plan does not know"),
}


def bad_rows(*kinds: str) -> pd.DataFrame:
    """Rows of which one each is wrong."""
    rows = plain_rows().drop(columns="variant").iloc[:-1].astype(object)
    for place, kind in enumerate(kinds):
        column, value, _ = BAD[kind]
        rows.loc[rows.index[20 + place], column] = value
    return rows


def told(error: ReportError, kind: str) -> None:
    for words in ("studies/own.yml", BAD[kind][2], "expected", "likely cause", "remedy"):
        assert words in str(error)


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """A study that tolerates one row of each kind, its marts built."""
    folder = tmp_path_factory.mktemp("bad")
    tolerate = dict.fromkeys(BAD, 0.01)
    study, where = shop(folder, bad_rows(*BAD), events_of_experiment=False, mode="offline", tolerate=tolerate)
    build.build(study, where)
    return study, where


@pytest.mark.slow
def test_a_bad_log_overwrites_nothing(tmp_path, monkeypatch, bad):
    dbt_again(monkeypatch, *bad)
    tolerate = dict.fromkeys(set(BAD) - {"negative_price"}, 0.01)
    study, where = shop(tmp_path, bad_rows(*BAD), events_of_experiment=False, mode="offline", tolerate=tolerate)
    where.database.write_bytes(b"the marts of yesterday")
    with pytest.raises(ReportError) as caught:
        build.build(study, where)
    told(caught.value, "negative_price")
    assert where.database.read_bytes() == b"the marts of yesterday"
    assert not list(where.data.glob(".aside-build-*"))


@pytest.mark.slow
def test_each_kind_of_bad_row_is_told_by_itself(bad):
    study, where = bad
    with warehouse.connect(where.database) as con:
        enforce(con, study)
        for kind in BAD:
            strict = study.data.tolerate.model_copy(update={kind: 0})
            held = study.model_copy(update={"data": study.data.model_copy(update={"tolerate": strict})})
            with pytest.raises(ReportError) as caught:
                enforce(con, held)
            told(caught.value, kind)


def test_weights_that_do_not_add_up_are_refused_before_anything_runs(tmp_path):
    arms = [{"name": "control", "weight": 0.5}, {"name": "treatment", "weight": 0.6}]
    with pytest.raises(ReportError, match=r"weights 0\.5 \+ 0\.6 = 1\.1"):
        shop(tmp_path, plain_rows(), events_of_experiment=False, variants=arms)


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path):
    """Root may write anywhere, so the folder is made impossible by a file in its place."""
    file = tmp_path / "studies" / "cart_checkout.yml"
    file.parent.mkdir()
    file.write_text((paths.STUDIES / file.name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "data").write_text("in the way")
    for command in ("log", "marts"):
        done = CliRunner().invoke(cli.main, [command, str(file)])
        assert done.exit_code == 2
        assert "cannot write: a file stands where a folder is needed" in done.output
    assert (tmp_path / "data").read_text() == "in the way"


def test_scratch_of_a_killed_build_is_swept_and_a_living_one_s_stays(tmp_path):
    living = f".aside-build-{os.getppid()}"
    for name in (living, ".aside-build-99999999", ".aside-build-x", ".aside-other-99999999"):
        (tmp_path / name).mkdir()
    with scratch(tmp_path, "build") as aside:
        aside.mkdir()
        assert {p.name for p in tmp_path.iterdir()} == {living, aside.parent.name, ".aside-other-99999999"}
    assert {p.name for p in tmp_path.iterdir()} == {living, ".aside-other-99999999"}


def test_marts_that_are_not_built_are_told(tmp_path):
    with (
        pytest.raises(ReportError, match="the marts are not built"),
        warehouse.connect(tmp_path / "x.duckdb"),
    ):
        pass
