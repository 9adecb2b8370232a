"""Programme files read: from YAML to a validated programme, and where what it generates stands."""

from pathlib import Path

from pydantic import ValidationError

from helpers.paths import StudyPaths
from helpers.programme.model import Programme
from helpers.study import explained, read_yaml
from helpers.study.reading import check_name, located, placed


def load(path: Path | str) -> Programme:
    """Read and validate a programme file; raises as :func:`helpers.study.load` does."""
    file = located(path, "programmes")
    raw = read_yaml(file)
    try:
        programme = Programme.model_validate(raw)
    except ValidationError as error:
        raise explained(error, file, raw, Programme) from None
    check_name(programme.name, file)
    return programme


def opened(path: Path | str) -> tuple[Programme, StudyPaths]:
    """A programme file, and where everything it generates stands: beside the ``programmes`` folder that holds it."""
    programme = load(path)
    return programme, placed(located(path, "programmes"), programme.name)
