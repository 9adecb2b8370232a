"""Prices of one piece and how many there are: what a number beside them is, by its name."""

from collections.abc import Sequence

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.languages import words
from helpers.ingest.new_study.profile import Column

PRICES = frozenset(
    {"price", "prix", "precio", "preco", "prezzo", "prijs", "preis", "stuckpreis", "einzelpreis", "fiyat", "cena", "rate", "tariff", "tarif", "fare", "цена",
     "prezo", "pris", "hinta", "kaina", "pret", "価格", "単価", "单价", "가격", "단가",
     *(f"{one}{price}" for one in ("stuck", "stueck", "einzel", "einheits", "stuks", "eenheids", "stk", "styck", "enhets", "kappale", "yksikko", "egyseg")
       for price in ("preis", "prijs", "pris", "hinta", "ar"))}
)  # fmt: skip
"""Words of the price of one piece,"""
OF_ONE = frozenset(
    {"unit", "each", "per", "pro", "je", "por", "par", "piece", "hourly", "nightly", "daily", "unitaire", "unitario", "unitaria", "jednostkowa", "jednotkova",
     "birim", "jedinicna", "ea", "za"}
)  # fmt: skip
"""and of what it is the price of."""
SHORT = {
    "m": "metre meter metro", "kg": "kilo kilogram kilogramm", "g": "gram gramm gramme", "l": "litre liter litro", "h": "hour stunde heure hora ora",
    "hr": "hour", "d": "day", "km": "kilometre kilometer kilometro", "t": "tonne ton", "pc": "piece", "pcs": "piece", "min": "minute", "gb": "gigabyte",
}  # fmt: skip
"""What a price is of, cut short, and in full."""
QUANTITY = frozenset(
    {"quantity", "qty", "pieces", "menge", "anzahl", "cantidad", "quantite", "quantita", "quantidade", "aantal", "adet", "ilosc", "stuck", "units", "count",
     "items", "number", "num", "volume", "pcs", "numero", "unidades", "unidade", "piezas", "pezzi", "pecas", "articulos", "articles", "stuks", "stucke", "stuecke",
     "einheiten", "sztuk", "sztuki", "kusy", "kusu", "mnozstvi", "mnozstvo", "kolicina", "antal", "antall", "maara", "kpl", "mennyiseg", "db", "miktar", "cantitate",
     "unites", "unita", "jumlah", "количество", "штук", "数量", "個数", "수량"}
)  # fmt: skip
"""Words of how many of a thing a row is about; its price is then that of one."""
WHOLE = frozenset(
    {"net", "netto", "total", "gesamt", "gross", "brutto", "revenue", "umsatz", "sales", "amount", "betrag", "montant", "importe", "sum", "summe", "paid",
     "turnover", "spend", "spent"}
)  # fmt: skip
"""Words of the amount of all of a row."""
CAME_IN = vocabulary.OUTCOME[2] | {"turnover", "umsatz"}
"""Words of what a unit brought in, which discounts are off by the word."""
DISCOUNT = frozenset(
    {"discount", "discounts", "rabatt", "remise", "descuento", "desconto", "sconto", "korting", "indirim", "rabat", "rebate", "voucher", "gutschein", "nachlass",
     "coupon", "скидка", "割引", "折扣"}
)  # fmt: skip
SHARE = frozenset(
    {"pct", "percent", "percentage", "prozent", "porcentaje", "pourcentage", "percentuale", "porcentagem", "percentagem", "procent", "prosent",
     "prosentti", "yuzde", "процент"}
)  # fmt: skip
RATE = frozenset({"rate", "share"})
"""Words of parts of a hundred, and such as are that behind the word of a discount alone."""
ADDED = frozenset(
    {"tax", "taxes", "vat", "mwst", "steuer", "iva", "tva", "shipping", "versand", "freight", "fee", "fees", "tip", "tips"}
)  # fmt: skip
"""Words of amounts that are paid beside the price."""
LOOKED_AT = frozenset(
    {"age", "score", "rating", "viewed", "views", "seen", "clicked", "clicks", "browsed", "searched", "returned", "stock", "left", "wished", "saved",
     "compared", "visits", "sessions"}
)  # fmt: skip
OTHER = vocabulary.KEY - QUANTITY | DISCOUNT | SHARE | RATE | PRICES | WHOLE | vocabulary.COST | ADDED | LOOKED_AT
"""Words of numbers that no price is multiplied by."""
_OF_ALL = (
    WHOLE | vocabulary.MONEY | vocabulary.UNIT | vocabulary.ORDER | vocabulary.PRODUCT
    | words("order orders purchase purchases basket cart checkout line item items booking bill receipt per in")
) - ADDED  # fmt: skip
"""Words of which the name of a whole amount is made, and of no others: a promo_amount may be one that was taken off."""
MOST_ENDING = 2
"""Letters that make several of a word, at most."""
OF_PIECE = "the price of one piece"


