"""Yes and no in codes, as surveys write them: 1 and 2, and 8, 9, 88 or 99 for what is not known. Nothing tells which one is yes."""

from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.formatting import counted
from helpers.ingest import currency_columns
from helpers.ingest.new_study import languages, pieces, typed, vocabulary, worded
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

UNKNOWN = frozenset(
    (7, 8, 9, 55, 66, 77, 88, 97, 98, 99, 555, 666, 777, 888, 997, 998, 999, 8888, 9999, -1, -7, -8, -9, -77, -88, -99, -999)
)  # fmt: skip
"""Codes of surveys for what somebody did not know, did not say, or was not asked."""
MOST = 6
"""Different values that such a column has."""
FEWEST = 20
"""Rows of a table of units: fewer numbers are counts of arms or days."""
ANSWERS = ({0.0, 1.0}, {1.0, 2.0})
COUNTS = pieces.QUANTITY | languages.words(
    "n nb nr nombre conteo contagem conteggio liczba pocet antal sayisi orders purchases conversions bookings gifts clicks visits views sessions rounds plays pages"
    " logins searches downloads messages items streams episodes matches tickets children kids calls emails leads referrals claims shares likes comments posts reviews"
    " stars points days weeks months nights trips rides meals products goals donations subscriptions renewals returns units visitors users customers devices licenses seats"
    " kaufe kaeufe bestellungen besuche klicks buchungen kinder anrufe tage sterne commandes achats visites clics reservations enfants appels jours etoiles pedidos compras"
    " visitas reservas hijos llamadas dias estrellas acquisti ordini visite prenotazioni figli chiamate giorni stelle aankopen bestellingen bezoeken boekingen kinderen dagen"
    " zakupy zamowienia wizyty rezerwacje dzieci dni nakupy objednavky navstevy deti siparisler ziyaretler cocuklar"
)
"""Words of what is counted, of which there may be one or two: no codes of yes and no."""


def codes_of(column: Column) -> tuple[list[str], list[str]]:
    """The levels of yes and no, and those of what is not known; both empty of a column that is no such.

    >>> some = Column("q", "BIGINT", 3, 9, 9, 3, 9, 9, 0, 3, 0, 0, 0, 0, 0, 0.0, 9.0, 3.0, 9.0, None, None, (("2", 5), ("1", 3), ("9", 1)))
    >>> codes_of(some)
    (['1', '2'], ['9'])
    """
    if column.binary or column.decimal or not (column.numeric and column.levels) or column.distinct > MOST:
        return [], []
    try:
        value = {level: float(level) for level in column.values}
    except ValueError:
        return [], []
    levels = sorted(value, key=lambda level: value[level])
    if COUNTS & set(vocabulary.tokens(column.name)) and not any(each in UNKNOWN for each in value.values()):
        return [], []
    if len(levels) == 2:
        return (levels, []) if column.low > 0 and column.filled >= FEWEST else ([], [])
    answers = [level for level in levels if value[level] not in UNKNOWN]
    coded = {value[level] for level in answers} in ANSWERS and not vocabulary.touches(column.name, vocabulary.MONEY)
    return (answers, [level for level in levels if level not in answers]) if coded else ([], [])


def told(column: Column) -> str:
    """Why such a column is no outcome as it stands, in a line; empty of any other one."""
    if column.levels and currency_columns.certain(column.name, column.values):
        return f"not used: numbers of currencies ({', '.join(column.values[:3])})"
    answers, unknown = codes_of(column)
    if not answers:
        return ""
    beside = f", beside {', '.join(unknown)}" * bool(unknown)
    return f"an outcome in codes ({', '.join(answers)}{beside}): write it as 1 and 0, once you know what each code says; --primary {typed.name(column.name)} asks for it"


def refused(table: "SourceTable", column: Column) -> ReportError | None:
    """The error for one that somebody calls the primary metric; a query for codes of yes and no alone, for of a third one only a person knows what it counts."""
    answers, unknown = codes_of(column)
    if not answers:
        return None
    counts, made = dict(column.levels), f"{vocabulary.slug(column.name)}_yes"
    name = vocabulary.printable(column.name)
    text = f"nullif(trim({quoted(column.name)}::varchar), '')"
    query = f"select *, ({text} = {literal(worded.LEVEL)})::integer as {quoted(made)} from {table.selected}"
    amount = {*map(float, answers)} == {0.0, 1.0}
    asked = (
        f"is {' or '.join(unknown)} of '{name}' not known, or an amount?"
        if amount
        else f"which code of '{name}' is yes?"
    )
    return ReportError(
        f"{table.called}: {asked} Nothing tells it",
        got=", ".join(f"{level} in {counted(counts[level], 'row')}" for level in (*answers, *unknown)),
        expected="1 for yes and 0 for no; or a count, of which somebody says whether more is better",
        remedy=(
            worded.asked(column, unknown)
            if unknown
            else f"put the code of yes into a query in a file beside it, in place of the table, where {worded.LEVEL} stands, and say --primary {made}: {query}"
        )
        + "; if these are counts, --better higher or --better lower takes them as they are",
    )
