"""Tables of a made-up company, written in the ways of many systems, and what a pandas analyst finds in them.

The truth is reckoned from what was drawn, before it is written down: how ids, times and amounts are spelled, and which
rows stand where, cannot reach it.
"""

import json
import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from tests.ingest.studies import REES46
from tests.ingest.workbook.books import xlsx

START, END = datetime(2026, 3, 2), datetime(2026, 3, 30)
BASELINE = START - timedelta(days=20)

UNITS = ("user_id", "customer_id", "CustomerID", "kunde_nr", "visitor", "account", "usuario", "member_no", "client_id")
VARIANTS = ("variant", "test_group", "experiment_arm", "ab_gruppe", "variation", "treatment_group", "bucket")
ASSIGNED_AT = ("assigned_at", "exposed_at", "first_exposure_time", "enrolled_date", "timestamp", "zugewiesen_time")
ORDERED_AT = ("created_at", "order_date", "ordered_at", "purchase_time", "placed_ts", "bestell_datetime")
VALUES = ("total", "amount", "order_value", "revenue", "gmv", "total_price", "sales_amount")
EVENT_IDS = ("order_id", "invoice_no", "transaction_id", "id", "uuid")
FACTS = ("orders", "purchases", "transactions", "bookings", "invoices")
ASSIGNMENTS = ("assignments", "exposures", "ab_test", "experiment_users", "zuweisung")
PEOPLE = ("users", "customers", "profiles", "kunden", "crm_export")
ARMS = (("control", "treatment"), ("A", "B"), ("off", "on"), ("kontrolle", "test"), ("0", "1"), ("control", "red", "blue"),
        ("holdout", "email"))  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """Of each arm: units, those with a fact from their assignment on, facts, and the sum of their amounts in cents."""

    n: int
    with_fact: int
    facts: int
    cents: int


@dataclass(frozen=True)
class Company:
    """Where the tables stand, how their columns are called, which study they make, and the truth by level of the variant."""

    files: dict[str, Path]
    columns: dict[str, dict[str, str]]
    raw: dict[str, Any]
    truth: dict[str, Truth]
    match: dict[str, int]
    dated: bool
    has_ids: bool
    arms: tuple[str, ...]
    repeats: int = 0
    read: dict[str, dict[str, Any]] = field(default_factory=dict)


class _Spelled:
    """Ids of one kind, in the ways in which the tables of a company write them."""

    def __init__(self, rng: random.Random, n: int) -> None:
        self.rng, self.kind = rng, rng.choice(("number", "number", "uuid", "prefixed", "padded"))
        if self.kind == "uuid":
            self.ids = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(n)]
        else:
            numbers = rng.sample(range(1_000, 90_000), n)
            self.ids = [
                f"U{k:07d}" if self.kind == "prefixed" else f"{k:06d}" if self.kind == "padded" else str(k)
                for k in numbers
            ]

    def way(self, first: bool) -> str:
        ways = {
            "number": ("plain", "plain") if first else ("plain", "number", "float", "blank", "mixed"),
            "uuid": ("plain",) if first else ("plain", "upper", "bare"),
            "prefixed": ("plain",) if first else ("plain", "lower", "blank"),
            "padded": ("plain",) if first else ("plain", "short"),
        }
        return self.rng.choice(ways[self.kind])

    def spelled(self, id_: str, way: str) -> Any:
        if way == "mixed":
            way = self.rng.choice(("plain", "blank", "float"))
        made = {"plain": id_, "float": f"{id_}.0", "blank": f" {id_} ", "upper": id_.upper(), "lower": id_.lower(),
                "bare": id_.replace("-", "")}  # fmt: skip
        if way in ("number", "short"):
            return int(id_)
        return made[way]


