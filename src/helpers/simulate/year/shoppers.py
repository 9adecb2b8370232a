"""The shoppers of a simulated year, day by day: what they want, what reaches them, what they buy and when they leave.

A day's chance is drawn from a stream of its own, the same whichever channel works, so that two years which differ in one
channel differ by what that channel brings and by nothing else.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Channel:
    """One marketing channel.

    Attributes:
        name: as touches and sessions call it.
        wanted: chance a day that it reaches a shopper who wants to buy already.
        idle: the same of any other shopper.
        lift: by how much a touch today raises the intensity of buying, as a share.
        half_life: days after which half of that is left.
        cost: of one touch, cents.
    """

    name: str
    wanted: float
    idle: float
    lift: float
    half_life: float
    cost: int


CHANNELS = (
    Channel("brand_search", wanted=0.30, idle=0.001, lift=0.0, half_life=1.0, cost=35),
    Channel("generic_search", wanted=0.12, idle=0.004, lift=0.35, half_life=3.0, cost=60),
    Channel("retargeting", wanted=0.22, idle=0.004, lift=0.05, half_life=2.0, cost=12),
    Channel("affiliate", wanted=0.10, idle=0.001, lift=0.0, half_life=1.0, cost=50),
    Channel("email", wanted=0.03, idle=0.030, lift=0.30, half_life=4.0, cost=1),
    Channel("social", wanted=0.010, idle=0.012, lift=0.90, half_life=7.0, cost=20),
    Channel("display", wanted=0.020, idle=0.025, lift=0.10, half_life=5.0, cost=6),
)
"""Two of them reach shoppers who would have bought anyway: credit goes to them, orders do not come from them."""


@dataclass(frozen=True)
class Kind:
    """A planted kind of shopper: a share of all, and how it differs from the mean of all."""

    name: str
    share: float
    rate: float
    value: float
    pages: float
    visits: float


KINDS = (
    Kind("loyal", 0.15, rate=3.0, value=1.0, pages=1.0, visits=1.6),
    Kind("bulk", 0.10, rate=0.6, value=3.0, pages=0.7, visits=0.5),
    Kind("browser", 0.30, rate=0.35, value=0.8, pages=2.2, visits=2.2),
    Kind("occasional", 0.45, rate=0.85, value=0.8, pages=0.8, visits=0.5),
)


@dataclass(frozen=True)
class YearWorld:
    """Constants of the world; rates are a day, money is cents."""

    countries: tuple[tuple[str, float], ...] = (("DE", 0.45), ("FR", 0.25), ("ES", 0.18), ("NL", 0.12))
    devices: tuple[tuple[str, float], ...] = (("mobile", 0.58), ("desktop", 0.34), ("tablet", 0.08))
    channels: tuple[Channel, ...] = CHANNELS
    kinds: tuple[Kind, ...] = KINDS
    newcomers: float = 0.5  # share that joins during the year
    rate_shape: float = 1.5  # of the gamma of purchase rates within a kind
    rate: float = 0.0085  # orders a day, mean
    dropout: tuple[float, float] = (1.0, 9.0)  # Beta of the chance to leave for good after an order
    episode: int = 5  # days that a wish to buy lasts
    wish: float = 1.6  # episodes per order that would be bought on average
    eager: float = 12.0  # times the intensity within an episode
    value_shape: float = 5.0  # gamma-gamma: an order is Gamma(shape, scale of its shopper)
    value_tail: float = 4.0  # the scale is 1 / Gamma(tail, 1 / value_base)
    value_base: float = 3_600.0  # cents
    season: float = 0.18  # yearly swing of the demand, highest in December
    week: tuple[float, ...] = (0.95, 0.93, 0.94, 0.98, 1.08, 1.16, 0.96)  # Monday first
    outages: tuple[tuple[int, float], ...] = ((61, 0.25), (150, 0.4), (233, 0.3), (318, 0.35))
    surges: tuple[tuple[int, float], ...] = ((96, 1.9), (146, 2.2), (275, 1.8))
    subscribers: float = 0.7
    churn: float = 0.0014  # hazard a day
    churn_ticket: float = 0.9  # added to its logarithm by each ticket of 30 days
    churn_idle: float = 0.7  # and by 45 days without an order
    churn_yearly: float = -0.6  # and by the yearly plan
    ticket_order: float = 0.07  # chance that an order brings a ticket
    ticket_base: float = 0.0009
    offer_day: int = 240
    offer_days: int = 30
    offer_effect: tuple[tuple[str, float], ...] = (("disturbed", 0.9), ("persuadable", -1.3), ("indifferent", 0.0))
    """What the offer adds to the logarithm of the hazard, by kind: with a ticket, idle without one, and the rest."""


WORLD = YearWorld()


@dataclass
class Year:
    """What a year left, day by day; shoppers and channels are numbers, times are days with their fraction."""

    touches: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    orders: list[tuple[Ints, Floats]] = field(default_factory=list)

    def touched(self) -> tuple[Ints, Ints, Floats]:
        """Shopper, channel and time of every touch, earliest day first."""
        who, channel, at = (np.concatenate(column) for column in zip(*self.touches, strict=True))
        return who, channel, at

    def ordered(self) -> tuple[Ints, Floats]:
        """Shopper and time of every order, earliest day first."""
        who, at = (np.concatenate(column) for column in zip(*self.orders, strict=True))
        return who, at


@dataclass(frozen=True)
class Shoppers:
    """Traits that last: drawn once, the same in every counterfactual year."""

    kind: Ints
    country: Ints
    device: Ints
    joined: Ints
    rate: Floats
    leaves: Floats
    scale: Floats

    def __len__(self) -> int:
        return len(self.kind)


def draw(n: int, days: int, rng: np.random.Generator, world: YearWorld = WORLD) -> Shoppers:
    """``n`` shoppers of ``world``; half of them are there on the first day."""
    kind = rng.choice(len(world.kinds), n, p=[k.share for k in world.kinds])
    rates, values = (np.array([getattr(k, name) for k in world.kinds]) for name in ("rate", "value"))
    shares = np.array([k.share for k in world.kinds])
    mean = rates / (rates @ shares)
    joined = np.where(rng.random(n) < world.newcomers, rng.integers(0, days - 30, n), 0)
    country, device = (rng.choice(len(t), n, p=[s for _, s in t]) for t in (world.countries, world.devices))
    rate = world.rate * mean[kind] * rng.gamma(world.rate_shape, 1 / world.rate_shape, n)
    scale = values[kind] * world.value_base / rng.gamma(world.value_tail, 1.0, n)
    return Shoppers(kind, country, device, joined, rate, rng.beta(*world.dropout, n), scale)


def demand(days: int, first_weekday: int, world: YearWorld = WORLD) -> Floats:
    """The factor of each day: the season, the weekday, planted outages and surges; its mean without those is about 1."""
    day = np.arange(days)
    season = 1 + world.season * np.cos(2 * np.pi * (day - 170) / 365)
    factor: Floats = season * np.array(world.week)[(day + first_weekday) % 7]
    for at, times in (*world.outages, *world.surges):
        if at < days:
            factor[at] *= times
    return factor


def live(
    people: Shoppers, days: int, factor: Floats, seed: int, world: YearWorld = WORLD, *, without: str | None = None
) -> Year:
    """One year; ``without`` names a channel whose touches do nothing."""
    n, year = len(people), Year()
    lifts = np.array([0.0 if c.name == without else c.lift for c in world.channels])
    decay = np.array([0.5 ** (1 / c.half_life) for c in world.channels])
    wanted, idle = (np.array([getattr(c, name) for c in world.channels])[:, None] for name in ("wanted", "idle"))
    stock = np.zeros((len(world.channels), n))
    until = np.full(n, -1)
    alive = np.ones(n, np.bool_)
    # the intensity outside episodes, so that a year holds ``rate`` orders a day without any channel
    within = 1 - (1 - np.minimum(people.rate * world.wish, 1.0)) ** world.episode
    low = people.rate / (1 + within * (world.eager - 1))
    for day in range(days):
        rng = np.random.default_rng((seed, day))
        chance = rng.random((len(world.channels) + 3, n), dtype=np.float32)
        here = alive & (people.joined <= day)
        until = np.where(here & (chance[-1] < people.rate * world.wish), day + world.episode - 1, until)
        eager = until >= day
        touched = (chance[: len(world.channels)] < np.where(eager, wanted, idle)) & here
        stock = stock * decay[:, None] + touched
        intensity = low * np.where(eager, world.eager, 1.0) * factor[day] * (1 + lifts @ stock)
        bought = here & (chance[-2] < -np.expm1(-intensity))
        alive &= ~(bought & (chance[-3] < people.leaves))
        clock = np.random.default_rng((seed, day, 1))
        channel, who = np.nonzero(touched)
        year.touches.append((who, channel, day + clock.uniform(0.25, 0.75, len(who))))
        buyers = np.flatnonzero(bought)
        year.orders.append((buyers, day + clock.uniform(0.76, 0.99, len(buyers))))
    return year
