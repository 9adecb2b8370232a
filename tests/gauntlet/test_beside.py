"""What stands beside the verdict: what was assumed, what is often misread, and how often the rule errs, of experiments at random."""

import re
from collections.abc import Callable
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from scipy import stats

from helpers.experiment.decision.arms import decide_all
from helpers.experiment.decision.assumptions import assumptions
from helpers.experiment.decision.evidence import evidence
from helpers.experiment.decision.value import worth
from helpers.experiment.ground_truth import GroundTruthCheck
from helpers.experiment.misinterpretations import near_miss, segment_tests
from helpers.experiment.results import Results, Truth
from helpers.experiment.whatif.tried import tried
from helpers.report.topics import assumed, effects, ground_truth, misinterpretations, whatif
from helpers.simulate.ground_truth import Planted
from tests.gauntlet import planted
from tests.gauntlet.case import Case, rows
from tests.gauntlet.facts import PRIOR, belief
from tests.gauntlet.judge import at_random, ruled
from tests.gauntlet.page import page
from tests.gauntlet.sentences import shows, value
from tests.gauntlet.strange import strange
from tests.gauntlet.truths import tested as against
from tests.gauntlet.truths import truths

LARGE = pytest.param(1_000, marks=pytest.mark.sweep)
"""Experiments of a long run."""
PATHS = ["decision.prior.improve", "decision.prior.harm", "decision.prior.size", "decision.min_relative_uplift"]


def misread(case: Case) -> list[str]:
    """What is false of the chance behind p = 0.06, and of the tests by segment."""
    asked = planted.study(case)
    results, faults = planted.results(case, asked), []
    near, true = near_miss(results), truths(case)[results.leading]
    if near is not None:
        said = misinterpretations.text_near_miss(near)
        told = re.search(
            r"\*\*p = 0\.06 .*“94 % sure”.* if ([\d.]+ %) do, .* with a chance of ((?:[<>] )?[\d.]+ %)\.", said
        )
        prior = tuple(case.found.get("prior", PRIOR))
        just = replace(true.f, estimate=stats.norm.isf(0.03) * true.f.error)
        if told is None or not (shows(told[1], prior[0]) and shows(told[2], belief(just, prior, 1)[0])):
            faults.append(f"{prior}, {just}: {said}")
    return faults + (_by_segment(case, results) if "segments" in case.found else [])


def _by_segment(case: Case, results: Results) -> list[str]:
    alpha, arm = 1 - case.found.get("confidence", 0.95), results.leading
    found = segment_tests(results)
    shown = [e for test in found for e in results.headline() if e.metric is test.metric]
    rows = {str(row["Metric"]): row for row in misinterpretations.table(found, shown, results.study)}
    pairs = [
        (level["control"], level[arm])
        for levels in case.found["segments"].values()
        for level in levels.values()
        if "control" in level and arm in level
    ]
    ps = np.array([against(*pair, 1 - alpha).p for pair in pairs])
    known = ps[np.isfinite(ps)]
    row = rows.get(results.study.primary.label)
    if row is None or (np.abs(known - alpha) < 0.01 * alpha).any():
        return [] if row is not None or not known.size else ["no tests are told"]
    adjusted = stats.false_discovery_control(np.nan_to_num(ps, nan=1.0))
    told = (row["Tests"], row["Unadjusted"])
    faults = [] if told == (known.size, (known < alpha).sum()) else [f"{ps}: {row}"]
    if (np.abs(adjusted - alpha) > 0.01 * alpha).all() and row["Adjusted"] != (adjusted < alpha).sum():
        faults.append(f"{adjusted}: {row}")
    if not shows(str(row["Chance of a false alarm"]), 1 - (1 - alpha) ** known.size):
        faults.append(f"{known.size} tests: {row}")
    return faults


@pytest.mark.parametrize("experiments", [60, LARGE])
def test_what_is_misread_is_told_right(experiments):
    rng = np.random.default_rng(11)
    cases = [strange(rng) for _ in range(experiments)]
    assert [f"{fault} of {dict(case.found)}" for case in cases for fault in misread(case)] == []


TURN = re.compile(r"(GO|ITERATE|KILL)(?: \((\w+)\))? (above|below) ([-+]?[\d.]+ %)")
"""At which value the decision changes, and to what."""
SIZE, LEAST = 2, 3
"""Places of the typical size and of the smallest uplift worth shipping among what is assumed."""


