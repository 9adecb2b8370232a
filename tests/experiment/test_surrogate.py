"""The proxy's part of an effect against ordinary least squares, and against worlds whose paths are known."""

from types import SimpleNamespace

import numpy as np
import pytest
import statsmodels.api as sm

from helpers import config
from helpers.errors import ReportError
from helpers.experiment.surrogate import POWERS, Joint, Surrogacy, path
from helpers.report import optional as sections
from helpers.report.figures.surrogate import predicted
from helpers.report.notebook import Notebook
from helpers.report.topics import surrogate
from helpers.report.topics.surrogate import text_cannibalisation
from helpers.stats.estimate import Estimate

STUDY = config.load("studies/music_recommendations.yml")


def world(seed: int = 1, *, n: int = 600, beside: float = 0.0, lift: float = 3.0):
    """A count that lifts, an outcome in cents that rises with it in curves, and unequal arms."""
    rng = np.random.default_rng(seed)
    z = (np.arange(n) >= 0.7 * n).astype(np.int64)
    s = rng.poisson(10 + lift * z + 5 * rng.gamma(1.0, size=n))
    y = 50 * s + rng.integers(0, 40 + 20 * s) + (beside * z).astype(np.int64)
    return z, s, y


def arms(z, s, y) -> tuple[Joint, Joint]:
    return Joint.from_values(s[z == 0], y[z == 0]), Joint.from_values(s[z == 1], y[z == 1])


def test_the_analysis_of_covariance_of_statsmodels():
    z, s, y = world(beside=30)
    found = path(*arms(z, s, y))
    fit = sm.OLS(y, np.column_stack([np.ones(len(z)), z, s])).fit(cov_type="HC1")
    assert found.beside.value == pytest.approx(fit.params[1])
    assert found.beside.standard_error == pytest.approx(fit.bse[1])
    assert found.beside.p_value == pytest.approx(fit.pvalues[1])
    assert (found.beside.low, found.beside.high) == pytest.approx(tuple(fit.conf_int()[1]))
    assert found.slope.value == pytest.approx(fit.params[2])
    assert found.slope.standard_error == pytest.approx(fit.bse[2])


def test_the_slopes_of_the_arms_are_those_of_statsmodels():
    z, s, y = world()
    found = path(*arms(z, s, y))
    for arm, slope in enumerate(found.slopes):
        fit = sm.OLS(y[z == arm], sm.add_constant(s[z == arm])).fit(cov_type="HC1")
        assert slope.value == pytest.approx(fit.params[1])
        assert slope.standard_error == pytest.approx(fit.bse[1])


def test_both_parts_add_up_to_the_effect():
    z, s, y = world(beside=-80)
    found = path(*arms(z, s, y))
    assert found.predicted.value + found.beside.value == pytest.approx(y[z == 1].mean() - y[z == 0].mean())


def test_the_delta_method_is_that_of_the_stacked_equations():
    """Effect on the proxy and slope as one system of estimating equations, by brute force."""
    z, s, y = world(3)
    found = path(*arms(z, s, y))
    X = np.column_stack([np.ones(len(z)), z])
    Q = np.column_stack([X, s])
    influence_s = (np.linalg.inv(X.T @ X) @ (X * (s - X @ np.linalg.lstsq(X, s, rcond=None)[0])[:, None]).T)[1]
    influence_b = (np.linalg.inv(Q.T @ Q) @ (Q * (y - Q @ np.linalg.lstsq(Q, y, rcond=None)[0])[:, None]).T)[2]
    variance = ((found.slope.value * influence_s + found.proxy.value * influence_b) ** 2).sum() * len(z) / (len(z) - 3)
    assert found.predicted.standard_error == pytest.approx(np.sqrt(variance))


def test_sums_give_what_values_give():
    _, s, y = world()
    raw = {(a, b): int((s.astype(object) ** a * y.astype(object) ** b).sum()) for a, b in ((1, 0), (0, 1), *POWERS)}
    values, sums = Joint.from_values(s, y), Joint.from_sums(len(s), raw)
    assert sums.mean_s == pytest.approx(values.mean_s)
    for powers in POWERS:
        assert sums.c[powers] == pytest.approx(values.c[powers], rel=1e-9)


def test_runs_side_by_side_give_what_one_run_gives():
    draws = [arms(*world(seed)) for seed in (1, 2)]
    stacked = [Joint(one.n, np.array([one.mean_s, two.mean_s]), np.array([one.mean_y, two.mean_y]),
                     {key: np.array([one.c[key], two.c[key]]) for key in POWERS}) for one, two in zip(*draws, strict=True)]  # fmt: skip
    found = path(*stacked).predicted
    assert found.value == pytest.approx([path(*draw).predicted.value for draw in draws])
    assert found.low == pytest.approx([path(*draw).predicted.low for draw in draws])


