"""Parts of a study that name files: a relative path starts beside the folder that holds the study file."""

from pathlib import Path

from pydantic import PrivateAttr

from helpers import paths
from helpers.config.base import Model


class Relative(Model):
    """A part whose relative paths start at the project's root, or where the study file that it was read from stands."""

    _base: Path = PrivateAttr(default_factory=lambda: paths.ROOT)

    def start_from(self, base: Path) -> None:
        """Say where relative paths start: the folder that holds ``studies``."""
        self._base = base

    def reached(self, path: str) -> Path:
        """A path of this part from where it starts; an absolute one stays.

        >>> Relative().reached("/logs/day.csv").as_posix()
        '/logs/day.csv'
        """
        return self._base / path