def misassumed(case: Case, lie: Callable[[str], str] = str) -> list[str]:
    """Values at which the decision is said to change, asked of another judge on both sides of them."""
    asked = planted.study(case).model_copy(update={"assumed": PATHS})
    results = planted.results(case, asked)
    values = {v.name: worth(asked, results, v.name)[0] for v in asked.treatments}
    decided = decide_all(evidence(results, tuple(case.found.get("failed", ())), values), asked.decision)
    rows = assumed.table(assumptions(asked, decided, list(values.values())), asked)
    faults = []
    for place, (path, row) in enumerate(zip(PATHS, rows, strict=True)):
        used = case.found.get("min", 0.05) if place == LEAST else case.found.get("prior", PRIOR)[place]
        if path not in row["Assumed"] or not shows(row["Value used"], used):
            faults.append(f"{path} is {used}: {row}")
        for verdict, arm, side, at in TURN.findall(lie(row["The decision changes"])):
            edge = value(at)
            away = max(0.02 * edge, 2e-3) * (1 if side == "above" else -1)
            before, beyond = (_ruled(case, place, at) for at in (edge - away, edge + away))
            if beyond is not None and beyond != (verdict, arm or beyond[1]):
                faults.append(f"{path} makes it {beyond}: {row}")
            if before is not None and before[0] != decided.proposed.verdict and (used - edge) * away < -(away**2):
                faults.append(f"{path} makes it {before} before: {row}")
    return faults


def _ruled(case: Case, place: int, moved: float) -> tuple[str, str] | None:
    """Another judge's verdict, and on which arm, with another value of what was assumed."""
    ruling = ruled(_with(case, place, moved)) if _allowed(case, place, moved) else None
    return None if ruling is None else (ruling.verdicts[ruling.proposes], ruling.proposes)


def _allowed(case: Case, place: int, moved: float) -> bool:
    prior = case.found.get("prior", PRIOR)
    if place in (SIZE, LEAST):
        return place == LEAST or moved > 1e-4
    return 1e-3 < moved < 1 - prior[1 - place] - 1e-3


def _with(case: Case, place: int, moved: float) -> Case:
    """The case with another value of what was assumed."""
    if place == LEAST:
        return case.with_found("moved", min=moved)
    prior = list(case.found.get("prior", PRIOR))
    prior[place] = moved
    return case.with_found("moved", prior=prior)


@pytest.mark.parametrize("experiments", [8, pytest.param(300, marks=pytest.mark.sweep)])
def test_the_decision_changes_where_it_is_said_to(experiments):
    rng = np.random.default_rng(12)
    cases = [at_random(rng) for _ in range(experiments)]
    assert [f"{fault} of {dict(case.found)}" for case in cases for fault in misassumed(case)] == []


@pytest.mark.parametrize(("right", "wrong"), [("above", "below"), ("below", "above"), ("ITERATE", "GO")])
def test_a_change_at_the_wrong_value_is_found(right, wrong):
    rng = np.random.default_rng(14)
    cases = (at_random(rng) for _ in range(40))
    assert any(misassumed(case, lambda text: text.replace(right, wrong)) for case in cases)


def test_a_row_with_a_truth_does_not_contradict_itself():
    """The truth lies inside of the interval that stands beside it if and only if the row says so, on either scale."""
    rng, seen = np.random.default_rng(15), set()
    for _ in range(300):
        n, x, y = 2_000, int(rng.integers(50, 900)), int(rng.integers(50, 900))
        case = Case("truth", "at random", {"control": [n, x], "arms": {"arm_0": [n, y]}})
        asked = planted.study(case)
        effect = planted.results(case, asked).effect(asked.primary)
        assert effect is not None
        base = x / n + float(rng.normal(0, 0.005))
        ends = [effect.effect.absolute_low, effect.effect.absolute_high, effect.effect.absolute]
        told = replace(effect, truth=Truth(base, base + float(rng.choice(ends)) + float(rng.normal(0, 0.003))))
        rows = [(effects.table([told], asked)[0], "Planted")]
        for unit, size in (("relative", 0.1), ("points", 0.02)):
            ledger = Planted("one", size, "more of it", unit, "primary")  # type: ignore[arg-type]
            rows.append((ground_truth.table([GroundTruthCheck(ledger, told)], asked)[0], "True"))
        for row, of in rows:
            unit = " points" if str(row["Interval"]).endswith(" points") else ""  # which is said once
            low, high = (value(end.removesuffix(unit) + unit) for end in str(row["Interval"]).split(" to "))
            truth, close = value(str(row[of])), 6e-4
            seen.add(row["Held"])
            if min(abs(truth - low), abs(truth - high)) > close:
                assert (low < truth < high) is (row["Held"] == "yes"), row
    assert seen == {"yes", "no"}


