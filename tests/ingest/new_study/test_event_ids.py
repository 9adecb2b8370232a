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


NAMES = [("timestamp", "message_id", "received_at"), ("occurred_at", "event_id", "loaded_at"), ("event_timestamp", "insert_id", "server_upload_time"),
         ("time", "$insert_id", "mp_processing_time_ms"), ("derived_tstamp", "event_id", "collector_tstamp"), ("created_at", "id", "_airbyte_extracted_at"),
         ("client_time", "uuid", "server_time"), ("ts", "Kennung", "ingestion_time"), ("date", "tracking_ref", "inserted_at")]  # fmt: skip


@pytest.mark.parametrize(("at", "name", "received"), NAMES)
def test_an_event_that_was_sent_again_counts_once_whatever_its_id_is_called_and_however_many_were(
    tmp_path: Path, at: str, name: str, received: str
) -> None:
    made = log(5, 120).assign(id=lambda t: "e" + t.groupby("id").ngroup().astype(str))
    made = made.rename(columns={"id": name, "at": at, "received": received})
    made.to_csv(tmp_path / "log.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert (study.data.columns["event_id"], study.data.columns["event_time"]) == (name, at)
    assert f"events: column '{name}' tells them apart; 120 of {len(made):,} rows repeat one" in said
    once = made.drop_duplicates(name)
    for arm, told in sums(study, tmp_path)["revenue_per_unit"].items():
        of = once[once["variant"] == arm]
        assert told == (of["user"].nunique(), sum(Decimal(f"{v:.2f}") for v in of["value"].dropna()))


def test_ids_of_rows_that_differ_in_what_was_paid_are_none_of_an_event(tmp_path: Path) -> None:
    made = log(6, 60).assign(id=lambda t: "e" + t.groupby("id").ngroup().astype(str))
    again = made.index[made.duplicated("id") & (made["event"] == "purchase")][:5]
    made.loc[again, "value"] += 1
    made.rename(columns={"id": "event_id"}).to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv", time="at")
    assert "event_id" not in study.data.columns


def test_rows_that_differ_in_the_moment_of_delivery_alone_are_asked_about_with_a_query_that_counts_each_once(
    tmp_path: Path,
) -> None:
    made = log(7, 40).drop(columns="id")
    made.to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert "Are 40 rows events that were sent again?" in said
    query = next(line for line in said.splitlines() if "Are 40 rows" in line).split("counts each once: ")[1]
    (tmp_path / "log.sql").write_text(query, encoding="utf-8")
    study, _, said = proposed(tmp_path, tmp_path / "log.sql", force=True)
    assert "sent again" not in said
    once = made.drop_duplicates(["user", "event", "at"])
    for arm, told in sums(study, tmp_path)["revenue_per_unit"].items():
        of = once[once["variant"] == arm]
        assert told == (of["user"].nunique(), sum(Decimal(f"{v:.2f}") for v in of["value"].dropna()))


def test_nothing_is_asked_of_rows_that_differ_in_more_than_a_moment(tmp_path: Path) -> None:
    log(8, 0).drop(columns="id").to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert "sent again" not in said


@pytest.mark.parametrize(
    ("lines", "of"), [("booking_id", "show_at"), ("rechnung_id", "leistungsdatum"), ("order_id", "delivery_date")]
)
def test_lines_of_one_booking_that_differ_in_a_date_alone_are_no_copies(tmp_path: Path, lines: str, of: str) -> None:
    made = log(5, 0)
    sold = made[made["event"] == "purchase"]
    two = pd.concat([made, sold.sample(60, random_state=1)], ignore_index=True)
    dates = pd.Timestamp("2026-05-01") + pd.to_timedelta(np.random.default_rng(2).permutation(len(two)) % 90, unit="D")
    two = two.assign(**{of: dates}).drop(columns="received").rename(columns={"id": lines})
    two.to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv", time="at", unit="user", event="event")
    assert "event_id" not in study.data.columns
    found = sums(study, tmp_path)["revenue_per_unit"]
    for arm, (_, told) in found.items():
        assert told == sum(Decimal(f"{v:.2f}") for v in two[two["variant"] == arm]["value"].dropna())


@pytest.mark.parametrize("differs", ["ingest_host", "http_status"])
def test_a_column_called_as_the_id_of_an_event_is_one_whatever_else_a_copy_has(tmp_path: Path, differs: str) -> None:
    made = log(6, 90)
    made[differs] = [f"h{i % 7}" for i in range(len(made))]
    made.rename(columns={"id": "event_id"}).to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv", time="at", unit="user", event="event")
    assert study.data.columns["event_id"] == "event_id"
    once = made.drop_duplicates("id")
    for arm, told in sums(study, tmp_path)["revenue_per_unit"].items():
        of = once[once["variant"] == arm]
        assert told == (of["user"].nunique(), sum(Decimal(f"{v:.2f}") for v in of["value"].dropna()))
