"""What the long calibration showed, kept in ``docs/calibration.json`` for the page of the report site."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from helpers import paths
from helpers.errors import ReportError
from helpers.pipeline.files import write_text
from helpers.validation.case import CaseOutcome, run, runs_of
from helpers.validation.collect import TOPICS, cases

FILE = paths.DOCS / "calibration.json"
DIGITS = 6


@dataclass(frozen=True)
class Line:
    """One case and its verdict, as the page shows it; shares are fractions.

    Attributes:
        slack: how far from the promise the method is known to be here, because of ``reason``.
        inside: the promise lies in the Monte Carlo interval; "outside" on the page where it does not.
        kept: within the noise of counting plus the slack that ``reason`` explains.

    Example:
        >>> Line("Coins", "toss", "fair", "coverage", 0.5, "equal", 0.51, 100, 0.4, 0.6, True, True, 0.0, "").inside
        True
    """

    topic: str
    method: str
    setting: str
    quantity: str
    nominal: float
    promise: str
    observed: float
    runs: int
    low: float
    high: float
    inside: bool
    kept: bool
    slack: float
    reason: str

    @classmethod
    def of(cls, found: CaseOutcome) -> Line:
        """The line of a case that was run."""
        case, seen = found.case, found.monte_carlo
        low, high = round(seen.low, DIGITS), round(seen.high, DIGITS)
        return cls(
            case.topic, case.method, case.setting, case.quantity, case.nominal, case.promise, round(seen.observed, DIGITS),
            seen.runs, low, high, found.nominal_inside, found.kept, case.slack, case.reason,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """As the case is called."""
        return f"{self.topic}: {self.method}, {self.quantity}, {self.setting}"


def run_all(
    topics: tuple[str, ...] = TOPICS,
    *,
    scale: float = 1.0,
    jobs: int = 1,
    done: Callable[[Line], object] = lambda line: None,
) -> list[Line]:
    """Run every case of ``topics``, ``scale`` times its long number of runs, in ``jobs`` processes.

    ``done`` is called with each line as it comes; the list is in the order of the page.

    Example:
        >>> len(run_all(("proportions",), scale=0.001)) == len(cases(("proportions",)))
        True
    """
    chosen = cases(topics)
    if jobs == 1:
        lines = []
        for index in range(len(chosen)):
            lines.append(_line(topics, index, scale))
            done(lines[-1])
        return lines
    found: dict[int, Line] = {}
    with ProcessPoolExecutor(jobs) as pool:
        waiting = {pool.submit(_line, topics, index, scale): index for index in range(len(chosen))}
        for future in as_completed(waiting):
            found[waiting[future]] = future.result()
            done(future.result())
    return [found[index] for index in range(len(chosen))]


def _line(topics: tuple[str, ...], index: int, scale: float) -> Line:
    case = cases(topics)[index]
    return Line.of(run(case, runs_of(case, scale)))


def text(lines: list[Line]) -> str:
    """A table for the terminal; ``!`` marks a promise outside its interval, ``FAIL`` one that was not kept.

    Example:
        >>> print(text([Line("Coins", "toss", "fair", "coverage", 0.5, "equal", 0.51, 100, 0.4, 0.6, True, True, 0.0, "")]))
          Coins: toss, coverage, fair     .5000   .5100   .4000 to .6000        100
        1 cases, 0 outside their interval, 0 not kept
    """
    width = max(len(line.name) for line in lines)
    rows = []
    for line in lines:
        mark = " " if line.inside else "!" if line.kept else "FAIL"
        shares = [f"{share:.4f}".lstrip("0") for share in (line.nominal, line.observed, line.low, line.high)]
        rows.append(
            f"{mark:<1} {line.name:<{width}} {shares[0]:>9} {shares[1]:>7}   {shares[2]} to {shares[3]} {line.runs:>10,}"
        )
    outside, failed = sum(not line.inside for line in lines), sum(not line.kept for line in lines)
    return "\n".join([*rows, f"{len(lines)} cases, {outside} outside their interval, {failed} not kept"])


def save(lines: list[Line], file: Path = FILE) -> None:
    """Write the lines, one a row, so that a change reads well in a diff."""
    rows = ",\n".join("  " + json.dumps(asdict(line), ensure_ascii=False) for line in lines)
    write_text(file, f"[\n{rows}\n]\n")


def load(file: Path = FILE) -> list[Line]:
    """The lines of the last long calibration.

    Raises :class:`~helpers.errors.ReportError` when there is none, or its format is another.
    """
    if not file.is_file():
        raise ReportError("there is no calibration", expected=paths.shown(file), remedy="run: make calibration")
    rows = json.loads(file.read_text(encoding="utf-8"))
    names = {field.name for field in fields(Line)}
    if not isinstance(rows, list) or any(set(row) != names for row in rows):
        raise ReportError(f"{paths.shown(file)} is no calibration", remedy="run: make calibration")
    return [Line(**row) for row in rows]
