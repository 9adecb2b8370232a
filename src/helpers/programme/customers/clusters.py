"""Clusters of shoppers by value and behaviour: how many are stable, and what is unusual in each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from helpers.defaults import ALPHA
from helpers.errors import ReportError
from helpers.stats.binomial import BinomialInterval, binomial_interval
from helpers.stats.row_order import row_order

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MONTH: Final = 30.0
"""Days that orders, spending and visits are counted for, so that a shopper who came late is not a poor one."""
KNOWN_DAYS: Final = 60
"""Days a shopper must be known for: rates of a few days are noise."""
UNUSUAL: Final = 0.4
"""Spreads between a cluster's median and that of all from which on it is called unusual."""
PAIRS: Final = 8
"""Pairs of resamples that stability is the mean of."""
STARTS: Final = 2
"""Starting points of one k-means fit; the best one is kept."""

WORDS: Final = {
    "orders": ("many orders", "few orders"),
    "spend": ("high spending", "low spending"),
    "order_value": ("dear orders", "cheap orders"),
    "visits": ("many visits", "few visits"),
    "pages": ("long visits", "short visits"),
    "recency": ("long gone", "just seen"),
}
"""Features, and what a cluster is called where one is far above or below the median."""


@dataclass(frozen=True)
class Stability:
    """Agreement of clusterings of two resamples, for one number of clusters: mean adjusted Rand index, with its interval."""

    k: int
    agreement: float
    low: float
    high: float


@dataclass(frozen=True)
class Cluster:
    """One cluster: its name, its share of the clustered shoppers, and its medians in spreads from the median of all."""

    name: str
    shoppers: int
    share: BinomialInterval
    unusual: dict[str, float]


@dataclass(frozen=True)
class Clustering:
    """The clusters, largest first; ``labels`` holds each shopper's cluster by name, ``bar`` is what k had to pass."""

    clusters: tuple[Cluster, ...]
    labels: "pd.Series[str]"
    stability: tuple[Stability, ...]
    bar: float
    left_out: int

    @property
    def k(self) -> int:
        """How many."""
        return len(self.clusters)

    @property
    def stable(self) -> bool:
        """Whether so many clusters passed the bar; else no number did, and the fewest are shown."""
        return any(s.k == self.k and s.low >= self.bar for s in self.stability)


