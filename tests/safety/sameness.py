"""``make test-crash``, second part: another machine's habits change no byte.

The small study is built twice, in two folders: on two threads and two jobs, and on one thread and one job with another
hash seed, time zone, locale and columns of the terminal. Numbers and pictures must be equal byte for byte.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from tests.safety.tree import Tree, planted

HABITS = {
    "WAREHOUSE_THREADS": "1", "TZ": "Pacific/Auckland", "LC_ALL": "POSIX", "LANG": "tr_TR.UTF-8", "COLUMNS": "40",
    "HOME": "/nonexistent", "MPLBACKEND": "agg", "NO_COLOR": "1",
}  # fmt: skip


def built(folder: str, *arguments: str, **environment: str) -> tuple[Tree, dict[str, bytes]]:
    """A tree in a folder of that name, built; its numbers and pictures by name."""
    base = Path(tempfile.mkdtemp(prefix=folder)).resolve()
    tree = planted(base, Path(tempfile.mkdtemp(prefix="s-")))
    tree.make("study", *arguments, **environment)
    books = {f.name: f.read_bytes() for f in sorted((base / "reports" / "small" / "notebooks").iterdir())}
    return tree, {"results.json": tree.results(), **tree.pictures(), **books}


def main() -> int:
    """Print what differs; 1 when anything does."""
    one, first = built("one-", "-j2", WAREHOUSE_THREADS="2")
    other, second = built("another-", "-j1", "PYTHONHASHSEED=7", **HABITS)
    differing = [name for name in sorted({*first, *second}) if first.get(name) != second.get(name)]
    print(f"{len(first)} files compared, differing: {', '.join(differing) or 'none'}")
    if not differing:
        for tree in (one, other):
            shutil.rmtree(tree.base)
            shutil.rmtree(tree.scratch)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
