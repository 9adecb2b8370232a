"""Columns of a file that a proposal neither uses nor speaks of: each is listed, with its reason."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from helpers.ingest.new_study import cuts, measures, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.sql import quoted


def listed(proposal: StudyProposal, columns: Sequence[Column], changing: Collection[str] = ()) -> StudyProposal:
    """The proposal with all columns that are left; ``changing`` are those whose value changes within a unit of a log."""
    known = {theirs for told in (proposal.columns, proposal.outcomes, proposal.before) for theirs, _ in told.values()}
    known |= {*proposal.deviations.values(), *proposal.squares.values(), proposal.times, proposal.panel[0]}
    known |= {name for name, _ in proposal.suspicious}
    asked = proposal.where[0]
    left = [c for c in columns if c.name not in known and quoted(c.name) not in asked]
    return replace(proposal, suspicious=(*proposal.suspicious, *((c.name, reason(c, changing)) for c in left)))


def reason(column: Column, changing: Collection[str] = (), whole: bool = True) -> str:
    """Why a column is nothing of a study; ``whole`` is False of one of several tables, whose rows it may describe."""
    if told := column.unread or measures.unfit(column):
        return told
    if column.name in changing:
        return "not used: it changes from event to event, so it describes no unit"
    if measures.is_segment(column) and (measures.came_of_it(column) or cuts.told(column)):
        how = "" if whole else "; an outcome where a query joins it to the assignments in one table"
        return f"not used: {cuts.told(column) or 'called as what came of the variant'}, so it is no segment{how}"
    if column.numeric and vocabulary.touches(column.name, vocabulary.BEFORE):
        return "not used: perhaps from before, and not the same measure as an outcome; data.before names what it is of"
    if column.numeric:
        return f"not used: {measures.MAY_BE if whole else 'a number that may be an attribute or an outcome'}"
    if measures.is_segment(column) and not whole:
        return "not used: an attribute of this table's rows, and not one level of each unit"
    if measures.is_segment(column):
        return f"not used: an attribute, and more than {measures.MOST_SEGMENTS} segments are many"
    return "not used: text with many different values"
