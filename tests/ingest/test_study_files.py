"""Study files of unit tables: what may be left out, and what is refused."""

import json

import pytest
from pydantic import ValidationError

from helpers import config, ingest
from helpers.config import ConfigError, Study, tracking_plan
from tests.ingest.studies import METRICS, unit_file, unit_study


def wrong(changes=None, **data) -> ConfigError:
    """The breach that a study file is refused for."""
    with pytest.raises(ValidationError) as caught:
        Study.model_validate(unit_file(data.pop("path", "units.csv"), changes, **data))
    breach = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(breach, ConfigError)
    return breach


def test_the_path_exposure_and_plan_are_made():
    study = unit_study("units.csv")
    assert study.exposure == "exposed"
    assert study.funnel.steps == ["exposed", "bought"]
    assert list(tracking_plan.tracking_plan(study).events) == ["exposed", "bought", "spend", "rounds"]
    assert study.counted == {"rounds"}
    assert study.is_unit_table and not study.has_time
    assert study.diagnosis_end == study.period.end


def test_more_steps_may_be_named():
    assert len(unit_study("units.csv", {"funnel": {"steps": ["exposed", "bought", "spend"]}}).funnel.steps) == 3


def test_a_log_still_needs_all_three():
    raw = unit_file("log.csv", source="log")
    with pytest.raises(ValidationError) as caught:
        Study.model_validate(raw)
    missing = {error["loc"][-1] for error in caught.value.errors() if error["type"] == "missing"}
    assert {"tracking_plan", "exposure", "funnel"} <= missing


def test_editors_let_them_be_left_out():
    schema = json.loads(config.json_schema())
    assert not {"tracking_plan", "exposure", "funnel"} & set(schema["required"])
    assert "metrics" in schema["required"]
    optional = {"revenue_metric", "contribution_margin", "implementation_cost"}
    assert not optional & set(schema["$defs"]["Economics"].get("required", ()))


def test_without_a_revenue_metric_nothing_is_said_of_money():
    from helpers.experiment.decision import value

    raw = unit_file("units.csv")
    del raw["economics"]["revenue_metric"]
    study = Study.model_validate(raw)
    assert study.revenue is None
    found, why = value.worth(study, results=None)
    assert found is None and why.startswith("the study names no revenue metric")


BREACHES = {
    "no variant": ({}, {"columns": {"user_id": "who"}, "variants": {}}, "data.columns.variant"),
    "unknown variant": ({}, {"variants": {"a": "control", "b": "treatmnt"}}, "data.variants"),
    "variant without level": ({}, {"variants": {"a": "control", "b": "control"}}, "data.variants"),
    "another exposure": ({"exposure": "bought"}, {}, "exposure"),
    "another first step": ({"funnel": {"steps": ["bought", "exposed"]}}, {}, "funnel.steps"),
    "retention": ({"metrics": [METRICS[0] | {"type": "retention", "from_day": 7, "to_day": 7, "event": None}, METRICS[1]]}, {}, "metrics.0.type"),
    "a window": ({"metrics": [METRICS[0] | {"within_days": 7}, METRICS[1]]}, {}, "metrics.0.within_days"),
    "rows left out by their outcome": ({}, {"tolerate": {"missing_outcome": 0.5}}, "missing_outcome"),
    "unknown event": ({"metrics": [METRICS[0] | {"event": "buoght"}, METRICS[1]]}, {}, "metrics.0.event"),
    "before without baseline": ({}, {"before": {"spend": "history"}}, "period.baseline"),
    "covariate without before": (
        {
            "metrics": [METRICS[0], METRICS[1] | {"covariate": True}],
            "period": {"baseline": "2019-09-01", "start": "2019-10-01", "end": "2019-10-02"},
        },
        {},
        "metrics.1.covariate",
    ),
    "leaving": ({"leaving": {"event": "bought", "horizon_days": 0.05}}, {}, "leaving"),
    "two units of one event": (
        {"metrics": [*METRICS, METRICS[2] | {"name": "more", "unit": "money"}]}, {}, "metrics",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BREACHES)
def test_what_does_not_fit_is_told_by_its_key(case):
    changes, data, key = BREACHES[case]
    assert wrong(changes, **data).key == key


PLACES = {
    "nothing": ({"path": ""}, "path"),
    "a password in the file": ({"path": "postgresql://me:secret@host/db", "format": "postgres", "table": "t"}, "path"),
    "no table": ({"path": "shop.duckdb"}, "table"),
    "a table of a csv": ({"path": "units.csv", "table": "t"}, "table"),
    "an event's column": ({"columns": {"variant": "arm", "price": "spend"}}, "columns"),
    "exposed as an outcome": ({"outcomes": {"exposed": "bought"}}, "outcomes"),
    "before something else": ({"before": {"visits": "visits"}}, "before"),
    "levels without a column": ({"columns": {"user_id": "who"}}, "variants"),
}


@pytest.mark.parametrize("case", PLACES)
def test_a_place_that_cannot_be_is_told(case):
    data, key = PLACES[case]
    found = wrong(None, **data)
    assert found.key == key
    assert "secret" not in str(found.got)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.csv", "csv"), ("a.CSV.gz", "csv"), ("a.parquet", "parquet"), ("logs", None), ("logs/*.parquet", "parquet"),
        ("log.txt", None),
    ],
)  # fmt: skip
def test_the_path_tells_the_format(path, kind):
    assert unit_study(path).data.kind == kind


def test_every_kind_of_wrong_row_can_be_tolerated():
    from helpers.config import UnitTolerance
    from helpers.ingest.units import CAUSES, KINDS, REMEDIES

    can_be = set(UnitTolerance.model_fields) - {"two_variants", "unparseable_time"}
    assert set(KINDS) - {"left_out"} == set(CAUSES) == set(REMEDIES) == can_be | {"missing_outcome"}
    assert set(tracking_plan.UNIT_KINDS) < set(KINDS)  # what a study leaves out by name needs no tolerance
    assert callable(ingest.land)
