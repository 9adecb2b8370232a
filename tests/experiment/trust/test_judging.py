"""The pure parts of the trust checks, against other ways to count."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers import config, paths
from helpers.config import ConfigError, ExternalEvent
from helpers.experiment.results import Results
from helpers.experiment.trust import counted, touched
from helpers.experiment.trust.clusters import correlation
from helpers.experiment.trust.rows import contamination, told_too_late
from helpers.experiment.trust.sensitivity import external, reestimated
from helpers.experiment.trust.timing import usual_hours
from helpers.experiment.trust.values import of_amounts
from helpers.stats import Proportion, compare
from helpers.stats.summaries.clusters import cluster_totals, correlation_of
from helpers.warehouse import query

STUDY = config.load(paths.STUDIES / "cart_checkout.yml")


def event(first: int, days: int, name: str = "sale") -> ExternalEvent:
    begin = STUDY.period.start + timedelta(days=first - 1)
    return ExternalEvent(name=name, start=begin, end=begin + timedelta(days=days))


@pytest.mark.parametrize(
    ("hits", "totals"), [((150, 180), (1000, 1000)), ((3000, 200), (36000, 4000)), ((150, 190, 120), (900, 900, 800))]
)
def test_shares_are_compared_by_chi_square(hits, totals):
    table = [hits, [n - k for k, n in zip(hits, totals, strict=True)]]
    assert counted(hits, totals).p_value == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)


@pytest.mark.parametrize(
    ("strays", "tolerated", "verdict", "found"),
    [
        (0, 0.0, "passed", "0 of 400 units"),
        (0, 0.01, "passed", "0 of 400 units"),
        (1, 0.0, "failed", "1 of 400 units"),
        (4, 0.01, "warning", "4 of 400 units (1 %), left out; at most the 1 % that the study tolerates"),
        (5, 0.01, "failed", "5 of 400 units (1.25 %), left out; more than the 1 % that the study tolerates"),
    ],
)
def test_contamination_warns_up_to_what_is_tolerated_and_fails_beyond(strays, tolerated, verdict, found):
    excluded = pd.DataFrame({"bots": [7], "in_two_variants": [strays], "analysed": [400 - strays]})
    check = contamination(excluded, tolerated)
    assert (check.verdict, check.found) == (verdict, found)


@pytest.mark.parametrize(("lost", "verdict"), [((0, 0), ""), ((5, 6), "warning"), ((90, 2), "failed")])
def test_units_whose_variant_is_told_too_late_warn_and_fail_where_an_arm_loses_more(small_study, lost, verdict):
    with query.connect(small_study.where.database) as con:
        results = Results(con, small_study.study)
        sizes = results.arm_sizes()
        found = told_too_late(pd.DataFrame({"variant": list(sizes), "lost": lost, "exposed_later": [3, 0]}), results)
    assert [check.verdict for check in found] == [verdict] * bool(verdict)
    if found:
        reached = [gone + units for gone, units in zip(lost, sizes.values(), strict=True)]
        assert found[0].p_value == counted(lost, reached).p_value
        assert found[0].found.startswith(f"{sum(lost)} units reach cart only before the first row")


def test_few_units_are_compared_exactly_and_nothing_is_no_test():
    assert counted((0, 4), (30, 30)).p_value == pytest.approx(stats.fisher_exact([[0, 4], [30, 26]]).pvalue)
    assert np.isnan(counted((0, 0), (30, 30)).p_value) and counted((0, 0), (30, 30)).share == 0
    assert np.isnan(counted((30, 0), (30, 0)).p_value)


@pytest.mark.parametrize("far", [0, 10**9])
def test_the_likeness_from_sums_is_that_from_rows(far):
    rng = np.random.default_rng(4)
    unit = rng.integers(0, 300, 1_000)
    arm = np.where(unit % 2, "control", "treatment")
    y = rng.poisson(2, 1_000) + rng.poisson(3, 300)[unit] + far
    rows = pd.DataFrame({"variant": arm, "unit": unit, "y": y, "y2": y.astype(object) ** 2})
    clusters = (
        rows.groupby(["variant", "unit"])
        .agg(size=("y", "size"), total=("y", "sum"), squares=("y2", "sum"))
        .reset_index()
    )
    clusters["squares"], clusters["total2"] = clusters.squares.astype(object), clusters.total.astype(object) ** 2
    sizes = clusters.groupby(["variant", "size"]).agg(
        clusters=("unit", "size"), sum_y=("total", "sum"), sum_y2=("squares", "sum"), sum_total2=("total2", "sum")
    )
    expected = correlation_of(*cluster_totals(y - far, arm, unit))
    for found in (correlation(sizes.reset_index()), correlation_of(*cluster_totals(y, arm, unit))):
        assert (found.icc, found.average_size, found.design_effect) == pytest.approx(
            (expected.icc, expected.average_size, expected.design_effect), rel=1e-9
        )


def test_the_usual_time_is_a_quantile_of_whole_hours():
    rng = np.random.default_rng(2)
    hours = rng.geometric(0.05, 5_000) - 1
    values, counts = np.unique(hours, return_counts=True)
    found = usual_hours(values.tolist(), counts.tolist())
    assert found == np.quantile(hours, 0.9, method="inverted_cdf") + 1
    assert usual_hours([], []) is None


@pytest.mark.parametrize(
    ("first", "days", "expected"),
    [
        (1, 1, (1,)),
        (3, 2, (3, 4)),
        (-4, 3, ()),
        (-4, 6, (1,)),
        (28, 9, (28,)),
        (30, 2, ()),
        (3.5, 0.2, (3,)),
        (3.5, 1, (3, 4)),
    ],
)
def test_days_of_an_event(first, days, expected):
    assert touched(event(first, days), STUDY.period) == expected


def test_an_event_that_ends_before_it_starts_is_refused():
    with pytest.raises(Exception, match="a moment after start") as caught:
        ExternalEvent(name="sale", start=datetime(2026, 3, 2), end=datetime(2026, 3, 1))
    assert isinstance(caught.value.errors()[0]["ctx"]["error"], ConfigError)


def test_the_effect_without_some_days_is_that_of_the_units_of_the_others(small_study):
    with query.connect(small_study.where.database) as con:
        results = Results(con, small_study.study)
        arms = con.execute(
            "select variant, count(*), sum(case when variant = 'control' then y0 else y1 end)::int"
            " from intermediate.int_unit_metrics join marts.fct_experiment_units using (user_id)"
            " where metric = 'purchase_rate' and population = 'exposed' and exposure_day not in (5, 6) group by 1 order by 1"
        ).fetchall()
    found = reestimated(results, (5, 6, 99), "two days")
    assert found is not None and found.without is not None and found.days == (5, 6)
    expected = compare(*(Proportion(n, k) for _, n, k in arms))
    assert found.without.relative == pytest.approx(expected.relative)
    assert found.units == found.total - sum(n for _, n, _ in arms)
    assert reestimated(results, (), "nothing") is None
    every = reestimated(results, range(1, 40), "everything")
    assert every is not None and every.without is None and np.isnan(every.p_value)


def test_external_events_are_judged_by_their_days(small_study, monkeypatch):
    study = small_study.study.model_copy(update={"external_events": [event(3, 4), event(40, 1, "later")]})
    with query.connect(small_study.where.database) as con:
        results = Results(con, study)
    healthy = external(results)
    assert [(r.left_out, r.days, r.differs) for r in healthy] == [("sale", (3, 4, 5, 6), False)]
    plain = Results.arm

    def disturbed(self, metric, variant, **where):
        arm = plain(self, metric, variant, **where)
        hit = where.get("dimension") == "day" and int(where["level"]) in (3, 4, 5, 6) and variant == "treatment"
        return Proportion(arm.n, round(arm.n * 0.9)) if arm and hit else arm

    monkeypatch.setattr(Results, "arm", disturbed)
    assert [r.differs for r in external(results)] == [True]


def test_ordinary_prices_raise_no_alarm():
    """False alarms of the rule of thumb: prices in cents of 200 catalogues, with favourite articles and round ones."""
    rng = np.random.default_rng(6)
    alarms = 0
    for _ in range(200):
        catalogue = rng.lognormal(3, 1, 400).round(0) + rng.choice([-0.01, -0.05, 0, 0.5], 400)
        sold = rng.choice((catalogue.clip(0.5) * 100).round().astype(int), 3_000, p=rng.dirichlet(np.full(400, 0.7)))
        values, rows = np.unique(sold, return_counts=True)
        frame = pd.DataFrame({"event_name": "purchase", "amount": values, "digits": 2, "rows": rows, "all_rows": 3_000,
                              "distinct_amounts": values.size, "usual_rows": int(np.median(rows))})  # fmt: skip
        alarms += bool(of_amounts(frame, STUDY))
    assert alarms == 0


def test_a_value_that_is_only_frequent_is_not_said_to_stand_for_unknown():
    """29.99 is the smallest order of a shop; 999 is written for its looks."""
    usual = {"event_name": "purchase", "digits": 2, "all_rows": 1_000, "distinct_amounts": 300, "usual_rows": 2}
    floor, code = (
        of_amounts(pd.DataFrame([usual | {"amount": x, "rows": 280}]), STUDY)[0].text for x in (2_999, 99_900)
    )
    assert "one of 300 values: a usual price or a floor" in floor and floor.startswith("29.99 in 28 %")
    assert code == "999 in 28 % of the amounts of purchase"
