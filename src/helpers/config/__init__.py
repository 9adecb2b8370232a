"""What the user states and the code validates: studies, programmes, tracking plans. A study is all an analyst edits."""

from helpers.config.aggregates import Aggregates
from helpers.config.base import ConfigError, Model, Name, nearest
from helpers.config.data import (
    EXPOSED,
    VARIABLE,
    WORLDS,
    ColumnOf,
    Dirt,
    EventName,
    Log,
    Place,
    Simulation,
    Tolerance,
    Units,
    UnitTolerance,
    WorldTraits,
)
from helpers.config.design import (
    Design,
    ExternalEvent,
    Funnel,
    Injection,
    Leaving,
    Lifetime,
    Margin,
    Metric,
    Period,
    Surrogate,
    Variant,
)
from helpers.config.launch import Economics, Milestone, Monitoring, Prior, Quoted, Rule, Stage, Watch
from helpers.config.levels import Levels
from helpers.config.loading import json_schema, load, opened, read_yaml, study_paths
from helpers.config.messages import explained
from helpers.config.study import Study
from helpers.config.tables import ASSIGNED, Tables

__all__ = [
    "ASSIGNED", "Aggregates", "ColumnOf", "Design", "Dirt", "EXPOSED", "Economics", "EventName", "ExternalEvent", "Funnel", "Injection", "Leaving", "Levels", "Lifetime", "Log", "Margin",
    "Metric", "Milestone", "Model", "Monitoring", "Name", "Period", "Place", "Prior", "Quoted", "Rule", "Simulation", "Stage", "Study",
    "Surrogate", "Tables", "Tolerance", "UnitTolerance", "Units", "VARIABLE", "Variant", "WORLDS", "Watch", "WorldTraits", "ConfigError", "explained",
    "json_schema", "load", "nearest", "opened", "read_yaml", "study_paths",
]  # fmt: skip
