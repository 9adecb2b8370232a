"""docs/data.md names every study of public data, and the files as they are."""

import hashlib
import re

import pytest

from helpers import config, paths
from tests.real_data import real

ROW = re.compile(r"^\| `(\w+)` \| `([\w.-]+)` \| ([\d,]+) \| `([0-9a-f]{64})` \|$", flags=re.MULTILINE)
LISTED = {row[0]: row[1:] for row in ROW.findall((paths.DOCS / "data.md").read_text(encoding="utf-8"))}


def test_every_study_of_public_data_is_listed_with_its_file():
    public = {}
    for file in sorted(paths.STUDIES.glob("*.yml")):
        study = config.load(file)
        if not study.simulated:
            public[study.name] = study.data.path.removeprefix("${REAL_DATA_DIR}/")
    assert {name: file for name, (file, _, _) in LISTED.items()} == public


@pytest.mark.parametrize("name", LISTED)
def test_the_sha256_is_that_of_the_file(name):
    file, _, stated = LISTED[name]
    assert hashlib.sha256(real(file).read_bytes()).hexdigest() == stated
