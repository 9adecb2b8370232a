"""A row of the table as the project reads it: a study, and the sufficient statistics of its marts.

From here on everything is the project's own: tests, adjustment, checks, looks, money, belief, rule.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from helpers.config import Study
from helpers.experiment.decision.leading import Judged
from helpers.experiment.results import Observed, Results
from helpers.warehouse.amounts import AmountDigits
from tests.gauntlet.case import Case, treated
from tests.gauntlet.facts import PRIOR

DIGITS = 6
START = datetime(2026, 5, 4)
WEEKS = 28


def study(case: Case) -> Study:
    """The study that asks for this experiment."""
    return Study.model_validate(study_file(case))


def study_file(case: Case) -> dict[str, Any]:
    """What its file says: a table with one row a unit, an outcome in a column named as its event."""
    found = case.found
    arms = ["control", *case.arms]
    times = "ends" in found
    days = found["ends"][1] if times else found.get("days", WEEKS)
    metrics = [_metric("primary", found, "primary", label=found.get("names", {}).get("converted", "Converted"))]
    metrics += [_metric(name, guard, "guardrail") for name, guard in found.get("guards", {}).items()]
    metrics += [_metric(name, other, "secondary") for name, other in found.get("secondary", {}).items()]
    money = found.get("money")
    if money and not money.get("primary"):
        metrics.append(_metric("revenue", money, "secondary", unit="money"))
    if money and money.get("primary"):
        metrics[0]["unit"] = "money"
    if "raw" in found:
        metrics[0]["winsorize"] = 0.99
    events = dict.fromkeys(e for m in metrics for e in (m["event"], m.get("per")) if e)
    if found.get("cluster"):
        metrics = [{key: value for key, value in m.items() if key != "per"} | {"type": "mean"} for m in metrics]
        events = dict.fromkeys(m["event"] for m in metrics)
    improve, harm, size = found.get("prior", PRIOR)
    columns = {"user_id": "user_id", "variant": "variant"} | ({"event_time": "at"} if times else {})
    columns |= {"city": "city"} if found.get("cluster") else {}
    columns |= {dimension: dimension for dimension in found.get("segments", {})}
    weights = found.get("weights") or [1 / len(arms)] * len(arms)
    return {
        "name": "planted", "title": "Planted", "question": "Does it help?", "hypothesis": "It helps, because it was planted.",
        "change": "What was planted", "mode": "online", "salt": "planted-1",
        "data": {"source": "units", "path": "planted.csv", "columns": columns, "outcomes": {event: event for event in events}},
        "period": {"start": START, "end": START + timedelta(days=days)},
        "variants": [{"name": name, "weight": weight} for name, weight in zip(arms, weights, strict=True)],
        "metrics": metrics,
        "design": {"power": 0.8, "minimum_detectable": 0.05} | ({"planned_units": found["planned"]} if "planned" in found else {}),
        "decision": {
            "confidence": found.get("confidence", 0.95), "max_risk": found.get("risk", 0.05),
            "min_relative_uplift": found.get("min", 0.05), "prior": {"improve": improve, "harm": harm, "size": size},
            "require_planned_size": found.get("require", False),
        },
        "economics": _economics(found),
        "cluster": "city" if found.get("cluster") else None,
        "segments": list(found.get("segments", {})),
        "rollout": [{"share": 1.0, "days": 14, "advance_when": "nothing is hurt"}],
        "milestones": [{"days": "0-30", "milestone": "Shipped", "success": "It holds", "tripwire": "It falls"}],
    }  # fmt: skip


def _economics(found: Mapping[str, Any]) -> dict[str, Any]:
    money = found.get("money")
    if not money:
        return {"contribution_margin": 1.0, "implementation_cost": 0}
    return {
        "currency": found.get("currency", "EUR"), "revenue_metric": "primary" if money.get("primary") else "revenue",
        "contribution_margin": money["margin"], "implementation_cost": money["cost"], "monthly_run_cost": money.get("run", 0),
        "horizon_months": money.get("months", 12), "exposed_units_per_month": money["monthly"],
    }  # fmt: skip


def slug(name: str) -> str:
    return name.replace(" ", "_")


def _metric(
    name: str, metric: Mapping[str, Any], role: str, *, label: str = "", unit: str = "number"
) -> dict[str, Any]:
    kind = {2: "proportion", 3: "mean", 6: "ratio"}[len(metric["control"])]
    told: dict[str, Any] = {
        "name": slug(name), "label": label or name.capitalize(), "role": role, "type": kind, "event": slug(name),
        "better": metric.get("better", "higher"),
    }  # fmt: skip
    if kind != "proportion":
        told |= {"measure": "sum", "unit": unit}
    if kind == "ratio":
        told["per"] = f"{slug(name)}_chances"
    if role == "guardrail":
        told["margin"] = {"relative": metric["margin"]} if "margin" in metric else {"absolute": metric["absolute"]}
    return told


def results(case: Case, asked: Study) -> Results:
    """The results of a study whose marts hold exactly what the row says."""
    found = case.found
    read = object.__new__(Judged)
    read.study = asked
    read._digits = AmountDigits({metric.event: DIGITS for metric in asked.metrics if metric.event})
    read._truths = {}
    measured: dict[str, Mapping[str, Any]] = {"primary": found}
    for key in ("guards", "secondary"):
        measured |= {slug(name): metric for name, metric in found.get(key, {}).items()}
    if found.get("money") and not found["money"].get("primary"):
        measured["revenue"] = found["money"]
    gone = dict(zip(("control", *case.arms), found.get("missing", ()), strict=False))
    read._rows = {}
    for name, metric in measured.items():
        for arm, told in {"control": metric["control"], **treated(metric)}.items():
            units = int(told[0]) + (gone.get(arm, 0) if name == "primary" else 0)
            for population in ("assigned", "exposed"):
                read._rows[population, "all", "all", name, arm] = _row(told, units, _as_is(found, name, arm))
            if "shock" in found and name == "primary":
                read._rows |= {
                    ("exposed", "day", str(day), name, arm): row for day, row in _by_day(told, found).items()
                }
    for dimension, levels in found.get("segments", {}).items():
        for level, arms in levels.items():
            for arm, told in arms.items():
                read._rows["exposed", dimension, level, "primary", arm] = _row(told, int(told[0]))
    if "ends" in found:
        last = START + timedelta(days=found["ends"][0] - 1)  # a date, which stands for its whole day
        read.observed = Observed(START, last, last)
    else:
        read.observed = Observed(None, None, None)
    return read


def _as_is(found: Mapping[str, Any], name: str, arm: str) -> list[float] | None:
    """Mean and deviation of the primary metric before extreme values are pulled in; None where none are."""
    raw: Mapping[str, list[float]] = found.get("raw", {})
    return raw.get(arm, raw.get("treatment")) if name == "primary" else None


def _row(told: list[float], units: int, as_is: list[float] | None = None) -> SimpleNamespace:
    """A row of the mart of experiment results, from an arm of the table; amounts with their digits."""
    if as_is:
        row, bare = _row(told, units), _row([told[0], *as_is], units)
        return SimpleNamespace(**{**vars(row), "sum_r": bare.sum_y, "sum_r2": bare.sum_y2})
    n = int(told[0])
    if len(told) == 2:
        return _sums(units, n, Fraction(told[1]), Fraction(told[1]))
    exact = [Fraction(str(value)) for value in told[1:]]
    mean, sd = exact[:2]
    sums = (n * mean * 10**DIGITS, ((n - 1) * sd**2 + n * mean**2) * 10 ** (2 * DIGITS))
    if len(told) == 3:
        return _sums(units, n, *sums)
    _, _, d, sd_d, r = exact
    below = (n * d, (n - 1) * sd_d**2 + n * d**2, ((n - 1) * r * sd * sd_d + n * mean * d) * 10**DIGITS)
    return _sums(units, n, *sums, *below)


def _sums(units: int, n: int, *sums: Fraction) -> SimpleNamespace:
    names = ("sum_y", "sum_y2", "sum_d", "sum_d2", "sum_yd")
    whole = [round(value) for value in sums] + [0] * (len(names) - len(sums))
    told = dict(zip(names, whole, strict=True))
    return SimpleNamespace(
        units=units,
        randomised=units,
        valued=n,
        sample_size=n,
        sum_x=0,
        sum_x2=0,
        sum_xy=0,
        sum_r=told["sum_y"],
        sum_r2=told["sum_y2"],
        **told,
    )


def _by_day(told: list[float], found: Mapping[str, Any]) -> dict[int, SimpleNamespace]:
    """A proportion over the days of its period; on the day of the shock all units have it twice as often."""
    days, n, x = found["ends"][0], int(told[0]), int(told[1])
    share, left, rows = x / (n + n / days), x, {}
    for day in range(days):
        units = n // days + (day < n % days)
        hits = min(round(units * share * (2 if day == found["shock"] else 1)), left, units)
        rows[day] = _sums(units, units, Fraction(hits), Fraction(hits))
        left -= hits
    last = rows[days - 1]
    rows[days - 1] = _sums(last.units, last.sample_size, *[Fraction(last.sum_y + left)] * 2)
    return rows
