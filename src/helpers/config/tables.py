"""Several tables by role, the shape that companies have: who was assigned when, what they did, and what they are like."""

from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from helpers import defaults
from helpers.config.base import ConfigError, Name, Share
from helpers.config.columns import RawColumn
from helpers.config.data import ColumnOf, EventName, Log, Place, Tolerance, refuse_taken

ASSIGNED = "assigned"
"""The event by which a unit enters an experiment whose assignments stand in a table of their own."""

NOT_FACTS = (ASSIGNED, "assignments", "units")
"""Names that no table of facts can have."""

OF_ALL = ("path", "format", "table", "delimiter", "decimal", "missing_codes", "encoding", "header_line", "rows_in_fields",
          "where", "time_format", "timezone", "columns", "alias", "money_in")  # fmt: skip
"""Keys of a log that each of several tables has for itself."""

OF_NONE = ("negative", "origin", "export_clean_events")
"""Keys of a place that are said once, of all tables."""


class Role(Place):
    """A table of several: where it stands, how it is read, and the project's names for its columns."""

    columns: dict[Name, RawColumn | ColumnOf]
    """The project's names and the table's columns; user_id is what the tables are joined by"""

    needs: ClassVar[tuple[str, ...]] = ("user_id",)
    """Names without which the table has no role."""

    @model_validator(mode="after")
    def _mapped(self) -> Self:
        missing = [name for name in self.needs if name not in self.columns]
        if missing:
            raise ConfigError(
                "columns", ", ".join(self.columns) or "no columns", f"{' and '.join(self.needs)}; {', '.join(missing)} missing",
                remedy="map the column of the table to it",
            )  # fmt: skip
        if self.format == "frame":
            raise ConfigError("format", "frame", "a file or a database: a frame of a notebook is one table")
        said = [key for key in OF_NONE if key in self.model_fields_set]
        if said:
            raise ConfigError(said[0], str(getattr(self, said[0])), f"nothing here: it is said once, as data.{said[0]}")
        for name, column in self.columns.items():
            if isinstance(column, ColumnOf) and column.times and name != "price":
                raise ConfigError(f"columns.{name}.times", column.times, "none; only price is a product of two columns")
        price = self.columns.get("price")
        single = price.column if isinstance(price, ColumnOf) and not price.times else price
        self.check_codes([single] if isinstance(single, str) else [])
        return self

    @property
    def attributes(self) -> list[str]:
        """Columns that describe a unit, for segments."""
        return [name for name in self.columns if name not in ROLES]


class AssignmentTable(Role):
    """Who was assigned to which variant, and when: a row a unit. Without event_time all count from period.start."""

    needs: ClassVar[tuple[str, ...]] = ("user_id", "variant")

    @model_validator(mode="after")
    def _assigns(self) -> Self:
        _refuse_others(
            self.columns, ("event_name", "event_id", "price"), "an assignment has a unit, a variant and a time"
        )
        refuse_taken(self.attributes)
        return self


class FactTable(Role):
    """What units did, such as orders or sessions: a row each, with its time and, where it has one, its amount.

    Without event_time all rows of a unit count as after its assignment.
    """

    @model_validator(mode="after")
    def _happened(self) -> Self:
        known = ("user_id", "event_time", "event_id", "price")
        strange = [name for name in self.columns if name not in known]
        if strange:
            raise ConfigError(
                "columns", ", ".join(strange), f"names out of {', '.join(known)}", valid=known,
                remedy="what describes a unit stands in data.units; rows of one kind are told by where",
            )  # fmt: skip
        return self


class AttributeTable(Role):
    """What units are like: a row a unit, with attributes for segments."""

    @model_validator(mode="after")
    def _describes(self) -> Self:
        _refuse_others(self.columns, ROLES[1:], "this table describes units")
        refuse_taken(self.attributes)
        return self


ROLES = ("user_id", "variant", "event_time", "event_id", "event_name", "price")
"""Names that say something else than what a unit is like."""


def _without_inherited(schema: dict[str, Any]) -> None:
    """The keys that each table says for itself are none of all tables."""
    for key in OF_ALL:
        schema["properties"].pop(key, None)
    schema["required"] = [key for key in schema.get("required", ()) if key not in OF_ALL]


