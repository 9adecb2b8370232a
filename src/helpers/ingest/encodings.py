"""Which encodings a text that is no UTF-8 may be written in: those that decode it into words that somebody writes.

Most bytes are signs in most encodings, so that one decodes says little; and where several read as words, nobody can say
which is meant.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

EASTERN = {"cp932": "euc_jp", "euc_jp": "euc_jp", "gb18030": "gb2312", "big5": "big5", "cp949": "euc_kr"}
"""Encodings of the far east, each with that of the signs in common use there."""
KNOWN = ("cp1252", "cp1250", "cp1254", "cp1251", "cp1253", *EASTERN, "koi8_r", "mac_roman")
"""What files are written in, the most frequent first."""
IN_USE = {
    "euc_jp": range(0xA1, 0xD0),
    "gb2312": range(0xA1, 0xD8),
    "big5": range(0xA1, 0xC7),
    "euc_kr": range(0xA1, 0xC9),
}
"""First bytes of the signs in common use."""
SYLLABLES = 5
"""Different signs, at least, that tell Korean from Chinese."""
SYMBOLS = "€£¥©®°×±№™"
LETTERS = re.compile(r"[^\W\d_]+")
APART = re.compile(r"[\x00-\x40\x5b-\x60\x7b-\x7f]+")
"""What parts the words of a line."""
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")


def readings(lines: Iterable[bytes]) -> dict[str, list[str]]:
    """Encodings in which lines read as words, with what they read; of those that read the same only the first.

    >>> list(readings(["café".encode("cp1252")])), list(readings(["контроль".encode("cp1251")]))
    (['cp1252'], ['cp1251', 'koi8_r'])
    >>> list(readings(["コントロール".encode("cp932")])), list(readings(["mañana".encode("cp1252")]))
    (['cp932'], ['cp1252', 'cp1250'])
    >>> next(iter(readings(["그룹,대조군,실험군".encode("cp949")]))), next(iter(readings(["实验组,对照组,分组".encode("gb18030")])))
    ('cp949', 'gb18030')
    >>> next(iter(readings(["Sipariş;Sürüm;Ziyaretçi".encode("cp1254")]))), next(iter(readings(["þjónusta;borð;útgáfa".encode("cp1252")])))
    ('cp1254', 'cp1252')
    >>> next(iter(readings(["客户编号,点击数".encode("gb18030")]))), next(iter(readings(["会員番号,クリック".encode("euc_jp")])))
    ('gb18030', 'euc_jp')
    """
    raw, found = list(lines), dict[str, list[str]]()
    for encoding in KNOWN:
        try:
            told = [line.decode(encoding) for line in raw]
        except UnicodeDecodeError:
            continue
        if told not in found.values() and _is_plausible(told, encoding):
            found[encoding] = told
    if _is_korean(found.get("cp949", [])):
        found = {"cp949": found["cp949"]} | found
    elif "gb18030" in found and next(iter(found)) == "euc_jp" and not _has_kana(found["euc_jp"]):
        found = {"gb18030": found["gb18030"]} | found
    if "cp1254" in found and _is_turkish(found["cp1254"]):
        found = {"cp1254": found["cp1254"]} | found
    return found


TURKISH, ICELANDIC = "şŞğĞıİ", "áéíóæðþÁÉÍÓÆÐÞ"
"""Letters of Turkish that stand in the places of þ, ð and ý, and letters that only those have who write these."""


def _is_turkish(lines: list[str]) -> bool:
    """Whether lines hold letters that Turkish alone has, and none that stands beside a þ or a ð in the languages that have these."""
    signs = {sign for line in lines for sign in line}
    ending = any(word.endswith(("ş", "Ş")) for line in lines for word in LETTERS.findall(line))  # no word ends with a þ
    return not signs.isdisjoint(TURKISH) and signs.isdisjoint(ICELANDIC) and (ending or not signs.isdisjoint("çÇüÜ"))


def _has_kana(lines: list[str]) -> bool:
    """Whether lines hold signs that Japanese alone is written with; without them the same bytes are rather Chinese."""
    return any("\u3040" <= sign <= "\u30ff" for line in lines for sign in line)


def _is_korean(lines: list[str]) -> bool:
    """Whether all far signs of lines read as Korean are syllables in common use: those of Chinese read so are Chinese signs too,
    two of five, and those of Japanese are syllables that nobody writes."""
    far = {sign for line in lines for sign in line if unicodedata.east_asian_width(sign) == "W"}
    return len(far) >= SYLLABLES and all("가" <= sign <= "힣" and _is_common(sign) for sign in far)


def _is_common(syllable: str) -> bool:
    """Whether the standard of Korean has a syllable as one sign; it makes up the others of their parts."""
    return len(syllable.encode("euc_kr")) == 2


def _is_plausible(lines: list[str], encoding: str) -> bool:
    """Whether at most a tenth of the words that are no ASCII are such as nobody writes; one that stands in every line is one."""
    lines = sorted({part for line in lines for part in APART.split(line) if not part.isascii()})
    words = [word for line in lines for word in LETTERS.findall(line) if not word.isascii()]
    signs = [sign for line in lines for sign in line if not sign.isascii() and not sign.isalpha()]
    strange = any(unicodedata.category(sign) in ("Cc", "Co", "Cn") for sign in signs)
    symbols = sum(unicodedata.category(sign)[0] == "S" and sign not in SYMBOLS for sign in signs)
    inside = sum(len(re.findall(r"(?<=[^\W\d_])[^\w\s\x00-\x7f’‘·](?=[^\W\d_])", line)) for line in lines)
    wrong = sum(not _is_word(word, encoding) for word in words) + inside + symbols
    return not strange and wrong <= 0.1 * len(words)


def _is_word(word: str, encoding: str) -> bool:
    """
    >>> _is_word("größe", "cp1252"), _is_word("êîíòðîëü", "cp1252"), _is_word("cafй", "cp1251"), _is_word("cafÈ", "cp1252")
    (True, False, False, False)
    """
    far = [sign for sign in word if unicodedata.east_asian_width(sign) == "W"]
    if encoding in EASTERN and len(far) == len(re.sub(r"[\x00-\x7f]", "", word)):
        return sum(_in_use(sign, EASTERN[encoding]) for sign in far) >= 0.9 * len(far)
    if encoding in EASTERN or {unicodedata.name(sign, "").split()[0] for sign in word} - set(SCRIPTS):
        return False
    scripts = {unicodedata.name(sign).split()[0] for sign in word}
    turned = any(a.islower() and b.isupper() and not b.isascii() for a, b in pairwise(word))
    foreign = scripts == {"LATIN"} and re.search(r"[^\x00-\x7f]{4}", word)
    return len(scripts) == 1 and not (turned or foreign or "ς" in word[:-1])


def _in_use(sign: str, encoding: str) -> bool:
    try:
        return sign.encode(encoding)[0] in IN_USE[encoding]
    except UnicodeEncodeError:
        return False
