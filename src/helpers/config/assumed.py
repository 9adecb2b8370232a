"""What a study stands on and nobody stated: keys that were left out, and those that it lists under ``assumed``."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

from helpers.config.base import ConfigError

if TYPE_CHECKING:
    from helpers.config.study import Study

PRIOR = ("decision.prior.improve", "decision.prior.harm", "decision.prior.size")
"""The belief before the data."""
WORTH = ("economics.contribution_margin", "economics.implementation_cost")
"""Without these no money is reckoned but that of a unit: no value that is made up can stand for them."""
UNITS = "exposed_units_per_month"
"""What tells how many units come in, where the data do not; a stated period does too where it is one of units coming in."""
NO_PACE = "the table has no times, and the study's period is left out or a placeholder"
"""Why it is not known how many units come in a day, of a table with a row for each."""
MONEY = (*WORTH, "economics.monthly_run_cost", "economics.horizon_months")
"""What turns a change of revenue per unit into a value."""
NO_TIME = datetime(2000, 1, 3)
"""Where the period of a table without times begins when nobody states one."""
NO_TIME_LASTS = timedelta(days=14)
"""How long that period lasts."""
PLAN = ("design.minimum_detectable", "design.planned_units")
"""What the study is planned for."""
WEIGHTS = "variants.weight"
"""How large the arms were meant to be: what their sizes are held against."""
WEIGHED = (*PRIOR, "decision.min_relative_uplift", *MONEY, *PLAN)
"""Keys with a value that the report reckons with, in the order of a reader."""


def assumes(study: BaseModel, listed: Iterable[str], path: str) -> bool:
    """Whether the key at a path, or one that holds it, was left out of a study or is listed as assumed.

    >>> from helpers.config import Rule
    >>> rule = Rule(prior={"improve": 0.3})
    >>> assumes(rule, [], "prior.improve"), assumes(rule, [], "prior.harm"), assumes(rule, ["prior"], "prior.improve")
    (False, True, True)
    """
    keys = path.split(".")
    if {".".join(keys[:n]) for n in range(1, len(keys) + 1)} & set(listed):
        return True
    part: Any = study
    for key in keys:
        if key not in part.model_fields_set:
            return True
        part = getattr(part, key)
    return False


def texts(primary: str, better: str, control: str, treatments: str) -> dict[str, str]:
    """The texts that ``new-study`` makes up of an experiment, by their keys."""
    way = "lower" if better == "lower" else "higher"
    return {
        "hypothesis": f"{primary} is {way} in {treatments} than in {control}.",
        "change": f"What the units of {treatments} got",
    }


def is_made_up(study: "Study", path: str) -> bool:
    """Whether a text is the one that ``new-study`` makes up, also where nothing is listed as assumed."""
    if path not in ("hypothesis", "change"):
        return False
    *first, last = (v.name for v in study.treatments)
    treatments = f"{', '.join(first)} and {last}" if first else last
    made = (texts(study.primary.label, way, study.control.name, treatments)[path] for way in ("higher", "lower"))
    return _bare(getattr(study, path)) in map(_bare, made)


def _bare(text: str) -> str:
    """A text without the words of the data behind the names of variants."""
    return re.sub(r" \([^()]*\)", "", text).strip().rstrip(".").casefold()


def value_at(study: BaseModel, path: str) -> float:
    """The number that stands at a path, stated or not.

    >>> from helpers.config import Rule
    >>> value_at(Rule(), "prior.improve")
    0.2
    """
    found: Any = study
    for key in path.split("."):
        found = getattr(found, key)
    return float(found)


def is_panel(study: "Study") -> bool:
    """Whether a row is a unit and a span of time: the same units stand in every span, so none tells when they came in."""
    return getattr(study.data, "panel", None) is not None


def no_pace(study: "Study") -> str:
    """Why it is not known how many units come in a day."""
    return (
        "the table has the same units in each of its spans, and no time at which they came in"
        if is_panel(study)
        else NO_PACE
    )


def told_by(study: "Study") -> str:
    """What would tell how many units come in."""
    return UNITS if is_panel(study) else f"{UNITS} (or period)"


def paced(study: "Study") -> bool:
    """Whether it is known over how long units came in: their times tell it, or the study states its period.

    A period that is listed as assumed is not stated, nor is the placeholder that stands for one; that of a panel is the
    time over which its units were looked at.
    """
    period = study.period
    placeholder = (period.start, period.end) == (NO_TIME, NO_TIME + NO_TIME_LASTS)
    return study.has_time or not (
        placeholder or is_panel(study) or any(study.assumes(f"period.{end}") for end in ("start", "end"))
    )


def unstated(study: "Study") -> list[str]:
    """What the study does not state and money over the horizon cannot be reckoned without."""
    lacks = [path.rpartition(".")[2] for path in WORTH if path in study.assumptions]
    known = study.economics.revenue_metric is None or study.economics.exposed_units_per_month or paced(study)
    return lacks if known else [*lacks, told_by(study)]


def has_sign(study: "Study") -> bool:
    """Whether the sign of the money is that of the revenue, however many units come in: a margin is stated, and no cost."""
    stated = not any(path in study.assumptions for path in WORTH)
    return study.economics.revenue_metric is not None and stated and not study.economics.cost


def not_stated(study: "Study") -> str:
    """:func:`unstated` in words; empty where nothing lacks.

    >>> from helpers import config
    >>> not_stated(config.load("studies/cart_checkout.yml"))
    ''
    """
    lacks = unstated(study)
    return f"the study does not state {' and '.join(lacks)}" if lacks else ""


def horizon(study: "Study") -> str:
    """The time over which money is reckoned, in words; empty where none is reckoned and nobody stated one.

    >>> from helpers import config
    >>> horizon(config.load("studies/cart_checkout.yml"))
    '12 months'
    """
    told = study.economics.revenue_metric is not None and not unstated(study)
    return study.economics.horizon if told or not study.assumes("economics.horizon_months") else ""


def direction_of(metric: str) -> str:
    """The path by which a study lists that nobody stated whether more of a metric is better.

    >>> direction_of("returned")
    'metrics.returned.better'
    """
    return f"metrics.{metric}.better"


def check_paths(study: type[BaseModel], listed: Iterable[str], metrics: Iterable[str] = ()) -> None:
    """Refuse a path that leads to no key of a study, nor to its weights or the direction of one of its ``metrics``.

    Raises :class:`ConfigError` with the nearest one.
    """
    known = [*paths_of(study), WEIGHTS, *map(direction_of, metrics)]
    for path in listed:
        if path not in known:
            ending = [each for each in known if each.rpartition(".")[2] == path]
            remedy = f"did you mean '{ending[0]}'?" if ending else None
            told = "paths of keys, such as economics.contribution_margin"
            raise ConfigError("assumed", path, told, remedy=remedy, valid=known)


def paths_of(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """Every key of a model by its path, with the keys of the models in it; what stands in lists has no path."""
    for name, field in model.model_fields.items():
        yield f"{above}{name}"
        inner = _only_model(field.annotation)
        if inner is not None:
            yield from paths_of(inner, f"{above}{name}.")


def _only_model(annotation: Any) -> type[BaseModel] | None:
    """The model that a key holds, where there is one and no other."""
    named = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    found = [each for each in named if isinstance(each, type) and issubclass(each, BaseModel)]
    return found[0] if len(found) == 1 else None
