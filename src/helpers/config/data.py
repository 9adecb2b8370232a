"""Where the data of a study come from: an event log, a table of units, or a simulator."""

import codecs
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from pydantic import (
    Field,
    model_validator,
)

from helpers.config.base import ConfigError, Model, Name, Share
from helpers.config.columns import TAKEN, RawColumn
from helpers.config.formats import format_of
from helpers.config.levels import Codes, Levels
from helpers.config.panel import Panel
from helpers.config.relative import Relative
from helpers.config.times import check_format, check_zone

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""An environment variable in a path."""

ADDRESS = re.compile(r"^\s*postgres(?:ql)?(?:\+\w+)?:|://[^/]*:[^/]*@|\bpassword\s*=", re.IGNORECASE)
"""What only an address of a database holds."""

LOGGED = ("experiment_id",)
"""Columns of a log that the warehouse calls as the study does."""

EXPOSED = "exposed"
"""The event by which a row of a unit table enters the experiment."""


class Dirt(Model):
    """Kinds of dirt, as shares of the rows: planted by a simulator, or tolerated in a log."""

    exact_duplicate: Share = 0
    """Rows that stand there twice"""
    late_duplicate: Share = 0
    """Rows that arrive a second time, later"""
    timezone_offset: Share = 0
    """Times with an offset instead of UTC; repaired"""
    epoch_milliseconds: Share = 0
    """Times as milliseconds since the epoch; repaired"""
    named_month: Share = 0
    """Times with the name of the month; repaired"""
    missing_id: Share = 0
    """Rows without a unit"""
    unparseable_time: Share = 0
    """Times that nobody can read"""
    unplanned_event: Share = 0
    """Events that the tracking plan does not know"""
    wrong_type: Share = 0
    """Text where a number is planned"""
    missing_revenue: Share = 0
    """Purchases without an amount"""
    negative_price: Share = 0
    """Amounts below zero"""
    missing_property: Share = 0
    """Rows that lack a planned property; flagged"""
    extra_property: Share = 0
    """Rows with a property that is not planned; flagged"""
    impossible_order: Share = 0
    """Steps in an order that cannot be; flagged"""
    bot: Share = 0
    """Events of bots"""


class Tolerance(Model):
    """Share of rows (of units for ``two_variants``) that may be wrong; what is not listed may not occur, but a few repeats."""

    malformed_line: Share = 0
    """Lines that do not fit the header"""
    missing_id: Share = 0
    """Rows without a unit"""
    unparseable_time: Share = 0
    """Times that nobody can read"""
    unplanned_event: Share = 0
    """Events that the tracking plan does not know"""
    wrong_type: Share = 0
    """Text where a number is planned; the event stays, its amount is missing"""
    missing_revenue: Share = 0
    """Events without the amount that is summed; they have happened, and their unit is left out of the sum alone"""
    negative_price: Share = 0
    """Amounts below zero that are no refunds; the event stays, its amount is missing"""
    repeated: Share = 0.05
    """Rows that repeat an event of their unit: by its id, else equal in all columns of the log; they are dropped; none where the times are days and nothing is stated"""
    two_variants: Share = 0
    """Units that saw more than one variant; contamination"""


class Simulation(Model):
    """A simulated log."""

    source: Literal["simulated"]
    """simulated: the log is made up"""
    world: Literal["shop", "checkout", "music"] = "shop"
    """Which world makes it: shop, checkout or music"""
    users: int = Field(200_000, ge=1_000, le=20_000_000)
    """How many users it has"""
    seed: int = Field(ge=0)
    """Seed of the simulation; equal seeds give equal logs"""
    dirt: Dirt = Dirt()
    """Kinds of dirt that are planted, as shares of the events"""
    tolerate: Tolerance = Tolerance()
    """Shares of wrong rows that are accepted; what is not listed may not occur"""
    bot_events_per_day: int = Field(300, ge=10)
    """A unit with more events on a day is a bot and left out"""
    export_clean_events: bool = False
    """Whether the clean events are written as a CSV beside the marts"""


class ColumnOf(Model):
    """A column of the log; ``up_to`` keeps what stands before the first such character, ``times`` multiplies by a column."""

    column: RawColumn
    """The column of the log"""
    up_to: str | None = Field(None, min_length=1, max_length=1)
    """Keep only what stands before the first such character"""
    times: RawColumn | None = None
    """Column that a price is multiplied by, such as the quantity"""


class EventName(Model):
    """The name of every event of a log in which only one thing happens.

    ``first`` is what the rows of a unit's first moment are called instead, in the baseline and in the experiment anew,
    so that such a log too has an exposure and what follows it. Rows with a negative amount are nobody's first.
    """

    value: Name
    """Name of every event, where the log holds one kind only"""
    first: Name | None = None
    """Name of a unit's first rows instead, in the baseline and in the experiment"""


