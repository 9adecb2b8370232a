"""The simulated shop: chunks of users, honest events, dirt, Parquet files and the ledger."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from helpers.config import Period, Simulation
from helpers.pipeline.progress import counted
from helpers.simulate.bots import bots
from helpers.simulate.catalogue import Catalogue, make_catalogue
from helpers.simulate.dirt import ROWS_PER_EVENT, plant
from helpers.simulate.ledger import Ledger
from helpers.simulate.rows import Rows, Visits, render
from helpers.simulate.visitors import Calendar, capped, honest_events
from helpers.simulate.world import SHOP, World

USERS_PER_CHUNK = 50_000
WORKERS = 2
DICTIONARIES = [
    *("event_name", "product_id", "category", "price", "coupon", "visitor_type"),
    *("device", "channel", "campaign", "country", "city"),
]
"""Columns with few values; ids and times are written plain."""


@dataclass(frozen=True)
class _Shop:
    """All that a chunk needs to know."""

    config: Simulation
    world: World
    catalogue: Catalogue
    calendar: Calendar
    events: Path

    def write(self, chunk: int, rows: Rows, visits: Visits) -> None:
        table = render(rows, visits, self.catalogue, self.world)
        pq.write_table(
            table,
            self.events / f"part-{chunk:04d}.parquet",
            compression="zstd",
            compression_level=1,
            use_dictionary=DICTIONARIES,
            store_schema=False,
        )

    def chunk(self, chunk: int, seed: np.random.SeedSequence) -> Ledger:
        """Write the events of one chunk of users."""
        rng = np.random.default_rng(seed)
        begin = chunk * USERS_PER_CHUNK
        users = np.arange(begin, min(begin + USERS_PER_CHUNK, self.config.users))
        visits, clean = honest_events(users, chunk, self.catalogue, self.calendar, self.world, rng)
        clean = capped(clean, visits, self.config.bot_events_per_day // ROWS_PER_EVENT)
        rows, ledger = plant(clean, self.config.dirt, chunk, self.catalogue, self.calendar, rng)
        self.write(chunk, rows, visits)
        return ledger


def simulate_shop(
    config: Simulation, period: Period, out: Path, *, progress: bool = True, world: World = SHOP
) -> Ledger:
    """Write the shop's log of ``period``; see :func:`helpers.simulate.simulate`.

    Users are simulated in chunks, each with a seed of its own spawned from the study's, so that
    neither the number of workers nor their order matters. Bots stand in the last part.
    """
    events = out / "events"
    events.mkdir(parents=True, exist_ok=True)
    chunks = -(-config.users // USERS_PER_CHUNK)
    catalogue_seed, bot_seed, *seeds = np.random.SeedSequence(config.seed).spawn(chunks + 2)
    catalogue = make_catalogue(world, np.random.default_rng(catalogue_seed))
    calendar = Calendar.of(period.first, period.end, world)
    shop = _Shop(config, world, catalogue, calendar, events)
    with ThreadPoolExecutor(WORKERS) as pool:
        done = pool.map(shop.chunk, range(chunks), seeds)
        parts = list(counted(done, chunks, "chunks") if progress else done)
    clean_events = sum(part.clean_events for part in parts)
    robots = bots(
        round(config.dirt.bot * clean_events),
        config.bot_events_per_day,
        chunks,
        catalogue,
        calendar,
        world,
        np.random.default_rng(bot_seed),
    )
    if robots is not None:
        visits, rows = robots
        shop.write(chunks, rows, visits)
        parts.append(Ledger.of(0, {"bot": len(rows)}))
    ledger = Ledger.total(parts)
    pq.write_table(catalogue.table(), out / "catalogue.parquet")
    ledger.write(out / "ledger.json")
    return ledger
