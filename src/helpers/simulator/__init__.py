"""The simulator: what an experiment would show under other assumptions, and how often its rule would err."""

from helpers.simulator.engine import Day, Outlook, expected_effect, last_level, outlook
from helpers.simulator.operating import Operating
from helpers.simulator.plan import INPUTS, Input, Plan
from helpers.simulator.presets import Preset, plan_of, preset_of

__all__ = [
    "INPUTS",
    "Day",
    "Input",
    "Operating",
    "Outlook",
    "Plan",
    "Preset",
    "expected_effect",
    "last_level",
    "outlook",
    "plan_of",
    "preset_of",
]
