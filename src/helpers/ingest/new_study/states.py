"""Levels that say what units are, smokers or cases, not what they got; and words that mean another thing beside some others."""

from collections.abc import Sequence

from helpers.ingest.new_study import languages, vocabulary
from helpers.ingest.new_study.proposal import Arm

MAIN = frozenset({"main", "primary", "orig", "prod", "live"})
"""Levels beside which alt is the alternative, not the old one,"""
YOUNG = frozenset(
    {
        "young",
        "younger",
        "youth",
        "jung",
        "junge",
        "jeune",
        "jeunes",
        "joven",
        "jovenes",
        "jovem",
        "giovane",
        "giovani",
        "jong",
        "ung",
        "unga",
    }
)
"""and levels beside which old is an age."""
OLD = frozenset({"old", "older", "alt", "alte", "vieux", "viejo", "velho", "vecchi", "vecchio", "oud", "gammal"})
STATES = YOUNG | languages.words(
    "case cases smoker* nonsmoker* raucher* nichtraucher* fumeur* fumador* fumatore* elderly senior seniors male female men women man woman boy boys girl girls"
    " healthy sick ill diseased diabetic* obese overweight vegetarian* vegan* married single divorced widowed urban rural rich poor pregnant"
    " veteran* immigrant* native natives migrant* drinker* survivor* carrier* positive negative patient patients gesund krank mannlich weiblich"
    " homme femme hombre mujer falle fall cas caso casos"
)
"""Words of what a unit is, whatever anybody does: who it is was not drawn by chance."""


def without_doubted(levels: Sequence[str]) -> Sequence[str]:
    """Levels with those taken out of their words that mean something else beside the others: alt beside main, old beside young.

    >>> without_doubted(["alt", "main"]), without_doubted(["alt", "neu"]), without_doubted(["old", "young"])
    (['', 'main'], ['alt', 'neu'], ['', 'young'])
    """
    found = {token for level in levels for token in vocabulary.tokens(level)}
    doubted = (OLD if found & YOUNG else frozenset()) | ({"alt"} if found & MAIN else frozenset())
    return ["" if doubted.intersection(vocabulary.tokens(level)) else level for level in levels] if doubted else levels


def is_alternative(level: str, levels: Sequence[str]) -> bool:
    """Whether alt may be the alternative as well as the old one: no other level is called new.

    >>> is_alternative("alt", ["alt", "neu"]), is_alternative("alt", ["alt", "red"]), is_alternative("control", ["control", "red"])
    (False, True, False)
    """
    others = [t for other in levels if other != level for t in vocabulary.tokens(other)]
    return "alt" in vocabulary.tokens(level) and not any(vocabulary.is_said(t, vocabulary.TREATMENT) for t in others)


def asked(arms: Sequence[Arm]) -> list[str]:
    """What is asked first of arms whose levels say what their units are."""
    levels = [arm.level for arm in arms]
    words = [vocabulary.tokens(level) for level in levels]
    others = [tuple(w[1:]) for w in words if w[:1] == ["non"]]
    denied = any(tuple(w) in others and not any(vocabulary.is_said(t, vocabulary.TREATMENT) for t in w) for w in words)
    of_units = [w for w in words if len(w) == 1 and vocabulary.is_said(w[0], STATES)]
    if not (denied or of_units):
        return []
    shown = " and ".join(f"'{vocabulary.printable(level)}'" for level in levels[:3])
    return [
        f"Was it randomised who is in {shown}? These are words of what units are, not of what they got: where no chance drew them, they differ in"
        " more than that, and what parts them is no effect. To describe them, with nothing compared: --descriptive."
    ]
