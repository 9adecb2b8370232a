"""What a study cannot be: names that the models keep, moments that no table of numbers holds, a design with one arm."""

import re

import duckdb
import pytest
import yaml
from pydantic import ValidationError

from helpers import config, paths
from helpers.config.reserved import OF_SQL, OF_THE_MARTS
from helpers.config.tracking_plan import ROW_COLUMNS, read_plan
from helpers.errors import ReportError
from tests.ingest.studies import unit_file, unit_study

WITH_SEGMENTS = {"base_events", "stg_events_checked", "stg_events", "fct_experiment_units"}


def test_reserved_words_are_those_of_the_engine():
    asked = "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    assert {word for (word,) in duckdb.sql(asked).fetchall()} == OF_SQL


def test_reserved_columns_are_those_that_the_models_make():
    made = set()
    for file in (paths.WAREHOUSE / "models").rglob("*.yml"):
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", []):
            if model["name"] in WITH_SEGMENTS:
                made |= {column["name"] for column in model["columns"]}
    assert made - set(ROW_COLUMNS) | {"experiment_id", "user_id", "variant"} == OF_THE_MARTS


RESERVED = "other names: the models keep these|another name: the warehouse has one like it of its own"


@pytest.mark.parametrize("name", ["problem", "row_key", "group", "select", "variant"])
def test_a_segment_with_a_reserved_name_is_refused(name):
    raw = unit_file("units.csv")
    raw["data"]["columns"][name] = "x"
    with pytest.raises(ValidationError, match=RESERVED):
        config.Study.model_validate(raw | {"segments": [name]})
    assert unit_study("units.csv").segments == []


@pytest.mark.parametrize(
    "moment", ["0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31", "9999-12-31T23:59:59-12:00"]
)
@pytest.mark.parametrize("key", ["start", "end", "baseline"])
def test_a_moment_that_no_table_holds_is_refused(moment, key):
    with pytest.raises(ValidationError, match=re.escape("a year from 1678 to 2261")):
        unit_study("units.csv", {"period": {"start": "2019-10-01", "end": "2019-10-02"} | {key: moment}})


@pytest.mark.parametrize("changes", [{"splits": [1.0]}, {"splits": [0.0, 0.5]}, {"splits": []}])
def test_a_split_that_leaves_one_arm_is_refused(changes):
    with pytest.raises(ValidationError, match=r"design\.splits"):
        unit_study("units.csv", {"design": unit_file("x")["design"] | changes})


@pytest.mark.parametrize("weights", [[1, 0], [0, 1], [0.5, 0.5, 0], [1]])
def test_arms_that_nobody_is_in_are_refused(weights):
    names = ("control", "treatment", "other")
    arms = [{"name": name, "weight": weight} for name, weight in zip(names, weights, strict=False)]
    with pytest.raises(ValidationError, match="variants"):
        unit_study("units.csv", {"variants": arms})


@pytest.mark.parametrize("event", ["", "{}", "{description: Seen}", "{description: Seen, properties: }"])
def test_a_planned_event_without_properties_is_one_message(tmp_path, event):
    file = tmp_path / "plan.yml"
    file.write_text(f"events:\n  view: {event}\n", encoding="utf-8")
    with pytest.raises(ReportError, match=r"plan.yml, line \d: key 'events.view"):
        read_plan(file)


def test_half_of_a_character_is_refused_with_its_line(tmp_path):
    file = tmp_path / "studies" / "mine.yml"
    file.parent.mkdir()
    raw = unit_file("units.csv") | {"name": "mine", "title": "half \udc80"}
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(ReportError, match=r"mine.yml is not valid YAML\n  got: +line \d+: half of a character"):
        config.load(file)
