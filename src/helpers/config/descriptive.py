"""A study of data that are no experiment: what it describes, and the test that it plans.

Nothing is compared, so nothing is stated of a change, of arms or of a rollout. The two equal halves are those of the
test that is planned; the units at hand are all one group.
"""

from collections.abc import Mapping
from typing import Any

from helpers.config.base import ConfigError
from helpers.config.data import Log, Simulation, Units
from helpers.config.design import Lifetime

MODE = "descriptive"
"""The mode of a study that describes."""

PLANNED: Mapping[str, Any] = {
    "hypothesis": "none: nothing is compared",
    "change": "none: nobody got anything else",
    "variants": [{"name": "control", "weight": 0.5}, {"name": "treatment", "weight": 0.5}],
    "design": {"minimum_detectable": 0.1},
    "decision": {},
    "economics": {},
    "rollout": [{"share": 1, "days": 7, "advance_when": "nothing is rolled out"}],
    "milestones": [{"days": "0", "milestone": "none", "success": "none", "tripwire": "none"}],
}
"""What stands for the parts that such a study leaves out."""

LEFT_OUT = (*PLANNED, "salt")
"""Keys that a study which describes may do without."""

OF_AN_EXPERIMENT = (
    "hypothesis", "change", "variants", "cluster", "independent", "injection", "surrogate", "leaving", "rollout",
    "milestones", "monitoring",
)  # fmt: skip
"""Keys that speak of a change that somebody got."""


def filled(raw: dict[str, Any]) -> dict[str, Any]:
    """A study that describes, with what it leaves out; any other one as it is.

    Raises :class:`~helpers.config.base.ConfigError` for a key of an experiment.
    """
    if raw.get("mode") != MODE:
        return raw
    for key in OF_AN_EXPERIMENT:
        if raw.get(key):
            raise ConfigError(
                key, _brief(raw[key]), f"nothing, because mode is {MODE}: it compares nothing",
                remedy="take the key out; of an experiment say mode: online",
            )  # fmt: skip
    told = raw.get("assumed")
    assumed = [*(told if isinstance(told, list) else []), *(["design.minimum_detectable"] * ("design" not in raw))]
    return {**PLANNED, "salt": f"{raw.get('name')}-test-1", **raw, "assumed": assumed}


def check_lifetime(lifetime: Lifetime | None, data: Simulation | Log | Units, mode: str) -> None:
    """Both of its outcomes are those of a table that is described. Raises :class:`~helpers.config.base.ConfigError`."""
    if lifetime is None:
        return
    if mode != MODE:
        raise ConfigError(
            "lifetime", lifetime.lasted, f"nothing, because mode is {mode}; a log of an experiment has leaving"
        )
    if not isinstance(data, Units):
        raise ConfigError("lifetime", lifetime.lasted, "nothing: a log tells itself who comes back, and when")
    for key in ("lasted", "ended"):
        named = getattr(lifetime, key)
        if named not in data.outcomes:
            known = ", ".join(data.outcomes)
            raise ConfigError(f"lifetime.{key}", named, f"one of data.outcomes: {known}", valid=data.outcomes)


def _brief(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
