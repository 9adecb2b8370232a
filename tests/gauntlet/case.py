"""A row of the table: what an experiment found, and the verdict that follows from the principles.

An arm is a list: ``[units, successes]`` of a proportion, ``[units, mean, sd]`` of a mean, ``[units, mean, sd, mean, sd,
correlation]`` of a ratio, first of what is counted, then of what it is divided by; where a row says ``cluster`` the same of
whole clusters, their totals and their rows. Money stands in units of its currency.

Keys of a row, those of what was found first:

- ``control`` and ``treatment``, or ``arms`` by name; ``better: lower``;
- ``min`` uplift, ``risk``, ``confidence``, ``prior: [improve, harm, size]``: the rule, where it is not 5 %, 5 %, 95 % and
  20 %, 20 %, 5 %;
- ``planned`` units, ``require`` them; ``ends: [day, days]``, the last day with data and the days of the period; ``days``
  of the period of a table without times;
- ``guards`` and ``secondary`` metrics by name, each with its arms, a guardrail with ``margin`` (relative) or ``absolute``;
- ``money``: its arms, or ``primary: true``; ``margin``, ``cost``, ``run`` a month, ``months``, ``monthly`` units;
- ``raw``: the primary mean as it is, where ``control`` and ``treatment`` are winsorised;
- ``failed`` trust checks; ``doubted``: a check doubts the interval of the primary metric; ``missing`` values of the primary metric by arm; ``weights`` of the design.

What must follow:

- ``verdict``; ``because`` of a KILL: ``harm``, ``small``, ``bad side`` or ``guardrail NAME``; ``unmet`` of an ITERATE: every criterion;
- ``proposes`` the arm, ``each`` arm's verdict; ``says`` and ``never``: what the reason must and must not say, ``beside``
  what must stand beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).parent / "table"
FOUND = (
    "control", "treatment", "arms", "better", "min", "risk", "confidence", "prior", "planned", "require", "ends", "days",
    "guards", "secondary", "money", "raw", "failed", "doubted", "missing", "weights", "shock", "names", "currency", "cluster",
)  # fmt: skip
EXPECTED = ("verdict", "because", "unmet", "proposes", "each", "says", "never", "beside")


@dataclass(frozen=True)
class Case:
    """One planted experiment: ``found`` and ``expected`` by the keys of the table."""

    family: str
    name: str
    found: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.family}: {self.name}"

    @property
    def arms(self) -> dict[str, list[float]]:
        """The treatments by name."""
        return treated(self.found)

    def with_found(self, how: str, **changes: Any) -> "Case":
        return replace(self, name=f"{self.name} ({how})", found={**self.found, **changes})


def treated(metric: Mapping[str, Any]) -> dict[str, list[float]]:
    """The treatments of a metric's arms."""
    return dict(metric["arms"]) if "arms" in metric else {"treatment": list(metric["treatment"])}


def rows() -> list[Case]:
    """The table as written by hand."""
    found = []
    for file in sorted(TABLE.glob("*.yml")):
        for row in yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            strange = set(row) - {"name", *FOUND, *EXPECTED}
            if strange or "verdict" not in row:
                raise ValueError(f"{file.name}, {row.get('name')}: {', '.join(strange) or 'no verdict'}")
            parts = ({key: row[key] for key in keys if key in row} for keys in (FOUND, EXPECTED))
            found.append(Case(file.stem, row["name"], *parts))
    return found
