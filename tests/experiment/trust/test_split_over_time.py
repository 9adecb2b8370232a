"""A split that was changed on the way is told with its days and shares; one that is wrong from the first day to the last is not."""

from datetime import datetime

import numpy as np
import pytest

from helpers.experiment.trust.sample_ratio import sample_ratios
from helpers.experiment.trust.split_over_time import split_parts, text_parts

DAYS = [f"2026-03-{day:02}" for day in range(1, 15)]
FLAT, ONE, TWO = [0.35] * 14, [0.1] * 7 + [0.6] * 7, [0.05] * 4 + [0.2] * 5 + [0.5] * 5
OUTAGE = [0.5] * 6 + [0.1] + [0.5] * 7


def logged(shares, seed, arms=2):
    rng = np.random.default_rng(seed)
    rows = {}
    for day, share in zip(DAYS, shares, strict=True):
        n = int(rng.poisson(900))
        drawn = rng.multinomial(n, [1 - share, *[share / (arms - 1)] * (arms - 1)])
        rows[day] = dict(zip(("control", "treatment", "other"), map(int, drawn), strict=False))
    return rows


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("arms", [2, 3])
@pytest.mark.parametrize(
    ("shares", "from_days"), [(FLAT, [0]), ([0.5] * 14, [0]), (ONE, [0, 7]), (TWO, [0, 4, 9]), (OUTAGE, [0])]
)
def test_the_days_from_which_on_the_split_is_another_one(shares, from_days, arms, seed):
    parts = split_parts(logged(shares, seed, arms))
    assert [part.first for part in parts] == [DAYS[i] for i in from_days]
    if shares is not OUTAGE:
        assert [1 - part.shares[0] for part in parts] == pytest.approx([shares[i] for i in from_days], abs=0.03)


def test_a_steady_split_is_seldom_called_changed():
    assert sum(len(split_parts(logged([0.4] * 14, seed))) > 1 for seed in range(400)) <= 2


def test_a_change_is_told_with_its_days_and_shares():
    told = text_parts(split_parts(logged(TWO, 1)), ["treatment"])
    assert told.startswith("treatment has ") and " of the units until 2026-03-04, " in told
    assert " from 2026-03-05 to 2026-03-09 and " in told and told.endswith(" % from 2026-03-10 on")
    gradual = text_parts(split_parts(logged(np.linspace(0.05, 0.9, 14), 1)), ["a", "b"])
    assert gradual.startswith("the share of the treatments together changes ")


class Days:
    """Results of a study whose units came by day."""

    def __init__(self, study, days):
        self.study, self.days = study, {str(i): sizes for i, sizes in enumerate(days.values(), 1)}

    def sizes_by(self, dimension):
        return self.days if dimension == "day" else {}

    def randomised(self, _=""):
        return {v.name: sum(day[v.name] for day in self.days.values()) for v in self.study.variants}

    def sample_ratio(self, _=""):
        from helpers.stats import srm

        return srm(self.randomised(), {v.name: v.weight for v in self.study.variants})


@pytest.mark.parametrize(("shares", "changed"), [(ONE, True), (TWO, True), (FLAT, False)])
def test_a_failed_sample_ratio_names_the_change_and_what_mends_it(shares, changed):
    from helpers import config

    study = config.load("studies/cart_checkout.yml").model_copy(update={"segments": []})
    study = study.model_copy(update={"period": study.period.model_copy(update={"start": datetime(2026, 3, 1)})})
    failed = [c for c in sample_ratios(Days(study, logged(shares, 2)), None) if c.verdict == "failed"]
    assert failed and ("a split that was changed on the way: treatment has " in failed[0].found) == changed
    assert ("2026-03-07" in failed[0].found) == (shares is ONE) and ("2026-03-10 on" in failed[0].found) == (
        shares is TWO
    )
    assert ("hash and its salt" in failed[0].found) == (not changed)
    assert all(c.remedy.startswith("compare the arms within each part") == changed for c in failed)


def test_the_same_units_are_one_check():
    from helpers import config

    study = config.load("studies/cart_checkout.yml").model_copy(update={"segments": []})
    names = [c.name for c in sample_ratios(Days(study, logged([0.5] * 14, 3)), None)]
    assert names == ["Sample ratio of exposed units", "Sample ratio by day"]
