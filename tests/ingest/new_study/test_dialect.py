"""Files that a spreadsheet or another program wrote in its own way: new-study names the keys that read them."""

import gzip
from pathlib import Path

import pytest

from helpers import ingest
from tests.ingest.new_study.tables import proposed

HEADER = ["user_id", "group", "converted", "ville"]
ROWS = [[f"u{i}", "AB"[i % 2], str(i % 3 // 2), "Orléans" if i // 2 % 2 else "Besançon"] for i in range(300)]


def text(sep: str = ",", above: str = "") -> str:
    return above + "".join(sep.join(row) + "\n" for row in [HEADER, *ROWS])


FILES = {
    "sep": (text(";", "sep=;\n").encode(), {"delimiter": ";"}),
    "title": (text(",", "# Export, May 2026\n\n").encode(), {"header_line": 3}),
    "title in one cell": (text(";", "Export of May\n").encode(), {"header_line": 2, "delimiter": ";"}),
    "windows": (text().encode("cp1252"), {"encoding": "cp1252"}),
    "utf-16": (text("\t").encode("utf-16"), {"delimiter": "\t"}),
    "utf-16 without a mark": (text(";").encode("utf-16-le"), {"delimiter": ";"}),
    "bom": (text("|").encode("utf-8-sig"), {"delimiter": "|"}),
    "packed windows": (gzip.compress(text().encode("cp1252")), {"encoding": "cp1252"}),
    "mac": (text().replace("\n", "\r").encode(), {}),
    "trailing": (text().replace("\n", ",\n").encode(), {}),
}


@pytest.mark.parametrize("kind", FILES)
def test_the_proposal_reads_the_file_as_it_is(tmp_path: Path, kind: str) -> None:
    content, keys = FILES[kind]
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    study, _, _ = proposed(tmp_path, file)
    assert {key: getattr(study.data, key) for key in keys} == keys
    ingest.land(study, tmp_path / "raw")
    landed = ingest.landed(tmp_path / "raw")
    assert landed.table_rows == 300 and landed.table_arms == {"control": 150, "treatment": 150} and not landed.refused
    assert study.segments == ["ville"]


def test_a_row_of_totals_is_left_out_and_named_and_spellings_are_one_arm(tmp_path: Path) -> None:
    rows = [[u, arm if i % 5 else arm.lower(), *more] for i, (u, arm, *more) in enumerate(ROWS)]
    rows += [["Grand Total", "Total", "100", ""], *([f"x{i}", "", "0", ""] for i in range(7))]
    file = tmp_path / "people.csv"
    file.write_text("".join(",".join(row) + "\n" for row in [HEADER, *rows]), encoding="utf-8")
    study, written, said = proposed(tmp_path, file)
    assert study.data.variants == {
        "A": "control",
        "B": "treatment",
        "a": "control",
        "b": "treatment",
        "Total": "leave_out",
        "": "leave_out",
    }
    assert "line 302 alone, a total?" in written and "7 of 307 rows have no variant" in said
    assert study.metrics[0].type == "proportion"
    ingest.land(study, tmp_path / "raw")
    landed = ingest.landed(tmp_path / "raw")
    assert landed.table_arms == {"control": 150, "treatment": 150} and landed.refused == {"left_out": 8}


def test_ids_of_which_some_are_written_as_floats_are_one_unit_each_and_the_event_s_id_is_found(tmp_path: Path) -> None:
    events = [f"{1000 + i}{'.0' if event == 'purchase' else ''},2026-07-02 0{h}:00:{i % 60:02},{event},{h}-{i}"
              for i in range(200) for h, event in enumerate(["view", "purchase"]) if i % (h + 1) == 0]  # fmt: skip
    file = tmp_path / "log.csv"
    file.write_text("user_id,event_time,event_name,$insert_id\n" + "\n".join(events) + "\n")
    study, _, said = proposed(tmp_path, file)
    assert "unit: column 'user_id', 200 units" in said and "100 are written as 1000.0; read as 1000" in said
    assert study.data.columns["event_id"] == "$insert_id"
