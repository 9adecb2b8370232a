"""How long a survey was filled in: a column that tools of surveys write beside the answers, and no outcome unless somebody says so."""

from collections.abc import Sequence

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column

FILLING = frozenset(
    {
        "duration",
        "dauer",
        "bearbeitungsdauer",
        "ausfulldauer",
        "duree",
        "duracion",
        "durata",
        "completion",
        "interview",
        "interviewtime",
        "survey",
    }
)
BESIDE = frozenset(
    {"in", "of", "seconds", "sec", "secs", "minutes", "min", "mins", "time", "taken", "total", "sekunden"}
)
"""Words of which the name of such a length is made: one of the first at least, and those beside them."""
OF_SURVEYS = frozenset(
    {
        "survey",
        "questionnaire",
        "respondent",
        "responseid",
        "likert",
        "recordeddate",
        "fragebogen",
        "sondage",
        "encuesta",
    }
)
"""Words of columns that stand in surveys alone."""


def filled_in(columns: Sequence[Column], column: Column) -> str:
    """Why a length of time is no outcome, where others are answers; empty where it may be one."""
    words = set(vocabulary.tokens(column.name))
    if not (column.numeric and words & FILLING and words <= FILLING | BESIDE):
        return ""
    beside = next((c for c in columns if c is not column and _is_of_one(c)), None)
    if beside is None:
        return ""
    return f"not used: beside '{vocabulary.printable(beside.name)}' it is likely how long a survey was filled in, which is no answer; --outcome makes it a metric"


def _is_of_one(column: Column) -> bool:
    words = vocabulary.tokens(column.name)
    if OF_SURVEYS & {*words, "".join(words)}:
        return True
    said = [level for level in column.values if vocabulary.touches(level, vocabulary.ANSWERS)]
    return bool(column.words) and len(said) * 2 > len(column.values) > 2
