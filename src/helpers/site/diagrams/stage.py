"""What the stages of a workflow are made of: what is done, what goes wrong, what a study has to show for it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Artefact:
    """What a stage leaves behind, as this study has it: a title, labelled texts, an optional table, where to read on.

    Every text is shown as text; ``table`` has its column names in the first row.
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class DiagramStage:
    """One stage; ``handoff`` are the criteria that must hold before the next one begins."""

    key: str
    name: str
    purpose: str
    checklist: tuple[str, ...]
    pitfalls: tuple[str, ...]
    handoff: tuple[str, ...]
    artefact: Artefact


@dataclass(frozen=True)
class Feedback:
    """An arrow that leads back: from which stage to which, its label and what it carries."""

    source: str
    target: str
    label: str
    text: str


def facts(*pairs: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    """Pairs whose text is known.

    >>> facts(("Question", "Why?"), ("Power", None), ("Note", ""))
    (('Question', 'Why?'),)
    """
    return tuple((label, text) for label, text in pairs if text)


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence.

    >>> listed(["view", "cart", "purchase"]), listed([])
    ('view, cart, purchase', 'none')
    """
    return ", ".join(names) or "none"
