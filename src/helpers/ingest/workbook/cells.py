"""A cell of a workbook as text: what a spreadsheet shows in it, so far as no digit, no second and no day is lost.

Whole numbers have no point, others the 15 digits that a spreadsheet reckons with, so 0.1 + 0.2 is 0.3. Days and moments
are written as ISO, truth values as TRUE and FALSE. A number past 2**53, whose last digits nobody knows, is written with
an exponent or a point, so that it is told where it is to be an id.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

Cell = int | float | str | bool | time | date | datetime | timedelta

DIGITS = 15
"""Digits of a number that a spreadsheet keeps of what is typed into it."""
EXACT = 2**53
"""Whole numbers up to which all can be told apart."""
LATEST = 25 * 10**14
"""Microseconds since 1970 end with zeros where they are made of seconds; beyond this one, in 2049, they are no times."""
FEWEST = 3
"""Numbers of which it is no chance that all end with 0, if they are ids."""


@dataclass(frozen=True)
class SheetColumn:
    """What the cells of a column have in common: whether any holds something, a time of day, numbers that lost digits."""

    filled: bool = False
    timed: bool = False
    shortened: bool = False

    def text(self, cell: Cell) -> str:
        """The cell as text; '' where it is empty.

        >>> [SheetColumn().text(cell) for cell in (7.0, 19.9, 0.1 + 0.2, 1e-7, True, "007", 1.2345678901234567e19)]
        ['7', '19.9', '0.3', '0.0000001', 'TRUE', '007', '1.2345678901234567e+19']
        >>> SheetColumn().text(date(2026, 3, 1)), SheetColumn(timed=True).text(date(2026, 3, 1)), SheetColumn().text(timedelta(hours=26))
        ('2026-03-01', '2026-03-01 00:00:00', '26:00:00')
        """
        if isinstance(cell, str):
            return cell.replace("\r\n", "\n").replace("\r", "\n")
        if isinstance(cell, bool):
            return str(cell).upper()
        if isinstance(cell, int | float):
            return self._number(cell)
        if isinstance(cell, datetime):
            return cell.isoformat(" ")
        if isinstance(cell, date):
            return f"{cell} 00:00:00" if self.timed else str(cell)
        if isinstance(cell, time):
            return cell.isoformat()
        seconds, parts = divmod(abs(cell), timedelta(seconds=1))
        fraction = f"{parts.microseconds / 1e6:.6f}"[1:].rstrip("0").rstrip(".")
        sign = "-" if cell < timedelta(0) else ""
        return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"

    def _number(self, cell: int | float) -> str:
        """
        >>> SheetColumn().text(1.234), SheetColumn(shortened=True).text(4012888888881880)
        ('1.2340', '4.01288888888188e+15')
        """
        if cell == int(cell):
            if self.shortened and abs(cell) > LATEST:
                return f"{cell:.14e}"
            return str(int(cell)) if abs(cell) < EXACT else repr(float(cell))
        text = f"{Decimal(f'{cell:.{DIGITS}g}'):f}"
        # three digits behind a point may part thousands in a text, and this is none
        return f"{text}0" if text[-4:-3] == "." else text


def columns_of(rows: Iterable[list[Cell]]) -> list[SheetColumn]:
    """The columns of rows of equal length.

    >>> columns_of([["who", ""], [4012888888881880, ""], [4012888888881890, ""], [4012888888881900, ""]])
    [SheetColumn(filled=True, timed=False, shortened=True), SheetColumn(filled=False, timed=False, shortened=False)]
    """
    width, filled, timed = 0, set(), set()
    ends: dict[int, bool] = defaultdict(lambda: True)
    long: dict[int, set[float]] = defaultdict(set)
    for row in rows:
        width = len(row)
        for i, cell in enumerate(row):
            if cell == "":
                continue
            filled.add(i)
            if isinstance(cell, datetime):
                timed.add(i)
            elif isinstance(cell, int | float) and abs(cell) > LATEST:
                ends[i] = ends[i] and cell % 10 == 0
                if len(long[i]) < FEWEST:
                    long[i].add(cell)
    return [SheetColumn(i in filled, i in timed, len(long[i]) == FEWEST and ends[i]) for i in range(width)]
