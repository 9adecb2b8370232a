"""The checkout redesign: an online experiment whose counts are planted, not drawn."""

from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from helpers.config import Period, Simulation
from helpers.errors import ReportError
from helpers.simulate import rows as raw
from helpers.simulate.catalogue import Catalogue
from helpers.simulate.dirt import plant
from helpers.simulate.ledger import Ledger
from helpers.simulate.rows import Rows, Visits
from helpers.simulate.visitors import Calendar, draw_traits
from helpers.simulate.world import DIRT, SHOP, VISITOR_TYPES, World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

AGAIN, DETAILS, PURCHASE = raw.VIEW, raw.CART, raw.PURCHASE
"""Codes that dirt knows. It spoils only what has the first one: a checkout begun again, which decides no outcome."""
START, IMPRESSION, TICKET = range(
    raw.UNPLANNED + len(DIRT.unplanned_names), raw.UNPLANNED + len(DIRT.unplanned_names) + 3
)
EVENT_NAMES = (
    *("checkout", "details", "purchase", *DIRT.unplanned_names),
    *("checkout", "experiment_impression", "support_ticket"),
)
VARIANTS = ("control", "treatment")
HARMFUL = ("missing_revenue", "extra_property", "impossible_order", "bot")
"""Kinds of dirt that would change a planted count, or that this log has no column for."""


@dataclass(frozen=True)
class Checkout:
    """Parameters of the experiment. Rates are shares of the users of an arm, times are medians."""

    experiment: str = "checkout_redesign"
    completion: tuple[float, float] = (0.324, 0.32756)  # of 50,000 users: 16,200 and 16,378
    details: float = 0.52  # reach the second step, in both arms
    tickets: float = 0.021  # write to support, in both arms
    returning_log_odds: float = 0.35  # of completing, against new users
    again: float = 0.24  # of users who mean to begin another checkout later; some would after the end
    again_days: float = 4.0  # mean
    basket: float = 47.50  # mean order, exact in either arm
    basket_spread: float = 0.8  # of log money
    dearest: float = 600.0  # baskets are cut there
    step: int = 5  # cents: prices are multiples of it
    start_seconds: tuple[float, float] = (0.2, 1.5)  # from the impression to the first step
    details_seconds: float = 80.0
    purchase_seconds: float = 70.0
    seconds_spread: float = 0.9  # of log seconds
    shortest_seconds: float = 3.0
    ticket_hours: float = 18.0  # mean


CHECKOUT = Checkout()


def simulate_checkout(
    config: Simulation, period: Period, out: Path, *, progress: bool = True, world: Checkout = CHECKOUT
) -> Ledger:
    """Write the log of a checkout experiment; see :func:`helpers.simulate.simulate`.

    Half of the users stand in either arm. The number of users who reach the details, who complete and who write to
    support is fixed in each arm, and so is the mean basket; only who they are and when they come is drawn. Whoever
    completes has the highest log-odds plus logistic noise, so that segments differ as in a logistic model. Nothing but
    completion differs between the arms. ``progress`` shows nothing: the log is made at once.

    Raises :class:`~helpers.errors.ReportError` when the study plants dirt that would change a fixed count.
    """
    _refuse_harmful(config)
    events = out / "events"
    events.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(config.seed)
    calendar = Calendar.of(period.start, period.end, SHOP)
    prices = _price_list(world)
    treated = rng.permutation(np.arange(config.users) % 2)
    visits, clean = _honest(treated, calendar, world, rng)
    rows, ledger = plant(clean, config.dirt, 0, prices, calendar, rng)
    pq.write_table(
        _render(rows, visits, treated, prices, world),
        events / "part-0000.parquet",
        compression="zstd",
        store_schema=False,
    )
    ledger.write(out / "ledger.json")
    return ledger


