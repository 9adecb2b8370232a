"""Amounts below zero are told as refunds only where what is paid may come back; elsewhere they stand for nothing."""

import copy
from pathlib import Path

import pandas as pd
import pytest

from helpers import config
from helpers.config import tracking_plan
from helpers.warehouse.examine import examined
from tests.ingest.studies import LOG_COLUMNS, REES46, study_file


def said(base: Path, below: dict[str, str]) -> tuple[str, int]:
    """What is refused of a log in which every third row of these events has such an amount, and how many there are."""
    frame = pd.DataFrame(
        [{"at": f"2019-10-01 0{hour}:{i // 3:02d}:00", "what": what, "who": f"u{i}", "cost": "7.5" if what == "purchase" else ""}
         for hour, what in enumerate(("view", "cart", "purchase")) for i in range(60)]
    )  # fmt: skip
    for event, amount in below.items():
        frame.loc[frame[frame.what == event].index[::3], "cost"] = amount
    frame.to_csv(base / "log.csv", index=False)
    raw = copy.deepcopy(REES46) | {"segments": []}
    raw["data"] = {"source": "log", "path": str(base / "log.csv"), "columns": LOG_COLUMNS}
    study, where = config.opened(study_file(base, raw))
    seen = examined(study, where, tracking_plan.tracking_plan(study), full=True)
    wrong = [str(fault) for fault in seen.faults if "negative revenue or prices" in str(fault)]
    return "\n".join(wrong), int((pd.to_numeric(frame.cost) < 0).sum())


@pytest.mark.parametrize("below", [{"view": "-1"}, {"view": "-1", "cart": "-99"}])
def test_a_placeholder_is_called_one_and_leaving_it_empty_helps(tmp_path, below):
    message, many = said(tmp_path, below)
    assert f"{many:,} of" in message and "a placeholder such as -1" in message and "leave the field empty" in message
    assert "refund" not in message
    assert said(tmp_path, dict.fromkeys(below, "")) == ("", 0)


@pytest.mark.parametrize("below", [{"purchase": "-5"}, {"purchase": "-5", "view": "-1"}])
def test_what_may_be_a_refund_is_told_as_one(tmp_path, below):
    message, many = said(tmp_path, below)
    assert f"{many:,} of" in message and "data.negative: refund if they are refunds" in message
