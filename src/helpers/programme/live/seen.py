"""Ids of the events that were counted, for as long as a repeat of them is not late."""

import numpy as np
from numpy.typing import NDArray

from helpers.programme.live.stream import Ints


class Seen:
    """Event ids with their event times, in two sorted runs: a long one, and a short one that takes what arrives.

    What arrives moves few ids, and is looked for by bisection; :meth:`let_go` merges the runs.

    Example:
        >>> seen = Seen()
        >>> seen.add(np.array([4, 9]), np.array([100, 300]))
        >>> seen.new(np.array([4, 5, 9])).tolist()
        [False, True, False]
        >>> seen.let_go(200)
        >>> seen.new(np.array([4, 9])).tolist(), len(seen)
        ([True, False], 1)
    """

    def __init__(self) -> None:
        self.long = self.short = np.empty((2, 0), np.int64)

    def __len__(self) -> int:
        return int(self.long.shape[1] + self.short.shape[1])

    def new(self, ids: Ints) -> NDArray[np.bool_]:
        """Which of some ids are not kept."""
        found = np.ones(len(ids), bool)
        for kept, _ in (self.long, self.short):
            if len(kept):
                found &= kept.take(np.searchsorted(kept, ids), mode="clip") != ids
        return found

    def add(self, ids: Ints, times: Ints) -> None:
        """Keep new ids, sorted ones, with the times of their events."""
        place = np.searchsorted(self.short[0], ids)
        self.short = np.insert(self.short, place, np.stack([ids, times]), axis=1)

    def let_go(self, watermark: int) -> None:
        """Forget the ids of events before ``watermark``."""
        both = np.concatenate([self.long, self.short], axis=1)
        both = both[:, both[1] >= watermark]
        self.long = both[:, np.argsort(both[0], kind="stable")]
        self.short = np.empty((2, 0), np.int64)
