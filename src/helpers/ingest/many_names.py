"""Names of columns that say how many units a row stands for."""

import re

_MANY = frozenset(
    [
        "users",
        "visitors",
        "customers",
        "clients",
        "accounts",
        "members",
        "players",
        "devices",
        "subscribers",
        "persons",
        "people",
        "households",
        "cookies",
        "subjects",
        "units",
        "guests",
        "buyers",
        "patients",
        "students",
        "drivers",
        "riders",
        "impressions",
        "observations",
        "obs",
        "respondents",
    ]
)
_COUNTED = frozenset(
    [
        "n",
        "count",
        "counts",
        "cnt",
        "freq",
        "frequency",
        "frequencies",
        "weight",
        "weights",
        "wt",
        "fweight",
        "multiplicity",
    ]
)
_AROUND = frozenset(
    [
        "n",
        "num",
        "number",
        "of",
        "no",
        "count",
        "cnt",
        "total",
        "sum",
        "unique",
        "uniques",
        "distinct",
        "the",
        "sample",
        "group",
        "size",
    ]
)
_SAMPLED = (("sample", "rate"), ("sampling", "rate"), ("samplerate",), ("sample", "weight"), ("sampling", "weight"))


def says_so(name: str) -> bool:
    """Whether a column is called as one that counts units.

    >>> [says_so(n) for n in ("users", "n_users", "N", "userCount", "sample_rate", "weight")]
    [True, True, True, True, True, True]
    >>> [says_so(n) for n in ("user", "user_id", "visits", "count_of_orders", "body_weight", "users_seen")]
    [False, False, False, False, False, False]
    """
    words = re.findall(r"[a-z]+|[0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())
    if tuple(words) in _SAMPLED or (len(words) == 1 and words[0] in _COUNTED):
        return True
    left = [word for word in words if word not in _AROUND]
    counted = len(left) < len(words)
    return len(left) == 1 and (left[0] in _MANY or (counted and f"{left[0]}s" in _MANY))
