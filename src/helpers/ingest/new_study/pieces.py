"""Prices of one piece: what is paid is such a price times how many there are, less a discount; the price alone is no revenue."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import parts_of_dates, questions, taken_off, vocabulary, written_numbers
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
OF_PIECE = "the price of one piece"
ADDED = frozenset(
    {"tax", "taxes", "vat", "mwst", "steuer", "iva", "tva", "shipping", "versand", "freight", "fee", "fees", "tip", "tips"}
)  # fmt: skip
"""Words of amounts that are paid beside the price."""
_LOOKED_AT = frozenset(
    {"age", "score", "rating", "viewed", "views", "seen", "clicked", "clicks", "browsed", "searched", "returned", "stock", "left", "wished", "saved",
     "compared", "visits", "sessions"}
)  # fmt: skip
_OTHER = vocabulary.KEY - QUANTITY | DISCOUNT | SHARE | RATE | PRICES | WHOLE | vocabulary.COST | ADDED | _LOOKED_AT
"""Words of numbers that no price is multiplied by."""
_OF_ALL = (
    WHOLE
    | vocabulary.MONEY
    | vocabulary.UNIT
    | vocabulary.ORDER
    | vocabulary.PRODUCT
    | {
        "order",
        "orders",
        "purchase",
        "purchases",
        "basket",
        "cart",
        "checkout",
        "line",
        "item",
        "items",
        "booking",
        "bill",
        "receipt",
        "per",
        "in",
    }
) - ADDED
"""Words of which the name of a whole amount is made, and of no others: a promo_amount may be one that was taken off."""


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


def amounts(columns: Sequence[Column], found: Sequence[Column]) -> list[Column]:
    """Of the amounts ``found`` those that may be what was paid: beside a price and how many there were, a whole amount or that price."""
    priced = [c for c in columns if beside(columns, c)]
    return ([c for c in found if _is_whole(c)] or priced) if priced else [*found]


def alone(table: "SourceTable", columns: Sequence[Column], column: Column) -> str:
    """Why a column of a unit table is no outcome: the price of one piece, or a number beside it, where no column is called as the whole; '' for any other."""
    if any(_is_whole(c) for c in columns):
        return ""
    pieces = beside(columns, column)
    if pieces is None:
        priced = next((c for c in columns if beside(columns, c)), None)
        if priced is None or not _may_be_off(column):
            return ""
        return f"a number beside '{vocabulary.printable(priced.name)}', which may have been taken off what was paid; --outcome makes it a metric"
    name, many = vocabulary.printable(column.name), vocabulary.printable(pieces.name)
    if_empty = ", and --empty zero if nothing was bought where the price is empty" * (column.filled < column.rows)
    return f"{OF_PIECE}: what was paid is '{name}' times '{many}'{_how(table, columns, column, pieces, if_empty)}"


def asked(table: "SourceTable", columns: Sequence[Column], amount: Column) -> list[str]:
    """What is asked of amounts that no count beside them moves, though no name says that they are of one piece.

    What was paid for all of a row rises with how many there were; the price of one does not.
    """
    before = vocabulary.touches(amount.name, WHOLE | vocabulary.MONEY | {"subtotal"}) and not vocabulary.touches(
        amount.name, CAME_IN
    )
    if found := discounted(table, columns, amount, option="primary") if before and not is_price(amount) else []:
        return found
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
            return [
                f"Is '{name}' the price of one piece, and '{of}' how many there were? It does not rise with '{of}', as what was paid in all would."
                f" If so, revenue is their product{_how(table, columns, amount, many)}."
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
_EXPLAINED = (
    (_KNOWN | vocabulary.KEY | _LOOKED_AT | QUANTITY | {"profit", "margin", "stock", "size"}) - DISCOUNT - SHARE - WHOLE
)
"""Last words of the names of numbers that are not taken off what was paid."""
SEVERAL, MOST_PIECES = 2, 100
"""Different numbers of pieces that tell anything, and so many there hardly are."""
LOOSE = 0.2
"""Correlation of an amount with the number of pieces, below which it is not that of all of them."""


def _is_whole(column: Column) -> bool:
    """Whether a name is that of a whole amount, and says nothing else."""
    words = vocabulary.tokens(column.name)
    whole = not {*words}.isdisjoint(WHOLE | {"value"}) and all(vocabulary.is_said(word, _OF_ALL) for word in words)
    return column.numeric and not column.binary and whole


def _how(table: "SourceTable", columns: Sequence[Column], price: Column, many: Column, more: str = "") -> str:
    """What is behind a price times how many there were: what is taken off, and the query, where what stands beside them is known."""
    off, rest = _off(columns, price, many), unexplained(table, columns, price, many)
    made = "" if rest else _paid(table, [price, many], off)
    less = _less(off, vocabulary.printable(price.name), made)
    if made:
        query = f"select *, {made} as revenue from {table.selected}"
        return f"{less}, by a query in a file in place of the table: {query}; then --primary revenue{more}"
    if not (off or rest):
        return ", in a column of its own that --primary names"
    unclear = [
        *([_unclear(off)] if off else []),
        *([f"but nothing says what to make of {seen(rest)}: {_if_off(rest)}"] if rest else []),
    ]
    return f"{less}, {'; '.join(unclear)}; write what was paid in a column of its own, and name that: --primary COLUMN"


def _may_be_off(column: Column) -> bool:
    """Whether a number may be one that is taken off what was paid, as its name says nothing else: the last word tells what it is."""
    words = [w for w in vocabulary.tokens(column.name) if not (w.isdigit() or (len(w) == 1 and w.isascii()))]
    if not column.numeric or column.binary or column.has_time or (column.constant and column.filled == column.rows):
        return False
    if not (column.low or column.high) or (column.distinct == column.filled > MOST_PIECES and not column.decimal):
        return False
    named = vocabulary.names_a_unit(column.name) or vocabulary.touches(
        column.name, vocabulary.BEFORE | vocabulary.VARIANT
    )
    spans = any(vocabulary.is_said(word, vocabulary.SPANS) for word in (words[:1] + words[-1:]))
    known = spans or (bool(words) and vocabulary.is_said(words[-1], _EXPLAINED))
    return not (named or known or not ADDED.isdisjoint(words) or parts_of_dates.of(column))


def unexplained(table: "SourceTable", columns: Sequence[Column], price: Column, many: Column) -> list[Column]:
    """The numbers that stand in rows with a price and how many there were, and may have been taken off, as no name says what they are."""
    found = [
        c
        for c in columns
        if c not in (price, many) and _may_be_off(c) and DISCOUNT.isdisjoint(vocabulary.tokens(c.name))
    ]
    if not found:
        return []
    some = ", ".join(f"bool_or({table.value(c.name)} <> 0)" for c in found)
    stand = table.rows(f"select {some} from {{table}} where {table.value(price.name)} is not null")[0]
    return [c for c, stands in zip(found, stand, strict=True) if stands]


def counts_or_parts(columns: Sequence[Column], price: Column) -> list[Column]:
    """The numbers beside a price that may say how many were bought, or what was taken off."""
    return [c for c in columns if c is beside(columns, price) or (c is not price and _may_be_off(c))]


def _off(columns: Sequence[Column], amount: Column, many: Column | None = None) -> list[Column]:
    """Columns of what is taken off the amounts, where these are called prices or whole amounts before it.

    One of 0 and 1 is taken off a price, unless it is called as what says whether; beside other amounts it may as well say that.
    """
    if {"net", "netto", "paid", "discounted"} & set(vocabulary.tokens(amount.name)):
        return []
    numbers = [c for c in columns if c is not amount and c.numeric and (c.low or c.high)]
    words = {c.name: set(vocabulary.tokens(c.name)) for c in numbers}
    numbers = [c for c in numbers if not c.binary or (many and "true" not in c.values and not words[c.name] & _WHETHER)]
    return [c for c in numbers if words[c.name] & DISCOUNT and not words[c.name] & (vocabulary.KEY | QUANTITY)]


_WHETHER = frozenset(
    {
        "is",
        "has",
        "had",
        "used",
        "applied",
        "sent",
        "shown",
        "offered",
        "eligible",
        "flag",
        "valid",
        "redeemed",
        "group",
        "variant",
    }
)
"""Words of what says whether there was a discount."""


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


def called(off: Sequence[Column]) -> str:
    return " and ".join(f"'{vocabulary.printable(each.name)}'" for each in off)


def seen(off: Sequence[Column]) -> str:
    """Columns with what their numbers look like."""
    return " and ".join(
        f"'{vocabulary.printable(c.name)}' (from {c.low or 0:,g} to {c.high or 0:,g})" for c in off[:MOST_NAMED]
    )


MOST_NAMED = 6
"""Columns that are named in a question."""


def _less(off: Sequence[Column], amount: str, made: str) -> str:
    """What is said of discounts behind a product, of which a query may be ``made``; '' without any."""
    if not off:
        return ""
    already = f"taken off '{amount}' already"
    return f", less {called(off)} " + (f"(if it is {already}, leave the query's last factor out)" if made else f"unless that is {already}")  # fmt: skip


def _unclear(off: Sequence[Column]) -> str:
    """What nothing says of discounts, and what is to be known."""
    seen = " and ".join(f"from {each.low or 0:,g} to {each.high or 0:,g}" for each in off)
    return (
        f"but nothing says whether the numbers of {called(off)}, {seen}, are a percentage, a share of 1 or an amount, nor whether an amount is off"
        " each piece or off all of them: find that out"
    )


def _if_off(rest: Sequence[Column]) -> str:
    of = "any of them" if len(rest) > 1 else "it"
    return f"if {of} was taken off what was paid, find out whether as a percentage, a share of 1 or an amount, off each piece or off all of them"


def not_yet_off(
    table: "SourceTable", columns: Sequence[Column], amount: Column, many: Column | None = None
) -> list[Column]:
    """The discounts beside an amount, but for those that are taken off it in every row."""
    return [each for each in _off(columns, amount, many) if not taken_off.is_off(table, columns, amount, each)]


def is_product(table: "SourceTable", columns: Sequence[Column], amount: Column) -> bool:
    """Whether no price stands beside an amount with how many there were, or it is their product in every row, less or with another number."""
    for price in columns:
        many = beside(columns, price) if price is not amount else None
        if many is None or many is amount:
            continue
        paid, made = table.value(amount.name), f"{table.value(price.name)} * {table.value(many.name)}"
        unlike = f"select count(*) from {{table}} where {paid} <> 0 and abs({paid} - coalesce({made}, 0)) > {taken_off.nearly(table, amount)}"
        others = [c for c in columns if c.numeric and c not in (amount, price, many) and not (c.binary or c.has_time)][
            :MOST_NAMED
        ]
        if table.number(unlike) and not any(
            taken_off.is_off(table, [price, many], amount, other, sign) for other in others for sign in "-+"
        ):
            return False
    return True


def discounted(
    table: "SourceTable", columns: Sequence[Column], amount: Column, many: Column | None = None, option: str = "money"
) -> list[str]:
    """What is asked of amounts beside which a discount stands, or a number that may be one: whether it is taken off them already.

    Nothing is asked where it is, in every row.
    """
    name, own = (
        vocabulary.printable(amount.name),
        f"write what was paid in a column of its own, and name that: --{option} COLUMN.",
    )
    asked, off = [], not_yet_off(table, columns, amount, many)
    if off:
        made = _paid(table, [amount, *([many] if many else [])], off)
        if made:
            how = f"a query in a file in place of the table takes it off, and nothing where it is empty: select *, {made} as amount_paid from {table.selected}; then --{option} amount_paid."
        else:
            how = f"it is to be, {_unclear(off)}; {own}"
        asked.append(
            f"Is {called(off)} taken off '{name}' already? Revenue is counted as if it was. If it is not, {how}"
        )
    if many and (rest := unexplained(table, columns, amount, many)):
        asked.append(
            f"Nothing says what to make of {seen(rest)} beside '{name}' and '{vocabulary.printable(many.name)}'. Revenue is their product: {_if_off(rest)}; {own}"
        )
    return asked
