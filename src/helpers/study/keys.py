"""The keys of a study file as a reader looks them up; what each one means stands below it in its model."""

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
            place,
            [
                (k, k in parts[model].get("required", ()), of["description"])
                for k, of in parts[model]["properties"].items()
            ],
        )
        for model, place in PLACES.items()
    ]
