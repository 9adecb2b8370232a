"""Several tests of one question share its threshold: a healthy experiment is accused no more often for being asked more."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from helpers.experiment.arm_shares import counted
from helpers.experiment.missing_values import MissingValues
from helpers.experiment.trust.covariates import covariates
from helpers.experiment.trust.missing import missing_by_metric
from helpers.experiment.trust.ratio_by import ratio_by
from helpers.experiment.trust.timing import before_exposure, follow_up
from helpers.report.topics import trust as topic
from helpers.stats import Mean, compare
from helpers.stats.multiplicity.corrections import adjust
from tests.ingest.studies import unit_study

N = 500
"""Units an arm, with a history of mean 10 and variance 4."""


def measured(shifts: dict[str, float], arms: int = 2) -> SimpleNamespace:
    """Results of covariates whose first treatment is shifted by so many standard errors of the difference."""
    step = (2 * 4 / N) ** 0.5
    metrics = [SimpleNamespace(name=name, label=name, covariate=True, type="mean") for name in shifts]
    variants = [SimpleNamespace(name=name) for name in ("control", "one", "two", "three")[:arms]]

    def arm(metric, variant, covariate):
        before = 10.0 + (shifts[metric.name] * step if variant == "one" else 0.0)
        at = [before] * N
        spread = [y + (4 * (N - 1) / N) ** 0.5 * (-1) ** i for i, y in enumerate(at)]
        return Mean.from_values([float(i % 7) for i in range(N)], {"x": spread})

    decision = SimpleNamespace(confidence=0.95)
    return SimpleNamespace(
        study=SimpleNamespace(data=None, metrics=metrics, variants=variants, decision=decision), arm=arm
    )


def verdicts(results: SimpleNamespace) -> dict[str, str]:
    return {check.name: check.verdict for check in covariates(results) if check.name.startswith("Balance")}


@pytest.mark.parametrize(
    ("others", "arms", "verdict"), [(0, 2, "failed"), (29, 2, "passed"), (0, 4, "failed"), (9, 4, "passed")]
)
def test_a_difference_that_fails_alone_is_one_of_thirty(others, arms, verdict):
    """3.7 standard errors: p = .0002."""
    found = verdicts(measured({"x": 3.7} | {f"x{i}": 0.0 for i in range(others)}, arms))
    assert found == {"Balance of x before": verdict} | {f"Balance of x{i} before": "passed" for i in range(others)}


def test_the_covariate_that_is_at_fault_is_named_among_thirty():
    found = verdicts(measured({"x": 6.0, "y": 5.0} | {f"x{i}": 0.0 for i in range(28)}))
    assert [name for name, verdict in found.items() if verdict == "failed"] == [
        "Balance of x before",
        "Balance of y before",
    ]


def test_the_p_value_is_that_of_holm_and_both_are_told():
    results = measured({"x": 3.0, "y": 1.0})
    arms = [[results.arm(m, v, True) for v in ("control", "one")] for m in results.study.metrics]
    raw = [compare(*(Mean(arm.moments.mapped([[0, 1]], [0])) for arm in pair)).p_value for pair in arms]
    checks = [check for check in covariates(results) if check.name.startswith("Balance")]
    assert [check.p_value for check in checks] == pytest.approx(adjust(raw, "holm").adjusted)
    assert f"p = {raw[0]:.3g}, {2 * raw[0]:.3g} after Holm" in checks[0].found
    told = topic.table(SimpleNamespace(checks=[checks[1]], failed=(), warned=(), unasked=()))
    assert told[0]["Found"].endswith(f"p = {raw[1]:.3g}, {max(raw[1], 2 * raw[0]):.3g} after Holm")


@pytest.mark.parametrize("seed", range(30))
def test_the_smallest_p_of_a_family_is_one_of_its_lines_and_called_adjusted_where_it_is(seed):
    """Days, covariates, follow-ups, early outcomes and missing values at random; the lines of the details stand beside."""
    rng = np.random.default_rng(seed)
    several = int(rng.integers(1, 4))
    hits = {f"m{i}": tuple(map(int, rng.integers(90, 115, 2))) for i in range(several)}
    named = SimpleNamespace(study=SimpleNamespace(metric=lambda name: SimpleNamespace(label=name)))
    tests = {name: counted(pair, (2_000, 2_000)) for name, pair in hits.items()}
    days = {str(i): dict(zip("ab", map(int, rng.integers(400, 450, 2)), strict=True)) for i in range(several)}
    made = [
        ratio_by("day", days, {"a": 1, "b": 1}), *covariates(measured({f"x{i}": rng.normal() for i in range(several)})),
        *follow_up(tests, named), before_exposure(tests),
        *missing_by_metric([gap(name, pair) for name, pair in hits.items()], unit_study("units.csv")),
    ]  # fmt: skip
    for family in {check.family for check in made}:
        passed = [check for check in made if check.family == family and check.passed and check.p_value is not None]
        if len(passed) < 2:
            continue
        told = topic.table(SimpleNamespace(checks=passed, failed=(), warned=(), unasked=()))[0]["Found"]
        kind, p = re.search(r"; smallest (adjusted )?p = (\S+)$", told).groups()
        least = next(check for check in passed if check.p_value == min(check.p_value for check in passed))
        assert float(p) == pytest.approx(least.p_value, rel=1e-2)
        assert bool(kind) is (several > 1) is ("after Holm" in least.found), least.found
        assert f"{p} after Holm" in least.found or f"p = {p}" in least.found


def gap(name: str, hits: tuple[int, int]) -> MissingValues:
    metric = SimpleNamespace(name=name, label=name, role="guardrail", missing=None)
    return MissingValues((metric,), counted(hits, (2_000, 2_000)), (), (), 0)


@pytest.mark.parametrize(("metrics", "verdict"), [(1, "failed"), (20, "passed")])
def test_missing_values_and_follow_ups_of_many_metrics_share_the_threshold(metrics, verdict):
    hits = {"spend": (100, 158)} | {f"m{i}": (100, 100) for i in range(metrics - 1)}
    study = unit_study("units.csv")
    found = missing_by_metric([gap(name, pair) for name, pair in hits.items()], study)
    assert [check.verdict for check in found] == [verdict] + ["passed"] * (metrics - 1)
    named = SimpleNamespace(study=SimpleNamespace(metric=lambda name: SimpleNamespace(label=name)))
    followed = follow_up({name: counted(pair, (2_000, 2_000)) for name, pair in hits.items()}, named)
    assert [check.verdict for check in followed] == [verdict] + ["passed"] * (metrics - 1)
    assert missing_by_metric([], study) == [] and follow_up({}, named) == []
