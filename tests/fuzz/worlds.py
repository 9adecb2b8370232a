"""What is true: events and units as Python objects, before anybody writes them into a file."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

SECOND = 1_000_000
"""Microseconds, in which every moment is told."""
DAY = 86_400 * SECOND
PERIODS = [(2026, 3, 16), (2025, 10, 13), (2024, 2, 19), (2019, 12, 23), (2026, 6, 1)]
"""First days of experiments: clocks go forward or back in the weeks after them, or a year or a February ends."""
STEPS = ("view", "cart", "purchase")
BOUGHT = "purchase"
SEEN = "view"


@dataclass(frozen=True)
class Happened:
    """One event: when in microseconds since 1970 UTC, what, to whom; the arm where the event tells it."""

    at: int
    name: str
    unit: str
    arm: str | None = None
    amount: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class Unit:
    """One row of a table of units; an outcome of None was not observed."""

    unit: str
    arm: str
    at: int
    outcomes: dict[str, Decimal | None]
    note: str = ""


@dataclass(frozen=True)
class World:
    """A log or a table of units in the order of its rows, the arms it knows, and the experiment's first and last moment."""

    rows: tuple[Happened | Unit, ...]
    arms: tuple[str, ...]
    start: int
    end: int
    digits: int
    outcomes: tuple[str, ...] = field(default=())

    @property
    def is_log(self) -> bool:
        return not self.outcomes


def moment(at: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)


def microseconds(when: datetime) -> int:
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _named(prefix: str) -> Callable[[int], str]:
    return lambda number: f"{prefix}{number}"


IDS: dict[str, Callable[[int], str]] = {
    "words": _named("u"),
    "numbers": lambda n: str(1_000 + n),
    "padded": lambda n: f"{n:08d}",
    "uuids": lambda n: str(UUID(int=random.Random(n).getrandbits(128))),
    "addresses": lambda n: f"Ann.{n}+shop@example.org",
    "beyond_doubles": lambda n: str(2**53 + 1 + n),
    "beyond_bigint": lambda n: str(2**63 + n),
    "letters": lambda n: f"Zoë {n} ✓",
    "hashes": lambda n: f"{n}e5" if n % 3 == 0 else f"{n:x}ab",
    "signs": lambda n: f'=o\'neil|"{n}";--',
    "negative": lambda n: str(-1 - n),
    "cased": lambda n: ("ab{}", "AB{}")[n % 2].format(n // 2),
    "long": lambda n: f"{n}".rjust(300, "x"),
}
"""Kinds of ids, each made of a number."""


def _amount(rng: random.Random, digits: int, below: float) -> Decimal:
    """An amount of any size; with the chance ``below`` one below zero."""
    top = rng.choice([10, 10**3, 10**5, 10**9])
    amount = Decimal(rng.randint(1, top * 10**digits)).scaleb(-digits)
    return -amount if below and rng.random() < below else amount


def _times(rng: random.Random, start: int, end: int, precision: int) -> Callable[[], int]:
    """Moments of the experiment, its first and its last among them, and now and then one outside."""
    first = -(-start // precision) * precision
    edges = [first, (end - 1) // precision * precision]

    def drawn() -> int:
        lot = rng.random()
        if lot < 0.03:
            return rng.choice(edges)
        if lot < 0.05:
            return (end + rng.randrange(3 * DAY)) // precision * precision + precision
        return max(first, rng.randrange(start, end) // precision * precision)

    return drawn


def log(rng: random.Random, size: int, ids: str, digits: int, precision: int, below: float) -> World:
    """An event log of about so many rows: who is in an arm is seen there, and then puts into the cart, and buys."""
    year, month, day = rng.choice(PERIODS)
    start = microseconds(datetime(year, month, day, tzinfo=UTC))
    end = start + rng.choice([7, 14, 28]) * DAY
    arms = tuple(["control", "treatment", "third", "fourth"][: rng.choice([2, 2, 2, 3, 4])])
    at, everywhere = _times(rng, start, end, precision), rng.random() < 0.5
    rows: list[Happened] = []
    number = rng.randrange(10**6)
    while len(rows) < size:
        number += 1
        unit, arm = IDS[ids](number), rng.choice(arms)
        rows.append(Happened(at(), SEEN, unit, arm))
        for _ in range(rng.choice([0, 1, 2, 3, 6])):
            name = rng.choice(STEPS)
            price = _amount(rng, digits, below) if name == BOUGHT or rng.random() < 0.3 else None
            told = arm if everywhere else None
            rows.append(Happened(at(), name, unit, told, price, note=rng.choice(NOTES)))
    order = rng.choice(["as it is", "by time", "mixed"])
    if order == "by time":
        rows.sort(key=lambda row: row.at)
    elif order == "mixed":
        rng.shuffle(rows)
    return World(tuple(rows[:size]), arms, start, end, digits)


def units(
    rng: random.Random, size: int, ids: str, digits: int, precision: int, score_digits: int, below: float
) -> World:
    """A table of units: whether they bought, for how much, how often, and a score."""
    year, month, day = rng.choice(PERIODS)
    start = microseconds(datetime(year, month, day, tzinfo=UTC))
    end = start + rng.choice([7, 14, 28]) * DAY
    arms = tuple(["control", "treatment", "third", "fourth"][: rng.choice([2, 2, 2, 3, 4])])
    at, first = _times(rng, start, end, precision), rng.randrange(10**6)
    rows = []
    for number in range(first, first + size):
        bought = rng.random() < 0.4
        outcomes: dict[str, Decimal | None] = {
            "bought": Decimal(int(bought)),
            "spend": _amount(rng, digits, below) if bought else Decimal(0),
            "rounds": Decimal(rng.choice([0, 0, 1, 2, 17, 3_000])),
            "score": Decimal(rng.randrange(10**score_digits)).scaleb(-score_digits),
        }
        rows.append(Unit(IDS[ids](number), rng.choice(arms), at(), outcomes, rng.choice(NOTES)))
    return World(tuple(rows), arms, start, end, digits, ("bought", "spend", "rounds", "score"))


NOTES = [
    "",
    "",
    "plain",
    "a, b; c|d\te",
    'she said "yes"',
    "two\nlines",
    "ends in \\",
    "ünïcode ✓",
    "  blanks  ",
    "NULL",
    "'",
    "=1+1",
]
"""What stands in a column that no study maps."""


def with_repeats(rng: random.Random, world: World, number: int) -> World:
    """The world with some rows written a second time, somewhere after the first."""
    rows = list(world.rows)
    for _ in range(number):
        place = rng.randrange(len(rows))
        rows.insert(rng.randint(place + 1, len(rows)), rows[place])
    return replace(world, rows=tuple(rows))
