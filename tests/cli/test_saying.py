"""What a person says of a file on the command line, and what a person at a terminal is asked."""

import os
import pty
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpers import cli, paths
from helpers.cli import saying
from helpers.ingest.new_study import Said
from tests.ingest.new_study import hidden
from tests.ingest.new_study.test_said import OF_LOGS, OF_UNITS

OF_FILES = {"alias", "header_line", "encoding", "decimal", "empty"}
"""What may be said of few files, and is tried beside their readers."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which studies are proposed."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["new-study", *arguments])


def test_help_lists_all_that_may_be_said_and_each_is_tried_on_a_table_and_a_log() -> None:
    told = call("--help").output
    for option in (*saying.OPTIONS, "--yes", "--force", "--name", "--table"):
        assert option in told
    known = {each.name for each in fields(Said)} - {
        "answers",
        "known",
        "time_format",
        "descriptive",
        "independent",
        *OF_FILES,
    }
    assert known == {*OF_UNITS, *OF_LOGS}
    assert {name.removeprefix("--").replace("-", "_") for name in saying.OPTIONS} == known - {"outcomes"} | OF_FILES | {
        "outcome",
        "time_format",
    }


@pytest.mark.parametrize("kind", ["units", "log"])
def test_every_option_is_taken_on_a_log_as_on_a_unit_table(home: Path, kind: str) -> None:
    """All at once, among decoys; ``--exposure`` and ``--event`` belong to a log."""
    options = OF_UNITS if kind == "units" else OF_LOGS
    made = (hidden.units if kind == "units" else hidden.log)(home, 5, {*options})
    told = made.said(*options) | ({"primary": "cart", "exposure": "view"} if kind == "log" else {})
    told |= {"outcomes": ["view"]} if kind == "log" else {}
    told |= {"period": "2026-03-02..2026-03-09"}
    arguments = [
        each for option, value in told.items()
        for one in (value if isinstance(value, list | tuple) else [value])
        for each in (f"--{'outcome' if option == 'outcomes' else option}", one)
    ]  # fmt: skip
    result = call(str(made.file), *arguments, "--name", "own", "--yes")
    assert result.exit_code == 0, result.output
    text = (home / "studies" / "own.yml").read_text(encoding="utf-8")
    assert text.count("as you said") >= 7 and "is the control, as you said" in result.output


def test_a_period_that_is_none_and_a_wrong_name_end_in_one_message(home: Path) -> None:
    made = hidden.units(home, 5, set())
    for arguments, message in (
        (["--period", "2026-03-09..2026-03-02"], "the end is not after the start"),
        (["--period", "March"], "no .. between start and end"),
        (["--unit", "usr_id"], "did you mean 'user_id'?"),
    ):
        result = call(str(made.file), *arguments)
        assert result.exit_code == 2 and message in result.output


@pytest.mark.parametrize(("typed", "control"), [("\n", "alpha"), ("2\n", "zeta"), ("no\nzeta\n", "zeta")])
def test_a_number_or_the_candidate_itself_answers(
    home: Path, monkeypatch: pytest.MonkeyPatch, typed: str, control: str
) -> None:
    monkeypatch.setattr("helpers.cli.own.asked", lambda: saying._ask)
    made = hidden.units(home, 5, {"control"})
    result = CliRunner().invoke(cli.main, ["new-study", str(made.file), "--name", "own"], input=typed)
    assert result.exit_code == 0, result.output
    assert "is the control?" in result.output and f"'{control}' is the control, as you answered" in result.output


@pytest.mark.parametrize("arguments", [[], ["--yes"]])
def test_questions_are_put_at_a_terminal_alone_and_not_with_yes(tmp_path: Path, arguments: list[str]) -> None:
    made = hidden.units(tmp_path, 5, {"control"})
    person, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "helpers", "new-study", str(made.file), "--name", "own", *arguments],
        stdin=terminal, stderr=terminal, stdout=subprocess.PIPE, text=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(paths.ROOT / "src")},
    ) as process:  # fmt: skip
        os.write(person, b"2\n")
        told = process.communicate()[0]
    os.close(terminal)
    os.close(person)
    assert (process.returncode == 0) == (not arguments)
    assert ("'zeta' is the control, as you answered" in told) == (not arguments)
