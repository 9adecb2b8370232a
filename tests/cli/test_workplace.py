"""Where the user is: in a folder of his own all that is made of a study stays there, in the project git sees none of it."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner, Result

from helpers import cli, config, paths
from helpers.errors import ReportError
from helpers.experiment.whatif import Preset, WhatIfPlan, presets
from helpers.paths import StudyPaths
from helpers.record import Numbers

NAME = "far_from_home"
PLACES = ("studies", "data", "reports", "figures", "docs")


def exported(file: Path, units: int = 600) -> Path:
    """A table of units as a company exports it: who, which arm, whether he bought and for how much."""
    chance = random.Random(5)
    rows = ["customer,variant,bought,spend"]
    for number in range(units):
        arm = chance.choice(["control", "treatment"])
        bought = chance.random() < (0.2 if arm == "control" else 0.35)
        rows.append(f"c{number:05d},{arm},{bought:d},{chance.uniform(5, 60) if bought else 0:.2f}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*rows, ""]), encoding="utf-8")
    return file


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments)


def started(folder: Path, *arguments: str) -> str:
    """What the program says in a folder, in a process whose environment knows of the project what an installation does."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(paths.ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-m", "helpers", *arguments], cwd=folder, env=environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def of_the_name(base: Path) -> list[str]:
    """All that is called after the study in the generated folders of a tree."""
    return sorted(str(file.relative_to(base)) for place in PLACES for file in (base / place).rglob(f"*{NAME}*"))


@pytest.fixture
def empty(tmp_path, monkeypatch) -> Path:
    """An empty folder, in which the user is, beside one of exports."""
    folder = tmp_path / "work"
    folder.mkdir()
    exported(tmp_path / "exports" / f"{NAME}.csv")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A folder that stands for the project, in which the user is, with a table in it."""
    base = tmp_path / "project"
    exported(base / "data" / f"{NAME}.csv")
    monkeypatch.setattr(paths, "ROOT", base)
    monkeypatch.chdir(base)
    return base


@pytest.mark.parametrize(
    ("inside", "expected"), [("", ""), ("studies/own", ""), ("..", ".."), ("../project2", "../project2")]
)
def test_the_workplace_is_the_current_folder_unless_it_is_in_the_project(project, monkeypatch, inside, expected):
    (project / inside).resolve().mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(project / inside)
    assert paths.workplace() == (project / expected).resolve()


def test_a_folder_that_is_gone_is_no_workplace(project, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert paths.workplace() == project


def test_a_proposal_of_an_export_stays_in_the_empty_folder(empty):
    before = of_the_name(paths.ROOT)
    said = started(empty, "new-study", f"../exports/{NAME}.csv")
    assert f"helpers run studies/{NAME}.yml" in said
    told = started(empty, "check", f"studies/{NAME}.yml")
    assert f"{NAME}.csv: 600 rows" in told and f"It can be run: helpers run studies/{NAME}.yml" in told
    assert [str(f.relative_to(empty)) for f in sorted(empty.rglob("*")) if f.is_file()] == [f"studies/{NAME}.yml"]
    assert of_the_name(paths.ROOT) == before, "nothing is written into the project"


def test_a_relative_path_of_data_starts_where_the_study_stands_wherever_the_user_is(empty, monkeypatch):
    exported(empty / "logs" / f"{NAME}.csv", units=300)
    assert call("new-study", f"logs/{NAME}.csv").exit_code == 0
    file = empty / "studies" / f"{NAME}.yml"
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["data"]["path"] == f"logs/{NAME}.csv"
    for folder in (empty, empty / "logs", paths.ROOT):
        monkeypatch.chdir(folder)
        assert "300 rows" in call("check", str(file)).output


def test_a_study_that_is_not_there_is_told_with_those_that_are(empty):
    assert "expected: a file of your own in a folder named 'studies'" in call("check", "studies/nope.yml").output
    assert call("new-study", f"../exports/{NAME}.csv").exit_code == 0
    told = call("run", f"studies/{NAME[:-1]}.yml")
    assert told.exit_code == 2 and f"did you mean studies/{NAME}.yml?" in told.output


def test_in_the_project_a_study_of_the_user_stands_in_a_folder_of_its_own(project):
    said = call("new-study", f"data/{NAME}.csv")
    file = project / "studies" / paths.OWN / f"{NAME}.yml"
    assert said.exit_code == 0 and f"make study STUDY=studies/own/{NAME}.yml" in said.output
    study, where = config.opened(f"studies/own/{NAME}.yml")
    assert (where, where.file) == (StudyPaths(NAME, project), file) and study.data.path == f"data/{NAME}.csv"
    assert "It can be run: python -m helpers run studies/own" in call("check", f"studies/own/{NAME}.yml").output
    shutil.copy(file, file.parent.parent)
    with pytest.raises(ReportError, match=f"two studies are called '{NAME}'"):
        config.opened(f"studies/own/{NAME}.yml")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not there")
def test_git_sees_nothing_of_a_users_study_and_all_of_the_bundled_ones(tmp_path):
    def seen() -> set[str]:
        told = subprocess.run(
            ["git", "status", "--porcelain", "-uall"], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return {line[3:] for line in told.stdout.splitlines()}

    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    shutil.copy(paths.ROOT / ".gitignore", tmp_path)
    places = StudyPaths(NAME, tmp_path)
    own = tmp_path / "studies" / paths.OWN
    made = (
        own / f"{NAME}.yml", own / "tracking_plans" / f"{NAME}.yml", places.database, places.figures / "effects.svg",
        places.reports / "index.html", places.registered, places.decisions,
    )  # fmt: skip
    for name in paths.BUNDLED:
        theirs = StudyPaths(name, tmp_path)
        made += (theirs.file, theirs.registered, theirs.decisions, theirs.figures / "effects.svg")
    for file in made:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert seen() == {".gitignore", *(str(f.relative_to(tmp_path)) for f in made if not of(f))}


def of(file: Path) -> bool:
    """Whether a file is the user's: it is called after his study."""
    return NAME in str(file)


