"""The ledger: how many rows a simulator wrote, and how many of each kind of dirt are among them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.config import Dirt

APPENDED = ("exact_duplicate", "late_duplicate", "unplanned_event", "bot")
"""Kinds of dirt that add rows; every other kind spoils a row that was there."""


@dataclass(frozen=True)
class Ledger:
    """Rows of a simulated log.

    ``clean_events`` counts rows before dirt, ``rows`` all rows written, ``kinds`` the rows of each
    kind of :class:`~helpers.config.Dirt`, zeros included. Kinds never share a row, so
    ``rows == clean_events + added``.

    >>> ledger = Ledger.of(100, {"bot": 7, "missing_id": 3})
    >>> ledger.rows, ledger.added, ledger.kinds["missing_id"], ledger.kinds["wrong_type"]
    (107, 7, 3, 0)
    >>> Ledger.from_json(ledger.to_json()) == ledger
    True
    """

    clean_events: int
    rows: int
    kinds: Mapping[str, int]

    @classmethod
    def of(cls, clean_events: int, planted: Mapping[str, int]) -> "Ledger":
        """The ledger of ``clean_events`` rows into which ``planted`` was put."""
        kinds = {kind: planted.get(kind, 0) for kind in Dirt.model_fields}
        return cls(clean_events, clean_events + sum(kinds[kind] for kind in APPENDED), kinds)

    @classmethod
    def total(cls, parts: Iterable["Ledger"]) -> "Ledger":
        """The sum of the ledgers of all parts of a log."""
        parts = list(parts)
        kinds = {kind: sum(part.kinds[kind] for part in parts) for kind in Dirt.model_fields}
        return cls.of(sum(part.clean_events for part in parts), kinds)

    @property
    def added(self) -> int:
        """Rows that dirt added to the clean ones."""
        return sum(self.kinds[kind] for kind in APPENDED)

    def to_json(self) -> str:
        """JSON with sorted keys."""
        content = {
            "clean_events": self.clean_events,
            "kinds": dict(self.kinds),
            "rows": self.rows,
        }
        return json.dumps(content, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Ledger":
        """Read what :meth:`to_json` wrote."""
        content = json.loads(text)
        return cls(content["clean_events"], content["rows"], content["kinds"])

    def write(self, path: Path) -> None:
        """Write the JSON at once: a reader sees all of it or nothing."""
        scratch = path.with_name(path.name + ".tmp")
        scratch.write_text(self.to_json(), encoding="utf-8")
        scratch.replace(path)
