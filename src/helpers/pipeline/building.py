"""Steps brought up to date: in the order of the graph, several at a time, each decided when those before it are done.

Of those that may begin, the one that the longest chain waits for begins first.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter

from helpers.pipeline import faults
from helpers.pipeline.built import Built, told
from helpers.pipeline.faults import Fault
from helpers.pipeline.graph import QUICK, Step

Perform = Callable[[Step], None]
"""Runs one step to its end, or raises."""


@dataclass(frozen=True)
class Ending:
    """What became of a build: the steps that ran, in the order of their end, and what is missing."""

    ran: tuple[Step, ...]
    missing: tuple[Fault, ...] = ()


def bring_up_to_date(
    steps: Sequence[Step],
    built: Built,
    perform: Perform,
    jobs: int = 2,
    *,
    refresh: bool = False,
    stop: Callable[[], None] = lambda: None,
) -> Ending:
    """Run every step that is out of date, or with ``refresh`` every step.

    A step is decided when all before it are done, so one whose inputs came out as they were is not run. A part of a
    report that fails costs itself and the parts that read it, a page beside the others costs itself; see
    :class:`~helpers.pipeline.graph.Step`. When another step fails no other is begun, those under way end and are
    recorded, and its error is raised. ``stop`` ends those under way when the build is interrupted.
    """
    build = _Build(steps, built, refresh)
    with ThreadPoolExecutor(jobs) as pool:
        under_way: dict[Future[None], tuple[Step, dict[str, str]]] = {}
        try:
            while True:
                while len(under_way) < jobs and (begun := build.next()):
                    under_way[pool.submit(perform, begun[0])] = begun
                if not under_way:
                    break
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    build.ended(*under_way.pop(future), future.exception())
        except KeyboardInterrupt:
            stop()
            raise
    if build.failure:
        raise build.failure
    if built.contents.changed and not build.ran:
        built.save()  # files that were only touched are not read again
    return Ending(tuple(build.ran), tuple(sorted(build.missing.values(), key=lambda fault: fault.part)))


class _Build:
    """Which step is next, and what became of those before."""

    def __init__(self, steps: Sequence[Step], built: Built, refresh: bool) -> None:
        self.ran: list[Step] = []
        self.failure: BaseException | None = None
        self.missing: dict[Step, Fault] = {}
        self._built, self._refresh = built, refresh
        before = {step: step.before & set(steps) for step in steps}
        self._place = {step: n for n, step in enumerate(_longest_first(before))}
        self._order = TopologicalSorter(before)
        self._order.prepare()
        self._waiting: list[Step] = []

    def next(self) -> tuple[Step, dict[str, str]] | None:
        """The next step that is out of date, with its inputs; None where none can begin now."""
        while self.failure is None:
            self._waiting = sorted([*self._waiting, *self._order.get_ready()], key=self._place.__getitem__)
            if not self._waiting:
                return None
            step = self._waiting.pop(0)
            if step.left_out:
                self._leave_out(step)
                continue
            lost = next((other for other in step.inputs if isinstance(other, Step) and other in self.missing), None)
            if step.fault and lost:
                self._lose(step, Fault.waiting(step.what, lost.what))
                continue
            inputs = self._built.inputs(step)
            if self._refresh or self._built.causes(step, inputs):
                return step, inputs
            self._order.done(step)
        return None

    def ended(self, step: Step, inputs: dict[str, str], error: BaseException | None) -> None:
        """A step came to its end, whole or with an error."""
        if isinstance(error, Exception) and (step.fault or step.beside) and not getattr(error, "killed", False):
            self._lose(step, Fault.of(step.what if step.fault else step.key, str(error), self._built.base))
            return
        if error is not None:
            self.failure = self.failure or error
            return
        if step.fault:
            faults.remove(step.fault)
        self._built.done(step, inputs)
        self.ran.append(step)
        self._order.done(step)

    def _lose(self, step: Step, fault: Fault) -> None:
        """Go on without a step; of a part nothing is left that a reader could take for its result."""
        self.missing[step] = fault
        if step.fault:
            fault.save(step.fault)
            self._built.forget(step)
        self._order.done(step)

    def _leave_out(self, step: Step) -> None:
        """Do without a part; what an earlier run left of it goes, for it is of what stood there then."""
        if step.fault and not faults.is_left_out(step.fault):
            Fault.quick(step.what).save(step.fault)
            self._built.forget(step)
        self._order.done(step)


def _longest_first(before: Mapping[Step, set[Step]]) -> list[Step]:
    """The steps by how many wait for them one after the other, so that no long chain is left for the end."""
    waiting = dict.fromkeys(before, 0)
    for step in reversed(tuple(TopologicalSorter(before).static_order())):
        for other in () if step.left_out else before[step]:
            waiting[other] = max(waiting[other], waiting[step] + 1)
    return sorted(before, key=lambda step: -waiting[step])


def explained(steps: Sequence[Step], built: Built) -> list[str]:
    """A line a step: up to date, or which input changed, or which step it waits for.

    A step that waits may turn out to be up to date, when what it reads comes out as it was.
    """
    why = stale(steps, built)
    return [
        f"  {step.subject:<18} {step.what:<22} {f'left out by {QUICK}' if step.left_out else why.get(step, 'up to date')}"
        for step in steps
    ]


def stale(steps: Sequence[Step], built: Built) -> dict[Step, str]:
    """The steps that are out of date or wait for such a step, and why."""
    found: dict[Step, str] = {}
    for step in steps:
        if step.left_out:
            continue
        causes = built.causes(step)
        first = next((other for other in steps if other in step.before & found.keys()), None)
        if causes:
            found[step] = told(causes)
        elif first:
            found[step] = f"waits for {first.subject}: {first.what}"
    return found
