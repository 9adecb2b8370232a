"""The year as tables: Parquet files that notebooks read, the truth beside them, and the ledger of what was planted."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from helpers.config.programme import ProgrammeWorld
from helpers.pipeline.files import write_text
from helpers.pipeline.progress import counted
from helpers.simulate.year.service import Offers, Subscriptions, subscriptions, tickets, visits
from helpers.simulate.year.shoppers import WORLD, Floats, Ints, Year, YearWorld, demand, draw, live

LEAK = "exit_survey_sent"
"""A column of the export that is filled in when a subscriber has left: a model that reads it looks into the future."""
SNAPSHOTS = (120, 150, 180, 210, 240, 270, 300, 330)
"""Days on which the accounts were exported."""
CHURN_DAYS = 30


def simulate_year(config: ProgrammeWorld, out: Path, *, world: YearWorld = WORLD) -> None:
    """Write the tables of ``config`` into the folder ``out``, and ``ledger.json``.

    The orders that a channel brings are counted by living the year once more without it, chance unchanged.
    """
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(config.seed).spawn(4)]
    people = draw(config.users, config.days, streams[0], world)
    factor = demand(config.days, config.first.weekday(), world)
    off = [c.name for c in world.channels if c.lift > 0]
    with ThreadPoolExecutor(2) as pool:
        years = pool.map(lambda name: live(people, config.days, factor, config.seed, world, without=name), [None, *off])
        year, *others = counted(years, 1 + len(off), "years")
    who, at = year.ordered()
    complaints = tickets(people, who, at, config.days, world, streams[1])
    held, offers = subscriptions(people, who, at, complaints, config.days, world, streams[2])
    seen = visits(people, year.touched(), (who, at), config.days, world, streams[3])
    spent = np.rint(streams[1].gamma(world.value_shape, people.scale[who])).astype(np.int64)
    clock = _Clock(config.first)
    names = np.array([c.name for c in world.channels])
    costs = np.array([c.cost for c in world.channels])
    touch_who, touch_channel, touch_at = year.touched()
    tables = {
        "users": {
            "user_id": _ids("u", np.arange(len(people))),
            "joined": clock(people.joined),
            "country": np.array([c for c, _ in world.countries])[people.country],
            "device": np.array([d for d, _ in world.devices])[people.device],
        },
        "touches": {
            "user_id": _ids("u", touch_who), "touched": clock(touch_at), "channel": names[touch_channel],
            "cost_cents": costs[touch_channel],
        },
        "orders": {
            "order_id": _ids("o", np.arange(len(who))), "user_id": _ids("u", who), "ordered": clock(at), "value_cents": spent,
        },
        "sessions": {
            "session_id": _ids("s", np.arange(len(seen.who))), "user_id": _ids("u", seen.who), "started": clock(seen.at),
            "channel": np.where(seen.channel < 0, "direct", names[seen.channel]), "pages": seen.pages,
            "seconds": seen.seconds,
        },
        "subscriptions": {
            "user_id": _ids("u", held.who), "plan": np.where(held.yearly, "yearly", "monthly"),
            "started": clock(held.started), "ended": clock(held.ended),
        },
        "tickets": {
            "ticket_id": _ids("t", np.arange(len(complaints.who))), "user_id": _ids("u", complaints.who),
            "opened": clock(complaints.opened), "topic": np.where(complaints.late, "late delivery", "account"),
            "hours": complaints.hours,
        },
        "offers": {
            "user_id": _ids("u", offers.who), "offered": clock(np.full(len(offers.who), float(world.offer_day))),
            "treated": offers.treated,
        },
        "accounts": _accounts(held, clock, streams[3]),
        "truth": {
            "user_id": _ids("u", np.arange(len(people))),
            "kind": np.array([k.name for k in world.kinds])[people.kind],
            "rate": people.rate, "leaves": people.leaves,
        },
        "truth_offers": {
            "user_id": _ids("u", offers.who), "kind": np.array([k for k, _ in world.offer_effect])[offers.kind],
            "churn_without": offers.lasting[0], "churn_with": offers.lasting[1],
        },
    }  # fmt: skip
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), out / f"{name}.parquet", compression="zstd", store_schema=False)
    ledger = _ledger(config, world, factor, year, dict(zip(off, others, strict=True)), offers)
    write_text(out / "ledger.json", json.dumps(ledger, indent=2, sort_keys=True) + "\n")


class _Clock:
    """Days since the first one, with their fraction, as timestamps; NaN is null."""

    def __init__(self, first: date) -> None:
        self.first = np.datetime64(first, "us")

    def __call__(self, days: Floats | Ints) -> pa.Array:
        days = np.asarray(days, dtype=np.float64)
        known = ~np.isnan(days)
        times = self.first + np.rint(np.where(known, days, 0.0) * 86_400).astype("timedelta64[s]")
        return pa.array(times.astype("datetime64[s]"), mask=~known)


def _ids(letter: str, numbers: Ints) -> pa.Array:
    return pa.array([f"{letter}{n:08d}" for n in numbers.tolist()])


def _accounts(held: Subscriptions, clock: _Clock, rng: np.random.Generator) -> dict[str, object]:
    """What the accounts' system exported on a few days of those who subscribed then."""
    parts = []
    for snapshot in SNAPSHOTS:
        running = (held.started < snapshot) & ~(held.ended < snapshot)
        gone = running & (held.ended < snapshot + CHURN_DAYS)
        survey = np.where(gone, rng.random(len(gone)) < 0.97, rng.random(len(gone)) < 0.01)
        rating = rng.integers(1, 6, len(gone))
        parts.append((held.who[running], np.full(int(running.sum()), snapshot), survey[running], rating[running]))
    who, exported, surveyed, rated = (np.concatenate(column) for column in zip(*parts, strict=True))
    return {"user_id": _ids("u", who), "exported": clock(exported), "rating": rated, LEAK: surveyed}


def _ledger(
    config: ProgrammeWorld, world: YearWorld, factor: Floats, year: Year, others: dict[str, Year], offers: Offers
) -> dict[str, object]:
    orders = len(year.ordered()[0])
    gain = offers.lasting[1] - offers.lasting[0]
    kinds = [name for name, _ in world.offer_effect]
    return {
        "orders": orders,
        "channels": {
            c.name: {
                "lift": c.lift,
                "half_life_days": c.half_life,
                "incremental_orders": orders - len(others[c.name].ordered()[0]) if c.name in others else 0,
            }
            for c in world.channels
        },
        "demand": {
            "yearly_swing": world.season,
            "outages": [day for day, _ in world.outages if day < config.days],
            "surges": [day for day, _ in world.surges if day < config.days],
        },
        "churn": {
            "log_hazard_ticket": world.churn_ticket,
            "log_hazard_idle": world.churn_idle,
            "log_hazard_yearly": world.churn_yearly,
            "leaky_column": LEAK,
        },
        "offer": {
            "churn_change": float(gain.mean()),
            "churn_change_by_kind": {name: float(gain[offers.kind == k].mean()) for k, name in enumerate(kinds)},
        },
        "kinds": {k.name: k.share for k in world.kinds},
        "order_value": {"shape": world.value_shape, "tail": world.value_tail, "base_cents": world.value_base},
    }
