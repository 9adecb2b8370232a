"""What is wrong with a file, in one message: file, line, key, found, expected, remedy."""

from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import yaml
from pydantic import (
    BaseModel,
    ValidationError,
)

from helpers import paths
from helpers.config.base import ConfigError, _close, nearest
from helpers.errors import ReportError


def explained(error: ValidationError, file: Path, raw: Any, model: type[BaseModel]) -> ReportError:
    """The first violation, with file, line, key, found, expected and the nearest valid word; the rest counted.

    An unknown key comes before all others, and a missing key is not counted when the unknown one is its misspelling.
    """
    problems = sorted(error.errors(include_url=False), key=lambda p: p["type"] != "extra_forbidden")
    first, others = problems[0], len(problems) - 1
    path = _path(raw, first["loc"], missing=first["type"] == "missing")
    got: object = first.get("input")
    breach = first.get("ctx", {}).get("error")
    fault, remedy = "is wrong", None
    if isinstance(breach, ConfigError):
        path += breach.key.split(".")
        got, expected, remedy = breach.got, breach.expected, breach.remedy
    elif first["type"] == "extra_forbidden":
        valid = _valid_keys(model, first["loc"][:-1])
        missing = [str(p["loc"][-1]) for p in problems if p["type"] == "missing" and p["loc"][:-1] == first["loc"][:-1]]
        word = str(path[-1])
        near = (_close(word, missing) or _close(word, valid))[:1]
        others -= near[0] in missing if near else 0
        got, expected, fault = f"'{word}'", f"one of {', '.join(valid)}", "is unknown"
        remedy = f"did you mean '{near[0]}'?" if near else "remove the key"
    elif first["type"] == "missing":
        got, expected, fault = "nothing", f"a value for '{path[-1]}'", "is missing"
    elif first["type"] == "union_tag_not_found":
        path.append("source")
        got, expected, fault = "nothing", "source: log, source: units or source: simulated", "is missing"
    elif first["type"] == "union_tag_invalid":
        path.append("source")
        got, expected = first["ctx"]["tag"], f"one of {_unquoted(first['ctx']['expected_tags'])}"
        remedy = nearest(str(got), ("simulated", "log", "units"))
    elif first["type"] == "literal_error":
        words = _unquoted(first["ctx"]["expected"]).replace(" or ", ", ").split(", ")
        expected = f"one of {', '.join(words)}" if len(words) > 1 else words[0]
        remedy = nearest(str(got), words)
    else:
        expected = _wanted(first)
    line = _line(file, path)
    what = f"{paths.shown(file)}{f', line {line}' if line else ''}: key '{'.'.join(map(str, path))}' {fault}"
    if others:
        what += f" (and {others} more problem{'s' if others > 1 else ''})"
    return ReportError(what, got=_brief(got), expected=expected, remedy=remedy)


_WANTED = {
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number of at least {ge:g}",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "a number of at most {le:g}",
    "finite_number": "a finite number",
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
    "string_too_short": "text of at least {min_length} characters",
    "string_too_long": "text of at most {max_length} characters",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
}


_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "a name of small letters, digits and _, beginning with a letter",
    r"^[A-Z]{3}$": "three capital letters, such as EUR",
}


def _wanted(problem: Any) -> str:
    """What a key should have held, without the library's prose."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in _WANTED:
        return _WANTED[kind].format(**context)
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], f"text that matches {context['pattern']}")
    for start, expected in (
        ("int_", "a whole number"),
        ("float_", "a number"),
        ("bool_", "true or false"),
        ("date", "a date such as 2026-07-27, or a time such as 2026-07-27T12:00:00"),
    ):
        if kind.startswith(start):
            return expected
    return str(problem["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")


def _path(raw: Any, loc: tuple[int | str, ...], *, missing: bool) -> list[int | str]:
    """The keys of the file along a violation's place, without the library's names of alternatives."""
    path: list[int | str] = []
    for i, part in enumerate(loc):
        inside = (isinstance(raw, dict) and part in raw) or (isinstance(raw, list) and isinstance(part, int))
        if inside:
            raw = raw[part]
        elif not (missing and i == len(loc) - 1):
            continue
        path.append(part)
    return path


def _line(file: Path, path: list[int | str]) -> int | None:
    """Line of a key in the file, or of the nearest one above it that is there."""
    node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    line = None
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(part)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _brief(got: object) -> object:
    if isinstance(got, dict):
        return "a mapping of keys to values"
    if isinstance(got, list):
        return f"a list of {len(got)}"
    if got is None:
        return "nothing"
    text = str(got)
    return text if len(text) <= 120 else text[:117] + "..."


def _unquoted(text: str) -> str:
    return text.replace("'", "")


def _valid_keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Keys allowed at ``loc``, found by walking the models along it."""
    current: Any = model
    for part in loc:
        if isinstance(part, int):
            continue
        if get_origin(current) is dict:
            current = get_args(current)[1]
            continue
        candidates = _models(current)
        tagged = [m for m in candidates if part in (m.__name__, *_tags(m))]
        if tagged:
            current = tagged[0]
            continue
        owner = next((m for m in candidates if part in m.model_fields), None)
        if owner is None:
            return []
        current = owner.model_fields[str(part)].annotation
    return sorted({name for m in _models(current) for name in m.model_fields})


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    source = model.model_fields.get("source")
    return get_args(source.annotation) if source else ()


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Pydantic models inside an annotation such as ``list[Metric]`` or ``Simulation | Log``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (list, dict, Union, UnionType, Annotated):
        return [m for arg in get_args(annotation) for m in _models(arg)]
    return []
