"""A table with too many columns is one message, whose query reads it."""

import re
from pathlib import Path

import pytest

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest import widest
from tests.ingest.new_study.tables import proposed
from tests.ingest.studies import unit_study


def test_a_table_of_too_many_columns_is_told_with_a_query_that_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(widest, "MOST", 50)
    names = ["user_id", "variant", "converted", *(f"gene_{i}" for i in range(widest.MOST - 2))]
    rows = [[f"u{i}", "AB"[i % 2], str(i % 3 % 2), *("7" for _ in names[3:])] for i in range(40)]
    (tmp_path / "wide.csv").write_text("\n".join(map(",".join, [names, *rows])))
    with pytest.raises(ReportError, match="more columns than are read") as told:
        proposed(tmp_path, tmp_path / "wide.csv")
    with pytest.raises(ReportError, match="more columns than are read"):
        ingest.land(unit_study(tmp_path / "wide.csv"), tmp_path / "raw")
    query = re.search(r'select .* from "wide.csv"', str(told.value))
    assert query is not None
    (tmp_path / "some.sql").write_text(query[0])
    assert proposed(tmp_path, tmp_path / "some.sql")[0].primary.event == "converted"
