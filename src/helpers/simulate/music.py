"""The simulated music service: an online experiment on recommendations, its log, and the truth behind it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from helpers.assignment import buckets
from helpers.config import Simulation, Study
from helpers.errors import ReportError
from helpers.simulate.ground_truth import GroundTruth, Planted, WorldSums, world_sums
from helpers.simulate.ledger import Ledger
from helpers.simulate.listeners import CONTROL, MUSIC, TREATMENT, Listeners, MusicWorld, draw_listeners
from helpers.simulate.rows import MS_PER_DAY, spread_out, standard_times
from helpers.simulate.visitors import Calendar
from helpers.simulate.world import SHOP

if TYPE_CHECKING:
    import pyarrow as pa

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

IMPRESSION, OPEN, PLAY, PAYWALL, SUBSCRIBE, CANCEL = range(6)
EVENT_NAMES = ("experiment_impression", "app_open", "play", "paywall", "subscribe", "cancel")
ROWS_PER_PART = 500_000
USERS_MODULUS = 90_000_000
HEAVY = 0.75  # quantile of the songs of the baseline from which on a listener was a heavy one
MEASURES = ("any", "count", "sum")  # what _Outcomes knows to make of an event
OPENING_MS = 1_000  # from the assignment to the first screen, and from there to the first song at least


@dataclass(frozen=True)
class _Events:
    """Events as columns; ``time`` in ms of UTC."""

    user: Ints
    name: Ints
    time: Ints

    @classmethod
    def of(cls, name: int, user: Ints, time: Ints) -> "_Events":
        return cls(user, np.full(len(user), name), time)


def simulate_music(study: Study, out: Path, *, progress: bool = True, world: MusicWorld = MUSIC) -> Ledger:
    """Write the log of the music experiment of ``study``, its ledger and ``ground_truth.json``.

    Everybody in the experiment listened in the baseline already and meets the variant of the salted hash at the first
    opening of the app, mostly in the first weeks; more openings, songs, paywalls and at most one subscription follow,
    until the listener cancels or the log ends. Former users subscribed in the baseline and are seen only there. Plays
    of outliers count as any others. Raises :class:`~helpers.errors.ReportError` for a study without a baseline or
    offline, and for dirt, which this world does not plant.
    """
    config = study.data
    assert isinstance(config, Simulation)
    _check(study, config)
    rng = np.random.default_rng(config.seed)
    people = draw_listeners(config.users, rng, world)
    former = draw_listeners(round(config.users * world.former), rng, world)
    ids = _ids(len(people) + len(former))
    treated = buckets(study.salt, ids[: len(people)]) >= study.control.weight

    running = Calendar.of(study.period.start, study.period.end, SHOP)
    entry = running.first + _waits(len(people), running.end - running.first - MS_PER_DAY, world, rng)
    known = _Outcomes(people, (running.end - entry) / MS_PER_DAY, round(world.price * 100))
    baseline = Calendar.of(study.period.first, study.period.start, SHOP)
    log = [*_before(people, former, baseline, rng), *_during(people, treated, entry, known, running, rng)]
    rows = _Events(*(np.concatenate([getattr(part, name) for part in log]) for name in ("user", "name", "time")))
    everybody = {
        name: np.concatenate([_named(getattr(group, name), traits) for group in (people, former)])
        for name, traits in (("country", world.countries), ("device", world.devices), ("age", world.ages))
    }
    variants = np.array([study.control.name, study.treatments[0].name])[treated.astype(np.int64)]
    _write(rows, ids, everybody, variants, study, out, world, rng)

    segments = {name: everybody[name][: len(people)] for name in study.segments}
    heavy = people.before >= np.quantile(people.before, HEAVY, method="inverted_cdf")
    chosen = {"selection": np.where(heavy, "heaviest before", "others")}
    sums = world_sums(study.metrics, known, treated, segments | chosen)
    GroundTruth(_planted(world, people), (*sums, *_organic(study, people))).write(out)
    ledger = Ledger.of(len(rows.user), {})
    ledger.write(out / "ledger.json")
    return ledger


@dataclass(frozen=True)
class _Outcomes:
    """What a log that ends after ``sight`` days shows of each listener, in both worlds."""

    people: Listeners
    sight: Floats
    cents: int

    def __call__(self, event: str, measure: str) -> Ints | None:
        """Both worlds' values of a measure of an event; None where the world does not know it.

        Raises :class:`~helpers.errors.ReportError` for a measure that is not one of ``any``, ``count`` and ``sum``.
        """
        if measure not in MEASURES:
            raise ReportError(
                f"the world 'music' does not know the measure {measure!r}, so its truth cannot be told",
                got=f"measure: {measure} of {event}",
                expected=f"one of {', '.join(MEASURES)}",
                remedy="use one of these in the study file, or add the measure to the world",
            )
        counts = {
            "app_open": self.people.sessions,
            "play": self.people.songs,
            "paywall": self.people.paywalls,
            "subscribe": self.people.converted.astype(np.int64),
            "cancel": (self.people.lifetime < self.sight).astype(np.int64),
        }
        count = counts.get(event)
        if count is None or measure == "count":
            return count
        if measure == "any":
            return (count > 0).astype(np.int64)
        return count * self.cents if event == "subscribe" else None


def _check(study: Study, config: Simulation) -> None:
    if study.mode != "online" or study.period.baseline is None:
        raise ReportError(
            f"study {study.name!r} cannot have the world 'music'",
            got=f"mode: {study.mode}, baseline: {study.period.baseline or 'none'}",
            expected="mode: online, and a baseline: who listened before the experiment takes part",
        )
    planted = [kind for kind, share in config.dirt if share]
    if planted:
        raise ReportError(
            f"study {study.name!r}: the world 'music' plants no dirt",
            got=f"data.dirt with {', '.join(planted)}",
            expected="no data.dirt",
        )


def _before(people: Listeners, former: Listeners, calendar: Calendar, rng: np.random.Generator) -> list[_Events]:
    """The baseline: everybody opens the app and listens; former users end by subscribing."""
    songs = np.concatenate([people.before, former.before])
    n = len(songs)
    opened = rng.random(n) * 0.5
    ended = np.concatenate([np.ones(len(people)), opened[len(people) :] + 0.5])
    user, passed = _spread(songs, opened, ended, rng)
    leaving = np.arange(len(people), n)
    return [
        _Events.of(OPEN, np.arange(n), calendar.at(opened)),
        _Events.of(PLAY, user, np.minimum(calendar.at(passed) + OPENING_MS, calendar.end - 2)),
        _Events.of(SUBSCRIBE, leaving, calendar.at(ended[leaving]) - 1),
    ]


def _during(
    people: Listeners,
    treated: NDArray[np.bool_],
    entry: Ints,
    known: _Outcomes,
    calendar: Calendar,
    rng: np.random.Generator,
) -> list[_Events]:
    """The experiment, in the world that each listener is in."""
    arm = np.where(treated, TREATMENT, CONTROL)
    each = np.arange(len(people))
    lifetime = people.lifetime[arm, each]
    end = entry + (np.minimum(lifetime, known.sight) * MS_PER_DAY).astype(np.int64)
    opened, ended = (np.interp(t, calendar.moments, calendar.passed) for t in (entry, end))
    parts = [_Events.of(IMPRESSION, each, entry), _Events.of(OPEN, each, entry + OPENING_MS)]
    later = people.sessions - 1  # the first opening is the exposure
    for name, counts in (
        (OPEN, later),
        (PLAY, people.songs),
        (PAYWALL, people.paywalls),
        (SUBSCRIBE, people.converted),
    ):
        user, passed = _spread(counts[arm, each].astype(np.int64), opened, ended, rng)
        time = np.clip(calendar.at(passed), entry[user] + 2 * OPENING_MS, end[user] - 2)
        parts.append(_Events.of(name, user, time))
    left = np.flatnonzero(lifetime < known.sight)
    return [*parts, _Events.of(CANCEL, left, end[left] - 1)]


def _waits(n: int, most: int, world: MusicWorld, rng: np.random.Generator) -> Ints:
    """Milliseconds until the first opening: exponential, cut at ``most``; who listens often comes back soon."""
    mean = world.arrival_days * MS_PER_DAY
    waits: Ints = (-mean * np.log1p(rng.random(n) * np.expm1(-most / mean))).astype(np.int64)
    return waits


def _spread(count: Ints, first: Floats, last: Floats, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """``count`` events a user, uniform in traffic between two shares of it."""
    user = np.repeat(np.arange(len(count)), count)
    return user, first[user] + rng.random(len(user)) * (last - first)[user]


def _ids(n: int) -> list[str]:
    return [f"u{number:08d}" for number in spread_out(np.arange(n), USERS_MODULUS).tolist()]


def _named(codes: Ints, traits: tuple[tuple[str, float], ...]) -> NDArray[np.str_]:
    return np.array([name for name, _ in traits])[codes]


def _organic(study: Study, people: Listeners) -> tuple[WorldSums, ...]:
    """Songs of everybody without outliers, neither dropped nor pulled in: the change itself."""
    sums = people.organic.sum(axis=1).tolist()
    return tuple(
        WorldSums(m.name, "selection", "as they are", len(people), *sums)
        for m in study.metrics
        if (m.event, m.measure, m.per) == ("play", "count", None)
    )


def _planted(world: MusicWorld, people: Listeners) -> tuple[Planted, ...]:
    songs = people.organic.mean(axis=1)
    lift = songs[TREATMENT] / songs[CONTROL] - 1
    chance = f"chance to cancel within {world.churn_days:g} days"
    outliers = float(people.is_outlier.sum())
    return (
        Planted("songs", lift, "relative change of songs a user, outliers left out", "relative", "play"),
        Planted(
            "conversion",
            world.conversion_per_song,
            "chance of a subscription that each song adds, in either arm",
            "points",
            "subscribe",
        ),
        Planted("churn", world.churn_treated, f"{chance}, treated minus control", "points", "cancel"),
        Planted("churn_paid", world.churn_paid, f"{chance}, subscribers minus others", "points"),
        Planted(
            "paywall",
            world.paywall_change,
            "relative change of paywall impressions, a user and a session",
            "relative",
            "paywall",
        ),
        Planted("outliers", outliers, "users with 1,000 to 4,999 songs, whatever their arm", "count"),
    )


def _write(
    rows: _Events,
    ids: list[str],
    attributes: dict[str, NDArray[np.str_]],
    variants: NDArray[np.str_],
    study: Study,
    out: Path,
    world: MusicWorld,
    rng: np.random.Generator,
) -> None:
    """The events in order of time as Parquet parts, every value a text as in a raw log."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = out / "events"
    folder.mkdir(parents=True, exist_ok=True)
    order = np.lexsort((rows.name, rows.user, rows.time))
    user, name, time = rows.user[order], rows.name[order], rows.time[order]
    track = np.where(name == PLAY, (world.tracks * rng.random(len(name)) ** 2).astype(np.int64), -1)
    arm = np.where(
        name == IMPRESSION, np.unique(variants, return_inverse=True)[1][np.minimum(user, len(variants) - 1)], -1
    )
    table = pa.table(
        {
            "event_id": [f"e{number:011d}" for number in range(len(user))],
            "event_time": pa.array(standard_times(time).tolist(), pa.binary()).cast(pa.string()),
            "event_name": _coded(name, EVENT_NAMES),
            "user_id": _coded(user, ids),
            "product_id": _coded(track, [f"t{number:05d}" for number in range(world.tracks)]),
            "price": _coded(np.where(name == SUBSCRIBE, 0, -1), [f"{world.price:.2f}"]),
            "experiment_id": _coded(np.where(name == IMPRESSION, 0, -1), [study.name]),
            "variant": _coded(arm, np.unique(variants).tolist()),
            **{key: _coded(*_levels(values, user)) for key, values in attributes.items()},
        }
    )
    for part, start in enumerate(range(0, len(table), ROWS_PER_PART)):
        pq.write_table(
            table.slice(start, ROWS_PER_PART),
            folder / f"part-{part:04d}.parquet",
            compression="zstd",
            compression_level=1,
            store_schema=False,
        )


def _levels(values: NDArray[np.str_], user: Ints) -> tuple[Ints, list[str]]:
    levels, codes = np.unique(values, return_inverse=True)
    return codes[user], levels.tolist()


def _coded(codes: Ints, names: "list[str] | tuple[str, ...]") -> "pa.DictionaryArray":
    """Strings as codes into ``names``; negative codes are null."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(
        pa.array(codes, pa.int32(), mask=codes < 0), pa.array(list(names), pa.string())
    )
