"""Tables by role in a study file: what each must map, and what is said once of all or by each for itself."""

import copy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from helpers.config import ASSIGNED, Study, Tables, tracking_plan
from tests.ingest.tables.company import company


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    made = company(3, tmp_path_factory.mktemp("company")).raw
    facts = {"path": "orders.csv", "columns": {"user_id": "who", "event_time": "at", "price": "total"}}
    assignments = {"path": "ab.csv", "columns": {"user_id": "unit", "variant": "arm", "event_time": "when"}}
    units = {"path": "users.csv", "columns": {"user_id": "id", "country": "land"}}
    arms = [{"name": "control", "weight": 0.5}, {"name": "treatment", "weight": 0.5}]
    data = {"source": "tables", "assignments": assignments, "facts": {"orders": facts}, "units": units}
    return made | {
        "data": data,
        "variants": arms,
        "metrics": [metric | {"event": "orders"} for metric in made["metrics"]],
    }


def changed(raw: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A study file with another value at a path of keys, or without it."""
    made = copy.deepcopy(raw)
    *above, last = path.split(".")
    place = made
    for key in above:
        place = place[int(key)] if isinstance(place, list) else place[key]  # type: ignore[index]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return made


def test_tables_are_a_log_of_the_projects_own_names(raw: dict[str, Any]) -> None:
    study = Study.model_validate(raw)
    assert isinstance(study.data, Tables)
    assert [*study.data.columns] == ["user_id", "event_time", "event_name", "variant", "country", "price"]
    assert study.exposure == ASSIGNED and study.funnel.steps == [ASSIGNED, "orders"] and study.has_time
    assert [*tracking_plan.tracking_plan(study, Path()).events] == [ASSIGNED, "orders"]
    assert [*study.data.logs] == ["assignments", "facts.orders", "units"]


def test_without_a_time_of_assignment_there_is_no_time_axis(raw: dict[str, Any]) -> None:
    assert not Study.model_validate(changed(raw, "data.assignments.columns.event_time", None)).has_time


@pytest.mark.parametrize(("path", "value", "told"), [
    ("data.assignments.columns.variant", None, "variant missing"),
    ("data.facts.orders.columns.user_id", None, "user_id missing"),
    ("data.facts.orders.columns.country", "land", "names out of user_id, event_time, event_id, price"),
    ("data.units.columns.event_time", "seen", "this table describes units"),
    ("data.units.columns.group", "x", "the warehouse has one like it"),
    ("data.assignments.columns.country", "land", "data.assignments maps country already"),
    ("data.assignments.columns.price", "x", "an assignment has a unit"),
    ("data.facts.assigned", {"path": "a.csv", "columns": {"user_id": "u"}}, "the study calls something else so"),
    ("data.facts", {}, "at least 1"),
    ("data.path", "a.csv", "each table says it for itself"),
    ("data.timezone", "Europe/Berlin", "each table says it for itself"),
    ("data.facts.orders.negative", "refund", "it is said once, as data.negative"),
    ("data.units.format", "frame", "a frame of a notebook is one table"),
    ("data.facts.orders.missing_codes", {"other": [99]}, "columns of amounts or outcomes: total"),
    ("data.facts.orders.columns.event_time", {"column": "at", "times": "n"}, "only price is a product"),
    ("data.facts.orders.columns.price", None, "which is summed"),
    ("metrics.0.event", "order", "one of data.facts: orders"),
    ("mode", "offline", "the assignments say who was treated"),
    ("tracking_plan", "shop", "the tables say what each event carries"),
    ("exposure", "view", "one of data.facts: orders, or assigned"),
])  # fmt: skip
def test_what_no_table_can_have_is_told(raw: dict[str, Any], path: str, value: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Study.model_validate(changed(raw, path, value))
