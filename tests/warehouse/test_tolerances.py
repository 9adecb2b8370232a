"""What a log may have wrong is told by each of its messages."""

from helpers.config.data import Tolerance
from helpers.warehouse import tolerances


def test_each_kind_that_a_study_may_tolerate_is_told_with_its_cause_and_its_remedy():
    kinds = set(Tolerance.model_fields)
    assert kinds == set(tolerances._TOLD) == set(tolerances._CAUSES) == set(tolerances._REMEDIES)
