"""Of two columns of the same arms, which says what a unit was to get and which what it got: by what their names differ in."""

from itertools import takewhile

from helpers.ingest.new_study.vocabulary import ASSIGNED, TAKEN_UP, Words, is_said, tokens

TO_GET: Words = ASSIGNED | {
    "p", "pn", "pcd", "pl", "plan", "plnd", "itt", "rand", "rnd", "asgn", "alloc", "soll", "geplant", "vorgesehen", "prevu", "prevue", "alloue", "allouee",
    "previsto", "prevista", "planeado", "planificado", "planejado", "pianificato", "gepland", "planlagt", "planerad", "planowany", "planowana", "planlanan",
    "план", "плановый", "назначено", "назначенный", "予定", "割付", "割当", "計画", "计划", "分配", "계획", "배정",
}  # fmt: skip
"""What was planned, also as CDISC (TRT01P, TRT01PN) and statisticians (ITT) write it,"""
GOT: Words = TAKEN_UP | {
    "a", "an", "acd", "act", "actl", "at", "pp", "perprotocol", "ist", "tats", "recd", "reel", "reelle", "effectif", "effectivement", "real", "efectivo",
    "reale", "effettivo", "werkelijk", "feitelijk", "faktisk", "rzeczywisty", "rzeczywista", "faktyczny", "gerceklesen", "факт", "фактический", "получено",
    "実際", "実施", "实际", "실제",
}  # fmt: skip
"""and what came of it: as treated (AT), per protocol (PP)."""


def comes_first(one: str, other: str) -> bool | None:
    """Whether the first of two names is that of what was to be got, and not the second; None where they do not tell it.

    >>> comes_first("TRT01P", "TRT01A"), comes_first("ACTARM", "ARM"), comes_first("arm_itt", "arm_at"), comes_first("Gruppe_Ist", "Gruppe_Soll")
    (True, False, True, False)
    >>> comes_first("group", "group_received"), comes_first("plannedArm", "actualArm"), comes_first("arm_x", "arm_y"), comes_first("arm", "arm_a")
    (True, True, None, None)
    """
    found = [_told(mine, whose=bool(theirs)) for mine, theirs in _apart(one, other)]
    if found[0] == found[1]:
        return None
    if None in found:  # one says nothing: it is what the other is not
        return not found[1] if found[0] is None else found[0]
    return found[0]


def _told(words: list[str], *, whose: bool) -> bool | None:
    """Whether words say what was to be got, or what was got; a single letter does so beside another word alone."""
    known = [w for w in words if whose or len(w) > 1]
    planned, got = (any(is_said(w, said) for w in known) for said in (TO_GET, GOT))
    return planned if planned != got else None


def _apart(one: str, other: str) -> list[tuple[list[str], list[str]]]:
    """The words in which each of two names differs from the other one, with those of the other; of two single words the signs."""
    mine, theirs = tokens(one), tokens(other)
    while mine and theirs and mine[0] == theirs[0]:
        mine, theirs = mine[1:], theirs[1:]
    while mine and theirs and mine[-1] == theirs[-1]:
        mine, theirs = mine[:-1], theirs[:-1]
    if len(mine) == len(theirs) == 1 and not any(is_said(w, TO_GET | GOT) for w in (*mine, *theirs)):
        mine, theirs = ([w] if w else [] for w in _rest(mine[0], theirs[0]))
    return [(mine, theirs), (theirs, mine)]


def _rest(one: str, other: str) -> tuple[str, str]:
    """Two words without what both begin and end with: of ACTARM and ARM the act of the first."""
    if one.endswith(other) or other.endswith(one):
        return one.removesuffix(other), other.removesuffix(one)
    start = _same(one, other)
    one, other = one[start:], other[start:]
    end = _same(one[::-1], other[::-1])
    return one[: len(one) - end], other[: len(other) - end]


def _same(one: str, other: str) -> int:
    """How many signs both begin with."""
    return len([*takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))])
