"""Values that are no numbers: what they look like, and what is to be done."""

import re
from typing import Final

from helpers.ingest.misfits import Misfit
from helpers.ingest.values.times_elsewhere import SCRIPTS

WORDS: Final = (
    "na",
    "n/a",
    "#n/a",
    "#n/a n/a",
    "#na",
    "null",
    "(null)",
    "<null>",
    "<na>",
    "undefined",
    "none",
    "nil",
    "\\n",
    "\\\\n",
    ".",
    "-",
    "--",
    "–",
    "—",
    "?",
    "n/k",
    "missing",
    "unknown",
    "#div/0!",
    "#value!",
    "#ref!",
    "#num!",
    "#null!",
    *("n.a.", "n. a.", "nd", "n.d.", "n. d.", "n/d", "n.v.", "nvt", "n.v.t.", "ns", "nr", "n.r.", "s/o", "s/d", "s.d.", "s.o."),
    *("k.a.", "k. a.", "k/a", "o.a.", "keine angabe", "unbekannt", "non disponible", "inconnu", "sin datos", "sin dato"),
    *("sem dados", "b.d.", "brak danych", "brak", "i.a.", "ukendt", "okänd", "ukjent", "belirtilmemiş", "н/д", "нет данных"),
    *("不明", "なし", "無回答", "无", "無", "缺失", "未知", "해당없음", "미상", "없음", "غير متوفر"),
)  # fmt: skip
"""What programs write where there is nothing: R and a spreadsheet, a database, SAS; and people in some languages."""
_SIGN: Final = r"[^\d\s.,'+-][^\d\s']{0,9}"
_MARKED: Final = rf"(?:({_SIGN})\s*-?[\d.,\s]*\d|-?\d[\d.,\s]*?\s*({_SIGN}))"


def no_number(shown: str) -> Misfit | None:
    """What is said of a value, as it is shown; None where nothing is known of it.

    >>> [no_number(f": '{text}'").why[:36] for text in ("NA", "12 DR", "0:12:00", '="1.50"', "\u0661\u0662")]
    ["'NA' is a word for no value", "'DR' beside a number: a currency or ", 'a length of time in hours, minutes a', 'a formula of a spreadsheet that keep', 'digits of another script']
    >>> no_number(": 'soon'")
    """
    text = shown.removeprefix(": '").removesuffix("'").strip()
    if text.lower() in WORDS:
        return Misfit(
            f"'{text}' is a word for no value",
            f"leave these fields empty, or say so: data.missing_codes, the column and {text!r}; the value is then missing from its"
            " metric alone",
        )
    if re.search(f"[{SCRIPTS}]", text):
        return Misfit("digits of another script", "write the digits 0 to 9")
    if re.fullmatch(r"-?[0-9]+:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?", text):
        return Misfit("a length of time in hours, minutes and seconds", "write it in seconds")
    if re.fullmatch(r'="?[-+0-9.,]+"?', text):
        return Misfit(
            "a formula of a spreadsheet that keeps a number as text", "write the number alone, without = and quotes"
        )
    if found := re.fullmatch(_MARKED, text):
        return Misfit(
            f"'{found[1] or found[2]}' beside a number: a currency or a unit that is written so is not known",
            "write the numbers without it, or an amount of money with the code of its currency, such as 12.50 EUR",
        )
    return None
