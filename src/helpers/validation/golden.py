"""R's figures, recomputed section by section: does this package say what R says, to the digits R prints?

A file is written by ``golden.R``: random inputs and, beside them, what R makes of them. Every figure in it is
recomputed and compared; what cannot be recomputed, is missing or is not known counts as a failure, so that PASS
means that nothing was left out.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import ReportError
from helpers.validation.r_reference import SECTIONS, Precision, Section

REFERENCE_DIR = "REFERENCE_DIR"
FILE = "golden_r.json"


@dataclass(frozen=True)
class Checked:
    """What became of one section.

    Attributes:
        figures: how many were compared.
        worst: largest relative error, and ``where`` it stands.
        failures: everything wrong, a line each; empty for a pass.
    """

    name: str
    figures: int
    worst: float
    where: str
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.failures

    @property
    def line(self) -> str:
        """One row of the report."""
        verdict = "PASS" if self.passed else "FAIL"
        return f"  {verdict}  {self.name:<16} {self.figures:>6}   {self.worst:>8.1e}   {self.where}".rstrip()


@dataclass(frozen=True)
class GoldenReport:
    """What became of a file."""

    file: str
    sections: tuple[Checked, ...]

    @property
    def passed(self) -> bool:
        return all(section.passed for section in self.sections)

    @property
    def text(self) -> str:
        """The table, then every failure, then the verdict."""
        lines = [f"{self.file}: R's figures recomputed", ""]
        lines.append(f"        {'section':<16} {'figures':>7}   {'largest':>8}   relative error, at")
        lines += [section.line for section in self.sections]
        failed = [section for section in self.sections if not section.passed]
        for section in failed:
            lines += ["", f"{section.name}:", *(f"  {failure}" for failure in shortened(section.failures))]
        figures = sum(section.figures for section in self.sections)
        verdict = (
            f"FAIL: {len(failed)} of {len(self.sections)} sections: {', '.join(s.name for s in failed)}"
            if failed
            else f"PASS: {figures:,} figures in {len(self.sections)} sections"
        )
        return "\n".join([*lines, "", verdict])


def default_path() -> Path:
    """The file in ``$REFERENCE_DIR``, or in ``../shared/reference`` beside the project."""
    return Path(os.environ.get(REFERENCE_DIR) or paths.ROOT.parent / "shared" / "reference") / FILE


def check(file: str | Path | None = None) -> GoldenReport:
    """Recompute every figure of a file.

    Raises:
        ReportError: where there is no such file, or it holds something else.
    """
    path = Path(file) if file else default_path()
    content = read(path)
    names = [*SECTIONS, *(name for name in content if name not in SECTIONS)]
    return GoldenReport(path.name, tuple(checked(name, content.get(name), SECTIONS.get(name)) for name in names))


def read(path: Path) -> dict[str, Any]:
    """The sections of a file."""
    if not path.is_file():
        raise ReportError(
            "there is no file of R's figures",
            got=paths.shown(path),
            expected="what golden.R writes",
            remedy=f"name the file, or set {REFERENCE_DIR} to the folder of {FILE}",
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ReportError(
            f"{path.name} is no JSON", got=str(error), cause="a file cut short", remedy="write it again with golden.R"
        ) from None
    if not isinstance(content, dict) or not content:
        raise ReportError(
            f"{path.name} holds no sections",
            got=f"{type(content).__name__} of {len(content) if isinstance(content, list | dict) else 1}",
            expected=f"an object with {', '.join(SECTIONS)}",
            remedy="write it again with golden.R",
        )
    return content


def checked(name: str, content: Any, section: Section | None) -> Checked:
    """Compare one section, entry by entry."""
    if section is None:
        return Checked(name, 0, math.inf, "", ("nothing here recomputes this section",))
    if not content:
        return Checked(name, 0, math.inf, "", ("the section is missing or empty",))
    entries = content if isinstance(content, list) else [content]
    figures, worst, where, failures = 0, 0.0, "", []
    for i, entry in enumerate(entries):
        place = f"[{i}]." if isinstance(content, list) else ""
        for found in compared(entry, section):
            failures += [f"{place}{found.failure}"] if found.failure else []
            figures += found.figure
            if found.error > worst or not where:
                worst, where = found.error, f"{place}{found.name}"
    return Checked(name, figures, worst, where, tuple(failures))


@dataclass(frozen=True)
class ComparedFigure:
    """One figure, or one thing wrong with an entry."""

    name: str
    error: float
    failure: str = ""
    figure: bool = True


def compared(entry: Any, section: Section) -> Iterator[ComparedFigure]:
    """Every figure of an entry against its recomputation."""
    if not isinstance(entry, dict) or not entry:
        yield wrong("entry", f"no object with figures: {entry!r:.60}")
        return
    stated = dict(flat(entry))
    try:
        found = dict(flat(section.recompute(entry)))
    except KeyError as error:
        yield wrong(str(error.args[0]), "missing, so nothing can be recomputed")
        return
    except (ReportError, ValueError, TypeError, ArithmeticError, AttributeError, LookupError) as error:
        yield wrong("entry", f"could not be recomputed: {type(error).__name__}: {' '.join(str(error).split())}")
        return
    for name in sorted(found.keys() - stated.keys()):
        yield wrong(name, "missing from the file")
    unknown = {base(name) for name in stated if name not in found and base(name) not in section.given}
    for name in sorted(unknown):
        yield wrong(name, "nothing here recomputes this field")
    for name in found:
        if name in stated:
            precision = section.precision.get(base(name), Precision())
            yield one(name, found[name], stated[name], precision)


def one(name: str, found: Any, stated: Any, precision: Precision) -> ComparedFigure:
    """One figure against its recomputation; words must be equal."""
    if isinstance(found, str):
        return (
            ComparedFigure(name, 0.0)
            if found == stated
            else wrong(name, f"{stated!r} in the file, recomputed {found!r}")
        )
    try:
        expected = number(stated)
    except (TypeError, ValueError):
        return wrong(name, f"{stated!r:.60} is no number")
    error = precision.error(float(found), expected)
    if error <= precision.relative:
        return ComparedFigure(name, error)
    return ComparedFigure(
        name, error, f"{name}: {expected!r} in the file, recomputed {float(found)!r}, error {error:.1e}"
    )


def wrong(name: str, what: str) -> ComparedFigure:
    """Something other than a figure that differs."""
    return ComparedFigure(name, math.inf, f"{name}: {what}", figure=False)


def number(value: Any) -> float:
    """A JSON value as a float: jsonlite writes what is not finite as a word or as null.

    >>> number("-Inf"), number(None), number(2)
    (-inf, nan, 2.0)
    """
    if isinstance(value, bool):
        raise TypeError(value)
    return math.nan if value is None or value in ("NA", "NaN") else float(value)


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of nested objects and lists, by path; a list of one is its only element, as R writes it.

    >>> dict(flat({"a": {"b": [1, 2]}, "c": [3]}))
    {'a.b[0]': 1, 'a.b[1]': 2, 'c': 3}
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flat(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list | tuple):
        single = len(value) == 1 and not isinstance(value[0], Mapping)
        for i, inner in enumerate(value):
            yield from flat(inner, name if single else f"{name}[{i}]")
    else:
        yield name, value


def base(name: str) -> str:
    """A path without its list indices.

    >>> base("km[3].surv")
    'km.surv'
    """
    return re.sub(r"\[\d+\]", "", name)


def shortened(lines: tuple[str, ...], most: int = 8) -> list[str]:
    """The first few of many lines, and how many more there are.

    >>> shortened(("a", "b", "c"), 2)
    ['a', 'b', 'and 1 more']
    """
    more = [f"and {len(lines) - most} more"] if len(lines) > most else []
    return [*lines[:most], *more]
