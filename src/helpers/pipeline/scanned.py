"""What the scanner found in the code, kept beside the bytecode: a first build in another folder reads no module again.

To read every module takes a second or two, before the first step begins. As bytecode, the file may go at any time, is
written where Python writes bytecode, and is none of a user's folder.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.pipeline import dependencies
from helpers.pipeline.dependencies import Facts
from helpers.pipeline.files import write_text


class Scanned:
    """The facts of files by their names, each with the digest of the content in which they were found."""

    def __init__(self, file: Path, scanner: str) -> None:
        self._file, self._scanner = file, scanner
        self._kept = _read(file, scanner)
        self._changed = False

    def facts(self, file: Path, content: str, scan: Callable[[Path], Facts] = dependencies.of_file) -> Facts:
        """The facts of a file with this digest, found in it where they are not known."""
        name = str(file.relative_to(paths.ROOT)) if file.is_relative_to(paths.ROOT) else ""
        kept = self._kept.get(name)
        if kept and kept[0] == content and (known := read(kept[1])):
            return known
        found = scan(file)
        if name:
            self._kept[name], self._changed = [content, asdict(found)], True
        return found

    def save(self) -> None:
        """Keep what was found, where bytecode is kept and can be written."""
        if not self._changed or sys.dont_write_bytecode:
            return
        self._changed = False
        known = {name: kept for name, kept in self._kept.items() if (paths.ROOT / name).is_file()}
        try:
            write_text(self._file, json.dumps({"scanner": self._scanner, "files": known}, separators=(",", ":")))
        except OSError:
            return  # it is only slower without


@cache
def of_project(scanner: str) -> Scanned:
    """Of the code that is at work here, as ``scanner``, the digest of the scanner, found it."""
    return Scanned(Path(cache_from_source(dependencies.__file__)).with_name("scanned.json"), scanner)


def read(kept: Any) -> Facts | None:
    """Facts as JSON kept them; None where it kept none, or those of another form."""
    try:
        homes = tuple((str(name), str(home)) for name, home in kept["homes"])
        lists = {name: tuple(kept[name]) for name in ("imports", "face", "queries", "earlier")}
        return Facts(homes=homes, rerandomised=bool(kept["rerandomised"]), words=str(kept["words"]), **lists)
    except (KeyError, TypeError, ValueError):
        return None


def _read(file: Path, scanner: str) -> dict[str, list[Any]]:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        files = kept["files"] if kept["scanner"] == scanner else {}
        return {name: pair for name, pair in files.items() if isinstance(pair, list) and len(pair) == 2}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
