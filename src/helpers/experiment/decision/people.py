"""What people decided on a study, as its report tells it: the last entry of the log, held against the results at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.errors import ReportError
from helpers.experiment.decision.log import SHORT, Logged, read, results_digest
from helpers.paths import StudyPaths
from helpers.record import Number

NOT_LOGGED = "nobody has logged a decision"
TOUCHED = "the decision log was touched, so it shows nothing: restore it from the repository's history"


@dataclass(frozen=True)
class PersonalDecision:
    """The last entry of a decision log, and the digest of the results that a report stands on now."""

    entry: Logged
    now: str

    @property
    def facts(self) -> dict[str, Any]:
        return self.entry.facts

    @property
    def override(self) -> bool:
        """Whether it was taken against the rule."""
        return bool(self.facts["override"])

    @property
    def on_these_results(self) -> bool:
        """Whether the results are those that it was taken on."""
        return bool(self.facts["results"] == self.now)

    @property
    def words(self) -> tuple[str, str]:
        """What was decided in a word, and by which role."""
        return str(self.facts["decision"]), str(self.facts["by"])

    @property
    def digests(self) -> tuple[str, str]:
        """The results it was taken on and those at hand, as a reader is shown them."""
        return str(self.facts["results"])[:SHORT], self.now[:SHORT]


def decided_by_people(where: StudyPaths, numbers: Mapping[str, Number]) -> tuple[PersonalDecision | None, str]:
    """What people decided last, or None and the reason why nothing can be told; ``numbers`` are those of the report."""
    file = where.decisions
    if not file.is_file():
        return None, NOT_LOGGED
    try:
        entries = read(file.read_text(encoding="utf-8"), where.name)
    except (ReportError, UnicodeDecodeError):
        return None, TOUCHED
    return (PersonalDecision(entries[-1], results_digest(numbers)), "") if entries else (None, NOT_LOGGED)
