"""The workflow of GitHub Actions runs what the README says, on every Python promised, with no right it does not need."""

import re
import subprocess

import pytest
import yaml

from helpers import paths

FILE = paths.ROOT / ".github" / "workflows" / "ci.yml"
WORKFLOW = yaml.safe_load(FILE.read_text(encoding="utf-8"))
JOBS = WORKFLOW["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]


def test_actionlint_has_nothing_to_say():
    done = subprocess.run(
        ["bash", "scripts/actionlint.sh"], cwd=paths.ROOT, capture_output=True, text=True, check=False
    )
    if "not checked" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_it_runs_the_commands_of_the_readme_on_every_python():
    readme = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.search(r"^## Two commands\n+```\n(.+?)\n```", readme, flags=re.DOTALL | re.MULTILINE)
    assert commands
    assert [step["run"] for step in JOBS["test"]["steps"] if "run" in step] == commands[1].splitlines()
    assert JOBS["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]


def test_rights_are_the_least_and_nothing_runs_for_ever():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    rights = {name: job["permissions"] for name, job in JOBS.items() if "permissions" in job}
    assert rights == {"publish": {"pages": "write", "id-token": "write"}}
    assert all(job["timeout-minutes"] <= 60 for job in JOBS.values())
    assert "refs/heads/main" in JOBS["publish"]["if"] and "concurrency" in WORKFLOW
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in STEPS if "uses" in step)
