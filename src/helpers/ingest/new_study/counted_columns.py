"""What the columns of a table of counts are: the units of an arm, shares of them, means and sums; by evidence, names second."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.many_names import says_so
from helpers.ingest.many_units import is_running
from helpers.ingest.new_study import typed, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Noted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

MANY_UNITS = {"users", "visitors", "visits", "sessions", "impressions", "exposures", "exposed", "assigned", "sent", "delivered", "recipients",
              "sample", "nutzer", "besucher", "kunden", "impressionen", "impresiones", "impressioni", "impressoes", "wyswietlenia", "weergaven",
              "aufrufe", "empfanger", "sitzungen", "sesiones", "sessioni", "besokare", "kavijat", "latogato", "latogatok", "pengunjung", "επισκέπτες", "訪問者", "방문자수", "访客", "destinatarios", "destinataires", "bezoekers", "gebruikers", "klanten", "navstevnici", "navstevniku", "uzytkownicy", "odwiedzajacy", "besokande", "besogende", "utilizatori", "vizitatori", "ziyaretci", "ziyaretciler", "посетители", "пользователи", "usuarios", "visitantes", "utilisateurs", "visiteurs", "utenti"}  # fmt: skip
"""How a column of units may be called, beside the names that say so in a table of units."""
DEVIATION = {"sd", "std", "stdev", "stddev", "deviation", "dev", "standardabweichung", "sigma"}
SQUARES = {"squares", "squared", "square", "sumsq", "sq", "sumsquares", "ss", "quadratsumme", "quadrate"}
ERROR = {"se", "sem", "stderr", "standardfehler"}
"""Words of a standard error, which is the deviation of a mean, not of a unit."""
ANALYSED = {
    "analysed",
    "analyzed",
    "evaluated",
    "evaluable",
    "completers",
    "assessed",
    "observed",
    "valid",
    "ausgewertet",
    "analizados",
    "valutati",
}
"""Words of the count of those with a value."""
MEAN = {"mean", "avg", "average", "mittelwert", "media", "moyenne", "per"}
TOTAL = {"sum", "total", "summe", "suma", "somme", "overall"}
_AROUND = DEVIATION | SQUARES | MEAN | TOTAL | {"of", "standard", "the", "user", "visitor", "unit"}
FEWEST = 20
"""Units of a row, on average, below which a whole number is rather an id, a day or an outcome than a count of units."""
AMOUNTS = {
    "spend",
    "cost",
    "costs",
    "revenue",
    "amount",
    "profit",
    "gmv",
    "turnover",
    "umsatz",
    "kosten",
    "ausgaben",
    "gasto",
    "gastos",
    "ingresos",
    "depense",
    "depenses",
    "ricavi",
    "spesa",
}
CURRENCY = {"usd", "eur", "gbp", "chf", "inr", "jpy", "cents"}
COUNTING = {
    "users",
    "units",
    "visitors",
    "customers",
    "orders",
    "count",
    "counts",
    "number",
    "num",
    "n",
    "nr",
    "anzahl",
    "with",
    "had",
    "any",
}
"""Words of money, and those beside them of how many units it is of."""
IDS = (1, 3)
"""How surely a name is that of an id, as ``user_id`` and ``id`` are; ``visitors``, in some languages, may count them."""
SHORT = 3
"""Letters that a word cut short still has."""
SURELY = 2
"""Whole numbers of which the larger one counts the units; a third may be money."""
SCATTERED = 20.0
"""Times that chance parts the arms of a day, beyond which numbers are no counts of units."""
SOME_EMPTY = "empty in some rows"
STEADY = 20.0
"""Times its standard deviation beyond which a mean is taken for a total: hardly any outcome is so alike in all units."""


@dataclass(frozen=True)
class CountedColumns:
    """The column of the units with what tells it, the outcomes, and columns that are left with the reason.

    ``shares`` are counts of units, ``summed`` means and sums; ``deviations`` and ``squares`` hold of each the column of its
    spread, by the name of its own.
    """

    units: Column
    why: str
    shares: tuple[Column, ...]
    summed: tuple[Column, ...] = ()
    deviations: dict[str, Column] = field(default_factory=dict)
    squares: dict[str, Column] = field(default_factory=dict)
    left: tuple[Noted, ...] = ()


def sort(table: "SourceTable", columns: Sequence[Column], variant: Column, stated: str | None) -> CountedColumns | None:
    """The columns of numbers of a table of counts, sorted; None where none counts units or nothing is measured on them.

    ``stated`` is the column that somebody calls the units'.
    """
    whole = _whole(table, columns)
    found = [c for c in whole if c.name == stated] if stated else _units(table, whole, columns)
    if not found:
        return None
    units, others = found[0], [c for c in columns if c.numeric and c is not found[0]]
    deviations, squares, left = _spreads(table, others, units)
    told = {**deviations, **squares}
    used = {*told, *(c.name for c in told.values())}
    shares = []
    for column in others:
        if column.name in used or any(column.name == name for name, _ in left):
            continue
        if why := _no_share(table, column, units, variant):
            left.append((column.name, why))
        else:
            shares.append(column)
    if not (shares or told):
        return None
    why = (
        "as you said"
        if stated
        else "a whole number, and no count beside it is larger" + (", and called so" if named(units) else "")
    )
    if not stated and deviations and _words(units) & ANALYSED:
        why = "called as the count of those with a value"
    summed = tuple(c for c in others if c.name in told)
    return CountedColumns(units, why, tuple(shares), summed, deviations, squares, tuple(left))


def refuse_unclear(
    table: "SourceTable", columns: Sequence[Column], variant: Column, time: Column | None, stated: str | None
) -> None:
    """Raise where no name says which column counts the units, and the largest of several numbers may be a sum of money.

    Counts of units part between the arms alike from day to day, but for chance; sums of amounts do not.
    """
    whole = [] if stated else _whole(table, columns)
    found = _units(table, whole, columns)
    if not found or named(found[0]):
        return
    units, days = found[0], time if time is not None and time.distinct > 1 else None
    apart = _scatter(table, units, variant, days) if days is not None else 0.0
    if apart <= SCATTERED and (days is not None or len(whole) <= SURELY):
        return
    rest = sorted((c for c in whole if c is not units), key=lambda c: -c.mean)
    first = rest[0] if len(rest) > 1 or apart > SCATTERED else units
    name = vocabulary.printable(units.name)
    raise ReportError(
        f"{table.called} is a table of counts: which column counts the units?",
        got=", ".join(f"'{vocabulary.printable(c.name)}' ({c.mean:,.0f} a row)" for c in (units, *rest)),
        expected="the column of the units of each arm, such as its visitors; the others count how many of them did something",
        cause=f"no name is known, and '{name}', the largest, "
        + (
            "parts between the arms as counts hardly do: it may be money"
            if apart > SCATTERED
            else "may as well be money"
        ),
        remedy=f"name it: --unit {typed.name(first.name)}, or another of these; rows with a sum of money alone cannot be tested",
    )


def _scatter(table: "SourceTable", column: Column, variant: Column, time: Column) -> float:
    """How far the arms of a day part more than by chance: Pearson's chi-square of days and arms by its degrees of freedom."""
    value, arm, day = table.value(column.name), table.text(variant.name), table.text(time.name)
    return table.number(
        f"""with counted as (select {arm} as arm, {day} as day, sum({value}) as n from {{table}} where {value} > 0 group by all having arm is not null),
        expected as (select arm, day, n, sum(n) over (partition by arm) * sum(n) over (partition by day) / sum(n) over () as e from counted)
        select coalesce(sum((n - e) ** 2 / e) / greatest(1, (count(distinct arm) - 1) * (count(distinct day) - 1)), 0) from expected"""
    )


