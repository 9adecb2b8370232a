"""Missing values: what fails, what warns, against scipy, and how seldom a healthy experiment is accused."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers.experiment.decision.invalid import FailedCheck, mended
from helpers.experiment.missing_values import MissingValues, missing, unreadable
from helpers.experiment.trust.missing import _caveat, missing_values
from helpers.formatting import WITH_A_VALUE, formatted
from tests.ingest.studies import METRICS, unit_study

STUDY = unit_study("units.csv")
ARMS = ("control", "treatment")


def gaps(counts: dict[tuple[str, bool | None], tuple[int, int]], metric: str = "spend", zeros: int = 0) -> pd.DataFrame:
    """Rows of the query: (arm, primary outcome) -> (units without a value, units)."""
    return pd.DataFrame(
        [(metric, arm, high, units, gone, zeros, 0) for (arm, high), (gone, units) in counts.items()],
        columns=["metric", "variant", "is_high", "units", "missing", "zeros", "open_windows"],
    )


def judged(counts: dict[tuple[str, bool | None], tuple[int, int]], **keys: object) -> list[tuple[str, str]]:
    (found,) = missing(gaps(counts, **keys), STUDY)
    return [(c.name, c.verdict) for c in missing_values(found, STUDY)]


def table(*cells: tuple[int, int]) -> dict[tuple[str, bool | None], tuple[int, int]]:
    """Control with and without the outcome, then treatment."""
    return dict(zip([(arm, high) for arm in ARMS for high in (True, False)], cells, strict=True))


def test_nothing_missing_is_no_check():
    assert missing(gaps(table((0, 100), (0, 900), (0, 100), (0, 900))), STUDY) == ()


def test_missing_in_one_arm_alone_fails():
    assert judged(table((0, 100), (0, 1900), (40, 140), (0, 1860))) == [
        ("Missing values of spend", "failed"), ("Who lacks spend", "warning")
    ]  # fmt: skip


@pytest.mark.parametrize("zero", [False, True])
def test_the_key_that_may_mend_values_missing_by_arm_is_named_with_what_is_left_without_it(zero):
    metrics = [METRICS[0] | ({"missing": "zero"} if zero else {}), *METRICS[1:]]
    study = unit_study("units.csv", {"metrics": metrics})
    counts = {
        (arm, high): (gone, n)
        for arm, lost in zip(ARMS, (0, 90), strict=True)
        for high, gone, n in ((True, 0, 90), (False, lost, 900))
    }
    (found,) = missing(gaps(counts, metric=METRICS[0]["name"]), study)
    (check,) = [c for c in missing_values(found, study) if c.name.startswith("Missing")]
    assert check.verdict == "failed"
    assert ("`missing: zero` at rate" in check.remedy and "run again" in check.remedy) is not zero
    said = mended([FailedCheck(check.name, check.found, check.remedy)])
    assert said == ("" if zero else f"Draw no conclusion: {check.remedy}.")


def test_a_label_that_says_of_those_with_a_value_is_not_told_as_lacking_one():
    named = {"label": f"Rate{WITH_A_VALUE}"}
    study = unit_study("units.csv", {"metrics": [METRICS[0] | named, *METRICS[1:]]})
    counts = {(arm, high): (gone, 900) for arm in ARMS for high, gone in ((True, 0), (False, 90))}
    (found,) = missing(gaps(counts, metric=METRICS[0]["name"]), study)
    assert [c.name for c in missing_values(found, study)] == ["Missing values of rate"]


def test_missing_alike_by_arm_but_of_those_without_the_outcome_warns_in_words():
    counts = table((0, 100), (700, 1400), (0, 120), (690, 1380))
    (found,) = missing(gaps(counts), STUDY)
    by_arm, others = missing_values(found, STUDY)
    assert (by_arm.verdict, others.verdict) == ("passed", "warning")
    assert "0 % of the units without a value" in others.found
    assert others.caveat is not None and "missing: zero" in others.caveat.words


def test_opposite_losses_of_equal_number_fail_though_neither_count_nor_pool_shows_them():
    counts = table((40, 500), (0, 500), (0, 500), (40, 500))
    (found,) = missing(gaps(counts), STUDY)
    assert found.by_arm.p_value == found.outcome[0].p_value == 1.0
    by_arm, others = missing_values(found, STUDY)
    assert by_arm.verdict == "failed" and "among units alike in rate" in by_arm.found
    assert others.verdict == "warning" and " in control and " in others.found, "the arm that shows it is told"


def test_a_primary_metric_with_missing_values_is_compared_by_arm_alone():
    counts = {
        (arm, high): (gone, n) for arm in ARMS for high, gone, n in ((True, 0, 90), (False, 0, 900), (None, 10, 10))
    }
    assert judged(counts, metric="rate") == [("Missing values of rate", "passed")]


def test_metrics_of_one_event_are_told_once_and_zeros_are_said():
    metrics = [METRICS[0], METRICS[1], METRICS[1] | {"name": "any_spend", "label": "Any spend", "type": "proportion",
                                                    "measure": None, "unit": "share"}]  # fmt: skip
    study = unit_study("units.csv", {"metrics": metrics})
    both = pd.concat(
        [gaps(table((5, 90), (5, 900), (5, 90), (5, 900)), metric=name) for name in ("spend", "any_spend")]
    )
    (found,) = missing(both, study)
    assert [m.name for m in found.metrics] == ["spend", "any_spend"] and found.label == "spend and any spend"
    (zero,) = missing(gaps(table((0, 90), (0, 900), (0, 90), (0, 900)), zeros=7), STUDY)
    (said,) = missing_values(zero, STUDY)
    assert said.passed and "28 empty values count as 0" in said.found


@pytest.mark.parametrize("seed", range(5))
def test_the_tests_are_those_of_scipy(seed):
    rng = np.random.default_rng(seed)
    units = rng.integers(200, 900, 4)
    gone = [int(rng.integers(20, 100)) for _ in units]
    (found,) = missing(gaps(table(*zip(gone, map(int, units), strict=True))), STUDY)

    def p(rows: list[list[int]]) -> float:
        if stats.contingency.expected_freq(rows).min() < 100:
            return stats.fisher_exact(rows).pvalue
        return stats.chi2_contingency(rows, correction=False).pvalue

    (a, b, c, d), (na, nb, nc, nd) = gone, units
    assert found.by_arm.p_value == pytest.approx(p([[a + b, na + nb - a - b], [c + d, nc + nd - c - d]]))
    assert found.alike[0].p_value == pytest.approx(p([[a, na - a], [c, nc - c]]))
    assert found.outcome[0].p_value == pytest.approx(p([[a + c, b + d], [na + nc - a - c, nb + nd - b - d]]))
    assert found.outcome[1].p_value == pytest.approx(p([[a, b], [na - a, nb - b]]))


def alarms(runs: int, seed: int, rate: tuple[float, float], gone: float) -> np.ndarray:
    """p-values of both checks in experiments whose values are missing by chance alone, whatever the effect."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(runs):
        high = rng.binomial(1_500, rate)
        cells = [(int(rng.binomial(n, gone)), int(n)) for k in high for n in (k, 1_500 - k)]
        of: tuple[MissingValues, ...] = missing(gaps(table(*cells)), STUDY)
        found.append([check.p_value for check in missing_values(of[0], STUDY)])
    return np.array(found)


