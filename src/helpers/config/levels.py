"""What stands in a column of levels: which variant each means, and what stands for no value."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from helpers.config.base import Name

LEAVE_OUT = "leave_out"
"""What a level means whose rows are no part of the experiment."""


def _as_written(levels: Any) -> Any:
    """Levels are text, also where YAML reads a number or a truth value.

    >>> _as_written({0: "control", True: "treatment"})
    {'0': 'control', 'true': 'treatment'}
    """
    if not isinstance(levels, dict):
        return levels
    return {str(k).lower() if isinstance(k, bool) else str(k): v for k, v in levels.items()}


Levels = Annotated[dict[str, Name], BeforeValidator(_as_written)]
"""Levels of a column, each with the variant that it means."""


def _texts(told: Any) -> Any:
    """Codes as texts; one need not stand in a list.

    >>> _texts([99, "NA", -9.0]), _texts(-1)
    (['99', 'NA', '-9.0'], ['-1'])
    """
    return [str(each).strip() for each in (told if isinstance(told, list) else [told])]


Codes = Annotated[list[str], BeforeValidator(_texts)]
"""Numbers and words that stand for no value."""
