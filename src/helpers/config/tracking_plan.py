"""The log: its tracking plan, and what may be wrong with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError, model_validator

from helpers import paths
from helpers.config import (
    ASSIGNED,
    EXPOSED,
    ConfigError,
    Model,
    Name,
    Study,
    Tables,
    Units,
    explained,
    naming,
    nearest,
    read_yaml,
)
from helpers.errors import ReportError

Disposition = Literal["kept", "dropped", "quarantined", "repaired", "flagged"]

PROBLEMS: Final = (
    "missing_id",
    "unparseable_time",
    "unplanned_event",
    "outside_period",
)
"""Rules a row can break on its own, in the order in which they are applied; the first one counts."""

FLAWS: Final = ("wrong_type", "negative_price")
"""What is wrong with an amount, not with its event: that has happened, and the amount is missing."""

ROW_KINDS: Final[dict[str, Disposition]] = {
    "malformed_line": "quarantined",
    **dict.fromkeys(PROBLEMS, "quarantined"),
    **dict.fromkeys(FLAWS, "flagged"),
    "exact_duplicate": "dropped",
    "late_duplicate": "dropped",
    "bot": "dropped",
    "timezone_offset": "repaired",
    "epoch_milliseconds": "repaired",
    "named_month": "repaired",
    "missing_property": "flagged",
    "extra_property": "flagged",
    "missing_revenue": "flagged",
    "impossible_order": "flagged",
    "free_purchases": "flagged",
    "kept": "kept",
}
"""What becomes of each kind of row. Quarantined and dropped rows leave; repaired and flagged ones are kept."""

UNIT_KINDS: Final[dict[str, Disposition]] = {
    "left_out": "dropped",
    "missing_outcome": "flagged",
    "shown_otherwise": "quarantined",
    "duplicate_unit": "quarantined",
}
"""What only a unit table can have wrong: a row of a level that is left out, that lacks an outcome, was shown another variant, repeats a unit."""

EXPERIMENT_EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "experiment_impression": ("experiment_id", "variant", "user_id"),
    "experiment_conversion": ("experiment_id", "variant", "user_id", "price"),
    "experiment_session": ("experiment_id", "variant", "session_id", "duration_sec"),
}
"""Contracts of the events an experiment fires, and the properties they must carry."""

ROW_COLUMNS: Final = (
    "event_id",
    "event_time",
    "ingested_at",
    "event_name",
    "user_id",
    "session_id",
    "product_id",
    "category",
    "price",
    "order_id",
    "coupon",
    "experiment_id",
    "variant",
    "duration_sec",
)
"""The project's names for columns; a log may lack all but the event's time, name and unit."""


def row_kinds(study: Study) -> dict[str, Disposition]:
    """Kinds of rows that a study's data can have."""
    return {"malformed_line": ROW_KINDS["malformed_line"]} | (UNIT_KINDS if study.is_unit_table else {}) | ROW_KINDS


class Property(Model):
    """One property of an event."""

    type: Literal["string", "number"]
    required: bool = False


Team = Annotated[str, Field(pattern="^[a-z][a-z -]* team$")]
"""A role that stays when people change; never a person."""


class Event(Model):
    """One planned event."""

    description: str
    properties: dict[Name, Property]
    owner: Team | None = None
    """The team that fires it, where it is not the plan's own"""
    fired: Literal["client", "server"] | None = None
    """In the reader's browser or app, where blockers and lost connections cost some, or by the server; unknown without"""
    page: str | None = None
    """The page or screen on which it is fired"""


class TrackingPlan(Model):
    """Which events a log may hold and what each must carry.

    A plan that names its owner is held to the naming rules of :mod:`helpers.config.naming`. One without describes a log as
    others wrote it, whose names are not the reader's to choose.
    """

    version: str = Field(default="1.0.0", pattern=r"^\d+\.\d+\.\d+$")
    """Major.minor.patch; what a change asks for stands in :mod:`helpers.config.versions`"""
    owner: Team | None = None
    """The team that answers for the plan"""
    events: dict[Name, Event]

    @model_validator(mode="after")
    def _names(self) -> "TrackingPlan":
        if self.owner is None:
            return self
        groups = {"events": list(self.events)}
        groups |= {f"events.{name}.properties": list(event.properties) for name, event in self.events.items()}
        for place, names in groups.items():
            broken = next(filter(None, map(naming.breach, names)), None) or naming.twins(names)
            if broken:
                key = f"{place}.{broken.name}"
                raise ConfigError(key, broken.name, naming.RULES[broken.rule], remedy=broken.remedy)
        return self

    def owner_of(self, event: str) -> str | None:
        """The team that fires an event."""
        return self.events[event].owner or self.owner


