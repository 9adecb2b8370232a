"""Marts for tests without dbt, whose start costs five times as much as making all models of a small study.

The models and the tests of their data are those of ``warehouse/``, rendered by the project itself. That dbt makes the
same marts is shown in ``tests/warehouse/test_examine.py`` and ``tests/fuzz/test_builds.py``; builds by dbt itself are
those of the small shop, of tests that ask for the fixture ``dbt``, and of whatever runs ``python -m helpers`` or make.
"""

from pathlib import Path
from typing import Any

import duckdb

from helpers import defaults
from helpers.defaults import MEMORY
from helpers.warehouse import build
from tests.fuzz.marts import broken

BY_DBT = build.run_dbt
"""As it stands before the fixture that puts :func:`run` in its place."""


def run(
    command: tuple[str, ...], variables: dict[str, Any], *, database: Path, target: Path, options: tuple[str, ...] = ()
) -> str:
    """Stands in for :func:`helpers.warehouse.build.run_dbt`: '' or what failed."""
    if command != ("build",):
        return BY_DBT(command, variables, database=database, target=target, options=options)
    settings = {"threads": defaults.THREADS, "memory_limit": MEMORY, "preserve_insertion_order": False}
    with duckdb.connect(str(database), config=settings) as con:
        con.execute("set TimeZone = 'UTC'")
        try:
            return "\n".join(broken(con, variables))
        except duckdb.Error as error:
            return str(error)
