"""Which currencies a mark of money can stand for: a code names one, a symbol one or several."""

import re
from collections.abc import Iterable
from typing import Final

from helpers.config.currencies import CODES

_DOLLARS: Final = "USD AUD BBD BMD BND BSD BZD CAD CLF CLP COP ARS CUP CVE DOP FJD GYD HKD JMD KYD LRD MXN NAD NIO NZD PYG SBD SGD SRD TTD TWD UYU XCD BRL"
POINTED: Final = ("ARS", "CLP", "COP", "PYG", "UYU", "BRL")
"""Currencies written with a dollar sign where points part thousands."""
_SYMBOLS: Final = {
    "€": "EUR", "£": "GBP EGP FKP GIP LBP SDG SHP SSP SYP", "¥": "JPY CNY", "₩": "KRW KPW", "₪": "ILS", "₫": "VND",
    "₦": "NGN", "₱": "PHP CUP", "₲": "PYG", "₴": "UAH", "₸": "KZT", "₹": "INR", "₺": "TRY", "₼": "AZN", "₽": "RUB",
    "₾": "GEL", "฿": "THB", "₡": "CRC", "₵": "GHS", "₭": "LAK", "₮": "MNT", "৳": "BDT", "៛": "KHR", "֏": "AMD",
    "؋": "AFN", "₨": "INR PKR LKR MUR NPR SCR", "円": "JPY", "元": "CNY TWD", "원": "KRW KPW", "￥": "JPY CNY", "￦": "KRW KPW",
    "￡": "GBP EGP FKP GIP LBP SDG SHP SSP SYP", "R": "ZAR", "S/": "PEN", "S/.": "PEN", "B/.": "PAB", "Ft": "HUF", "TL": "TRY",
    "GH₵": "GHS", "CN¥": "CNY", "JP¥": "JPY", "Lekë": "ALL", "FCFA": "XAF XOF",
    "₿": "", "T$": "TOP", "WS$": "WST", "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD NIO", "CA$": "CAD", "HK$": "HKD", "MX$": "MXN", "NT$": "TWD",
    "NZ$": "NZD", "R$": "BRL", "S$": "SGD", "SG$": "SGD",
}  # fmt: skip
_WORDS: Final = {
    "kr": "SEK NOK DKK ISK", "zł": "PLN", "zl": "PLN", "kč": "CZK", "fr": "CHF", "sfr": "CHF", "euro": "EUR", "euros": "EUR",
    "rs": "INR PKR LKR MUR NPR SCR", "rp": "IDR", "rm": "MYR", "rmb": "CNY", "nis": "ILS", "ksh": "KES", "tsh": "TZS", "ush": "UGX",
    "руб": "RUB BYN", "р": "RUB BYN", "грн": "UAH", "лв": "BGN", "дин": "RSD", "din": "RSD", "ден": "MKD", "den": "MKD",
    "lei": "RON MDL", "leu": "RON MDL", "bs": "BOB VES", "nu": "BTN", "gs": "PYG", "зл": "PLN", "кч": "CZK",
}  # fmt: skip
"""Marks that are words, in small letters: they are written in any letters, and with a point or without."""
NAMES: Final = {
    **dict.fromkeys(("euro", "euros"), "EUR"), "dollars": "$", "dollar": "$", "pounds": "£", "yen": "JPY", "rupees": "₨",
    "pfund": "£", "livre": "£", "livres": "£", "peso": "$", "pesos": "$", "dolar": "$", "dólar": "$", "dólares": "$", "us-dollar": "USD", "rubel": "RUB",
    "евро": "EUR", "рубль": "RUB", "рубли": "RUB", "доллар": "USD", "lira": "TRY", "francs": "CHF", "rupee": "₨", "pound": "£", "franken": "CHF", "kronor": "SEK", "kroner": "kr", "krone": "kr", "krona": "kr", "złoty": "PLN", "zloty": "PLN", "forint": "HUF", "yuan": "CNY",
}  # fmt: skip
"""Words for a currency in the name of a column, and the mark of each."""
_CALLED: Final = {word.lower() for word in (*CODES, *_SYMBOLS, *_WORDS, *NAMES) if len(word) > 1 or not word.isalpha()}


def _either(marks: Iterable[str]) -> str:
    return "|".join(re.escape(mark) for mark in sorted(marks, key=lambda mark: (-len(mark), mark)))


MARK: Final = (
    rf"(?:[A-Z]{{0,2}}[$＄]|{_either(CODES)}|(?i:{_either(_WORDS)})[.]?|{_either(m for m in _SYMBOLS if '$' not in m)})"
)
"""What marks an amount as money, as a regular expression for RE2 and for Python: a symbol, a word or a currency's code."""


def meant(mark: str) -> frozenset[str]:
    """Codes of the currencies that a mark can stand for; none of what no state issues.

    >>> sorted(meant("Kr.")), "CLP" in meant("$"), sorted(meant("US$")), sorted(meant("CHF"))
    (['DKK', 'ISK', 'NOK', 'SEK'], True, ['USD'], ['CHF'])
    """
    return frozenset(_codes(mark))


def is_called(word: str) -> bool:
    """Whether a word beside one for thousands names a currency: its code, its mark or its name in any letters.

    >>> [is_called(word) for word in ("usd", "TL", "ft", "euro", "руб", "oaks")]
    [True, True, True, True, True, False]
    """
    return word.lower() in _CALLED or "$" in word


def likeliest(marks: Iterable[str]) -> str:
    """The most used of the currencies that all marks can stand for; empty where there is none.

    >>> likeliest(["$"]), likeliest(["£", "GBP"]), likeliest(["$", "€"])
    ('USD', 'GBP', '')
    """
    listed = [_codes(mark) for mark in marks]
    return next((code for code in (listed[0] if listed else ()) if all(code in codes for codes in listed)), "")


def _codes(mark: str) -> tuple[str, ...]:
    if mark in CODES:
        return (mark,)
    mark = mark.replace("＄", "$")
    if told := _SYMBOLS.get(mark) or _WORDS.get(mark.lower().removesuffix(".")):
        return tuple(told.split())
    return tuple(_DOLLARS.split()) if mark.endswith("$") else ()


def common(marks: Iterable[str]) -> frozenset[str]:
    """The currencies that all marks of a column can stand for: one mark in two ways, ``€`` and ``EUR``, is one currency.

    >>> sorted(common(["€", "EUR"])), sorted(common(["$", "€"])), sorted(common(["kr", "DKK"]))
    (['EUR'], [], ['DKK'])
    """
    return frozenset.intersection(*map(meant, marks))
