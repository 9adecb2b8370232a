"""How the project reads a file: landed, modelled and held against its tolerances as a run does it, without dbt's start."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from helpers import ingest
from helpers.config import Study
from helpers.config.data import Tolerance
from helpers.config.tracking_plan import Event, Property, TrackingPlan, tracking_plan
from helpers.errors import ReportError
from helpers.ingest.units import FLAWS
from helpers.warehouse import render, tolerances
from helpers.warehouse.build import dbt_vars
from tests.fuzz.dress import Dress
from tests.fuzz.oracle import Told
from tests.fuzz.worlds import BOUGHT, SEEN, STEPS, World, moment
from tests.fuzz.writers import Written
from tests.ingest.studies import REES46

PLAN = TrackingPlan(
    events={name: Event(description=name, properties={"price": Property(type="number")}) for name in STEPS}
)
LOST = ("malformed_line", "missing_id", "unparseable_time", "unplanned_event", "wrong_type", "missing_revenue",
        "negative_price", "outside_period", "exact_duplicate", "late_duplicate", "missing_outcome", "duplicate_unit")  # fmt: skip
ANY_LOG = ("malformed_line", "missing_id", "unparseable_time", "unplanned_event", "wrong_type", "missing_revenue",
           "negative_price", "two_variants", "repeated")  # fmt: skip
ANY_UNITS = ("malformed_line", "missing_id", "unparseable_time", "wrong_type", "negative_price", "duplicate_unit", "two_variants")  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """Messages instead of a report: the kind of each, its words, and how many rows it counts, where it does."""

    kinds: tuple[str, ...]
    messages: tuple[str, ...]

    @classmethod
    def of(cls, said: str) -> "Refused":
        parts = re.split(r"^\d+\. ", said, flags=re.MULTILINE)
        messages = tuple(part.strip() for part in parts[1:]) if re.match(r"\d+ things are wrong\n", said) else (said,)
        return cls(tuple(map(_kind, messages)), messages)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Of each kind that counts its rows, how many."""
        found = [(kind, re.search(r"got: +([\d,]+) of [\d,]+ (rows|units)", said)) for kind, said in self._each]
        return [(kind, int(told[1].replace(",", ""))) for kind, told in found if told]

    @property
    def places(self) -> list[tuple[str, int]]:
        """Of each kind that names rows, their numbers."""
        found = [(kind, number) for kind, said in self._each for number in re.findall(r"\b(?:row|line) ([\d,]+)", said)]
        return [(kind, int(number.replace(",", ""))) for kind, number in found]

    @property
    def _each(self) -> list[tuple[str, str]]:
        return list(zip(self.kinds, self.messages, strict=True))


def _kind(message: str) -> str:
    what = message.splitlines()[0]
    return next((kind for kind, words in KINDS.items() if re.search(words, what)), f"? {what}")


KINDS = {
    "malformed_line": "do not fit the header",
    "missing_id": "without a unit id",
    "unparseable_time": "timestamps that cannot be read|holds times that cannot be read",
    "unplanned_event": "event names the tracking plan does not know",
    "wrong_type": "that are not a number|values that are no number",
    "missing_revenue": "purchases without revenue",
    "missing_outcome": "rows without an outcome",
    "negative_price": "negative revenue|outcomes below zero",
    "duplicate_unit": "rows that repeat a unit",
    "two_variants": "in two variants",
    "no_value": "has a value of the primary metric",
    "level": "holds levels that the study does not map|shows other variants",
    "no_arm": "shows no unit in a variant",
    "no_text": "cannot be read as (text|utf)",
    "no_csv": "cannot be read as CSV|a quote does not close",
    "no_gzip": "cannot be read as gzip",
    "no_zstd": "cannot be read as zst",
    "no_parquet": "cannot be read as Parquet",
    "no_json": "JSON",
    "ids": "cannot be read as ids",
    "disagree": "stand in several rows with different outcomes",
    "repeated": "equal in all columns|rows that repeat an event",
    "range": "past the range",
    "time": "does not tell the order of day and month|holds digits that",
    "number": "the numbers of column",
    "empty": "is empty",
    "no_rows": "holds no events|holds no unit|no row of the log",
    "no_column": "missing column|the delimiter is wrong",
    "twice": "columns stand there twice",
}
"""What a refusal is about, by the words of its first line."""


def study_of(world: World, dress: Dress, written: Written, *, timed: bool, tolerant: bool) -> Study:
    return Study.model_validate(study_file(world, dress, written, timed=timed, tolerant=tolerant))