def _whole(table: "SourceTable", columns: Sequence[Column]) -> list[Column]:
    """Columns of whole numbers large enough to count the units of a row."""
    numbers = [c for c in columns if c.numeric and c.filled == c.rows and not c.negative]
    whole = [c for c in numbers if not c.decimal and c.mean >= FEWEST and vocabulary.names_a_unit(c.name) not in IDS]
    return [c for c in whole if not is_running(table.con, table.relation, c.name)]


def _units(table: "SourceTable", whole: Sequence[Column], columns: Sequence[Column]) -> list[Column]:
    """Columns that may count units, the likeliest first: called so, else the one that no other count is above."""
    spread = any(_words(c) & DEVIATION for c in columns)
    analysed = [c for c in whole if spread and _words(c) & ANALYSED]
    if len(analysed) == 1:  # a mean is of those with a value, however many were randomised
        return analysed
    told = [c for c in whole if named(c)]
    if told:
        return sorted(told, key=lambda c: (not says_so(c.name), -c.mean))
    above = [
        c
        for c in whole
        if all(o is c or not _any(table, f"{table.value(o.name)} > {table.value(c.name)}") for o in whole)
    ]
    return above if len(above) == 1 and len(whole) > 1 else []


def named(column: Column) -> bool:
    """Whether a column is called as one that counts units."""
    return says_so(column.name) or not MANY_UNITS.isdisjoint(vocabulary.tokens(column.name))


