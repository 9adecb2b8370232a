"""What honest users do: the clean events of one chunk of users."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from helpers.simulate.catalogue import Catalogue
from helpers.simulate.rows import (
    CART,
    MS_PER_DAY,
    NONE,
    PURCHASE,
    VIEW,
    Rows,
    Visits,
    new_rows,
    session_numbers,
)
from helpers.simulate.world import NEW, RETURNING, Trait, World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MS_PER_HOUR = 3_600_000
MONDAY_1970 = 3  # 1 January 1970 was a Thursday


@dataclass(frozen=True)
class Calendar:
    """The seasonal clock: how much of the log's traffic has passed at a moment.

    ``moments`` (ms) are hour marks from the first to the last moment of the log, ``passed`` the
    share of the traffic before each of them.
    """

    moments: Ints
    passed: Floats

    @classmethod
    def of(cls, first: datetime, end: datetime, world: World) -> "Calendar":
        """Traffic by weekday and hour between two naive UTC moments."""
        start, stop = milliseconds(first), milliseconds(end)
        moments = np.append(np.arange(start, stop, MS_PER_HOUR), stop)
        hour = moments[:-1] // MS_PER_HOUR % len(world.hours)
        weekday = (moments[:-1] // MS_PER_DAY + MONDAY_1970) % len(world.weekdays)
        weight = np.array(world.hours)[hour] * np.array(world.weekdays)[weekday]
        traffic = np.cumsum(weight * np.diff(moments))
        return cls(moments, np.append(0.0, traffic / traffic[-1]))

    @property
    def first(self) -> int:
        return int(self.moments[0])

    @property
    def end(self) -> int:
        return int(self.moments[-1])

    @property
    def days(self) -> float:
        return (self.end - self.first) / MS_PER_DAY

    def at(self, passed: Floats) -> Ints:
        """The moments (ms) at which these shares of the traffic have passed."""
        return np.interp(passed, self.passed, self.moments).astype(np.int64)


@dataclass(frozen=True)
class People:
    """Lasting traits of users; ``appetite`` and ``taste`` of new users are zero."""

    returning: NDArray[np.int8]
    country: Ints
    city: Ints
    home_device: Ints
    appetite: Floats
    taste: Floats


def milliseconds(moment: datetime) -> int:
    """A naive UTC moment as milliseconds since 1970."""
    return int(np.datetime64(moment, "ms").astype(np.int64))


def honest_events(
    users: Ints,
    chunk: int,
    catalogue: Catalogue,
    calendar: Calendar,
    world: World,
    rng: np.random.Generator,
) -> tuple[Visits, Rows]:
    """Sessions and events of the users numbered ``users``; nothing lies outside the calendar.

    A session is one view or more, then perhaps a cart of the product viewed last, then perhaps,
    after a delay that can last days, the purchase of that cart; after a long pause that purchase
    opens a session of its own. What would happen after the end of the log is missing from it, as
    from a real one.
    """
    people = _people(len(users), catalogue, world, rng)
    owner, start = _sessions(people, calendar, world, rng)
    visits, cart_chance, purchase_chance = _visits(owner, people, users, chunk, catalogue, world, rng)
    has_cart = rng.random(len(owner)) < cart_chance
    buys = has_cart & (rng.random(len(owner)) < purchase_chance)

    views = rng.geometric(1 / (1 + world.extra_views), len(owner)).clip(max=world.most_views)
    last_view = np.cumsum(views) - 1
    visit = np.repeat(np.arange(len(owner)), views)
    pause = rng.lognormal(np.log(world.typical_pause), world.pause_spread, len(visit))
    passed = np.cumsum(_ms(world.shortest_pause + pause))
    view_time = start[visit] + passed - passed[last_view - views + 1][visit]
    product = catalogue.pick(_taste(people, owner[visit], world, rng))

    cart = np.flatnonzero(has_cart)
    pause = rng.lognormal(np.log(world.typical_pause), world.pause_spread, len(cart))
    cart_time = view_time[last_view[cart]] + _ms(world.shortest_pause + pause)
    bought = np.flatnonzero(buys[cart])
    minutes = rng.lognormal(np.log(world.purchase_delay_minutes), world.purchase_delay_spread, len(bought))
    delay = np.maximum(60 * minutes, world.shortest_purchase_seconds)
    purchase = cart[bought]
    comes_back = delay > 60 * world.session_pause_minutes
    visits, buying_visit = visits.revisited(purchase, comes_back, chunk)

    visit = np.concatenate([visit, cart, buying_visit])
    time = np.concatenate([view_time, cart_time, cart_time[bought] + _ms(delay)])
    product = np.concatenate([product, product[last_view[cart]], product[last_view[purchase]]])
    name = np.repeat([VIEW, CART, PURCHASE], [len(view_time), len(cart), len(purchase)])
    kept = np.flatnonzero(time < calendar.end)
    order = kept[np.lexsort((time[kept], visit[kept]))]
    name, time, product, visit = name[order], time[order], product[order], visit[order]
    used = (name == PURCHASE) & (rng.random(len(name)) < world.coupon_share)
    coupon = np.where(used, rng.integers(len(catalogue.coupons), size=len(name)), NONE)
    return visits, new_rows(chunk, visit, name, time, product, coupon, world, rng)


def capped(rows: Rows, visits: Visits, most: int) -> Rows:
    """The rows without the sessions that give a user more than ``most`` events on a UTC day.

    A session goes as a whole, with the later session that buys its cart, so that no purchase loses its cart.
    """
    user = visits.user[rows.visit]
    user -= visits.user.min()
    busy = np.flatnonzero((np.bincount(user) > most)[user])
    day = rows.time[busy] // MS_PER_DAY
    order = np.lexsort((rows.time[busy], day, user[busy]))
    begins = np.flatnonzero((np.diff(user[busy][order], prepend=-1) != 0) | (np.diff(day[order], prepend=-1) != 0))
    rank = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
    trip = visits.trip[rows.visit] - visits.session[0]
    beyond = np.zeros(len(visits), np.bool_)
    beyond[trip[busy[order[rank >= most]]]] = True
    return rows.take(~beyond[trip])


def _people(n: int, catalogue: Catalogue, world: World, rng: np.random.Generator) -> People:
    returning = (rng.random(n) < world.returning_share).astype(np.int8)
    country = draw_traits(world.countries, returning, rng)
    cities = np.diff(catalogue.city_start)[country]
    city = catalogue.city_start[country] + (rng.random(n) ** 2 * cities).astype(np.int64)
    return People(
        returning=returning,
        country=country,
        city=city,
        home_device=draw_traits(world.devices, returning, rng),
        appetite=returning * rng.normal(0, world.appetite_spread, n),
        taste=returning * rng.normal(size=n),
    )


def _sessions(people: People, calendar: Calendar, world: World, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """User and beginning of every session; everybody has at least one."""
    n = len(people.returning)
    returning = people.returning == RETURNING
    shape = np.where(returning, world.returning_activity_shape, world.new_activity_shape)
    mean = np.where(returning, world.returning_sessions_per_day * calendar.days, world.new_extra_sessions)
    count = rng.poisson(mean * rng.gamma(shape) / shape)
    owner = np.repeat(np.arange(n), np.where(returning, np.maximum(count, 1), 1 + count))
    passed = rng.random(len(owner))
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    comeback = rng.exponential(world.new_comeback_days / calendar.days, len(owner))
    comeback[first] = 0
    passed = np.where(returning[owner], passed, passed[first][owner] + comeback)
    kept = passed < 1
    return owner[kept], calendar.at(passed[kept])


def _visits(
    owner: Ints,
    people: People,
    users: Ints,
    chunk: int,
    catalogue: Catalogue,
    world: World,
    rng: np.random.Generator,
) -> tuple[Visits, Floats, Floats]:
    """The sessions, with the chance of a cart in each and of a purchase of that cart."""
    n = len(owner)
    returning = people.returning[owner]
    at_home = rng.random(n) < world.home_device_share
    device = np.where(at_home, people.home_device[owner], draw_traits(world.devices, returning, rng))
    channel = draw_traits(world.channels, returning, rng)
    country = people.country[owner]
    campaigns = np.diff(catalogue.campaign_start)[channel]
    campaign = catalogue.campaign_start[channel] + (rng.random(n) * campaigns).astype(np.int64)

    traits = ((world.devices, device), (world.channels, channel), (world.countries, country))
    cart = np.array(world.cart_log_odds)[returning]
    purchase = np.array(world.purchase_log_odds)[returning] + people.appetite[owner]
    for levels, which in traits:
        cart += np.array([level.cart for level in levels])[which]
        purchase += np.array([level.purchase for level in levels])[which]
    visits = Visits(
        user=users[owner],
        session=session_numbers(chunk, n),
        trip=session_numbers(chunk, n),
        visitor_type=returning,
        device=device.astype(np.int8),
        channel=channel.astype(np.int8),
        campaign=np.where(campaigns > 0, campaign, NONE).astype(np.int16),
        country=country.astype(np.int8),
        city=people.city[owner].astype(np.int16),
    )
    return visits, _chance(cart), _chance(purchase)


def _taste(people: People, user: Ints, world: World, rng: np.random.Generator) -> Floats:
    """Standard normal draws of price level: a returning user's are correlated with each other."""
    lasting = people.returning[user] * world.taste_share
    passing = rng.normal(size=len(user))
    draws: Floats = np.sqrt(lasting) * people.taste[user] + np.sqrt(1 - lasting) * passing
    return draws


def draw_traits(traits: Sequence[Trait], returning: NDArray[np.int8], rng: np.random.Generator) -> Ints:
    """One trait for each user or session, by the frequencies of its type."""
    chance = rng.random(len(returning))
    shares = np.array([[t.new for t in traits], [t.returning for t in traits]])
    below = np.cumsum(shares, axis=1) / shares.sum(axis=1, keepdims=True)
    drawn = [np.searchsorted(below[kind, :-1], chance, side="right") for kind in (NEW, RETURNING)]
    return np.where(returning == RETURNING, drawn[RETURNING], drawn[NEW])


def _chance(log_odds: Floats) -> Floats:
    chance: Floats = 1 / (1 + np.exp(-log_odds))
    return chance


def _ms(seconds: Floats) -> Ints:
    return (1000 * seconds).astype(np.int64)