def study_file(world: World, dress: Dress, written: Written, *, timed: bool, tolerant: bool) -> dict[str, Any]:
    """What the study file holds that a careful analyst writes for the file."""
    raw: dict[str, Any] = {key: REES46[key] for key in ("name", "title", "question", "hypothesis", "change", "salt", "design",
                                                        "decision", "rollout", "milestones")}  # fmt: skip
    shares = [round(1 / len(world.arms), 6)] * (len(world.arms) - 1)
    raw |= {
        "mode": "online",
        "period": {"start": moment(world.start).replace(tzinfo=None), "end": moment(world.end).replace(tzinfo=None)},
        "variants": [
            {"name": arm, "weight": share} for arm, share in zip(world.arms, [*shares, 1 - sum(shares)], strict=True)
        ],
        "economics": REES46["economics"] | {"revenue_metric": "spend", "currency": dress.currency} | dress.money_keys,
    }
    spend = {"name": "spend", "label": "Spend", "role": "secondary", "type": "mean", "measure": "sum", "unit": "money"}
    data: dict[str, Any] = {
        "path": str(written.path),
        "variants": dict(zip(dress.levels, world.arms, strict=False)),
    } | written.place
    data |= dress.times.keys if "when" not in dress.typed and (world.is_log or timed) else {}
    data |= {"negative": "refund"} if dress.refunds else {}
    if world.is_log:
        columns = {"event_time": "when", "event_name": "what", "user_id": "who", "variant": "arm", "price": "cost"}
        columns |= {"event_id": "key"} if dress.keyed else {}
        raw |= {
            "tracking_plan": "rees46",
            "exposure": SEEN,
            "funnel": {"steps": list(STEPS)},
            "metrics": [
                {"name": "rate", "label": "Rate", "role": "primary", "type": "proportion", "event": BOUGHT},
                spend | {"event": BOUGHT},
                {"name": "orders", "label": "Orders", "role": "secondary", "type": "mean", "event": BOUGHT, "measure": "count", "unit": "count"},
            ],
        }  # fmt: skip
        data |= {"source": "log", "bot_events_per_day": 10**6}
        data |= {"tolerate": dict.fromkeys(set(ANY_LOG) & set(Tolerance.model_fields), 1.0)} if tolerant else {}
    else:
        columns = {"user_id": "who", "variant": "arm"} | ({"event_time": "when"} if timed else {})
        count = {"role": "secondary", "type": "mean", "measure": "sum", "unit": "count"}
        raw["metrics"] = [
            {"name": "bought", "label": "Bought", "role": "primary", "type": "proportion", "event": "bought"},
            spend | {"event": "spend"},
            {"name": "rounds", "label": "Rounds", "event": "rounds"} | count,
            {"name": "score", "label": "Score", "event": "score"} | count | {"unit": "number"},
        ]
        data |= {"source": "units", "outcomes": {role: dress.name(role) for role in world.outcomes}}
        data |= {"tolerate": dict.fromkeys(ANY_UNITS, 1.0)} if tolerant else {}
    data["columns"] = {column: dress.name(role) for column, role in columns.items()}
    return raw | {"data": data}


def read(study: Study, out: Path) -> Told | Refused:
    """What a run makes of the study's data, up to the sums behind its results."""
    try:
        ingest.land(study, out)
        plan = tracking_plan(study) if study.is_unit_table else PLAN
        log = ingest.landed(out)
        variables = dbt_vars(study, log, plan)
        with duckdb.connect(config={"threads": 1}) as con:
            con.execute("set TimeZone = 'UTC'")
            models = render.Models(con, variables)
            models.make("int_key_events", "fct_row_flow", "fct_repeats", "int_contaminated")
            tolerances.enforce(con, study, log)
            models.make("fct_experiment_results")
            tolerances.enforce(con, study, log)
            told = _told(con, study, variables["amount_digits"])
            if study.is_unit_table:  # a wrong value is told there, and costs no row
                told.lost += _flaws(out / "rejects.csv")
            told.notes = log.reading.notes
            return told
    except ReportError as error:
        return Refused.of(str(error))


def _flaws(rejects: Path) -> Counter[str]:
    with rejects.open(encoding="utf-8", newline="") as lines:
        return Counter(row["reason"] for row in csv.DictReader(lines) if row["reason"] in FLAWS)


def _told(con: duckdb.DuckDBPyConnection, study: Study, digits: dict[str, int]) -> Told:
    flow = con.execute("select kind, rows from marts.fct_row_flow").fetchall()
    lost = Counter({kind: rows for kind, rows in flow if kind in LOST})
    lost["repeated"] = lost.pop("exact_duplicate") + lost.pop("late_duplicate")
    lost["two_variants"] = con.execute("select count(*) from intermediate.int_contaminated").fetchall()[0][0]
    results = con.execute(
        """select variant, metric, sample_size, sum_y from marts.fct_experiment_results
        where population = 'assigned' and dimension = 'all'"""
    ).fetchall()
    rows = con.execute("select user_id, epoch_us(event_time), event_name, amount from staging.stg_events").fetchall()
    summed = {metric.name: digits[metric.event] for metric in study.metrics if metric.event and metric.measure == "sum"}
    events = {
        metric.event: digits[metric.event] for metric in study.metrics if metric.event and metric.measure == "sum"
    }
    return Told(
        {
            (arm, metric): (n, Decimal(int(total or 0)).scaleb(-summed.get(metric, 0)))
            for arm, metric, n, total in results
        },
        Counter(
            (unit, at, name, Decimal(amount).scaleb(-events[name]) if name in events and amount is not None else None)
            for unit, at, name, amount in rows
        ),
        +lost,
        digits=events,
    )
