"""Effects, and a machinery that keeps its word."""

import hashlib
import math
import shutil
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from helpers import config, paths
from helpers.assignment import BUCKETS, HEX_DIGITS, bucket
from helpers.errors import ReportError
from helpers.experiment import rerandomisation, statistics_table
from helpers.experiment import results as experiment
from helpers.experiment.adjusted import with_cuped
from helpers.experiment.results import MetricEffect, Results, Truth
from helpers.report.topics import effects
from helpers.stats import Mean, Proportion, Ratio, compare
from helpers.warehouse import query


@pytest.fixture(scope="module")
def results(small_study) -> Results:
    with query.connect(small_study.where.database) as con:
        return Results(con, small_study.study)


# --- summaries and effects ---


def test_summary_by_metric_type(small_study):
    row = pd.Series(
        {
            "sample_size": 10,
            "sum_y": 4,
            "sum_y2": 4,
            "sum_d": 20,
            "sum_d2": 60,
            "sum_yd": 9,
            "sum_x": 3,
            "sum_x2": 3,
            "sum_xy": 2,
        }
    )
    study = small_study.study
    assert experiment.summary(row, study.metric("purchase_rate")) == Proportion(10, 4)
    assert experiment.summary(row, study.metric("retention_7d")) == Proportion(10, 4)
    assert experiment.summary(row, study.metric("revenue_per_user")).estimate == pytest.approx(0.4)
    ratio = experiment.summary(row, study.metric("order_value"))
    assert isinstance(ratio, Ratio) and ratio.estimate == pytest.approx(0.2)
    adjusted = experiment.summary(row, study.metric("purchase_rate"), covariate=True)
    assert isinstance(adjusted, Mean) and adjusted.estimate == pytest.approx(0.4)


def test_effect_is_compare_on_the_marts(results, small_study):
    study = small_study.study
    found = results.effect(study.primary)
    with query.connect(small_study.where.database) as con:
        counted = dict(
            con.execute(
                "select variant, (sample_size, sum_y::bigint) from marts.fct_experiment_results"
                " where metric = 'purchase_rate' and population = 'exposed' and dimension = 'all'"
            ).fetchall()
        )
    assert found.effect == compare(Proportion(*counted["control"]), Proportion(*counted["treatment"]))
    assert found.covered is (found.effect.relative_low <= found.truth.relative <= found.effect.relative_high)
    assert results.units("exposed", "all", "all") == sum(n for n, _ in counted.values())


def test_truth_is_the_planted_effect(results, small_study):
    truth = results.truth(small_study.study.primary)
    planted = small_study.study.injection.relative_uplift
    assert min(planted.values()) < truth.relative < max(planted.values())
    assert truth.absolute == pytest.approx(truth.control * truth.relative)
    assert math.isnan(Truth(0.0, 0.1).relative)
    for level, uplift in planted.items():
        found = results.truth(small_study.study.primary, dimension="visitor_type", level=level)
        assert found.relative == pytest.approx(uplift, abs=0.06), "3,000 users: a few flips either way"


P_VALUES = {
    ("a", "primary"): 0.03, ("b", "primary"): 0.04, ("a", "money"): 0.01, ("b", "money"): 0.02, ("a", "more"): 0.03,
    ("b", "more"): 0.9, ("a", "guard"): 0.04, ("b", "guard"): 0.5,
}  # fmt: skip


class Drawn(Results):
    """Two treatments and four metrics, whose p-values are what a test says."""

    def __init__(self, secondary: str) -> None:
        roles = {"primary": "primary", "money": "secondary", "more": "secondary", "guard": "guardrail"}
        self.study = SimpleNamespace(
            treatments=[SimpleNamespace(name="a"), SimpleNamespace(name="b")],
            metrics=[SimpleNamespace(name=name, role=role) for name, role in roles.items()],
            decision=SimpleNamespace(confidence=0.95, secondary=secondary),
        )

    def effect(self, metric, *, variant=None, **_):
        effect = SimpleNamespace(p_value=P_VALUES[variant, metric.name])
        return MetricEffect(metric, "", "", "", variant, None, None, effect, effect.p_value, None, (0, 0), (0, 0))


