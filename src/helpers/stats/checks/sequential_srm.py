"""Sample-ratio mismatch that may be looked at all the time: a Bayes factor that is a valid test at every look."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.defaults import SRM_CONCENTRATION, SRM_THRESHOLD
from helpers.stats.checks.srm import Counts, Weights, aligned
from helpers.stats.sequential.mixture_likelihood import dirichlet_log_ratio
from helpers.stats.validation import InputError, between


@dataclass(frozen=True)
class SequentialSRM:
    """Counts against the design at every look so far, with one error rate for all looks together.

    Attributes:
        arms: arms of positive weight.
        units: cumulative units of these arms at each look.
        log_bayes_factors: of a mismatch against the design, look by look.
        p_values: always valid: smallest 1 / Bayes factor so far, at most 1.
        first_failure: number of the first look with p < ``threshold``, from 1; None without one.

    Example:
        >>> path = sequential_srm([[500, 500], [600, 400], [600, 400]], [1, 1])
        >>> path.failed, path.first_failure
        (True, 3)
    """

    arms: tuple[str, ...]
    units: tuple[int, ...]
    log_bayes_factors: tuple[float, ...]
    p_values: tuple[float, ...]
    first_failure: int | None
    threshold: float = SRM_THRESHOLD
    note: str = ""

    @property
    def failed(self) -> bool:
        """Whether any look so far fails."""
        return self.first_failure is not None

    @property
    def p_value(self) -> float:
        """The p-value after the last look."""
        return self.p_values[-1]


def sequential_srm(
    looks: Sequence[Counts | str],
    weights: Weights,
    *,
    cumulative: bool = False,
    threshold: float = SRM_THRESHOLD,
    concentration: float = SRM_CONCENTRATION,
) -> SequentialSRM:
    r"""Test of the arms' sizes that may be looked at after every unit, day or hour.

    Multinomial counts against a Dirichlet mixture around the design: the Bayes factor
    :math:`\frac{B(c\theta+n)}{B(c\theta)}\prod\theta_i^{-n_i}` ever exceeds :math:`1/\alpha` with
    probability at most :math:`\alpha` when the design holds.

    Args:
        looks: units that each look *added*, in order of arrival: one count an arm, or the name of
            an arm for a single unit.
        weights: designed weights in the same form, in any scale.
        cumulative: ``looks`` hold all units so far in place of those added.
        threshold: probability of ever raising a false alarm.
        concentration: prior units behind the design; larger looks for smaller mismatches.

    Assumes units assigned independently of each other.

    Raises:
        InputError: for arms that do not match, no look, cumulative counts that fall, or a
            concentration that is not positive.

    Reference: Lindon and Malek (2022), Anytime-valid inference for multinomial count data, NeurIPS,
    arXiv 2011.03567.

    Example:
        >>> daily = [{"control": 5000, "treatment": 5000 - 250 * (day > 1)} for day in range(9)]
        >>> sequential_srm(daily, {"control": 1, "treatment": 1}).first_failure
        7
    """
    between("threshold", threshold, 0, 1)
    between("concentration", concentration, 0, math.inf)
    rows = [aligned({look: 1} if isinstance(look, str) else look, weights) for look in looks]
    counts = np.array([row[1] for row in rows])
    if not rows or (cumulative and (np.diff(counts, axis=0) < 0).any()):
        raise InputError(
            "looks",
            got="counts that fall from one look to the next" if rows else "no look",
            expected="at least one look, in order of arrival",
            cause="units added passed as cumulative, looks out of order, or an empty log",
            remedy="sort the looks, and say cumulative=True only for all units so far",
        )
    names, _, shares = rows[0]
    used = [i for i, share in enumerate(shares) if share > 0]
    counts = counts if cumulative else counts.cumsum(axis=0)
    stray = int(counts[-1].sum() - counts[-1, used].sum())
    design = np.array([shares[i] for i in used]) / sum(shares[i] for i in used)
    log_factors = dirichlet_log_ratio(counts[:, used], design, concentration)
    p = np.minimum.accumulate(np.exp(-np.maximum(log_factors, 0.0)))
    failing = np.flatnonzero(p < threshold)
    return SequentialSRM(
        tuple(names[i] for i in used),
        tuple(counts[:, used].sum(axis=1).tolist()),
        tuple(log_factors.tolist()),
        tuple(p.tolist()),
        int(failing[0]) + 1 if failing.size else None,
        threshold,
        f"{stray} units in arms designed to be empty" if stray else "",
    )
