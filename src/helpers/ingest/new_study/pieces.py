"""Prices of one piece: what is paid is such a price times how many there are, less a discount; the price alone is no revenue."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import questions, vocabulary, written_numbers
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

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
OF_PIECE = "the price of one piece"
_OTHER = (
    vocabulary.KEY - QUANTITY
    | DISCOUNT
    | SHARE
    | RATE
    | PRICES
    | WHOLE
    | vocabulary.COST
    | {"tax", "vat", "mwst", "fee", "shipping", "age", "score", "rating"}
    | {
        "viewed",
        "views",
        "seen",
        "clicked",
        "clicks",
        "browsed",
        "searched",
        "returned",
        "stock",
        "left",
        "wished",
        "saved",
        "compared",
        "visits",
        "sessions",
    }
)
"""Words of numbers that no price is multiplied by."""


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
        if any(vocabulary.is_said(t, _OTHER) for t in words) or is_price(column):
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


MOST_ENDING = 2
"""Letters that make several of a word, at most."""


def alone(table: "SourceTable", columns: Sequence[Column], column: Column) -> str:
    """Why a column of a unit table is no outcome: the price of one piece, beside how many there were; empty where it is none."""
    pieces = beside(columns, column)
    if pieces is None or any(_is_whole(c) for c in columns):
        return ""
    name, many = vocabulary.printable(column.name), vocabulary.printable(pieces.name)
    off = _off(columns, column)
    made = _paid(table, [column, pieces], off)
    if made:
        how = f"by a query in a file in place of the table: select *, {made} as revenue from {table.selected}; then --primary revenue"
        how += ", and --empty zero if nothing was bought where the price is empty" * (column.filled < column.rows)
    else:
        how = f"{_unclear(off)}, and name that: --primary COLUMN" if off else "in a column of its own"
    return f"{OF_PIECE}: what was paid is '{name}' times '{many}'{_less(off, name, made)}, {how}"


def asked(table: "SourceTable", columns: Sequence[Column], amount: Column) -> list[str]:
    """What is asked of amounts that no count beside them moves, though no name says that they are of one piece.

    What was paid for all of a row rises with how many there were; the price of one does not.
    """
    if amount.binary or not amount.decimal or amount.low < 0 or _is_whole(amount) or any(_is_whole(c) for c in columns):
        return []
    priced = is_price(amount)
    if not priced and vocabulary.touches(amount.name, _KNOWN):
        return []
    for many in columns:
        whole = many.numeric and not (many.decimal or many.binary or many.constant or many.has_time) and many.low >= 0
        said = [vocabulary.is_said(t, QUANTITY) for t in vocabulary.tokens(many.name)]
        known = vocabulary.touches(many.name, _KNOWN | _OTHER | vocabulary.UNIT) and not any(said)
        if (
            many is amount
            or not whole
            or known
            or not SEVERAL < many.distinct <= MOST_PIECES
            or many.filled < many.rows
        ):
            continue
        if not (priced or any(said) or many.high <= MOST_PIECES) or many.zero != amount.zero:
            continue
        if abs(questions.correlation(table, amount, many)) < LOOSE:
            name, of = vocabulary.printable(amount.name), vocabulary.printable(many.name)
            off = _off(columns, amount)
            made = _paid(table, [amount, many], off)
            if made:
                how = f"by a query in a file in place of the table: select *, {made} as revenue from {table.selected}; then --primary revenue."
            else:
                how = (
                    f"{_unclear(off)}, and name that: --primary COLUMN."
                    if off
                    else "in a column of its own that --primary names."
                )
            return [
                f"Is '{name}' the price of one piece, and '{of}' how many there were? It does not rise with '{of}', as what was paid in all would."
                f" If so, revenue is their product{_less(off, name, made)}, {how}"
            ]
    return []


_KNOWN = (
    vocabulary.ATTRIBUTE
    | vocabulary.BEFORE
    | vocabulary.KEY - QUANTITY
    | vocabulary.SPANS
    | vocabulary.HARM
    | vocabulary.COST
).union(
    *vocabulary.OUTCOME,
    {"balance", "saldo", "solde", "income", "salary", "transactions", "weight", "temperature", "rating"},
) - QUANTITY
"""Words of numbers that are neither the price of one piece nor how many there were."""
SEVERAL, MOST_PIECES = 2, 100
"""Different numbers of pieces that tell anything, and so many there hardly are."""
LOOSE = 0.2
"""Correlation of an amount with the number of pieces, below which it is not that of all of them."""


def _is_whole(column: Column) -> bool:
    words = {*vocabulary.tokens(column.name)}
    return column.numeric and not column.binary and not WHOLE.isdisjoint(words) and DISCOUNT.isdisjoint(words)


def _off(columns: Sequence[Column], amount: Column) -> list[Column]:
    """Columns of what is taken off the amounts, where these are called prices or whole amounts before it."""
    if {"net", "netto", "paid", "discounted"} & set(vocabulary.tokens(amount.name)):
        return []
    numbers = [c for c in columns if c is not amount and c.numeric and not c.binary and (c.low or c.high)]
    words = {c.name: set(vocabulary.tokens(c.name)) for c in numbers}
    return [c for c in numbers if words[c.name] & DISCOUNT and not words[c.name] & (vocabulary.KEY | QUANTITY)]


def _paid(table: "SourceTable", factors: Sequence[Column], off: Sequence[Column]) -> str:
    """SQL of what was paid, as a product of columns less a discount; '' where no query reads their numbers as they are meant, or nothing says
    what a discount is.
    """
    numbers = [written_numbers.in_query(table, each.name) for each in factors]
    left = [_left(table, each) for each in off]
    return " * ".join([*numbers, *left]) if all(numbers) and all(left) and len(off) <= 1 else ""


def _left(table: "SourceTable", off: Column) -> str:
    """SQL of the share that a discount leaves, which its name or a sign behind its numbers calls one of a hundred; '' for any other.

    Numbers tell nothing of it: 5, 10 and 20 are taken off as they are or of a hundred, 0.5 is a coin or a half.
    """
    number, most = written_numbers.in_query(table, off.name), max(abs(off.low), abs(off.high))
    signed = not table.number(
        f"select count(*) from {{table}} where {table.value(off.name)} <> 0 and not contains({table.text(off.name)}, '%')"
    )
    words = vocabulary.tokens(off.name)
    named = "%" in off.name or not SHARE.isdisjoint(words) or words[-1] in RATE
    if (
        not number
        or not (signed or named)
        or off.low < 0 < off.high
        or most > (1 if signed else 100)
        or (most == 1 and not signed)
    ):
        return ""  # fmt: skip
    some = f"coalesce({number}, 0)" if off.numbers < off.rows else number
    return f"(1 {'+' if off.low < 0 else '-'} {some}{' / 100.0' * (most > 1)})"


def _called(off: Sequence[Column]) -> str:
    return " and ".join(f"'{vocabulary.printable(each.name)}'" for each in off)


def _less(off: Sequence[Column], amount: str, made: str) -> str:
    """What is said of discounts behind a product, of which a query may be ``made``; '' without any."""
    if not off:
        return ""
    already = f"taken off '{amount}' already"
    return f", less {_called(off)} " + (f"(if it is {already}, leave the query's last factor out)" if made else f"unless that is {already}")  # fmt: skip


def _unclear(off: Sequence[Column]) -> str:
    """What nothing says of discounts, and what is done by whom who knows it."""
    seen = " and ".join(f"from {each.low or 0:,g} to {each.high or 0:,g}" for each in off)
    return (
        f"but nothing says whether the numbers of {_called(off)}, {seen}, are a percentage, a share of 1 or an amount, nor whether an amount is off"
        " each piece or off all of them: find that out, write what was paid in a column of its own"
    )


def discounted(
    table: "SourceTable", columns: Sequence[Column], amount: Column, many: Column | None = None
) -> list[str]:
    """What is asked of amounts beside which a discount stands: whether it is taken off them already."""
    off = _off(columns, amount)
    if not off:
        return []
    made = _paid(table, [amount, *([many] if many else [])], off)
    if made:
        how = f"a query in a file in place of the table takes it off, and nothing where it is empty: select *, {made} as amount_paid from {table.selected}; then --money amount_paid."
    else:
        how = f"it is to be, {_unclear(off)}, and name that: --money COLUMN."
    return [
        f"Is {_called(off)} taken off '{vocabulary.printable(amount.name)}' already? Revenue is counted as if it was. If it is not, {how}"
    ]
