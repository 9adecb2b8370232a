"""Clustered rows against R's sandwich and statsmodels; rows are refused where units were randomised."""

import dataclasses
import math
import re
from time import process_time

import numpy as np
import pytest

from helpers.defaults import ALPHA
from helpers.stats import InputError, Mean, Ratio, compare
from helpers.stats.comparisons.cluster_robust import analyse_rows, compare_clusters
from helpers.stats.summaries.clusters import cluster_totals, correlation_of
from helpers.validation import clusters as calibration
from helpers.validation import run
from helpers.validation.case import Case

LABELS = {"control": 0, "treatment": 1}


def rows(rng, units=60, share=0.4):
    unit = np.repeat(np.arange(units), 1 + rng.poisson(3, units))
    variant = (rng.random(units) < share)[unit].astype(int)
    return rng.normal(2, 1, units)[unit] + rng.normal(size=unit.size), variant, unit


def test_golden(golden):
    c = golden["clustered"]
    found = compare_clusters(c["y"], c["group"], c["user"], **LABELS, correction="none")
    assert found.effect.absolute == pytest.approx(c["effect"], abs=1e-12)
    assert found.standard_error == pytest.approx(c["se_cluster_hc0"], abs=1e-12)
    assert found.standard_error_naive == pytest.approx(c["se_naive_hc0"], abs=1e-12)
    assert found.variance_inflation == pytest.approx((c["se_cluster_hc0"] / c["se_naive_hc0"]) ** 2)
    assert "477 rows of 120 randomised units" in found.text


def test_equals_statsmodels_cr1(rng):
    import statsmodels.api as sm

    values, variant, unit = rows(rng)
    model = sm.OLS(values, sm.add_constant(variant.astype(float)))
    found = compare_clusters(values, variant, unit, **LABELS, correction="total")
    clustered = model.fit(cov_type="cluster", cov_kwds={"groups": unit})
    assert found.effect.absolute == pytest.approx(clustered.params[1], rel=1e-10)
    assert found.standard_error == pytest.approx(clustered.bse[1], rel=1e-10)
    assert found.standard_error_naive == pytest.approx(model.fit(cov_type="HC1").bse[1], rel=1e-10)


def test_is_the_ratio_of_totals(rng):
    values, variant, unit = rows(rng)
    found = compare_clusters(values, variant, unit, **LABELS, correction="arm")
    arms = [
        Ratio.from_values(
            *np.transpose([(values[unit == u].sum(), (unit == u).sum()) for u in np.unique(unit[variant == side])])
        )
        for side in (0, 1)
    ]
    ratio = compare(*arms)
    assert found.effect.p_value == pytest.approx(ratio.p_value, rel=1e-9)
    assert found.effect.relative_low == pytest.approx(ratio.relative_low, rel=1e-9)
    assert found.rows == values.size


def test_units_of_one_row_are_welch(rng):
    values, variant = rng.normal(size=50), np.repeat([0, 1], 25)
    found = compare_clusters(values, variant, np.arange(50), **LABELS)
    welch = compare(Mean.from_values(values[:25]), Mean.from_values(values[25:]))
    assert found.effect.p_value == pytest.approx(welch.p_value, rel=1e-9)
    assert found.variance_inflation == pytest.approx(1)
    assert math.isnan(found.correlation.icc)
    assert analyse_rows(values, variant, unit=np.arange(50), **LABELS).p_value == pytest.approx(
        welch.p_value, rel=1e-12
    )


def test_intracluster_correlation_by_statsmodels_anova(rng):
    import pandas as pd
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    values, variant, unit = rows(rng, 30)
    frame = pd.DataFrame({"y": values, "v": variant, "u": unit})
    table = anova_lm(ols("y ~ C(v)", frame).fit(), ols("y ~ C(u)", frame).fit())
    b = table.ss_diff[1] / table.df_diff[1]
    w = table.ssr[1] / table.df_resid[1]
    sizes = frame.groupby(["v", "u"]).size()
    m0 = (len(frame) - sum((s**2).sum() / s.sum() for _, s in sizes.groupby("v"))) / table.df_diff[1]
    found = correlation_of(*cluster_totals(values, variant, unit, **LABELS))
    assert found.icc == pytest.approx((b - w) / (b + (m0 - 1) * w), rel=1e-9)
    assert found.average_size == pytest.approx(m0, rel=1e-12)
    assert found.design_effect == pytest.approx(1 + (m0 - 1) * found.icc)


def test_recovers_the_true_correlation_and_inflation(rng):
    units, size, icc = 20_000, 5, 0.3
    unit = np.repeat(np.arange(units), size)
    values = math.sqrt(icc) * rng.normal(size=units)[unit] + math.sqrt(1 - icc) * rng.normal(size=unit.size)
    found = compare_clusters(values, unit % 2, unit, **LABELS)
    assert found.correlation.icc == pytest.approx(icc, abs=0.015)
    assert found.correlation.average_size == pytest.approx(size)
    assert found.variance_inflation == pytest.approx(1 + (size - 1) * icc, abs=0.05)
    assert found.variance_inflation == pytest.approx(found.correlation.design_effect, rel=1e-3)


