"""What a study's data cannot answer: such a check has neither passed nor failed, and is not counted among those made."""

from dataclasses import replace

from helpers.config import Log, Study, Units
from helpers.experiment.trust.check import TrustCheck

TIMELESS = "a table tells whether an outcome happened, not when"


def unanswerable(study: Study) -> dict[str, str]:
    """Names of checks that ask for more than the study's data hold, each with what they lack.

    >>> from helpers import config
    >>> unanswerable(config.load("studies/cart_checkout.yml"))
    {}
    """
    found: dict[str, str] = {}
    if study.is_unit_table:
        found |= dict.fromkeys(("Immature units", "Outcomes before exposure"), TIMELESS)
    if isinstance(study.data, Units) and "shown" not in study.data.columns:
        found["Shown as assigned"] = "no column tells what a unit was shown"
    if study.is_unit_table or (isinstance(study.data, Log) and "session_id" not in study.data.columns):
        found["Clustered units"] = "no column tells sessions, which two units might share"
    return found


def told(check: TrustCheck, lacks: dict[str, str]) -> TrustCheck:
    """The check as it is, or that it cannot be told and why."""
    if check.name not in lacks:
        return check
    return replace(check, found=f"cannot be told: {lacks[check.name]}", verdict="not asked", p_value=None, caveat=None)
