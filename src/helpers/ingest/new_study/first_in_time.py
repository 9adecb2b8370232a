"""The first row of each user or unit: the query that keeps it, where something tells what came first.

Whether a second row is there, and when it ends, may hang on the arm of the first. So only a moment from before anything
happened tells it; neither the order of ids nor a tie does, and to leave out who stands in two arms leaves out by what came later.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import armless, deliveries, languages, roles, vocabulary, ways, written_moments
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


UNLIKE = 0.001
"""The chance of the arms of first rows that part so far from those of all rows, below which the arm moves what is first."""
NOBODY, MANY = 0.05, 20
"""Share of the rows with one value, and rows, above which it stands for nobody: guest, 0, unknown."""


def printed(table: "SourceTable", columns: Sequence[Column], of: Column, variant: Column) -> str:
    """The query of a file that keeps the first row of each value of a column, and all rows without one; '' where nothing tells it.

    Rows without an arm are none of the experiment, and left out.
    """
    first = _earliest(table, [c for c in columns if c.has_time and c is not variant and deliveries.rank(c) <= 0])
    if first is None or first.moments < first.rows or vocabulary.touches(first.name, ENDS):
        return ""
    when = written_moments.in_query(table, first)
    if not when or not _is_first(table, of, first, variant):
        return ""
    raw, who = quoted(of.name), table.text(of.name)
    blank = table.number(
        f"select count(*) from {{table}} where {raw} is not null and {raw}::varchar is distinct from {who}"
    )
    by = f"nullif(trim({raw}::varchar), '')" if blank else raw
    nobody = f"{by} is null or " * (of.filled < of.rows)
    return (
        f"select * from {table.selected}{_armed(variant)}"
        f" qualify {nobody}row_number() over (partition by {by} order by {when}) = 1"
    )


def _earliest(table: "SourceTable", moments: Sequence[Column]) -> Column | None:
    """The one of several moments that stands ahead of the others."""
    if len(moments) < 2:
        return next(iter(moments), None)
    means = ", ".join(f"avg(epoch({ways.moment_of(table, c)}))" for c in moments)
    found = [float(mean or 0) for mean in table.rows(f"select {means} from {{table}}")[0]]  # type: ignore[arg-type]
    return moments[found.index(min(found))]


def _is_first(table: "SourceTable", of: Column, time: Column, variant: Column) -> bool:
    """Whether the first moment of each value is that of one row alone, no value stands for many, and the arms of first rows are those of
    all rows of values with several: a moment that the arm moves, as that at which something ended, shows by that."""
    from scipy import special

    who, arm = table.text(of.name), armless.arm_of(table, variant)
    rows = f"""with told as (select who, arm, moment, count(*) over (partition by who) as n
        from (select {who} as who, lower({arm}) as arm, {ways.moment_of(table, time)} as moment from {{table}}) where who is not null and arm is not null),
        firsts as (select *, count(*) over (partition by who) as k from (select * from told qualify moment = min(moment) over (partition by who)))"""
    ties, most = table.rows(f"{rows} select (select max(k) from firsts), (select max(n) from told)")[0]
    if int(ties or 0) != 1 or int(most or 0) > max(MANY, NOBODY * of.rows):  # type: ignore[call-overload]
        return False
    counts = table.rows(
        f"{rows} select told.arm, any_value(first), count(*) from told left join (select arm, count(*) as first from firsts where n > 1 group by 1)"
        " as f using (arm) where n > 1 group by 1"
    )
    firsts, all_ = ([float(row[at] or 0) for row in counts] for at in (1, 2))  # type: ignore[arg-type]
    expected = [sum(firsts) * n / sum(all_) for n in all_]
    chi = sum((seen - mean) ** 2 / mean for seen, mean in zip(firsts, expected, strict=True))
    return bool(special.chdtrc(max(1, len(counts) - 1), chi) > UNLIKE)


def _armed(variant: Column) -> str:
    """The condition of rows with an arm, where some have none."""
    words = roles.meant(variant)[2]
    arm = f"trim({quoted(variant.name)}::varchar)"
    told = [f"{arm} <> ''"] * (variant.filled < variant.rows) + [
        f"{arm} not in ({', '.join(map(literal, words))})"
    ] * bool(words)
    return f" where {' and '.join(told)}" if told else ""
