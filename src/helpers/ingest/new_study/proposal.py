"""What is proposed: everything a study file says, each guess with the word that explains it."""

from dataclasses import dataclass, field
from datetime import datetime

Noted = tuple[str, str]
"""A value and the comment that stands beside it; an empty comment is left out."""


@dataclass(frozen=True)
class Arm:
    """A variant: its name in the study, its level in the table, its rows or units, its designed weight."""

    name: str
    level: str
    count: int
    weight: float


@dataclass(frozen=True)
class Measure:
    """A metric on one event; ``unit`` is empty for a proportion. ``winsorize`` and ``missing`` are comments that propose it,
    ``zero`` says why what is missing is 0, ``undirected`` that nothing tells for sure whether more of it is better."""

    name: str
    label: str
    role: str
    type: str
    event: str
    measure: str = ""
    unit: str = ""
    covariate: bool = False
    winsorize: str = ""
    missing: str = ""
    zero: str = ""
    comment: str = ""
    better: str = ""
    undirected: bool = False


@dataclass(frozen=True)
class Planned:
    """An event of the tracking plan, and which of its properties are always (True) or sometimes there."""

    name: str
    count: int
    properties: dict[str, tuple[str, bool]]


@dataclass(frozen=True)
class RoleProposal:
    """One of several tables: its role, its name in the study, where it stands, its columns and what tells its role; ``times`` is
    the column that its price is multiplied by."""

    role: str
    name: str
    place: dict[str, object]
    columns: dict[str, Noted]
    told: str = ""
    where: Noted = ("", "")
    time_format: Noted = ("", "")
    money_in: Noted = ("", "")
    times: str = ""


@dataclass(frozen=True)
class StudyProposal:
    """A study as it is proposed; :mod:`helpers.ingest.new_study.writing` writes it down.

    ``columns`` map the project's names to the table's. ``assumed`` is what is said aloud, a line an assumption;
    ``first`` what an analyst should check before anything else; ``suspicious`` columns with the reason. ``negative`` says
    that amounts below zero are right, ``said`` what somebody stated, by the names of the options, ``control`` how the control was.
    ``lifetime`` are the outcomes of how long units stayed and that they have gone, what the first counts, and a comment; ``codes`` shows how codes
    of events are named; ``panel`` holds the period, what the rows of a column become, and a comment. Of a log of one kind of event ``every`` is its
    name and that of a unit's first, ``times`` the column that a price is multiplied by, ``bot_events`` the limit of a bot.
    ``happened`` are the outcomes that are yes where anything stands in their column, ``codes_of`` words for nothing by column.
    ``rate`` is the share of the units that have the primary outcome, where no column of a table of units tells it; ``least`` the
    smallest gain worth it and the typical one, where these are not those of any study.
    """

    source: str
    mode: str
    rows: int
    arms: tuple[Arm, ...]
    weights: str
    columns: dict[str, Noted]
    start: datetime
    end: datetime
    period: str
    metrics: tuple[Measure, ...]
    segments: tuple[str, ...]
    assumed: tuple[str, ...]
    first: tuple[str, ...]
    suspicious: tuple[Noted, ...] = ()
    outcomes: dict[str, Noted] = field(default_factory=dict)
    before: dict[str, Noted] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    tolerate: dict[str, tuple[float, str]] = field(default_factory=dict)
    baseline: datetime | None = None
    plan: tuple[Planned, ...] = ()
    events: dict[str, str] = field(default_factory=dict)
    also: dict[str, Noted] = field(default_factory=dict)
    steps: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    window_hours: float = 168
    window: str = ""
    revenue: str = ""
    time_format: Noted = ("", "")
    money_digits: int = 0
    cluster: Noted = ("", "")
    currency: Noted = ("EUR", "")
    where: Noted = ("", "")
    negative: bool = False
    said: frozenset[str] = frozenset()
    control: str = ""
    lifetime: tuple[str, ...] = ()
    codes: str = ""
    every: Noted = ("", "")
    times: str = ""
    bot_events: int = 0
    panel: tuple[str, dict[str, str], str] = ("", {}, "")
    tables: tuple[RoleProposal, ...] = ()
    unassigned: tuple[float, str] = (0.0, "")
    deviations: dict[str, str] = field(default_factory=dict)
    squares: dict[str, str] = field(default_factory=dict)
    alias: Noted = ("", "")
    happened: tuple[str, ...] = ()
    codes_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    money_in: Noted = ("", "")
    rate: float = 0
    least: Noted = ("", "")

    @property
    def levels(self) -> tuple[Arm, ...]:
        """Arms whose levels are mapped: those of a table of units or counts, and of a log whose levels are no names of variants."""
        mapped = self.source != "log" or self.also or any(arm.level and arm.level != arm.name for arm in self.arms)
        return self.arms if mapped else ()

    @property
    def primary(self) -> Measure:
        return next(m for m in self.metrics if m.role == "primary")