@dataclass(frozen=True)
class PropertyCheck:
    """One rule of the plan, as a condition on a row of the log."""

    event: str
    property: str
    violation: Literal["missing_property", "wrong_type", "extra_property"]
    condition: str


def tracking_plan(study: Study, studies: Path = paths.STUDIES) -> TrackingPlan:
    """The plan a study names, from ``studies/tracking_plans``; that of tables of units is made of what they map."""
    if isinstance(study.data, Tables):
        return _plan_of_tables(study.data)
    if study.tracking_plan is None:
        assert isinstance(study.data, Units)
        return _plan_of_units(study.data)
    own = studies / "tracking_plans" / f"{study.tracking_plan}.yml"
    file = own if own.is_file() else paths.STUDIES / "tracking_plans" / own.name
    if not file.is_file():
        known = sorted(p.stem for p in (paths.STUDIES / "tracking_plans").glob("*.yml"))
        raise ReportError(
            f"studies/{study.name}.yml: key 'tracking_plan' names no plan",
            got=study.tracking_plan,
            expected=f"one of {', '.join(known)}",
            remedy=nearest(study.tracking_plan, known),
        )
    plan = read_plan(file)
    named = {*study.funnel.steps, study.exposure, *(e for m in study.metrics for e in m.events)}
    if study.leaving:
        named.add(study.leaving.event)
    unknown = sorted(named - set(plan.events) - set(EXPERIMENT_EVENTS))
    if unknown:
        raise ReportError(
            f"studies/{study.name}.yml uses events that its tracking plan does not know",
            got=", ".join(unknown),
            expected=f"one of {', '.join(plan.events)}",
            remedy=nearest(unknown[0], plan.events) or f"plan them in {paths.shown(file)}, or correct the name",
        )
    return plan


def read_plan(file: Path) -> TrackingPlan:
    """A plan's file, validated; raises :class:`~helpers.errors.ReportError` naming file, line and event."""
    if not file.is_file():
        raise ReportError("there is no such tracking plan", got=paths.shown(file), expected="a YAML file")
    raw = read_yaml(file)
    try:
        return TrackingPlan.model_validate(raw)
    except ValidationError as error:
        raise explained(error, file, raw, TrackingPlan) from None


def plans() -> dict[str, TrackingPlan]:
    """Every plan of ``studies/tracking_plans`` by its name.

    >>> plans()["shop"].owner_of("purchase")
    'checkout team'
    """
    return {file.stem: read_plan(file) for file in sorted((paths.STUDIES / "tracking_plans").glob("*.yml"))}


def _plan_of_units(data: Units) -> TrackingPlan:
    exposed = Event(description="The unit enters the experiment", properties={"variant": Property(type="string")})
    happened = {"price": Property(type="number")}
    return TrackingPlan(
        events={EXPOSED: exposed}
        | {
            name: Event(
                description=f"Column {column} is neither zero, no nor empty; a number in it is the amount",
                properties=happened,
            )
            for name, column in data.outcomes.items()
        }
    )


def _plan_of_tables(data: Tables) -> TrackingPlan:
    assigned = Event(description="The unit is assigned", properties={"variant": Property(type="string")})
    events = {ASSIGNED: assigned}
    for name, facts in data.facts.items():
        amount = {"price": Property(type="number")} if "price" in facts.columns else {}
        events[name] = Event(description=f"A row of the table {name}", properties=amount)
    return TrackingPlan(events=events)


def property_checks(plan: TrackingPlan, columns: set[str]) -> list[PropertyCheck]:
    """Rules that the columns at hand can show broken; ``columns`` are the project's names present in the log."""
    tracked = {p for event in plan.events.values() for p in event.properties}
    checks = []
    for name, event in plan.events.items():
        for prop in sorted(tracked & columns):
            planned = event.properties.get(prop)
            filled = "has_price" if prop == "price" else f"coalesce({prop}::varchar, '') <> ''"
            if planned is None:
                checks.append(PropertyCheck(name, prop, "extra_property", filled))
                continue
            if planned.required:
                checks.append(PropertyCheck(name, prop, "missing_property", f"not ({filled})"))
            if planned.type == "number" and prop == "price":
                checks.append(PropertyCheck(name, prop, "wrong_type", "true"))
    return checks
