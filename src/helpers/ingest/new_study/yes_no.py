"""Yes and no, as two levels of a column say them: in words, letters and signs of some languages, or as one denies the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from helpers.ingest.new_study import languages
from helpers.ingest.new_study.vocabulary import NOT, is_said, tokens
from helpers.ingest.values.number_formats import FALSE, TRUE


@dataclass(frozen=True)
class YesNo:
    """Which of two levels says yes, and which one no."""

    yes: str
    no: str


SIGNS = (
    ("+", "-"), ("+", "−"), ("+", "–"), ("√", "×"), ("✓", "✗"), ("✓", "×"), ("✔", "✘"), ("✔", "✖"), ("✅", "❌"), ("☑", "☐"), ("○", "×"), ("〇", "×"),
    ("1", "0"), ("1.0", "0.0"), ("100%", "0%"),
)  # fmt: skip
"""Signs of yes and of no."""
_YES, _NO = (
    frozenset(w for w in told if not (len(w) == 1 and w.isalpha() and w < "\u2e80")) | more
    for told, more in ((TRUE, languages.YES), (FALSE, languages.NO_ANSWER))
)


def of(levels: Sequence[str]) -> YesNo | None:
    """Which of two levels answers yes; None where they are not two, or are no answers.

    >>> [of(pair).yes for pair in (["N", "O"], ["×", "√"], ["-", "+"], ["nein", "ja"], ["1 - Yes", "2 - No"], ["No (0)", "Yes (1)"])]
    ['O', '√', '+', 'ja', '1 - Yes', 'Yes (1)']
    >>> of(["x", "o"]), of(["1", "2"]), of(["email", "no_email"]), of(["no ads", "yes"])
    (None, None, None, None)
    """
    return _paired(levels, _answers)


def among(levels: Sequence[str]) -> YesNo | None:
    """The same of two levels among a few, of which the others say neither.

    >>> among(["Y", "N", "U"]), among(["yes", "no", "ja"])
    (YesNo(yes='Y', no='N'), None)
    """
    found = [answer for pair in combinations(levels[:MOST], 2) if (answer := of(pair))]
    return found[0] if len(found) == 1 else None


MOST = 6
"""Levels among which yes and no are looked for."""


def denied(levels: Sequence[str]) -> YesNo | None:
    """The same where one level is the other one with a word or a syllable that denies it.

    >>> [denied(pair).yes for pair in (["bought", "not bought"], ["unpaid", "paid"], ["non répondu", "répondu"], ["none", "order"])]
    ['bought', 'paid', 'répondu', 'order']
    >>> denied(["union", "ion"]), denied(["not sent", "not opened"])
    (None, None)
    """
    return _paired(levels, _denies)


def _paired(levels: Sequence[str], says: Callable[[str, str], bool]) -> YesNo | None:
    if len(levels) != 2:
        return None
    first, second = levels
    return next((YesNo(a, b) for a, b in ((first, second), (second, first)) if says(a, b)), None)


def _answers(yes: str, no: str) -> bool:
    """Whether one level says yes and the other one no, and neither says more than that beside a number."""
    a, b = (each.strip().casefold() for each in (yes, no))
    if (a, b) in SIGNS or a + b in languages.LETTERS or (a in _YES and b in _NO):
        return True
    first, second = ([t for t in tokens(each) if not t.isdigit()] for each in (yes, no))
    return len(first) == len(second) == 1 and first[0] in _YES and second[0] in _NO


def _denies(yes: str, no: str) -> bool:
    """Whether a level says of another one that it is not so, or that there is none of it."""
    more, less = tokens(no), tokens(yes)
    if less and len(more) > len(less) and more[-len(less) :] == less:
        return all(is_said(t, NOT) for t in more[: -len(less)])
    if len(more) == 1 and is_said(more[0], NOT):
        return bool(less) and not any(is_said(t, NOT) for t in less)
    return len(less) == len(more) == 1 and len(less[0]) > 3 and more[0] in (f"un{less[0]}", f"non{less[0]}")
