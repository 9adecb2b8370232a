"""Lines of JSON as events of a running experiment; a line that is none is counted under its reason, and never fatal."""

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np

from helpers.programme.live.stream import ARMS, COLUMNS, NAMES, NOTHING, ORDER, SECOND, Batch

FIELDS = ("event_id", "unit", "variant", "name", "occurred", "value")
"""What an event says of itself; ``value``, whole cents of an order, may be left out."""
LONGEST = 65_536
"""Bytes of a line; nothing longer is an event."""
MOST = 10_000_000
"""Cents that one order may be worth, so that the squares of all of them can be counted exactly."""
AHEAD = 24 * 3_600 * SECOND
"""Milliseconds by which a producer's clock may be fast; an event from a later time would make all others late."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NoEvent(ValueError):
    """Why a line is no event, in words that hold nothing of the line."""


class Intake:
    """Interns what is text in a stream: units get numbers in the order of their coming, event ids their digest.

    Attributes:
        origin: epoch milliseconds of the first event, the zero of the stream's clock; None before it.
        lines: how many were read.
        refused: how many were no event, by reason.

    Example:
        >>> intake = Intake()
        >>> line = '{"event_id": "e1", "unit": "u7", "variant": "control", "name": "order", "occurred": 5000, "value": 250}'
        >>> intake.event(line.encode(), now=6_000)
        (985917958979553154, 0, 0, 1, 0, 0, 250)
        >>> intake.event(b"GET / HTTP/1.1", now=6_000), dict(intake.refused)
        (None, {'it is no JSON': 1})
    """

    def __init__(self) -> None:
        self.origin: int | None = None
        self.units: dict[str, int] = {}
        self.lines = 0
        self.refused: Counter[str] = Counter()

    def event(self, line: bytes, now: int) -> tuple[int, ...] | None:
        """One column of a :class:`Batch`, arrived when it occurred; None for a line that is no event at ``now``."""
        self.lines += 1
        try:
            said = _said(line)
            at = _milliseconds(said["occurred"])
            if at > now + AHEAD:
                raise NoEvent("its time lies more than a day ahead")
            arm, name, value = (
                _one_of(ARMS, said["variant"], "variant"),
                _one_of(NAMES, said["name"], "name"),
                _value(said),
            )
            event, unit = _id(said["event_id"], "event_id"), _id(said["unit"], "unit")
        except NoEvent as reason:
            self.refused[str(reason)] += 1
            return None
        self.origin = at if self.origin is None else self.origin
        number = self.units.setdefault(unit, len(self.units))
        when = at - self.origin
        return _number(event), number, arm, name, when, when, value if name == ORDER else 0

    def state(self) -> dict[str, Any]:
        """All of it as arrays, for a checkpoint."""
        kept = [self.origin, self.lines, list(self.units), dict(self.refused)]
        return {"kept": np.frombuffer(json.dumps(kept).encode(), np.uint8)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a :meth:`state`."""
        self.origin, self.lines, units, refused = json.loads(state["kept"].tobytes())
        self.units, self.refused = {unit: number for number, unit in enumerate(units)}, Counter(refused)


def batch(events: list[tuple[int, ...]]) -> Batch:
    """Events in the order of their coming."""
    return Batch(np.array(events, np.int64).reshape(-1, len(COLUMNS)).T.copy()) if events else NOTHING


def _said(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST:
        raise NoEvent(f"it is longer than {LONGEST:,} bytes")
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):  # not UTF-8, a number of too many digits, brackets without an end
        raise NoEvent("it is no JSON") from None
    if not isinstance(said, dict):
        raise NoEvent("it is no JSON object")
    lacking = [field for field in FIELDS[:-1] if field not in said]
    if lacking:
        raise NoEvent(f"it lacks {', '.join(lacking)}")
    return said


def _milliseconds(value: Any) -> int:
    """Epoch milliseconds of a whole number of them, or of a time in ISO 8601; one without a zone is UTC."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            datetime.fromtimestamp(value / SECOND, UTC)
            return value
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round((moment - EPOCH).total_seconds() * SECOND)
    except (TypeError, ValueError, OverflowError, OSError):
        raise NoEvent("occurred is no time: epoch milliseconds or ISO 8601") from None


def _one_of(known: tuple[str, ...], value: Any, field: str) -> int:
    if value not in known:
        raise NoEvent(f"{field} is none of {', '.join(known)}")
    return known.index(value)


def _value(said: dict[str, Any]) -> int:
    value = said.get("value", 0)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MOST:
        raise NoEvent(f"value is no whole number of cents up to {MOST:,}")
    return value


def _id(value: Any, field: str) -> str:
    """A text as it stands; a whole number is its digits, so that 7 and "7" are one."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise NoEvent(f"{field} is no text and no whole number")
    return value


def _number(event: str) -> int:
    """63 bits of a digest: of a billion events two share one with a probability of 5 %."""
    digest = hashlib.blake2b(event.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
