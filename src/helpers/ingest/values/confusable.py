"""Signs that look like those of Latin: letters of another script, and signs of full width."""

import unicodedata
from typing import Final

from helpers.ingest.sql import literal

ASCII: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.@"
"""Signs of ids and levels,"""
FULL: Final = "".join(chr(ord(sign) + 0xFEE0) for sign in ASCII)
"""and the same of full width."""
ALIKE: Final = (
    "".join(map(chr, (0x410, 0x412, 0x415, 0x405, 0x406, 0x408, 0x41A, 0x41C, 0x41D, 0x41E, 0x420, 0x421, 0x422, 0x423, 0x425)))
    + "".join(map(chr, (0x430, 0x435, 0x455, 0x456, 0x458, 0x43E, 0x440, 0x441, 0x443, 0x445, 0x501, 0x4BB)))
    + "".join(map(chr, (0x391, 0x392, 0x395, 0x396, 0x397, 0x399, 0x39A, 0x39C, 0x39D, 0x39F, 0x3A1, 0x3A4, 0x3A5, 0x3A7, 0x3BF, 0x3BD)))
)  # fmt: skip
"""Letters of Cyrillic and Greek,"""
LATIN: Final = "ABESIJKMHOPCTYXaesijopcyxdhABEZHIKMNOPTYXov"
"""and those of Latin that look the same."""
_UNSEEN: Final = dict.fromkeys(
    [0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF]
)  # fmt: skip


def plain(text: str) -> str:
    """The text as it looks: without signs that are not seen, each sign of full width or of another script as the one of Latin.

    >>> plain("c\\u043entr\\u043el") == plain("\\uff43ontrol") == plain("control\\u200b") == "control"
    True
    """
    seen = unicodedata.normalize("NFKC", text).translate(_UNSEEN).translate(str.maketrans(ALIKE, LATIN))
    return " ".join(seen.split())


def seen(text: str) -> str:
    """The same with the signs of ASCII that look alike as one of them: a capital i and a one as an l, a nought as an O.

    >>> seen("controI") == seen("contro1") == "control", seen("N0"), seen("if")
    (True, 'NO', 'if')
    """
    return plain(text).translate(str.maketrans("I1|0", "lllO"))


def latin(text: str) -> str:
    """SQL of a text with the signs of Latin in the place of those of other scripts that look the same.

    >>> import duckdb
    >>> duckdb.sql(f"select {latin(narrow('t'))} from (values ('\\uff21\\u043e\\uff11')) as v(t)").fetchone()
    ('Ao1',)
    """
    return f"translate({text}, {literal(ALIKE)}, {literal(LATIN)})"


def narrow(text: str) -> str:
    """SQL of a text with its signs of full width as usual ones."""
    return f"translate({text}, {literal(FULL)}, {literal(ASCII)})"
