"""Risk of a false positive, and losses in closed form."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from helpers.stats import InputError, Posterior, Proportion, false_positive_risk, posterior


@pytest.mark.parametrize(("rate", "risk"), [(1 / 3, 5.9), (0.20, 11.1), (0.15, 15.0), (0.10, 22.0), (0.08, 26.4)])
def test_published_risks(rate, risk):
    """Kohavi, Deng and Vermeer (2022), alpha .05, power .8."""
    assert 100 * false_positive_risk(0.05, 0.80, rate) == pytest.approx(risk, abs=0.06)


@pytest.mark.parametrize(("mean", "sd"), [(1.0, 2.0), (-0.3, 0.1), (0.0, 1.0), (4.0, 0.9)])
def test_losses_are_the_integrals(mean, sd):
    belief, density = Posterior(mean, sd), stats.norm(mean, sd).pdf
    options = {"epsabs": 0, "epsrel": 1e-10}
    worse = integrate.quad(lambda v: -v * density(v), mean - 40 * sd, 0, points=[mean], **options)
    better = integrate.quad(lambda v: v * density(v), 0, mean + 40 * sd, points=[mean], **options)
    assert belief.loss_of_shipping == pytest.approx(worse[0], rel=1e-6)
    assert belief.loss_of_waiting == pytest.approx(better[0], rel=1e-6)
    assert belief.loss_of_waiting - belief.loss_of_shipping == pytest.approx(mean, rel=1e-12, abs=1e-15)


def test_peers_flat_prior():
    """peers.md: 4e6 draws of the Beta posteriors."""
    belief = posterior(Proportion(50000, 16249), Proportion(50000, 16522))
    assert belief.chance_to_beat == pytest.approx(0.967157, abs=5e-4)
    assert belief.loss_of_shipping == pytest.approx(3.83e-05, rel=0.02)
    assert belief.loss_of_waiting == pytest.approx(0.0055003, rel=0.002)


def test_prior_shrinks_by_precision():
    b = Posterior.from_estimate(2.0, 1.0, Posterior(0.0, 0.5))
    assert b.mean == pytest.approx(0.4) and b.sd == pytest.approx(math.sqrt(0.2))
    wide = Posterior.from_estimate(2.0, 1.0, Posterior(0.0, 1e6))
    assert wide.mean == pytest.approx(2.0)


def test_far_tails_stay_finite_and_ordered():
    losses = [Posterior(float(z), 1.0).loss_of_shipping for z in range(40)]
    assert (np.diff(losses) <= 0).all() and 0 < losses[30] < 1e-190
    assert Posterior(1e9, 1.0).loss_of_shipping == 0


def test_refusals():
    with pytest.raises(InputError):
        posterior(Proportion(9, 0), Proportion(9, 0))
    with pytest.raises(InputError):
        Posterior(math.nan, 1.0)
    with pytest.raises(InputError):
        false_positive_risk(0.05, 0.8, 0.0)
