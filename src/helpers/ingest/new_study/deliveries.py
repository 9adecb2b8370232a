"""Moments of a row's own delivery, of when it was written, sent, received or loaded, beside the moment of what happened."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.ingest.new_study import typed, vocabulary, ways
from helpers.ingest.new_study.languages import words
from helpers.ingest.new_study.profile import Column

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

LOADED = words(
    "loaded ingested ingest ingestion synced sync synchronized synchronised extracted extract exported export imported import etl elt dwh warehouse inserted"
    " uploaded upload airbyte fivetran stitch sdc batch snowpipe replicated"
    " importiert* importdatum importzeit* geladen* ladedatum ladezeit* eingelesen* hochgeladen* exportiert* exportdatum synchronisiert* ubertragen* eingefugt*"
    " importe importee chargement exporte exportee synchronise* ingere* insere inseree"
    " importado* importada* cargado* cargada* carga exportado* exportada* sincronizado* sincronizada* insertado* insertada* subido* ingerido*"
    " importato* importata* caricato* caricata* caricamento esportato* esportata* sincronizzato* inserito* inserita*"
    " carregado* carregada* inserido* inserida* geimporteerd* gesynchroniseerd* geexporteerd*"
)
"""Words of the moment at which a pile of rows came into a store,"""
RECEIVED = words(
    "received receive receipt arrived arrival delivered collector collected"
    " empfangen* empfangs* eingegangen* eingang eingangs* erhalten recu recue reception recibido* recibida* recepcion ricevuto* ricevuta* ricezione"
    " recebido* recebida* recebimento ontvangen*"
)
"""of that at which a row arrived,"""
WRITTEN = words(
    "server sent send logged stored saved processed processing updated modified"
    " gesendet* versendet* versand* verarbeitet* gespeichert* geandert* aktualisiert*"
    " envoye* envoi traite traitee traitement maj modifie*"
    " enviado* enviada* envio procesado* procesada* guardado* actualizado* inviato* inviata* invio elaborato* elaborata* aggiornato*"
    " processado* processada* atualizado* verzonden* verwerkt* serverzeit serveur servidor"
)
"""and of that at which it was sent, worked on or written down."""
EXPLICIT = words("event events original occurred occurrence happened ereignis* evenement* evento* gebeurtenis*")
"""Words of the moment of what happened itself,"""
PLAIN = words(
    "ts timestamp tstamp time date datetime at utc gmt local ms us client device zeit zeitpunkt zeitstempel datum horodatage heure fecha hora momento data dato ora tijdstip tijd"
)
"""and of a moment of which nothing else is said."""
ANOTHER = (vocabulary.SINCE - {"first"}) | words(
    "last next end ended ends until expires expiry expired due valid cancelled closed trial"
)
"""Words of moments that are none of the rows, but of their unit, or still to come."""
SHOWN = {"page", "app", "screen", "site"}
"""What is loaded before somebody's eyes, which is an event."""
LAST = 3
"""The rank of a moment of loading."""
FEW = 0.01
"""Share of the rows of a log that two moments have to put into another order to be asked about."""


def rank(column: Column) -> int:
    """How far a moment is from what happened, by its name: below 0 that of it, 0 not told, 1 written or sent, 2 received, 3 loaded,
    4 that of something else.

    >>> from types import SimpleNamespace as At
    >>> [rank(At(name=n)) for n in ("event_time", "ts", "created_at", "server_ts", "receivedAt", "_fivetran_synced", "importiert_am", "birthday")]
    [-2, -1, 0, 1, 2, 3, 3, 4]
    """
    found = vocabulary.tokens(column.name)
    told = (ANOTHER, 4), (LOADED, 3), (RECEIVED, 2), (WRITTEN, 1), (EXPLICIT, -2)
    far = next((far for said, far in told if any(vocabulary.is_said(token, said) for token in found)), 0)
    if far in (-2, 0) and "load" in found and SHOWN.isdisjoint(found):
        return 3
    return far or -all(token in PLAIN or token.isdigit() for token in found)


def is_one(column: Column) -> bool:
    """Whether a column is called as the moment at which a row was written, sent, received or loaded."""
    return column.has_time and 0 < rank(column) <= LAST


def last_of(columns: Sequence[Column]) -> list[Column]:
    """Moments of loading and of something else, which come behind every other one where rows have one of their own beside them."""
    ranks = {c.name: rank(c) for c in columns}
    loaded = [c for c in columns if ranks[c.name] == LAST]
    return [c for c in columns if ranks[c.name] >= LAST] if loaded and min(ranks.values()) < LAST else []


def asked(table: "SourceTable", columns: Sequence[Column], unit: Column, time: Column) -> list[str]:
    """What is asked of a log in which another moment, none of loading, puts what a unit did into another order."""
    others = [
        c for c in columns
        if c is not time and c.has_time and c.filled >= 0.9 * c.rows and rank(c) < LAST and not c.asked
        and abs(rank(c) - rank(time)) < 2 and c.dates < 0.5 * c.moments
    ]  # fmt: skip
    return [line for c in others if (line := _turned(table, unit, time, c))][:1]


def _turned(table: "SourceTable", unit: Column, time: Column, other: Column) -> str:
    who, one, two = table.text(unit.name), ways.moment_of(table, time), ways.moment_of(table, other)
    turned, rows = table.rows(
        f"""select count(*) filter (two < lag_two), count(*) filter (lag_two is not null)
        from (
        select one, two, lag(two) over (partition by who order by one, two) as lag_two from (
            select {who} as who, {one} as one, {two} as two from {{table}} where {who} is not null and {ways.some(table, unit)[0]}))"""
    )[0]
    if not int(rows or 0) or int(turned) <= FEW * int(rows):  # type: ignore[call-overload]
        return ""
    name, also = vocabulary.printable(time.name), vocabulary.printable(other.name)
    return (
        f"When did it happen, at '{name}' or at '{also}'? By '{also}' {int(turned):,} of {int(rows):,} rows come before the one that"  # type: ignore[call-overload]
        f" '{name}' puts ahead of them, and what comes before its exposure does not count. '{name}' is taken; else --time {typed.name(other.name)}."
    )