def _spreads(
    table: "SourceTable", columns: Sequence[Column], units: Column
) -> tuple[dict[str, Column], dict[str, Column], list[Noted]]:
    """Standard deviations and sums of squares, each beside the mean or the sum that it belongs to, by the rest of its name."""
    deviations: dict[str, Column] = {}
    squares: dict[str, Column] = {}
    left: list[Noted] = []
    of_spread = {
        c.name: kind
        for c in columns
        for kind, words in (("deviation", DEVIATION), ("squares", SQUARES))
        if _words(c) & words
    }
    for column in columns:
        kind = of_spread.get(column.name)
        if kind is None:
            continue
        near = [c for c in columns if c.name not in of_spread and _alike(_rest(c), _rest(column))]
        wanted = MEAN if kind == "deviation" else TOTAL
        near = [c for c in near if _words(c) & wanted] or near
        lone = [c for c in columns if c.name not in of_spread and _words(c) & wanted]
        if not near and len(lone) == 1 and list(of_spread.values()).count(kind) == 1:
            near = lone  # one sum and one square belong to each other, whatever the square is called
        n, x, s = (table.value(c.name) if c else "" for c in (units, near[0] if near else None, column))
        if len(near) != 1:
            left.append((column.name, f"a {kind.rstrip('s')} of what? no one column beside it is called alike"))
        elif kind == "squares" and _any(table, f"{n} * {s} < {x} * {x} * (1 - 1e-9)"):
            left += [
                (c.name, f"{near[0].name} and {column.name} are no sum and sum of squares of as many units")
                for c in (near[0], column)
            ]
        elif kind == "deviation" and _any(table, f"{n} > 1 and abs({x}) > {STEADY} * {s}"):
            left += [
                (c.name, f"{near[0].name} is far above {column.name}, as a total is: a mean a unit is needed beside it")
                for c in (near[0], column)
            ]
        else:
            (deviations if kind == "deviation" else squares)[near[0].name] = column
    return deviations, squares, left


def _no_share(table: "SourceTable", column: Column, units: Column, variant: Column) -> str:
    """Why a column is not how many units have something; empty where it may be."""
    value, n = table.value(column.name), table.value(units.name)
    if _words(column) & ERROR or {"standard", "error"} <= _words(column):
        return f"a standard error: write the standard deviation, which is it times the root of {vocabulary.printable(units.name)}"
    if (CURRENCY | AMOUNTS) & _words(column) and not _words(column) & COUNTING:
        return "money, and no count of units: a sum or a mean of it needs its standard deviation or its sum of squares beside it"
    if column.in_words:
        return "yes or no of the row, and no count of units"
    if vocabulary.tokens(column.name)[-1:] == ["id"]:
        return "an id, and no count of units"
    if {"pct", "percent", "percentage", "prozent"} & _words(column):
        return "a rate: the count that it was made of tells it"
    if column.decimal or column.negative:
        inside = not _any(table, f"{value} < 0 or {value} > 100")
        return "a rate: the count that it was made of tells it" if inside and vocabulary.touches(column.name, {"rate", "ratio", "share", "cr", "ctr", "percent", "pct"}) \
            else "a mean or a sum, which needs its standard deviation or its sum of squares beside it"  # fmt: skip
    if _any(table, f"{value} > {n}"):
        return f"more than {vocabulary.printable(units.name)} in some rows, so not a count of units; a mean needs its standard deviation, a sum its squares"
    if column.filled < column.rows:
        return SOME_EMPTY
    if column.high == 0 or (column.constant and (column.rows > len(variant.levels) or column.high < FEWEST)):
        return "the same in every row"
    return ""


def _any(table: "SourceTable", condition: str) -> bool:
    return bool(table.number(f"select count(*) from {{table}} where {condition}"))


def _words(column: Column) -> set[str]:
    return set(vocabulary.tokens(column.name))


def _rest(column: Column) -> list[str]:
    return sorted(_words(column) - _AROUND)


def _alike(one: list[str], other: list[str]) -> bool:
    """Whether names are made of the same words, of which one may be cut short, such as rev for revenue."""
    return len(one) == len(other) and all(
        a == b or (min(len(a), len(b)) >= SHORT and (a.startswith(b) or b.startswith(a)))
        for a, b in zip(one, other, strict=True)
    )
