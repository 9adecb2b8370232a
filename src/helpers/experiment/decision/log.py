"""What people decided and what it stood on: one Markdown file a study in ``docs/decisions``, appended, never rewritten;
and what the rule said at each run, in the report's ``decisions.jsonl``.

Each entry carries the SHA-256 of ``results.json`` (``results``), the seal of the entry before it (``before``; for the
first the SHA-256 of the title above it) and its own ``seal``: the SHA-256 of its text. So :func:`check` finds an
edited, a missing and a swapped entry, and results that changed since. What it cannot find is the last entries cut off
whole, or a log forged from an edit to its end; the history of the repository holds those. Roles decide, not names.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import yaml

from helpers import paths
from helpers.config import Study
from helpers.errors import ReportError
from helpers.experiment.decision.rule import RECOMMENDATIONS, Decision, Verdict
from helpers.paths import StudyPaths
from helpers.pipeline import faults
from helpers.pipeline.files import write_text
from helpers.record import Numbers

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
ROLES = ("product", "data science", "engineering", "design", "marketing", "finance", "legal", "leadership")
"""Who may be said to have decided: roles, so that no name gets into the log."""

TEXTS = {
    "action": "Decision",
    "reason": "Reason",
    "data": "Data",
    "rationale": "Business rationale",
    "dissent": "Dissent",
    "monitoring": "Monitoring plan",
    "rollback_trigger": "Rollback trigger",
}
"""Paragraphs of an entry, in their order: field and heading."""

NOT_STATED = "Not stated."
_ENTRY = re.compile(r"^(?=## \d+\. )", flags=re.MULTILINE)
_FACTS = re.compile(r"^```yaml\n(.*?)^```\n", flags=re.MULTILINE | re.DOTALL)
_SEAL = re.compile(r"^Seal: `([0-9a-f]{64})`\n\Z", flags=re.MULTILINE)


@dataclass(frozen=True)
class Choice:
    """What is to be logged. ``decision`` may differ from the report's verdict only as an ``override``."""

    decision: str
    by: str
    reason: str
    on: date
    override: bool = False
    action: str = ""
    rationale: str = ""
    dissent: str = ""
    monitoring: str = ""
    rollback_trigger: str = ""


@dataclass(frozen=True)
class Logged:
    """One entry as it stands in the log: its number, its facts, the bytes that are sealed, and the seal."""

    number: int
    facts: dict[str, Any]
    body: str
    seal: str


def file_of(where: StudyPaths) -> Path:
    """Where a study's log stands.

    >>> paths.shown(file_of(StudyPaths("cart_checkout")))
    'docs/decisions/cart_checkout.md'
    """
    return where.base / "docs" / "decisions" / f"{where.name}.md"


def append(where: StudyPaths, choice: Choice) -> Logged:
    """Add an entry below what stands there, which stays byte for byte.

    Raises :class:`~helpers.errors.ReportError` for an unknown verdict or role, a missing reason, a decision that
    differs from the report's without ``override`` (and an override that changes nothing), a study without results, a
    date before the last entry's, or a log that fails its own check.
    """
    numbers, digest = _results(where)
    recommended = str(numbers["decision.verdict"].value)
    _refuse(choice, recommended)
    file = file_of(where)
    title = _title(where.name)
    above = file.read_text(encoding="utf-8") if file.is_file() else title
    entries = read(above, where.name)
    if entries and str(entries[-1].facts["date"]) > choice.on.isoformat():
        raise ReportError(
            "the decision is older than the last one in the log",
            got=choice.on.isoformat(),
            expected=f"{entries[-1].facts['date']} or later",
            remedy="entries are added at the end; say in the reason when the decision fell",
        )
    before = entries[-1].seal if entries else _sha(title)
    facts = {
        "entry": len(entries) + 1,
        "date": choice.on.isoformat(),
        "study": where.name,
        "decision": choice.decision,
        "recommended": recommended,
        "override": choice.override,
        "by": choice.by,
        "overridden": "the study's rule" if choice.override else "nobody",
        "results": digest,
        "before": before,
    }
    said = {
        "action": choice.action or RECOMMENDATIONS[choice.decision],  # type: ignore[index]
        "reason": choice.reason,
        "data": _summary(numbers),
        "rationale": choice.rationale,
        "dissent": choice.dissent,
        "monitoring": choice.monitoring,
        "rollback_trigger": choice.rollback_trigger,
    }
    body = _body(facts, said)
    between = "\n" if entries else ""
    write_text(file, f"{above}{between}{body}Seal: `{_sha(body)}`\n")
    return Logged(len(entries) + 1, facts, body, _sha(body))


def read(text: str, study: str) -> tuple[Logged, ...]:
    """The entries of a log, each one checked against its seal and the entry before; raises on the first that fails."""
    title, *parts = _ENTRY.split(text)
    if title != _title(study):
        raise _broken(study, "the title", "its text was edited")
    before, found = _sha(title), []
    for number, part in enumerate(parts, start=1):
        what = f"entry {number}"
        part = part.removesuffix("\n") if number < len(parts) else part  # the empty line between two entries
        seal, block = _SEAL.search(part), _FACTS.search(part)
        if not seal or not block:
            raise _broken(study, what, "its seal or its facts are missing")
        body = part[: seal.start()]
        if _sha(body) != seal[1]:
            raise _broken(study, what, "its text was edited")
        facts = yaml.safe_load(block[1])
        if facts.get("entry") != number or facts.get("before") != before:
            raise _broken(study, what, "an entry above it was taken out, added or swapped")
        before = seal[1]
        found.append(Logged(number, facts, body, seal[1]))
    return tuple(found)