def company(seed: int, folder: Path) -> Company:
    """The company of a seed, its files written into ``folder``."""
    rng = random.Random(seed)
    spelled = _Spelled(rng, n := rng.randint(60, 300))
    strangers = n // rng.choice((3, 4, 10))
    assigned = spelled.ids[strangers:]
    arms = rng.choice(ARMS)
    first: dict[str, datetime] = {}
    levels: dict[str, set[str]] = {}
    assignments = []
    days_assigned = rng.random() < 0.15
    for unit in assigned:
        at = _second(rng, START, START + timedelta(days=14))
        at = at.replace(hour=0, minute=0, second=0) if days_assigned else at
        level = rng.choice(arms)
        assignments.append((unit, level, at))
        if rng.random() < 0.04:  # assigned once more, to the same arm
            assignments.append((unit, level, at + timedelta(hours=rng.randint(1, 60))))
        if rng.random() < 0.02:
            assignments.append((unit, rng.choice([a for a in arms if a != level]), at + timedelta(hours=5)))
        for who, what, when in assignments[-3:]:
            if who == unit:
                levels.setdefault(unit, set()).add(what)
                first[unit] = min(first.get(unit, when), when)
    rng.shuffle(assignments)

    dated, of_days, has_ids = rng.random() > 0.12, rng.random() < 0.15, rng.random() < 0.7
    of_days = of_days and has_ids and dated  # equal rows of days without ids are refused
    buyers = rng.sample(spelled.ids, int(n * rng.uniform(0.2, 0.9)))
    facts = []
    for unit in buyers:
        for _ in range(rng.randint(1, 5)):
            at = _second(rng, BASELINE - timedelta(days=20), END + timedelta(days=3))
            facts.append((unit, at.replace(hour=0, minute=0, second=0) if of_days else at, rng.randint(1, 30_000)))
    facts += [(None, _second(rng, START, END).replace(hour=0, minute=0, second=0), 999)] * int(
        rng.random() < 0.3
    )  # a guest
    rng.shuffle(facts)
    again = rng.sample(range(len(facts)), rng.choice((0, 0, 2))) if dated else []

    people = [unit for unit in spelled.ids if rng.random() < rng.choice((1.0, 0.97))]
    names = {
        "assignments": {
            "user_id": rng.choice(UNITS),
            "variant": rng.choice(VARIANTS),
            "event_time": rng.choice(ASSIGNED_AT),
        },
        "facts": {"user_id": rng.choice(UNITS), "event_time": rng.choice(ORDERED_AT), "price": rng.choice(VALUES)},
        "units": {"user_id": rng.choice((*UNITS, "id")), "country": rng.choice(("country", "land", "pais"))},
    }
    ids_called = rng.choice([name for name in EVENT_IDS if name != names["facts"]["user_id"]])
    if has_ids:
        names["facts"]["event_id"] = ids_called
    if not dated:
        del names["facts"]["event_time"]
    ways = {role: spelled.way(role == "assignments") for role in names}
    spell = spelled.spelled
    time_ways = [
        rng.choice(("iso", "offset", "epoch", "german", "typed")),
        rng.choice(("iso", "offset", "epoch", "german", "typed", "minute")),
    ]
    comma = rng.random() < 0.3
    tables: dict[str, list[dict[str, Any]]] = {"assignments": [], "facts": [], "units": []}
    for unit, level, at in assignments:
        row = {
            names["assignments"]["user_id"]: spell(unit, ways["assignments"]),
            names["assignments"]["variant"]: level,
        }
        tables["assignments"].append(row | {names["assignments"]["event_time"]: _time(at, time_ways[0], days_assigned)})
    for number, (unit, at, cents) in enumerate(facts):
        row = {names["facts"]["user_id"]: spell(unit, ways["facts"]) if unit else None}
        row |= {names["facts"]["event_time"]: _time(at, time_ways[1], of_days)} if dated else {}
        row[names["facts"]["price"]] = _money(cents, comma)
        tables["facts"].append(row | ({ids_called: number + 10} if has_ids else {"line": number}))
    tables["facts"] += [tables["facts"][i] for i in again]
    for unit in people:
        row = {
            names["units"]["user_id"]: spell(unit, ways["units"]),
            names["units"]["country"]: rng.choice(("DE", "FR", "US")),
        }
        tables["units"].append(row | {"signed_up": f"{rng.randint(2015, 2025)}-05-0{rng.randint(1, 9)}"})
    rng.shuffle(tables["units"])

    called = {"assignments": rng.choice(ASSIGNMENTS), "facts": rng.choice(FACTS), "units": rng.choice(PEOPLE)}
    formats = {role: rng.choice(("csv", "csv", "parquet", "jsonl", "xlsx", "duckdb")) for role in tables}
    files, read = {}, {}
    for role, rows in tables.items():
        order = list(rows[0])
        rng.shuffle(order)
        files[role] = folder / f"{called[role]}.{formats[role]}"
        read[role] = _write(files[role], [{name: row[name] for name in order} for row in rows], ";" if comma else ",")
    truth, match = _truth(
        assignments,
        facts,
        first,
        levels,
        dated=dated,
        fine="D" if of_days else "min" if time_ways[1] == "minute" else "s",
    )
    made = Company(files, names, {}, truth, match, dated, has_ids, arms, len(again), read)
    return Company(**vars(made) | {"raw": _study(made, called["facts"])})


def _second(rng: random.Random, start: datetime, end: datetime) -> datetime:
    return start + timedelta(seconds=rng.randrange(int((end - start).total_seconds())))


def _time(at: datetime, way: str, day: bool) -> Any:
    if day:
        return at.strftime("%d.%m.%Y" if way == "german" else "%Y-%m-%d")
    local = at + timedelta(hours=2)
    written = {"iso": f"{at:%Y-%m-%d %H:%M:%S}", "offset": f"{local:%Y-%m-%dT%H:%M:%S}+02:00",
               "epoch": int((at - datetime(1970, 1, 1)).total_seconds()), "german": f"{at:%d.%m.%Y %H:%M:%S}", "typed": at, "minute": f"{at:%Y-%m-%d %H:%M}"}  # fmt: skip
    return written[way]


