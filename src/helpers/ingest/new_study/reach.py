"""What is taken of a rate that nobody stated: the smallest gain worth finding, that worth shipping, and the typical one.

All three are one number, that of any study, or less where so many have the rate already that no change can bring as much.
"""

from collections.abc import Sequence
from dataclasses import replace

from helpers.defaults import MIN_UPLIFT
from helpers.formatting import formatted
from helpers.ingest.new_study import direction
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Measure, Noted, StudyProposal
from helpers.ingest.values.number_formats import TRUE

PART = 0.5
"""Of what is left to all, the largest part that a change is asked for."""


def told(proposal: StudyProposal, columns: Sequence[Column] = ()) -> StudyProposal:
    """The proposal with the gain that its primary rate can reach, and a line that says so where it is not that of any study."""
    if proposal.primary.better == direction.LOWER:
        return proposal
    found = least(proposal.primary, proposal.rate or _of_column(proposal, columns))
    if not found[0]:
        return proposal
    gain = formatted(float(found[0]), "relative")
    worth = " worth finding and shipping, and the typical one" if proposal.mode != "descriptive" else " worth finding"
    return replace(proposal, least=found, assumed=(*proposal.assumed, f"smallest gain{worth}: {gain}; {found[1]}"))


def _of_column(proposal: StudyProposal, columns: Sequence[Column]) -> float:
    """The share of the rows of a table of units in which its primary outcome is yes; 0 of any other."""
    outcome = proposal.outcomes.get(proposal.primary.event, ("", ""))[0]
    column = next((c for c in columns if c.name == outcome), None)
    if column is None or not column.filled or not (column.binary or column.in_words):
        return 0
    return sum(n for level, n in column.levels if level.lower() in {"1", "1.0", *TRUE}) / column.filled


def least(primary: Measure, rate: float) -> Noted:
    """The smallest relative gain of a rate that is worth it, and why it is another one than that of any study; empty where it is that.

    >>> rate = Measure("paid", "Paid", "primary", "proportion", "paid")
    >>> least(rate, 0.4), least(rate, 0.98)
    (('', ''), ('0.01', 'of 98 % that have it, no change can bring more than +2.0 %'))
    """
    if primary.type != "proportion" or not 0 < rate < 1:
        return "", ""
    left = (1 - rate) / rate
    if PART * left >= MIN_UPLIFT:
        return "", ""
    said = f"of {formatted(rate, 'share')} that have it, no change can bring more than {formatted(left, 'relative')}"
    return f"{float(f'{PART * left:.0e}'):.10f}".rstrip("0"), said
