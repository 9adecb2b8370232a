"""One metric from its aggregates to an effect, against tea-tasting and confidence by Spotify, in one process."""

import math
from collections.abc import Iterator

from benchmarks import peer_environment
from benchmarks.goal import Goal

TIMES = 1.0
"""Times tea-tasting's call that ours may take."""
AGREEMENT = 1e-9
"""Relative difference of the estimates beyond which the packages did not do the same."""


def run(rounds: int = 7, budget: float = 0.2) -> Iterator[str | Goal]:
    yield "One metric from aggregates to an effect, milliseconds a call, three packages in turns"
    try:
        answer = peer_environment.answer("peer_calls", str(rounds), str(budget))
    except peer_environment.Unavailable as reason:
        yield f"  not measured: {reason}"
        return
    yield "  " + ", ".join(f"{name} {version}" for name, version in answer["versions"].items())
    for metric, found in answer["metrics"].items():
        yield f"  {metric:<12}" + "".join(f"{who} {1e3 * s:8.3f}   " for who, s in found["seconds"].items()).rstrip()
    for metric, found in answer["metrics"].items():
        (estimate, _), *others = found["effects"].values()
        if not all(math.isclose(estimate, other, rel_tol=AGREEMENT) for other, _ in others):
            raise RuntimeError(f"the packages disagree about {metric}: {found['effects']}")
        seconds = found["seconds"]
        yield Goal(f"{metric}, our call over tea-tasting's", seconds["ours"] / seconds["tea-tasting"], TIMES, "times")