def _money(cents: int, comma: bool) -> str:
    return f"{Decimal(cents) / 100:.2f}".replace(".", ",") if comma else f"{Decimal(cents) / 100:.2f}"


def _write(file: Path, rows: list[dict[str, Any]], delimiter: str) -> dict[str, Any]:
    """Write a table by the ending of its file; what a study must say to read it."""
    frame = pd.DataFrame(rows, dtype=object)
    if file.suffix == ".parquet":
        for name in frame:
            if len({type(value) for value in frame[name] if value is not None}) > 1:
                frame[name] = frame[name].map(lambda value: None if value is None else str(value))
        frame.infer_objects().to_parquet(file)
        return {}
    if file.suffix == ".xlsx":
        xlsx(file, {"Export": [list(rows[0]), *(list(row.values()) for row in rows)]})
        return {}
    if file.suffix == ".duckdb":
        told = pd.DataFrame([{k: None if v is None else str(v) for k, v in row.items()} for row in rows])
        with duckdb.connect(str(file)) as con:
            con.register("told", told)
            con.execute("create or replace table export as from told")
        return {"table": "export"}
    if file.suffix == ".jsonl":
        file.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows), encoding="utf-8")
        return {}
    frame.to_csv(file, index=False, sep=delimiter)
    return {"delimiter": delimiter} if delimiter != "," else {}


def _truth(
    assignments: list[tuple[str, str, datetime]], facts: list[tuple[str | None, datetime, int]], first: dict[str, datetime],
    levels: dict[str, set[str]], *, dated: bool, fine: str,
) -> tuple[dict[str, Truth], dict[str, int]]:  # fmt: skip
    """The analyst's way: one frame of units of one arm, one of facts, a merge and a group."""
    units = pd.DataFrame(
        [(u, next(iter(told))) for u, told in levels.items() if len(told) == 1], columns=["unit", "level"]
    )
    units["first"] = units.unit.map(first)
    rows = pd.DataFrame(facts, columns=["unit", "at", "cents"]).dropna(subset=["unit"])
    known = rows[rows.unit.isin(first)].assign(first=lambda f: f.unit.map(first))
    early = known["at"].dt.floor(fine) < known["first"].dt.floor(fine)
    too_early = (known["at"].dt.floor(fine) < BASELINE) & dated
    early &= dated
    counted = known[~early]
    counted = counted[counted["at"] < END] if dated else counted
    merged = units.merge(counted.drop(columns="first"), on="unit", how="left")
    truth = {
        level: Truth(
            of_arm.unit.nunique(), of_arm[of_arm.cents.notna()].unit.nunique(), int(of_arm.cents.notna().sum()),
            int(of_arm.cents.sum()),
        )
        for level, of_arm in merged.groupby("level")
    }  # fmt: skip
    match = {
        "assigned": len(first), "known": int(known.unit.nunique()), "units": int(rows.unit.nunique()),
        "unassigned": len(rows) - len(known), "rows": len(rows), "before": int(early.sum()), "early": int(too_early.sum()),
    }  # fmt: skip
    return truth, match


def _study(made: Company, event: str) -> dict[str, Any]:
    """What the study file of the company holds, as an analyst would write it."""
    raw = {
        key: value for key, value in REES46.items() if key not in ("funnel", "exposure", "tracking_plan", "injection")
    }
    arms = ["control", *(f"arm_{i}" for i in range(1, len(made.arms)))]
    place = {
        role: {"path": str(made.files[role]), "columns": made.columns[role]} | made.read[role] for role in made.files
    }
    return raw | {
        "name": "company", "mode": "online", "segments": ["country"], "min_segment": 2,
        "variants": [{"name": arm, "weight": 1 / len(arms)} for arm in arms],
        "period": {"baseline": BASELINE, "start": START, "end": END},
        "data": {
            "source": "tables", "assignments": place["assignments"], "facts": {event: place["facts"]}, "units": place["units"],
            "variants": dict(zip(made.arms, arms, strict=True)),
            "tolerate": {"missing_id": 0.1, "two_variants": 0.2, "repeated": 0.2},
        },
        "metrics": [
            {"name": "rate", "label": "Rate", "role": "primary", "type": "proportion", "event": event},
            {"name": "number", "label": "Number", "role": "secondary", "type": "mean", "event": event, "measure": "count",
             "unit": "count"},
            {"name": "spend", "label": "Spend", "role": "secondary", "type": "mean", "event": event, "measure": "sum",
             "unit": "money"},
        ],
        "economics": REES46["economics"] | {"revenue_metric": "spend"},
    }  # fmt: skip
