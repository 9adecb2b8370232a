"""The simulator: what an experiment would show under other assumptions, and how often its rule would err."""

from helpers.experiment.whatif.engine import Day, Outlook, expected_effect, last_level, outlook
from helpers.experiment.whatif.operating import Operating
from helpers.experiment.whatif.plan import INPUTS, Input, WhatIfPlan
from helpers.experiment.whatif.presets import Preset, plan_of, preset_of

__all__ = [
    "INPUTS",
    "Day",
    "Input",
    "Operating",
    "Outlook",
    "WhatIfPlan",
    "Preset",
    "expected_effect",
    "last_level",
    "outlook",
    "plan_of",
    "preset_of",
]
