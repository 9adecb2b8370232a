"""Where the log of a study comes from: a file with its columns, or a simulator."""

import difflib
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import (
    Field,
    model_validator,
)

from helpers.study.model import Model, Name, Share, Wrong


class Dirt(Model):
    """Kinds of dirt, as shares of the rows: planted by a simulator, or tolerated in a log."""

    exact_duplicate: Share = 0
    late_duplicate: Share = 0
    timezone_offset: Share = 0
    epoch_milliseconds: Share = 0
    named_month: Share = 0
    missing_id: Share = 0
    unparseable_time: Share = 0
    unplanned_event: Share = 0
    wrong_type: Share = 0
    missing_revenue: Share = 0
    negative_price: Share = 0
    missing_property: Share = 0
    extra_property: Share = 0
    impossible_order: Share = 0
    bot: Share = 0


class Tolerance(Model):
    """Share of rows (of units for ``two_variants``) that may be wrong; what is not listed may not occur."""

    malformed_line: Share = 0
    missing_id: Share = 0
    unparseable_time: Share = 0
    unplanned_event: Share = 0
    wrong_type: Share = 0
    missing_revenue: Share = 0
    negative_price: Share = 0
    two_variants: Share = 0


class Simulation(Model):
    """A simulated log."""

    source: Literal["simulated"]
    world: Literal["shop", "checkout", "music"] = "shop"
    users: int = Field(200_000, ge=1_000, le=20_000_000)
    seed: int = Field(ge=0)
    dirt: Dirt = Dirt()
    tolerate: Tolerance = Tolerance()
    bot_events_per_day: int = Field(300, ge=10)
    export_clean_events: bool = False


class ColumnOf(Model):
    """A column of the log; ``up_to`` keeps what stands before the first such character."""

    column: str
    up_to: str | None = Field(None, min_length=1, max_length=1)


class Log(Model):
    """A log in a file: CSV (plain or gz) or Parquet, with columns mapped to the project's names."""

    source: Literal["log"]
    path: str
    format: Literal["csv", "parquet"] | None = None
    delimiter: str = Field(",", min_length=1, max_length=1)
    origin: str = ""
    columns: dict[Name, str | ColumnOf]
    tolerate: Tolerance = Tolerance()
    bot_events_per_day: int = Field(2_000, ge=10)
    export_clean_events: bool = False

    @model_validator(mode="after")
    def _required_columns(self) -> Self:
        missing = [c for c in ("event_time", "event_name", "user_id") if c not in self.columns]
        if missing:
            near = [n for m in missing for n in difflib.get_close_matches(m, self.columns, n=1, cutoff=0.5)]
            raise Wrong(
                "columns",
                ", ".join(self.columns) or "no columns",
                f"event_time, event_name and user_id; {', '.join(missing)} missing",
                remedy=f"is '{near[0]}' meant for '{missing[0]}'?" if near else "map the column of the log to it",
            )
        return self


@dataclass(frozen=True)
class World:
    """What a simulated world promises: attributes by which its log can be cut, and whether it knows the true effects.

    A world that ``knows_effects`` treats its users, shows the variants in the log and writes ``ground_truth.json``.
    """

    segments: tuple[str, ...]
    knows_effects: bool = False


WORLDS = {
    "shop": World(("visitor_type", "device", "channel", "campaign", "country", "city", "category")),
    "checkout": World(("visitor_type", "device", "channel", "country")),
    "music": World(("device", "country", "age"), knows_effects=True),
}
"""The simulated worlds; :mod:`helpers.simulate` makes them."""
