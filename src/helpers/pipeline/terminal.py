"""All that a person reads on a terminal goes through here: data may say anything, and a terminal obeys what it is told.

An escape sequence in a title or a column's name can move the cursor, rename the window or repaint what stands there;
a bidirectional override shows another text than the file holds. Whatever is no plain text is shown as its escape.
"""

import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls of ASCII and of Latin-1, but not the tab and the end of a line
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks and overrides of the direction
    "\u2028\u2029\ud800-\udfff]"  # ends of lines and paragraphs, and halves of characters
)
_PASSWORD = re.compile(r"(\w+://[^\s:/@]*:)[^\s@]+@")
"""The password in an address, wherever one is printed."""
_RED, _NO_MORE = "\x1b[31m\x1b[1m", "\x1b[0m"


def plain(text: str) -> str:
    r"""A text with the escapes of what a terminal would obey; line ends and tabs stay, the password of an address does not.

    >>> plain("no postgresql://me:hush@host/shop")
    'no postgresql://me:***@host/shop'
    >>> plain("a\tb\n"), plain("\x1b[2Jgone\r\x9b\u202e"), plain("Gr\u00f6\u00dfe \U0001f600") == "Größe 😀"
    ('a\tb\n', '\\x1b[2Jgone\\r\\x9b\\u202e', True)
    """
    return _OBEYED.sub(lambda found: repr(found[0])[1:-1], _PASSWORD.sub(r"\1***@", text))


def say(text: object, *, err: bool = False, nl: bool = True, red: str = "") -> None:
    """Print a text as :func:`plain` leaves it; ``red`` stands before it, in red on a terminal unless ``NO_COLOR`` is set."""
    stream = sys.stderr if err else sys.stdout
    if red and stream.isatty() and not os.environ.get("NO_COLOR"):
        red = f"{_RED}{red}{_NO_MORE}"
    print(f"\n{red} " * bool(red) + _shown(str(text), stream), file=stream, end="\n" * nl, flush=True)


def redraw(lines: Sequence[str], above: int, red: Callable[[str], bool]) -> None:
    """Print lines in the place of ``above`` earlier ones, some of them in red."""
    shown = [f"{_RED}{text}{_NO_MORE}" if red(text) else text for text in (_shown(line, sys.stdout) for line in lines)]
    print((f"\x1b[{above}F\x1b[J" if above else "") + "\n".join(shown), flush=True)


def guard() -> None:
    """From now on the traceback of an error that nobody caught is plain too, for its message may hold data."""

    def told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        say("".join(traceback.format_exception(kind, error, trace)), err=True, nl=False)

    sys.excepthook = told


def _shown(text: str, stream: Any) -> str:
    """Plain, and with escapes of what the encoding of a stream does not have."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return plain(text).encode(encoding, "backslashreplace").decode(encoding)