class Place(Relative):
    """Where a table stands: CSV or JSON lines (plain, gz or zst), Parquet or a workbook (a file, a folder, a glob), DuckDB, SQLite, PostgreSQL, a notebook's frame.

    The format is told by the path where it can be; a path that is nothing but ``${VARIABLE}`` names the environment
    variable that holds the connection string of a PostgreSQL database, so that no password stands in a file.
    """

    path: str = ""
    """File, folder or glob, from the folder that holds studies; ${REAL_DATA_DIR} stands for the folder of downloads"""
    format: Literal["csv", "json", "parquet", "workbook", "duckdb", "sqlite", "postgres", "sql", "frame"] | None = None
    """csv, json (one object a line, or a list of them), parquet, workbook (xlsx, xls, ods), duckdb, sqlite, postgres, sql (a query) or frame; seen from the path when left out"""
    database: str | None = Field(None, min_length=1)
    """What a query in path is asked of: a DuckDB or SQLite file, or ${VARIABLE} that holds the address of PostgreSQL; files beside the query where it is left out"""
    table: str | None = Field(None, min_length=1)
    """The table of a DuckDB or SQLite file or a PostgreSQL database, or the sheet of a workbook that holds several"""
    delimiter: str = Field(",", min_length=1, max_length=1)
    """What separates the columns of a CSV"""
    decimal: Literal[".", ","] | None = None
    """What stands before the decimals, . or , where the numbers of a column do not tell it, as 1,234 alone does not"""
    missing_codes: dict[RawColumn, Codes] = Field({})
    """Columns of amounts or outcomes, each with what stands there for no value, such as 99, -1 or NA"""
    negative: Literal["error", "refund"] = "error"
    """What an amount below zero is: an error, or a refund, which lowers sums and is no event of its own"""
    money_in: Literal["units", "minor_units"] = "units"
    """What one of an amount of money is: a unit of the currency, or its smallest coin (minor_units), such as a cent; 1999 is then 19.99 USD, and 1999 JPY"""
    encoding: str | None = None
    """The encoding of a text, such as cp1252; UTF-8 and UTF-16 are seen from the file"""
    header_line: int | None = Field(None, ge=1, le=64)
    """The line of a CSV, or the row of a sheet, that holds the names of the columns, where something else stands above it"""
    rows_in_fields: bool = False
    """Whether a field in quotes may hold lines that look like rows of the table, such as a table pasted into a comment"""
    where: str | None = Field(None, min_length=1)
    """The rows that count, as a condition in SQL on the columns of the table, such as country = 'DE'; the others are left out and counted"""
    origin: str = ""
    """Where the data come from, for the report"""
    time_format: str | None = Field(None, min_length=1)
    """How times are written, where the values do not tell: day_first, month_first, epoch_seconds, iso_week, ..., or codes as %d.%m.%Y"""
    timezone: str = "UTC"
    """Time zone of times that carry none, such as Europe/Berlin"""
    export_clean_events: bool = False
    """Whether the clean events are written as a CSV beside the marts"""

    def check_codes(self, columns: Iterable[str]) -> None:
        """Codes are those of ``columns`` of numbers that the study maps."""
        if strange := sorted(set(self.missing_codes) - {*columns}):
            raise ConfigError(
                "missing_codes", strange[0], f"columns of amounts or outcomes: {', '.join(sorted(columns)) or 'there are none'}",
                valid=columns,
            )  # fmt: skip

    @property
    def kind(self) -> str | None:
        """The format, stated or told by the path; None for a folder or a glob, whose files tell it."""
        if self.format:
            return self.format
        if VARIABLE.fullmatch(self.path):
            return "postgres"
        return format_of(self.path)

    @property
    def asks_a_server(self) -> bool:
        """Whether a database server holds the rows, so that looking at them is left to a run."""
        return self.kind == "postgres" or bool(self.database and VARIABLE.fullmatch(self.database))

    @model_validator(mode="after")
    def _encoded(self) -> Self:
        try:
            known = self.encoding is None or codecs.lookup(self.encoding)._is_text_encoding
        except LookupError:
            known = False
        if not known:
            raise ConfigError(
                "encoding", self.encoding, "an encoding that Python knows, such as cp1252, latin-1 or shift_jis"
            )
        return self

    @model_validator(mode="after")
    def _whole(self) -> Self:
        database = self.kind in ("duckdb", "sqlite", "postgres")
        if self.time_format is not None:
            check_format(self.time_format)
        check_zone(self.timezone)
        if not self.path and self.format != "frame":
            raise ConfigError(
                "path", "nothing", "a file, a folder, a glob or a database", remedy="or say format: frame"
            )
        if self.database is not None and self.kind != "sql":
            raise ConfigError(
                "database", self.database, "none: only a query, a file that ends with .sql, is asked of one"
            )
        secret = next((key for key in ("path", "database") if ADDRESS.search(getattr(self, key) or "")), "")
        if secret or (self.kind == "postgres" and not VARIABLE.fullmatch(self.path)):
            raise ConfigError(
                secret or "path",
                "a connection string",
                "${VARIABLE}, an environment variable that holds it",
                remedy="never write a password into a file",
            )
        if database and self.table is None:
            raise ConfigError("table", "nothing", f"the table of the {self.kind} database, such as main.events")
        if self.table is not None and not database and self.kind != "workbook":
            raise ConfigError("table", self.table, "none; only DuckDB, SQLite, PostgreSQL and workbooks hold tables")
        return self


