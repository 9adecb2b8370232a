"""Journeys to compare attribution rules on, with the credit that :mod:`helpers.attribution` gives."""

from dataclasses import dataclass
from typing import Final

from helpers.attribution import ENDS, HALF_LIFE_DAYS, RULES, Rule, Touch, credit
from helpers.results import formatted

MEANING: Final[dict[Rule, tuple[str, str]]] = {
    "first_touch": ("First touch", "Everything to the first contact. Favours what makes a product known."),
    "last_touch": ("Last touch", "Everything to the last contact. Favours what stands next to the checkout."),
    "linear": ("Linear", "The same to each. Treats a glance like a webinar."),
    "time_decay": (
        "Time decay",
        f"Half as much for every {HALF_LIFE_DAYS:g} days before the last contact. Recent contacts matter more.",
    ),
    "position_based": (
        "Position based",
        f"{formatted(ENDS, 'share')} to each end, the rest to those between in equal parts. Two contacts get half each.",
    ),
}
"""Name and meaning of each rule."""

DATA_DRIVEN: Final = (
    "A data-driven model is missing here on purpose: it compares many journeys, with and without a conversion, "
    "and nothing of the kind can be computed from one."
)


@dataclass(frozen=True)
class Journey:
    """A made-up journey and what its conversion is worth, in units of the currency."""

    key: str
    title: str
    touches: tuple[Touch, ...]
    revenue: float


JOURNEYS: Final = (
    Journey(
        "considered",
        "Five contacts over three weeks",
        (
            Touch("Blog post", 1), Touch("Social ad", 5), Touch("Webinar", 12), Touch("Email", 18), Touch("Direct visit", 22),
        ),
        100,
    ),
    Journey("quick", "Two contacts in two days", (Touch("Search ad", 1), Touch("Direct visit", 2)), 40),
    Journey("single", "One visit", (Touch("Organic search", 1),), 25),
    Journey(
        "reminded",
        "Four reminders by email",
        (
            Touch("Social ad", 1), Touch("Email", 3), Touch("Email", 10), Touch("Email", 17), Touch("Email", 24),
            Touch("Direct visit", 25),
        ),
        180,
    ),
    Journey(
        "long",
        "Eight contacts over two months",
        (
            Touch("Organic search", 1), Touch("Blog post", 4), Touch("Webinar", 20), Touch("Email", 27), Touch("Social ad", 35),
            Touch("Email", 48), Touch("Search ad", 58), Touch("Direct visit", 60),
        ),
        900,
    ),
)  # fmt: skip
"""Made up for comparison; the first has the contacts and days that textbooks like to show."""


@dataclass(frozen=True)
class Compared:
    """A journey with its credit by rule, one share a touchpoint."""

    journey: Journey
    credit: dict[Rule, tuple[float, ...]]


@dataclass(frozen=True)
class Comparison:
    """All that the page needs; ``rules`` are key, name and meaning."""

    rules: tuple[tuple[Rule, str, str], ...]
    half_life: float
    ends: float
    data_driven: str
    journeys: tuple[Compared, ...]


def comparison() -> Comparison:
    """Credit of every bundled journey under every rule.

    >>> [round(share, 3) for share in comparison().journeys[0].credit["time_decay"]]
    [0.053, 0.079, 0.158, 0.286, 0.425]
    """
    return Comparison(
        tuple((rule, *MEANING[rule]) for rule in RULES),
        HALF_LIFE_DAYS,
        ENDS,
        DATA_DRIVEN,
        tuple(Compared(j, {rule: credit(j.touches, rule) for rule in RULES}) for j in JOURNEYS),
    )
