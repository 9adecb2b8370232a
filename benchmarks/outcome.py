"""What the measurements found: a table for the reader, and ``results.json`` beside this module, which is not committed."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.goal import Goal
from helpers.pipeline.files import write_json

FILE = Path(__file__).with_name("results.json")


@dataclass
class Part:
    """One measurement: its goals, what it said beside them, and the error that ended it early."""

    name: str
    goals: list[Goal] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    failure: str | None = None

    @property
    def met(self) -> bool:
        return self.failure is None and all(goal.met for goal in self.goals)

    @property
    def content(self) -> dict[str, Any]:
        goals = [asdict(goal) | {"met": goal.met} for goal in self.goals]
        return {"name": self.name, "goals": goals, "said": self.said, "failure": self.failure}


def save(machine: str, parts: Sequence[Part], file: Path = FILE) -> None:
    """Write every part that was measured so far."""
    content = {"machine": machine.splitlines(), "parts": [part.content for part in parts]}
    write_json(file, json.loads(json.dumps(content, default=float)))


def table(parts: Sequence[Part]) -> str:
    """A line a goal, and one for each part that failed.

    >>> print(table([Part("report", [Goal("cold", 61.25, 90, "s")]), Part("live", failure="OSError: no")]))
    part    result  measurement  value    goal
    report  PASS    cold         61.25 s  at most 90 s
    live    FAIL    OSError: no
    """
    rows = [("part", "result", "measurement", "value", "goal")]
    for part in parts:
        for goal in part.goals:
            limit = f"at {'least' if goal.least else 'most'} {goal.limit:,g} {goal.unit}"
            value = f"{goal.value:,.2f} {goal.unit}"
            rows.append((part.name, "PASS" if goal.met else "FAIL", goal.what, value, limit))
        if part.failure is not None:
            rows.append((part.name, "FAIL", part.failure.splitlines()[0], "", ""))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def verdict(parts: Sequence[Part]) -> str:
    """What was missed and what failed, in a sentence.

    >>> verdict([Part("report", [Goal("cold", 95, 90, "s")]), Part("live", failure="OSError: no")])
    '1 goal missed: cold; 1 part failed: live'
    """
    missed = [goal.what for part in parts for goal in part.goals if not goal.met]
    failed = [part.name for part in parts if part.failure is not None]
    told = [
        f"{len(names)} {noun}{'s' * (len(names) > 1)} {how}: {', '.join(names)}"
        for names, noun, how in ((missed, "goal", "missed"), (failed, "part", "failed"))
        if names
    ]
    return "; ".join(told) or "every goal is met"
