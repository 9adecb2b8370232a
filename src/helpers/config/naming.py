"""Naming rules of a tracking plan: what an event or property may be called, so that nobody has to ask what it means."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MOST_WORDS: Final = 4
"""Words of a name; more are a sentence, which belongs into the description."""
EMPTY_WORDS: Final = frozenset(
    {"event", "events", "track", "tracked", "tracking", "log", "logged", "data", "misc", "test", "tmp"}
)
"""Words that say nothing: everything in a log is an event, tracked and data."""

RULES: Final = {
    "snake_case": "words of small letters and digits, each parted from the next by one underscore",
    "short": f"at most {MOST_WORDS} words: what was done, and to what",
    "telling": f"none of the words that are true of everything: {', '.join(sorted(EMPTY_WORDS))}",
    "unversioned": "no version in a name, such as checkout_v2: the plan has a version",
    "single": "no other name of the plan that differs by underscores or a plural alone: the same thing would be logged twice",
}
"""What each rule asks; they are applied in this order."""


@dataclass(frozen=True)
class Breach:
    """One name that breaks a rule."""

    name: str
    rule: str
    remedy: str


def breach(name: str) -> Breach | None:
    """The first rule that a name breaks on its own; None for a good one.

    >>> breach("add_to_cart") is None, breach("checkout_v2").rule, breach("cart__opened").rule
    (True, 'unversioned', 'snake_case')
    >>> breach("purchase_event").remedy
    "did you mean 'purchase'?"
    """
    words = name.split("_")
    if not all(words) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return _broken(name, "snake_case", [part for part in re.split(r"[^a-z0-9]+", name.lower()) if part])
    if len(words) > MOST_WORDS:
        return Breach(name, "short", "keep what was done and to what, and put the rest into properties")
    if not EMPTY_WORDS.isdisjoint(words):
        return _broken(name, "telling", [word for word in words if word not in EMPTY_WORDS])
    if re.fullmatch(r"v\d+", words[-1]):
        return _broken(name, "unversioned", words[:-1])
    return None


def twins(names: Iterable[str]) -> Breach | None:
    """The first name that repeats an earlier one but for underscores or a plural.

    >>> twins(["view", "add_to_cart", "addtocart"]).name, twins(["view", "views"]).remedy, twins(["view", "cart"])
    ('addtocart', "one of 'view' and 'views' must go", None)
    """
    seen: dict[str, str] = {}
    for name in names:
        bare = name.replace("_", "").removesuffix("s")
        if bare in seen:
            return Breach(name, "single", f"one of '{seen[bare]}' and '{name}' must go")
        seen[bare] = name
    return None


def _broken(name: str, rule: str, words: list[str]) -> Breach:
    near = "_".join(words)
    return Breach(
        name, rule, f"did you mean '{near}'?" if near and near[0].isalpha() else "say what was done, and to what"
    )
