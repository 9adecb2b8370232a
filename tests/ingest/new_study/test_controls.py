"""The control is told by what levels mean, in any order and whatever else they are called."""

import random

import pytest

from helpers.ingest.new_study import controls

TOLD = [
    ("control", "treatment"), ("A", "B", "C"), ("old_page", "new_page"), ("No E-Mail", "Mens E-Mail", "Womens E-Mail"), ("psa", "ad"),
    ("holdout", "exposed"), ("0", "1", "2"), ("off", "on"), ("ohne Rabatt", "mit Rabatt"), ("groupe témoin", "groupe test"),
    ("контрольная", "тестовая"), ("对照组", "实验组"), ("旧", "新"), ("C", "T"), ("plain", "new offer"), ("Control", "Variant B"),
    ("variant_a", "variant_b"), ("business as usual", "nudge"), ("non-treated", "treated"), ("false", "true"), ("v1", "v2"), ("1", "2"),
    ("A_baseline", "B_newcopy"), ("A - red", "B - blue", "C - green"), ("v1_old", "v2_new"), ("nicht gezeigt", "gezeigt"), ("ctrl-2026", "trt-2026"), ("0 - red", "1 - blue"),
]  # fmt: skip
SILENT = [
    ("blue", "green"),
    ("short form", "long form"),
    ("X", "Y"),
    ("variant", "challenger"),
    ("mobile", "desktop"),
    ("north",),
]


@pytest.mark.parametrize("levels", TOLD)
def test_the_control_is_the_one_that_means_it(levels: tuple[str, ...]) -> None:
    mixed = list(levels)
    random.Random(1).shuffle(mixed)
    assert controls.control_of(mixed) == levels[0]
    assert controls.is_guess(levels[0], mixed) is (levels[0] in ("1", "v1"))


@pytest.mark.parametrize("levels", SILENT)
def test_where_no_level_means_it_none_is_taken(levels: tuple[str, ...]) -> None:
    assert controls.control_of(levels) is None and controls.control_of(levels[::-1]) is None


def test_an_attribute_is_no_pair_of_an_experiment() -> None:
    assert controls.is_pair(["control", "b"]) and controls.is_pair(["old page", "new page"])
    assert controls.is_pair(["A_baseline", "B_newcopy"]) and not controls.is_pair(["A_north", "B_south"])
    assert not any(
        map(controls.is_pair, (["yes", "no"], ["true", "false"], ["m", "f"], ["new", "returning"], ["a", "b"]))
    )
