"""``make test-crash``: a small build killed at random moments of each of its steps and mended, again and again.

``python -m tests.safety.crash [KILLS [SEED [ROUNDS]]]``. The moments are stratified: the targets that are there say how
far a build is, and from each such state on the run is killed after a delay drawn uniformly from the time that an
uninterrupted run spends in it, so that short steps are hit as often as long ones. In every second kill the process
group dies and its kernels and browsers are left to notice; in the others all of them die at once. At the end of each
round the study must equal the uninterrupted run byte for byte, and nothing hidden or temporary may stand anywhere.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from helpers import paths
from tests.safety.tree import Tree, planted

BOOKS = [f"{name}.ipynb" for name in paths.books()]
TARGETS = [
    "data/small/raw/done",
    "data/small/warehouse.duckdb",
    "data/small/rerandomised.parquet",
    *(f"reports/small/notebooks/{name}" for name in BOOKS),
    "reports/small/results.json",
    "reports/index.html",
]


def done(tree: Tree) -> int:
    """Targets that are there."""
    return sum((tree.base / name).exists() for name in TARGETS)


def clean(tree: Tree) -> None:
    tree.make("clean")
    shutil.rmtree(tree.base / "figures", ignore_errors=True)


def stay(tree: Tree) -> list[float]:
    """Seconds that an uninterrupted run spends with 0, 1, 2, ... targets done."""
    process, seconds = tree.start("study"), [0.0] * len(TARGETS)
    last = time.monotonic()
    while process.poll() is None:
        now = time.monotonic()
        seconds[min(done(tree), len(TARGETS) - 1)] += now - last
        last = now
        time.sleep(0.1)
    assert process.returncode == 0, process.communicate()[0]
    return seconds


def killed(tree: Tree, state: int, delay: float, *, at_once: bool) -> bool:
    """Run until ``state`` targets are done, wait, kill; False when the build was quicker than that."""
    process = tree.start("study")
    while done(tree) < state and process.poll() is None:
        time.sleep(0.02)
    until = time.monotonic() + delay
    while time.monotonic() < until and process.poll() is None:
        time.sleep(0.01)
    if process.poll() is not None:
        process.communicate()
        return False
    if at_once:
        for pid in tree.processes():
            if pid != process.pid:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
    tree.kill(process)
    return True


def main(kills: int = 50, seed: int = 1, rounds: int = 4) -> int:
    """Print a line a kill and a line a round; 1 when a round did not end as the uninterrupted run."""
    draw, failures, count = random.Random(seed), 0, Counter[int]()
    base, scratch = Path(tempfile.mkdtemp(prefix="crash-")).resolve(), Path(tempfile.mkdtemp(prefix="c-"))
    tree = planted(base, scratch)
    seconds = stay(tree)
    whole, pictures = tree.results(), tree.pictures()
    print(f"an uninterrupted run takes {sum(seconds):.0f} s; {len(pictures)} pictures", flush=True)
    states = [i % len(TARGETS) for i in range(kills)]
    for number in range(rounds):
        clean(tree)
        for state in sorted(states[number::rounds]):
            delay = draw.uniform(0, seconds[state])
            hit = killed(tree, state, delay, at_once=draw.random() < 0.5)
            count[state] += hit
            print(
                f"  {'killed' if hit else 'missed'} with {done(tree)} targets done, {delay:.1f} s into it", flush=True
            )
        tree.make("study")
        problems = [
            *(["results.json differs"] if tree.results() != whole else []),
            *(f"{name} differs" for name in pictures if tree.pictures().get(name) != pictures[name]),
            *(f"left: {name}" for name in tree.leftovers()),
            *(f"lives: {name}" for name in tree.described()),
        ]
        failures += bool(problems)
        print(
            f"round {number + 1} of {rounds}: {'; '.join(problems) or 'equal byte for byte, nothing left'}", flush=True
        )
    print(f"{count.total()} kills, {failures} of {rounds} rounds ended otherwise than the uninterrupted run")
    for folder in (base, scratch):
        shutil.rmtree(folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
