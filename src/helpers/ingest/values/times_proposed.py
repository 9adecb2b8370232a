"""Formats that times may have which nobody reads as they stand: made of one of them, and proposed if they read the column."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from helpers.config.base import ConfigError
from helpers.config.times import check_format
from helpers.ingest.values import times_shapes as shapes
from helpers.ingest.values import times_sql
from helpers.ingest.values.times import Times, parse
from helpers.ingest.values.times_digits import LIKELY

if TYPE_CHECKING:
    from helpers.ingest.values.times_column import TimeColumn

SEEN: Final = 200
"""Different times that a format is tried on before it is tried on all."""
NEARLY: Final = 0.95
"""A format that is proposed reads at least so many of all times."""
MOST: Final = 6
"""So many formats are tried on all times."""

DAYS: Final = ("d m Y", "m d Y", "Y m d", "d m y", "m d y", "y m d", "Ymd", "dmY", "mdY", "ymd", "dmy", "mdy")
NAMED: Final = ("d Y", "d y", "Y d")
"""The same beside the name of a month."""
CLOCKS: Final = ("H M S f", "H M S", "H M", "HMS", "HM", "H", "")
_WIDTHS: Final = {"Y": (4, 4), "y": (2, 2), "f": (1, 9)}
_WORDS: Final = {
    "b": f"(?<![a-z]){shapes.MONTH}(?![a-z])",
    "a": f"(?<![a-z]){shapes.WEEKDAY}(?![a-z])",
    "p": "[ap](?:[.] ?)?m[.]?(?![a-z])",
}
_ZONES: Final = {"z": "(?<=[0-9 ])(?:z|[+-][0-9]{2}:?[0-9]{2})(?=$| [0-9]{4}$)", "Z": "(?<=[0-9 ])(?:utc|gmt)$"}

_UNITS: Final = {
    **dict.fromkeys("年년", "Yy"), **dict.fromkeys("月월", "m"), **dict.fromkeys("日일", "d"),
    **dict.fromkeys(("h", "hrs", "uhr", *"時时点시"), "HI"), **dict.fromkeys(("m", "min", *"分분"), "M"),
    **dict.fromkeys(("s", "sec", *"秒초"), "S"),
}  # fmt: skip
"""Words behind a number, each with the codes of what it counts."""
_SIGNS: Final = "".join(word for word in _UNITS if not word.isascii())
BETWEEN: Final = ("t", "at", "on", "um", "den", "kl", "om", "à", "ore", "alle")
"""Words that mean nothing by themselves; any other one, as a time zone or an era, would be promised away."""


@dataclass(frozen=True)
class Format:
    """A format, and how many times of the column it leaves unread."""

    written: str
    unread: int


def formats_of(text: str) -> dict[str, tuple[bool, bool]]:
    """Formats by which a text is a time; of each, whether the signs in its date are equal, and whether it stands first.

    >>> list(formats_of("17.03.2026 10.11")), list(formats_of("02/03/2026 15h24"))
    (['%d.%m.%Y %H.%M'], ['%d/%m/%Y %Hh%M', '%m/%d/%Y %Hh%M'])
    >>> list(formats_of("Sat Mar 14 06:48:40 +0100 2026")), list(formats_of("14.03.2026 06:48:40,123"))
    (['%a %b %d %H:%M:%S %z %Y'], ['%d.%m.%Y %H:%M:%S,%f'])
    >>> formats_of("2 marzo 2026 10h24"), formats_of("soon")
    ({}, {})
    """
    text = re.sub(shapes.BLANKS, " ", text.replace("\0", "")).strip(" ")
    return _formats(text, _WORDS) | _formats(text, _WORDS | _ZONES)  # for -2026 may be a year, and -0500 an offset


def _formats(text: str, words: dict[str, str]) -> dict[str, tuple[bool, bool]]:
    """:func:`formats_of` a text whose words are these codes."""
    codes_of = "|".join(f"(?P<{code}>{shape})" for code, shape in words.items())
    gaps, numbers = _parted(re.sub(codes_of, lambda word: f"\0{word.lastgroup}", text, flags=re.IGNORECASE))
    month = next((i for i, gap in enumerate(gaps) if "\0b" in gap), None)
    hour = "I" if any("\0p" in gap for gap in gaps) else "H"
    found: dict[str, tuple[bool, bool]] = {}
    for days, clock in product(DAYS if month is None else NAMED, CLOCKS):
        for codes, first in _orders(days.split(), clock.replace("H", hour).split(), month is not None):
            if len(codes) != len(numbers) or not all(map(_fits, codes, numbers)):
                continue
            within = gaps[first + 1 : first + len(days.split())]
            alike = len(set(within)) < 2 or all(gap.strip() in _UNITS for gap in within)
            if month is None and any(re.search("[^\\W\\d_]{3}", gap) for gap in within):
                continue  # the word is a month of another language
            if (month is None and first and not alike) or (
                month is not None and codes.index("d") not in (month, month - 1)
            ):
                continue  # the day would stand apart from its month
            if clock == "H" and not re.match(" ?(?:h|uhr|[時时点시]|\0p)", gaps[codes.index(hour) + 1], re.IGNORECASE):
                continue  # a lone number is no hour
            if "f" in codes and gaps[codes.index("f")].strip() not in (".", ",", ":"):
                continue  # behind a sign stands an offset, and no fraction
            if not all(map(_means_nothing, gaps, ["", *(code[-1] for code in codes)])):
                continue
            coded = ["".join(f"%{code}" for code in each) for each in codes] + [""]
            written = "".join(
                gap.replace("%", "%%").replace("\0", "%") + code for gap, code in zip(gaps, coded, strict=True)
            )
            if _is_format(written) and _likely(text, Times(format=written)):
                found[written] = alike, first == 0
    return found


def _means_nothing(gap: str, before: str) -> bool:
    """Whether what stands between two numbers can be left out: of its words the first may name the code before it.

    >>> [_means_nothing(*each) for each in [("年", "Y"), ("月", "Y"), ("T", "d"), (" EST", "S"), ("令和", "")]]
    [True, False, True, False, False]
    """
    words = re.findall(rf"\0.|[{_SIGNS}]|[^\W\d_{_SIGNS}]+", gap.lower())
    return all(
        word[0] == "\0" or word in BETWEEN or (not i and bool(before) and before in _UNITS.get(word, ""))
        for i, word in enumerate(words)
    )


def _likely(text: str, times: Times) -> bool:
    """Whether a text is a time that an experiment may have, for any four digits are a year, or hour and minute."""
    moment = parse(text, times)
    return moment is not None and LIKELY[0] <= moment < LIKELY[1]


def _parted(text: str) -> tuple[list[str], list[str]]:
    """What stands around numbers, and the numbers."""
    pieces = re.split("([0-9]+)", text)
    return pieces[::2], pieces[1::2]


def proposed(column: "TimeColumn", examples: Sequence[str], times: Times) -> list[Format]:
    """Formats that read nearly all times of a column, none of which reads what another one does; the examples are unread."""
    if column.kind.startswith(("TIMESTAMP", "DATE", "BOOLEAN")):
        return []
    likely = {written: how for text in examples for written, how in formats_of(text).items() if written != times.format}
    if not likely:
        return []
    text = times_sql.written(column.raw, column.kind)
    filled = f"from {{table}} where trim({text}) <> ''"
    some = [row[0] for row in column.rows(f"select distinct {text} {filled} limit {SEEN}")]
    ways = [Times(format=each, zone=times.zone) for each in likely]
    reads = {each: sum(_likely(t, each) for t in some) for each in ways}
    apart = sorted(
        (each for each in ways if reads[each] >= max(reads.values())),
        key=lambda each: (reads[each], likely[each.format]),
        reverse=True,
    )[:MOST]
    if not apart:
        return []
    made = ", ".join(f"{times_sql.moment(column.raw, column.kind, each)} as m{i}" for i, each in enumerate(apart))
    same = [f"bool_and(m{i} is not distinct from m{j})" for i in range(len(apart)) for j in range(i)]
    total, *told = column.rows(
        f"select count(*), {', '.join([*(f'count(*) - count(m{i})' for i in range(len(apart))), *same])} from (select {made} {filled})"
    )[0]
    alike = dict(zip([(i, j) for i in range(len(apart)) for j in range(i)], told[len(apart) :], strict=True))
    kept: list[int] = []
    for i in range(len(apart)):
        if told[i] <= (1 - NEARLY) * total and not any(alike[i, j] for j in kept):
            kept.append(i)
    best = max((likely[apart[i].format] for i in kept), default=None)
    return [Format(apart[i].format, told[i]) for i in kept if likely[apart[i].format] == best]


def _orders(days: list[str], clock: list[str], named: bool) -> Iterator[tuple[list[str], int]]:
    """Codes of the numbers of a time, in the order in which they may stand, and where those of the date begin."""
    yield days + clock, 0
    if clock:
        yield clock + days, len(clock)
        if named and days == ["d", "Y"]:
            yield [days[0], *clock, *days[1:]], 0


def _fits(codes: str, number: str) -> bool:
    least, most = (
        _WIDTHS.get(codes, (1, 2)) if len(codes) == 1 else 2 * (sum(4 if code == "Y" else 2 for code in codes),)
    )
    return least <= len(number) <= most


def _is_format(written: str) -> bool:
    try:
        check_format(written)
    except ConfigError:
        return False
    return True
