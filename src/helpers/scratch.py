"""Written aside, then renamed: a step's result is whole or absent, and a killed run leaves nothing for ever."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch(folder: Path, what: str) -> Iterator[Path]:
    """A free name in ``folder`` for a file or folder of this process; whatever stands there at the end is removed.

    Write under this name and rename what is whole; both are on one disk. Before, what killed processes left under the
    same ``what`` is removed; the scratch of living ones stays.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as home:
        ...     with scratch(Path(home), "sums") as aside:
        ...         _ = aside.write_text("42")
        ...         _ = aside.replace(Path(home, "sums.txt"))
        ...     sorted(file.name for file in Path(home).iterdir())
        ['sums.txt']
    """
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{what}-{os.getpid()}"
    for old in folder.glob(f".{what}-*"):
        pid = old.name.removeprefix(f".{what}-")
        if old == aside or not (pid.isdigit() and Path(f"/proc/{pid}").exists()):
            _remove(old)
    try:
        yield aside
    finally:
        _remove(aside)


def _remove(what: Path) -> None:
    shutil.rmtree(what, ignore_errors=True) if what.is_dir() else what.unlink(missing_ok=True)
