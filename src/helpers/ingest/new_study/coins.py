"""Amounts in the smallest coins, told by the name of their column and by whole numbers in it."""

from collections.abc import Sequence
from dataclasses import replace

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.values.currency_names import is_minor, note_of


def told(proposal: StudyProposal, columns: Sequence[Column]) -> StudyProposal:
    """The proposal with what its amounts are in, where all of its money is in cents by name and by values."""
    summed = {m.event for m in proposal.metrics if m.unit == "money"}
    by_event = {event: proposal.outcomes[event][0] for event in summed if event in proposal.outcomes}
    names = set(by_event.values()) if proposal.source != "log" else {proposal.columns.get("price", ("", ""))[0]}
    money = [c for c in columns if summed and c.name in names]
    currency = proposal.currency[0]
    if not money or not all(is_minor(c.name, currency) and c.numeric and not c.decimal for c in money):
        return proposal
    called = ", ".join(f"'{vocabulary.printable(c.name)}'" for c in money)
    notes = {note_of(c.name, currency) for c in money}
    return replace(
        proposal, money_in=("minor_units", f"{called} is named as cents and holds whole numbers: 1999 is 19.99"),
        assumed=(*proposal.assumed, f"money: {called} in the smallest coins, as the name says and whole numbers allow: 1999 is 19.99 {currency}"),
        first=tuple(line for line in proposal.first if not any(note in line for note in notes)),
    )  # fmt: skip
