"""State on disk, whole or not at all: a killed process goes on from the last checkpoint.

The state holds how many micro-batches it has counted, and it is written in one piece; a log that can be read again from there
is then counted once, whenever the process dies.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from helpers.pipeline.files import scratch

_KIND = "of"
FORMAT = 1
"""Grows when a state can no longer be read by what was written before."""


def kind(*what: Any) -> str:
    """What a checkpoint is of: a state of other settings, another world or another format is not gone on from.

    Example:
        >>> kind({"units": 5}) == kind({"units": 5}) != kind({"units": 6})
        True
    """
    return hashlib.sha256(json.dumps([FORMAT, *what], sort_keys=True).encode()).hexdigest()


def save(file: Path, of: str, state: dict[str, Any]) -> None:
    """Write ``state`` aside, see that it is on the disk, and rename it."""
    with scratch(file.parent, file.stem) as aside:
        with aside.open("wb") as out:
            np.savez(out, allow_pickle=False, **(state | {_KIND: np.array(of)}))
            out.flush()
            os.fsync(out.fileno())
        aside.replace(file)


def load(file: Path, of: str) -> dict[str, Any] | None:
    """The state in ``file``; None without one, or when it is of something else."""
    if not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as found:
        return {name: found[name] for name in found.files} if str(found[_KIND]) == of else None
