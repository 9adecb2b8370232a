"""What was assumed, told: a mark where a number rests on it, and one table with the value at which the decision changes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from helpers.config.assumed import MONEY, PRIOR, WEIGHTS, value_at
from helpers.defaults import BASELINE_DRIFT, MAX_CHANCE_OF_HARM
from helpers.formatting import Unit, apart, formatted, inside, listed
from helpers.report.tables import Row

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.decision.assumptions import Assumption, Turn
    from helpers.report.notebook import Notebook

NAMED: Mapping[str, tuple[str, Unit]] = {
    "decision.prior.improve": ("Share of such changes that help", "share"),
    "decision.prior.harm": ("Share of such changes that harm", "share"),
    "decision.prior.size": ("Typical size of an effect", "share"),
    "decision.min_relative_uplift": ("Smallest gain worth shipping", "share"),
    "economics.contribution_margin": ("Share of revenue that is left after variable costs", "share"),
    "economics.implementation_cost": ("Cost of building it", "money"),
    "economics.monthly_run_cost": ("Cost of running it, a month", "money"),
    "economics.horizon_months": ("Months over which money is reckoned", "count"),
    "design.minimum_detectable": ("Smallest effect worth finding", "share"),
    "design.planned_units": ("Planned units", "count"),
}
"""Every value that can be assumed, in words, with its unit."""
RISK = PRIOR
"""What the risk rests on."""
EXPECTED = (*PRIOR, *MONEY)
"""What expected money rests on."""
RULE = (*PRIOR, "decision.min_relative_uplift")
"""What the criteria rest on besides money."""
CAPTION = "What was assumed, and at which value the decision would change"
USUAL: Mapping[str, str] = {
    "decision.confidence": "confidence of the intervals",
    "decision.max_risk": "largest risk of no improvement",
    "design.power": "power of the design",
}
"""What has a usual value where a study does not state it, in words; each is a share."""


HARMS = "More changes that harm leave fewer that do nothing, and it is those that look like a gain by chance: so the risk falls as that share rises."
"""Why a larger share of harm may speak for a change: what is taken to help stays as it is."""
NEAR = 10
"""Times by which a value that somebody would state may differ from the one that is assumed."""


def table(found: Iterable[Assumption], study: Study) -> list[Row]:
    """A row for each value that nobody stated."""
    return [
        {
            "Assumed": f"{NAMED[each.path][0]} ({each.path})",
            "Value used": _text(each.path, each.used, study),
            "The decision changes": _changes(each, study),
        }
        for each in found
    ]


def text_carries(found: Iterable[Assumption], study: Study) -> str:
    """Which values that nobody stated carry the verdict: at another one of their order of magnitude it is another."""
    near = [each for each in found if any(_is_near(turn.at, each.used) for turn in each.turns)]
    told = [
        f"the {inside(NAMED[each.path][0])}, {_text(each.path, each.used, study)} (the rule says {_changes(each, study)})"
        for each in near
    ]
    return " ".join(filter(None, [f"Nobody stated {'; '.join(told)}.", _harms(near)])) if told else ""


def _harms(found: Iterable[Assumption]) -> str:
    """Why more harm among the changes speaks for one, where the table says so; empty elsewhere."""
    turns = [turn for each in found if each.path == "decision.prior.harm" for turn in each.turns]
    speaks = any(turn.verdict.startswith("ITERATE" if turn.below else "GO") for turn in turns)
    return HARMS if speaks else ""


def _is_near(at: float, used: float | None) -> bool:
    """Whether somebody who stated a value may well have stated one beyond the turn: it lies within ten times of the one used."""
    return used is not None and (used == 0 or used / NEAR <= at <= used * NEAR)


def record(nb: Notebook, found: Iterable[Assumption], verdict: str) -> None:
    """``decision.rests``: what the first page says beside the verdict; INVALID rests on no value that was assumed."""
    directions = "" if verdict == "INVALID" else text_directions(nb.study)
    carried = " ".join(filter(None, [text_carries(found, nb.study), directions]))
    nb.record(
        "decision.rests", carried or None, "text", "Assumed values at another of which the verdict would be another",
        reason=text_free(nb.study, verdict),
    )  # fmt: skip


def text_free(study: Study, verdict: str) -> str:
    """Why no assumed value is told beside the verdict; the weights of the variants are none that the rule is asked about.

    >>> from helpers import config
    >>> study = config.load("studies/cart_checkout.yml").model_copy(update={"assumed": [WEIGHTS]})
    >>> text_free(study, "GO")
    'the verdict is the same at each value near those that were assumed, but for variants.weight: at other weights the sample ratio may fail'
    """
    if verdict == "INVALID":
        return "a trust check failed, whatever was assumed of the prior, the smallest gain or the money"
    weights = f", but for {WEIGHTS}: at other weights the sample ratio may fail" if study.is_weighed_by_guess else ""
    return f"the verdict is the same at each value near those that were assumed{weights}"


def text_directions(study: Study) -> str:
    """That the direction of a metric which the rule weighs was stated by nobody; empty where each was.

    >>> from helpers import config
    >>> study = config.load("studies/cart_checkout.yml")
    >>> text_directions(study), text_directions(study.model_copy(update={"assumed": [f"metrics.{study.primary.name}.better"]}))
    ('', 'Nobody stated whether a higher purchase rate is better: it is taken so.')
    """
    weighed = [m for m in study.metrics if m.role != "secondary" and study.is_undirected(m)]
    if not weighed:
        return ""
    names = listed([f"a {m.better} {inside(m.label)}" for m in weighed])
    return f"Nobody stated whether {names} is better: it is taken so."


def note_table(study: Study, found: Iterable[Assumption] = ()) -> str:
    """How the table was made, which texts nobody stated, and what stands at its usual value."""
    how = "One value is moved at a time, all else as it is, and the rule is asked again."
    return " ".join(filter(None, [how, _harms(found), _texts(study, "Not stated either"), text_usual(study)]))


def _texts(study: Study, what: str) -> str:
    """Which listed keys nobody stated besides those of the table and the usual ones; empty where there is none.

    Of money these are its keys where none is reckoned.
    """
    told = [path for path in (*study.assumptions, *USUAL) if study.assumes(path)]
    texts = [path for path in study.assumed if not any(f"{known}.".startswith(f"{path}.") for known in told)]
    return f"{what}: {', '.join(texts)}." if texts else ""


def text_none(study: Study) -> str:
    """That nothing was assumed which the table would hold, and what stands at its usual value."""
    parts = ["prior", "smallest gain", *(["money"] if study.economics.revenue_metric is not None else []), "plan"]
    none = f"The study states each value of {listed([f'its {part}' for part in parts])}: none was assumed."
    return " ".join(filter(None, [none, _texts(study, "Not stated"), text_usual(study)]))


def text_usual(study: Study) -> str:
    """What the report reckons with at its usual value, as the study does not state it, and what no study can state."""
    usual = [
        f"{name} {formatted(value_at(study, path), 'share')} ({path})"
        for path, name in USUAL.items()
        if study.assumes(path)
    ]
    fixed = (
        f"Fixed, and no key of a study: weighed options may have a chance of {formatted(MAX_CHANCE_OF_HARM, 'share')} that "
        f"revenue falls, and weeks differ by {formatted(BASELINE_DRIFT, 'share')} without any change."
    )
    return " ".join(
        filter(None, [f"At its usual value, as the study states none: {', '.join(usual)}." if usual else "", fixed])
    )


def note(study: Study, paths: Iterable[str]) -> str:
    """The mark of a number that rests on these values; empty where the study states them all.

    >>> from helpers import config
    >>> note(config.load("studies/cart_checkout.yml"), RISK)
    'assumed: prior.harm, prior.size'
    """
    names = [path.partition(".")[2] for path in study.assumptions if path in paths]
    return f"assumed: {', '.join(names)}" if names else ""


def note_plan(study: Study, key: str) -> str:
    """The mark of a plan (``rollout``, ``milestones``) that stands in a study and nobody stated.

    >>> from helpers import config
    >>> study = config.load("studies/cart_checkout.yml")
    >>> note_plan(study, "rollout"), note_plan(study.model_copy(update={"assumed": ["rollout"]}), "rollout")
    ('', 'assumed: rollout')
    """
    return f"assumed: {key}" if study.assumes(key) else ""


def _changes(found: Assumption, study: Study) -> str:
    if found.why:
        return f"at no value: {found.why}"
    if found.turns:
        return "; ".join(_turn(found.path, turn, found.used, study) for turn in found.turns)
    low, high = (_text(found.path, end, study) for end in (found.low, found.high))
    return f"at no value between {low} and {high}"


def _turn(path: str, turn: Turn, used: float | None, study: Study) -> str:
    """Each stretch of values with the verdict there, away from the value used; the last has no end."""
    places = [(turn.at, turn.verdict), *turn.beyond]
    ends = [_text(path, at, study, beside=used) for at, _ in places]
    told = [
        f"{verdict} from {' to '.join(_in_order(turn.below, ends[i], ends[i + 1]))}"
        for i, (_, verdict) in enumerate(places[:-1])
    ]
    side, last = "below" if turn.below else "above", places[-1][1]
    return f"{', '.join(told)}, {side} that {last}" if told else f"{last} {side} {ends[0]}"


def _in_order(below: bool, near: str, far: str) -> tuple[str, str]:
    """Two ends of a stretch as a reader has them, the lower one first; the far one is the lower where it lies ``below``."""
    return (far, near) if below else (near, far)


def _text(path: str, value: float | None, study: Study, beside: float | None = None) -> str:
    """A value in words; where the decision turns in as many digits as tell it from the value ``beside`` it."""
    if value is None:
        return "none"
    unit, scale = NAMED[path][1], 100 if NAMED[path][1] == "money" else 1
    bar = math.nan if beside is None else scale * beside
    return apart(scale * value, bar, unit, study.economics.currency)
