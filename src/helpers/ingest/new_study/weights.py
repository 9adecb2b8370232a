"""The weights that an experiment was designed with, as far as the sizes of its arms tell."""

from collections.abc import Sequence

from helpers import defaults
from helpers.formatting import ratio
from helpers.ingest.new_study.proposal import Arm

RATIOS = (0.5, 2 / 3, 0.7, 0.75, 0.8, 0.9, 0.95, 0.99)
"""Shares of the larger of two arms that experiments are designed with."""
MULTIPLES = (2, 3, 4, 5)
"""How many times as large one of several arms is as each of the others."""
SMALLER = (*MULTIPLES, 9)
"""How many times as large each of the others is as one of several arms."""
SIMPLE, PARTS = 5, 20
"""The largest weight of a simple ratio, and of all arms together."""


EXPECTED, HOPELESS = 5.0, 1e-9
"""Counts expected in the smallest arm, from which on chi-square this small is far below the threshold of an exact test as well."""


def weights(arms: list[Arm], whole: str = "") -> str:
    """What is assumed of the designed weights, and whether the counts fit them; where ``whole`` clusters were randomised chance
    moves the counts of units further than a test of them knows, so none is made."""
    from helpers.stats.checks.srm import srm

    told = ratio([a.weight for a in arms])
    if whole:
        counts = ", ".join(f"{a.count:,}" for a in arms)
        return f"{told}, the simple ratio nearest to the counts, never the counts themselves; {counts} are units, but each {whole} was randomised as a whole"
    test = srm([a.count for a in arms], [a.weight for a in arms])
    counts = ", ".join(f"{a.count:,}" for a in arms)
    said = f"the counts {counts}"
    if test.failed:
        fitting = simple([a.count for a in arms])
        asked = (
            f"; {fitting} would fit them: is that the design, or another one?"
            if fitting
            else ": is the design another one?"
        )
        far = f"{said} are further from it than chance allows (p = {test.p_value:.2g}){asked}"
        return f"{told}, the nearest to the counts of equal arms, or of all but one, never the counts themselves; {far}"
    if test.p_value < defaults.ALPHA:
        said += f" are rather far from it (p = {test.p_value:.2g}): a doubtful split, if this is the design"
    else:
        said += f" fit it (p = {test.p_value:.2g})"
    return f"{told}, the simple ratio nearest to the counts, never the counts themselves; {said}"


def simple(counts: Sequence[int]) -> str:
    """The smallest ratio of small whole numbers that counts are no further from than chance allows; empty without one.

    >>> simple([4_000, 2_010, 1_990, 1_000, 1_000]), simple([5_300, 4_700])
    ('4:2:2:1:1', '')
    """
    for parts in range(len(counts), PARTS + 1):
        weights = [max(1, round(n / sum(counts) * parts)) for n in counts]
        if max(weights) <= SIMPLE and not _failed(counts, [w / sum(weights) for w in weights]):
            return ":".join(map(str, weights))
    return ""


def designed(counts: Sequence[int]) -> list[float]:
    """The designed weights nearest to the sizes of the arms: equal ones, or one arm larger or smaller and the others equal. Equal ones
    stand wherever chance makes such counts of them.

    Never the observed shares themselves: a test for a sample ratio mismatch against those could not fail.

    >>> designed([44_700, 45_489]), designed([9_100, 1_010])
    ([0.5, 0.5], [0.9, 0.1])
    >>> [round(w, 3) for w in designed([21_306, 21_307, 21_387])], designed([5_030, 1_001, 990, 1_002])
    ([0.333, 0.333, 0.333], [0.625, 0.125, 0.125, 0.125])
    >>> ratio(designed([6_000, 6_000, 6_000, 700]))
    '9:9:9:1'
    """
    arms, total = len(counts), sum(counts)
    equal = [1 / arms] * arms
    if min(counts) > 0 and not _failed(counts, equal):
        return [round(w, 10) for w in equal]
    largest, smallest = (pick(range(arms), key=lambda i: counts[i]) for pick in (max, min))
    larger = [1 / arms, *(r for r in RATIOS if r > 1 / arms)]
    larger += [k / (k + arms - 1) for k in MULTIPLES] if arms > 2 else []
    options = [_one(largest, share, arms) for share in larger]
    options += [_one(smallest, 1 - r, arms) for r in RATIOS if 1 - r < 1 / arms]
    multiples = [_one(smallest, 1 / (1 + k * (arms - 1)), arms) for k in SMALLER] if arms > 2 else []

    def far(option: list[float]) -> float:
        return max(abs(n / total - x) for n, x in zip(counts, option, strict=True))

    best = min(options, key=far)
    if multiples and _failed(counts, best):
        best = min([*options, *multiples], key=far)
    return [round(w, 10) for w in best]


def _failed(counts: Sequence[int], shares: Sequence[float]) -> bool:
    """Whether counts are further from shares than chance allows; of what is far beyond it no exact test is made, which takes long."""
    from scipy import special

    from helpers.stats.checks.srm import srm

    expected = [share * sum(counts) for share in shares]
    far = sum((n - e) ** 2 / e for n, e in zip(counts, expected, strict=True)) if min(expected) >= EXPECTED else 0.0
    return bool(special.chdtrc(len(counts) - 1, far) < HOPELESS) or srm(list(counts), list(shares)).failed


def _one(place: int, share: float, arms: int) -> list[float]:
    """Weights of which one has a share and the others are equal."""
    return [share if i == place else (1 - share) / (arms - 1) for i in range(arms)]
