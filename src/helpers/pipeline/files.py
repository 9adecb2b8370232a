"""Written aside, then renamed: a step's result is whole or absent, and a killed run leaves nothing for ever."""

import errno
import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

GENERATED = ("data", "reports", "figures", "docs", "studies")
"""Folders of a tree that steps write into."""

MARK = ".aside-"
"""Begins the name of all that is written aside, so that no file of a user is taken for it."""
LEFT = re.compile(rf"{re.escape(MARK)}.+-\d+(?:\.ipynb)?|.+\.duckdb\.tmp")
"""Names of what is written aside, with the number of its process at the end, and of what the engine spills."""
HOLDING = "held"
"""File in a scratch folder that its process locks."""

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
    """A free name below ``folder`` for a file or folder of this process; whatever stands there at the end is removed.

    Write under this name and rename what is whole; both are on one disk. It stands in a folder of its own, which this
    process holds until the end (see :func:`_remove_dead`): other processes leave it alone, and remove it once this one is
    dead. Before, what dead processes left under the same ``what`` is removed.

    Example:
        >>> with tempfile.TemporaryDirectory() as home:
        ...     with scratch(Path(home), "sums") as aside:
        ...         _ = aside.write_text("42")
        ...         _ = aside.replace(Path(home, "sums.txt"))
        ...     sorted(file.name for file in Path(home).iterdir())
        ['sums.txt']
    """
    private(folder)
    for old in folder.glob(f"{MARK}{what}-*"):
        _remove_dead(old)
    own, lock = _held(folder, what)
    try:
        yield own / what
    finally:
        os.close(lock)  # first, for a network file system keeps a name for what is open
        _remove(own)


def _held(folder: Path, what: str) -> tuple[Path, int]:
    """A new folder in ``folder`` and the lock that holds it; another one where it was removed before it was held."""
    while True:
        with suppress(FileNotFoundError):
            own = Path(tempfile.mkdtemp(f"-{os.getpid()}", f"{MARK}{what}-", private(folder)))
            lock = os.open(own / HOLDING, os.O_CREAT | os.O_RDWR, 0o600)
            with suppress(OSError):  # a file system without locks: the number of the process tells
                fcntl.flock(lock, fcntl.LOCK_EX)
            if (own / HOLDING).exists():
                return own, lock
            os.close(lock)


def _remove_dead(aside: Path) -> None:
    """Remove what is written aside unless the process that writes it is alive.

    That one holds the lock of the kernel on a file in its folder, which ends with it however it ends, and which also
    holds where processes have other numbers: in a container, on another machine with the same disk. Where there is no
    such file, or a file system knows no locks, the number in the name tells whether it runs.
    """
    try:
        lock = os.open(aside / HOLDING, os.O_RDWR)
    except OSError:
        if not _runs(aside):
            _remove(aside)
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        dead = True
    except BlockingIOError:
        dead = False
    except OSError:
        dead = not _runs(aside)
    try:
        if dead:
            _remove(aside)
    finally:
        os.close(lock)


def _runs(aside: Path) -> bool:
    number = re.search(r"-(\d+)(?:\.ipynb)?$", aside.name)
    if not number:
        return False
    try:
        os.kill(int(number[1]), 0)
    except PermissionError:  # somebody else's
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


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
    """Remove what dead processes left in the generated folders of ``base``; what living ones write aside stays."""
    for top in GENERATED:
        for folder, folders, files in os.walk(base / top):
            for name in filter(LEFT.fullmatch, (*folders, *files)):
                _remove_dead(Path(folder, name))
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
