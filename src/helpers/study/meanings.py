"""What each key of a study file means, in one sentence: for editors by the JSON Schema, for readers by the glossary."""

from typing import Any

MEANINGS: dict[str, dict[str, str]] = {
    "Study": {
        "name": "Name of the study and of its file, data and report folders",
        "title": "What the report is called",
        "question": "The question the report answers, as a reader would ask it",
        "hypothesis": "If this is changed, then that happens, because of this",
        "change": "What the treated get to see",
        "mode": "offline: nobody was treated, an uplift is planted; online: the log shows who was treated",
        "salt": "Text that seeds the split; another salt gives another, unrelated split",
        "data": "Where the log comes from",
        "tracking_plan": "Name of the file in tracking_plans that says what each event must carry",
        "period": "When the log begins and when the experiment runs; UTC",
        "variants": "The arms; the first one is the control",
        "exposure": "The event from which on the change can touch a unit; outcomes count from then on",
        "funnel": "The way whose losses are looked at",
        "segments": "Attributes by which the funnel and the effect are cut; exploratory",
        "min_segment": "Segments with fewer units are pooled into other, so that nobody can be recognised",
        "injection": "The uplift that is planted in an offline study",
        "metrics": "What is measured on each unit; exactly one is primary",
        "leaving": "The event by which a unit leaves for good",
        "surrogate": "An early proxy and the outcome it is to stand for",
        "design": "What the experiment is planned for",
        "decision": "The rule for GO, ITERATE and KILL, written down before anybody looks",
        "economics": "What the change earns and costs",
        "rollout": "The stages by which it ships",
        "milestones": "What must be true at which time, and what says that it is not",
        "monitoring": "What is watched after the launch",
        "external_events": "What happened outside that may have moved the outcome: marked on every time axis",
        "limits": "What the study cannot say, in sentences",
    },
    "Period": {
        "baseline": "First moment of the log, before the experiment; needed by covariates",
        "start": "First moment of the experiment",
        "end": "First moment after the experiment",
    },
    "ExternalEvent": {
        "name": "What happened, as the figures label it",
        "start": "Its first moment; UTC",
        "end": "The first moment after it",
    },
    "Variant": {
        "name": "Name of the arm, as in the log",
        "weight": "Designed share of the units; all add up to one",
        "description": "What its units see",
    },
    "Funnel": {
        "steps": "Events in order; others may happen in between",
        "optional": "Steps that a unit may skip",
        "window_hours": "Time from the first step within which the others must follow",
    },
    "Metric": {
        "name": "Name of the metric in results and code",
        "label": "Name of the metric in prose",
        "role": "primary decides, secondary supports, guardrail must not get worse by more than its margin",
        "type": "proportion, mean, ratio or retention",
        "event": "The event that is counted or summed",
        "measure": "count the events, or sum their amounts",
        "per": "What a ratio divides by: count of the same event, or another event",
        "days": "The day after exposure on which a unit must be back",
        "unit": "How values are shown: share, money, count or seconds",
        "better": "Whether higher or lower values are better",
        "margin": "How much worse a guardrail may get",
        "covariate": "Whether the same measure before the experiment is used to reduce variance (CUPED)",
        "winsorize": "Pooled quantile to which higher values are pulled in; nothing is dropped",
    },
    "Margin": {
        "relative": "As a fraction of the control",
        "absolute": "In the metric's own unit",
    },
    "Injection": {
        "event": "The event of which more is planted",
        "by": "Segment by which the uplift differs",
        "relative_uplift": "Relative change by level of the segment, or for all",
        "minutes_after_exposure": "How long after the exposure a planted event happens",
    },
    "Leaving": {
        "event": "The event after which a unit is gone",
        "horizon_days": "Days within which the mean time until leaving is compared",
    },
    "Surrogate": {
        "proxy": "Metric that moves early",
        "outcome": "Metric that matters and moves late",
        "opportunity": "Ratio that counts the chances to sell",
    },
    "Design": {
        "power": "Chance of finding the minimum detectable effect when it is there",
        "minimum_detectable": "Smallest relative effect worth finding",
        "splits": "Shares of the control whose sample sizes are compared",
        "aa_runs": "Re-salted splits of the A/A test",
        "coverage_runs": "Re-salted experiments behind coverage and false positives",
    },
    "Rule": {
        "confidence": "Confidence level of the intervals",
        "max_false_positive_risk": "Largest false-positive risk with which GO is said",
        "min_relative_uplift": "Smallest uplift worth shipping",
        "prior_success_rate": "Share of earlier changes of this kind that worked",
    },
    "Economics": {
        "currency": "Three capital letters, such as EUR",
        "revenue_metric": "The mean metric that money is reckoned from",
        "contribution_margin": "Share of revenue that is left after variable costs",
        "implementation_cost": "What building it costs, once",
        "monthly_run_cost": "What running it costs, a month",
        "horizon_months": "Months over which it is reckoned",
        "exposed_units_per_month": "Units that reach the exposure in a month; from the log when left out",
    },
    "Stage": {
        "share": "Share of the units that get the change",
        "days": "How long the stage lasts",
        "advance_when": "What must hold before the next stage",
    },
    "Milestone": {
        "days": "Which days it is about",
        "milestone": "What is reached",
        "success": "What must be true",
        "tripwire": "What says that it failed",
    },
    "Monitoring": {
        "label": "What the watched rate is called",
        "rate": "The rate before the launch",
        "units_per_day": "Units a day",
        "tickets_per_day": "Support tickets a day",
        "weekday_volume": "Factors of the volume, Monday first",
        "weekday_points": "Differences of the rate, Monday first",
        "baseline_days": "Days before the launch that the limits are made from",
        "days": "Days that are watched",
        "shifts": "Changes of the rate that are simulated",
        "ticket_surge": "Factor of the tickets in a simulated surge",
        "drop": "Relative fall of the rate that triggers a rollback",
        "drop_days": "Days in a row that the fall must last",
        "ticket_factor": "Factor of the tickets that triggers a rollback",
        "minimum": "Units a day below which no rate is judged",
        "seed": "Seed of the simulated days",
        "stream": "CSV of real days with day, checkouts, completions, tickets",
        "launch": "Day of the launch, in the stream",
    },
    "Log": {
        "source": "log: the analyst's own log, one row an event",
        "path": "File, folder or glob, from the project's root; ${REAL_DATA_DIR} stands for the folder of downloads",
        "format": "csv, parquet, duckdb, postgres or frame; seen from the path when left out",
        "table": "The table of a DuckDB file or a PostgreSQL database",
        "delimiter": "What separates the columns of a CSV",
        "origin": "Where the log comes from, for the report",
        "columns": "The project's names and the file's columns; nothing in the file is renamed",
        "variants": "Levels of the variant's column, each with the variant it means",
        "tolerate": "Shares of wrong rows that are accepted; what is not listed may not occur",
        "bot_events_per_day": "A unit with more events on a day is a bot and left out",
        "export_clean_events": "Whether the clean events are written as a CSV beside the marts",
    },
    "Units": {
        "source": "units: a table with one row a unit",
        "path": "File, folder or glob, from the project's root; ${REAL_DATA_DIR} stands for the folder of downloads",
        "format": "csv, parquet, duckdb, postgres or frame; seen from the path when left out",
        "table": "The table of a DuckDB file or a PostgreSQL database",
        "delimiter": "What separates the columns of a CSV",
        "origin": "Where the table comes from, for the report",
        "columns": "user_id, variant, event_time, shown and attributes, each with the table's column",
        "variants": "Levels of the variant's column, each with the variant it means",
        "shown": "Levels of the column that says what was really shown, each with the variant it means",
        "outcomes": "Events by name, each with its column: not zero means that it happened, a number is its amount",
        "before": "Outcomes by name, each with the column that holds them as they were before the experiment",
        "tolerate": "Shares of wrong rows that are accepted; what is not listed may not occur",
        "export_clean_events": "Whether the clean events are written as a CSV beside the marts",
    },
    "UnitTolerance": {
        "malformed_line": "Lines that do not fit the header",
        "missing_id": "Rows without a unit",
        "unparseable_time": "Times that nobody can read",
        "missing_outcome": "Rows whose outcome is empty, which is not zero",
        "wrong_type": "Text where a number is expected",
        "negative_price": "Amounts below zero",
        "shown_otherwise": "Rows whose variant is not what was shown; contamination",
        "duplicate_unit": "Rows that repeat a unit",
        "two_variants": "Units that saw more than one variant; contamination",
    },
    "ColumnOf": {
        "column": "The column of the log",
        "up_to": "Keep only what stands before the first such character",
        "times": "Column that a price is multiplied by, such as the quantity",
    },
    "EventName": {
        "value": "Name of every event, where the log holds one kind only",
        "first": "Name of a unit's first rows instead, in the baseline and in the experiment",
    },
    "Simulation": {
        "source": "simulated: the log is made up",
        "world": "Which world makes it: shop, checkout or music",
        "users": "How many users it has",
        "seed": "Seed of the simulation; equal seeds give equal logs",
        "dirt": "Kinds of dirt that are planted, as shares of the events",
        "tolerate": "Shares of wrong rows that are accepted; what is not listed may not occur",
        "bot_events_per_day": "A unit with more events on a day is a bot and left out",
        "export_clean_events": "Whether the clean events are written as a CSV beside the marts",
    },
    "Dirt": {
        "exact_duplicate": "Rows that stand there twice",
        "late_duplicate": "Rows that arrive a second time, later",
        "timezone_offset": "Times with an offset instead of UTC; repaired",
        "epoch_milliseconds": "Times as milliseconds since the epoch; repaired",
        "named_month": "Times with the name of the month; repaired",
        "missing_id": "Rows without a unit",
        "unparseable_time": "Times that nobody can read",
        "unplanned_event": "Events that the tracking plan does not know",
        "wrong_type": "Text where a number is planned",
        "missing_revenue": "Purchases without an amount",
        "negative_price": "Amounts below zero",
        "missing_property": "Rows that lack a planned property; flagged",
        "extra_property": "Rows with a property that is not planned; flagged",
        "impossible_order": "Steps in an order that cannot be; flagged",
        "bot": "Events of bots",
    },
    "Tolerance": {
        "malformed_line": "Lines that do not fit the header",
        "missing_id": "Rows without a unit",
        "unparseable_time": "Times that nobody can read",
        "unplanned_event": "Events that the tracking plan does not know",
        "wrong_type": "Text where a number is planned",
        "missing_revenue": "Purchases without an amount",
        "negative_price": "Amounts below zero",
        "two_variants": "Units that saw more than one variant; contamination",
    },
}
"""By model and key. A test holds that every key of the schema is here, and nothing else."""


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON Schema of study files with a description at each key."""
    for model, part in {"Study": schema, **schema["$defs"]}.items():
        for key, content in part.get("properties", {}).items():
            if key in MEANINGS.get(model, {}):
                content["description"] = MEANINGS[model][key]
    return schema


PLACES = {
    "Study": "The study", "Log": "data: a log of your own", "Units": "data: a table of units", "ColumnOf": "data.columns: a column cut short or multiplied",
    "EventName": "data.columns.event_name: one name for all",
    "Tolerance": "data.tolerate of a log", "UnitTolerance": "data.tolerate of a table of units", "Simulation": "data: a simulated log", "Dirt": "data.dirt", "Period": "period", "ExternalEvent": "external_events",
    "Variant": "variants", "Funnel": "funnel", "Injection": "injection", "Metric": "metrics", "Margin": "metrics.margin",
    "Leaving": "leaving", "Surrogate": "surrogate", "Design": "design", "Rule": "decision", "Economics": "economics",
    "Stage": "rollout", "Milestone": "milestones", "Monitoring": "monitoring",
}  # fmt: skip
"""Where the keys of each model stand in a study file, in the order of a reader."""


def tables() -> list[tuple[str, str, list[tuple[str, bool, str]]]]:
    """Each model with its place in the file and its keys: name, whether it must be given, meaning."""
    from helpers.study.study import Study

    schema = Study.model_json_schema()
    parts = {"Study": schema, **schema["$defs"]}
    return [
        (
            model,
            PLACES.get(model, model),
            [(k, k in part.get("required", ()), MEANINGS[model].get(k, "")) for k in part["properties"]],
        )
        for model, part in sorted(
            parts.items(), key=lambda item: list(PLACES).index(item[0]) if item[0] in PLACES else 99
        )
        if model in MEANINGS
    ]
