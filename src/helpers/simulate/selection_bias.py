"""What goes wrong when units are chosen by what the treatment changes: dropped outliers, power users by the outcome.

The true effect is planted, so each way of choosing can be marked: by the effect it shows in expectation, and by how
often its interval holds the truth.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helpers.defaults import CONFIDENCE, WINSORIZE_UPPER
from helpers.errors import ReportError
from helpers.simulate.listeners import CONTROL, MUSIC, TREATMENT, Listeners, MusicWorld, draw_listeners
from helpers.stats.comparisons.linear import welch

Floats = NDArray[np.float64]
Chosen = NDArray[np.bool_]

TREATED_SHARE = 0.10
POWER_USERS = 0.75
"""Quantile of songs above which a listener is called a power user."""
DROPPED, WINSORISED = "dropped", "winsorised"
BY_OUTCOME, BY_HISTORY = "by songs of the experiment", "by songs before it"
RULES = (DROPPED, WINSORISED, BY_OUTCOME, BY_HISTORY)


@dataclass(frozen=True)
class SelectionBias:
    """One way of choosing units, over many simulated experiments.

    Attributes:
        rule: how units were chosen or treated.
        metric: "songs" or "conversion".
        truth: relative effect on the units that the rule means to describe, mean over the runs.
        estimate: relative effect it shows: the ratio of the mean arms over the runs, minus one.
        standard_error: Monte Carlo error of ``estimate``.
        coverage: share of the runs whose interval holds the run's truth.
        runs: simulated experiments.
    """

    rule: str
    metric: str
    truth: float
    estimate: float
    standard_error: float
    coverage: float
    runs: int

    @property
    def bias(self) -> float:
        """Shown minus true relative effect."""
        return self.estimate - self.truth


@dataclass(frozen=True)
class _Run:
    """Truth, arms, and Welch's relative interval of one simulated experiment under one rule."""

    truth: float
    control: float
    treatment: float
    covered: bool


def expected_lifts(
    world: MusicWorld = MUSIC, *, treated_share: float = TREATED_SHARE, upper: float = WINSORIZE_UPPER
) -> dict[str, float]:
    """Relative effect on songs in the limit of many units: as planted, with the tail dropped, and winsorised.

    Organic songs are floored gammas; a fixed share of the units are outliers, equally often in both arms and beyond any
    threshold. The threshold is the pooled quantile ``upper`` of everything seen; dropping keeps values strictly below it.
    Exact sums over the distribution, whose tail beyond 60 scales (1e-24) is left out.

    >>> {rule: round(lift, 3) for rule, lift in expected_lifts().items()}
    {'planted': 0.154, 'dropped': 0.128, 'winsorised': 0.147}
    """
    from scipy.stats import gamma

    songs = np.arange(round(60 * world.scale * (1 + world.lift)))
    edges = np.append(songs, songs[-1] + 1)
    arms = [np.diff(gamma.cdf(edges, world.shape, scale=world.scale * (1 + lift))) for lift in (0.0, world.lift)]
    outliers = world.outliers_per_thousand / 1_000
    pooled = (1 - outliers) * np.cumsum((1 - treated_share) * arms[0] + treated_share * arms[1])
    threshold = songs[np.searchsorted(pooled, upper)]
    kept = songs < threshold
    means = {
        "planted": [chance @ songs for chance in arms],
        DROPPED: [chance[kept] @ songs[kept] / chance[kept].sum() for chance in arms],
        WINSORISED: [
            (1 - outliers) * (chance @ np.minimum(songs, threshold)) + outliers * threshold for chance in arms
        ],
    }
    return {rule: float(treatment / control - 1) for rule, (control, treatment) in means.items()}


def simulate_selection(
    rng: np.random.Generator,
    *,
    runs: int = 200,
    users: int = 40_000,
    treated_share: float = TREATED_SHARE,
    world: MusicWorld = MUSIC,
) -> list[SelectionBias]:
    """Repeat the music experiment and analyse it under every rule; songs for all, conversion for the power users.

    Outliers are among the units, as in the log. The truth of the rules on outliers is the effect on organic songs of all
    units; the truth of both definitions of a power user is the effect on those who listened most before the experiment,
    the only ones a launch can be aimed at. Raises :class:`~helpers.errors.ReportError` for fewer than two runs.
    """
    if runs < 2:
        raise ReportError("a Monte Carlo error needs at least two runs", got=runs, expected="2 or more")
    found: dict[tuple[str, str], list[_Run]] = {}
    for _ in range(runs):
        people = draw_listeners(users, rng, world)
        treated = rng.random(users) < treated_share
        for key, run in _analysed(people, treated).items():
            found.setdefault(key, []).append(run)
    return [_summed(rule, metric, results) for (rule, metric), results in found.items()]


def _analysed(people: Listeners, treated: Chosen) -> dict[tuple[str, str], _Run]:
    songs = np.where(treated, people.songs[TREATMENT], people.songs[CONTROL])
    converted = np.where(treated, people.converted[TREATMENT], people.converted[CONTROL]).astype(np.float64)
    threshold = float(np.quantile(songs, WINSORIZE_UPPER))
    everybody = np.ones(len(people), np.bool_)
    planted = _truth(people.organic, everybody)
    ordinary = songs < threshold
    outcome_top = ordinary & (songs >= np.quantile(songs[ordinary], POWER_USERS))
    history_top = people.before >= np.quantile(people.before, POWER_USERS)
    winsorised = np.minimum(songs, threshold)
    runs = {
        (DROPPED, "songs"): _run(songs, treated, ordinary, planted),
        (WINSORISED, "songs"): _run(winsorised, treated, everybody, planted),
    }
    for rule, chosen in ((BY_OUTCOME, outcome_top), (BY_HISTORY, history_top)):
        runs[rule, "songs"] = _run(winsorised, treated, chosen, _truth(people.organic, history_top))
        runs[rule, "conversion"] = _run(converted, treated, chosen, _truth(people.converted, history_top))
    return runs


def _truth(worlds: NDArray[np.int64] | Chosen, chosen: Chosen) -> float:
    """Relative effect among the chosen, from both of their worlds."""
    control, treatment = worlds[:, chosen].mean(axis=1)
    return float(treatment / control - 1)


def _run(values: NDArray[np.int64] | Floats, treated: Chosen, chosen: Chosen, truth: float) -> _Run:
    c, t = values[chosen & ~treated], values[chosen & treated]
    found = welch(len(c), c.mean(), c.var(ddof=1), len(t), t.mean(), t.var(ddof=1), confidence=CONFIDENCE)
    inside = bool(found.relative_low <= truth <= found.relative_high)
    return _Run(truth, float(c.mean()), float(t.mean()), inside)


def _summed(rule: str, metric: str, runs: Iterable[_Run]) -> SelectionBias:
    truth, control, treatment, covered = (
        np.array(column, np.float64)
        for column in zip(*[(r.truth, r.control, r.treatment, r.covered) for r in runs], strict=True)
    )
    ratio = treatment.mean() / control.mean()
    error = (treatment - ratio * control).std(ddof=1) / control.mean() / np.sqrt(len(truth))
    return SelectionBias(
        rule, metric, float(truth.mean()), float(ratio - 1), float(error), float(covered.mean()), len(truth)
    )
