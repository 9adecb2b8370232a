"""Bot-like users: one UTC day each, with more views on it than any human has."""

import numpy as np
from numpy.typing import NDArray

from helpers.simulate.catalogue import Catalogue
from helpers.simulate.rows import (
    BOT_USERS_FROM,
    MS_PER_DAY,
    NONE,
    VIEW,
    Rows,
    Visits,
    new_rows,
    session_numbers,
)
from helpers.simulate.visitors import MS_PER_HOUR, Calendar
from helpers.simulate.world import DIRT, NEW, World


def bots(
    target: int,
    limit: int,
    chunk: int,
    catalogue: Catalogue,
    calendar: Calendar,
    world: World,
    rng: np.random.Generator,
) -> tuple[Visits, Rows] | None:
    """Sessions and views of bots, ``target`` rows in all, each bot above ``limit`` on its day.

    One bot at least when ``target`` is positive, even if that makes more rows. None without a
    target, or when the log has no whole UTC day in which a bot could be seen.
    """
    first_day, end_day = -(-calendar.first // MS_PER_DAY), calendar.end // MS_PER_DAY
    if target == 0 or first_day >= end_day:
        return None
    sizes = _sizes(target, limit, rng)
    n = len(sizes)
    begin = rng.integers(first_day, end_day, n) * MS_PER_DAY
    length = (rng.uniform(*DIRT.bot_hours, n) * MS_PER_HOUR).astype(np.int64)
    begin += (rng.random(n) * (MS_PER_DAY - length)).astype(np.int64)
    visit = np.repeat(np.arange(n), sizes)
    time = begin[visit] + (rng.random(len(visit)) * length[visit]).astype(np.int64)
    order = np.argsort(time, kind="stable")
    visit, time = visit[order], time[order]
    product = rng.integers(len(catalogue.price), size=len(visit)).astype(np.int16)
    country = rng.integers(len(world.countries), size=n)
    visits = Visits(
        user=BOT_USERS_FROM + np.arange(n),
        session=session_numbers(chunk, n),
        trip=session_numbers(chunk, n),
        visitor_type=np.full(n, NEW, np.int8),
        device=rng.integers(len(world.devices), size=n).astype(np.int8),
        channel=np.full(n, [t.name for t in world.channels].index("direct"), np.int8),
        campaign=np.full(n, NONE, np.int16),
        country=country.astype(np.int8),
        city=catalogue.city_start[country].astype(np.int16),
    )
    name, coupon = np.full(len(visit), VIEW), np.full(len(visit), NONE)
    return visits, new_rows(chunk, visit, name, time, product, coupon, world, rng)


def _sizes(target: int, limit: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Views of each bot: all above the limit, adding up to the target unless that is too small."""
    fewest = int(DIRT.bot_excess[0] * limit) + 1
    typical = sum(DIRT.bot_excess) / 2 * limit
    count = min(max(1, round(target / typical)), max(1, target // fewest))
    spare = max(0, target - count * fewest)
    return fewest + rng.multinomial(spare, rng.dirichlet(np.full(count, 4.0)))
