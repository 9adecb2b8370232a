"""The ground truth of an online world: what was planted, and every metric's outcome in both worlds."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helpers.config import Metric
from helpers.formatting import Unit
from helpers.pipeline.files import write_text

Ints = NDArray[np.int64]
FILE = "ground_truth.json"


@dataclass(frozen=True)
class Planted:
    """One effect that the world's recipe contains.

    ``size`` is a fraction ("relative", "points") or a number ("count"); ``event`` is the one whose metrics it moves,
    empty where no metric shows it.
    """

    effect: str
    size: float
    statement: str
    unit: Unit = "relative"
    event: str = ""


@dataclass(frozen=True)
class WorldSums:
    """A metric summed over the same units in both worlds; counts, cents and yes (1) or no (0); ``d`` below a ratio's line."""

    metric: str
    dimension: str
    level: str
    units: int
    sum_y0: int
    sum_y1: int
    sum_d0: int | None = None
    sum_d1: int | None = None


@dataclass(frozen=True)
class GroundTruth:
    """What a report on a simulated online study can be marked by.

    >>> truth = GroundTruth((), (WorldSums("songs", "all", "all", 2, 10, 12),))
    >>> json.loads(truth.to_json())["worlds"][0]["sum_y1"]
    12
    """

    planted: tuple[Planted, ...]
    worlds: tuple[WorldSums, ...]

    def to_json(self) -> str:
        """JSON with sorted keys."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"

    def write(self, folder: Path) -> None:
        """Write ``ground_truth.json`` into ``folder``, at once or not at all."""
        write_text(folder / FILE, self.to_json())


def world_sums(
    metrics: Iterable[Metric],
    outcome: Callable[[str, str], Ints | None],
    treated: NDArray[np.bool_],
    segments: Mapping[str, NDArray[np.str_]],
) -> tuple[WorldSums, ...]:
    """Both worlds of every metric whose outcomes the world knows, over all units and by segment.

    ``outcome(event, measure)`` gives two rows, control and treatment, of one value a unit, or None. A winsorised metric
    is held to the pooled quantile of what the log shows, exactly as in the warehouse, so the truth is that of the metric
    as defined. Retention is left out, and so is what counts for some days only: the world sums whole users.
    """
    sums = []
    everybody = {"all": np.full(len(treated), "all")}
    for metric in metrics:
        values = outcome(metric.event, metric.measure or "any") if metric.event and not metric.days else None
        below = None
        if metric.event and metric.per:
            below = outcome(metric.event if metric.per == "count" else metric.per, "count")
        if values is None or (metric.per and below is None):
            continue
        if metric.winsorize:
            seen = np.where(treated, values[1], values[0])
            values = np.minimum(values, np.quantile(seen, metric.winsorize, method="inverted_cdf"))
        for dimension, levels in (everybody | dict(segments)).items():
            for level in np.unique(levels):
                y0, y1 = values[:, levels == level].sum(axis=1)
                units = int((levels == level).sum())
                d = () if below is None else tuple(int(of) for of in below[:, levels == level].sum(axis=1))
                sums.append(WorldSums(metric.name, dimension, str(level), units, int(y0), int(y1), *d))
    return tuple(sums)
