"""What each step was made from when it last ran, and so which steps are out of date and why.

The record is ``data/built.json`` of a tree: of each step the digests of its inputs, taken before it ran, and of its
outputs, taken after. A step is out of date when an output is missing or another than it made, when a file stands in a
folder of its own that it did not make, when an input has another content, is new or is gone, or when nothing is known of
it. Times decide nothing.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.pipeline import scanned
from helpers.pipeline.content import SCANNER, Contents, below, label
from helpers.pipeline.dependencies import EVERYTHING, Code, Facts
from helpers.pipeline.faults import is_left_out
from helpers.pipeline.files import discard, write_text
from helpers.pipeline.graph import Place, Step

FORM = 1
"""Number of the record's form; a record of another form is not read, and all is built anew."""
TOLD = 3
"""Causes that are named; of more, only their number is told."""


@dataclass(frozen=True)
class Cause:
    """Why a step is out of date: ``what`` is a file, a module or a table, ``how`` what is wrong with it.

    >>> str(Cause("studies/rees46.yml", "changed"))
    'studies/rees46.yml changed'
    """

    what: str
    how: str

    def __str__(self) -> str:
        return f"{self.what} {self.how}".strip()


NO_RECORD = Cause("no record", "of what it was made from")


class Built:
    """The record of a tree, and the content of its files now."""

    def __init__(self, base: Path = paths.ROOT, code: Code | None = None) -> None:
        self.file = base / "data" / "built.json"
        self.base = base
        kept = _read(self.file)
        self._steps: dict[str, dict[str, dict[str, str]]] = kept.get("steps", {})
        of_project = {} if base == paths.ROOT else _read(paths.ROOT / "data" / "built.json").get("files", {})
        self.contents = Contents(kept.get("files"), base, of_project)
        self.code = code or Code(self.contents.facts)

    def inputs(self, step: Step) -> dict[str, str]:
        """Digest of every input of a step by the name that a reader is told."""
        found: dict[str, str] = {}
        count = Counter[str]()
        for file in dict.fromkeys(file for place in step.inputs for file in self._files(place)):
            name = label(file, self.base)
            count[name] += 1  # files outside the tree are told by their bare names, which several may share
            self._add(found, name if count[name] == 1 else f"{name} ({count[name]})", file)
        source = self._source(step)
        modules = self.code.closure((*step.imports, *source.imports))
        for module in modules:
            self._add(found, f"module {module}", self.code.files[module])
        if step.queries:
            self._add_queries(found, step, source, modules)
        found |= {f"texts in {label(file, self.base)}": self.contents.facts(file).words for file in step.words}
        for name, table in step.tables.items():
            asked = table.fingerprint
            kept_as = f"{name} {table.asked}"
            found[name] = self.contents.value(kept_as, table.file, asked) if table.file else asked()
        return found

    def causes(self, step: Step, now: dict[str, str] | None = None) -> list[Cause]:
        """Why a step is out of date; empty when it is not. ``now`` are its inputs where they are known already."""
        kept = self._steps.get(step.key)
        if step.fault and step.fault.is_file():
            return [
                Cause("a quick run", "left it out")
                if is_left_out(step.fault)
                else Cause("it stopped", "when it last ran")
            ]
        missing = [label(f, self.base) for f in step.targets if self.contents.digest(f) is None]
        if missing:
            return [Cause("output missing:", name) for name in missing]
        if kept is None:
            return [NO_RECORD]
        changed = self.moved(step, now)
        made = self.outputs(step)
        changed += [Cause("output missing:", name) for name in sorted(kept["outputs"].keys() - made.keys())]
        other = [name for name, value in made.items() if kept["outputs"].get(name, value) != value]
        changed += [Cause(f"its output {name}", "was changed") for name in sorted(other)]
        folders = tuple(f"{label(folder, self.base)}{os.sep}" for folder in step.folders)
        added = [name for name in made.keys() - kept["outputs"].keys() if name.startswith(folders)]
        return changed + [Cause(f"its output {name}", "is new") for name in sorted(added)]

    def moved(self, step: Step, now: dict[str, str] | None = None) -> list[Cause]:
        """Inputs of a step that are no longer those it last ran on, whatever became of its outputs."""
        kept = self._steps.get(step.key)
        if kept is None:
            return [NO_RECORD]
        before, now = kept["inputs"], self.inputs(step) if now is None else now
        changed = [Cause(name, "changed") for name in sorted(before.keys() & now.keys()) if before[name] != now[name]]
        changed += [Cause(name, "is new") for name in sorted(now.keys() - before.keys())]
        return changed + [Cause(name, "is gone") for name in sorted(before.keys() - now.keys())]

    def outputs(self, step: Step) -> dict[str, str]:
        """Digest of every output that is there."""
        found: dict[str, str] = {}
        for place in step.outputs:
            for file in self._files(place):
                self._add(found, label(file, self.base), file)
        return found

    def done(self, step: Step, inputs: dict[str, str]) -> None:
        """Record that a step has run on ``inputs``."""
        self.contents.forget()
        self._steps[step.key] = {"inputs": inputs, "outputs": self.outputs(step)}
        self.save()

    def forget(self, step: Step) -> None:
        """Remove what a step has made, and its record; logs that it adds to stay."""
        for place in step.outputs:
            if isinstance(place, Path):
                discard(place) if place.is_dir() else place.unlink(missing_ok=True)
        self._steps.pop(step.key, None)
        self.contents.forget()
        self.save()

    def save(self) -> None:
        """Write the record aside, then rename it."""
        kept = {"form": FORM, "scanner": SCANNER, "steps": self._steps, "files": self.contents.to_keep()}
        write_text(self.file, json.dumps(kept, sort_keys=True, separators=(",", ":")) + "\n")
        self.contents.changed = False
        scanned.of_project(SCANNER).save()

    def _files(self, place: Place) -> Iterator[Path]:
        if isinstance(place, Step):
            for output in place.outputs:
                yield from self._files(output)
        elif isinstance(place, Path):
            yield from below(place) if place.is_dir() else [place]
        else:
            yield from place()

    def _add(self, found: dict[str, str], name: str, file: Path) -> None:
        value = self.contents.digest(file)
        if value is not None:
            found[name] = value

    def _source(self, step: Step) -> Facts:
        return self.contents.facts(step.source) if step.source and step.source.is_file() else Facts()

    def _add_queries(self, found: dict[str, str], step: Step, source: Facts, modules: tuple[str, ...]) -> None:
        asked = self.code.queries(source, modules)
        for file in sorted(paths.QUERIES.glob("*.sql")):
            if EVERYTHING in asked or file.stem in asked:
                self._add(found, label(file, self.base), file)


def told(causes: list[Cause]) -> str:
    """The causes in one line.

    >>> told([Cause(name, "changed") for name in "abcde"])
    'a changed, b changed, c changed and 2 more'
    """
    rest = f" and {len(causes) - TOLD} more" if len(causes) > TOLD else ""
    return ", ".join(map(str, causes[:TOLD])) + rest


def _read(file: Path) -> dict[str, Any]:
    """The record, or nothing where it is not there, not whole, or of another form; facts only from today's scanner."""
    try:
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if kept["form"] != FORM or not _well_formed(kept):
            return {}
        if kept["scanner"] != SCANNER:
            kept["files"] = {name: [*entry[:2], None] for name, entry in kept["files"].items()}
        return kept
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _well_formed(kept: dict[str, Any]) -> bool:
    """Whether steps and files are kept as :meth:`Built.save` writes them."""
    digests = [step[kind].values() for step in kept["steps"].values() for kind in ("inputs", "outputs")]
    entries = kept["files"].values()
    return all(isinstance(value, str) for values in digests for value in values) and all(
        isinstance(entry, list) and len(entry) == 3 and isinstance(entry[0], list) and isinstance(entry[1], str)
        for entry in entries
    )
