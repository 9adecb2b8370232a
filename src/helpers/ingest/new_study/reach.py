"""The smallest gain worth finding and shipping, as it is proposed: one that a rate can reach, whatever is left of it to all."""

from dataclasses import replace

from helpers.defaults import MIN_UPLIFT
from helpers.formatting import formatted
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Measure, Noted, StudyProposal
from helpers.ingest.values.number_formats import TRUE

PART = 0.5
"""Of what is left to all, the largest part that a change is asked for."""


def told(proposal: StudyProposal, columns: list[Column]) -> StudyProposal:
    """The proposal of a table of units with the gain that its primary rate can reach; that of any other as it is."""
    if proposal.primary.better == "lower":
        return replace(proposal, least=("", ""))
    outcome = proposal.outcomes.get(proposal.primary.event, ("", ""))[0]
    column = next((c for c in columns if c.name == outcome), None)
    if column is None or not column.filled or not (column.binary or column.in_words):
        return proposal
    yes = sum(n for level, n in column.levels if level.lower() in {"1", "1.0", *TRUE})
    return replace(proposal, least=least(proposal.primary, yes / column.filled))


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
