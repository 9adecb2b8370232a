"""Shares of the units of each arm that show something which must not depend on the arm."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.formatting import formatted
from helpers.stats.checks.exact_counts import shares_p_value


@dataclass(frozen=True)
class Counted:
    """How many of the units of each arm show something that must not depend on the arm.

    Attributes:
        hits, totals: units by arm, control first.
        p_value: of Pearson's chi-square for equal shares; NaN where nothing can differ.
    """

    hits: tuple[int, ...]
    totals: tuple[int, ...]
    p_value: float

    @property
    def share(self) -> float:
        """Over all arms; 0 without units."""
        return sum(self.hits) / max(1, sum(self.totals))

    @property
    def text(self) -> str:
        """Example:
        >>> counted([10, 30], [100, 100]).text
        '10 % : 30 % of the arms, p = 0.00065'
        """
        shares = " : ".join(
            formatted(k / n if n else 0.0, "share") for k, n in zip(self.hits, self.totals, strict=True)
        )
        return f"{shares} of the arms" + ("" if self.p_value != self.p_value else f", p = {self.p_value:.3g}")


def counted(hits: Sequence[int], totals: Sequence[int]) -> Counted:
    """Whether the arms show something in equal shares: Pearson's chi-square with ``arms - 1`` degrees of freedom.

    The shares are of exposed units, so the arms' designed weights do not enter; see
    :func:`~helpers.stats.checks.exact_counts.shares_p_value`.

    Example:
        >>> counted([5, 5], [100, 100]).p_value
        1.0
    """
    return Counted(tuple(map(int, hits)), tuple(map(int, totals)), shares_p_value(hits, totals))


def after_holm(p_value: float, *, shared: bool) -> str:
    """What follows the p-value of one test where several share the threshold: the one that decides; empty of one alone.

    >>> after_holm(0.04, shared=True), after_holm(0.04, shared=False)
    (', 0.04 after Holm', '')
    """
    return f", {p_value:.3g} after Holm" if shared and p_value == p_value else ""
