"""Public data sets through the statistics, against figures made with pandas, scipy, statsmodels and lifelines."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from helpers import assignment
from helpers.defaults import ALPHA
from helpers.stats import (
    Lifetimes,
    Mean,
    Proportion,
    binomial_interval,
    compare,
    cuped,
    kaplan_meier,
    log_rank,
    srm,
    standard_error,
)
from helpers.stats.inference import p_values
from tests.real_data import real


def wald(control, treatment):
    """The interval of the published analyses: statsmodels, without pooling."""
    counts = (treatment.successes, treatment.n, control.successes, control.n)
    return confint_proportions_2indep(*counts, method="wald", compare="diff")


# --- Udacity: a landing page, with two groups that saw each other's page ---


@pytest.fixture(scope="module")
def udacity():
    return pd.read_csv(real("udacity_ab_data.csv.gz"))


@pytest.fixture(scope="module")
def landing(udacity):
    matching = (udacity["group"] == "treatment") == (udacity["landing_page"] == "new_page")
    return udacity[matching].drop_duplicates("user_id")


def test_udacity_contamination_is_not_seen_by_srm(udacity, landing):
    mismatched = (udacity["group"] == "treatment") != (udacity["landing_page"] == "new_page")
    assert len(udacity) == 294_478 and int(mismatched.sum()) == 3_893
    twice = udacity[~mismatched]["user_id"].value_counts()
    assert twice[twice > 1].index.tolist() == [773_192]
    assert len(landing) == 290_584
    raw, clean = (
        srm(frame["group"].value_counts().to_dict(), {"control": 1, "treatment": 1}) for frame in (udacity, landing)
    )
    assert raw.p_value == pytest.approx(0.892, abs=5e-4) and not raw.failed
    assert clean.p_value == pytest.approx(0.947, abs=5e-4) and not clean.failed


def test_udacity_effect(landing):
    control, treatment = (
        Proportion.from_values(landing.loc[landing["group"] == g, "converted"]) for g in ("control", "treatment")
    )
    assert (control, treatment) == (Proportion(145_274, 17_489), Proportion(145_310, 17_264))
    assert (control.estimate, treatment.estimate) == pytest.approx((0.120386, 0.118808), abs=5e-7)
    score = compare(control, treatment)
    n = control.n + treatment.n
    pooled_z = score.statistic * (n / (n - 1)) ** 0.5  # Miettinen and Nurminen's variance is larger by n / (n - 1)
    assert pooled_z == pytest.approx(-1.3109, abs=5e-5)
    assert float(p_values(pooled_z)) == pytest.approx(0.18988, abs=5e-6)
    assert score.p_value == pytest.approx(0.18988, abs=5e-6)
    assert wald(control, treatment) == pytest.approx((-0.003938, 0.000781), abs=5e-7)
    assert (score.absolute_low, score.absolute_high) == pytest.approx((-0.003938, 0.000781), abs=1e-6)


# --- Cookie Cats: an assignment that went wrong, and one player of 49,854 rounds ---


@pytest.fixture(scope="module")
def cats():
    return pd.read_csv(real("cookie_cats.csv"))


def gates(cats, column):
    return (cats.loc[cats["version"] == gate, column] for gate in ("gate_30", "gate_40"))


def test_cookie_cats_sizes(cats):
    result = srm(cats["version"].value_counts().to_dict(), {"gate_30": 1, "gate_40": 1})
    assert result.observed == (44_700, 45_489)
    assert result.p_value == pytest.approx(0.00861, abs=5e-6)
    assert not result.failed and result.p_value < 0.01


@pytest.mark.parametrize(
    ("column", "rates", "p", "interval"),
    [
        ("retention_1", (0.448188, 0.442283), 0.0744, None),
        ("retention_7", (0.190201, 0.182000), 0.00155, (-0.01328, -0.00312)),
    ],
)
def test_cookie_cats_retention(cats, column, rates, p, interval):
    control, treatment = map(Proportion.from_values, gates(cats, column))
    effect = compare(control, treatment)
    assert (control.estimate, treatment.estimate) == pytest.approx(rates, abs=5e-7)
    assert effect.p_value == pytest.approx(p, abs=0.5 * 10 ** -(len(str(p)) - 2))
    if interval:
        assert wald(control, treatment) == pytest.approx(interval, abs=5e-6)
        assert effect.significant and effect.relative_high < 0


def test_cookie_cats_rounds_with_their_outlier(cats):
    control, treatment = map(Mean.from_values, gates(cats, "sum_gamerounds"))
    assert cats["sum_gamerounds"].max() == 49_854
    assert (control.estimate, treatment.estimate) == pytest.approx((52.456, 51.299), abs=5e-4)
    assert compare(control, treatment).p_value == pytest.approx(0.376, abs=5e-4)
    without = Mean.from_values(next(gates(cats[cats["sum_gamerounds"] < 49_854], "sum_gamerounds")))
    assert standard_error(control) > 2 * standard_error(without)


# --- Hillstrom: three arms, and a covariate that is worth nothing ---


@pytest.fixture(scope="module")
def mails():
    frame = pd.read_csv(real("hillstrom.csv"))
    assert len(frame) == 64_000 and int(frame.duplicated().sum()) == 6_562
    return {name: frame[frame["segment"] == f"{name} E-Mail"] for name in ("No", "Womens", "Mens")}


def test_hillstrom_arms(mails):
    visits = [Proportion.from_values(arm["visit"]).estimate for arm in mails.values()]
    spend = [Mean.from_values(arm["spend"]) for arm in mails.values()]
    assert visits == pytest.approx([0.106167, 0.151400, 0.182757], abs=5e-7)
    assert [arm.estimate for arm in spend] == pytest.approx([0.652789, 1.077202, 1.422617], abs=5e-7)
    effect = compare(spend[0], spend[2])
    assert effect.absolute == pytest.approx(0.7698, abs=5e-5)
    assert effect.absolute / effect.statistic == pytest.approx(0.1452, abs=5e-5)


def test_hillstrom_history_gains_nothing_and_cuped_says_so(mails):
    arms = [Mean.from_values(mails[name]["spend"], {"history": mails[name]["history"]}) for name in ("No", "Mens")]
    reduction = cuped(*arms).reduction
    assert reduction.share_remaining == pytest.approx(0.9996, abs=5e-5)
    assert not reduction.gains and reduction.note.startswith("no gain: 1.000 of the variance remains")


# --- Online Retail: real customers, nobody treated ---


@pytest.fixture(scope="module")
def retail():
    return pd.read_parquet(real("online_retail.parquet"))


@pytest.fixture(scope="module")
def sales(retail):
    kept = retail[retail["CustomerID"].notna() & (retail["Quantity"] > 0) & (retail["UnitPrice"] > 0)]
    cents = (kept["Quantity"] * (kept["UnitPrice"] * 1000).round().astype("int64")).rename("mills")
    return kept.assign(mills=cents)


def test_online_retail_cleaning(retail, sales):
    assert len(retail) == 541_909
    assert int(retail["CustomerID"].isna().sum()) == 135_080
    assert int(retail.duplicated().sum()) == 5_268
    assert int(retail["InvoiceNo"].astype(str).str.startswith("C").sum()) == 9_288
    assert int((retail["UnitPrice"] <= 0).sum()) == 2_517
    assert (len(sales), sales["CustomerID"].nunique(), sales["InvoiceNo"].nunique()) == (397_884, 4_338, 18_532)
    assert sales["mills"].sum() / 1000 == pytest.approx(8_911_407.90, abs=0.005)


@pytest.fixture(scope="module")
def halves(sales):
    """Spend of each customer active before 2011-06-09, before it (covariate) and from it on (outcome)."""
    early = sales["InvoiceDate"] < "2011-06-09"
    before = sales[early].groupby("CustomerID")["mills"].sum()
    after = sales[~early].groupby("CustomerID")["mills"].sum().reindex(before.index, fill_value=0)
    return pd.DataFrame({"before": before / 1000, "after": after / 1000})


def test_online_retail_cuped(halves):
    assert len(halves) == 2_787
    spend = Mean.from_values(halves["after"], {"before": halves["before"]})
    (yy, yx), (_, xx) = spend.moments.comoment
    assert yx / (yy * xx) ** 0.5 == pytest.approx(0.7584, abs=5e-5)
    reduction = cuped(spend, spend).reduction
    assert reduction.share_remaining == pytest.approx(0.425, abs=5e-4) and reduction.gains


def test_online_retail_a_a_over_300_salts(halves):
    """The same customers split by 300 salts: nothing was changed, so about one in twenty is significant."""
    ids = [str(int(customer)) for customer in halves.index]
    spend, history = halves["after"].to_numpy(), halves["before"].to_numpy()
    found = np.array([split_p(spend, history, assignment.buckets(f"aa-{i}", ids) < 0.5) for i in range(300)])
    for p in found.T:
        rate = binomial_interval(int((p < ALPHA).sum()), len(p), confidence=0.999)
        assert rate.low < ALPHA < rate.high and 0.4 < np.median(p) < 0.6


def split_p(spend, history, treated):
    arms = [Mean.from_values(spend[side], {"history": history[side]}) for side in (~treated, treated)]
    adjusted = cuped(*arms)
    return compare(*arms).p_value, compare(adjusted.control, adjusted.treatment).p_value


# --- survival ---


def test_rossi_log_rank():
    rossi = pd.read_csv(real("rossi.csv"))
    assert len(rossi) == 432
    arms = [rossi[rossi["fin"] == aid] for aid in (0, 1)]
    result = log_rank(*(Lifetimes(arm["week"], arm["arrest"]) for arm in arms))
    assert result.chi2 == pytest.approx(3.838, abs=5e-4)
    assert result.p_value == pytest.approx(0.0501, abs=5e-5)


def test_telco_curve():
    telco = pd.read_csv(real("telco_churn_fictional.csv"))
    churned = telco["Churn"] == "Yes"
    assert Proportion.from_values(churned).estimate == pytest.approx(0.26537, abs=5e-6)
    assert int((telco["TotalCharges"].str.strip() == "").sum()) == 11
    curve = kaplan_meier(Lifetimes(telco["tenure"], churned))
    np.testing.assert_allclose(curve.at([12, 24, 48, 72]), [0.8432, 0.7887, 0.7088, 0.5928], atol=5e-5)