@pytest.mark.parametrize("look", [{}, {"ends": [14, 28]}], ids=["at the end", "early"])
def test_the_chances_of_a_rule_are_those_of_its_own_verdicts(look):
    """Experiments drawn under each truth that the table names, and ruled by another judge at the same look."""
    case = Case("rule", "tried", {
        "control": [6_000, 1_200], "arms": {"arm_0": [6_000, 1_290]}, "min": 0.02,
        "money": {"control": [6_000, 20.0, 30.0], "arms": {"arm_0": [6_000, 21.5, 30.0]}, "margin": 0.4, "cost": 0.0, "monthly": 20_000},
        **look,
    })  # fmt: skip
    asked = planted.study(case)
    found = tried(asked, planted.results(case, asked))
    assert found.outlook is not None
    rng, runs = np.random.default_rng(13), 120
    for row, change in zip(whatif.table(found.outlook), (0.0, -0.075, 0.075), strict=True):
        assert change == 0 or f"{100 * change:+.1f} %" in row["If the change truly"]
        told = [value(row[verdict]) if row[verdict][0].isdigit() else 0.0 for verdict in ("GO", "ITERATE", "KILL")]
        assert sum(told) == pytest.approx(1, abs=3e-3)
        drawn = [
            ruled(Case("rule", "drawn", {
                "control": [6_000, int(rng.binomial(6_000, 0.2))],
                "arms": {"arm_0": [6_000, int(rng.binomial(6_000, 0.2 * (1 + change)))]}, "min": 0.02, **look,
            }))
            for _ in range(runs)
        ]  # fmt: skip
        seen = [next(iter(r.verdicts.values())) for r in drawn if r is not None]
        for verdict, chance in zip(("ITERATE", "KILL"), told[1:], strict=True):
            assert abs(seen.count(verdict) / len(seen) - chance) < 4 * np.sqrt(0.25 / len(seen))


def test_a_description_of_an_adjusted_p_says_how_it_is_reckoned():
    """Reckoned anew from what it says alone: which method, over how many tests of which metrics."""
    rng, seen = np.random.default_rng(31), set()
    for case in (strange(rng) for _ in range(80)):
        asked = planted.study(case)
        asked = asked.model_copy(
            update={"decision": asked.decision.model_copy(update={"secondary": str(rng.choice(["holm", "bh"]))})}
        )
        tested = planted.results(case, asked).tested
        for e in tested:
            said = effects.text_adjusted(e, asked)
            own = re.fullmatch(
                r"The same: (the primary metric has|a guardrail keeps|no other test of a secondary) .*", said
            )
            family = [np.nan_to_num(x.effect.p_value, nan=1.0) for x in tested if x.metric.role == e.metric.role]
            expected = e.effect.p_value
            if own is None and not np.isnan(expected):
                method, size, of = re.fullmatch(
                    r"The same after (Holm|Benjamini and Hochberg) over (\d+) (treatments|tests of secondary metrics), which .*", said
                ).groups()  # fmt: skip
                assert int(size) == len(family) > 1 and (of == "treatments") is (e.metric.role == "primary")
                ranked = sorted(family)
                steps = [
                    (len(ranked) - i) * p if method == "Holm" else len(ranked) / (i + 1) * p
                    for i, p in enumerate(ranked)
                ]
                at = ranked.index(e.effect.p_value)
                expected = min(1, max(steps[: at + 1]) if method == "Holm" else min(steps[at:]))
            elif own is not None and e.metric.role != "guardrail":
                assert len(family) == 1 and ("primary" in own[1]) is (e.metric.role == "primary")
            seen.add(said.split(" over ")[0])
            assert e.adjusted_p == pytest.approx(expected, nan_ok=True), said
    assert len(seen) == 5, seen


@pytest.mark.parametrize("better", ["higher", "lower"])
@pytest.mark.parametrize("found", [
    {"control": [2_500, 0], "arms": {"arm_0": [2_500, 11]}},
    {"control": [2_500, 0], "arms": {"arm_0": [2_500, 1]}},
    {"control": [2_400, 0], "arms": {"arm_0": [2_400, 30], "arm_1": [2_400, 0]}},
    {"control": [900, 0.0, 0.0], "arms": {"arm_0": [900, 1.5, 2.0]}},
    {"control": [900, 0.0, 1.0], "arms": {"arm_0": [900, 1.5, 2.0]}},
])  # fmt: skip
def test_a_change_from_nothing_is_told_in_the_unit_of_its_metric(found, better):
    told = page(Case("beside", "from nothing", {**found, "better": better}))
    for each in told.said:
        assert "no relative change" not in each.text, each
        assert not re.search(r"(?:rise|uplift|reduction) (?:of|is) unbounded|^unbounded", each.text), each
    what = "Uplift" if better == "higher" else "Reduction"
    (row,) = [each.text for each in told.said if each.place == "criteria" and f"Criterion: {what}" in each.text]
    assert re.search(r"[-+]?[\d.]+(?: points)? from nothing", row) or "not available" in row, row
    titles = [each.text for each in told.said if each.place == "figure of effects"]
    assert all(re.search(r"Converted(?: in arm_\d)?: [-+]?[\d.]+", title) for title in titles), titles


def test_a_secondary_metric_that_is_not_read_leaves_all_else_as_if_it_were_not_there():
    cases = [case for case in rows() if "secondary" in case.found]
    assert len(cases) > 5
    for case in cases:
        hidden = {planted.slug(name) for name in case.found["secondary"]}
        with mock.patch.object(Results, "unread", frozenset(hidden)):
            told = page(case)
        without = page(replace(case, found={key: value for key, value in case.found.items() if key != "secondary"}))
        assert told.said == without.said, case.id
        verdicts = {f"metrics.{name}.verdict": effects.MISSING_BY_ARM for name in hidden}
        assert told.record == {**without.record, **verdicts}, case.id
