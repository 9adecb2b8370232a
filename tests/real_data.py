"""Public data that the project does not hold."""

from pathlib import Path

import pytest

from helpers import paths


def real(name: str) -> Path:
    """A file of public data; the test is skipped where it is not there."""
    file = paths.real_data_dir() / name
    if not file.is_file():
        pytest.skip(f"no {name} in the folder of real data (set REAL_DATA_DIR); docs/data.md says where to get it")
    return file
