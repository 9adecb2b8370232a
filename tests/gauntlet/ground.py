"""What a study's notebooks say beside the verdict, of evidence at random: who drops and where, what the log held, how long
units stay, what a proxy tells, what the checks found, how it ships.

The evidence is drawn odd: nobody lost, everybody, one user, ties, one level, no gap, a mix against the gap, no variance.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd

from helpers import config
from helpers.config import Study
from helpers.config.design import Funnel
from helpers.config.launch import Stage
from helpers.experiment import funnel, segments, surrogate, survival
from helpers.experiment.trust.check import TrustCheck
from helpers.report.figures import log, money
from helpers.report.figures.surrogate import predicted
from helpers.report.figures.survival import staying
from helpers.report.topics import data_quality, trust
from helpers.report.topics import funnel as funnel_topic
from helpers.report.topics import segments as segments_topic
from helpers.report.topics import surrogate as surrogate_topic
from helpers.report.topics import survival as survival_topic
from helpers.stats.estimate import Estimate
from helpers.stats.survival.curves import Lifetimes, compare_restricted_means, kaplan_meier, log_rank
from helpers.warehouse import query
from tests.gauntlet.case import Case
from tests.gauntlet.page import Said
from tests.gauntlet.planted import study

LOG = config.load("studies/cart_checkout.yml")
PROXY = config.load("studies/music_recommendations.yml")
TABLE = study(Case("ground", "a table", {"control": [10, 5], "treatment": [10, 5]}))
STEPS = ("view", "cart", "ordered", "back_after_a_week", "purchases", "order", "reply", "success")
LEVELS = ("no", "yes", "US", "iPhone", "other", "unknown", "None", "mobile", "tv", "new and returning")
DIMENSIONS = ("device", "is_member", "visitor_type")
TROUBLES = ("a leak", "units in two arms", "rows that repeat", "days too young to be counted")


@dataclass(frozen=True)
class Ground:
    """The raw evidence of one study, as its marts hold it."""

    study: Study
    steps: tuple[str, ...]
    reached: tuple[int, ...]
    still_open: tuple[int, ...]
    buyers: tuple[int, int, int, int]
    cells: pd.DataFrame
    flow: Mapping[str, int]
    daily: pd.DataFrame
    lives: tuple[pd.DataFrame, pd.DataFrame]
    horizon: float
    arms: tuple[str, str]
    proxy: tuple[np.ndarray, np.ndarray, np.ndarray]
    checks: tuple[tuple[str, str], ...]


def ground(rng: np.random.Generator) -> Ground:
    """Evidence at random, most of it odd."""
    steps = tuple(str(s) for s in rng.choice(STEPS, int(rng.integers(2, 5)), replace=False))
    reached = _reached(rng, len(steps))
    gone = -np.diff(reached)
    still = tuple(int(rng.integers(0, n + 1)) for n in gone)
    converted = int(rng.choice([0, 1, 2, 500]))
    beside = int(rng.integers(0, converted + 1)) if rng.integers(2) else 0
    exposure, never = _entered(steps, converted, beside)
    stages = _stages(rng)
    base = LOG if rng.integers(2) else TABLE
    asked = base.model_copy(
        update={
            "funnel": Funnel(steps=list(steps)), "exposure": exposure, "rollout": stages, "min_segment": 20,
            "segments": list(DIMENSIONS[: int(rng.integers(1, 4))]),
            "cluster": "city" if base is TABLE and len(steps) == 2 else None,
        }
    )  # fmt: skip
    return Ground(
        asked, steps, reached, (0, *still), (converted, beside, never, min(int(rng.integers(0, converted + 1)), converted - never)),
        _cells(rng, asked.segments), _flow(rng), _daily(rng.spawn(1)[0], steps), _lives(rng), float(rng.choice([1, 14, 30])),
        (str(rng.choice(["control", "old"])), str(rng.choice(["treatment", "bold red"]))), _proxy(rng), _checks(rng),
    )  # fmt: skip


def _entered(steps: tuple[str, ...], converted: int, beside: int) -> tuple[str, int]:
    """A step of exposure, and how many of the converted have no first step."""
    rng = np.random.default_rng([converted, beside, *map(len, steps)])
    exposure = steps[int(rng.integers(len(steps) - 1))]
    return exposure, beside if exposure == steps[0] else int(rng.integers(0, converted + 1))


def _reached(rng: np.random.Generator, steps: int) -> tuple[int, ...]:
    odd = int(rng.integers(6))
    first = int(rng.choice([1, 2, 7, 900, 40_000]))
    if odd == 0:  # nobody is lost
        return (first,) * steps
    if odd == 1:  # each step loses as many
        return tuple(2**10 >> step for step in range(steps))
    if odd == 2:  # nobody gets far
        return (first, *([0] * (steps - 1)))
    found = [first]
    for _ in range(steps - 1):
        found.append(int(rng.integers(0, found[-1] + 1)) if rng.integers(4) else found[-1])
    return tuple(found)


def _cells(rng: np.random.Generator, dimensions: list[str]) -> pd.DataFrame:
    """Units at the exposure step and those of them that convert, by one level of each segment."""
    levels = {d: [str(x) for x in rng.choice(LEVELS, int(rng.integers(1, 4)), replace=False)] for d in dimensions}
    grid = pd.MultiIndex.from_product(list(levels.values()), names=dimensions).to_frame(index=False)
    scale = int(rng.choice([3, 60, 4_000]))
    grid["reached"] = rng.integers(0, scale + 1, len(grid))
    grid.loc[0, "reached"] += scale
    odd = int(rng.integers(7))
    if odd == 0:  # all alike
        grid["reached"], grid["converted"] = scale, scale // 3
    elif odd == 3:  # all but the first fall short by as many
        grid["reached"], grid["converted"] = scale, scale // 3
        grid.loc[0, "converted"] = scale
    elif odd in (4, 5) and len(dimensions) > 1:  # who they are makes all of the gap
        rates = grid[dimensions[-1]].map({level: (i + 1) / 4 for i, level in enumerate(levels[dimensions[-1]])})
        grid["converted"] = (grid["reached"] * rates).round().astype(int)
    elif odd == 1:
        grid["converted"] = 0 if rng.integers(2) else grid["reached"]
    elif odd == 2:  # the mix alone makes the gap, or goes against it
        grid["converted"] = (grid["reached"] * rng.choice([0.1, 0.5], len(grid))).astype(int)
    else:
        grid["converted"] = [int(rng.integers(0, n + 1)) for n in grid["reached"]]
    return grid[grid["reached"] > 0].reset_index(drop=True)


def _flow(rng: np.random.Generator) -> Mapping[str, int]:
    kinds = ("malformed_line", "exact_duplicate", "wrong_type", "late_duplicate")
    some = {kind: int(rng.choice([0, 0, 1, 5, 900])) for kind in kinds}
    return {"kept": int(rng.choice([1, 5, 7_000, 3_000_000])), **some}


DISPOSITIONS = {
    "kept": "kept", "malformed_line": "dropped", "exact_duplicate": "dropped", "wrong_type": "quarantined",
    "late_duplicate": "flagged",
}  # fmt: skip


def _daily(rng: np.random.Generator, steps: tuple[str, ...]) -> pd.DataFrame:
    """Events a day: as many on each, at random, by weekday, or of units that all began within a week."""
    days = int(rng.choice([1, 6, 8, 13, 14, 30]))
    begin = pd.Timestamp("2026-05-04") + pd.Timedelta(days=int(rng.integers(7)))
    kind = str(rng.choice(["alike", "random", "weekly", "cohort"]))
    rows = [
        (begin + pd.Timedelta(days=day), step, 5 if kind == "alike" else int(rng.integers(1, 50)) + 90 * (kind == "weekly" and day % 7 < 2))
        for step in steps
        for day in range(min(days, 7) if kind == "cohort" and step != steps[-1] else days)
        if step == steps[0] or kind == "alike" or rng.integers(5)
    ]  # fmt: skip
    rows += [(begin, step, 1) for step in steps[1:] if step not in {row[1] for row in rows}]
    return pd.DataFrame(rows, columns=["day", "event_name", "events"])


def _lives(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Days until units leave or are last seen, of two arms."""
    n, same = int(rng.choice([3, 80, 600])), bool(rng.integers(3) == 0)

    def drawn(mean: float) -> pd.DataFrame:
        days = np.round(rng.exponential(mean, n) + 0.02, 2)
        seen = np.full(n, 40.0) if rng.integers(2) else rng.uniform(31, 50, n).round(2)
        return pd.DataFrame({"days": np.minimum(days, seen), "left": (days <= seen).astype(int)})

    one = drawn(20)
    return (one, one.copy()) if same else (one, drawn(float(rng.choice([5, 20, 21, 2_000]))))