def refuse_taken(names: Iterable[str]) -> None:
    """A column that describes a unit is called by the study, in a table that has columns of its own."""
    wrong = sorted(TAKEN.intersection(names))
    if wrong:
        raise ConfigError(f"columns.{wrong[0]}", wrong[0], "another name: the warehouse has one like it of its own",
                          remedy=f"for instance {wrong[0]}_of_unit; the column of the file keeps its name")  # fmt: skip


def _no_column(key: str, column: str) -> ConfigError:
    return ConfigError(key, "levels without a column", f"the column that holds them, as data.columns.{column}")


class Log(Place):
    """An event log, one row an event, with columns mapped to the project's names."""

    source: Literal["log"]
    """log: the analyst's own log, one row an event"""
    columns: dict[Name, RawColumn | ColumnOf | EventName]
    """The project's names and the file's columns; nothing in the file is renamed"""
    alias: RawColumn | None = None
    """The column of the id that a unit has before columns.user_id names it, such as anonymous_id: where it meets one user, all of its rows are that user's"""
    variants: Levels = Field({})
    """Levels of the variant's column, each with the variant it means, or leave_out; "" is the empty field"""
    events: Levels = Field({})
    """Names of events as the log writes them, each with the name by which the study calls it; others stay as they are; event_map is the same key, for codes"""
    tolerate: Tolerance = Tolerance()
    """Shares of wrong rows that are accepted; what is not listed may not occur"""
    bot_events_per_day: int = Field(2_000, ge=10)
    """A unit with more events on a day is a bot and left out"""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, raw: Any) -> Any:
        """Codes are named under ``event_map``, which is the same as ``events``."""
        if not (isinstance(raw, dict) and "event_map" in raw):
            return raw
        if "events" in raw:
            raise ConfigError(
                "event_map", "events beside it", "one of both: they say the same", remedy="keep event_map"
            )
        return {("events" if key == "event_map" else key): value for key, value in raw.items()}

    @model_validator(mode="after")
    def _required_columns(self) -> Self:
        missing = [c for c in ("event_time", "event_name", "user_id") if c not in self.columns]
        if missing:
            near = [n for m in missing for n in difflib.get_close_matches(m, self.columns, n=1, cutoff=0.5)]
            raise ConfigError(
                "columns",
                ", ".join(self.columns) or "no columns",
                f"event_time, event_name and user_id; {', '.join(missing)} missing",
                remedy=f"is '{near[0]}' meant for '{missing[0]}'?" if near else "map the column of the log to it",
            )
        if self.alias and self.alias == self.columns["user_id"]:
            raise ConfigError("alias", self.alias, "another column than columns.user_id: the id before a user is known")
        if self.alias and not isinstance(self.columns["user_id"], str):
            raise ConfigError("alias", self.alias, "none, where columns.user_id is a part of a column")
        refuse_taken(name for name in self.columns if name not in LOGGED)
        for name, source in self.columns.items():
            if isinstance(source, EventName) and name != "event_name":
                raise ConfigError(
                    f"columns.{name}", f"value: {source.value}", "a column; only event_name may be one value"
                )
            if isinstance(source, ColumnOf) and source.times and name != "price":
                raise ConfigError(f"columns.{name}.times", source.times, "none; only price is a product of two columns")
        amounts = [self.columns[name] for name in ("price", "duration_sec") if name in self.columns]
        self.check_codes({c if isinstance(c, str) else c.column for c in amounts
                          if isinstance(c, str) or (isinstance(c, ColumnOf) and not c.times)})  # fmt: skip
        if self.variants and "variant" not in self.columns:
            raise _no_column("variants", "variant")
        if self.events and isinstance(self.columns["event_name"], EventName):
            raise ConfigError(
                "events", ", ".join(self.events), "none: data.columns.event_name gives every event its name"
            )
        return self


