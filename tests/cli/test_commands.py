"""The command line as a person meets it: what it lists, how it ends, what it says of a study."""

import importlib
import io
import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from helpers import cli, paths
from helpers.errors import ReportError

REES46 = paths.STUDIES / "rees46.yml"
ROWS = "event_time,event_type,user_id,user_session,product_id,price,category_code,brand\n" + "".join(
    f"2019-10-01 00:0{n}:00 UTC,{what},{n % 3},s{n},p1,10.5,electronics.phone,acme\n"
    for n, what in enumerate(["view", "cart", "purchase", "view", "cart"])
)


def call(*arguments: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(cli.main, arguments, prog_name="python -m helpers")


def process(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "helpers", *arguments],
        cwd=paths.ROOT, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study of a log with five rows, in a folder of its own."""
    raw = yaml.safe_load(REES46.read_text(encoding="utf-8"))
    raw |= {"name": "own"}
    (tmp_path / "log.csv").write_text(ROWS, encoding="utf-8")
    raw["data"] |= {"path": str(tmp_path / "log.csv")}
    return written(tmp_path, raw)


def written(folder: Path, raw: dict) -> Path:
    file = folder / "studies" / "own.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return file


def changed(file: Path, **keys: object) -> None:
    written(file.parent.parent, yaml.safe_load(file.read_text(encoding="utf-8")) | keys)


# --- help and exit codes ---


def listed(told: str) -> list[list[str]]:
    """The words of each line that is set in."""
    return [line.split() for line in told.splitlines() if line.startswith("  ")]


def test_help_shows_the_way_and_the_commands_of_a_user_in_the_order_of_their_use():
    told = call("--help").output
    way = re.findall(r"^  helpers ([a-z-]+)", told, re.MULTILINE)
    assert len(way) == 5 and way == [name for name in cli.YOURS if name in way], "the way, in the order of use"
    _, _, commands = told.partition("Commands:")
    below = re.findall(r"^  ([a-z][a-z-]*)", commands.partition("Exit codes:")[0], re.MULTILINE)
    assert below == [*(name for name in cli.YOURS if name in cli.main.commands), "dev"]
    assert set(cli.main.commands) == set(below)
    for code, meaning in cli.EXIT_CODES.items():
        assert [str(code), *meaning.split()[:3]] in [words[:4] for words in listed(told)]


def test_help_of_dev_lists_every_other_command_once_with_what_it_does():
    lines = listed(call("dev", "--help").output)
    for name, command in cli.dev.commands.items():
        assert sum(words[:1] == [name] for words in lines) == 1, name
        assert len(command.get_short_help_str()) > 20, name
    for names in cli.SECTIONS.values():
        assert set(names) <= {*cli.dev.commands}, "a section names a command that is not there"
    assert not {*cli.main.commands} & {*cli.dev.commands}


def test_a_command_of_dev_is_understood_without_that_word_too():
    for name in cli.dev.commands:
        told = [call(*before, name, "--help").output.partition("\n")[2] for before in ((), ("dev",))]
        assert told[0] == told[1] and told[0], name


def test_the_installed_command_is_the_module(monkeypatch, capsys):
    """The entry point of the package, called as the script that an installer writes calls it."""
    declared = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert set(declared) == {"helpers"}
    module, _, function = declared["helpers"].partition(":")
    monkeypatch.setattr(sys, "argv", ["helpers", "--help"])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with pytest.raises(SystemExit, match="0"):
        getattr(importlib.import_module(module), function)()
    assert capsys.readouterr().out.startswith("Usage: helpers [OPTIONS]")
    assert process("--help").stdout.startswith("Usage: python -m helpers [OPTIONS]")


NAMED = re.compile(r"(?:python -m helpers|(?:`|^)helpers|\$\(RUN\)) (dev )?([a-z][a-z-]+)", re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "Makefile", "docs"])
def test_every_command_that_a_text_names_is_there(name):
    place = paths.ROOT / name
    files = sorted({*place.rglob("*.md"), *place.rglob("*.j2")}) if place.is_dir() else [place]
    found = {said for file in files for said in NAMED.findall(file.read_text(encoding="utf-8"))}
    assert found
    for dev, command in found - {("", "dev")}:
        group = cli.dev if dev else cli.main
        assert command in group.known(), f"{dev}{command}"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--nope",), "No such option '--nope'"),
        (("chek", "x"), "No such command 'chek'. Did you mean 'check'?"),
        (("dev", "shema"), "No such command 'shema'. Did you mean 'schema'?"),
        (("utter-nonsense",), "No such command 'utter-nonsense'."),
        (("run",), "Missing argument 'STUDY'"),
        (("run", "--jobs", "many", "x"), "'many' is not a valid integer"),
        (("check", "studies/rees64.yml"), "did you mean studies/rees46.yml?"),
        (("run", "studies/rees64.yml"), "there is no study file studies/rees64.yml"),
        (("notebook", "studies/rees46.yml", "08"), "there is no notebook '08'"),
        (("serve", "--port", "70000"), "there is no port 70000"),
    ],
)
def test_a_wrong_word_ends_in_one_message_and_exit_code_2(arguments, told):
    done = call(*arguments)
    assert done.exit_code == 2 and told in done.output
    assert done.output.lower().count("error:") == 1 and "Traceback" not in done.output


def test_an_error_that_is_nobodys_keeps_its_traceback_and_exit_code_1(monkeypatch):
    from helpers.warehouse import preview

    monkeypatch.setattr(preview, "of", lambda file, full: 1 / 0)
    done = call("check", "studies/rees46.yml")
    assert done.exit_code == 1 and isinstance(done.exception, ZeroDivisionError)


def test_the_keyboard_stops_it_with_130(monkeypatch):
    from helpers.warehouse import preview

    def stopped(file: str, full: bool) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(preview, "of", stopped)
    done = call("check", "studies/rees46.yml")
    assert done.exit_code == 130 and "stopped" in done.output and "Traceback" not in done.output


def test_red_is_for_terminals_and_no_color_takes_it_away(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def told(no_color: str) -> str:
        monkeypatch.setenv("NO_COLOR", no_color)
        monkeypatch.setattr(sys, "stderr", Terminal())
        with pytest.raises(SystemExit, match="2"):
            cli.group.refuse(ReportError("the log is empty"))
        return sys.stderr.getvalue()

    assert told("") == "\n\x1b[31m\x1b[1merror:\x1b[0m the log is empty\n\n"
    assert told("1").strip() == "error: the log is empty"
    assert "\x1b" not in process("check", "studies/nope.yml").stderr


@pytest.mark.parametrize("number", cli.group.FILE_ERRORS)
def test_what_hinders_every_program_is_one_message(monkeypatch, number):
    def hindered(*_: object, **__: object) -> str:
        raise OSError(number, os.strerror(number), "studies/x.yml")

    monkeypatch.setattr("helpers.warehouse.preview.of", hindered)
    done = call("check", "studies/rees46.yml")
    what, remedy = cli.group.FILE_ERRORS[number]
    assert done.exit_code == 2 and f"error: {what}\n" in done.output and f"remedy:   {remedy}" in done.output
    assert ("MB are free" in done.output) is (remedy == cli.group.FULL)


# --- check ---


def test_check_says_what_would_be_analysed_and_builds_nothing(study):
    before = sorted(p.relative_to(study.parent.parent) for p in study.parent.parent.rglob("*"))
    done = call("check", str(study))
    assert done.exit_code == 0, done.output
    for told in (
        "own: Three hours of a real shop", "log.csv: 5 rows, 8 columns, 0 of them unused\n",
        "control 50 %, treatment 50 %, by salted hash", "view > cart > purchase within 3 hours",
        "Purchase rate (proportion: purchase, from exposure to the end of the experiment)", "rees46: view, cart, purchase", f"python -m helpers run {study}",
    ):  # fmt: skip
        assert told in done.output
    assert "no event" not in done.output and "no unit in" not in done.output
    assert sorted(p.relative_to(study.parent.parent) for p in study.parent.parent.rglob("*")) == before


def test_check_refuses_what_a_run_would_refuse_at_once(study):
    changed(study, tracking_plan="nope")
    assert "names no plan" in call("check", str(study)).output
    changed(study, tracking_plan="rees46")
    log = study.parent.parent / "log.csv"
    log.write_text(ROWS.replace("brand", "label"), encoding="utf-8")
    assert "missing column 'brand'" in call("check", str(study)).output
    log.write_text("", encoding="utf-8")
    assert "log.csv is empty" in call("check", str(study)).output
    log.unlink()
    done = call("check", str(study))
    assert done.exit_code == 2 and "the log is not there" in done.output


def test_check_finds_all_that_a_run_refuses_in_one_go(study):
    """Times, ids and names that are wrong stand in rows of their own, and all of them are told at once."""
    log = study.parent.parent / "log.csv"
    rows = ROWS.splitlines()
    log.write_text("\n".join([*rows, rows[1].replace("view", "glance")]) + "\n", encoding="utf-8")
    told = call("check", str(study))
    assert told.exit_code == 2 and "event names the tracking plan does not know" in told.output
    assert "It can be run" not in told.output


def test_check_notes_events_and_arms_that_the_data_do_not_show(study):
    log = study.parent.parent / "log.csv"
    log.write_text("\n".join(row for row in ROWS.splitlines() if "purchase" not in row) + "\n", encoding="utf-8")
    assert "is 0 in every unit: the log holds no event purchase" in call("check", str(study)).output


def test_check_of_a_simulated_study_names_its_world():
    assert "simulated: 200,000 users of the shop" in call("check", "studies/cart_checkout.yml").output


# --- start ---


def test_starting_costs_little_more_than_what_every_command_needs():
    """pydantic, yaml and click are needed by all of them; nothing heavier is imported before a command runs."""
    heavy = ("pandas", "numpy", "scipy", "duckdb", "tqdm", "papermill", "plotly", "jinja2", "http.server", "tests")
    code = f"import sys, helpers.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=paths.ROOT)
    assert done.stdout == "[]\n"

    def best(code: str) -> float:
        def once() -> float:
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, cwd=paths.ROOT)
            return time.perf_counter() - began

        return min(once() for _ in range(5))

    assert best("import helpers.cli") < 1.5 * best("import click, helpers.config")
