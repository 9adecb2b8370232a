"""A study: the validated YAML file that is the only thing an analyst edits."""

from helpers.study.data import WORLDS, ColumnOf, Dirt, Log, Simulation, Tolerance, World
from helpers.study.explaining import explained
from helpers.study.launch import Economics, Milestone, Monitoring, Rule, Stage
from helpers.study.model import Model, Name, Wrong, nearest
from helpers.study.plan import (
    Design,
    ExternalEvent,
    Funnel,
    Injection,
    Leaving,
    Margin,
    Metric,
    Period,
    Surrogate,
    Variant,
)
from helpers.study.reading import json_schema, load, opened, read_yaml, study_paths
from helpers.study.study import Study

__all__ = [
    "ColumnOf", "Design", "Dirt", "Economics", "ExternalEvent", "Funnel", "Injection", "Leaving", "Log", "Margin", "Metric", "Milestone",
    "Model", "Monitoring", "Name", "Period", "Rule", "Simulation", "Stage", "Study", "Surrogate", "Tolerance", "Variant",
    "WORLDS", "World", "Wrong", "explained", "json_schema", "load", "nearest", "opened", "read_yaml", "study_paths",
]  # fmt: skip
