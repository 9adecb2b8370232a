"""The keys that say when an outcome counts and what a missing one means: what is refused, and in which words."""

import pytest

from helpers.config import Study
from tests.config.test_study import FLAGSHIP, GONE, edited, refused, written
from tests.ingest.studies import unit_study

RETENTION = "metrics.3"
BROKEN = {
    "days of old": (
        {f"{RETENTION}.days": 7, f"{RETENTION}.from_day": GONE, f"{RETENTION}.to_day": GONE},
        ("metrics.3.days", "counted days 2 to N", "from_day: 7 and to_day: 7; to count as before write from_day: 2 and to_day: 7"),
    ),
    "days of a proportion": ({"metrics.0.days": 7}, ("metrics.0.days", "within_days", "write within_days: 7")),
    "window_days": ({"metrics.0.window_days": 7}, ("metrics.0.window_days", "is unknown", "did you mean 'within_days'?")),
    "only one day": ({f"{RETENTION}.to_day": GONE}, ("metrics.3.type", "retention with from_day, to_day", "add to_day")),
    "days in a proportion": (
        {"metrics.0.from_day": 1}, ("metrics.0.type", "proportion with event", "remove from_day")
    ),
    "the wrong way round": ({f"{RETENTION}.from_day": 8}, ("metrics.3.to_day", "8 or later", "")),
    "a window within the days": (
        {f"{RETENTION}.within_days": 7}, ("metrics.3.within_days", "say when an event counts", "remove within_days")
    ),
    "no event is no value": ({f"{RETENTION}.missing": "zero"}, ("metrics.3.missing", "no event is no value", "remove missing")),
    "an event without an amount has happened": (
        {"metrics.0.missing": "drop"}, ("metrics.0.missing", "has happened, whatever its amount", "remove missing")
    ),
    "longer than the experiment": ({f"{RETENTION}.to_day": 29}, ("metrics.3.to_day", "at most the 28 days", "")),
    "a window longer than the experiment": (
        {"metrics.0.within_days": 29}, ("metrics.0.within_days", "at most the 28 days", "")
    ),
    "neither": ({"metrics.1.missing": "ignore"}, ("metrics.1.missing", "one of drop, zero, error", "")),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_meant_is_one_message(case, tmp_path):
    changes, said = BROKEN[case]
    message = refused(written(tmp_path, edited(FLAGSHIP, changes)))
    for words in said:
        assert words in message


def test_a_window_is_told_in_words():
    raw = edited(FLAGSHIP, {"metrics.0.within_days": 1, "metrics.1.within_days": 7, "metrics.3.from_day": 7})
    study = Study.model_validate(raw)
    assert [study.window(metric) for metric in study.metrics] == [
        "within 1 day of exposure",
        "within 7 days of exposure",
        "from exposure to the end of the experiment",
        "on day 7 after exposure (hours 144 to 168)",
        "from exposure to the end of the experiment",
    ]
    assert (
        Study.model_validate(FLAGSHIP).metric("retention_7d").window
        == "on days 2 to 7 after exposure (hours 24 to 168)"
    )
    table = unit_study("units.csv")
    assert {table.window(metric) for metric in table.metrics} == {"as each row of the table has it"}


def test_what_missing_means_where_nothing_is_said():
    log, table = Study.model_validate(FLAGSHIP), unit_study("units.csv")
    assert {log.when_missing(metric) for metric in log.metrics} == {"error"}
    assert {table.when_missing(metric) for metric in table.metrics} == {"drop"}
    stated = Study.model_validate(edited(FLAGSHIP, {"metrics.1.missing": "zero"}))
    assert stated.when_missing(stated.metric("revenue_per_user")) == "zero"
