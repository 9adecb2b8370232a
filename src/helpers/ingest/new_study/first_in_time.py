"""The first row of each user or unit: the query that keeps it, where something tells what came first.

Whether a second row is there, and when it ends, may hang on the arm of the first. So only a moment from before anything
happened tells it; neither the order of ids nor a tie does, and to leave out who stands in two arms leaves out by what came later.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import armless, deliveries, languages, measures, roles, vocabulary, ways, written_moments
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

ENDS = languages.words(
    "closed close resolved solved completed complete completion finished finish ended end done paid payment delivered delivery shipped returned"
    " cancelled canceled answered replied left until last"
    " geschlossen erledigt abgeschlossen beendet bezahlt geliefert zugestellt beantwortet ende letzte*"
    " ferme fermee resolu resolue termine terminee paye payee livre livree fin cloture dernier*"
    " cerrado cerrada resuelto resuelta terminado terminada pagado pagada entregado entregada fin ultim*"
    " chiuso chiusa risolto risolta concluso conclusa pagato pagata consegnato consegnata fine ultim*"
    " fechado fechada resolvido resolvida concluido concluida pago paga entregue fim"
    " gesloten opgelost afgerond betaald geleverd einde laatste"
)
"""Words of moments at which something ended that began in the row."""


def query(
    table: "SourceTable", columns: Sequence[Column], of: Column, time: Column | None, variant: Column, unit: Column | None = None
) -> str:  # fmt: skip
    """The query of a file that keeps the first row of each value of a column, and all rows without one; '' where nothing tells it.

    Rows without an arm are none of the experiment, and left out. Of rows of one moment one counts whose ``unit`` was drawn
    by chance; without units no moment may be that of two.
    """
    moments = [c for c in (time, *columns) if c is not None and c is not variant and _begins(c)]
    when = next(filter(None, (written_moments.in_query(table, c) for c in moments[:1])), "")
    if not when or not (unit or _are_apart(table, of, moments[0], variant)):
        return ""
    raw, who = quoted(of.name), table.text(of.name)
    blank = table.number(
        f"select count(*) from {{table}} where {raw} is not null and {raw}::varchar is distinct from {who}"
    )
    by = f"nullif(trim({raw}::varchar), '')" if blank else raw
    chance = f", md5({quoted(unit.name)}::varchar)" if unit else ""
    nobody = f"{by} is null or " * (of.filled < of.rows)
    return (
        f"select * from {table.selected}{_armed(variant)}"
        f" qualify {nobody}row_number() over (partition by {by} order by {when}{chance}) = 1"
    )


def _begins(column: Column) -> bool:
    """Whether a moment stands in each row, and its name says neither that something ended or came of it, nor that a row was written."""
    return (
        column.has_time
        and column.moments == column.rows
        and deliveries.rank(column) <= 0
        and not vocabulary.touches(column.name, ENDS)
        and not measures.came_of_it(column)
    )


def _are_apart(table: "SourceTable", of: Column, time: Column, variant: Column) -> bool:
    """Whether the first moment of each value is that of one row alone, of those with an arm."""
    who, arm = table.text(of.name), armless.arm_of(table, variant)
    most = table.number(
        f"select max(n) from (select count(*) as n from (select {who} as who, {ways.moment_of(table, time)} as moment from {{table}}"
        f" where {who} is not null and {arm} is not null qualify moment = min(moment) over (partition by who)) group by who)"
    )
    return most == 1


def _armed(variant: Column) -> str:
    """The condition of rows with an arm, where some have none."""
    words = roles.meant(variant)[2]
    arm = f"trim({quoted(variant.name)}::varchar)"
    told = [f"{arm} <> ''"] * (variant.filled < variant.rows) + [
        f"{arm} not in ({', '.join(map(literal, words))})"
    ] * bool(words)
    return f" where {' and '.join(told)}" if told else ""
