"""JSON lines: every value the text it was, one level of objects taken apart. The oracle is Python's json on the values."""

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest import json_lines
from helpers.ingest.parts import REJECTS
from tests.ingest.new_study.tables import proposed
from tests.ingest.studies import log_study

COLUMNS = {"event_time": "at", "event_name": "what", "user_id": "who", "price": "more.cost"}
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8"), max_size=5)
)
KEYS = st.sampled_from(["a", "b", "it's", 'the "kind"', "größe", "file_index"])
OBJECTS = st.lists(
    st.dictionaries(
        KEYS, SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(KEYS, SCALARS, max_size=2), max_size=3
    ),
    max_size=6,
)


def read(folder: Path, content: bytes) -> tuple[list[dict[str, str | None]], list[int], list[str]]:
    file = folder / "log.jsonl"
    file.write_bytes(content)
    with duckdb.connect() as con:
        con.execute("set preserve_insertion_order = true")
        con.execute(REJECTS)
        parts = json_lines.read(con, log_study(file, columns=COLUMNS).data, [file], folder)
        rows = con.execute(f"select * exclude (file_row_number) from {parts.relation}").fetchall()
        wrong = [row[0] for row in con.execute('select "row" from rejects order by 1').fetchall()]
    return [dict(zip(parts.types, row, strict=True)) for row in rows], wrong, list(parts.types)


def flat(value: dict[str, Any]) -> dict[str, str | None]:
    made = {}
    for key, inner in value.items():
        for name, deep in (
            {f"{key}.{k}": v for k, v in inner.items()} if isinstance(inner, dict) else {key: inner}
        ).items():
            name = f"{name} (as logged)" if name == "file_index" else name
            made[name] = (
                deep if isinstance(deep, str) else None if deep is None else json.dumps(deep, ensure_ascii=False)
            )
    return {name: text or None for name, text in made.items()}


FIRST = {"at": "2019-10-01", "what": "view", "who": 2**53 + 1, "more": {"cost": 1}}


@settings(deadline=None, max_examples=40)
@given(OBJECTS)
def test_a_value_is_the_text_that_stands_there(tmp_path_factory, objects):
    lines = [json.dumps(each, ensure_ascii=bool(i % 2)) for i, each in enumerate([FIRST, *objects])]
    rows, wrong, columns = read(tmp_path_factory.mktemp("json"), "\n".join(lines).encode())
    meant = [(i, flat(each)) for i, each in enumerate([FIRST, *objects])]
    assert rows == [dict.fromkeys(columns) | each for _, each in meant if each]
    assert wrong == [i + 1 for i, each in meant if not each]


def test_digits_are_kept_and_no_id_goes_through_a_float(tmp_path):
    line = '{"at": "2019-10-01", "what": "view", "who": 12345678901234567890, "more": {"cost": 1.10, "deep": {"x": [1.50]}}}\n'
    rows, _, _ = read(tmp_path, line.encode())
    assert rows == [
        {
            "at": "2019-10-01",
            "what": "view",
            "who": "12345678901234567890",
            "more.cost": "1.10",
            "more.deep": '{"x": [1.50]}',
        }
    ]


@pytest.mark.parametrize(
    "line",
    ["", "not json", "[1]", "7", '{"at": 1, "at": 2}', '{"at": "\\ud800"}', '{"at": 1', "[" * 100_000, '{"é": 1}'],
)
def test_a_line_that_is_no_object_is_rejected_with_its_number(tmp_path, line):
    wrong = line.encode("latin-1")
    rows, rejected, _ = read(tmp_path, json.dumps(FIRST).encode() + b"\n" + wrong + b"\n" + json.dumps(FIRST).encode())
    assert (len(rows), rejected) == (2, [2] if line else [])


def test_keys_that_only_some_files_have_are_empty_in_the_others(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.jsonl").write_text(json.dumps(FIRST))
    (folder / "b.jsonl.gz").write_bytes(
        gzip.compress(json.dumps({**FIRST, "later": "x", "more": {"cost": 2}}).encode())
    )
    ingest.land(log_study(folder, columns=COLUMNS), tmp_path / "raw")
    found = ingest.landed(tmp_path / "raw")
    rows = duckdb.sql(f"select later, \"more.cost\" from read_parquet('{found.location}')").fetchall()
    assert rows == [(None, "1"), ("x", "2")]


@pytest.mark.parametrize("content", ['[\n  {"at": 1},\n  {"at": 2}\n]\n', '{\n"at": 1\n}\n', "no json"])
def test_a_file_that_is_no_json_lines_says_what_to_do(tmp_path, content):
    with pytest.raises(ReportError, match="one object a line"):
        read(tmp_path, content.encode())


def test_a_log_as_an_analytics_vendor_exports_it_is_proposed(tmp_path):
    lines = [
        {"user_id": f"usr_{i:06}", "platform": "iOS", "event_type": event, "event_time": f"2026-04-05T{h:02}:{i % 60:02}:48",
         "event_properties": {"screen": "home"} if i % 2 else {}, "$insert_id": f"{i}-{h}"}
        for i in range(120) for h, event in enumerate(["[Amplitude] Page Viewed", "session_start", "Order Completed"]) if i % (h + 1) == 0
    ]  # fmt: skip
    file = tmp_path / "amplitude.json"
    file.write_text("\n".join(map(json.dumps, lines)))
    study, _, _ = proposed(tmp_path, file)
    assert study.data.kind == "json" and study.data.columns["user_id"] == "user_id"
    assert study.data.events["Order Completed"] == "order_completed"
