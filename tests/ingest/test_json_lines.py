"""JSON lines: every value the text it was, objects taken apart. The oracle is Python's json on the values."""

import gzip
import json
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest import json_keys, json_lines, sample, text
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
VALUES = st.recursive(
    SCALARS | st.lists(SCALARS, max_size=2), lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=9
)
OBJECTS = st.lists(st.dictionaries(KEYS, VALUES, max_size=3), max_size=6)


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


def leaves(value: dict[str, Any], outer: str = "", deepest: int = json_keys.DEPTH) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, dict) and deepest > 1:
            made |= leaves(inner, f"{outer}{key}.", deepest - 1)
        else:
            made[f"{outer}{key}"] = dict(sorted(inner.items())) if isinstance(inner, dict) else inner
    return made


def flat(value: dict[str, Any]) -> dict[str, str | None]:
    """What stands in each column, by Python's json."""
    texts = {
        name: v if isinstance(v, str) else None if v is None else json.dumps(v, ensure_ascii=False)
        for name, v in leaves(value).items()
    }
    return {f"{n} (as logged)" if n == "file_index" else n: text or None for n, text in texts.items()}


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
            "more.deep.x": "[1.50]",
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


JOINTS = {
    "list": ("[", ",", "]"), "list over lines": ("[\n  ", ",\n  ", "\n]\n"), "one after the other": ("", "", ""),
    "commas": ("", ",\n", ",\n"), "lines": ("", "\n", ""), "lists": ("[", "]\n[", "]"), "blanks": (" ", "  ", "\n\n"),
}  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(
    OBJECTS,
    st.sampled_from(sorted(JOINTS)),
    st.sampled_from([None, 2]),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
    st.integers(1, 99),
)
def test_objects_are_read_however_they_are_joined(tmp_path_factory, objects, joint, indent, encoding, block):
    objects = [each for each in objects if flat(each)]
    begins, between, ends = JOINTS[joint]
    content = begins + between.join(json.dumps(each, indent=indent) for each in [FIRST, *objects]) + ends
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "BLOCK", 400 + block)  # values are torn by the ends of blocks
        rows, wrong, columns = read(tmp_path_factory.mktemp("joined"), content.encode(encoding))
    assert rows == [dict.fromkeys(columns) | flat(each) for each in [FIRST, *objects]] and wrong == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json", "begins with 'no json'"), ("\n\n", "a file of line ends"), ("[]", r"begins with '\[\]'"),
        ('{"data": [{"at": 1}], "next": null}', "the rows stand in the list of its key 'data'"),
        ('{"message": "denied"}', "an answer of a server"),
        ('[{"at": 1},\n{"at": 2', "at line 2"), ('[{"at": 1},\n{"at" 2},\n{"at": 3}]', "Expecting ':' delimiter"),
        ('[{"at": 1}', "its list is still open"), ("[" + '{"a":' * 100_000, "too deep"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_rows_says_what_it_holds(tmp_path, content, said):
    with pytest.raises(ReportError, match=said) as caught:
        read(tmp_path, content.encode())
    assert "delimiter" not in str(caught.value).splitlines()[0]


def test_a_large_list_is_looked_at_whole(tmp_path, monkeypatch):
    file = tmp_path / "log.json"
    file.write_text("[" + ",\n".join(json.dumps(FIRST) for _ in range(500)) + "]")
    monkeypatch.setattr(sample, "WHOLE", 100)
    monkeypatch.setattr(sample, "PIECE", 1_000)
    with duckdb.connect() as con:
        assert sample.taken(con, log_study(file, columns=COLUMNS), tmp_path / "part")[1] == 1
        file.write_text("\n".join(json.dumps(FIRST) for _ in range(500)))
        assert sample.taken(con, log_study(file, columns=COLUMNS), tmp_path / "lines")[1] < 1


def test_the_list_of_a_key_is_taken_out_with_all_its_digits(tmp_path):
    rows = [FIRST | {"who": 2**60 + i, "more": {"cost": 1.1}} for i in range(3)]
    (tmp_path / "FILE").write_text(json.dumps({"data": rows}).replace("1.1", "1.10"))
    with pytest.raises(ReportError) as caught:
        read(tmp_path, (tmp_path / "FILE").read_bytes())
    command = re.search('python -c "(.*)" > FILE.jsonl', str(caught.value))[1]
    made = subprocess.run([sys.executable, "-c", command], cwd=tmp_path, capture_output=True, check=True).stdout
    found, _, _ = read(tmp_path, made)
    assert [(row["who"], row["more.cost"]) for row in found] == [(str(2**60 + i), "1.10") for i in range(3)]


def test_keys_that_are_values_cost_no_columns(tmp_path):
    """Memory and time grow with the lines, and the key that the study names is still a column."""
    lines = [json.dumps(FIRST | {"more": {f"item {i}": 1, "a": i, "cost": i}}) for i in range(20_000)]
    began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows, wrong, columns = read(tmp_path, "\n".join(lines).encode())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began < 400_000  # KB
    assert columns == ["at", "what", "who", "more", "more.cost"] and wrong == []
    assert rows[7]["more"] == '{"a": 7, "cost": 7, "item 7": 1}' and rows[7]["more.cost"] == "7"


def test_objects_deeper_than_a_name_is_long_stay_json(tmp_path):
    deep: Any = {"x": 1}
    for name in "gfedcba":
        deep = {name: deep}
    _, _, columns = read(tmp_path, json.dumps(FIRST | deep).encode())
    assert columns[-1] == "a.b.c.d.e.f"
    with duckdb.connect() as con:
        con.execute(REJECTS)
        parts = json_lines.read(
            con, log_study(tmp_path / "log.jsonl", columns=COLUMNS).data, [tmp_path / "log.jsonl"], tmp_path
        )
    assert parts.notes == ("column 'a.b.c.d.e.f' holds objects in one another beyond 6 names: these stay JSON",)


@settings(deadline=None, max_examples=6)
@given(st.integers(2, 5), st.sampled_from(["keys", "objects", "capitals"]))
def test_what_is_too_wide_is_json_and_leaves_the_rest_alone(tmp_path_factory, depth, how):
    """Deep keys without end cost no columns, beside them the others are columns, and no value is lost."""
    step = 120 if how == "keys" else 60 if how == "objects" else 1
    rows = []
    for i in range(12):
        wide: Any = {f"k{j}": j if how == "keys" else {"x": j} for j in range(i * step, (i + 1) * step)}
        wide = {"Ab": i, "ab": i} if how == "capitals" else wide
        for level in range(depth):
            wide = {f"in{level}": wide}
        rows.append(FIRST | {"more": {"cost": i, "exp": {"key": {"arm": "AB"[i % 2]}}, **wide}})
    found, wrong, columns = read(tmp_path_factory.mktemp("wide"), "\n".join(map(json.dumps, rows)).encode())
    assert len(columns) < 520 and wrong == []
    for row, meant in zip(found, rows, strict=True):
        held = {name: json.loads(text) if text[0] == "{" else text for name, text in row.items() if text}
        whole = {name: str(inner) for name, inner in leaves(meant, deepest=99).items()}
        assert {name: str(inner) for name, inner in leaves(held, deepest=99).items()} == whole
        assert row["more.exp.key.arm"] == meant["more"]["exp"]["key"]["arm"]


def test_keys_that_are_values_at_the_top_are_refused(tmp_path):
    lines = [json.dumps(FIRST | {f"item {i}": 1}) for i in range(5_000)]
    with pytest.raises(ReportError, match="more keys than a table has columns"):
        read(tmp_path, "\n".join(lines).encode())


def test_a_wide_table_whose_cells_are_filled_keeps_its_columns(tmp_path):
    rows, _, columns = read(
        tmp_path,
        "\n".join(
            json.dumps(FIRST | {"more": {f"c{i}": i for i in range(2_000)} | {"cost": 1}}) for _ in range(5)
        ).encode(),
    )
    assert len(columns) == 2_004 and rows[4]["more.c1999"] == "1999"


def test_a_log_as_an_analytics_vendor_exports_it_is_proposed(tmp_path):
    lines = [
        {"user_id": f"usr_{i:06}", "platform": "iOS", "event_type": event, "event_time": f"2026-04-05T{h:02}:{i % 60:02}:48",
         "event_properties": {"screen": "home"} if (i + h) % 2 else {}, "$insert_id": f"{i}-{h}"}
        for i in range(120) for h, event in enumerate(["[Amplitude] Page Viewed", "session_start", "Order Completed"]) if i % (h + 1) == 0
    ]  # fmt: skip
    file = tmp_path / "amplitude.json"
    file.write_text("\n".join(map(json.dumps, lines)))
    study, _, _ = proposed(tmp_path, file)
    assert study.data.kind == "json" and study.data.columns["user_id"] == "user_id"
    assert study.data.events["Order Completed"] == "order_completed"


def _typed(value: Any, deep: bool) -> Any:
    """A value as MongoDB writes it, with its type around it."""
    if isinstance(value, dict):
        return {key: _typed(inner, deep) for key, inner in value.items()}
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        number = {"$numberLong": str(value)}
        return {"$date": number} if deep else number
    return {"$numberDecimal": repr(value)} if isinstance(value, float) else {"$oid": value} if value else value


@settings(max_examples=6, deadline=None)
@given(rows=st.lists(st.dictionaries(KEYS, SCALARS | st.dictionaries(KEYS, SCALARS, max_size=2), max_size=3), max_size=4), deep=st.booleans())  # fmt: skip
def test_types_that_mongodb_writes_around_values_are_none_of_them(rows: list[dict[str, Any]], deep: bool) -> None:
    told, known = [], {"at": "t", "what": "e", "who": "u", "more": {"cost": 2.5}}
    for each in (rows, [_typed(row, deep) for row in rows]):
        with tempfile.TemporaryDirectory() as folder:
            lines = "".join(json.dumps(known | row) + "\n" for row in [*each, {}])
            told.append(read(Path(folder), lines.encode()))
    assert told[0] == told[1]
