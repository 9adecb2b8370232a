"""Columns that say in which currency an amount is: all that a study sums must be in its own."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import ColumnOf, EventName, Log, Study, Tables, Units
from helpers.config.columns import COUNTED_BY, logged
from helpers.config.currencies import CODES
from helpers.errors import ReportError
from helpers.ingest import nested
from helpers.ingest.columns import expression
from helpers.ingest.levels import event_of
from helpers.ingest.nested import LAST
from helpers.ingest.parts import Parts
from helpers.ingest.reading import Reading
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import currency_numbers
from helpers.ingest.values.currency_marks import NAMES, meant
from helpers.ingest.values.currency_names import WORDS, code_of, is_in, said_in
from helpers.ingest.values.currency_words import BY_NAME, DOLLARS
from helpers.ingest.values.number_formats import FALSE, TRUE, money_columns

if TYPE_CHECKING:
    import duckdb

FIRST = 10_000
"""First rows that refute a column, so that few are looked at whole."""
CALLED = (
    "currency",
    "ccy",
    "wahrung",
    "währung",
    "waehrung",
    "devise",
    "moneda",
    "moeda",
    "valuta",
    "waluta",
    "valuuta",
    "para_birimi",
    "валюта",
    "monnaie",
    "通貨",
    "货币",
    "penznem",
    "pénznem",
    "munteenheid",
    "wkz",
    "muntsoort",
    "4217",
)
"""Words in the name of a column of currencies,"""
ALONE = frozenset("coin cur curr munt mena měna geld geldeinheit".split())  # noqa: SIM905
"""words that are its name where no other stands beside them,"""
BESIDE = frozenset(
    "code codes numeric num number id iso name symbol unit of the in payment payments paid pay order orders price amount cost local transaction invoice checkout total"  # noqa: SIM905
    " revenue spend money shop store sale sales purchase billing charge value".split()
)
"""and words beside which these say that a column holds currencies, whatever they are called there,"""
IN_CODES = frozenset("code codes numeric num number id iso".split())  # noqa: SIM905
"""by numbers of whatever kind beside these."""
MOST = 2 * len(CODES)
"""No column has more ways to write currencies."""
PADDED = 32
"""Signs of a name with blanks around it, or of a word for none."""
TEXTS = ("VARCHAR", "ENUM")
NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "DOUBLE",
    "FLOAT",
    "DECIMAL",
)
"""Types of columns of currencies by their names, and of those that are called so by their numbers."""
SHOWN = 5
"""So many currencies are told."""
_EMPTY = ("n/a", "na", "null", "nan", "none", "-", "?")
"""Words for no currency."""
_NOTHING = r"[-+]?[0.,\s]*|(?i:nan|null)"
"""What stands where there is no amount, or none that adds to a sum."""


@dataclass(frozen=True)
class Coded:
    """A column of currencies: each as it stands there, the rows with an amount, and file and row of the first of these; and the
    rows with an amount and no currency."""

    column: str
    found: tuple[tuple[str, int, int, int], ...]
    empty: int = 0

    @property
    def shared(self) -> frozenset[str]:
        """The currencies that all of it can mean; none where it means several."""
        return frozenset.intersection(*(_meant(text) for text, *_ in self.found)) if self.found else frozenset()

    @property
    def unnamed(self) -> bool:
        """Whether it is one alone, and of no known name: amounts of one currency are summed, and which it is a person says."""
        return not self.shared and len({text.casefold() for text, *_ in self.found}) == 1

    @property
    def told(self) -> str:
        """Each currency with its rows."""
        code = {text: currency_numbers.of(text) for text, *_ in self.found}
        named = {text: f"{text} ({of})" if all(code.values()) else text for text, of in code.items()}
        listed = [f"{named[text]} in {n:,} row{'s' * (n != 1)}" for text, n, *_ in self.found[:SHOWN]]
        return ", ".join([*listed, *([f"{len(self.found) - SHOWN} more"] if len(self.found) > SHOWN else [])])


def coded(
    con: "duckdb.DuckDBPyConnection",
    relation: str,
    types: Mapping[str, str],
    amounts: Iterable[str],
    where: str = "true",
) -> list[Coded]:
    """The columns of a table, and the texts inside them, that hold nothing but currencies, in the rows of ``where`` in which some ``amounts`` stand.

    The values tell, and of names that nothing knows that of the column; first rows refute most of them, so that the rest alone is read whole.

    >>> import duckdb
    >>> rows = "(select i % 2 as file_index, i as file_row_number, 9 as price, ['EUR', 'usd'][i % 3 // 2 + 1] as paid_in,"
    >>> rows += " ['DE', 'FRA'][i % 2 + 1] as country from range(30) r(i))"
    >>> kinds = {"price": "INTEGER", "paid_in": "VARCHAR", "country": "VARCHAR"}
    >>> [(each.column, each.told) for each in coded(duckdb.connect(), rows, kinds, ["price"])]
    [('paid_in', 'EUR in 20 rows, usd in 10 rows')]
    """
    texts = {
        c: f"{quoted(c)}::varchar"
        for c, kind in types.items()
        if kind.startswith((*TEXTS, *(NUMBERS if _is_called(c) else ()))) and c.lower() not in COUNTED_BY
    }
    texts |= {name: sql for name, sql in nested.texts(con, relation, types).items() if name not in texts}
    texts = {c: text for c, text in texts.items() if c not in amounts}
    if not texts:
        return []
    con.execute(
        f"create or replace temp table first_texts as select {', '.join(f'{t} as {quoted(c)}' for c, t in texts.items())}"
        f" from (from {relation} limit {FIRST})"
    )
    short = ", ".join(
        f"max(length({quoted(c)})) <= {PADDED} and ({_is_called(c)} or max({quoted(c)}) not between '0' and '9z')"
        for c in texts
    )
    row = con.execute(f"select {short} from first_texts").fetchall()[0]
    texts = {c: text for (c, text), fits in zip(texts.items(), row, strict=True) if fits is not False}
    held = " or ".join(f"not regexp_full_match(trim({quoted(c)}::varchar), {literal(_NOTHING)})" for c in amounts)
    found = []
    for column, text in texts.items():
        t = _text(text)
        if not _may_be(con, "first_texts", column):
            continue
        has = f"coalesce(({held or 'true'}) and ({where}), false)"
        rows = con.execute(
            f"""select {t}, count(*) filter ({has}), min(file_index * {2**40} + file_row_number) filter ({has})
            from {relation} where {t} <> '' group by 1 order by 2 desc, 1 limit {MOST}"""
        ).fetchall()
        if rows and certain(column, [row[0] for row in rows]):
            empty = con.execute(f"select count(*) from {relation} where {has} and coalesce({t}, '') = ''").fetchall()[
                0
            ][0]
            found.append(Coded(column, tuple((text, n, *divmod(first, 2**40)) for text, n, first in rows if n), empty))
    first = {each.column: each.found for each in found}  # a list with one currency is told once
    return [
        each
        for each in found
        if each.found and not (each.column.endswith(LAST) and first.get(each.column.removesuffix(LAST)) == each.found)
    ]


def faults(con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts, reading: Reading) -> list[ReportError]:
    """What is said of amounts that a study sums and a column beside them tells to be in several currencies, or another one.

    A column of money whose own name says the study's currency is believed.
    """
    currency = study.economics.currency
    written = _written(study)
    amounts = sorted(c for c in money_columns(study) if not all(is_in(name, currency) for name in written.get(c, [c])))
    if not amounts:
        return []
    found = coded(con, parts.widest, parts.found(con), amounts, _summed(study, parts, reading))
    return [
        _fault(con, study, parts, each, written.get(amounts[0], amounts)[0])
        for each in found
        if currency not in each.shared and not each.unnamed
    ]


def _written(study: Study) -> dict[str, list[str]]:
    """What several tables call the amounts that are one column once they are joined."""
    if not isinstance(study.data, Tables):
        return {}
    paid = [
        f.columns["price"]
        for event, f in study.data.facts.items()
        if event in study.money_events and "price" in f.columns
    ]
    return {"price": [c.column if isinstance(c, ColumnOf) else c for c in paid]} if paid else {}


def _fault(
    con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts, each: Coded, amount: str
) -> ReportError:  # fmt: skip
    currency, column = study.economics.currency, logged(each.column)
    others = [row for row in each.found if currency not in _meant(row[0])]
    text, _, *first = min(others, key=lambda row: row[2:])
    place = parts.place(con, *first)
    if len(parts.names) > 1:
        place = f"{parts.names[first[0]]}, {place}"
    already = (
        f"if '{logged(amount)}' is in {currency} in every row, say so in its name, as in '{said_in(amount, currency)}'"
    )
    if each.shared:
        stated = sorted(each.shared)[0] if len(each.shared) == 1 else ""
        return ReportError(
            f"studies/{study.name}.yml: column '{column}' tells another currency than the study's",
            got=f"{each.told} with an amount (the first is {place})",
            expected=f"{currency} (economics.currency)",
            cause=f"amounts of '{logged(amount)}' in another currency would be told as {currency}",
            remedy=f"{f'economics.currency: {stated}' if stated else 'the right one as economics.currency'}, if all money of the study is in it; "
            f"else convert the amounts before, and write {currency} beside them; {already}",
        )
    return ReportError(
        f"studies/{study.name}.yml: column '{column}' tells several currencies of what the study sums",
        got=f"{each.told} with an amount (the first of {text} is {place})",
        expected=f"amounts in {currency} (economics.currency) alone",
        cause=f"amounts in several currencies are summed: those of '{logged(amount)}'",
        remedy=f"convert the amounts before, and write {currency} beside them; to leave out the rows of others, or what was paid in them, would"
        f" leave out by what came of the variant; {already}",
    )


def _summed(study: Study, parts: Parts, reading: Reading) -> str:
    """SQL of the rows whose amount a study sums as money: all of a table of units, of a log those of some events."""
    data = study.data
    assert isinstance(data, Log | Units)
    if isinstance(data, Units) or isinstance(data.columns["event_name"], EventName):
        return "true"
    event = expression("event_name", data.columns["event_name"], parts.types, reading)
    event = event_of(event, data.events) if data.events else event
    return f"{event} in ({', '.join(map(literal, sorted(study.money_events)))})"


def _text(text: str) -> str:
    """SQL of a text, empty where that is a word for nothing."""
    made = f"trim({text})"
    return f"(case when length({made}) < 5 and lower({made}) in ({', '.join(map(literal, _EMPTY))}) then '' else {made} end)"


def _may_be(con: "duckdb.DuckDBPyConnection", rows: str, column: str) -> bool:
    t = _text(quoted(column))
    found = con.execute(f"select distinct {t} from {rows} where {t} <> '' limit {MOST}").fetchall()
    return all(_meant(text) for (text,) in found) or _are_names(column, [text for (text,) in found])


def certain(column: str, texts: list[str]) -> bool:
    """Whether all texts are currencies, and one of them no word of another kind, unless the column is called so.

    >>> certain("geld", ["Yen", "Dollar"]), certain("country", ["FR", "RS"]), certain("currency", ["Taler", "Euro"])
    (True, False, True)
    >>> certain("currency_test", ["control", "local"]), certain("currency", ["yes", "no"])
    (False, False)
    >>> certain("currency_code", ["978", "840"]), certain("currency_id", ["1", "2"]), certain("currency_count", ["8", "12"]), certain("currency", ["1", "2"])
    (True, True, False, False)
    """
    if _are_names(column, texts):
        return True
    if not all(map(_meant, texts)) or all(map(currency_numbers.of, texts)):
        return False
    return any(word in logged(column).lower() for word in CALLED) or any(map(_is_no_word, texts))


def _are_names(column: str, texts: list[str]) -> bool:
    """Whether a column is called as one of currencies and nothing else, and holds words, whatever they mean, or numbers of currencies."""
    if not _is_called(column):
        return False
    if all(re.fullmatch("[0-9]+([.]0+)?", text) for text in texts):
        return bool(IN_CODES & set(_words(column))) or all(map(currency_numbers.of, texts))
    return not any(re.search("[0-9]", text) or text.lower() in (*TRUE, *FALSE) for text in texts)


def _is_called(column: str) -> bool:
    words = _words(column)
    named = [word for word in words if word not in BESIDE]
    return bool(named) and (all(word.endswith(CALLED) for word in named) or (len(words) == 1 and words[0] in ALONE))


def _words(column: str) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", logged(column)).lower())


def _is_no_word(text: str) -> bool:
    code = code_of(text)
    return code not in WORDS if code else text.lower() in DOLLARS | BY_NAME.keys() or not text[-1].isalnum()


def _meant(text: str) -> frozenset[str]:
    """The currencies that a value stands for: a code, a sign, or a word for one, as kr and Euro."""
    if code := code_of(text) or BY_NAME.get(text.lower(), "") or currency_numbers.of(text):
        return frozenset((code,))
    return meant(NAMES.get(text.lower(), text)) if text else frozenset()
