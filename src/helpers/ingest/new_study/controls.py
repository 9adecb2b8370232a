"""Which of some levels is the control, by what they mean; none where they do not say it."""

import re
from collections.abc import Sequence
from enum import StrEnum

from helpers.ingest.new_study import arm_words, states, yes_no
from helpers.ingest.new_study.vocabulary import CONTROL, NOT, TREATMENT, is_said, tokens

GONE = frozenset(
    [
        "hide",
        "hidden",
        "hides",
        "remove",
        "removed",
        "removes",
        "drop",
        "dropped",
        "drops",
        "retire",
        "retired",
        "replace",
        "replaced",
        "kill",
    ]
)
"""What is done to what is old: a yes to that is what is new."""


class WhoseYes(StrEnum):
    """What a column whose levels are yes and no asks of a unit, by its name: whether it is the control, or got something."""

    CONTROL = "whether a unit is the control"
    WITHHELD = "who did not get what is new"
    GOT = "who got something"
    UNCLEAR = "who is the control, or who is not"
    NOTHING = ""


def asked_by(column: str) -> WhoseYes:
    """What a column of yes and no asks, by its name.

    >>> [asked_by(n).name for n in ("is_control", "holdout_group", "groupe_témoin", "対照群", "untreated", "treatment_arm", "tutorial")]
    ['CONTROL', 'CONTROL', 'CONTROL', 'CONTROL', 'CONTROL', 'GOT', 'NOTHING']
    >>> [asked_by(n).name for n in ("not_exposed", "treatment_off", "ads_suppressed", "old_flow", "no_email", "not_in_control", "hide_old_menu")]
    ['WITHHELD', 'WITHHELD', 'WITHHELD', 'WITHHELD', 'UNCLEAR', 'UNCLEAR', 'UNCLEAR']
    >>> [asked_by(n).name for n in ("hold_back", "wait_list", "usual_care_arm", "banner_hidden", "opted_out_of_test", "got_usual_letter")]
    ['CONTROL', 'CONTROL', 'UNCLEAR', 'UNCLEAR', 'UNCLEAR', 'UNCLEAR']
    """
    found = _joined(tokens(column))
    itself, kept, got, turned = (
        [t for t in found if is_said(t, words)] for words in (arm_words.ITSELF, arm_words.WITHHELD, arm_words.GOT, NOT)
    )
    known = {*itself, *kept, *got, *turned}
    others = [t for t in found if t not in known and not is_said(t, arm_words.OF_GROUPS) and not t.isdigit()]
    if itself:
        alone = not (others or [t for t in kept + got + turned if t not in itself])
        return WhoseYes.CONTROL if alone and len(itself) < 3 else WhoseYes.UNCLEAR
    if turned:
        return WhoseYes.WITHHELD if got and not (kept or others) else WhoseYes.UNCLEAR
    if any(is_said(t, arm_words.DOUBTED) and not (kept and t in arm_words.KEEPING) for t in others):
        return WhoseYes.UNCLEAR
    if kept:
        return (
            WhoseYes.UNCLEAR
            if len(kept) > 1 or GONE.intersection(others) or (got and is_said("new", set(got)))
            else WhoseYes.WITHHELD
        )
    return WhoseYes.GOT if got else WhoseYes.NOTHING


def _joined(found: list[str]) -> list[str]:
    """Words of a name, with two that are one word together as one: hold_back."""
    made: list[str] = []
    for word in found:
        alone = made and (is_said(made[-1], arm_words.ITSELF) or is_said(word, arm_words.ITSELF))
        if made and not alone and is_said(made[-1] + word, arm_words.ITSELF):
            made[-1] += word
        else:
            made.append(word)
    return made


def is_unsaid(levels: Sequence[str], column: str) -> bool:
    """Whether levels are yes and no and no known word of their column tells who is meant by the yes.

    >>> is_unsaid(["0", "1"], "tutorial"), is_unsaid(["0", "1"], "variant"), is_unsaid(["0", "1"], "treated"), is_unsaid(["a", "b"], "tutorial")
    (True, False, False, False)
    >>> is_unsaid(["0", "1"], "A")
    True
    """
    if yes_no.of(levels) is None or asked_by(column) is not WhoseYes.NOTHING:
        return False
    name = column.rpartition(".")[2]  # of what is nested the last name is its own
    if len(name) == 1 and name.isalpha():
        return True
    return any(not is_said(t, arm_words.OF_GROUPS) and not t.isdigit() and len(t) > 1 for t in tokens(name))


