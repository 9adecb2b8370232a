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
"""Share of the exports that are right, at once or once the truth answers what only a person knows, of those that lack nothing."""
PROPOSED = 0.9
"""Share of them that are right with nothing asked: some hide which arm is the control, or what came first."""
FEW = [2, 5, 12, 51, 64, 81, 85, 126]
"""Seeds of the suite, of different shapes, languages and formats."""


def _ends(seeds: list[int], *, seen: bool = True) -> Counter[str]:
    ends: Counter[str] = Counter()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            made = export(seed, Path(folder), seen=seen)
            found = judged(made)
        assert found.verdict not in (WRONG, FALSE), f"seed {seed}: {', '.join(made.traits)}\n{found.why}"
        ends[found.verdict] += 1
    return ends


def test_a_few_exports_are_understood_or_asked_of():
    ends = _ends(FEW)
    assert ends[RIGHT] + ends[ASKED] >= len(FEW) - 1, ends


@pytest.mark.skipif(not MANY, reason="hundreds of exports: make test-fuzz")
@pytest.mark.parametrize("part", range(PARTS))
def test_hundreds_of_exports_are_understood_or_asked_of(part: int):
    seeds = list(range(part, max(300, MANY), PARTS))
    ends = _ends(seeds)
    assert ends[TRUE] <= 0.1 * len(seeds) and ends[RIGHT] >= PROPOSED * (len(seeds) - ends[TRUE]), ends


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
