"""Numbers: recorded once in a notebook under a stable name, formatted in one place, filled into every text."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from helpers.errors import ReportError
from helpers.formatting import Unit, Value, apart, formatted
from helpers.paths import StudyPaths, to_build
from helpers.pipeline.files import write_json


@dataclass(frozen=True)
class Number:
    """One recorded value. Money is in hundredths of its currency, shares and relative changes are fractions, points are differences of
    shares; ``None`` means that it cannot be had, and ``description`` says why.

    Attributes:
        reason: why it cannot be had, where that stands apart from what it means.
        names: what a text lists, one by one, for whoever must not take a sentence apart.
    """

    value: Value
    unit: Unit
    description: str
    text: str
    reason: str = ""
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Self:
        """A number as a file holds it."""
        return cls(**{**fields, "names": tuple(fields.get("names", ()))})

    def fields(self) -> dict[str, Any]:
        """What a file holds of it: reason and names only where there are any."""
        return {name: value for name, value in asdict(self).items() if value or name not in ("reason", "names")}


class Recorder:
    """Collects a notebook's numbers; :meth:`save` writes them aside and renames, so that none is ever half there."""

    def __init__(self, where: StudyPaths, notebook: str, currency: str) -> None:
        self._file = where.results / f"{notebook}.json"
        self._currency = currency
        self._numbers: dict[str, Number] = {}

    def record(
        self, name: str, value: Value, unit: Unit, description: str, *, reason: str = "", names: Iterable[str] = (),
        bar: float | None = None,
    ) -> str:  # fmt: skip
        """Keep a number under a dotted name and return its text. A name is given once; NaN must be told as None.

        Beside a ``bar`` its text has as many digits as show on which side it lies.

        A ``reason`` why there is no value is added to the description where there is none; see :class:`Number`.
        """
        if name in self._numbers:
            raise ValueError(f"the number {name!r} is recorded twice in {self._file.stem}")
        value = getattr(value, "item", lambda: value)()
        if isinstance(value, float) and math.isnan(value):
            raise ValueError(f"{name!r} is NaN; record None and say why in the description")
        if isinstance(value, float):
            value += 0.0  # a zero has no sign
        text = formatted(value, unit, self._currency)
        if bar is not None and isinstance(value, float):
            text = apart(value, bar, unit, self._currency)
        if isinstance(value, float) and math.isinf(value):
            value = None
        reason = reason if value is None else ""
        told = f"{description}: {reason}" if reason else description
        self._numbers[name] = Number(value, unit, told, text, reason, tuple(names))
        return text

    @property
    def numbers(self) -> "Numbers":
        """Those kept so far."""
        return Numbers(dict(self._numbers))

    def save(self) -> dict[str, Number]:
        """Write the numbers and return them, in the order of their names."""
        numbers = dict(sorted(self._numbers.items()))
        write_json(self._file, {name: number.fields() for name, number in numbers.items()})
        return numbers


class Numbers(Mapping[str, Number]):
    """Every number of a study's report."""

    def __init__(self, numbers: dict[str, Number]) -> None:
        self._numbers = numbers

    @classmethod
    def load(cls, file: Path) -> Self:
        content = json.loads(file.read_text(encoding="utf-8"))
        return cls({name: Number.of(fields) for name, fields in content["numbers"].items()})

    @classmethod
    def of(cls, where: StudyPaths, *notebooks: str) -> Self:
        """Numbers of notebooks that have run already; of all of them when none is named."""
        files = [where.results / f"{n}.json" for n in notebooks] or sorted(where.results.glob("[0-9]*.json"))
        merged: dict[str, Number] = {}
        for file in files:
            if not file.is_file():
                raise ReportError(
                    f"the results of {file.stem} are not there",
                    remedy=f"run: {to_build(where.name)}",
                )
            content = json.loads(file.read_text(encoding="utf-8"))
            twice = merged.keys() & content.keys()
            if twice:
                raise ValueError(f"numbers recorded by two notebooks: {', '.join(sorted(twice))}")
            merged |= {name: Number.of(fields) for name, fields in content.items()}
        return cls(merged)

    def __getitem__(self, name: str) -> Number:
        try:
            return self._numbers[name]
        except KeyError:
            import difflib

            near = difflib.get_close_matches(name, self._numbers, n=3)
            raise KeyError(f"no number {name!r}; nearest: {', '.join(near) or 'none'}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._numbers  # that of a mapping would look for the nearest names of each one that is not there

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

    def save(self, file: Path, study: str, currency: str = "EUR") -> None:
        """``results.json``: in what money is kept, and every number with its unit, text and meaning, by their names."""
        numbers = {name: self[name].fields() for name in sorted(self)}
        write_json(file, {"study": study, "money": f"hundredths of {currency}", "numbers": numbers})
