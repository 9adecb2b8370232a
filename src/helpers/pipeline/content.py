"""What is in a file, told by a digest; a file is read again only when its signature has changed.

The signature is size, time of change, time of the inode's change and the inode itself. A file that was replaced by one
of the same size and time has another inode, one that was written over in place has another time of its inode: both are
read again, and the digest decides. A file that was only touched keeps its digest and gets its new signature.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.pipeline import dependencies, scanned
from helpers.pipeline.dependencies import Facts

BIG = 256_000_000
"""Bytes from which on the reading of a file is shown; it takes a second or so for each further gigabyte."""
BLOCK = 1 << 20
TICK = 100_000_000
"""Nanoseconds in which two writes may get the same time: so young a signature is not trusted by the next run."""

NEVER_KEPT = "view "
"""Begins a value that must be found anew at each run."""


def signature(file: Path) -> tuple[int, int, int, int] | None:
    """Size, times and inode of a file; None where no file stands."""
    try:
        stat = os.stat(file)  # noqa: PTH116 - half the time of Path.stat over a thousand files
    except (FileNotFoundError, NotADirectoryError):
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def digest(file: Path) -> str:
    """Sixteen bytes of BLAKE2b over the content, in hexadecimal digits."""
    found = hashlib.blake2b(digest_size=16)
    with file.open("rb") as stream:
        while block := stream.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def below(folder: Path) -> Iterator[Path]:
    """Every file in a folder and in the folders within, but hidden ones; in order of their names."""
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(base, name) for name in sorted(files) if not name.startswith("."))


SCANNER = digest(Path(dependencies.__file__))
"""The scanner as it is at work here; what another one found in the code is not read."""


def label(file: Path, base: Path = paths.ROOT) -> str:
    """A file as a reader is told of it: relative to its tree, else by its name alone, which names no folder of a machine.

    >>> label(paths.STUDIES / "rees46.yml"), label(Path("/somewhere/log.csv"))
    ('studies/rees46.yml', 'log.csv')
    """
    text = str(file)
    for root in (base, paths.ROOT):
        if text.startswith(f"{root}{os.sep}"):
            return text[len(str(root)) + 1 :]
    return file.name


class Contents:
    """Digests and facts of files, with those of earlier runs in ``kept``; :meth:`to_keep` is what the next run needs.

    ``of_project`` is what the project's own record has kept: its modules are read by a run in another tree as well.

    Attributes:
        read: files that were read, because nothing was known of them or their signature had changed.
        changed: there is something to keep.
    """

    def __init__(
        self, kept: dict[str, Any] | None = None, base: Path = paths.ROOT, of_project: dict[str, Any] | None = None
    ) -> None:
        self._kept: dict[str, list[Any]] = dict(kept or {})
        self._of_project: dict[str, list[Any]] = dict(of_project or {})
        self._base = base
        self._seen: dict[Path, list[Any] | None] = {}
        self.read: list[Path] = []
        self.changed = False

    def digest(self, file: Path) -> str | None:
        """The digest of a file's content; None where no file stands."""
        entry = self._entry(file)
        return None if entry is None else str(entry[1])

    def facts(self, file: Path) -> Facts:
        """What a module or a notebook says of others, see :mod:`helpers.pipeline.dependencies`."""
        entry = self._entry(file)
        if entry is None:
            raise FileNotFoundError(file)
        known = entry[2]
        if isinstance(known, Facts):
            return known
        found = scanned.read(known)
        self.changed |= found is None
        entry[2] = found = found or _read(file, entry[1])
        return found

    def value(self, name: str, file: Path, compute: Callable[[], str]) -> str:
        """What ``compute`` finds in a file, a database for instance; found again when the file's signature has changed.

        A value that begins with :data:`NEVER_KEPT` is found each time: the file does not tell whether it has changed.
        """
        beside = file.with_name(f"{file.name}.wal")
        found = [*(signature(file) or ()), *(signature(beside) or ())]
        key = f"{self._key(file)} {name}"
        kept = self._kept.get(key)
        if not kept or kept[0] != found or str(kept[1]).startswith(NEVER_KEPT):
            self.read.append(file)
            self.changed = True
            kept = self._kept[key] = [found, compute(), None]
        return str(kept[1])

    def forget(self) -> None:
        """Look at every file again: a step has run."""
        self._seen.clear()

    def to_keep(self) -> dict[str, Any]:
        """Signature, digest and facts by file, as JSON."""
        return {
            name: [entry[0], entry[1], vars(entry[2]) if isinstance(entry[2], Facts) else entry[2]]
            for name, entry in self._kept.items()
        }

    def _entry(self, file: Path) -> list[Any] | None:
        if file not in self._seen:
            self._seen[file] = self._looked_at(file)
        return self._seen[file]

    def _looked_at(self, file: Path) -> list[Any] | None:
        found = signature(file)
        name = self._key(file)
        if found is None:
            self._kept.pop(name, None)
            return None
        kept = self._kept.get(name)
        if kept and kept[0] == list(found):
            return kept
        known = self._of_project.get(label(file, paths.ROOT))
        if known and known[0] == list(found) and file.is_relative_to(paths.ROOT):
            self._kept[name], self.changed = known, True
            return known
        young = time.time_ns() - found[2] < TICK
        self.read.append(file)
        self.changed = True
        now = _shown(file, found[0]) if found[0] >= BIG else digest(file)
        facts = kept[2] if kept and kept[1] == now else None
        self._kept[name] = [[] if young else list(found), now, facts]
        return self._kept[name]

    def _key(self, file: Path) -> str:
        """The name under which a file is kept; of one outside the tree a digest of its path, which names no folder."""
        if file.is_relative_to(self._base):
            return label(file, self._base)
        return hashlib.blake2b(os.fsencode(file), digest_size=16).hexdigest()


@cache
def _read(file: Path, content: str) -> Facts:
    """The facts of a file of this content; a process may know several trees."""
    return scanned.of_project(SCANNER).facts(file, content)


def _shown(file: Path, size: int) -> str:
    from helpers.pipeline.progress import step

    with step("content", file.name[:22]) as running:
        running.expect(round(size / 1e6), "MB")
        return digest(file)
