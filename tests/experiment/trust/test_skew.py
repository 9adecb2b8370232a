"""Skewness of units against scipy, and what is said where the units are too few for it."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers import config
from helpers.experiment.results import Results
from helpers.experiment.trust.skew import MetricSkew, Skews, skewed
from helpers.stats.checks.skew import skew_of_difference
from helpers.warehouse import query

STUDY = config.load("studies/cart_checkout.yml")


def test_the_query_is_the_skewness_of_the_units(small_study):
    """Of the values, of those before extremes were pulled in, and of the histories, by arm."""
    study = small_study.study
    with query.connect(small_study.where.database) as con:
        found = query.query(con, "skewness", control=study.control.name).set_index(["metric", "variant"])
        units = con.execute(
            "select metric, variant, case when variant = ? then y0 else y1 end as value, x as history,"
            " case when variant = ? then y0 + coalesce(cut0, 0) else y1 + coalesce(cut1, 0) end as bare"
            " from intermediate.int_unit_metrics join marts.fct_experiment_units using (user_id) where population = 'exposed'",
            [study.control.name] * 2,
        ).df()
    for key, rows in units.groupby(["metric", "variant"]):
        for column, name in (("value", "skewness"), ("bare", "bare_skewness"), ("history", "history_skewness")):
            values = rows[column].dropna().astype(float)
            told = found.loc[key, name]
            if len(values) and values.std() > 0:
                assert told == pytest.approx(stats.skew(values), rel=2e-3, abs=2e-3)
            else:
                assert told != told


def test_it_is_asked_of_means_alone_and_equal_arms_have_enough_units(small_study):
    with query.connect(small_study.where.database) as con:
        results = Results(con, small_study.study)
        skews = Skews(con, results)
        checks = skewed(skews, results)
        metric = small_study.study.revenue
        (found,) = skews.by_treatment(metric, "bare").values()
        arms = [results.arm(metric, v.name, as_is=True) for v in small_study.study.variants]
    assert [check.name for check in checks] == [f"Skew of {metric.label.lower()} as it is"]
    assert checks[0].verdict == "passed" and f"skewness {found.skewness:.1f}" in checks[0].found
    assert found.of == skew_of_difference(*((arm.n, arm.variance, found.skewness) for arm in arms))
    assert found.units == min(arm.n for arm in arms)


def test_too_few_units_warn_with_their_number_and_the_number_it_takes(small_study):
    study = small_study.study
    of = skew_of_difference((9_000, 1.0, 6.2), (1_000, 1.0, 6.2))
    few = SimpleNamespace(by_treatment=lambda metric, what: {"treatment": MetricSkew(6.2, "treatment", 1_000, of)})
    (check,) = skewed(few, SimpleNamespace(study=study))
    needed = -(-(1_000 * of.factor) // 1)
    assert (
        check.verdict == "warning"
        and check.found
        == f"skewness 6.2 as the average of the arms, 1,000 units in treatment: {needed:,.0f} are needed"
    )
    assert "misses more on one side" in check.caveat.claim and f"{needed:,.0f} units" in check.caveat.words
    of = skew_of_difference((9_000, 1.0, 21.0), (1_000, 1.0, 21.0))
    far = SimpleNamespace(by_treatment=lambda metric, what: {"treatment": MetricSkew(21.0, "treatment", 1_000, of)})
    assert "cannot be trusted" in skewed(far, SimpleNamespace(study=study))[0].caveat.claim


@given(st.lists(st.integers(200, 20_000), min_size=2, max_size=4), st.integers(2_000, 20_000))
def test_an_interval_is_doubted_of_the_arms_that_lack_units_and_of_no_other(sizes, control):
    names = [f"arm_{i}" for i in range(len(sizes))]
    study = STUDY.model_copy(
        update={"variants": [STUDY.control, *(STUDY.treatments[0].model_copy(update={"name": n}) for n in names)]}
    )
    by = {}
    for name, n in zip(names, sizes, strict=True):
        of = skew_of_difference((control, 1.0, 6.0), (n, 1.0, 6.0))
        by[name] = MetricSkew(6.0, *(("control", control) if control <= n else (name, n)), of)
    heavy = {name for name, skew in by.items() if skew.needed > skew.units}
    skews = SimpleNamespace(by_treatment=lambda metric, what: by)
    (check,) = skewed(skews, SimpleNamespace(study=study))
    told = "" if check.caveat is None else check.caveat.claim + check.caveat.words
    assert {name for name in names if name in told} == heavy
    assert (check.verdict == "warning") is bool(heavy)


@pytest.mark.parametrize(
    ("treated", "left"),
    [((1_000, 1.0, 6.2), "less than 0.001"), ((800, 1.0, 6.2), "0.033"), ((1_000, 1.1, 6.2), "0.010")],
)
def test_arms_whose_skewness_cancels_have_no_number_of_units_that_would_do(small_study, treated, left):
    """Of two equal arms the rule asks for no unit at all, and with one there is no interval."""
    skew = MetricSkew(6.2, "control", 1_000, skew_of_difference((1_000, 1.0, 6.2), treated))
    few = SimpleNamespace(by_treatment=lambda metric, what: {"treatment": skew})
    (check,) = skewed(few, SimpleNamespace(study=small_study.study))
    assert check.verdict == "passed"
    assert (
        check.found
        == f"skewness 6.2 as the average of the arms, 1,000 units in control: the difference of the means has {left}, little enough"
    )


def test_clusters_are_compared_by_their_totals_and_not_asked(small_study):
    study = small_study.study.model_copy(update={"cluster": "city"})
    skews = Skews(None, SimpleNamespace(study=study))
    assert skews.by_treatment(study.revenue, "bare") == {} and skewed(skews, SimpleNamespace(study=study)) == []


def test_two_means_of_one_metric_are_two_doubts():
    """The one that is tested, with its extreme values pulled in, and the one that money stands on: each has a name of its own."""
    revenue = STUDY.revenue.model_copy(update={"role": "primary", "winsorize": 0.99})
    study = STUDY.model_copy(update={"metrics": [revenue]})
    skew = MetricSkew(9.0, "treatment", 300, skew_of_difference((9_000, 1.0, 9.0), (300, 1.0, 9.0)))
    skews = SimpleNamespace(by_treatment=lambda metric, what: {"treatment": skew})
    found = [check.caveat for check in skewed(skews, SimpleNamespace(study=study))]
    assert len({caveat.name for caveat in found}) == len({caveat.claim for caveat in found}) == len(found) == 2