class Tables(Log):
    """Assignments, facts and attributes in tables of their own, joined by the unit to one log.

    A row of the assignments becomes an event :data:`ASSIGNED`, a row of a table of facts an event by the name of that
    table, with its amount as ``price``; attributes are columns of all events of a unit.
    """

    model_config = ConfigDict(json_schema_extra=_without_inherited)

    source: Literal["tables"]  # type: ignore[assignment]
    """tables: assignments, facts and attributes, each in a table of its own"""
    assignments: AssignmentTable
    """The table of who was assigned to which variant, and when"""
    facts: dict[Name, FactTable] = Field(min_length=1)
    """Tables of what units did, each by the name of its event, such as orders"""
    units: AttributeTable | None = None
    """The table of what units are like, a row each"""
    unassigned: Share = defaults.UNASSIGNED
    """Share of the rows of a table of facts whose unit was never assigned, above which a trust check warns"""
    tolerate: Tolerance = Tolerance()
    """Shares of wrong rows that are accepted; what is not listed may not occur"""

    @model_validator(mode="before")
    @classmethod
    def _joined(cls, raw: Any) -> Any:
        """The columns of the log that the tables are joined to, under the project's own names."""
        if not isinstance(raw, dict):
            return raw
        if "alias" in raw:
            raise ConfigError(
                "alias", raw["alias"], "nothing: tables are joined by one id, user_id",
                remedy="write the user into each table before, or use one log of all events (data.source: log)",
            )  # fmt: skip
        said = [key for key in OF_ALL if key in raw]
        if said:
            raise ConfigError(
                said[0], raw[said[0]], "nothing: each table says it for itself",
                remedy=f"write it below data.assignments, data.facts.NAME or data.units: {said[0]}",
            )  # fmt: skip
        facts = raw.get("facts")
        parts = [raw.get("assignments"), raw.get("units"), *(facts.values() if isinstance(facts, dict) else ())]
        maps = [part["columns"] for part in parts if isinstance(part, dict) and isinstance(part.get("columns"), dict)]
        named = list(dict.fromkeys(name for columns in maps for name in columns))
        first = raw.get("assignments")
        place = {k: first[k] for k in ("path", "format", "table") if k in first} if isinstance(first, dict) else {}
        columns = {name: name for name in ("user_id", "event_time", "event_name", "variant")}
        return (
            raw
            | {"path": "assignments", "decimal": "."}
            | place
            | {"columns": columns | {n: n for n in named if isinstance(n, str)}}
        )

    @model_validator(mode="after")
    def _named_apart(self) -> Self:
        taken = [name for name in NOT_FACTS if name in self.facts]
        if taken:
            raise ConfigError(f"facts.{taken[0]}", taken[0], "another name: the study calls something else so",
                              remedy=f"for instance {taken[0]}_rows")  # fmt: skip
        both = [n for n in self.assignments.attributes if self.units and n in self.units.attributes]
        if both:
            raise ConfigError("units.columns", both[0], f"another name: data.assignments maps {both[0]} already")
        return self

    def start_from(self, base: Path) -> None:
        """Each table starts where the study stands."""
        super().start_from(base)
        for each in (self.assignments, self.units, *self.facts.values()):
            if each is not None:
                each.start_from(base)

    @property
    def logs(self) -> dict[str, Log]:
        """Each table as a log of its own, by the key under which it stands: all of its rows are one event."""
        found = {"assignments": self._log(self.assignments, ASSIGNED)}
        found |= {f"facts.{name}": self._log(facts, name) for name, facts in self.facts.items()}
        return found | ({"units": self._log(self.units, "described")} if self.units else {})

    def _log(self, role: Role, event: str) -> Log:
        columns: dict[str, Any] = {"event_name": EventName(value=event)} | role.columns
        said = {key: getattr(role, key) for key in Place.model_fields} | {"negative": self.negative}
        made = Log.model_construct(source="log", **said | {"columns": columns, "tolerate": self.tolerate})
        made.start_from(role._base)
        return made


def _refuse_others(columns: dict[str, Any], names: tuple[str, ...], why: str) -> None:
    wrong = [name for name in names if name in columns]
    if wrong:
        raise ConfigError(f"columns.{wrong[0]}", wrong[0], f"none here: {why}")
