"""What is said of a name that is not there: the nearest names that are, and where it was said."""

import difflib
from collections.abc import Iterable

from helpers.config.columns import logged
from helpers.errors import ReportError

SHOWN = 30
"""Names of a table that are listed at most."""


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The names that one may have meant, the likeliest first; capitals count little.

    >>> nearest("customer", ["Customer ID", "cost", "when"]), nearest("x", ["unit"])
    (['Customer ID'], [])
    """
    told: dict[str, str] = {}
    for each in known:
        told.setdefault(each.casefold(), each)
    near = difflib.get_close_matches(name.casefold(), told, n=most, cutoff=0.6)
    within = [
        each for each in told if min(len(name), len(each)) > 2 and (name.casefold() in each or each in name.casefold())
    ]
    return [told[each] for each in dict.fromkeys([*near, *within])][:most]


def no_column(holder: str, name: str, known: Iterable[str], said: str) -> ReportError:
    """The error for a column that ``holder`` has not; ``said`` is the option or the key that names it."""
    known = [shown(each) for each in known]
    near = nearest(shown(name), known)
    return ReportError(
        f"{holder} has no column '{shown(name)}'",
        got=f"{said} {shown(name)}",
        expected=", ".join(known[:SHOWN]) + (" ..." if len(known) > SHOWN else ""),
        remedy=f"did you mean {' or '.join(repr(each) for each in near)}?" if near else None,
    )


def shown(text: str) -> str:
    """A name of a file as it may be printed: one line, not too long."""
    clean = "".join(sign if sign.isprintable() else "?" for sign in logged(text))
    return clean if len(clean) <= 60 else clean[:57] + "..."
