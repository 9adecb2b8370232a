"""Tables and logs whose true columns may have names that say nothing, among decoys with names that say the wrong thing."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from helpers import ingest
from helpers.config import Log, Study

START = datetime(2026, 3, 2)
PLAIN = {"unit": "user_id", "time": "event_time", "event": "event", "variant": "variant", "primary": "converted",
         "money": "revenue", "cluster": "city"}  # fmt: skip
"""Names by which each role is guessed."""
LEVELS = {"plain": ("control", "new"), "hidden": ("zeta", "alpha")}
"""Levels of the variant, the control first; by the order of letters it would be the other one."""


@dataclass(frozen=True)
class Made:
    """A file, its rows, the true columns by role, the control and the experiment that is meant."""

    file: Path
    frame: pd.DataFrame
    names: dict[str, str]
    control: str
    experiment: str

    def said(self, *options: str) -> dict[str, Any]:
        """What somebody who knows the file says of it."""
        told: dict[str, Any] = {option: self.names.get(option) for option in options}
        told |= {"control": self.control} if "control" in options else {}
        told |= {"experiment": self.experiment} if "experiment" in options else {}
        told |= {"where": f"\"{self.names['keep']}\" = 'yes'"} if "where" in options else {}
        told |= {"period": (START, START + timedelta(days=7))} if "period" in options else {}
        told |= {"better": "lower"} if "better" in options else {}
        told |= {"outcomes": (self.names["other"],)} if "outcomes" in options else {}
        return told

    def counted(self, *options: str) -> pd.DataFrame:
        """The rows that the options leave, by pandas."""
        frame = self.frame
        if "where" in options:
            frame = frame[frame[self.names["keep"]] == "yes"]
        if "experiment" in options:
            frame = frame[frame[self.names["experiment"]] == self.experiment]
        return frame


def _names(rng: random.Random, hidden: set[str], roles: tuple[str, ...]) -> dict[str, str]:
    codes = [f"{a}{b}" for a in "kqwxz" for b in range(10, 99)]
    rng.shuffle(codes)
    return {role: codes.pop() if role in hidden or role not in PLAIN else PLAIN[role] for role in roles}


def units(folder: Path, seed: int, hidden: set[str], rows: int = 600) -> Made:
    """A unit table; for each hidden role a decoy has the name by which it would be guessed."""
    rng = random.Random(seed)
    names = _names(
        rng, hidden, ("unit", "time", "variant", "primary", "other", "money", "keep", "experiment", "cluster")
    )
    levels = LEVELS["hidden" if hidden & {"control"} else "plain"]
    frame: dict[str, list[Any]] = {name: [] for name in names.values()}
    for i in range(rows):
        city = rng.randrange(30) if "cluster" in hidden else None
        bought = rng.random() < 0.3
        row = {
            "unit": f"u{seed}-{i}", "time": START + timedelta(minutes=rng.randrange(14 * 1440)),
            "variant": levels[city % 2] if city is not None else rng.choice(levels), "primary": int(bought),
            "other": rng.randrange(6), "money": round(rng.uniform(1, 90), 2) if bought else 0.0,
            "keep": rng.choice(["yes", "yes", "no"]), "experiment": rng.choice(["blue button", "short form"]),
            "cluster": f"c{city if city is not None else rng.randrange(30)}",
        }  # fmt: skip
        for role, name in names.items():
            frame[name].append(row[role])
    decoys = {"unit": lambda: f"d{rng.randrange(9)}", "time": lambda: START - timedelta(days=rng.randrange(900)),
              "variant": lambda: rng.choice("AB"), "primary": lambda: rng.randrange(2), "money": lambda: rng.randrange(9) / 4}  # fmt: skip
    for role in sorted(hidden & decoys.keys()):
        frame[PLAIN[role]] = [decoys[role]() for _ in range(rows)]
    return _written(folder / "table.csv", rng, frame, names, levels[0])


def log(folder: Path, seed: int, hidden: set[str], visitors: int = 250) -> Made:
    """An event log: view, cart and purchase of visitors, amounts on purchases."""
    rng = random.Random(seed)
    names = _names(rng, hidden, ("unit", "time", "event", "variant", "money", "keep", "experiment", "cluster"))
    levels = LEVELS["hidden" if hidden & {"control"} else "plain"]
    frame: dict[str, list[Any]] = {name: [] for name in names.values()}
    for i in range(visitors):
        at = START + timedelta(minutes=rng.randrange(13 * 1440))
        city = rng.randrange(30)
        arm = levels[city % 2] if "cluster" in hidden else rng.choice(levels)
        of_unit = {"unit": f"u{seed}-{i}", "variant": arm, "keep": rng.choice(["yes", "yes", "no"]),
                   "experiment": rng.choice(["blue button", "short form"]), "cluster": f"c{city}"}  # fmt: skip
        for step, what in enumerate(("view", "cart", "purchase")[: 1 + (rng.random() < 0.6) + (rng.random() < 0.3)]):
            paid = round(rng.uniform(1, 90), 2) if what == "purchase" else None
            row = of_unit | {"time": at + timedelta(minutes=step), "event": what, "money": paid}
            for role, name in names.items():
                frame[name].append(row[role])
    rows = len(frame[names["unit"]])
    decoys = {"unit": lambda: f"d{rng.randrange(9)}", "time": lambda: START - timedelta(days=rng.randrange(900)),
              "event": lambda: rng.choice(["open", "close"]), "variant": lambda: rng.choice("AB")}  # fmt: skip
    for role in sorted(hidden & decoys.keys()):
        frame[PLAIN[role]] = [decoys[role]() for _ in range(rows)]
    return _written(folder / "log.csv", rng, frame, names, levels[0])


def _written(file: Path, rng: random.Random, frame: dict[str, list[Any]], names: dict[str, str], control: str) -> Made:
    """The columns in any order."""
    order = list(frame)
    rng.shuffle(order)
    table = pd.DataFrame({name: frame[name] for name in order})
    file.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(file, index=False)
    return Made(file, table, names, control, "short form")


def landed(study: Study, folder: Path) -> pd.DataFrame:
    """The events of a study as its marts would read them: user_id, event_time, event_name, variant and price."""
    ingest.land(study, folder)
    found = ingest.landed(folder)
    made = {c["name"]: c["expression"] for c in ingest.column_expressions(study, found.types, found.reading)}
    asked = ", ".join(f"{made[name]} as {name}" for name in ("user_id", "event_time", "event_name", "variant", "price"))
    events = duckdb.sql(f"select {asked} from read_parquet('{found.location}')").df()
    assert isinstance(study.data, Log) or found.table_rows is not None
    return events
