"""Every kind of trust check there is: what pages list, and what a new check joins."""

from dataclasses import dataclass

from helpers.experiment.trust.check import TrustCheck


@dataclass(frozen=True)
class CheckKind:
    """Checks that ask one thing, of one metric, segment or event each.

    Attributes:
        name: how the names of these checks begin.
        family: theirs.
        asks: what is looked at, as it reads in a list.
    """

    name: str
    family: str
    asks: str


KINDS = (
    CheckKind("Sample ratio of ", "Sample ratios", "sample ratio over all units"),
    CheckKind("Sample ratio by ", "Sample ratios", "sample ratio by day and by segment"),
    CheckKind("What was randomised", "Rows and units", "what was randomised"),
    CheckKind("Whole clusters", "Rows and units", "clusters that are whole and enough"),
    CheckKind("Contamination", "Rows and units", "contamination"),
    CheckKind("Variant told in time", "Rows and units", "variants told too late"),
    CheckKind("Shown as assigned", "Rows and units", "variants shown as assigned"),
    CheckKind("Repeated rows", "Rows and units", "repeated rows"),
    CheckKind("Copied events", "Rows and units", "logs loaded twice"),
    CheckKind("Rows accounted for", "Rows and units", "rows accounted for"),
    CheckKind("Outcomes of the unexposed", "Rows and units", "outcomes of units that were never exposed"),
    CheckKind("Match of ", "Rows and units", "tables that match by the unit"),
    CheckKind("Balance of ", "Covariates", "balance of what was measured before"),
    CheckKind("Leak of ", "Covariates", "leaks of the outcome into it"),
    CheckKind("Immature units", "Time", "immature units"),
    CheckKind("Follow-up of ", "Time", "follow-up"),
    CheckKind("Outcomes before exposure", "Time", "early outcomes"),
    CheckKind("Empty values of ", "Missing values", "empty values"),
    CheckKind("Missing values of ", "Missing values", "values missing by arm"),
    CheckKind("Who lacks ", "Missing values", "values missing by outcome"),
    CheckKind("Sentinel values", "Values", "placeholders among the values"),
    CheckKind("Clustered units", "Values", "units that share a session"),
    CheckKind("Skew of ", "Values", "means too skewed for their intervals"),
    CheckKind("External event: ", "External events", "effects that differ on the days of an external event"),
)
"""In the order of the report; tests hold that each is there and that no check is of another kind."""


def kind_of(check: TrustCheck) -> CheckKind | None:
    """The kind of a check; None of one that is not listed.

    Example:
        >>> kind_of(TrustCheck("Balance of visits before", "", "", family="Covariates")).asks
        'balance of what was measured before'
    """
    return next((k for k in KINDS if check.name.startswith(k.name) and check.family == k.family), None)


def families() -> dict[str, tuple[str, ...]]:
    """What each family of checks looks at."""
    found: dict[str, tuple[str, ...]] = {}
    for kind in KINDS:
        found[kind.family] = (*found.get(kind.family, ()), kind.asks)
    return found


def listed() -> str:
    """All that trust checks look at, for a sentence.

    Example:
        >>> listed().split("; ")[2]
        'balance of what was measured before, leaks of the outcome into it'
    """
    return "; ".join(", ".join(asks) for asks in families().values())


def named() -> str:
    """The families of trust checks, for a sentence.

    Example:
        >>> named()
        'sample ratios, rows and units, covariates, time, missing values, values and external events'
    """
    *most, last = (family.lower() for family in families())
    return f"{', '.join(most)} and {last}"
