"""Studies on generated files with more in them than a reading needs: every kind of metric, segments, baselines, funnels."""

import copy
import random
from datetime import timedelta
from typing import Any

from tests.fuzz.cases import Case
from tests.fuzz.reading import study_file
from tests.fuzz.worlds import BOUGHT, DAY, SEEN, moment

MARGIN = {"relative": 0.1}


def varied(made: Case, rng: random.Random) -> dict[str, Any]:
    """A study file on the case's data with some of the optional keys; the file may be one that a reader must refuse."""
    raw = copy.deepcopy(study_file(made.world, made.dress, made.written, timed=made.timed, tolerant=made.tolerant))
    changes = LOG + ANY if made.world.is_log else UNITS + ANY
    for change in rng.sample(changes, rng.randint(0, 4)):
        change(raw, made, rng)
    return raw


def _metric(name: str, **told: Any) -> Any:
    def change(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
        raw["metrics"].append({"name": name, "label": name.title(), "role": "secondary"} | told)

    return change


def _retention(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    first = rng.choice([1, 2, 7])
    days = {"from_day": first, "to_day": first + rng.choice([0, 6])}
    raw["metrics"].append({"name": "back", "label": "Back", "role": "secondary", "type": "retention"} | days)


def _windowed(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    rng.choice(raw["metrics"][:3])["within_days"] = rng.choice([1, 3, 30])


def _missing(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    raw["metrics"][1]["missing"] = rng.choice(["drop", "zero", "error"])


def _baseline(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    """A part of the period becomes the time before, for covariates and a funnel of its own."""
    first, last = made.world.start, made.world.end
    start = first + (last - first) // 3 // DAY * DAY + rng.choice([0, DAY, 12_345_678])
    raw["period"] |= {"baseline": raw["period"]["start"], "start": moment(start).replace(tzinfo=None)}
    raw["metrics"][rng.choice([0, 1])]["covariate"] = True


def _before(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    raw["period"]["baseline"] = raw["period"]["start"] - timedelta(days=7)
    raw["data"]["before"] = {"spend": raw["data"]["outcomes"]["score"]}
    raw["metrics"][1]["covariate"] = True


def _offline(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    """Nobody was treated: the split is hashed, the uplift planted."""
    del raw["data"]["variants"], raw["data"]["columns"]["variant"]
    raw |= {"mode": "offline", "injection": {"event": BOUGHT, "relative_uplift": {"all": rng.choice([0.1, -0.2, 5])}}}


def _funnel(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    steps = rng.choice([[SEEN, BOUGHT], [SEEN, "cart", BOUGHT], ["cart", SEEN, BOUGHT], [BOUGHT, SEEN]])
    raw["funnel"] = {"steps": steps, "window_hours": rng.choice([0.5, 24, 1_000])}
    if len(steps) == 3 and rng.random() < 0.5:
        raw["funnel"]["optional"] = [steps[1]]
    raw["exposure"] = rng.choice(steps)


def _segments(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    raw["data"]["columns"]["told"] = made.dress.name("note")
    raw |= {"segments": ["told"], "min_segment": rng.choice([2, 20])}


def _leaving(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    raw["leaving"] = {"event": rng.choice(["cart", BOUGHT]), "horizon_days": rng.choice([1, 3.5])}


def _surrogate(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    raw["surrogate"] = {"proxy": raw["metrics"][0]["name"], "outcome": "spend"}


def _winsorized(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    raw["metrics"][1]["winsorize"] = rng.choice([0.6, 0.99])


def _guarded(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    raw["metrics"][-1] |= {"role": "guardrail", "margin": MARGIN}


def _moneyless(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    raw["economics"] = {key: value for key, value in raw["economics"].items() if key != "revenue_metric"}


def _exported(raw: dict[str, Any], made: Case, rng: random.Random) -> None:
    raw["data"]["export_clean_events"] = True


ANY = [_segments, _surrogate, _winsorized, _guarded, _moneyless, _exported, _missing]
LOG = [
    _metric("basket", type="ratio", event=BOUGHT, measure="sum", per="count", unit="money"),
    _metric("per_view", type="ratio", event=BOUGHT, measure="count", per=SEEN, unit="count"),
    _metric("time", type="ratio", event="experiment_session", measure="sum", per="count", unit="seconds"),
    _metric("visits", type="mean", event="experiment_session", measure="count", unit="count"),
    _metric("carted", type="proportion", event="cart"),
    _retention,
    _windowed,
    _baseline,
    _offline,
    _funnel,
    _leaving,
]
UNITS = [
    _metric("per_round", type="ratio", event="spend", measure="sum", per="rounds", unit="money"),
    _metric("any_round", type="proportion", event="rounds"),
    _before,
]
"""Changes to a study that a reader may make."""
