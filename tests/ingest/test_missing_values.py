"""A value that is missing costs its metric and nothing else; what a message advises leads to the truth."""

import copy
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers import config, ingest
from helpers.errors import ReportError
from helpers.experiment.adjusted import with_cuped
from helpers.experiment.results import Results
from helpers.experiment.trust import trust_checks
from helpers.ingest import units
from helpers.paths import StudyPaths
from helpers.site import error_catalogue
from helpers.warehouse import build, query, tolerances
from tests.ingest.studies import LOG_COLUMNS, METRICS, REES46, landed_study, marts_once, study_file, unit_file

pytestmark = pytest.mark.slow

N = 900
BEFORE = {"period": {"baseline": "2019-09-01", "start": "2019-10-01", "end": "2019-10-15"}}


def metric(name: str, **keys: object) -> dict[str, object]:
    return {
        "name": name,
        "label": name.capitalize(),
        "role": "secondary",
        "type": "mean",
        "measure": "sum",
        "unit": "money",
    } | keys


def people() -> pd.DataFrame:
    """Whole units: two in five of those without a purchase have no amount, and one in ten of all no rounds and no history."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"who": [f"u{i}" for i in range(N)], "arm": rng.choice(["a", "b"], N)})
    frame["bought"] = (rng.random(N) < np.where(frame["arm"] == "a", 0.2, 0.3)).astype(int)
    frame["spend"] = np.where(frame["bought"] == 1, rng.integers(100, 9_000, N), 0)
    frame["rounds"] = rng.integers(0, 9, N)
    frame["history"] = rng.integers(0, 5_000, N)
    frame["no_amount"] = (frame["bought"] == 0) & (rng.random(N) < 0.4)
    frame["no_rounds"], frame["no_history"] = rng.random(N) < 0.1, rng.random(N) < 0.1
    return frame


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return marts_once(tmp_path_factory, "missing", _written)


def _written(base):
    frame = people()
    cents = frame["spend"].map(lambda c: f"{c / 100:.2f}")
    told = frame.assign(
        spend=cents.where(~frame["no_amount"], ""), rounds=frame["rounds"].astype(str).where(~frame["no_rounds"], ""),
        history=frame["history"].map(lambda c: f"{c / 100:.2f}").where(~frame["no_history"], ""),
    )  # fmt: skip
    told[["who", "arm", "bought", "spend", "rounds", "history"]].to_csv(base / "units.csv", index=False)
    metrics = [
        METRICS[0],
        metric("dropped", event="spend", covariate=True, winsorize=0.95),
        metric("zeroed", event="spend", missing="zero", covariate=True),
        metric("any_spend", event="spend", type="proportion", measure=None, unit="share", missing="zero"),
        metric("per_round", event="spend", type="ratio", per="rounds"),
        metric("rounds", event="rounds", unit="count"),
    ]
    raw = unit_file(base / "units.csv", BEFORE | {"metrics": metrics, "surrogate": {"proxy": "rounds", "outcome": "dropped"}},
                    before={"spend": "history"})  # fmt: skip
    raw["economics"]["revenue_metric"] = "zeroed"
    return raw


def arms(frame: pd.DataFrame, value: pd.Series, known: pd.Series) -> dict[str, tuple[int, float]]:
    """Units with a value and their mean, by arm."""
    kept = frame.assign(value=value)[known].groupby("arm")["value"].agg(["size", "mean"])
    return {arm: (int(row["size"]), float(row["mean"])) for arm, row in kept.iterrows()}


def test_every_metric_is_of_the_units_that_have_its_value(built):
    study, where = built
    frame = people()
    everybody = pd.Series(True, frame.index)
    cap = np.sort(frame.loc[~frame["no_amount"], "spend"])
    cap = cap[int(np.ceil(0.95 * len(cap))) - 1]
    wanted = {
        "rate": arms(frame, frame["bought"], everybody),
        "dropped": arms(frame, frame["spend"].clip(upper=cap), ~frame["no_amount"]),
        "zeroed": arms(frame, frame["spend"], everybody),
        "any_spend": arms(frame, (frame["spend"] > 0).astype(int), everybody),
        "rounds": arms(frame, frame["rounds"], ~frame["no_rounds"]),
    }
    with query.connect(where.database) as con:
        results = Results(con, study)
        checks = trust_checks(con, results)
        pairs = int(con.execute("select sum(units) from marts.fct_surrogate").fetchall()[0][0])
    for name, by_arm in wanted.items():
        found = results.effect(study.metric(name)).effect
        assert (found.n_control, found.n_treatment) == (by_arm["a"][0], by_arm["b"][0]), name
        assert (found.control, found.treatment) == pytest.approx((by_arm["a"][1], by_arm["b"][1])), name
    both = ~(frame["no_amount"] | frame["no_rounds"])
    assert results.effect(study.metric("per_round")).effect.n_control == ((frame["arm"] == "a") & both).sum()
    assert pairs == both.sum()
    assert results.arm_sizes() == {"control": (frame["arm"] == "a").sum(), "treatment": (frame["arm"] == "b").sum()}
    verdicts = {c.name: c.verdict for c in checks.checks if c.family == "Missing values"}
    assert verdicts["Who lacks dropped"] == verdicts["Who lacks per_round"] == "warning"
    assert verdicts["Missing values of rounds"] == verdicts["Who lacks rounds"] == "passed"
    assert any("empty values count as 0" in c.found for c in checks.checks)


def test_a_history_that_is_missing_costs_no_unit_and_is_the_usual_one(built):
    """The same constant in both arms: the adjusted effect is that of ordinary least squares on the imputed history."""
    study, where = built
    frame = people()
    with query.connect(where.database) as con:
        results = Results(con, study)
        x = query.frame(con.execute("select user_id as who, x from intermediate.int_unit_metrics"
                                    " where metric = 'zeroed' and population = 'exposed'")).set_index("who")["x"]  # fmt: skip
    known = frame.loc[~frame["no_history"], "history"]
    # where an empty field means zero, it does so before the experiment as well
    assert (x.loc[frame.loc[frame["no_history"], "who"]] == 0).all()
    assert (x.loc[frame.loc[~frame["no_history"], "who"]].to_numpy() == known.to_numpy()).all()
    adjusted, gained = with_cuped(results, study.metric("zeroed"))
    assert adjusted.n_control + adjusted.n_treatment == N and 0 < gained.share_remaining <= 1.001
    with query.connect(where.database) as con:
        usual = query.frame(con.execute("select user_id as who, x from intermediate.int_unit_metrics"
                                        " where metric = 'dropped' and population = 'exposed'")).set_index("who")["x"]  # fmt: skip
    told = set(usual.loc[frame.loc[frame["no_history"], "who"]])
    assert len(told) == 1


# --- what a message advises ---


def advised() -> dict[str, str]:
    """Every remedy of reading and building, by its error."""
    rooms = ("helpers.ingest", "helpers.warehouse", "helpers.config")
    found = {
        entry.what: text
        for entry in error_catalogue.errors() if entry.module.startswith(rooms)
        for label, text in entry.parts if label == "what to do"
    }  # fmt: skip
    told = units.REMEDIES | {f"a log: {kind}": text for kind, text in tolerances._REMEDIES.items()}
    return found | told


def test_no_remedy_leaves_rows_out():
    """A share to copy would drop rows by what came of them, or by their arm; copies of a row are no rows of their own."""
    found = advised()
    assert len(found) > 20
    for what, remedy in found.items():
        assert not re.search(r"tolerate\.(?!repeated)\w+:", remedy), (what, remedy)


def test_a_column_of_the_money_that_is_empty_for_nobody_who_bought_is_read_as_the_message_says(tmp_path):
    """Both remedies of a missing outcome, taken from the message: each gives what it promises."""
    frame = people()
    told = frame.assign(spend=frame["spend"].astype(float).div(100).where(~frame["no_amount"]))
    told[["who", "arm", "bought", "spend", "rounds"]].to_csv(tmp_path / "units.csv", index=False)
    strict = [METRICS[0], METRICS[1] | {"missing": "error"}, METRICS[2]]
    with pytest.raises(ReportError) as caught:
        ingest.land(
            config.Study.model_validate(unit_file(tmp_path / "units.csv", {"metrics": strict})), tmp_path / "no"
        )
    values = re.findall(r"missing: (zero|drop)", str(caught.value))
    assert values == ["zero", "drop"]
    for value in values:
        metrics = [METRICS[0], METRICS[1] | {"missing": value}, METRICS[2]]
        study = config.Study.model_validate(unit_file(tmp_path / "units.csv", {"metrics": metrics}))
        ingest.land(study, tmp_path / value)
        assert ingest.landed(tmp_path / value).refused == {}


@pytest.mark.parametrize("kind", ["wrong_type", "negative_price"])
def test_a_wrong_value_left_empty_as_advised_keeps_every_row(tmp_path, kind):
    frame = people().assign(spend=lambda f: (f["spend"] / 100).astype(str))
    wrong = {"wrong_type": "soon", "negative_price": "-5"}[kind]
    columns = ["who", "arm", "bought", "spend", "rounds"]
    for value, ok in ((wrong, False), ("", True)):
        frame.assign(spend=frame["spend"].where(frame["bought"] == 0, value))[columns].to_csv(
            tmp_path / "units.csv", index=False
        )
        study = config.Study.model_validate(unit_file(tmp_path / "units.csv", {"metrics": METRICS}))
        if ok:
            ingest.land(study, tmp_path / "out")
            found = ingest.landed(tmp_path / "out")
            assert (found.table_rows, found.refused) == (N, {})
            return
        with pytest.raises(ReportError) as caught:
            ingest.land(study, tmp_path / "no")
        assert "leave a field empty" in str(caught.value)


def log_of(base, metrics) -> tuple[config.Study, StudyPaths]:
    """A log of 200 units, half of which bought; every tenth purchase has no amount."""
    rows = []
    for i in range(200):
        arm, day = "ab"[i % 2], f"2019-10-{2 + i % 8:02d}"
        rows += [(f"{day} 08:00:00", "view", f"u{i}", "", arm), (f"{day} 09:00:00", "cart", f"u{i}", "", arm)]
        if i % 4 < 2:
            rows.append((f"{day} 10:00:00", "purchase", f"u{i}", "" if i % 20 == 0 else "10.00", arm))
    base.mkdir()
    pd.DataFrame(rows, columns=["at", "what", "who", "cost", "arm"]).to_csv(base / "log.csv", index=False)
    raw = copy.deepcopy(REES46)
    del raw["injection"]
    raw |= {
        "mode": "online",
        "segments": [],
        "metrics": metrics,
        "period": {"start": "2019-10-01", "end": "2019-10-15"},
    }
    raw["data"] = {"source": "log", "path": str(base / "log.csv"), "columns": LOG_COLUMNS | {"variant": "arm"},
                   "variants": {"a": "control", "b": "treatment"}}  # fmt: skip
    raw["economics"]["revenue_metric"] = "revenue"
    return landed_study(base, raw)


def test_a_purchase_without_an_amount_stays_a_purchase_and_the_advice_gives_the_truth(tmp_path):
    rate = {"name": "rate", "label": "Rate", "role": "primary", "type": "proportion", "event": "purchase"}
    revenue = metric("revenue", event="purchase")
    with pytest.raises(ReportError) as caught:
        build.build(*log_of(tmp_path / "strict", [rate, revenue]))
    assert "10 of 500 rows" in str(caught.value) and "missing: zero at the metric" in str(caught.value)
    study, where = log_of(
        tmp_path / "zero",
        [rate, revenue | {"missing": "zero"}, revenue | {"name": "known", "label": "Known", "missing": "drop"}],
    )
    build.build(study, where)
    with query.connect(where.database) as con:
        results = Results(con, study)
        checks = trust_checks(con, results)
    assert results.effect(study.metric("rate")).effect.control == 0.5
    zero = results.effect(study.metric("revenue")).effect
    assert (zero.n_control, zero.control) == (100, pytest.approx(100 * 40 / 100 * 10))
    known = results.effect(study.metric("known")).effect
    assert (known.n_control, known.n_treatment) == (90, 100)
    missing = next(c for c in checks.checks if c.name == "Missing values of known")
    by_arm = stats.fisher_exact([[10, 40], [0, 50]]).pvalue  # of the purchases of an arm
    assert missing.p_value == pytest.approx(2 * by_arm), "two metrics share the level by Holm"


def test_a_primary_metric_without_a_value_in_an_arm_is_told_before_anything_is_built(tmp_path):
    from helpers.warehouse import preview

    frame = people().assign(bought=lambda f: f["bought"].astype(str).where(f["arm"] == "a", ""), spend=0)
    frame[["who", "arm", "bought", "spend", "rounds"]].to_csv(tmp_path / "units.csv", index=False)
    file = study_file(tmp_path, unit_file(tmp_path / "units.csv", {"metrics": METRICS}))
    _, fault = preview.of(str(file))
    assert fault is not None and "no unit of treatment has a value of the primary metric rate" in str(fault)
    metrics = [METRICS[0] | {"missing": "zero"}, *METRICS[1:]]
    study_file(tmp_path, unit_file(tmp_path / "units.csv", {"metrics": metrics}))
    assert preview.of(str(file))[1] is None
