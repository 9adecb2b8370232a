"""Public experiments through the pipeline, against figures made with pandas, scipy and statsmodels from the same files."""

import math
from contextlib import contextmanager
from decimal import Decimal

import pytest

from helpers import config, ingest, paths
from helpers.experiment import design, rerandomisation, trust
from helpers.experiment import results as experiment
from helpers.experiment.decision.leading import Judged
from helpers.report.topics import design as design_topic
from helpers.report.topics import multi_arm as multi_arm_topic
from helpers.stats import Mean, cuped
from helpers.warehouse import build as marts
from helpers.warehouse import query as warehouse
from tests.built_once import built_once
from tests.real_data import real

pytestmark = pytest.mark.slow

FILES = {
    "udacity_landing_page": "udacity_ab_data.csv.gz",
    "cookie_cats": "cookie_cats.csv",
    "hillstrom": "hillstrom.csv",
    "online_retail": "online_retail.parquet",
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A function that gives a study, its results and its marts, built once a run; skips without the data."""

    @contextmanager
    def reader(name: str):
        real(FILES[name])
        study = config.load(f"studies/{name}.yml")

        def build(folder):
            where = paths.StudyPaths(name, folder)
            ingest.land_whole(study, where)
            marts.build(study, where)

        where = paths.StudyPaths(name, built_once(tmp_path_factory, f"real_{name}", build))
        with warehouse.connect(where.database) as con:
            yield Judged(con, study), con, where

    return reader


def effect(results: experiment.Results, metric: str, variant: str | None = None):
    return results.effect(results.study.metric(metric), variant=variant).effect


def flow(con) -> dict[str, int]:
    return dict(con.execute("select kind, rows from marts.fct_row_flow where rows > 0").fetchall())


def test_udacity_loses_the_contaminated_rows_and_the_repeated_user(opened):
    with opened("udacity_landing_page") as (results, con, _):
        assert flow(con) == {"kept": 290_584, "shown_otherwise": 3_893, "duplicate_unit": 1}
        assert results.arm_sizes() == {"control": 145_274, "treatment": 145_310}


def test_udacity_finds_no_effect(opened):
    with opened("udacity_landing_page") as (results, _, _):
        found = results.effect(results.study.primary)
        assert (found.control.successes, found.treatment.successes) == (17_489, 17_264)
        assert (found.effect.control, found.effect.treatment) == pytest.approx((0.120386, 0.118808), abs=5e-7)
        assert found.effect.p_value == pytest.approx(0.18988, abs=5e-6)
        interval = (found.effect.absolute_low, found.effect.absolute_high)
        assert interval == pytest.approx((-0.003938, 0.000781), abs=1e-6)


def test_udacity_is_contaminated_and_its_sample_ratio_does_not_see_it(opened):
    with opened("udacity_landing_page") as (results, con, where):
        checked = trust.trust_checks(con, results, ingest.landed(where.raw).table_arms)
    found = checked.unseen
    assert checked.split is None and not checked.failed
    assert [c.name for c in checked.warned if c.caveat] == ["Shown as assigned"]
    assert (found.rows, found.of) == (3_893, 294_478)
    assert (round(found.after.p_value, 3), round(found.before.p_value, 3)) == (0.947, 0.892)
    (caveat,) = checked.caveats
    said = caveat.words
    assert said.startswith("3,893 of 294,478 rows (1.32 %) were shown another variant than they were assigned")
    assert "The sample ratio passes with them (p = 0.892) and without them (p = 0.947)" in said


def test_cookie_cats_retention_and_rounds(opened):
    with opened("cookie_cats") as (results, con, _):
        assert results.arm_sizes() == {"control": 44_700, "treatment": 45_489}
        day, week, rounds = (effect(results, m) for m in ("retention_1", "retention_7", "rounds"))
        most = con.execute("select max(amount) from staging.stg_events where event_name = 'game_rounds'").fetchall()
    assert (day.control, day.treatment) == pytest.approx((0.448188, 0.442283), abs=5e-7)
    assert day.p_value == pytest.approx(0.0744, abs=5e-5)
    assert (week.control, week.treatment) == pytest.approx((0.190201, 0.182000), abs=5e-7)
    assert week.p_value == pytest.approx(0.00155, abs=5e-6)
    assert (week.absolute_low, week.absolute_high) == pytest.approx((-0.01328, -0.00312), abs=5e-6)
    assert (rounds.control, rounds.treatment) == pytest.approx((52.456, 51.299), abs=5e-4)
    assert rounds.p_value == pytest.approx(0.376, abs=5e-4)
    assert most == [(49_854,)]


def test_cookie_cats_stands_on_a_marginal_srm(opened):
    with opened("cookie_cats") as (results, con, _):
        checked = trust.trust_checks(con, results)
    found = checked.split
    (caveat,) = checked.caveats
    said = caveat.words
    assert found.test.p_value == pytest.approx(0.00861, abs=5e-6)
    assert [c.name for c in checked.warned if c.caveat] == ["Sample ratio of exposed units"] and not checked.failed
    assert (found.short, found.missing) == ("control", 45_489 - 44_700)
    returned = 8_502 / 45_489  # had every missing player of the control stayed away
    assert found.worst.relative == pytest.approx(8_279 / 45_489 / returned - 1)
    assert "chance alone makes arms as uneven in 0.86 % of healthy experiments" in said
    assert "the interval would no longer exclude zero" in said


def test_hillstrom_keeps_equal_rows(opened):
    with opened("hillstrom") as (results, con, _):
        assert flow(con) == {"kept": 64_000}
        assert results.arm_sizes() == {"control": 21_306, "mens_email": 21_307, "womens_email": 21_387}


def test_hillstrom_arms(opened):
    with opened("hillstrom") as (results, _, _):
        visits = [effect(results, "visit_rate", v.name) for v in results.study.treatments]
        spend = [effect(results, "spend", v.name) for v in results.study.treatments]
        table = results.against_control()
    assert (visits[0].control, *(v.treatment for v in visits)) == pytest.approx(
        (0.106167, 0.182757, 0.151400), abs=5e-7
    )
    cents = (65.2789, 142.2617, 107.7202)
    assert (spend[0].control, *(s.treatment for s in spend)) == pytest.approx(cents, abs=5e-5)
    assert spend[0].absolute == pytest.approx(76.98, abs=5e-3)
    half = (spend[0].absolute_high - spend[0].absolute_low) / 2
    assert half == pytest.approx(1.96 * 14.52, abs=0.05)
    assert [(e.variant, e.metric.name) for e in table] == [
        (variant, metric)
        for variant in ("mens_email", "womens_email")
        for metric in ("spend", "visit_rate", "purchase_rate")
    ]
    largest = max(table, key=lambda e: e.effect.p_value)
    assert (largest.variant, largest.metric.name) == ("womens_email", "spend")
    assert largest.adjusted_p == largest.effect.p_value
    assert min(table, key=lambda e: e.effect.p_value).adjusted_p == pytest.approx(6 * visits[0].p_value)


def test_hillstrom_s_history_gains_nothing(opened):
    with opened("hillstrom") as (results, _, _):
        gain = design.cuped_gain(results)
        said = design_topic.text_cuped(gain, results.study)
    plain, adjusted, reduction = gain["spend"]
    assert round(reduction.share_remaining, 4) == 0.9996
    assert math.isclose(plain.absolute, adjusted.absolute, rel_tol=0.01)
    assert "leaves 99.96 % of the variance: it gains nothing" in said


def test_online_retail_rows(opened):
    """Every rule a row breaks, and the sound ones; the sales are exact, tenths of a penny among them."""
    sound = "from staging.stg_events_checked where problem is null and amount > 0"
    with opened("online_retail") as (_, con, _):
        found = flow(con)
        repeated = con.execute("select count(*) from intermediate.int_duplicates").fetchall()[0][0]
        units = f"select count(*), count(distinct user_id), count(distinct order_id), sum(amount) {sound}"
        rows, customers, invoices, sales = con.execute(units).fetchall()[0]
        cancelled = "select count(*) from staging.base_events where order_id like 'C%'"
        assert con.execute(cancelled).fetchall() == [(9_288,)]
        refunds = "select count(*) from staging.stg_events_checked where problem is null and amount < 0"
        assert con.execute(refunds).fetchall() == [(8_905,)]
    assert (found["missing_id"], found.get("negative_price", 0)) == (135_080, 0)
    assert (rows, customers, invoices) == (397_884, 4_338, 18_532)
    assert Decimal(sales).scaleb(-3) == Decimal("8911407.904")
    assert sum(found[kind] for kind in ("missing_id", "exact_duplicate", "kept")) == 541_909
    assert repeated == 5_268, "rows that are equal in all columns of the table"


def test_online_retail_s_history_halves_the_variance(opened):
    """Over the customers active before: the spend of the second half given that of the first, by the study's own CUPED."""
    query = """
        select sum(case when early then pounds else 0 end) as x, sum(case when early then 0 else pounds end) as y from (
            select user_id, event_time < timestamp '2011-06-09' as early, amount / 1000 as pounds
            from staging.stg_events_checked where problem is null and amount > 0)
        group by user_id having bool_or(early)"""
    with opened("online_retail") as (_, con, _):
        spend = con.execute(query).df()
    halves = [Mean.from_values(half.y, {"before": half.x}) for half in (spend.iloc[::2], spend.iloc[1::2])]
    assert len(spend) == 2_787
    assert spend.x.corr(spend.y) == pytest.approx(0.7584, abs=5e-5)
    assert cuped(*halves).reduction.share_remaining == pytest.approx(0.425, abs=0.002)


def test_online_retail_marks_its_planted_uplift_and_gains_by_history(opened):
    with opened("online_retail") as (results, _, _):
        found = results.effect(results.study.primary)
        gain = design.cuped_gain(results)["spend_again"][2]
        sizes = results.arm_sizes()
    assert sum(sizes.values()) == 3_494  # one more than have paid: a customer whose first line is free
    assert found.covered and found.truth.relative == pytest.approx(0.10, abs=0.03)
    assert gain.gains and gain.share_remaining < 0.425


def test_online_retail_splits_lie_as_often_as_they_say(opened):
    """A/A over 300 salts of the primary metric: false positives about 5 %."""
    with opened("online_retail") as (results, con, _):
        study = results.study.model_copy(update={"design": results.study.design.model_copy(update={"aa_runs": 300})})
        sums = rerandomisation.rerandomise(con, study)
        found, _ = rerandomisation.evaluated(sums, study, None, runs=300)
    assert found.false_positives.ok and found.srm_alarms.ok


@pytest.mark.parametrize("name", FILES)
def test_a_table_of_arms_only_with_more_than_one_treatment(opened, name):
    with opened(name) as (results, _, _):
        assert bool(results.against_control()) == (len(results.study.treatments) > 1)
        assert (results.leading in multi_arm_topic.caption(results)) == (len(results.study.treatments) > 1)


def test_nothing_is_said_without_a_doubt(opened):
    with opened("hillstrom") as (results, con, where):
        found = trust.trust_checks(con, results, ingest.landed(where.raw).table_arms).caveats
        assert [caveat.name for caveat in found] == ["skew_spend"], (
            "what customers spend is skewed, and nothing else is odd"
        )
