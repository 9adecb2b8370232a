"""Words behind a number that say in what it is counted or measured, and leave it the number that it is."""

import unicodedata
from typing import Final

_PLAIN: Final = (
    "pc pcs pce pces piece pieces ea unit units item items box boxes pack packs bottle bottles"
    " stück stücke stueck stuecke stk stck einheit einheiten artikel packung packungen kiste kisten flasche flaschen"
    " pièce pièces unité unités article articles boîte boîtes"
    " ud uds unid unidad unidades pieza piezas artículo artículos pz pezzo pezzi unità articolo articoli peça peças itens"
    " stuk stuks styck stykker stykk kpl kappale kappaletta szt sztuk sztuki darab kus kusů kusy ks buc bucăți adet tane"
    " шт штук штука штуки 个 個 件 枚 本 台 回 개 건 회"
    " person persons people personen persona personas persone personnes pessoas osób osoby человек чел kişi 人 名 명"
    " user users visitor visitors customer customers order orders session sessions visit visits view views click clicks call calls"
    " page pages seite seiten step steps schritt schritte word words ticket tickets time times mal fois vez veces volte vezes raz razy раз"
    " point points pt pts punkt punkte punto puntos punti pontos"
    " sec secs second seconds sekunde sekunden secondes segundos min mins minute minutes minuten minutos minuti"
    " hr hrs hour hours stunde stunden heures horas day days tag tage tagen jour jours día días giorno giorni dias"
    " week weeks woche wochen semaines semanas month months monat monate mois meses year years yr yrs jahr jahre jahren ans años"
    " g kg mg mcg gram grams gramm l ml cl dl liter liters litre litres km cm kcal kwh kb mb gb lb lbs oz bpm mmhg mmol"
)
_SMALL: Final = frozenset("gl")
"""Letters of a measure; in capitals, as others, they are part of a name: seat 12A."""


def _bare(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word)
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).casefold()


_WORDS: Final = frozenset(map(_bare, _PLAIN.split()))


def is_plain(word: str) -> bool:
    """Whether a word behind a number only says in what it is counted; of all that is not known, it may make another number of it.

    >>> [is_plain(word) for word in ("pcs.", "STÜCK", "KİŞİ", "шт.", "kg", "g", "G", "A", "thsd", "owed", "ago", "m", "mm", "t")]
    [True, True, True, True, True, True, False, False, False, False, False, False, False, False]
    """
    bare = word.strip(" .")
    return bare in _SMALL or (_bare(bare) in _WORDS and not (len(bare) == 1 and bare.isascii()))
