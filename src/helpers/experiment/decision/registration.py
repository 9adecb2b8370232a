"""The rule as it was before the outcome was read: one file a study in ``docs/decisions``, a line a registration.

A line holds what the decision depends on, its SHA-256 (``digest``), the time, and what could be known by then (``seen``).
It also holds the seal of the line before it and its own, so an edited, a missing and a swapped line are found. What no
seal finds, lines cut off at the end or a file forged as a whole, the history of the repository shows; and a report that
was deleted, or data that were looked at elsewhere, have left nothing to see.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from helpers.config import Study
from helpers.defaults import MAY_OVERRIDE
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline.files import write_text

WORDS = ("name", "title", "question", "hypothesis", "change", "limits", "external_events")
"""What a study says to its readers."""
AFTERWARDS = ("rollout", "milestones", "monitoring")
"""What follows a decision."""
OF_A_PLACE = ("path", "database", "origin", "export_clean_events")
"""Of data, which file they stand in: what is counted is registered, wherever it stands."""
OF_A_NAME = ("label", "description")
"""What a reader sees of a variant or a metric, and the decision does not."""
MOST = 5
"""Changed keys that are named; the rest are counted."""
LONGEST = 40
"""Signs of a value that stands beside its key."""
NOT_REGISTERED = "The rule is not registered: nothing shows that it was written before the outcome was read."


@dataclass(frozen=True)
class Registered:
    """One registration: when, what had been seen by then, and the keys with their values."""

    at: datetime
    seen: str
    digest: str
    content: Mapping[str, Any]
    seal: str

    @property
    def early(self) -> bool:
        """Whether no report had read the outcome."""
        return self.seen != "outcome"


def content_of(study: Study) -> dict[str, Any]:
    """All of a study, by the path of its key, but its words, what follows a decision, and the files that its data stand in.

    So a key that decides what is counted is in it, also one that nobody has thought of yet.

    >>> from helpers import config
    >>> content_of(config.load("studies/cart_checkout.yml"))["decision.prior.improve"]
    0.2
    """
    return _content(study.model_dump(mode="json"), study)


def _content(raw: Mapping[str, Any], study: Study) -> dict[str, Any]:
    found: dict[str, Any] = {k: v for k, v in raw.items() if k not in (*WORDS, *AFTERWARDS)}
    if study.decision.may_override == MAY_OVERRIDE and "decision" in raw:
        found["decision"] = {k: v for k, v in raw["decision"].items() if k != "may_override"}
    found["data"] = _of_places(raw["data"])
    for key in ("variants", "metrics"):
        found[key] = {
            each["name"]: {"place": place} | {k: v for k, v in each.items() if k not in ("name", *OF_A_NAME)}
            for place, each in enumerate(raw[key], start=1)
        }
    return dict(sorted(_flat(found))) | {"assumed": list(study.assumptions)}


def _of_places(data: Mapping[str, Any]) -> dict[str, Any]:
    """Of data all but where they stand, of each of their tables too."""
    kept = {k: v for k, v in data.items() if k not in OF_A_PLACE}
    if data["source"] == "tables":
        kept |= {k: _of_places({"source": ""} | data[k]) for k in ("assignments", "units") if data.get(k)}
        kept["facts"] = {name: _of_places({"source": ""} | table) for name, table in data["facts"].items()}
    return kept


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of a study's content, whatever the order of its keys."""
    return _sha(_line(content))


def seen(where: StudyPaths) -> tuple[str, datetime | None]:
    """What could be known by now: ``nothing``, the ``data`` in the warehouse, or the ``outcome``; and since when.

    The outcome was read where a notebook has left its numbers, a report its results, or somebody a decision.
    """
    traces = (where.reports / "results.json", where.reports / "decisions.jsonl", where.decisions)
    for word, files in (("outcome", (*where.results.glob("*.json"), *traces)), ("data", (where.database,))):
        times = [file.stat().st_mtime for file in files if file.is_file()]
        if times:
            return word, datetime.fromtimestamp(min(times), UTC)
    return "nothing", None


def register(study: Study, where: StudyPaths, now: datetime) -> Registered:
    """Add the study as it is; where it is registered as it is already, that line comes back and nothing is written.

    What was seen once stays seen: after a registration that followed the outcome none counts as before it, whatever was
    deleted since. Raises :class:`~helpers.errors.ReportError` where the file was touched.
    """
    refuse_described(study, "no rule to register")
    text = where.registered.read_text(encoding="utf-8") if where.registered.is_file() else ""
    entries = read(text, study.name)
    content = content_of(study)
    digest = digest_of(content)
    if entries and entries[-1].digest == digest:
        return entries[-1]
    known, since = seen(where)
    if not all(entry.early for entry in entries):
        known = "outcome"
    line = {
        "entry": len(entries) + 1,
        "study": study.name,
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "seen": known,
        "since": since.isoformat(timespec="seconds") if since else None,
        "digest": digest,
        "content": content,
        "before": entries[-1].seal if entries else _sha(study.name),
    }
    write_text(where.registered, f"{text}{_line(line | {'seal': _sha(_line(line))})}\n")
    return read(where.registered.read_text(encoding="utf-8"), study.name)[-1]