def features(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Logarithms of what shoppers with an order did a month, centred on the median and scaled by the quartiles' distance."""
    import numpy as np
    from sklearn.preprocessing import RobustScaler

    seen = frame[(frame.orders > 0) & (frame.tenure_days >= KNOWN_DAYS)]
    months = seen.tenure_days / MONTH
    logs = {
        "orders": np.log(seen.orders / months),
        "spend": np.log(seen.spend_cents / months),
        "order_value": np.log(seen.spend_cents / seen.orders),
        "visits": np.log(seen.visits.clip(lower=1) / months),
        "pages": np.log((seen.pages / seen.visits.clip(lower=1)).clip(lower=1)),
        "recency": np.log1p(seen.recency_days),
    }
    table = seen[[]].assign(**logs)
    return table.assign(**dict(zip(table, RobustScaler().fit_transform(table.to_numpy()).T, strict=True)))


def clustering(frame: "pd.DataFrame", most: int, bar: float, rng: "np.random.Generator") -> Clustering:
    """K-means on :func:`features`, with the largest number of clusters whose stability passes ``bar``.

    Stability of k is the mean adjusted Rand index (Hubert and Arabie 1985) between clusterings of two bootstrap resamples,
    each carried over to all shoppers by the nearest centre, over :data:`PAIRS` pairs; it passes where the lower end of its
    Student t interval does (pairs share no resample). Two clusters are taken where nothing passes.

    Assumes clusters about as wide in every direction, which the common scale only helps to. When it lies: k-means divides
    a cloud without gaps as readily as one with them, and with many shoppers it divides it the same way each time, so a
    stable number of clusters is one that can be used again, no proof that as many kinds of shopper exist.

    Reference: Hennig (2007), CSDA 52, 258-271; Ben-David, von Luxburg and Pal (2006), COLT, 5-19, for the warning.
    """
    import numpy as np
    import pandas as pd

    table = features(frame)
    if len(table) < 10 * most:
        raise ReportError(
            "too few shoppers to cluster",
            got=f"{len(table)} with an order and {KNOWN_DAYS} days",
            expected=f"ten for each of {most} clusters",
            remedy="lower segments.most_clusters",
        )
    order = row_order(*table.to_numpy().T)  # resamples and starting points are drawn by value, not by position
    table = table.iloc[order]
    x = np.ascontiguousarray(table.to_numpy())
    tried = tuple(_stability(x, k, rng) for k in range(2, most + 1))
    k = max((s.k for s in tried if s.low >= bar), default=2)
    codes = pd.Series(_fitted(x, k, rng).labels_, index=table.index)
    sizes = codes.value_counts()
    names = _names({int(c): dict(table[codes == c].median()) for c in sizes.index})
    clusters = tuple(
        Cluster(names[int(c)], int(n), binomial_interval(int(n), len(table)), dict(table[codes == c].median()))
        for c, n in sizes.items()
    )
    labels = codes.map(names).iloc[np.argsort(order)]
    return Clustering(clusters, labels, tried, bar, len(frame) - len(table))


def _fitted(x: "np.ndarray[Any, Any]", k: int, rng: "np.random.Generator") -> Any:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # two threads wait for each other longer than they work, and add up in any order
        return KMeans(k, n_init=STARTS, random_state=int(rng.integers(2**31))).fit(x)


def _stability(x: "np.ndarray[Any, Any]", k: int, rng: "np.random.Generator") -> Stability:
    import numpy as np
    from scipy.special import stdtrit
    from sklearn.metrics import adjusted_rand_score

    def carried_over() -> Any:
        return _fitted(x[rng.integers(0, len(x), len(x))], k, rng).predict(x)

    agreed = np.array([adjusted_rand_score(carried_over(), carried_over()) for _ in range(PAIRS)])
    reach = float(stdtrit(PAIRS - 1, 1 - ALPHA / 2) * agreed.std(ddof=1) / PAIRS**0.5)
    mean = float(agreed.mean())
    return Stability(k, mean, mean - reach, min(1.0, mean + reach))


def _names(medians: dict[int, dict[str, float]]) -> dict[int, str]:
    """What is most unusual in each cluster, in two words or as many as tell the clusters apart.

    >>> _names({0: {"orders": 0.1, "pages": -0.1}, 1: {"orders": 1.2, "pages": -0.9}})
    {0: 'like most', 1: 'many orders, short visits'}
    """
    for words in range(2, len(WORDS) + 1):
        found = {cluster: _called(median, words) for cluster, median in medians.items()}
        if len(set(found.values())) == len(found):
            return found
    return {cluster: f"{name} ({cluster + 1})" for cluster, name in found.items()}


def _called(median: dict[str, float], words: int) -> str:
    far = sorted((f for f in median if abs(median[f]) >= UNUSUAL), key=lambda f: -abs(median[f]))
    return ", ".join(WORDS[f][int(median[f] < 0)] for f in far[:words]) or "like most"


@dataclass(frozen=True)
class Agreement:
    """Clusters against planted kinds: adjusted Rand index with its bootstrap interval, and shares of each kind.

    ``shares[i][j]`` of the shoppers of ``kinds[i]`` are in ``clusters[j]``.
    """

    index: float
    low: float
    high: float
    kinds: tuple[str, ...]
    clusters: tuple[str, ...]
    shares: tuple[tuple[BinomialInterval, ...], ...]


def against_truth(found: Clustering, kinds: "pd.Series[str]", rng: "np.random.Generator", runs: int = 200) -> Agreement:
    """How far the clusters are the planted kinds: 1 is equal, 0 is what chance gives; ``kinds`` by shopper."""
    import numpy as np
    import pandas as pd
    from sklearn.metrics import adjusted_rand_score

    truth = kinds.loc[found.labels.index].to_numpy()
    labels = found.labels.to_numpy()
    order = row_order(truth, labels)
    truth, labels = truth[order], labels[order]
    drawn = []
    for _ in range(runs):
        rows = rng.integers(0, len(labels), len(labels))
        drawn.append(adjusted_rand_score(truth[rows], labels[rows]))
    low, high = np.quantile(drawn, (ALPHA / 2, 1 - ALPHA / 2))
    table = pd.crosstab(truth, labels)[[c.name for c in found.clusters]]
    shares = tuple(tuple(binomial_interval(int(n), int(sum(row))) for n in row) for row in table.to_numpy())
    index = float(adjusted_rand_score(truth, labels))
    return Agreement(index, float(low), float(high), tuple(table.index), tuple(table.columns), shares)
