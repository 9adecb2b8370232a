"""Study files read: from YAML to a validated study, and where what it generates stands."""

import difflib
import json
import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from helpers import paths
from helpers.config.base import Named
from helpers.config.descriptive import LEFT_OUT, MODE
from helpers.config.messages import explained
from helpers.config.relative import Relative
from helpers.config.scalars import Loader
from helpers.config.study import Study
from helpers.errors import ReportError

File = TypeVar("File", bound=Named)
KINDS = {"studies": "study", "programmes": "programme"}
"""What stands in each folder of files that are opened by name."""
DEPTH = 20
"""Levels a YAML file may be deep; a study has four."""


def load(path: Path | str) -> Study:
    """Read and validate a study file.

    Relative paths are read from the user's :func:`~helpers.paths.workplace`; those in the file start beside its
    folder ``studies``. Raises :class:`~helpers.errors.ReportError` naming the file, the key, what was found and expected,
    and the nearest valid key.
    """
    file = located(path)
    study = validated(file, Study)
    for part in (study.data, study.monitoring):
        if isinstance(part, Relative):
            part.start_from(_base(file))
    return study


def validated(file: Path, model: type[File]) -> File:
    """A YAML file as its model. What a file generates is called by its name, so it must have no other one inside."""
    raw = read_yaml(file)
    try:
        content = model.model_validate(raw)
    except ValidationError as error:
        raise explained(error, file, raw, model) from None
    if content.name != file.stem:
        raise ReportError(
            f"{paths.shown(file)}: key 'name' differs from the file's name",
            got=content.name,
            expected=file.stem,
            remedy="rename the file or change the key",
        )
    return content


def study_paths(path: Path | str, study: Study) -> paths.StudyPaths:
    """Everything a study generates stands beside the ``studies`` folder that holds its file; raises as :func:`placed`."""
    return placed(located(path), study.name)


def placed(file: Path, name: str) -> paths.StudyPaths:
    """Everything that the file ``name`` generates, beside the folder that holds the file.

    Raises :class:`~helpers.errors.ReportError` where a link leads a folder that is written to out of its place. The
    folders ``data``, ``figures``, ``reports`` and ``docs`` themselves may be links: where they lead is the owner's word.
    """
    where = paths.StudyPaths(name, _base(file))
    for top, place in _written(where):
        inside = (where.base / top).resolve() / place.relative_to(where.base / top)
        if place.resolve() != inside:
            raise ReportError(
                f"{place.relative_to(where.base)} is a link that leads elsewhere, or stands behind one",
                got=f"a link in the way of what is written for {file.parent.name}/{file.name}",
                expected="a folder or a file of its own; only data, figures, reports and docs themselves may be links",
                remedy="remove the link",
            )
    return where


def opened(path: Path | str) -> tuple[Study, paths.StudyPaths]:
    """A study file, and where everything it generates stands; raises what :func:`load` raises."""
    study = load(path)
    where = study_paths(path, study)
    if where.file != located(path):
        raise ReportError(
            f"two studies are called {study.name!r}",
            got=f"studies/{study.name}.yml and studies/{paths.OWN}/{study.name}.yml",
            cause="what they generate would stand in one folder",
            remedy="give one of them another name, in its file and of its file",
        )
    if where.is_programme:
        raise ReportError(
            f"a study and a programme are both called {study.name!r}",
            got=f"studies/{study.name}.yml and programmes/{study.name}.yml",
            cause="what they generate would stand in one folder",
            remedy="give the study another name, in its file and of its file",
        )
    return study, where


def _written(where: paths.StudyPaths) -> list[tuple[str, Path]]:
    """Folders that files are written into for a study, each with the folder of the project that it must not leave.

    What is renamed into its place as a whole, as the raw folder and the marts, replaces a link and never follows it.
    """
    data = (where.data, where.results, where.figure_specs, where.data / "dbt")
    reports = (where.reports, where.executed, where.reports / "warehouse")
    placed = [*(("data", place) for place in data), *(("reports", place) for place in reports)]
    return [*placed, ("figures", where.figures), ("docs", where.base / "docs" / "decisions")]


def json_schema() -> str:
    """JSON Schema of study files, for completion, checks and a word on each key in editors."""
    schema = Study.model_json_schema()
    left_out = ("tracking_plan", "exposure", "funnel")  # a unit table may do without
    required = [key for key in schema["required"] if key not in left_out]
    schema["required"] = [key for key in required if key not in LEFT_OUT]
    schema["if"] = {"properties": {"mode": {"const": MODE}}}
    schema["else"] = {"required": [key for key in required if key in LEFT_OUT]}
    of_log = schema["$defs"]["Log"]["properties"]
    of_log["event_map"] = of_log["events"]
    return json.dumps(schema, indent=2) + "\n"


_OTHERWISE = re.compile(r"[\t\ufeff]|[\[{][^\[\]{}]*\?|^[^\[{\n]*[\[{].*\?", re.MULTILINE)
"""What libyaml takes, and the other way refuses: a tab in a value, a mark of byte order below the first line, ? within brackets.

Each sign is looked at a few times at most, however many brackets stand in a file.
"""


