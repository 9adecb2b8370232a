"""Every case answered on one set of rows, as JSON on standard output: python -m tests.rows.answers SEED."""

import importlib
import json
import sys
import warnings
from typing import Any

import numpy as np

from tests.rows.case import CASES, Maker, answered

for _room in ("stats", "programme", "experiment"):
    importlib.import_module(f"tests.rows.of_{_room}")


def makers() -> dict[str, Maker]:
    """Each maker once, by the first of its names."""
    return {
        name: maker for name, maker in reversed(CASES.items()) if [*CASES.values()].index(maker) == [*CASES].index(name)
    }


def answers(seed: int) -> dict[str, Any]:
    found = {}
    for name, maker in makers().items():
        tables, answer = maker(np.random.default_rng(seed))
        found[name] = answered(answer, *tables)
    return found


if __name__ == "__main__":
    warnings.simplefilter("error", RuntimeWarning)
    json.dump(answers(int(sys.argv[1])), sys.stdout)
