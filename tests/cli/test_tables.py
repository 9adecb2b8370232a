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