@pytest.mark.slow
def test_an_export_becomes_a_quick_report_in_the_empty_folder(empty):
    """The commands of the help, in its order; the whole of it says what it left out, and no number is missing in its tables."""
    before = of_the_name(paths.ROOT)
    started(empty, "new-study", f"../exports/{NAME}.csv")
    file = f"studies/{NAME}.yml"
    started(empty, "register", file)
    said = started(empty, "run", file, "--quick")
    assert "quick:   re-randomisation" in said and "missing" not in said and f"reports/{NAME}/index.html" in said
    where = StudyPaths(NAME, empty)
    assert {str(f.relative_to(empty)).split("/")[0] for f in empty.rglob("*") if f.is_file()} <= set(PLACES)
    assert of_the_name(paths.ROOT) == before, "nothing is written into the project"
    page = (where.reports / "index.html").read_text(encoding="utf-8")
    assert "A quick run." in page and "What is missing" not in page and "07_monitoring.html" not in page
    assert str(empty.parent) not in page and where.registered.is_file()
    designed = (where.reports / "04_experiment_design.html").read_text(encoding="utf-8")
    assert "a quick run leaves it out" in designed and "Traceback" not in designed
    numbers = Numbers.load(where.reports / "results.json")
    assert numbers["aa.runs"].value is None and not any(name.startswith("monitoring.") for name in numbers)
    table = pd.read_csv(where.reports / "effects.csv", float_precision="round_trip")
    assert table.set_index("metric").loc["bought", "relative"] == numbers.value("metrics.bought.relative")
    assert "nothing is out of date" in started(empty, "run", file, "--quick")
    whole = started(empty, "run", file, "--explain")
    assert "--quick is gone" in whole and "a quick run left it out" in whole


def test_the_simulator_is_written_where_it_is_said_to_be(empty, monkeypatch):
    """In the folder where the user is, and nothing of it in the project."""
    there = paths.ROOT / "reports" / "simulator.html"
    before = there.stat().st_mtime_ns if there.exists() else None
    plan = WhatIfPlan(traffic=2_000, baseline=0.1, uplift=0.08, arpu=500, days=28)
    monkeypatch.setattr(presets, "read", lambda file: Preset(NAME, "Far", "Bought", "EUR", "", plan, ()))
    said = call("simulator", f"studies/{NAME}.yml")
    assert said.exit_code == 0 and "Open reports/simulator.html" in said.output
    assert NAME in (empty / "reports" / "simulator.html").read_text(encoding="utf-8")
    assert (there.stat().st_mtime_ns if there.exists() else None) == before
