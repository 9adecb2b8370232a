"""How a number may be written, and how it is read back by Decimal alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

NO_BREAK, NARROW = "\u00a0", "\u202f"


@dataclass(frozen=True)
class Format:
    """One way to write every number of a column: its decimal mark, what groups its thousands, what stands around it.

    ``percent`` writes a share of one as so many of a hundred; ``brackets`` put a negative number into brackets.
    """

    name: str
    mark: str = "."
    groups: str = ""
    before: str = ""
    after: str = ""
    fixed: bool = True
    percent: bool = False
    brackets: bool = False
    plus: bool = False

    @property
    def currency(self) -> str:
        """What its mark says of the currency."""
        marks = {"$": "USD", "€": "EUR", "USD": "USD"}
        return marks.get((self.before or self.after).strip(" \u00a0"), "")

    def write(self, value: Decimal, digits: int) -> str:
        """With all ``digits`` after the mark, or with as few as tell the number."""
        shown = value * 100 if self.percent else value
        text = f"{abs(shown):,.{max(0, digits - 2 if self.percent else digits)}f}"
        whole, _, fraction = text.partition(".")
        fraction = fraction if self.fixed else fraction.rstrip("0")
        text = whole.replace(",", self.groups) + (self.mark + fraction if fraction else "")
        if value < 0 and self.brackets:
            return f"({self.before}{text}{self.after})"
        return ("-" if value < 0 else "+" if self.plus else "") + self.before + text + self.after

    def back(self, text: str) -> Decimal:
        """The number that a text of this format means; raises for every other text."""
        bare = text.strip(" ")
        negative = bare.startswith("-") or (self.brackets and bare.startswith("("))
        bare = bare.removeprefix("-").removeprefix("+").removeprefix("(").removesuffix(")")
        bare = bare.removeprefix(self.before).removesuffix(self.after)
        grouped = rf"\d{{1,3}}({re.escape(self.groups)}\d{{3}})+|\d+" if self.groups else r"\d+"
        if not re.fullmatch(rf"({grouped})({re.escape(self.mark)}\d+)?", bare, re.ASCII):
            raise ValueError(text)
        number = Decimal(
            bare.replace(self.groups, "").replace(self.mark, ".") if self.groups else bare.replace(self.mark, ".")
        )
        return (-number if negative else number) / (100 if self.percent else 1)

    def reads(self, text: str) -> bool:
        try:
            self.back(text)
        except ValueError:
            return False
        return True

    def evident(self, texts: Sequence[str]) -> bool:
        """Whether the column leaves one reading only: ``1,234`` alone may be a thousand or a little more than one."""
        told = [re.sub(r"[^\d.,]", "", text) for text in texts]
        if not any(sign in text for text in told for sign in ".,"):
            return True
        return any(_tells(text) for text in told)


def _tells(text: str) -> bool:
    """Whether one number shows which of its signs is the decimal mark."""
    signs = re.sub(r"\d", "", text)
    if not signs:
        return False
    whole, fraction = text.rsplit(signs[-1], 1)
    return len(set(signs)) == 2 or len(signs) > 1 or len(fraction) != 3 or len(whole) > 3 or whole in ("", "0")


PLAIN = Format("plain")
SHORT = Format("short", fixed=False)
FORMATS = [
    PLAIN,
    SHORT,
    Format("thousands", groups=","),
    Format("decimal comma", mark=","),
    Format("decimal comma short", mark=",", fixed=False),
    Format("continental", mark=",", groups="."),
    Format("dollar", groups=",", before="$"),
    Format("dollar plain", before="$"),
    Format("euro after", mark=",", groups=".", after=" €"),
    Format("euro no-break", mark=",", groups=".", after=NO_BREAK + "€"),
    Format("no-break thousands", mark=",", groups=NO_BREAK),
    Format("narrow thousands", mark=",", groups=NARROW),
    Format("brackets", brackets=True),
    Format("brackets dollar", groups=",", before="$", brackets=True),
    Format("swiss", groups="'"),
    Format("code before", before="USD "),
    Format("plus", plus=True),
    Format("blank thousands", mark=",", groups=" "),
]
"""What is read, each alone in a column."""
PERCENT = [Format("percent", after=" %", percent=True), Format("percent close", mark=",", after="%", percent=True)]
"""Shares of one, written as so many of a hundred."""

UNREADABLE = [
    "12,5o",
    str(9 * 10**19),
    "12345678901234567890123",
    "12.3.4",
    "n. a.",
    "free",
    "1e400",
    "--5",
    "#DIV/0!",
    "0x10",
    "Infinity",
]
"""No number in any format."""
