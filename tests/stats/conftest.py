"""Oracles of the statistics tests: R's figures, and a fixed seed for every simulation."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def golden() -> dict[str, Any]:
    """What R computed (golden.R beside it), from REFERENCE_DIR or ../shared/reference."""
    folder = Path(os.environ.get("REFERENCE_DIR", ROOT.parent / "shared" / "reference"))
    path = folder / "golden_r.json"
    if not path.is_file():
        pytest.skip(f"no reference figures at {path}: set REFERENCE_DIR")
    return json.loads(path.read_text())
