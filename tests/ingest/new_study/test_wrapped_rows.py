"""Rows that stand in a list within one object are told when a study is proposed too, and the remedy brings them out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize("around", [{"meta": {"rows": 60}}, {"links": [{"next": None}], "took_ms": 7}, {}])
@pytest.mark.parametrize("key", ["data", "results"])
def test_a_list_of_rows_within_an_object_is_told_and_brought_out(
    tmp_path: Path, around: dict[str, object], key: str
) -> None:
    rows = [{"user": f"u{i}", "variant": ["control", "new"][i % 2], "converted": int(i % 3 == 0)} for i in range(60)]
    (tmp_path / "answer.json").write_text(json.dumps(around | {key: rows}), encoding="utf-8")
    with pytest.raises(
        ReportError, match=rf"(?s)holds one object, and it is no row.*the list of its key '{key}'"
    ) as caught:
        proposed(tmp_path, tmp_path / "answer.json")
    program = str(caught.value).split('python -c "')[1].split('" >')[0].replace("FILE", "answer.json")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=dict(os.environ), capture_output=True, check=True
    )
    (tmp_path / "rows.jsonl").write_bytes(done.stdout)
    _, _, said = proposed(tmp_path, tmp_path / "rows.jsonl")
    assert "levels control (30), new (30)" in said
