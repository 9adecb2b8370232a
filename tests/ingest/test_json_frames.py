"""A data frame that pandas wrote otherwise than as an object a row is told, with a remedy that brings back its values."""

import contextlib
import io
import subprocess
import sys

import pandas as pd
import pytest

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.studies import events_of, unit_study

FRAME = pd.DataFrame(
    {
        "who": [f"0{i}" for i in range(30)],
        "arm": ["a", "b"] * 15,
        "bought": [0, 1, 1] * 10,
        "spend": [i / 100 for i in range(30)],
        "rounds": range(30),
    }
)


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("index", ["numbers", "names"])
@pytest.mark.parametrize("orient", [None, "columns", "index", "split", "table", "values"])
def test_each_way_of_pandas_is_told_and_the_remedy_brings_back_the_values(tmp_path, orient, index, rows):
    frame = (
        FRAME.iloc[:rows] if index == "numbers" else FRAME.iloc[:rows].set_index("who", drop=False).rename_axis("row")
    )
    written = tmp_path / "units.json"
    frame.to_json(written, orient=orient)
    with pytest.raises(ReportError) as caught:
        ingest.land(unit_study(written), tmp_path / "out")
    said = str(caught.value)
    assert "server" not in said
    again = tmp_path / "FILE.jsonl"
    if orient == "values":
        assert "lists of values without the names" in said
        frame.to_json(again, orient="records", lines=True)
    else:
        assert orient == "table" or f"orient='{orient or 'columns'}'" in said
        program = said.split('python -c "')[1].split('"')[0]
        written.rename(tmp_path / "FILE")
        printed = io.StringIO()
        with contextlib.chdir(tmp_path), contextlib.redirect_stdout(printed):
            exec(program, {})
        if printed.getvalue():
            again.write_text(printed.getvalue(), encoding="utf-8")
    frame.to_json(tmp_path / "right.jsonl", orient="records", lines=True)
    assert (
        events_of(unit_study(again), tmp_path / "1")[0]
        == events_of(unit_study(tmp_path / "right.jsonl"), tmp_path / "2")[0]
    )


@pytest.mark.parametrize(
    "alone", ['{"who": "u1", "arm": "a", "bought": 1, "spend": 1, "rounds": 1}', '{"who": {"id": 1}, "at": {"id": 2}}']
)
def test_one_object_is_a_row_or_something_else_but_no_frame(tmp_path, alone):
    (tmp_path / "units.jsonl").write_text(alone)
    try:
        ingest.land(unit_study(tmp_path / "units.jsonl"), tmp_path / "out")
    except ReportError as error:
        assert "pandas" not in str(error)


def test_a_key_twice_in_each_object_is_told_and_the_remedy_keeps_the_last(tmp_path):
    row = '{{"who": "u{0}", "arm": "{1}", "bought": 9, "bought": {2}, "spend": 0, "rounds": {0}}}\n'
    file = tmp_path / "units.jsonl"
    file.write_text("".join(row.format(i, "ab"[i % 2], i % 2) for i in range(6)))
    with pytest.raises(ReportError, match="each key stands once") as caught:
        ingest.land(unit_study(file), tmp_path / "out")
    assert "line 1 with a key twice, of 6 such objects" in str(caught.value)
    program = str(caught.value).split('python -c "')[1].split('"')[0]
    with file.open() as lines:
        made = subprocess.run([sys.executable, "-c", program], stdin=lines, capture_output=True, check=True).stdout
    (tmp_path / "new.jsonl").write_bytes(made)
    events, _ = events_of(unit_study(tmp_path / "new.jsonl"), tmp_path / "again")
    assert sorted(unit for unit, _, event, *_ in events if event == "bought") == ["u1", "u3", "u5"]
