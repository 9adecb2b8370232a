"""Attribution told: rows of tables, sentences, and the numbers of a report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from helpers.formatting import formatted, with_interval
from helpers.programme.attribution.additive import credits, shares
from helpers.programme.attribution.comparison import misplaced, models
from helpers.report.tables import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpers.programme.attribution.comparison import AttributionComparison, Credit, Share
    from helpers.programme.attribution.journeys import Floats, Read
    from helpers.report.notebook import Book

NOTHING: Final = "no order"
TOLD: Final = ("last_touch", "markov_1", "shapley")
"""Models whose credit of every channel is kept as numbers."""

ASSUMED: Final = (
    ("First touch", "whoever made the shop known made the order", "something later made the shopper want to buy, or the first contact is older than the lookback"),
    ("Last touch", "whoever stood next to the checkout made the order", "shoppers who want to buy come by a channel because they want to buy"),
    ("Linear", "every touch does the same", "a channel shows itself often and does little"),
    ("Time decay", "what a touch does fades by half with each half-life", "touches are recent because the wish to buy was there first"),
    ("Position based", "the ends of a journey matter most, by fixed shares", "they do not; the shares come from no data"),
    ("Markov", "the next step depends on the last touches alone, and whoever is kept from a channel does not buy", "shoppers kept from a channel would have bought without it, or come by another one"),
    ("Shapley", "an order needs every channel of its journey", "one of them only met the shopper on the way"),
)  # fmt: skip
"""Each model, what it assumes, when it lies."""


def text_channel(channel: str) -> str:
    """A channel as readers call it.

    >>> text_channel("brand_search")
    'brand search'
    """
    return channel.replace("_", " ")


def text_flow(found: Read) -> list[Row]:
    """What became of the touches and orders of the year."""
    orders = found.journeys.orders
    lost = found.journeys.lost.sum()
    return [
        {"What": "journeys with an order", "How many": formatted(orders, "count"), "What becomes of it": "credit is shared out"},
        {"What": "journeys without one", "How many": formatted(lost, "count"), "What becomes of it": "chains learn from them"},
        {"What": "journeys still open", "How many": formatted(found.open, "count"), "What becomes of it": "left out: an order may yet come"},
        {"What": "orders without a touch", "How many": formatted(found.untouched, "count"), "What becomes of it": "no channel can have them"},
    ]  # fmt: skip


def table(found: AttributionComparison) -> list[Row]:
    """Orders of each channel by every model, and those truly brought; one row a channel."""
    return [
        {
            "Channel": text_channel(name),
            **{c.label: formatted(c.orders[i], "count") for c in found.credits},
            "Truly brought": formatted(found.truth[i], "count"),
        }
        for i, name in enumerate(found.channels)
    ]


def table_errors(found: AttributionComparison) -> list[Row]:
    """How far each model is from the truth."""
    idle = " and ".join(map(text_channel, found.idle)) or "channels that bring nothing"
    return [
        {
            "Model": c.label,
            f"Credit of {idle}": _with_ends(found.idle_share(c)),
            "Credit at the wrong channel": _with_ends(found.misplaced(c)),
        }
        for c in found.credits
    ]


def _with_ends(share: Share) -> str:
    return with_interval(share.value, share.low, share.high, "share")


def table_costs(found: AttributionComparison, currency: str) -> list[Row]:
    """What an order costs by each of the models told, with its interval, and what one more order truly costs.

    Money spent is known, so an interval holds the chance in the credit alone.
    """

    def per(i: int, orders: float) -> float:
        return float(found.cost[i] / orders) if orders > 0 else math.inf

    def told(i: int, by: Credit) -> str:
        price = per(i, by.orders[i])
        if math.isinf(price):
            return NOTHING
        return with_interval(price, per(i, by.high[i]), per(i, by.low[i]), "price", currency)

    return [
        {
            "Channel": text_channel(name),
            "Cost": formatted(found.cost[i], "money", currency),
            "Truly brought": formatted(per(i, truth), "price", currency) if truth > 0 else NOTHING,
            **{found.by(key).label: told(i, found.by(key)) for key in TOLD},
        }
        for i, (name, truth) in enumerate(zip(found.channels, found.truth, strict=True))
    ]


def table_by_lookback(found: Sequence[Read], truth: Floats) -> list[Row]:
    """Credit at the wrong channel, for other lookbacks."""
    rows = []
    for read in found:
        made = models(read.journeys, order=1)
        rows.append(
            {
                "Lookback": formatted(read.lookback, "days"),
                "Orders credited": formatted(read.journeys.orders, "count"),
                "Journeys still open": formatted(read.open, "count"),
                **{m.label: formatted(float(misplaced(m.orders, truth)), "share") for m in made if m.key in TOLD},
            }
        )
    return rows


def table_by_half_life(read: Read, half_lives: Sequence[float], truth: Floats) -> list[Row]:
    """Credit by time decay, for other half-lives."""
    rows = []
    for days in half_lives:
        orders = credits(read.journeys, shares(read.journeys, "time_decay", days)).sum(axis=0)
        rows.append(
            {
                "Half-life": formatted(days, "days"),
                **{text_channel(c): formatted(o, "count") for c, o in zip(read.journeys.channels, orders, strict=True)},
                "At the wrong channel": formatted(float(misplaced(orders, truth)), "share"),
            }
        )
    return rows


def text_finding(found: AttributionComparison) -> str:
    """The finding in a sentence: what the best credited of the idle channels gets, and what it brings."""
    last = found.by("last_touch")
    shares = [found.idle_share(c).value for c in found.credits]
    idle = " and ".join(map(text_channel, found.idle))
    if not found.idle:
        return f"Last touch puts {formatted(found.misplaced(last).value, 'share')} of its credit at the wrong channel"
    return (
        f"{idle.capitalize()} get {formatted(min(shares), 'share')} to {formatted(max(shares), 'share')} of the credit, "
        "depending on the model, and bring no order"
    )


def text(found: AttributionComparison) -> str:
    """For the front page."""
    best = min(found.credits, key=lambda c: found.misplaced(c).value)
    return (
        f"{text_finding(found)}; of {formatted(found.by('last_touch').orders.sum(), 'count')} credited orders the channels "
        f"truly brought {formatted(found.truth.sum(), 'count')}, and even {best.label} puts "
        f"{formatted(found.misplaced(best).value, 'share')} of its credit at the wrong channel."
    )


def text_alternative(found: AttributionComparison) -> str:
    """The figure in words."""
    return (
        "Dots with intervals by channel, orders in the year from left to right: credit by every model, beside a line where the "
        f"orders truly brought are. {text_finding(found)}."
    )


def text_caution(found: AttributionComparison) -> str:
    """What the intervals do not cover."""
    missed = sum(int((c.low > found.truth).sum() + (c.high < found.truth).sum()) for c in found.credits)
    return (
        f"{missed} of {len(found.credits) * len(found.channels)} intervals miss the truth. They are narrow and say how much "
        "credit would change with other shoppers; they do not say how far credit is from cause."
    )


def table_assumptions() -> list[Row]:
    """What each model takes for granted."""
    return [{"Model": model, "Assumes": assumes, "Lies when": lies} for model, assumes, lies in ASSUMED]


def record(nb: Book, read: Read, found: AttributionComparison) -> None:
    """``attribution.*``."""
    nb.record("attribution.orders", read.journeys.orders, "count", "Orders that a touch precedes within the lookback")
    nb.record("attribution.lost", read.journeys.lost.sum(), "count", "Journeys that ended without an order")
    nb.record("attribution.open", read.open, "count", "Journeys left out, because an order could still have come")
    nb.record("attribution.untouched", read.untouched, "count", "Orders without a touch in the lookback")
    for c in found.credits:
        nb.record(
            f"attribution.misplaced.{c.key}",
            found.misplaced(c).value,
            "share",
            f"Credit at the wrong channel: {c.label}",
        )
        nb.record(
            f"attribution.idle.{c.key}",
            found.idle_share(c).value,
            "share",
            f"Credit of channels that bring nothing: {c.label}",
        )
    for i, name in enumerate(found.channels):
        nb.record(f"attribution.truth.{name}", found.truth[i], "count", f"Orders truly brought by {text_channel(name)}")
        for key in TOLD:
            _credit(nb, found.by(key), i, name)


def _credit(nb: Book, credit: Credit, i: int, name: str) -> None:
    what = f"Orders credited to {text_channel(name)}: {credit.label}"
    nb.record(f"attribution.{credit.key}.{name}", float(credit.orders[i]), "count", what)
    nb.record(f"attribution.{credit.key}.{name}_low", float(credit.low[i]), "count", "Lower end of its interval")
    nb.record(f"attribution.{credit.key}.{name}_high", float(credit.high[i]), "count", "Upper end of its interval")
