"""The window of a funnel holds nine in ten of those who convert; what was done before the exposure is no step after it."""

import math
import random
from pathlib import Path

import pandas as pd
import pytest

from tests.ingest.new_study.tables import proposed


def visits(file: Path, seed: int, scale: float, *, days: bool = False) -> pd.DataFrame:
    """Guests who all open the app first; then some are shown an offer, most of these look, and some of these book."""
    draw, rows = random.Random(seed), []
    for i in range(600):
        at, who, arm = pd.Timestamp("2026-05-04") + pd.Timedelta(hours=draw.randrange(96)), f"g{i:04}", "AB"[i % 2]
        rows.append((who, at, "app_opened", arm))
        at += pd.Timedelta(minutes=draw.randrange(1, 300))
        rows.append((who, at, "offer_exposure", arm))
        if draw.random() < 0.7:
            rows.append((who, at + pd.Timedelta(minutes=5), "room_viewed", arm))
            if draw.random() < 0.1:
                rows.append((who, at + pd.Timedelta(minutes=6), "coupon_clicked", arm))
            if draw.random() < 0.5:
                rows.append((who, at + pd.Timedelta(hours=0.2 + draw.expovariate(1 / scale)), "booking_purchase", arm))
    frame = pd.DataFrame(rows, columns=["guest_id", "time", "event", "variant"])
    if days:
        frame["time"] = frame.time.dt.normalize()
    frame.sort_values("time").to_csv(file, index=False)
    return frame


@pytest.mark.parametrize(
    ("seed", "scale", "days"), [(1, 2.0, False), (2, 40.0, False), (3, 130.0, False), (4, 60.0, True)]
)
def test_the_window_is_of_the_data(tmp_path: Path, seed: int, scale: float, days: bool) -> None:
    frame = visits(tmp_path / "guests.csv", seed, scale, days=days)
    study, text, _ = proposed(tmp_path, tmp_path / "guests.csv")
    first = frame.groupby(["guest_id", "event"]).time.min().unstack()
    hours = (first.booking_purchase - first.offer_exposure).dt.total_seconds() / 3600
    longest = (study.period.end - study.period.start).total_seconds() / 3600
    wanted = min(max(1, math.ceil(hours.quantile(0.9, interpolation="higher") / 24)) * 24, longest)
    assert study.funnel.window_hours == wanted
    assert wanted == longest or (hours.dropna() <= wanted).mean() >= 0.9
    assert "90% of those who reach booking_purchase" in text


def test_what_came_before_and_what_most_skip_are_no_steps(tmp_path: Path) -> None:
    visits(tmp_path / "guests.csv", 5, 30.0)
    study, _, said = proposed(tmp_path, tmp_path / "guests.csv")
    assert list(study.funnel.steps) == ["offer_exposure", "room_viewed", "booking_purchase"]
    assert "app_opened" not in said or "app_opened (100% of its units did it before offer_exposure)" in said
