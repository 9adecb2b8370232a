"""What is stated beside counts: shares in either form, and what no rule can have."""

import pytest

from helpers.config import Prior, Rule
from helpers.config.assumed import assumes
from helpers.errors import ReportError
from helpers.experiment.counts import stated


def test_what_is_not_stated_is_the_default_and_assumed():
    assert stated.rule() == Rule()
    assert assumes(stated.rule(), (), "prior") and assumes(stated.rule(prior="0.2,0.2,0.05"), (), "max_risk")
    assert not assumes(stated.rule(prior="0.2,0.2,0.05"), (), "prior")


def test_a_share_is_a_fraction_or_per_cent():
    told = stated.rule(confidence="90%", max_risk="0.1", min_uplift=" -2 %", prior="30%,0.1,5%")
    prior = Prior(improve=0.3, harm=0.1, size=0.05)
    assert told == Rule(confidence=0.9, max_risk=0.1, min_relative_uplift=-0.02, prior=prior)


@pytest.mark.parametrize(
    "told",
    [
        {"confidence": "95"}, {"confidence": "0.05"}, {"confidence": "1"}, {"max_risk": "5"}, {"max_risk": "-0.1"},
        {"min_uplift": "5"}, {"min_uplift": "nan"}, {"min_uplift": "five"}, {"min_uplift": ""}, {"prior": "0.2,0.2"},
        {"prior": "0.2,0.2,5"}, {"prior": "0.6,0.4,0.05"}, {"prior": "0,0.2,0.05"},
    ],
)  # fmt: skip
def test_what_no_rule_can_have_is_refused(told):
    with pytest.raises(ReportError, match=r"cannot be used\n +got: .*\n +expected: .*\n +remedy: "):
        stated.rule(**told)
