"""The bootstrap against scipy, and its promises in simulation."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers.stats.resampling import intervals
from helpers.stats.resampling import replicates as bootstrap_replicates
from helpers.stats.resampling.intervals import compare_replicates, replicate_effects
from helpers.stats.resampling.replicates import Replicates, replicates
from helpers.stats.validation import InputError
from helpers.validation import case, cases

METHODS = ("percentile", "bca")


def bootstrap(
    control, treatment, *, method="percentile", resamples=9_999, rng, statistic=np.mean, progress=None, **asked
):
    """The arms resampled on their own, and compared."""
    drawn = partial(replicates, statistic=statistic, resamples=resamples, rng=rng, progress=progress)
    arms = [drawn(arm, jackknife=method == "bca") for arm in (control, treatment)]
    return compare_replicates(*arms, method=method, **asked)


def mean_difference(control, treatment, axis=-1):
    return treatment.mean(axis) - control.mean(axis)


def ratio_change(control, treatment, axis=-1):
    return treatment.mean(axis) / control.mean(axis) - 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("statistic", [mean_difference, ratio_change])
def test_intervals_are_scipys(rng, method, statistic):
    c, t = rng.gamma(2, 5, 40), rng.gamma(2, 6, 25)
    found = replicates(c, t, statistic=statistic, rng=np.random.default_rng(7), jackknife=method == "bca")
    nothing = Replicates(0, np.zeros(()), np.zeros(9999), 0.0, 0.0)
    ours = replicate_effects(nothing, found, method=method)
    name = "BCa" if method == "bca" else method
    theirs = stats.bootstrap(
        (np.sort(c), np.sort(t)),
        statistic,
        vectorized=True,
        method=name,
        n_resamples=9999,
        rng=np.random.default_rng(7),
    )
    draws, ends = (
        np.sort(theirs.bootstrap_distribution),
        (ours.absolute_low, *theirs.confidence_interval, ours.absolute_high),
    )
    low, their_low, their_high, high = np.searchsorted(draws, ends)
    assert abs(low - their_low) <= 2 and abs(high - their_high) <= 2  # ends are draws here and interpolated there
    assert math.sqrt(found.variance / found.n) == pytest.approx(theirs.standard_error, rel=1e-12)


def test_both_scales_are_those_of_scipy(rng):
    c, t = rng.gamma(2, 5, 60), rng.gamma(2, 6, 45)
    ours = {m: bootstrap(c, t, method=m, resamples=19_999, rng=rng) for m in METHODS}
    for method, statistic, scale in (
        ("percentile", mean_difference, "absolute"),
        ("bca", mean_difference, "absolute"),
        ("percentile", ratio_change, "relative"),
    ):
        name = "BCa" if method == "bca" else method
        theirs = stats.bootstrap((c, t), statistic, vectorized=True, method=name, n_resamples=19_999, rng=rng)
        ends = [getattr(ours[method], f"{scale}_{end}") for end in ("low", "high")]
        np.testing.assert_allclose(ends, theirs.confidence_interval, atol=0.12 * theirs.standard_error)


@given(
    st.lists(st.integers(-5, 9), min_size=2, max_size=12),
    st.lists(st.integers(-5, 9), min_size=2, max_size=12),
    st.sampled_from(METHODS),
    st.sampled_from(("two-sided", "greater", "less")),
    st.integers(0, 99),
)
def test_p_below_alpha_iff_both_intervals_exclude_zero(c, t, method, alternative, seed):
    e = bootstrap(
        c, t, method=method, alternative=alternative, confidence=0.8, resamples=99, rng=np.random.default_rng(seed)
    )
    if math.isnan(e.p_value):
        assert "every resample" in e.note and math.isnan(e.absolute_low) and math.isnan(e.relative_high)
        return
    assert 1 / 100 <= e.p_value <= 1
    for low, high in ((e.absolute_low, e.absolute_high), (e.relative_low, e.relative_high)):
        assert low <= high
        assert e.significant == (low > 0 or high < 0)


def test_one_sided_ends_are_open(rng):
    c, t = rng.normal(5, 1, 50), rng.normal(7, 1, 50)
    up = bootstrap(c, t, alternative="greater", resamples=999, rng=rng)
    down = bootstrap(c, t, alternative="less", resamples=999, rng=rng)
    assert up.absolute_high == up.relative_high == math.inf and up.p_value == 1 / 1000
    assert down.absolute_low == down.relative_low == -math.inf and down.p_value == 1
    assert "no resample reached zero" in up.note


def test_the_jackknife_runs_in_blocks(rng, monkeypatch):
    values = rng.gamma(2, 5, 50)
    influence = (values - values.mean()) / 50
    monkeypatch.setattr(bootstrap_replicates, "CELLS", 150)
    found = replicates(values, resamples=99, rng=rng, jackknife=True)
    assert found.second == pytest.approx((influence**2).sum()) and found.third == pytest.approx((influence**3).sum())


def test_notes_on_the_control(rng):
    around = bootstrap(rng.normal(0, 1, 30), rng.normal(5, 1, 30), method="bca", resamples=999, rng=rng)
    assert "changes sign" in around.note and around.significant and around.relative_low > 0
    below = bootstrap(rng.normal(-9, 1, 30), rng.normal(-9, 1, 30), resamples=999, rng=rng)
    assert "not positive" in below.note


def test_the_bar_shows_itself_only_when_asked(rng, capsys):
    bootstrap([1, 2, 3], [2, 3, 5], resamples=99, rng=rng)
    assert capsys.readouterr().err == ""
    bootstrap(rng.normal(size=50), rng.normal(size=50), resamples=99, rng=rng, progress=True)
    assert "bootstrap: 100%" in capsys.readouterr().err


def test_refusals(rng):
    two = [1.0, 2.0]
    refused = (
        lambda: bootstrap([1.0], two, rng=rng),
        lambda: bootstrap([], two, rng=rng),
        lambda: bootstrap(two, [1.0, math.nan], rng=rng),
        lambda: bootstrap(two, two, resamples=30, rng=rng),
        lambda: bootstrap(two, two, resamples=0, rng=rng),
        lambda: bootstrap(two, two, method="normal", rng=rng),
        lambda: bootstrap(two, two, alternative="up", rng=rng),
        lambda: compare_replicates(replicates(two, resamples=99, rng=rng), replicates(two, resamples=98, rng=rng)),
    )
    for call in refused:
        with pytest.raises(InputError):
            call()


def test_a_statistic_that_is_never_finite_is_refused(rng):
    def missing(x, axis):
        return np.full(x.sum(axis=axis).shape, np.nan)

    with pytest.warns(stats.DegenerateDataWarning), pytest.raises(InputError, match="missing or infinite"):
        bootstrap([1.0, 2.0], [1.0, 2.0], statistic=missing, rng=rng)


def test_the_same_seed_gives_the_same_figures():
    runs = [bootstrap([1, 2, 9, 4], [3, 8, 9, 1], rng=np.random.default_rng(4), method="bca") for _ in range(2)]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("one", cases(("resampling",)), ids=str)
def test_promises(one):
    assert case.run(one, one.short).kept


def named(text):
    return next(one for one in cases(("resampling",)) if text in str(one))


def test_a_level_off_by_one_half_is_noticed(monkeypatch):
    true = intervals._Side._level
    monkeypatch.setattr(intervals._Side, "_level", lambda self, *args: true(self, *args) / 2)
    assert not case.run(named("percentile, false positives, normal, 60 : 60"), 1000).kept


def test_rows_are_compared_as_one_by_one(rng):
    c, t = rng.normal(5, 1, (4, 30)), rng.normal(5.5, 1, (4, 30))
    arms = [replicates(v, resamples=199, rng=rng, jackknife=True) for v in (c, t)]
    rows = replicate_effects(*arms, method="bca")
    for i in range(4):
        one = [Replicates(30, a.value[i], a.draws[i], a.second[i], a.third[i]) for a in arms]
        effect = compare_replicates(*one, method="bca")
        assert effect.p_value == rows.p_value[i] and effect.relative_low == rows.relative_low[i]
        assert effect.absolute_high == rows.absolute_high[i]