class UnitTolerance(Model):
    """Share of rows (of units for ``two_variants``) of a unit table that may be wrong; what is not listed may not occur."""

    malformed_line: Share = 0
    """Lines that do not fit the header"""
    missing_id: Share = 0
    """Rows without a unit"""
    unparseable_time: Share = 0
    """Times that nobody can read"""
    wrong_type: Share = 0
    """Rows with text where a number is expected; the value is then missing, the row stays"""
    negative_price: Share = 0
    """Rows with an amount below zero; the value is then missing, the row stays"""
    shown_otherwise: Share = 0
    """Rows whose variant is not what was shown; contamination"""
    duplicate_unit: Share = 0
    """Rows that repeat a unit"""
    two_variants: Share = 0
    """Units that saw more than one variant; contamination"""

    @model_validator(mode="before")
    @classmethod
    def _missing(cls, raw: Any) -> Any:
        """What once left rows out by their outcome is a matter of each metric."""
        if isinstance(raw, dict) and "missing_outcome" in raw:
            raise ConfigError(
                "missing_outcome", raw["missing_outcome"], "nothing: an empty outcome costs its metric alone, never the row",
                remedy="remove it; where empty means that nothing happened, write missing: zero at the metric",
            )  # fmt: skip
        return raw


class Units(Place):
    """A table with one row a unit: its variant and its outcomes in columns, mapped to the project's names.

    Every row is told to the warehouse as events: :data:`EXPOSED` at its time (at ``period.start`` without one), an
    event for each outcome that is not zero right after it, and one for each ``before`` just before ``period.start``.
    An outcome that is empty is told as an event without an amount: its unit leaves the metrics of that outcome alone.
    A ``before`` that is empty costs no unit: the usual history is taken, alike in every arm.
    """

    source: Literal["units"]
    """units: a table with one row a unit"""
    columns: dict[Name, RawColumn | ColumnOf] = Field({})
    """user_id, variant, event_time, shown and attributes, each with the table's column"""
    variants: Levels = Field({})
    """Levels of the variant's column, each with the variant it means, or leave_out; "" is the empty field"""
    shown: Levels = Field({})
    """Levels of the column that says what was really shown, each with the variant it means"""
    outcomes: dict[Name, RawColumn] = Field(min_length=1)
    """Events by name, each with its column: not zero means that it happened, a number is its amount"""
    happened: tuple[Name, ...] = ()
    """Outcomes, by name, that are yes where anything stands in their column and no where nothing does, such as the moment at which it happened; words for nothing are data.missing_codes"""
    before: dict[Name, RawColumn] = Field({})
    """Outcomes by name, each with the column that holds them as they were before the experiment"""
    panel: Panel | None = None
    """Where rows repeat a unit, one a period: what tells them apart, and how they become one row a unit"""
    tolerate: UnitTolerance = UnitTolerance()
    """Shares of wrong rows that are accepted; what is not listed may not occur"""

    bot_events_per_day: ClassVar[int] = 1_000_000_000
    """A row is a unit, so nobody has too many events."""

    roles: ClassVar[tuple[str, ...]] = ("user_id", "variant", "event_time", "shown")

    @property
    def attributes(self) -> list[str]:
        """Columns that describe a unit, for segments."""
        return [name for name in self.columns if name not in self.roles]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        taken = (
            "event_id",
            "event_name",
            "price",
            "ingested_at",
            "experiment_id",
            "duration_sec",
            "order_id",
            "coupon",
        )
        wrong = [name for name in self.columns if name in taken]
        if wrong:
            raise ConfigError("columns", ", ".join(wrong), "none of these: a unit table holds units, not events",
                        remedy="map what happened under data.outcomes")  # fmt: skip
        refuse_taken(self.attributes)
        product = [c.times for c in self.columns.values() if isinstance(c, ColumnOf) and c.times]
        if product:
            raise ConfigError(
                "columns", f"times: {product[0]}", "none; only the price of a log is a product of two columns"
            )
        if self.panel:
            self.panel.check(self.columns, self.outcomes.values())
        if EXPOSED in self.outcomes:
            raise ConfigError("outcomes", EXPOSED, f"another name: every unit is {EXPOSED} already")
        if strange := [name for name in self.happened if name not in self.outcomes]:
            raise ConfigError(
                "happened", strange[0], f"names of outcomes: {', '.join(self.outcomes)}", valid=self.outcomes
            )
        strange = [name for name in self.before if name not in self.outcomes]
        if strange:
            raise ConfigError("before", ", ".join(strange), f"names of outcomes: {', '.join(self.outcomes)}",
                        valid=self.outcomes)  # fmt: skip
        self.check_codes({*self.outcomes.values(), *self.before.values()})
        for key, column in (("variants", "variant"), ("shown", "shown")):
            if getattr(self, key) and column not in self.columns:
                raise _no_column(key, column)
        return self


@dataclass(frozen=True)
class WorldTraits:
    """What a simulated world promises: attributes by which its log can be cut, and whether it knows the true effects.

    A world that ``knows_effects`` treats its users, shows the variants in the log and writes ``ground_truth.json``.
    """

    segments: tuple[str, ...]
    knows_effects: bool = False


WORLDS = {
    "shop": WorldTraits(("visitor_type", "device", "channel", "campaign", "country", "city", "category")),
    "checkout": WorldTraits(("visitor_type", "device", "channel", "country")),
    "music": WorldTraits(("device", "country", "age"), knows_effects=True),
}
"""The simulated worlds; :mod:`helpers.simulate` makes them."""
