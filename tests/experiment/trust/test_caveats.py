"""Warnings that need words: a split that chance seldom makes, and contamination that no sample ratio sees."""

from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config
from helpers.config.design import Margin
from helpers.experiment.observed import Observed
from helpers.experiment.trust.hidden_contamination import unseen
from helpers.experiment.trust.marginal_srm import caveat, marginal_srm
from helpers.stats import Proportion, compare


class Measured:
    """Results of a study whose primary metric is a proportion."""

    observed = Observed(None, None, None)
    others: ClassVar[dict[str, dict[str, Proportion]]] = {}

    def __init__(self, study, control: Proportion, treatment: Proportion) -> None:
        self.study, self._arms = study, dict(zip((v.name for v in study.variants), (control, treatment), strict=True))

    def arm(self, metric, variant):
        return self.others.get(metric.name, self._arms)[variant]

    @property
    def pair(self):
        return tuple(self.study.variants[:2])

    @property
    def leading(self):
        return self.study.treatments[0].name

    def arm_sizes(self):
        return {name: arm.n for name, arm in self._arms.items()}

    def sample_ratio(self):
        from helpers.stats import srm

        return srm(self.arm_sizes(), {v.name: v.weight for v in self.study.variants})


@pytest.fixture
def measured():
    from helpers import config

    return lambda *arms: Measured(config.load("studies/cookie_cats.yml"), *arms)


@pytest.mark.parametrize(("treated", "doubtful"), [(10_200, False), (10_300, True), (10_500, False)])
def test_only_between_the_threshold_and_one_in_twenty(measured, treated, doubtful):
    results = measured(Proportion(10_000, 2_000), Proportion(treated, 2_000))
    test = results.sample_ratio()
    assert (0.001 <= test.p_value < 0.05) == doubtful
    assert (marginal_srm(results) is not None) == doubtful


@pytest.mark.parametrize(
    ("control", "treatment", "hits"),
    [
        (Proportion(10_000, 2_000), Proportion(10_300, 1_900), (2_000, 1_900)),  # the missing ones had not come back
        (Proportion(10_000, 1_900), Proportion(10_300, 2_100), (2_200, 2_100)),  # the missing ones had all come back
        (Proportion(10_300, 2_000), Proportion(10_000, 2_100), (2_000, 2_100)),
        (Proportion(10_300, 2_000), Proportion(10_000, 1_900), (2_000, 2_200)),
    ],
)
def test_the_missing_units_answer_against_what_was_found(measured, control, treatment, hits):
    found = marginal_srm(measured(control, treatment))
    assert (found.missing, found.worst.n_control, found.worst.n_treatment) == (300, 10_300, 10_300)
    assert (found.worst.control, found.worst.treatment) == pytest.approx([h / 10_300 for h in hits])


def test_a_sample_ratio_that_sees_it_is_no_blind_one(measured):
    results = measured(Proportion(10_000, 2_000), Proportion(10_000, 2_000))
    found = unseen(results, {"control": 10_050, "treatment": 10_040}, 90)
    assert found is not None and found.rows == 90
    assert unseen(results, {"control": 10_050, "treatment": 11_040}, 1_090) is None
    assert unseen(results, {}, 0) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(1_500, 2_600), st.sampled_from([(10_000, 10_300), (10_300, 10_000)]))
def test_what_the_missing_units_do_to_the_interval_is_told_of_the_interval_as_it_was(hits, sizes):
    """Never "no longer" of an interval that holds zero as it is."""
    study = config.load("studies/cookie_cats.yml")
    arms = Proportion(sizes[0], 2_000), Proportion(sizes[1], hits)
    found = marginal_srm(Measured(study, *arms))
    before, after = (each.p_value < each.alpha for each in (compare(*arms), found.worst))
    words = caveat(found, study).words.rpartition("the interval ")[2].partition(" zero.")[0] + " zero."
    wanted = {(True, True): "would still exclude", (True, False): "would no longer exclude",
              (False, True): "would exclude, as it does not now,", (False, False): "would include, as it does now,"}  # fmt: skip
    assert words == f"{wanted[before, after]} zero."


@pytest.mark.parametrize(("hits", "asks"), [(2_900, False), (2_210, True)])
def test_units_that_may_be_lost_are_to_be_found_first_unless_they_could_not_move_the_interval(measured, hits, asks):
    found = marginal_srm(measured(Proportion(10_000, 2_000), Proportion(10_300, hits)))
    assert found.excluded and bool(caveat(found, config.load("studies/cookie_cats.yml")).first) == asks


def _guarded(study, better: str = "lower"):
    guard = study.primary.model_copy(update={
        "name": "complained", "label": "Complained", "role": "guardrail", "better": better, "margin": Margin(relative=0.2),
    })  # fmt: skip
    return study.model_copy(update={"metrics": [study.primary, guard]})


@pytest.mark.parametrize(("hits", "complained", "unmet"), [
    (2_900, 1_000, ["Guardrail complained"]), (2_180, 6_000, ["Risk of no improvement"]), (2_900, 6_000, []),
])  # fmt: skip
def test_what_the_rule_asks_is_asked_of_the_worst_case_whole(hits, complained, unmet):
    """The interval excludes zero in each: the risk, or a guardrail by which the missing units all complained, may not hold."""
    study = _guarded(config.load("studies/cookie_cats.yml"))
    rule = study.decision.model_copy(update={"min_relative_uplift": 0.0, "max_risk": 0.05})
    results = Measured(study.model_copy(update={"decision": rule}), Proportion(10_300, 2_000), Proportion(10_000, hits))
    names = [v.name for v in study.variants]
    results.others = {
        "complained": dict(
            zip(names, (Proportion(10_300, complained), Proportion(10_000, complained - 30)), strict=True)
        )
    }
    found = marginal_srm(results)
    assert found.short == names[1] and found.missing == 300 and found.worst.p_value < 0.05
    assert [c.name for c in found.unmet] == unmet
    told = caveat(found, results.study)
    assert bool(told.first) is bool(unmet)
    assert ("All that the rule asks of shares" in told.words) is not bool(unmet)
    assert all(f"{name[0].lower()}{name[1:]} is " in told.words for name in unmet)


def test_an_arm_is_short_by_what_all_others_hold():
    study = config.load("studies/cookie_cats.yml")
    third = study.treatments[0].model_copy(update={"name": "third"})
    study = study.model_copy(update={"variants": [*study.variants, third]})
    results = Measured.__new__(Measured)
    results.study = study
    results._arms = {v.name: Proportion(n, 2_000) for v, n in zip(study.variants, (10_000, 9_700, 10_060), strict=True)}
    assert marginal_srm(results).missing == 330


@pytest.mark.parametrize("guessed", [True, False])
def test_weights_that_nobody_stated_are_told_with_the_warning_and_stating_them_is_first(measured, guessed):
    results = measured(Proportion(10_000, 2_000), Proportion(10_300, 2_210))
    study = results.study.model_copy(update={"assumed": ["variants.weight"] if guessed else []})
    told = caveat(marginal_srm(results), study)
    assert ("against 1:1, which nobody stated, p = " in told.words) is guessed
    assert told.first.startswith("state the weights" if guessed else "find out")
