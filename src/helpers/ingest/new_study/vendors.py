"""Exports of tools of analytics, told by the columns that their makers document, never by the name of a file.

A table is taken for an export where it has more than half of the columns that are documented of it, at least two of them
such as no other tool writes, and each role. What is then known of it is not guessed.

References: the documentation of Amplitude (export of events), Mixpanel (raw export), Google Analytics 4 (BigQuery export),
PostHog (data model of events), Segment (schema of warehouses), Snowplow (atomic events), GrowthBook (assignment queries) and
Statsig (exposures).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpers.errors import ReportError
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.new_study.said import Said

FILLED = 0.5
"""Share of the rows in which a column of a role holds something; else the next one that may have it is taken."""


@dataclass(frozen=True)
class Vendor:
    """A tool's export: columns by role, the likeliest first, and columns that are documented of no other tool.

    ``documented`` are more columns that it has. Without an event it is one of exposures, who was assigned to what.
    """

    name: str
    unit: tuple[str, ...]
    time: tuple[str, ...]
    telling: tuple[str, ...]
    event: tuple[str, ...] = ()
    variant: tuple[str, ...] = ()
    documented: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that an export has, one for each role."""
        roles = [some[0] for some in (self.unit, self.time, self.event, self.variant) if some]
        return tuple(dict.fromkeys([*roles, *self.telling, *self.documented]))


VENDORS = (
    Vendor(
        "an Amplitude export", ("user_id", "amplitude_id", "device_id"), ("event_time", "client_event_time"),
        ("amplitude_id", "client_event_time", "client_upload_time", "server_upload_time", "server_received_time", "insert_id"),
        event=("event_type",), documented=("device_id", "session_id"),
    ),
    Vendor(
        "a Mixpanel export", ("distinct_id", "user_id", "device_id"), ("time",),
        ("insert_id", "mp_processing_time_ms", "mp_api_endpoint", "mp_country_code", "mp_lib", "mp_api_timestamp_ms"),
        event=("event",),
    ),
    Vendor(
        "a GA4 export from BigQuery", ("user_pseudo_id", "user_id"), ("event_timestamp",),
        ("event_bundle_sequence_id", "user_first_touch_timestamp", "event_server_timestamp_offset", "stream_id"),
        event=("event_name",), documented=("event_date", "platform"),
    ),
    Vendor(
        "a PostHog export", ("person_id", "distinct_id"), ("timestamp",),
        ("elements_chain", "person_properties", "person_created_at", "team_id"),
        event=("event",), documented=("uuid", "distinct_id"),
    ),
    Vendor(
        "a Segment table of tracks", ("user_id", "anonymous_id"), ("timestamp", "original_timestamp", "received_at"),
        ("original_timestamp", "event_text", "uuid_ts", "context_library_name", "sent_at"),
        event=("event",), documented=("anonymous_id", "received_at"),
    ),
    Vendor(
        "a Snowplow table of events", ("domain_userid", "user_id", "network_userid"),
        ("derived_tstamp", "collector_tstamp", "dvce_created_tstamp"),
        ("collector_tstamp", "dvce_created_tstamp", "etl_tstamp", "domain_sessionid", "network_userid", "v_tracker"),
        event=("event_name", "event"), documented=("app_id", "event_id"),
    ),
    Vendor(
        "GrowthBook exposures", ("user_id", "anonymous_id", "device_id"), ("timestamp",), ("experiment_id", "variation_id"),
        variant=("variation_id",),
    ),
    Vendor(
        "Statsig exposures", ("unit_id", "user_id", "stable_id"), ("first_exposure_utc", "timestamp"),
        ("experiment_group", "first_exposure_utc", "unit_type", "exposure_type", "user_dimensions"),
        variant=("experiment_group", "group_name", "group_id"), documented=("rollout", "rule"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Recognised:
    """An export, and the file's columns by role."""

    vendor: Vendor
    roles: dict[str, str]

    @property
    def line(self) -> str:
        """What is said of it."""
        read = ", ".join(f"{role} {column}" for role, column in self.roles.items())
        return f"this looks like {self.vendor.name}: {read} are read so"

    def known(self, said: Said) -> Said:
        """What is known with it, beside what somebody said, which stands."""
        evidence = f"as {self.vendor.name} has it"
        told = {role: column for role, column in self.roles.items() if role not in said and column not in said.named}
        return replace(said, **told, known=tuple((role, evidence) for role in told))  # type: ignore[arg-type]

    def noted(self, proposal: StudyProposal) -> StudyProposal:
        return replace(proposal, assumed=(self.line, *proposal.assumed))

    def refuse_alone(self, columns: Sequence[Column], said: Said) -> None:
        """Raise :class:`~helpers.errors.ReportError` for exposures beside which the file has no column of numbers."""
        documented = {*self.vendor.columns, *self.vendor.unit, *self.vendor.time, *self.vendor.variant}
        outcomes = [c for c in columns if called(c.name) not in documented and (c.numeric or c.in_words)]
        if self.vendor.event or outcomes or said.measured or said.event:
            return
        raise ReportError(
            f"this looks like {self.vendor.name}, which say who got what and not what came of it",
            got=", ".join(self.roles.values()), expected="outcomes beside them: orders, events or sessions of the same units",
            remedy="give both files, such as: new-study exposures.csv orders.csv",
        )  # fmt: skip


def of(columns: Sequence[Column]) -> Recognised | None:
    """The export that a table is, by its columns; None where it is none, or may be of two."""
    found = [each for vendor in VENDORS if (each := _recognised(vendor, columns))]
    most = max((len(_shared(each.vendor, columns)) for each in found), default=0)
    best = [each for each in found if len(_shared(each.vendor, columns)) == most]
    return best[0] if len(best) == 1 else None


def called(name: str) -> str:
    """A column as its tool documents it, however it was flattened: a property's path, ``$`` and capitals left out.

    >>> called("properties.$insert_id"), called("_insert_id"), called("User_ID")
    ('insert_id', 'insert_id', 'user_id')
    """
    return name.rpartition(".")[2].lstrip("$_").lower()


def _shared(vendor: Vendor, columns: Sequence[Column]) -> set[str]:
    return {called(c.name) for c in columns} & {*vendor.columns, *vendor.unit, *vendor.time}


def _recognised(vendor: Vendor, columns: Sequence[Column]) -> Recognised | None:
    by_name = {called(c.name): c for c in reversed(columns)}
    documented = [name for name in vendor.columns if name in by_name]
    telling = [name for name in vendor.telling if name in by_name]
    if len(telling) < 2 or 2 * len(documented) <= len(vendor.columns):
        return None
    roles = {}
    for role in ("unit", "time", "event", "variant"):
        wanted = getattr(vendor, role)
        there = [by_name[name] for name in wanted if name in by_name]
        full = next((c for c in there if c.filled > FILLED * c.rows), None)
        if wanted and full is None:
            return None
        if full:
            roles[role] = full.name
    return Recognised(vendor, roles)
