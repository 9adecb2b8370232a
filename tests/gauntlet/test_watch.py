"""Notebook 07 says of watched days what is true of them."""

import re

import numpy as np
import pytest

from tests.gauntlet.ground import doctored
from tests.gauntlet.page import Said
from tests.gauntlet.watch import Watch, faults, told, watch


def drawn(seed: int, watches: int) -> list[Watch]:
    rng = np.random.default_rng(seed)
    return [watch(rng) for _ in range(watches)]


@pytest.mark.parametrize("watches", [30, pytest.param(2_000, marks=pytest.mark.sweep)])
def test_nothing_said_of_watched_days_is_false(watches):
    assert [fault for found in drawn(7, watches) for fault in faults(found, told(found))] == []


@pytest.fixture(scope="module")
def pages() -> list[tuple[Watch, tuple[Said, ...]]]:
    return [(found, told(found)) for found in drawn(8, 60)]


@pytest.mark.parametrize(
    ("place", "pattern", "to"),
    [
        ("decided", r"on day \d", "on day 9"),
        ("decided", r"No stream was rolled back", "Rolled back: no change on day 2"),
        ("ramp", r"not shown to harm during the ramp", "shown to harm on day 3 of the ramp"),
        ("ramp", r"on day \d", "on day 9"),
        ("watched", r"(?:0.10|99.9|100|37|1.80)(?=.%)", "12"),
        ("watched", r"by day \d", "by day 9"),
        ("watched", r" by mistake", ""),
        ("watched", r"planted streams", "streams"),
        ("watched", r"(?<=own stream was )not rolled back", "rolled back on day 2"),
        ("sizes", r", \*\*more than there are\*\*", ""),
        ("sizes", r"about 2,600", "about 2,700"),
        ("sizes", r"about 1 unit a", "about 1 units a"),
        ("replay", r"never", "day 9"),
        ("replay", r", a false alarm", ""),
        ("replay", r"(?:CONTINUE|ROLL BACK) for a reason", "PAUSE for a reason"),
        ("replay", r": (?:CUSUM|too few data)", ": EWMA"),
        ("decided", r" \(a false alarm\)", ""),
        ("ramp", r"rolled back by a false alarm", "shown to harm"),
        ("ramp: row", r", a false alarm", ""),
    ],
)
def test_a_lie_is_found(place, pattern, to, pages):
    lies = [
        (found, doctored(said, i, new))
        for found, said in pages
        for i, text in enumerate(said)
        if text.place == place and (new := re.sub(pattern, to, text.text, count=1)) != text.text
    ]
    assert lies, "no page can be doctored so"
    assert all([*faults(found, page)] for found, page in lies[:5])
