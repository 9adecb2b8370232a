"""From units to the table that stands in the export, with what is true of it, counted by pandas from the clean rows."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from tests.fuzz.exports.truth import Goal, Truth
from tests.fuzz.exports.words import TRAITS, Words
from tests.fuzz.exports.worlds import World, arms, ids, units

SHAPES = (
    ["units"] * 9
    + ["log exposure"] * 3
    + ["log rows"] * 3
    + ["log first"] * 2
    + ["clusters"] * 2
    + ["several"]
    + ["nothing"] * 2
)
"""Shapes by how often companies export them."""


def table(shape: str, rng: random.Random, words: Words, silent: bool) -> tuple[World, Truth]:
    """A table of a shape and its truth; in a ``silent`` one nothing tells the control."""
    if shape.startswith("log"):
        return _log(shape, rng, words, silent)
    world = units(rng, words, silent, rng.randint(300, 1_200), experiment=shape != "nothing")
    if shape == "nothing":
        return world, Truth(
            shape, world.roles["unit"], goals={name: Goal(kind, {}) for name, kind in world.goals.items()}
        )
    if shape == "clusters":
        _clustered(rng, words, world)
    chosen = world.frame
    more: dict[str, str] = {}
    if shape == "several":
        column = rng.choice(["experiment", "experiment_name", "test_name", "ab_test", "campaign_test"])
        named = rng.choice([("checkout_copy", "free_shipping"), ("exp_101", "exp_102"), ("Banner Q1", "Pricing Q2")])
        dice = np.random.default_rng(rng.getrandbits(32))
        world.frame.pop(column) if column in world.frame else None
        world.add(column, "text", dice.choice(np.array(named, dtype=object), len(world.frame)))
        more = {"experiment": named[0], "experiment_column": column}
        chosen = world.frame[world.frame[column] == named[0]]
    return world, _truth(shape, world, chosen, silent, **more)


def _truth(shape: str, world: World, frame: pd.DataFrame, silent: bool, **more: str) -> Truth:
    by = frame.groupby(world.roles["variant"])
    goals = {
        name: Goal(kind, {str(level): float(mean) for level, mean in by[name].mean().items()})
        for name, kind in world.goals.items()
    }
    coded = any(name != world.roles["variant"] for name in world.variants)
    return Truth(
        shape, world.roles["unit"], frozenset(world.variants), {str(level): int(n) for level, n in by.size().items()},
        None if silent and not coded else world.levels[0], goals, cluster=world.roles.get("cluster", ""), time=world.roles.get("time", ""),
        asks=frozenset((["control"] if silent else []) + (["experiment"] if shape == "several" else []) + (["cluster"] if shape == "clusters" else [])),
        first_level=world.levels[0], alike=frozenset(PERSONS & set(world.frame)), **more,
    )  # fmt: skip


def _clustered(rng: random.Random, words: Words, world: World) -> None:
    """Whole stores, cities or classes were randomised: the arm of a unit is that of its cluster."""
    n, many = len(world.frame), rng.randint(24, 56)
    name = rng.choice(
        ["store", "city", "class_id", "branch", "clinic", "warehouse", "region_code", "filiale", "magasin", "tienda"]
    )
    kind = rng.choice(["Store {}", "C{:03d}", "loc-{}", "{}"])
    clusters = [kind.format(i + 11) for i in range(many)]
    dice = np.random.default_rng(rng.getrandbits(32))
    of = dice.integers(0, many, n)
    arm = arms(rng, many, world.levels, equal=True)
    arm[: len(world.levels) * 2] = [i % len(world.levels) for i in range(len(world.levels) * 2)]
    for column in [c for c in world.variants if c != world.roles["variant"]]:
        world.frame[column] = arm[of]
    world.frame = world.frame.drop(columns=[c for c in world.frame if c in LEAKS])
    world.frame[world.roles["variant"]] = [world.levels[a] for a in arm[of]]
    world.add(name, "text", [clusters[i] for i in of])
    world.roles["cluster"] = name


def nested(rng: random.Random, world: World, truth: Truth) -> tuple[World, Truth]:
    """The same with some columns inside of an object, as a tracker writes them."""
    inner = {
        name: f"properties.{name}"
        for name in world.frame
        if name not in (truth.unit, truth.time, truth.event) and rng.random() < 0.5
    }
    world.frame = world.frame.rename(columns=inner)
    world.kinds = {inner.get(name, name): kind for name, kind in world.kinds.items()}
    world.roles = {role: inner.get(name, name) for role, name in world.roles.items()}
    return world, replace(
        truth, alike=frozenset(inner.get(name, name) for name in truth.alike), variants=frozenset(inner.get(name, name) for name in truth.variants), cluster=inner.get(truth.cluster, truth.cluster),
        goals={inner.get(name, name): goal for name, goal in truth.goals.items()},
        experiment_column=inner.get(truth.experiment_column, truth.experiment_column),
    )  # fmt: skip


PERSONS = {"email_hash", "cookie", "guid"}
"""Keys that name a person as well as the unit's own does."""
LEAKS = {"discount_pct", "voucher_value", "price_shown", "banner_height", "emails_sent", "template_no", "variant_name_short",
         "variant_id", "group_code", "is_treatment", "arm_code", "treated_flag", "group_no"}  # fmt: skip