def is_price(column: Column) -> bool:
    """Whether a column is called as the price of one piece: a unit price, a rate an hour, so much per litre.

    A rate alone is no price, and what is called a whole amount is none of one piece, per user it may be.
    """
    words = set(vocabulary.tokens(column.name))
    priced = words & PRICES - {"rate"} or ("rate" in words and words & OF_ONE)
    of_one = (
        "per" in words and not column.binary and not words & vocabulary.UNIT and not words & {"day", "session", "visit"}
    )
    return bool(priced or (of_one and column.decimal)) and not words & (WHOLE | DISCOUNT | {"pct", "percent"})


def beside(columns: Sequence[Column], price: Column) -> Column | None:
    """How many pieces each row is about, by its name: that of a quantity, or of what the price is of, as nights and a nightly rate."""
    if not is_price(price):
        return None
    words = vocabulary.tokens(price.name)
    named_of = {_stem(t) for t in words} - PRICES - OF_ONE - {"cents", "cent"}
    of_what = named_of.union(*(SHORT[t].split() for t in words if t in SHORT)) | (
        {"unit"} if "unit" in words else set()
    )
    fit = [c for c in columns if c is not price and c.numeric and not (c.constant or c.binary or c.has_time)]

    def named(column: Column) -> int:
        words = vocabulary.tokens(column.name)
        if any(vocabulary.is_said(t, OTHER) for t in words) or is_price(column):
            return 0
        if any(_alike(of, _stem(word)) for of in of_what for word in words):
            return 2
        return int(any(vocabulary.is_said(t, QUANTITY) for t in words))

    ranked = sorted(((-named(c), c.position, c) for c in fit if named(c)), key=lambda told: told[:2])
    return ranked[0][2] if ranked else None


def _stem(token: str) -> str:
    """A word without what makes several of it, or says that something is for each: night of nights and nightly."""
    if token == "daily":
        return "day"
    for ending in ("ly", "s"):
        if len(token) > len(ending) + 2 and token.endswith(ending):
            return token.removesuffix(ending)
    return token


def _alike(one: str, other: str) -> bool:
    """Whether two words are the same, or one of them is several of the other: unidad and unidades.

    >>> _alike("unidad", "unidade"), _alike("kg", "kg"), _alike("list", "lists"), _alike("item", "iteration")
    (True, True, True, False)
    """
    few, many = sorted((one, other), key=len)
    return few == many or (len(few) > MOST_ENDING + 1 and many.startswith(few) and len(many) - len(few) <= MOST_ENDING)


def amounts(columns: Sequence[Column], found: Sequence[Column]) -> list[Column]:
    """Of the amounts ``found`` those that may be what was paid: beside a price and how many there were, a whole amount or that price."""
    priced = [c for c in columns if beside(columns, c)]
    return ([c for c in found if is_whole(c)] or priced) if priced else [*found]


def whole(columns: Sequence[Column]) -> Column | None:
    """The first of the columns that is called as a whole amount."""
    return next((c for c in columns if is_whole(c)), None)


def is_whole(column: Column) -> bool:
    """Whether a name is that of a whole amount, and says nothing else."""
    words = vocabulary.tokens(column.name)
    whole = not {*words}.isdisjoint(WHOLE | {"value"}) and all(vocabulary.is_said(word, _OF_ALL) for word in words)
    return column.numeric and not column.binary and whole


def names_orders(name: str) -> bool:
    """Whether a name is that of the id of orders."""
    found = set(vocabulary.tokens(name))
    return bool(found & vocabulary.ORDER and (found & vocabulary.KEY or found <= vocabulary.ORDER))
