"""The moment of what happened, beside those at which its row was sent, received or loaded; the oracle orders by the first."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

PAIRS = [("timestamp", "received_at"), ("occurred_at", "loaded_at"), ("created_at", "_airbyte_extracted_at"), ("time", "mp_processing_time_ms"),
         ("ts", "server_ts"), ("timestamp", "ingestion_timestamp"), ("sent_at", "received_at"), ("event_date", "created_at"), ("ts", "created_at"),
         ("timestamp", "etl_loaded_at"), ("zeitpunkt", "eingangszeit"), ("Uhrzeit", "geladen_am"), ("horodatage", "date_chargement"), ("heure", "date_envoi"),
         ("momento", "fecha_de_carga"), ("hora", "enviado"), ("ora", "data_caricamento"), ("timestamp", "_fivetran_synced"), ("time", "_sdc_batched_at"),
         ("derived_tstamp", "collector_tstamp"), ("visited", "exported_at")]  # fmt: skip


def log(happened: str, delivered: str, users: int = 500) -> pd.DataFrame:
    """Views and purchases, each row delivered up to two days later."""
    dice = np.random.default_rng(7)
    view = pd.DataFrame(
        {
            "user_id": [f"u{i:04d}" for i in range(users)],
            "variant": np.where(np.arange(users) % 2, "control", "treatment"),
        }
    )
    view[happened] = pd.Timestamp("2026-03-02") + pd.to_timedelta(dice.integers(0, 14 * 86_400, users), unit="s")
    bought = view[dice.random(users) < 0.4].copy()
    bought[happened] += pd.to_timedelta(dice.integers(60, 7_200, len(bought)), unit="s")
    made = pd.concat([view.assign(event="view"), bought.assign(event="purchase")], ignore_index=True)
    made[delivered] = made[happened] + pd.to_timedelta(dice.integers(1, 2 * 86_400, len(made)), unit="s")
    return made


@pytest.mark.parametrize(("happened", "delivered"), PAIRS)
@pytest.mark.parametrize("first", [0, 1])
def test_what_happened_has_the_moment_at_which_it_did_and_not_that_of_its_delivery(
    tmp_path: Path, happened: str, delivered: str, first: int
) -> None:
    made = log(happened, delivered)
    columns = [happened, delivered] if first else [delivered, happened]
    made[[*columns, "user_id", "event", "variant"]].to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv")
    assert study.data.columns["event_time"] == happened
    if first and (happened, delivered) in PAIRS[::5]:
        told = sums(study, tmp_path)["purchase_rate"]
        assert {arm: n for arm, (_, n) in told.items()} == made[made["event"] == "purchase"][
            "variant"
        ].value_counts().to_dict()


@pytest.mark.parametrize(("happened", "delivered"), [("ts", "created_at"), ("sent_at", "received_at")])
def test_which_of_two_moments_is_meant_is_asked_where_no_name_tells_it_and_the_order_is_another(
    tmp_path: Path, happened: str, delivered: str
) -> None:
    log(happened, delivered).to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert f"When did it happen, at '{happened}' or at '{delivered}'?" in said
    _, _, said = proposed(tmp_path, tmp_path / "log.csv", time=happened, force=True)
    assert "When did it happen" not in said


@pytest.mark.parametrize(
    ("since", "loaded"),
    [
        ("signup_at", "ingested_at"), ("birthday", "loaded_at"), ("first_seen", "server_received_at"), ("enrolled_at", "inserted_at"),
        ("assigned_at", "processed_at"), ("exposed_at", "imported_at"), ("angelegt", "empfangen_am"), ("inscrit_le", "recu_le"),
    ],
)  # fmt: skip
def test_a_moment_of_the_unit_is_none_of_the_rows_whatever_stands_beside_it(
    tmp_path: Path, since: str, loaded: str
) -> None:
    made = log("ts", loaded)
    made[since] = pd.Timestamp("2026-02-20") + pd.to_timedelta(made["user_id"].str[1:].astype(int), unit="h")
    made.drop(columns="ts").to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv")
    assert study.data.columns["event_time"] == loaded


@pytest.mark.parametrize(("planned", "delivered"), [("delivery_date", "received_at"), ("ship_by", "inserted_at"), ("appointment", "received_at"),
                                                     ("liefertermin", "empfangen_am")])  # fmt: skip
@pytest.mark.parametrize("days", [True, False])
def test_what_is_planned_for_days_later_is_no_moment_of_a_row(
    tmp_path: Path, planned: str, delivered: str, days: bool
) -> None:
    made = log("ts", delivered)
    ahead = made["ts"] + pd.to_timedelta(np.random.default_rng(3).integers(3, 6, len(made)), unit="D")
    made[planned] = ahead.dt.date if days else ahead
    made.drop(columns="ts").to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv")
    assert study.data.columns["event_time"] == delivered


@pytest.mark.parametrize(
    ("happened", "delivered"), [("timestamp", "exported_at"), ("enrolled_on", "dwh_load_date"), ("ts", "loaded_at")]
)
def test_the_period_of_a_table_of_units_is_that_of_what_happened(tmp_path: Path, happened: str, delivered: str) -> None:
    made = (
        log(happened, delivered)
        .drop_duplicates("user_id")
        .drop(columns="event")
        .assign(converted=lambda t: t.index % 3 == 0)
    )
    made[delivered] += pd.Timedelta(days=20)
    made.to_csv(tmp_path / "units.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "units.csv")
    assert study.data.columns["event_time"] == happened
