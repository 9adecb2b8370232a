"""Amounts: the amount that a text or a typed value means, to its last digit.

One grammar, in SQL (:func:`canonical`) and in Python (:func:`parse`): digits with a point or a comma before the
decimals; groups of three digits parted by what is not that sign, by a blank or an apostrophe; a sign in front or behind,
or brackets for what is below zero; a mark of money in front or behind; a per cent sign; or an exponent. A dash in the
place of the decimals, ``35,-`` or ``35:-``, says that there are none. Infinity, NaN, hexadecimal numbers, ``1_000`` and digits of
other scripts are no numbers.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Final, Literal

from helpers.ingest.sql import literal
from helpers.ingest.values import lengths
from helpers.ingest.values.currency_marks import MARK

Point = Literal[".", ","]

PLAIN: Final = r"-?[0-9]+(\.[0-9]+)?"
"""How a program writes a number; needs no taking apart."""
NO_NUMBER: Final = "no number"
"""What stands for a text that means no number, so that no later cast can find one in it."""
_BLANK: Final = " \u00a0\u2007\u2009\u200a\u202f"
"""Blanks inside a number: plain, non-breaking, as wide as a figure, thin, as thin as a hair, narrow non-breaking."""
_APOSTROPHES: Final = "'\u2019"
_MINUS: Final = "\u2212-"  # the second stands last in a class of signs
_DASHES: Final = "\u2012\u2013\u2014\u2015" + _MINUS


@dataclass(frozen=True)
class Amounts:
    """What was decided of one column of numbers, for all of its values.

    Attributes:
        point: what stands before the decimals.
        plain: whether every value stands there as a program writes it.
        decimals: digits behind the point that its amounts have at most; None where nobody looked.
        room: the most digits behind the point with which all of its amounts, and their sum, are exact whole numbers.
        exact: where its amounts have more digits than there is room for, one whose digits are those of no float, if there is one.
        codes: numbers and words that stand for no amount, as the study says.
        shift: digits by which the point stands too far right, as in amounts in cents.
        length: whether its values are lengths of time, which are read as seconds.
    """

    point: Point = "."
    plain: bool = True
    decimals: int | None = None
    room: int = 15
    codes: tuple[str, ...] = ()
    shift: int = 0
    length: lengths.Length = ""
    exact: str = ""

    def shifted(self, digits: int) -> "Amounts":
        """The same of amounts in units so many digits smaller."""
        decimals = None if self.decimals is None else self.decimals + digits
        return replace(self, decimals=decimals, room=min(15, self.room + digits), shift=digits)


@cache
def pattern(point: Point) -> str:
    """The regular expression of a number of one format, for RE2 and for Python, which must match the whole text.

    >>> [bool(re.fullmatch(pattern("."), text)) for text in ("1,234.50", "(12.00)", "-$1,234", "12 %", "12,50", "1_000")]
    [True, True, True, True, False, False]
    """
    comma = "," if point == "." else "."
    stop, parted = re.escape(point), re.escape(comma)
    groups = "|".join(
        rf"[1-9][0-9]{{0,2}}(?:{sign}[0-9]{{3}})+" for sign in (parted, f"[{_BLANK}]", f"[{_APOSTROPHES}]")
    )
    indian = rf"[1-9][0-9]?(?:{parted}[0-9]{{2}})+{parted}[0-9]{{3}}"
    b, whole = rf"[\t{_BLANK}]*", rf"(?:{groups}|{indian}|[0-9]+)"
    decimals, dashes = rf"{stop}[0-9]*", rf"(?:{stop}|:){b}[{_DASHES}]{{1,2}}"
    any_number = rf"(?:{whole}(?:{decimals}|{dashes})?|{stop}[0-9]+)"
    before, mark, power = rf"(?:{MARK}{b})?", rf"{b}{MARK}", "[eE][+-]?[0-9]{1,2}"
    either = rf"(?:{any_number}(?:{mark})?|(?:{whole}(?:{decimals})?|{stop}[0-9]+)(?:{b}%|{power}))"
    behind = rf"(?:{whole}(?:{stop}[0-9]+)?|{stop}[0-9]+)(?:{mark}|{b}%|{power})?{b}[{_MINUS}]"
    sign = rf"[+{_MINUS}]{b}"
    return rf"{b}(?:(?:{sign})?{before}{either}|{before}(?:{behind}|{sign}{any_number})|\({b}{before}{either}{b}\)){b}"


def at_first_sight(text: str) -> str:
    """SQL whether a text may be a number of either format: nothing else is one, and it takes a tenth of the time to ask.

    >>> import duckdb
    >>> texts = "(values ('1.234,50 €'), ('-Rs.5'), ('(12.00)'), ('€ - 5'), ('u0012'), ('2026-03-02'), ('10:11'), ('red')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {at_first_sight('t')} from {texts}").fetchall()]
    [True, True, True, True, False, False, False, False]
    """
    sign = rf"[\t{_BLANK}(+{_MINUS}]*"
    begins = rf"{sign}(?:{MARK}{sign})?[.,]?[0-9](?s:.*)"
    return f"(regexp_full_match({text}, {literal(begins)}) and not regexp_matches({text}, '[0-9][-/:][0-9]'))"


_BODY: Final = r"[0-9.,](?:.*[0-9.,])?"
"""From the first to the last digit or point of what matches :func:`pattern`, without the points of marks of money."""
_LETTERS: Final = "".join(sorted({each for sign in MARK if sign.isalpha() for each in (sign.lower(), sign.upper())}))
_POINTED: Final = rf"([{_LETTERS}/])[.]"
"""A point behind a letter, or a stroke, is one of a mark: no number has a letter before its point. They are those of the marks, for
all letters that there are take ten times as long to make ready."""
_BELOW: Final = rf"^[^0-9.,]*[({_MINUS}]|[0-9][^0-9.,:]*[{_MINUS}][^0-9.,]*$"


def parse(text: str, as_decided: Amounts) -> Decimal | None:
    """The amount that a text means; None for what is no number.

    >>> parse("1.234,50 €", Amounts(point=",", plain=False)), parse("(12.00)", Amounts(plain=False)), parse("NaN", Amounts())
    (Decimal('1234.50'), Decimal('-12.00'), None)
    """
    if as_decided.point == "." and re.fullmatch(PLAIN, text):
        return Decimal(text)
    if not re.fullmatch(pattern(as_decided.point), text):
        return None
    text = re.sub(r"([^\W\d_]|/)[.]", r"\1", text)
    found = re.search(_BODY, text)
    assert found
    body = found[0].translate(str.maketrans("", "", _parting(as_decided.point))).replace(",", ".")
    minus = "-" if re.search(_BELOW, text) else ""
    return Decimal(f"{minus}{body}{'e-2' if '%' in text else ''}")


def _parting(point: Point) -> str:
    """Signs that part groups of digits."""
    return ("," if point == "." else ".") + _BLANK + _APOSTROPHES


def canonical(text: str, as_decided: Amounts) -> str:
    """SQL that writes a text's amount as a program would, with its exponent if it has one; null where nothing stands.

    >>> import duckdb
    >>> made = canonical("t", Amounts(point=",", plain=False))
    >>> duckdb.sql(f"select {made} from (values ('1.234,50 €'), ('(1,5)'), ('12 %'), ('x'), (' ')) as v(t)").fetchall()
    [('1234.50',), ('-1.5',), ('12e-2',), ('no number',), (None,)]
    """
    if as_decided.shift:
        made = canonical(text, replace(as_decided, shift=0))
        return f"list_transform([{made}], lambda m: {_moved('m', -as_decided.shift)})[1]"
    if as_decided.codes:
        made = canonical("a", replace(as_decided, codes=()))
        return f"list_transform([{unknown(text, as_decided.codes)}], lambda a: {known(made, as_decided.codes)})[1]"
    if as_decided.length:
        made = canonical(text, replace(as_decided, length=""))
        return f"case when {lengths.matches(text)} then {lengths.seconds(text)} else {made} end"
    if as_decided.plain:
        return f"nullif({text}, '')"
    bare = f"regexp_replace({text}, {literal(_POINTED)}, '\\1', 'g')"
    body = f"replace(translate(regexp_extract({bare}, {literal(_BODY)}), {literal(_parting(as_decided.point))}, ''), ',', '.')"
    minus = f"case when regexp_matches({bare}, {literal(_BELOW)}) then '-' else '' end"
    made = f"{minus} || lower({body}) || case when contains({text}, '%') then 'e-2' else '' end"
    plain = f"when regexp_full_match({text}, {literal(PLAIN)}) then {text} " if as_decided.point == "." else ""
    return (
        f"case {plain}when regexp_full_match({text}, {literal(pattern(as_decided.point))}) then {made}"
        f" when trim({text}, {literal(_BLANK + chr(9))}) <> '' then {literal(NO_NUMBER)} end"
    )


def unknown(text: str, codes: Collection[str]) -> str:
    """SQL of a text that is null where it is one of the ``codes`` that are words.

    >>> import duckdb
    >>> texts = "(values ('NA'), (' . '), ('9')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {unknown('t', ['NA', '.', '9'])} from {texts}").fetchall()]
    [None, None, '9']
    """
    words = ", ".join(literal(code) for code in codes if not re.fullmatch(PLAIN, code))
    return f"case when trim({text}) in ({words}) then null else {text} end" if words else text


def known(text: str, codes: Collection[str]) -> str:
    """SQL of a canonical text that is null where its amount is one of the ``codes`` that are numbers.

    >>> import duckdb
    >>> texts = "(values ('99'), ('99.00'), ('9.9e1'), ('9'), ('x')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {known('t', ['99'])} from {texts}").fetchall()]
    [None, None, None, '9', 'x']
    """
    listed = ", ".join(f"{code}::double" for code in codes if re.fullmatch(PLAIN, code))
    if not listed:
        return text
    return (
        f"list_transform([{text}], lambda k: case when (try_cast(k as double) in ({listed})) is not true then k end)[1]"
    )


def in_units(text: str, digits: int) -> str:
    """SQL of a canonical text as a whole number of its ``digits``-th decimals; null for no number and past 64 bits.

    The point is moved in the text, so that no digit is lost; what is finer is rounded, halves away from zero.

    >>> import duckdb
    >>> texts = "(values ('0.07'), ('-1.005'), ('92233720368547758.07'), ('92233720368547758.08'), ('1.2e-1'), ('no number')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {in_units('t', 2)} from {texts}").fetchall()]
    [7, -101, 9223372036854775807, None, 12, None]
    """
    return f"try_cast({_moved(text, digits)} as bigint)"


def _moved(text: str, digits: int) -> str:
    """SQL of a canonical text with its point so many digits to the right; what is no number stays."""
    exponent = f"split_part({text}, 'e', 1) || 'e' || (try_cast(split_part({text}, 'e', 2) as integer) + {digits})"
    return f"case when {text} = {literal(NO_NUMBER)} then {text} when contains({text}, 'e') then {exponent} else {text} || 'e{digits}' end"


def amount(text: str) -> str:
    """SQL of a canonical text in the one way to write its amount, so that ``5.00`` and ``5.000`` are the same.

    >>> import duckdb
    >>> texts = "(values ('5.00'), ('5.000'), ('05'), ('-0'), ('50e-1'), ('-0.50'), ('no number'), ('')) as v(t)"
    >>> [row[0] for row in duckdb.sql(f"select {amount('t')} from {texts}").fetchall()]
    ['5', '5', '5', '0', '5', '-0.5', 'no number', '']
    """
    exact = f"try_cast(try_cast({text} as decimal(38, 18)) as varchar)"
    return f"coalesce(rtrim(rtrim({exact}, '0'), '.'), {text})"


def is_whole(text: str) -> str:
    """SQL that tells whether a canonical text is a whole number.

    >>> import duckdb
    >>> [duckdb.sql(f"select {is_whole(literal(t))}").fetchall()[0][0] for t in ("12", "12.00", "0.4", "120e-1", "no number")]
    [True, True, False, True, None]
    """
    pointed = f"contains({text}, '.') or contains({text}, 'e')"
    return f"(case when {pointed} then try_cast({text} as decimal(38, 18)) % 1 = 0 else true end)"


def decimals(text: str) -> str:
    """SQL of how many digits behind the point a canonical text needs; 0 for no number and for zero.

    >>> import duckdb
    >>> texts = ("12", "12.50", "1.5e-07", "1250e-3", "1e3", "0e-9", "x")
    >>> [duckdb.sql(f"select {decimals(literal(t))}").fetchall()[0][0] for t in texts]
    [0, 1, 8, 2, 0, 0, 0]
    """
    mantissa = f"split_part({text}, 'e', 1)"
    exponent = f"coalesce(try_cast(split_part({text}, 'e', 2) as integer), 0)"
    zeros = (
        f"length({mantissa}) - length(rtrim(replace({mantissa}, '.', ''), '0')) - contains({mantissa}, '.')::integer"
    )
    behind = f"length(split_part({mantissa}, '.', 2)) - {exponent} - ({zeros})"
    return f"(case when try_cast({text} as double) <> 0 then greatest(0, {behind}) else 0 end)"


def product(first: str, second: str, digits: tuple[int, int]) -> str:
    """SQL of the canonical text of a product, exact, of canonical texts with at most so many digits behind the point.

    >>> import duckdb
    >>> made = product("'12.55'", "'3'", (2, 0))
    >>> duckdb.sql(f"select {made}, {in_units(f'({made})', 2)}").fetchall()
    [('3765e-2', 3765)]
    """
    parts = [in_units(text, each) for text, each in zip((first, second), digits, strict=True)]
    return f"({parts[0]}::hugeint * {parts[1]})::varchar || 'e-{sum(digits)}'"


def is_float(text: str) -> bool:
    """Whether Python's float takes a text."""
    try:
        float(text)
    except ValueError:
        return False
    return True
