"""Journeys to compare attribution rules on, with the credit that :mod:`helpers.programme.attribution` gives, and models of a year of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from helpers.formatting import formatted
from helpers.programme.attribution import ENDS, HALF_LIFE_DAYS, RULES, Rule, Touch, credit
from helpers.record import Number

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
    "A data-driven model compares many journeys, with and without an order, so it cannot be computed from one: notebook "
    "08_attribution fits three of them to a year of the shop."
)
YEAR: Final = {
    "last_touch": "Last touch",
    "markov_1": "Markov",
    "shapley": "Shapley",
    "truth": "Truly brought",
}
"""Columns of the year's table: where their numbers stand under ``attribution``, and what readers call them."""


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
class JourneyCredits:
    """A journey with its credit by rule, one share a touchpoint."""

    journey: Journey
    credit: dict[Rule, tuple[float, ...]]


@dataclass(frozen=True)
class AttributionDiagram:
    """All that the page needs; ``rules`` are key, name and meaning, ``year`` rows of cells, the heads first."""

    rules: tuple[tuple[Rule, str, str], ...]
    half_life: float
    ends: float
    data_driven: str
    journeys: tuple[JourneyCredits, ...]
    year: tuple[tuple[str, ...], ...]


def of_year(numbers: Mapping[str, Number]) -> tuple[tuple[str, ...], ...]:
    """Orders of each channel in a programme's year, by models and truly; no row without the numbers of its notebook.

    >>> recorded = {f"attribution.{model}.social": Number(7, "count", "", "7") for model in YEAR}
    >>> of_year(recorded)[1:]
    (('social', '7', '7', '7', '7'),)
    """
    names = [name.removeprefix("attribution.truth.") for name in numbers if name.startswith("attribution.truth.")]
    rows = tuple(
        (name.replace("_", " "), *(numbers[f"attribution.{key}.{name}"].text for key in YEAR)) for name in names
    )
    return (("Channel", *YEAR.values()), *rows) if rows else ()


def comparison(numbers: Mapping[str, Number] = MappingProxyType({})) -> AttributionDiagram:
    """Credit of every bundled journey under every rule, and of a year's channels when ``numbers`` are of one.

    >>> [round(share, 3) for share in comparison().journeys[0].credit["time_decay"]]
    [0.053, 0.079, 0.158, 0.286, 0.425]
    """
    return AttributionDiagram(
        tuple((rule, *MEANING[rule]) for rule in RULES),
        HALF_LIFE_DAYS,
        ENDS,
        DATA_DRIVEN,
        tuple(JourneyCredits(j, {rule: credit(j.touches, rule) for rule in RULES}) for j in JOURNEYS),
        of_year(numbers),
    )
