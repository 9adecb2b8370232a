"""Amounts that somebody has to pay, beside what was paid of them: they stood before the experiment, and what was paid came of it."""

from collections.abc import Sequence

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column

DUE = frozenset(
    {"due", "owed", "owing", "payable", "billed", "invoiced", "outstanding", "fallig", "faellig", "geschuldet", "schuld", "forderung", "dette", "facture",
     "adeudado", "debido", "devido", "dovuto", "verschuldigd", "nalezny", "naleznosc", "borc", "долг"}
)  # fmt: skip
"""Words of what somebody has to pay,"""
PAID = frozenset(
    {"paid", "payment", "payments", "repaid", "settled", "bezahlt", "gezahlt", "zahlung", "paye", "payee", "regle", "pagado", "pago", "pagato", "betaald", "zaplacono",
     "zaplacene", "odendi", "оплачено"}
)  # fmt: skip
"""and of what was paid of it."""


def told(columns: Sequence[Column], column: Column) -> str:
    """That an amount is what was to be paid, beside what was paid and never is more; empty where it is not."""
    words = set(vocabulary.tokens(column.name))
    if not (column.numeric and words & DUE) or words & PAID:
        return ""
    paid = [
        c for c in columns if c is not column and c.numeric and not c.binary and PAID & set(vocabulary.tokens(c.name))
    ]
    paid = [
        c
        for c in paid
        if c.filled <= column.filled and c.high <= column.high and not vocabulary.touches(c.name, vocabulary.SPANS)
    ]
    if not paid:
        return ""
    return f"not used: what was to be paid, before anybody paid; '{vocabulary.printable(paid[0].name)}' came of it; --outcome makes it a metric"
