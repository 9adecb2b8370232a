"""Ids that name a summary of rows and no unit: a total, a mean, a count, as tables are exported with them."""

import re
from collections.abc import Iterable

from helpers.ingest.sql import literal

TOTALS = (
    "(grand )?totals?", "sub[ -]?totals?", "sums?", "all", "overall", "aggregate", "alle", "summe", "gesamt", "insgesamt",
    "(gesamt|zwischen|teil)summe", "(gesamt)?ergebnis", "totaux", "total[ei]", "subtotale?", "totales", "somme", "suma",
    "soma", "(sub)?totaal", "razem", "celkem", "итого", "всего", "toplam",
)  # fmt: skip
"""Words for a total, as patterns in small letters;"""
SIGNS = ("合計", "小計", "総計", "合计", "小计", "总计", "합계", "소계", "총계")
"""those that need no space around them."""
_TOTAL = "|".join((*TOTALS, *SIGNS, "total g[eé]n[eé]ral"))

OTHERS = (
    "(grand |overall )?averages?", "avg", "(grand )?means?", "medians?", "(row )?counts?", "(number|no|nr)[.]? of (rows|users|units)",
    "min(imum)?", "max(imum)?", "std([.]? ?dev)?", "sd", "standard deviation", "variance", "quartile",
    "(25|50|75) ?%", "carry", "carr(y|ied)[ -]?(forward|over|down)", "brought[ -]?(forward|down)", "[bc]/[fd]",
    "durchschnitt", "mittel(wert)?", "mittlere[rs]?", "schnitt", "anzahl", "übertrag", "zentralwert", "standardabweichung",
    "moyennes?", "médiane", "nombre", "effectif", "écart[ -]type", "(à )?reporter?", "promedio", "mediana?", "media", "conteo",
    "cuenta", "recuento", "número", "desviación", "média", "contagem", "conteggio", "riporto", "gemiddelde?", "aantal",
    "среднее( значение)?", "медиана", "количество", "średnia", "liczba", "průměr", "počet", "ortalama", "sayı", "medel(värde)?",
    "antal", "gennemsnit", "keskiarvo", "平均値?", "中央値", "件数", "数量", "计数", "平均值", "평균", "개수",
)  # fmt: skip
"""Words for a mean, a count, an extreme or what is carried over from another page."""

LETTER = r"a-z\x{c0}-\x{1fff}\x{2c00}-\x{2dff}\x{3040}-\x{d7ff}\x{f900}-\x{fdff}\x{fe70}-\x{fefc}\x{ff21}-\x{ffdc}"
"""Small letters for a class of signs, by the blocks that hold them: Unicode's own class takes forty times as long to make ready."""

FEW = 20
"""So many rows may have an id unlike the others."""


def calls_a_total(text: str) -> str:
    """SQL whether a text is a word for a total and nothing else."""
    return f"regexp_full_match(lower(trim({text})), {literal(_TOTAL)})"


def is_total(text: str) -> bool:
    """The same of a text in Python.

    >>> [is_total(text) for text in (" Grand Total ", "Gesamtergebnis", "合計", "Total Wine", "control")]
    [True, True, True, False, False]
    """
    return re.fullmatch(_TOTAL, text.strip().lower()) is not None


def suspects(rows: str, arms: Iterable[str]) -> str:
    """SQL of the rows whose ``user_id`` may name no unit: a ``word`` for a total stands in it, or it is ``named`` as a summary
    and nothing but that and perhaps an arm, or it is ``odd``, unlike nearly all others.

    Odd is an empty id, one that is no number among numbers, one without a digit where nearly all others have some, one
    without a letter or digit, and a per cent.
    """
    total = f"(^|[^{LETTER}])({'|'.join(TOTALS)})($|[^{LETTER}])|{'|'.join(SIGNS)}"
    arm = "|".join(re.escape(name.lower()) for name in arms) or "all"
    between = f"[^{LETTER}0-9]"
    words = "|".join((*TOTALS, *SIGNS, *OTHERS))
    whole = f"{between}*(({arm}){between}+)?({words})({between}+(of |in |for )?({arm}|rows|users|units))?{between}*"
    odd = ("empty", "not number", "not digit", "not sign", "ends_with(id, '%')")
    few = f"<= least({FEW}, count(*) / 3)"
    alike = [f"count(*) filter (where {it}) {few}" for it in odd]
    return f"""with told as (
            select row_id, lower(coalesce(user_id, '')) as id, regexp_matches(id, {literal(total)}) as word,
                id = '' as empty,
                empty or regexp_full_match(id, '[+-]?\\d+([.]\\d+)?') as number,
                empty or regexp_matches(id, '\\d') as digit, digit or regexp_matches(id, '[{LETTER}0-9]') as sign
            from {rows}
        ), alike as (select {", ".join(f"{sql} as alike_{i}" for i, sql in enumerate(alike))} from told),
        seen as materialized (select row_id, id, word, digit, {" or ".join(f"(alike_{i} and {it})" for i, it in enumerate(odd))} as odd from told, alike),
        named as materialized (select row_id, word, odd, regexp_full_match(id, {literal(whole)}) as named
            from seen where word or odd or not digit)
        select * from named where word or odd or named"""
