"""Columns that are another name of the variant, or what its units were given; all others that tell it may be what was randomised."""

from collections.abc import Mapping, Sequence

from helpers.ingest.levels import NOTHING
from helpers.ingest.values.amounts import is_float


def is_copy(column: str, levels: Mapping[str, Sequence[str]]) -> bool:
    """Whether a column that tells the variant, with its levels by arm, is no place or time that was randomised.

    That is what one arm alone has; and where an arm has a single level: a column whose name is a word for a variant or for
    what is shown, an amount that an arm was given, and levels, one an arm, that are its words or a code of it. Where two
    arms have two levels each it is none.

    >>> is_copy("page", {"control": ["old_page"], "treatment": ["new_page"]}), is_copy("region", {"a": ["north"], "b": ["south"]})
    (True, False)
    >>> is_copy("price_shown", {"a": ["9.99"], "b": ["7.99"]}), is_copy("store_no", {"a": ["1"], "b": ["2"]})
    (True, False)
    >>> is_copy("banner", {"control": ["none"], "treatment": ["b1", "b2"]}), is_copy("city", {"control": ["Rom", "Ulm"], "treatment": ["Bern"]})
    (True, False)
    """
    from helpers.ingest.new_study import arm_words, vocabulary

    some = {arm: kept for arm, all_of in levels.items() if (kept := [v for v in all_of if v.casefold() not in NOTHING])}
    if len(some) < 2:
        return True
    if sum(len(values) > 1 for values in some.values()) > 1:
        return False
    each = {arm: values[0] for arm, values in some.items()} if all(len(v) == 1 for v in some.values()) else {}
    if each and _same_words(each):
        return True
    place = arm_words.WHOLE | (vocabulary.ATTRIBUTE - {"is", "has"})
    if vocabulary.touches(column, place) or vocabulary.names_a_unit(column):
        return False
    named = vocabulary.touches(column, vocabulary.VARIANT | arm_words.GIVEN)
    return named or all(is_float(v) for values in some.values() for v in values) or (bool(each) and _is_code(each))


def _same_words(each: Mapping[str, str]) -> bool:
    """Whether the levels hold the words that tell the arms apart, all of them or all but one."""
    from helpers.ingest.new_study.vocabulary import tokens

    arms, levels = ([set(tokens(v)) for v in values] for values in (each, each.values()))
    shared = set.intersection(*arms)
    return sum(not (arm - shared).isdisjoint(level) for arm, level in zip(arms, levels, strict=True)) >= len(arms) - 1


def _is_code(each: Mapping[str, str]) -> bool:
    """Whether the levels are the words of an experiment, answers to whether treated, or the first letters of the arms or of the alphabet."""
    from helpers.ingest.new_study.controls import is_pair
    from helpers.ingest.new_study.vocabulary import CONTROL, TREATMENT, is_said

    levels = [level.strip().casefold() for level in each.values()]
    letters = sorted(levels) == list("abcdefgh")[: len(levels)]
    initials = levels == [arm.strip().casefold()[:1] for arm in each]
    return letters or initials or is_pair(levels) or all(is_said(level, CONTROL | TREATMENT) for level in levels)
