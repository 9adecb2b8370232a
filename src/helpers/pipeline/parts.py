"""Which notebooks a report is made of: those of an experiment, of data that are described, or of a programme."""

from typing import Any

from helpers import paths
from helpers.paths import StudyPaths
from helpers.pipeline.files import discard

DESCRIPTIVE = "descriptive"
"""The mode of a study that compares nothing."""


def books_of(where: StudyPaths) -> list[str]:
    """The notebooks of a study or a programme, in their order; its file is glanced at, not validated."""
    if where.is_programme:
        return paths.books(programme=True)
    return paths.described() if _glance(where).get("mode") == DESCRIPTIVE else paths.books()


def remove_others(where: StudyPaths) -> None:
    """Remove what notebooks left that the study had before its mode was changed."""
    own = books_of(where)
    for book in {*paths.books(), *paths.described()} - {*own}:
        for file in (where.executed / f"{book}.ipynb", where.results / f"{book}.json", where.faults / f"{book}.json"):
            file.unlink(missing_ok=True)
        if (folder := where.figure_specs / book).is_dir():
            discard(folder)


def _glance(where: StudyPaths) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.load(where.file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}
