"""Study files read: from YAML to a validated study, and where what it generates stands."""

import difflib
import json
from pathlib import Path
from typing import Any

import yaml
from pydantic import (
    ValidationError,
)

from helpers import paths
from helpers.errors import ReportError
from helpers.study.explaining import explained
from helpers.study.study import Study

DEPTH = 20
"""Levels a YAML file may be deep; a study has four."""


def load(path: Path | str) -> Study:
    """Read and validate a study file.

    Relative paths are read from the project's root. Raises :class:`~helpers.errors.ReportError`
    naming the file, the key, what was found and expected, and the nearest valid key.
    """
    file = _located(path)
    raw = read_yaml(file)
    try:
        study = Study.model_validate(raw)
    except ValidationError as error:
        raise explained(error, file, raw, Study) from None
    if study.name != file.stem:
        raise ReportError(
            f"{paths.shown(file)}: key 'name' differs from the file's name",
            got=study.name,
            expected=file.stem,
            remedy="rename the file or change the key",
        )
    return study


def study_paths(path: Path | str, study: Study) -> paths.StudyPaths:
    """Everything a study generates stands beside the ``studies`` folder that holds its file."""
    return paths.StudyPaths(study.name, _located(path).parent.parent)


def opened(path: Path | str) -> tuple[Study, paths.StudyPaths]:
    """A study file, and where everything it generates stands; raises what :func:`load` raises."""
    study = load(path)
    return study, study_paths(path, study)


def json_schema() -> str:
    """JSON Schema of study files, for completion, checks and a word on each key in editors."""
    schema = Study.model_json_schema()
    left_out = ("tracking_plan", "exposure", "funnel")  # a unit table may do without
    schema["required"] = [key for key in schema["required"] if key not in left_out]
    return json.dumps(schema, indent=2) + "\n"


def read_yaml(file: Path) -> dict[str, Any]:
    """A YAML mapping, read safely: no tags of Python, no aliases (a few of them unfold to gigabytes), no repeated key."""
    try:
        text = file.read_text(encoding="utf-8")
        _refuse_what_unfolds(text, file)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is not None:
            _refuse_repeated_keys(node, file)
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # a date that is none is a ValueError
        raise ReportError(
            f"{paths.shown(file)} is not valid YAML", got=" ".join(str(error).split()), remedy="mend the line named"
        ) from None
    if not isinstance(raw, dict):
        raise ReportError(
            f"{paths.shown(file)} holds no keys",
            got="an empty file" if raw is None else type(raw).__name__,
            expected="a mapping, as in studies/cart_checkout.yml",
        )
    return raw


def _located(path: Path | str) -> Path:
    file = Path(path)
    file = (file if file.is_absolute() else paths.ROOT / file).resolve()
    if not file.is_file():
        known = sorted(str(p.relative_to(paths.ROOT)) for p in paths.STUDIES.glob("*.yml"))
        near = difflib.get_close_matches(str(path), known, n=1)
        raise ReportError(
            f"there is no study file {paths.shown(file)}",
            expected=f"one of {', '.join(known)}, or a file of your own in a folder named 'studies'",
            remedy=f"did you mean {near[0]}?" if near else None,
        )
    if file.parent.name != "studies":
        raise ReportError(
            f"the study file {paths.shown(file)} stands outside a folder named 'studies'",
            got=file.parent.name,
            expected="studies/NAME.yml; data, figures and reports are made beside that folder",
        )
    return file


def _refuse_what_unfolds(text: str, file: Path) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        found = "an alias" if isinstance(event, yaml.AliasEvent) else "too deep a nesting" if depth > DEPTH else None
        if found:
            line = event.start_mark.line + 1 if event.start_mark else "?"
            raise ReportError(
                f"{paths.shown(file)}, line {line}: {found} is not understood",
                expected=f"plain keys and values, at most {DEPTH} levels deep",
                remedy="write the value out",
            )


def _refuse_repeated_keys(node: yaml.Node, file: Path) -> None:
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
