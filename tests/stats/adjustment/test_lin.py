"""Lin's regression against R and statsmodels, their edges, and the promise in simulation."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.stats import InputError, Mean, compare, cuped
from helpers.stats.adjustment import cuped as variance
from helpers.stats.adjustment import lin as adjustment
from helpers.stats.adjustment.lin import lin_adjustment, lin_arrays
from helpers.stats.comparisons.arm_estimate import ArmEstimate
from helpers.validation import adjustment as calibration
from helpers.validation import run
from tests.real_data import real


def data(rng, n=300, k=3, share=0.3):
    x = rng.gamma(2, 3, (n, k))
    treated = rng.random(n) < share
    y = 2 + x @ np.arange(1, k + 1) * (1 + 0.3 * treated) + treated + rng.normal(0, 1 + x[:, 0])
    return y, treated, {f"x{j}": x[:, j] for j in range(k)}


def test_golden(golden):
    c = golden["covariate"]
    args = c["y"], c["group"], {"x": c["x"]}
    lin = lin_adjustment(*args)
    assert lin.effect.absolute == pytest.approx(c["lin_effect"], abs=1e-10)
    assert lin.standard_error == pytest.approx(c["lin_se_hc2"], abs=1e-10)
    x, y = np.array(c["x"]), np.array(c["y"])
    assert c["theta_pooled"] == pytest.approx(np.cov(x, y)[0, 1] / x.var(ddof=1), rel=1e-12)


@pytest.mark.parametrize("k", [1, 3])
def test_equals_statsmodels(rng, k):
    import statsmodels.api as sm

    y, treated, covariates = data(rng, k=k)
    x = np.column_stack(list(covariates.values()))
    centred, z = x - x.mean(axis=0), treated.astype(float)
    fit = sm.OLS(y, np.column_stack([np.ones(y.size), z, centred, centred * z[:, None]])).fit(cov_type="HC2")
    lin = lin_adjustment(y, treated, covariates)
    assert lin.effect.absolute == pytest.approx(fit.params[1], rel=1e-10)
    assert lin.standard_error == pytest.approx(fit.bse[1], rel=1e-10)


def test_degrees_of_freedom_from_the_definition(rng):
    """Bell and McCaffrey: trace(A)^2 / trace(A^2) of the quadratic form that HC2 is."""
    y, treated, covariates = data(rng, n=40)
    x = np.column_stack(list(covariates.values()))
    at, parts = x.mean(axis=0), []
    for side in (False, True):
        design = np.column_stack([np.ones((treated == side).sum()), x[treated == side]])
        hat = design @ np.linalg.pinv(design)
        weights = np.concatenate([[1], at]) @ np.linalg.pinv(design)
        maker = np.eye(len(hat)) - hat
        form = maker @ np.diag(weights**2 / np.diag(maker)) @ maker
        residual = y[treated == side]
        parts.append((residual @ form @ residual, np.trace(form) ** 2 / np.trace(form @ form)))
    (v_c, df_c), (v_t, df_t) = parts
    found = lin_adjustment(y, treated, covariates)
    assert found.standard_error == pytest.approx(math.sqrt(v_c + v_t), rel=1e-10)
    assert found.effect.df == pytest.approx((v_c + v_t) ** 2 / (v_c**2 / df_c + v_t**2 / df_t), rel=1e-9)


def test_without_covariates_it_is_welch(rng):
    y, treated, _ = data(rng)
    welch = compare(Mean.from_values(y[~treated]), Mean.from_values(y[treated]))
    for covariates in ({}, {"constant": np.full(y.size, 0.1)}):
        lin = lin_adjustment(y, treated, covariates)
        ours = lin.effect
        assert (ours.absolute, ours.df, ours.p_value) == pytest.approx(
            (welch.absolute, welch.df, welch.p_value), rel=1e-9
        )
        assert (ours.relative_low, ours.relative_high) == pytest.approx(
            (welch.relative_low, welch.relative_high), rel=1e-9
        )
        assert lin.reduction.share_remaining == pytest.approx(1) and "no gain" in lin.reduction.note


def test_theta_is_what_the_imbalance_costs(rng):
    y, treated, covariates = data(rng)
    lin = lin_adjustment(y, treated, covariates)
    gap = [x[treated].mean() - x[~treated].mean() for x in covariates.values()]
    plain = y[treated].mean() - y[~treated].mean()
    assert lin.effect.absolute == pytest.approx(plain - np.dot(lin.reduction.theta, gap), rel=1e-10)
    assert lin.reduction.gains and lin.reduction.note == ""
    assert lin.reduction.share_remaining == pytest.approx((lin.standard_error / lin.standard_error_unadjusted) ** 2)


def test_near_cuped_where_slopes_agree(rng):
    n = 20_000
    x, treated = rng.normal(10, 3, n), np.arange(n) % 2 == 0
    y = x + rng.normal(0, 2, n)
    lin = lin_adjustment(y, treated, {"x": x})
    arms = [Mean.from_values(y[treated == side], {"x": x[treated == side]}) for side in (False, True)]
    adjusted = cuped(*arms)
    assert lin.effect.absolute == pytest.approx(compare(*adjusted.arms).absolute, abs=1e-3 * lin.standard_error)
    assert lin.reduction.share_remaining == pytest.approx(adjusted.reduction.share_remaining, rel=1e-3)


def test_collinear_covariates_do_no_harm(rng):
    y, treated, covariates = data(rng, k=1)
    more = {**covariates, "twice": 2000 * covariates["x0"] + 5, "constant": np.ones(y.size)}
    one, many = lin_adjustment(y, treated, covariates), lin_adjustment(y, treated, more)
    assert many.effect.absolute == pytest.approx(one.effect.absolute, rel=1e-9)
    assert many.standard_error == pytest.approx(one.standard_error, rel=1e-9)
    assert many.effect.df == pytest.approx(one.effect.df, rel=1e-9)
    assert many.reduction.theta[2] == 0


def test_what_is_constant_in_one_arm_is_not_adjusted_for_there(rng):
    y, treated, _ = data(rng)
    x = np.where(treated, 1.0, rng.random(y.size))
    found = lin_adjustment(y, treated, {"x": x})
    assert found.effect.treatment == pytest.approx(y[treated].mean(), rel=1e-12)


def test_no_answer_is_said_so():
    y, treated = np.array([1.0, 2, 4, 3, 5, 9]), np.array([0, 0, 0, 1, 1, 1])
    alone = lin_adjustment(y, treated, {"rare": [0, 0, 1, 0, 0, 1]})
    assert math.isnan(alone.effect.p_value) and "alone determines" in alone.effect.note
    assert math.isnan(alone.reduction.share_remaining) and not alone.reduction.gains
    few = lin_adjustment(y, treated, {"a": [1, 2, 4, 1, 2, 4], "b": [1, 0, 0, 0, 0, 1]})
    assert math.isnan(few.standard_error) and "no degree of freedom" in few.effect.note
    single = lin_adjustment(y[:4], treated[:4], {})
    assert math.isnan(single.effect.p_value) and single.effect.treatment == 3


def test_perfect_fit_has_no_variance():
    x = np.array([1.0, 2, 3, 4, 1, 2, 3, 4]) * 0.1
    found = lin_adjustment(3 * x, np.repeat([0, 1], 4), {"x": x})
    assert found.standard_error == 0 and math.isnan(found.effect.p_value) and found.effect.note
    flat = lin_adjustment(np.full(8, 0.1), np.repeat([0, 1], 4), {"x": x})
    assert math.isnan(flat.reduction.share_remaining)


@pytest.mark.parametrize(
    ("y", "treated", "covariates", "word"),
    [
        ([1, 2, 3], [0, 1], {}, "columns"),
        ([1, 2, 3], [0, 1, 1], {"x": [1, 2]}, "columns"),
        ([1, 2, 3], [0, 1, 2], {}, "treated"),
        ([1, 2, 3], [1, 1, 1], {}, "treated"),
        ([1, 2, math.nan], [0, 1, 1], {}, "y"),
        ([1, 2, 3], [0, 1, 1], {"x": [1, 2, math.inf]}, "covariate 'x'"),
    ],
)
def test_refusals(y, treated, covariates, word):
    with pytest.raises(InputError, match=f"^{word}"):
        lin_adjustment(y, treated, covariates)


@given(st.integers(0, 10_000), st.floats(0.5, 0.999), st.floats(-2, 2))
def test_p_agrees_with_both_intervals(seed, confidence, shift):
    rng = np.random.default_rng(seed)
    y, treated, covariates = data(rng, n=40, k=2)
    if treated.sum() < 6:
        return
    effect = lin_adjustment(y + shift * treated, treated, covariates, confidence=confidence).effect
    rejected = effect.p_value < 1 - confidence
    assert rejected == (not effect.absolute_low <= 0 <= effect.absolute_high)
    assert rejected == (not effect.relative_low <= 0 <= effect.relative_high)


def test_arrays_equal_one_at_a_time(rng):
    x = rng.normal(size=(2, 4, 50, 2))
    y = x.sum(axis=-1) + rng.normal(size=(2, 4, 50)) + 5
    found = lin_arrays(y[0], x[0], y[1], x[1], alternative="greater")
    for i in range(4):
        one = lin_adjustment(
            np.concatenate(y[:, i]),
            np.repeat([0, 1], 50),
            {str(j): np.concatenate(x[:, i, :, j]) for j in (0, 1)},
            alternative="greater",
        )
        assert found.effects.p_value[i] == pytest.approx(one.effect.p_value, rel=1e-9)
        assert found.effects.relative_low[i] == pytest.approx(one.effect.relative_low, rel=1e-9)
        assert found.share_remaining[i] == pytest.approx(one.reduction.share_remaining, rel=1e-9)


def test_arm_estimates_are_summaries_that_compare_takes():
    mean = Mean.from_moments(50, 3.0, 2.0), Mean.from_moments(70, 4.0, 3.0)
    arms = [ArmEstimate(m.n, m.estimate, m.variance, m.n - 1, "by hand") for m in mean]
    assert replace(compare(*arms), method="") == replace(compare(*mean), method="")


def case(method, setting):
    return next(c for c in calibration.CASES if c.method == method and c.setting == setting)


def test_errors_without_leverage_are_flagged(monkeypatch):
    chosen = case("Lin regression, HC2", "three covariates, 90 : 10")
    assert run(chosen, 2_000).kept
    honest = adjustment._fit

    def hc0(y, x, at):
        fit = honest(y, x, at)
        return replace(fit, squared_error=fit.squared_error * 0.6)

    monkeypatch.setattr(adjustment, "_fit", hc0)
    assert not run(chosen, 1_000).kept


def test_an_arm_that_is_not_shifted_by_its_covariates_is_flagged(monkeypatch):
    chosen = case("CUPED", "one covariate, 200 : 200")
    assert run(chosen, 400).kept
    honest = variance._theta
    monkeypatch.setattr(variance, "_theta", lambda pooled, outcomes: honest(pooled, outcomes))
    monkeypatch.setattr(Mean, "variance", property(lambda self: 0.5 * self.moments.comoment[0][0] / self.n))
    assert not run(chosen, 400).kept


def test_past_spend_says_nothing_in_the_email_test():
    import pandas as pd

    frame = pd.read_csv(real("hillstrom.csv"))
    frame = frame[frame.segment.isin(["No E-Mail", "Mens E-Mail"])]
    treated = (frame.segment == "Mens E-Mail").to_numpy()
    spend, history = frame.spend.to_numpy(), frame.history.to_numpy()
    lin = lin_adjustment(spend, treated, {"history": history})
    # HC2 weights a unit by its covariate, so uneven noise and a chance imbalance move it by O(1/sqrt(n))
    assert lin.reduction.share_remaining == pytest.approx(0.9996, abs=0.002)
    assert not lin.reduction.gains and "no gain" in lin.reduction.note
    assert lin.effect.absolute == pytest.approx(0.7698, abs=0.003)
    assert lin.standard_error_unadjusted == pytest.approx(0.1452, abs=5e-5)
    arms = [Mean.from_values(spend[treated == side], {"history": history[treated == side]}) for side in (False, True)]
    assert cuped(*arms).reduction.share_remaining == pytest.approx(0.9996, abs=1e-4)


def test_past_spend_says_most_of_it_in_a_shop():
    import pandas as pd

    frame = pd.read_parquet(real("online_retail.parquet"))
    frame = frame[frame.CustomerID.notna() & (frame.Quantity > 0) & (frame.UnitPrice > 0)]
    frame = frame.assign(spend=frame.Quantity * frame.UnitPrice, after=frame.InvoiceDate >= "2011-06-09")
    spend = frame.pivot_table(index="CustomerID", columns="after", values="spend", aggfunc="sum", fill_value=0.0)
    spend = spend[spend[False] > 0]
    before, after = spend[False].to_numpy(), spend[True].to_numpy()
    assert before.size == 2_787
    assert np.corrcoef(before, after)[0, 1] == pytest.approx(0.7584, abs=1e-4)
    whole = Mean.from_values(after, {"before": before})
    assert cuped(whole, whole).reduction.share_remaining == pytest.approx(0.425, abs=5e-4)
