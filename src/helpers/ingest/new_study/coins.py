"""Amounts in the smallest coins, told by the name of their column and by whole numbers in it."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from helpers.config.currencies import minor_digits
from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import Noted, StudyProposal
from helpers.ingest.values.currency_names import is_minor, note_of


def told(proposal: StudyProposal, columns: Sequence[Column]) -> StudyProposal:
    """The proposal with what its amounts are in, where all of its money is in cents by name and by values."""
    summed = {m.event for m in proposal.metrics if m.unit == "money"}
    by_event = {event: proposal.outcomes[event][0] for event in summed if event in proposal.outcomes}
    names = set(by_event.values()) if proposal.source != "log" else {proposal.columns.get("price", ("", ""))[0]}
    money, currency = [c for c in columns if summed and c.name in names], proposal.currency[0]
    if not money or not are_minor(money, currency):
        return proposal
    notes = {note_of(c.name, currency) for c in money}
    return replace(
        proposal, money_in=noted(money, currency), assumed=(*proposal.assumed, line(money, currency)),
        first=tuple(line for line in proposal.first if not any(note in line for note in notes)),
    )  # fmt: skip


def are_minor(money: Sequence[Column], currency: str) -> bool:
    """Whether columns are called as amounts in the smallest coins of a currency, and hold whole numbers."""
    return all(is_minor(c.name, currency) and c.numeric and not c.decimal for c in money)


def noted(money: Sequence[Column], currency: str) -> Noted:
    """What a study says of them, and what tells it."""
    return "minor_units", f"{_called(money)} is named as cents and holds whole numbers: 1999 is {_worth(currency)}"


def line(money: Sequence[Column], currency: str) -> str:
    """The same as it is said aloud."""
    return f"money: {_called(money)} in the smallest coins, as the name says and whole numbers allow: 1999 is {_worth(currency)} {currency}"


def _called(money: Sequence[Column]) -> str:
    return ", ".join(f"'{vocabulary.printable(c.name)}'" for c in money)


def _worth(currency: str) -> Decimal:
    """What 1999 of the smallest coins are worth: yen have no smaller ones, dinars a thousand.

    >>> [str(_worth(code)) for code in ("EUR", "JPY", "KWD")]
    ['19.99', '1999', '1.999']
    """
    return Decimal(1999).scaleb(-minor_digits(currency))
