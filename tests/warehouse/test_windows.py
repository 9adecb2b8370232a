"""Every type of metric, with and without a window, a history, a cap and missing amounts, against pandas on a random log."""

import math

import numpy as np
import pandas as pd
import pytest

from helpers.warehouse import query
from tests.ingest.studies import LOG_COLUMNS, REES46, marts_once

pytestmark = pytest.mark.slow

START, END, BASELINE = pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-12"), pd.Timestamp("2026-02-26")
LAST = pd.Timestamp("2026-03-11 06:00")
"""The log ends before the experiment does."""
DAY = pd.Timedelta(days=1)
WINDOWS = (None, 1, 3)


def metric(name: str, kind: str, **keys: object) -> dict[str, object]:
    return {"name": name, "label": name, "role": "secondary", "type": kind} | keys


def metrics() -> list[dict[str, object]]:
    found = []
    for days in WINDOWS:
        within = {"within_days": days} if days else {}
        end = f"_{days}" if days else ""
        amount = {"event": "purchase", "measure": "sum", "unit": "money"}
        found += [
            metric(f"bought{end}", "proportion", event="purchase", covariate=True, **within),
            metric(f"orders{end}", "mean", event="purchase", measure="count", unit="count", covariate=True, **within),
            metric(f"spend{end}", "mean", **amount, missing="drop", covariate=True, winsorize=0.9, **within),
            metric(f"paid{end}", "mean", **amount, missing="zero", **within),
            metric(f"order_value{end}", "ratio", **amount, per="count", missing="drop", **within),
            metric(
                f"orders_a_view{end}", "ratio", event="purchase", measure="count", per="view", unit="count", **within
            ),
        ]
    for first, last in ((1, 1), (2, 3), (3, 3), (1, 4)):
        found.append(metric(f"back_{first}_{last}", "retention", from_day=first, to_day=last))
    found[0]["role"] = "primary"
    return found