"""Decoys that hang on the arm of a unit."""


def _log(shape: str, rng: random.Random, words: Words, silent: bool) -> tuple[World, Truth]:
    """Events of units along a chain, some of them paid; the variant stands where the ``shape`` says."""
    n = rng.randint(250, 700)
    levels, chain = words.levels(silent), words.chain()
    dice = np.random.default_rng(rng.getrandbits(32))
    arm, who = arms(rng, n, levels, equal=silent), ids(rng, n)
    start = datetime(2025, rng.randint(1, 12), rng.randint(1, 28))
    shown, goes_on = words.exposure(), [rng.uniform(0.45, 0.85) for _ in chain]
    lift = np.array([0, *(rng.uniform(-0.05, 0.1) for _ in levels[1:])])
    paid, traits = rng.random() < 0.6, [rng.choice(TRAITS["two"]), rng.choice(TRAITS["few"])]
    rows: list[tuple[object, ...]] = []
    for i in range(n):
        at = start + timedelta(seconds=int(dice.integers(0, 14 * 86_400)))
        device, channel = rng.choice(traits[0]), rng.choice(traits[1])
        steps: list[tuple[str, float | None]] = []
        if shape == "log exposure":
            steps = [(chain[0], None)] * rng.choice([0, 0, 1]) + [(shown, None)]
        steps.append((chain[0], None))
        for k, step in enumerate(chain[1:], 1):
            if dice.random() > min(goes_on[k] + lift[arm[i]], 0.95):
                break
            last = step == chain[-1]
            price = round(float(dice.lognormal(3, 0.7)), 2) if last and paid else None
            steps += [(step, price)] * (1 if last else rng.choice([1, 1, 1, 2]))
        for k, (step, price) in enumerate(steps):
            at += timedelta(seconds=rng.randint(5, 1800))
            told = (
                levels[arm[i]]
                if shape == "log rows" or (step == shown if shape == "log exposure" else k == 0)
                else None
            )
            rows.append((at, step, who[i], told, price, device, channel, levels[arm[i]]))
    names = {role: words.name(role) for role in ("time", "event", "unit", "variant", "amount")}
    frame = pd.DataFrame(rows, columns=["at", "what", "who", "told", "price", "device", "channel", "arm"])
    world = World(frame[[]].copy(), levels, start=start)
    for role, column, kind in (
        ("time", "at", "moment"),
        ("event", "what", "text"),
        ("unit", "who", "id"),
        ("variant", "told", "level"),
    ):
        world.add(names[role], kind, frame[column].tolist())
        world.roles[role] = names[role]
    if paid:
        world.add(names["amount"], "money", frame["price"])
    if rng.random() < 0.6:
        world.add(words.name("traits"), "text", frame["device"])
    if rng.random() < 0.6:
        world.add(words.name("traits"), "text", frame["channel"])
    if rng.random() < 0.5:
        name = rng.choice(["event_id", "insert_id", "row_id", "message_id", "hit_no"])
        world.add(name, "id", [f"{rng.getrandbits(64):016x}" for _ in range(len(frame))])
    if rng.random() < 0.4:
        first = {w: f"{rng.getrandbits(48):012x}" for w in frame["who"].unique()}
        world.add(rng.choice(["session_id", "visit_key", "session"]), "id", [first[w] for w in frame["who"]])
    world.variants = [names["variant"]]
    return world, _truth_of_log(shape, world, frame, chain, shown, names, paid, silent)


def _truth_of_log(
    shape: str, world: World, frame: pd.DataFrame, chain: list[str], shown: str, names: dict[str, str], paid: bool, silent: bool
) -> Truth:  # fmt: skip
    by = frame.groupby("arm")
    counts = {str(level): int(n) for level, n in by["who"].nunique().items()}
    done = frame[frame["what"] == chain[-1]]
    share = {level: done[done["arm"] == level]["who"].nunique() / n for level, n in counts.items()}
    spent = {level: float(done[done["arm"] == level]["price"].astype(float).sum()) / n for level, n in counts.items()}
    goals = {chain[-1]: Goal("binary", share)} | ({names["amount"]: Goal("amount", spent)} if paid else {})
    return Truth(
        shape, names["unit"], frozenset(world.variants), counts, None if silent else world.levels[0], goals, event=names["event"],
        exposure=shown if shape == "log exposure" else chain[0], time=names["time"],
        asks=frozenset(["control"] if silent else []), first_level=world.levels[0],
    )  # fmt: skip