def test_a_path_beside_the_proxy_is_found():
    assert path(*arms(*world(n=6_000, beside=100))).beside.p_value < 1e-6
    assert path(*arms(*world(n=6_000))).beside.p_value > 0.01


def test_a_common_cause_deceives_the_proxy():
    """What no experiment can refute: the proxy does nothing, a taste drives both, and yet a gain is predicted."""
    rng = np.random.default_rng(4)
    z = np.arange(20_000) % 2
    taste = rng.normal(size=z.size)
    found = path(*arms(z, 10 + taste + z, 5 + taste + rng.normal(size=z.size)))
    assert found.predicted.low > 0
    assert found.beside.high < 0


def test_a_proxy_that_does_not_vary_is_refused():
    with pytest.raises(ReportError, match="does not vary"):
        path(Joint.from_values([1, 1, 1], [1, 2, 3]), Joint.from_values([2, 2, 2], [1, 2, 3]))


def judged(beside: float = 0.0, truth: float | None = 150.0) -> Surrogacy:
    z, s, y = world(n=6_000, beside=beside)
    found = path(*arms(z, s, y))
    whole = found.predicted.value + found.beside.value
    return Surrogacy(
        STUDY.primary, STUDY.metric("revenue_per_user"), found, Estimate.of(whole, 5.0, 0.95), truth, (7, 9)
    )


def test_the_figure_and_the_table_say_whether_the_proxy_is_refuted():
    good, bad = judged(), judged(beside=200)
    assert "nothing beside it is shown" in predicted(good, "USD").layout.meta["finding"]
    assert "that is not all of it" in predicted(bad, "USD").layout.meta["finding"]
    assert [str(row["Verdict"]) for row in surrogate.table(bad, "USD")][2] == "refuted"
    assert [str(row["Verdict"]) for row in surrogate.table(good, "USD")][2] == "not refuted"
    assert "of 7 control and 9 treatment units" in surrogate.note(good, STUDY)
    assert len(predicted(judged(truth=None), "USD").layout.annotations) == 0


def test_a_study_without_a_proxy_says_so():
    nb = Notebook("studies/cart_checkout.yml", "05_ab_results")
    assert "names no proxy" in repr(sections.surrogate(nb, None))
    assert sections.surrogate_table(nb, None) is None


@pytest.mark.parametrize(
    ("change", "key"),
    [({"proxy": "nothing"}, "surrogate.proxy"), ({"outcome": "songs"}, "surrogate.outcome"), ({"opportunity": "songs"}, "surrogate.opportunity")],
)  # fmt: skip
def test_a_proxy_must_be_a_metric_of_its_kind(change, key):
    raw = STUDY.model_dump(exclude_none=True)
    raw["surrogate"] |= change
    with pytest.raises(ValueError, match=key):
        config.Study.model_validate(raw)


def results_with(
    songs: float, paywalls: tuple[float, float, float], opportunity: str | None = "paywalls_per_session", arm: str = ""
):
    """What a sentence on chances to sell reads of the results."""

    def found(metric):
        relative, low, high = paywalls if metric.name == "paywalls_per_session" else (songs, 0.1, 0.2)
        effect = SimpleNamespace(relative=relative, relative_low=low, relative_high=high, note="")
        return SimpleNamespace(metric=metric, effect=effect, truth=None)

    named = STUDY.surrogate.model_copy(update={"opportunity": opportunity})
    return SimpleNamespace(study=STUDY.model_copy(update={"surrogate": named}), effect=found, named=arm)


def test_fewer_chances_to_sell_are_told():
    assert "takes chances to sell" in text_cannibalisation(results_with(0.15, (-0.03, -0.05, -0.01)))
    assert "No loss of chances to sell is shown" in text_cannibalisation(results_with(0.15, (-0.03, -0.07, 0.01)))
    assert text_cannibalisation(results_with(0.15, (0, 0, 0), opportunity=None)) is None


def test_what_is_said_of_chances_to_sell_follows_from_the_interval():
    fallen = text_cannibalisation(results_with(-0.15, (-0.03, -0.05, -0.01), arm="bold"))
    assert "takes chances to sell" in fallen and "a lift of the proxy" not in fallen and " in bold: -3.0 %" in fallen
    assert "nor does the interval hold one" in text_cannibalisation(results_with(0.15, (0.03, 0.0, 0.05)))
    unknown = (float("nan"),) * 3
    assert "cannot be told" in text_cannibalisation(results_with(0.15, unknown))


def test_a_ratio_counts_what_it_divides_by_as_well():
    ratio = STUDY.metric("paywalls_per_session")
    assert ratio.events == {"paywall", "app_open"}
    assert ratio.model_copy(update={"per": "count"}).events == {"paywall"}
