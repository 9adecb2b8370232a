"""A column that names no events: its levels are what came of each row, such as won and lost, of which a row has one."""

from typing import TYPE_CHECKING

from helpers.errors import ReportError
from helpers.ingest.new_study import languages, typed, vocabulary, ways, worded
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.said import Said

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

WELL = languages.words(
    "win wins won winner correct right pass passed success succeeded successful hit positive good yes true solved agree accept accepted approved"
    " gewonnen sieg richtig bestanden ja gagne victoire reussi correcte bon vrai oui ganado ganada victoria correcto correcta acierto si aprobado"
    " vinto vittoria corretto giusto vitoria certo gewonnen goed juist wygrana poprawna"
) | vocabulary.SUCCEEDED  # fmt: skip
ILL = languages.words(
    "loss losses lost lose loser incorrect wrong fail failed failure miss missed negative bad no false unsolved disagree reject rejected declined"
    " verloren niederlage falsch durchgefallen nein perdu defaite rate incorrecte mauvais faux non perdido perdida derrota incorrecto incorrecta fallo"
    " suspendido perso sconfitta sbagliato errato errado fout onjuist przegrana bledna"
) | vocabulary.FAILED  # fmt: skip
NEITHER = languages.words(
    "draw draws drawn tie tied skip skipped omitted blank partial partially neutral unknown unsure undecided abandoned timeout none other void"
    " unentschieden remis ausgelassen ubersprungen nul egalite empate pareggio gelijk gelijkspel"
)
CALLED = languages.words(
    "result results outcome response answer verdict score ergebnis antwort resultat reponse resultado respuesta risultato risposta resposta uitslag antwoord wynik odpowiedz"
    " status state statut estado stato zustand stan situacao situacion toestand disposition resolution decision"
)
"""Words of a column that says what came of a row, or how it stands with it: a case has one of them."""
STATES = (
    WELL
    | ILL
    | NEITHER
    | vocabulary.UNDONE_STATE
    | languages.words("attended pending withdrawn waived resolved closed noshow")
)
"""Words of what came of a case, with which nobody begins."""
FEWEST, APART = 50, 0.1
"""Units with several rows, from which on their first and last rows are compared, and how far the shares of a way of several steps part in
these, at least."""


def refuse(table: "SourceTable", unit: Column, time: Column, event: Column, variant: Column | None, said: Said) -> None:
    """Raise where levels exclude each other in a row, so that there is no way from one to another, unless somebody says where it begins."""
    if variant is None or said.exposure or not (_opposed(event) or _unordered(table, unit, time, event)):
        return
    raise _no_events(table, unit, event)


def refuse_start(
    table: "SourceTable", unit: Column, event: Column, variant: Column | None, said: Said, level: str, units: int
) -> None:
    """Raise where the event from which on units would count says what came of them, and not all have it: nobody chose it but a guess."""
    words = vocabulary.tokens(level)
    ended = len(words) == 1 and vocabulary.is_said(words[0], STATES)
    if variant is not None and not said.exposure and ended and units < ways.ALL * unit.distinct:
        raise _no_events(table, unit, event)


def _no_events(table: "SourceTable", unit: Column, event: Column) -> ReportError:
    """The error for a column that names no events: what is to be done with two levels, and what is to be known of more."""
    levels = ", ".join(f"{vocabulary.printable(level)} ({n:,} rows)" for level, n in event.levels[:6])
    who, name = typed.name(unit.name), vocabulary.printable(event.name)
    if event.distinct > 2:
        told = worded.of_several(event, who)
    else:
        well = [level for level in event.values if _kind(level) == "well"]
        which = worded.happened(event) or (well[0] if len(well) == 1 else None)
        query, made = worded.as_flag(table.selected, event, which)
        choose = (
            ""
            if which
            else f"which of {', '.join(repr(vocabulary.printable(v)) for v in event.values)} says that it happened? Put that one into the query, where {worded.LEVEL} stands; "
        )
        told = f"{choose}make 1 and 0 of it by a query in a file beside it, and give that with --primary {made} --cluster {who}: {query}"
    return ReportError(
        f"{table.called}: '{name}' says what came of each row, and names no events: a unit that never had one of them was exposed all the same",
        got=levels,
        expected="an outcome of rows that repeat a unit; or events, of which one leads to the next",
        remedy=f"{told}; if these are steps of a way, say with which one all units begin: --exposure NAME",
    )


def _opposed(event: Column) -> bool:
    """Whether all levels are words of how something ended, one of them well and one ill."""
    kinds = [_kind(level) for level in event.values]
    return len(kinds) == event.distinct and all(kinds) and {"well", "ill"} <= set(kinds)


def _kind(level: str) -> str:
    words = vocabulary.tokens(level)
    if not words or len(words) > 2:
        return ""
    if any(w in vocabulary.NOT for w in words[:1]) and len(words) == 2:
        return "ill"
    for kind, known in (("well", WELL), ("ill", ILL), ("neither", NEITHER)):
        if len(words) == 1 and vocabulary.is_said(words[0], known):
            return kind
    return ""


def _unordered(table: "SourceTable", unit: Column, time: Column, event: Column) -> bool:
    """Whether a column is called as a result, and its levels are as often in the first row of a unit as in the last."""
    words = vocabulary.tokens(event.name)
    if not words or not vocabulary.is_said(words[-1], CALLED):
        return False
    who, what = table.text(unit.name), table.text(event.name)
    found = table.rows(
        f"select what, count(*) filter (turn = 1), count(*) filter (turn = n) from (select {what} as what, count(*) over (partition by {who}) as n,"
        f" row_number() over (partition by {who} order by {ways.moment_of(table, time)}, file_index, file_row_number) as turn from {{table}} where {who} is not null and {what} is not null)"
        " where n > 1 group by what"
    )
    first, last = ([int(row[i]) for row in found] for i in (1, 2))  # type: ignore[call-overload]
    units = sum(first)
    return units >= FEWEST and bool(sum(abs(a - b) for a, b in zip(first, last, strict=True)) < 2 * APART * units)
