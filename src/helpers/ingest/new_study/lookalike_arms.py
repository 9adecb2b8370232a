"""Levels of a variant that look the same and are not: letters of another script, signs of full width or that are not seen, 1 and l."""

from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import typed, vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted
from helpers.ingest.values import confusable, ids_alike

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable


def of(variant: Column) -> list[list[tuple[str, int]]]:
    """Levels, with their rows, that look like one, the one of most rows first; capitals and blanks at the ends part none."""
    alike: dict[str, list[tuple[str, int]]] = {}
    for level in sorted(variant.levels, key=lambda told: -told[1]):
        alike.setdefault(confusable.seen(level[0]).casefold(), []).append(level)
    return [group for group in alike.values() if len({level.casefold() for level, _ in group}) > 1]


def refuse(table: "SourceTable", variant: Column, *, stated: bool) -> None:
    """Raise where levels look like one arm, unless somebody named the column: none is made one with another in silence."""
    found = of(variant)
    if not found or stated:
        return
    name = vocabulary.printable(variant.name)
    raise ReportError(
        f"{table.called}: levels of '{name}' look the same and are not, and would be arms of their own",
        got="; ".join(map(_told, found)),
        expected="one level for each arm",
        cause="letters of another script, signs of full width or that are not seen, or a digit or a capital in the place of a letter",
        remedy=f"write them in one way by a query in a file beside it, in place of the table: {_mended(table, variant)}; if they are arms of their own, say so:"
        f" --variant {typed.name(variant.name)}",
    )


def asked(table: "SourceTable", variant: Column | None) -> list[str]:
    """What is asked of such levels where somebody named the column."""
    if variant is None or not (found := of(variant)):
        return []
    return [
        f"Are levels that look the same arms of their own? {'; '.join(map(_told, found))}. This query in a file, in place of the table, makes them"
        f" one: {_mended(table, variant)}"
    ]


def _told(group: list[tuple[str, int]]) -> str:
    (level, n), *others = group
    seen = ", ".join(f"{rows:,} rows that spell it {_signs(other, level)}" for other, rows in others)
    return f"'{vocabulary.printable(confusable.plain(level))}' in {n:,} rows{'' if level.isascii() else f' that spell it {_signs(level)}'}, and {seen}"


def _signs(level: str, other: str = "") -> str:
    """How a level is spelled: by the numbers of the signs that ASCII has not, and by its signs that another one has not."""
    apart = [(a, b) for a, b in zip(level, other, strict=False) if a.casefold() != b.casefold()]
    if level.isascii() and other.isascii() and apart:
        return f"with '{apart[0][0]}' for '{apart[0][1]}'"
    strange = dict.fromkeys(f"U+{ord(sign):04X}" for sign in level if not sign.isascii())
    return f"with {', '.join([*strange][:4])}" if strange else "in plain letters"


def _mended(table: "SourceTable", variant: Column) -> str:
    """The query that writes such levels in one way: letters of another script as those of Latin, other levels one by one."""
    made = name = quoted(variant.name)
    if not all(level.isascii() for level in variant.values):
        made = confusable.latin(confusable.narrow(ids_alike.form(f"{name}::varchar", 2)))
    cases = [
        f"when {literal(level)} then {literal(confusable.plain(group[0][0]))}"
        for group in of(variant)
        for level, _ in group[1:]
        if confusable.plain(level).casefold() != confusable.plain(group[0][0]).casefold()
    ]
    if cases:
        made = f"case trim({name}::varchar) {' '.join(cases)} else {made} end"
    return f"select * replace ({made} as {name}) from {table.selected}"
