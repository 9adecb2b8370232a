"""What every part of a study file is made of: names, shares, moments, and a model that says what is wrong."""

import difflib
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)

D = TypeVar("D", bound=date)

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


LONGEST = 100
"""Letters of a name by which files are called."""

_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
TAKEN = {
    "assets": "figures/assets belongs to all studies",
    **dict.fromkeys(_DEVICES, "on Windows it is a device, and no folder can be called so"),
}
"""Names by which no file of a study can be called, and why."""


def check_file_name(key: str, name: str) -> None:
    """Refuse a name by which no file can be called on every machine. Raises :class:`ConfigError`."""
    if len(name) > LONGEST:
        told = (
            f"at most {LONGEST} letters: files and folders are called by it, and file systems end a name at 255 bytes"
        )
        raise ConfigError(key, f"{len(name):,} letters", told, remedy="shorten it; title may be as long as it likes")
    if name in TAKEN:
        raise ConfigError(key, name, f"another name: {TAKEN[name]}", remedy=f"for instance {name}_test")


Share = Annotated[float, Field(ge=0, le=1)]


Positive = Annotated[float, Field(gt=0)]


_DAY = r"\d{4}-\d\d-\d\d"
_WRITTEN = {"a date": re.compile(_DAY), "a moment": re.compile(rf"{_DAY}(?:[Tt ]\d\d:\d\d.*)?")}


def _calendar(value: Any, kind: str) -> Any:
    """A date is written as one: a bare number such as 20260907 would be taken for seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _WRITTEN[kind].fullmatch(value.strip())):
        return value
    raise ValueError(
        "a date such as 2026-07-27" + ("" if kind == "a date" else ", or a time such as 2026-07-27T12:00:00")
    )


def _utc(value: Any) -> Any:
    """Dates are midnight UTC; a time without a zone is UTC; the result is naive UTC."""
    value = _calendar(value, "a moment")
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value


YEARS = range(1678, 2262)
"""What a time in nanoseconds, as tables of numbers hold it, can tell."""


def _held(value: D) -> D:
    if value.year not in YEARS:
        raise ValueError(f"a year from {YEARS[0]} to {YEARS[-1]}")
    return value


def _naive(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


Moment = Annotated[datetime, BeforeValidator(_utc), AfterValidator(_held), AfterValidator(_naive)]
Day = Annotated[date, BeforeValidator(lambda value: _calendar(value, "a date")), AfterValidator(_held)]


class ConfigError(ValueError):
    """A breach that takes more than one key to see; ``key`` is relative to the model that raises it.

    A remedy is found by itself when ``valid`` lists the values that would do.
    """

    def __init__(
        self, key: str, got: object, expected: str, *, remedy: str | None = None, valid: Iterable[str] = ()
    ) -> None:
        self.key, self.got, self.expected = key, got, expected
        self.remedy = remedy or nearest(str(got), valid)
        super().__init__(f"{key}: got {got}, expected {expected}")


class Model(BaseModel):
    """Unknown keys are errors, values never change after validation; the text below a key is what it means.

    Where text is wanted a number is taken as it is written.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        coerce_numbers_to_str=True,
    )


class Named(Model):
    """A file that is opened by its name."""

    name: Name
    """The file's name; what is generated stands under it"""


def _close(word: str, valid: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(word, list(valid), n=1, cutoff=0.5)


def nearest(word: str, valid: Iterable[str]) -> str | None:
    near = _close(word, valid)
    return f"did you mean '{near[0]}'?" if near else None
