"""How the columns of a table are read: decided once, from what stands in all of it, and the same in every later step.

A value is parsed in one place only: :func:`helpers.ingest.columns.expression` makes the SQL of a project's column from
the raw one and from what was decided here. The decision is kept in ``landed.json``, so that no later step decides anew.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.config import ColumnOf, Log, Study, Units
from helpers.config.columns import logged
from helpers.errors import ReportError
from helpers.formatting import formatted
from helpers.ingest import many_units, panel
from helpers.ingest.parts import Parts
from helpers.ingest.values import digits, ids, ids_alike, number_formats, times_decided
from helpers.ingest.values.amounts import Amounts
from helpers.ingest.values.currency_names import note_of
from helpers.ingest.values.ids import Ids
from helpers.ingest.values.times import Times

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Reading:
    """What was decided of the mapped columns: times, ids, and numbers by the raw column that holds them.

    ``notes`` are sentences for ``check`` and the report, such as which format the times have; ``of_days`` says that these
    have one time of day, so that they tell no two events of a day apart.
    """

    times: Times = field(default_factory=Times)
    ids: Ids = field(default_factory=Ids)
    numbers: dict[str, Amounts] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    of_days: bool = False

    def told(self) -> dict[str, Any]:
        """What stands of it in ``landed.json``."""
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Reading":
        """What :meth:`told` wrote; the plain reading where nothing was decided, as of a simulated log."""
        if not told:
            return cls()
        numbers = {
            column: Amounts(**each | {"codes": tuple(each.get("codes", ()))})
            for column, each in told["numbers"].items()
        }
        return cls(Times(**told["times"]), Ids(**told["ids"]), numbers, tuple(told["notes"]), told["of_days"])


def decide(
    con: "duckdb.DuckDBPyConnection", study: Study, parts: Parts, key: str = "data"
) -> tuple[Reading, list[ReportError]]:
    """Look at the mapped columns of a table, or of a sample of it, and decide how each is read.

    Returns the decision and everything that leaves a column unread; the caller raises, or tells, all of it in one go.
    ``key`` is where the table stands in the study.
    """
    timing = times_decided.decide(con, study, parts)
    found, said, unread = ids.decide(con, _id_columns(study), parts.types, parts.relation)
    numbers, notes, faults = number_formats.decide(con, study, parts)
    money, minor = sorted(number_formats.money_columns(study)), number_formats.minor_columns(study)
    named = (note_of(column, study.economics.currency, minor=column in minor, key=key) for column in money)
    coins = tuple(
        f"column '{logged(column)}': amounts are in the smallest coins; 1999 is {formatted(1999, 'price', study.economics.currency)}"
        for column in money
        if column in minor
    )
    told = (*parts.notes, *timing.notes, *said, *notes, *coins, *filter(None, named), *digits.notes_of(study, numbers))
    told += (*many_units.notes(con, study, parts), *panel.notes(con, study, parts))
    for column in _segments(study, parts.types):
        told += tuple(ids_alike.told(con, column, parts.relation, "levels of a segment"))
    return Reading(timing.times, found, numbers, told, timing.of_days), [
        *timing.faults,
        *unread,
        *faults,
        *digits.refused(study, numbers),
    ]


def _segments(study: Study, types: Mapping[str, str]) -> list[str]:
    """Raw columns of text whose levels are segments."""
    sources = [study.data.columns[name] for name in study.segments if name in study.data.columns]  # type: ignore[union-attr]
    columns = [source.column if isinstance(source, ColumnOf) else str(source) for source in sources]
    return [column for column in dict.fromkeys(columns) if types.get(column) == "VARCHAR"]


def _id_columns(study: Study) -> list[str]:
    """Raw columns whose values name a unit or an event."""
    assert isinstance(study.data, Log | Units)
    sources = [study.data.columns[name] for name in ("user_id", "event_id") if name in study.data.columns]
    return [source.column if isinstance(source, ColumnOf) else str(source) for source in sources]
