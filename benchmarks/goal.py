"""A measurement against its goal, and the machine it was made on."""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "numpy", "pandas", "scipy", "papermill", "plotly", "sphinx")


@dataclass(frozen=True)
class Goal:
    """``value`` must be at most (``least=False``) or at least ``limit``; both in ``unit``."""

    what: str
    value: float
    limit: float
    unit: str
    least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    @property
    def line(self) -> str:
        return (
            f"  {'PASS' if self.met else 'FAIL'}  {self.what}: {self.value:,.2f} {self.unit}"
            f" (wanted: at {'least' if self.least else 'most'} {self.limit:g})"
        )


def machine() -> str:
    """Cores, memory, load and versions: without them no time means anything."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{len(os.sched_getaffinity(0))} cores ({_processor()}), {memory:.0f} GiB, load {os.getloadavg()[0]:.1f},"
        f" {platform.system()} {platform.machine()}, Python {platform.python_version()}\n{packages}"
    )


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown"


def best_of(times: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest of several runs, in seconds, and the answer of the last."""
    shortest, answer = float("inf"), None
    for _ in range(times):
        began = time.perf_counter()
        answer = work()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest, answer
