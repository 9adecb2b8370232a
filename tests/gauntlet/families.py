"""What cannot change a verdict: another direction, another unit and currency, other names in another order.

Each row of the table makes a family of itself and its turns. An expectation stays what it was; only names are turned.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.gauntlet.case import Case, rows, treated

RATE = 160
"""A unit of the money of the table in another currency, and of a mean in a finer unit."""
NAMES = {
    "treatment": "neu", "alpha": "zeta", "beta": "eta", "gamma": "theta", "delta": "iota", "epsilon": "kappa", "loud": "mu",
    "quiet": "nu", "crashes": "stalls", "refunds": "returns", "order value": "basket value", "waiting": "queueing",
    "orders": "bookings", "unsubscribed": "left for good", "opened": "unfolded", "visited": "came by", "clicked": "tapped",
}  # fmt: skip
"""Another name of each arm and metric of the table."""


def cases() -> list[Case]:
    """Every row and its turns."""
    return [case for row in rows() for case in (row, *turned(row))]


def turned(row: Case) -> list[Case]:
    return [case for turn in (mirrored, scaled, renamed) if (case := turn(row)) is not None]


def mirrored(row: Case) -> Case | None:
    """The same size of effect in the other direction, where the other direction is better."""
    found = row.found
    if found.get("money", {}).get("primary") or "raw" in found:
        return None
    if (
        found.get("cluster") and found["control"][4]
    ):  # totals that follow the rows have another spread on the other side
        return None
    arms = {name: _reflected(found["control"], arm) for name, arm in row.arms.items()}
    if None in arms.values():
        return None
    better = "higher" if found.get("better") == "lower" else "lower"
    changes = {"arms": arms} if "arms" in found else {"treatment": arms["treatment"]}
    return row.with_found("mirrored", better=better, **changes)


def _reflected(control: list[float], arm: list[float]) -> list[float] | None:
    """An arm as far from the control on its other side; None where no rate lies there or the control is nothing."""
    if control[1] == 0:
        return None
    if len(arm) == 2:
        successes = 2 * control[1] * arm[0] / control[0] - arm[1]
        return [arm[0], round(successes)] if 0 <= successes <= arm[0] and abs(successes % 1) < 1e-9 else None
    if len(arm) == 3:
        return [arm[0], 2 * control[1] - arm[1], arm[2]]
    n, y, sd_y, d, sd_d, r = arm
    return [n, (2 * control[1] / control[3] - y / d) * d, sd_y, d, sd_d, r]


def scaled(row: Case) -> Case | None:
    """Means in a finer unit, money in another currency; None where a row has neither."""
    found = row.found
    changes: dict[str, Any] = {}
    if len(found["control"]) > 2:
        changes |= _arms_in(found)
    if "raw" in found:
        changes["raw"] = {name: [RATE * value for value in arm] for name, arm in found["raw"].items()}
    guards = {name: _guard_in(guard) for name, guard in found.get("guards", {}).items()}
    if guards and guards != found["guards"]:
        changes["guards"] = guards
    if "money" in found:
        money = dict(found["money"])
        money |= {key: RATE * money[key] for key in ("cost", "run") if key in money}
        changes |= {"money": money if money.get("primary") else {**money, **_arms_in(money)}, "currency": "JPY"}
    if not changes:
        return None
    case = row.with_found("in another unit", **changes)
    return replace(case, expected=_worded(row.expected, lambda text: text.replace("EUR", "JPY")))


def _arms_in(metric: Mapping[str, Any]) -> dict[str, Any]:
    scaled = {name: _finer(arm) for name, arm in treated(metric).items()}
    return {
        "control": _finer(metric["control"]),
        **({"arms": scaled} if "arms" in metric else {"treatment": scaled["treatment"]}),
    }


def _guard_in(guard: Mapping[str, Any]) -> Mapping[str, Any]:
    if len(guard["control"]) == 2:
        return guard
    absolute = {"absolute": RATE * guard["absolute"]} if "absolute" in guard else {}
    return {**guard, **_arms_in(guard), **absolute}


def _finer(arm: list[float]) -> list[float]:
    """The arm of a mean in a finer unit; of a ratio, what is counted."""
    return [arm[0], RATE * arm[1], RATE * arm[2], *arm[3:]]


def renamed(row: Case) -> Case:
    """Other names, and the treatments in the other order."""
    found = dict(row.found)
    for key in ("guards", "secondary"):
        if key in found:
            found[key] = {NAMES[name]: _reversed(metric) for name, metric in found[key].items()}
    if "money" in found and not found["money"].get("primary"):
        found["money"] = _reversed(found["money"])
    if "weights" in found:
        found["weights"] = [found["weights"][0], *reversed(found["weights"][1:])]
    if "missing" in found:
        found["missing"] = [found["missing"][0], *reversed(found["missing"][1:])]
    case = row.with_found("renamed", **{**found, **_reversed(found), "names": NAMES})
    return replace(case, expected=_worded(row.expected, _named))


def _reversed(metric: Mapping[str, Any]) -> dict[str, Any]:
    if "arms" not in metric:
        return dict(metric)
    return {**metric, "arms": {NAMES[name]: arm for name, arm in reversed(metric["arms"].items())}}


def _named(text: str) -> str:
    """A text of the table with the other names, which are whole words of it."""
    for name, other in NAMES.items():
        if text == name or text.endswith(f" {name}"):
            return text[: -len(name)] + other
    return text


def _worded(expected: Mapping[str, Any], turn: Callable[[str], str]) -> dict[str, Any]:
    found = dict(expected)
    for key in ("says", "never", "unmet"):
        if key in found:
            found[key] = [turn(text) for text in found[key]]
    for key in ("because", "proposes"):
        if key in found:
            found[key] = turn(found[key])
    if "each" in found:
        found["each"] = {turn(name): verdict for name, verdict in found["each"].items()}
    return found
