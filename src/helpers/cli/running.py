"""``run`` and ``build``: every step that is out of date, in the order of the graph, two at a time where none waits."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import current_thread, main_thread
from typing import NamedTuple

from helpers import paths
from helpers.cli import goals
from helpers.cli.goals import Asked
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline import fork_server, lock
from helpers.pipeline.building import bring_up_to_date, explained, stale
from helpers.pipeline.built import Built
from helpers.pipeline.faults import Fault
from helpers.pipeline.fork_server import DBT, STEPS, Forked, Preload, Server
from helpers.pipeline.graph import Step
from helpers.pipeline.progress import TELL, say, step

ENVIRONMENT = {"PYTHONHASHSEED": "0", "JUPYTER_PLATFORM_DIRS": "1", TELL: "1"}
"""The same for every step, whoever starts it; and the step tells how far it is instead of drawing."""
ENOUGH = 4
"""Steps for which a server of processes is worth its imports."""
ON_DBT = ("marts", "dbt-docs")
"""Steps that run dbt."""

OF_A_STEP = (1, 2, 130)
"""Exit codes that a step says of itself."""
PARTIAL = 3
"""Exit code of a build that lacks a part."""
PATIENCE = 5
"""Seconds that a step has to end by itself."""


@dataclass
class _Steps:
    """Steps in processes of their own, which die with this one."""

    running: set["subprocess.Popen[bytes] | Forked"] = field(default_factory=set)
    servers: dict[Preload, Server] = field(default_factory=dict)

    @contextmanager
    def serving(self, stale: Collection[Step]) -> Iterator[None]:
        """Within, steps and what they start may be forked, where those to be run are worth it."""
        if fork_server.AVAILABLE and len(stale) >= ENOUGH:
            if any(step.command[0] in ON_DBT for step in stale):
                self.servers[DBT] = Server(DBT, _environment(), paths.ROOT)
            # dbt is awaited first, and alone: two that import at once take each other's time
            self.servers[STEPS] = Server(STEPS, _environment(), paths.ROOT, after=self.servers.get(DBT))
        try:
            yield
        finally:
            for server in self.servers.values():
                server.close()

    def perform(self, asked: Step) -> None:
        """Run one step to its end; what it says on standard error stands in the error it raises."""
        read, write = os.pipe()
        with step(asked.subject, asked.what) as shown, os.fdopen(read, encoding="utf-8", errors="replace") as told:
            try:
                process = self._begin(asked, write)
            finally:
                os.close(write)
            self.running.add(process)
            said = [left for line in told if (left := shown.heard(line))]
            code = process.wait()
            self.running.discard(process)
            if code:
                raise Stopped(asked, code, "".join(said).strip("\n"))
        for line in said:
            say(line.rstrip("\n"))

    def _begin(self, asked: Step, stderr: int) -> "subprocess.Popen[bytes] | Forked":
        """Forked from the server once that is ready; the first steps start by themselves meanwhile."""
        environment = _environment() | {preload.variable: server.place for preload, server in self.servers.items()}
        forking = self.servers.get(STEPS)
        if forking and forking.ready():
            with suppress(OSError), Path(os.devnull).open("r+b") as nothing:
                streams = (nothing.fileno(), nothing.fileno(), stderr)
                arguments = ["helpers", *asked.command]
                return Forked(
                    forking.place,
                    "helpers.__main__:script",
                    arguments,
                    environment=environment,
                    folder=paths.ROOT,
                    streams=streams,
                )
        return subprocess.Popen(
            [sys.executable, "-m", "helpers", *asked.command], env=environment, cwd=paths.ROOT,
            stdout=subprocess.DEVNULL, stderr=stderr, close_fds=False,  # it inherits the lock
        )  # fmt: skip

    def stop(self) -> None:
        """End the steps; the keyboard has told them too, so they get time to clear up first."""
        for process in list(self.running):
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.terminate()

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Within, SIGTERM ends the steps and then this process, as the keyboard would."""

        def end(*_: object) -> None:
            for process in list(self.running):
                process.terminate()
            raise KeyboardInterrupt

        if current_thread() is not main_thread():
            yield
            return
        before = signal.signal(signal.SIGTERM, end)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "MAKELEVEL")} | ENVIRONMENT


class Stopped(Exception):
    """A step ended with another exit code than 0; ``said`` is what it wrote on standard error.

    A code that a step never says of itself, such as that of a signal, is 1: an error that is none of the reader's.
    """

    def __init__(self, asked: Step, code: int, said: str) -> None:
        self.killed = code not in (1, 2)
        self.code, self.said = code if code in OF_A_STEP else 1, said or f"the step {asked.what!r} was killed"
        super().__init__(self.said)


class Brought(NamedTuple):
    """A build that came to its end: how many steps ran, the summaries of the reports, and what is missing."""

    steps: int
    summaries: list[Path]
    missing: Sequence[Fault] = ()


def run(file: str, jobs: int, *, refresh: bool = False, quick: bool = False) -> Brought:
    """Bring the report of a study file up to date; with ``quick`` without what a finished test can do without.

    Waits for another run in the same tree. Each step is whole or not at all, so what was there before stands until a
    step is done. A notebook that fails is missing in the report, and so are those that read it. When another step
    fails no other is begun, those under way end, and :class:`Stopped` is raised.
    """
    return _brought(goals.located(file).base, lambda built: goals.of_file(file, built, quick=quick), jobs, refresh)


def build(wanted: Sequence[str], jobs: int, *, refresh: bool = False) -> Brought:
    """Bring goals of the project up to date, as :func:`run` does."""
    return _brought(paths.ROOT, lambda built: goals.of_project(wanted, built), jobs, refresh)


def explain_run(file: str, *, quick: bool = False) -> list[str]:
    """A line a step of a study: up to date, or why not; nothing is run or written."""
    built = Built(goals.located(file).base)
    return explained(goals.of_file(file, built, quick=quick).steps, built)


def explain_build(wanted: Sequence[str]) -> list[str]:
    """A line a step that leads to the goals."""
    built = Built()
    return explained(goals.of_project(wanted, built).steps, built)


def _brought(base: Path, ask: Callable[[Built], Asked], jobs: int, refresh: bool) -> Brought:
    with lock.held(base):
        built = Built(base)
        asked = ask(built)
        to_do = asked.steps if refresh else stale(asked.steps, built)
        if to_do:
            for file in asked.files:
                goals.place(file)  # a file that is wrong is refused before anything runs
        steps = _Steps()
        with steps.ending(), steps.serving(to_do):
            end = bring_up_to_date(asked.steps, built, steps.perform, jobs, refresh=refresh, stop=steps.stop)
    return Brought(len(end.ran), [summary_of(where) for where in asked.reports], end.missing)


def summary_of(where: StudyPaths) -> Path:
    """The summary of a report that was brought up to date."""
    summary = where.reports / "summary.txt"
    if not summary.is_file():
        raise ReportError("the report has no summary", expected=paths.shown(summary), remedy="run it with --refresh")
    return summary
