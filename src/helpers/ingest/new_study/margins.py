"""Sales beside what is left of them: a change that sells more for less is not told by sales."""

from collections.abc import Sequence

from helpers.ingest.new_study import languages, typed, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.proposal import StudyProposal
from helpers.ingest.new_study.said import Said

SALES = languages.words(
    "sales revenue turnover gmv umsatz* erlos* ventas ingresos vendite ricavi fatturato ventes chiffre omzet vendas receita omsattning omsetning"
)
LEFT = languages.words(
    "margin margins profit profits contribution earnings marge margen margine margem gewinn* deckungsbeitrag* rohertrag* beneficio* ganancia*"
    " utile profitto benefice winst lucro resultat"
)
"""Words of what is left of sales behind their cost,"""
NO_AMOUNT = frozenset({"pct", "percent", "percentage", "prozent", "rate", "ratio", "share", "quote"})
"""but for a share of them."""


def asked(columns: Sequence[Column], proposal: StudyProposal, said: Said) -> list[str]:
    """Whether what is left decides, where sales are the primary metric and nobody said so."""
    primary = proposal.outcomes.get(proposal.primary.event, ("",))[0]
    if "primary" in said or not _says(primary, SALES) or _says(primary, LEFT):
        return []
    left = [
        c for c in columns
        if c.name != primary and c.numeric and not (c.binary or c.constant) and _says(c.name, LEFT)
        and not _says(c.name, NO_AMOUNT | vocabulary.BEFORE)
    ]  # fmt: skip
    return [
        f"Is it decided by '{vocabulary.printable(primary)}', or by what is left of it? '{vocabulary.printable(c.name)}' stands beside it, and may"
        f" fall where sales rise: --primary {typed.name(c.name)} decides by that."
        for c in left[:1]
    ]


def _says(name: str, words: frozenset[str]) -> bool:
    return any(vocabulary.is_said(token, words) for token in vocabulary.tokens(name))
