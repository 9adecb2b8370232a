"""Weeks on a curve of cumulative units."""

import math

import numpy as np
import pytest

from helpers.stats import InputError, weeks


def test_inside_the_curve_is_interpolated():
    assert weeks(100, [100, 150]).days == 1
    assert weeks(50, [100, 150]).days == 0.5
    assert weeks(125, [100, 150]).days == 1.5
    flat = weeks(100, [0, 100, 100, 100])
    assert (flat.days, flat.weeks, flat.extrapolated, flat.note) == (2, 1, False, "")


def test_whole_weeks_round_up():
    curve = np.arange(1, 30) * 10
    assert weeks(70, curve).weeks == 1
    assert weeks(71, curve).weeks == 2


def test_beyond_the_end_states_its_assumption():
    curve = np.cumsum([100] * 7 + [50] * 7)
    result = weeks(1050 + 100, curve)
    assert result.days == 16 and result.weeks == 3 and result.extrapolated
    assert "50.0 new units a day" in result.note
    assert weeks(300, [100]).days == 3


def test_a_dry_curve_never_gets_there():
    result = weeks(200, [100] + [150] * 8)
    assert result.days == math.inf and result.weeks is None and "never" in result.note


def test_time_is_not_proportional_to_units_where_visitors_come_back():
    """Distinct visitors of 60 days when each of 10,000 comes on a tenth of the days."""
    curve = 10_000 * (1 - 0.9 ** np.arange(1, 61))
    n = np.array([1_000, 2_000, 4_000, 8_000])
    days = np.array([weeks(int(units), curve).days for units in n])
    assert days[0] == pytest.approx(1)
    assert (np.diff(days / n) > 0).all()
    exact = np.log(1 - n / 10_000) / math.log(0.9)
    assert (np.abs(days - exact) < 0.1).all()


@pytest.mark.parametrize(("n", "curve"), [(10, []), (10, [5, 4]), (0, [5]), (10, [-1, 5])])
def test_refusals(n, curve):
    with pytest.raises(InputError):
        weeks(n, curve)
