"""Units as they are, before anybody writes them down: arms, outcomes that hang together, attributes and decoys."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from tests.fuzz.exports.words import TRAITS, Words

OUTCOMES = [("binary",), ("binary", "amount"), ("binary", "count", "amount"), ("count",), ("amount",), ("duration",), ("binary", "harm"),
            ("binary", "duration"), ("count", "amount"), ("harm", "amount"), ("binary", "amount", "harm", "duration")]  # fmt: skip
"""Outcomes that stand in a file together."""
GOALS = ("binary", "count", "amount")
DECOYS = ("row", "key", "year", "weekday", "hour", "since", "zip", "age", "two", "few", "gap", "copy", "leak", "constant", "before", "tenure",
          "score", "phone", "had", "blank", "remark")  # fmt: skip
WEIGHTS = {
    2: [(1, 1), (1, 1), (1, 1), (9, 1), (1, 4), (2, 1)],
    3: [(1, 1, 1), (1, 1, 1), (2, 1, 1)],
    4: [(1, 1, 1, 1), (5, 1, 1, 1)],
}
NAMES = {
    "row": ["", "Unnamed: 0", "index", "row", "row_number", "#", "nr", "lp", "line_no"],
    "key": ["session_id", "email_hash", "order_ref", "request_id", "cookie", "transaction_key", "guid"],
    "year": ["signup_year", "cohort_year", "year_joined", "birth_year", "year"],
    "weekday": ["weekday", "dow", "signup_day", "day_name"],
    "hour": ["hour", "hour_of_day", "signup_hour", "local_hour"],
    "since": ["signup_date", "registered_on", "member_since", "first_order_date", "date_joined"],
    "zip": ["zip", "zip_code", "postcode", "plz", "cap", "kod_pocztowy", "postal"],
    "age": ["age", "alter", "edad", "eta", "wiek", "leeftijd", "yas"],
    "copy": ["variant_id", "group_code", "is_treatment", "arm_code", "treated_flag", "group_no", "variant_name_short"],
    "leak": ["discount_pct", "voucher_value", "price_shown", "banner_height", "emails_sent", "template_no"],
    "constant": ["experiment", "source_system", "test_name", "export_version", "market", "batch"],
    "tenure": ["tenure_days", "account_age_days", "months_active", "days_since_signup"],
    "score": ["propensity", "lead_score", "risk_score", "model_score", "credit_score"],
    "phone": ["phone", "mobile_no", "tel", "contact_number"],
    "had": ["is_mobile", "has_children", "email_optin", "premium_member", "existing_customer", "is_employee"],
    "blank": ["notes", "reserved", "field_17", "comments_internal"],
    "remark": ["comment", "feedback", "free_text", "remarks"],
}  # fmt: skip
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@dataclass
class World:
    """A table of units; ``kinds`` says of each column what it holds, ``roles`` which column plays a role."""

    frame: pd.DataFrame
    levels: tuple[str, ...]
    kinds: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    goals: dict[str, str] = field(default_factory=dict)
    variants: list[str] = field(default_factory=list)
    start: datetime = datetime(2025, 3, 3)
    days: int = 21

    def add(self, name: str, kind: str, values: object) -> None:
        self.frame[name] = values
        self.kinds[name] = kind


def ids(rng: random.Random, n: int) -> list[object]:
    """Identifiers as systems make them."""
    numbers = rng.sample(range(10_000, 9_999_999), n)
    made = rng.choice(["sequence", "number", "letter", "hex", "padded", "dashed", "mail"])
    return {
        "sequence": lambda: list(range(1001, 1001 + n)),
        "number": lambda: numbers,
        "letter": lambda: [f"u{i}" for i in numbers],
        "hex": lambda: [f"{rng.getrandbits(64):016x}" for _ in range(n)],
        "padded": lambda: [f"{i:010d}" for i in numbers],
        "dashed": lambda: [f"CUST-{i:07d}" for i in numbers],
        "mail": lambda: [f"p{i}@example.org" for i in numbers],
    }[made]()  # type: ignore[return-value]


def arms(rng: random.Random, n: int, levels: tuple[str, ...], equal: bool = False) -> np.ndarray:
    """The arm of each unit, by its number."""
    weights = (1,) * len(levels) if equal else rng.choice(WEIGHTS[len(levels)])
    dice = np.random.default_rng(rng.getrandbits(32))
    return dice.choice(len(levels), size=n, p=np.array(weights) / sum(weights))


def units(rng: random.Random, words: Words, silent: bool, rows: int, experiment: bool = True) -> World:
    """Units with a variant (unless it is no ``experiment``), outcomes, and decoys."""
    levels = words.levels(silent)
    dice = np.random.default_rng(rng.getrandbits(32))
    arm = arms(rng, rows, levels, equal=silent)
    world = World(pd.DataFrame(index=range(rows)), levels, start=datetime(2025, rng.randint(1, 12), rng.randint(1, 28)))
    unit = words.name("unit")
    world.add(unit, "id", ids(rng, rows))
    world.roles["unit"] = unit
    if experiment:
        variant = words.name("variant")
        world.add(variant, "level", [levels[a] for a in arm])
        world.roles["variant"] = variant
        world.variants = [variant]
    if rng.random() < 0.5:
        name = words.name("time")
        seconds = dice.integers(0, world.days * 86_400, rows)
        world.add(name, "moment", [world.start + timedelta(seconds=int(s)) for s in seconds])
        world.roles["time"] = name
    outcomes(rng, dice, words, world, arm if experiment else np.zeros(rows, int))
    for decoy in rng.sample(DECOYS, rng.randint(0, 6)):
        if experiment or decoy not in ("copy", "leak"):
            _decoy(decoy, rng, dice, words, world, arm)
    return world


def outcomes(rng: random.Random, dice: np.random.Generator, words: Words, world: World, arm: np.ndarray) -> None:
    """Outcomes that hang together: who did not buy has no orders and spent nothing."""
    n, chosen = len(arm), rng.choice(OUTCOMES)
    lift = np.array([0, *(rng.uniform(-0.05, 0.15) for _ in world.levels[1:])])
    bought = dice.random(n) < np.clip(rng.uniform(0.08, 0.5) + lift[arm], 0.02, 0.95)
    times = np.where(bought, 1 + dice.poisson(0.7, n), 0)
    values = {
        "binary": ("flag", bought.astype(int)),
        "count": ("count", times),
        "amount": ("money", np.round(np.where(bought, times * dice.lognormal(3, 0.8, n), 0), 2)),
        "duration": ("real", np.round(dice.lognormal(4, 1, n), rng.choice([0, 1]))),
        "harm": ("flag", (dice.random(n) < 0.08).astype(int)),
    }
    for what in chosen:
        kind, seen = values[what]
        name = words.name(what)
        world.add(name, kind, seen)
        world.goals[name] = what
    best = [name for name, what in world.goals.items() if what in GOALS] or [
        name for name, what in world.goals.items() if what == "duration" or len(chosen) == 1
    ]
    world.goals = {name: world.goals[name] for name in best}


def _decoy(
    what: str, rng: random.Random, dice: np.random.Generator, words: Words, world: World, arm: np.ndarray
) -> None:
    n = len(arm)
    free = [name for name in NAMES.get(what, []) if name.casefold() not in words.taken]
    if what in ("two", "few"):
        name = words.name("traits")
        world.add(name, "text", dice.choice(np.array(rng.choice(TRAITS[what]), dtype=object), n))
        return
    if what == "before":
        name, money = words.name("before"), rng.random() < 0.5
        seen = (
            dice.poisson(1.5, n)
            if not money
            else np.round(np.where(dice.random(n) < 0.6, dice.lognormal(3, 1, n), 0), 2)
        )
        world.add(name, "money" if money else "count", seen)
        return
    if what == "gap":
        age = dice.integers(18, 80, n).astype(object)
        gone = dice.random(n) < 0.15
        age[gone] = None
        base = rng.choice(["income_k", "household_size", "distance_km"])
        world.add(words.styled(base), "int", age)
        world.add(words.styled(f"{base}_missing"), "flag01", gone.astype(int))
        return
    if not free:
        return
    name = rng.choice(free)
    words.taken.add(name.casefold())
    if what == "copy":
        text = rng.random() < 0.3
        world.add(name, "text" if text else "int", [f"g{a}" for a in arm] if text else arm.astype(int))
        world.variants.append(name)
        return
    kind, values = {
        "row": lambda: ("int", range(rng.choice([0, 1]), n + 1)[-n:]),
        "key": lambda: ("id", [f"{rng.getrandbits(80):020x}" for _ in range(n)]),
        "year": lambda: ("int", dice.integers(1960, 2004, n) if "birth" in name else dice.integers(2018, 2025, n)),
        "weekday": lambda: ("text", dice.choice(np.array(DAYS, dtype=object), n)),
        "hour": lambda: ("int", dice.integers(0, 24, n)),
        "since": lambda: ("date", [datetime(2021, 1, 1) + timedelta(days=int(d)) for d in dice.integers(0, 1200, n)]),
        "zip": lambda: ("int", dice.integers(10_000, 99_999, n)),
        "age": lambda: ("int", dice.integers(18, 85, n)),
        "leak": lambda: ("int", np.array([0, 10, 20, 30])[arm] if rng.random() < 0.5 else np.array([5, 8, 9, 12])[arm]),
        "constant": lambda: ("text", [rng.choice(["spring_test", "exp_2231", "crm", "v3"])] * n),
        "tenure": lambda: ("int", dice.integers(1, 2000, n)),
        "score": lambda: ("real", np.round(dice.beta(2, 5, n), 4)),
        "phone": lambda: ("id", [f"+49{rng.randint(10**9, 10**10 - 1)}" for _ in range(n)]),
        "had": lambda: ("flag01", (dice.random(n) < rng.uniform(0.2, 0.7)).astype(int)),
        "blank": lambda: ("text", [None] * n),
        "remark": lambda: ("text", [rng.choice(["ok", "fine, thanks", "call back", "no answer", "great service"]) + f" {i % 97}" for i in range(n)]),
    }[what]()  # fmt: skip
    world.add(name, kind, list(values))
