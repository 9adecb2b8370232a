"""Contamination that the sample ratio does not see."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.experiment.caveats import Caveat
from helpers.experiment.results import Results
from helpers.formatting import formatted
from helpers.stats.checks.srm import SRM, srm


@dataclass(frozen=True)
class HiddenContamination:
    """Rows that were shown another variant than they were assigned, and what the sample ratio made of them.

    Attributes:
        rows, of: rows left out for that reason, and rows of the table.
        before, after: the test over all rows of the table, and over the units that are left.
    """

    rows: int
    of: int
    before: SRM
    after: SRM


def unseen(results: Results, arms: Mapping[str, int], left_out: int) -> HiddenContamination | None:
    """What the sample ratio does not see; None where every row was shown its variant, or where the ratio fails.

    Args:
        arms: rows of the unit table by assigned variant, before any was left out.
        left_out: rows of them that were shown another variant.
    """
    if not left_out or not arms:
        return None
    variants = results.study.variants
    before = srm({v.name: arms.get(v.name, 0) for v in variants}, {v.name: v.weight for v in variants})
    after = results.sample_ratio()
    return None if before.failed or after.failed else HiddenContamination(left_out, sum(arms.values()), before, after)


def caveat(found: HiddenContamination) -> Caveat:
    """What was left out, and why no sample ratio could tell.

    Example:
    >>> from helpers.stats import srm
    >>> said = caveat(HiddenContamination(30, 2_000, srm([1_010, 990], [1, 1]), srm([995, 975], [1, 1])))
    >>> said.words.split(". ")[0]
    '30 of 2,000 rows (1.50 %) were shown another variant than they were assigned and are left out'
    """
    words = (
        f"{found.rows:,} of {found.of:,} rows ({formatted(found.rows / found.of, 'share')}) were shown another variant than"
        f" they were assigned and are left out. The sample ratio passes with them (p = {found.before.p_value:.3g}) and"
        f" without them (p = {found.after.p_value:.3g}): where units of each arm are shown the other one's variant, the arms"
        " stay as large as designed, and only the column of what was shown tells. Why these rows saw another variant is"
        " not known, and until it is, the rest need not be a fair sample."
    )
    return Caveat("unseen", "The sample ratio does not see the contamination.", words)