def _proxy(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = int(rng.choice([12, 200, 2_000]))
    z = (np.arange(n) % 2).astype(int)
    s = rng.poisson(5 + float(rng.choice([-2, 0, 3])) * z)
    s[:4] = [1, 2, 4, 3]
    y = 50 * s + rng.integers(0, 200, n) + z * int(rng.choice([0, 0, 60, -90]))
    return z, s, y


def _checks(rng: np.random.Generator) -> tuple[tuple[str, str], ...]:
    verdicts = ("passed", "passed", "passed", "warning", "failed")
    return tuple(
        (str(rng.choice(TROUBLES)) if rng.integers(6) else "", str(rng.choice(verdicts)))
        for _ in range(rng.integers(1, 7))
    )


def _stages(rng: np.random.Generator) -> list[Stage]:
    shares = sorted(rng.choice([0.01, 0.1, 0.5, 1.0], int(rng.integers(1, 4))).tolist())
    return [Stage(share=share, days=int(rng.choice([1, 7])), advance_when="nothing is hurt") for share in shares]


def told(found: Ground) -> tuple[Said, ...]:
    """All that is said of it, made by the functions that the notebooks call."""
    said = [*_of_funnel(found), *_of_segments(found), *_of_log(found), *_of_survival(found), *_of_proxy(found)]
    said.append(Said("rollout", _title(money.rollout(found.study))))
    checks = [TrustCheck(f"check {i}", "?", "seen", v, trouble=t) for i, (t, v) in enumerate(found.checks)]  # type: ignore[arg-type]
    said.append(Said("trust", trust.text(mock.Mock(checks=checks, unasked=()))))
    return tuple(said)


def _title(figure: Any) -> str:
    return str(figure.layout.meta["finding"])


def _of_funnel(found: Ground) -> list[Said]:
    rows = pd.DataFrame(
        {
            "funnel": "strict", "dimension": "all", "level": "all", "step": range(1, len(found.steps) + 1),
            "event_name": found.steps, "is_optional": False, "entrants": found.reached[0], "units": found.reached,
            "open_units": found.still_open,
        }
    )  # fmt: skip
    with mock.patch.object(query, "query", lambda con, name: rows):
        (counts,) = funnel.read(None)  # type: ignore[arg-type]
    nb = mock.Mock(study=found.study)
    buyers = funnel.Bypass(*found.buyers)
    funnel_topic.record(nb, [counts], buyers)
    recorded = {call.args[0]: call.args[1] for call in nb.record.call_args_list}
    return [
        Said("funnel: text", funnel_topic.text(counts, found.study)),
        Said("funnel: record", recorded["funnel.bottleneck"]),
        Said("funnel: size", str(recorded["funnel.bottleneck_lost"])),
        Said("funnel: flow", _title(log.sankey(counts, found.study))),
        Said("funnel: losses", _title(log.step_losses(counts))),
        Said("bypass", funnel_topic.text_bypass(buyers, found.study)),
    ]


def _of_segments(found: Ground) -> list[Said]:
    cells, dimensions = found.cells, found.study.segments

    def rates(con: Any, name: str, dimension: str = "") -> pd.DataFrame:
        if name == "funnel_clusters":  # a cluster is the units that are alike in every segment
            told = cells.assign(funnel="strict", level=cells[dimension], cluster_key=cells.index)
            steps = [told.assign(step=step, units=told[of]) for step, of in ((1, "reached"), (2, "converted"))]
            return pd.concat(steps, ignore_index=True)
        if name == "funnel_cross":
            first, *others = dimensions
            parts = [
                cells.groupby([first, other])[["reached", "converted"]].sum().reset_index()
                .set_axis(["first_level", "level", "reached_units", "converted_units"], axis=1).assign(dimension=other)
                for other in others
            ]  # fmt: skip
            return pd.concat(parts, ignore_index=True)
        rows = []
        for dimension in dimensions:
            for level, part in cells.groupby(dimension):
                units = int(part.reached.sum()), int(part.converted.sum())
                for step, (event, n) in enumerate(zip((found.steps[0], found.steps[-1]), units, strict=True), 1):
                    rows.append(("strict", dimension, level, step, event, False, units[0], n, 0))
        names = ["funnel", "dimension", "level", "step", "event_name", "is_optional", "entrants", "units", "open_units"]
        return pd.DataFrame(rows, columns=names)

    ends = Funnel(steps=[found.steps[0], found.steps[-1]])
    short = found.study.model_copy(update={"funnel": ends, "exposure": found.steps[0]})
    with mock.patch.object(query, "query", rates):
        groups = [g for d in dimensions for g in segments.rates(None, short, d)]  # type: ignore[arg-type]
        parts = segments.decompose(None, short)  # type: ignore[arg-type]
    nb = mock.Mock(study=short)
    segments_topic.record(nb, groups, parts)
    recorded = {call.args[0]: call.args[1] for call in nb.record.call_args_list}
    return [
        Said("segments: text", segments_topic.text(groups, parts, short)),
        Said("segments: title", _title(log.segment_rates(groups, found.study))),
        Said("segments: record", f"{recorded['segments.worst']}: {recorded['segments.worst_missing']}"),
        Said("segments: caption", segments_topic.caption_gap(parts, found.study)),
    ]


def _of_log(found: Ground) -> list[Said]:
    flow = pd.DataFrame(
        [(kind, DISPOSITIONS[kind], n) for kind, n in found.flow.items()], columns=["kind", "disposition", "rows"]
    )
    title = [Said("rows: title", _title(log.rows_kept(flow)))] if flow["rows"][1:].any() else []
    return [
        Said("rows: text", data_quality.text(flow, None)),
        *title,
        Said("weekdays", _title(log.activity(found.daily, found.study))),
    ]


def _of_survival(found: Ground) -> list[Said]:
    lives = {
        arm: Lifetimes(life.days.tolist(), life.left.tolist())
        for arm, life in zip(found.arms, found.lives, strict=True)
    }
    control, treatment = lives.values()
    seen = survival.Survival(
        {arm: kaplan_meier(life) for arm, life in lives.items()}, log_rank(control, treatment),
        compare_restricted_means(control, treatment, found.horizon), found.horizon, dict.fromkeys(lives, 1),
        dict.fromkeys(lives, 1),
    )  # fmt: skip
    return [Said("survival: title", _title(staying(seen))), Said("survival: note", survival_topic.note(seen))]


def _of_proxy(found: Ground) -> list[Said]:
    z, s, y = found.proxy
    arms = [surrogate.Joint.from_values(s[z == arm], y[z == arm]) for arm in (0, 1)]
    way = surrogate.path(*arms)
    gain = float(y[z == 1].mean() - y[z == 0].mean())
    assert PROXY.surrogate is not None
    metrics = PROXY.metric(PROXY.surrogate.proxy), PROXY.metric(PROXY.surrogate.outcome)
    seen = surrogate.Surrogacy(*metrics, way, Estimate.of(gain, 1.0, 0.95), None, (len(z) // 2, len(z) // 2))
    rows = surrogate_topic.table(seen, "USD")
    arm = found.arms[1]
    return [
        Said("proxy: title", _title(predicted(seen, "USD", arm)), arm),
        *(Said(f"proxy: row {i}", str(row["Verdict"])) for i, row in enumerate(rows)),
    ]


def doctored(said: tuple[Said, ...], at: int, text: str) -> tuple[Said, ...]:
    """The same with another text in one place."""
    return (*said[:at], dataclasses.replace(said[at], text=text), *said[at + 1 :])