class _Plain(Loader):
    """Reads a file once, and refuses what unfolds before it does. ``quick`` takes it apart with libyaml, where that is there, in a
    sixth of the time; what it refuses is told by the other way, whose words show the place."""

    def __init__(self, text: str, file: Path, *, quick: bool) -> None:
        super().__init__(text)
        self._file, self._depth = file, 0
        if quick:
            events = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
            self.check_event, self.peek_event, self.get_event = (  # type: ignore[method-assign]
                events.check_event, events.peek_event, events.get_event,
            )  # fmt: skip

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        deeper = isinstance(event, yaml.CollectionStartEvent)
        self._depth += deeper
        found = (
            "an alias" if isinstance(event, yaml.AliasEvent) else "too deep a nesting" if self._depth > DEPTH else ""
        )
        if found:
            raise ReportError(
                f"{paths.shown(self._file)}, line {event.start_mark.line + 1}: {found} is not understood",
                expected=f"plain keys and values, at most {DEPTH} levels deep",
                remedy="write the value out",
            )
        node = super().compose_node(parent, index)
        self._depth -= deeper
        return node


def read_yaml(file: Path) -> dict[str, Any]:
    """A YAML 1.2 mapping, read safely: no tags of Python, no aliases (a few of them unfold to gigabytes), no repeated key."""
    text = ""
    try:
        text = file.read_text(encoding="utf-8")
        try:
            raw = _content(text, file, quick=not _OTHERWISE.search(text))
        except (yaml.YAMLError, ValueError, ReportError):
            raw = _content(text, file, quick=False)
    except (yaml.YAMLError, ValueError) as error:  # what is tagged !!int and is none is a ValueError
        raise ReportError(
            f"{paths.shown(file)} is not valid YAML",
            got=_where(error, text),
            remedy="mend that line, or one just before it",
        ) from None
    if not isinstance(raw, dict):
        raise ReportError(
            f"{paths.shown(file)} holds no keys",
            got="an empty file" if raw is None else type(raw).__name__,
            expected="keys with their values, as new-study writes them",
        )
    return raw


def _where(error: Exception, text: str) -> str:
    """What a parser says of a text, and the line at which it stopped, as it stands there."""
    if not isinstance(error, yaml.MarkedYAMLError) or not (mark := error.problem_mark or error.context_mark):
        return " ".join(str(error).split())
    lines = text.splitlines() or [""]
    at = min(mark.line, len(lines) - 1)
    begun = error.context_mark.line if error.context_mark and error.problem_mark else at
    since = f" ({error.context}, begun in line {begun + 1}: {lines[begun].strip()[:80]!r})" if begun < at else ""
    return f"line {at + 1}: {error.problem or error.context}, at {lines[at].strip()[:80]!r}{since}"


def _content(text: str, file: Path, *, quick: bool) -> Any:
    loader = _Plain(text, file, quick=quick)
    node = loader.get_single_node()
    _refuse_repeated_keys(node, file)
    raw = None if node is None else loader.construct_document(node)
    _refuse_halves(node)
    return raw


def _refuse_halves(node: yaml.Node | None) -> None:
    """An escape such as ``\\ud800`` is half of a character, which no file can hold. Raises :class:`ValueError`."""
    nodes = [node]
    while nodes:
        found = nodes.pop()
        if isinstance(found, yaml.ScalarNode):
            if any("\ud800" <= sign <= "\udfff" for sign in found.value):
                raise ValueError(f"line {found.start_mark.line + 1}: half of a character ({ascii(found.value)[:60]})")
        elif isinstance(found, yaml.MappingNode):
            nodes += [part for pair in found.value for part in pair]
        elif isinstance(found, yaml.SequenceNode):
            nodes += found.value


def located(path: Path | str, folder: str = "studies") -> Path:
    """The file that a path names, in a folder of that name; raises :class:`~helpers.errors.ReportError` without one."""
    kind = KINDS[folder]
    file, base = Path(path), paths.workplace()
    file = file if file.is_absolute() else base / file
    try:
        file = file.resolve()
        there = file.is_file()
    except (OSError, RuntimeError, ValueError):  # a name longer than the file system allows, a circle of links, a null
        there = False
    if not there:
        there_are = (*(base / folder).glob("*.yml"), *(base / folder / paths.OWN).glob("*.yml"))
        known = sorted(str(p.relative_to(base)) for p in there_are)
        near = difflib.get_close_matches(paths.typed(str(file)), known, n=1)
        raise ReportError(
            f"there is no {kind} file {_brief(file)}",
            expected=(f"one of {', '.join(known)}, or " if known else "")
            + f"a file of your own in a folder named '{folder}'",
            remedy=f"did you mean {near[0]}?" if near else None,
        )
    if _studies(file).name != folder:
        raise ReportError(
            f"the {kind} file {paths.shown(file)} stands outside a folder named '{folder}'",
            got=file.parent.name,
            expected=f"{folder}/NAME.yml; data, figures and reports are made beside that folder",
        )
    return file


def _studies(file: Path) -> Path:
    """The folder ``studies``, or ``programmes``, that holds a file, itself or in its folder for a user's own."""
    return file.parent.parent if file.parent.name == paths.OWN else file.parent


def _base(file: Path) -> Path:
    """Where everything that a file generates stands."""
    return _studies(file).parent


def _brief(file: Path) -> str:
    """A path as it may be printed, cut where it is longer than any real one; also where it cannot be resolved."""
    try:
        shown = paths.shown(file)
    except (OSError, RuntimeError, ValueError):
        shown = file.name
    return shown if len(shown) <= 120 else shown[:117] + "..."


def _refuse_repeated_keys(node: yaml.Node | None, file: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ReportError(
                    f"{paths.shown(file)}, line {key.start_mark.line + 1}: a key is no plain word",
                    remedy="write it as KEY: VALUE",
                )
            if key.value in seen:
                raise ReportError(
                    f"{paths.shown(file)}, line {key.start_mark.line + 1}: key '{key.value}' stands there twice",
                    remedy="keep one of the two",
                )
            seen.add(key.value)
            _refuse_repeated_keys(value, file)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, file)
