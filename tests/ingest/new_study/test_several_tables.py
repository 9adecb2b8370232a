"""A study proposed from several tables of made-up companies: roles, keys and columns, in any order of the files."""

import os
import random
from pathlib import Path

import pytest

from helpers import config, ingest
from helpers.config import Study, Tables
from helpers.ingest import new_study
from tests.ingest.tables.company import Company, company
from tests.ingest.tables.test_join import counted

FUZZING = "FUZZ" in os.environ
SEEDS = range(300 if FUZZING else 5)


def proposed(base: Path, files: list[Path], **said: str) -> tuple[Study, str, str]:
    made = new_study.propose_tables([str(file) for file in files], base=base, said=new_study.Said(**said))  # type: ignore[arg-type]
    return config.load(made.file), made.file.read_text(encoding="utf-8"), made.said


def shuffled(made: Company, seed: int) -> list[Path]:
    files = list(made.files.values())
    random.Random(seed).shuffle(files)
    return files


@pytest.mark.parametrize("seed", SEEDS)
def test_roles_and_keys_are_found_by_values(tmp_path: Path, seed: int) -> None:
    made = company(seed, tmp_path)
    control = made.arms[0]
    study, _, said = proposed(tmp_path, shuffled(made, seed), control=control)
    data = study.data
    assert isinstance(data, Tables)
    assert data.assignments.columns | made.columns["assignments"] == data.assignments.columns
    (facts,) = data.facts.values()
    assert {k: v for k, v in facts.columns.items() if k != "event_id" or made.has_ids} == made.columns["facts"]
    assert data.units is not None and data.units.columns["user_id"] == made.columns["units"]["user_id"]
    assert made.columns["units"]["country"] in data.units.columns.values()
    assert f"{made.match['known']:,}" in said or f"{made.match['assigned']:,}" in said
    ingest.land(study, tmp_path / "raw")
    identity = "event_id" if "event_id" in facts.columns else "whole_row"
    found = counted(ingest.landed(tmp_path / "raw"), identity)
    assert {level: (t.n, t.with_fact) for level, t in found.items()} == {
        level: (t.n, t.with_fact) for level, t in made.truth.items()
    }
