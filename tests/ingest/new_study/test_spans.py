"""A file tells when its rows end, and not until when its experiment was to run."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.experiment.decision.look import early_look
from tests.ingest.new_study.tables import proposed, units


def log(folder: Path, hours: float) -> tuple[Path, pd.Series]:
    """A log of both arms whose last event is so many hours after its first midnight."""
    dice = np.random.default_rng(int(hours))
    start, users = pd.Timestamp("2026-10-05"), np.arange(900)
    seen = start + pd.to_timedelta(np.r_[0.01, dice.uniform(0.02, hours - 1, 898), hours] * 3600, unit="s").round("s")
    made = pd.DataFrame(
        {"user_id": users, "time": seen, "event": "view", "variant": np.where(users % 2, "control", "treatment")}
    )
    bought = made[dice.random(900) < 0.2].assign(event="purchase", time=lambda t: t["time"] + timedelta(seconds=1))
    both = pd.concat([made, bought[bought["time"] <= seen.max()]]).sort_values("time")
    both.to_csv(folder / "log.csv", index=False)
    return folder / "log.csv", both["time"]


@pytest.mark.parametrize(("hours", "breaks_off"), [(15 * 24 + 7, True), (15 * 24 + 23.5, False), (9 * 24 + 0.5, True)])
def test_rows_that_break_off_within_a_day_are_asked_about_and_taken_as_over(
    tmp_path: Path, hours: float, breaks_off: bool
) -> None:
    file, times = log(tmp_path, hours)
    study, _, said = proposed(tmp_path, file)
    assert f"{times.min()} to {times.max()}" in said, "first and last moment as they stand there"
    assert ("Is the experiment over?" in said) is breaks_off
    assert study.assumes("period.end") and early_look(study, times.max()) is None


def test_an_end_that_is_stated_is_no_assumption_and_makes_the_look_early(tmp_path: Path) -> None:
    file, times = log(tmp_path, 15 * 24 + 7)
    study, _, said = proposed(tmp_path, file, period=(datetime(2026, 10, 5), datetime(2026, 11, 2)))
    assert not study.assumes("period.end") and "Is the experiment over?" not in said
    assert early_look(study, times.max()) is not None


@pytest.mark.parametrize(
    ("days", "period", "asked"), [(3, None, True), (9, None, False), (3, 21, True), (21, 21, False)]
)
def test_units_that_came_in_before_the_end_may_have_been_watched_longer(tmp_path: Path, days: int, period: int | None, asked: bool) -> None:  # fmt: skip
    """And once the study says until when, it is no early look any more."""
    start = datetime(2026, 9, 7)
    file = units(tmp_path / "t.csv", f"timestamp '2026-09-07' + to_seconds(i * {days * 86_400 // 2_000}) as began_at")
    stated = (start, start + timedelta(days=period)) if period else None
    study, _, said = proposed(tmp_path, file, period=stated)
    assert ("Were the units watched for longer" in said) is asked
    assert (early_look(study, start + timedelta(days=days)) is not None) is asked
    watched = study.period.model_copy(update={"observed_until": start + timedelta(days=period or 7)})
    assert early_look(study.model_copy(update={"period": watched}), start + timedelta(days=days)) is None


@pytest.mark.parametrize(("days", "asked"), [(9 * 365, True), (60, False)])
def test_moments_over_years_are_asked_about(tmp_path: Path, days: int, asked: bool) -> None:
    file = units(tmp_path / "t.csv", f"(date '2016-02-01' + (i * {days} // 2000)::integer)::varchar as contract_start")
    _, _, said = proposed(tmp_path, file)
    assert ("Is 'contract_start' when units were assigned?" in said) is asked
