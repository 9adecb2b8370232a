"""What was assumed, and at which value the decision would be another: the rule is asked again, one value at a time."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel

from helpers.config import Prior, Study
from helpers.config.assumed import PLAN, value_at
from helpers.experiment.decision.arms import StudyDecision, decide_all
from helpers.experiment.decision.rule import Evidence
from helpers.experiment.decision.value import DecisionValue

Part = TypeVar("Part", bound=BaseModel)
Values = Sequence[DecisionValue | None]
GRID = 65
"""Values of a range that are tried before the place of a change is narrowed down."""
HALVINGS = 60
"""Steps of that narrowing: no two numbers lie closer."""
LITTLE = 1e-9
"""Part of a value by which the next one tried lies above it."""
LEAST, MOST = 0.001, 1.0
"""Ends of the range of a share or of a relative effect that is searched."""


NO_MONEY = "no money is reckoned"


@dataclass(frozen=True)
class Turn:
    """Where the decision becomes another: below ``at``, or above it, it is ``verdict``.

    ``beyond`` are the places farther out at which it is another again, each with what it is from there on.
    """

    at: float
    below: bool
    verdict: str
    beyond: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class Assumption:
    """One value that nobody stated.

    Attributes:
        path: of its key in the study.
        used: the value that the report reckons with; None where it reckons with none.
        low, high: the range in which another decision was looked for.
        turns: the nearest change below the value used and the nearest above it, as far as there are any, each with
            every further one on its side.
        why: why no value changes the decision, where the rule does not look at it.
    """

    path: str
    used: float | None
    low: float
    high: float
    turns: tuple[Turn, ...]
    why: str = ""


def assumptions(study: Study, decided: StudyDecision, values: Values) -> tuple[Assumption, ...]:
    """Every value that the report reckons with and nobody stated; ``values`` is the money of each arm of the decision."""
    return tuple(_assumption(path, study, decided, values) for path in study.assumptions)


def again(path: str, study: Study, decided: StudyDecision, values: Values) -> Callable[[float], StudyDecision]:
    """The decision as a function of the value at a path, all else as it is."""

    def at(used: float) -> StudyDecision:
        other: Study = with_value(study, path, used)
        restated = [_restated(e, v, study, other) for e, v in zip(decided.evidence, values, strict=True)]
        return decide_all(restated, other.decision)

    return at


def with_value(part: Part, path: str, value: float) -> Part:
    """A copy of a study, or of a part of one, with another value at a path."""
    key, _, inner = path.partition(".")
    return part.model_copy(update={key: with_value(getattr(part, key), inner, value) if inner else value})


def verdict_of(decided: StudyDecision) -> str:
    """The decision in a word; of several arms with the one that it is about."""
    made = decided.proposed
    return f"{made.verdict} ({made.arm})" if made.arm else made.verdict


def _restated(weighed: Evidence, value: DecisionValue | None, study: Study, other: Study) -> Evidence:
    was, now = study.decision.prior, other.decision.prior
    belief = None if weighed.belief is None else weighed.belief.under(now, was)
    worth = None if value is None else value.expected_under(other.economics, now, was)
    per_unit = None if weighed.per_unit is None else weighed.per_unit.under(now, was)
    return replace(weighed, belief=belief, worth=worth, per_unit=per_unit)


def _assumption(path: str, study: Study, decided: StudyDecision, values: Values) -> Assumption:
    used = value_at(study, path)
    tried = _range(path, used, study, values, decided)
    why = _unread(path, decided, values)
    turns = () if why else _turns(tried, used, again(path, study, decided, values), path.endswith("_months"))
    return Assumption(path, None if why == NO_MONEY else used, min(tried), max(tried), turns, why)


def _unread(path: str, decided: StudyDecision, values: Values) -> str:
    if path.startswith("economics.") and not any(values):
        return NO_MONEY
    if decided.proposed.verdict == "INVALID":
        return "a trust check failed"
    if path in PLAN:
        return "the rule does not use it"
    return ""


def _range(path: str, used: float, study: Study, values: Values, decided: StudyDecision) -> list[float]:
    """The values that are tried, with the one used among them, in their order."""
    prior = study.decision.prior
    gain = max((abs(v.expected.gain) for v in values if v is not None), default=0.0) / 100
    months = study.economics.horizon_months
    found: Mapping[str, Any] = {
        "decision.prior.improve": _steps(LEAST, _room(prior, prior.harm)),
        "decision.prior.harm": _steps(LEAST, _room(prior, prior.improve)),
        "decision.prior.size": np.geomspace(LEAST, MOST, GRID),
        "economics.contribution_margin": _steps(LEAST, MOST),
        "economics.implementation_cost": _steps(0.0, 2 * max(gain, used)),
        "economics.monthly_run_cost": _steps(0.0, 2 * max(gain / months, used)),
        "economics.horizon_months": range(1, 61),
        "design.planned_units": [used],
        "decision.min_relative_uplift": [*_steps(0.0, MOST), *_bars(decided)],
    }
    return sorted({float(each) for each in found.get(path, _steps(0.0, MOST))} | {used})


def _bars(decided: StudyDecision) -> list[float]:
    """What the smallest uplift is held against, of every arm, and a little more: between two steps lies no change unseen."""
    held = (each for e in decided.evidence for each in (e.uplift, e.at_best, e.ceiling))
    return [x for each in held if 0 < each < MOST for x in (each, each * (1 + LITTLE))]


def _room(prior: Prior, other: float) -> float:
    """The largest share of one side: some ideas do nothing."""
    return 1 - other - LEAST


def _steps(low: float, high: float) -> Any:
    return np.linspace(low, high, GRID)


def _turns(
    tried: list[float], used: float, decision: Callable[[float], StudyDecision], whole: bool
) -> tuple[Turn, ...]:
    """The nearest change on either side of the value used; ``whole`` where only whole numbers have a meaning."""
    made = verdict_of(decision(used))
    found = []
    for below in (True, False):
        beyond = [x for x in reversed(tried) if x < used] if below else [x for x in tried if x > used]
        steps = 0 if whole else HALVINGS
        places: list[tuple[float, str]] = []
        near, verdict = used, made
        while (change := _change(near, verdict, beyond, decision, steps)) is not None:
            at, near, verdict = change
            places.append((at, verdict))
            beyond = [x for x in beyond if (x < near if below else x > near)]
        if places:
            found.append(Turn(places[0][0], below, places[0][1], tuple(places[1:])))
    return tuple(found)


def _change(
    near: float, made: str, beyond: Sequence[float], decision: Callable[[float], StudyDecision], steps: int
) -> tuple[float, float, str] | None:
    """The last value with the decision ``made``, the first one with another, and that; None where no value has another."""
    for far in beyond:
        if (other := verdict_of(decision(far))) != made:
            break
        near = far
    else:
        return None
    for _ in range(steps):
        middle = (near + far) / 2
        if math.isclose(near, far, rel_tol=1e-12, abs_tol=1e-15):
            break
        said = verdict_of(decision(middle))
        near, far, other = (middle, far, other) if said == made else (near, middle, said)
    return near, far, other
