"""The errors that exist in the code, found by its syntax tree: what each says, why, and what to do."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpers import paths

PACKAGE = paths.ROOT / "src" / "helpers"
HOLE = "…"
"""Stands where a message names a file, a key or a value."""

TOPICS = {
    "The study file": ("config", "warehouse.tolerances"),
    "The data": ("config.tracking_plan", "ingest", "simulate"),
    "The warehouse": ("warehouse",),
    "Notebooks and their numbers": ("pipeline", "record", "report", "validation"),
    "The site and the texts": ("site", "experiment.whatif"),
    "Decisions": ("experiment.decision",),
    "Monitoring": ("experiment.monitoring",),
    "The machine and the command line": (
        "cli",
        "experiment.counts",
        "pipeline.files",
        "pipeline.lock",
        "validation.golden",
    ),
}
"""Topics by a room or module after ``helpers``, of which the innermost counts; all others are about the statistics."""
THE_REST = "Funnel, experiment and statistics"

NAME = "NAME"
"""Stands for a hole beside a point, where one more dot would not be seen."""
_AT_A_POINT = re.compile(rf"(?<=\.){HOLE}+|{HOLE}+(?=\.[\w{HOLE}])")
_OF_A_FILE = f"{HOLE}, line {HOLE}: "
_LITTLE = frozenset(["and", "for", "from", "than", "that", "the", "value", "with"])
"""Words that say nothing where holes are all that stands beside them."""

PARTS = {"got": "found", "expected": "expected", "cause": "likely cause", "remedy": "what to do"}


@dataclass(frozen=True)
class CatalogueEntry:
    """One error: its message with holes, and what else it says where that stands in the code.

    Attributes:
        what: the message as a reader sees it.
        module: where it is raised, such as ``helpers.config.tracking_plan``.
        parts: label and text of what was expected, the likely cause and the remedy.
    """

    what: str
    module: str
    parts: tuple[tuple[str, str], ...]

    @property
    def heading(self) -> str:
        """The message without the file and the line before it, which the page tells once, and without dots in a row.

        >>> CatalogueEntry("…, line …: key 'metrics.….covariate' is wrong", "helpers.config.study", ()).heading
        "key 'metrics.NAME.covariate' is wrong"
        """
        return _legible(self.what.removeprefix(_OF_A_FILE).replace(", or: ", " / ").replace("`", "'"))

    @property
    def topic(self) -> str:
        topics = {room: topic for topic, rooms in TOPICS.items() for room in rooms}
        _, *parts = self.module.split(".")
        inwards = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
        return next((topics[room] for room in inwards if room in topics), THE_REST)


@cache
def errors(package: Path = PACKAGE) -> tuple[CatalogueEntry, ...]:
    """Every ``ReportError(...)`` and every breach of a study file in the package, by message.

    One that hands on the words of others alone has no message to search for and is left out.
    """
    found: dict[tuple[str, str], CatalogueEntry] = {}
    for file in sorted(package.rglob("*.py")):
        module = ".".join(("helpers", *file.relative_to(package).with_suffix("").parts)).removesuffix(".__init__")
        for told in of_source(file.read_text(encoding="utf-8"), module):
            kept = found.get((told.module, told.what))
            if not told.what.strip(f"{HOLE} "):
                continue
            if kept is None or len(told.parts) > len(kept.parts):
                found[told.module, told.what] = told
    return tuple(sorted(found.values(), key=lambda told: (told.what.lstrip(f"{HOLE} :,'").lower(), told.module)))


def by_topic() -> list[tuple[str, dict[str, list[CatalogueEntry]]]]:
    """:func:`errors` by topic and heading, topics in the order of a reader's work."""
    topics: dict[str, dict[str, list[CatalogueEntry]]] = {topic: {} for topic in (*TOPICS, THE_REST)}
    for told in errors():
        topics[told.topic].setdefault(told.heading, []).append(told)
    return list(topics.items())


def of_source(source: str, module: str) -> Iterator[CatalogueEntry]:
    """The errors of one module.

    >>> code = 'raise ReportError(f"{file.name} is empty", got="0 bytes", expected="events")'
    >>> [(told.what, told.parts) for told in of_source(code, "helpers.config.tracking_plan")]
    [('… is empty', (('found', '0 bytes'), ('expected', 'events')))]
    """
    if not any(f"{name}(" in source for name in RAISED):
        return
    tree = ast.parse(source)
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    seen: set[ast.Call] = set()
    for scope in (*reversed(scopes), tree):  # inner functions first, so that names mean what they mean there
        nodes = list(ast.walk(scope))
        calls = [node for node in nodes if isinstance(node, ast.Call) and node not in seen]
        raised = [(call, read) for call in calls if (read := RAISED.get(getattr(call.func, "id", "")))]
        known = _assigned(nodes) if raised else {}
        for call, read in raised:
            seen.add(call)
            yield read(call, known, module)


def _report_error(call: ast.Call, known: dict[str, ast.expr], module: str) -> CatalogueEntry:
    what = " ".join(_text(call.args[0], known).split()).replace(HOLE * 2, HOLE)
    return CatalogueEntry(what, module, _parts({k.arg or "": k.value for k in call.keywords}, known))


def _breach(call: ast.Call, known: dict[str, ast.expr], module: str) -> CatalogueEntry:
    """A breach of the study file, as :func:`helpers.config.explained` tells it."""
    key, got, expected = call.args[:3]
    told = {"got": got, "expected": expected} | {k.arg or "": k.value for k in call.keywords}
    return CatalogueEntry(f"{_OF_A_FILE}key '{_text(key, known)}' is wrong", module, _parts(told, known))


def _parts(told: dict[str, ast.expr], known: dict[str, ast.expr]) -> tuple[tuple[str, str], ...]:
    """What the code says of an error beside its message; a part that is only values of the moment is left out."""
    texts = ((label, _text(told[name], known)) for name, label in PARTS.items() if name in told)
    words = re.compile(r"[^\W\d_]{3,}")
    return tuple(
        (label, _legible(" ".join(text.split()))) for label, text in texts if set(words.findall(text)) - _LITTLE
    )


def _legible(text: str) -> str:
    """A text whose holes are seen beside a point.

    >>> _legible("studies/….yml and columns.…… of ……")
    'studies/NAME.yml and columns.NAME of …'
    """
    return re.sub(f"{HOLE}+", HOLE, _AT_A_POINT.sub(NAME, text))


RAISED = {"ReportError": _report_error, "ConfigError": _breach}
"""What stands for an error in the code, and how it is read."""


def _assigned(nodes: list[ast.AST]) -> dict[str, ast.expr]:
    """Local names that stand for one text."""
    known: dict[str, ast.expr] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            known.setdefault(node.targets[0].id, node.value)
    return known


def _text(node: ast.expr, known: dict[str, ast.expr]) -> str:
    """A text with holes for what is only known when it is told.

    >>> _text(ast.parse("'a' if x else f'b {y}'", mode="eval").body, {})
    'a, or: b …'
    """
    if isinstance(node, ast.Constant):
        return str(node.value) if isinstance(node.value, str | int | float) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, known) if isinstance(part, ast.Constant) else HOLE for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left, known) + _text(node.right, known)
    if isinstance(node, ast.IfExp | ast.BoolOp):
        ways = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
        told = [text for way in ways if (text := _text(way, known)).strip(f"{HOLE} ")]
        return ", or: ".join(dict.fromkeys(told)) or HOLE
    if isinstance(node, ast.Name) and node.id in known:
        return _text(known[node.id], {name: value for name, value in known.items() if name != node.id})
    return HOLE