def _refuse_harmful(config: Simulation) -> None:
    asked = [kind for kind in HARMFUL if getattr(config.dirt, kind) > 0]
    if asked:
        raise ReportError(
            "the simulated checkout cannot plant this dirt",
            got=", ".join(asked),
            expected=f"any kind but {', '.join(HARMFUL)}",
            cause="its counts are fixed, and this dirt would change them or has no column in the log",
            remedy="remove the keys from data.dirt in the study file",
        )


def _honest(treated: Ints, calendar: Calendar, world: Checkout, rng: np.random.Generator) -> tuple[Visits, Rows]:
    """Sessions and clean events of all users, in order of time within a session."""
    n = len(treated)
    visits, log_odds = _visitors(n, world, rng)
    score = log_odds + rng.logistic(size=n)
    details, completes, writes = np.zeros((3, n), np.bool_)
    cents = _baskets(n, world)[rng.integers(n, size=n)]
    for arm, completion in enumerate(world.completion):
        users = np.flatnonzero(treated == arm)
        ranked = users[np.argsort(-score[users])]
        details[ranked[: round(world.details * len(users))]] = True
        buyers = ranked[: round(completion * len(users))]
        completes[buyers] = True
        writes[rng.choice(users, round(world.tickets * len(users)), replace=False)] = True
        cents[buyers] = rng.permutation(_baskets(len(buyers), world))

    shown = calendar.at(rng.random(n) * 0.9999)
    left = calendar.end - shown
    start = shown + np.minimum(rng.uniform(*world.start_seconds, n) * 1000, left / 5).astype(np.int64) + 1
    filled = start + _pause(world.details_seconds, left, world, rng)
    paid = filled + _pause(world.purchase_seconds, left, world, rng)
    ticket = start + np.minimum(rng.exponential(world.ticket_hours, n) * 3_600_000, left * 0.7).astype(np.int64)
    later = paid + (rng.exponential(world.again_days, n) * raw.MS_PER_DAY).astype(np.int64) + 1
    back = np.flatnonzero((rng.random(n) < world.again) & (later < calendar.end))

    everybody = np.arange(n)
    again, session = visits.revisited(back, np.ones(len(back), np.bool_), 0)
    parts = [
        (IMPRESSION, everybody, everybody, shown),
        (START, everybody, everybody, start),
        (DETAILS, *_twice(np.flatnonzero(details)), filled[details]),
        (PURCHASE, *_twice(np.flatnonzero(completes)), paid[completes]),
        (TICKET, *_twice(np.flatnonzero(writes)), ticket[writes]),
        (AGAIN, session, back, later[back]),
    ]
    name = np.repeat([code for code, *_ in parts], [len(time) for *_, time in parts])
    visit, user, time = (np.concatenate([part[i] for part in parts]) for i in (1, 2, 3))
    order = np.lexsort((time, visit))
    code = (cents // world.step - 1)[user].astype(np.int16)
    none = np.full(len(name), raw.NONE)
    return again, raw.new_rows(0, visit[order], name[order], time[order], code[order], none, SHOP, rng)


def _twice(users: Ints) -> tuple[Ints, Ints]:
    """The first session of users, which has their number, and the users."""
    return users, users


def _visitors(n: int, world: Checkout, rng: np.random.Generator) -> tuple[Visits, Floats]:
    """One session a user, with the attributes of the simulated shop, and the log-odds of completing."""
    returning = (rng.random(n) < SHOP.returning_share).astype(np.int8)
    traits = {name: getattr(SHOP, name) for name in ("devices", "channels", "countries")}
    which = {name: draw_traits(levels, returning, rng) for name, levels in traits.items()}
    log_odds: Floats = world.returning_log_odds * returning.astype(float)
    for name, levels in traits.items():
        log_odds += np.array([level.purchase for level in levels])[which[name]]
    visits = Visits(
        user=np.arange(n),
        session=raw.session_numbers(0, n),
        trip=raw.session_numbers(0, n),
        visitor_type=returning,
        device=which["devices"].astype(np.int8),
        channel=which["channels"].astype(np.int8),
        campaign=np.full(n, raw.NONE, np.int16),
        country=which["countries"].astype(np.int8),
        city=np.full(n, raw.NONE, np.int16),
    )
    return visits, log_odds


def _pause(median: float, left: Ints, world: Checkout, rng: np.random.Generator) -> Ints:
    """Lognormal milliseconds; never more than a fifth of what is left of the period, so that every step is seen."""
    seconds = world.shortest_seconds + rng.lognormal(np.log(median), world.seconds_spread, len(left))
    return np.minimum(seconds * 1000, left / 5).astype(np.int64) + 1


def _baskets(n: int, world: Checkout) -> Ints:
    """``n`` baskets in cents: evenly spaced quantiles of a lognormal, cut above, with the exact mean of the world.

    >>> cents = _baskets(1_000, CHECKOUT)
    >>> float(cents.mean()), int(np.median(cents)) < 3_600, int(cents.max()) > 30_000
    (4750.0, True, True)
    """
    z = np.array([NormalDist().inv_cdf(p) for p in (np.arange(n) + 0.5) / n])
    shape = np.exp(world.basket_spread * z)
    steps = np.rint(shape / shape.mean() * world.basket * 100 / world.step).astype(np.int64)
    steps = steps.clip(1, round(world.dearest * 100 / world.step))
    short = round(world.basket * 100 * n / world.step) - int(steps.sum())
    middle = n // 4 + np.arange(abs(short)) % max(1, n // 2)  # the cut and the rounding are spread over the middle
    np.add.at(steps, middle, np.sign(short))
    cents: Ints = steps * world.step
    return cents


def _price_list(world: Checkout) -> Catalogue:
    """Every price there is; the checkout knows no products."""
    price = np.arange(1, round(world.dearest * 100 / world.step) + 1) * world.step
    nothing: Ints = np.zeros(1, np.int64)
    return Catalogue([], price, nothing.astype(np.int8), [], nothing.astype(float), [], nothing, [], nothing, [""])


def _render(rows: Rows, visits: Visits, treated: Ints, prices: Catalogue, world: Checkout) -> pa.Table:
    """The rows as a raw log has them; only impressions name the experiment and the variant, only steps a price."""
    at = rows.visit
    user, session = visits.user[at], visits.session[at]
    shown = rows.name == IMPRESSION
    unpriced = shown | (rows.name == TICKET)
    user_id = raw.numbered("u", raw.spread_out(user, raw.USERS_MODULUS), 8, null=rows.user == raw.USER_NULL)
    order = raw.spread_out(session, raw.LONG_MODULUS, raw.ORDER_SHIFT)
    return pa.table(
        {
            "event_id": raw.numbered("e", rows.event, 11),
            "event_time": raw.times(rows.time, rows.form),
            "ingested_at": pa.array(rows.ingested.view("datetime64[us]")),
            "event_name": raw.coded(rows.name, EVENT_NAMES),
            "user_id": pc.if_else(pa.array(rows.user == raw.USER_EMPTY), "", user_id),
            "session_id": raw.numbered("s", raw.spread_out(session, raw.LONG_MODULUS), 10),
            "price": raw.coded(np.where(unpriced, raw.NONE, rows.price), raw.prices(prices)),
            "order_id": raw.numbered("o", order, 10, null=~rows.order),
            "experiment_id": raw.coded(np.where(shown, 0, raw.NONE), [world.experiment]),
            "variant": raw.coded(np.where(shown, treated[user], raw.NONE), VARIANTS),
            "visitor_type": raw.coded(visits.visitor_type[at], VISITOR_TYPES),
            "device": raw.coded(visits.device[at], _names(SHOP, "devices")),
            "channel": raw.coded(visits.channel[at], _names(SHOP, "channels")),
            "country": raw.coded(visits.country[at], _names(SHOP, "countries")),
        }
    )


def _names(world: World, attribute: str) -> list[str]:
    return [trait.name for trait in getattr(world, attribute)]
