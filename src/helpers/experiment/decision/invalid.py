"""Why an experiment is invalid: what each of its failed checks found, and what alone would mend it; and what warnings ask for first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.record import Numbers


@dataclass(frozen=True)
class FailedCheck:
    """What a failed check found, and what would mend it where that is known; empty where it may be anything."""

    name: str
    found: str
    remedy: str = ""


def causes(numbers: "Numbers") -> tuple[FailedCheck, ...]:
    """Why each check failed that a report recorded as failed."""
    found, remedies = (numbers.get(f"trust.{what}") for what in ("causes", "remedies"))
    if found is None or remedies is None:
        return ()
    failed = numbers["trust.failed"].names
    return tuple(FailedCheck(*each) for each in zip(failed, found.names, remedies.names, strict=True))


def why(found: Sequence[FailedCheck]) -> list[str]:
    """What failed checks found, a sentence each; of several each with its name."""
    several = len(found) > 1
    return [f"{f'{c.name}: {c.found}' if several else c.found[:1].upper() + c.found[1:]}." for c in found]


def mended(found: Sequence[FailedCheck]) -> str:
    """What to do where one thing alone mends each failed check; empty where it may be anything."""
    remedies = list(dict.fromkeys(c.remedy for c in found))
    return f"Draw no conclusion: {'; '.join(remedies)}." if remedies and all(remedies) else ""


def to_do_first(numbers: "Numbers") -> str:
    """What a report recorded as to be done before anybody acts on its result; empty without such."""
    found = numbers.get("trust.first")
    return "" if found is None else found.text
