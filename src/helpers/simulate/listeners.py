"""The listeners of the music world: who they are and what each does in either arm, both worlds known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CONTROL, TREATMENT = 0, 1


@dataclass(frozen=True)
class MusicWorld:
    """Constants of the music service. Songs are gamma with a part that lasts, so the past predicts the future.

    Songs of a listener are ``floor(scale * (1 + lift) * (G + H))`` with ``G`` lasting and ``H`` fresh, independent gammas
    whose shapes add up to ``shape``: each period is gamma exactly, and two periods correlate by ``lasting / shape``.
    """

    countries: tuple[tuple[str, float], ...] = (("US", 0.4), ("UK", 0.2), ("DE", 0.2), ("IN", 0.2))
    devices: tuple[tuple[str, float], ...] = (("iOS", 0.5), ("Android", 0.5))
    ages: tuple[tuple[str, float], ...] = (("18-24", 0.35), ("25-34", 0.35), ("35-44", 0.2), ("45+", 0.1))
    shape: float = 2.0
    scale: float = 10.0  # songs
    lasting: float = 1.2  # shape of the part that a listener keeps
    lift: float = 0.15  # of the scale, by the treatment
    base_conversion: float = 0.05
    conversion_per_song: float = 0.002
    generous_country: str = "US"
    generosity: float = 1.2  # times the chance of converting there
    churn: float = 0.30  # chance within ``churn_days`` of observation
    churn_paid: float = -0.20
    churn_treated: float = -0.05
    churn_days: float = 60.0
    first_churn_day: float = 1.0
    outliers_per_thousand: float = 1.25  # 50 of 40,000
    outlier_songs: tuple[int, int] = (1_000, 5_000)  # upper end excluded
    paywalls: float = 2.0  # impressions on average
    paywall_change: float = -0.03  # by the treatment: who listens on meets fewer
    sessions: float = 4.0  # openings of the app on average, at least one, the same in both worlds
    arrival_days: float = 21.0  # mean wait for the first opening of the experiment, were there no end
    before_scale: float = 5.0  # songs of the baseline, which is shorter
    price: float = 9.99
    former: float = 0.09  # users who subscribed in the baseline, per user of the experiment
    tracks: int = 2_000


MUSIC = MusicWorld()


@dataclass(frozen=True)
class Listeners:
    """Units with both potential outcomes: rows of the two-row arrays are the control and the treatment.

    ``before`` counts songs of the baseline; ``songs`` those of the experiment, outliers included, ``organic`` without
    them; ``lifetime`` is in days from the exposure to the cancellation, seen or not.
    """

    country: Ints
    device: Ints
    age: Ints
    before: Ints
    organic: Ints
    songs: Ints
    converted: NDArray[np.bool_]
    lifetime: Floats
    paywalls: Ints
    sessions: Ints
    is_outlier: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.before)


def draw_listeners(n: int, rng: np.random.Generator, world: MusicWorld = MUSIC) -> Listeners:
    """``n`` listeners of ``world``; chance is shared between the two worlds of a listener, so they differ by the effect.

    >>> people = draw_listeners(1_000, np.random.default_rng(1))
    >>> bool((people.organic[TREATMENT] >= people.organic[CONTROL]).all())
    True
    """
    country, device, age = (_drawn(traits, n, rng) for traits in (world.countries, world.devices, world.ages))
    lasting = rng.gamma(world.lasting, size=n)
    past, now = (lasting + rng.gamma(world.shape - world.lasting, size=n) for _ in range(2))
    scales = world.scale * np.array([1.0, 1.0 + world.lift])
    organic = np.floor(scales[:, None] * now).astype(np.int64)

    generous = np.array([name == world.generous_country for name, _ in world.countries])[country]
    chance = (world.base_conversion + world.conversion_per_song * organic) * np.where(generous, world.generosity, 1.0)
    converted = rng.random(n) < np.minimum(chance, 1.0)

    risk = world.churn + world.churn_paid * converted + world.churn_treated * np.array([[0], [1]])
    hazard = -np.log1p(-risk) / (world.churn_days - world.first_churn_day)
    lifetime = world.first_churn_day + rng.exponential(size=n) / hazard

    most = rng.poisson(world.paywalls, n)
    paywalls = np.stack([most, rng.binomial(most, 1 + world.paywall_change)])

    is_outlier = np.zeros(n, np.bool_)
    is_outlier[rng.choice(n, round(n * world.outliers_per_thousand / 1_000), replace=False)] = True
    songs = np.where(is_outlier, rng.integers(*world.outlier_songs, n), organic)
    before = np.floor(world.before_scale * past).astype(np.int64)
    sessions = np.tile(1 + rng.poisson(world.sessions - 1, n), (2, 1))
    return Listeners(country, device, age, before, organic, songs, converted, lifetime, paywalls, sessions, is_outlier)


def _drawn(traits: tuple[tuple[str, float], ...], n: int, rng: np.random.Generator) -> Ints:
    return rng.choice(len(traits), n, p=[share for _, share in traits])