def control_of(levels: Sequence[str], column: str = "") -> str | None:
    """The one level that is the control by its meaning; None where no level says so, or several do.

    A word for it comes first (control, old, placebo, without), then a sign (A, 0, C beside T), then that all other
    levels are called new, test, variant; of the same words with numbers the lowest is taken, as of versions.

    >>> control_of(["B", "A"]), control_of(["email", "no_email"]), control_of(["red", "blue"]), control_of(["gate_40", "gate_30"])
    ('A', 'no_email', None, 'gate_30')
    >>> control_of(["mit Rabatt", "ohne Rabatt"]), control_of(["new", "plain"]), control_of(["実験群", "対照群"])
    ('ohne Rabatt', 'plain', '対照群')
    >>> control_of(["B_newcopy", "A_baseline"]), control_of(["A - red", "B - blue"]), control_of(["A_new", "B_old"])
    ('A_baseline', 'A - red', 'B_old')

    Where levels are yes and no, the name of their ``column`` tells which of them is the control.

    >>> control_of(["yes", "no"], "in_holdout"), control_of(["0", "1"], "treated"), control_of(["1", "0"], "no_email")
    ('yes', '0', None)
    """
    answers = yes_no.of(levels)
    if answers and (asked := asked_by(column)) in (WhoseYes.CONTROL, WhoseYes.WITHHELD, WhoseYes.UNCLEAR):
        return None if asked is WhoseYes.UNCLEAR else answers.yes
    if (worded := by_word(levels)) is not None:
        return worded
    if (signed := _by_sign(levels)) is not None:
        return signed
    rest = [level for level in levels if not _says(level, TREATMENT)]
    if len(rest) == 1 < len(levels) and not _numbered(levels):
        return rest[0]
    return _by_number(levels) if len(rest) == len(levels) else None


def by_word(levels: Sequence[str]) -> str | None:
    """The one level that a word calls the control; the first word of a level says more than the others.

    >>> by_word(["alt", "neu"]), by_word(["alt", "main"]), by_word(["old", "young"]), by_word(["old", "new"])
    ('alt', None, None, 'old')
    """
    levels = states.without_doubted(levels)
    first = [level for level in levels if _says(level, CONTROL | NOT, first=True)]
    anywhere = [level for level in levels if _says(level, CONTROL)]
    found = first or anywhere
    if len(found) > 1:  # a control beside what is done without something
        found = [level for level in found if _says(level, _ITSELF)]
    return found[0] if len(found) == 1 < len(levels) else None


def is_pair(levels: Sequence[str]) -> bool:
    """Whether levels are those of an experiment by their words alone: a control, and no answers of yes and no."""
    control = by_word(levels)
    if control is None or len(levels) < 2:
        return False
    others = [level for level in levels if level != control]
    lettered = _led(levels) and not any(level[:1].isdigit() for level in levels)
    return _says(control, _ITSELF) or lettered or all(_says(level, TREATMENT - _ANSWERS) for level in others)


_ITSELF = (arm_words.ITSELF - {"baseline", "bau"}) | {
    each for each in CONTROL if each.startswith(("control", "kontrol", "контрол"))
}
_ANSWERS = frozenset({"yes", "true", "on", "with"})


def _says(level: str, words: frozenset[str], *, first: bool = False) -> bool:
    found = tokens(level)
    return any(is_said(token, words) for token in (found[:1] if first else found))


def _numbered(levels: Sequence[str]) -> bool:
    """Whether levels are the same words with another number or letter: none of them is the odd one out."""
    return len({tuple(t for t in tokens(level) if not (t.isdigit() or len(t) == 1)) for level in levels}) == 1


