"""``run``: every step of a study that is out of date, in the order of the graph, two at a time where none waits."""

import os
import subprocess
import sys
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from helpers import config, paths
from helpers.errors import EXIT_CODES, ReportError
from helpers.paths import StudyPaths
from helpers.pipeline import graph, lock
from helpers.pipeline.graph import Node
from helpers.pipeline.progress import TELL, say, step

ENVIRONMENT = {"PYTHONHASHSEED": "0", "JUPYTER_PLATFORM_DIRS": "1", TELL: "1"}
"""As the Makefile has it; and the step tells how far it is instead of drawing."""

PATIENCE = 5
"""Seconds that a step has to end by itself."""


@dataclass
class _Steps:
    """Steps in processes of their own, which die with this one."""

    study: str
    running: set[subprocess.Popen[str]] = field(default_factory=set)

    def perform(self, node: Node) -> None:
        """Run one step to its end; what it says on standard error stands in the error it raises."""
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "MAKELEVEL")}
        with (
            step(self.study, node.what) as shown,
            subprocess.Popen(
                [sys.executable, "-m", "helpers", *node.command], env=environment | ENVIRONMENT, cwd=paths.ROOT,
                text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, close_fds=False,  # it inherits the lock
            ) as process,
        ):  # fmt: skip
            self.running.add(process)
            assert process.stderr is not None
            said = [line for line in process.stderr if not shown.heard(line)]
            self.running.discard(process)
            if process.wait():
                raise Stopped(node, process.returncode, "".join(said).strip("\n"))
        for line in said:
            say(line.rstrip("\n"))

    def stop(self) -> None:
        """End the steps; the keyboard has told them too, so they get time to clear up first."""
        for process in list(self.running):
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.terminate()


class Stopped(Exception):
    """A step ended with another exit code than 0; ``said`` is what it wrote on standard error.

    A code that a step never says of itself, such as that of a signal, is 1: an error that is none of the reader's.
    """

    def __init__(self, node: Node, code: int, said: str) -> None:
        self.code, self.said = code if code in EXIT_CODES else 1, said or f"the step {node.what!r} was killed"
        super().__init__(self.said)


def run(file: str, jobs: int) -> tuple[int, Path]:
    """Bring the report of a study file up to date; how many steps that took, and the report's summary.

    Waits for another run in the same tree. Each step is whole or not at all, so what was there before stands until a step is done. When one fails no other
    is begun, those under way end, and :class:`Stopped` is raised.
    """
    where = place(file)
    with lock.held(where.base):
        return _run(file, where, jobs), summary_of(where)


def place(file: str) -> StudyPaths:
    """Where what a study or a programme generates stands; raises what opening it raises."""
    from helpers.config import programme

    return (programme.opened(file) if Path(file).parent.name == "programmes" else config.opened(file))[1]


def _run(file: str, where: StudyPaths, jobs: int) -> int:
    waiting = graph.to_run((graph.of_programme if where.beyond else graph.of_study)(file, where))
    count, pending = len(waiting), {node.target for node in waiting}
    steps = _Steps(where.name)
    under_way: dict[Future[None], Node] = {}
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while waiting or under_way:
                ready = [node for node in waiting if not pending & set(node.inputs)]
                for node in ready[: jobs - len(under_way)]:
                    waiting.remove(node)
                    under_way[pool.submit(steps.perform, node)] = node
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    node = under_way.pop(future)
                    future.result()
                    pending.discard(node.target)
        except KeyboardInterrupt:
            steps.stop()
            raise
    return count


def summary_of(where: StudyPaths) -> Path:
    """The summary of a report that was brought up to date."""
    summary = where.reports / "summary.txt"
    if not summary.is_file():
        raise ReportError(
            "the report has no summary", expected=paths.shown(summary), remedy="delete results.json there"
        )
    return summary
