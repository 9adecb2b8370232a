"""The log of decisions: what was frozen, what each day brought, what was decided; enough to decide it all again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from helpers.experiment.monitoring.baseline import Baseline
from helpers.experiment.monitoring.replay import DailyDecision, Triggers, replay
from helpers.experiment.monitoring.stream import DailyStream
from helpers.pipeline.files import write_text
from helpers.stats.validation import FloatArray

SERIES = {"checkouts": "units", "completions": "successes", "tickets": "tickets"}


def write(
    file: Path, streams: Mapping[str, DailyStream], replays: Mapping[str, tuple[DailyDecision, ...]], triggers: Triggers
) -> int:
    """Write the frozen baseline of each stream and a line a day: its decision, and the counts known since that evening.

    Where outcomes are awaited, checkouts and completions are those of the day ``rate_of``; there are none of a day that
    is missing. The same streams give the same bytes. Returns the number of decisions.
    """
    lines: list[dict[str, Any]] = []
    for name, decisions in replays.items():
        stream = streams[name]
        frozen = {key: np.asarray(value).tolist() for key, value in vars(Baseline.of(stream)).items()}
        lines.append({"stream": name, "frozen": frozen, "triggers": asdict(triggers), "wait": stream.wait})
        for decision in decisions:
            day = stream.launch + decision.day - 1
            lines.append({"stream": name} | asdict(decision) | _counts(stream, day))
    write_text(file, "".join(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n" for line in lines))
    return sum(map(len, replays.values()))


def decided_again(file: Path) -> dict[str, tuple[tuple[DailyDecision, DailyDecision], ...]]:
    """Each logged decision beside the one that the logged baseline, triggers and days up to it give.

    Every day is decided by itself, from the lines that end with it: what came later cannot have changed it.

    Example:
        >>> import tempfile
        >>> from helpers.experiment.monitoring.stream import DailyWorld, simulate
        >>> days = simulate(np.random.default_rng(1), DailyWorld(0.324, 4760, 40, shift=-0.02))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     kept = Path(folder) / "monitoring.jsonl"
        ...     _ = write(kept, {"a": days}, {"a": replay(days, Baseline.of(days), Triggers())}, Triggers())
        ...     pairs = decided_again(kept)["a"]
        >>> len(pairs), all(logged == again for logged, again in pairs)
        (28, True)
    """
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    found = {}
    for head in (line for line in lines if "frozen" in line):
        days = [line for line in lines if line["stream"] == head["stream"] and "verdict" in line]
        baseline = Baseline(**{key: np.array(value, dtype=float) for key, value in head["frozen"].items()})
        stream = _launched(days, head["wait"])
        triggers = Triggers(**head["triggers"])
        found[head["stream"]] = tuple(
            (
                DailyDecision(day["day"], day["date"], day["verdict"], day["reason"], tuple(day["signals"])),
                replay(stream.until(n), baseline, triggers)[-1],
            )
            for n, day in enumerate(days, 1)
        )
    return found


def confirmed(file: Path) -> int:
    """Logged decisions that come out the same when decided again, each from its own evening."""
    return sum(logged == again for pairs in decided_again(file).values() for logged, again in pairs)


def _counts(stream: DailyStream, day: int) -> dict[str, Any]:
    """What became known on the evening of a day: its tickets, and the outcome of the day so long before."""
    of = day - stream.wait
    known = {"checkouts": of, "completions": of, "tickets": day}
    counts = {
        told: _count(getattr(stream, SERIES[told])[at]) if at >= stream.launch else None for told, at in known.items()
    }
    return counts | ({"rate_of": str(stream.days[of])} if stream.wait and of >= stream.launch else {})


def _launched(days: list[dict[str, Any]], wait: int) -> DailyStream:
    dates = np.array([day["date"] for day in days], dtype="datetime64[D]")
    since = {"checkouts": wait, "completions": wait, "tickets": 0}
    units, successes, tickets = (
        _series([day[told] for day in days[since[told] :]] + [None] * min(since[told], len(days))) for told in SERIES
    )
    return DailyStream(dates, units, successes, tickets, launch=0, wait=wait)


def _series(counts: Iterable[int | None]) -> FloatArray:
    return np.array([np.nan if count is None else count for count in counts], dtype=float)


def _count(value: float) -> int | None:
    return int(value) if np.isfinite(value) else None
