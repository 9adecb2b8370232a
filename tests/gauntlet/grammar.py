"""What no sentence may do, whatever it says: a count against its noun, a number that is none, the wrong article."""

import re
from collections.abc import Iterable, Iterator

from tests.gauntlet.page import Said

NOUNS = ("user", "unit", "row", "purchase", "cart", "order", "reply", "success", "view", "day", "conversion", "effect",
         "interval", "experiment", "month", "week")  # fmt: skip
ONE = "|".join(NOUNS)
MANY = "|".join({"reply": "replies", "success": "successes"}.get(noun, f"{noun}s") for noun in NOUNS)
FAULTS = {
    "one of many": re.compile(rf"(?<![\d,.])(?<!< )\b1 (?:{MANY})\b"),
    "many of one": re.compile(rf"(?<![\d,.])(?:0|[2-9]|\d[\d,]*\d) (?:{ONE})\b(?! )"),
    "no number": re.compile(r"\bnan\b|\binf\b|-0\.?0*(?![\d.])"),
    "article": re.compile(r"\ba [aeio]|\ban [^aeioh]"),
}


def ungrammatical(said: Iterable[Said]) -> Iterator[str]:
    """Counts that do not agree with their noun, numbers that are none, the wrong article."""
    for text in said:
        for fault, pattern in FAULTS.items():
            if pattern.search(text.text):
                yield f"{fault}: {text.place}: {text.text}"
