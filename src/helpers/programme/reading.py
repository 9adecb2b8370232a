"""Programme files read: from YAML to a validated programme, and where what it generates stands."""

from pathlib import Path

from helpers.paths import StudyPaths
from helpers.programme.model import Programme
from helpers.study.reading import located, placed, validated


def load(path: Path | str) -> Programme:
    """Read and validate a programme file; raises as :func:`helpers.study.load` does."""
    return validated(located(path, "programmes"), Programme)


def opened(path: Path | str) -> tuple[Programme, StudyPaths]:
    """A programme file, and where everything it generates stands: beside the ``programmes`` folder that holds it."""
    programme = load(path)
    return programme, placed(located(path, "programmes"), programme.name)
