"""Exports as companies make them: what new-study proposes of each is right, or it asks for what is truly missing.

``python -m tests.fuzz.exports 300`` prints the table by trait; ``make test-fuzz`` tries hundreds, the suite a few.
"""

import os
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.fuzz.exports.cases import export
from tests.fuzz.exports.judge import ASKED, FALSE, RIGHT, TRUE, WRONG, judged

pytestmark = pytest.mark.slow

PARTS = 12
MANY = int(os.environ.get("FUZZ", "0")) // 8
BAR = 0.95
"""Share of the exports that are right with nothing asked, of those that lack nothing and hide nothing that only a person knows."""
FEW = [2, 5, 12, 51, 64, 81, 85, 126]
"""Seeds of the suite, of different shapes, languages and formats."""


def _ends(seeds: list[int], *, seen: bool = True) -> tuple[Counter[str], Counter[str]]:
    """How exports end that tell all, and those that hide which arm is the control or which of several experiments is meant."""
    telling: Counter[str] = Counter()
    hiding: Counter[str] = Counter()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            made = export(seed, Path(folder), seen=seen)
            found = judged(made)
        assert found.verdict not in (WRONG, FALSE), f"seed {seed}: {', '.join(made.traits)}\n{found.why}"
        hides = made.truth.silent or made.truth.shape == "several"
        (hiding if hides else telling)[found.verdict] += 1
    return telling, hiding


def test_a_few_exports_are_understood_or_asked_of():
    telling, hiding = _ends(FEW)
    assert telling[RIGHT] >= telling.total() - 1, telling
    assert hiding[ASKED] == hiding.total() > 0, hiding


@pytest.mark.skipif(not MANY, reason="hundreds of exports: make test-fuzz")
@pytest.mark.parametrize("part", range(PARTS))
def test_hundreds_of_exports_are_understood_or_asked_of(part: int):
    seeds = list(range(part, max(300, MANY), PARTS))
    telling, hiding = _ends(seeds)
    assert telling[TRUE] <= 0.1 * len(seeds), telling
    assert telling[RIGHT] >= BAR * (telling.total() - telling[TRUE]), telling
    assert hiding[RIGHT] + hiding[ASKED] + hiding[TRUE] == hiding.total(), hiding


@pytest.mark.skipif(not MANY, reason="a hundred exports: make test-fuzz")
def test_words_that_nobody_mended_with_are_understood_nearly_as_well():
    ends: Counter[str] = Counter()
    for seed in range(100):
        with tempfile.TemporaryDirectory() as folder:
            ends[judged(export(seed, Path(folder), seen=False)).verdict] += 1
    assert ends[WRONG] == 0 and ends[RIGHT] + ends[ASKED] >= BAR * (100 - ends[TRUE]), ends


def test_no_two_exports_are_alike_and_a_seed_makes_the_same_again(tmp_path):
    first, again, other = (tmp_path / name for name in ("first", "again", "other"))
    for folder in (first, again, other):
        folder.mkdir()
    made, same, next_one = export(7, first), export(7, again), export(8, other)
    assert made.file.read_bytes() == same.file.read_bytes() and made.truth == same.truth
    assert made.file.read_bytes() != next_one.file.read_bytes()