@pytest.mark.parametrize(("secondary", "method"), [("holm", "holm"), ("bh", "fdr_bh")])
def test_each_family_shares_its_own_level(secondary, method):
    """Arms on the primary metric by Holm; the secondary metrics of all arms by what the study says; guardrails alone."""
    found = {(e.variant, e.metric.name): e.adjusted_p for e in Drawn(secondary).tested}
    assert set(found) == set(P_VALUES)
    for role, how in ((["primary"], "holm"), (["money", "more"], method)):
        family = [key for key in P_VALUES if key[1] in role]
        wanted = multipletests([P_VALUES[key] for key in family], method=how)[1]
        assert [found[key] for key in family] == pytest.approx(wanted.tolist())
    for key in (("a", "guard"), ("b", "guard")):
        assert found[key] == P_VALUES[key]


def test_with_one_treatment_the_primary_metric_is_tested_at_the_full_level(results, small_study):
    by_name = {e.metric.name: e for e in results.headline()}
    assert list(by_name) == [m.name for m in small_study.study.metrics]
    for name in ("purchase_rate", "order_value"):
        assert by_name[name].adjusted_p == by_name[name].effect.p_value


def test_exploratory_is_adjusted_together(results, small_study):
    primary = small_study.study.primary
    found = results.exploratory(primary)
    raw = [e.effect.p_value for e in found]
    assert len(found) == sum(len(results.by_segment(primary, d)) for d in small_study.study.segments)
    assert [e.adjusted_p for e in found] == pytest.approx(stats.false_discovery_control(raw, method="bh"))


def test_segments_share_alpha_and_claim_nothing_that_their_test_does_not_carry(results, small_study):
    study = small_study.study
    found = results.interactions(study.primary)
    assert list(found) == list(study.segments)
    for dimension, test in found.items():
        assert test.alpha == pytest.approx((1 - study.decision.confidence) / len(study.segments))
        assert [s.segment for s in test.segments] == [e.level for e in results.by_segment(study.primary, dimension)]
        assert not test.claims or test.interaction


def test_the_trend_runs_over_the_days_of_exposure(results, small_study):
    days = results.by_segment(small_study.study.primary, "day")
    trend = results.novelty(small_study.study.primary)
    assert trend.days == len(days) == 28
    assert min(e.effect.absolute for e in days) < trend.long_run < max(e.effect.absolute for e in days)


def test_days_come_in_order(results):
    days = results.levels("exposed", "day")
    assert days == sorted(days, key=int) and len(days) == 28
    assert len(results.sample_ratio_by_day().groups) == 28


def test_guardrails_look_to_the_harmful_side(results, small_study):
    found = results.guardrails()
    assert set(found) == {"order_value", "retention_7d", "session_length"}
    assert found["order_value"].scale == "relative" and found["retention_7d"].scale == "absolute"
    assert all(g.bad == "decrease" for g in found.values())
    lower = small_study.study.metric("order_value").model_copy(update={"better": "lower"})
    assert results.guardrail(lower).bad == "increase"


def test_intention_to_treat_is_diluted(results, small_study):
    both = results.populations(small_study.study.primary)
    exposed, assigned = (both[p].truth for p in ("exposed", "assigned"))
    assert 0 < assigned.absolute < exposed.absolute


def test_cuped_only_with_a_covariate(results, small_study):
    effect, reduction = with_cuped(results, small_study.study.primary)
    plain = results.effect(small_study.study.primary).effect
    assert 0 < reduction.share_remaining <= 1
    assert effect.absolute_high - effect.absolute_low <= (plain.absolute_high - plain.absolute_low) * 1.02
    assert with_cuped(results, small_study.study.metric("order_value")) is None


def test_a_guardrail_without_units_says_so(small_study, tmp_path):
    database = tmp_path / "empty.duckdb"
    shutil.copyfile(small_study.where.database, database)
    with query.connect(database, read_only=False) as con:
        con.execute("delete from marts.fct_experiment_results where metric = 'retention_7d'")
        spoiled = Results(con, small_study.study)
        with pytest.raises(
            ReportError, match="exposed units of control has a value, or none was watched for its 7 days"
        ):
            spoiled.guardrails()
        assert spoiled.effect(small_study.study.metric("retention_7d")) is None
        con.execute("delete from marts.fct_experiment_results where variant = 'control'")
        with pytest.raises(
            ReportError, match=r"the control has nothing to show of .*\n.*no unit of control is exposed"
        ):
            Results(con, small_study.study).base(small_study.study.primary)


