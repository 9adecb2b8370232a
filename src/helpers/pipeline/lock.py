"""One run at a time builds in a tree: whoever comes meanwhile waits. What a killed run left is removed by the next one.

``python -m helpers.pipeline.lock COMMAND`` runs a command that way; it needs the standard library alone, so that make can call it
before anything is installed.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from helpers import paths
from helpers.errors import ReportError
from helpers.pipeline.files import sweep
from helpers.pipeline.terminal import say

HELD = "BUILD_LOCK"
"""Environment variable by which a run tells its steps that the tree it names is theirs."""

PROCESSES = Path("/proc")


@contextmanager
def held(base: Path = paths.ROOT) -> Iterator[None]:
    """Hold the tree ``base`` for a run: its studies, its site, its folder for temporary files.

    One lock for all, because runs of two studies share the site. It is the kernel's lock (``flock``) on the folder
    itself, so no lock file can be left behind; every process that inherits its descriptor, which a child started with
    ``close_fds=False`` does, keeps it: a run whose head was killed is over when its last step is. A run that finds the
    tree held says so on standard error and waits. Steps inside of a run, known by :data:`HELD`, pass through.

    Once the lock is there nobody else writes, so what killed runs left is removed; temporary files of this run go
    into one private folder, removed at its end. Raises :class:`~helpers.errors.ReportError` when that folder belongs
    to somebody else.
    """
    home = str(base.resolve())
    if os.environ.get(HELD) == home:
        yield
        return
    descriptor = os.open(home, os.O_RDONLY)
    before = {name: os.environ.get(name) for name in (HELD, "TMPDIR")}
    try:
        _take(descriptor)
        sweep(base)
        aside = _temporary(home)
        os.set_inheritable(descriptor, True)
        os.environ |= {HELD: home, "TMPDIR": str(aside)}
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value
            shutil.rmtree(aside, ignore_errors=True)
    finally:
        os.close(descriptor)


def run(command: Sequence[str], base: Path = paths.ROOT) -> int:
    """Run ``command`` while :func:`held`; its exit code, 128 and the signal's number when one ended it."""
    child: subprocess.Popen[bytes] | None = None
    asked = False

    def end(*_: object) -> None:
        nonlocal asked
        asked = True
        if child:
            child.terminate()

    with held(base):
        signal.signal(signal.SIGINT, lambda *_: None)  # the terminal tells the child as well
        signal.signal(signal.SIGTERM, end)
        child = subprocess.Popen(command, close_fds=False)  # it inherits the lock, and make's job server
        if asked:
            child.terminate()
        code = child.wait()
    return code if code >= 0 else 128 - code


def _take(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"  another run builds here{_whose(os.fstat(descriptor).st_ino)}: waiting for its end", err=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _whose(inode: int) -> str:
    """`` (process N, since hh:mm)`` from the kernel's list of locks, where it can be told."""
    try:
        locks = [line.split() for line in (PROCESSES / "locks").read_text().splitlines()]
        pid = next(f[4] for f in locks if f[1] == "FLOCK" and f[5].rpartition(":")[2] == str(inode))
        fields = (PROCESSES / pid / "stat").read_text().rpartition(")")[2].split()
        booted = next(int(s[6:]) for s in (PROCESSES / "stat").read_text().splitlines() if s.startswith("btime "))
    except (OSError, StopIteration):
        return ""
    since = booted + int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return f" (process {pid}, since {time.strftime('%H:%M', time.localtime(since))})"


def _temporary(home: str) -> Path:
    """The one folder of a tree for temporary files, empty; its name is short, for it holds sockets."""
    folder = Path(tempfile.gettempdir(), f"report-{os.getuid()}-{zlib.crc32(home.encode()):08x}")
    if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid():
        shutil.rmtree(folder, ignore_errors=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.getuid():
        raise ReportError(
            "the folder for temporary files belongs to somebody else",
            got=folder.name,
            remedy="remove it, or set TMPDIR to a folder of your own",
        )
    return folder


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1:]))
    except ReportError as error:
        say(f"{error}\n", err=True, red="error:")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