@pytest.mark.parametrize("rate", [(0.2, 0.2), (0.2, 0.3)], ids=["no effect", "an effect"])
def test_values_missing_by_chance_seldom_accuse_a_healthy_experiment(rate):
    """At five in a hundred, where few runs can tell; the second check is the smallest of several after Holm."""
    p = alarms(400, 8, rate, 0.04)
    for column, level in ((0, 0.05), (1, 0.05)):
        hits = int((p[:, column] < 0.05).sum())
        assert stats.binomtest(hits, len(p), level, alternative="greater").pvalue > 0.001
    assert (p < 0.001).mean() < 0.02


def p_value(rows: list[list[int]]) -> float:
    return float(stats.chi2_contingency(rows, correction=False).pvalue)


@pytest.mark.parametrize("seed", range(40))
def test_each_verdict_answers_its_own_question_and_no_fault_is_counted_twice(seed):
    """Values missing by the arm, by the outcome, by both or by neither, of 2,000 units of each outcome in each arm."""
    rng = np.random.default_rng([seed, 7])
    by_arm, by_outcome, name = bool(seed % 2), bool(seed // 2 % 2), ("spend", "rounds")[seed // 4 % 2]
    share = 0.3 + 0.12 * by_arm * np.array([0, 0, 1, 1]) + 0.12 * by_outcome * np.array([1, 0, 1, 0])
    cells = [(int(rng.binomial(2_000, p)), 2_000) for p in share]
    values = gaps(table(*cells), metric=name)
    (found,) = missing(values, STUDY)
    arms, others = missing_values(found, STUDY)
    bad = "failed" if name == "spend" else "warning"
    assert (arms.verdict, others.verdict) == (bad if by_arm else "passed", "warning" if by_outcome else "passed")
    assert unreadable(values, STUDY) == ({name} if by_arm and name == "rounds" else set())
    assert bool(arms.caveat) is (by_arm and name == "rounds") and bool(others.caveat) is by_outcome
    arm = re.search(r" in (control|treatment) and ", others.found)
    cells = cells if arm is None else cells[:2] if arm[1] == "control" else cells[2:]
    high, low = cells[::2], cells[1::2]
    rows = [[sum(gone for gone, _ in part), sum(n - gone for gone, n in part)] for part in (high, low)]
    lacking, rest = (formatted(a / (a + b), "share") for a, b in zip(*rows, strict=True))
    assert (
        f"{lacking} of the units without a value" in others.found
        and f" and {rest} of the others have rate" in others.found
    )
    assert (p_value(rows) < 0.001) is by_outcome, "the two shares that are told show what the verdict says"


def test_where_the_primary_metric_lacks_values_or_clusters_were_randomised_no_metric_alone_is_unread():
    one_arm = table((0, 900), (0, 900), (200, 900), (200, 900))
    assert unreadable(gaps(one_arm, metric="rate"), STUDY) == set()
    assert unreadable(gaps(one_arm, metric="rounds"), STUDY) == {"rounds"}
    assert unreadable(gaps(one_arm, metric="rounds"), STUDY.model_copy(update={"cluster": "shop"})) == set()


def test_a_caveat_calls_only_those_unlike_the_others_who_are_seen_to_be():
    (found,) = missing(gaps(table((0, 100), (700, 1400), (0, 120), (690, 1380))), STUDY)
    for unlike in (True, False):
        words = _caveat(found, unlike=unlike).words
        assert ("they are not like the others" in words) is unlike and "1,390 units have none" in words
