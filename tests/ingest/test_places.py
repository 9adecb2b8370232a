"""Which files a study names, and what is said where there are none."""

import duckdb
import pytest

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.studies import HEADER, ROWS, events_of, log_study, rejected, text, unit_study

LOG = "at,what,who,cost"
DAYS = [f"2019-10-0{day} 00:00:00,view,u{day},1" for day in (1, 2, 3)]


def folder(tmp_path, **files):
    home = tmp_path / "logs"
    home.mkdir()
    for name, content in files.items():
        (home / name.replace("_", ".")).write_bytes(content)
    return home


def users(path, out) -> list[str]:
    ingest.land(log_study(path), out)
    found = ingest.landed(out)
    return [who for (who,) in duckdb.sql(f"select who from read_parquet('{found.location}') order by 1").fetchall()]


def refused(path, tmp_path) -> str:
    with pytest.raises(ReportError) as caught:
        ingest.land(log_study(path), tmp_path / "raw")
    return str(caught.value)


@pytest.mark.parametrize("pattern", ["", "*.csv", "**/day*", "day?.csv"])
def test_a_folder_or_a_glob_is_one_log(tmp_path, pattern):
    home = folder(tmp_path, day1_csv=text(LOG, DAYS[0]), day2_csv=text(LOG, DAYS[1], "cut"))
    assert users(home / pattern, tmp_path / "raw") == ["u1", "u2"]
    assert rejected(tmp_path / "raw") == ["3,,MISSING COLUMNS,day2.csv"]


def test_columns_in_another_order_are_found_by_name(tmp_path):
    turned = text("who,cost,at,what", "u2,1,2019-10-02 00:00:00,view")
    assert users(folder(tmp_path, day1_csv=text(LOG, DAYS[0]), day2_csv=turned), tmp_path / "raw") == ["u1", "u2"]


def test_parquet_files_are_linked_where_they_stand(tmp_path):
    home = folder(tmp_path)
    for day in (1, 2):
        duckdb.sql(
            f"copy (select now() as at, 'view' as what, 'u{day}' as who, 1 as cost) to '{home}/{day}.parquet' (format parquet)"
        )
    assert users(home, tmp_path / "raw") == ["u1", "u2"]
    assert all(part.is_symlink() for part in (tmp_path / "raw" / "events").iterdir())


def test_unit_tables_of_several_files_tell_the_file(tmp_path):
    home = folder(tmp_path, a_csv=text(HEADER, ROWS[0], "cut"), b_csv=text(HEADER, ROWS[1], "cut", ",a,0,0,0"))
    study = unit_study(home, tolerate={"malformed_line": 0.5, "missing_id": 0.5})
    rows, found = events_of(study, tmp_path / "raw")
    assert {row[0] for row in rows} == {"u1", "u2"}
    assert found.refused == {"malformed_line": 2, "missing_id": 1}
    assert rejected(tmp_path / "raw") == [
        "3,,MISSING COLUMNS,a.csv", "3,,MISSING COLUMNS,b.csv", "4,who,missing_id,b.csv",
    ]  # fmt: skip


def test_an_empty_folder_is_told(tmp_path):
    home = folder(tmp_path)
    (home / ".hidden").write_text("x")
    assert "the folder of the data is empty" in refused(home, tmp_path)


def test_a_glob_without_a_match_is_told(tmp_path):
    assert "no file matches data.path" in refused(folder(tmp_path, a_csv=b"x") / "*.parquet", tmp_path)


def test_mixed_formats_are_told_with_one_of_each(tmp_path):
    message = refused(folder(tmp_path, a_csv=text(LOG, *DAYS), b_parquet=b"x"), tmp_path)
    assert "files of several formats" in message and "a.csv, b.parquet" in message


def test_other_columns_in_one_of_the_files_are_told(tmp_path):
    message = refused(folder(tmp_path, a_csv=text(LOG, *DAYS), b_csv=text(f"{LOG},more", *DAYS)), tmp_path)
    assert "b.csv: other columns than in a.csv" in message and "got:      more" in message


def test_another_type_in_one_of_the_files_is_told(tmp_path):
    home = folder(tmp_path)
    for name, who in (("a", "'u1'"), ("b", "7")):
        duckdb.sql(f"copy (select 1 as at, 'view' as what, {who} as who, 1 as cost) to '{home}/{name}.parquet'")
    message = refused(home, tmp_path)
    assert "b.parquet: column 'who' has another type than in a.parquet" in message and "INTEGER" in message


def test_a_misspelt_file_has_a_neighbour(tmp_path):
    home = folder(tmp_path, events_csv=text(LOG, *DAYS))
    assert "did you mean 'events.csv'" in refused(home / "event.csv", tmp_path)
