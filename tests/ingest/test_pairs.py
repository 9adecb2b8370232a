"""Lists of keys and values are columns: the export of Google Analytics 4 as its documentation shows it, not as this project lists its columns."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from helpers.ingest import json_keys
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

TYPES = ("string_value", "int_value", "float_value", "double_value")


def _param(key: str, **value: object) -> dict[str, Any]:
    """A parameter as BigQuery shows one: a field of the value for each type, one of them filled."""
    return {"key": key, "value": dict.fromkeys(TYPES) | value}


def _event(n: int, name: str) -> dict[str, Any]:
    """An event with the fields of "BigQuery Export schema", those of Firebase that are empty for a web stream left out."""
    micros = 1_782_900_000_000_000 + n * 7_000_000 + (5_000_000 if name == "purchase" else 0)
    return {
        "event_date": "20260701", "event_timestamp": micros, "event_name": name,
        "event_params": [
            _param("ga_session_id", int_value=1_000 + n), _param("page_title", string_value="Basket"),
            _param("engagement_time_msec", int_value=17 * n), *[_param("value", double_value=(9.5, 4.25)[n % 4 // 2])] * (name == "purchase"),
        ],
        "event_previous_timestamp": None, "event_bundle_sequence_id": n, "event_server_timestamp_offset": 120,
        "user_id": None, "user_pseudo_id": f"{n}.{n * 3}",
        "user_properties": [{"key": "exp_checkout", "value": dict.fromkeys(TYPES) | {"string_value": ("control", "new")[n % 2], "set_timestamp_micros": micros}}],
        "user_first_touch_timestamp": micros - 9_000_000, "user_ltv": {"revenue": 0.0, "currency": "USD"},
        "device": {"category": ("mobile", "desktop")[n // 2 % 2], "language": "en-us"}, "geo": {"country": "Germany"},
        "traffic_source": {"name": "(direct)"}, "stream_id": "2217", "platform": "WEB", "items": [],
    }  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ga4")
    events = [_event(n, name) for n in range(240) for name in ("page_view", "purchase")[: 1 + (n % 3 == 0)]]
    (folder / "lines.ndjson").write_text("\n".join(map(json.dumps, events)))
    kept = [{k: v for k, v in event.items() if k != "items"} for event in events]
    (folder / "kept.json").write_text(json.dumps(kept))
    duckdb.sql(f"copy (from read_json('{folder / 'kept.json'}')) to '{folder / 'table.parquet'}' (format parquet)")
    return folder


@pytest.mark.parametrize("name", ["lines.ndjson", "table.parquet"])
def test_parameters_and_properties_are_columns_and_one_of_them_the_variant(tmp_path: Path, files: Path, name: str):
    study, _, said = proposed(
        tmp_path, files / name, variant="user_properties.exp_checkout", money="event_params.value"
    )
    assert study.mode == "online" and "GA4 export" in said
    found = sums(study, tmp_path)
    assert {arm: n for arm, (n, _) in found["purchase_rate"].items()} == {"control": 120, "new": 120}
    assert {arm: total for arm, (_, total) in found["revenue_per_unit"].items()} == {"control": 275.0, "new": 275.0}


def test_the_variant_is_not_overlooked_among_them(tmp_path: Path, files: Path):
    study, _, said = proposed(tmp_path, files / "lines.ndjson")
    assert study.mode == "online" and "variant: column 'user_properties.exp_checkout'" in said


def test_a_list_whose_keys_are_values_stays_one_column_and_what_a_study_names_is_read(tmp_path: Path):
    rows = [
        {"who": f"u{i}", "more": [{"key": f"k{i}_{j}", "value": j} for j in range(3)] + [{"key": "cost", "value": i}]}
        for i in range(500)
    ]
    keys = json_keys.Keys(json_keys.Kept(), {"more", "more.cost"})
    with pytest.raises(json_keys.Keyed) as many:
        for row in rows:
            keys.taken(row, "log.jsonl")
    kept = json_keys.Keys(many.value.kept, {"more", "more.cost"})
    assert [dict(kept.taken(row, "log.jsonl")) for row in rows] == [
        {"who": row["who"], "more": row["more"], "more.cost": i} for i, row in enumerate(rows)
    ]
    few = json_keys.Keys(json_keys.Kept(), {"more"})
    assert few.taken({"who": "u", "more": [{"key": "a", "value": 1}]}, "x") == [
        ("who", "u"), ("more", [{"key": "a", "value": 1}]), ("more.a", 1),
    ]  # fmt: skip
