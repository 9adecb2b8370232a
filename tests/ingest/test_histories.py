"""A history that one arm alone has is refused; one that is empty here and there, alike or nearly so, is not."""

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.studies import METRICS, unit_study

PERIOD = {"baseline": "2026-02-02", "start": "2026-03-02", "end": "2026-03-16"}
SHARES = st.sampled_from([0.0, 0.1, 0.3, 0.49, 0.51, 0.7, 1.0])


def said(folder: Path, known: dict[str, int], units: int, *, covariate: bool = True) -> str:
    """What a table says whose arms a and b have a history of so many units, the first ones."""
    arms = pd.DataFrame({"who": range(2 * units), "arm": ["a", "b"] * units, "bought": 1, "spend": 2.5, "rounds": 1})
    arms["earlier"] = np.where(arms.groupby("arm").cumcount() < arms.arm.map(known), "7.25", "")
    arms.to_csv(folder / "units.csv", index=False)
    metrics = [METRICS[0], METRICS[1] | {"covariate": covariate}, METRICS[2]]
    study = unit_study(folder / "units.csv", {"metrics": metrics, "period": PERIOD}, before={"spend": "earlier"})
    try:
        ingest.land(study, folder / "landed")
    except ReportError as error:
        return str(error)
    return ""


@settings(max_examples=10)
@given(SHARES, SHARES, st.integers(20, 200))
def test_a_history_of_one_arm_is_told_with_its_counts(tmp_path_factory, one: float, other: float, units: int) -> None:
    known = {"a": round(one * units), "b": round(other * units)}
    told = said(tmp_path_factory.mktemp("histories"), known, units)
    assert ("is known in one arm more than in another" in told) == (2 * min(known.values()) < max(known.values()))
    if told:
        assert f"{known['a']} of {units} units of control, {known['b']} of {units} units of treatment" in told


def test_a_history_that_no_metric_uses_is_no_fault(tmp_path: Path) -> None:
    assert said(tmp_path, {"a": 0, "b": 30}, 30, covariate=False) == ""
