"""A raw file that is replaced by an older one of the same size gives another report, through the real commands."""

import json
import os
import re
import subprocess
import sys

import pytest
import yaml

from helpers import paths
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


def out_of_date(said: str) -> set[str]:
    """Causes that ``--explain`` names."""
    return {cause for _, cause in re.findall(r"^  \S+ +(.{22}) (.+)$", said, re.MULTILINE)} - {"up to date"}


def numbers(base) -> dict[str, float]:
    content = json.loads((base / "reports" / "units" / "results.json").read_text(encoding="utf-8"))["numbers"]
    return {name: content[name]["value"] for name in ("primary.treatment", "primary.relative")}


def test_an_older_file_of_the_same_size_is_noticed_named_and_read_anew(tmp_path):
    log, study = tmp_path / "units.csv", tmp_path / "studies" / "units.yml"
    study.parent.mkdir()
    raw = unit_file(log) | {"name": "units"}
    raw["design"] |= {"aa_runs": 200, "coverage_runs": 100}
    study.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")

    def run(*more: str) -> str:
        command = [sys.executable, "-m", "helpers", "run", str(study), *more]
        done = subprocess.run(command, cwd=paths.ROOT, text=True, capture_output=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    better, worse = rows(25), rows(9)
    assert len(better) == len(worse)
    log.write_text(better, encoding="utf-8")
    run()
    first = numbers(tmp_path)
    assert first["primary.treatment"] == pytest.approx(0.25) and out_of_date(run("--explain")) == set()

    log.write_text(worse, encoding="utf-8")
    os.utime(log, (1_000_000_000, 1_000_000_000))
    assert out_of_date(run("--explain")) >= {"units.csv changed"}
    run()
    second = numbers(tmp_path)
    assert second["primary.treatment"] == pytest.approx(0.09)
    assert second["primary.relative"] < 0 < first["primary.relative"], "what was a win is a loss"
    log.touch()
    assert out_of_date(run("--explain")) == set()
