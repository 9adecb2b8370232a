"""Which currencies a mark of money can stand for: a code names one, a symbol one or several."""

from collections.abc import Iterable
from typing import Final

from helpers.config.currencies import CODES

_DOLLARS: Final = "USD AUD BBD BMD BND BSD BZD CAD CLF CLP COP ARS CUP CVE DOP FJD GYD HKD JMD KYD LRD MXN NAD NIO NZD PYG SBD SGD SRD TTD TWD UYU XCD BRL"
POINTED: Final = ("ARS", "CLP", "COP", "PYG", "UYU", "BRL")
"""Currencies written with a dollar sign where points part thousands."""
_SYMBOLS: Final = {
    "€": "EUR", "£": "GBP EGP FKP GIP LBP SDG SHP SSP SYP", "¥": "JPY CNY", "₩": "KRW KPW", "₪": "ILS", "₫": "VND",
    "₦": "NGN", "₱": "PHP CUP", "₲": "PYG", "₴": "UAH", "₸": "KZT", "₹": "INR", "₺": "TRY", "₼": "AZN", "₽": "RUB",
    "₾": "GEL", "฿": "THB", "kr": "SEK NOK DKK ISK", "zł": "PLN", "Kč": "CZK", "Ft": "HUF",
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD NIO", "CA$": "CAD", "HK$": "HKD", "MX$": "MXN", "NT$": "TWD",
    "NZ$": "NZD", "R$": "BRL", "S$": "SGD", "SG$": "SGD",
}  # fmt: skip


def meant(mark: str) -> frozenset[str]:
    """Codes of the currencies that a mark can stand for; none of what no state issues.

    >>> sorted(meant("kr")), "CLP" in meant("$"), sorted(meant("US$")), sorted(meant("CHF"))
    (['DKK', 'ISK', 'NOK', 'SEK'], True, ['USD'], ['CHF'])
    """
    if mark in CODES:
        return frozenset((mark,))
    if mark in _SYMBOLS:
        return frozenset(_SYMBOLS[mark].split())
    return frozenset(_DOLLARS.split()) if mark.endswith("$") else frozenset()


def common(marks: Iterable[str]) -> frozenset[str]:
    """The currencies that all marks of a column can stand for: one mark in two ways, ``€`` and ``EUR``, is one currency.

    >>> sorted(common(["€", "EUR"])), sorted(common(["$", "€"])), sorted(common(["kr", "DKK"]))
    (['EUR'], [], ['DKK'])
    """
    return frozenset.intersection(*map(meant, marks))
