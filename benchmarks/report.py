"""The whole report of the flagship in a copy of the tree, cold, and again with nothing to do."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.goal import Goal
from helpers import paths

COLD, NOTHING = 90.0, 1.0
"""Seconds."""
LEFT_BEHIND = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".venv-peers",
    "data",
    "reports",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    "target",
    "logs",
)


def copied(folder: Path) -> Path:
    """The tree without anything generated, with this tree's environment."""
    tree = folder / "tree"
    shutil.copytree(paths.ROOT, tree, ignore=LEFT_BEHIND)
    (tree / ".venv").symlink_to(paths.ROOT / ".venv")
    return tree


def made(tree: Path, *arguments: str) -> float:
    """Seconds that make takes in the copy; set-up counts as done."""
    environment = os.environ | {"PYTHONPATH": str(tree / "src")}
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):  # those of a make around this one
        environment.pop(name, None)
    began = time.perf_counter()
    done = subprocess.run(
        ["make", "-o", ".venv/ready", *arguments],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"make {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - began


def run(study: str = "studies/cart_checkout.yml") -> Iterator[str | Goal]:
    yield f"The report of {study}, from nothing to pages"
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        tree = copied(Path(name))
        made(tree, "clean")
        cold = made(tree, "study", f"STUDY={study}")
        index = tree / "reports" / Path(study).stem / "index.html"
        before = index.stat().st_mtime_ns
        again = min(made(tree, "study", f"STUDY={study}") for _ in range(3))
        touched = index.stat().st_mtime_ns != before
    yield Goal("cold", cold, COLD, "s")
    yield Goal("again with nothing to do", again, NOTHING, "s")
    yield Goal("pages written again although nothing changed", float(touched), 0, "pages")