def check(where: StudyPaths) -> str:
    """Verify a study's log and say so in a line; raises when an entry was touched or the results changed since.

    The last entry is held against ``results.json``: earlier ones were superseded. Without a built report only the
    entries are checked, and the line says so.
    """
    file = file_of(where)
    if not file.is_file():
        raise ReportError(
            f"{where.name} has no decision log", expected=paths.shown(file), remedy="log a decision first"
        )
    entries = read(file.read_text(encoding="utf-8"), where.name)
    if not entries:
        raise _broken(where.name, "the log", "it holds no entry")
    last, results = entries[-1], where.reports / "results.json"
    whole = f"{where.name}: {len(entries)} {'entry' if len(entries) == 1 else 'entries'}, none touched"
    if not results.is_file():
        return f"{whole}; no results.json to compare with."
    now = _sha(results.read_bytes())
    if now != last.facts["results"]:
        raise ReportError(
            f"the results of {where.name} changed since entry {last.number} of its decision log",
            got=f"results.json {now[:12]}",
            expected=f"{str(last.facts['results'])[:12]}, on which {last.facts['decision']} was decided on {last.facts['date']}",
            cause="the study, its data or its analysis changed after the decision",
            remedy="look at what changed, then log the decision anew: make log-decision",
        )
    return f"{whole}; the results are those of entry {last.number}."


def checked(studies: Sequence[StudyPaths] | None = None) -> list[str]:
    """:func:`check` of the studies given, or of every log of the project; all failures are told in one error."""
    known = sorted(f.stem for f in (paths.DOCS / "decisions").glob("[a-z]*.md"))
    lines, failed = [], []
    for where in [StudyPaths(name) for name in known] if studies is None else studies:
        try:
            lines.append(check(where))
        except ReportError as error:
            failed.append(str(error))
    if failed:
        raise ReportError("\n".join(failed))
    return lines or ["no decisions are logged yet"]


def _refuse(choice: Choice, recommended: str) -> None:
    if choice.decision not in VERDICTS:
        raise ReportError("no such decision", got=repr(choice.decision), expected=f"one of {', '.join(VERDICTS)}")
    if choice.by not in ROLES:
        raise ReportError(
            "no such role",
            got=repr(choice.by),
            expected=f"one of {', '.join(ROLES)}",
            cause="roles are logged, not names",
        )
    if not choice.reason.strip():
        what = "an override" if choice.override else "a decision"
        raise ReportError(f"{what} needs a reason", got="none", remedy='add --reason "..."')
    if choice.override and choice.decision == recommended and not choice.action.strip():
        raise ReportError(
            "the override changes nothing",
            got=f"{choice.decision}, which is what the report recommends",
            remedy="leave out --override, or say with --action what is done otherwise",
        )
    if not choice.override and choice.decision != recommended:
        raise ReportError(
            "the decision differs from what the report recommends",
            got=choice.decision,
            expected=recommended,
            remedy="add --override, with the reason",
        )


def _results(where: StudyPaths) -> tuple[Numbers, str]:
    file = where.reports / "results.json"
    if not file.is_file():
        raise ReportError(
            f"{where.name} has no results to decide on",
            expected=paths.shown(file),
            remedy=f"run: make study STUDY=studies/{where.name}.yml",
        )
    numbers = Numbers.load(file)
    if "decision.verdict" not in numbers:
        raise ReportError(
            f"the report of {where.name} comes to no decision",
            got="; ".join(faults.listed(faults.read(where.faults))) or "no number 'decision.verdict'",
            remedy="mend what stopped the notebook, and run it again",
        )
    return numbers, _sha(file.read_bytes())


def _summary(numbers: Numbers) -> str:
    """The data in a sentence or two, from the recorded numbers."""
    names = ("decision.headline", "primary.p_value", "exposed.units", "decision.reason")
    headline, p, units, reason = (numbers[n].text if n in numbers else "not available" for n in names)
    told = p if p[0] in "<>" else f"is {p}" if p == "not available" else f"= {p}"
    return f"{headline} p {told}, {units} exposed units. The rule: {reason}"


def _body(facts: dict[str, Any], said: dict[str, str]) -> str:
    """An entry's text up to its seal; sentences are put on one line each, so that none can end the entry."""
    block = yaml.safe_dump(facts, sort_keys=False, allow_unicode=True, width=200)
    lines = [f"**{heading}.** {' '.join(said[field].split()) or NOT_STATED}\n" for field, heading in TEXTS.items()]
    told = "against the rule" if facts["override"] else "with the rule"
    head = f"## {facts['entry']}. {facts['decision']}, {facts['date']}: {facts['by']}, {told}"
    return f"{head}\n\n```yaml\n{block}```\n\n" + "\n".join(lines) + "\n"


def _title(study: str) -> str:
    return f"# Decisions on {study}\n\nEntries are appended by `make log-decision` and never rewritten.\n\n"


def _sha(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def _broken(study: str, what: str, cause: str) -> ReportError:
    return ReportError(
        f"the decision log of {study} was touched: {what}",
        got=f"docs/decisions/{study}.md",
        expected="entries as they were appended",
        cause=cause,
        remedy="restore the file from the repository's history; correct a decision by a new entry",
    )


def log_verdict(where: StudyPaths, study: Study, made: Decision, earlier: Numbers) -> str:
    """Append the decision to the study's log, unless it stands there already on the same numbers."""
    numbers = {name: earlier[name].value for name in earlier}
    entry = LoggedVerdict(study.name, made.verdict, made.reason, digest(numbers), study.period.end.date().isoformat())
    append_verdict(where.reports / "decisions.jsonl", entry)
    return f"decisions.jsonl: {entry.verdict} for {entry.study}, on the evidence {entry.evidence[:12]}."


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
