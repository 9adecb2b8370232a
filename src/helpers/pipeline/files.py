"""Written aside, then renamed: a step's result is whole or absent, and a killed run leaves nothing for ever."""

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

GENERATED = ("data", "reports", "figures", "docs", "studies")
"""Folders of a tree that steps write into."""

MARK = ".aside-"
"""Begins the name of all that is written aside, so that no file of a user is taken for it."""
LEFT = re.compile(rf"{re.escape(MARK)}.+-\d+(?:\.ipynb)?|.+\.duckdb\.tmp")
"""Names of what is written aside, with the number of its process at the end, and of what the engine spills."""


FULL = {"No space left on device": errno.ENOSPC, "Disk quota exceeded": errno.EDQUOT, "File too large": errno.EFBIG}
"""What programs say that could not write, and the error that it is."""


def refuse_full_disk(said: str, folder: Path) -> None:
    """Raise as the error of this process what another program, which wrote into ``folder``, said of a full disk.

    >>> refuse_full_disk("IO Error: could not write: No space left on device", Path("data"))
    Traceback (most recent call last):
        ...
    OSError: [Errno 28] No space left on device: 'data'
    """
    for words, number in FULL.items():
        if words in said:
            raise OSError(number, words, str(folder))


def private(folder: Path) -> Path:
    """The folder, made with those above it where they are not there yet, for its owner alone.

    What stands under ``data`` and ``reports`` tells of people; who wants to share it opens it, and it stays open.
    """
    if not folder.is_dir():
        private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


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
    private(folder)
    aside = beside(folder / what)
    for old in folder.glob(f"{MARK}{what}-*"):
        pid = old.name.removeprefix(f"{MARK}{what}-")
        if old == aside or not (pid.isdigit() and Path(f"/proc/{pid}").exists()):
            _remove(old)
    try:
        yield aside
    finally:
        _remove(aside)


def beside(file: Path, ending: str = "") -> Path:
    """The name under which this process writes a file aside, in the same folder.

    >>> beside(Path("reports/results.json")).name == f".aside-results.json-{os.getpid()}"
    True
    """
    return file.with_name(f"{MARK}{file.name}-{os.getpid()}{ending}")


def discard(folder: Path) -> None:
    """Remove a folder at once, whatever it holds: renamed first, so that no half of it stands under its name."""
    with scratch(folder.parent, "old") as aside, suppress(FileNotFoundError):
        folder.replace(aside)


def sweep(base: Path) -> None:
    """Remove what killed steps left in the generated folders of ``base``; nobody else may be writing there."""
    for top in GENERATED:
        for folder, folders, files in os.walk(base / top):
            for name in filter(LEFT.fullmatch, (*folders, *files)):
                _remove(Path(folder, name))
            folders[:] = [name for name in folders if not LEFT.fullmatch(name)]


def _remove(what: Path) -> None:
    shutil.rmtree(what, ignore_errors=True) if what.is_dir() and not what.is_symlink() else what.unlink(missing_ok=True)


def write_json(file: Path, content: object) -> None:
    """Write aside, then rename."""
    write_text(file, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")


def write_text(file: Path, text: str) -> None:
    """Write aside, then rename; an unchanged file keeps its time."""
    private(file.parent)
    if file.is_file() and file.read_bytes() == text.encode():
        return
    aside = beside(file)
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
