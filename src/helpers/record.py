"""Numbers: recorded once in a notebook under a stable name, formatted in one place, filled into every text."""

import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

from helpers.errors import ReportError
from helpers.paths import StudyPaths

Unit = Literal[
    "share",
    "points",
    "relative",
    "money",
    "price",
    "count",
    "signed",
    "number",
    "p",
    "seconds",
    "days",
    "weeks",
    "text",
    "flag",
]
Value = float | int | str | bool | None


@dataclass(frozen=True)
class Number:
    """One recorded value. Money is in cents, shares and relative changes are fractions, points are differences of
    shares; ``None`` means that it cannot be had, and ``description`` says why."""

    value: Value
    unit: Unit
    description: str
    text: str


def plural(event: str) -> str:
    """Many of an event, in prose.

    >>> plural("purchase"), plural("back_after_a_week")
    ('purchases', 'units at back_after_a_week')
    """
    return f"{event}s" if event.isalpha() else f"units at {event}"


def formatted(value: Value, unit: Unit, currency: str = "EUR") -> str:
    """The one place where a number becomes text.

    >>> formatted(0.4123, "share"), formatted(0.079, "relative"), formatted(-0.0032, "points")
    ('41.23 %', '+7.9 %', '-0.32 points')
    >>> formatted(0.2, "share"), formatted(3e-6, "share")
    ('20 %', '< 0.01 %')
    >>> formatted(123456789, "money"), formatted(4711, "price"), formatted(3.2e-11, "p")
    ('EUR 1,234,568', 'EUR 47.11', '< 0.0001')
    >>> formatted(None, "share")
    'not available'
    """
    if value is None:
        return "not available"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if math.isinf(value):
        return "unbounded"
    text = _number(float(value), unit, currency)
    return text if any(digit in text for digit in "123456789") else text.replace("-", "+" if unit in SIGNED else "")


def unsigned(size: Value, unit: Unit) -> str:
    """A size, which has no direction: a margin, an error, half of an interval.

    >>> unsigned(0.0032, "points")
    '0.32 points'
    """
    return formatted(size, unit).lstrip("+")


SIGNED = ("relative", "points", "signed")
"""Units whose texts always carry a sign."""


def _number(value: float, unit: Unit, currency: str) -> str:
    minus = "-" if value < 0 else ""
    size = abs(value)
    match unit:
        case "share":
            if 0 < value < 0.00005:
                return "< 0.01 %"
            whole = abs(value * 100 - round(value * 100)) < 1e-9
            return f"{value * 100:.0f} %" if whole else f"{value * 100:.2f} %"
        case "relative":
            return f"{value * 100:+.1f} %"
        case "points":
            return f"{value * 100:+.2f} points"
        case "money":
            return f"{minus}{currency} {size / 100:,.0f}"
        case "price":
            return f"{minus}{currency} {size / 100:,.2f}"
        case "p":
            return "< 0.0001" if value < 0.0001 else f"{value:.4f}" if value < 0.9999 else "> 0.999"
        case "count":
            return f"{value:,.0f}"
        case "signed":
            return f"{value:+,.0f}"
        case "seconds":
            return f"{value:,.0f} s"
        case "days":
            return f"{value:,.1f} days"
        case "weeks":
            return f"{value:,.0f} {'week' if round(value) == 1 else 'weeks'}"
        case _:
            return f"{value:,.4g}" if size < 1000 else f"{value:,.0f}"


class Recorder:
    """Collects a notebook's numbers; :meth:`save` writes them aside and renames, so that none is ever half there."""

    def __init__(self, where: StudyPaths, notebook: str, currency: str) -> None:
        self._file = where.results / f"{notebook}.json"
        self._currency = currency
        self._numbers: dict[str, Number] = {}

    def record(self, name: str, value: Value, unit: Unit, description: str) -> str:
        """Keep a number under a dotted name and return its text. A name is given once; NaN must be told as None."""
        if name in self._numbers:
            raise ValueError(f"the number {name!r} is recorded twice in {self._file.stem}")
        value = getattr(value, "item", lambda: value)()
        if isinstance(value, float) and math.isnan(value):
            raise ValueError(f"{name!r} is NaN; record None and say why in the description")
        text = formatted(value, unit, self._currency)
        if isinstance(value, float) and math.isinf(value):
            value = None
        self._numbers[name] = Number(value, unit, description, text)
        return text

    def save(self) -> dict[str, Number]:
        """Write the numbers and return them, in the order of their names."""
        numbers = dict(sorted(self._numbers.items()))
        write_json(self._file, {name: asdict(number) for name, number in numbers.items()})
        return numbers


class Numbers(Mapping[str, Number]):
    """Every number of a study's report."""

    def __init__(self, numbers: dict[str, Number]) -> None:
        self._numbers = numbers

    @classmethod
    def load(cls, file: Path) -> Self:
        content = json.loads(file.read_text(encoding="utf-8"))
        return cls({name: Number(**fields) for name, fields in content["numbers"].items()})

    @classmethod
    def of(cls, where: StudyPaths, *notebooks: str) -> Self:
        """Numbers of notebooks that have run already; of all of them when none is named."""
        files = [where.results / f"{n}.json" for n in notebooks] or sorted(where.results.glob("[0-9]*.json"))
        merged: dict[str, Number] = {}
        for file in files:
            if not file.is_file():
                raise ReportError(
                    f"the results of {file.stem} are not there",
                    remedy=f"run: make study STUDY=studies/{where.name}.yml",
                )
            content = json.loads(file.read_text(encoding="utf-8"))
            twice = merged.keys() & content.keys()
            if twice:
                raise ValueError(f"numbers recorded by two notebooks: {', '.join(sorted(twice))}")
            merged |= {name: Number(**fields) for name, fields in content.items()}
        return cls(merged)

    def __getitem__(self, name: str) -> Number:
        try:
            return self._numbers[name]
        except KeyError:
            import difflib

            near = difflib.get_close_matches(name, self._numbers, n=3)
            raise KeyError(f"no number {name!r}; nearest: {', '.join(near) or 'none'}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def value(self, name: str) -> float:
        """A recorded number as a float; an error when it could not be had."""
        value = self[name].value
        if value is None or isinstance(value, str):
            raise ValueError(f"{name!r} is {self[name].text}: {self[name].description}")
        return float(value)

    def save(self, file: Path, study: str) -> None:
        """``results.json``: every number with its unit, text and meaning, in the order of the names."""
        write_json(file, {"study": study, "numbers": {name: asdict(self[name]) for name in sorted(self)}})


def write_json(file: Path, content: object) -> None:
    """Write aside, then rename."""
    write_text(file, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")


def write_text(file: Path, text: str) -> None:
    """Write aside, then rename; an unchanged file keeps its time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
