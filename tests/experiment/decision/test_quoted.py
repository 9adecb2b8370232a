"""Why a quoted sum is another than the report's: the steps multiply out exactly, held against fractions."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers import config
from helpers.config import Economics, Prior, Quoted, Study
from helpers.experiment.decision import value as roi
from helpers.experiment.decision.quoted import compared
from helpers.report.topics import quoted as topic
from helpers.stats import Mean, compare

STUDY = config.load("studies/checkout_redesign.yml")
SIZES = st.floats(1e-3, 1e6)
CHANGES = st.floats(1e-6, 10) | st.floats(-10, -1e-6)


@st.composite
def quotes(draw: st.DrawFn) -> Quoted:
    change = draw(CHANGES)
    ends = {"change_low": change - draw(SIZES), "change_high": change + draw(SIZES)} if draw(st.booleans()) else {}
    return Quoted(
        source="the boss", change=change, per_change=draw(SIZES), units_per_month=draw(SIZES), horizon_months=draw(SIZES),
        contribution_margin=draw(st.floats(0.01, 1)), amount=draw(st.none() | CHANGES), **ends,
    )  # fmt: skip


@st.composite
def values(draw: st.DrawFn) -> roi.DecisionValue:
    """Money of an experiment at random, by the function that reports use."""
    control, shift = draw(st.floats(1, 1e4)), draw(st.floats(-0.2, 0.2))
    arms = [Mean.from_moments(draw(st.integers(100, 10**6)), m, m * m) for m in (control, control * (1 + shift))]
    economics = Economics(
        contribution_margin=draw(st.floats(0.01, 1)), horizon_months=draw(st.integers(1, 60)),
        implementation_cost=draw(st.floats(0, 1e6)), revenue_metric="revenue",
    )  # fmt: skip
    return roi.value(compare(*arms), *arms, economics, Prior(), draw(st.floats(1, 1e6)))


def exact(quoted: Quoted, scale: int, change: float) -> Fraction:
    """The money of a change by what was quoted, in cents, as a fraction."""
    of = [quoted.units_per_month, quoted.horizon_months, quoted.contribution_margin, quoted.per_change, change]
    return math.prod(map(Fraction, of)) * 100


@given(quotes(), values(), CHANGES, st.sampled_from([1, 100]))
def test_the_factors_multiply_out_from_the_quoted_sum_to_the_reports(quoted, value, change, scale):
    found = compared(quoted, value, change, scale)
    parts = exact(quoted, scale, quoted.change)
    amount = parts if quoted.amount is None else 100 * Fraction(quoted.amount)
    assert found.amount == pytest.approx(float(amount), rel=1e-12)
    assert found.point == pytest.approx(float(parts), rel=1e-12)
    assert (found.steps[0].before, found.steps[-1].after) == (found.amount, value.expected.gain)
    assert all(one.after == two.before for one, two in pairwise(found.steps))
    assert found.net == found.steps[-1].after - found.cost

    ours = [
        parts / amount,
        Fraction(value.units) / value.months / Fraction(quoted.units_per_month),
        Fraction(value.months) / Fraction(quoted.horizon_months),
        Fraction(value.per_cent) / Fraction(value.units) / Fraction(quoted.contribution_margin),
        Fraction(change) / scale / Fraction(quoted.change),
        Fraction(value.point.per_unit) / Fraction(change) * scale / 100 / Fraction(quoted.per_change),
    ]
    if not value.point.per_unit:
        return  # nothing was measured, so no factor leads from it to what is believed
    ours.append(Fraction(value.belief.mean) / Fraction(value.point.per_unit))
    assert [s.factor for s in found.steps] == pytest.approx([float(f) for f in ours], rel=1e-9)
    assert float(math.prod(ours) * amount) == pytest.approx(value.expected.gain, rel=1e-9)
    assert [s.ours / s.quoted for s in found.steps] == pytest.approx([s.factor for s in found.steps], rel=1e-9)


@given(quotes(), values())
def test_a_range_is_that_of_the_parts(quoted, value):
    found = compared(quoted, value, 0.01)
    if quoted.change_low is None:
        assert math.isnan(found.low) and math.isnan(found.high)
    else:
        assert found.low <= found.point <= found.high
        assert found.low == pytest.approx(float(exact(quoted, 1, quoted.change_low)), rel=1e-12)


@given(quotes(), values())
def test_no_change_measured_has_no_factor_behind_it(quoted, value):
    """Nothing can be multiplied up from zero: the factor is told as not available, and the money stays right."""
    found = compared(quoted, value, 0.0)
    factors = {s.part: s.factor for s in found.steps}
    assert factors["change"] == 0 and math.isnan(factors["per_change"])
    assert found.net == value.expected.net
    rows = {row["Step"]: row for row in topic.table(found, STUDY)}
    assert rows[topic.STEPS["per_change"]]["Factor"] == "not available"


@given(quotes(), values(), CHANGES)
def test_a_number_of_the_sentence_is_one_of_the_table(quoted, value, change):
    economics = STUDY.economics.model_copy(update={"quoted": quoted})
    study = STUDY.model_copy(update={"economics": economics})
    found = compared(quoted, value, change)
    said, rows = topic.text(found, study), topic.table(found, study)
    assert rows[0]["Money"] in said and rows[-1]["Money"] in said
    for step in found.steps[1:]:
        row = next(row for row in rows if row["Step"] == topic.STEPS[step.part])
        clause = topic.SAID[step.part].format(ours=row["Ours"], quoted=row["Quoted"])
        another = math.isfinite(step.factor) and abs(step.factor - 1) > topic.SAME and row["Ours"] != row["Quoted"]
        assert (clause in said) is another
    if "unexplained" in said:
        assert rows[1]["Money"] in said


def test_the_case_of_the_study():
    """800,000 checkouts a month, 0.4 points, 47.50 each: 152,000 a month, as the case reckons, and not the sum told of it."""
    quoted = STUDY.economics.quoted
    arms = [Mean.from_moments(50_000, m, 10_000_000.0) for m in (1539.0, 1555.91)]
    value = roi.value(compare(*arms), *arms, STUDY.economics, STUDY.decision.prior, 800_000.0)
    found = compared(quoted, value, 0.00356)
    assert found.point == pytest.approx(100 * 12 * 152_000)
    assert (found.low, found.high) == pytest.approx((-45_600_000, 410_400_000))
    factors = {s.part: s.factor for s in found.steps}
    assert factors == {**factors, "units": 1, "months": 1, "margin": 1}
    assert factors["per_change"] == pytest.approx(1) and factors["change"] == pytest.approx(0.89)
    assert "leaves a factor of 2.961 unexplained" in topic.text(found, STUDY)


def test_nothing_quoted_and_nothing_to_hold_against_it_are_told():
    study = config.load("studies/cart_checkout.yml")
    assert study.economics.quoted is None
    assert "no value over the horizon" in topic.absent(STUDY) and "USD 5,400,000" in topic.absent(STUDY)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"change": 0}, "a change"),
        ({"change_low": 0.001}, "both ends"),
        ({"change_low": 0.005, "change_high": 0.009}, "inside its range"),
        ({"units_per_month": 0}, "greater than 0"),
    ],
)
def test_a_quote_that_means_nothing_is_refused(keys, told):
    good = {"source": "they", "change": 0.004, "per_change": 47.5, "units_per_month": 800_000}
    raw = STUDY.model_dump(mode="json", exclude_unset=True)
    raw["economics"]["quoted"] = good | keys
    with pytest.raises((ValidationError, config.ConfigError), match=told):
        Study.model_validate(raw)
