"""A raw file that is replaced by an older one of the same size gives another result, through the real commands.

Only the notebook that decides and what it reads is built; that a whole report is up to date or stale is told by
``test_small_report.py``.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from helpers import paths
from helpers.cli import goals
from helpers.paths import StudyPaths
from helpers.pipeline import graph
from helpers.pipeline.building import bring_up_to_date, explained
from helpers.pipeline.built import Built
from helpers.pipeline.graph import Step
from tests.ingest.studies import HEADER, unit_file

pytestmark = pytest.mark.slow

UNITS = 600
"""In each arm; one in ten of the control buys."""


def rows(share_of_treatment: int) -> str:
    """A unit table in which so many of a hundred units of the treatment buy for as much as the others; one size for all."""
    lines = [HEADER]
    for i in range(UNITS):
        for arm, share in (("a", 10), ("b", share_of_treatment)):
            bought = int(i % 100 < share)
            lines.append(f"{arm}{i:03d},{arm},{bought},{bought * 9:.2f},{i % 7}")
    return "\n".join(lines) + "\n"


DECIDES = "05_ab_results"


def steps(study: Path, built: Built) -> list[Step]:
    """Those that end in the notebook that decides."""
    return graph.ancestors(step for step in goals.of_file(str(study), built).steps if step.what == DECIDES)


def perform(step: Step) -> None:
    command = [sys.executable, "-m", "helpers", *step.command]
    done = subprocess.run(command, cwd=paths.ROOT, text=True, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def run(study: Path, where: StudyPaths) -> dict[str, float]:
    """The numbers of a run."""
    built = Built(where.base)
    bring_up_to_date(steps(study, built), built, perform)
    content = json.loads((where.results / f"{DECIDES}.json").read_text(encoding="utf-8"))
    return {name: content[name]["value"] for name in ("primary.treatment", "primary.relative")}


def out_of_date(study: Path, where: StudyPaths) -> set[str]:
    """Causes that ``--explain`` names."""
    built = Built(where.base)
    said = "\n".join(explained(steps(study, built), built))
    return {cause for _, cause in re.findall(r"^  \S+ +(.{22}) (.+)$", said, re.MULTILINE)} - {"up to date"}


@pytest.mark.sweep
def test_an_older_file_of_the_same_size_is_noticed_named_and_read_anew(tmp_path):
    log, study, where = tmp_path / "units.csv", tmp_path / "studies" / "units.yml", StudyPaths("units", tmp_path)
    study.parent.mkdir()
    raw = unit_file(log) | {"name": "units"}
    raw["design"] |= {"aa_runs": 200, "coverage_runs": 100}
    study.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")

    better, worse = rows(25), rows(9)
    assert len(better) == len(worse)
    log.write_text(better, encoding="utf-8")
    first = run(study, where)
    assert first["primary.treatment"] == pytest.approx(0.25) and out_of_date(study, where) == set()

    log.write_text(worse, encoding="utf-8")
    os.utime(log, (1_000_000_000, 1_000_000_000))
    assert out_of_date(study, where) >= {"units.csv changed"}
    second = run(study, where)
    assert second["primary.treatment"] == pytest.approx(0.09)
    assert second["primary.relative"] < 0 < first["primary.relative"], "what was a win is a loss"
    log.touch()
    assert out_of_date(study, where) == set()
