"""Dirt: planted at counts known beforehand, each kind on rows of its own."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from helpers.config import Dirt
from helpers.simulate.catalogue import Catalogue
from helpers.simulate.ledger import Ledger
from helpers.simulate.rows import (
    BROKEN,
    CART,
    EPOCH,
    EVENTS_PER_CHUNK,
    MS_PER_DAY,
    NAMED_MONTH,
    NONE,
    OFFSET,
    PURCHASE,
    UNPLANNED,
    USER_EMPTY,
    USER_NULL,
    VIEW,
    Rows,
    event_numbers,
    negative,
    no_price,
)
from helpers.simulate.visitors import Calendar
from helpers.simulate.world import DIRT

Ints = NDArray[np.int64]

US_PER_HOUR = 3_600_000_000
ROWS_PER_EVENT = 2
"""A clean event becomes at most two rows: it is the source of one appended row, or of none."""


def plant(
    clean: Rows,
    shares: Dirt,
    chunk: int,
    catalogue: Catalogue,
    calendar: Calendar,
    rng: np.random.Generator,
) -> tuple[Rows, Ledger]:
    """The rows of a chunk with dirt in them, in order of ingestion, and what was planted.

    Of each kind ``round(share * events)`` rows are spoilt or appended, or as many as can be had.
    No row is touched twice: a spoilt row is never duplicated, an appended row is never spoilt, and
    the cart of an impossible purchase stays as it was. Missing ids, unreadable times, wrong types
    and negative prices hit views only: such dirt loses events, never outcomes. Bots come on top,
    see :func:`helpers.simulate.bots.bots`.
    """
    view, purchase = clean.name == VIEW, clean.name == PURCHASE
    cart_of = _carts(clean)
    free = np.ones(len(clean), np.bool_)
    rows = clean.take(free)
    planted: dict[str, int] = {}

    def choose(kind: str, eligible: NDArray[np.bool_]) -> Ints:
        pool = np.flatnonzero(eligible & free)
        wanted = min(round(getattr(shares, kind) * len(clean)), len(pool))
        chosen = np.sort(rng.choice(pool, wanted, replace=False)) if wanted else pool[:0]
        free[chosen] = False
        planted[kind] = wanted
        return chosen

    early = clean.time[cart_of] - _between(DIRT.early_seconds, 1000, len(clean), rng)
    same_day = early // MS_PER_DAY == clean.time // MS_PER_DAY
    with_cart = (clean.name[cart_of] == CART) & (clean.visit[cart_of] == clean.visit)
    at = choose("impossible_order", purchase & with_cart & same_day & (early >= calendar.first))
    rows.time[at] = early[at]
    free[cart_of[at]] = False
    rows.price[choose("missing_revenue", purchase)] = NONE
    rows.order[choose("missing_property", purchase)] = False

    at = choose("missing_id", view)
    rows.user[at] = rng.choice([USER_NULL, USER_EMPTY], len(at))
    at = choose("unparseable_time", view)
    rows.form[at] = BROKEN + rng.integers(len(DIRT.not_times), size=len(at))
    at = choose("wrong_type", view)
    rows.price[at] = no_price(rng.integers(len(DIRT.not_prices), size=len(at)), catalogue)
    at = choose("negative_price", view)
    rows.price[at] = negative(rows.price[at], catalogue)
    at = choose("extra_property", view)
    rows.coupon[at] = rng.integers(len(catalogue.coupons), size=len(at))

    whole_second = clean.time // 1000 * 1000
    at = choose("named_month", view & (whole_second >= calendar.first))
    rows.time[at] = whole_second[at]
    rows.form[at] = NAMED_MONTH
    after = clean.time + DIRT.unplanned_after_ms
    same_day = after // MS_PER_DAY == clean.time // MS_PER_DAY
    at = choose("unplanned_event", view & same_day & (after < calendar.end))
    unplanned = replace(
        rows.take(at),
        event=event_numbers(chunk, len(at), after=clean.event.max(initial=0) % EVENTS_PER_CHUNK + 1),
        name=(UNPLANNED + rng.integers(len(DIRT.unplanned_names), size=len(at))).astype(np.int8),
        time=after[at],
        ingested=rows.ingested[at] + DIRT.unplanned_after_ms * 1000,
    )

    rows.form[choose("epoch_milliseconds", free)] = EPOCH
    at = choose("timezone_offset", free)
    rows.form[at] = OFFSET + rng.integers(len(DIRT.offsets_minutes), size=len(at))
    exact = rows.take(choose("exact_duplicate", free))
    late = rows.take(choose("late_duplicate", free))
    delay = _between(DIRT.late_hours, US_PER_HOUR, len(late), rng)
    late = replace(late, ingested=late.ingested + delay)

    rows = rows.then(unplanned, exact, late)
    return rows.take(np.argsort(rows.ingested, kind="stable")), Ledger.of(len(clean), planted)


def _carts(rows: Rows) -> Ints:
    """For each row the position of its session's cart; without a cart, some other row's."""
    carts = np.flatnonzero(rows.name == CART)
    by_visit = np.zeros(rows.visit.max(initial=0) + 1, np.int64)
    by_visit[rows.visit[carts]] = carts
    return by_visit[rows.visit]


def _between(bounds: tuple[float, float], unit: int, n: int, rng: np.random.Generator) -> Ints:
    return (rng.uniform(*bounds, n) * unit).astype(np.int64)
