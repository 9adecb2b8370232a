"""The same rows in another order, by another number of threads and by another kernel give the same answer."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rows.answers import answers, makers
from tests.rows.case import CASES, answered, apart, shuffled
from tests.rows.exceptions import EXCEPTIONS
from tests.rows.walk import row_takers

SEEDS = st.integers(0, 2**32 - 1)
TRIES = 4
KERNELS = {
    "Haswell": {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "1"},
    "Prescott": {"OPENBLAS_CORETYPE": "Prescott", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "2"},
}
"""Environments of another process, by what they stand for; OpenBLAS takes the kernels of older machines too."""


def test_every_function_that_takes_rows_is_asked_or_excused():
    """A new one goes into tests/rows/of_ROOM.py, with a small set of rows, or with a reason into exceptions.py."""
    found = set(row_takers())
    assert found - CASES.keys() - EXCEPTIONS.keys() == set(), "neither asked nor excused"
    assert EXCEPTIONS.keys() - found == set(), "excused and not there"
    assert EXCEPTIONS.keys() & CASES.keys() == set(), "asked and excused"


@pytest.mark.parametrize("name", makers())
@settings(max_examples=TRIES, deadline=None)
@given(SEEDS)
def test_the_order_of_rows_says_nothing(name, seed):
    tables, answer = CASES[name](np.random.default_rng(seed))
    rng = np.random.default_rng((seed, 1))
    told = answered(answer, *tables)
    assert apart(told, answered(answer, *(shuffled(table, rng) for table in tables))) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [14])
def test_threads_and_kernels_say_nothing(seed):
    asked = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.rows.answers", str(seed)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(["src", "."])} | changed, stdout=subprocess.PIPE,
        )
        for changed in KERNELS.values()
    ]  # fmt: skip
    here = json.loads(json.dumps(answers(seed)))
    for name, process in zip(KERNELS, asked, strict=True):
        there = json.loads(process.communicate()[0])
        assert process.returncode == 0
        assert apart(here, there) == [], name
