"""A part of a report that stopped: what it said, kept for the pages that go on without it."""

import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from helpers import paths
from helpers.errors import ReportError
from helpers.pipeline.files import write_json

PROGRAM = "an error of the program, or a study that it was not made for"
"""Likely cause of an error that no message foresaw,"""
REPORT = "report it as a bug of this project (.github/ISSUE_TEMPLATE/bug.yml) with these lines and the study file, without data"
"""and what to do about it."""

MONITORING = "monitoring (notebook 07)"
"""The part that a quick run leaves out."""
RERANDOMISED = "re-randomisation (A/A test, coverage)"
"""What it does without in other parts."""

_ERROR = re.compile(r"(?:^|\n)error: ")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Fault:
    """Why a part of a report is missing: it stopped, or it waited for one that did, or a quick run left it out.

    Attributes:
        part: name of the part, that of its notebook.
        said: the error in its own words, one block.
        after: the part that it waited for in vain; empty where it stopped by itself.
        left_out: nothing failed, a quick run did without it.
    """

    part: str
    said: str
    after: str = ""
    left_out: bool = False

    @classmethod
    def of(cls, part: str, said: str, base: Path) -> Self:
        """From what a step wrote when it ended: the message, or the last line of a traceback; no folder of the machine.

        >>> print(Fault.of("07_monitoring", "a note\\nerror: no day\\n  got: 0", Path("/srv/shop")).said)
        no day
          got: 0
        >>> Fault.of("07_monitoring", "Traceback\\n  File x\\nKeyError: '/srv/shop/a'", Path("/srv/shop")).said.splitlines()[0]
        "07_monitoring stopped: KeyError: 'a'"
        """
        text = _COLOUR.sub("", said).strip()
        for folder in (base, base.resolve(), paths.ROOT):
            text = text.replace(f"{folder}{os.sep}", "")
        *_, told = _ERROR.split(text)
        if "Traceback" in told:
            told = str(ReportError(f"{part} stopped: {told.splitlines()[-1]}", cause=PROGRAM, remedy=REPORT))
        return cls(part, told)

    @classmethod
    def waiting(cls, part: str, other: str) -> Self:
        """A part that is not begun, for the one that it reads is missing."""
        return cls(part, f"{part} was not run: it reads what {other} finds, and that part is missing", other)

    @classmethod
    def quick(cls, part: str) -> Self:
        """A part that a quick run does without."""
        return cls(part, "a quick run leaves it out", left_out=True)

    @property
    def what(self) -> str:
        """The error without its details.

        >>> Fault("07_monitoring", "07_monitoring stopped in cell 3: no day\\n  got: 0").what
        'no day'
        """
        return re.sub(rf"^{re.escape(self.part)} stopped(?: in cell \d+)?: ", "", self.said.splitlines()[0])

    @property
    def details(self) -> list[tuple[str, str]]:
        """Labels and texts below its first line.

        >>> Fault("07_monitoring", "no day\\n  got:      0\\n  remedy:   wait").details
        [('got', '0'), ('remedy', 'wait')]
        """
        found: list[tuple[str, str]] = []
        for line in self.said.splitlines()[1:]:
            label, colon, text = line.strip().partition(": ")
            if colon and re.match(r"  [a-z]", line):
                found.append((label, text.strip()))
            elif found:
                found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        return found

    def save(self, file: Path) -> None:
        write_json(file, asdict(self))


def remove(file: Path) -> None:
    """A part is there again, so nothing is told of it."""
    file.unlink(missing_ok=True)
    with suppress(OSError):
        file.parent.rmdir()


def read(folder: Path) -> list[Fault]:
    """What is missing in a report, in the order of the parts."""
    return [Fault(**json.loads(file.read_text(encoding="utf-8"))) for file in sorted(folder.glob("*.json"))]


def stopped(faults: Sequence[Fault]) -> list[Fault]:
    """Those that nobody asked to leave out.

    >>> stopped([Fault.quick("07_monitoring"), Fault("05_ab_results", "no unit")])
    [Fault(part='05_ab_results', said='no unit', after='', left_out=False)]
    """
    return [fault for fault in faults if not fault.left_out]


def left_out(*, splits: bool) -> str:
    """What a quick run says of itself: what a run without it adds, re-randomisation only where the study ``splits`` units anew.

    >>> left_out(splits=False)
    'monitoring (notebook 07) is left out, which a finished test can do without; a run without --quick adds it'
    """
    what, adds = (f"{RERANDOMISED} and {MONITORING} are", "them") if splits else (f"{MONITORING} is", "it")
    return f"{what} left out, which a finished test can do without; a run without --quick adds {adds}"


def is_left_out(file: Path) -> bool:
    """Whether what is told in ``file`` is that a quick run left a part out."""
    return file.is_file() and bool(json.loads(file.read_text(encoding="utf-8")).get("left_out"))


def listed(faults: Sequence[Fault]) -> list[str]:
    """A line a missing part.

    >>> listed([Fault("05_ab_results", "no unit\\n  got: 0"), Fault.waiting("06_roi_and_rollout", "05_ab_results")])
    ['05_ab_results: no unit', '06_roi_and_rollout: was not run: it reads what 05_ab_results finds, and that part is missing']
    """
    return [f"{fault.part}: {fault.what.removeprefix(fault.part).lstrip()}" for fault in faults]
