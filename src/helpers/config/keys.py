"""The keys of a file as a reader looks them up; what each one means stands below it in its model."""

from pydantic import BaseModel

PLACES = {
    "Study": "The study", "Log": "data: a log of your own", "Units": "data: a table of units", "Panel": "data.panel", "Tables": "data: assignments, facts and attributes in tables of their own", "AssignmentTable": "data.assignments", "FactTable": "data.facts", "AttributeTable": "data.units", "Aggregates": "data: counts and sums of the arms", "ColumnOf": "data.columns: a column cut short or multiplied",
    "EventName": "data.columns.event_name: one name for all",
    "Tolerance": "data.tolerate of a log", "UnitTolerance": "data.tolerate of a table of units", "Simulation": "data: a simulated log", "Dirt": "data.dirt", "Period": "period", "ExternalEvent": "external_events",
    "Variant": "variants", "Funnel": "funnel", "Injection": "injection", "Metric": "metrics", "Margin": "metrics.margin",
    "Leaving": "leaving", "Lifetime": "lifetime", "Surrogate": "surrogate", "Design": "design", "Rule": "decision", "Prior": "decision.prior", "Economics": "economics", "Quoted": "economics.quoted",
    "Stage": "rollout", "Milestone": "milestones", "Monitoring": "monitoring", "Watch": "monitoring.watched",
}  # fmt: skip
"""Where the keys of each model stand in a study file, in the order of a reader."""
PROGRAMME_PLACES = {
    "Programme": "The programme", "ProgrammeWorld": "data: the simulated year", "Attribution": "attribution", "Segments": "segments",
    "Prediction": "prediction", "Beyond": "beyond", "Live": "live",
}  # fmt: skip
"""The same of a programme file."""


def tables(model: type[BaseModel], places: dict[str, str]) -> list[tuple[str, str, list[tuple[str, bool, str]]]]:
    """Each part of a file with its place in it and its keys: name, whether it must be given, meaning."""
    schema = model.model_json_schema()
    parts = {model.__name__: schema, **schema["$defs"]}
    return [
        (part, place, [(k, k in parts[part].get("required", ()), of["description"]) for k, of in parts[part]["properties"].items()])
        for part, place in places.items()
    ]  # fmt: skip
