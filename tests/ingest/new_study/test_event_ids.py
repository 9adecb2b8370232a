"""Copies of an event share its id and not all of its columns; the oracle drops them by that id."""

import uuid
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


def log(seed: int, copies: int) -> pd.DataFrame:
    """Views and purchases, some delivered twice, each delivery with a moment of its own."""
    dice = np.random.default_rng(seed)
    users = np.arange(600)
    view = pd.DataFrame(
        {"user": users, "event": "view", "at": pd.Timestamp("2026-03-02") + pd.to_timedelta(users * 1000, unit="s")}
    )
    bought = view[dice.random(600) < 0.4].assign(event="purchase", at=lambda t: t["at"] + pd.Timedelta("5min"))
    both = pd.concat([view, bought], ignore_index=True)
    both["variant"] = np.where(both["user"] % 2, "control", "treatment")
    both["value"] = np.where(both["event"] == "purchase", dice.integers(100, 9_999, len(both)) / 100, np.nan)
    both["id"] = [str(uuid.UUID(bytes=dice.bytes(16))) for _ in both.index]
    again = both.sample(copies, random_state=seed)
    sent = pd.concat([both, again], ignore_index=True)
    return sent.assign(received=sent["at"] + pd.to_timedelta(dice.integers(1, 90_000, len(sent)), unit="s"))


@pytest.mark.parametrize("name", ["uuid", "guid", "event_uuid", "row_key", "$insert_id", "Kennung"])
def test_a_copy_with_another_moment_of_delivery_counts_once(tmp_path: Path, name: str) -> None:
    made = log(len(name), 25)
    made.rename(columns={"id": name}).to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv", time="at", unit="user", event="event")
    assert study.data.columns["event_id"] == name
    found = sums(study, tmp_path)["revenue_per_unit"]
    once = made.drop_duplicates("id")
    for arm, told in found.items():
        of = once[once["variant"] == arm]
        assert told == (of["user"].nunique(), sum(Decimal(f"{v:.2f}") for v in of["value"].dropna()))


def test_ids_that_events_of_several_moments_share_are_none_of_an_event(tmp_path: Path) -> None:
    made = log(3, 0)
    bought = made.index[made["event"] == "purchase"][:20]
    view = made[made["event"] == "view"].set_index("user")["id"]
    made.loc[bought, "id"] = view[made.loc[bought, "user"]].to_numpy()  # that of the visit in which it was bought
    made.rename(columns={"id": "uuid"}).to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv", time="at", unit="user", event="event")
    assert "event_id" not in study.data.columns