# --- re-salted experiments ---


def test_a_rerandomised_split_is_that_of_the_assignment(small_study):
    """Assignments against hashlib, unit by unit; the first of each hash is that of helpers.assignment."""
    study, metric = small_study.study, small_study.study.primary.name
    with query.connect(small_study.where.database) as con:
        sums = rerandomisation.rerandomise(con, study).set_index("run")
        units = con.execute(
            f"select user_id, y0, y1 from intermediate.int_unit_metrics where population = 'exposed' and metric = '{metric}'"
        ).df()
    assert len(sums) == study.design.aa_runs and sorted(sums.index) == list(range(study.design.aa_runs))
    for run in (0, 617, 999):
        number, part = divmod(run, rerandomisation.BUCKETS_A_HASH)
        salt, digits = f"{study.salt}/aa/{number}", slice(HEX_DIGITS * part, HEX_DIGITS * (part + 1))
        digests = units.user_id.map(lambda u, salt=salt: hashlib.sha256(f"{salt}:{u}".encode()).hexdigest())
        control = digests.map(lambda d, digits=digits: int(d[digits], 16) / BUCKETS < 0.5)
        if part == 0:
            assert control.equals(units.user_id.map(lambda u, salt=salt: bucket(salt, u) < 0.5))
        assert sums.n_control[run] == control.sum()
        assert sums.y0_control[run] == units.y0[control].sum()
        assert sums.y0_treatment[run] == units.y0[~control].sum()
        assert sums.y1_treatment[run] == units.y1[~control].sum()
        treated = units.y1[~control]
        assert sums.y1_spread_treatment[run] == pytest.approx(((treated - treated.mean()) ** 2).sum(), rel=1e-12)


@pytest.fixture(scope="module")
def sums(small_study) -> pd.DataFrame:
    with query.connect(small_study.where.database) as con:
        return rerandomisation.rerandomise(con, small_study.study)


def test_error_rates_lie_inside_binomial_bounds(sums, results, small_study):
    """The units are fixed and only the split is random, so a share over 1,000 salts is binomial."""
    study = small_study.study
    found, _ = rerandomisation.evaluated(sums, study, results.truth(study.primary), runs=1_000)
    for rate, nominal in ((found.false_positives, 0.05), (found.srm_alarms, 0.001)):
        low, high = stats.binom(1_000, nominal).interval(0.9999)
        assert low <= rate.observed * 1_000 <= high, rate
    # known potential outcomes make the interval cover a little more than promised, never less
    assert found.coverage.observed * 1_000 >= stats.binom(1_000, 0.95).ppf(0.00005)
    assert found.false_positives.low <= found.false_positives.observed <= found.false_positives.high
    assert abs(found.bias) < 4 * found.estimates.std() / math.sqrt(1_000)
    assert stats.kstest(found.p_values, "uniform").statistic < 0.06
    assert found.runs == len(found.p_values) == len(found.estimates) == 1_000


def test_the_first_runs_are_the_same_whatever_their_number(sums, small_study):
    few, _ = rerandomisation.evaluated(sums, small_study.study, None, runs=100)
    many, _ = rerandomisation.evaluated(sums, small_study.study, None, runs=400)
    np.testing.assert_array_equal(few.p_values, many.p_values[:100])
    assert few.coverage is None and few.truth == 0.0


def test_a_lying_machinery_is_caught(sums, small_study):
    """Three in a hundred control units lost: the sample ratio alarms, and treated units leak into the A/A test."""
    leaking = sums.assign(y0_treatment=sums.y1_treatment * 1.15)
    found, _ = rerandomisation.evaluated(leaking.round(), small_study.study, None, runs=1_000)
    assert not found.false_positives.ok
    short = sums.assign(n_control=(sums.n_control * 0.7).round(), y0_control=(sums.y0_control * 0.7).round())
    found, _ = rerandomisation.evaluated(short, small_study.study, None, runs=1_000)
    assert not found.srm_alarms.ok


