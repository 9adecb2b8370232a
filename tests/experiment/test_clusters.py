"""A study that was randomised by whole clusters, against the rows of its table summed up by pandas."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from helpers.defaults import FEWEST_CLUSTERS
from helpers.experiment import design, funnel, rerandomisation, segments
from helpers.experiment.adjusted import with_cuped
from helpers.experiment.decision.evidence import evidence
from helpers.experiment.decision.rule import decide
from helpers.experiment.results import Results
from helpers.experiment.trust.independence import independence, uneven
from helpers.formatting import p_text
from helpers.report import losses
from helpers.report.figures import experiment as figures
from helpers.report.topics import design as topic
from helpers.stats import compare, compare_clusters
from helpers.stats.adjustment.cuped import cuped
from helpers.stats.binomial import clustered_interval
from helpers.stats.checks.exact_counts import clustered_shares_p_value, shares_p_value
from helpers.stats.summaries.ratio import Ratio
from helpers.stats.summaries.whole_clusters import WholeClusters
from helpers.warehouse import query
from tests.ingest.studies import UNIT_DATA, marts_once, unit_study

CITIES = 36
CUT = 0.95
PERIOD = {"baseline": "2026-02-02", "start": "2026-03-02", "end": "2026-03-16"}


def table(seed: int = 3, cities: int = CITIES) -> pd.DataFrame:
    """Riders of cities of very different sizes; a city is in one arm, and its riders are alike."""
    rng = np.random.default_rng(seed)
    rows = []
    for city in range(cities):
        taste = rng.gamma(4, 0.25)
        for rider in range(rng.integers(3, 90)):
            rounds = rng.poisson(3 * taste)
            rows.append({
                "who": f"u{city}_{rider}", "arm": "ab"[city % 2], "town": str(rng.choice([f"city {city}", f"City {city}", f" CITY {city} "])), "plan": str(rng.integers(0, 3)),
                "problem": "none", "variant": "?", "user_id": rider,  # names that the models have for their own
                "bought": int(rng.random() < 0.4 * min(taste, 2)), "rounds": rounds,
                "spend": round(float(rng.gamma(1.2, 8 * taste)), 2) if rng.random() > 0.1 else None,
                "earlier": rng.poisson(3 * taste),
            })  # fmt: skip
    return pd.DataFrame(rows)


def read() -> pd.DataFrame:
    """The table with one spelling of each city."""
    return table().assign(town=lambda r: r.town.str.strip().str.lower())


def file(base, cities=CITIES, **changes):
    table(cities=cities).to_csv(base / "riders.csv", index=False)
    columns = UNIT_DATA["columns"] | {"city": "town", "plan": "plan"}
    metrics = [
        {"name": "rate", "label": "Rate", "role": "primary", "type": "proportion", "event": "bought"},
        {"name": "rounds", "label": "Rounds", "role": "secondary", "type": "mean", "event": "rounds", "measure": "sum",
         "unit": "count", "covariate": True},
        {"name": "spend", "label": "Spend", "role": "secondary", "type": "mean", "event": "spend", "measure": "sum",
         "unit": "money", "winsorize": CUT},
        {"name": "a_round", "label": "Spend a round", "role": "secondary", "type": "ratio", "event": "bought",
         "measure": "count", "per": "rounds", "unit": "number"},
    ]  # fmt: skip
    study = unit_study(base / "riders.csv", {"metrics": metrics, "segments": ["plan"], "min_segment": 2, "period": PERIOD} | changes,
                       columns=columns, before={"rounds": "earlier"})  # fmt: skip
    return study.model_dump(mode="json", exclude_none=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return marts_once(tmp_path_factory, "clusters", lambda base: file(base, name="clusters", cluster="city"))


@pytest.fixture(scope="module")
def results(built):
    with query.connect(built[1].database) as con:
        yield Results(con, built[0])


def same(found, wanted):
    for name in (
        "control",
        "treatment",
        "absolute",
        "absolute_low",
        "absolute_high",
        "relative_low",
        "relative_high",
        "p_value",
    ):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=1e-9), name
    assert (found.n_control, found.n_treatment) == (wanted.n_control, wanted.n_treatment)


def whole(values, rows):
    return compare_clusters(values, rows.arm, rows.town, control="a", treatment="b").effect


@pytest.mark.parametrize("part", [None, "0", "1", "2"])
@pytest.mark.parametrize(("metric", "column"), [("rate", "bought"), ("rounds", "rounds"), ("spend", "spend")])
def test_every_mean_is_that_of_whole_clusters(results, metric, column, part):
    rows = read()
    rows["spend"] = rows.spend.clip(upper=rows.spend.quantile(CUT, interpolation="inverted_cdf"))
    rows = rows[(rows.plan == part if part else True) & rows[column].notna()]
    where = {"dimension": "plan", "level": part} if part else {}
    found = results.effect(results.study.metric(metric), **where)
    scale = 100 if metric == "spend" else 1
    same(found.effect, whole(rows[column] * scale, rows))
    assert found.valued == tuple((rows.arm == arm).sum() for arm in "ab")


def test_the_mean_as_it_is_keeps_its_extreme_values(results):
    rows = read().dropna(subset="spend")
    found = results.effect(results.study.metric("spend"), as_is=True)
    same(found.effect, whole(rows.spend * 100, rows))


def test_a_ratio_is_that_of_the_totals_of_clusters(results):
    totals = read().groupby(["arm", "town"])[["bought", "rounds"]].sum()
    arms = [WholeClusters.from_values(totals.loc[arm].bought, totals.loc[arm].rounds) for arm in "ab"]
    same(results.effect(results.study.metric("a_round")).effect, compare(*arms))


def test_a_covariate_is_spent_on_clusters(results):
    rows = read().assign(one=1)
    sums = rows.groupby(["arm", "town"])[["rounds", "one", "earlier"]].sum()
    sums["beside"] = (
        sums.earlier - sums.one * sums.earlier.sum() / sums.one.sum()
    )  # a total less what its size makes of it
    arms = [WholeClusters.from_values(sums.loc[a].rounds, sums.loc[a].one, {"x": sums.loc[a].beside}) for a in "ab"]
    effect, reduction = with_cuped(results, results.study.metric("rounds"))
    wanted = cuped(*arms)
    same(effect, compare(wanted.control, wanted.treatment))
    assert reduction.share_remaining == pytest.approx(wanted.reduction.share_remaining) and reduction.gains


def test_the_sample_ratio_counts_clusters(results):
    assert results.sample_ratio().observed == (CITIES / 2, CITIES / 2)
    assert sum(results.arm_sizes().values()) == len(read())


def test_few_clusters_are_told_and_bar_a_go(tmp_path_factory, results):
    study, where = marts_once(tmp_path_factory, "few", lambda base: file(base, 8, name="few", cluster="city"))
    rows = table(cities=8).assign(town=lambda r: r.town.str.strip().str.lower())
    sizes = rows.groupby(["arm", "town"]).size().groupby("arm")
    worth = (sizes.sum() ** 2 / sizes.apply(lambda m: (m**2).sum())).min()
    with query.connect(where.database) as con:
        few = Results(con, study)
        check = independence(con, few)[1]
        (found,) = evidence(few, (), {})
    assert worth < FEWEST_CLUSTERS and found.clusters == pytest.approx(worth)
    assert check.verdict == "warning"
    assert f"4 in the smallest arm, by their sizes worth {worth:.1f} equal ones" in check.found
    assert check.found.endswith("too few for a GO")
    assert check.caveat is not None and check.caveat.words.endswith(
        f"with fewer than {FEWEST_CLUSTERS} no test does. That bars a GO."
    )
    assert (
        next(c for c in decide(found, study.decision).criteria if c.name == "Effective number of clusters").met is False
    )
    (enough,) = evidence(results, (), {})
    assert enough.clusters > FEWEST_CLUSTERS
    assert next(
        c for c in decide(enough, results.study.decision).criteria if c.name == "Effective number of clusters"
    ).met


def test_of_one_cluster_in_an_arm_nothing_can_be_told(built, results, monkeypatch):
    """The check fails, so that no effect is told: what the cluster is like cannot be parted from what it got."""
    monkeypatch.setattr(type(results), "randomised", lambda self, *_: {"a": 19, "b": 1})
    with query.connect(built[1].database) as con:
        check = independence(con, results)[1]
    assert check.verdict == "failed" and "; cannot be told: one cluster in b, so that" in check.found


def test_counting_rows_would_have_claimed_more(results):
    rows = read()
    found = results.effect(results.study.primary).effect
    naive = compare(*(Ratio.from_values(rows.bought[rows.arm == a], np.ones((rows.arm == a).sum())) for a in "ab"))
    assert found.absolute_high - found.absolute_low > 1.5 * (naive.absolute_high - naive.absolute_low)
    assert math.isclose(found.absolute, naive.absolute)


def test_the_check_of_independence_is_silenced_by_what_the_study_says(tmp_path_factory, built):
    plain = marts_once(tmp_path_factory, "not_clustered", lambda base: file(base, name="not_clustered"))
    said = marts_once(
        tmp_path_factory, "independent", lambda base: file(base, name="independent", independent="a lottery by rider")
    )
    found = {}
    for study, where in (built, plain, said):
        with query.connect(where.database) as con:
            found[study.name] = independence(con, Results(con, study))
    assert [c.verdict for c in found["clusters"]] == ["passed", "passed"] and found["clusters"][1].caveat is None
    assert f"{CITIES} clusters, 0 of them in two variants" in found["clusters"][1].found
    (failed,), (silenced,) = found["not_clustered"], found["independent"]
    assert failed.verdict == "failed" and silenced.verdict == "passed"
    assert "levels of 'town' is in one variant only" in failed.found and "'plan'" not in failed.found
    assert "a lottery by rider" in silenced.found


def test_arms_of_different_days_fail_and_come_to_their_report(tmp_path_factory):
    def written(base):
        rng = np.random.default_rng(4)
        rows = table().assign(at=lambda r: [f"2026-03-{2 + 2 * int(d) + (a == 'b'):02d}" for d, a in
                                            zip(rng.integers(0, 6, len(r)), r.arm, strict=True)])  # fmt: skip
        rows.to_csv(base / "riders.csv", index=False)
        columns = UNIT_DATA["columns"] | {"event_time": "at"}
        return unit_study(base / "riders.csv", {"name": "by_days", "period": PERIOD}, columns=columns).model_dump(
            mode="json", exclude_none=True
        )

    study, where = marts_once(tmp_path_factory, "by_days", written)
    with query.connect(where.database) as con:
        results = Results(con, study)
        check = independence(con, results)[0]
        assert results.by_segment(study.primary, "day") == [] and results.novelty(study.primary).verdict == "no test"
    assert check.verdict == "failed" and "each of the 12 days of exposure is in one variant only" in check.found


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"cluster": "nowhere"}, "cluster"),
        ({"cluster": "city", "independent": "a lottery"}, "independent"),
        ({"cluster": "city", "surrogate": {"proxy": "rounds", "outcome": "spend"}}, "surrogate"),
    ],
)
def test_a_cluster_that_cannot_be_is_refused(tmp_path, changes, key):
    with pytest.raises((ValidationError, ValueError), match=key):
        file(tmp_path, **changes)


def test_the_plan_counts_cities_and_says_how_many_riders_they_hold(built, results):
    study = results.study
    with query.connect(built[1].database) as con:
        found = design.plan(study, results, con)
    riders = read().groupby("town").size().mean()
    for (_, plan, _), row in zip(found.splits, topic.table_plans(found, study), strict=True):
        assert row["In all"] == f"{plan.n_total:,}" and row["Units in them"] == f"{plan.n_total * riders:,.0f}"
    assert topic.caption_sizes(study) == "Clusters by split"
    assert f"each a city, of {riders:.2f} units on average" in topic.caption_plans(found, study)
    drawn = figures.detectable(found.curves, found.effect, study)
    assert drawn.layout.xaxis.title.text == "clusters in all" and "units" not in drawn.layout.meta["finding"]
    assert found.reached.startswith(f"{CITIES} clusters were exposed, fewer than the {found.plan.n_total:,} ")
    days = pd.DataFrame(
        {
            "period": "experiment",
            "day": [1, 2],
            "cumulative_units": [9, 99],
            "new_units": [9, 90],
            "returning_units": [0, 0],
        }
    )
    assert not figures.exposures(days, found.goal, found.reached, study).layout.annotations, "cities on riders' axis"


def test_a_figure_of_effects_says_that_its_intervals_count_cities(results):
    drawn = figures.effects(results.headline(), results.study)
    assert drawn.layout.meta["subtitle"].startswith("95 % intervals, clusters")


def test_whole_clusters_are_not_split_anew_and_it_is_said_so(results):
    none, reason = rerandomisation.evaluated(pd.DataFrame(), results.study, None, runs=10)
    assert none is None and topic.text_absent(reason) == (
        "The re-randomisation was not made: it splits units one by one, and the study was randomised by city."
    )


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ((40, 10), (10, 40)),
        ((10, 30, 12), (10, 30)),
        ((20, 10), None),
        ((200, 50), None),
        ((30, 30), None),
        ((5, 0), None),
    ],
)
def test_arms_of_uneven_numbers_of_clusters_are_told(sizes, told):
    class Few:
        def randomised(self):
            return dict(zip("abc", sizes, strict=False))

    assert uneven(Few()) == told


def test_skewed_clusters_in_uneven_numbers_miss_on_the_side_that_is_told():
    """No effect, 40 clusters against 10 with a long tail: the smaller arm looks significantly worse far too often."""
    rng, worse, better, runs = np.random.default_rng(8), 0, 0, 1_200
    for _ in range(runs):
        many, few = (WholeClusters.from_values(rng.lognormal(0, 0.8, n), np.ones(n)) for n in (40, 10))
        found = compare(many, few)
        worse, better = worse + (found.absolute_high < 0), better + (found.absolute_low > 0)
    assert 0.045 < worse / runs < 0.1 and better / runs < 0.02


def test_intervals_of_the_funnel_are_by_clusters(built):
    """The share of the control's riders who bought, with the standard error of pandas' totals of its cities."""
    control = read().query("arm == 'a'")
    cities = control.groupby("town").bought.agg(["sum", "count"])
    share, n = control.bought.mean(), len(control)
    arm = WholeClusters.from_values(cities["sum"], cities["count"])
    with query.connect(built[1].database) as con:
        (alone,), (whole,) = funnel.read(con), funnel.read(con, clustered=True)
    assert whole.steps[-1].units == alone.steps[-1].units == control.bought.sum()
    assert whole.steps[-1].rate == clustered_interval(share, n, math.sqrt(arm.variance / arm.n), arm.df)
    seen, narrow = (each.steps[-1].rate.high - each.steps[-1].rate.low for each in (whole, alone))
    assert seen > 1.3 * narrow


@pytest.mark.parametrize(("cities", "alike", "share"), [(40, 0.05, 0.3), (12, 0.05, 0.3), (40, 0.2, 0.05)])
def test_an_interval_by_clusters_covers_a_share(cities, alike, share):
    """Cities of unlike sizes and tastes; taking each rider for itself covers the share in four to six of ten."""
    rng, held, runs = np.random.default_rng(2), 0, 600
    spread = (1 - alike) / alike
    for _ in range(runs):
        m = rng.integers(20, 120, cities)
        y = rng.binomial(m, rng.beta(share * spread, (1 - share) * spread, cities))
        arm = WholeClusters.from_values(y, m)
        found = clustered_interval(y.sum() / m.sum(), int(m.sum()), math.sqrt(arm.variance / arm.n), arm.df)
        held += found.low <= share <= found.high
    assert held / runs == pytest.approx(0.95, abs=0.03)


def test_a_share_that_no_cluster_tells_apart():
    assert clustered_interval(1.0, 500, 0.0, 9.0).low == pytest.approx(0.025**0.1)  # ten rows that all have it
    assert (clustered_interval(0.4, 500, math.nan, math.nan).low, clustered_interval(0.0, 500, 0.0, 9.0).low) == (0, 0)


def test_rates_of_segments_and_their_test_are_by_clusters(built):
    """Plans are mixed within the control's cities: the same by pandas' totals of each city and plan."""
    control = read().query("arm == 'a'")
    n, k = (control.pivot_table(index="town", columns="plan", values="bought", aggfunc=f, fill_value=0) for f in ("size", "sum"))  # fmt: skip
    with query.connect(built[1].database) as con:
        found = segments.rates(con, built[0], "plan")
        pooled = segments.rates(con, built[0].model_copy(update={"min_segment": int(n.sum().median()) + 1}), "plan")
    assert [g.level for g in found] == list(n.sum().sort_values(ascending=False).index.astype(str))
    for g in found:
        arm = WholeClusters.from_values(k[g.level][n[g.level] > 0], n[g.level][n[g.level] > 0])
        share, rows = k[g.level].sum() / n[g.level].sum(), int(n[g.level].sum())
        assert g.rate == clustered_interval(share, rows, math.sqrt(arm.variance / arm.n), arm.df)
        assert g.differ == pytest.approx(clustered_shares_p_value(k, n))
    assert sum(g.reached for g in pooled) == len(control) and {g.level for g in pooled} > {"other"}
    said = losses.chance(found, built[0])
    assert "by each city as a whole" in said and p_text(found[0].differ) in said


@pytest.mark.parametrize(("cities", "levels", "apart"), [(40, 3, True), (12, 2, True), (40, 3, False), (12, 2, False)])
def test_equal_rates_of_levels_are_called_different_as_seldom_as_promised(cities, levels, apart):
    """Cities of one level each, or of all levels; taking each rider for itself calls in two to seven of ten, or one to two."""
    rng, called, alone, found, runs = np.random.default_rng(3), 0, 0, 0, 250
    for _ in range(runs):
        m = rng.integers(80, 240, (cities, levels)) * ((np.arange(cities)[:, None] % levels == np.arange(levels)) | (not apart))  # fmt: skip
        own = rng.beta(0.3 * 19, 0.7 * 19, cities)[:, None]
        y, more = rng.binomial(m, own), rng.binomial(m, np.minimum(own * (1 + np.arange(levels)), 1))
        called += clustered_shares_p_value(y, m) < 0.05
        alone += shares_p_value(y.sum(axis=0).tolist(), m.sum(axis=0).tolist()) < 0.05
        found += clustered_shares_p_value(more, m) < 0.05
    assert called / runs < 0.09 and alone / runs > 0.1 and found / runs > 0.6


def test_levels_that_lie_in_one_cluster_each_cannot_be_told_apart(built):
    p_value = clustered_shares_p_value([[40, 0], [0, 90]], [[100, 0], [0, 100]])
    group = segments.SegmentRate("plan", "0", 100, clustered_interval(0.4, 100, math.nan, math.nan), 0, p_value)
    assert math.isnan(p_value)
    assert "cannot be told, by each city as a whole" in losses.chance([replace(group, missing=5.0)], built[0])
