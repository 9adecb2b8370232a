"""Other choices of units in an offline study, where both worlds are known; and what cannot be compared says so."""

import pytest
import yaml

from helpers import config, paths, simulate
from helpers.experiment import funnel, ground_truth, misinterpretations, selection
from helpers.experiment.results import Results
from helpers.report.topics import funnel as funnel_topic
from helpers.report.topics import misinterpretations as misinterpretations_topic
from helpers.report.topics import selection as selection_topic
from helpers.warehouse import build, query

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def winsorised(tmp_path_factory):
    """The flagship with 3,000 users and revenue, a winsorised mean, as its primary metric."""
    file = tmp_path_factory.mktemp("winsorised") / "studies" / "cart_checkout.yml"
    file.parent.mkdir()
    raw = yaml.safe_load((paths.STUDIES / "cart_checkout.yml").read_text(encoding="utf-8"))
    raw["data"] |= {"users": 3_000}
    raw["min_segment"] = 30
    roles = {"purchase_rate": "secondary", "revenue_per_user": "primary"}
    for metric in raw["metrics"]:
        metric["role"] = roles.get(metric["name"], metric["role"])
    next(m for m in raw["metrics"] if m["name"] == "revenue_per_user")["winsorize"] = 0.98
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    study, where = config.opened(file)
    simulate.simulate(study, where.raw, progress=False)
    build.build(study, where)
    return study, where


def test_offline_the_truth_is_that_of_both_worlds(winsorised):
    study, where = winsorised
    with query.connect(where.database) as con:
        results = Results(con, study)
        found = {r.rule.name: r for r in selection.read(con, results)}
        worlds = con.execute(
            "select sum(y1 + cut1) / sum(y0 + cut0) - 1, sum(cut1) from intermediate.int_unit_metrics"
            " where population = 'exposed' and metric = 'revenue_per_user'"
        ).fetchone()
    planned = results.effect(study.primary)
    assert found["winsorised"].effect == planned.effect
    assert found["as they are"].truth == found["dropped"].truth == pytest.approx(worlds[0])
    assert worlds[1] > 0, "something was pulled in"
    units = {name: r.effect.n_control + r.effect.n_treatment for name, r in found.items()}
    assert units["dropped"] < units["winsorised"] == units["as they are"]
    assert units["heaviest by outcome"] == pytest.approx(units["winsorised"] / 4, rel=0.05)
    assert found["dropped"].effect.control < found["winsorised"].effect.control < found["as they are"].effect.control
    assert selection.simulated(study) == []


def test_a_primary_metric_that_is_not_winsorised_says_so(small_study):
    with query.connect(small_study.where.database) as con:
        results = Results(con, small_study.study)
        assert selection.read(con, results) == []
        assert funnel.by_arm(con, small_study.study) == []
        marked = ground_truth.checked(small_study.study, small_study.where, results)
        tests, near = misinterpretations.segment_tests(results), misinterpretations.near_miss(results)
    assert "not a winsorised mean" in selection_topic.absent(small_study.study)
    assert "Nobody was treated" in funnel_topic.absent(small_study.study)
    levels = small_study.study.injection.relative_uplift
    assert [m.planted.size for m in marked] == list(levels.values())
    assert all(m.found and m.found.truth for m in marked)
    for found in tests:
        assert found.unadjusted >= found.adjusted >= 0 and found.tests > 5
        assert found.false_alarm == pytest.approx(1 - 0.95**found.tests)
    assert near.risk > 0.06, "p is not the chance of being wrong"
    assert "not “94 % sure”" in misinterpretations_topic.text_near_miss(near)


def test_an_online_study_without_known_effects_has_nothing_to_mark(small_study):
    online = small_study.study.model_copy(update={"mode": "online", "injection": None})
    with query.connect(small_study.where.database) as con:
        assert ground_truth.checked(online, small_study.where, Results(con, online)) == []
    assert "in every arm" in funnel_topic.absent(online)


@pytest.mark.parametrize(("kind", "missing", "said"), [
    ("mean", "drop", "on all exposed units with a value alone"), ("mean", "zero", "on all exposed units alone"),
    ("proportion", None, "on all exposed units alone"),
])  # fmt: skip
def test_a_metric_of_those_with_a_value_is_not_said_to_be_read_on_all(kind, missing, said):
    table = config.load("studies/cookie_cats.yml")
    primary = table.primary.model_copy(update={"type": kind, "missing": missing})
    metrics = [primary, *(m for m in table.metrics if m.role != "primary")]
    assert said in selection_topic.absent(table.model_copy(update={"metrics": metrics}))