def are_lettered(levels: Sequence[str]) -> bool:
    """Whether levels are the same words with the letters from A on.

    >>> are_lettered(["subject A", "subject B"]), are_lettered(["subject A", "subject C"]), are_lettered(["subject 1", "subject 2"])
    (True, False, False)
    """
    letters = sorted("".join(t for t in tokens(level) if len(t) == 1) for level in levels)
    return _numbered(levels) and letters == list("abcdefgh")[: len(levels)]


def _led(levels: Sequence[str]) -> bool:
    """Whether each level begins with the next sign, as A_old and B_short, or 0 - old and 1 - short; a half is no sign."""
    if any(_FRACTION.match(level) for level in levels):
        return False
    leads = sorted(found[0] if (found := tokens(level)) else "" for level in levels)
    return leads in (list("abcdefgh")[: len(leads)], list("0123456789")[: len(leads)])


def _by_sign(levels: Sequence[str]) -> str | None:
    """``A`` of A and B, ``0`` of 0 and 1, ``C`` of C and T, also behind the same words, and before others."""
    if _led(levels):
        return min(levels, key=lambda level: tokens(level)[0])
    if not _numbered(levels):
        return None
    alike = set.intersection(
        *({*tokens(level)} for level in levels)
    )  # of 2026_A and 2026_B the letters alone tell them apart
    signs = {
        "".join(t for t in tokens(level) if (t.isdigit() or len(t) == 1) and t not in alike): level for level in levels
    }
    if len(signs) < len(levels):
        return None
    if set(signs) == {"c", "t"}:
        return signs["c"]
    return next((signs[sign] for sign in ("a", "0") if sign in signs), None)


def _by_number(levels: Sequence[str]) -> str | None:
    """The lowest of the same words with a number each: a version before another one; none where two have the same."""
    if len(levels) < 2 or not _numbered(levels):
        return None
    numbers = {level: [int(t) for t in tokens(level) if t.isdigit()] for level in levels}
    if any(len(found) != 1 for found in numbers.values()) or len({n for n, *_ in numbers.values()}) < len(levels):
        return None
    return min(levels, key=lambda level: numbers[level])


def is_sure(level: str, levels: Sequence[str], column: str) -> bool:
    """Whether a word calls a level the control; of yes and no the column's name must say what they answer.

    >>> is_sure("no", ["no", "yes"], "tutorial"), is_sure("no", ["no", "yes"], "treated"), is_sure("1", ["0", "1"], "is_control")
    (False, True, True)
    """
    if (answers := yes_no.of(levels)) is None:
        return by_word(levels) == level and not states.is_alternative(level, levels)
    meant = {WhoseYes.CONTROL: answers.yes, WhoseYes.GOT: answers.no if by_word(levels) else None}
    return meant.get(asked_by(column)) == level


_FRACTION = re.compile(r"\s*\d+[.,]\d")
_LISTS = re.compile(r"[^:=;,|]+[:=][^:=;,|]+([;,|][^:=;,|]+[:=][^:=;,|]+)+")


def are_lists(levels: Sequence[str]) -> bool:
    """Whether levels are those of several experiments at once, each under its name.

    >>> are_lists(["checkout:A;search:on", "checkout:B;search:on"]), are_lists(["exp1:A", "exp1:B"])
    (True, False)
    """
    return bool(levels) and all(_LISTS.fullmatch(level) for level in levels)


def is_guess(level: str, levels: Sequence[str]) -> bool:
    """Whether a control is told by no more than its number."""
    return control_of(levels) == level == _by_number(levels) and level not in (by_word(levels), _by_sign(levels))


def said_by(level: str, levels: Sequence[str], column: str = "") -> str:
    """Why a level is the control, in a few words."""
    if yes_no.of(levels) and (asked := asked_by(column)) in (WhoseYes.CONTROL, WhoseYes.WITHHELD):
        return f"as its column is called as one that says {asked}"
    if is_unsaid(levels, column):
        return "a guess: no name tells who is meant by a yes in its column"
    if by_word(levels) == level:
        return "by its name"
    if is_guess(level, levels):
        return "a guess: it has the lowest number, and no name says so"
    return "by its name" if _by_sign(levels) == level else "as all others are called new or a variant"
