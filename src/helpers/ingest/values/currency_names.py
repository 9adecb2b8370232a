"""What the name of a column says of its amounts: their currency, and that they are cents or thousands of it."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from helpers.config.columns import logged
from helpers.config.currencies import CODES, minor_digits
from helpers.ingest.values import scales
from helpers.ingest.values.currency_marks import NAMES, meant

WORDS: Final = frozenset("ALL AMD ANG BAM BOB BTN COP CUP GEL IRR MAD MOP PEN RON SCR SOS STD TOP TRY".split())  # noqa: SIM905
"""Codes that are words or names of other things too."""
_CENTS: Final = frozenset(
    ("cent", "cents", "pence", "pennies", "centimes", "centavos", "céntimos", "øre", "öre", "rappen", "paise", "groszy", "kopecks")
)  # fmt: skip
_MINOR: Final = frozenset("minor subunits".split())  # noqa: SIM905
_EAST: Final = re.compile("(千|百万|万|億|亿|천|백만|만|억)(円|元|원)$")
_MANY_OF_EAST: Final = {
    **dict.fromkeys("千천", Decimal(1000)), **dict.fromkeys("万만", Decimal(10_000)), **dict.fromkeys(("百万", "백만"), Decimal(1_000_000)),
    **dict.fromkeys("億亿억", Decimal(100_000_000)),
}  # fmt: skip
_OF_EAST: Final = {"円": "JPY", "元": "CNY", "원": "KRW"}
_EACH: Final = frozenset("per pro por par je for a ea each top".split())  # noqa: SIM905
"""but for what an amount is of one of: per mille, per m."""
_ZEROS: Final = re.compile(r"(?:^|[^0-9.,])(?:1[.,' ]?)?(000(?:[.,' ]?000)?)(?:s(?![^\W_])|(?![0-9]))")
"""Zeros that are left out of amounts: ($000), in 1000."""
_TOKEN: Final = r"[A-Z]{0,2}[$＄]|[^\W\d_]+|[€£¥₩₪₫₦₱₲₴₸₹₺₼₽₾฿₡₵₭₮৳៛֏؋₨￥￦￡]"


@dataclass(frozen=True)
class Denomination:
    """What a name says: the currencies that it can stand for, the word for it, and what one of the amounts is worth.

    ``scale`` is how many units of the currency one is, None where that is what the currency's smallest coin is worth;
    ``counted`` the word for it.
    """

    currencies: frozenset[str] = frozenset()
    mark: str = ""
    scale: Decimal | None = Decimal(1)
    counted: str = ""


def code_of(text: str) -> str:
    """The code that a text is, also in small letters where these are no word of another kind; else nothing.

    >>> code_of("USD"), code_of("usd"), code_of("TRY"), code_of("try"), code_of("DE")
    ('USD', 'USD', 'TRY', '', '')
    """
    code = text.upper()
    return code if code in CODES and (text == code or (text.islower() and code not in WORDS)) else ""


def named(column: str) -> Denomination:
    """What the words of a column's name say of its amounts; a code that is a word stands in capitals beside small letters.

    >>> sorted(named("spend (USD)").currencies), named("amount_in_cents").counted, named("spend in kEUR").counted
    (['USD'], 'cents', 'thousands of EUR')
    >>> [named(n).counted for n in ("revenue_k", "umsatz_teur", "Sales ($000)", "ventas_miles", "net_sales_m", "price_per_m", "top_k", "spend_2000")]
    ['thousands', 'thousands', 'thousands of $', 'thousands', 'millions', '', '', '']
    >>> [named(n).counted for n in ("chiffre_affaires_ke", "revenue_lakh", "revenue_cr", "売上_千円", "выручка_тыс_руб", "cr", "ke_rate")]
    ['thousands of EUR', 'lakhs', 'crores', '1,000 of JPY', 'thousands', '', '']
    >>> named("plus"), named("ALL_SPEND") == named("try_amount") == Denomination()
    (Denomination(currencies=frozenset(), mark='', scale=Decimal('1'), counted=''), True)
    """
    name = logged(column)
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})", " ", name)
    words = [
        found[0] for found in re.finditer(_TOKEN, parted)
        if found[0].lower() not in scales.LAST or not parted[found.end() : found.end() + 1].isdigit()  # k12, m2
    ]  # fmt: skip
    shouted = not any(sign.islower() for sign in name)
    currencies: frozenset[str] = frozenset()
    mark, counted = "", ""
    scale: Decimal | None = Decimal(1)
    for i, word in enumerate(words):
        before, after = (words[i - 1] if i else ""), (words[i + 1] if i + 1 < len(words) else "")
        code = code_of(word) if not (shouted and word in WORDS) else ""
        scaled = ""
        if not code and len(word) == 4:
            scaled, code = next(
                (
                    (s, code_of(c))
                    for s, c in ((word[0], word[1:]), (word[3], word[:3]))
                    if code_of(c) and (s == "k" or (s in "KTMm" and c.isupper()))
                ),
                ("", ""),
            )
        found = frozenset((code,)) if code else meant(NAMES.get(word.lower(), word if not word.isalpha() else ""))
        if found:
            currencies, mark = found, code or word
            scaled = scaled or next((each for each in (before, after) if each in ("k", "K", "T", "M", "m")), "")
            if scaled:
                scale, counted = (Decimal(1000), "thousands") if scaled in "kKT" else (Decimal(1_000_000), "millions")
        small = word.lower()
        if small in _CENTS:
            scale, counted = Decimal("0.01"), small if small.endswith("s") or small == "pence" else f"{small}s"
        elif small in _MINOR:
            scale, counted = None, "the smallest coins"
        elif before.lower() in _EACH and before not in currencies:
            continue
        elif (said := scales.of(words, i)) and not (counted and small in scales.LAST):
            scale, counted = said.worth, said.counted
            if said.currency:
                currencies, mark = frozenset((said.currency,)), said.currency
        elif east := _EAST.search(word):
            scale, mark = _MANY_OF_EAST[east[1]], _OF_EAST[east[2]]
            counted = f"{scale:,}"
            currencies = frozenset((mark,))
    zeros = _ZEROS.search(name)
    if zeros and not counted and not _EACH & {word.lower() for word in words}:
        scale, counted = (Decimal(1000), "thousands") if len(zeros[1]) < 6 else (Decimal(1_000_000), "millions")
    if counted and mark and counted not in _CENTS:
        counted += f" of {mark}"
    return Denomination(currencies, mark, scale, counted)


def is_in(column: str, currency: str) -> bool:
    """Whether the name of a column says that its amounts are in this currency, or in parts of it.

    >>> is_in("spend_eur", "EUR"), is_in("spend_eur", "USD"), is_in("spend", "EUR"), is_in("eur_cents", "EUR")
    (True, False, False, True)
    """
    return named(column).currencies == {currency}


def said_in(column: str, currency: str) -> str:
    """A name of a column that says its currency.

    >>> said_in("spend", "EUR"), said_in("SPEND", "TRY")
    ('spend_eur', 'SPEND in TRY')
    """
    name = logged(column)
    return f"{name} in {currency}" if currency in WORDS else f"{name}_{currency.lower()}"


def is_minor(column: str, currency: str) -> bool:
    """Whether the name of a column says that its amounts are in the smallest coins of a currency.

    >>> [is_minor(name, "USD") for name in ("amt_cents", "amount_minor", "spend", "spend in kUSD")]
    [True, True, False, False]
    """
    scale = named(column).scale
    return scale is None or (scale == Decimal("0.01") and minor_digits(currency) == 2)


def note_of(column: str, currency: str, *, minor: bool = False, key: str = "data") -> str:
    """What is said of a column of money whose name speaks of another currency, or of parts or multiples of one; of
    parts nothing where they are read as such (``minor``). Where the table stands in the study, ``key``, it can be said.

    >>> print(note_of("spend_usd", "EUR"))
    column 'spend_usd' is named as USD; its amounts are read as EUR (economics.currency)
    >>> print(note_of("amount_in_cents", "EUR"))
    column 'amount_in_cents' is named as cents; its amounts are read as EUR: divide them by 100 before, if they are, or say so: data.money_in: minor_units
    >>> note_of("spend_eur", "EUR"), note_of("plus", "EUR")
    ('', '')
    """
    said = named(column)
    if minor and is_minor(column, currency):
        said = replace(said, scale=Decimal(1), counted="")
    scale = said.scale if said.scale is not None else Decimal(10) ** -minor_digits(currency)
    other = bool(said.currencies) and currency not in said.currencies
    if not other and scale == 1:
        return ""
    told = f"column '{logged(column)}' is named as {said.counted or said.mark}; its amounts are read as {currency}"
    if scale == 1:
        return f"{told} (economics.currency)"
    do = f"multiply them by {scale:,}" if scale > 1 else f"divide them by {int(1 / scale):,}"
    say = f", or say so: {key}.money_in: minor_units" if is_minor(column, currency) else ""
    return f"{told}{' (economics.currency)' if other else ''}: {do} before, if they are{say}"