def test_a_mean_far_from_zero_keeps_its_spread_when_it_is_rerandomised(small_study):
    """Amounts near ten billion whose squares are past 64 bits, against the values themselves."""
    study = small_study.study
    with duckdb.connect() as con:
        con.execute("create schema intermediate; create schema marts")
        con.execute("create table marts.dim_amounts as select 'purchase' as event_name, 2 as digits")
        con.execute(
            "create table intermediate.int_unit_metrics as select 'exposed' as population, 'u' || i as user_id,"
            f" '{study.primary.name}' as metric, 10000000000 + i % 7 as y0, 10000000000 + i % 7 + 1 as y1 from range(200) r(i)"
        )
        sums = rerandomisation.rerandomise(con, study)
        units = con.execute("select user_id, y0 - 10000000000 as y from intermediate.int_unit_metrics").df()
    control = units.user_id.map(lambda unit: bucket(f"{study.salt}/aa/0", unit) < 0.5)
    y = units.y[control]
    assert sums.y0_spread_control[0] == pytest.approx(((y - y.mean()) ** 2).sum(), rel=1e-12)


def test_a_mean_is_rerandomised_by_welch(small_study):
    metrics = [
        m.model_copy(update={"role": {"purchase_rate": "secondary", "revenue_per_user": "primary"}.get(m.name, m.role)})
        for m in small_study.study.metrics
    ]
    study = small_study.study.model_copy(update={"metrics": metrics})
    with query.connect(small_study.where.database) as con:
        money, truth = rerandomisation.rerandomise(con, study), Results(con, study).truth(study.primary)
    found, _ = rerandomisation.evaluated(money, study, truth, runs=1_000)
    low, high = stats.binom(1_000, 0.05).interval(0.9999)
    assert low <= found.false_positives.observed * 1_000 <= high
    assert found.coverage.observed > 0.92
    ratio = [m.model_copy(update={"role": "primary" if m.name == "order_value" else "secondary"}) for m in metrics]
    none, why = rerandomisation.evaluated(money, study.model_copy(update={"metrics": ratio}), None, runs=10)
    assert none is None and "it knows proportions and means" in why


# --- what a reader is told ---


def test_statistics_frame_holds_every_effect_once(small_study):
    with query.connect(small_study.where.database) as con:
        frame = statistics_table.frame(con, small_study.study)
    assert tuple(frame.columns) == tuple(statistics_table.COLUMNS)
    assert not frame.duplicated(["population", "dimension", "level", "variant", "metric"]).any()
    assert set(frame.population) == {"exposed", "assigned"} and "day" in set(frame.dimension)


def test_caution(small_study):
    study = small_study.study
    assert effects.text_caution(study).startswith("The log is simulated. ")
    online = study.model_copy(update={"mode": "online", "injection": None})
    assert effects.text_caution(online).startswith("The log is simulated, and the variants stand in it")
    log = online.model_copy(update={"data": config.load(paths.STUDIES / "rees46.yml").data})
    assert "nothing is planted" in effects.text_caution(log)


@pytest.mark.parametrize("days", [1, 2, 3, 7, 8, 20])
def test_the_last_days_are_told_where_days_stand_before_them(days):
    """A table without times has no days, though its units stand in one; a log of a week has none beside the last ones."""
    arm, told = Proportion(100, 40), {}
    nb = SimpleNamespace(
        study=config.load(paths.STUDIES / "cart_checkout.yml"),
        record=lambda name, value, unit, what, reason="": told.update({name: (value, what, reason)}),
    )
    dated = [SimpleNamespace(level=str(d), control=arm, treatment=arm) for d in range(1, days + 1)]

    def trend(study):
        return Results.novelty(
            SimpleNamespace(study=study, by_segment=lambda metric, by, variant: dated), study.primary
        )

    effects.record_differences(nb, {}, trend(nb.study))
    value, what, _ = told["novelty.long_run"]
    assert value == pytest.approx(0, abs=1e-12)
    of = f"days {max(1, days - 6)} to {days}" if days > 1 else "day 1"
    assert f"first exposed on {of} of the experiment" in what and ("before" in what) is (days > 7)
    nb.study = config.load(paths.STUDIES / "hillstrom.yml")
    effects.record_differences(nb, {}, trend(nb.study))
    for name in ("novelty.long_run", "novelty.long_run_low", "novelty.long_run_high", "novelty.p_value"):
        assert told[name][0] is None and told[name][2] == "every unit counts from one moment"
    assert "last" not in told["novelty.long_run"][1]
