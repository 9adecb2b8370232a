"""The way of the data from the sources to its readers; the transformation is the lineage that dbt built."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helpers import paths
from helpers.config import Simulation, Study
from helpers.config.tracking_plan import TrackingPlan
from helpers.formatting import formatted
from helpers.record import Number
from helpers.site.diagrams.lineage import COMPUTED, LOG, DbtModel
from helpers.site.diagrams.stage import Artefact, facts, listed
from helpers.site.diagrams.workflow import text_of

_MART = re.compile(r"\bmarts\.(\w+)")


@dataclass(frozen=True)
class Part:
    """A source, a stage or a consumer: what it does, with what in general, how it breaks, what this study has there."""

    key: str
    name: str
    what: str
    examples: str
    failures: tuple[str, ...]
    artefact: Artefact
    models: tuple[str, ...] = ()
    headline: str = ""


@dataclass(frozen=True)
class Pipeline:
    """Sources, five stages, consumers, and the lineage inside the fourth stage."""

    sources: tuple[Part, ...]
    stages: tuple[Part, ...]
    consumers: tuple[Part, ...]
    lineage: tuple[DbtModel, ...]


CONSUMERS: Final[dict[str, tuple[str, ...]]] = {
    "dashboards": (
        "row_flow", "events", "tracking_violations", "activity", "funnel", "funnel_arms", "funnel_cross",
        "funnel_bypass", "time_to_convert", "exposures_by_day",
    ),
    "experiment": (
        "experiment_results", "experiment_statistics", "arm_sizes", "ground_truth", "excluded_units", "injection",
        "rerandomised_assignments", "selection", "surrogate",
    ),
    "models": ("lifetimes",),
}  # fmt: skip
"""Named queries of docs/queries by who reads them; ad-hoc questions may read every mart."""


def marts_of(queries: tuple[str, ...], folder: Path = paths.QUERIES) -> tuple[str, ...]:
    """Marts that named queries read.

    >>> marts_of(("funnel", "arm_sizes"))
    ('fct_experiment_results', 'fct_funnel')
    """
    found: set[str] = set()
    for name in queries:
        found |= set(_MART.findall((folder / f"{name}.sql").read_text(encoding="utf-8")))
    return tuple(sorted(found))


def pipeline(study: Study, numbers: Mapping[str, Number], plan: TrackingPlan, models: tuple[DbtModel, ...]) -> Pipeline:
    """The pipeline of one study. What the results do not hold is left out."""
    return Pipeline(_sources(study, numbers, plan), _stages(study, numbers, models), _consumers(models), models)


def _sources(study: Study, numbers: Mapping[str, Number], plan: TrackingPlan) -> tuple[Part, ...]:
    rows = [
        (name, event.description, text_of(numbers, f"data.events.{name}") or "") for name, event in plan.events.items()
    ]
    own = study.data
    told = f"simulated world “{own.world}”, seed {own.seed}" if isinstance(own, Simulation) else "a log of its own"
    none = Artefact("In this study", note="The log does not say which of its events came this way.")
    return (
        Part(
            "log", "This study’s log", "Every planned event, as it came.", "", (),
            Artefact(
                "Events of the tracking plan",
                facts(("Source", told), ("Rows read", text_of(numbers, "data.rows_read"))),
                (("Event", "Fires when", "Clean events"), *rows),
            ),
        ),
        Part(
            "web", "Web app", "Page views, clicks, forms, time on page.", "script in the page, server-side tagging",
            ("Blocked scripts lose whole groups of users", "A redirect cuts off the last event"), none,
        ),
        Part(
            "mobile", "Mobile app", "Screens, taps, app opens, pushes opened.", "SDK in the app",
            ("Events of an offline day arrive late, under the clock of the phone", "Old versions send old schemas"), none,
        ),
        Part(
            "backend", "Backend services", "Orders, payments, refunds, feature-flag decisions.", "service logs, change data",
            ("A retry books an order twice", "Server time and client time differ"), none,
        ),
        Part(
            "third", "Third-party APIs", "Ad spend, email sends, support tickets, payments abroad.", "nightly exports, webhooks",
            ("Limits and outages leave gaps", "Definitions change without notice"), none,
        ),
    )  # fmt: skip


def _stages(study: Study, numbers: Mapping[str, Number], models: tuple[DbtModel, ...]) -> tuple[Part, ...]:
    made = [m for m in models if m.kind not in (LOG, COMPUTED)]

    def total(layer: str) -> str:
        return formatted(sum(m.layer == layer for m in made), "count")

    def told(name: str, what: str) -> str:
        return f"{text} {what}" if (text := text_of(numbers, name)) else ""

    marts = [m for m in models if m.layer == "marts" and m.rows is not None]
    repaired = _sum(numbers, "timezone_offset", "epoch_milliseconds", "named_month")
    simulated = isinstance(study.data, Simulation)
    return (
        Part(
            "ingestion", "Ingestion", "Takes events in and gives each an id and a time of arrival.",
            "Segment, Snowplow, own SDKs, webhooks, log collectors",
            ("Events sent twice", "A release that stops sending one event", "Clocks in the wrong time zone"),
            Artefact(
                "In this study",
                facts(
                    ("How", "the simulator writes the log" if simulated else "the log is mapped by data.columns"),
                    ("Rows read", text_of(numbers, "data.rows_read")),
                    ("Repeated events dropped", _sum(numbers, "exact_duplicate", "late_duplicate")),
                ),
            ),
            headline=told("data.rows_read", "rows read"),
        ),
        Part(
            "transport", "Transport", "Carries events on, in a stream or in batches, and keeps them through an outage.",
            "Kafka, Kinesis, Pub/Sub",
            ("Late events after a day was closed", "Order lost between partitions", "A full queue drops the newest"),
            Artefact(
                "In this study",
                facts(("How", "one batch of Parquet files, whole or not at all"),
                      ("Times repaired", repaired)),
            ),
            headline=f"{repaired} repaired" if repaired else "",
        ),
        Part(
            "storage", "Storage", "Keeps the raw rows as they came, so that everything after can be made again.",
            "S3, BigQuery, Snowflake, Redshift",
            ("Raw rows corrected in place", "A schema change that empties a column", "Personal data kept too long"),
            Artefact(
                "In this study",
                facts(
                    ("How", f"data/{study.name}/raw, read by DuckDB"),
                    ("Rows kept", text_of(numbers, "data.rows_kept")),
                    ("Rows lost, each with a reason", text_of(numbers, "data.rows_lost")),
                    ("Rows that flow table and ledger differ by", text_of(numbers, "data.ledger_difference")),
                ),
            ),
            headline=told("data.rows_kept", "rows kept"),
        ),
        Part(
            "transformation", "Transformation", "Cleans, joins and sums up: each table made from the ones before it.",
            "dbt, Airflow, Spark",
            ("A join that multiplies rows", "A filter on what happened after the exposure", "Two definitions of one metric"),
            Artefact(
                "Built by dbt",
                facts(
                    ("Staging models", total("staging")), ("Intermediate models", total("intermediate")),
                    ("Marts", total("marts")),
                    ("Marts computed in Python", formatted(sum(m.kind == COMPUTED for m in models), "count")),
                    ("Tests on them", formatted(sum(m.tests for m in models), "count")),
                ),
                note="The lineage of the last run stands below, each model with its rows.",
            ),
            tuple(m.name for m in models),
            headline=f"{len(made)} models",
        ),
        Part(
            "serving", "Serving", "Gives small, agreed tables to whoever asks.",
            "Looker, Tableau, own APIs",
            ("A dashboard with its own definition of a metric", "A stale table that nobody notices"),
            Artefact(
                "In this study",
                facts(
                    ("How", "named queries in docs/queries, read only"),
                    ("Marts", formatted(len(marts), "count")),
                    ("Rows in all marts", formatted(sum(m.rows or 0 for m in marts), "count")),
                ),
            ),
            tuple(m.name for m in marts),
            headline=f"{len(marts)} marts",
        ),
    )  # fmt: skip


def _consumers(models: tuple[DbtModel, ...]) -> tuple[Part, ...]:
    built = {m.name for m in models}

    def read(key: str) -> tuple[str, ...]:
        return tuple(name for name in marts_of(CONSUMERS[key]) if name in built)

    def artefact(key: str, note: str = "") -> Artefact:
        return Artefact(
            "What it reads here",
            facts(("Named queries", listed(CONSUMERS[key])), ("Marts", listed(read(key)))),
            note=note,
        )

    every = tuple(m.name for m in models if m.layer == "marts")
    return (
        Part(
            "dashboards", "Dashboards", "The log, its flaws and the funnel, at a glance.", "notebooks 01 to 03, the report pages",
            ("A chart that is looked at and never acted on",), artefact("dashboards"), read("dashboards"),
        ),
        Part(
            "experiment", "A/B test analysis", "Sums by arm, from which every estimate is made.", "notebooks 04 to 06",
            ("Numbers that cannot be traced back to rows",), artefact("experiment"), read("experiment"),
        ),
        Part(
            "models", "Predictive models", "Histories of units with what became of them.", "churn, lifetime value",
            ("Features that know the future",),
            artefact("models", "No predictive model reads this warehouse yet; this is where one would begin."), read("models"),
        ),
        Part(
            "adhoc", "Ad-hoc queries", "A question nobody planned for.", "DuckDB, read only",
            ("A quick number that lives on in slides",),
            Artefact("What it reads here", facts(("Marts", f"any of {len(every)}"))), every,
        ),
    )  # fmt: skip


def _sum(numbers: Mapping[str, Number], *kinds: str) -> str | None:
    values = [numbers[f"data.flow.{k}"].value for k in kinds if f"data.flow.{k}" in numbers]
    told = [v for v in values if isinstance(v, (int, float))]
    return formatted(sum(told), "count") if told else None
