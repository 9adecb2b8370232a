"""What the rule said at each run: the report's ``decisions.jsonl``, appended and never rewritten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from helpers.config import Study
from helpers.experiment.decision.rule import Decision, Verdict
from helpers.paths import StudyPaths
from helpers.pipeline.files import write_text
from helpers.record import Numbers


def log_verdict(where: StudyPaths, study: Study, made: Decision, earlier: Numbers) -> str:
    """Append the decision to the study's log, unless it stands there already on the same numbers."""
    numbers = {name: earlier[name].value for name in earlier}
    entry = LoggedVerdict(study.name, made.verdict, made.reason, digest(numbers), study.period.end.date().isoformat())
    append_verdict(where.reports / "decisions.jsonl", entry)
    return f"decisions.jsonl: {entry.verdict} for {entry.study}, on the evidence {entry.evidence[:12]}, a digest of notebooks 04 and 05."


@dataclass(frozen=True)
class LoggedVerdict:
    """One line of ``decisions.jsonl``: what the rule said, and a digest of the numbers on which it said so."""

    study: str
    verdict: Verdict
    reason: str
    evidence: str
    period_end: str


def append_verdict(log: Path, entry: LoggedVerdict) -> bool:
    """Append an entry to the log unless its evidence is there already; what stands there is never rewritten.

    ``evidence`` is a digest of the numbers the decision stood on, so that a later change of them is seen.
    """
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    line = json.dumps(asdict(entry), sort_keys=True, ensure_ascii=False)
    if lines and lines[-1] == line:
        return False
    write_text(log, "\n".join([*lines, line]) + "\n")
    return True


def digest(numbers: Mapping[str, object]) -> str:
    """SHA-256 of numbers, whatever their order."""
    return hashlib.sha256(json.dumps(dict(numbers), sort_keys=True).encode()).hexdigest()
