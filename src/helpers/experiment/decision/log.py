"""What people decided and what it stood on: one Markdown file a study in ``docs/decisions``, appended, never rewritten.

Each entry carries a digest of the results (``results``), the seal of the entry before it (``before``; for the first the
SHA-256 of the title above it) and its own ``seal``: the SHA-256 of its text. So :func:`check` finds an edited, a missing
and a swapped entry, and results that changed since. What it cannot find is the last entries cut off whole, or a log
forged from an edit to its end; the history of the repository holds those. Roles decide, not names.

A decision against the rule is an override. Only roles that the study names may record one, and it must say why, who
objected, what is watched and what rolls it back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, get_args

import yaml

from helpers import paths
from helpers.config import Study
from helpers.errors import ReportError
from helpers.experiment.decision import registration
from helpers.experiment.decision.rule import Verdict
from helpers.formatting import Value, sentence
from helpers.paths import StudyPaths
from helpers.pipeline import faults
from helpers.pipeline.files import write_text
from helpers.record import Number, Numbers

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
ROLES = ("product", "data science", "engineering", "design", "marketing", "finance", "legal", "leadership")
"""Who may be said to have decided, beside the roles that may override: roles, so that no name gets into the log."""

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

NEEDED = {
    "reason": ("reason", "--reason"),
    "dissent": ("dissent", "--dissent"),
    "monitoring": ("plan of what is watched", "--monitoring"),
    "rollback_trigger": ("trigger of a rollback", "--rollback-trigger"),
}
"""What an override must say: field, what it is, and the option that states it."""

STANDS_ON = re.compile(
    r"decision\.(verdict|arm)|arms\.\w+\.(verdict|risk)|exposed\.units|risk\.no_improvement"
    r"|money\.(expected|horizon_(low|point|high))"
    r"|(primary|metrics\.\w+|arms\.\w+\.\w+)\.(control|treatment|value|p_value|p_adjusted|(absolute|relative)(_low|_high)?)"
)
"""Names of the numbers that a decision stands on: what a later one of another name says leaves it as it was."""
DIGITS = 6
"""Digits of a number that make another result; those behind differ between machines."""
NOTHING = 1e-9
"""A number below this is zero: what is left there is the noise of a sum."""

NOT_STATED = "Not stated."
SHORT = 12
"""Signs of a digest that a reader is shown."""
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

    @property
    def said(self) -> dict[str, str]:
        """Its paragraphs, by the field of :data:`TEXTS`."""
        return {field: text for field, heading in TEXTS.items() for text in _paragraph(heading).findall(self.body)[:1]}


Current = Callable[[StudyPaths], None]
"""Raises where the report of a study is not of the study and the data as they stand."""


def any_report(_: StudyPaths) -> None:
    """Takes a report as it is."""


def append(study: Study, where: StudyPaths, choice: Choice, current: Current = any_report) -> Logged:
    """Add an entry below what stands there, which stays byte for byte.

    An override that names no trigger takes the one that the study states for its monitoring; what is watched, with its
    bounds, is put below its plan as the report computed it.

    Raises :class:`~helpers.errors.ReportError` for an unknown verdict or role, a missing reason, a decision that
    differs from the report's without ``override`` (and an override that changes nothing, is not complete, or by a role
    that may not), a study without results, a report that is not ``current``, a date before the last entry's or after
    today, or a log that fails its own check.
    """
    registration.refuse_described(study, "nothing to decide")
    numbers = _results(where)
    current(where)
    recommended = str(numbers["decision.verdict"].value)
    if choice.override and not choice.rollback_trigger.strip():
        choice = replace(choice, rollback_trigger=_stated_trigger(numbers))
    _refuse(choice, recommended, study.decision.may_override)
    file = where.decisions
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
    if choice.on > date.today():
        raise ReportError(
            "a decision cannot be logged before it falls",
            got=choice.on.isoformat(),
            expected=f"{date.today().isoformat()} or earlier",
            remedy="correct the date: an entry stays, and none may be older than the one above it",
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
        **({"may_override": list(study.decision.may_override)} if choice.override else {}),
        "results": results_digest(numbers),
        "before": before,
    }
    said = {
        "action": sentence(choice.action.strip()),  # a sentence that nobody said is put into nobody's mouth
        "reason": choice.reason,
        "data": _summary(numbers),
        "rationale": choice.rationale,
        "dissent": choice.dissent,
        "monitoring": _plan(choice, numbers),
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


def check(where: StudyPaths, current: Current = any_report) -> str:
    """Verify a study's log and say so in a line; raises when an entry was touched or the results changed since.

    The last entry is held against ``results.json``: earlier ones were superseded. Without a built report only the
    entries are checked, and the line says so. A report that is not ``current`` raises too: its results are not those
    of what stands there.
    """
    file = where.decisions
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
    current(where)
    now = results_digest(Numbers.load(results))
    if now != last.facts["results"]:
        raise ReportError(
            f"the results of {where.name} changed since entry {last.number} of its decision log",
            got=f"results {now[:SHORT]}",
            expected=f"{str(last.facts['results'])[:SHORT]}, on which {last.facts['decision']} was decided on {last.facts['date']}",
            cause="the study, its data or its analysis changed after the decision",
            remedy="look at what changed, then decide anew: make log-decision",
        )
    return f"{whole}; the results are those of entry {last.number}."


def checked(studies: Sequence[StudyPaths] | None = None, current: Current = any_report) -> list[str]:
    """:func:`check` of the studies given, or of every log where the user is; all failures are told in one error."""
    base = paths.workplace()
    known = sorted(f.stem for f in (base / "docs" / "decisions").glob("[a-z]*.md"))
    lines, failed = [], []
    for where in [StudyPaths(name, base) for name in known] if studies is None else studies:
        try:
            lines.append(check(where, current))
        except ReportError as error:
            failed.append(str(error))
    if failed:
        raise ReportError("\n".join(failed))
    return lines or ["no decisions are logged yet"]


def results_digest(numbers: Mapping[str, Number]) -> str:
    """SHA-256 of what a decision stands on: the verdict and the numbers of :data:`STANDS_ON`, to :data:`DIGITS` digits.

    Wording is left out, so a sentence that is put better is no other result.

    >>> found = {"exposed.units": Number(1000, "count", "", "1,000"), "aa.runs": Number(40, "count", "", "40")}
    >>> results_digest(found) == results_digest({**found, "aa.runs": Number(99, "count", "", "99")})
    True
    >>> results_digest(found) == results_digest({**found, "exposed.units": Number(999, "count", "", "999")})
    False
    """
    kept = {name: _rounded(each.value) for name, each in numbers.items() if STANDS_ON.fullmatch(name)}
    return _sha(json.dumps(kept, sort_keys=True))


def _rounded(value: Value) -> Value:
    if not isinstance(value, float):
        return value
    return f"{value:.{DIGITS}g}" if abs(value) >= NOTHING else "0"


def _stated_trigger(numbers: Numbers) -> str:
    """What rolls back by the study's own plan of monitoring; nothing where it has none."""
    stated = "monitoring.stated" in numbers and numbers["monitoring.stated"].value is True
    return f"{numbers['monitoring.trigger'].text}." if stated else ""