def test_edges_of_the_correlation():
    alike = cluster_totals([1, 1, 5, 5, 2, 2, 4, 4], [0] * 4 + [1] * 4, [1, 1, 2, 2, 3, 3, 4, 4], **LABELS)
    assert correlation_of(*alike).icc == 1
    opposed = cluster_totals([1, 5] * 4, [0] * 4 + [1] * 4, [1, 1, 2, 2, 3, 3, 4, 4], **LABELS)
    assert correlation_of(*opposed).icc == -1
    flat = cluster_totals([1.0] * 8, [0] * 4 + [1] * 4, [1, 1, 2, 2, 3, 3, 4, 4], **LABELS)
    assert math.isnan(correlation_of(*flat).icc)
    few = cluster_totals([1, 2, 3, 4], [0, 0, 1, 1], [1, 1, 2, 2], **LABELS)
    assert math.isnan(correlation_of(*few).icc)


@pytest.mark.parametrize("correction", ["sizes", "arm", "none", "total"])
def test_one_unit_in_an_arm_has_no_error(correction):
    found = compare_clusters([1, 2, 3], [0, 0, 1], [1, 2, 3], **LABELS, correction=correction)
    assert math.isnan(found.effect.p_value) and re.search("1 (unit|cluster)", found.effect.note)
    assert math.isnan(found.standard_error)
    two = compare_clusters([1, 2], [0, 1], [1, 2], **LABELS, correction=correction)
    assert math.isnan(two.variance_inflation)


def test_no_variance_has_no_inflation():
    found = compare_clusters([1, 1, 1, 1], [0, 0, 1, 1], [1, 2, 3, 4], **LABELS)
    assert math.isnan(found.variance_inflation) and math.isnan(found.effect.p_value)


def test_other_variants_and_labels_of_any_kind(rng):
    values, variant, unit = rows(rng)
    names = np.array(["control", "treatment"])[variant]
    expected = compare_clusters(values, variant, unit, **LABELS)
    others = np.append(values, [99, 98]), np.append(names, ["third"] * 2), np.append(unit, [1000, 1000]).astype(str)
    assert compare_clusters(*others) == expected
    as_objects = [x.astype(object) if i else x for i, x in enumerate(others)]
    assert compare_clusters(*as_objects) == expected


def test_rows_are_refused_where_units_were_randomised(rng):
    values, variant, unit = rows(rng)
    with pytest.raises(InputError, match="compare_clusters") as error:
        analyse_rows(values, variant, unit=unit, **LABELS)
    assert f"{values.size} rows of 60 randomised units" in str(error.value)
    allowed = analyse_rows(values, variant, unit=unit, **LABELS, allow_dependent_rows=True)
    naive = compare(*(Mean.from_values(values[variant == side]) for side in (0, 1)))
    assert allowed.note and dataclasses.replace(allowed, note="") == naive
    flat = analyse_rows([1, 1, 1, 1], [0, 0, 1, 1], unit=[1, 1, 2, 2], **LABELS, allow_dependent_rows=True)
    assert flat.note.startswith("no test") and "independent" in flat.note


@pytest.mark.parametrize("analysis", [compare_clusters, lambda v, a, u, **k: analyse_rows(v, a, unit=u, **k)])
@pytest.mark.parametrize(
    ("values", "variant", "unit", "word"),
    [
        ([1, 2, 3], [0, 0, 1], [1, 2, 2], "1 of 2 units with rows in two variants"),
        ([1, 2, 3], [0, 0, 0], [1, 2, 3], "treatment cannot be used"),
        ([1, 2, 3], [5, 5, 1], [1, 2, 3], "control cannot be used"),
        ([1, 2], [0, 1, 1], [1, 2, 3], "variant cannot be used"),
        ([1, 2], [0, 1], [1, 2, 3], "unit cannot be used"),
        ([1, 2, 3], [0, 1, 1], [1, 2, math.nan], "1 rows without a label"),
        ([1, 2, 3], [0, 1, None], [1, 2, 3], "1 rows without a label"),
        ([1, 2, math.nan], [0, 1, 1], [1, 2, 3], "values cannot be used"),
        ([], [], [], "control cannot be used"),
    ],
)
def test_refusals(analysis, values, variant, unit, word):
    with pytest.raises(InputError, match=word):
        analysis(values, variant, unit, **LABELS)


def test_a_variant_against_itself_is_refused():
    with pytest.raises(InputError, match="two different variants"):
        compare_clusters([1, 2], [0, 1], [1, 2], control=0, treatment=0)
    with pytest.raises(InputError, match="correction"):
        compare_clusters([1, 2], [0, 1], [1, 2], **LABELS, correction="CR3")


def test_a_million_rows_take_seconds(rng):
    unit = rng.integers(0, 250_000, 1_000_000)
    variant = np.array(["control", "treatment"], dtype=object)[unit % 2]
    values = rng.normal(size=unit.size)
    start = process_time()
    compare_clusters(values, variant, unit)
    assert process_time() - start < 5


def test_rows_of_alike_units_are_flagged():
    """The row analysis is right without intracluster correlation and caught with one."""
    honest = next(c for c in calibration.CASES if c.method == "Welch t on rows")
    assert run(honest, 300).kept

    def dependent(generator, runs):
        return calibration.row_hits(generator, runs, n_c=100, n_t=100, icc=calibration.ICC)

    wrong = Case(honest.topic, honest.method, "rows of alike units", "false positives", ALPHA, dependent)
    assert not run(wrong, 300).kept


def test_a_variance_without_the_denominator_is_flagged(monkeypatch):
    chosen = next(c for c in calibration.CASES if c.quantity == "false positives" and "200 : 200" in c.setting)
    assert run(chosen, 400).kept
    monkeypatch.setattr(
        Ratio, "variance", property(lambda self: self.moments.comoment[0][0] / (self.n - 1) / self.moments.mean[1] ** 2)
    )
    assert not run(chosen, 400).kept
