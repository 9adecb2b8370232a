"""The control is told by what levels mean, in any order and whatever else they are called."""

import random
from itertools import permutations

import pytest

from helpers.ingest.new_study import arm_words, controls, vocabulary, yes_no

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
    ("0.5x", "1x"),
    ("0,5 mg", "1 mg"),
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


ANSWERS = [("yes", "no"), ("1", "0"), ("TRUE", "FALSE"), ("Y", "N"), ("ja", "nein"), ("Oui", "Non"), ("si", "no"), ("sim", "não"), ("да", "нет"), ("はい", "いいえ"),
           ("是", "否"), ("+", "-"), ("√", "×"), ("on", "off"), ("1 - yes", "2 - no")]  # fmt: skip
CONTROLS = ["control", "ctrl", "placebo", "holdout", "holdback", "untreated", "unexposed", "Kontrolle", "Kontrollgruppe", "témoin", "testigo", "controllo",
            "контрольная", "対照群", "对照组", "대조군", "verrokki", "sham", "waitlist", "baseline"]  # fmt: skip
GOT = ["treated", "exposed", "contacted", "treatment", "traitement", "behandlung", "тестовая", "実験群"]
KEPT = ["suppressed", "withheld", "excluded", "disabled", "legacy_ui", "old_flow", "alte_seite", "ads_suppressed"]
BESIDE = ["is", "in", "group", "flag", "user", "global", "marketing", "gruppe", "grupo", "members"]


def names(seed: int) -> list[tuple[str, bool | None]]:
    """Names of columns of yes and no, each with whether yes is the control; None where the name does not tell it."""
    draw = random.Random(seed)
    made: list[tuple[str, bool | None]] = []
    for _ in range(60):
        some = draw.sample(BESIDE, draw.randint(0, 2))
        for core, told in ((draw.choice(CONTROLS), True), (draw.choice(KEPT), True), (draw.choice(GOT), False)):
            words = [*some, core]
            draw.shuffle(words)
            made.append(("_".join(words), told))
        made.append((f"not_{draw.choice(GOT[:4])}", True))
        made.append((f"{draw.choice(['not', 'no', 'ohne', 'sans'])}_{draw.choice(CONTROLS)}", None))
        made.append((f"{draw.choice(['cruise', 'parental', 'email', 'birth'])}_control", None))
    return made


@pytest.mark.parametrize("seed", range(3))
def test_a_yes_is_the_control_where_the_column_asks_for_it(seed: int) -> None:
    draw = random.Random(seed)
    for name, told in names(seed):
        yes, no = draw.choice(ANSWERS)
        levels = draw.sample([yes, no], 2)
        found = controls.control_of(levels, name)
        assert found == (yes if told else None) or (told is False and found in (no, None)), (name, yes)
        assert not any(
            controls.is_sure(level, levels, name) for level in levels if told is None or (level == yes) != told
        ), name
    assert controls.control_of(["control", "new"], "is_control") == "control", "levels that say it themselves"
    assert not controls.is_sure("no", ["no", "yes"], "tutorial"), "what a name does not tell is never sure"


DOUBTED = ["hold_back_flag", "standard_care", "usual_care_arm", "banner_hidden", "opted_out_of_test", "withhold_flag", "got_usual_letter", "preis_ausgeblendet",
           "soins_habituels", "atención_habitual", "banner_ukryty", "gebruikelijke_zorg", "old_price_removed", "標準_通常", "regular_checkout"]  # fmt: skip
PLAIN = ["reminder_call", "tutorial", "free_coffee", "rappel", "erinnerung", "llamada", "無料券"]


@pytest.mark.parametrize("pair", ANSWERS[:6])
def test_a_flag_is_asked_about_where_nobody_knows_whose_yes_it_is_and_never_sure_where_no_word_is_known(
    pair: tuple[str, str],
) -> None:
    """Words of what was there before or taken away leave it open; of others a no is the control as a guess that is told as one."""
    for name in DOUBTED[1:]:
        assert controls.control_of(pair, name) is None, name
    assert controls.control_of(pair, "hold_back_flag") == pair[0] == controls.control_of(pair, "keeps_old_price")
    for name in PLAIN:
        if controls.control_of(pair, name) is not None:
            assert controls.said_by(pair[1], pair, name).startswith("a guess"), name
        assert not controls.is_sure(pair[1], pair, name)
    assert controls.said_by("0", ("0", "1"), "variant") == "by its name", "a column of arms asks nothing of its unit"


@pytest.mark.parametrize("pair", ANSWERS)
def test_yes_and_no_are_told_in_any_order(pair: tuple[str, str]) -> None:
    assert yes_no.of(pair) == yes_no.of(pair[::-1]) == yes_no.YesNo(*pair)


def test_each_word_for_the_control_is_one_by_the_name_of_a_column() -> None:
    """And none is at once a word for those who got what is tested, or for a group whoever is in it."""
    for word in arm_words.ITSELF:
        plain = word.strip("*")
        assert controls.asked_by(plain) is controls.WhoseYes.CONTROL, word
        assert not vocabulary.touches(plain, arm_words.GOT | arm_words.WITHHELD), word


@pytest.mark.parametrize(
    "levels", [("spring_2026_A", "spring_2026_B"), ("v1_A", "v1_B"), ("2026 a", "2026 b", "2026 c")]
)
def test_a_letter_beside_a_number_that_is_alike_tells_the_control(levels: tuple[str, ...]) -> None:
    assert {controls.control_of([*order]) for order in permutations(levels)} == {levels[0]}
