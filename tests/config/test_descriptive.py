"""A study of data that are no experiment states nothing of one."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers import config
from helpers.config.descriptive import OF_AN_EXPERIMENT, PLANNED
from helpers.errors import ReportError
from helpers.experiment.decision import log, registration
from helpers.paths import StudyPaths

TABLE: dict[str, Any] = {
    "name": "shop",
    "title": "A shop",
    "question": "How many leave?",
    "mode": "descriptive",
    "data": {"source": "units", "path": "shop.csv", "outcomes": {"left": "gone", "months": "stayed"}},
    "period": {"start": "2026-03-02", "end": "2026-03-16"},
    "metrics": [{"name": "left", "label": "Left", "role": "primary", "type": "proportion", "event": "left"}],
}


def loaded(folder: Path, **more: Any) -> config.Study:
    file = folder / "studies" / "shop.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(TABLE | more), encoding="utf-8")
    return config.load(file)


def test_nothing_of_an_experiment_must_be_stated(tmp_path: Path) -> None:
    study = loaded(tmp_path)
    assert study.is_descriptive and study.is_hashed and not study.planted
    assert [v.weight for v in study.variants] == [0.5, 0.5], "those of the test that is planned"
    assert study.assumes("design.minimum_detectable") and not loaded(
        tmp_path, design={"minimum_detectable": 0.2}
    ).assumes("design.minimum_detectable")


@pytest.mark.parametrize("key", OF_AN_EXPERIMENT)
def test_a_key_of_an_experiment_is_refused_with_what_to_do(tmp_path: Path, key: str) -> None:
    value = PLANNED.get(key) or {"event": "left", "horizon_days": 3}
    with pytest.raises(ReportError, match=rf"(?s){key}.*because mode is descriptive.*mode: online"):
        loaded(tmp_path, **{key: value})


def test_a_lifetime_is_of_two_outcomes_of_a_table_that_is_described(tmp_path: Path) -> None:
    study = loaded(tmp_path, lifetime={"lasted": "months", "ended": "left", "unit": "months"})
    assert study.lifetime is not None and study.lifetime.unit == "months"
    with pytest.raises(ReportError, match=r"(?s)lifetime\.lasted.*did you mean 'months'"):
        loaded(tmp_path, lifetime={"lasted": "month", "ended": "left"})
    online = {"mode": "online", "lifetime": {"lasted": "months", "ended": "left"}, "salt": "shop-1"}
    with pytest.raises(ReportError, match=r"(?s)lifetime.*mode is online"):
        loaded(tmp_path, **PLANNED, **online, data=TABLE["data"] | {"columns": {"variant": "arm"}})


def test_there_is_no_rule_to_register_and_nothing_to_decide(tmp_path: Path) -> None:
    study, where = loaded(tmp_path), StudyPaths("shop", tmp_path)
    with pytest.raises(ReportError, match="no rule to register"):
        registration.register(study, where, datetime.now(UTC))
    with pytest.raises(ReportError, match="nothing to decide"):
        log.append(study, where, log.Choice(decision="GO", by="product", reason="it is so", on=date(2026, 4, 1)))
