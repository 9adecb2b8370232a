"""Several tables on the command line: from the files of a company to a study that can be run."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers import cli
from tests.ingest.tables.company import company


def test_files_in_any_order_become_a_study_that_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = company(11, tmp_path)
    monkeypatch.chdir(tmp_path)
    files = [made.files[role].name for role in ("facts", "units", "assignments")]
    said = CliRunner().invoke(cli.main, ["new-study", *files, "--name", "shop", "--control", made.arms[0], "--yes"])
    assert said.exit_code == 0, said.output
    assert "Assumed, and written to studies/shop.yml" in said.output
    checked = CliRunner().invoke(cli.main, ["check", "studies/shop.yml"])
    assert checked.exit_code == 0, checked.output
    assert "It can be run" in checked.output and f"of {made.match['assigned']:,} assigned units" in checked.output


def test_a_file_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = company(11, tmp_path)
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(cli.main, ["new-study", made.files["facts"].name, "assignmnts.csv"])
    assert said.exit_code == 2 and "there is no such file" in said.output


def test_a_wrong_amount_is_told_with_the_line_and_the_column_of_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of strangers stand before it, which are left out: the line is that of the file all the same."""
    monkeypatch.chdir(tmp_path)
    arms = "".join(f"u{i},{'AB'[i % 2]},2026-03-0{i % 7 + 2} 08:00:00\n" for i in range(60))
    Path("ab.csv").write_text(f"user_id,variant,assigned_at\n{arms}", encoding="utf-8")
    rows = [f"{i},u{i % 70},2026-03-1{i % 9} 10:00:00,{i}.50" for i in range(140)]
    rows[100] = "100,u30,2026-03-12 10:00:00,n/k"
    Path("orders.csv").write_text("\n".join(["order_id,user_id,created_at,total", *rows, ""]), encoding="utf-8")
    assert CliRunner().invoke(cli.main, ["new-study", "ab.csv", "orders.csv", "--name", "shop", "--yes"]).exit_code == 0
    study = Path("studies/shop.yml")
    text = study.read_text(encoding="utf-8")
    study.write_text(
        "\n".join(line for line in text.splitlines() if "wrong_type" not in line and "  tolerate:" not in line),
        encoding="utf-8",
    )
    said = CliRunner().invoke(cli.main, ["check", "studies/shop.yml"])
    assert said.exit_code == 2 and "first 'n/k' in column 'total' (orders.csv, line 102)" in said.output
