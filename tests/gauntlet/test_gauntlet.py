"""Each planted experiment ends with the verdict that was written by hand from the principles."""

from collections import Counter
from fractions import Fraction

import pytest

from tests.gauntlet import planted
from tests.gauntlet.case import rows
from tests.gauntlet.draws import Rates, drawn
from tests.gauntlet.families import cases, mirrored
from tests.gauntlet.judge import differing
from tests.gauntlet.verdicts import judged

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_verdict_is_that_of_the_table(case):
    found = judged(case)
    assert not found.faults, f"{'; '.join(found.faults)}. It says: {found.decided.proposed.reason}"


def test_the_table_is_large_and_every_name_stands_once():
    assert len(CASES) >= 400 and len(rows()) >= 120
    assert [name for name, times in Counter(case.id for case in CASES).items() if times > 1] == []
    assert {case.expected["verdict"] for case in CASES} == {"GO", "ITERATE", "KILL", "INVALID"}


def test_a_mirrored_row_has_its_effect_on_the_other_side_of_the_control():
    row = next(row for row in rows() if row.name == "ten percent of a third")
    turned = mirrored(row)
    assert turned is not None
    assert (turned.arms["treatment"], turned.found["better"]) == ([20000, 5400], "lower")


def test_a_shock_that_all_units_share_is_taken_for_no_trend_and_an_effect_of_its_day_alone_is():
    """The rows of shocks are read day by day by the trend check; it is asked of one that wears off too."""
    shocks = [row for row in rows() if "shock" in row.found]
    assert len(shocks) >= 5
    for row in shocks:
        study = planted.study(row)
        results = planted.results(row, study)
        for arm in study.treatments:
            trend = results.novelty(study.primary, arm.name)
            assert trend.days == row.found["ends"][0] and trend.verdict not in ("novelty", "reversal"), row.name
        assert "over the days of first exposure" not in judged(row).decided.proposed.beside
    results = worn_off(shocks[0])
    assert results.novelty(results.study.primary, "treatment").verdict in ("novelty", "reversal")


def worn_off(row):
    """The same experiment with all of its effect, and more, on its first days."""
    study = planted.study(row)
    results = planted.results(row, study)
    days = row.found["ends"][0]
    for day in range(days):
        more = round(150 * (1 - 2 * day / days))
        key = ("exposed", "day", str(day), "primary", "treatment")
        seen = results._rows[key]
        results._rows[key] = planted._sums(seen.units, seen.units, *[Fraction(seen.sum_y + more)] * 2)
    return results


def test_a_wrong_expectation_is_seen():
    row = next(row for row in rows() if row.name == "ten percent of a third")
    wrong = type(row)(row.family, row.name, row.found, {"verdict": "KILL", "because": "harm", "says": ["12.0 %"]})
    assert judged(wrong).faults == ("GO, expected KILL", "does not say '12.0 %'")


def test_another_judge_rules_alike():
    both, found = differing(seed=5, experiments=150)
    assert both == 150 and not found


def test_false_verdicts_keep_to_their_rates():
    made = drawn(seed=7, runs=500)
    assert sum(made.counts.values()) == 500
    assert isinstance(made.false_go, Rates) and not made.broken
