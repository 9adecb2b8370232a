"""One trust check: what was asked, what was found, and whether the result may be read."""

from dataclasses import dataclass
from typing import Literal

from helpers.experiment.caveats import Caveat

TrustVerdict = Literal["passed", "warning", "failed", "not asked"]


@dataclass(frozen=True)
class TrustCheck:
    """One question that must be answered before any result is read.

    Attributes:
        verdict: "failed" where every comparison of the arms is in doubt, and the decision is then INVALID; "warning"
            where the comparison stands but a reader must know what it stands on; "not asked" where the data cannot
            answer, which is no check that was made.
        family: checks that a healthy report sums up in one line.
        trouble: what was looked for, as it reads in "none of these was found".
        p_value: of the check's test, where it has one.
        caveat: of a warning that a line of a table does not do justice to.
        short: its name within its family; the whole name without.
        shared: whether ``p_value`` is after Holm over several tests.
        remedy: the one thing that mends it where it fails; empty where that depends on what is behind it.

    Example:
        >>> TrustCheck("Contamination", "Was any unit in two variants?", "0 of 10 units").passed
        True
    """

    name: str
    question: str
    found: str
    verdict: TrustVerdict = "passed"
    family: str = ""
    trouble: str = ""
    p_value: float | None = None
    caveat: Caveat | None = None
    short: str = ""
    shared: bool = False
    remedy: str = ""

    @property
    def passed(self) -> bool:
        """Neither failed nor warned of."""
        return self.verdict == "passed"
