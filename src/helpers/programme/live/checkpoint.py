"""State on disk, whole or not at all: a killed process goes on from the last checkpoint.

The state holds how many micro-batches it has counted, and it is written in one piece; a log that can be read again from there
is then counted once, whenever the process dies.
"""

import hashlib
import json
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from helpers import paths
from helpers.errors import ReportError
from helpers.pipeline.files import private

_KIND = "of"
FORMAT = 1
"""Grows when a state can no longer be read by what was written before."""
DAMAGED = (
    *(OSError, ValueError, KeyError, EOFError, AttributeError, TypeError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What reading a file that is no whole checkpoint may raise."""


def kind(*what: Any) -> str:
    """What a checkpoint is of: a state of other settings, another world or another format is not gone on from.

    Example:
        >>> kind({"units": 5}) == kind({"units": 5}) != kind({"units": 6})
        True
    """
    return hashlib.sha256(json.dumps([FORMAT, *what], sort_keys=True).encode()).hexdigest()


def save(file: Path, of: str, state: dict[str, Any]) -> None:
    """Write ``state`` aside, see that it is on the disk, and rename it.

    One process writes it, which holds a lock for that; a build may run meanwhile and sweep its own scratch.
    """
    aside = private(file.parent) / f"{file.name}.new"
    try:
        with aside.open("wb") as out:
            np.savez(out, allow_pickle=False, **(state | {_KIND: np.array(of)}))
            out.flush()
            os.fsync(out.fileno())
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def load(file: Path, of: str) -> dict[str, Any] | None:
    """The state in ``file``; None without one, or when it is of something else.

    Raises :class:`~helpers.errors.ReportError` for a file that is no whole checkpoint.
    """
    if not file.exists():
        return None
    try:
        with np.load(file, allow_pickle=False) as found:
            state = {name: found[name] for name in found.files}
            return state if str(state[_KIND]) == of else None
    except DAMAGED as error:
        raise ReportError(
            "the checkpoint cannot be read", got=f"{paths.shown(file)}: {type(error).__name__}",
            expected="what an earlier process wrote, whole", cause="it was changed, or its disk is damaged",
            remedy="begin anew with --from-start",
        ) from None  # fmt: skip
