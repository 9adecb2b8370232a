"""What happens beside the orders of a simulated year: tickets, subscriptions, the offer that some subscribers get, visits."""

from dataclasses import dataclass

import numpy as np

from helpers.simulate.year.shoppers import Flags, Floats, Ints, Shoppers, YearWorld

WINDOW = 30
"""Days whose tickets count."""
IDLE = 45
"""Days without an order after which a subscriber is idle."""


@dataclass(frozen=True)
class Tickets:
    who: Ints
    opened: Floats
    late: Flags
    hours: Floats


@dataclass(frozen=True)
class Subscriptions:
    """One a subscriber; ``ended`` is NaN while it runs."""

    who: Ints
    yearly: Flags
    started: Floats
    ended: Floats


@dataclass(frozen=True)
class Offers:
    """Who could get the offer; ``kind`` is an index into the world's ``offer_effect``.

    Attributes:
        who: subscribers on the offer's day.
        treated: a fair coin decides.
        kind: planted.
        lasting: chance to end within the offer's days without it, and with it.
    """

    who: Ints
    treated: Flags
    kind: Ints
    lasting: tuple[Floats, Floats]


def tickets(
    people: Shoppers, order_who: Ints, order_at: Floats, days: int, world: YearWorld, rng: np.random.Generator
) -> Tickets:
    """A few orders come late and bring a ticket some days on; others ask about something else."""
    late = rng.random(len(order_who)) < world.ticket_order
    who, at = order_who[late], order_at[late] + rng.uniform(1, 6, late.sum())
    others = rng.poisson(world.ticket_base * (days - people.joined))
    rest = np.repeat(np.arange(len(people)), others)
    asked = people.joined[rest] + rng.random(len(rest)) * (days - people.joined[rest])
    about = np.r_[np.ones(len(who), np.bool_), np.zeros(len(rest), np.bool_)]
    who, at = np.r_[who, rest], np.r_[at, asked]
    seen = at < days
    order = np.lexsort((who[seen], at[seen]))
    who, at, about = who[seen][order], at[seen][order], about[seen][order]
    return Tickets(who, at, about, rng.lognormal(np.where(about, 3.0, 2.2), 0.8))


def subscriptions(
    people: Shoppers, order_who: Ints, order_at: Floats, complaints: Tickets, days: int, world: YearWorld,
    rng: np.random.Generator,
) -> tuple[Subscriptions, Offers]:  # fmt: skip
    """Subscriptions end by a hazard that tickets and idleness raise; on one day a fair half gets an offer to stay."""
    n = len(people)
    who = np.flatnonzero(rng.random(n) < world.subscribers)
    yearly = rng.random(len(who)) < 0.35
    started = people.joined[who] + rng.uniform(0, 20, len(who))
    ended = np.full(len(who), np.nan)
    ordered, opened = _by_day(order_who, order_at, days), _by_day(complaints.who, complaints.opened, days)
    last, asked = np.full(n, -np.inf), np.zeros((days, n), np.int8)
    offers, coin = None, rng.random(len(who)) < 0.5
    logs = np.array([effect for _, effect in world.offer_effect])
    extra = np.zeros(len(who))
    for day in range(days):
        tickets_now = asked[max(0, day - WINDOW) : day].sum(axis=0)[who]
        idle = day - np.maximum(last[who], started) > IDLE
        log = (
            np.log(world.churn)
            + world.churn_ticket * tickets_now
            + world.churn_idle * idle
            + world.churn_yearly * yearly
        )
        running = np.isnan(ended) & (started < day)
        if day == world.offer_day:
            kind = np.where(tickets_now > 0, 0, np.where(idle, 1, 2))
            chosen = np.flatnonzero(running)
            chances = [-np.expm1(-world.offer_days * np.exp(log[chosen] + add)) for add in (0.0, logs[kind[chosen]])]
            offers = Offers(who[chosen], coin[chosen], kind[chosen], (chances[0], chances[1]))
            extra = np.where(running & coin, logs[kind], 0.0)
        if day == world.offer_day + world.offer_days:
            extra[:] = 0.0
        leaves = running & (rng.random(len(who)) < -np.expm1(-np.exp(log + extra)))
        ended = np.where(leaves, day + rng.random(len(who)), ended)
        last[ordered[day]] = day
        np.add.at(asked[day], opened[day], 1)
    assert offers is not None, "the year is longer than the offer's day"
    return Subscriptions(who, yearly, started, ended), offers


def _by_day(who: Ints, at: Floats, days: int) -> list[Ints]:
    day = at.astype(np.int64)
    order = np.argsort(day, kind="stable")
    return np.split(who[order], np.searchsorted(day[order], np.arange(1, days)))


@dataclass(frozen=True)
class ServiceVisits:
    """Sessions: who came, when, by which channel (-1: by themselves), how many pages, for how many seconds."""

    who: Ints
    at: Floats
    channel: Ints
    pages: Ints
    seconds: Ints


def visits(
    people: Shoppers, touches: tuple[Ints, Ints, Floats], orders: tuple[Ints, Floats], days: int, world: YearWorld,
    rng: np.random.Generator,
) -> ServiceVisits:  # fmt: skip
    """A third of the touches bring a visit at once, every order has one, and shoppers come by themselves."""
    who_t, channel_t, at_t = touches
    came = rng.random(len(who_t)) < 1 / 3
    pages_of = np.array([k.pages for k in world.kinds])[people.kind]
    visits_of = np.array([k.visits for k in world.kinds])[people.kind]
    alone = rng.poisson(0.03 * visits_of * (days - people.joined))
    who_a = np.repeat(np.arange(len(people)), alone)
    at_a = people.joined[who_a] + rng.random(len(who_a)) * (days - people.joined[who_a])
    who = np.r_[who_t[came], orders[0], who_a]
    at = np.r_[at_t[came] + 0.001, orders[1] - 0.01, at_a]
    channel = np.r_[channel_t[came], np.full(len(orders[0]) + len(who_a), -1)]
    order = np.lexsort((who, at))
    who, at, channel = who[order], at[order], channel[order]
    pages = 1 + rng.poisson(3.0 * pages_of[who])
    return ServiceVisits(who, at, channel, pages, np.rint(pages * rng.gamma(2.0, 18.0, len(who))).astype(np.int64))
