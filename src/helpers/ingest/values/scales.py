"""Words in the name of a column that say that its amounts are thousands or millions, and where in the name they say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from helpers.ingest.values.currency_marks import is_called


@dataclass(frozen=True)
class Scale:
    """How many units of a currency one amount is, the word for it, and the currency where the word names it too."""

    worth: Decimal
    counted: str
    currency: str = ""


def _words(worth: int | str, counted: str, words: str) -> dict[str, Scale]:
    return dict.fromkeys(words.split(), Scale(Decimal(worth), counted))


ANYWHERE: Final = (
    _words(1000, "thousands", "thousands tsd tausend tausende tausender milliers millares migliaia milhares duizend duizenden tys tusen ezer tkr"
           " тыс тысяч тысячи тис teur tusd tchf tgbp")
    | _words(10**6, "millions", "millions mio mln millionen millones millón milioni milione milhões milhoes miljoen miljoenen miljoner mkr juta"
             " млн миллион миллионов meur musd mchf mgbp")
    | _words("0.000001", "millionths", "micros")
    | _words(10**5, "lakhs", "lakh lakhs")
    | _words(10**7, "crores", "crore crores")
)  # fmt: skip
"""Words that mean nothing else,"""
IN_PLACE: Final = (
    _words(100, "hundreds", "hundred hundreds")
    | _words(1000, "thousands", "thousand mille miles mila")
    | _words(10**6, "millions", "million mn mill mdp mdd")
    | _words(10**5, "lakhs", "lac lacs")
)
"""words that names of places and things hold too: at the end of a name, or beside a currency,"""
BESIDE: Final = _words(1000, "thousands", "bin tis")
"""words of another meaning at the end too,"""
LAST: Final = (
    _words(1000, "thousands", "k")
    | _words(10**6, "millions", "m mm")
    | _words(10**7, "crores", "cr")
    | dict.fromkeys(("ke", "k€"), Scale(Decimal(1000), "thousands", "EUR"))
)
"""and letters behind the name of an amount: revenue_k, revenue_cr, ca_ke."""


def of(words: Sequence[str], i: int) -> Scale | None:
    """What a word of a name says by itself and by its place.

    >>> [found.counted if (found := of(name.split("_"), name.split("_").index(word))) else "" for name, word in (
    ...     ("thousand_oaks_sales", "thousand"), ("sales_thousand", "thousand"), ("sales_mille_eur", "mille"), ("ciro_bin_tl", "bin"),
    ...     ("sales_bin", "bin"), ("k_sales", "k"))]
    ['', 'thousands', 'thousands', 'thousands', '', '']
    """
    small = words[i].lower()
    before, after = words[:i], [word for word in words[i + 1 :] if word.lower() not in ("of", "in")]
    last = bool(before) and not after
    beside = any(map(is_called, (*before[-1:], *after[:1])))
    return (
        ANYWHERE.get(small)
        or (IN_PLACE.get(small) if last or beside else None)
        or (BESIDE.get(small) if beside else None)
        or (LAST.get(small) if last else None)
    )
