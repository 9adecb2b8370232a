"""Sample-ratio mismatch: are the arms as large as the design says, over all and group by group?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from helpers.defaults import SRM_THRESHOLD
from helpers.stats.checks.exact_counts import EXPECTED, designed_shares
from helpers.stats.multiplicity.corrections import AdjustedPValues, adjust
from helpers.stats.validation import InputError, between, finite, whole_number

Counts = Mapping[str, int] | Sequence[int]
Weights = Mapping[str, float] | Sequence[float]


@dataclass(frozen=True)
class SRM:
    """Observed against designed sizes of the arms with positive weight.

    ``failed`` means p < ``threshold``: the assignment or the logging is broken and no estimate of
    the experiment can be trusted. ``chi2`` and ``df`` are stated also when p is exact (see note).

    Example:
        >>> srm([821588, 815482], [0.5, 0.5]).failed
        True
    """

    arms: tuple[str, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    chi2: float
    df: int
    p_value: float
    failed: bool
    threshold: float = SRM_THRESHOLD
    note: str = ""


@dataclass(frozen=True)
class SRMByGroup:
    """The same test day by day or segment by segment, each at the same threshold.

    Attributes:
        groups, tests: names and results in the order given.
        chance_of_any: probability of at least one false alarm among independent groups.

    Example:
        >>> srm_by_group({"mon": [50, 50], "tue": [150, 50]}, [1, 1]).failed
        ('tue',)
    """

    groups: tuple[str, ...]
    tests: tuple[SRM, ...]
    chance_of_any: float

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the groups with a mismatch."""
        return tuple(g for g, test in zip(self.groups, self.tests, strict=True) if test.failed)

    @property
    def after_holm(self) -> AdjustedPValues:
        """The groups' p-values where they share one threshold: ``rejected`` ones are a mismatch however many are looked at."""
        threshold = self.tests[0].threshold if self.tests else SRM_THRESHOLD
        return adjust([test.p_value for test in self.tests], "holm", alpha=threshold)

    @property
    def mismatched(self) -> tuple[str, ...]:
        """Names of the groups with a mismatch that so many looks do not explain.

        >>> both = srm_by_group({"mon": [560, 460], "tue": [500, 500]}, [1, 1], threshold=0.003)
        >>> both.failed, both.mismatched
        (('mon',), ())
        """
        return tuple(g for g, rejected in zip(self.groups, self.after_holm.rejected, strict=True) if rejected)


def srm(observed: Counts, weights: Weights, *, threshold: float = SRM_THRESHOLD) -> SRM:
    """Pearson chi-square of the observed sizes against the designed weights.

    Arms of weight zero are left out of the test and of its degrees of freedom. Where an expected count is below 100 the
    exact p-value is taken (sum over all outcomes no more likely than the observed one; drawn where they are many): in
    the tail that a threshold of .001 asks for, and more so where groups share it, chi-square calls up to five times too
    often when one arm is small.

    Args:
        observed: units an arm; a mapping by name or a sequence.
        weights: designed weights in the same form, in any scale.
        threshold: p below this fails.

    Raises:
        InputError: for arms that do not match or fewer than two arms of positive weight.

    Reference: Fabijan et al. (2019), KDD, 2156-2164.

    Example:
        >>> result = srm({"control": 35637, "treatment": 3944}, {"control": 0.9, "treatment": 0.1})
        >>> round(result.p_value, 10), result.failed
        (0.8132460021, False)
    """
    between("threshold", threshold, 0, 1)
    names, counts, shares = aligned(observed, weights)
    used = [i for i, share in enumerate(shares) if share > 0]
    stray = sum(counts[i] for i in range(len(counts)) if i not in used)
    arms = tuple(names[i] for i in used)
    seen = tuple(counts[i] for i in used)
    share = np.array([shares[i] for i in used]) / sum(shares[i] for i in used)
    total = sum(seen)
    expected = share * total
    notes = [f"{stray} units in arms designed to be empty"] if stray else []
    df = len(used) - 1
    if total == 0:
        notes.append("no test: no units")
        nothing = tuple(expected.tolist())
        return SRM(arms, seen, nothing, math.nan, df, math.nan, False, threshold, "; ".join(notes))
    chi2 = float(((np.array(seen, float) - expected) ** 2 / expected).sum())
    p = float(special.chdtrc(df, chi2))
    if expected.min() < EXPECTED:
        p, draws = designed_shares(seen, share.tolist())
        how = f"p-value from {draws:,} draws" if draws else "exact p-value"
        notes.append(f"{how}: an expected count is below {EXPECTED:g}")
    return SRM(
        arms,
        seen,
        tuple(expected.tolist()),
        chi2,
        df,
        p,
        p < threshold,
        threshold,
        "; ".join(notes),
    )


def srm_by_group(groups: Mapping[str, Counts], weights: Weights, *, threshold: float = SRM_THRESHOLD) -> SRMByGroup:
    """``srm`` for every day or segment, the threshold kept at .001 for each.

    A threshold this low is what makes looking every day affordable: cumulative counts over 28 days
    raise a false alarm in 27.7 of 100 experiments at .05, and in 1.0 at .001.

    Example:
        >>> result = srm_by_group({"ios": [510, 490], "web": [2000, 2010]}, [1, 1])
        >>> result.failed, round(result.chance_of_any, 4)
        ((), 0.002)
    """
    tests = tuple(srm(counts, weights, threshold=threshold) for counts in groups.values())
    chance = -math.expm1(len(tests) * math.log1p(-threshold))
    return SRMByGroup(tuple(groups), tests, chance)


def aligned(observed: Counts, weights: Weights) -> tuple[list[str], list[int], list[float]]:
    """Names, counts and weights arm by arm, by name where both are mappings.

    Raises:
        InputError: for counts and weights that are not of the same arms.

    Example:
        >>> aligned({"b": 1, "a": 2}, {"a": 0.5, "b": 0.5})
        (['a', 'b'], [2, 1], [0.5, 0.5])
    """
    if isinstance(observed, Mapping) and isinstance(weights, Mapping):
        unknown = set(observed) - set(weights)
        names = list(weights)
        counts = [whole_number(f"units of {n}", observed.get(n, 0)) for n in names]
        shares = [finite(f"weight of {n}", weights[n]) for n in names]
        matching = not unknown
    elif isinstance(observed, Mapping) or isinstance(weights, Mapping):
        names, counts, shares, matching = [], [], [], False
    else:
        counts = [whole_number(f"units of arm {i}", n) for i, n in enumerate(observed)]
        shares = [finite(f"weight of arm {i}", w) for i, w in enumerate(weights)]
        names = [str(i) for i in range(len(counts))]
        matching = len(counts) == len(shares)
    if not matching or min(shares, default=0) < 0 or sum(w > 0 for w in shares) < 2:
        raise InputError(
            "arms",
            got=f"counts {observed} against weights {weights}",
            expected="a weight of at least 0 for every arm, two of them positive",
            cause="a variant name in the data that the design does not know",
            remedy="list every variant in the design, with weight 0 if it gets no traffic",
        )
    return names, counts, shares
