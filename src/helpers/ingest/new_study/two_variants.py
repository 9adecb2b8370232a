"""What is said of a table most of whose units stand in two variants."""

from helpers.errors import ReportError
from helpers.formatting import formatted
from helpers.ingest.new_study import vocabulary

MOST = 0.5
"""Share of the units in two variants at which a column tells no arms of one experiment."""


def refuse(holder: str, variant: str, several: int, units: int) -> None:
    """Raise where so many units stand in two variants that what is left of them is no experiment."""
    if not units or several < MOST * units:
        return
    raise ReportError(
        f"{holder}: column '{vocabulary.printable(variant)}' shows most units in two variants",
        got=f"{several:,} of {units:,} units ({formatted(several / units, 'share')})",
        expected="one variant a unit, but for a few",
        cause="several experiments in one column, a variant drawn anew at each visit, or an id that many units share",
        remedy="say which experiment: --experiment VALUE, or --where; or name another column: --variant, --unit",
    )