def random_log(seed: int = 5) -> pd.DataFrame:
    """Events on a coarse grid, so that many fall on the very moment of an exposure or the end of a window."""
    rng = np.random.default_rng(seed)
    steps = int((LAST - BASELINE) / pd.Timedelta(hours=6)) + 1
    rows = []
    for unit in range(240):
        arm = "ab"[unit % 2]
        for _ in range(rng.integers(1, 14)):
            at = BASELINE + pd.Timedelta(hours=6) * int(rng.integers(0, steps))
            what = str(rng.choice(["view", "cart", "purchase"], p=[0.3, 0.3, 0.4]))
            amount = "" if rng.random() < 0.08 else f"{rng.integers(0, 5_000) / 100:.2f}"
            rows.append((at, what, f"u{unit}", amount, arm))
    rows.append((LAST, "view", "u0", "1.00", "a"))
    frame = pd.DataFrame(rows, columns=["at", "what", "who", "cost", "arm"])
    return frame.drop_duplicates(ignore_index=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return marts_once(tmp_path_factory, "windows", _written)


def _written(base):
    random_log().to_csv(base / "log.csv", index=False)
    raw = REES46 | {
        "name": "windows", "mode": "online", "segments": [], "injection": None, "metrics": metrics(),
        "period": {"baseline": str(BASELINE), "start": str(START), "end": str(END)},
        "data": {
            "source": "log", "path": str(base / "log.csv"), "columns": LOG_COLUMNS | {"variant": "arm"},
            "variants": {"a": "control", "b": "treatment"},
        },
    }  # fmt: skip
    del raw["injection"]
    raw["economics"] = raw["economics"] | {"revenue_metric": "spend"}
    return raw


@pytest.fixture(scope="module")
def found(built) -> pd.DataFrame:
    _, where = built
    with query.connect(where.database) as con:
        return query.frame(
            con.execute("select *, case variant when 'control' then y0 else y1 end as y from intermediate.int_unit_metrics"
                        " join marts.fct_experiment_units using (user_id)")
        )  # fmt: skip


def expected(metric, own: pd.DataFrame, since: pd.Timestamp) -> tuple[float, float, str]:
    """Numerator, denominator and standing of one unit, from its own events."""
    if metric.days and since + metric.days * DAY > LAST:
        return math.nan, math.nan, "open"
    gap = own["at"] - since
    if metric.type == "retention":
        back = ((gap > (metric.from_day - 1) * DAY) & (gap <= metric.to_day * DAY)).any()
        return float(back), math.nan, "known"
    counted = own[(gap >= pd.Timedelta(0)) & (gap <= (metric.within_days or 1_000) * DAY)]
    events = counted[counted["what"] == metric.event]
    standing = "known"
    if metric.measure == "sum":
        empty = events["cents"].isna().any()
        standing = (
            "nothing" if events.empty else "known" if not empty else "zero" if metric.missing == "zero" else "missing"
        )
        if standing == "missing":
            return math.nan, math.nan, standing
    y = {None: float(len(events) > 0), "count": float(len(events)), "sum": float(events["cents"].sum())}[metric.measure]
    below = events if metric.per == "count" else counted[counted["what"] == metric.per]
    return y, float(len(below)) if metric.per else math.nan, standing


@pytest.mark.parametrize("population", ["exposed", "assigned"])
def test_every_metric_of_every_unit_equals_pandas(built, found, population):
    study, _ = built
    log = random_log()
    log["cents"] = (pd.to_numeric(log["cost"], errors="coerce") * 100).round()
    running = log[log["at"] >= START]
    assigned = running.groupby("who")["at"].min()
    exposed = running[running["what"] == "cart"].groupby("who")["at"].min()
    since = exposed if population == "exposed" else assigned
    part = found[found["population"] == population].set_index(["metric", "user_id"])
    assert set(part.index.get_level_values("user_id")) == set(since.index)
    standings = set()
    for metric in study.metrics:
        outside = population == "assigned" and metric.type == "retention"
        told = {}
        for who, at in since.items():
            own = running[running["who"] == who]
            told[who] = (math.nan, math.nan, "outside") if outside else expected(metric, own, at)
        rows = part.loc[metric.name]
        want = pd.DataFrame.from_dict(told, orient="index", columns=["y", "d", "standing"]).loc[rows.index]
        assert rows["standing"].tolist() == want["standing"].tolist(), metric.name
        y = want["y"]
        if metric.winsorize:
            caught = np.sort(expected_values(metric, running, exposed))
            y = y.clip(upper=caught[math.ceil(metric.winsorize * len(caught)) - 1])
        np.testing.assert_array_equal(rows["y"].astype("Float64").to_numpy(float, na_value=math.nan), y.to_numpy(float))
        d = rows["d0"].astype("Float64").to_numpy(float, na_value=math.nan)
        np.testing.assert_array_equal(d, want["d"].to_numpy(float))
        if metric.covariate and not metric.winsorize:
            past = log[(log["at"] < START) & (log["what"] == metric.event)]
            count = past.groupby("who").size().reindex(rows.index, fill_value=0)
            assert rows["x"].tolist() == (count if metric.measure == "count" else (count > 0)).astype(int).tolist()
        standings |= set(want["standing"])
    assert standings >= {"known", "nothing", "open", "missing", "zero"}


def expected_values(metric, running: pd.DataFrame, exposed: pd.Series) -> list[float]:
    values = [expected(metric, running[running["who"] == who], at)[0] for who, at in exposed.items()]
    return [value for value in values if not math.isnan(value)]


def test_the_random_log_holds_the_edges_of_its_windows():
    log = random_log()
    running = log[log["at"] >= START]
    exposed = running[running["what"] == "cart"].groupby("who")["at"].min()
    gap = running["at"] - running["who"].map(exposed)
    other = running["what"] == "purchase"
    for days in (0, 1, 3):
        assert (other & (gap == days * DAY)).sum() > 5
    assert (other & (gap < pd.Timedelta(0))).sum() > 5


def test_units_whose_window_is_not_over_are_counted_and_told(built, found):
    from helpers.experiment.results import Results
    from helpers.experiment.trust import trust_checks

    study, where = built
    with query.connect(where.database) as con:
        results = Results(con, study)
        seen = trust_checks(con, results)
    exposed = found[found["population"] == "exposed"]
    for name in ("bought_3", "back_1_4"):
        left = (exposed[exposed["metric"] == name]["standing"] == "open").sum()
        assert left > 5 and sum(seen.left_out[name].hits) == left
        effect = results.effect(study.metric(name))
        assert effect.effect.n_control + effect.effect.n_treatment == sum(effect.units) - left
        check = next(c for c in seen.checks if c.name == f"Follow-up of {name}")
        assert check.found.startswith(f"{left} units left out")
    assert "bought" not in seen.left_out
