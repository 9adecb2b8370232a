"""The short calibration: every case with a fixed seed, within four standard errors and its stated slack."""

import pytest

from helpers.validation import Case, cases, run


@pytest.mark.slow
@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_method_keeps_its_word(case: Case):
    found = run(case, case.short)
    seen = found.monte_carlo
    assert found.kept, f"{case}: {seen.observed:.4f} ({seen.low:.4f} to {seen.high:.4f}), promised {case.nominal}"


def test_every_case_has_a_name_of_its_own():
    names = [str(case) for case in cases()]
    assert len(set(names)) == len(names)