def read(text: str, study: str) -> tuple[Registered, ...]:
    """The registrations of a study, each held against its seal and the one before; raises on the first that fails."""
    before, found = _sha(study), []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            told = json.loads(line)
            as_written = _line(told) == line  # another spelling of a number has the same value and seal
            seal = told.pop("seal")
            whole = as_written and (told["entry"], told["study"], told["before"]) == (number, study, before)
            if not whole or _sha(_line(told)) != seal or digest_of(told["content"]) != told["digest"]:
                raise ValueError
            entry = Registered(datetime.fromisoformat(told["at"]), told["seen"], told["digest"], told["content"], seal)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ReportError(
                f"the registration of {study} was touched: line {number}",
                got=f"docs/decisions/{study}.registered.jsonl",
                expected="lines as they were added",
                cause="a line was edited, taken out, added or swapped",
                remedy="restore the file from the repository's history",
            ) from None
        before = seal
        found.append(entry)
    return tuple(found)


def refuse_described(study: Study, lacks: str) -> None:
    """Raise :class:`~helpers.errors.ReportError` for a study that compares nothing: it has no rule and no decision."""
    if study.is_descriptive:
        raise ReportError(
            f"{study.name} describes data and compares nothing, so there is {lacks}", got=f"mode: {study.mode}",
            expected="a study of an experiment", remedy="run the test that it plans, and make a study of that one's data",
        )  # fmt: skip


def standing(study: Study, where: StudyPaths) -> str:
    """Whether the rule was registered before the outcome was read, and what changed since, in a sentence.

    The last registration before the outcome counts, and later ones are told; without one the last of all counts.
    """
    file: Path = where.registered
    if not file.is_file():
        return NOT_REGISTERED
    try:
        entries = read(file.read_text(encoding="utf-8"), study.name)
    except (ReportError, UnicodeDecodeError):
        return "The rule's registration was touched, so it shows nothing: restore it from the repository's history."
    if not entries:
        return NOT_REGISTERED
    entry = next((each for each in reversed(entries) if each.early), entries[-1])
    when = "before" if entry.early else "after"
    loaded = " (its data were loaded)" if entry.seen == "data" else ""
    said = f"The rule was registered on {entry.at:%Y-%m-%d}, {when} a report had read the outcome{loaded}"
    if entry.early and not entries[-1].early:
        said = f"{said}, and again on {entries[-1].at:%Y-%m-%d}, after one had, which does not count"
    content = content_of(study)
    changed = differences(entry.content, content, _stated(study))
    if not changed:
        return f"{said}; it has not changed since."
    named = [_change(path, entry.content.get(path), content.get(path)) for path in changed]
    return f"{said}. It has changed since it was registered: {_few(named)}."


def differences(was: Mapping[str, Any], now: Mapping[str, Any], stated: Collection[str] | None = None) -> list[str]:
    """Paths of the keys whose values differ, in their order.

    A registration may be older than a key. Such a key counts where it is ``stated`` otherwise than by its default.
    """
    paths = {path for path in now if path in was or stated is None or path in stated}
    return [path for path in sorted({*was, *paths}) if was.get(path) != now.get(path)]


def _stated(study: Study) -> set[str]:
    """Paths of the keys that are not at their defaults."""
    return set(_content(study.model_dump(mode="json", exclude_defaults=True), study))


def _change(path: str, was: object, now: object) -> str:
    """A changed key, with both values where they are short; of a list of words those that came and went."""
    if isinstance(was, list) and isinstance(now, list) and all(isinstance(each, str) for each in (*was, *now)):
        gone, new = ([each for each in one if each not in other] for one, other in ((was, now), (now, was)))
        moves = [f"{word} {_few(names)}" for word, names in (("without", gone), ("with", new)) if names]
        return f"{path} (now {' and '.join(moves)})" if moves else f"{path} (another order)"
    values = ["nothing" if v is None else f"{v:g}" if isinstance(v, float) else str(v) for v in (was, now)]
    short = not any(isinstance(each, list | dict) for each in (was, now)) and max(map(len, values)) <= LONGEST
    return f"{path} ({values[0]}, now {values[1]})" if short else path


def _few(names: list[str]) -> str:
    """Names in a row, the first of many."""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"{', '.join(names[:MOST])}{more}"


def _flat(part: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in part.items():
        inner = isinstance(value, dict) and value
        found += _flat(value, f"{above}{key}.") if inner else [(f"{above}{key}", value)]
    return found


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