def _plan(choice: Choice, numbers: Numbers) -> str:
    """The plan of an override in the words of whoever decided, and below it what is watched, as the report has it."""
    if not choice.override or "watched.plan" not in numbers or numbers["watched.plan"].value is None:
        return choice.monitoring
    return f"{sentence(choice.monitoring.strip())} {numbers['watched.plan'].text}"


def _refuse(choice: Choice, recommended: str, may_override: Sequence[str]) -> None:
    if choice.decision not in VERDICTS:
        raise ReportError("no such decision", got=repr(choice.decision), expected=f"one of {', '.join(VERDICTS)}")
    roles = dict.fromkeys((*ROLES, *may_override))
    if choice.by not in roles:
        may = f"one of {', '.join(may_override)}, who may override the rule" if choice.override else ""
        raise ReportError(
            "no such role",
            got=repr(choice.by),
            expected=may or f"one of {', '.join(roles)}",
            cause="roles are logged, not names",
        )
    if not choice.override and not choice.reason.strip():
        raise ReportError("a decision needs a reason", got="none", remedy='add --reason "..."')
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
            remedy="add --override, with the reason, the dissent, what is watched and what rolls it back",
        )
    if choice.override and choice.by not in may_override:
        raise ReportError(
            "this role may not override the rule",
            got=choice.by,
            expected=f"one of {', '.join(may_override)}",
            cause="the study says who may, under decision.may_override",
            remedy="let who may decide, or change the study before the outcome is read",
        )
    lacking = [NEEDED[field] for field in NEEDED if choice.override and not getattr(choice, field).strip()]
    if lacking:
        raise ReportError(
            "the override is not complete",
            got=", ".join(f"no {what}" for what, _ in lacking),
            expected=f"a {', a '.join(what for what, _ in NEEDED.values())}",
            remedy="add " + " ".join(f'{option} "..."' for _, option in lacking),
        )


def _results(where: StudyPaths) -> Numbers:
    file = where.reports / "results.json"
    if not file.is_file():
        raise ReportError(
            f"{where.name} has no results to decide on",
            expected=paths.shown(file),
            remedy=f"run: {paths.to_run(paths.shown(where.file))}",
        )
    numbers = Numbers.load(file)
    if "decision.verdict" not in numbers:
        raise ReportError(
            f"the report of {where.name} comes to no decision",
            got="; ".join(faults.listed(faults.stopped(faults.read(where.faults)))) or "no number 'decision.verdict'",
            remedy="mend what stopped the notebook, and run it again",
        )
    return numbers


def _summary(numbers: Numbers) -> str:
    """The data in a sentence or two, from the recorded numbers."""
    names = ("decision.headline", "primary.p_adjusted", "exposed.units", "decision.reason")
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


def _paragraph(heading: str) -> re.Pattern[str]:
    return re.compile(rf"^\*\*{re.escape(heading)}\.\*\* (.*)$", flags=re.MULTILINE)


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
